/* trail.h - the steps of the execution under way, what happened before what, and which pairs race.
 *
 * An *event* is a step of a process, or an advance of time. Two events of different processes are
 * dependent if they touch one object and not both only read it. Happens-before is the smallest
 * order that holds between the events of one process, from an event to the first one of a process
 * that it made able to run, between dependent events, and between an advance of time and
 * everything.
 *
 * It is kept as vector clocks: clock[e][p] is how many events of process p happened before e, e
 * included. (Mattern: Virtual time and global states of distributed systems, 1989.)
 *
 * A *race* is a pair of dependent events of different processes with nothing between them in
 * happens-before, which could have come in the other order. An unlock races with an acquire that
 * has a timeout alone, a lock only with the latest earlier lock; the end of a coroutine and a join
 * without a timeout are an edge and no race.
 */
#ifndef SIM_EXPLORE_TRAIL_H
#define SIM_EXPLORE_TRAIL_H

#include "sim/stepping.h"

/* As the process of an event: time passes. */
#define SIM_TIME_PROCESS (SIM_NO_PROCESS - 1)

struct sim_trail_event {
    uint32_t process;
    uint32_t sequence;    /* which event of its process, from 1 */
    uint32_t touch_first; /* into touches */
    uint32_t touch_count;
    uint32_t record_first;  /* into records: where this event's begin */
    uint32_t enabled_first; /* into enabled: likewise */
    uint32_t previous;      /* event of its process, or SIM_NONE */
    uint32_t past_end;      /* all that happened before it comes before the event of this number */
    uint32_t race_first;    /* into races: the events that it races with */
    uint32_t race_count;
};

/* One access of an object, linked to the one before. */
struct sim_trail_record {
    uint32_t object;
    uint32_t mode;
    uint32_t event;
    uint32_t previous; /* record of this object, or SIM_NONE */
};

/* A process that an event made able to run, and by whom that was said before. */
struct sim_trail_enabled {
    uint32_t process;
    uint32_t previous;
};

/* An event that a later one races with. */
struct sim_trail_race {
    uint32_t earlier;
    uint32_t footprint; /* for whoever looks at races: at first SIM_NONE */
    uint32_t draws;     /* likewise */
};

struct sim_trail {
    const struct cog_allocator *allocator;
    const struct sim_objects *objects;
    struct sim_trail_event *events;
    uint32_t event_count;
    size_t event_capacity;
    uint32_t *clocks; /* event_capacity rows of stride */
    uint32_t stride;  /* processes that there is room for */
    struct sim_touch *touches;
    uint32_t touch_count;
    size_t touch_capacity;
    struct sim_trail_record *records;
    uint32_t record_count;
    size_t record_capacity;
    struct sim_trail_enabled *enabled;
    uint32_t enabled_count;
    size_t enabled_capacity;
    struct sim_trail_race *races;
    uint32_t race_count;
    size_t race_capacity;
    bool finds_races;      /* set it to have them found */
    uint32_t *last_event;  /* of each process, or SIM_NONE */
    uint32_t *enabled_by;  /* of each process: the event, or SIM_NONE */
    uint32_t *last_record; /* of each object, or SIM_NONE */
    size_t object_capacity;
    uint32_t last_time; /* the latest advance of time, or SIM_NONE */
    uint32_t *scratch;  /* a row */
    bool has_overflown; /* an event had more races than are looked for */
    bool is_out_of_memory;
};

void sim_trail_init(struct sim_trail *trail, const struct cog_allocator *allocator,
                    const struct sim_objects *objects);
void sim_trail_term(struct sim_trail *trail);

/* Appends the event that has just been executed. False: no memory. */
bool sim_trail_push(struct sim_trail *trail, uint32_t process,
                    const struct sim_footprint *footprint);

/* The last event has made a process able to run, which was not before. */
bool sim_trail_enable(struct sim_trail *trail, uint32_t process);

/* Takes events away until count are left. */
void sim_trail_cut(struct sim_trail *trail, uint32_t count);

static inline const struct sim_touch *sim_trail_touches(const struct sim_trail *trail,
                                                        uint32_t event) {
    return trail->touches + trail->events[event].touch_first;
}

/* Did a happen before b, or is it b? */
static inline bool sim_trail_is_before(const struct sim_trail *trail, uint32_t a, uint32_t b) {
    const struct sim_trail_event *event = &trail->events[a];
    if (event->process == SIM_TIME_PROCESS) {
        return a <= b;
    }
    return trail->clocks[(size_t)b * trail->stride + event->process] >= event->sequence;
}

/* The first event of a process behind an event, if it did not happen after it; else SIM_NONE. */
uint32_t sim_trail_first_after(const struct sim_trail *trail, uint32_t event, uint32_t process);

/* Has an event made this process able to run? */
bool sim_trail_enables(const struct sim_trail *trail, uint32_t event, uint32_t process);

/* Are events a and b, of different processes, dependent? */
bool sim_trail_depend(const struct sim_trail *trail, uint32_t a, uint32_t b);

/* The events that the next step of a process would race with, which has announced an access: writes
 * up to capacity of them and returns how many. */
uint32_t sim_trail_races_of_pending(struct sim_trail *trail, uint32_t process,
                                    struct sim_touch access, uint32_t *races, uint32_t capacity);

#endif
