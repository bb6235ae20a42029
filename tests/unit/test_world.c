/* test_world.c - hosts, clocks, links, what the world does, and the order of what happens at one
 * instant. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_world_signals_and_sets_at_its_time(void **state) {
    (void)state;
    assert_plays("var n = 1\n"
                 "var cells[2] = 0\n"
                 "at 5ms\n    set n = n + 1\n    set cells[1] = n * 2\n    signal go\n"
                 "coro w\n    wait go as v\n    log '{v} {n} {cells[1]} {now}'\n",
                 "5ms w 0 2 4 5ms\n");
}

static void a_range_of_the_world_s_time_stands_for_its_low_end(void **state) {
    (void)state;
    assert_plays("at 5ms..9ms\n    signal go\ncoro w\n    wait go\n    log 'x'\n", "5ms w x\n");
}

static void what_the_world_does_at_one_time_is_done_in_the_order_of_the_file(void **state) {
    (void)state;
    assert_plays("var t = ''\n"
                 "at 5ms\n    set t = '{t}b'\n"
                 "at 2ms\n    set t = '{t}a'\n"
                 "at 5ms\n    set t = '{t}c'\n"
                 "coro w\n    sleep 6ms\n    log t\n",
                 "6ms w abc\n");
}

static void the_run_does_not_wait_for_what_the_world_would_do(void **state) {
    (void)state;
    assert_plays("var n = 0\nat 5ms\n    set n = 1\ncoro w\n    sleep 1ms\n"
                 "expect end at 1ms\nexpect n == 0\n",
                 "");
}

static void a_set_of_the_world_that_has_no_value_fails_the_run(void **state) {
    (void)state;
    assert_fails("var n = 1\nvar z = 0\nat 1ms\n    set n = 1 / z\n"
                 "coro w\n    sleep 2ms\n    log '{n}'\n",
                 "2ms w 1\n", "5: set: division by zero\n");
}

static void skew_shifts_the_clock_of_a_host(void **state) {
    (void)state;
    assert_plays("host fast skew 3s\nhost slow skew -1s\n"
                 "coro f on fast\n    log '{now}'\n    sleep 2s\n    log '{now}'\n"
                 "coro s on slow\n    log '{now}'\n    sleep 2s\n    log '{now}'\n",
                 "0ms f 3s\n0ms s -1s\n2s f 5s\n2s s 1s\n");
}

static void drift_makes_a_second_of_the_host_longer_or_shorter(void **state) {
    (void)state;
    assert_plays("host fast drift 1000 ppm\nhost slow drift -1000 ppm\n"
                 "coro f on fast\n    sleep 1001ms\n    log '{now}'\n"
                 "coro s on slow\n    sleep 999ms\n    log '{now}'\n",
                 "1s f 1001ms\n1s s 999ms\n");
}

static void a_timeout_at_is_on_the_host_s_clock(void **state) {
    (void)state;
    assert_plays("host fast skew 3s\n"
                 "coro f on fast\n    wait s timeout at 5s\n    on timeout\n        log '{now}'\n"
                 "coro later on fast after 9s\n    signal s\n",
                 "2s f 5s\n");
}

static void the_world_acts_before_arrivals_and_arrivals_before_timers(void **state) {
    (void)state;
    assert_plays("link c <-> s latency 10ms\n"
                 "var n = 0\n"
                 "at 40ms\n    set n = 1\n"
                 "coro server on s\n    listen l port 80\n    accept k from l\n"
                 "    recv t from k max 9 timeout 10ms strong\n    on timeout\n"
                 "        log 'timeout'\n        stop\n    log '{t} {n}'\n"
                 "coro client on c\n    connect k to s port 80\n    sleep 10ms\n"
                 "    send k 'data'\n",
                 "40ms server data 1\n");
}

static void hosts_take_turns_in_the_order_of_their_declaration(void **state) {
    (void)state;
    assert_plays("host two\nhost one\n"
                 "coro a on one\n    log 'a'\n"
                 "coro b on two\n    log 'b'\n",
                 "0ms b b\n0ms a a\n");
}

static void without_latency_a_round_trip_takes_no_time(void **state) {
    (void)state;
    assert_plays("coro server on s\n    listen l port 80\n    accept k from l\n"
                 "    recvline t from k max 9\n    sendall k '{t}!\\n'\n"
                 "coro client on c\n    connect k to s port 80\n    sendall k 'hi\\n'\n"
                 "    recvline t from k max 9\n    log t\n"
                 "expect end at 0ms\n",
                 "0ms client hi!\n");
}

static void a_one_way_link_delays_one_way(void **state) {
    (void)state;
    assert_plays("link c -> s latency 10ms\n"
                 "coro server on s\n    listen l port 80\n    accept k from l\n    log 'in'\n"
                 "coro client on c\n    connect k to s port 80\n    log 'in'\n"
                 "    sleep 50ms\n",
                 "10ms client in\n20ms server in\n");
}

static void a_link_takes_new_values_and_keeps_the_others(void **state) {
    (void)state;
    assert_plays("link c <-> s latency 10ms bandwidth 1KB/s\n"
                 "at 100ms\n    link c <-> s latency 20ms\n"
                 "coro server on s\n    listen l port 80\n    accept k from l\n"
                 "    recvall t from k size 1KB\n    log 'got it'\n"
                 "coro client on c\n    let t = '0123456789abcdef'\n    repeat 6\n"
                 "        set t = '{t}{t}'\n"
                 "    connect k to s port 80\n    sleep 100ms\n    sendall k t\n"
                 "    sleep 5s\n",
                 "1140ms server got it\n");
}

static void a_partition_holds_what_is_sent_until_it_heals(void **state) {
    (void)state;
    assert_plays("link c <-> s latency 10ms\n"
                 "at 50ms\n    partition c s\n"
                 "at 200ms\n    heal c s\n"
                 "coro server on s\n    listen l port 80\n    accept k from l\n"
                 "    recvall t from k size 4\n    log t\n"
                 "coro client on c\n    connect k to s port 80\n    sleep 40ms\n"
                 "    send k 'ab'\n    sleep 10ms\n    send k 'cd'\n    sleep 1s\n",
                 "210ms server abcd\n");
}

static void the_parameters_of_a_scheduler_can_be_set_for_one_host(void **state) {
    (void)state;
    assert_plays("scheduler resolution 1ms proactor lazy ops greedy multiplex later\n"
                 "scheduler on s proactor greedy ops lazy multiplex first priority op\n"
                 "coro server on s\n    listen l port 80\n    accept k from l\n"
                 "    recv t from k max 9\n    log t\n"
                 "coro client on c\n    connect k to s port 80\n    send k 'x'\n",
                 "0ms server x\n");
}

static void time_ends_where_numbers_end(void **state) {
    (void)state;
    assert_fails("coro a\n    repeat 2\n        sleep 300000h\n        log 'x'\n", "300000h a x\n",
                 "4: stalled at 300000h: nothing can happen any more, and this waits\n");
}

static void the_most_extreme_clocks_come_to_their_deadlines_or_never(void **state) {
    (void)state;
    assert_plays("host fast skew 300000h drift 1000000 ppm\n"
                 "coro f on fast\n    sleep 2ms\n    log 'two of mine'\n",
                 "1ms f two of mine\n");
    assert_failures("host slow skew -300000h drift -999999 ppm\n"
                    "coro s on slow\n    sleep 300000h\n",
                    "4: stalled at 0ms: nothing can happen any more, and this waits\n");
    assert_failures("host fast skew 300000h drift 1000000 ppm\n"
                    "coro f on fast\n    sleep 300000h\n    log '{now}'\n",
                    "5: f failed at 150000h (log: the time is out of range)\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_world_signals_and_sets_at_its_time),
        cmocka_unit_test(a_range_of_the_world_s_time_stands_for_its_low_end),
        cmocka_unit_test(what_the_world_does_at_one_time_is_done_in_the_order_of_the_file),
        cmocka_unit_test(the_run_does_not_wait_for_what_the_world_would_do),
        cmocka_unit_test(a_set_of_the_world_that_has_no_value_fails_the_run),
        cmocka_unit_test(skew_shifts_the_clock_of_a_host),
        cmocka_unit_test(drift_makes_a_second_of_the_host_longer_or_shorter),
        cmocka_unit_test(a_timeout_at_is_on_the_host_s_clock),
        cmocka_unit_test(the_world_acts_before_arrivals_and_arrivals_before_timers),
        cmocka_unit_test(hosts_take_turns_in_the_order_of_their_declaration),
        cmocka_unit_test(without_latency_a_round_trip_takes_no_time),
        cmocka_unit_test(a_one_way_link_delays_one_way),
        cmocka_unit_test(a_link_takes_new_values_and_keeps_the_others),
        cmocka_unit_test(a_partition_holds_what_is_sent_until_it_heals),
        cmocka_unit_test(the_parameters_of_a_scheduler_can_be_set_for_one_host),
        cmocka_unit_test(time_ends_where_numbers_end),
        cmocka_unit_test(the_most_extreme_clocks_come_to_their_deadlines_or_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
