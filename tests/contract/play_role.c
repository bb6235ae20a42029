/* play_role.c - an actor on the stage: its coroutine, its deeds, and what it notes of them. */
#include "tests/contract/play_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *play_verb_name(enum play_verb verb) {
    static const char *const names[] = {
        "send",     "sendall", "recv",  "recvall", "recvline", "sendto", "recvfrom",
        "shutdown", "close",   "yield", "sleep",   "connect",  "accept", "connect to nobody"};
    return names[verb];
}

static bool moves_bytes(enum play_verb verb) {
    return verb <= PLAY_RECVFROM;
}

static bool sends(enum play_verb verb) {
    return verb == PLAY_SEND || verb == PLAY_SENDALL || verb == PLAY_SENDTO;
}

/* ---- Notes ---- */

static uint64_t hash_of(const char *bytes, size_t count) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

void play_note(char *log, size_t room, const struct play_deed *deed, int status, const char *bytes,
               size_t done_bytes) {
    size_t length = strlen(log);
    const char *name = play_verb_name(deed->verb);
    if (moves_bytes(deed->verb)) {
        (void)snprintf(log + length, room - length, "%s %zu: %zu of %zu, %s, %016llx\n", name,
                       deed->connection, done_bytes, deed->bytes, cog_status_name(status),
                       (unsigned long long)hash_of(bytes, done_bytes));
    } else {
        (void)snprintf(log + length, room - length, "%s %zu: %s\n", name, deed->connection,
                       cog_status_name(status));
    }
}

static void note(struct play_role *role, const struct play_deed *deed, int status) {
    enum { ROOM = PLAY_LOG_BYTES / PLAY_ACTORS_MAX };
    const struct play_stage *stage = role->stage;
    play_note(role->log, ROOM, deed, status, role->bytes, role->done_bytes);
    size_t length = strlen(role->log);
    if (stage->play->kind == PLAY_TIMED) {
        int64_t now_ns = cog_now_ns(stage->ground->schedulers[role->actor->side]);
        (void)snprintf(role->log + length, ROOM - length, "  at %lld\n",
                       (long long)(now_ns - stage->start_ns));
    }
    const struct play_end *peer = &stage->ends[deed->connection][GROUND_B - role->actor->side];
    if (deed->verb == PLAY_RECVFROM && (status == COG_OK || status == COG_EFULL) &&
        memcmp(&role->from.storage, &peer->address.storage, peer->address.bytes) != 0) {
        (void)snprintf(role->log + length, ROOM - length, "  from somebody else\n");
    }
}

/* ---- Deeds ---- */

static const struct sockaddr *generic(const struct wire_address *address) {
    return (const struct sockaddr *)&address->storage;
}

static void set_operation(struct play_role *role, const struct play_deed *deed, struct cog_op *op) {
    const struct play_stage *stage = role->stage;
    const struct play_end *ends = stage->ends[deed->connection];
    int32_t socket = ends[role->actor->side].socket;
    const struct wire_address *peer = &ends[GROUND_B - role->actor->side].address;
    const struct wire_address *address =
        deed->verb == PLAY_CONNECT ? &stage->addresses[deed->connection] : &stage->nobody;
    char *at = role->bytes + role->done_bytes;
    size_t left = deed->bytes - role->done_bytes;
    switch (deed->verb) {
    case PLAY_SEND:
        cog_set_send(op, socket, at, left);
        break;
    case PLAY_SENDALL:
        cog_set_sendall(op, socket, at, left);
        break;
    case PLAY_RECV:
        cog_set_recv(op, socket, at, left);
        break;
    case PLAY_RECVALL:
        cog_set_recvall(op, socket, at, left);
        break;
    case PLAY_RECVLINE:
        cog_set_recvline(op, socket, at, left);
        break;
    case PLAY_SENDTO:
        cog_set_sendto(op, socket, at, left, generic(peer), peer->bytes);
        break;
    case PLAY_RECVFROM:
        memset(&role->from, 0, sizeof role->from);
        cog_set_recvfrom(op, socket, at, left, (struct sockaddr *)&role->from.storage,
                         sizeof role->from.storage);
        break;
    case PLAY_SHUTDOWN:
        cog_set_shutdown(op, socket);
        break;
    case PLAY_CLOSE:
        cog_set_close(op, socket);
        break;
    case PLAY_YIELD:
        cog_set_yield(op);
        break;
    case PLAY_SLEEP:
        cog_set_sleep(op, deed->timeout_ns);
        return;
    case PLAY_CONNECT:
    case PLAY_CONNECT_TO_NOBODY:
        cog_set_connect(op, generic(address), address->bytes);
        break;
    case PLAY_ACCEPT:
        cog_set_accept(op, stage->listeners[deed->connection]);
        break;
    }
    const struct play_fault *fault = stage->fault;
    if (deed->timeout_ns > 0 && !(fault != NULL && fault->never_expires)) {
        cog_set_timeout(op, deed->timeout_ns,
                        deed->is_strong || (fault != NULL && fault->has_no_activity));
    }
}

static void begin_deed(struct play_role *role, const struct play_deed *deed) {
    role->done_bytes = 0;
    for (size_t i = 0; sends(deed->verb) && i < deed->bytes; i++) {
        role->bytes[i] = play_byte(deed->connection, role->actor->side, deed->offset + i);
    }
}

/* What a free program's actor leaves nobody waiting for. */
static void leave(struct play_role *role) {
    struct play_stage *stage = role->stage;
    struct cog_scheduler *scheduler = stage->ground->schedulers[role->actor->side];
    role->is_over = true;
    for (size_t i = 0; stage->play->kind == PLAY_FREE && i < stage->play->connection_count; i++) {
        if (role->actor->is_party[i]) {
            (void)cog_close_socket(scheduler, stage->ends[i][role->actor->side].socket);
        }
        if (role->actor->is_party[i] && role->actor->side == GROUND_B) {
            (void)cog_close_socket(scheduler, stage->listeners[i]);
        }
    }
}

/* What is different now that it has been done. */
static void keep_result(struct play_role *role, const struct play_deed *deed,
                        const struct cog_op *op) {
    struct play_end *end = &role->stage->ends[deed->connection][role->actor->side];
    if (sends(deed->verb)) {
        end->sent_bytes += role->done_bytes;
    } else if (moves_bytes(deed->verb)) {
        end->received_bytes += role->done_bytes;
    } else if (deed->verb == PLAY_SHUTDOWN && op->status == COG_OK) {
        end->is_ended = true;
    } else if (deed->verb == PLAY_CONNECT || deed->verb == PLAY_ACCEPT) {
        end->socket = op->socket;
    }
}

/* Has the deed ended with what the operation came to? Then it is noted. */
static bool end_deed(struct play_role *role, const struct play_deed *deed,
                     const struct cog_op *op) {
    if (moves_bytes(deed->verb)) {
        role->done_bytes += op->u.io.done;
    }
    bool repeats = deed->verb == PLAY_SEND || deed->verb == PLAY_RECV;
    if (repeats && op->status == COG_OK && role->done_bytes < deed->bytes) {
        return false;
    }
    note(role, deed, op->status);
    keep_result(role, deed, op);
    role->at++;
    bool has_failed = op->status != COG_OK && op->status != COG_EFULL;
    if (role->stage->play->kind == PLAY_FREE && has_failed &&
        deed->verb != PLAY_CONNECT_TO_NOBODY) {
        role->at = role->actor->deed_count;
    }
    return true;
}

/* None, as often as some. */
static int64_t pick_pause_ns(struct play_role *role) {
    uint64_t *random = &role->stage->random;
    return (int64_t)(play_pick(random, 2) * play_pick(random, role->pause_ns_max));
}

/* On a machine each deed takes its time, for one actor more than for another. */
static void vary_pace(struct play_role *role) {
    static const size_t pauses_ns_max[] = {1, 100, 2000};
    if (role->stage->varies_roles) {
        role->pause_ns_max = pauses_ns_max[play_pick(&role->stage->random, 3)];
        role->pause_ns = pick_pause_ns(role);
    }
}

static int step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct play_role *role = *(struct play_role **)context;
    bool begins = !role->is_waiting || role->is_pausing;
    if (!begins) {
        begins = end_deed(role, &role->actor->deeds[role->at], op);
        role->pause_ns = begins && role->stage->varies_roles ? pick_pause_ns(role) : 0;
    }
    role->is_pausing = role->pause_ns > 0;
    if (role->is_pausing) {
        cog_set_sleep(op, role->pause_ns);
        role->pause_ns = 0;
        role->is_waiting = true;
        return COG_STEP_AWAIT;
    }
    if (role->at == role->actor->deed_count) {
        leave(role);
        return COG_STEP_END;
    }
    const struct play_deed *deed = &role->actor->deeds[role->at];
    if (begins) {
        begin_deed(role, deed);
    }
    role->is_waiting = true;
    set_operation(role, deed, op);
    return COG_STEP_AWAIT;
}

void play_enter(struct play_stage *stage, struct play_role *role, const struct play_actor *actor) {
    static const struct cog_coro_type type = {.step = step,
                                              .context_bytes = sizeof(struct play_role *)};
    *role = (struct play_role){.stage = stage,
                               .actor = actor,
                               .bytes = calloc(1, PLAY_BYTES_MAX),
                               .log = calloc(1, PLAY_LOG_BYTES / PLAY_ACTORS_MAX)};
    assert_true(role->bytes != NULL && role->log != NULL);
    vary_pace(role);
    struct cog_scheduler *scheduler = stage->ground->schedulers[actor->side];
    assert_int_equal(cog_coro_new(scheduler, &type, "actor", &role->coro), COG_OK);
    *(struct play_role **)cog_coro_context(role->coro) = role;
    assert_int_equal(cog_add(scheduler, role->coro, true), COG_OK);
}

void play_exit(struct play_role *role) {
    if (!role->is_over) {
        (void)cog_cancel(role->coro);
    }
    cog_coro_release(role->coro);
    free(role->bytes);
    free(role->log);
}
