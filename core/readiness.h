/* readiness.h - socket operations in terms of non-blocking attempts, for proactors that learn of
 * readiness.
 *
 * epoll, poll and select tell when an attempt is worthwhile, and so does the simulated network;
 * what an operation does with each attempt (pieces of a recvall, the line of a recvline) is the
 * same for all and stands here.
 */
#ifndef COG_READINESS_H
#define COG_READINESS_H

#include "core/cogen.h"

/* Non-blocking primitives. Each returns COG_OK, COG_PENDING (would block) or a negative code. */
struct cog_nonblocking_ops {
    /* Takes a connection off the backlog: *accepted. */
    int (*accept)(void *context, int32_t listener, int32_t *accepted);
    /* Begins to connect (*socket is -1: sets it), later asks how it went. On failure it has closed
     * the socket again. */
    int (*connect)(void *context, const struct sockaddr *address, size_t address_bytes,
                   int32_t *socket);
    /* Takes up to bytes >= 1 of what has come: *received >= 1. With peek they stay. End of stream:
     * COG_ECLOSED. */
    int (*recv)(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                size_t *received);
    /* Hands over up to bytes >= 1: *sent >= 1. */
    int (*send)(void *context, int32_t socket, const char *buffer, size_t bytes, size_t *sent);
};

/* Carries an operation (accept, connect, recv, recvall, recvline, send, sendall) on as far as it
 * goes without waiting. Returns COG_OK (done, its results are filled in), COG_PENDING, or the
 * negative code that it fails with. Progress that does not complete it is reported to the scheduler
 * as activity once it is held. */
int cog_attempt(const struct cog_nonblocking_ops *ops, void *context,
                struct cog_scheduler *scheduler, struct cog_op *op);

#endif
