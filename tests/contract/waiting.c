/* waiting.c - what each of them needs to wait, to go on, and to be done. */
#include "tests/contract/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 20, ROUNDS_MAX = 20000, BITE_BYTES = 1 << 15 };

static char block[WAITING_MANY_BYTES];

enum ground_side waiting_side(const struct waiting *waiting) {
    return waiting->kind == ACCEPT ? GROUND_B : GROUND_A;
}

bool waiting_sends(const struct waiting *waiting) {
    return waiting->kind >= SEND;
}

/* Sends until there has been no room for a while. */
static void fill(struct ground *ground, int32_t socket) {
    for (;;) {
        struct ground_task *task = ground_task(ground, GROUND_A);
        cog_set_send(&task->op, socket, block, WAITING_BYTES);
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

static int open_file(size_t bytes) {
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)bytes), 0);
    int number = dup(fileno(file));
    assert_true(number >= 0);
    assert_int_equal(fclose(file), 0);
    return number;
}

void waiting_prepare_again(struct waiting *waiting) {
    waiting->task = ground_task(waiting->ground, waiting_side(waiting));
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
        cog_set_send(op, waiting->socket, block, waiting->bytes);
        break;
    case SENDALL:
        cog_set_sendall(op, waiting->socket, block, waiting->bytes);
        break;
    case SENDFILE:
    case WAITING_KINDS:
        cog_set_sendfile(op, waiting->socket, open_file(waiting->bytes), 0, 0, 0);
        break;
    }
}

void waiting_prepare(struct waiting *waiting, struct ground *ground, enum waiting_kind kind,
                     size_t bytes) {
    *waiting = (struct waiting){.kind = kind, .ground = ground, .peer = -1, .bytes = bytes};
    if (kind == ACCEPT) {
        waiting->socket = ground_listen(ground, 8, &waiting->address);
    } else {
        int32_t ends[GROUND_SIDES];
        ground_pair(ground, ends);
        waiting->socket = ends[GROUND_A];
        waiting->peer = ends[GROUND_B];
        if (waiting_sends(waiting)) {
            fill(ground, waiting->socket);
        }
    }
    waiting_prepare_again(waiting);
}

void waiting_start(const struct waiting *waiting) {
    ground_start(waiting->task);
    assert_false(waiting->task->is_done);
    assert_int_equal(ground_held_count(waiting->ground, waiting_side(waiting)), 1);
}

void waiting_expect_nothing_held(const struct waiting *waiting) {
    assert_int_equal(ground_held_count(waiting->ground, waiting_side(waiting)), 0);
}

void waiting_finish(const struct waiting *waiting) {
    if (waiting->kind == SENDFILE) {
        assert_int_equal(close(waiting->task->op.file), 0);
    }
}

size_t waiting_done_bytes(const struct waiting *waiting) {
    const struct ground_task *task = waiting->task;
    const struct cog_op *op = task->is_done ? &task->op : cog_coro_awaits(task->coro);
    assert_non_null(op);
    return waiting->kind == SENDFILE ? op->u.file.done : op->u.io.done;
}

/* The peer takes what is there, if anything is. */
static bool take(const struct waiting *waiting, size_t bytes) {
    static char taken[WAITING_BYTES];
    struct ground *ground = waiting->ground;
    struct ground_task *task = ground_recv(ground, GROUND_B, waiting->peer, taken, bytes);
    if (task->is_done) {
        assert_int_equal(task->op.status, COG_OK);
        return true;
    }
    assert_int_equal(cog_cancel(task->coro), COG_OK);
    ground_settle(ground);
    return false;
}

void waiting_go_on(const struct waiting *waiting) {
    size_t before = waiting_done_bytes(waiting);
    if (!waiting_sends(waiting)) {
        ground_send_text(waiting->ground, GROUND_B, waiting->peer, "a");
        ground_await_bytes(waiting->task, before + 1);
        return;
    }
    for (int i = 0; waiting_done_bytes(waiting) == before; i++) {
        assert_true(i < ROUNDS_MAX);
        (void)take(waiting, BITE_BYTES);
    }
    assert_false(waiting->task->is_done);
}

/* The peer takes everything that has been sent. */
static void drain(const struct waiting *waiting) {
    for (int idle = 0; idle < PATIENCE;) {
        idle = take(waiting, WAITING_BYTES) ? 0 : idle + 1;
    }
}

void waiting_expect_usable(struct waiting *waiting) {
    struct ground *ground = waiting->ground;
    waiting_finish(waiting);
    waiting_prepare_again(waiting);
    waiting_start(waiting);
    if (waiting->kind == ACCEPT) {
        assert_int_equal(ground_finish(ground_connect(ground, &waiting->address)), COG_OK);
    } else if (waiting_sends(waiting)) {
        drain(waiting);
    } else {
        ground_send_text(ground, GROUND_B, waiting->peer, "fifteen bytes..\n");
    }
    assert_int_equal(ground_finish(waiting->task), COG_OK);
    if (!waiting_sends(waiting) && waiting->kind != ACCEPT) {
        assert_memory_equal(waiting->line, "fifteen bytes..\n", 16);
    }
    waiting_expect_nothing_held(waiting);
    waiting_finish(waiting);
}
