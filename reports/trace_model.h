/* trace_model.h - what a trace tells, as nouns: hosts, lanes, objects, operations, timers.
 *
 * A lane is a coroutine. An operation spans from its `operation` event to its `ending`; a timer
 * from `timer_arm` over its refreshes to `timer_fire` or `timer_remove`. The model borrows from the
 * trace, which must outlive it. Lanes, hosts and so on are named by their index here, REP_NONE for
 * none; events by their index in the trace, 0 for none. A trace that is well formed but tells
 * nonsense (an ending without an operation) gives a model with gaps, never a failure.
 */
#ifndef REP_TRACE_MODEL_H
#define REP_TRACE_MODEL_H

#include "reports/text.h"
#include "reports/trace.h"

#define REP_NONE UINT32_MAX

struct rep_host {
    uint64_t id;
    size_t event;
    struct rep_bytes name;
};

struct rep_lane {
    uint64_t id;
    size_t created; /* its `coroutine` event */
    size_t ended;   /* its `end` event, 0: alive at the end of the trace */
    uint32_t host;
    uint32_t parent;
    uint32_t ordinal; /* 1 for the first lane of this name, 2 for the second */
    struct rep_bytes name;
};

struct rep_object {
    uint64_t id;
    size_t event;
    struct rep_bytes kind; /* queue, signal, channel, socket, lock */
    struct rep_bytes name;
};

struct rep_operation {
    size_t start;
    size_t ending; /* 0: never ended */
    uint32_t lane;
    uint32_t timer; /* the first one armed while it waited */
    uint32_t object;
    uint32_t other; /* the lane that it joins, calls or spawns */
};

enum rep_timer_state { REP_TIMER_ARMED, REP_TIMER_FIRED, REP_TIMER_REMOVED };

struct rep_timer {
    size_t arm;
    size_t finish; /* the event that fired or removed it, 0: still armed */
    uint32_t lane;
    uint32_t refresh_count;
    size_t refresh_last; /* the latest refresh, 0: none */
    enum rep_timer_state state;
};

/* Id to index. */
struct rep_id {
    uint64_t id;
    uint32_t index;
};

struct rep_model {
    const struct rep_trace *trace;
    struct rep_host *hosts;
    uint32_t host_count;
    struct rep_lane *lanes;
    uint32_t lane_count;
    struct rep_object *objects;
    uint32_t object_count;
    struct rep_operation *operations;
    uint32_t operation_count;
    struct rep_timer *timers;
    uint32_t timer_count;
    uint32_t *event_lane;      /* by event index: its coroutine's lane */
    uint32_t *event_operation; /* by event index: the operation it begins, ends or moves */
    uint32_t *event_timer;     /* by event index */
    struct rep_id *host_ids;   /* sorted by id */
    struct rep_id *lane_ids;
    struct rep_id *object_ids;
    size_t run;    /* the `run` event, 0: none */
    size_t finish; /* the `finish` event, 0: none */
};

/* REP_OK: to be released by rep_model_term. REP_ENOMEM: nothing is kept. */
int rep_model_init(struct rep_model *model, const struct rep_trace *trace);
void rep_model_term(struct rep_model *model);

uint32_t rep_model_host_of_id(const struct rep_model *model, uint64_t id);
uint32_t rep_model_lane_of_id(const struct rep_model *model, uint64_t id);
uint32_t rep_model_object_of_id(const struct rep_model *model, uint64_t id);

/* "worker", "worker#2" for the second lane of that name, "-" for REP_NONE. */
void rep_model_add_lane_name(const struct rep_model *model, uint32_t lane, struct rep_text *text);
void rep_model_add_host_name(const struct rep_model *model, uint32_t host, struct rep_text *text);

#endif
