/* test_contract_endings.c - the contract of every proactor, the simulated one among them: each
 * operation that waits, and each way in which its waiting ends but by success. */
#include "tests/contract/ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCK_BYTES = 1 << 18, PATIENCE = 20, TIMEOUT_NS = 100 };

/* ---- Operations that wait ---- */

enum waiting_kind { ACCEPT, RECV, RECVALL, RECVLINE, SEND, SENDALL, SENDFILE, WAITING_KINDS };

/* An operation on a socket of its side that will have to wait, before it is started. */
struct waiting {
    enum waiting_kind kind;
    struct ground *ground;
    struct ground_task *task;
    int32_t socket;
    int32_t peer; /* on the other side; -1: none */
    struct wire_address address;
    char line[16];
};

static char block[BLOCK_BYTES];

static enum ground_side side_of(const struct waiting *waiting) {
    return waiting->kind == ACCEPT ? GROUND_B : GROUND_A;
}

static bool sends(const struct waiting *waiting) {
    return waiting->kind >= SEND;
}

/* Sends until there has been no room for a while. */
static void fill(struct ground *ground, int32_t socket) {
    for (;;) {
        struct ground_task *task = ground_task(ground, GROUND_A);
        cog_set_send(&task->op, socket, block, sizeof block);
        ground_start(task);
        for (int i = 0; !task->is_done && i < PATIENCE; i++) {
            ground_settle(ground);
        }
        if (!task->is_done) {
            assert_int_equal(cog_cancel(task->coro), COG_OK);
            return;
        }
        assert_int_equal(task->op.status, COG_OK);
    }
}

/* The same file for all; it has a block. */
static int open_file(void) {
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(block, 1, sizeof block, file), sizeof block);
    assert_int_equal(fflush(file), 0);
    int number = dup(fileno(file));
    assert_true(number >= 0);
    assert_int_equal(fclose(file), 0);
    return number;
}

static void set_up(struct waiting *waiting) {
    struct cog_op *op = &waiting->task->op;
    switch (waiting->kind) {
    case ACCEPT:
        cog_set_accept(op, waiting->socket);
        break;
    case RECV:
        cog_set_recv(op, waiting->socket, waiting->line, sizeof waiting->line);
        break;
    case RECVALL:
        cog_set_recvall(op, waiting->socket, waiting->line, sizeof waiting->line);
        break;
    case RECVLINE:
        cog_set_recvline(op, waiting->socket, waiting->line, sizeof waiting->line);
        break;
    case SEND:
        cog_set_send(op, waiting->socket, block, sizeof block);
        break;
    case SENDALL:
        cog_set_sendall(op, waiting->socket, block, sizeof block);
        break;
    case SENDFILE:
    case WAITING_KINDS:
        cog_set_sendfile(op, waiting->socket, open_file(), 0, 0, 0);
        break;
    }
}

static void prepare(struct waiting *waiting, struct ground *ground, enum waiting_kind kind) {
    *waiting = (struct waiting){.kind = kind, .ground = ground, .peer = -1};
    if (kind == ACCEPT) {
        waiting->socket = ground_listen(ground, 8, &waiting->address);
    } else {
        int32_t ends[GROUND_SIDES];
        ground_pair(ground, ends);
        waiting->socket = ends[GROUND_A];
        waiting->peer = ends[GROUND_B];
        if (sends(waiting)) {
            fill(ground, waiting->socket);
        }
    }
    waiting->task = ground_task(ground, side_of(waiting));
    set_up(waiting);
}

/* Starts it; it is held. */
static void start(struct waiting *waiting) {
    ground_start(waiting->task);
    assert_false(waiting->task->is_done);
    assert_int_equal(ground_held_count(waiting->ground, side_of(waiting)), 1);
}

static void expect_nothing_held(const struct waiting *waiting) {
    assert_int_equal(ground_held_count(waiting->ground, side_of(waiting)), 0);
}

static void finish(struct waiting *waiting) {
    if (waiting->kind == SENDFILE) {
        assert_int_equal(close(waiting->task->op.file), 0);
    }
}

/* The peer takes everything that has been sent, so that there is room again. */
static void drain(struct waiting *waiting) {
    struct ground *ground = waiting->ground;
    static char taken[BLOCK_BYTES];
    for (int idle = 0; idle < PATIENCE;) {
        struct ground_task *task =
            ground_recv(ground, GROUND_B, waiting->peer, taken, sizeof taken);
        if (task->is_done) {
            assert_int_equal(task->op.status, COG_OK);
            idle = 0;
        } else {
            assert_int_equal(cog_cancel(task->coro), COG_OK);
            ground_settle(ground);
            idle++;
        }
    }
}

/* The socket is as good as before: the same operation waits on it, and succeeds. */
static void expect_usable(struct waiting *waiting) {
    struct ground *ground = waiting->ground;
    finish(waiting);
    waiting->task = ground_task(ground, side_of(waiting));
    set_up(waiting);
    start(waiting);
    if (waiting->kind == ACCEPT) {
        assert_int_equal(ground_finish(ground_connect(ground, &waiting->address)), COG_OK);
    } else if (sends(waiting)) {
        drain(waiting);
    } else {
        ground_send_text(ground, GROUND_B, waiting->peer, "fifteen bytes..\n");
    }
    assert_int_equal(ground_finish(waiting->task), COG_OK);
    if (!sends(waiting) && waiting->kind != ACCEPT) {
        assert_memory_equal(waiting->line, "fifteen bytes..\n", 16);
    }
    expect_nothing_held(waiting);
    finish(waiting);
}

/* ---- Endings ---- */

static void each_times_out(void **state, bool is_strong) {
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        cog_set_timeout(&waiting.task->op, TIMEOUT_NS, is_strong);
        start(&waiting);
        ground_pass(*state, TIMEOUT_NS - 1);
        assert_false(waiting.task->is_done);
        ground_pass(*state, 1);
        assert_true(waiting.task->is_done);
        assert_int_equal(waiting.task->op.status, COG_ETIMEDOUT);
        expect_nothing_held(&waiting);
        expect_usable(&waiting);
    }
}

static void a_strong_timeout_ends_each_and_leaves_nothing_behind(void **state) {
    each_times_out(state, true);
}

static void a_weak_timeout_ends_each_and_leaves_nothing_behind(void **state) {
    each_times_out(state, false);
}

static void what_must_not_wait_expires_at_once(void **state) {
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        cog_set_timeout(&waiting.task->op, 0, true);
        assert_int_equal(ground_do(waiting.task), COG_ETIMEDOUT);
        expect_nothing_held(&waiting);
        expect_usable(&waiting);
    }
}

static void each_is_cancelled_and_leaves_nothing_behind(void **state) {
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        start(&waiting);
        assert_int_equal(cog_cancel(waiting.task->coro), COG_OK);
        expect_nothing_held(&waiting);
        ground_settle(*state);
        assert_false(waiting.task->is_done);
        expect_usable(&waiting);
    }
}

static void a_close_ends_each(void **state) {
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        start(&waiting);
        ground_close(*state, side_of(&waiting), waiting.socket);
        assert_int_equal(ground_finish(waiting.task), COG_ECLOSED);
        expect_nothing_held(&waiting);
        finish(&waiting);
    }
}

static void a_close_from_outside_ends_each(void **state) {
    struct ground *ground = *state;
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, ground, kind);
        start(&waiting);
        struct cog_scheduler *scheduler = ground->schedulers[side_of(&waiting)];
        assert_int_equal(cog_close_socket(scheduler, waiting.socket), COG_OK);
        assert_int_equal(cog_close_socket(scheduler, waiting.socket), COG_EBADSOCKET);
        assert_int_equal(ground_finish(waiting.task), COG_ECLOSED);
        expect_nothing_held(&waiting);
        finish(&waiting);
    }
}

/* Its socket has been closed, and it waits to be told. */
static void what_a_close_has_ended_can_be_cancelled_before_it_knows(void **state) {
    struct ground *ground = *state;
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, ground, kind);
        start(&waiting);
        struct cog_scheduler *scheduler = ground->schedulers[side_of(&waiting)];
        assert_int_equal(cog_close_socket(scheduler, waiting.socket), COG_OK);
        assert_int_equal(cog_cancel(waiting.task->coro), COG_OK);
        expect_nothing_held(&waiting);
        ground_settle(ground);
        assert_false(waiting.task->is_done);
        finish(&waiting);
    }
}

static void freeing_the_scheduler_cancels_what_is_held(void **state) {
    struct ground *ground = *state;
    struct waiting waiting[WAITING_KINDS];
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        prepare(&waiting[kind], ground, kind);
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
        expect_nothing_held(&waiting[kind]);
        finish(&waiting[kind]);
    }
}

static bool is_broken(int status) {
    return status == COG_ERESET || status == COG_ECLOSED;
}

/* The peer of one that sends has unread bytes, so it resets. */
static void a_peer_that_closes_ends_each(void **state) {
    for (int kind = RECV; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        start(&waiting);
        ground_close(*state, GROUND_B, waiting.peer);
        int status = ground_finish(waiting.task);
        assert_true(sends(&waiting) ? is_broken(status) : status == COG_ECLOSED);
        expect_nothing_held(&waiting);
        finish(&waiting);
    }
}

/* It has unread bytes. */
static void a_peer_that_resets_ends_each(void **state) {
    for (int kind = RECV; kind <= RECVLINE; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        ground_send_text(*state, GROUND_A, waiting.socket, "unread");
        ground_settle(*state);
        start(&waiting);
        ground_close(*state, GROUND_B, waiting.peer);
        assert_int_equal(ground_finish(waiting.task), COG_ERESET);
        expect_nothing_held(&waiting);
    }
}

static void one_that_is_cancelled_lets_the_next_one_go_on(void **state) {
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        start(&waiting);
        struct waiting next = waiting;
        next.task = ground_task(*state, side_of(&next));
        set_up(&next);
        cog_set_timeout(&next.task->op, TIMEOUT_NS, true);
        ground_start(next.task);
        assert_int_equal(ground_held_count(*state, side_of(&next)), 2);
        assert_int_equal(cog_cancel(waiting.task->coro), COG_OK);
        assert_int_equal(ground_held_count(*state, side_of(&next)), 1);
        ground_pass(*state, TIMEOUT_NS);
        assert_true(next.task->is_done);
        assert_int_equal(next.task->op.status, COG_ETIMEDOUT);
        finish(&waiting);
        expect_usable(&next);
    }
}

static void one_behind_another_is_cancelled_and_does_not_disturb_it(void **state) {
    for (int kind = 0; kind < WAITING_KINDS; kind++) {
        struct waiting waiting;
        prepare(&waiting, *state, kind);
        start(&waiting);
        struct waiting behind = waiting;
        behind.task = ground_task(*state, side_of(&behind));
        set_up(&behind);
        ground_start(behind.task);
        assert_int_equal(cog_cancel(behind.task->coro), COG_OK);
        finish(&behind);
        assert_int_equal(ground_held_count(*state, side_of(&waiting)), 1);
        assert_int_equal(cog_cancel(waiting.task->coro), COG_OK);
        expect_usable(&waiting);
    }
}

/* ---- Activity ---- */

static void a_weak_timeout_counts_from_the_last_piece(void **state) {
    struct ground *ground = *state;
    for (int kind = RECVALL; kind <= RECVLINE; kind++) {
        struct waiting waiting;
        prepare(&waiting, ground, kind);
        cog_set_timeout(&waiting.task->op, TIMEOUT_NS, false);
        start(&waiting);
        for (size_t i = 1; i <= 3; i++) {
            ground_pass(ground, 60);
            ground_send_text(ground, GROUND_B, waiting.peer, "a");
            ground_await_bytes(waiting.task, i);
        }
        ground_pass(ground, TIMEOUT_NS - 1);
        assert_false(waiting.task->is_done);
        ground_pass(ground, 1);
        assert_true(waiting.task->is_done);
        assert_int_equal(waiting.task->op.status, COG_ETIMEDOUT);
        assert_int_equal(waiting.task->op.u.io.done, 3);
        expect_usable(&waiting);
    }
}

static void a_strong_timeout_does_not_care_for_pieces(void **state) {
    struct ground *ground = *state;
    for (int kind = RECVALL; kind <= RECVLINE; kind++) {
        struct waiting waiting;
        prepare(&waiting, ground, kind);
        cog_set_timeout(&waiting.task->op, TIMEOUT_NS, true);
        start(&waiting);
        ground_pass(ground, 60);
        ground_send_text(ground, GROUND_B, waiting.peer, "abc");
        ground_await_bytes(waiting.task, 3);
        ground_pass(ground, 40);
        assert_true(waiting.task->is_done);
        assert_int_equal(waiting.task->op.status, COG_ETIMEDOUT);
        assert_int_equal(waiting.task->op.u.io.done, 3);
        assert_memory_equal(waiting.line, "abc", 3);
        expect_usable(&waiting);
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
        WIRE_TEST(a_peer_that_closes_ends_each),
        WIRE_TEST(a_peer_that_resets_ends_each),
        WIRE_TEST(one_that_is_cancelled_lets_the_next_one_go_on),
        WIRE_TEST(one_behind_another_is_cancelled_and_does_not_disturb_it),
        WIRE_TEST(a_weak_timeout_counts_from_the_last_piece),
        WIRE_TEST(a_strong_timeout_does_not_care_for_pieces),
        WIRE_TEST(a_number_that_comes_back_is_a_new_socket),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
