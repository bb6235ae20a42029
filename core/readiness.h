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

/* Operations on a socket are held in the order of submitting, those of each direction for
 * themselves.
 */
enum cog_direction { COG_RECEIVING, COG_SENDING, COG_DIRECTION_COUNT };

/* The direction of an operation: a connect sends, an accept receives. */
enum cog_direction cog_op_direction(const struct cog_op *op);

/* Has an operation nothing to wait for: a recvall or recvline of no bytes? */
bool cog_op_is_empty(const struct cog_op *op);

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

    /* Takes one datagram: *received >= 0 bytes of it, and where it came from, unless address is
     * null (*address_bytes: in, the room there; out, the address's size, which may be more). One
     * that does not fit: COG_EFULL, with its first part. Null: COG_EUNSUPPORTED. */
    int (*recvfrom)(void *context, int32_t socket, char *buffer, size_t bytes,
                    struct sockaddr *address, size_t *address_bytes, size_t *received);
    /* Hands over one datagram. Null: COG_EUNSUPPORTED. */
    int (*sendto)(void *context, int32_t socket, const char *buffer, size_t bytes,
                  const struct sockaddr *address, size_t address_bytes);
    /* Hands over up to bytes >= 1 of an open file: *sent >= 1, 0 at its end. COG_EUNSUPPORTED: not
     * of this file; then, and if null, the file is read and `send` used. */
    int (*sendfile)(void *context, int32_t socket, int file, int64_t offset, size_t bytes,
                    size_t *sent);

    /* After that many bytes an attempt stops (COG_MORE), so that a peer that is always ready does
     * not keep the others waiting. 0: no limit, and never COG_MORE. */
    size_t burst_bytes;
};

/* Carries an operation (accept, connect, and those that move bytes) on as far as it goes without
 * waiting. Returns COG_OK (done, its results are filled in), COG_PENDING, COG_MORE (it could go on:
 * attempt it again, after others), or the negative code that it fails with. Progress that does not
 * complete it is reported to the scheduler as activity once it is held. */
int cog_attempt(const struct cog_nonblocking_ops *ops, void *context,
                struct cog_scheduler *scheduler, struct cog_op *op);

#endif
