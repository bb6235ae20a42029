/* tracer.h - turns what happens in a world into trace events, each with its cause.
 *
 * It observes every scheduler of the world (through the core's observer seam) and is told by the
 * network, the world and the interpreter what they do. The cause of an event is the latest event of
 * the thread of control that brings it about: the step under way, the arrival that completed an
 * operation, the deadline that came.
 *
 * Ids in the trace: hosts from 1 in order of declaration, coroutines from 1 in order of making over
 * all hosts, objects from 1.
 */
#ifndef SIM_TRACER_H
#define SIM_TRACER_H

#include "core/cogen.h"
#include "sim/trace_writer.h"

/* What the tracer remembers of a coroutine. */
struct sim_traced {
    uint64_t ready_event;     /* what made it ready, or ended its operation */
    uint64_t operation_event; /* the operation that it waits on */
    uint64_t timer_event;     /* the arming, or latest refresh, of that operation's deadline */
    uint32_t host;            /* id */
};

/* The tag of coroutines that are no part of the scenario. */
#define SIM_TRACER_UNSEEN UINT32_MAX

struct sim_tracer;

/* The clock of the world, and the way from a host's deadline to world time. */
struct sim_tracer_clock {
    int64_t (*now_ns)(void *context);
    int64_t (*world_ns)(void *context, uint32_t host, int64_t host_ns);
    void *context;
};

/* One host's view: the context of the observer of its scheduler. */
struct sim_tracer_host {
    struct sim_tracer *tracer;
    uint32_t host; /* id */
};

struct sim_tracer {
    const struct cog_allocator *allocator;
    struct sim_trace_writer *writer;
    struct sim_tracer_clock clock;
    struct sim_traced *coroutines; /* by id - 1 */
    uint32_t coroutine_count;
    size_t coroutine_capacity;
    uint32_t object_count;
    uint32_t line;        /* of the statement under way, or 0 */
    bool is_step;         /* the next operation is none of the scenario's: it ends a step */
    const char *end_text; /* why the coroutine that ends now failed, and its bytes; or null */
    size_t end_bytes;
    uint32_t current_host;
    uint32_t current_coroutine;
    uint64_t current; /* the event that causes what happens now, or 0 */
    bool is_out_of_memory;
};

void sim_tracer_init(struct sim_tracer *tracer, const struct cog_allocator *allocator,
                     struct sim_trace_writer *writer, struct sim_tracer_clock clock);
void sim_tracer_term(struct sim_tracer *tracer);

/* The observer for the scheduler of a host. */
struct cog_observer sim_tracer_observer(struct sim_tracer_host *host);

/* From here on, what happens is caused by this event (0: by nothing). */
void sim_tracer_set_current(struct sim_tracer *tracer, uint64_t event);

/* What the coroutine being resumed finds there and then was brought about by this event; 0 leaves
 * the cause as it is. */
void sim_tracer_set_cause(struct sim_tracer *tracer, uint64_t event);

void sim_tracer_run(struct sim_tracer *tracer, const char *title, size_t title_bytes,
                    uint64_t seed);

/* A file that the scenario includes; its number is that of its lines (sim_line_file()). */
void sim_tracer_file(struct sim_tracer *tracer, uint32_t number, const char *name);

/* The lines of the scenario from this one on, and its file; long texts are cut into several. */
void sim_tracer_source(struct sim_tracer *tracer, uint32_t line, const char *text, size_t bytes);

void sim_tracer_host_declared(struct sim_tracer *tracer, uint32_t host, const char *name,
                              int64_t skew_ns, int64_t drift_ppm);

/* Gives a queue, signal, channel, lock or socket its id. host 0: of the world. */
uint32_t sim_tracer_object(struct sim_tracer *tracer, uint32_t host, const char *class_name,
                           const char *name);

/* The same for a socket: which connection it is an end of, or 0, and the listener's port. */
uint32_t sim_tracer_socket(struct sim_tracer *tracer, uint32_t host, const char *name,
                           uint32_t connection, uint16_t port);

struct sim_tracer_segment {
    uint32_t connection; /* of a datagram: the ports, see reports/TRACE.md */
    const char *class_name;
    uint64_t amount;
    const char *data; /* data_bytes of them, or null */
    size_t data_bytes;
    uint32_t to; /* host id */
    int64_t arrival_ns;
};

/* A segment leaves; returns its event. */
uint64_t sim_tracer_send(struct sim_tracer *tracer, uint32_t host,
                         const struct sim_tracer_segment *segment);

/* A segment arrives; what follows is caused by it. */
uint64_t sim_tracer_arrive(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                           uint32_t connection, const char *class_name, uint64_t amount);
void sim_tracer_hold(struct sim_tracer *tracer, uint64_t send_event, uint32_t connection,
                     const char *class_name);

/* Bytes that were sent are thrown away before they leave, from this sending on: by the step under
 * way, which sends the segments that follow. */
void sim_tracer_throw_away(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                           uint64_t bytes);

/* A datagram is lost, on this host; where, in words: `in a full queue`. */
void sim_tracer_lose(struct sim_tracer *tracer, uint32_t host, uint64_t send_event,
                     const char *where);

/* The world acts (an `at` block); what follows is caused by it. */
void sim_tracer_world(struct sim_tracer *tracer, const char *text, uint32_t line);

void sim_tracer_log(struct sim_tracer *tracer, const char *text, size_t bytes, uint32_t line);
void sim_tracer_read(struct sim_tracer *tracer, const char *name, const char *text, size_t bytes,
                     uint32_t line);
void sim_tracer_set(struct sim_tracer *tracer, const char *name, const char *text, size_t bytes,
                    uint32_t line);

/* Something was decided, in words, for candidate `number` of `count`; by the coroutine of that id,
 * or 0. */
void sim_tracer_choice(struct sim_tracer *tracer, uint32_t coroutine, const char *text,
                       size_t bytes, uint64_t number, uint64_t count);
void sim_tracer_failure(struct sim_tracer *tracer, const char *text, size_t bytes, uint32_t line);
void sim_tracer_finish(struct sim_tracer *tracer, const char *verdict);

#endif
