/* recorder.c - a proactor around another one that writes down what comes of it. */
#include "core/recorder.h"

#include "core/cogen.h"
#include "core/recording_writer.h"
#include "core/scheduler.h"
#include "core/serials.h"

#include <sys/socket.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* What has come is handed to the system at the latest so long after the last time, and before a
 * longer sleep. */
enum { FLUSH_NS = 100 * 1000 * 1000 };

struct cog_recorder {
    const struct cog_allocator *allocator;
    struct cog_proactor_ops ops; /* of the proactor that it is */
    struct cog_proactor inner;
    struct cog_clock clock;
    struct cog_recording_writer writer;
    struct cog_serials held; /* operations that the inner proactor holds */
    uint64_t serial;         /* of the latest submitted */
    struct cog_op *submitting;
    int64_t now_ns; /* the latest time given */
    int64_t flushed_ns;
    bool hashes_data;
    bool is_out_of_memory; /* nothing more is written */
};

/* ---- Events ---- */

static bool begin(struct cog_recorder *recorder, enum cog_recorded kind) {
    if (recorder->is_out_of_memory) {
        return false;
    }
    cog_recording_event(&recorder->writer, kind);
    return true;
}

static void number(struct cog_recorder *recorder, uint64_t value) {
    cog_recording_number(&recorder->writer, value);
}

/* Signed numbers, small ones short: 0, -1, 1, -2 are 0, 1, 2, 3. */
static void signed_number(struct cog_recorder *recorder, int64_t value) {
    number(recorder, value < 0 ? ~((uint64_t)value << 1) : (uint64_t)value << 1);
}

static void data(struct cog_recorder *recorder, const void *bytes, size_t count) {
    if (!recorder->hashes_data) {
        cog_recording_bytes(&recorder->writer, bytes, count);
    } else if (count > 0) {
        number(recorder, XXH3_64bits(bytes, count));
    }
}

/* What an operation has come to, or how far: everything that its coroutine can see of it. */
static void result(struct cog_recorder *recorder, const struct cog_op *op) {
    switch ((int)op->type->kind) {
    case COG_OP_LISTEN:
    case COG_OP_BIND:
    case COG_OP_ACCEPT:
    case COG_OP_CONNECT:
        signed_number(recorder, op->socket);
        break;
    case COG_OP_RECV:
    case COG_OP_RECVALL:
    case COG_OP_RECVLINE:
        number(recorder, op->u.io.done);
        data(recorder, op->u.io.buffer, op->u.io.done);
        break;
    case COG_OP_RECVFROM:
        number(recorder, op->u.io.done);
        data(recorder, op->u.io.buffer, op->u.io.done);
        number(recorder, op->object != NULL ? op->value.bits : 0);
        cog_recording_bytes(&recorder->writer, op->object,
                            op->object != NULL ? (size_t)op->value.bits : 0);
        break;
    case COG_OP_SEND:
    case COG_OP_SENDALL:
    case COG_OP_SENDTO:
    case COG_OP_SENDFILE:
        number(recorder, op->u.io.done);
        break;
    default:
        break;
    }
}

/* ---- The proactor ---- */

static void attach(void *context, struct cog_scheduler *scheduler) {
    struct cog_recorder *recorder = context;
    recorder->inner.ops->attach(recorder->inner.context, scheduler);
    if (begin(recorder, COG_RECORDED_OPTIONS)) {
        number(recorder, (uint64_t)scheduler->default_priority);
        number(recorder, (uint64_t)scheduler->default_timeout_ns);
        number(recorder, (uint64_t)scheduler->proactor_resolution_ns);
        number(recorder, scheduler->proactor_default_size);
        number(recorder, (scheduler->proactor_greedy ? 1 : 0) | (scheduler->ops_greedy ? 2 : 0) |
                             (scheduler->multiplex_first ? 4 : 0));
    }
}

static bool is_sent(const struct cog_op *op) {
    enum cog_op_kind kind = op->type->kind;
    return kind == COG_OP_SEND || kind == COG_OP_SENDALL || kind == COG_OP_SENDTO;
}

static uint64_t bytes_of(const struct cog_op *op) {
    enum cog_op_kind kind = op->type->kind;
    return kind >= COG_OP_RECV && kind <= COG_OP_SENDFILE ? op->u.io.bytes : 0;
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    struct cog_recorder *recorder = context;
    enum cog_op_kind kind = op->type->kind;
    bool is_new = kind == COG_OP_LISTEN || kind == COG_OP_BIND || kind == COG_OP_CONNECT;
    int32_t socket = is_new ? -1 : op->socket;
    /* What goes out is not kept, but it can be told whether it is the same. */
    uint64_t hash = is_sent(op) ? XXH3_64bits(op->u.io.buffer, op->u.io.bytes) : 0;
    recorder->serial++;
    recorder->submitting = op;
    int status = recorder->inner.ops->submit(recorder->inner.context, op, try_first);
    recorder->submitting = NULL;
    if (begin(recorder, COG_RECORDED_SUBMIT)) {
        number(recorder, (uint64_t)kind);
        signed_number(recorder, socket);
        number(recorder, bytes_of(op));
        if (is_sent(op)) {
            number(recorder, hash);
        }
        signed_number(recorder, status);
        result(recorder, op);
    }
    if (status == COG_PENDING && !cog_serials_add(&recorder->held, op, recorder->serial)) {
        recorder->is_out_of_memory = true;
    }
    return status;
}

static void told(void *context, struct cog_op *op, int status) {
    struct cog_recorder *recorder = context;
    uint64_t serial =
        op == recorder->submitting ? recorder->serial : cog_serials_find(&recorder->held, op);
    if (status != COG_PENDING) {
        cog_serials_remove(&recorder->held, op);
    }
    if (begin(recorder, status == COG_PENDING ? COG_RECORDED_ACTIVITY : COG_RECORDED_COMPLETE)) {
        number(recorder, serial);
        if (status == COG_PENDING) {
            number(recorder, op->u.io.done);
        } else {
            signed_number(recorder, status);
            result(recorder, op);
        }
    }
}

static bool cancel(void *context, struct cog_op *op) {
    struct cog_recorder *recorder = context;
    uint64_t serial = cog_serials_find(&recorder->held, op);
    bool is_cancelled = recorder->inner.ops->cancel(recorder->inner.context, op);
    if (begin(recorder, COG_RECORDED_CANCEL)) {
        number(recorder, serial);
        number(recorder, is_cancelled ? 1 : 0);
        if (is_cancelled) {
            result(recorder, op);
        }
    }
    if (is_cancelled) {
        cog_serials_remove(&recorder->held, op);
    }
    return is_cancelled;
}

static int run(void *context, int64_t timeout_ns) {
    struct cog_recorder *recorder = context;
    bool is_time = timeout_ns >= FLUSH_NS || recorder->now_ns - recorder->flushed_ns >= FLUSH_NS;
    if (timeout_ns > 0 && is_time) {
        cog_recording_flush(&recorder->writer);
        recorder->flushed_ns = recorder->now_ns;
    }
    int status = recorder->inner.ops->run(recorder->inner.context, timeout_ns);
    if (begin(recorder, COG_RECORDED_RUN)) {
        signed_number(recorder, status);
    }
    return status;
}

static size_t held_count(const void *context) {
    const struct cog_recorder *recorder = context;
    return recorder->inner.ops->held_count(recorder->inner.context);
}

static int close_socket(void *context, int32_t socket) {
    struct cog_recorder *recorder = context;
    int status = recorder->inner.ops->close_socket(recorder->inner.context, socket);
    if (begin(recorder, COG_RECORDED_CLOSE)) {
        signed_number(recorder, socket);
        signed_number(recorder, status);
    }
    return status;
}

static void detach(void *context) {
    struct cog_recorder *recorder = context;
    recorder->inner.ops->detach(recorder->inner.context);
}

static void wake(void *context) {
    struct cog_recorder *recorder = context;
    recorder->inner.ops->wake(recorder->inner.context);
}

static int descriptor(const void *context) {
    const struct cog_recorder *recorder = context;
    return recorder->inner.ops->descriptor(recorder->inner.context);
}

/* ---- The clock ---- */

static int64_t now_ns(void *context) {
    struct cog_recorder *recorder = context;
    int64_t now = recorder->clock.now_ns(recorder->clock.context);
    if (begin(recorder, COG_RECORDED_CLOCK)) {
        signed_number(recorder, now - recorder->now_ns);
    }
    recorder->now_ns = now;
    return now;
}

/* ---- Making one ---- */

int cog_recorder_open(const struct cog_recorder_options *options, struct cog_recorder **out) {
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    struct cog_recorder *recorder = cog_allocate_zeroed(allocator, 1, sizeof *recorder);
    if (recorder == NULL) {
        return COG_ENOMEM;
    }
    recorder->allocator = allocator;
    recorder->inner = options->proactor;
    recorder->clock = options->clock.now_ns != NULL ? options->clock : cog_clock_monotonic();
    recorder->hashes_data = options->hashes_data;
    cog_serials_init(&recorder->held, allocator);
    const struct cog_proactor_ops *inner = options->proactor.ops;
    recorder->ops =
        (struct cog_proactor_ops){.name = inner->name,
                                  .attach = attach,
                                  .submit = submit,
                                  .cancel = cancel,
                                  .run = run,
                                  .held_count = held_count,
                                  .close_socket = close_socket,
                                  .detach = inner->detach != NULL ? detach : NULL,
                                  .wake = inner->wake != NULL ? wake : NULL,
                                  .descriptor = inner->descriptor != NULL ? descriptor : NULL,
                                  .told = told};
    int status =
        cog_recording_open(&recorder->writer, allocator, options->path, options->hashes_data);
    if (status != COG_OK) {
        cog_release(allocator, recorder, sizeof *recorder);
        return status;
    }
    *out = recorder;
    return COG_OK;
}

struct cog_proactor cog_recorder_proactor(struct cog_recorder *recorder) {
    return (struct cog_proactor){.ops = &recorder->ops, .context = recorder};
}

struct cog_clock cog_recorder_clock(struct cog_recorder *recorder) {
    return (struct cog_clock){.now_ns = now_ns, .context = recorder};
}

int cog_recorder_close(struct cog_recorder *recorder) {
    if (recorder == NULL) {
        return COG_OK;
    }
    int status = cog_recording_close(&recorder->writer);
    status = recorder->is_out_of_memory ? COG_ENOMEM : status;
    cog_serials_term(&recorder->held);
    cog_release(recorder->allocator, recorder, sizeof *recorder);
    return status;
}
