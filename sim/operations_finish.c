/* operations_finish.c - from the result of a core operation to the variables of a statement. */
#include "sim/operations.h"

#include "sim/touching.h"

#include <stdio.h>

int sim_place_set(struct sim_scope *scope, const struct sim_target *target, struct sim_value *place,
                  struct sim_value value) {
    const struct sim_variable *variable = &scope->run->scenario->variables[target->reference.index];
    if (!sim_tag_fits(sim_value_tag(value), variable->type)) {
        (void)snprintf(scope->message, sizeof scope->message, "%s does not take %s", variable->name,
                       sim_tag_name(sim_value_tag(value)));
        return COG_EFAILED;
    }
    *place = value;
    if (scope->frame != NULL) {
        sim_touch_variable(scope->run, target->reference.index, place);
    }
    sim_run_variable_set(scope->run, target->reference.index, place,
                         scope->frame != NULL ? scope->frame->instance->line : 0);
    return COG_OK;
}

int sim_target_set(struct sim_scope *scope, const struct sim_target *target,
                   struct sim_value value) {
    struct sim_value *place = NULL;
    switch (target->kind) {
    case SIM_TARGET_NONE:
        return COG_OK;
    case SIM_TARGET_LOCAL:
        scope->frame->slots[target->reference.index] = value;
        return COG_OK;
    case SIM_TARGET_VARIABLE:
    case SIM_TARGET_ELEMENT:
        break;
    }
    int status = sim_evaluate_place(scope, target->reference.index, target->element, &place);
    return status == COG_OK ? sim_place_set(scope, target, place, value) : status;
}

/* Makes a text of what came: the buffer itself when it is full, else a copy. */
static int finish_receive(struct sim_scope *scope, const struct sim_statement *statement,
                          const struct cog_op *op) {
    const struct cog_allocator *allocator = &scope->run->memory.allocator;
    struct sim_string *buffer = scope->frame->buffer;
    scope->frame->buffer = NULL;
    bool keeps_part = statement->kind == SIM_STATEMENT_RECVALL &&
                      (op->status == COG_ETIMEDOUT || op->status == COG_ECLOSED);
    int status = op->status;
    if (status == COG_OK || keeps_part) {
        size_t bytes = op->u.io.done;
        if (statement->kind == SIM_STATEMENT_RECVLINE && bytes > 0) {
            bytes--; /* the newline */
        }
        struct sim_value text;
        if (bytes == buffer->bytes) {
            text = sim_value_pointer(SIM_TAG_TEXT, buffer);
            buffer = NULL;
        } else {
            text = sim_value_text(allocator, buffer->text, bytes);
        }
        int stored =
            text.word == 0 ? COG_ENOMEM : sim_target_set(scope, &statement->as.socket.target, text);
        status = stored != COG_OK ? stored : status;
    }
    if (buffer != NULL) {
        cog_release(allocator, buffer, sizeof *buffer + buffer->bytes + 1);
    }
    return status;
}

static int finish_fetch(struct sim_scope *scope, const struct sim_statement *statement,
                        const struct cog_op *op) {
    size_t count = op->u.messages.count;
    struct sim_list *list =
        cog_allocate(&scope->run->memory.allocator, sizeof *list + count * sizeof list->items[0]);
    if (list == NULL) {
        return COG_ENOMEM;
    }
    list->count = count;
    for (size_t i = 0; i < count; i++) {
        list->items[i] = sim_value_from_core(cog_fetch_message(op, i));
    }
    return sim_target_set(scope, &statement->as.channel.target,
                          sim_value_pointer(SIM_TAG_LIST, list));
}

/* A result that may carry a socket, which is now this coroutine's. */
static int finish_received_value(struct sim_scope *scope, const struct sim_target *target,
                                 struct sim_value value) {
    if (value.word == 0) {
        value = sim_value_integer(SIM_TAG_NUMBER, 0);
    }
    int status = sim_frame_own_socket(scope->frame, value);
    return status == COG_OK ? sim_target_set(scope, target, value) : status;
}

static int finish_socket_made(struct sim_scope *scope, const struct sim_statement *statement,
                              const struct cog_op *op) {
    return finish_received_value(scope, &statement->as.socket.target,
                                 sim_value_integer(SIM_TAG_SOCKET, op->socket));
}

/* A signal that nobody heard may be what others wait for later. */
static void remember_unheard(struct sim_scope *scope, const struct sim_statement *statement,
                             int64_t woken_count) {
    if (woken_count == 0) {
        scope->run->unheard[statement->as.signal.signal.index] =
            (struct sim_unheard){.is_sent = true,
                                 .time_ns = scope->run->now_ns,
                                 .by = scope->frame->instance,
                                 .line = statement->place.line};
    }
}

static int finish_kind(struct sim_scope *scope, const struct sim_statement *statement,
                       const struct cog_op *op) {
    struct sim_value value = sim_value_from_core(op->value);
    switch ((int)statement->kind) {
    case SIM_STATEMENT_WAIT:
        return sim_target_set(scope, &statement->as.signal.target, value);
    case SIM_STATEMENT_SIGNAL:
        remember_unheard(scope, statement, op->value.number);
        return sim_target_set(scope, &statement->as.signal.target,
                              sim_value_integer(SIM_TAG_NUMBER, op->value.number));
    case SIM_STATEMENT_SPAWN:
        return sim_target_set(
            scope, &statement->as.start.target,
            sim_value_pointer(SIM_TAG_HANDLE,
                              ((struct sim_frame *)cog_coro_context(op->object))->instance));
    case SIM_STATEMENT_CALL:
        return finish_received_value(scope, &statement->as.start.target, value);
    case SIM_STATEMENT_JOIN:
        return finish_received_value(scope, &statement->as.join.target, value);
    case SIM_STATEMENT_ITERATE:
        return finish_received_value(scope, &statement->as.start.target, value);
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_EMIT:
        sim_frame_disown_socket(scope->frame, value);
        return COG_OK;
    case SIM_STATEMENT_GET:
        return finish_received_value(scope, &statement->as.queue.target, value);
    case SIM_STATEMENT_FETCH:
        return finish_fetch(scope, statement, op);
    case SIM_STATEMENT_LISTEN:
    case SIM_STATEMENT_ACCEPT:
    case SIM_STATEMENT_CONNECT:
        return finish_socket_made(scope, statement, op);
    case SIM_STATEMENT_ACQUIRE:
        scope->frame->lock->holder = scope->frame->instance;
        return COG_OK;
    default:
        return COG_OK;
    }
}

int sim_operation_finish(struct sim_scope *scope, const struct sim_statement *statement,
                         const struct cog_op *op) {
    struct sim_instance *instance = scope->frame->instance;
    if (op->status == COG_ETIMEDOUT) {
        sim_journal_timeout(&scope->run->journal, scope->run->now_ns, instance);
        if (statement->kind == SIM_STATEMENT_CALL || statement->kind == SIM_STATEMENT_JOIN ||
            statement->kind == SIM_STATEMENT_ITERATE) {
            scope->frame->other
                ->observer_count--; /* it gave up: what happens then is not its own */
        }
    }
    if (statement->kind == SIM_STATEMENT_RECV || statement->kind == SIM_STATEMENT_RECVALL ||
        statement->kind == SIM_STATEMENT_RECVLINE) {
        return finish_receive(scope, statement, op);
    }
    return op->status == COG_OK ? finish_kind(scope, statement, op) : op->status;
}
