/* test_parameters.c - each option of a scheduler: its default, what it changes, and its range. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

/* What making a scheduler returns; it is freed again. */
static int try_options(const struct cog_scheduler_options *options) {
    struct cog_scheduler *scheduler = NULL;
    int status = cog_scheduler_new(options, &scheduler);
    assert_true((status == COG_OK) == (scheduler != NULL));
    cog_scheduler_free(scheduler);
    return status;
}

/* ---- default_priority: who runs first after a signal tells it ---- */

static void play_signal(struct stage *stage, const char *log) {
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "w", "-wait s; log w");
    actor_enter(stage, "b", "-signal s 1 0; log b");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, log);
}

static void the_default_priority_is_last(void **state) {
    play_signal(*state, "0 x x\n0 w w\n0 b b\n");
}

static void the_default_priority_is_that_of_operations_that_name_none(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_CORO;
    play_signal(stage, "0 b b\n0 x x\n0 w w\n");
}

static void a_default_priority_of_first_favours_both(void **state) {
    struct stage *stage = *state;
    stage->options.default_priority = COG_FIRST;
    play_signal(stage, "0 b b\n0 w w\n0 x x\n");
}

static void a_default_priority_out_of_range_is_invalid(void **state) {
    struct stage *stage = *state;
    struct cog_scheduler_options options = {.allocator = &stage->tally.allocator};
    for (int priority = -2; priority <= 5; priority++) {
        options.default_priority = (enum cog_priority)priority;
        bool is_valid = priority >= COG_LAST && priority <= COG_FIRST;
        assert_int_equal(try_options(&options), is_valid ? COG_OK : COG_EINVALID);
    }
}

/* ---- default_timeout_ns ---- */

static void there_is_no_default_timeout_by_default(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "wait s");
    stage_expect(stage, COG_ESTALLED, "");
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), INT64_MAX);
}

static void the_default_timeout_applies_to_timed_operations_only(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 7;
    open_stage(stage);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    actor_role(stage, "c", "-sleep 20");
    actor_enter(stage, "a", "wait s; get q; recv 1 4; call c; sleep 9; -spawn c; join c");
    actor_enter(stage, "d", "-put q 1; -tryget q; drain q; log never");
    actor_enter(stage, "b", "-sleep 8; signal s 1 1; log never");
    stage_expect(stage, COG_ESTALLED,
                 "7 a wait timeout\n14 a get timeout\n21 a recv timeout\n41 a call=0\n50 a sleep\n"
                 "57 a join timeout\n");
}

static void a_negative_default_timeout_is_invalid(void **state) {
    struct stage *stage = *state;
    struct cog_scheduler_options options = {.allocator = &stage->tally.allocator};
    options.default_timeout_ns = -1;
    assert_int_equal(try_options(&options), COG_EINVALID);
    options.default_timeout_ns = INT64_MIN;
    assert_int_equal(try_options(&options), COG_EINVALID);
    options.default_timeout_ns = INT64_MAX;
    assert_int_equal(try_options(&options), COG_OK);
}

/* ---- proactor_resolution_ns: the longest sleep when no deadline is armed ---- */

static void play_receive(struct stage *stage, const char *sleeps) {
    open_stage(stage);
    stage_cue(stage, 25000000, STAGE_COMPLETE, 1, COG_OK, 4);
    actor_enter(stage, "a", "recv 1 4");
    stage_expect(stage, COG_OK, "25000000 a recv=4\n");
    assert_string_equal(stage->sleeps.text, sleeps);
}

static void the_resolution_is_ten_milliseconds_by_default(void **state) {
    play_receive(*state, "10000000\n10000000\n10000000\n");
}

static void the_resolution_bounds_a_sleep_without_a_deadline(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_resolution_ns = 20000000;
    play_receive(stage, "20000000\n20000000\n");
}

static void the_resolution_does_not_bound_a_sleep_towards_a_deadline(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_resolution_ns = 3;
    open_stage(stage);
    actor_enter(stage, "a", "sleep 1000");
    stage_expect(stage, COG_OK, "1000 a sleep\n");
    assert_string_equal(stage->sleeps.text, "1000\n");
}

static void a_negative_resolution_is_invalid(void **state) {
    struct stage *stage = *state;
    struct cog_scheduler_options options = {.allocator = &stage->tally.allocator};
    options.proactor_resolution_ns = -1;
    assert_int_equal(try_options(&options), COG_EINVALID);
}

/* ---- proactor_greedy: run it in every iteration, not only when nothing is ready ---- */

static size_t runs_while_others_are_ready(struct stage *stage, enum cog_switch value) {
    stage->options.proactor_greedy = value;
    open_stage(stage);
    stage_cue(stage, 50, STAGE_COMPLETE, 1, COG_OK, 4);
    actor_enter(stage, "a", "-recv 1 4");
    actor_enter(stage, "b", "-yield; -yield; -yield; -yield");
    struct cog_coro *c = actor_enter(stage, "c", "-yield; -yield; -yield; -yield; -yield");
    while (!cog_coro_has_ended(c)) {
        assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    }
    return stage->run_count;
}

static void the_proactor_is_greedy_by_default_and_if_told_so(void **state) {
    struct stage *stage = *state;
    assert_in_range(runs_while_others_are_ready(stage, COG_SWITCH_DEFAULT), 5, 20);
    assert_int_equal(stage_close(stage), 0);
    struct stage *other = stage_new();
    assert_in_range(runs_while_others_are_ready(other, COG_ON), 5, 20);
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void a_lazy_proactor_runs_only_when_nothing_is_ready(void **state) {
    assert_int_equal(runs_while_others_are_ready(*state, COG_OFF), 1);
}

/* ---- ops_greedy: what the proactor completed runs to its end at once ---- */

static void play_batch(struct stage *stage, enum cog_switch value, const char *log) {
    stage->options.ops_greedy = value;
    open_stage(stage);
    stage_cue(stage, 5, STAGE_COMPLETE, 1, COG_OK, 4);
    stage_cue(stage, 5, STAGE_COMPLETE, 2, COG_OK, 4);
    actor_enter(stage, "a", "-recv 1 4; log a1; -sleep 0; log a2");
    actor_enter(stage, "b", "-recv 2 4; log b1");
    stage_expect(stage, COG_OK, log);
}

static void completions_take_turns_by_default_and_if_told_so(void **state) {
    struct stage *stage = *state;
    play_batch(stage, COG_SWITCH_DEFAULT, "5 b b1\n5 a a1\n5 a a2\n");
    struct stage *other = stage_new();
    play_batch(other, COG_OFF, "5 b b1\n5 a a1\n5 a a2\n");
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void with_greedy_operations_each_runs_to_its_end(void **state) {
    play_batch(*state, COG_ON, "5 a a1\n5 b b1\n5 a a2\n");
}

/* ---- proactor_multiplex_first: attempt before holding ---- */

static void play_attempt(struct stage *stage, enum cog_switch value, bool is_tried) {
    stage->options.proactor_multiplex_first = value;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 4 strong=3");
    stage_expect(stage, COG_OK, "3 a recv timeout\n");
    assert_int_equal(stage->was_tried_first, is_tried);
}

static void operations_are_tried_first_by_default_and_if_told_so(void **state) {
    play_attempt(*state, COG_SWITCH_DEFAULT, true);
    struct stage *other = stage_new();
    play_attempt(other, COG_ON, true);
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void without_multiplex_first_all_but_connect_are_held(void **state) {
    struct stage *stage = *state;
    play_attempt(stage, COG_OFF, false);
    actor_enter(stage, "b", "connect strong=3");
    assert_int_equal(stage_run(stage), COG_OK);
    assert_true(stage->was_tried_first);
}

/* ---- proactor_default_size: of a recv that names no size ---- */

static void a_recv_of_no_size_is_invalid_by_default(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 0; recv 1 3 strong=1");
    stage_expect(stage, COG_OK, "0 a recv invalid\n1 a recv timeout\n");
}

static void a_recv_of_no_size_asks_for_the_default_size(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_default_size = 33;
    open_stage(stage);
    struct cog_coro *a = actor_enter(stage, "a", "-recv 1 0; -recv 1 5");
    stage_cue(stage, 5, STAGE_COMPLETE, 1, COG_OK, 1);
    stage_cue(stage, 9, STAGE_COMPLETE, 1, COG_OK, 1);
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    assert_int_equal(cog_coro_awaits(a)->u.io.bytes, 33);
    while (stage->now_ns < 5) {
        assert_int_equal(cog_iterate(stage->scheduler, 5), COG_MORE);
    }
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    assert_int_equal(cog_coro_awaits(a)->u.io.bytes, 5);
}

/* ---- stack_bytes and stack_reuse ---- */

static int record_stack(struct cog_coro *self, void *bytes) {
    *(size_t *)bytes = cog_coro_stack_bytes(self);
    return COG_OK;
}

static size_t stack_of(struct stage *stage, const struct cog_stackful_options *options) {
    struct cog_coro *coro = NULL;
    size_t bytes = 0;
    assert_int_equal(cog_coro_new_stackful(stage->scheduler, record_stack, &bytes, options, &coro),
                     COG_OK);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    return bytes;
}

/* Guard and header come out of it. */
static void assert_stack(size_t bytes, size_t mapped_bytes) {
    assert_in_range(bytes, mapped_bytes / 2, mapped_bytes - 1);
}

static void stacks_have_64_kibibytes_by_default(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_stack(stack_of(stage, NULL), 65536);
    assert_int_equal(stage->tally.stack_bytes, 65536);
}

static void stacks_have_the_bytes_that_the_option_names_unless_their_own_does(void **state) {
    struct stage *stage = *state;
    stage->options.stack_bytes = 200000;
    open_stage(stage);
    assert_stack(stack_of(stage, NULL), 262144);
    assert_int_equal(stage->tally.stack_bytes, 262144);
    assert_stack(stack_of(stage, &(struct cog_stackful_options){.stack_bytes = 32768}), 32768);
    assert_int_equal(stage->tally.stack_bytes, 262144 + 32768);
}

static void stacks_beyond_a_gibibyte_are_invalid(void **state) {
    struct stage *stage = *state;
    struct cog_scheduler_options options = {.allocator = &stage->tally.allocator};
    options.stack_bytes = (size_t)1 << 30;
    assert_int_equal(try_options(&options), COG_OK);
    options.stack_bytes++;
    assert_int_equal(try_options(&options), COG_EINVALID);
}

static size_t stacks_left_after_their_end(struct stage *stage, enum cog_switch value) {
    stage->options.stack_reuse = value;
    open_stage(stage);
    (void)stack_of(stage, NULL);
    (void)stack_of(stage, NULL);
    return stage->tally.stack_count;
}

static void stacks_are_kept_by_default_and_if_told_so(void **state) {
    assert_int_equal(stacks_left_after_their_end(*state, COG_SWITCH_DEFAULT), 1);
    struct stage *other = stage_new();
    assert_int_equal(stacks_left_after_their_end(other, COG_ON), 1);
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void without_reuse_no_stack_is_kept(void **state) {
    assert_int_equal(stacks_left_after_their_end(*state, COG_OFF), 0);
}

/* ---- The seams ---- */

static void time_is_that_of_the_clock_given_and_monotonic_by_default(void **state) {
    struct stage *stage = *state;
    stage->now_ns = 12345;
    open_stage(stage);
    assert_int_equal(cog_now_ns(stage->scheduler), 12345);
    struct cog_scheduler *scheduler = NULL;
    assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
    struct cog_clock monotonic = cog_clock_monotonic();
    int64_t before_ns = monotonic.now_ns(monotonic.context);
    int64_t now_ns = cog_now_ns(scheduler);
    assert_in_range(now_ns, before_ns, monotonic.now_ns(monotonic.context));
    cog_scheduler_free(scheduler);
}

static void memory_comes_from_the_allocator_given_and_from_malloc_by_default(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    assert_true(stage->tally.live_count > 0);
    assert_ptr_equal(cog_scheduler_allocator(stage->scheduler), &stage->tally.allocator);
    struct cog_scheduler *scheduler = NULL;
    assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
    assert_ptr_equal(cog_scheduler_allocator(scheduler), cog_allocator_malloc());
    cog_scheduler_free(scheduler);
}

static void the_observer_given_sees_what_happens(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "end");
    stage_expect(stage, COG_OK, "");
    assert_string_equal(stage->events.text,
                        "added a by nobody\nready a back\nresumed a\nended a ok\n");
}

static void the_picker_given_decides_who_runs(void **state) {
    struct stage *stage = *state;
    stage_use_picker(stage, "1");
    open_stage(stage);
    actor_enter(stage, "a", "log a");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 b b\n0 a a\n");
    assert_memory_equal(stage->choices.text, "ready a b -> 1\n", 15);
    struct stage *other = stage_new();
    open_stage(other);
    actor_enter(other, "a", "log a");
    actor_enter(other, "b", "log b");
    stage_expect(other, COG_OK, "0 a a\n0 b b\n");
    assert_string_equal(other->choices.text, "");
    assert_int_equal(stage_close(other), 0);
    stage_free(other);
}

static void the_proactor_given_is_used_and_stays_the_givers(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 5");
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->run_count, 1);
    assert_int_equal(stage_close(stage), 0);
    assert_true(stage->is_detached);
}

static void the_proactor_that_is_opened_by_default_can_be_woken_and_waited_for(void **state) {
    (void)state;
    struct cog_scheduler *scheduler = NULL;
    struct cog_mailbox *mailbox = NULL;
    assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
    assert_int_equal(cog_mailbox_new(scheduler, NULL, &mailbox), COG_OK);
    cog_mailbox_free(mailbox);
    cog_scheduler_free(scheduler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(the_default_priority_is_last),
        STAGE_TEST(the_default_priority_is_that_of_operations_that_name_none),
        STAGE_TEST(a_default_priority_of_first_favours_both),
        STAGE_TEST(a_default_priority_out_of_range_is_invalid),
        STAGE_TEST(there_is_no_default_timeout_by_default),
        STAGE_TEST(the_default_timeout_applies_to_timed_operations_only),
        STAGE_TEST(a_negative_default_timeout_is_invalid),
        STAGE_TEST(the_resolution_is_ten_milliseconds_by_default),
        STAGE_TEST(the_resolution_bounds_a_sleep_without_a_deadline),
        STAGE_TEST(the_resolution_does_not_bound_a_sleep_towards_a_deadline),
        STAGE_TEST(a_negative_resolution_is_invalid),
        STAGE_TEST(the_proactor_is_greedy_by_default_and_if_told_so),
        STAGE_TEST(a_lazy_proactor_runs_only_when_nothing_is_ready),
        STAGE_TEST(completions_take_turns_by_default_and_if_told_so),
        STAGE_TEST(with_greedy_operations_each_runs_to_its_end),
        STAGE_TEST(operations_are_tried_first_by_default_and_if_told_so),
        STAGE_TEST(without_multiplex_first_all_but_connect_are_held),
        STAGE_TEST(a_recv_of_no_size_is_invalid_by_default),
        STAGE_TEST(a_recv_of_no_size_asks_for_the_default_size),
        STAGE_TEST(stacks_have_64_kibibytes_by_default),
        STAGE_TEST(stacks_have_the_bytes_that_the_option_names_unless_their_own_does),
        STAGE_TEST(stacks_beyond_a_gibibyte_are_invalid),
        STAGE_TEST(stacks_are_kept_by_default_and_if_told_so),
        STAGE_TEST(without_reuse_no_stack_is_kept),
        STAGE_TEST(time_is_that_of_the_clock_given_and_monotonic_by_default),
        STAGE_TEST(memory_comes_from_the_allocator_given_and_from_malloc_by_default),
        STAGE_TEST(the_observer_given_sees_what_happens),
        STAGE_TEST(the_picker_given_decides_who_runs),
        STAGE_TEST(the_proactor_given_is_used_and_stays_the_givers),
        STAGE_TEST(the_proactor_that_is_opened_by_default_can_be_woken_and_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
