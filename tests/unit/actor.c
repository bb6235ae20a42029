/* actor.c - reads a script statement by statement, and logs what each has brought. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 8, STATEMENT_BYTES = 128, BUFFER_BYTES = 64 };

struct actor {
    struct stage *stage;
    const char *rest; /* of the script */
    char verb[16];    /* of the operation that it waits on; empty: none */
    bool is_quiet;    /* about it */
    char buffer[BUFFER_BYTES];
};

/* One statement in words. */
struct statement {
    char text[STATEMENT_BYTES];
    char *words[WORDS_MAX];
    size_t count;
};

static int actor_step(struct cog_coro *coro, struct cog_op *op, void *context);

static const struct cog_coro_type actor_type = {.step = actor_step,
                                                .context_bytes = sizeof(struct actor)};

void actor_role(struct stage *stage, const char *name, const char *script) {
    assert_true(stage->role_count < STAGE_ROLES_MAX);
    size_t i = stage->role_count++;
    stage->roles[i].name = name;
    stage->roles[i].script = script;
}

struct cog_coro *actor_new(struct stage *stage, const char *name) {
    size_t role = stage->role_count;
    while (role > 0 && strcmp(stage->roles[role - 1].name, name) != 0) {
        role--;
    }
    assert_true(role > 0);
    struct cog_coro *coro = NULL;
    if (cog_coro_new(stage->scheduler, &actor_type, stage->roles[role - 1].name, &coro) != COG_OK) {
        return NULL;
    }
    struct actor *actor = cog_coro_context(coro);
    actor->stage = stage;
    actor->rest = stage->roles[role - 1].script;
    assert_true(stage->actor_count < STAGE_ACTORS_MAX);
    size_t i = stage->actor_count++;
    stage->actors[i].coro = coro;
    stage->actors[i].is_waiting = false;
    stage->actors[i].may_resume = true;
    stage->actors[i].deadline_ns = INT64_MAX;
    cog_coro_set_tag(coro, (uint32_t)i + 1);
    return coro;
}

struct cog_coro *actor_enter(struct stage *stage, const char *name, const char *script) {
    actor_role(stage, name, script);
    struct cog_coro *coro = actor_new(stage, name);
    if (coro != NULL) {
        assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    }
    return coro;
}

struct cog_coro *actor_find(const struct stage *stage, const char *name) {
    for (size_t i = stage->actor_count; i > 0; i--) {
        if (strcmp(cog_coro_name(stage->actors[i - 1].coro), name) == 0) {
            return stage->actors[i - 1].coro;
        }
    }
    return NULL;
}

/* ---- Reading ---- */

static bool read_statement(struct actor *actor, struct statement *statement) {
    actor->rest += strspn(actor->rest, "; ");
    size_t bytes = strcspn(actor->rest, ";");
    if (bytes == 0) {
        return false;
    }
    assert_true(bytes < sizeof statement->text);
    memcpy(statement->text, actor->rest, bytes);
    statement->text[bytes] = '\0';
    actor->rest += bytes;
    statement->count = 0;
    char *place = NULL;
    for (char *word = strtok_r(statement->text, " ", &place); word != NULL;
         word = strtok_r(NULL, " ", &place)) {
        assert_true(statement->count < WORDS_MAX);
        statement->words[statement->count++] = word;
    }
    return true;
}

static bool is(const char *word, const char *expected) {
    return strcmp(word, expected) == 0;
}

static const char *word_at(const struct statement *statement, size_t index) {
    return index < statement->count ? statement->words[index] : "";
}

static int64_t number_at(const struct statement *statement, size_t index) {
    return strtoll(word_at(statement, index), NULL, 10);
}

static enum cog_priority read_priority(const char *word) {
    static const char *const names[] = {"last", "coro", "op", "first"};
    for (int i = 0; i < 4; i++) {
        if (is(word, names[i])) {
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
    if (is(word, "forever")) {
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

/* The index of an object, or object_count if making it has failed. */
static size_t find_object(const struct stage *stage, const char *name) {
    size_t i = 0;
    while (i < stage->object_count && !is(stage->objects[i].name, name)) {
        i++;
    }
    return i;
}

/* ---- Operations; each returns false if it is not its statement, or there is no memory for it ----
 */

static bool set_object_op(struct actor *actor, const struct statement *statement,
                          struct cog_op *op) {
    size_t i = find_object(actor->stage, word_at(statement, 1));
    if (i == actor->stage->object_count) {
        return false;
    }
    struct cog_signal *signal = actor->stage->objects[i].signal;
    struct cog_queue *queue = actor->stage->objects[i].queue;
    struct cog_channel *channel = actor->stage->objects[i].channel;
    const char *verb = word_at(statement, 0);
    union cog_value value = {.number = number_at(statement, 2)};
    if (is(verb, "wait")) {
        cog_set_wait(op, signal);
    } else if (is(verb, "signal")) {
        cog_set_signal(op, signal, value, (uint32_t)number_at(statement, 3));
    } else if (is(verb, "put") || is(verb, "tryput")) {
        cog_set_put(op, queue, value, verb[0] == 't');
    } else if (is(verb, "get") || is(verb, "tryget")) {
        cog_set_get(op, queue, verb[0] == 't');
    } else if (is(verb, "done")) {
        cog_set_queue_done(op, queue);
    } else if (is(verb, "drain")) {
        cog_set_queue_join(op, queue);
    } else if (is(verb, "publish")) {
        cog_set_publish(op, channel, value);
    } else if (is(verb, "subscribe")) {
        cog_set_subscribe(op, channel);
    } else if (is(verb, "unsubscribe")) {
        cog_set_unsubscribe(op, channel);
    } else if (is(verb, "fetch")) {
        cog_set_fetch(op, channel);
    } else {
        return false;
    }
    return true;
}

static bool set_coro_op(struct actor *actor, struct cog_coro *self,
                        const struct statement *statement, struct cog_op *op) {
    const char *verb = word_at(statement, 0);
    const char *name = word_at(statement, 1);
    bool is_fresh = is(verb, "spawn") || is(verb, "call");
    if (!is_fresh && !is(verb, "respawn") && !is(verb, "recall") && !is(verb, "join")) {
        return false;
    }
    struct cog_coro *other = is_fresh           ? actor_new(actor->stage, name)
                             : is(name, "self") ? self
                                                : actor_find(actor->stage, name);
    if (other == NULL) {
        return false;
    }
    if (is(verb, "join")) {
        cog_set_join(op, other);
    } else if (is(verb, "spawn") || is(verb, "respawn")) {
        cog_set_spawn(op, other);
    } else {
        cog_set_call(op, other);
    }
    return true;
}

static bool set_socket_op(struct actor *actor, const struct statement *statement,
                          struct cog_op *op) {
    const char *verb = word_at(statement, 0);
    int32_t socket = (int32_t)number_at(statement, 1);
    size_t bytes = (size_t)number_at(statement, 2);
    assert_true(bytes <= BUFFER_BYTES);
    if (is(verb, "listen")) {
        cog_set_listen(op, NULL, 0, 1);
    } else if (is(verb, "accept")) {
        cog_set_accept(op, socket);
    } else if (is(verb, "connect")) {
        cog_set_connect(op, NULL, 0);
    } else if (is(verb, "recv")) {
        cog_set_recv(op, socket, actor->buffer, bytes);
    } else if (is(verb, "recvall")) {
        cog_set_recvall(op, socket, actor->buffer, bytes);
    } else if (is(verb, "recvline")) {
        cog_set_recvline(op, socket, actor->buffer, bytes);
    } else if (is(verb, "send")) {
        cog_set_send(op, socket, actor->buffer, bytes);
    } else if (is(verb, "sendall")) {
        cog_set_sendall(op, socket, actor->buffer, bytes);
    } else if (is(verb, "shutdown")) {
        cog_set_shutdown(op, socket);
    } else if (is(verb, "close")) {
        cog_set_close(op, socket);
    } else {
        return false;
    }
    return true;
}

static bool set_time_op(const struct statement *statement, struct cog_op *op) {
    const char *verb = word_at(statement, 0);
    if (is(verb, "sleep")) {
        cog_set_sleep(op, number_at(statement, 1));
    } else if (is(verb, "sleep_until")) {
        cog_set_sleep_until(op, number_at(statement, 1));
    } else if (is(verb, "yield")) {
        cog_set_yield(op);
    } else {
        return false;
    }
    return true;
}

static bool set_op(struct actor *actor, struct cog_coro *coro, const struct statement *statement,
                   struct cog_op *op) {
    if (!set_time_op(statement, op) && !set_object_op(actor, statement, op) &&
        !set_coro_op(actor, coro, statement, op) && !set_socket_op(actor, statement, op)) {
        return false;
    }
    for (size_t i = 1; i < statement->count; i++) {
        set_option(op, statement->words[i]);
    }
    return true;
}

/* ---- What yields nothing ---- */

static void write_log(struct actor *actor, struct cog_coro *coro, const char *verb) {
    stage_write(&actor->stage->log, "%lld %s %s", (long long)actor->stage->now_ns,
                cog_coro_name(coro), verb);
}

static void add(struct stage *stage, const struct statement *statement, bool first) {
    struct cog_coro *added = actor_new(stage, word_at(statement, 1));
    if (added != NULL) {
        assert_int_equal(cog_add(stage->scheduler, added, first), COG_OK);
    }
}

static bool do_at_once(struct actor *actor, struct cog_coro *coro,
                       const struct statement *statement) {
    struct stage *stage = actor->stage;
    const char *verb = word_at(statement, 0);
    size_t i = find_object(stage, word_at(statement, 1));
    long long count = -1;
    if (is(verb, "log")) {
        write_log(actor, coro, word_at(statement, 1));
        stage_write(&stage->log, "\n");
    } else if (is(verb, "add") || is(verb, "add_front")) {
        add(stage, statement, is(verb, "add"));
    } else if (is(verb, "return")) {
        cog_coro_return(coro, (union cog_value){.number = number_at(statement, 1)});
    } else if (is(verb, "stop")) {
        cog_stop(stage->scheduler);
    } else if (is(verb, "close_socket")) {
        count = cog_close_socket(stage->scheduler, (int32_t)number_at(statement, 1));
    } else if (is(verb, "ring") && i < stage->object_count) {
        union cog_value value = {.number = number_at(statement, 2)};
        count = (long long)cog_signal_send(stage->objects[i].signal, value);
    } else if (is(verb, "compact") && i < stage->object_count) {
        count = (long long)cog_channel_compact(stage->objects[i].channel);
    } else {
        return false;
    }
    if (count >= 0) {
        write_log(actor, coro, verb);
        stage_write(&stage->log, "=%lld\n", count);
    }
    return true;
}

/* ---- Results ---- */

static bool moved_bytes(const struct cog_op *op) {
    return op->type->kind >= COG_OP_RECV && op->type->kind <= COG_OP_SENDALL;
}

static void log_success(struct actor *actor, const struct cog_op *op) {
    struct stage_text *log = &actor->stage->log;
    switch ((int)op->type->kind) {
    case COG_OP_WAIT:
    case COG_OP_SIGNAL:
    case COG_OP_CALL:
    case COG_OP_JOIN:
    case COG_OP_QUEUE_GET:
        stage_write(log, "=%lld", (long long)op->value.number);
        break;
    case COG_OP_SPAWN:
        stage_write(log, "=%s", cog_coro_name(op->value.pointer));
        break;
    case COG_OP_FETCH:
        for (size_t i = 0; i < op->u.messages.count; i++) {
            stage_write(log, "%s%lld", i == 0 ? "=" : ",",
                        (long long)cog_fetch_message(op, i).number);
        }
        break;
    default:
        if (moved_bytes(op)) {
            stage_write(log, "=%zu", op->u.io.done);
        }
        break;
    }
}

static void log_result(struct actor *actor, struct cog_coro *coro, const struct cog_op *op) {
    if (actor->is_quiet) {
        return;
    }
    write_log(actor, coro, actor->verb);
    if (op->status == COG_OK) {
        log_success(actor, op);
    } else {
        stage_write(&actor->stage->log, " %s", cog_status_name(op->status));
        if (moved_bytes(op) && op->u.io.done > 0) {
            stage_write(&actor->stage->log, " after %zu", op->u.io.done);
        }
    }
    stage_write(&actor->stage->log, "\n");
}

static int actor_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct actor *actor = context;
    if (actor->verb[0] != '\0') {
        log_result(actor, coro, op);
        actor->verb[0] = '\0';
    }
    struct statement statement;
    while (read_statement(actor, &statement)) {
        actor->is_quiet = statement.words[0][0] == '-';
        statement.words[0] += actor->is_quiet ? 1 : 0;
        if (is(statement.words[0], "fail")) {
            return (int)number_at(&statement, 1);
        }
        if (is(statement.words[0], "end")) {
            return COG_STEP_END;
        }
        if (do_at_once(actor, coro, &statement)) {
            continue;
        }
        if (set_op(actor, coro, &statement, op)) {
            strncpy(actor->verb, statement.words[0], sizeof actor->verb - 1);
            return COG_STEP_AWAIT;
        }
        write_log(actor, coro, statement.words[0]);
        stage_write(&actor->stage->log, " not possible\n");
    }
    return COG_STEP_END;
}
