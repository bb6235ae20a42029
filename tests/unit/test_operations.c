/* test_operations.c - statements that wait: objects, timeouts, priorities, sockets and who owns
 * them. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Signals ---- */

static void a_signal_wakes_all_who_wait_and_tells_how_many(void **state) {
    (void)state;
    assert_plays("coro w times 2\n    wait go as v\n    log 'got {v}'\n"
                 "coro s\n    signal go value 'x' as woken\n    log 'woke {woken}'\n",
                 "0ms w[0] got x\n0ms w[1] got x\n0ms s woke 2\n");
}

static void a_signal_without_waiters_is_lost(void **state) {
    (void)state;
    assert_plays("coro s\n    signal go as woken\n    log 'woke {woken}'\n"
                 "coro w\n    sleep 1ms\n    wait go timeout 1ms\n    on timeout\n"
                 "        log 'nothing'\n",
                 "0ms s woke 0\n2ms w nothing\n");
}

static void a_signal_waits_for_its_recipients(void **state) {
    (void)state;
    assert_plays("coro s\n    signal go value 5 recipients 2 as woken\n    log 'woke {woken}'\n"
                 "coro w times 2\n    sleep 1ms + 1ms * index\n    wait go as v\n    log '{v}'\n",
                 "2ms w[0] 5\n2ms w[1] 5\n2ms s woke 2\n");
}

static void a_parked_signal_can_time_out(void **state) {
    (void)state;
    assert_plays("coro s\n    signal go recipients 1 timeout 3ms\n    on timeout\n"
                 "        log 'nobody'\n"
                 "coro w\n    sleep 5ms\n    wait go timeout 1ms\n    on timeout\n"
                 "        log 'nothing'\n",
                 "3ms s nobody\n6ms w nothing\n");
}

static void the_value_of_a_signal_without_one_is_zero(void **state) {
    (void)state;
    assert_plays("coro w\n    wait go as v\n    log '{v}'\ncoro s\n    signal go\n", "0ms w 0\n");
}

/* ---- Queues ---- */

static void items_leave_a_queue_in_the_order_they_came(void **state) {
    (void)state;
    assert_plays("queue q\n"
                 "coro a\n    put q 1\n    put q 'two'\n    put q 3s\n"
                 "coro b\n    repeat 3\n        get v from q\n        log '{v}'\n",
                 "0ms b 1\n0ms b two\n0ms b 3s\n");
}

static void a_full_queue_holds_the_putter_until_there_is_room(void **state) {
    (void)state;
    assert_plays("queue q size 1\n"
                 "coro a\n    put q 1\n    put q 2\n    log 'both in'\n"
                 "coro b\n    sleep 5ms\n    get v from q\n    log '{v}'\n",
                 "5ms b 1\n5ms a both in\n");
}

static void a_put_into_a_full_queue_times_out_and_leaves_nothing(void **state) {
    (void)state;
    assert_plays("queue q size 1\n"
                 "coro a\n    put q 1\n    put q 2 timeout 2ms\n    on timeout\n"
                 "        log 'no room'\n"
                 "coro b\n    sleep 5ms\n    get v from q\n    log '{v}'\n"
                 "    get w from q nowait\n    on empty\n        log 'empty'\n",
                 "2ms a no room\n5ms b 1\n5ms b empty\n");
}

static void a_drain_waits_until_all_is_done(void **state) {
    (void)state;
    assert_plays("queue q\n"
                 "coro a\n    put q 1\n    put q 2\n    drain q\n    log 'drained'\n"
                 "coro b\n    repeat 2\n        get v from q\n        sleep 2ms\n"
                 "        done q\n        log 'done {v}'\n",
                 "2ms b done 1\n4ms b done 2\n4ms a drained\n");
}

static void a_drain_can_time_out(void **state) {
    (void)state;
    assert_plays("queue q\ncoro a\n    put q 1\n    drain q timeout 3ms\n    on timeout\n"
                 "        log 'still there'\n",
                 "3ms a still there\n");
}

static void more_done_than_put_fails_the_coroutine(void **state) {
    (void)state;
    assert_failures("queue q\ncoro a\n    done q\n",
                    "4: a failed at 0ms (done: more tasks were marked done than were put)\n");
}

/* ---- Channels ---- */

static void a_fetch_gets_all_that_was_published_since_the_last(void **state) {
    (void)state;
    assert_plays("channel c\n"
                 "coro a\n    subscribe c\n    sleep 2ms\n    fetch m from c\n    log '{m}'\n"
                 "    fetch m2 from c\n    log '{m2}'\n"
                 "coro b\n    publish c 1\n    publish c 2\n    sleep 5ms\n    publish c 3\n",
                 "2ms a 1,2\n5ms a 3\n");
}

static void every_subscriber_gets_every_message(void **state) {
    (void)state;
    assert_plays("channel c\n"
                 "coro s times 2\n    subscribe c\n    fetch m from c\n    log '{m}'\n"
                 "coro p\n    publish c 'x'\n",
                 "0ms s[0] x\n0ms s[1] x\n");
}

static void a_late_subscriber_starts_at_what_the_channel_still_holds(void **state) {
    (void)state;
    assert_plays("channel c\n"
                 "coro p\n    publish c 1\n    compact c\n    publish c 2\n"
                 "coro s\n    sleep 1ms\n    subscribe c\n    fetch m from c\n    log '{m}'\n",
                 "1ms s 2\n");
}

static void a_fetch_can_time_out(void **state) {
    (void)state;
    assert_plays("channel c\n"
                 "coro s\n    subscribe c\n    fetch m from c timeout 4ms\n    on timeout\n"
                 "        log 'silence'\n"
                 "coro p\n    sleep 5ms\n    publish c 1\n",
                 "4ms s silence\n");
}

static void who_has_not_subscribed_cannot_fetch(void **state) {
    (void)state;
    assert_failures("channel c\n"
                    "coro s\n    subscribe c\n    unsubscribe c\n    fetch m from c\n"
                    "    log '{m}'\n"
                    "coro p\n    publish c 1\n",
                    "6: s failed at 0ms (fetch: the coroutine did not subscribe to the "
                    "channel)\n");
}

/* ---- Locks ---- */

static void a_lock_is_held_by_one(void **state) {
    (void)state;
    assert_plays("lock l\n"
                 "coro a times 3\n    acquire l\n    log 'in'\n    sleep 2ms\n    log 'out'\n"
                 "    release l\n",
                 "0ms a[0] in\n2ms a[0] out\n2ms a[1] in\n4ms a[1] out\n4ms a[2] in\n"
                 "6ms a[2] out\n");
}

static void an_acquire_can_time_out(void **state) {
    (void)state;
    assert_plays("lock l\n"
                 "coro a\n    acquire l\n    sleep 5ms\n    release l\n"
                 "coro b\n    acquire l timeout 3ms\n    on timeout\n        log 'held'\n"
                 "    acquire l\n    log 'mine'\n",
                 "3ms b held\n5ms b mine\n");
}

static void only_the_holder_releases(void **state) {
    (void)state;
    assert_failures("lock l\n"
                    "coro a\n    acquire l\n    sleep 5ms\n    release l\n    release l\n"
                    "coro b\n    release l\n",
                    "7: a failed at 5ms (release: released by a coroutine that does not hold "
                    "it)\n"
                    "9: b failed at 0ms (release: released by a coroutine that does not hold "
                    "it)\n");
}

/* ---- Timeouts and priorities ---- */

static void a_timeout_at_is_a_time_of_the_clock(void **state) {
    (void)state;
    assert_plays("coro a\n    sleep 2ms\n    wait s timeout at 5ms\n    on timeout\n"
                 "        log 'late'\n    wait s timeout at 1ms\n    on timeout\n"
                 "        log 'past'\n"
                 "coro b\n    sleep 9ms\n    signal s\n",
                 "5ms a late\n5ms a past\n");
}

static void the_default_timeout_of_all_schedulers_and_of_one(void **state) {
    (void)state;
    assert_plays("scheduler timeout 5ms\n"
                 "scheduler on b timeout 7ms\n"
                 "scheduler on c timeout none\n"
                 "coro in_a on a\n    wait sa\n    on timeout\n        log 'a'\n"
                 "coro in_b on b\n    wait sb\n    on timeout\n        log 'b'\n"
                 "coro in_c on c\n    wait sc\n    log 'c'\n"
                 "coro late_a on a after 20ms\n    signal sa\n"
                 "coro late_b on b after 20ms\n    signal sb\n"
                 "coro late_c on c after 20ms\n    signal sc\n",
                 "5ms in_a a\n7ms in_b b\n20ms in_c c\n");
}

static void timeout_none_goes_without_the_default(void **state) {
    (void)state;
    assert_plays("scheduler timeout 5ms\n"
                 "coro a\n    wait s timeout none\n    log 'came'\n"
                 "coro b\n    wait s timeout 30ms\n    log 'own'\n"
                 "coro c after 20ms\n    signal s\n",
                 "20ms a came\n20ms b own\n");
}

static void a_timeout_of_zero_is_due_at_once(void **state) {
    (void)state;
    assert_plays("coro a\n    wait s timeout 0ms\n    on timeout\n        log 'at once'\n"
                 "coro b\n    sleep 1ms\n    signal s\n",
                 "0ms a at once\n");
}

static void a_call_and_a_join_can_time_out(void **state) {
    (void)state;
    assert_plays("routine slow()\n    sleep 10ms\n    log 'slow ends'\n"
                 "coro a\n    call slow() timeout 2ms\n    on timeout\n        log 'call'\n"
                 "    spawn slow() as h\n    join h timeout 3ms\n    on timeout\n"
                 "        log 'join'\n",
                 "2ms a call\n5ms a join\n10ms slow slow ends\n12ms slow slow ends\n");
}

static void the_priority_of_a_spawn_decides_who_goes_first(void **state) {
    (void)state;
    static const struct {
        const char *priority;
        const char *log;
    } cases[] = {
        {"last", "0ms a parent\n0ms r child\n0ms b b\n"},
        {"coro", "0ms a parent\n0ms r child\n0ms b b\n"},
        {"op", "0ms a parent\n0ms b b\n0ms r child\n"},
        {"first", "0ms a parent\n0ms b b\n0ms r child\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "routine r()\n    log 'child'\n"
                       "coro a\n    spawn r() priority %s\n    log 'parent'\n"
                       "coro b\n    yield\n    log 'b'\n",
                       cases[i].priority);
        assert_plays(text, cases[i].log);
    }
}

static void the_priority_of_the_scheduler_holds_where_a_statement_has_none(void **state) {
    (void)state;
    const char *body = "coro w\n    wait go\n    log 'waiter'\n"
                       "coro s\n    signal go%s\n    log 'signaller'\n";
    static const struct {
        const char *setting;
        const char *own;
        const char *log;
    } cases[] = {
        {"", "", "0ms w waiter\n0ms s signaller\n"},
        {"scheduler priority coro\n", "", "0ms s signaller\n0ms w waiter\n"},
        {"scheduler priority coro\n", " priority last", "0ms w waiter\n0ms s signaller\n"},
        {"", " priority coro", "0ms s signaller\n0ms w waiter\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        int head = snprintf(text, sizeof text, "%s", cases[i].setting);
        char statements[256];
        (void)snprintf(statements, sizeof statements, body, cases[i].own);
        (void)snprintf(text + head, sizeof text - (size_t)head, "%s", statements);
        assert_plays(text, cases[i].log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_wakes_all_who_wait_and_tells_how_many),
        cmocka_unit_test(a_signal_without_waiters_is_lost),
        cmocka_unit_test(a_signal_waits_for_its_recipients),
        cmocka_unit_test(a_parked_signal_can_time_out),
        cmocka_unit_test(the_value_of_a_signal_without_one_is_zero),
        cmocka_unit_test(items_leave_a_queue_in_the_order_they_came),
        cmocka_unit_test(a_full_queue_holds_the_putter_until_there_is_room),
        cmocka_unit_test(a_put_into_a_full_queue_times_out_and_leaves_nothing),
        cmocka_unit_test(a_drain_waits_until_all_is_done),
        cmocka_unit_test(a_drain_can_time_out),
        cmocka_unit_test(more_done_than_put_fails_the_coroutine),
        cmocka_unit_test(a_fetch_gets_all_that_was_published_since_the_last),
        cmocka_unit_test(every_subscriber_gets_every_message),
        cmocka_unit_test(a_late_subscriber_starts_at_what_the_channel_still_holds),
        cmocka_unit_test(a_fetch_can_time_out),
        cmocka_unit_test(who_has_not_subscribed_cannot_fetch),
        cmocka_unit_test(a_lock_is_held_by_one),
        cmocka_unit_test(an_acquire_can_time_out),
        cmocka_unit_test(only_the_holder_releases),
        cmocka_unit_test(a_timeout_at_is_a_time_of_the_clock),
        cmocka_unit_test(the_default_timeout_of_all_schedulers_and_of_one),
        cmocka_unit_test(timeout_none_goes_without_the_default),
        cmocka_unit_test(a_timeout_of_zero_is_due_at_once),
        cmocka_unit_test(a_call_and_a_join_can_time_out),
        cmocka_unit_test(the_priority_of_a_spawn_decides_who_goes_first),
        cmocka_unit_test(the_priority_of_the_scheduler_holds_where_a_statement_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
