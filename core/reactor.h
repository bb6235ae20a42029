/* reactor.h - what the proactors over readiness (epoll, poll, select) share: all but how the system
 * is asked. Internal to core/.
 *
 *   submit --attempt--> done
 *                 \---> held --(watched; reported ready)--> dirty --run: attempt--> completed
 *                                                             ^        |
 *                                                             +--------+ more to do, others first
 *
 * An operation is attempted when it is submitted (if that is wanted), when the system reports its
 * socket ready, and when the one before it has ended; the system is only told of a socket when an
 * attempt would block. Where it reports when readiness begins, and has not since an attempt has
 * left nothing, the next attempt is put off until it does; but it is made when the operation is
 * taken back, or its socket closed, so that nobody can tell.
 *
 * A run makes as few system calls as it can. None, if nothing can be found. And a scheduler that
 * runs the proactor after each coroutine ("greedy") would ask for each; so each completion lets one
 * run do without asking, while there is something else to do (a coroutine is ready, an operation
 * has been submitted that was not tried); once a millisecond it asks all the same.
 */
#ifndef COG_REACTOR_H
#define COG_REACTOR_H

#include "core/cogen.h"
#include "core/descriptors.h"
#include "core/readiness.h"
#include "core/wakeup.h"

struct cog_reactor;

/* How the system is asked. */
struct cog_reactor_ops {
    /* Readiness is reported when it begins, not while it lasts. */
    bool reports_edges;
    /* From now on, reports when the socket is ready for what is held on it. COG_OK, COG_ENOMEM,
     * COG_ELIMIT, COG_EPROACTOR. */
    int (*watch)(struct cog_reactor *reactor, struct cog_descriptor *descriptor);
    /* Nothing is held on it any more. Null: the next wait sees that by itself. */
    void (*unwatch)(struct cog_reactor *reactor, struct cog_descriptor *descriptor);
    /* The socket is about to be closed, with which the system forgets it. May be null. */
    void (*forget)(struct cog_reactor *reactor, struct cog_descriptor *descriptor);
    /* Waits, at most timeout_ns, and calls cog_reactor_report for each socket that is ready. Being
     * interrupted is COG_OK. */
    int (*wait)(struct cog_reactor *reactor, int64_t timeout_ns);
};

/* Begins each proactor over readiness; its address is the context of the seam. */
struct cog_reactor {
    const struct cog_reactor_ops *ops;
    const struct cog_allocator *allocator;
    struct cog_scheduler *scheduler; /* null while none is attached */
    struct cog_nonblocking_ops primitives;
    struct cog_descriptors descriptors;
    struct cog_link dirty;   /* descriptors to attempt */
    struct cog_link orphans; /* operations whose sockets have been closed */
    struct cog_link late;    /* operations that have ended, with their status, outside of a run */
    struct cog_wakeup wakeup;
    size_t watched_count; /* sockets that the system watches whether something is held or not */
    size_t credit;        /* runs that need not ask the system */
    int64_t asked_ns;     /* when it was asked last */
    uint64_t asked_count; /* how often it was asked */
};

/* The wakeup is opened, and closed, by the proactor. Term closes the sockets that are open. */
void cog_reactor_init(struct cog_reactor *reactor, const struct cog_reactor_ops *ops,
                      const struct cog_allocator *allocator);
void cog_reactor_term(struct cog_reactor *reactor);

/* For wait: the socket is ready in these directions. */
void cog_reactor_report(struct cog_reactor *reactor, struct cog_descriptor *descriptor,
                        uint8_t directions);

/* Makes the attempt that was put off in a direction, if there is one. True: its operation has
 * ended, and is late. */
bool cog_reactor_catch_up(struct cog_reactor *reactor, struct cog_descriptor *descriptor,
                          enum cog_direction direction);

/* Carries out a listen or bind. */
int cog_reactor_open_socket(struct cog_reactor *reactor, struct cog_op *op);

/* The seam (proactor.h); context is the reactor. */
void cog_reactor_attach(void *context, struct cog_scheduler *scheduler);
void cog_reactor_detach(void *context);
int cog_reactor_submit(void *context, struct cog_op *op, bool try_first);
bool cog_reactor_cancel(void *context, struct cog_op *op);
int cog_reactor_run(void *context, int64_t timeout_ns);
size_t cog_reactor_held_count(const void *context);
int cog_reactor_close_socket(void *context, int32_t socket);
void cog_reactor_wake(void *context);

#endif
