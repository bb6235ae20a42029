/* test_spawn.c - spawn, call and join. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void spawn_puts_the_new_one_to_the_front_and_the_adder_to_the_back(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "log c");
    actor_enter(stage, "a", "spawn c");
    actor_enter(stage, "b", "log b1; -yield; log b2");
    /* The first resumption of c only prepares it and sends it behind the others. */
    stage_expect(stage, COG_OK, "0 b b1\n0 a spawn=c\n0 c c\n0 b b2\n");
}

static void spawn_with_op_puts_the_new_one_to_the_back(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "log c");
    actor_enter(stage, "a", "spawn c prio=op");
    actor_enter(stage, "b", "log b1; -yield; log b2");
    stage_expect(stage, COG_OK, "0 b b1\n0 a spawn=c\n0 b b2\n0 c c\n");
}

static void spawn_with_coro_lets_the_adder_continue_at_once(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "log c");
    actor_enter(stage, "a", "spawn c prio=coro");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a spawn=c\n0 b b\n0 c c\n");
    assert_non_null(strstr(stage->events.text, "added c by a\nready c front\n"));
}

static void what_has_been_added_can_be_neither_added_nor_spawned_nor_called_again(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "log c");
    actor_enter(stage, "a", "-spawn c; respawn c; recall c; -join c; respawn c; recall self");
    stage_expect(stage, COG_OK,
                 "0 a respawn invalid\n0 a recall invalid\n0 c c\n0 a respawn invalid\n"
                 "0 a recall invalid\n");
    assert_int_equal(cog_add(stage->scheduler, actor_find(stage, "c"), true), COG_EINVALID);
}

static void a_call_runs_the_callee_at_once_and_gives_its_result(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 5; log c; return 42");
    actor_enter(stage, "a", "call c");
    stage_expect(stage, COG_OK, "5 c c\n5 a call=42\n");
}

static void a_callee_begins_behind_those_who_are_ready(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "log c");
    actor_enter(stage, "a", "call c");
    actor_enter(stage, "b", "log b1; -yield; log b2");
    stage_expect(stage, COG_OK, "0 b b1\n0 c c\n0 a call=0\n0 b b2\n");
}

static void a_call_of_a_failing_coroutine_fails_and_tells_its_code(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 1; return 4; fail -4");
    actor_enter(stage, "a", "call c; join c");
    stage_expect(stage, COG_OK, "1 a call failed\n1 a join failed\n");
    struct cog_coro *callee = actor_find(stage, "c");
    assert_int_equal(cog_coro_status(callee), COG_EREFUSED);
    assert_int_equal(cog_coro_result(callee).number, 4);
}

static void a_coroutine_knows_who_calls_it_while_it_is_called(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 1");
    struct cog_coro *caller = actor_enter(stage, "a", "-call c");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    struct cog_coro *callee = actor_find(stage, "c");
    assert_ptr_equal(cog_coro_caller(callee), caller);
    assert_null(cog_coro_caller(caller));
    assert_int_equal(cog_coro_awaits(caller)->type->kind, COG_OP_CALL);
    stage_expect(stage, COG_OK, "");
    assert_null(cog_coro_caller(callee));
}

static void a_call_can_time_out_and_the_callee_runs_on_alone(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 1;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 9; log c");
    actor_enter(stage, "a", "call c strong=5; join c forever");
    stage_expect(stage, COG_OK, "5 a call timeout\n9 c c\n9 a join=0\n");
}

static void the_default_timeout_does_not_apply_to_a_call_but_to_a_join(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 1;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 9; log c");
    actor_enter(stage, "a", "call c; -spawn c; join c");
    stage_expect(stage, COG_OK, "9 c c\n9 a call=0\n10 a join timeout\n18 c c\n");
}

static void a_join_gets_the_result_at_the_end(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 5; return 9");
    actor_enter(stage, "a", "-spawn c; join c; join c");
    stage_expect(stage, COG_OK, "5 a join=9\n5 a join=9\n");
}

static void joining_an_ended_coroutine_continues_at_once(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "c", "return 3");
    actor_enter(stage, "a", "join c");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a join=3\n0 b b\n");
}

static void a_join_of_itself_or_of_what_was_never_added_is_invalid(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "log c");
    assert_non_null(actor_new(stage, "c"));
    actor_enter(stage, "a", "join self weak=5; join c; log on");
    stage_expect(stage, COG_OK, "0 a join invalid\n0 a join invalid\n0 a on\n");
}

static void a_join_with_a_timeout_does_not_join_itself(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "c", "-sleep 5; return 1");
    actor_enter(stage, "a", "join c weak=10; join c strong=10");
    actor_enter(stage, "d", "-sleep 20");
    actor_enter(stage, "b", "join d weak=10");
    stage_expect(stage, COG_OK, "5 a join=1\n5 a join=1\n10 b join timeout\n");
}

static void of_several_waiters_the_last_continues_at_once_the_others_go_to_the_back(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "c", "-yield; -yield");
    actor_enter(stage, "x", "join c");
    actor_enter(stage, "y", "join c");
    actor_enter(stage, "z", "join c");
    actor_enter(stage, "o", "-yield; -yield; log o");
    stage_expect(stage, COG_OK, "0 z join=0\n0 o o\n0 x join=0\n0 y join=0\n");
}

static void with_a_default_priority_the_other_waiters_go_to_the_front(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_OP;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "c", "-yield; -yield");
    actor_enter(stage, "x", "join c");
    actor_enter(stage, "y", "join c");
    actor_enter(stage, "z", "join c");
    actor_enter(stage, "o", "-yield; -yield; log o");
    stage_expect(stage, COG_OK, "0 z join=0\n0 y join=0\n0 x join=0\n0 o o\n");
}

static void waiters_of_a_called_coroutine_are_queued_and_its_caller_continues(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 5; return 2");
    actor_enter(stage, "a", "call c; log on");
    actor_enter(stage, "x", "-sleep 1; join c");
    actor_enter(stage, "y", "-sleep 1; join c");
    stage_expect(stage, COG_OK, "5 a call=2\n5 a on\n5 x join=2\n5 y join=2\n");
}

/* Lets a stage's scripts know a coroutine that another one holds. */
static void introduce(struct stage *stage, struct cog_coro *coro) {
    stage->actors[stage->actor_count++].coro = cog_coro_retain(coro);
}

static void a_coroutine_of_another_scheduler_is_invalid(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct stage *other = stage_new();
    assert_int_equal(stage_open(other), COG_OK);
    actor_role(other, "new", "end");
    introduce(stage, actor_new(other, "new"));
    introduce(stage, actor_enter(other, "added", "end"));
    actor_enter(stage, "a", "respawn new; recall new; join new; join added; log on");
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    assert_string_equal(stage->log.text,
                        "0 a respawn invalid\n0 a recall invalid\n0 a join invalid\n"
                        "0 a join invalid\n0 a on\n");
    assert_int_equal(stage_close(stage), 0);
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void those_that_join_each_other_are_a_stall(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "a", "-yield; join b");
    actor_enter(stage, "b", "join a");
    stage_expect(stage, COG_ESTALLED, "");
}

static void a_callee_that_its_caller_gave_up_can_be_joined_and_called_no_more(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "c", "-sleep 9; return 4");
    actor_enter(stage, "a", "call c strong=5; recall c; join c; log on");
    stage_expect(stage, COG_OK, "5 a call timeout\n5 a recall invalid\n9 a join=4\n9 a on\n");
}

static void a_join_that_timed_out_is_not_woken_by_the_end(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_enter(stage, "c", "-sleep 9; fail -4");
    actor_enter(stage, "a", "join c strong=5; sleep 10; join c strong=5");
    stage_expect(stage, COG_OK, "5 a join timeout\n15 a sleep\n15 a join failed\n");
}

/* ---- A call that takes the reference over ---- */

struct taking {
    struct cog_coro *callee;
    int64_t timeout_ns; /* 0: none */
    int status;
    int64_t value;
    bool is_waiting;
};

static int step_taking(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct taking *taking = *(struct taking **)context;
    if (taking->is_waiting) {
        taking->status = op->status;
        taking->value = op->value.number;
        return COG_STEP_END;
    }
    taking->is_waiting = true;
    cog_set_call_take(op, taking->callee);
    if (taking->timeout_ns != 0) {
        cog_set_timeout(op, taking->timeout_ns, true);
    }
    return COG_STEP_AWAIT;
}

/* Calls that one, which the stage holds as well. */
static void call_and_take(struct stage *stage, struct taking *taking, struct cog_coro *callee) {
    static const struct cog_coro_type type = {.step = step_taking,
                                              .context_bytes = sizeof(struct taking *)};
    taking->callee = cog_coro_retain(callee);
    taking->is_waiting = false;
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &type, "taking", &coro), COG_OK);
    *(struct taking **)cog_coro_context(coro) = taking;
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    assert_int_equal(stage_run(stage), COG_OK);
}

static void play_taking(struct stage *stage, struct taking *taking, const char *script) {
    actor_role(stage, "callee", script);
    call_and_take(stage, taking, actor_new(stage, "callee"));
}

static void a_call_may_take_its_reference_over_however_it_ends(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct taking taking = {.timeout_ns = 0};
    play_taking(stage, &taking, "-sleep 5; return 9");
    assert_int_equal(taking.status, COG_OK);
    assert_int_equal(taking.value, 9);
    play_taking(stage, &taking, "-sleep 5; fail -4");
    assert_int_equal(taking.status, COG_EFAILED);
    assert_int_equal(taking.value, COG_EREFUSED);
    taking.timeout_ns = 2;
    play_taking(stage, &taking, "-sleep 5; log late");
    assert_int_equal(taking.status, COG_ETIMEDOUT);
    assert_string_equal(stage->log.text, "15 callee late\n");
    taking.timeout_ns = -2;
    play_taking(stage, &taking, "log never");
    assert_int_equal(taking.status, COG_EINVALID);
    assert_string_equal(stage->log.text, "15 callee late\n");
}

static void a_call_that_is_refused_gives_the_reference_back(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct taking taking = {.timeout_ns = 0};
    play_taking(stage, &taking, "end");
    struct cog_coro *ended = actor_find(stage, "callee");
    assert_true(cog_coro_has_ended(ended));
    call_and_take(stage, &taking, ended);
    assert_int_equal(taking.status, COG_EINVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(spawn_puts_the_new_one_to_the_front_and_the_adder_to_the_back),
        STAGE_TEST(spawn_with_op_puts_the_new_one_to_the_back),
        STAGE_TEST(spawn_with_coro_lets_the_adder_continue_at_once),
        STAGE_TEST(what_has_been_added_can_be_neither_added_nor_spawned_nor_called_again),
        STAGE_TEST(a_call_runs_the_callee_at_once_and_gives_its_result),
        STAGE_TEST(a_callee_begins_behind_those_who_are_ready),
        STAGE_TEST(a_call_of_a_failing_coroutine_fails_and_tells_its_code),
        STAGE_TEST(a_coroutine_knows_who_calls_it_while_it_is_called),
        STAGE_TEST(a_call_can_time_out_and_the_callee_runs_on_alone),
        STAGE_TEST(the_default_timeout_does_not_apply_to_a_call_but_to_a_join),
        STAGE_TEST(a_join_gets_the_result_at_the_end),
        STAGE_TEST(joining_an_ended_coroutine_continues_at_once),
        STAGE_TEST(a_join_of_itself_or_of_what_was_never_added_is_invalid),
        STAGE_TEST(a_join_with_a_timeout_does_not_join_itself),
        STAGE_TEST(of_several_waiters_the_last_continues_at_once_the_others_go_to_the_back),
        STAGE_TEST(with_a_default_priority_the_other_waiters_go_to_the_front),
        STAGE_TEST(waiters_of_a_called_coroutine_are_queued_and_its_caller_continues),
        STAGE_TEST(a_coroutine_of_another_scheduler_is_invalid),
        STAGE_TEST(those_that_join_each_other_are_a_stall),
        STAGE_TEST(a_callee_that_its_caller_gave_up_can_be_joined_and_called_no_more),
        STAGE_TEST(a_join_that_timed_out_is_not_woken_by_the_end),
        STAGE_TEST(a_call_may_take_its_reference_over_however_it_ends),
        STAGE_TEST(a_call_that_is_refused_gives_the_reference_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
