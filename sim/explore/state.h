/* state.h - the state of a world, as parts that each have a hash: so that a step costs the hashes
 * of what it changed, and the state's own is their sum.
 *
 * Two states are equal when whatever may come after one may come after the other, and is judged
 * alike. So it counts what variables, queues, channels and locks hold, who is parked where, and of
 * each coroutine where it stands and what it may still read; it does not count when, by which way,
 * or in which order of the ready queue.
 *
 * The parts are numbered as objects are (sim/objects.h); that of the watches stands for all that
 * was written down to be judged but for the log, that of the end for time; then come the processes.
 *
 * What is written into parts is remembered, so that it can be taken back.
 */
#ifndef SIM_EXPLORE_STATE_H
#define SIM_EXPLORE_STATE_H

#include "sim/explore/digest.h"
#include "sim/explore/state_rules.h"
#include "sim/stepping.h"

/* How a process stands, or a lock. */
enum sim_standing {
    SIM_STANDING_NONE,    /* not made yet; or a part that is neither */
    SIM_STANDING_PARKED,  /* until somebody makes it ready */
    SIM_STANDING_TIMED,   /* the same, or the time does */
    SIM_STANDING_ACCESS,  /* ready to make the step that it has announced */
    SIM_STANDING_UNKNOWN, /* ready to make some step */
    SIM_STANDING_ENDED,
    SIM_STANDING_FREE, /* locks */
    SIM_STANDING_HELD,
};

struct sim_state_part {
    uint64_t hash;           /* unlike for unlike parts; 0: not there */
    struct sim_touch access; /* announced; parked: if on a coroutine's end, or value, that one */
    uint32_t standing;       /* enum sim_standing */
};

struct sim_state_change {
    uint32_t part;
    struct sim_state_part before;
};

struct sim_state {
    const struct cog_allocator *allocator;
    const struct sim_objects *objects;
    struct sim_state_rules rules;
    bool is_whole; /* all parts are looked at after each step: slow, and right without footprints */
    struct sim_state_part *parts;
    uint32_t part_count; /* grows with the processes */
    size_t part_capacity;
    struct sim_state_change *changes; /* the latest last */
    uint32_t change_count;
    size_t change_capacity;
    uint64_t hash;
    bool is_too_deep; /* it holds lists of lists of lists: not all of it is told */
    bool is_out_of_memory;
};

/* Nothing is read yet. COG_OK, COG_ENOMEM; COG_EUNSUPPORTED: the scenario uses what has no parts.
 */
int sim_state_init(struct sim_state *state, const struct cog_allocator *allocator,
                   struct sim_program *program, const struct sim_objects *objects);
void sim_state_term(struct sim_state *state);

/* Reads all parts of a run, between two of its steps. */
void sim_state_read(struct sim_state *state, const struct sim_run *run);

/* What to compare a run with after a step, to know whether the step was simple. */
struct sim_state_mark {
    size_t line_count;
    size_t timeout_count;
    size_t failure_count;
    const struct sim_instance *last_instance;
};

struct sim_state_mark sim_state_mark(const struct sim_run *run);

/* Reads what a step of an instance has changed, from its footprint. True: the step was *simple*.
 * All that it did follows from the parts that its footprint names, its process and the time; and it
 * changed no part but those. */
bool sim_state_update(struct sim_state *state, const struct sim_run *run,
                      const struct sim_instance *instance, const struct sim_footprint *footprint,
                      const struct sim_state_mark *before);

/* Writes a part. */
void sim_state_set(struct sim_state *state, uint32_t part, struct sim_state_part to);

/* Is the hash of the part a sum, to which steps only add, whatever it has come to? */
static inline bool sim_state_is_sum(const struct sim_state *state, uint32_t part) {
    return part == state->objects->log && !state->rules.orders_log;
}

/* Takes back all changes but the first `count` of them. */
void sim_state_undo(struct sim_state *state, uint32_t count);

static inline uint32_t sim_state_process(const struct sim_state *state, uint32_t process) {
    return sim_object_of_process(state->objects, process);
}

static inline uint32_t sim_state_process_count(const struct sim_state *state) {
    return (state->part_count - state->objects->coroutines + SIM_OBJECTS_OF_PROCESS - 1) /
           SIM_OBJECTS_OF_PROCESS;
}

/* Does the process of the part wait for a coroutine that it joins, calls or iterates? */
static inline bool sim_state_waits_for_coroutine(const struct sim_objects *objects,
                                                 const struct sim_state_part *part) {
    return (part->standing == SIM_STANDING_ACCESS || part->standing == SIM_STANDING_PARKED ||
            part->standing == SIM_STANDING_TIMED) &&
           sim_object_is_coroutine(objects, part->access.object);
}

/* Could the process make a step in this state? */
static inline bool sim_state_is_enabled(const struct sim_state *state, uint32_t process) {
    const struct sim_state_part *part = &state->parts[sim_state_process(state, process)];
    if (part->standing != SIM_STANDING_ACCESS) {
        return part->standing == SIM_STANDING_UNKNOWN;
    }
    uint32_t object = part->access.object;
    if (sim_object_is_coroutine(state->objects, object)) {
        return object < state->part_count && state->parts[object].standing == SIM_STANDING_ENDED;
    }
    return part->access.mode != SIM_TOUCH_LOCK ||
           state->parts[object].standing == SIM_STANDING_FREE;
}

#endif
