/* uring.h - operations that the kernel carries out, over io_uring: what the kernel has been asked
 * for, what it has answered, and what that makes of an operation. Internal to core/; where liburing
 * is missing there is nothing in here.
 *
 *   idle --want--> wanted --submit--> under way --(the kernel)--> arrived --settle--> idle
 *                    ^                                               |
 *                    +-----------------------------------------------+ more to do
 *
 * Of the operations held on a socket in a direction only the first one is with the kernel, because
 * they are served one after the other. The kernel works on the buffers of the caller; so whoever
 * takes an operation back waits until the kernel has let go of it, which is at once: what waits for
 * a socket is not executing.
 *
 * What an operation asks for is a recv, a send, an accept or a connect of one piece at most; a
 * recvall that got a piece asks again. For what the kernel cannot do in one go (the line of a
 * recvline, a sendfile), it is asked when the socket is ready, and an attempt is made then, as by
 * the proactors over readiness.
 *
 * Buffers are not registered with the kernel, as each operation brings its own; and accepting is
 * asked for once a connection, because a multishot accept would take connections that nobody in
 * here has asked for from others who listen on the same socket.
 */
#ifndef COG_URING_H
#define COG_URING_H

#if defined(COG_HAS_URING)

#include "core/cogen.h"
#include "core/descriptors.h"
#include "core/readiness.h"
#include "core/wakeup.h"

#include <liburing.h>
#include <sys/socket.h>

enum cog_uring_state { COG_URING_IDLE, COG_URING_WANTED, COG_URING_UNDER_WAY, COG_URING_ARRIVED };

/* What the kernel is asked for. Stays where it is; the kernel answers with its address. */
struct cog_uring_request {
    struct cog_link link;              /* among those that are wanted, arrived or free */
    struct cog_op *op;                 /* null of the proactor's own requests */
    struct cog_descriptor *descriptor; /* null: its socket does not know of it any more */
    enum cog_uring_state state;
    bool polls;      /* is about readiness: then an attempt is made */
    bool is_accept;  /* its answer is a socket, which somebody has to close */
    bool is_put_off; /* while it is wanted: an attempt would have been made, but for it */
    bool is_settled; /* its result is the operation's status: an attempt has ended it */
    int32_t result;  /* as the kernel says it */
    struct iovec part;
    struct msghdr message; /* of a recvfrom or sendto, until the kernel has answered */
};

struct cog_uring {
    const struct cog_allocator *allocator;
    struct cog_scheduler *scheduler; /* null while none is attached */
    struct cog_nonblocking_ops primitives;
    struct cog_descriptors descriptors;
    struct io_uring ring;
    bool cooperates; /* the kernel does not interrupt this thread; it can wait before it receives */
    struct cog_link wanted;
    struct cog_link arrived;
    struct cog_link free;
    struct cog_link orphans; /* operations that end without the kernel, with their status */
    struct cog_link late;    /* operations that could not be taken back: their answers arrived */
    struct cog_wakeup wakeup;
    struct cog_uring_request waking;  /* the wakeup is read */
    struct cog_uring_request undoing; /* a request is taken back */
    uint64_t woken;                   /* what is read */
    bool is_woken;                    /* since the last run */
    size_t deferred_count; /* runs since something is wanted that have not told the kernel */
    int64_t deferred_ns;   /* when that began */
};

/* ---- The ring (uring.c) ---- */

/* COG_OK; COG_EUNSUPPORTED: *note says why; COG_EPROACTOR: errno tells. */
int cog_uring_open(struct cog_uring *uring, const struct cog_allocator *allocator,
                   const char **note);
void cog_uring_close(struct cog_uring *uring);

/* A request that is idle, or null: no memory. */
struct cog_uring_request *cog_uring_take(struct cog_uring *uring);
void cog_uring_give_back(struct cog_uring *uring, struct cog_uring_request *request);

/* The kernel is to be asked, soon. */
void cog_uring_want(struct cog_uring *uring, struct cog_uring_request *request);

/* And to read the wakeup, unless it is at that. */
void cog_uring_want_wakeup(struct cog_uring *uring);

/* Is there anything that the kernel has not been told of yet? */
bool cog_uring_has_untold(const struct cog_uring *uring);

/* The same, or anything that it has to be asked for to have it answer. */
bool cog_uring_is_due(const struct cog_uring *uring);

/* Asks for all that is wanted. COG_OK; COG_EPROACTOR: errno tells. */
int cog_uring_submit(struct cog_uring *uring);

/* The same, and waits until something arrives, at most timeout_ns. */
int cog_uring_wait(struct cog_uring *uring, int64_t timeout_ns);

/* Looks what has arrived, without waiting. */
void cog_uring_reap(struct cog_uring *uring);

/* Takes a request back, wherever it is: then it is idle, and its result is what the kernel has come
 * to; -ECANCELED: nothing. A kernel that refuses that again and again ends the process: it would go
 * on writing into memory that is the caller's. */
void cog_uring_take_back(struct cog_uring *uring, struct cog_uring_request *request);

/* ---- Operations (uring_operations.c) ---- */

void cog_uring_init_operations(struct cog_uring *uring);

/* Takes up a new socket, which blocks; without the memory for it, it is closed. */
int cog_uring_adopt(struct cog_uring *uring, int32_t *number);

/* Attempts an operation without the kernel's waiting for it. As cog_attempt. */
int cog_uring_attempt(struct cog_uring *uring, struct cog_op *op);

/* The same, of a request's, which is idle. True: that has ended it, with the request as answer. */
bool cog_uring_try(struct cog_uring *uring, struct cog_uring_request *request);

/* Has the kernel asked for what an operation needs. */
void cog_uring_start(struct cog_uring *uring, struct cog_uring_request *request);
void cog_uring_prepare(struct cog_uring *uring, struct io_uring_sqe *sqe,
                       struct cog_uring_request *request);

/* What an answer makes of the operation: COG_OK, COG_PENDING (ask again) or a negative code. */
int cog_uring_settle(struct cog_uring *uring, struct cog_uring_request *request);

/* Has the answer of an operation that is taken back ended it? Else what has moved is counted. */
bool cog_uring_is_final(struct cog_uring_request *request);

/* ---- What is held (uring_holding.c) ---- */

/* Holds an operation, on which no attempt was made although one was due if is_put_off. COG_PENDING
 * or COG_ENOMEM. */
int cog_uring_hold(struct cog_uring *uring, struct cog_descriptor *descriptor, struct cog_op *op,
                   bool is_put_off);

/* An operation that is held and with the kernel has ended. */
void cog_uring_release(struct cog_uring *uring, struct cog_uring_request *request, int status);

/* Makes the attempt that was put off in a direction, if there is one. */
void cog_uring_catch_up(struct cog_uring *uring, struct cog_descriptor *descriptor,
                        enum cog_direction direction);

/* As the seam has it (proactor.h). */
bool cog_uring_cancel(struct cog_uring *uring, struct cog_op *op);
int cog_uring_close_socket(struct cog_uring *uring, int32_t socket);

/* Whoever waits for the descriptor is told that the next run has something to do: nothing of what
 * has been taken out of the ring, or is not in it yet, shows there. */
void cog_uring_leave(struct cog_uring *uring);

#endif

#endif
