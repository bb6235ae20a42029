/* test_interpreter.c - statements that a coroutine executes by itself, its life, and its loops. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_coroutine_logs_what_it_does_and_when(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    log 'one'\n"
                 "    sleep 3s\n"
                 "    log 'two'\n",
                 "0ms a one\n3s a two\n");
}

static void coroutines_start_in_the_order_of_the_file(void **state) {
    (void)state;
    assert_plays("coro second\n    log 'x'\n"
                 "coro first\n    log 'x'\n",
                 "0ms second x\n0ms first x\n");
}

static void a_yield_lets_the_others_go_first(void **state) {
    (void)state;
    assert_plays("coro a\n    log '1'\n    yield\n    log '2'\n"
                 "coro b\n    log '1'\n    yield\n    log '2'\n",
                 "0ms a 1\n0ms b 1\n0ms a 2\n0ms b 2\n");
}

static void after_delays_the_start(void **state) {
    (void)state;
    assert_plays("coro late after 5ms\n    log 'late at {now}'\n"
                 "coro soon\n    log 'soon'\n    sleep 5ms\n    log 'same instant'\n",
                 "0ms soon soon\n5ms late late at 5ms\n5ms soon same instant\n");
}

static void times_makes_instances_that_know_their_index(void **state) {
    (void)state;
    assert_plays("coro w times 3\n    sleep 3ms - 1ms * index\n    log 'I am {index}'\n",
                 "1ms w[2] I am 2\n2ms w[1] I am 1\n3ms w[0] I am 0\n");
}

static void the_run_ends_without_waiting_for_background_coroutines(void **state) {
    (void)state;
    assert_plays("coro ticker background\n    repeat\n        sleep 2ms\n        log 'tick'\n"
                 "coro main_one\n    sleep 5ms\n    log 'done'\n"
                 "expect end at 5ms\n",
                 "2ms ticker tick\n4ms ticker tick\n5ms main_one done\n");
}

static void what_a_background_coroutine_spawns_is_background_too(void **state) {
    (void)state;
    assert_plays("routine endless()\n    sleep 1h\n    log 'never'\n"
                 "coro b background\n    spawn endless()\n"
                 "coro f\n    sleep 1ms\n"
                 "expect end at 1ms\n",
                 "");
}

static void what_a_foreground_coroutine_spawns_is_waited_for(void **state) {
    (void)state;
    assert_plays("routine later()\n    sleep 1h\n    log 'late'\n"
                 "coro f\n    spawn later()\n"
                 "expect end at 1h\n",
                 "1h later late\n");
}

static void if_takes_one_of_its_branches(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    let n = 0\n"
                 "    repeat 3\n"
                 "        if n == 0\n"
                 "            log 'zero'\n"
                 "        else\n"
                 "            if n > 1\n"
                 "                log 'many'\n"
                 "        set n = n + 1\n",
                 "0ms a zero\n0ms a many\n");
}

static void repeat_counts_and_while_asks_each_time(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    let n = 0\n"
                 "    repeat 2\n"
                 "        repeat 3\n"
                 "            set n = n + 1\n"
                 "    log '{n}'\n"
                 "    repeat 0\n"
                 "        log 'never'\n"
                 "    while n > 4\n"
                 "        set n = n - 1\n"
                 "    log '{n}'\n",
                 "0ms a 6\n0ms a 4\n");
}

static void break_and_continue_are_of_the_innermost_loop(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    let n = 0\n"
                 "    repeat 2\n"
                 "        repeat\n"
                 "            set n = n + 1\n"
                 "            if n % 2 == 1\n"
                 "                continue\n"
                 "            if n % 4 == 0\n"
                 "                break\n"
                 "            log '{n}'\n"
                 "        log 'out {n}'\n",
                 "0ms a 2\n0ms a out 4\n0ms a 6\n0ms a out 8\n");
}

static void a_counted_loop_counts_anew_each_time_it_is_entered(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    repeat 2\n"
                 "        repeat 5\n"
                 "            log 'x'\n"
                 "            break\n",
                 "0ms a x\n0ms a x\n");
}

static void stop_ends_only_the_coroutine_that_says_so(void **state) {
    (void)state;
    assert_plays("routine r()\n    log 'in'\n    stop\n"
                 "coro a\n    call r()\n    log 'after'\n",
                 "0ms r in\n0ms a after\n");
}

static void a_failure_that_nobody_handles_fails_the_run_with_its_line(void **state) {
    (void)state;
    assert_fails("coro a\n    sleep 2ms\n    fail 'no {1 + 1}'\n", "",
                 "4: a failed at 2ms (no 2)\n");
}

static void a_check_that_does_not_hold_is_told_and_the_coroutine_goes_on(void **state) {
    (void)state;
    assert_fails("coro a\n    check 1 == 1\n    check 1 == 2\n    log 'on'\n", "0ms a on\n",
                 "4: check 1 == 2 does not hold in a\n");
}

static void pick_takes_the_first_choice_in_a_plain_run(void **state) {
    (void)state;
    assert_plays("coro a\n    pick way from 'x', 'y'\n    log way\n", "0ms a x\n");
}

static void a_spawned_routine_gets_its_arguments_and_is_joined_for_its_result(void **state) {
    (void)state;
    assert_plays("routine sum(a, b)\n    sleep 5ms\n    return a + b\n"
                 "coro m\n"
                 "    spawn sum(1, 2) as h\n"
                 "    log 'spawned'\n"
                 "    join h as total\n"
                 "    log 'sum {total}'\n"
                 "    join h as again\n"
                 "    log 'again {again}'\n",
                 "0ms m spawned\n5ms m sum 3\n5ms m again 3\n");
}

static void a_call_waits_for_the_result(void **state) {
    (void)state;
    assert_plays("routine twice(n)\n    sleep 1ms\n    return n * 2\n"
                 "routine four_times(n)\n    call twice(n) as t\n    call twice(t) as f\n"
                 "    return f\n"
                 "coro m\n    call four_times(5) as r\n    log '{r}'\n",
                 "2ms m 20\n");
}

static void a_routine_without_a_result_gives_zero(void **state) {
    (void)state;
    assert_plays("routine r()\n    return\n"
                 "coro m\n    call r() as v\n    log '{v}'\n",
                 "0ms m 0\n");
}

static void a_failed_call_is_handled_under_it(void **state) {
    (void)state;
    assert_plays("routine r()\n    fail 'bad'\n"
                 "coro m\n"
                 "    call r()\n"
                 "    on failed\n"
                 "        log 'handled'\n"
                 "    log 'on'\n",
                 "0ms m handled\n0ms m on\n");
}

static void a_failed_call_tells_the_chain_of_messages(void **state) {
    (void)state;
    assert_failures("routine inner()\n    fail 'the root'\n"
                    "routine outer()\n    call inner()\n"
                    "coro m\n    call outer()\n",
                    "7: m failed at 0ms (call: outer failed: call: inner failed: the root)\n");
}

static void a_failed_join_can_be_handled_or_tells_who_failed(void **state) {
    (void)state;
    assert_fails("routine r(n)\n    sleep 1ms\n    fail 'r{n}'\n"
                 "coro m\n"
                 "    spawn r(1) as a\n"
                 "    spawn r(2) as b\n"
                 "    join a as x\n"
                 "    on failed\n"
                 "        let x2 = 'gone'\n"
                 "        log x2\n"
                 "    join b\n",
                 "1ms m gone\n", "12: m failed at 1ms (join: r failed: r2)\n");
}

static void a_failure_after_its_joiner_gave_up_fails_the_run(void **state) {
    (void)state;
    assert_failures("routine r()\n    sleep 5ms\n    fail 'late'\n"
                    "coro a\n    spawn r() as h\n    join h timeout 1ms\n    on timeout\n"
                    "        log 'gave up'\n",
                    "4: r failed at 5ms (late)\n");
}

static void a_spawned_failure_that_nobody_joins_fails_the_run(void **state) {
    (void)state;
    assert_failures("routine r()\n    fail 'alone'\n"
                    "coro m\n    spawn r()\n    sleep 1ms\n",
                    "3: r failed at 0ms (alone)\n");
}

static void a_handle_goes_through_a_queue(void **state) {
    (void)state;
    assert_plays("queue q\n"
                 "routine r()\n    sleep 2ms\n    return 7\n"
                 "coro a\n    spawn r() as h\n    put q h\n"
                 "coro b\n    get h from q\n    join h as v\n    log '{v}'\n",
                 "2ms b 7\n");
}

static void a_handler_goes_on_with_the_next_statement(void **state) {
    (void)state;
    assert_plays("queue q size 1\n"
                 "coro a\n"
                 "    get v from q nowait\n"
                 "    on empty\n"
                 "        log 'empty'\n"
                 "    put q 1 nowait\n"
                 "    on full\n"
                 "        log 'never'\n"
                 "    put q 2 nowait\n"
                 "    on full\n"
                 "        log 'full'\n"
                 "    log 'end'\n",
                 "0ms a empty\n0ms a full\n0ms a end\n");
}

static void a_handler_of_several_endings_serves_each(void **state) {
    (void)state;
    assert_plays("routine slow()\n    sleep 1h\n"
                 "routine bad()\n    fail 'x'\n"
                 "coro a\n"
                 "    spawn slow() as s\n"
                 "    spawn bad() as b\n"
                 "    join b timeout 2ms\n"
                 "    on failed, timeout\n"
                 "        log 'one'\n"
                 "    join s timeout 2ms\n"
                 "    on failed, timeout\n"
                 "        log 'other'\n",
                 "0ms a one\n2ms a other\n");
}

static void a_handler_in_a_loop_may_break_and_continue(void **state) {
    (void)state;
    assert_plays("queue q\n"
                 "coro a\n"
                 "    let n = 0\n"
                 "    repeat\n"
                 "        set n = n + 1\n"
                 "        get v from q timeout 1ms\n"
                 "        on timeout\n"
                 "            if n == 3\n"
                 "                break\n"
                 "            continue\n"
                 "        log 'never {v}'\n"
                 "    log 'gave up {n}'\n",
                 "3ms a gave up 3\n");
}

static void an_unhandled_ending_says_which(void **state) {
    (void)state;
    assert_failures("queue q size 1\n"
                    "coro a\n    wait s timeout 1ms\n"
                    "coro b\n    get v from q nowait\n    log '{v}'\n"
                    "coro c\n    sleep 5ms\n    signal s\n",
                    "4: a failed at 1ms (wait: the operation timed out)\n"
                    "6: b failed at 0ms (get: there is nothing to take)\n");
}

static void a_run_that_spins_is_given_up_and_names_the_spinner(void **state) {
    (void)state;
    struct play play;
    struct sim_run_options options = {.statement_count_max = 1000};
    play_open(&play,
              "coro idle background\n    sleep 1h\n"
              "coro spinner after 2ms\n    repeat\n        yield\n",
              &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_OK);
    assert_false(play.result.ok);
    assert_non_null(strstr(play_failures(&play),
                           "6: did not end within 1000 statements (--limit sets how many); at "
                           "2ms, where it was given up, 'spinner' had executed 1000"));
    play_close(&play);
}

static void a_hundred_thousand_coroutines_run(void **state) {
    (void)state;
    struct play play;
    play_text(&play, "var n = 0\n"
                     "coro many times 100000\n    sleep 1ms * (index % 7)\n    set n = n + 1\n"
                     "expect n == 100000\n"
                     "expect end at 6ms\n");
    assert_string_equal(play_failures(&play), "");
    play_close(&play);
}

static void a_year_passes_in_no_time(void **state) {
    (void)state;
    assert_plays("coro a\n    sleep 8760h\n    log '{now}'\n    sleep 1ns\n    log 'later'\n"
                 "expect end at 31536000000000001ns\n",
                 "8760h a 8760h\n31536000000000001ns a later\n");
}

static void a_routine_that_calls_itself_is_refused_before_it_runs(void **state) {
    (void)state;
    static const char text[] = "scenario \"t\"\nroutine r(n)\n    call r(n + 1)\n"
                               "coro a\n    call r(0)\n";
    struct play play;
    play_bytes(&play, text, sizeof text - 1, NULL, 0);
    assert_int_equal(play.status, COG_EINVALID);
    play_close(&play);
}

static void spawning_without_end_ends_with_the_memory(void **state) {
    (void)state;
    struct play play;
    struct sim_run_options options = {.memory_bytes = 4 << 20};
    play_open(&play, "routine r(n)\n    spawn r(n + 1)\ncoro a\n    spawn r(0)\n", &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_ENOMEM);
    play_close(&play);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coroutine_logs_what_it_does_and_when),
        cmocka_unit_test(coroutines_start_in_the_order_of_the_file),
        cmocka_unit_test(a_yield_lets_the_others_go_first),
        cmocka_unit_test(after_delays_the_start),
        cmocka_unit_test(times_makes_instances_that_know_their_index),
        cmocka_unit_test(the_run_ends_without_waiting_for_background_coroutines),
        cmocka_unit_test(what_a_background_coroutine_spawns_is_background_too),
        cmocka_unit_test(what_a_foreground_coroutine_spawns_is_waited_for),
        cmocka_unit_test(if_takes_one_of_its_branches),
        cmocka_unit_test(repeat_counts_and_while_asks_each_time),
        cmocka_unit_test(break_and_continue_are_of_the_innermost_loop),
        cmocka_unit_test(a_counted_loop_counts_anew_each_time_it_is_entered),
        cmocka_unit_test(stop_ends_only_the_coroutine_that_says_so),
        cmocka_unit_test(a_failure_that_nobody_handles_fails_the_run_with_its_line),
        cmocka_unit_test(a_check_that_does_not_hold_is_told_and_the_coroutine_goes_on),
        cmocka_unit_test(pick_takes_the_first_choice_in_a_plain_run),
        cmocka_unit_test(a_spawned_routine_gets_its_arguments_and_is_joined_for_its_result),
        cmocka_unit_test(a_call_waits_for_the_result),
        cmocka_unit_test(a_routine_without_a_result_gives_zero),
        cmocka_unit_test(a_failed_call_is_handled_under_it),
        cmocka_unit_test(a_failed_call_tells_the_chain_of_messages),
        cmocka_unit_test(a_failed_join_can_be_handled_or_tells_who_failed),
        cmocka_unit_test(a_spawned_failure_that_nobody_joins_fails_the_run),
        cmocka_unit_test(a_failure_after_its_joiner_gave_up_fails_the_run),
        cmocka_unit_test(a_handle_goes_through_a_queue),
        cmocka_unit_test(a_handler_goes_on_with_the_next_statement),
        cmocka_unit_test(a_handler_of_several_endings_serves_each),
        cmocka_unit_test(a_handler_in_a_loop_may_break_and_continue),
        cmocka_unit_test(an_unhandled_ending_says_which),
        cmocka_unit_test(a_run_that_spins_is_given_up_and_names_the_spinner),
        cmocka_unit_test(a_hundred_thousand_coroutines_run),
        cmocka_unit_test(a_year_passes_in_no_time),
        cmocka_unit_test(a_routine_that_calls_itself_is_refused_before_it_runs),
        cmocka_unit_test(spawning_without_end_ends_with_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
