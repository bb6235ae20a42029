/* actor_operations.c - the operations that statements stand for. */
#include "tests/unit/actor_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Options ---- */

static enum cog_priority read_priority(const char *word) {
    static const char *const names[] = {"last", "coro", "op", "first"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, names[i]) == 0) {
            return (enum cog_priority)i;
        }
    }
    assert_string_equal(word, "default");
    return COG_DEFAULT;
}

static void set_option(struct cog_op *op, const char *word) {
    const char *equals = strchr(word, '=');
    size_t bytes = equals != NULL ? (size_t)(equals - word) : strlen(word);
    int64_t time_ns = equals != NULL ? strtoll(equals + 1, NULL, 10) : 0;
    if (strcmp(word, "forever") == 0) {
        cog_set_no_timeout(op);
    } else if (equals == NULL) {
        return;
    } else if (strncmp(word, "prio", bytes) == 0) {
        cog_set_priority(op, read_priority(equals + 1));
    } else if (bytes <= 6) {
        cog_set_timeout(op, time_ns, word[0] == 's');
    } else {
        cog_set_deadline(op, time_ns, word[0] == 's');
    }
}

/* ---- Operations on objects; each returns false if it is not its statement ---- */

static bool set_queue_op(const struct stage_object *object, const struct statement *statement,
                         struct cog_op *op) {
    struct cog_queue *queue = object->queue;
    union cog_value value = {.number = statement_number(statement, 2)};
    bool is_nowait = statement_word(statement, 0)[0] == 't';
    if (statement_is(statement, "put") || statement_is(statement, "tryput")) {
        cog_set_put(op, queue, value, is_nowait);
    } else if (statement_is(statement, "get") || statement_is(statement, "tryget")) {
        cog_set_get(op, queue, is_nowait);
    } else if (statement_is(statement, "done")) {
        cog_set_queue_done(op, queue);
    } else if (statement_is(statement, "drain")) {
        cog_set_queue_join(op, queue);
    } else {
        return false;
    }
    return true;
}

static bool set_channel_op(const struct stage_object *object, const struct statement *statement,
                           struct cog_op *op) {
    struct cog_channel *channel = object->channel;
    union cog_value value = {.number = statement_number(statement, 2)};
    if (statement_is(statement, "publish")) {
        cog_set_publish(op, channel, value);
    } else if (statement_is(statement, "subscribe")) {
        cog_set_subscribe(op, channel);
    } else if (statement_is(statement, "subscribe_key")) {
        cog_set_subscribe_key(op, channel, value.bits);
    } else if (statement_is(statement, "unsubscribe")) {
        cog_set_unsubscribe(op, channel);
    } else if (statement_is(statement, "unsubscribe_key")) {
        cog_set_unsubscribe_key(op, channel, value.bits);
    } else if (statement_is(statement, "fetch")) {
        cog_set_fetch(op, channel);
    } else if (statement_is(statement, "fetch_key")) {
        cog_set_fetch_key(op, channel, value.bits);
    } else {
        return false;
    }
    return true;
}

static bool set_other_op(const struct stage_object *object, const struct statement *statement,
                         struct cog_op *op) {
    union cog_value value = {.number = statement_number(statement, 2)};
    if (statement_is(statement, "wait")) {
        cog_set_wait(op, object->signal);
    } else if (statement_is(statement, "signal")) {
        cog_set_signal(op, object->signal, value, (uint32_t)statement_number(statement, 3));
    } else if (statement_is(statement, "next")) {
        cog_set_pipe_next(op, object->pipe);
    } else if (statement_is(statement, "chunk")) {
        cog_set_pipe_chunk(op, object->pipe, value);
    } else if (statement_is(statement, "halt")) {
        cog_set_pipe_stop(op, object->pipe);
    } else if (statement_is(statement, "take")) {
        cog_set_take(op, object->mailbox);
    } else {
        return false;
    }
    return true;
}

static bool set_object_op(struct actor *actor, const struct statement *statement,
                          struct cog_op *op) {
    const struct stage_object *object = actor_object(actor->stage, statement);
    return object != NULL &&
           (set_queue_op(object, statement, op) || set_channel_op(object, statement, op) ||
            set_other_op(object, statement, op));
}

/* ---- Others ---- */

static bool set_coro_op(struct actor *actor, struct cog_coro *self,
                        const struct statement *statement, struct cog_op *op) {
    bool is_fresh = statement_is(statement, "spawn") || statement_is(statement, "call");
    bool is_call = statement_is(statement, "call") || statement_is(statement, "recall");
    bool is_join = statement_is(statement, "join");
    if (!is_fresh && !is_call && !is_join && !statement_is(statement, "respawn")) {
        return false;
    }
    struct cog_coro *other = is_fresh ? actor_new(actor->stage, statement_word(statement, 1))
                                      : actor_named(actor->stage, self, statement);
    if (other == NULL) {
        return false;
    }
    if (is_join) {
        cog_set_join(op, other);
    } else if (is_call) {
        cog_set_call(op, other);
    } else {
        cog_set_spawn(op, other);
    }
    return true;
}

static bool set_transfer_op(struct actor *actor, const struct statement *statement,
                            struct cog_op *op) {
    int32_t socket = (int32_t)statement_number(statement, 1);
    size_t bytes = (size_t)statement_number(statement, 2);
    assert_true(bytes <= ACTOR_BUFFER_BYTES);
    if (statement_is(statement, "recv")) {
        cog_set_recv(op, socket, actor->buffer, bytes);
    } else if (statement_is(statement, "recvall")) {
        cog_set_recvall(op, socket, actor->buffer, bytes);
    } else if (statement_is(statement, "recvline")) {
        cog_set_recvline(op, socket, actor->buffer, bytes);
    } else if (statement_is(statement, "recvfrom")) {
        cog_set_recvfrom(op, socket, actor->buffer, bytes, NULL, 0);
    } else if (statement_is(statement, "send")) {
        cog_set_send(op, socket, actor->buffer, bytes);
    } else if (statement_is(statement, "sendall")) {
        cog_set_sendall(op, socket, actor->buffer, bytes);
    } else if (statement_is(statement, "sendto")) {
        cog_set_sendto(op, socket, actor->buffer, bytes, NULL, 0);
    } else if (statement_is(statement, "sendfile")) {
        cog_set_sendfile(op, socket, -1, 0, bytes, 0);
    } else {
        return false;
    }
    return true;
}

static bool set_socket_op(const struct statement *statement, struct cog_op *op) {
    int32_t socket = (int32_t)statement_number(statement, 1);
    if (statement_is(statement, "listen")) {
        cog_set_listen(op, NULL, 0, 1);
    } else if (statement_is(statement, "bind")) {
        cog_set_bind(op, NULL, 0);
    } else if (statement_is(statement, "accept")) {
        cog_set_accept(op, socket);
    } else if (statement_is(statement, "connect")) {
        cog_set_connect(op, NULL, 0);
    } else if (statement_is(statement, "shutdown")) {
        cog_set_shutdown(op, socket);
    } else if (statement_is(statement, "close")) {
        cog_set_close(op, socket);
    } else {
        return false;
    }
    return true;
}

static bool set_time_op(const struct statement *statement, struct cog_op *op) {
    if (statement_is(statement, "sleep")) {
        cog_set_sleep(op, statement_number(statement, 1));
    } else if (statement_is(statement, "sleep_until")) {
        cog_set_sleep_until(op, statement_number(statement, 1));
    } else if (statement_is(statement, "yield")) {
        cog_set_yield(op);
    } else {
        return false;
    }
    return true;
}

/* ---- Gates: an operation of the tests' own ---- */

enum gate_mode { GATE_PARK, GATE_STUCK, GATE_PASS, GATE_FAIL };

static struct cog_coro *process_gate(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_op *op = cog_coro_op(coro);
    struct stage *stage = op->object;
    switch ((enum gate_mode)op->u.custom[0].number) {
    case GATE_PARK:
    case GATE_STUCK:
        stage->gate_count++;
        return cog_park(scheduler, coro, &stage->gates);
    case GATE_PASS:
    case GATE_FAIL:
        break;
    }
    stage->gate_count++;
    return cog_op_finish(scheduler, op, (int)op->u.custom[1].number);
}

static bool withdraw_gate(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    return op->u.custom[0].number != GATE_STUCK;
}

static void finalize_gate(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    ((struct stage *)op->object)->gate_count--;
}

static const struct cog_op_type gate_type = {.name = "gate",
                                             .kind = COG_OP_CUSTOM,
                                             .is_timed = true,
                                             .process = process_gate,
                                             .withdraw = withdraw_gate,
                                             .finalize = finalize_gate};

static bool set_gate_op(struct actor *actor, const struct statement *statement, struct cog_op *op) {
    static const char *const modes[] = {
        [GATE_PARK] = "park", [GATE_STUCK] = "stuck", [GATE_PASS] = "pass", [GATE_FAIL] = "fail"};
    if (!statement_is(statement, "gate")) {
        return false;
    }
    size_t mode = 0;
    while (strcmp(statement_word(statement, 1), modes[mode]) != 0) {
        mode++;
        assert_true(mode <= GATE_FAIL);
    }
    cog_set_custom(op, &gate_type, actor->stage);
    op->u.custom[0].number = (int64_t)mode;
    op->u.custom[1].number = statement_number(statement, 2);
    return true;
}

bool actor_open_gate(struct stage *stage) {
    if (cog_list_is_empty(&stage->gates)) {
        return false;
    }
    struct cog_op *op = cog_container_of(stage->gates.next, struct cog_op, link);
    cog_make_ready(stage->scheduler, cog_op_finish(stage->scheduler, op, COG_OK), false);
    return true;
}

bool actor_set_operation(struct actor *actor, struct cog_coro *self,
                         const struct statement *statement, struct cog_op *op) {
    if (!set_time_op(statement, op) && !set_object_op(actor, statement, op) &&
        !set_coro_op(actor, self, statement, op) && !set_gate_op(actor, statement, op) &&
        !set_transfer_op(actor, statement, op) && !set_socket_op(statement, op)) {
        return false;
    }
    for (size_t i = 1; i < statement->count; i++) {
        set_option(op, statement->words[i]);
    }
    return true;
}
