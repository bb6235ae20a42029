/* test_contract_endings.c - the contract of every proactor, the simulated one among them: each
 * operation that waits, and each way in which its waiting ends but by success. */
#include "tests/contract/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_NS = 100 };

/* Each of some kinds, after another, is prepared, started where it is to wait, and ended in some
 * way: with that status, or for nobody (COG_PENDING). */
struct ending {
    enum waiting_kind first;
    enum waiting_kind last;
    void (*prepare)(struct waiting *waiting); /* null: nothing */
    void (*end)(struct waiting *waiting);
    int status;
    bool leaves_usable;
};

static void end_each(void **state, const struct ending *ending) {
    for (enum waiting_kind kind = ending->first; kind <= ending->last; kind++) {
        struct waiting waiting;
        waiting_prepare(&waiting, *state, kind, WAITING_BYTES);
        if (ending->prepare != NULL) {
            ending->prepare(&waiting);
        }
        waiting_start(&waiting);
        ending->end(&waiting);
        if (ending->status == COG_PENDING) {
            ground_settle(*state);
            assert_false(waiting.task->is_done);
        } else {
            assert_int_equal(ground_finish(waiting.task), ending->status);
        }
        waiting_expect_nothing_held(&waiting);
        if (ending->leaves_usable) {
            waiting_expect_usable(&waiting);
        } else {
            waiting_finish(&waiting);
        }
    }
}

static struct cog_scheduler *scheduler_of(const struct waiting *waiting) {
    return waiting->ground->schedulers[waiting_side(waiting)];
}

/* ---- Timeouts ---- */

static void give_time(struct waiting *waiting) {
    cog_set_timeout(&waiting->task->op, TIMEOUT_NS, true);
}

static void give_silence(struct waiting *waiting) {
    cog_set_timeout(&waiting->task->op, TIMEOUT_NS, false);
}

static void let_time_pass(struct waiting *waiting) {
    ground_pass(waiting->ground, TIMEOUT_NS - 1);
    assert_false(waiting->task->is_done);
    ground_pass(waiting->ground, 1);
    assert_true(waiting->task->is_done);
}

static void a_strong_timeout_ends_each_and_leaves_nothing_behind(void **state) {
    end_each(state, &(struct ending){.last = SENDFILE,
                                     .prepare = give_time,
                                     .end = let_time_pass,
                                     .status = COG_ETIMEDOUT,
                                     .leaves_usable = true});
}

static void a_weak_timeout_ends_each_and_leaves_nothing_behind(void **state) {
    end_each(state, &(struct ending){.last = SENDFILE,
                                     .prepare = give_silence,
                                     .end = let_time_pass,
                                     .status = COG_ETIMEDOUT,
                                     .leaves_usable = true});
}

static void what_must_not_wait_expires_at_once(void **state) {
    for (enum waiting_kind kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        waiting_prepare(&waiting, *state, kind, WAITING_BYTES);
        cog_set_timeout(&waiting.task->op, 0, true);
        assert_int_equal(ground_do(waiting.task), COG_ETIMEDOUT);
        waiting_expect_nothing_held(&waiting);
        waiting_expect_usable(&waiting);
    }
}

/* ---- Cancelling and closing ---- */

static void cancel(struct waiting *waiting) {
    assert_int_equal(cog_cancel(waiting->task->coro), COG_OK);
    waiting_expect_nothing_held(waiting);
}

static void each_is_cancelled_and_leaves_nothing_behind(void **state) {
    end_each(state,
             &(struct ending){
                 .last = SENDFILE, .end = cancel, .status = COG_PENDING, .leaves_usable = true});
}

static void close_own_end(struct waiting *waiting) {
    ground_close(waiting->ground, waiting_side(waiting), waiting->socket);
}

static void a_close_ends_each(void **state) {
    end_each(state,
             &(struct ending){.last = SENDFILE, .end = close_own_end, .status = COG_ECLOSED});
}

static void close_from_outside(struct waiting *waiting) {
    assert_int_equal(cog_close_socket(scheduler_of(waiting), waiting->socket), COG_OK);
    assert_int_equal(cog_close_socket(scheduler_of(waiting), waiting->socket), COG_EBADSOCKET);
}

static void a_close_from_outside_ends_each(void **state) {
    end_each(state,
             &(struct ending){.last = SENDFILE, .end = close_from_outside, .status = COG_ECLOSED});
}

/* Its socket has been closed, and it waits to be told. */
static void close_and_cancel(struct waiting *waiting) {
    close_from_outside(waiting);
    cancel(waiting);
}

static void what_a_close_has_ended_can_be_cancelled_before_it_knows(void **state) {
    end_each(state,
             &(struct ending){.last = SENDFILE, .end = close_and_cancel, .status = COG_PENDING});
}

static void freeing_the_scheduler_cancels_what_is_held(void **state) {
    struct ground *ground = *state;
    struct waiting waiting[WAITING_KINDS];
    for (enum waiting_kind kind = 0; kind < WAITING_KINDS; kind++) {
        waiting_prepare(&waiting[kind], ground, kind, WAITING_BYTES);
    }
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        ground_start(waiting[kind].task);
    }
    assert_int_equal(ground_held_count(ground, GROUND_A), WAITING_KINDS - 1);
    assert_int_equal(ground_held_count(ground, GROUND_B), 1);
    ground_free(ground, GROUND_A);
    ground_free(ground, GROUND_B);
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        assert_false(waiting[kind].task->is_done);
        waiting_expect_nothing_held(&waiting[kind]);
        waiting_finish(&waiting[kind]);
    }
}

/* ---- Peers ---- */

static void close_peer(struct waiting *waiting) {
    ground_close(waiting->ground, GROUND_B, waiting->peer);
}

static void a_peer_that_closes_ends_each_that_receives(void **state) {
    end_each(state, &(struct ending){
                        .first = RECV, .last = RECVLINE, .end = close_peer, .status = COG_ECLOSED});
}

/* It has unread bytes, so it resets. */
static void a_peer_that_closes_ends_each_that_sends(void **state) {
    for (enum waiting_kind kind = SEND; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        waiting_prepare(&waiting, *state, kind, WAITING_BYTES);
        waiting_start(&waiting);
        close_peer(&waiting);
        int status = ground_finish(waiting.task);
        assert_true(status == COG_ERESET || status == COG_ECLOSED);
        waiting_expect_nothing_held(&waiting);
        waiting_finish(&waiting);
    }
}

static void leave_peer_unread_bytes(struct waiting *waiting) {
    ground_send_text(waiting->ground, GROUND_A, waiting->socket, "unread");
    ground_settle(waiting->ground);
}

static void a_peer_that_resets_ends_each(void **state) {
    end_each(state, &(struct ending){.first = RECV,
                                     .last = RECVLINE,
                                     .prepare = leave_peer_unread_bytes,
                                     .end = close_peer,
                                     .status = COG_ERESET});
}

/* ---- Several ---- */

static void one_that_is_cancelled_lets_the_next_one_go_on(void **state) {
    for (enum waiting_kind kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        waiting_prepare(&waiting, *state, kind, WAITING_BYTES);
        waiting_start(&waiting);
        struct waiting next = waiting;
        waiting_prepare_again(&next);
        give_time(&next);
        ground_start(next.task);
        assert_int_equal(ground_held_count(*state, waiting_side(&next)), 2);
        assert_int_equal(cog_cancel(waiting.task->coro), COG_OK);
        assert_int_equal(ground_held_count(*state, waiting_side(&next)), 1);
        ground_pass(*state, TIMEOUT_NS);
        assert_true(next.task->is_done);
        assert_int_equal(next.task->op.status, COG_ETIMEDOUT);
        waiting_finish(&waiting);
        waiting_expect_usable(&next);
    }
}

static void one_behind_another_is_cancelled_and_does_not_disturb_it(void **state) {
    for (enum waiting_kind kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        waiting_prepare(&waiting, *state, kind, WAITING_BYTES);
        waiting_start(&waiting);
        struct waiting behind = waiting;
        waiting_prepare_again(&behind);
        ground_start(behind.task);
        assert_int_equal(cog_cancel(behind.task->coro), COG_OK);
        waiting_finish(&behind);
        assert_int_equal(ground_held_count(*state, waiting_side(&waiting)), 1);
        assert_int_equal(cog_cancel(waiting.task->coro), COG_OK);
        waiting_expect_usable(&waiting);
    }
}

/* ---- Numbers that come back ---- */

static void a_number_that_comes_back_is_a_new_socket(void **state) {
    struct ground *ground = *state;
    for (int i = 0; i < 5; i++) {
        int32_t ends[GROUND_SIDES];
        ground_pair(ground, ends);
        char byte = 0;
        struct ground_task *old = ground_recv(ground, GROUND_A, ends[GROUND_A], &byte, 1);
        assert_int_equal(cog_close_socket(ground->schedulers[GROUND_A], ends[GROUND_A]), COG_OK);
        int32_t again[GROUND_SIDES];
        ground_pair(ground, again);
        struct ground_task *new = ground_recv(ground, GROUND_A, again[GROUND_A], &byte, 1);
        ground_send_text(ground, GROUND_B, again[GROUND_B], "x");
        assert_int_equal(ground_finish(old), COG_ECLOSED);
        assert_int_equal(ground_finish(new), COG_OK);
        assert_int_equal(byte, 'x');
        ground_close(ground, GROUND_A, again[GROUND_A]);
    }
    assert_int_equal(ground_held_count(ground, GROUND_A), 0);
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_strong_timeout_ends_each_and_leaves_nothing_behind),
        WIRE_TEST(a_weak_timeout_ends_each_and_leaves_nothing_behind),
        WIRE_TEST(what_must_not_wait_expires_at_once),
        WIRE_TEST(each_is_cancelled_and_leaves_nothing_behind),
        WIRE_TEST(a_close_ends_each),
        WIRE_TEST(a_close_from_outside_ends_each),
        WIRE_TEST(what_a_close_has_ended_can_be_cancelled_before_it_knows),
        WIRE_TEST(freeing_the_scheduler_cancels_what_is_held),
        WIRE_TEST(a_peer_that_closes_ends_each_that_receives),
        WIRE_TEST(a_peer_that_closes_ends_each_that_sends),
        WIRE_TEST(a_peer_that_resets_ends_each),
        WIRE_TEST(one_that_is_cancelled_lets_the_next_one_go_on),
        WIRE_TEST(one_behind_another_is_cancelled_and_does_not_disturb_it),
        WIRE_TEST(a_number_that_comes_back_is_a_new_socket),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
