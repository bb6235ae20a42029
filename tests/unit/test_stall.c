/* test_stall.c - a stall tells who waits for what, and who could have ended that. */
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The explanation of what a text leads to holds this line. */
static void assert_told(const char *text, const char *line) {
    struct play play;
    play_text(&play, text);
    if (play.explanations.bytes == NULL || strstr(play.explanations.bytes, line) == NULL) {
        fail_msg("it tells\n%snot\n%s", play.explanations.bytes, line);
    }
    play_close(&play);
}

static void a_signal_that_came_too_early_is_told(void **state) {
    (void)state;
    static const char text[] = "coro a\n    sleep 1ms\n    signal go\n"
                               "coro b after 3ms\n    wait go\n";
    assert_told(text, "  b  wait go  line 6, since 3ms\n"
                      "    `signal go` in a, line 4: a ended at 1ms\n"
                      "    `signal go` was sent at 1ms by a, line 4, before anybody waited\n");
}

static void a_signal_of_the_world_that_came_too_early_is_told(void **state) {
    (void)state;
    static const char text[] = "at 1ms\n    signal go\ncoro b after 3ms\n    wait go\n";
    assert_told(text, "    `signal go` by the world, line 3: was at 1ms\n"
                      "    `signal go` was sent at 1ms by the world, line 3, before anybody "
                      "waited\n");
}

static void a_signal_that_woke_somebody_was_not_too_early(void **state) {
    (void)state;
    static const char text[] = "coro a\n    wait go\n    wait go\ncoro b\n    signal go\n";
    struct play play;
    play_text(&play, text);
    assert_null(strstr(play.explanations.bytes, "before anybody waited"));
    play_close(&play);
}

static void who_was_never_started_is_told(void **state) {
    (void)state;
    assert_told("queue q\nroutine r()\n    put q 1\n"
                "coro a\n    get v from q\n    log '{v}'\n    if 1 == 2\n        call r()\n",
                "    `put q 1` in r, line 4: r was never started\n");
}

static void a_cycle_of_locks_is_named(void **state) {
    (void)state;
    assert_told("lock l\nlock m\n"
                "coro left\n    acquire l\n    yield\n    acquire m\n"
                "coro right\n    acquire m\n    yield\n    acquire l\n",
                "    held by right, which waits itself for `acquire l`, line 11\n");
    assert_told("lock l\nlock m\n"
                "coro left\n    acquire l\n    yield\n    acquire m\n"
                "coro right\n    acquire m\n    yield\n    acquire l\n",
                "  left waits for right waits for left\n");
}

static void the_element_of_an_array_of_locks_is_named(void **state) {
    (void)state;
    static const char text[] = "lock l[3]\nvar right = 2\n"
                               "coro a\n    acquire l[0]\n    acquire l[right]\n"
                               "coro b after 1ms\n    let mine = 0\n    acquire l[mine]\n"
                               "coro c after 1ms\n    acquire l[right]\n    set right = 1\n";
    assert_told(text, "  b  acquire l[mine]   line 9, since 1ms\n"
                      "    l[0] is held by a, which ended at 0ms\n");
    assert_told(text, "  c  acquire l[right]  line 11, since 1ms\n"
                      "    l[2] is held by a, which ended at 0ms\n");
}

static void a_cycle_through_an_array_of_locks_is_named(void **state) {
    (void)state;
    static const char text[] = "lock l[2]\ncoro a times 2\n    acquire l[index]\n    yield\n"
                               "    acquire l[1 - index]\n";
    assert_told(text, "    l[1] is held by a[1], which waits itself for `acquire l[1 - index]`");
    assert_told(text, "  a[0] waits for a[1] waits for a[0]\n");
}

static void a_cycle_of_signals_is_named(void **state) {
    (void)state;
    assert_told("coro a\n    wait x\n    signal y\ncoro b\n    wait y\n    signal x\n",
                "  a waits for b waits for a\n");
}

static void who_is_past_the_signal_waits_in_no_cycle(void **state) {
    (void)state;
    struct play play;
    play_text(&play, "coro a\n    signal y\n    wait x\ncoro b\n    signal x\n    wait y\n");
    assert_non_null(strstr(play.explanations.bytes, "stalled"));
    assert_null(strstr(play.explanations.bytes, "waits for"));
    play_close(&play);
}

static void a_lock_kept_by_one_that_ended_is_told(void **state) {
    (void)state;
    assert_told("lock l\ncoro a\n    acquire l\ncoro b after 1ms\n    acquire l\n",
                "    held by a, which ended at 0ms\n");
}

static void many_that_wait_are_counted(void **state) {
    (void)state;
    assert_told("coro a times 40\n    wait go\n    signal go\n", "\n  and 24 more\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_that_came_too_early_is_told),
        cmocka_unit_test(a_signal_of_the_world_that_came_too_early_is_told),
        cmocka_unit_test(a_signal_that_woke_somebody_was_not_too_early),
        cmocka_unit_test(who_was_never_started_is_told),
        cmocka_unit_test(a_cycle_of_locks_is_named),
        cmocka_unit_test(the_element_of_an_array_of_locks_is_named),
        cmocka_unit_test(a_cycle_through_an_array_of_locks_is_named),
        cmocka_unit_test(a_cycle_of_signals_is_named),
        cmocka_unit_test(who_is_past_the_signal_waits_in_no_cycle),
        cmocka_unit_test(a_lock_kept_by_one_that_ended_is_told),
        cmocka_unit_test(many_that_wait_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
