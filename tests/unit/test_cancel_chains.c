/* test_cancel_chains.c - cancelling those that call, are called or joined, whose operations cannot
 * be taken back, and everybody when the scheduler goes. */
#include "tests/unit/actor.h"
#include "tests/unit/cancel_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

/* ---- Calls and joins ---- */

static void what_it_calls_is_cancelled_first(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-defer z; -sleep 50; log never");
    actor_role(stage, "b", "-defer y; call c; log never");
    actor_enter(stage, "a", "-defer x; call b; log never");
    actor_enter(stage, "j", "-sleep 1; join b");
    actor_enter(stage, "d", "-sleep 2; cancel a; log on");
    stage_expect(
        stage, COG_OK,
        "2 c cleanup z\n2 b cleanup y\n2 a cleanup x\n2 d cancel\n2 d on\n2 j join failed\n");
    assert_int_equal(cog_coro_status(actor_find(stage, "a")), COG_ECANCELLED);
    assert_int_equal(cog_coro_status(actor_find(stage, "b")), COG_ECANCELLED);
    assert_int_equal(cog_coro_status(actor_find(stage, "c")), COG_ECANCELLED);
    assert_non_null(strstr(stage->events.text, "finished c sleep cancelled\nended c cancelled\n"
                                               "finished b call cancelled\nended b cancelled\n"));
}

static void whoever_called_it_fails_and_knows_why(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-defer z; -sleep 50; log never");
    actor_role(stage, "b", "-defer y; -call c; log never");
    actor_enter(stage, "a", "call b; fail -7");
    actor_enter(stage, "d", "-sleep 2; cancel b; -join a; trail a");
    stage_expect(stage, COG_OK,
                 "2 c cleanup z\n2 b cleanup y\n2 d cancel\n2 a call failed\n"
                 "2 d trail=a > b: cancelled in call\n");
}

static void whoever_waits_for_it_goes_to_the_back(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-sleep 50");
    actor_enter(stage, "a", "call c");
    actor_enter(stage, "j", "-sleep 1; join c");
    actor_enter(stage, "k", "-sleep 1; join c");
    actor_enter(stage, "x", "-sleep 5; cancel c; log x; -yield; log again");
    actor_enter(stage, "y", "-sleep 5; log y");
    stage_expect(stage, COG_OK,
                 "5 x cancel\n5 x x\n5 y y\n5 j join failed\n5 k join failed\n5 a call failed\n"
                 "5 x again\n");
}

static void whoever_waits_for_it_goes_to_the_front_with_a_default_priority(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_CORO;
    open_stage(stage);
    actor_role(stage, "c", "-sleep 50");
    actor_enter(stage, "a", "call c");
    actor_enter(stage, "j", "-sleep 1; join c");
    actor_enter(stage, "x", "-sleep 5; cancel c; log x; -yield; log again");
    actor_enter(stage, "y", "-sleep 5; log y");
    stage_expect(stage, COG_OK,
                 "5 x cancel\n5 x x\n5 a call failed\n5 j join failed\n5 y y\n5 x again\n");
}

static void a_caller_that_is_called_itself_passes_on_that_it_was_cancelled(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-sleep 50");
    actor_role(stage, "b", "call c; return 4");
    actor_enter(stage, "a", "call b");
    actor_enter(stage, "d", "-sleep 2; cancel c");
    stage_expect(stage, COG_OK, "2 d cancel\n2 b call failed\n2 a call=4\n");
}

static void clean_up_may_cancel_who_calls_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-sleep 5");
    struct cog_coro *a = actor_enter(stage, "a", "-defer x; call c; log never");
    while (actor_find(stage, "c") == NULL) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    struct cancel_order order = {.coro = a, .status = COG_PENDING};
    assert_int_equal(cog_defer(actor_find(stage, "c"), cancel_as_told, &order), COG_OK);
    stage_expect(stage, COG_OK, "5 a cleanup x\n");
    assert_int_equal(order.status, COG_OK);
    assert_int_equal(cog_coro_status(a), COG_ECANCELLED);
    assert_int_equal(cog_coro_status(actor_find(stage, "c")), COG_OK);
}

static void clean_up_may_cancel_what_is_being_cancelled(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "gate park; log never");
    actor_role(stage, "b", "-defer y; call c; log never");
    struct cog_coro *a = actor_enter(stage, "a", "-defer x; call b; log never");
    stage_expect(stage, COG_ESTALLED, "");
    struct cancel_order orders[2] = {{.coro = actor_find(stage, "b")}, {.coro = a}};
    assert_int_equal(cog_defer(actor_find(stage, "c"), cancel_as_told, &orders[0]), COG_OK);
    assert_int_equal(cog_defer(actor_find(stage, "b"), cancel_as_told, &orders[1]), COG_OK);
    assert_int_equal(cog_cancel(a), COG_OK);
    stage_expect(stage, COG_OK, "0 a cleanup x\n0 b cleanup y\n");
}

/* ---- Operations that can not be taken back ---- */

static void one_that_cannot_be_withdrawn_ends_when_it_completes(void **state) {
    struct stage *stage = *state;
    stage->stuck_socket = 1;
    open_stage(stage);
    stage_cue(stage, 9, STAGE_COMPLETE, 1, COG_OK, 4);
    struct cog_coro *a = actor_enter(stage, "a", "-defer x; recv 1 4; log never");
    actor_enter(stage, "j", "join a");
    actor_enter(stage, "b", "-sleep 1; cancel a; cancel a; -sleep 1; cancel a");
    stage_expect(stage, COG_OK,
                 "1 b cancel pending\n1 b cancel pending\n2 b cancel pending\n9 a cleanup x\n"
                 "9 j join failed\n");
    assert_int_equal(cog_coro_status(a), COG_ECANCELLED);
    assert_int_equal(stage->held_count, 0);
}

static void several_of_a_batch_that_were_cancelled_end_instead_of_running(void **state) {
    struct stage *stage = *state;
    stage->stuck_socket = 1;
    open_stage(stage);
    for (int i = 0; i < 3; i++) {
        stage_cue(stage, 9, STAGE_COMPLETE, 1, COG_OK, 4);
    }
    actor_enter(stage, "a", "-defer x; recv 1 4; log never");
    actor_enter(stage, "c", "recv 1 4; log on");
    actor_enter(stage, "d", "-defer y; recv 1 4; log never");
    actor_enter(stage, "b", "-sleep 1; cancel a; cancel d");
    stage_expect(stage, COG_OK,
                 "1 b cancel pending\n1 b cancel pending\n9 d cleanup y\n9 a cleanup x\n"
                 "9 c recv=4\n9 c on\n");
}

static void its_timeout_cannot_wake_it_either(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-defer x; gate stuck strong=5; log never");
    actor_enter(stage, "b", "-sleep 1; cancel a; -sleep 8; open; log on");
    stage_expect(stage, COG_OK, "1 b cancel pending\n9 b open=1\n9 b on\n9 a cleanup x\n");
}

static void who_calls_it_waits_until_it_has_ended(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-defer z; gate stuck; log never");
    actor_role(stage, "b", "-defer y; call c; log never");
    actor_enter(stage, "a", "-defer x; call b; log never");
    actor_enter(stage, "j", "join a");
    actor_enter(stage, "d", "-sleep 1; cancel a; cancel b; -sleep 8; open; log on");
    stage_expect(stage, COG_OK,
                 "1 d cancel pending\n1 d cancel pending\n9 d open=1\n9 d on\n9 c cleanup z\n"
                 "9 b cleanup y\n9 a cleanup x\n9 j join failed\n");
    assert_int_equal(cog_coro_status(actor_find(stage, "a")), COG_ECANCELLED);
    assert_int_equal(cog_coro_status(actor_find(stage, "b")), COG_ECANCELLED);
}

static void only_the_middle_of_a_chain_is_cancelled_and_its_caller_goes_on(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-defer z; gate stuck; log never");
    actor_role(stage, "b", "-defer y; call c; log never");
    actor_enter(stage, "a", "-defer x; call b; log on");
    actor_enter(stage, "d", "-sleep 1; cancel b; -sleep 8; -open");
    stage_expect(stage, COG_OK,
                 "1 d cancel pending\n9 d open=1\n9 c cleanup z\n9 b cleanup y\n9 a call failed\n"
                 "9 a on\n9 a cleanup x\n");
}

/* ---- The end of the scheduler ---- */

static void freeing_the_scheduler_cancels_the_one_added_last_first(void **state) {
    struct stage *stage = *state;
    stage->stuck_socket = 2;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    stage_cue(stage, 7, STAGE_COMPLETE, 1, COG_OK, 4);
    actor_role(stage, "new", "log never");
    assert_non_null(actor_new(stage, "new"));
    actor_role(stage, "called", "-defer 9; wait s");
    actor_enter(stage, "caller", "-defer 1; call called");
    actor_enter(stage, "urgent", "-defer 2; recv 1 4");
    actor_enter(stage, "stuck", "-defer 3; recv 2 4");
    actor_enter(stage, "joiner", "-defer 4; join stuck");
    actor_enter(stage, "getter", "-defer 5; get q");
    actor_enter(stage, "ended", "-defer 6");
    actor_enter(stage, "sleeper", "-defer 7; -sleep 7; -yield; log never");
    actor_enter(stage, "canceller", "-defer 8; -sleep 1; cancel stuck; take m");
    while (stage->now_ns < 7) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_int_equal(cog_coro_state(actor_find(stage, "urgent")), COG_CORO_RUNNING);
    assert_int_equal(cog_coro_state(actor_find(stage, "sleeper")), COG_CORO_READY);
    stage_clear(&stage->log);
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text,
                        "7 called cleanup 9\n7 canceller cleanup 8\n7 sleeper cleanup 7\n"
                        "7 getter cleanup 5\n7 joiner cleanup 4\n7 stuck cleanup 3\n"
                        "7 urgent cleanup 2\n7 caller cleanup 1\n");
}

static void add_as_told(void *argument) {
    struct cancel_order *order = argument;
    order->status = cog_add(cog_coro_scheduler(order->coro), order->coro, true);
}

static void nothing_can_be_added_while_the_scheduler_is_freed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "late", "log never");
    struct cancel_order order = {.coro = actor_new(stage, "late")};
    assert_int_equal(cog_defer(actor_enter(stage, "a", "-sleep 5"), add_as_told, &order), COG_OK);
    assert_int_equal(stage_close(stage), 0);
    assert_int_equal(order.status, COG_EINVALID);
    assert_string_equal(stage->log.text, "");
}

static void clean_up_may_cancel_others_while_the_scheduler_is_freed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cancel_order orders[2] = {{.status = COG_PENDING}, {.status = COG_PENDING}};
    orders[1].coro = actor_enter(stage, "a", "-defer x; gate park");
    actor_enter(stage, "b", "-defer y; gate park");
    orders[0].coro = actor_enter(stage, "c", "-defer z; gate park");
    stage_expect(stage, COG_ESTALLED, "");
    assert_int_equal(cog_defer(orders[0].coro, cancel_as_told, &orders[1]), COG_OK);
    assert_int_equal(cog_defer(orders[1].coro, cancel_as_told, &orders[0]), COG_OK);
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "0 a cleanup x\n0 c cleanup z\n0 b cleanup y\n");
    assert_int_equal(orders[0].status, COG_OK);
    assert_int_equal(orders[1].status, COG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_it_calls_is_cancelled_first),
        STAGE_TEST(whoever_called_it_fails_and_knows_why),
        STAGE_TEST(whoever_waits_for_it_goes_to_the_back),
        STAGE_TEST(whoever_waits_for_it_goes_to_the_front_with_a_default_priority),
        STAGE_TEST(a_caller_that_is_called_itself_passes_on_that_it_was_cancelled),
        STAGE_TEST(clean_up_may_cancel_who_calls_it),
        STAGE_TEST(clean_up_may_cancel_what_is_being_cancelled),
        STAGE_TEST(one_that_cannot_be_withdrawn_ends_when_it_completes),
        STAGE_TEST(several_of_a_batch_that_were_cancelled_end_instead_of_running),
        STAGE_TEST(its_timeout_cannot_wake_it_either),
        STAGE_TEST(who_calls_it_waits_until_it_has_ended),
        STAGE_TEST(only_the_middle_of_a_chain_is_cancelled_and_its_caller_goes_on),
        STAGE_TEST(freeing_the_scheduler_cancels_the_one_added_last_first),
        STAGE_TEST(nothing_can_be_added_while_the_scheduler_is_freed),
        STAGE_TEST(clean_up_may_cancel_others_while_the_scheduler_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
