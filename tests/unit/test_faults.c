/* test_faults.c - every allocation of a program fails once: nothing crashes, leaks or is left in
 * disorder. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Everything that allocates: coroutines, objects, a ring, a log of messages and the timeouts that
 * grow, subscriptions. */
static void set_up(struct stage *stage) {
    (void)stage_signal(stage, "s");
    (void)stage_queue(stage, "q", 0);
    (void)stage_queue(stage, "r", 1);
    (void)stage_channel(stage, "c");
    (void)stage_channel(stage, "d");
    actor_role(stage, "callee", "-sleep 1; wait s weak=2; return 5");
    actor_role(stage, "spawned", "sleep 3; put r 7 weak=9; fail -1");
    actor_role(stage, "sleeper", "-sleep 2");
    actor_enter(
        stage, "maker",
        "call callee strong=50; spawn spawned; join spawned weak=30; spawn spawned prio=coro;"
        "add sleeper; add sleeper; add sleeper; add sleeper; add sleeper; add sleeper;"
        "add sleeper; add sleeper; add sleeper; add sleeper; add sleeper; add sleeper;"
        "add sleeper; add sleeper; add sleeper; add sleeper; add_front sleeper; sleep 5");
    actor_enter(stage, "putter",
                "put q 1; put q 2; put q 3; put q 4; put q 5; put q 6; tryput q 7; put r 1;"
                "put r 2 weak=40; drain q weak=60; publish c 1; publish c 2; publish c 3;"
                "publish c 4; publish c 5; compact c; publish d 6");
    actor_enter(stage, "getter",
                "get q weak=5; done q; get q; done q; tryget q; get r weak=4; done r; get r weak=4;"
                "sleep 30; get q weak=1; get q weak=1; done q; done q");
    actor_enter(stage, "reader",
                "subscribe c; subscribe d; fetch c weak=50; fetch c weak=50; fetch d weak=50;"
                "unsubscribe c; unsubscribe d");
    actor_enter(stage, "signaller", "signal s 1 2 weak=2; signal s 2 0; ring s 3; yield");
    actor_enter(stage, "waiter", "wait s weak=9; wait s weak=9; sleep_until 80");
}

/* Runs the program with the fail_at-th allocation failing. Returns whether one failed. */
static bool play_with_fault(size_t fail_at, bool with_picker) {
    struct stage *stage = stage_new();
    stage->tally.fail_at = fail_at;
    if (with_picker) {
        stage_use_picker(stage, "");
    }
    if (stage_open(stage) == COG_OK) {
        set_up(stage);
        int status = stage_run(stage);
        assert_true(status == COG_OK || status == COG_ESTALLED);
    }
    bool has_failed = stage->tally.failed_count > 0;
    if (stage_close(stage) != 0) {
        fail_msg("%zu blocks are left when allocation %zu fails", stage->tally.live_count, fail_at);
    }
    stage_free(stage);
    return has_failed;
}

static void sweep(bool with_picker, size_t calls_min) {
    size_t fail_at = 1;
    while (play_with_fault(fail_at, with_picker)) {
        fail_at++;
    }
    assert_true(fail_at > calls_min);
}

static void a_program_survives_the_failure_of_each_of_its_allocations(void **state) {
    (void)state;
    sweep(false, 40);
}

static void a_program_under_a_picker_survives_them_too(void **state) {
    (void)state;
    sweep(true, 41);
}

static void freeing_everything_half_way_leaves_nothing(void **state) {
    (void)state;
    bool has_ended = false;
    for (int iteration_count = 0; !has_ended; iteration_count++) {
        struct stage *stage = stage_new();
        assert_int_equal(stage_open(stage), COG_OK);
        set_up(stage);
        int status = COG_MORE;
        for (int i = 0; i < iteration_count && status == COG_MORE; i++) {
            status = stage_iterate(stage);
        }
        has_ended = status != COG_MORE;
        assert_int_equal(stage_close(stage), 0);
        stage_free(stage);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_survives_the_failure_of_each_of_its_allocations),
        cmocka_unit_test(a_program_under_a_picker_survives_them_too),
        cmocka_unit_test(freeing_everything_half_way_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
