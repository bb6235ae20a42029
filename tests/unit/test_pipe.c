/* test_pipe.c - producers that hand out chunks in turns. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A pipe `p` whose producer plays that. */
static void open_with_pipe(struct stage *stage, const char *script) {
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "prod", script);
    assert_int_equal(stage_pipe(stage, "p", "prod"), COG_OK);
}

/* ---- Turns ---- */

static void chunks_and_control_pass_straight_from_one_to_the_other(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "log one; chunk p 1; log two; chunk p 2; log three");
    actor_enter(stage, "a", "next p; next p; next p; log on");
    stage_expect(stage, COG_OK,
                 "0 prod one\n0 a next=1\n0 prod chunk\n0 prod two\n0 a next=2\n0 prod chunk\n"
                 "0 prod three\n0 a next end\n0 a on\n");
}

static void others_that_are_ready_do_not_come_between(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; -chunk p 2; -chunk p 3");
    actor_enter(stage, "a", "-next p; next p; next p; -yield; log a");
    actor_enter(stage, "x", "log x1; -yield; log x2; -yield; log x3");
    stage_expect(stage, COG_ESTALLED, "0 x x1\n0 a next=2\n0 a next=3\n0 x x2\n0 a a\n0 x x3\n");
}

static void the_producer_does_not_begin_before_a_chunk_is_wanted(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "log begins; -chunk p 1");
    actor_enter(stage, "a", "-sleep 5; log wants; next p; -sleep 5; next p");
    stage_expect(stage, COG_OK, "5 a wants\n5 prod begins\n5 a next=1\n10 a next end\n");
}

static void a_producer_may_wait_for_other_things_meanwhile(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; -chunk p 1; -sleep 5; -chunk p 2; -sleep 5");
    actor_enter(stage, "a", "next p; next p; next p");
    stage_expect(stage, COG_OK, "5 a next=1\n10 a next=2\n15 a next end\n");
}

static void several_may_take_turns_in_consuming(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; -chunk p 2; -chunk p 3");
    actor_enter(stage, "a", "next p; -sleep 2; next p");
    actor_enter(stage, "b", "-sleep 1; next p; -sleep 2; next p");
    stage_expect(stage, COG_OK, "0 a next=1\n1 b next=2\n2 a next=3\n3 b next end\n");
}

static void a_pipe_may_be_fed_by_a_pipe(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; -chunk p 2");
    actor_role(stage, "filter", "next p; -chunk f 10; next p; -chunk f 20; next p");
    assert_int_equal(stage_pipe(stage, "f", "filter"), COG_OK);
    actor_enter(stage, "a", "next f; next f; next f");
    stage_expect(stage, COG_OK,
                 "0 filter next=1\n0 a next=10\n0 filter next=2\n0 a next=20\n"
                 "0 filter next end\n0 a next end\n");
}

static void a_producer_that_others_have_added_runs_at_once_and_its_chunk_waits(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "log begins; chunk p 1; log on");
    actor_enter(stage, "a", "-respawn prod; -sleep 5; next p; -sleep 5; next p");
    stage_expect(stage, COG_OK,
                 "0 prod begins\n5 a next=1\n10 prod chunk\n10 prod on\n10 a next end\n");
}

/* ---- Ends ---- */

static void the_end_is_told_as_often_as_one_asks(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "return 3");
    actor_enter(stage, "a", "next p; next p; halt p; join prod");
    stage_expect(stage, COG_OK, "0 a next end\n0 a next end\n0 a halt\n0 a join=3\n");
}

static void a_producer_that_fails_fails_its_consumer(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; -sleep 5; fail -4");
    actor_enter(stage, "a", "next p; next p; next p; halt p");
    stage_expect(stage, COG_OK, "0 a next=1\n5 a next failed\n5 a next failed\n5 a halt failed\n");
}

static void a_producer_that_is_cancelled_fails_its_consumer(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-defer x; -chunk p 1; -sleep 50; log never");
    actor_enter(stage, "a", "next p; next p; next p");
    actor_enter(stage, "b", "-sleep 5; cancel prod; log on");
    stage_expect(stage, COG_OK,
                 "0 a next=1\n5 prod cleanup x\n5 b cancel\n5 b on\n5 a next failed\n"
                 "5 a next failed\n");
}

static void a_producer_that_is_cancelled_in_its_chunk_leaves_none(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; -chunk p 1; log never");
    actor_enter(stage, "a", "next p strong=2; -sleep 9; cancel prod; next p");
    stage_expect(stage, COG_OK, "2 a next timeout\n11 a cancel\n11 a next failed\n");
}

/* ---- Time ---- */

static void the_chunk_of_a_producer_whose_consumer_timed_out_waits(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 9; log gives; chunk p 1; log on; chunk p 2");
    actor_enter(stage, "a", "next p strong=5; -sleep 10; next p; log first; next p; next p");
    stage_expect(
        stage, COG_OK,
        "5 a next timeout\n9 prod gives\n15 a next=1\n15 a first\n15 prod chunk\n15 prod on\n"
        "15 a next=2\n15 prod chunk\n15 a next end\n");
}

static void the_end_of_a_producer_whose_consumer_timed_out_is_told_later(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 9; log ends");
    actor_enter(stage, "a", "next p strong=5; -sleep 10; next p");
    stage_expect(stage, COG_OK, "5 a next timeout\n9 prod ends\n15 a next end\n");
}

static void one_may_wait_again_for_a_producer_that_is_under_way(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 9; -chunk p 1");
    actor_enter(stage, "a", "next p strong=5; next p strong=5");
    stage_expect(stage, COG_ESTALLED, "5 a next timeout\n9 a next=1\n");
}

static void the_default_timeout_applies_to_nothing_here(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 2;
    open_with_pipe(stage, "-sleep 5; chunk p 1; -sleep 5");
    actor_enter(stage, "a", "next p; -sleep 5; halt p");
    stage_expect(stage, COG_OK, "5 a next=1\n10 prod chunk stopped\n15 a halt\n");
}

static void a_chunk_may_time_out_and_another_one_be_given(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "chunk p 1 strong=3; log on; chunk p 2");
    actor_enter(stage, "a", "next p; -sleep 9; next p");
    stage_expect(stage, COG_ESTALLED, "0 a next=1\n3 prod chunk timeout\n3 prod on\n9 a next=2\n");
}

static void a_chunk_that_nobody_had_is_gone_when_it_times_out(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; chunk p 1 weak=3; -sleep 9; chunk p 2");
    actor_enter(stage, "a", "next p strong=2; -sleep 8; next p");
    stage_expect(stage, COG_ESTALLED, "2 a next timeout\n8 prod chunk timeout\n17 a next=2\n");
}

static void a_consumer_that_is_cancelled_leaves_the_chunk_to_the_next(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; log gives; -chunk p 1");
    actor_enter(stage, "a", "next p; log never");
    actor_enter(stage, "b", "-sleep 2; -cancel a; -sleep 8; next p; next p");
    stage_expect(stage, COG_OK, "5 prod gives\n10 b next=1\n10 b next end\n");
}

static void the_producer_may_cancel_its_consumer(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "cancel a; chunk p 1; log on");
    actor_enter(stage, "a", "next p; log never");
    actor_enter(stage, "b", "-sleep 2; next p; next p");
    stage_expect(stage, COG_OK,
                 "0 prod cancel\n2 b next=1\n2 prod chunk\n2 prod on\n2 b next end\n");
}

/* ---- Stopping ---- */

static void stop_ends_the_chunk_and_waits_for_the_producer(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "chunk p 1; chunk p 2; -sleep 5; chunk p 3; log last");
    actor_enter(stage, "a", "next p; halt p; log on");
    stage_expect(stage, COG_OK,
                 "0 a next=1\n0 prod chunk stopped\n0 prod chunk stopped\n5 prod chunk stopped\n"
                 "5 prod last\n5 a halt\n5 a on\n");
}

static void a_producer_that_passes_the_stop_on_has_not_failed(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; fail -23");
    actor_enter(stage, "a", "next p; halt p; halt p");
    stage_expect(stage, COG_OK, "0 a next=1\n0 a halt\n0 a halt\n");
}

static void a_producer_that_fails_otherwise_fails_the_stop(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; fail -4");
    actor_enter(stage, "a", "next p; halt p");
    stage_expect(stage, COG_OK, "0 a next=1\n0 a halt failed\n");
}

static void a_producer_that_is_stopped_before_it_began_never_does(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "log never");
    actor_enter(stage, "a", "halt p; halt p; next p; respawn prod");
    stage_expect(stage, COG_OK, "0 a halt\n0 a halt\n0 a next end\n0 a respawn invalid\n");
    assert_true(cog_coro_has_ended(actor_find(stage, "prod")));
}

static void a_producer_that_waits_elsewhere_learns_of_the_stop_at_its_next_chunk(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 9; chunk p 1; -sleep 2");
    actor_enter(stage, "a", "next p strong=5; halt p");
    stage_expect(stage, COG_OK, "5 a next timeout\n9 prod chunk stopped\n11 a halt\n");
}

static void one_may_give_up_waiting_for_it_to_stop(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; -sleep 9; chunk p 2; -sleep 9");
    actor_enter(stage, "a", "next p; halt p strong=5; log on; next p");
    stage_expect(stage, COG_OK,
                 "0 a next=1\n5 a halt timeout\n5 a on\n9 prod chunk stopped\n18 a next end\n");
}

static void a_chunk_that_nobody_had_is_dropped_by_a_stop(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; chunk p 1");
    actor_enter(stage, "a", "next p strong=2; -sleep 8; halt p; next p");
    stage_expect(stage, COG_OK,
                 "2 a next timeout\n10 prod chunk stopped\n10 a halt\n10 a next end\n");
}

/* ---- Codes ---- */

static void only_one_waits_at_a_time(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; -chunk p 1");
    actor_enter(stage, "a", "next p");
    actor_enter(stage, "b", "-sleep 1; next p; halt p; -sleep 5; next p");
    stage_expect(stage, COG_OK, "1 b next invalid\n1 b halt invalid\n5 a next=1\n6 b next end\n");
}

static void the_producer_itself_consumes_nothing(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "next p; halt p; chunk p 1");
    actor_enter(stage, "a", "next p; next p");
    stage_expect(stage, COG_OK,
                 "0 prod next invalid\n0 prod halt invalid\n0 a next=1\n0 prod chunk\n"
                 "0 a next end\n");
}

static void nobody_but_the_producer_gives_chunks(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1");
    actor_enter(stage, "a", "chunk p 7; next p; chunk p 7; next p");
    stage_expect(stage, COG_OK, "0 a chunk invalid\n0 a next=1\n0 a chunk invalid\n0 a next end\n");
}

static void a_producer_that_somebody_calls_is_not_taken_from_them(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-sleep 5; log ends; return 4");
    actor_enter(stage, "c", "recall prod");
    actor_enter(stage, "a", "-sleep 1; next p; halt p; -sleep 9; next p");
    stage_expect(stage, COG_OK,
                 "1 a next invalid\n1 a halt invalid\n5 prod ends\n5 c recall=4\n10 a next end\n");
}

static void only_a_new_coroutine_of_the_same_scheduler_becomes_a_producer(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct stage *other = stage_new();
    assert_int_equal(stage_open(other), COG_OK);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    struct cog_pipe *pipe = NULL;
    assert_int_equal(cog_pipe_new(stage->scheduler, coro, NULL, &pipe), COG_EINVALID);
    actor_role(other, "b", "end");
    coro = actor_new(other, "b");
    assert_int_equal(cog_pipe_new(stage->scheduler, coro, NULL, &pipe), COG_EINVALID);
    assert_null(pipe);
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void without_memory_there_is_no_pipe(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    actor_role(stage, "a", "end");
    struct cog_coro *coro = actor_new(stage, "a");
    struct cog_pipe *pipe = NULL;
    stage->tally.fail_at = stage->tally.call_count + 1;
    assert_int_equal(cog_pipe_new(stage->scheduler, coro, NULL, &pipe), COG_ENOMEM);
    assert_null(pipe);
    assert_int_equal(cog_pipe_new(stage->scheduler, coro, NULL, &pipe), COG_OK);
    cog_pipe_free(pipe);
    cog_pipe_free(NULL);
}

/* ---- Freeing ---- */

static void freeing_the_pipe_cancels_its_producer(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-defer x; -chunk p 1; log never");
    actor_enter(stage, "a", "next p");
    stage_expect(stage, COG_ESTALLED, "0 a next=1\n");
    cog_pipe_free(stage->objects[0].pipe);
    stage->objects[0].pipe = NULL;
    assert_int_equal(cog_coro_status(actor_find(stage, "prod")), COG_ECANCELLED);
    stage_expect(stage, COG_OK, "0 a next=1\n0 prod cleanup x\n");
}

static void freeing_the_pipe_before_it_was_used_lets_nothing_run(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "log never");
    cog_pipe_free(stage->objects[0].pipe);
    stage->objects[0].pipe = NULL;
    stage_expect(stage, COG_OK, "");
    assert_true(cog_coro_has_ended(actor_find(stage, "prod")));
}

static void the_pipe_keeps_its_producer_and_may_outlive_the_scheduler(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "-chunk p 1; log never");
    actor_enter(stage, "a", "next p; gate park");
    actor_enter(stage, "b", "-sleep 1; -next p; log never");
    stage_expect(stage, COG_ESTALLED, "0 a next=1\n1 prod never\n1 b never\n");
    assert_int_equal(stage_close(stage), 0); /* the scheduler goes before the pipe */
}

static void freeing_the_scheduler_leaves_nothing_in_any_state(void **state) {
    static const char *const consumers[] = {"next p", "-next p; -sleep 90", "-next p; next p",
                                            "next p weak=3; -sleep 90", "-next p; halt p"};
    (void)state;
    for (size_t i = 0; i < sizeof consumers / sizeof consumers[0]; i++) {
        for (int iterations = 0; iterations < 12; iterations++) {
            struct stage *stage = stage_new();
            open_with_pipe(stage, "-defer x; -sleep 5; -chunk p 1; -sleep 5; -chunk p 2; -sleep 5");
            actor_enter(stage, "a", consumers[i]);
            actor_enter(stage, "x", "-yield; -yield; -sleep 1; -sleep 3; -sleep 3");
            for (int n = 0; n < iterations; n++) {
                (void)stage_iterate(stage);
            }
            assert_int_equal(stage_close(stage), 0);
            stage_free(stage);
        }
    }
}

static void free_pipe(void *argument) {
    cog_pipe_free(argument);
}

static void freeing_a_pipe_that_somebody_waits_for_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_with_pipe(stage, "gate park");
    actor_enter(stage, "a", "next p");
    stage_expect(stage, COG_ESTALLED, "");
    misuse_expect(free_pipe, stage->objects[0].pipe, "pipe->consumer == NULL");
}

/* The producer of the next test frees its pipe. */
static int step_suicide(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)op;
    cog_pipe_free(*(struct cog_pipe **)context);
    return COG_STEP_END;
}

static void run_stage(void *argument) {
    struct stage *stage = argument;
    (void)cog_run(stage->scheduler);
}

static void freeing_a_pipe_inside_of_its_producer_is_a_misuse(void **state) {
    static const struct cog_coro_type type = {.step = step_suicide,
                                              .context_bytes = sizeof(struct cog_pipe *)};
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct cog_coro *coro = NULL;
    struct cog_pipe *pipe = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &type, "suicide", &coro), COG_OK);
    assert_int_equal(cog_pipe_new(stage->scheduler, coro, NULL, &pipe), COG_OK);
    *(struct cog_pipe **)cog_coro_context(coro) = pipe;
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    misuse_expect(run_stage, stage, "status != COG_EINVALID");
    cog_pipe_free(pipe);
    cog_coro_release(coro);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(chunks_and_control_pass_straight_from_one_to_the_other),
        STAGE_TEST(others_that_are_ready_do_not_come_between),
        STAGE_TEST(the_producer_does_not_begin_before_a_chunk_is_wanted),
        STAGE_TEST(a_producer_may_wait_for_other_things_meanwhile),
        STAGE_TEST(several_may_take_turns_in_consuming),
        STAGE_TEST(a_pipe_may_be_fed_by_a_pipe),
        STAGE_TEST(a_producer_that_others_have_added_runs_at_once_and_its_chunk_waits),
        STAGE_TEST(the_end_is_told_as_often_as_one_asks),
        STAGE_TEST(a_producer_that_fails_fails_its_consumer),
        STAGE_TEST(a_producer_that_is_cancelled_fails_its_consumer),
        STAGE_TEST(a_producer_that_is_cancelled_in_its_chunk_leaves_none),
        STAGE_TEST(the_chunk_of_a_producer_whose_consumer_timed_out_waits),
        STAGE_TEST(the_end_of_a_producer_whose_consumer_timed_out_is_told_later),
        STAGE_TEST(one_may_wait_again_for_a_producer_that_is_under_way),
        STAGE_TEST(the_default_timeout_applies_to_nothing_here),
        STAGE_TEST(a_chunk_may_time_out_and_another_one_be_given),
        STAGE_TEST(a_chunk_that_nobody_had_is_gone_when_it_times_out),
        STAGE_TEST(a_consumer_that_is_cancelled_leaves_the_chunk_to_the_next),
        STAGE_TEST(the_producer_may_cancel_its_consumer),
        STAGE_TEST(stop_ends_the_chunk_and_waits_for_the_producer),
        STAGE_TEST(a_producer_that_passes_the_stop_on_has_not_failed),
        STAGE_TEST(a_producer_that_fails_otherwise_fails_the_stop),
        STAGE_TEST(a_producer_that_is_stopped_before_it_began_never_does),
        STAGE_TEST(a_producer_that_waits_elsewhere_learns_of_the_stop_at_its_next_chunk),
        STAGE_TEST(one_may_give_up_waiting_for_it_to_stop),
        STAGE_TEST(a_chunk_that_nobody_had_is_dropped_by_a_stop),
        STAGE_TEST(only_one_waits_at_a_time),
        STAGE_TEST(the_producer_itself_consumes_nothing),
        STAGE_TEST(nobody_but_the_producer_gives_chunks),
        STAGE_TEST(a_producer_that_somebody_calls_is_not_taken_from_them),
        STAGE_TEST(only_a_new_coroutine_of_the_same_scheduler_becomes_a_producer),
        STAGE_TEST(without_memory_there_is_no_pipe),
        STAGE_TEST(freeing_the_pipe_cancels_its_producer),
        STAGE_TEST(freeing_the_pipe_before_it_was_used_lets_nothing_run),
        STAGE_TEST(the_pipe_keeps_its_producer_and_may_outlive_the_scheduler),
        STAGE_TEST(freeing_the_scheduler_leaves_nothing_in_any_state),
        STAGE_TEST(freeing_a_pipe_that_somebody_waits_for_is_a_misuse),
        STAGE_TEST(freeing_a_pipe_inside_of_its_producer_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
