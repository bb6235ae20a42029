/* actor.c - plays a script statement by statement, and logs what each has brought. */
#include "tests/unit/actor.h"

#include "tests/unit/actor_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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
    memset(&stage->actors[i], 0, sizeof stage->actors[i]);
    stage->actors[i].coro = coro;
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

struct cog_coro *actor_named(const struct stage *stage, struct cog_coro *self,
                             const struct statement *statement) {
    const char *name = statement_word(statement, 1);
    return strcmp(name, "self") == 0 ? self : actor_find(stage, name);
}

struct stage_object *actor_object(struct stage *stage, const struct statement *statement) {
    for (size_t i = 0; i < stage->object_count; i++) {
        if (strcmp(stage->objects[i].name, statement_word(statement, 1)) == 0) {
            return &stage->objects[i];
        }
    }
    return NULL;
}

void actor_write(struct stage *stage, const struct cog_coro *coro, const char *verb) {
    stage_write(&stage->log, "%lld %s %s", (long long)stage->now_ns, cog_coro_name(coro), verb);
}

static bool moved_bytes(const struct cog_op *op) {
    return op->type->kind >= COG_OP_RECV && op->type->kind <= COG_OP_SENDFILE;
}

static void log_success(struct actor *actor, const struct cog_op *op) {
    struct stage_text *log = &actor->stage->log;
    switch ((int)op->type->kind) {
    case COG_OP_WAIT:
    case COG_OP_SIGNAL:
    case COG_OP_CALL:
    case COG_OP_JOIN:
    case COG_OP_QUEUE_GET:
    case COG_OP_PIPE_NEXT:
    case COG_OP_TAKE:
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
    actor_write(actor->stage, coro, actor->verb);
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
    while (statement_read(&statement, &actor->rest)) {
        if (statement_is(&statement, "fail")) {
            return (int)statement_number(&statement, 1);
        }
        if (statement_is(&statement, "end")) {
            return COG_STEP_END;
        }
        if (actor_do_at_once(actor, coro, &statement)) {
            continue;
        }
        if (actor_set_operation(actor, coro, &statement, op)) {
            actor->is_quiet = statement.is_quiet;
            strncpy(actor->verb, statement.words[0], sizeof actor->verb - 1);
            return COG_STEP_AWAIT;
        }
        actor_write(actor->stage, coro, statement.words[0]);
        stage_write(&actor->stage->log, " not possible\n");
    }
    return COG_STEP_END;
}
