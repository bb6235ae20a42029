/* coroutine.h - the coroutine as the scheduler sees it.
 *
 *   new --cog_add, spawn, call--> ready <--> running --> waiting --> ready
 *                                              |
 *                                              +--> ended
 *
 * Held: a running chain of "continues at once" has one coroutine running at a time; each of the
 * others is in one place only: in the ready queue, parked on its operation, or handed back by the
 * proactor (completed).
 */
#ifndef COG_COROUTINE_H
#define COG_COROUTINE_H

#include "core/cogen.h"
#include "core/list.h"

enum cog_coro_state {
    COG_CORO_NEW,       /* made, not given to the scheduler */
    COG_CORO_READY,     /* in the ready queue */
    COG_CORO_RUNNING,   /* being resumed, or about to be, by the chain under way */
    COG_CORO_WAITING,   /* parked on its operation */
    COG_CORO_COMPLETED, /* its operation was completed in the proactor run under way, not dispatched
                           yet */
    COG_CORO_ENDED,
};

struct cog_subscription;

struct cog_coro {
    struct cog_op op; /* what it waits on, or the result of what it waited on */
    struct cog_scheduler *scheduler;
    const struct cog_allocator *allocator; /* the scheduler's; outlives it */
    const struct cog_coro_type *type;
    struct cog_link all_link; /* in the scheduler's list of coroutines while it lives */
    struct cog_link joiners;  /* list of the join operations that wait for its end */
    struct cog_coro *caller;  /* who waits for it by a call, or null */
    struct cog_subscription *subscriptions; /* its own, singly linked */
    const char *name;
    union cog_value result;
    int32_t status;      /* the code that it ended with */
    uint32_t references; /* one is the scheduler's from adding to ending */
    uint32_t tag;        /* the observer's */
    uint8_t state;       /* enum cog_coro_state */
    bool is_prepared;    /* its first resumption, which only prepares, has been */
};

/* The context of a coroutine lies behind it, aligned for any type. */
#define COG_CORO_BYTES ((sizeof(struct cog_coro) + 15) / 16 * 16)

_Static_assert(
    COG_CORO_BYTES + 24 <= 256,
    "a parked step coroutine with its operation and timer entry takes at most 256 bytes");

/* Frees a coroutine to which nobody refers. */
void cog_coro_destroy(struct cog_coro *coro);

/* Runs its type's clean-up, once, and drops what it holds (subscriptions). */
void cog_coro_term(struct cog_coro *coro);

#endif
