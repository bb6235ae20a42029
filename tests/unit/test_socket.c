/* test_socket.c - socket operations between scheduler and proactor: tried, held, completed in
 * batches, timed out, closed. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static void with_multiplex_first_an_operation_is_tried_and_continues_at_once(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 0, STAGE_ANSWER, 1, COG_OK, 7);
    actor_enter(stage, "a", "recv 1 10");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a recv=7\n0 b b\n");
    assert_true(stage->was_tried_first);
}

static void without_multiplex_first_an_operation_is_held_until_the_proactor_runs(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_multiplex_first = COG_OFF;
    open_stage(stage);
    stage_cue(stage, 0, STAGE_ANSWER, 1, COG_OK, 7);
    stage_cue(stage, 0, STAGE_COMPLETE, 1, COG_OK, 6);
    actor_enter(stage, "a", "recv 1 10");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a recv=6\n0 b b\n");
    assert_false(stage->was_tried_first);
}

static void connect_is_always_tried_first(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_multiplex_first = COG_OFF;
    open_stage(stage);
    stage_cue(stage, 0, STAGE_ANSWER, -1, COG_OK, 0);
    actor_enter(stage, "a", "connect");
    stage_expect(stage, COG_OK, "0 a connect\n");
    assert_true(stage->was_tried_first);
}

static void an_operation_that_fails_when_tried_ends_with_that_code(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 0, STAGE_ANSWER, 1, COG_ERESET, 3);
    stage_cue(stage, 0, STAGE_ANSWER, -1, COG_EREFUSED, 0);
    actor_enter(stage, "a", "sendall 1 10; connect");
    stage_expect(stage, COG_OK, "0 a sendall reset after 3\n0 a connect refused\n");
}

static void listen_shutdown_and_close_end_at_once(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "listen; shutdown 1; close 1");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a listen\n0 a shutdown\n0 a close\n0 b b\n");
}

static void a_recv_of_no_size_takes_the_default_size(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_default_size = 33;
    open_stage(stage);
    struct cog_coro *coro = actor_enter(stage, "a", "recv 1 0");
    stage_cue(stage, 5, STAGE_COMPLETE, 1, COG_OK, 33);
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(stage->submit_count, 1);
    stage_expect(stage, COG_OK, "5 a recv=33\n");
    assert_true(cog_coro_has_ended(coro));
}

static void a_recv_of_no_size_without_a_default_is_invalid(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 0");
    stage_expect(stage, COG_OK, "0 a recv invalid\n");
    assert_int_equal(stage->submit_count, 0);
}

/* Three receivers complete in one batch at 10 ns. */
static void play_batch(struct stage *stage, const char *a, const char *b, const char *c,
                       const char *log) {
    open_stage(stage);
    actor_enter(stage, "a", a);
    actor_enter(stage, "b", b);
    actor_enter(stage, "c", c);
    for (int socket = 1; socket <= 3; socket++) {
        stage_cue(stage, 10, STAGE_COMPLETE, socket, COG_OK, 1);
    }
    stage_expect(stage, COG_OK, log);
}

static void the_last_completion_of_a_run_is_resumed_first(void **state) {
    play_batch(*state, "recv 1 1", "recv 2 1", "recv 3 1",
               "10 c recv=1\n10 a recv=1\n10 b recv=1\n");
}

static void a_completion_with_coro_goes_to_the_front(void **state) {
    play_batch(*state, "recv 1 1", "recv 2 1 prio=coro", "recv 3 1",
               "10 c recv=1\n10 b recv=1\n10 a recv=1\n");
}

static void a_completion_with_op_is_resumed_at_once_and_goes_to_the_back(void **state) {
    play_batch(*state, "recv 1 1 prio=op; -yield; log a", "recv 2 1", "recv 3 1; log c",
               "10 a recv=1\n10 c recv=1\n10 c c\n10 a a\n10 b recv=1\n");
}

static void with_ops_greedy_completions_run_to_their_end_at_once(void **state) {
    struct stage *stage = *state;
    stage->options.ops_greedy = COG_ON;
    play_batch(stage, "recv 1 1; shutdown 1; -yield; log a", "recv 2 1; log b", "recv 3 1",
               "10 a recv=1\n10 a shutdown\n10 a a\n10 b recv=1\n10 b b\n10 c recv=1\n");
}

static void without_ops_greedy_they_take_their_turns(void **state) {
    struct stage *stage = *state;
    play_batch(stage, "recv 1 1; shutdown 1; -yield; log a", "recv 2 1; log b", "recv 3 1",
               "10 c recv=1\n10 a recv=1\n10 a shutdown\n10 b recv=1\n10 b b\n10 a a\n");
}

static void a_bare_yield_of_the_urgent_coroutine_is_not_lost(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 10, STAGE_COMPLETE, 1, COG_OK, 1);
    actor_enter(stage, "a", "recv 1 1; -yield; log on");
    stage_expect(stage, COG_OK, "10 a recv=1\n10 a on\n");
}

static void a_bare_yield_of_a_coroutine_resumed_at_once_is_not_lost(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 10, STAGE_COMPLETE, 1, COG_OK, 1);
    stage_cue(stage, 10, STAGE_COMPLETE, 2, COG_OK, 1);
    actor_enter(stage, "a", "recv 1 1 prio=op; -yield; log on");
    actor_enter(stage, "b", "recv 2 1");
    stage_expect(stage, COG_OK, "10 a recv=1\n10 b recv=1\n10 a on\n");
}

static void a_greedy_proactor_runs_in_every_iteration_while_it_holds_something(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 1");
    actor_enter(stage, "b", "-yield; -yield; -yield; log b");
    actor_enter(stage, "c", "-yield; -yield; -yield; log c");
    stage_cue(stage, 0, STAGE_COMPLETE, 1, COG_OK, 1);
    stage_expect(stage, COG_OK, "0 a recv=1\n0 b b\n0 c c\n");
}

static void a_lazy_proactor_runs_only_when_nothing_is_ready(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_greedy = COG_OFF;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 1");
    actor_enter(stage, "b", "-yield; -yield; -yield; log b");
    actor_enter(stage, "c", "-yield; -yield; -yield; log c");
    stage_cue(stage, 0, STAGE_COMPLETE, 1, COG_OK, 1);
    stage_expect(stage, COG_OK, "0 b b\n0 c c\n0 a recv=1\n");
}

static void a_held_operation_times_out_and_leaves_the_proactor(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recvall 1 10 weak=5; log on");
    stage_expect(stage, COG_OK, "5 a recvall timeout\n5 a on\n");
    assert_int_equal(stage->held_count, 0);
}

static void an_operation_that_can_no_longer_be_withdrawn_completes(void **state) {
    struct stage *stage = *state;
    stage->stuck_socket = 1;
    open_stage(stage);
    stage_cue(stage, 8, STAGE_COMPLETE, 1, COG_OK, 10);
    actor_enter(stage, "a", "recvall 1 10 weak=5; log on");
    stage_expect(stage, COG_OK, "8 a recvall=10\n8 a on\n");
    assert_non_null(strstr(stage->events.text, "fired a recvall\n"));
}

static void a_weak_timeout_fires_exactly_delta_after_the_last_activity(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 4, STAGE_ACTIVITY, 1, COG_OK, 2);
    stage_cue(stage, 9, STAGE_ACTIVITY, 1, COG_OK, 3);
    actor_enter(stage, "a", "recvall 1 15 weak=10");
    stage_expect(stage, COG_OK, "19 a recvall timeout after 5\n");
}

static void activity_after_a_lazy_check_moves_the_deadline_again(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 4, STAGE_ACTIVITY, 1, COG_OK, 1);
    stage_cue(stage, 12, STAGE_ACTIVITY, 1, COG_OK, 1);
    stage_cue(stage, 21, STAGE_ACTIVITY, 1, COG_OK, 1);
    actor_enter(stage, "a", "recvall 1 15 weak=10");
    actor_enter(stage, "b", "-sleep 10; -sleep 3; -sleep 30");
    stage_expect(stage, COG_OK, "31 a recvall timeout after 3\n");
}

static void activity_at_the_instant_of_the_deadline_counts(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 10, STAGE_ACTIVITY, 1, COG_OK, 1);
    actor_enter(stage, "a", "recvall 1 15 weak=10");
    stage_expect(stage, COG_OK, "20 a recvall timeout after 1\n");
}

static void a_strong_timeout_fires_in_spite_of_activity(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 4, STAGE_ACTIVITY, 1, COG_OK, 2);
    actor_enter(stage, "a", "recvall 1 15 strong=10");
    stage_expect(stage, COG_OK, "10 a recvall timeout after 2\n");
    assert_null(strstr(stage->events.text, "refreshed"));
}

static void a_stale_deadline_does_not_wake_the_proactor(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 4, STAGE_ACTIVITY, 1, COG_OK, 2);
    actor_enter(stage, "a", "-recvall 1 15 weak=10");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(stage->now_ns, 4);
    assert_int_equal(cog_next_timer_delta(stage->scheduler), 10);
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), 14);
    stage_expect(stage, COG_OK, "");
    assert_memory_equal(stage->sleeps.text, "10\n10\n", 6);
}

static void refreshed_deadlines_tie_as_if_armed_at_the_last_activity(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 5, STAGE_ACTIVITY, 2, COG_OK, 1);
    stage_cue(stage, 5, STAGE_ACTIVITY, 1, COG_OK, 1);
    actor_enter(stage, "a", "recvall 1 15 weak=10");
    actor_enter(stage, "b", "recvall 2 15 weak=10");
    actor_enter(stage, "c", "sleep 15");
    actor_enter(stage, "d", "-sleep 5; sleep 10");
    stage_expect(stage, COG_OK,
                 "15 c sleep\n15 b recvall timeout after 1\n15 a recvall timeout after 1\n"
                 "15 d sleep\n");
}

static void activity_tells_the_observer_the_new_deadline(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 4, STAGE_ACTIVITY, 1, COG_OK, 2);
    stage_cue(stage, 6, STAGE_COMPLETE, 1, COG_OK, 13);
    actor_enter(stage, "a", "recvall 1 15 weak=10");
    stage_expect(stage, COG_OK, "6 a recvall=15\n");
    assert_string_equal(stage->events.text, "added a by nobody\nready a back\nresumed a\n"
                                            "started a recvall\narmed a recvall 10\n"
                                            "progressed a recvall\nrefreshed a recvall 14\n"
                                            "removed a recvall\nfinished a recvall ok\n"
                                            "resumed a\nended a ok\n");
}

static void the_default_timeout_applies_to_transfers_and_is_weak(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 10;
    open_stage(stage);
    stage_cue(stage, 4, STAGE_ACTIVITY, 1, COG_OK, 2);
    actor_enter(stage, "a", "recvall 1 15");
    actor_enter(stage, "b", "accept 2");
    actor_enter(stage, "c", "send 3 4 weak=20");
    stage_expect(stage, COG_OK,
                 "10 b accept timeout\n14 a recvall timeout after 2\n20 c send timeout\n");
}

static void nothing_to_send_is_sent_at_once(void **state) {
    struct stage *stage = *state;
    stage->options.proactor_multiplex_first = COG_OFF;
    open_stage(stage);
    actor_enter(stage, "a", "send 1 0; sendall 1 0");
    stage_expect(stage, COG_OK, "0 a send=0\n0 a sendall=0\n");
    assert_int_equal(stage->submit_count, 0);
}

static void a_close_ends_what_others_do_on_the_socket(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 1 weak=50");
    actor_enter(stage, "b", "send 1 1");
    actor_enter(stage, "o", "recv 2 1 weak=7");
    actor_enter(stage, "c", "-sleep 5; close 1; log c");
    stage_expect(stage, COG_OK,
                 "5 c close\n5 c c\n5 b send closed\n5 a recv closed\n7 o recv timeout\n");
}

static void a_socket_can_be_closed_outside_of_any_operation(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 1");
    actor_enter(stage, "c", "-sleep 5; close_socket 1");
    stage_expect(stage, COG_OK, "5 c close_socket=0\n5 a recv closed\n");
    assert_int_equal(cog_close_socket(stage->scheduler, -1), COG_EBADSOCKET);
}

static void a_completion_and_a_deadline_of_one_instant_resume_once(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 10, STAGE_COMPLETE, 1, COG_OK, 1);
    actor_enter(stage, "a", "recv 1 1 strong=10; -sleep 20");
    stage_expect(stage, COG_OK, "10 a recv=1\n");
}

static void the_timeout_of_a_held_operation_needs_no_memory(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 1 weak=5; log on");
    stage->tally.fail_at = stage->tally.call_count + 1;
    stage_expect(stage, COG_OK, "5 a recv timeout\n5 a on\n");
    assert_int_equal(stage->held_count, 0);
}

static void freeing_the_scheduler_takes_held_operations_back(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "recv 1 1 weak=50");
    actor_enter(stage, "b", "send 1 1");
    actor_enter(stage, "x", "-yield");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    assert_int_equal(stage->held_count, 2);
    assert_int_equal(stage_close(stage), 0);
    assert_int_equal(stage->held_count, 0);
    assert_true(stage->is_detached);
}

/* ---- Datagrams and files; the actors have no words for them ---- */

/* A coroutine that does one operation, which stands here in the end. */
struct once {
    struct cog_op op;
    bool is_waiting;
};

static int step_once(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct once *once = *(struct once **)context;
    if (once->is_waiting) {
        once->op = *op;
        return COG_STEP_END;
    }
    once->is_waiting = true;
    *op = once->op;
    return COG_STEP_AWAIT;
}

static void start_once(struct stage *stage, struct once *once) {
    static const struct cog_coro_type type = {.step = step_once,
                                              .context_bytes = sizeof(struct once *)};
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &type, "once", &coro), COG_OK);
    *(struct once **)cog_coro_context(coro) = once;
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
}

static void datagrams_keep_their_address_beside_their_bytes(void **state) {
    struct stage *stage = *state;
    stage->options.observer.ops = NULL;
    open_stage(stage);
    char buffer[4];
    char address[16];
    struct once receiving = {.is_waiting = false};
    cog_set_recvfrom(&receiving.op, 3, buffer, sizeof buffer, (struct sockaddr *)address, 16);
    assert_ptr_equal(receiving.op.object, address);
    assert_int_equal(receiving.op.value.bits, 16);
    assert_int_equal(receiving.op.u.io.bytes, 4);
    struct once sending = {.is_waiting = false};
    cog_set_sendto(&sending.op, 3, buffer, 0, (const struct sockaddr *)address, 16);
    assert_ptr_equal(sending.op.object, address);
    start_once(stage, &receiving);
    start_once(stage, &sending);
    stage_cue(stage, 5, STAGE_COMPLETE, 3, COG_EFULL, 4);
    stage_cue(stage, 6, STAGE_COMPLETE, 3, COG_OK, 0);
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    assert_int_equal(stage->submit_count, 2); /* an empty datagram is one, too */
    assert_int_equal(receiving.op.status, COG_EFULL);
    assert_int_equal(sending.op.status, COG_OK);
}

static void the_default_timeout_applies_to_datagrams_and_files_but_not_to_bind(void **state) {
    struct stage *stage = *state;
    stage->options.observer.ops = NULL;
    stage->options.default_timeout_ns = 10;
    open_stage(stage);
    struct once ops[4] = {{.is_waiting = false}};
    cog_set_recvfrom(&ops[0].op, 1, NULL, 0, NULL, 0);
    cog_set_sendto(&ops[1].op, 2, NULL, 0, NULL, 0);
    cog_set_sendfile(&ops[2].op, 3, 0, 0, 0, 0);
    cog_set_bind(&ops[3].op, NULL, 0);
    for (size_t i = 0; i < 4; i++) {
        start_once(stage, &ops[i]);
    }
    stage_cue(stage, 5, STAGE_ACTIVITY, 3, COG_OK, 2);
    stage_cue(stage, 30, STAGE_COMPLETE, -1, COG_OK, 0);
    assert_int_equal(cog_run(stage->scheduler), COG_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ops[i].op.status, COG_ETIMEDOUT);
    }
    assert_int_equal(ops[3].op.status, COG_OK);
    assert_int_equal(stage->now_ns, 30);
}

static void a_sendfile_names_its_file_and_keeps_its_block_apart(void **state) {
    (void)state;
    struct cog_op op = {.type = NULL};
    cog_set_sendfile(&op, 3, 4, 5, 6, 7);
    assert_int_equal(op.socket, 3);
    assert_int_equal(op.file, 4);
    assert_int_equal(op.u.file.offset, 5);
    assert_int_equal(op.u.io.bytes, 6);
    assert_int_equal(op.u.io.done, 0);
    assert_int_equal(op.value.bits, 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(with_multiplex_first_an_operation_is_tried_and_continues_at_once),
        STAGE_TEST(without_multiplex_first_an_operation_is_held_until_the_proactor_runs),
        STAGE_TEST(connect_is_always_tried_first),
        STAGE_TEST(an_operation_that_fails_when_tried_ends_with_that_code),
        STAGE_TEST(listen_shutdown_and_close_end_at_once),
        STAGE_TEST(a_recv_of_no_size_takes_the_default_size),
        STAGE_TEST(a_recv_of_no_size_without_a_default_is_invalid),
        STAGE_TEST(the_last_completion_of_a_run_is_resumed_first),
        STAGE_TEST(a_completion_with_coro_goes_to_the_front),
        STAGE_TEST(a_completion_with_op_is_resumed_at_once_and_goes_to_the_back),
        STAGE_TEST(with_ops_greedy_completions_run_to_their_end_at_once),
        STAGE_TEST(without_ops_greedy_they_take_their_turns),
        STAGE_TEST(a_bare_yield_of_the_urgent_coroutine_is_not_lost),
        STAGE_TEST(a_bare_yield_of_a_coroutine_resumed_at_once_is_not_lost),
        STAGE_TEST(a_greedy_proactor_runs_in_every_iteration_while_it_holds_something),
        STAGE_TEST(a_lazy_proactor_runs_only_when_nothing_is_ready),
        STAGE_TEST(a_held_operation_times_out_and_leaves_the_proactor),
        STAGE_TEST(an_operation_that_can_no_longer_be_withdrawn_completes),
        STAGE_TEST(a_weak_timeout_fires_exactly_delta_after_the_last_activity),
        STAGE_TEST(activity_after_a_lazy_check_moves_the_deadline_again),
        STAGE_TEST(activity_at_the_instant_of_the_deadline_counts),
        STAGE_TEST(a_strong_timeout_fires_in_spite_of_activity),
        STAGE_TEST(a_stale_deadline_does_not_wake_the_proactor),
        STAGE_TEST(refreshed_deadlines_tie_as_if_armed_at_the_last_activity),
        STAGE_TEST(activity_tells_the_observer_the_new_deadline),
        STAGE_TEST(the_default_timeout_applies_to_transfers_and_is_weak),
        STAGE_TEST(nothing_to_send_is_sent_at_once),
        STAGE_TEST(a_close_ends_what_others_do_on_the_socket),
        STAGE_TEST(a_socket_can_be_closed_outside_of_any_operation),
        STAGE_TEST(a_completion_and_a_deadline_of_one_instant_resume_once),
        STAGE_TEST(the_timeout_of_a_held_operation_needs_no_memory),
        STAGE_TEST(freeing_the_scheduler_takes_held_operations_back),
        STAGE_TEST(datagrams_keep_their_address_beside_their_bytes),
        STAGE_TEST(the_default_timeout_applies_to_datagrams_and_files_but_not_to_bind),
        STAGE_TEST(a_sendfile_names_its_file_and_keeps_its_block_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
