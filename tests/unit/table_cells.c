/* table_cells.c - their names, and which events can meet which state. */
#include "tests/unit/table_cells.h"

#define BIT(event) (UINT32_C(1) << (event))

#define PRIORITIES (BIT(TABLE_LAST) | BIT(TABLE_CORO) | BIT(TABLE_OP) | BIT(TABLE_FIRST))

#define WAITING_EVENTS                                                                             \
    (BIT(TABLE_COMPLETION) | BIT(TABLE_FAILURE) | BIT(TABLE_OBJECT_ENDS) |                         \
     BIT(TABLE_OBJECT_FREED) | BIT(TABLE_CANCEL) | BIT(TABLE_SCHEDULER_FREED) |                    \
     BIT(TABLE_STRONG) | BIT(TABLE_STRONG_ACTIVITY) | BIT(TABLE_WEAK) | BIT(TABLE_WEAK_ACTIVITY) | \
     BIT(TABLE_DEFAULT) | BIT(TABLE_NONE) | BIT(TABLE_DEADLINE) | BIT(TABLE_DEADLINE_PASSED) |     \
     BIT(TABLE_WEAK_DEADLINE) | BIT(TABLE_TIMEOUT_0) | BIT(TABLE_NEGATIVE) | BIT(TABLE_BEYOND) |   \
     BIT(TABLE_NO_MEMORY))

#define ENDED_EVENTS (BIT(TABLE_DEADLINE) | BIT(TABLE_CANCEL) | BIT(TABLE_OBJECT_ENDS))

static const struct {
    const char *name;
    uint32_t events;
} states[TABLE_STATE_COUNT] = {
    [TABLE_NEW] = {"New", BIT(TABLE_TIME_PASSES) | BIT(TABLE_CANCEL) | BIT(TABLE_SET_AGAIN) |
                              BIT(TABLE_STEP_ENDS)},
    [TABLE_ENDED_AT_ONCE] = {"Ended at once",
                             BIT(TABLE_COMPLETION) | BIT(TABLE_ALONE) | BIT(TABLE_FAILURE) |
                                 BIT(TABLE_STRONG) | BIT(TABLE_WEAK) | BIT(TABLE_DEFAULT) |
                                 BIT(TABLE_NONE) | BIT(TABLE_DEADLINE_PASSED) |
                                 BIT(TABLE_TIMEOUT_0) | BIT(TABLE_NEGATIVE) | BIT(TABLE_BEYOND)},
    [TABLE_WAITING] = {"Waiting", WAITING_EVENTS},
    [TABLE_PARTLY_DONE] = {"Waiting, with some bytes moved", WAITING_EVENTS},
    [TABLE_SAME_INSTANT] = {"Completion and deadline at one instant",
                            BIT(TABLE_COMPLETION_FIRST) | BIT(TABLE_DEADLINE_FIRST)},
    [TABLE_IN_READY_QUEUE] = {"Ended, in the ready queue",
                              ENDED_EVENTS | BIT(TABLE_SCHEDULER_FREED) | BIT(TABLE_OBJECT_FREED)},
    [TABLE_HANDED_BACK] = {"Ended, handed back to run next",
                           ENDED_EVENTS | BIT(TABLE_SCHEDULER_FREED)},
    [TABLE_IN_BATCH] = {"Ended, in the proactor's batch", ENDED_EVENTS},
    [TABLE_REFUSED] = {"Waiting, and cannot be withdrawn",
                       BIT(TABLE_COMPLETION) | BIT(TABLE_FAILURE) | BIT(TABLE_OBJECT_ENDS) |
                           BIT(TABLE_CANCEL) | BIT(TABLE_SCHEDULER_FREED) | BIT(TABLE_STRONG) |
                           BIT(TABLE_STRONG_ACTIVITY) | BIT(TABLE_WEAK) | BIT(TABLE_WEAK_ACTIVITY) |
                           BIT(TABLE_NO_MEMORY)},
    [TABLE_OWN_AT_ONCE] = {"Its own priority, ended at once", PRIORITIES},
    [TABLE_OWN_WAITING] = {"Its own priority, waiting", PRIORITIES},
    [TABLE_OWN_IN_BATCH] = {"Its own priority, completed with others", PRIORITIES},
    [TABLE_WAKERS] = {"The priority of who ends it", PRIORITIES},
};

static const char *const event_names[TABLE_EVENT_COUNT] = {
    [TABLE_TIME_PASSES] = "time passes",
    [TABLE_SET_AGAIN] = "set again",
    [TABLE_STEP_ENDS] = "step ends",
    [TABLE_COMPLETION] = "completion",
    [TABLE_ALONE] = "alone",
    [TABLE_FAILURE] = "failure",
    [TABLE_OBJECT_ENDS] = "object ends",
    [TABLE_OBJECT_FREED] = "object freed",
    [TABLE_CANCEL] = "cancel",
    [TABLE_SCHEDULER_FREED] = "scheduler freed",
    [TABLE_STRONG] = "strong",
    [TABLE_STRONG_ACTIVITY] = "strong, active",
    [TABLE_WEAK] = "weak",
    [TABLE_WEAK_ACTIVITY] = "weak, active",
    [TABLE_DEFAULT] = "default",
    [TABLE_NONE] = "none",
    [TABLE_DEADLINE] = "deadline",
    [TABLE_DEADLINE_PASSED] = "deadline passed",
    [TABLE_WEAK_DEADLINE] = "weak deadline, active",
    [TABLE_TIMEOUT_0] = "timeout 0",
    [TABLE_NEGATIVE] = "negative",
    [TABLE_BEYOND] = "beyond",
    [TABLE_NO_MEMORY] = "no memory",
    [TABLE_COMPLETION_FIRST] = "completion first",
    [TABLE_DEADLINE_FIRST] = "deadline first",
    [TABLE_LAST] = "last",
    [TABLE_CORO] = "coro",
    [TABLE_OP] = "op",
    [TABLE_FIRST] = "first",
};

const char *table_state_name(enum table_state state) {
    return states[state].name;
}

const char *table_event_name(enum table_event event) {
    return event_names[event];
}

uint32_t table_events_of(enum table_state state) {
    return states[state].events;
}

void table_adjust(struct cog_op *op, enum table_event event, int64_t now_ns, int64_t delta_ns) {
    switch (event) {
    case TABLE_STRONG:
    case TABLE_STRONG_ACTIVITY:
    case TABLE_NO_MEMORY:
    case TABLE_COMPLETION_FIRST:
    case TABLE_DEADLINE_FIRST:
    case TABLE_TIME_PASSES:
        cog_set_timeout(op, delta_ns, true);
        break;
    case TABLE_WEAK:
    case TABLE_WEAK_ACTIVITY:
        cog_set_timeout(op, delta_ns, false);
        break;
    case TABLE_NONE:
        cog_set_no_timeout(op);
        break;
    case TABLE_DEADLINE:
        cog_set_deadline(op, now_ns + delta_ns, true);
        break;
    case TABLE_WEAK_DEADLINE:
        cog_set_deadline(op, now_ns + delta_ns, false);
        break;
    case TABLE_DEADLINE_PASSED:
        cog_set_deadline(op, now_ns - delta_ns, true);
        break;
    case TABLE_TIMEOUT_0:
        cog_set_timeout(op, 0, true);
        break;
    case TABLE_NEGATIVE:
        cog_set_timeout(op, -1, true);
        break;
    case TABLE_BEYOND:
        cog_set_timeout(op, INT64_MAX, true);
        break;
    case TABLE_LAST:
    case TABLE_CORO:
    case TABLE_OP:
    case TABLE_FIRST:
        cog_set_priority(op, (enum cog_priority)(event - TABLE_LAST));
        break;
    case TABLE_SET_AGAIN:
    case TABLE_STEP_ENDS:
    case TABLE_COMPLETION:
    case TABLE_ALONE:
    case TABLE_FAILURE:
    case TABLE_OBJECT_ENDS:
    case TABLE_OBJECT_FREED:
    case TABLE_CANCEL:
    case TABLE_SCHEDULER_FREED:
    case TABLE_DEFAULT:
    case TABLE_EVENT_COUNT:
        break;
    }
}
