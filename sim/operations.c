/* operations.c - from a statement that waits to a core operation. */
#include "sim/operations.h"

#include "core/check.h"
#include "sim/locks.h"
#include "sim/touching.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { BACKLOG_DEFAULT = 128, PORT_MAX = 65535, RECIPIENTS_MAX = 1 << 30 };

_Static_assert(sizeof(struct sockaddr_in) <= sizeof(((struct sim_frame *)0)->address),
               "a frame has room for the address of a listen or connect");

/* A statement about a queue, a channel or a signal is about to act on it. To wait for a signal and
 * to read a channel leave no trace that others of the kind could see. */
static void touch_object(struct sim_scope *scope, const struct sim_statement *statement) {
    if (scope->run->stepping == NULL) {
        return;
    }
    const struct sim_objects *objects = scope->run->stepping->objects;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        sim_touch(scope->run, objects->signals + statement->as.signal.signal.index,
                  statement->kind == SIM_STATEMENT_WAIT && !objects->waits_show ? SIM_TOUCH_READ
                                                                                : SIM_TOUCH_WRITE);
        break;
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_PUBLISH:
        sim_touch(scope->run, objects->channels + statement->as.channel.channel.index,
                  statement->kind == SIM_STATEMENT_PUBLISH ? SIM_TOUCH_WRITE : SIM_TOUCH_READ);
        break;
    default:
        sim_touch(scope->run, objects->queues + statement->as.queue.queue.index, SIM_TOUCH_WRITE);
        break;
    }
}

static int prepare_signal(struct sim_scope *scope, const struct sim_statement *statement,
                          struct cog_op *op) {
    struct cog_signal *signal = scope->run->signals[statement->as.signal.signal.index];
    touch_object(scope, statement);
    if (statement->kind == SIM_STATEMENT_WAIT) {
        cog_set_wait(op, signal);
        return COG_OK;
    }
    struct sim_value value = sim_value_integer(SIM_TAG_NUMBER, 0);
    int64_t recipients = 0;
    int status = COG_OK;
    if (statement->as.signal.value != NULL) {
        status = sim_evaluate(scope, statement->as.signal.value, &value);
    }
    if (status == COG_OK && statement->as.signal.recipients != NULL) {
        status = sim_evaluate_number(scope, statement->as.signal.recipients, "recipients", 0,
                                     RECIPIENTS_MAX, &recipients);
    }
    if (status == COG_OK) {
        cog_set_signal(op, signal, sim_value_to_core(value), (uint32_t)recipients);
    }
    return status;
}

/* Evaluates the arguments into the slots of a new coroutine, whose sockets go with a spawn. */
static int pass_arguments(struct sim_scope *scope, const struct sim_statement *statement,
                          const struct sim_value *arguments, struct sim_instance *made) {
    struct sim_frame *frame = sim_instance_frame(made);
    for (uint32_t i = 0; i < statement->as.start.arguments.count; i++) {
        frame->slots[i] = arguments[i];
        if (statement->kind == SIM_STATEMENT_SPAWN) {
            sim_frame_disown_socket(scope->frame, arguments[i]);
            if (sim_frame_own_socket(frame, arguments[i]) != COG_OK) {
                return COG_ENOMEM;
            }
        }
    }
    return COG_OK;
}

enum { ARGUMENTS_MAX = 64 };

int sim_routine_make(struct sim_scope *scope, const struct sim_statement *statement,
                     struct sim_instance **made) {
    struct sim_value arguments[ARGUMENTS_MAX];
    const struct sim_expression_list *list = &statement->as.start.arguments;
    if (list->count > ARGUMENTS_MAX) {
        (void)snprintf(scope->message, sizeof scope->message, "more than %d arguments",
                       ARGUMENTS_MAX);
        return COG_EFAILED;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        int status = sim_evaluate(scope, list->items[i], &arguments[i]);
        if (status != COG_OK) {
            return status;
        }
    }
    struct sim_instance *by = scope->frame->instance;
    const struct sim_code *code = &scope->run->program->routines[statement->as.start.routine.index];
    *made = sim_instance_new(scope->run, code, by->host, by->root, by, by->child_count++,
                             code->source->name, by->is_background);
    if (*made == NULL) {
        return COG_ENOMEM;
    }
    sim_touch_coroutine(scope->run, *made, SIM_TOUCH_WRITE);
    return pass_arguments(scope, statement, arguments, *made);
}

static int prepare_start(struct sim_scope *scope, const struct sim_statement *statement,
                         struct cog_op *op) {
    struct sim_instance *made = NULL;
    int status = sim_routine_make(scope, statement, &made);
    if (status != COG_OK) {
        return status;
    }
    if (statement->kind == SIM_STATEMENT_SPAWN) {
        cog_set_spawn(op, made->coro);
    } else {
        made->observer_count++;
        scope->frame->other = made;
        cog_set_call(op, made->coro);
    }
    return COG_OK;
}

static int prepare_iterate(struct sim_scope *scope, struct cog_op *op) {
    const struct sim_frame *frame = scope->frame;
    uint32_t slot = frame->code->instructions[frame->next - 1].slot;
    scope->frame->other = sim_value_get_pointer(frame->slots[slot]);
    sim_touch_coroutine(scope->run, scope->frame->other, SIM_TOUCH_WRITE);
    cog_set_pipe_next(op, scope->frame->other->pipe);
    return COG_OK;
}

static int prepare_emit(struct sim_scope *scope, const struct sim_statement *statement,
                        struct cog_op *op) {
    struct sim_value value;
    int status = sim_evaluate(scope, statement->as.simple.value, &value);
    if (status == COG_OK) {
        sim_touch_coroutine(scope->run, scope->frame->instance, SIM_TOUCH_WRITE);
        cog_set_pipe_chunk(op, scope->frame->instance->pipe, sim_value_to_core(value));
    }
    return status;
}

/* Where the order of steps is chosen, a join is a step of its own, which waits for the end. */
static bool join_step_has_come(struct sim_scope *scope, const struct sim_statement *statement,
                               struct sim_instance *joined) {
    struct sim_stepping *stepping = scope->run->stepping;
    if (stepping == NULL || !sim_waits_as_step(stepping->objects->scenario, statement)) {
        return true;
    }
    if (!scope->frame->has_yielded) {
        scope->frame->other = joined;
        sim_announce(scope->run, scope->frame,
                     sim_object_of_process(stepping->objects, joined->process), SIM_TOUCH_READ);
        return false;
    }
    scope->frame->has_yielded = false;
    return true;
}

static int prepare_join(struct sim_scope *scope, const struct sim_statement *statement,
                        struct cog_op *op) {
    struct sim_value handle;
    int status = sim_evaluate_tag(scope, statement->as.join.handle, SIM_TAG_HANDLE,
                                  "what is joined", &handle);
    if (status == COG_OK) {
        struct sim_instance *joined = sim_value_get_pointer(handle);
        if (!join_step_has_come(scope, statement, joined)) {
            return SIM_NEED_YIELD;
        }
        joined->observer_count++;
        scope->frame->other = joined;
        sim_touch_coroutine(scope->run, joined,
                            sim_waits_as_step(scope->run->scenario, statement) ? SIM_TOUCH_READ
                                                                               : SIM_TOUCH_WRITE);
        cog_set_join(op, joined->coro);
    }
    return status;
}

static int prepare_queue(struct sim_scope *scope, const struct sim_statement *statement,
                         struct cog_op *op) {
    struct cog_queue *queue = scope->run->queues[statement->as.queue.queue.index];
    touch_object(scope, statement);
    struct sim_value value;
    int status = COG_OK;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_PUT:
        status = sim_evaluate(scope, statement->as.queue.value, &value);
        if (status == COG_OK) {
            cog_set_put(op, queue, sim_value_to_core(value), statement->as.queue.nowait);
        }
        break;
    case SIM_STATEMENT_GET:
        cog_set_get(op, queue, statement->as.queue.nowait);
        break;
    case SIM_STATEMENT_DONE:
        cog_set_queue_done(op, queue);
        break;
    default:
        cog_set_queue_join(op, queue);
        break;
    }
    return status;
}

static int prepare_channel(struct sim_scope *scope, const struct sim_statement *statement,
                           struct cog_op *op) {
    struct cog_channel *channel = scope->run->channels[statement->as.channel.channel.index];
    touch_object(scope, statement);
    struct sim_value value;
    int status = COG_OK;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_SUBSCRIBE:
        cog_set_subscribe(op, channel);
        break;
    case SIM_STATEMENT_UNSUBSCRIBE:
        cog_set_unsubscribe(op, channel);
        break;
    case SIM_STATEMENT_PUBLISH:
        status = sim_evaluate(scope, statement->as.channel.value, &value);
        if (status == COG_OK) {
            cog_set_publish(op, channel, sim_value_to_core(value));
        }
        break;
    default:
        cog_set_fetch(op, channel);
        break;
    }
    return status;
}

/* Where the order of steps is chosen, to take and to give back a lock are steps of their own. */
static bool lock_step_has_come(struct sim_scope *scope, const struct sim_statement *statement,
                               uint32_t lock) {
    struct sim_stepping *stepping = scope->run->stepping;
    if (stepping == NULL) {
        return true;
    }
    uint32_t object = stepping->objects->locks + lock;
    bool is_acquire = statement->kind == SIM_STATEMENT_ACQUIRE;
    if (is_acquire && !sim_waits_as_step(stepping->objects->scenario, statement)) {
        bool is_free = cog_queue_count(scope->run->locks[lock].queue) > 0;
        sim_touch(scope->run, object, is_free ? SIM_TOUCH_WRITE : SIM_TOUCH_READ);
        sim_touch(scope->run, stepping->objects->lines + lock, SIM_TOUCH_WRITE);
        return true;
    }
    enum sim_touch_mode mode = is_acquire ? SIM_TOUCH_LOCK : SIM_TOUCH_UNLOCK;
    if (!scope->frame->has_yielded) {
        sim_announce(scope->run, scope->frame, object, mode);
        return false;
    }
    scope->frame->has_yielded = false;
    if (is_acquire || scope->run->locks[lock].holder == scope->frame->instance) {
        sim_touch(scope->run, object, mode); /* else it changes nothing */
    }
    return true;
}

static int prepare_lock(struct sim_scope *scope, const struct sim_statement *statement,
                        struct cog_op *op) {
    struct sim_run_lock *lock = NULL;
    int status = sim_lock_find(scope, statement, &lock);
    if (status != COG_OK) {
        return status;
    }
    scope->frame->lock = lock;
    if (!lock_step_has_come(scope, statement, (uint32_t)(lock - scope->run->locks))) {
        return SIM_NEED_YIELD;
    }
    if (statement->kind == SIM_STATEMENT_ACQUIRE) {
        cog_set_get(op, lock->queue, false);
        return COG_OK;
    }
    if (lock->holder != scope->frame->instance) {
        bool is_element = statement->as.lock.element != NULL;
        (void)snprintf(scope->message, sizeof scope->message,
                       "%.96s%sreleased by a coroutine that does not hold it",
                       is_element ? lock->name : "", is_element ? " is " : "");
        return COG_EFAILED;
    }
    lock->holder = NULL;
    cog_set_put(op, lock->queue, (union cog_value){.number = 0}, true);
    return COG_OK;
}

static int prepare_endpoint(struct sim_scope *scope, const struct sim_statement *statement,
                            struct cog_op *op) {
    struct sim_frame *frame = scope->frame;
    int64_t port;
    int64_t backlog = BACKLOG_DEFAULT;
    int status =
        sim_evaluate_number(scope, statement->as.socket.port, "the port", 1, PORT_MAX, &port);
    if (status == COG_OK && statement->as.socket.backlog != NULL) {
        status = sim_evaluate_number(scope, statement->as.socket.backlog, "the backlog", 1,
                                     INT32_MAX, &backlog);
    }
    if (status != COG_OK) {
        return status;
    }
    uint32_t host = frame->instance->host;
    if (statement->kind == SIM_STATEMENT_CONNECT && statement->as.socket.host.index != SIM_NONE) {
        host = statement->as.socket.host.index;
    }
    struct sockaddr_in address;
    sim_network_address(&address, host + 1, (uint16_t)port);
    memcpy(frame->address, &address, sizeof address);
    const struct sockaddr *kept = (const struct sockaddr *)(const void *)frame->address;
    if (statement->kind == SIM_STATEMENT_LISTEN) {
        cog_set_listen(op, kept, sizeof address, (int)backlog);
    } else {
        cog_set_connect(op, kept, sizeof address);
    }
    return COG_OK;
}

static int prepare_receive(struct sim_scope *scope, const struct sim_statement *statement,
                           int32_t socket, struct cog_op *op) {
    int64_t bytes;
    int status = sim_evaluate_number(scope, statement->as.socket.bytes, "the size", 1,
                                     SIM_INTEGER_MAX, &bytes);
    if (status != COG_OK) {
        return status;
    }
    struct sim_string *buffer = sim_string_new(&scope->run->memory.allocator, (size_t)bytes);
    if (buffer == NULL) {
        return COG_ENOMEM;
    }
    scope->frame->buffer = buffer;
    if (statement->kind == SIM_STATEMENT_RECV) {
        cog_set_recv(op, socket, buffer->text, (size_t)bytes);
    } else if (statement->kind == SIM_STATEMENT_RECVALL) {
        cog_set_recvall(op, socket, buffer->text, (size_t)bytes);
    } else {
        cog_set_recvline(op, socket, buffer->text, (size_t)bytes);
    }
    return COG_OK;
}

static int prepare_send(struct sim_scope *scope, const struct sim_statement *statement,
                        int32_t socket, struct cog_op *op) {
    struct sim_value value;
    int status =
        sim_evaluate_tag(scope, statement->as.socket.text, SIM_TAG_TEXT, "what is sent", &value);
    if (status != COG_OK) {
        return status;
    }
    const struct sim_string *text = sim_value_get_pointer(value);
    if (statement->kind == SIM_STATEMENT_SEND) {
        cog_set_send(op, socket, text->text, text->bytes);
    } else {
        cog_set_sendall(op, socket, text->text, text->bytes);
    }
    return COG_OK;
}

static int prepare_socket(struct sim_scope *scope, const struct sim_statement *statement,
                          struct cog_op *op) {
    if (statement->kind == SIM_STATEMENT_LISTEN || statement->kind == SIM_STATEMENT_CONNECT) {
        return prepare_endpoint(scope, statement, op);
    }
    struct sim_value value;
    int status =
        sim_evaluate_tag(scope, statement->as.socket.socket, SIM_TAG_SOCKET, "the socket", &value);
    if (status != COG_OK) {
        return status;
    }
    int32_t socket = (int32_t)sim_value_get_integer(value);
    switch ((int)statement->kind) {
    case SIM_STATEMENT_ACCEPT:
        cog_set_accept(op, socket);
        return COG_OK;
    case SIM_STATEMENT_SHUTDOWN:
        cog_set_shutdown(op, socket);
        return COG_OK;
    case SIM_STATEMENT_CLOSE:
        sim_frame_disown_socket(scope->frame, value);
        cog_set_close(op, socket);
        return COG_OK;
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
        return prepare_send(scope, statement, socket, op);
    default:
        return prepare_receive(scope, statement, socket, op);
    }
}

static int prepare_kind(struct sim_scope *scope, const struct sim_statement *statement,
                        struct cog_op *op) {
    int64_t ns;
    int status;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_YIELD:
        cog_set_yield(op);
        return COG_OK;
    case SIM_STATEMENT_SLEEP:
        status = sim_evaluate_duration(scope, statement->as.simple.value, &ns);
        if (status == COG_OK) {
            cog_set_sleep(op, ns);
        }
        return status;
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        return prepare_signal(scope, statement, op);
    case SIM_STATEMENT_SPAWN:
    case SIM_STATEMENT_CALL:
        return prepare_start(scope, statement, op);
    case SIM_STATEMENT_JOIN:
        return prepare_join(scope, statement, op);
    case SIM_STATEMENT_ITERATE:
        return prepare_iterate(scope, op);
    case SIM_STATEMENT_EMIT:
        return prepare_emit(scope, statement, op);
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
        return prepare_queue(scope, statement, op);
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_FETCH:
        return prepare_channel(scope, statement, op);
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_RELEASE:
        return prepare_lock(scope, statement, op);
    default:
        return prepare_socket(scope, statement, op);
    }
}

static enum cog_priority priority_of(enum sim_priority priority) {
    switch (priority) {
    case SIM_PRIORITY_DEFAULT:
        return COG_DEFAULT;
    case SIM_PRIORITY_LAST:
        return COG_LAST;
    case SIM_PRIORITY_CORO:
        return COG_CORO;
    case SIM_PRIORITY_OP:
        return COG_OP;
    case SIM_PRIORITY_FIRST:
        return COG_FIRST;
    }
    return COG_DEFAULT;
}

int sim_operation_prepare(struct sim_scope *scope, const struct sim_statement *statement,
                          struct cog_op *op) {
    const struct sim_wait_options *options = &statement->options;
    int64_t timeout_ns = 0;
    int status = COG_OK;
    if (options->timeout != NULL) {
        status = sim_evaluate_duration(scope, options->timeout, &timeout_ns);
    }
    if (status == COG_OK) {
        status = prepare_kind(scope, statement, op);
    }
    if (status != COG_OK) {
        return status;
    }
    cog_set_priority(op, priority_of(options->priority));
    switch (options->timeout_kind) {
    case SIM_TIMEOUT_DEFAULT:
        op->is_strong = options->strong; /* of the scheduler's default, if it has one */
        break;
    case SIM_TIMEOUT_NONE:
        cog_set_no_timeout(op);
        break;
    case SIM_TIMEOUT_AFTER:
        cog_set_timeout(op, timeout_ns, options->strong);
        break;
    case SIM_TIMEOUT_AT:
        cog_set_deadline(op, timeout_ns, options->strong);
        break;
    }
    return COG_OK;
}
