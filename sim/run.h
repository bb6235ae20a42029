/* run.h - one run of a scenario: its world, and what the interpreter and the judge share. Internal
 * to sim/.
 *
 * Everything that a run changes lies in its memory (one arena), but for the trace and the journal,
 * which outlive it.
 *
 *   struct sim_run
 *     hosts[]      a core scheduler, a simulated proactor and a clock each
 *     network      segments under way between them
 *     objects      queues, channels, signals, locks, each on the host that uses it
 *     variables    the observer's
 *     instances    coroutines, those that ended included
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "core/cogen.h"
#include "sim/choice.h"
#include "sim/code.h"
#include "sim/instance.h"
#include "sim/journal.h"
#include "sim/memory.h"
#include "sim/network.h"
#include "sim/proactor.h"
#include "sim/trace_writer.h"
#include "sim/tracer.h"

struct sim_guest_host;
struct sim_witness;

struct sim_run_host {
    struct sim_run *run;
    uint32_t id; /* from 1; index + 1 */
    int64_t skew_ns;
    int64_t drift_ppm;
    struct cog_scheduler *scheduler;
    struct sim_proactor proactor;
    struct sim_tracer_host tracer_host;
    struct sim_guest_host *guest; /* its C program (guest.h); null: it has none */
};

/* A lock, or an element of an array of them, is a queue that holds its one token while nobody else
 * does. */
struct sim_run_lock {
    const char *name; /* "door", or "door[2]" of an array */
    struct cog_queue *queue;
    const struct sim_instance *holder; /* null: free */
};

/* Something that the world does: an `at` block, or the start of a `coro`. */
struct sim_action {
    int64_t time_ns;
    uint32_t offset;                     /* in the file: breaks ties */
    const struct sim_world_block *block; /* null: a coroutine starts */
    uint32_t coroutine;
};

/* The latest send of a signal that woke nobody. */
struct sim_unheard {
    bool is_sent;
    int64_t time_ns;
    const struct sim_instance *by; /* null: the world */
    uint32_t line;
};

struct sim_guide;
struct sim_result;
struct sim_remote;
struct sim_stepping;

/* Where the order of steps is chosen: whose turn it is. Else unused. */
struct sim_turn {
    uint32_t host;
    bool has_begun; /* what happens first at this instant has happened */
};

struct sim_run {
    const struct sim_program *program;
    const struct sim_scenario *scenario;
    const struct sim_source *source;       /* to quote statements from; may be null */
    const struct cog_allocator *allocator; /* for what outlives the run */
    struct sim_memory memory;
    struct sim_trace_writer writer;
    struct sim_tracer tracer;
    struct sim_network network;
    struct sim_journal journal;
    struct sim_run_host *hosts;
    int64_t now_ns;                    /* world time */
    struct sim_guide *guide;           /* null: nobody leads it */
    const struct sim_chooser *chooser; /* null: production decides everything */
    struct sim_stepping *stepping;     /* null: the order of steps is production's */
    struct sim_turn turn;
    bool has_drawn_times;    /* of the actions: when they happen */
    bool has_started_guests; /* C programs have added their coroutines */

    struct sim_value **variables; /* of each, its elements */
    struct cog_queue **queues;
    struct cog_channel **channels;
    struct cog_signal **signals;
    struct sim_unheard *unheard; /* of each signal */
    struct sim_run_lock *locks;  /* the elements of all of them */

    struct sim_instance *instances; /* in order of making */
    struct sim_instance *last_instance;
    struct sim_instance *guests; /* C coroutines, in order of making */
    struct sim_instance *last_guest;
    struct sim_instance **guests_by_tag; /* of each coroutine's tag - 1; null: it is no guest */
    size_t guest_capacity;
    uint32_t guest_count;           /* tags given, where the tracer gives none */
    bool is_of_guests;              /* the scenario has no coroutine in the foreground: they are */
    struct sim_remote *remote;      /* it goes on in another process (explore/remote.h), or null */
    const struct sim_image *images; /* as in the options */
    struct sim_witness *witness;    /* null: nobody looks on */
    uint32_t foreground_count;      /* that have not ended */
    struct sim_action *actions;     /* what the world does, by time, then place in the file */
    uint32_t action_count;
    uint32_t action_next;
    struct sim_watch *watches; /* what must hold over time */
    uint32_t watch_count;

    uint64_t statement_count;
    uint64_t statement_count_max;
    uint64_t step_count; /* resumptions */
    int fatal;           /* COG_ENOMEM, COG_ELIMIT: the run is void from then on */
    bool is_stalled;
    bool has_settled;      /* stepping: nothing has arrived or become due since it was taken in */
    const char *violation; /* an invariant that does not hold, or null */
};

/* Executes the run to its end: time jumps from event to event. Sets fatal, is_stalled, violation.
 */
void sim_world_execute(struct sim_run *run);

/* By time, then place in the file. */
void sim_run_sort_actions(struct sim_run *run);

/* Judges a run that has come to its end, and completes its trace; as sim_run_execute. */
int sim_run_conclude(struct sim_run *run, struct sim_result *result);

/* Sets the paths between two hosts as a `link` says; what it does not mention stays. */
void sim_world_apply_link(struct sim_run *run, const struct sim_link *link);

/* A host's clock, and the first instant of world time at which it shows at least host_ns. */
int64_t sim_host_now_ns(const struct sim_run_host *host);
int64_t sim_host_world_ns(const struct sim_run_host *host, int64_t host_ns);

/* Something did not hold; printf style. line 0: of no line. Returns it as sim_journal_fail. */
__attribute__((format(printf, 3, 4))) struct sim_failure *
sim_run_fail(struct sim_run *run, uint32_t line, const char *format, ...);

/* A variable, or its element at `place`, has got a value, or has been read: tells the trace. */
void sim_run_variable_set(struct sim_run *run, uint32_t variable, const struct sim_value *place,
                          uint32_t line);
void sim_run_variable_read(struct sim_run *run, uint32_t variable, const struct sim_value *place,
                           uint32_t line);

/* Makes a coroutine of `code`; it does not run yet. by: the instance that makes it, or null for the
 * world (then root is its coro's index). ordinal: which of those that its maker makes. Null: no
 * memory (run->fatal is set). */
struct sim_instance *sim_instance_new(struct sim_run *run, const struct sim_code *code,
                                      uint32_t host, uint32_t root, const struct sim_instance *by,
                                      uint32_t ordinal, const char *name, bool is_background);

struct sim_frame *sim_instance_frame(struct sim_instance *instance);

#endif
