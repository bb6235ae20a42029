/* play_machine.c - the machine as the world of a program. Its clock stands still, or moves to the
 * next deadline when all that was sent has come: so what fires does not depend on how fast it is.
 */
#define _GNU_SOURCE /* POLLRDHUP */

#include "tests/contract/play_stage.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include <cmocka.h>

enum {
    SLEEP_NS = 500000, /* of each side, when there is nothing to do */
    STILL_ROUNDS = 4,  /* until nobody has found anything to do, for sure */
};

/* Where nobody closes anything nothing is lost by sending at once, and it is faster. */
void play_begin_machine(struct play_stage *stage) {
    int on = 1;
    bool is_tcp = stage->play->kind != PLAY_LETTERS && !ground_is_unix(stage->ground);
    for (size_t i = 0; is_tcp && i < stage->play->connection_count; i++) {
        for (int side = 0; side < GROUND_SIDES; side++) {
            int32_t socket = stage->ends[i][side].socket;
            if (socket >= 0 && stage->play->kind != PLAY_FREE) {
                assert_int_equal(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
            }
        }
    }
}

/* What the deeds under way have moved at an end. */
static size_t moving_bytes(const struct play_stage *stage, size_t connection, int side,
                           bool are_sent) {
    size_t bytes = 0;
    for (size_t i = 0; i < stage->play->actor_count; i++) {
        const struct play_role *role = &stage->roles[i];
        const struct cog_op *op = role->is_over ? NULL : cog_coro_awaits(role->coro);
        if ((int)role->actor->side != side || op == NULL || role->is_pausing) {
            continue;
        }
        const struct play_deed *deed = &role->actor->deeds[role->at];
        bool is_send = deed->verb == PLAY_SEND || deed->verb == PLAY_SENDALL;
        bool moves = deed->verb <= PLAY_RECVLINE && deed->connection == connection;
        bytes += moves && is_send == are_sent ? role->done_bytes + op->u.io.done : 0;
    }
    return bytes;
}

/* All that was sent to an end is there, the end of the stream as well. */
static bool has_come(const struct play_stage *stage, size_t connection, int side) {
    const struct play_end *end = &stage->ends[connection][side];
    const struct play_end *peer = &stage->ends[connection][GROUND_B - side];
    int unread = 0;
    struct pollfd polled = {.fd = end->socket, .events = POLLRDHUP};
    assert_int_equal(ioctl(end->socket, FIONREAD, &unread), 0);
    assert_true(poll(&polled, 1, 0) >= 0);
    size_t sent = peer->sent_bytes + moving_bytes(stage, connection, GROUND_B - side, true);
    size_t received = end->received_bytes + moving_bytes(stage, connection, side, false);
    return sent == received + (size_t)unread &&
           (!peer->is_ended || (polled.revents & POLLRDHUP) != 0);
}

static bool is_still(const struct play_stage *stage) {
    for (size_t i = 0; i < stage->play->connection_count; i++) {
        if (!has_come(stage, i, GROUND_A) || !has_come(stage, i, GROUND_B)) {
            return false;
        }
    }
    return true;
}

int64_t play_round_machine(struct play_stage *stage) {
    if (!play_is_idle(stage)) {
        stage->still_count = 0;
        return 0;
    }
    if (stage->play->kind != PLAY_TIMED || !is_still(stage)) {
        stage->still_count = 0;
        return SLEEP_NS;
    }
    int64_t next_ns = play_next_ns(stage);
    if (++stage->still_count > STILL_ROUNDS && next_ns - stage->start_ns < PLAY_LONG_NS) {
        stage->ground->now_ns = next_ns;
        stage->still_count = 0;
    }
    return 0;
}
