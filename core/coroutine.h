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

struct cog_attachment;

struct cog_coro {
    struct cog_op op;                /* what it waits on, or the result of what it waited on */
    struct cog_scheduler *scheduler; /* null once it has ended */
    const struct cog_allocator *allocator; /* the scheduler's; outlives it */
    const struct cog_coro_type *type;
    struct cog_link all_link;           /* in the scheduler's newborn, then its coroutines */
    struct cog_link joiners;            /* list of the join operations that wait for its end */
    struct cog_coro *caller;            /* who waits for it by a call, or null */
    struct cog_attachment *attachments; /* what it owns: attachment.h */
    const char *name;
    union cog_value result;
    int32_t status;      /* the code that it ended with */
    uint32_t references; /* one is the scheduler's from adding to ending */
    uint32_t tag;        /* the observer's */
    uint8_t state;       /* enum cog_coro_state */
    bool is_prepared;    /* its first resumption, which only prepares, has been */
    bool is_cancelled;   /* ends as soon as its operation, which can not be withdrawn, completes */
};

/* The context of a coroutine lies behind it, aligned for any type. */
#define COG_CORO_BYTES ((sizeof(struct cog_coro) + 15) / 16 * 16)

_Static_assert(
    COG_CORO_BYTES + 16 <= 256,
    "a parked step coroutine with its operation, timer and block takes at most 256 bytes");

/* Frees a coroutine to which nobody refers. */
void cog_coro_destroy(struct cog_coro *coro);

/* Runs its clean-up handlers and its type's clean-up, once, and drops what it holds. */
void cog_coro_term(struct cog_coro *coro);

/* Takes a live coroutine, which is not running, out of everything that knows it, and ends it as
 * cancelled; who waits for that is made ready. False if its operation can not be withdrawn: then it
 * is marked, and ends instead of being resumed; with is_forced it ends all the same. */
bool cog_coro_abandon(struct cog_coro *coro, bool is_forced);

/* The coroutine that this one waits for in a call, or null. */
struct cog_coro *cog_coro_callee(const struct cog_coro *coro);

#endif
