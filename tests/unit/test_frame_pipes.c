/* test_frame_pipes.c - emit and iterate: turns, nested loops, every way out of a loop, and what
 * goes through. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT_TO                                                                                   \
    "routine count_to(limit)\n    let n = 1\n    while n <= limit\n        emit n\n"               \
    "        set n = n + 1\n"

static void producer_and_consumer_take_turns(void **state) {
    (void)state;
    assert_plays("routine r()\n    log 'first'\n    emit 1\n    log 'second'\n    emit 2\n"
                 "    log 'last'\n"
                 "coro c\n    iterate v from r()\n        log '{v}'\n    log 'done'\n",
                 "0ms r first\n0ms c 1\n0ms r second\n0ms c 2\n0ms r last\n0ms c done\n");
}

static void a_producer_without_values_ends_the_loop_at_once(void **state) {
    (void)state;
    assert_plays(COUNT_TO "coro c\n    iterate v from count_to(0)\n        log '{v}'\n"
                          "    log 'none'\n",
                 "0ms c none\n");
}

static void loops_nest_and_begin_anew(void **state) {
    (void)state;
    assert_plays(COUNT_TO "coro c\n    let text = ''\n    iterate a from count_to(3)\n"
                          "        iterate b from count_to(a)\n"
                          "            set text = '{text} {a}{b}'\n"
                          "    log '{text}'\n",
                 "0ms c  11 21 22 31 32 33\n");
}

static void a_producer_iterates_another_one(void **state) {
    (void)state;
    assert_plays(COUNT_TO "routine doubled(limit)\n    iterate n from count_to(limit)\n"
                          "        emit n + n\n"
                          "coro c\n    let sum = 0\n    iterate n from doubled(3)\n"
                          "        set sum = sum + n\n    log '{sum}'\n",
                 "0ms c 12\n");
}

static void continue_goes_on_with_the_next_value_and_break_with_none(void **state) {
    (void)state;
    assert_plays(COUNT_TO "coro c\n    iterate n from count_to(9)\n        if n == 2\n"
                          "            continue\n        if n == 4\n            break\n"
                          "        log '{n}'\n    log 'out'\n",
                 "0ms c 1\n0ms c 3\n0ms c out\n");
}

static void who_ends_within_the_loop_ends_the_producer(void **state) {
    (void)state;
    static const char *const ways[] = {"stop", "return", "fail 'enough'"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "routine r()\n    emit 1\n    sleep 1h\n    log 'still here'\n"
                       "coro c\n    iterate v from r()\n        log '{v}'\n        %s\n"
                       "expect end at 0ms\nexpect c ends or c fails\n",
                       ways[i]);
        assert_plays(text, "0ms c 1\n");
    }
}

static void a_timeout_gives_up_and_ends_the_producer(void **state) {
    (void)state;
    assert_plays("routine r()\n    emit 1\n    sleep 1h\n"
                 "coro c\n    iterate v from r() timeout 5ms\n        log '{v}'\n"
                 "    on timeout\n        log 'too slow'\n    log 'out'\n"
                 "expect end at 5ms\n",
                 "0ms c 1\n5ms c too slow\n5ms c out\n");
}

static void a_failure_of_the_producer_is_the_loops(void **state) {
    (void)state;
    assert_plays("routine r()\n    emit 1\n    fail 'broken'\n"
                 "coro c\n    iterate v from r()\n        log '{v}'\n    on failed\n"
                 "        log 'failed'\n",
                 "0ms c 1\n0ms c failed\n");
}

static void a_socket_that_is_emitted_is_the_consumers(void **state) {
    (void)state;
    assert_plays("routine connections(listener, count)\n    repeat count\n"
                 "        accept s from listener\n        emit s\n"
                 "coro server\n    listen l port 80\n    iterate s from connections(l, 2)\n"
                 "        send s 'hello'\n"
                 "coro client times 2\n    connect s to port 80\n    recv text from s max 9\n"
                 "    log '{text}'\n",
                 "0ms client[1] hello\n0ms client[0] hello\n");
}

static void shared_variables_are_read_where_a_producer_begins(void **state) {
    (void)state;
    assert_plays("shared most = 2\n" COUNT_TO
                 "coro c\n    iterate n from count_to(most)\n        log '{n}'\n",
                 "0ms c 1\n0ms c 2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(producer_and_consumer_take_turns),
        cmocka_unit_test(a_producer_without_values_ends_the_loop_at_once),
        cmocka_unit_test(loops_nest_and_begin_anew),
        cmocka_unit_test(a_producer_iterates_another_one),
        cmocka_unit_test(continue_goes_on_with_the_next_value_and_break_with_none),
        cmocka_unit_test(who_ends_within_the_loop_ends_the_producer),
        cmocka_unit_test(a_timeout_gives_up_and_ends_the_producer),
        cmocka_unit_test(a_failure_of_the_producer_is_the_loops),
        cmocka_unit_test(a_socket_that_is_emitted_is_the_consumers),
        cmocka_unit_test(shared_variables_are_read_where_a_producer_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
