/* pipe.c - a coroutine that produces chunks for another one, in turns.
 *
 * At most one coroutine waits for the producer (`consumer`), by next or stop; at most the producer
 * is parked in a chunk (`chunk`). Both at once only within one call of a process function. While
 * the consumer waits it is the producer's caller, so that the producer's end reaches it as that of
 * a call does.
 */
#include "core/pipe.h"

#include "core/check.h"
#include "core/object.h"
#include "core/operation.h"

struct cog_pipe {
    struct cog_object object;
    struct cog_coro *producer;
    struct cog_op *consumer; /* the next or stop that waits, or null */
    struct cog_op *chunk;    /* the chunk that was handed out and not asked beyond, or null */
    bool is_unclaimed;       /* nobody has had the chunk yet: its consumer had given up */
    bool is_stopped;
    bool never_began; /* its producer: it was stopped before */
};

static const char *check_pipe(const struct cog_object *object) {
    const struct cog_pipe *pipe = cog_container_of(object, const struct cog_pipe, object);
    if (pipe->consumer != NULL && pipe->consumer->state != COG_OP_PENDING) {
        return "a pipe's consumer waits on an operation that ended";
    }
    if (pipe->chunk != NULL && pipe->chunk->state != COG_OP_PENDING) {
        return "a pipe holds a chunk that ended";
    }
    return pipe->consumer == NULL || pipe->chunk == NULL
               ? NULL
               : "a pipe's consumer waits though there is a chunk";
}

int cog_pipe_new(struct cog_scheduler *scheduler, struct cog_coro *producer,
                 const struct cog_object_options *options, struct cog_pipe **out) {
    static const struct cog_object_type type = {.check = check_pipe};
    cog_assert(scheduler != NULL && producer != NULL && out != NULL);
    if (producer->state != COG_CORO_NEW || producer->scheduler != scheduler) {
        return COG_EINVALID;
    }
    struct cog_pipe *pipe = cog_allocate_zeroed(scheduler->allocator, 1, sizeof *pipe);
    if (pipe == NULL) {
        return COG_ENOMEM;
    }
    cog_object_init(&pipe->object, &type, scheduler, options != NULL ? options->name : NULL,
                    options != NULL ? options->tag : 0);
    pipe->producer = cog_coro_retain(producer);
    *out = pipe;
    return COG_OK;
}

void cog_pipe_free(struct cog_pipe *pipe) {
    if (pipe == NULL) {
        return;
    }
    cog_assert(pipe->consumer == NULL);
    if (pipe->object.scheduler != NULL) {
        int status = cog_cancel(pipe->producer);
        cog_assert(status != COG_EINVALID); /* it would free what it runs in */
    }
    cog_coro_release(pipe->producer);
    cog_object_term(&pipe->object);
    cog_release(pipe->object.allocator, pipe, sizeof *pipe);
}

int cog_pipe_end_status(enum cog_op_kind kind, int status) {
    if (status == COG_OK) {
        return kind == COG_OP_PIPE_NEXT ? COG_EEND : COG_OK;
    }
    return kind == COG_OP_PIPE_STOP && status == COG_ESTOPPED ? COG_OK : COG_EFAILED;
}

/* The same for a producer that had ended before. */
static int end_status(const struct cog_pipe *pipe, enum cog_op_kind kind) {
    return cog_pipe_end_status(kind, pipe->never_began ? COG_OK : pipe->producer->status);
}

/* Nobody waits for the producer, by a call neither. */
static bool may_consume(const struct cog_pipe *pipe, const struct cog_coro *coro) {
    return pipe->producer->caller == NULL && coro != pipe->producer;
}

/* The producer, parked in a chunk, goes on. */
static struct cog_coro *resume_producer(struct cog_pipe *pipe, int status) {
    return cog_op_finish(pipe->object.scheduler, pipe->chunk, status);
}

/* Parks the consumer until the producer gives a chunk or ends. */
static void await_producer(struct cog_pipe *pipe, struct cog_coro *consumer) {
    (void)cog_park(pipe->object.scheduler, consumer, NULL);
    pipe->consumer = &consumer->op;
    pipe->producer->caller = consumer;
}

static struct cog_coro *process_next(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_pipe *pipe = cog_object_of(scheduler, &coro->op);
    struct cog_coro *producer = pipe->producer;
    if (!may_consume(pipe, coro)) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    if (producer->state == COG_CORO_ENDED) {
        return cog_op_finish(scheduler, &coro->op, end_status(pipe, COG_OP_PIPE_NEXT));
    }
    if (pipe->is_unclaimed) {
        pipe->is_unclaimed = false;
        coro->op.value = pipe->chunk->value;
        return cog_op_finish(scheduler, &coro->op, COG_OK);
    }
    await_producer(pipe, coro);
    if (producer->state == COG_CORO_NEW) {
        cog_adopt(scheduler, producer, coro);
        return producer;
    }
    return pipe->chunk != NULL ? resume_producer(pipe, COG_OK) : NULL;
}

static struct cog_coro *process_chunk(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_pipe *pipe = cog_object_of(scheduler, &coro->op);
    if (coro != pipe->producer) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    if (pipe->is_stopped) {
        return cog_op_finish(scheduler, &coro->op, COG_ESTOPPED);
    }
    (void)cog_park(scheduler, coro, NULL);
    pipe->chunk = &coro->op;
    pipe->is_unclaimed = pipe->consumer == NULL;
    if (pipe->is_unclaimed) {
        return NULL;
    }
    pipe->consumer->value = coro->op.value;
    return cog_op_finish(scheduler, pipe->consumer, COG_OK);
}

static struct cog_coro *process_stop(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_pipe *pipe = cog_object_of(scheduler, &coro->op);
    struct cog_coro *producer = pipe->producer;
    if (!may_consume(pipe, coro)) {
        return cog_op_finish(scheduler, &coro->op, COG_EINVALID);
    }
    pipe->is_stopped = true;
    if (producer->state == COG_CORO_NEW) {
        pipe->never_began = true;
        (void)cog_cancel(producer);
    }
    if (producer->state == COG_CORO_ENDED) {
        return cog_op_finish(scheduler, &coro->op, end_status(pipe, COG_OP_PIPE_STOP));
    }
    await_producer(pipe, coro);
    return pipe->chunk != NULL ? resume_producer(pipe, COG_ESTOPPED) : NULL;
}

static void finalize_consumer(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct cog_pipe *pipe = op->object;
    if (pipe->consumer == op) {
        pipe->consumer = NULL;
        pipe->producer->caller = NULL;
    }
}

static void finalize_chunk(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct cog_pipe *pipe = op->object;
    if (pipe->chunk == op) {
        pipe->chunk = NULL;
        pipe->is_unclaimed = false;
    }
}

void cog_set_pipe_next(struct cog_op *op, struct cog_pipe *pipe) {
    static const struct cog_op_type type = {.name = "iterate",
                                            .kind = COG_OP_PIPE_NEXT,
                                            .process = process_next,
                                            .finalize = finalize_consumer};
    cog_op_init(op, &type);
    op->object = pipe;
}

void cog_set_pipe_chunk(struct cog_op *op, struct cog_pipe *pipe, union cog_value chunk) {
    static const struct cog_op_type type = {.name = "emit",
                                            .kind = COG_OP_PIPE_CHUNK,
                                            .process = process_chunk,
                                            .finalize = finalize_chunk};
    cog_op_init(op, &type);
    op->object = pipe;
    op->value = chunk;
}

void cog_set_pipe_stop(struct cog_op *op, struct cog_pipe *pipe) {
    static const struct cog_op_type type = {.name = "stop",
                                            .kind = COG_OP_PIPE_STOP,
                                            .process = process_stop,
                                            .finalize = finalize_consumer};
    cog_op_init(op, &type);
    op->object = pipe;
}
