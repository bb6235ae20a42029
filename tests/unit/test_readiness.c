/* test_readiness.c - socket operations as non-blocking attempts: pieces, lines, what stays. */
#include "core/coroutine.h"
#include "core/operation.h"
#include "core/readiness.h"
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A socket that gives its pieces one a call: "" would block, null is the end of the stream. It
 * takes `room` bytes a call, 0: would block. */
struct pipe {
    const char *pieces[8];
    size_t piece_index;
    size_t room[8];
    size_t room_index;
    char sent[64];
    size_t sent_count;
    int accept_status;
    int connect_status;
    int sendfile_status;
    size_t sendfile_bytes[8]; /* that it was asked for, a call each */
    size_t sendfile_count;
};

static int pipe_accept(void *context, int32_t listener, int32_t *accepted) {
    struct pipe *pipe = context;
    assert_int_equal(listener, 1);
    *accepted = pipe->accept_status == COG_OK ? 5 : -1;
    return pipe->accept_status;
}

static int pipe_connect(void *context, const struct sockaddr *address, size_t address_bytes,
                        int32_t *socket) {
    (void)address;
    assert_int_equal(address_bytes, 16);
    *socket = *socket < 0 ? 9 : *socket;
    return ((struct pipe *)context)->connect_status;
}

static int pipe_recv(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                     size_t *received) {
    struct pipe *pipe = context;
    assert_int_equal(socket, 1);
    assert_true(bytes >= 1);
    const char **piece = &pipe->pieces[pipe->piece_index];
    if (*piece == NULL) {
        return COG_ECLOSED;
    }
    size_t count = strlen(*piece);
    if (count == 0) {
        pipe->piece_index++;
        return COG_PENDING;
    }
    *received = count < bytes ? count : bytes;
    memcpy(buffer, *piece, *received);
    if (!peek) {
        *piece += *received;
        pipe->piece_index += *received == count ? 1 : 0;
    }
    return COG_OK;
}

static int pipe_send(void *context, int32_t socket, const char *buffer, size_t bytes,
                     size_t *sent) {
    struct pipe *pipe = context;
    assert_int_equal(socket, 1);
    size_t room = pipe->room[pipe->room_index++];
    if (room == 0) {
        return COG_PENDING;
    }
    *sent = room < bytes ? room : bytes;
    memcpy(pipe->sent + pipe->sent_count, buffer, *sent);
    pipe->sent_count += *sent;
    return COG_OK;
}

static int pipe_recvfrom(void *context, int32_t socket, char *buffer, size_t bytes,
                         struct sockaddr *address, size_t *address_bytes, size_t *received) {
    struct pipe *pipe = context;
    assert_int_equal(*address_bytes, address != NULL ? 16 : 0);
    const char *piece = pipe->pieces[pipe->piece_index++];
    if (piece == NULL) {
        return COG_PENDING;
    }
    assert_int_equal(socket, 1);
    *address_bytes = 28;
    *received = strlen(piece) < bytes ? strlen(piece) : bytes;
    memcpy(buffer, piece, *received);
    return strlen(piece) > bytes ? COG_EFULL : COG_OK;
}

static int pipe_sendto(void *context, int32_t socket, const char *buffer, size_t bytes,
                       const struct sockaddr *address, size_t address_bytes) {
    struct pipe *pipe = context;
    assert_non_null(address);
    assert_int_equal(address_bytes, 16);
    size_t room = pipe->room[pipe->room_index++];
    if (room == 0) {
        return COG_PENDING;
    }
    assert_int_equal(socket, 1);
    memcpy(pipe->sent, buffer, bytes);
    pipe->sent_count = bytes;
    return COG_OK;
}

/* The file is as long as the room there is in all. */
static int pipe_sendfile(void *context, int32_t socket, int file, int64_t offset, size_t bytes,
                         size_t *sent) {
    struct pipe *pipe = context;
    assert_int_equal(socket, 1);
    assert_int_equal(file, 7);
    assert_int_equal(offset, 100 + (int64_t)pipe->sent_count);
    pipe->sendfile_bytes[pipe->sendfile_count++] = bytes;
    size_t room = pipe->room[pipe->room_index++];
    *sent = room < bytes ? room : bytes;
    pipe->sent_count += *sent;
    return pipe->sendfile_status;
}

static const struct cog_nonblocking_ops datagram_ops = {.recvfrom = pipe_recvfrom,
                                                        .sendto = pipe_sendto};

static const struct cog_nonblocking_ops pipe_ops = {
    .accept = pipe_accept, .connect = pipe_connect, .recv = pipe_recv, .send = pipe_send};

/* An actor whose operation is begun by hand. */
static struct cog_op *begin(struct stage *stage) {
    if (stage->scheduler == NULL) {
        assert_int_equal(stage_open(stage), COG_OK);
        actor_role(stage, "a", "");
    }
    return &actor_new(stage, "a")->op;
}

static int attempt_with(const struct cog_nonblocking_ops *ops, struct stage *stage,
                        struct cog_op *op, struct pipe *pipe) {
    if (op->state == COG_OP_NEW) {
        cog_op_begin(stage->scheduler, op);
    }
    return cog_attempt(ops, pipe, stage->scheduler, op);
}

static int attempt(struct stage *stage, struct cog_op *op, struct pipe *pipe) {
    return attempt_with(&pipe_ops, stage, op, pipe);
}

static bool has_progressed(const struct stage *stage) {
    return strstr(stage->events.text, "progressed") != NULL;
}

static void a_recv_takes_what_is_there(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {"", "abc", "def", NULL}};
    char buffer[10];
    cog_set_recv(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 3);
    assert_memory_equal(buffer, "abc", 3);
    assert_false(has_progressed(stage));
}

static void a_recv_at_the_end_of_the_stream_is_closed(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {NULL}};
    char buffer[10];
    cog_set_recv(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_ECLOSED);
    assert_int_equal(op->u.io.done, 0);
}

static void a_recvall_goes_on_where_it_stopped_and_reports_activity(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {"ab", "c", "", "", "defgh", NULL}};
    char buffer[6];
    cog_set_recvall(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_int_equal(op->u.io.done, 3);
    assert_true(has_progressed(stage));
    stage_clear(&stage->events);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_false(has_progressed(stage));
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_memory_equal(buffer, "abcdef", 6);
    assert_string_equal(pipe.pieces[pipe.piece_index], "gh");
}

static void a_recvall_cut_short_tells_how_much_came(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {"ab", NULL}};
    char buffer[6];
    cog_set_recvall(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_ECLOSED);
    assert_int_equal(op->u.io.done, 2);
}

static void a_recvline_leaves_what_comes_after_the_newline(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {"li", "", "ne\nnext", NULL}};
    char buffer[20];
    cog_set_recvline(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_true(has_progressed(stage));
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 5);
    assert_memory_equal(buffer, "line\n", 5);
    assert_string_equal(pipe.pieces[pipe.piece_index], "next");
}

static void a_line_that_just_fits_is_complete(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {"line\n", NULL}};
    char buffer[5];
    cog_set_recvline(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 5);
}

static void a_line_that_does_not_fit_is_full_with_its_first_part(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {"line\n", NULL}};
    char buffer[4];
    cog_set_recvline(op, 1, buffer, sizeof buffer);
    assert_int_equal(attempt(stage, op, &pipe), COG_EFULL);
    assert_int_equal(op->u.io.done, 4);
    assert_memory_equal(buffer, "line", 4);
    assert_string_equal(pipe.pieces[pipe.piece_index], "\n");
}

static void a_send_hands_over_what_there_is_room_for(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.room = {0, 3, 9}};
    cog_set_send(op, 1, "abcdef", 6);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 3);
    assert_memory_equal(pipe.sent, "abc", 3);
}

static void a_sendall_sends_every_byte_once(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.room = {2, 0, 1, 0, 0, 9}};
    cog_set_sendall(op, 1, "abcdef", 6);
    int pending_count = 0;
    while (attempt(stage, op, &pipe) == COG_PENDING) {
        pending_count++;
    }
    assert_int_equal(pending_count, 3);
    assert_int_equal(pipe.sent_count, 6);
    assert_memory_equal(pipe.sent, "abcdef", 6);
    assert_int_equal(op->u.io.done, 6);
}

static void an_accept_gives_the_new_socket_only_when_there_is_one(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.accept_status = COG_PENDING};
    cog_set_accept(op, 1);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_int_equal(op->socket, 1);
    pipe.accept_status = COG_OK;
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_int_equal(op->socket, 5);
}

static void a_connect_begins_once_and_then_asks_how_it_went(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.connect_status = COG_PENDING};
    cog_set_connect(op, NULL, 16);
    assert_int_equal(op->socket, -1);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_int_equal(op->socket, 9);
    pipe.connect_status = COG_EREFUSED;
    assert_int_equal(attempt(stage, op, &pipe), COG_EREFUSED);
}

static void what_is_no_transfer_is_invalid(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {NULL}};
    cog_set_shutdown(op, 1);
    assert_int_equal(attempt(stage, op, &pipe), COG_EINVALID);
}

/* ---- Datagrams ---- */

static void a_datagram_tells_its_sender_and_may_be_cut(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {NULL, "abcdef"}};
    char buffer[4];
    char address[16];
    cog_set_recvfrom(op, 1, buffer, sizeof buffer, (struct sockaddr *)address, sizeof address);
    assert_int_equal(attempt_with(&datagram_ops, stage, op, &pipe), COG_PENDING);
    assert_int_equal(op->value.bits, 16);
    assert_int_equal(attempt_with(&datagram_ops, stage, op, &pipe), COG_EFULL);
    assert_int_equal(op->u.io.done, 4);
    assert_int_equal(op->value.bits, 28);
}

static void a_datagram_whose_sender_nobody_wants_needs_no_address(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {""}};
    char buffer[4];
    cog_set_recvfrom(op, 1, buffer, sizeof buffer, NULL, 0);
    assert_int_equal(attempt_with(&datagram_ops, stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 0);
}

static void a_sendto_hands_over_all_or_nothing(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.room = {0, 1}};
    char address[16];
    cog_set_sendto(op, 1, "abc", 3, (const struct sockaddr *)address, sizeof address);
    assert_int_equal(attempt_with(&datagram_ops, stage, op, &pipe), COG_PENDING);
    assert_int_equal(op->u.io.done, 0);
    assert_int_equal(attempt_with(&datagram_ops, stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 3);
    assert_memory_equal(pipe.sent, "abc", 3);
}

static void without_the_primitives_datagrams_are_unsupported(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.pieces = {NULL}};
    char buffer[4];
    cog_set_recvfrom(op, 1, buffer, sizeof buffer, NULL, 0);
    assert_int_equal(attempt(stage, op, &pipe), COG_EUNSUPPORTED);
    op = begin(stage);
    cog_set_sendto(op, 1, "abc", 3, NULL, 0);
    assert_int_equal(attempt(stage, op, &pipe), COG_EUNSUPPORTED);
}

/* ---- Files ---- */

static const struct cog_nonblocking_ops file_ops = {.send = pipe_send, .sendfile = pipe_sendfile};

static void a_sendfile_asks_block_by_block_and_goes_on_where_it_stopped(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.room = {4, 3, 0}};
    cog_set_sendfile(op, 1, 7, 100, 9, 4);
    pipe.sendfile_status = COG_OK;
    assert_int_equal(attempt_with(&file_ops, stage, op, &pipe), COG_EEND);
    assert_int_equal(op->u.file.done, 7);
    assert_int_equal(pipe.sendfile_bytes[0], 4);
    assert_int_equal(pipe.sendfile_bytes[1], 4);
    assert_int_equal(pipe.sendfile_bytes[2], 2);
}

static void a_sendfile_of_no_size_ends_with_the_file(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.room = {60000, 0}};
    cog_set_sendfile(op, 1, 7, 100, 0, 0);
    assert_int_equal(attempt_with(&file_ops, stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.file.done, 60000);
    assert_int_equal(pipe.sendfile_bytes[0], 65536);
}

static void a_file_that_a_sendfile_does_not_take_is_read(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    char name[] = "readiness-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(write(file, "0123456789", 10), 10);
    struct pipe pipe = {.room = {3, 0, 1, 9}};
    cog_set_sendfile(op, 1, file, 2, 0, 5);
    assert_int_equal(attempt(stage, op, &pipe), COG_PENDING);
    assert_int_equal(op->u.file.done, 3);
    assert_true(has_progressed(stage));
    assert_int_equal(attempt(stage, op, &pipe), COG_OK);
    assert_memory_equal(pipe.sent, "23456789", 8);
    assert_int_equal(op->u.file.done, 8);
    assert_int_equal(close(file), 0);
    op = begin(stage);
    cog_set_sendfile(op, 1, file, 0, 0, 0);
    assert_int_equal(attempt(stage, op, &pipe), COG_EIO);
}

/* ---- Bursts ---- */

static void an_attempt_stops_after_a_burst_and_goes_on_with_the_next(void **state) {
    struct stage *stage = *state;
    struct cog_op *op = begin(stage);
    struct pipe pipe = {.room = {3, 3, 3, 3, 3}};
    struct cog_nonblocking_ops ops = pipe_ops;
    ops.burst_bytes = 5;
    cog_set_sendall(op, 1, "abcdefghijkl", 12);
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_MORE);
    assert_int_equal(op->u.io.done, 6);
    assert_true(has_progressed(stage));
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_OK);
    assert_memory_equal(pipe.sent, "abcdefghijkl", 12);
}

static void every_transfer_of_many_bytes_has_bursts(void **state) {
    struct stage *stage = *state;
    struct pipe pipe = {.pieces = {"abcd", "efgh", "ijkl\n", NULL}, .room = {4, 4, 4, 4, 4}};
    struct cog_nonblocking_ops ops = pipe_ops;
    ops.burst_bytes = 4;
    char buffer[20];
    struct cog_op *op = begin(stage);
    cog_set_recvall(op, 1, buffer, 8);
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_MORE);
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_OK);
    op = begin(stage);
    cog_set_recvline(op, 1, buffer, sizeof buffer);
    pipe.pieces[2] = "ijkl";
    pipe.pieces[3] = "m\n";
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_MORE);
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_OK);
    assert_int_equal(op->u.io.done, 6);
    op = begin(stage);
    cog_set_sendfile(op, 1, 7, 100, 8, 4);
    ops.sendfile = pipe_sendfile;
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_MORE);
    assert_int_equal(attempt_with(&ops, stage, op, &pipe), COG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_recv_takes_what_is_there),
        STAGE_TEST(a_recv_at_the_end_of_the_stream_is_closed),
        STAGE_TEST(a_recvall_goes_on_where_it_stopped_and_reports_activity),
        STAGE_TEST(a_recvall_cut_short_tells_how_much_came),
        STAGE_TEST(a_recvline_leaves_what_comes_after_the_newline),
        STAGE_TEST(a_line_that_just_fits_is_complete),
        STAGE_TEST(a_line_that_does_not_fit_is_full_with_its_first_part),
        STAGE_TEST(a_send_hands_over_what_there_is_room_for),
        STAGE_TEST(a_sendall_sends_every_byte_once),
        STAGE_TEST(an_accept_gives_the_new_socket_only_when_there_is_one),
        STAGE_TEST(a_connect_begins_once_and_then_asks_how_it_went),
        STAGE_TEST(what_is_no_transfer_is_invalid),
        STAGE_TEST(a_datagram_tells_its_sender_and_may_be_cut),
        STAGE_TEST(a_datagram_whose_sender_nobody_wants_needs_no_address),
        STAGE_TEST(a_sendto_hands_over_all_or_nothing),
        STAGE_TEST(without_the_primitives_datagrams_are_unsupported),
        STAGE_TEST(a_sendfile_asks_block_by_block_and_goes_on_where_it_stopped),
        STAGE_TEST(a_sendfile_of_no_size_ends_with_the_file),
        STAGE_TEST(a_file_that_a_sendfile_does_not_take_is_read),
        STAGE_TEST(an_attempt_stops_after_a_burst_and_goes_on_with_the_next),
        STAGE_TEST(every_transfer_of_many_bytes_has_bursts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
