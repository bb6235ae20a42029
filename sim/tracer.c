/* tracer.c - events of the core, the network and the world, with their causes. */
#include "sim/tracer.h"

#include "core/check.h"
#include "sim/language/buffer.h"

#include <inttypes.h>
#include <string.h>

void sim_tracer_init(struct sim_tracer *tracer, const struct cog_allocator *allocator,
                     struct sim_trace_writer *writer, struct sim_tracer_clock clock) {
    *tracer = (struct sim_tracer){.allocator = allocator, .writer = writer, .clock = clock};
}

void sim_tracer_term(struct sim_tracer *tracer) {
    cog_release(tracer->allocator, tracer->coroutines,
                tracer->coroutine_capacity * sizeof tracer->coroutines[0]);
    tracer->coroutines = NULL;
    tracer->coroutine_capacity = 0;
}

void sim_tracer_set_current(struct sim_tracer *tracer, uint64_t event) {
    tracer->current = event;
    tracer->current_coroutine = 0;
}

void sim_tracer_set_cause(struct sim_tracer *tracer, uint64_t event) {
    tracer->current = event != 0 ? event : tracer->current;
}

static uint64_t begin(struct sim_tracer *tracer, enum sim_trace_kind kind, uint64_t cause,
                      uint32_t host, uint32_t coroutine) {
    return sim_trace_begin(tracer->writer, kind, tracer->clock.now_ns(tracer->clock.context), cause,
                           host, coroutine);
}

/* ---- The core's events ---- */

/* Room for one more coroutine. */
static bool reserve(struct sim_tracer *tracer) {
    struct sim_traced *grown =
        cog_grow(tracer->allocator, tracer->coroutines, tracer->coroutine_count,
                 &tracer->coroutine_capacity, sizeof grown[0]);
    if (grown == NULL) {
        tracer->is_out_of_memory = true;
        return false;
    }
    tracer->coroutines = grown;
    return true;
}

/* The id of a coroutine, which gets one when an operation or its adding first names it; 0: no
 * memory. */
static uint32_t id_of(struct sim_tracer *tracer, struct cog_coro *coro) {
    uint32_t id = cog_coro_tag(coro);
    if (id == 0 && reserve(tracer)) {
        id = ++tracer->coroutine_count;
        tracer->coroutines[id - 1] = (struct sim_traced){.host = 0};
        cog_coro_set_tag(coro, id);
    }
    return id;
}

static void coro_added(struct sim_tracer *tracer, uint32_t host, const struct cog_event *event) {
    uint32_t id = id_of(tracer, event->coro);
    if (id == 0) {
        return;
    }
    const char *how = "world";
    if (event->other != NULL) {
        const struct cog_op *op = cog_coro_awaits(event->other);
        how = op != NULL && (op->type->kind == COG_OP_CALL || op->type->kind == COG_OP_PIPE_NEXT)
                  ? "call"
                  : "spawn";
    }
    uint64_t index = begin(tracer, SIM_TRACE_COROUTINE, tracer->current, host, id);
    sim_trace_word(tracer->writer, cog_coro_name(event->coro));
    sim_trace_number(tracer->writer, event->other != NULL ? cog_coro_tag(event->other) : 0);
    sim_trace_word(tracer->writer, how);
    tracer->coroutines[id - 1] = (struct sim_traced){.ready_event = index, .host = host};
}

static void op_started(struct sim_tracer *tracer, uint32_t id, const struct cog_op *op) {
    uint32_t other = 0;
    uint64_t amount = 0;
    enum cog_op_kind kind = op->type->kind;
    if (kind == COG_OP_CALL || kind == COG_OP_JOIN || kind == COG_OP_SPAWN) {
        other = id_of(tracer, op->object);
    } else if (kind == COG_OP_SLEEP) {
        amount = (uint64_t)op->timeout_ns;
    } else if (kind == COG_OP_SIGNAL) {
        amount = op->recipients;
    } else if (kind >= COG_OP_RECV && kind <= COG_OP_SENDFILE) {
        amount = op->u.io.bytes;
    }
    uint32_t object =
        kind >= COG_OP_LISTEN ? (uint32_t)(op->socket < 0 ? 0 : op->socket) : cog_op_object_tag(op);
    struct sim_traced *traced = &tracer->coroutines[id - 1]; /* giving an id may move them */
    traced->operation_event = begin(tracer, SIM_TRACE_OPERATION, tracer->current, traced->host, id);
    sim_trace_word(tracer->writer, tracer->is_step ? "step" : op->type->name);
    tracer->is_step = false;
    sim_trace_number(tracer->writer, object);
    sim_trace_number(tracer->writer, other);
    sim_trace_number(tracer->writer, amount);
    sim_trace_line(tracer->writer, tracer->line);
    tracer->current = traced->operation_event;
}

static const char *ending_name(enum cog_op_state state) {
    switch (state) {
    case COG_OP_COMPLETED:
        return "completed";
    case COG_OP_EXPIRED:
        return "expired";
    case COG_OP_FAILED:
        return "failed";
    case COG_OP_CANCELLED:
        return "cancelled";
    case COG_OP_NEW:
    case COG_OP_PENDING:
    case COG_OP_FINALIZED:
        break;
    }
    return "none";
}

static uint64_t done_amount(const struct cog_op *op) {
    enum cog_op_kind kind = op->type->kind;
    if (kind >= COG_OP_RECV && kind <= COG_OP_SENDFILE) {
        return op->u.io.done;
    }
    if (kind == COG_OP_SIGNAL && op->status == COG_OK) {
        return (uint64_t)op->value.number;
    }
    return 0;
}

static void op_ended(struct sim_tracer *tracer, struct sim_traced *traced, uint32_t id,
                     const struct cog_op *op) {
    traced->ready_event = begin(tracer, SIM_TRACE_ENDING, tracer->current, traced->host, id);
    sim_trace_word(tracer->writer, ending_name((enum cog_op_state)op->state));
    sim_trace_word(tracer->writer, cog_status_name(op->status));
    sim_trace_number(tracer->writer, done_amount(op));
}

static void timer_armed(struct sim_tracer *tracer, struct sim_traced *traced, uint32_t id,
                        const struct cog_event *event) {
    const char *mode = event->op->type->kind == COG_OP_SLEEP ? "sleep"
                       : event->op->is_strong                ? "strong"
                                                             : "weak";
    int64_t deadline_ns =
        tracer->clock.world_ns(tracer->clock.context, traced->host, event->time_ns);
    traced->timer_event = begin(tracer, SIM_TRACE_TIMER_ARM, tracer->current, traced->host, id);
    sim_trace_number(tracer->writer, (uint64_t)deadline_ns);
    sim_trace_word(tracer->writer, mode);
}

static void timer_refreshed(struct sim_tracer *tracer, struct sim_traced *traced, uint32_t id,
                            const struct cog_event *event) {
    int64_t deadline_ns =
        tracer->clock.world_ns(tracer->clock.context, traced->host, event->time_ns);
    traced->timer_event = begin(tracer, SIM_TRACE_TIMER_REFRESH, tracer->current, traced->host, id);
    sim_trace_number(tracer->writer, (uint64_t)deadline_ns);
}

/* What follows is caused by the end; but who cancels another one goes on as before. */
static void coro_ended(struct sim_tracer *tracer, struct sim_traced *traced, uint32_t id,
                       int status) {
    uint64_t end = begin(tracer, SIM_TRACE_END, tracer->current, traced->host, id);
    sim_trace_word(tracer->writer, cog_status_name(status));
    sim_trace_text(tracer->writer, tracer->end_text, tracer->end_bytes);
    tracer->end_text = NULL;
    tracer->end_bytes = 0;
    if (status != COG_ECANCELLED) {
        tracer->current = end;
    }
}

static void coro_event(struct sim_tracer *tracer, struct sim_traced *traced, uint32_t id,
                       const struct cog_event *event) {
    switch (event->kind) {
    case COG_EVENT_CORO_ADDED:
        break;
    case COG_EVENT_CORO_READY:
        traced->ready_event = begin(tracer, SIM_TRACE_READY, traced->ready_event, traced->host, id);
        sim_trace_word(tracer->writer, event->front ? "front" : "back");
        break;
    case COG_EVENT_CORO_RESUMED:
        tracer->current = begin(tracer, SIM_TRACE_RESUME, traced->ready_event, traced->host, id);
        tracer->current_host = traced->host;
        tracer->current_coroutine = id;
        break;
    case COG_EVENT_CORO_ENDED:
        coro_ended(tracer, traced, id, event->status);
        break;
    case COG_EVENT_OP_STARTED:
        op_started(tracer, id, event->op);
        break;
    case COG_EVENT_OP_PROGRESSED:
        (void)begin(tracer, SIM_TRACE_PROGRESS, tracer->current, traced->host, id);
        sim_trace_number(tracer->writer, event->op->u.io.done);
        break;
    case COG_EVENT_OP_ENDED:
        op_ended(tracer, traced, id, event->op);
        break;
    case COG_EVENT_TIMER_ARMED:
        timer_armed(tracer, traced, id, event);
        break;
    case COG_EVENT_TIMER_REFRESHED:
        timer_refreshed(tracer, traced, id, event);
        break;
    case COG_EVENT_TIMER_FIRED:
        tracer->current =
            begin(tracer, SIM_TRACE_TIMER_FIRE, traced->timer_event, traced->host, id);
        break;
    case COG_EVENT_TIMER_REMOVED:
        (void)begin(tracer, SIM_TRACE_TIMER_REMOVE, tracer->current, traced->host, id);
        break;
    }
}

static void observe(void *context, const struct cog_event *event) {
    const struct sim_tracer_host *host = context;
    struct sim_tracer *tracer = host->tracer;
    if (cog_coro_tag(event->coro) == SIM_TRACER_UNSEEN) {
        return;
    }
    if (event->kind == COG_EVENT_CORO_ADDED) {
        coro_added(tracer, host->host, event);
        return;
    }
    uint32_t id = cog_coro_tag(event->coro);
    if (id != 0) {
        coro_event(tracer, &tracer->coroutines[id - 1], id, event);
    }
}

struct cog_observer sim_tracer_observer(struct sim_tracer_host *host) {
    static const struct cog_observer_ops ops = {.event = observe};
    return (struct cog_observer){.ops = &ops, .context = host};
}

/* ---- The world's, the network's and the interpreter's events ---- */

void sim_tracer_run(struct sim_tracer *tracer, const char *title, size_t title_bytes,
                    uint64_t seed) {
    (void)begin(tracer, SIM_TRACE_RUN, 0, 0, 0);
    sim_trace_text(tracer->writer, title, title_bytes);
    sim_trace_number(tracer->writer, seed);
}

static uint64_t zigzag(int64_t number) {
    return number < 0 ? ~((uint64_t)number << 1) : (uint64_t)number << 1;
}

void sim_tracer_host_declared(struct sim_tracer *tracer, uint32_t host, const char *name,
                              int64_t skew_ns, int64_t drift_ppm) {
    (void)begin(tracer, SIM_TRACE_HOST, 0, host, 0);
    sim_trace_word(tracer->writer, name);
    sim_trace_number(tracer->writer, zigzag(skew_ns));
    sim_trace_number(tracer->writer, zigzag(drift_ppm));
}

static uint32_t add_object(struct sim_tracer *tracer, uint32_t host, const char *class_name,
                           const char *name, uint32_t connection, uint16_t port) {
    uint32_t id = ++tracer->object_count;
    (void)begin(tracer, SIM_TRACE_OBJECT, tracer->current, host, tracer->current_coroutine);
    sim_trace_number(tracer->writer, id);
    sim_trace_word(tracer->writer, class_name);
    sim_trace_word(tracer->writer, name);
    sim_trace_number(tracer->writer, connection);
    sim_trace_number(tracer->writer, port);
    return id;
}

uint32_t sim_tracer_object(struct sim_tracer *tracer, uint32_t host, const char *class_name,
                           const char *name) {
    return add_object(tracer, host, class_name, name, 0, 0);
}

uint32_t sim_tracer_socket(struct sim_tracer *tracer, uint32_t host, const char *name,
                           uint32_t connection, uint16_t port) {
    return add_object(tracer, host, "socket", name, connection, port);
}

uint64_t sim_tracer_send(struct sim_tracer *tracer, uint32_t host,
                         const struct sim_tracer_segment *segment) {
    uint32_t coroutine = tracer->current_host == host ? tracer->current_coroutine : 0;
    uint64_t index = begin(tracer, SIM_TRACE_SEND, tracer->current, host, coroutine);
    sim_trace_number(tracer->writer, segment->connection);
    sim_trace_word(tracer->writer, segment->class_name);
    sim_trace_number(tracer->writer, segment->amount);
    sim_trace_number(tracer->writer, segment->to);
    sim_trace_number(tracer->writer, (uint64_t)segment->arrival_ns);
    sim_trace_text(tracer->writer, segment->data, segment->data_bytes);
    return index;
}

uint64_t sim_tracer_arrive(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                           uint32_t connection, const char *class_name, uint64_t amount) {
    uint64_t index = begin(tracer, SIM_TRACE_ARRIVE, send_event, host, 0);
    sim_trace_number(tracer->writer, connection);
    sim_trace_word(tracer->writer, class_name);
    sim_trace_number(tracer->writer, amount);
    sim_tracer_set_current(tracer, index);
    return index;
}

void sim_tracer_hold(struct sim_tracer *tracer, uint64_t send_event, uint32_t connection,
                     const char *class_name) {
    (void)begin(tracer, SIM_TRACE_HOLD, send_event, 0, 0);
    sim_trace_number(tracer->writer, connection);
    sim_trace_word(tracer->writer, class_name);
}

static void lose(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                 struct sim_buffer *text) {
    uint32_t coroutine = tracer->current_host == host ? tracer->current_coroutine : 0;
    (void)begin(tracer, SIM_TRACE_WORLD, send_event, host, coroutine);
    sim_trace_text(tracer->writer, text->bytes, text->length);
    sim_trace_line(tracer->writer, 0);
    tracer->is_out_of_memory |= text->has_failed;
    sim_buffer_term(text);
}

void sim_tracer_lose(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                     const char *where) {
    struct sim_buffer text;
    sim_buffer_init(&text, tracer->allocator);
    sim_buffer_add_format(&text, "a datagram is lost %s", where);
    lose(tracer, host, send_event, &text);
}

void sim_tracer_throw_away(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                           uint64_t bytes) {
    struct sim_buffer text;
    sim_buffer_init(&text, tracer->allocator);
    sim_buffer_add_format(&text,
                          "%" PRIu64 " byte%s that Nagle's algorithm still delayed %s thrown away",
                          bytes, bytes == 1 ? "" : "s", bytes == 1 ? "was" : "were");
    lose(tracer, host, send_event, &text);
}

void sim_tracer_world(struct sim_tracer *tracer, const char *text, uint32_t line) {
    uint64_t index = begin(tracer, SIM_TRACE_WORLD, 0, 0, 0);
    sim_trace_word(tracer->writer, text);
    sim_trace_line(tracer->writer, line);
    sim_tracer_set_current(tracer, index);
}

static void text_event(struct sim_tracer *tracer, enum sim_trace_kind kind, const char *text,
                       size_t bytes, uint32_t line) {
    uint32_t coroutine = tracer->current_coroutine;
    (void)begin(tracer, kind, tracer->current, coroutine != 0 ? tracer->current_host : 0,
                coroutine);
    sim_trace_text(tracer->writer, text, bytes);
    sim_trace_line(tracer->writer, line);
}

void sim_tracer_log(struct sim_tracer *tracer, const char *text, size_t bytes, uint32_t line) {
    text_event(tracer, SIM_TRACE_LOG, text, bytes, line);
}

void sim_tracer_failure(struct sim_tracer *tracer, const char *text, size_t bytes, uint32_t line) {
    text_event(tracer, SIM_TRACE_FAILURE, text, bytes, line);
}

static void value_event(struct sim_tracer *tracer, enum sim_trace_kind kind, const char *name,
                        const char *text, size_t bytes, uint32_t line) {
    uint32_t coroutine = tracer->current_coroutine;
    (void)begin(tracer, kind, tracer->current, coroutine != 0 ? tracer->current_host : 0,
                coroutine);
    sim_trace_word(tracer->writer, name);
    sim_trace_text(tracer->writer, text, bytes);
    sim_trace_line(tracer->writer, line);
}

void sim_tracer_read(struct sim_tracer *tracer, const char *name, const char *text, size_t bytes,
                     uint32_t line) {
    value_event(tracer, SIM_TRACE_READ, name, text, bytes, line);
}

void sim_tracer_set(struct sim_tracer *tracer, const char *name, const char *text, size_t bytes,
                    uint32_t line) {
    value_event(tracer, SIM_TRACE_SET, name, text, bytes, line);
}

void sim_tracer_choice(struct sim_tracer *tracer, uint32_t coroutine, const char *text,
                       size_t bytes, uint64_t number, uint64_t count) {
    coroutine = coroutine <= tracer->coroutine_count ? coroutine : 0;
    uint32_t host = coroutine != 0 ? tracer->coroutines[coroutine - 1].host : 0;
    (void)begin(tracer, SIM_TRACE_CHOICE, 0, host, coroutine);
    sim_trace_text(tracer->writer, text, bytes);
    sim_trace_number(tracer->writer, number);
    sim_trace_number(tracer->writer, count);
}

void sim_tracer_file(struct sim_tracer *tracer, uint32_t number, const char *name) {
    (void)begin(tracer, SIM_TRACE_FILE, 0, 0, 0);
    sim_trace_number(tracer->writer, number);
    sim_trace_word(tracer->writer, name);
}

void sim_tracer_source(struct sim_tracer *tracer, uint32_t line, const char *text, size_t bytes) {
    for (size_t at = 0; at < bytes; at += SIM_TRACE_TEXT_BYTES_MAX) {
        size_t left = bytes - at;
        (void)begin(tracer, SIM_TRACE_SOURCE, 0, 0, 0);
        sim_trace_number(tracer->writer, line);
        sim_trace_text(tracer->writer, text + at,
                       left < SIM_TRACE_TEXT_BYTES_MAX ? left : SIM_TRACE_TEXT_BYTES_MAX);
        for (size_t i = 0; i < SIM_TRACE_TEXT_BYTES_MAX && i < left; i++) {
            line += text[at + i] == '\n' ? 1 : 0;
        }
    }
}

void sim_tracer_finish(struct sim_tracer *tracer, const char *verdict) {
    (void)begin(tracer, SIM_TRACE_FINISH, 0, 0, 0);
    sim_trace_word(tracer->writer, verdict);
}
