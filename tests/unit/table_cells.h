/* table_cells.h - the states and events that the table of core/OPERATIONS.md is made of. */
#ifndef TESTS_TABLE_CELLS_H
#define TESTS_TABLE_CELLS_H

#include "core/cogen.h"

/* The states, as the headings of the document's tables name them. */
enum table_state {
    TABLE_NEW,
    TABLE_ENDED_AT_ONCE,
    TABLE_WAITING,
    TABLE_PARTLY_DONE,
    TABLE_SAME_INSTANT,
    TABLE_IN_READY_QUEUE,
    TABLE_HANDED_BACK,
    TABLE_IN_BATCH,
    TABLE_REFUSED,
    TABLE_OWN_AT_ONCE, /* how its own priority tells where its coroutine goes */
    TABLE_OWN_WAITING,
    TABLE_OWN_IN_BATCH,
    TABLE_WAKERS, /* and the priority of the operation that ends it */
    TABLE_STATE_COUNT,
};

/* The events, as the columns name them. */
enum table_event {
    TABLE_TIME_PASSES,
    TABLE_SET_AGAIN,
    TABLE_STEP_ENDS,
    TABLE_COMPLETION,
    TABLE_ALONE, /* completion, with nobody else ready */
    TABLE_FAILURE,
    TABLE_OBJECT_ENDS,
    TABLE_OBJECT_FREED,
    TABLE_CANCEL,
    TABLE_SCHEDULER_FREED,
    TABLE_STRONG,
    TABLE_STRONG_ACTIVITY,
    TABLE_WEAK,
    TABLE_WEAK_ACTIVITY,
    TABLE_DEFAULT,
    TABLE_NONE,
    TABLE_DEADLINE,
    TABLE_DEADLINE_PASSED,
    TABLE_WEAK_DEADLINE, /* with activity before it */
    TABLE_TIMEOUT_0,
    TABLE_NEGATIVE,
    TABLE_BEYOND,
    TABLE_NO_MEMORY,
    TABLE_COMPLETION_FIRST,
    TABLE_DEADLINE_FIRST,
    TABLE_LAST,
    TABLE_CORO,
    TABLE_OP,
    TABLE_FIRST,
    TABLE_EVENT_COUNT,
};

const char *table_state_name(enum table_state state);
const char *table_event_name(enum table_event event);

/* The events that the table tells of in that state, a bit each. */
uint32_t table_events_of(enum table_state state);

/* What an event gives the operation once it is set: its timeout, its priority. */
void table_adjust(struct cog_op *op, enum table_event event, int64_t now_ns, int64_t delta_ns);

#endif
