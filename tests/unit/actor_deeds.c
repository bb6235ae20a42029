/* actor_deeds.c - the statements that yield nothing. */
#include "tests/unit/actor_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A whole line of the log: what a deed has brought. */
static void log_status(struct actor *actor, const struct cog_coro *self,
                       const struct statement *statement, int status) {
    if (statement->is_quiet) {
        return;
    }
    actor_write(actor->stage, self, statement_word(statement, 0));
    if (status == COG_PENDING) {
        stage_write(&actor->stage->log, " pending");
    } else if (status != COG_OK) {
        stage_write(&actor->stage->log, " %s", cog_status_name(status));
    }
    stage_write(&actor->stage->log, "\n");
}

static void log_number(struct actor *actor, const struct cog_coro *self,
                       const struct statement *statement, long long number) {
    actor_write(actor->stage, self, statement_word(statement, 0));
    stage_write(&actor->stage->log, "=%lld\n", number);
}

/* ---- Clean-up ---- */

static void run_cleanup(void *argument) {
    struct stage_cleanup *cleanup = argument;
    struct stage *stage = cleanup->stage;
    stage->fault = cleanup->is_due ? stage->fault : "a clean-up runs that is not registered";
    cleanup->is_due = false;
    for (size_t i = 0; i < stage->cleanup_count; i++) {
        const struct stage_cleanup *other = &stage->cleanups[i];
        if (other->is_due && other->coro == cleanup->coro && other > cleanup &&
            !cleanup->is_taken_back) {
            stage->fault = "a clean-up runs before one that was registered later";
        }
    }
    actor_write(stage, cleanup->coro, "cleanup");
    stage_write(&stage->log, " %s\n", cleanup->text);
}

static int defer(struct stage *stage, struct cog_coro *self, const char *text) {
    assert_true(stage->cleanup_count < STAGE_CLEANUPS_MAX);
    struct stage_cleanup *cleanup = &stage->cleanups[stage->cleanup_count];
    *cleanup = (struct stage_cleanup){.stage = stage, .coro = self};
    (void)snprintf(cleanup->text, sizeof cleanup->text, "%s", text);
    int status = cog_defer(self, run_cleanup, cleanup);
    if (status == COG_OK) {
        cleanup->is_due = true;
        stage->cleanup_count++;
    }
    return status;
}

/* The newest of that text; one that is not there is left to the library. */
static int undefer(struct stage *stage, struct cog_coro *self, const struct statement *statement) {
    bool is_run = strcmp(statement_word(statement, 2), "run") == 0;
    size_t i = stage->cleanup_count;
    while (i > 0 && (!stage->cleanups[i - 1].is_due || stage->cleanups[i - 1].coro != self ||
                     strcmp(stage->cleanups[i - 1].text, statement_word(statement, 1)) != 0)) {
        i--;
    }
    if (i == 0) {
        return cog_undefer(self, run_cleanup, NULL, is_run);
    }
    stage->cleanups[i - 1].is_taken_back = true;
    int status = cog_undefer(self, run_cleanup, &stage->cleanups[i - 1], is_run);
    stage->cleanups[i - 1].is_due = false;
    return status;
}

/* ---- Local values ---- */

static void destroy_local(void *value) {
    struct stage_local *local = value;
    local->destroyed_count++;
    actor_write(local->stage, local->coro, "destroyed");
    stage_write(&local->stage->log, " %lld\n", (long long)local->number);
}

static const struct cog_local local_keys[2] = {{.destroy = destroy_local},
                                               {.destroy = destroy_local}};

static int set_local(struct stage *stage, struct cog_coro *self, size_t key, int64_t number) {
    assert_true(stage->local_count < STAGE_LOCALS_MAX);
    struct stage_local *local = &stage->locals[stage->local_count];
    *local = (struct stage_local){.stage = stage, .coro = self, .number = number};
    int status = cog_local_set(self, &local_keys[key], local);
    stage->local_count += status == COG_OK ? 1 : 0;
    return status;
}

static void do_local(struct actor *actor, struct cog_coro *self,
                     const struct statement *statement) {
    size_t key = (size_t)statement_number(statement, 2);
    assert_true(key < 2);
    if (strcmp(statement_word(statement, 1), "set") == 0) {
        int status = set_local(actor->stage, self, key, statement_number(statement, 3));
        log_status(actor, self, statement, status);
        return;
    }
    const struct stage_local *local = cog_local_get(self, &local_keys[key]);
    actor_write(actor->stage, self, "local");
    if (local != NULL) {
        stage_write(&actor->stage->log, "=%lld\n", (long long)local->number);
    } else {
        stage_write(&actor->stage->log, " unset\n");
    }
}

/* ---- Coroutines ---- */

static void add(struct stage *stage, const struct statement *statement, bool first) {
    struct cog_coro *added = actor_new(stage, statement_word(statement, 1));
    if (added != NULL) {
        assert_int_equal(cog_add(stage->scheduler, added, first), COG_OK);
    }
}

static void log_trail(struct actor *actor, struct cog_coro *self,
                      const struct statement *statement) {
    char text[256];
    size_t bytes = cog_coro_trail(actor_named(actor->stage, self, statement), text, sizeof text);
    assert_int_equal(bytes, strlen(text));
    actor_write(actor->stage, self, "trail");
    stage_write(&actor->stage->log, "=%s\n", text);
}

static bool do_with_coro(struct actor *actor, struct cog_coro *self,
                         const struct statement *statement) {
    struct stage *stage = actor->stage;
    if (statement_is(statement, "add") || statement_is(statement, "add_front")) {
        add(stage, statement, statement_is(statement, "add"));
    } else if (statement_is(statement, "make")) {
        (void)actor_new(stage, statement_word(statement, 1));
    } else if (statement_is(statement, "trail") && actor_named(stage, self, statement) != NULL) {
        log_trail(actor, self, statement);
    } else if (statement_is(statement, "cancel") && actor_named(stage, self, statement) != NULL) {
        int status = cog_cancel(actor_named(stage, self, statement));
        log_status(actor, self, statement, status);
    } else {
        return false;
    }
    return true;
}

/* ---- The rest ---- */

static bool do_with_object(struct actor *actor, struct cog_coro *self,
                           const struct statement *statement) {
    struct stage *stage = actor->stage;
    struct stage_object *object = actor_object(stage, statement);
    union cog_value value = {.number = statement_number(statement, 2)};
    if (object == NULL) {
        return false;
    }
    if (statement_is(statement, "ring")) {
        log_number(actor, self, statement, (long long)cog_signal_send(object->signal, value));
    } else if (statement_is(statement, "compact")) {
        log_number(actor, self, statement, (long long)cog_channel_compact(object->channel));
    } else if (statement_is(statement, "post")) {
        log_status(actor, self, statement, stage_post(object, value.number));
    } else {
        return false;
    }
    return true;
}

static bool do_with_self(struct actor *actor, struct cog_coro *self,
                         const struct statement *statement) {
    struct stage *stage = actor->stage;
    if (statement_is(statement, "log")) {
        actor_write(stage, self, statement_word(statement, 1));
        stage_write(&stage->log, "\n");
    } else if (statement_is(statement, "return")) {
        cog_coro_return(self, (union cog_value){.number = statement_number(statement, 1)});
    } else if (statement_is(statement, "defer")) {
        log_status(actor, self, statement, defer(stage, self, statement_word(statement, 1)));
    } else if (statement_is(statement, "undefer")) {
        log_status(actor, self, statement, undefer(stage, self, statement));
    } else if (statement_is(statement, "local")) {
        do_local(actor, self, statement);
    } else {
        return false;
    }
    return true;
}

static bool do_with_scheduler(struct actor *actor, struct cog_coro *self,
                              const struct statement *statement) {
    struct stage *stage = actor->stage;
    if (statement_is(statement, "stop")) {
        cog_stop(stage->scheduler);
    } else if (statement_is(statement, "close_socket")) {
        int32_t socket = (int32_t)statement_number(statement, 1);
        int status = cog_close_socket(stage->scheduler, socket);
        if (status == COG_OK) {
            log_number(actor, self, statement, status);
        }
    } else if (statement_is(statement, "open")) {
        log_number(actor, self, statement, actor_open_gate(stage) ? 1 : 0);
    } else {
        return false;
    }
    return true;
}

bool actor_do_at_once(struct actor *actor, struct cog_coro *self,
                      const struct statement *statement) {
    return do_with_self(actor, self, statement) || do_with_coro(actor, self, statement) ||
           do_with_object(actor, self, statement) || do_with_scheduler(actor, self, statement);
}
