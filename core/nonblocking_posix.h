/* nonblocking_posix.h - sockets of the machine, none of whose calls waits or raises SIGPIPE. A
 * socket is its file descriptor; each that is made here is closed on exec. */
#ifndef COG_NONBLOCKING_POSIX_H
#define COG_NONBLOCKING_POSIX_H

#include "core/readiness.h"

/* The primitives of readiness.h; their context is not used. A connect that finds the backlog of a
 * Unix socket full, and a datagram for one whose queue is full, are COG_EFULL: the system tells
 * nobody when there is room. No descriptor left is COG_ELIMIT. */
const struct cog_nonblocking_ops *cog_nonblocking_posix(void);

/* Opens a socket of the address's family, of a type (SOCK_STREAM): *socket. */
int cog_posix_open(const struct sockaddr *address, size_t address_bytes, int type, int32_t *socket);

/* How a connect that was begun has gone: COG_OK, COG_PENDING or a negative code. */
int cog_posix_ask_connect(int32_t socket);

/* Opens a socket that listens, or one for datagrams that is bound: *socket. */
int cog_posix_listen(const struct sockaddr *address, size_t address_bytes, int backlog,
                     int32_t *socket);
int cog_posix_bind(const struct sockaddr *address, size_t address_bytes, int32_t *socket);

/* Ends the stream in this direction. */
int cog_posix_shutdown(int32_t socket);

void cog_posix_close(int32_t socket);

/* Makes a descriptor non-blocking and closed on exec. False: errno tells. */
bool cog_posix_set_nonblocking(int descriptor);

/* Has operations on it wait, or not. The primitives but accept, connect and sendfile do not wait
 * either way. False: errno tells. */
bool cog_posix_set_blocking(int descriptor, bool is_blocking);

/* The code for an errno: COG_PENDING where it would block; COG_EPROACTOR stands for all that no
 * other code is about. Of an accept: COG_PENDING, too, where the next connection may be better. */
int cog_posix_status(int error);
int cog_posix_accept_status(int error);

#endif
