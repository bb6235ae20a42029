/* observer.h - the seam through which every event of a run can be seen.
 *
 * Production has none, or a recorder. An observer only looks: it calls nothing of the scheduler
 * that changes it, and what it is shown lasts for the call.
 */
#ifndef COG_OBSERVER_H
#define COG_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cog_coro;
struct cog_op;

enum cog_event_kind {
    COG_EVENT_CORO_ADDED,      /* coro has been given to the scheduler; other: by whom, or null */
    COG_EVENT_CORO_READY,      /* coro enters the ready queue; front tells where */
    COG_EVENT_CORO_RESUMED,    /* coro runs */
    COG_EVENT_CORO_ENDED,      /* coro has ended with status */
    COG_EVENT_OP_STARTED,      /* coro waits on its op now */
    COG_EVENT_OP_PROGRESSED,   /* op made progress without completing */
    COG_EVENT_OP_ENDED,        /* op has ended as op->state tells, with status */
    COG_EVENT_TIMER_ARMED,     /* op's deadline stands at time_ns */
    COG_EVENT_TIMER_REFRESHED, /* activity moved op's weak deadline to time_ns */
    COG_EVENT_TIMER_FIRED,     /* op's deadline came */
    COG_EVENT_TIMER_REMOVED,   /* op ended before its deadline */
};

struct cog_event {
    enum cog_event_kind kind;
    struct cog_coro *coro;  /* whose event it is */
    struct cog_coro *other; /* CORO_ADDED only */
    struct cog_op *op;      /* the operation of OP_ and TIMER_ events, else null */
    int64_t time_ns; /* the deadline of TIMER_ARMED and TIMER_REFRESHED, on the scheduler's clock */
    int status;      /* CORO_ENDED, OP_ENDED */
    bool front;      /* CORO_READY */
};

/* How a coroutine touches memory (cog_touch). */
enum cog_touch_mode {
    COG_READ,
    COG_WRITE, /* or both */
};

struct cog_observer_ops {
    void (*event)(void *context, const struct cog_event *event);

    /* What coroutines say of themselves: that they touch memory (cog_touch), and notes for a log
     * (cog_note). Null: nobody wants to know. */
    void (*touched)(void *context, struct cog_coro *coro, const void *memory, size_t bytes,
                    enum cog_touch_mode mode);
    void (*noted)(void *context, struct cog_coro *coro, const char *text);
};

struct cog_observer {
    const struct cog_observer_ops *ops; /* null: nobody looks */
    void *context;
};

#endif
