/* test_cleanup.c - handlers that run when a coroutine ends, whatever ends it. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static void the_handler_registered_last_runs_first(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "defer x; -defer y; -sleep 5; -defer z; log end");
    stage_expect(stage, COG_OK,
                 "0 a defer\n5 a end\n5 a cleanup z\n5 a cleanup y\n5 a cleanup x\n");
}

static void it_runs_when_the_coroutine_fails(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-defer x; -sleep 5; fail -4");
    stage_expect(stage, COG_OK, "5 a cleanup x\n");
}

static void it_runs_when_the_coroutine_is_cancelled(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-defer x; sleep 5");
    actor_enter(stage, "b", "-sleep 2; cancel a; log on");
    stage_expect(stage, COG_OK, "2 a cleanup x\n2 b cancel\n2 b on\n");
}

static void it_runs_when_the_scheduler_is_freed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "-defer x; -defer y; wait s");
    actor_enter(stage, "b", "-defer z; wait s");
    stage_expect(stage, COG_ESTALLED, "");
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "0 b cleanup z\n0 a cleanup y\n0 a cleanup x\n");
}

/* ---- Handlers of the tests' own ---- */

/* A handler's argument: what it does, when it runs, beside telling it. */
struct note {
    struct stage *stage;
    struct cog_coro *coro;
    void (*act)(struct note *note);
    const char *text;
    int status;
};

static void write_note(void *argument) {
    struct note *note = argument;
    stage_write(&note->stage->log, "%s ", note->text);
    if (note->act != NULL) {
        note->act(note);
    }
}

static void one_that_never_began_is_cleaned_when_it_is_released(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "a", "log never");
    struct note note = {.stage = stage, .text = "cleaned"};
    assert_int_equal(cog_defer(actor_new(stage, "a"), write_note, &note), COG_OK);
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "cleaned ");
}

/* A type that tells of its own clean-up. */
static void tell_term(struct cog_coro *coro, void *context) {
    (void)coro;
    struct stage *stage = *(struct stage **)context;
    stage_write(&stage->log, "term ");
}

static int end_at_once(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)op;
    (void)context;
    return COG_STEP_END;
}

static struct cog_coro *new_telling(struct stage *stage) {
    static const struct cog_coro_type type = {
        .step = end_at_once, .term = tell_term, .context_bytes = sizeof(struct stage *)};
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &type, "telling", &coro), COG_OK);
    *(struct stage **)cog_coro_context(coro) = stage;
    return coro;
}

static void handlers_run_before_the_context_is_cleaned_and_before_joiners_run(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = new_telling(stage);
    struct note note = {.stage = stage, .text = "cleaned"};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    stage_expect(stage, COG_OK, "cleaned term ");
    stage_clear(&stage->log);
    actor_enter(stage, "a", "-defer x; -yield");
    actor_enter(stage, "j", "join a");
    stage_expect(stage, COG_OK, "0 a cleanup x\n0 j join=0\n");
}

static void taking_one_back_lets_it_never_run_or_run_now(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a",
                "-defer x; -defer y; -defer z; undefer y; undefer x run; log on; undefer x");
    stage_expect(stage, COG_OK,
                 "0 a undefer\n0 a cleanup x\n0 a undefer\n0 a on\n0 a undefer invalid\n"
                 "0 a cleanup z\n");
}

static void of_equal_handlers_the_newest_is_taken_back(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "-sleep 1");
    struct note twice = {.stage = stage, .text = "twice"};
    struct note other = {.stage = stage, .text = "other"};
    assert_int_equal(cog_defer(coro, write_note, &twice), COG_OK);
    assert_int_equal(cog_defer(coro, write_note, &other), COG_OK);
    assert_int_equal(cog_defer(coro, write_note, &twice), COG_OK);
    assert_int_equal(cog_undefer(coro, write_note, &twice, false), COG_OK);
    stage_expect(stage, COG_OK, "other twice ");
    assert_int_equal(cog_undefer(coro, write_note, &twice, true), COG_EINVALID);
}

static void tell_nothing(void *argument) {
    (void)argument;
}

static void a_handler_is_known_by_its_function_and_its_argument(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "-sleep 1");
    struct note one = {.stage = stage, .text = "one"};
    struct note two = {.stage = stage, .text = "two"};
    assert_int_equal(cog_defer(coro, write_note, &one), COG_OK);
    assert_int_equal(cog_undefer(coro, write_note, &two, false), COG_EINVALID);
    assert_int_equal(cog_undefer(coro, tell_nothing, &one, false), COG_EINVALID);
    stage_expect(stage, COG_OK, "one ");
}

static void a_coroutine_that_has_ended_takes_no_handler(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    stage_expect(stage, COG_OK, "");
    assert_int_equal(cog_defer(coro, tell_nothing, NULL), COG_EINVALID);
}

static void defer_in_handler(struct note *note) {
    note->status = cog_defer(note->coro, tell_nothing, NULL);
}

static void a_handler_cannot_register_another_one(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    struct note note = {.stage = stage, .coro = coro, .act = defer_in_handler, .text = "cleaned"};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    stage_expect(stage, COG_OK, "cleaned ");
    assert_int_equal(note.status, COG_EINVALID);
}

static void without_memory_a_handler_is_not_registered(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "end");
    struct note note = {.stage = stage, .text = "cleaned"};
    stage->tally.fail_at = stage->tally.call_count + 1;
    assert_int_equal(cog_defer(coro, write_note, &note), COG_ENOMEM);
    assert_int_equal(cog_undefer(coro, write_note, &note, true), COG_EINVALID);
    stage_expect(stage, COG_OK, "");
}

static void close_in_handler(struct note *note) {
    note->status = cog_close_socket(note->stage->scheduler, 3);
}

static void a_handler_may_close_sockets(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "-sleep 5");
    struct note note = {.stage = stage, .act = close_in_handler, .text = "closes", .status = 1};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    actor_enter(stage, "r", "recv 3 4");
    stage_expect(stage, COG_OK, "closes 5 r recv closed\n");
    assert_int_equal(note.status, COG_OK);
}

static void free_in_handler(struct note *note) {
    cog_queue_free(note->stage->objects[0].queue);
    note->stage->objects[0].queue = NULL;
    cog_coro_release(note->coro);
}

static void a_handler_may_free_what_the_coroutine_has_made(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    struct cog_coro *coro = actor_enter(stage, "a", "-put q 5; -get q; get q");
    struct note note = {
        .stage = stage, .coro = cog_coro_retain(coro), .act = free_in_handler, .text = "frees"};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    stage_expect(stage, COG_ESTALLED, "");
    assert_int_equal(cog_cancel(coro), COG_OK);
    stage_expect(stage, COG_OK, "frees ");
}

static void cancel_in_handler(struct note *note) {
    note->status = cog_cancel(note->coro);
}

static void a_handler_may_cancel_others_and_they_are_cleaned_meanwhile(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "-defer outer; -sleep 5");
    struct cog_coro *other = actor_enter(stage, "b", "-defer inner; sleep 90");
    struct note note = {.stage = stage, .coro = other, .act = cancel_in_handler, .text = "cancels"};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    stage_expect(stage, COG_OK, "5 a cleanup outer\ncancels 5 b cleanup inner\n");
    assert_int_equal(note.status, COG_OK);
    assert_int_equal(cog_coro_status(other), COG_ECANCELLED);
}

static void a_handler_that_cancels_its_own_coroutine_does_nothing(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "-defer x; -sleep 5; return 3");
    struct note note = {.stage = stage, .coro = coro, .act = cancel_in_handler, .text = "cancels"};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    actor_enter(stage, "j", "join a");
    stage_expect(stage, COG_OK, "5 a cleanup x\ncancels 5 j join=3\n");
    assert_int_equal(note.status, COG_OK);
}

static void one_whose_handler_cancels_who_waits_for_it_wakes_nobody(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "-sleep 5");
    struct cog_coro *joiner = actor_enter(stage, "j", "join a");
    struct note note = {.stage = stage, .coro = joiner, .act = cancel_in_handler, .text = "x"};
    assert_int_equal(cog_defer(coro, write_note, &note), COG_OK);
    stage_expect(stage, COG_OK, "x ");
    assert_int_equal(cog_coro_status(joiner), COG_ECANCELLED);
}

static void defer_null(void *argument) {
    (void)cog_defer(argument, NULL, NULL);
}

static void undefer_of_nobody(void *argument) {
    (void)cog_undefer(NULL, tell_nothing, argument, false);
}

static void a_handler_of_nobody_or_of_nothing_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    misuse_expect(defer_null, actor_enter(stage, "a", "end"), "cleanup != NULL");
    misuse_expect(undefer_of_nobody, NULL, "coro != NULL");
    stage_expect(stage, COG_OK, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(the_handler_registered_last_runs_first),
        STAGE_TEST(it_runs_when_the_coroutine_fails),
        STAGE_TEST(it_runs_when_the_coroutine_is_cancelled),
        STAGE_TEST(it_runs_when_the_scheduler_is_freed),
        STAGE_TEST(one_that_never_began_is_cleaned_when_it_is_released),
        STAGE_TEST(handlers_run_before_the_context_is_cleaned_and_before_joiners_run),
        STAGE_TEST(taking_one_back_lets_it_never_run_or_run_now),
        STAGE_TEST(of_equal_handlers_the_newest_is_taken_back),
        STAGE_TEST(a_handler_is_known_by_its_function_and_its_argument),
        STAGE_TEST(a_coroutine_that_has_ended_takes_no_handler),
        STAGE_TEST(a_handler_cannot_register_another_one),
        STAGE_TEST(without_memory_a_handler_is_not_registered),
        STAGE_TEST(a_handler_may_close_sockets),
        STAGE_TEST(a_handler_may_free_what_the_coroutine_has_made),
        STAGE_TEST(a_handler_may_cancel_others_and_they_are_cleaned_meanwhile),
        STAGE_TEST(a_handler_that_cancels_its_own_coroutine_does_nothing),
        STAGE_TEST(one_whose_handler_cancels_who_waits_for_it_wakes_nobody),
        STAGE_TEST(a_handler_of_nobody_or_of_nothing_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
