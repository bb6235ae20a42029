/* nonblocking_posix.c - the primitives over sockets of the machine. */
#if defined(__linux__)
#define _GNU_SOURCE /* accept4 */
#endif
#define _FILE_OFFSET_BITS 64

#include "core/nonblocking_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/sendfile.h>
#endif

/* Others set SO_NOSIGPIPE on each socket. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* For sockets that block: those of a proactor whose kernel waits for them. */
#ifndef MSG_DONTWAIT
#define MSG_DONTWAIT 0
#endif

/* Where a socket can be made non-blocking and closed on exec at once. */
#if defined(__linux__)
enum { NEW_SOCKET_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC };
#else
enum { NEW_SOCKET_FLAGS = 0 };
#define accept4(listener, address, address_bytes, flags) accept(listener, address, address_bytes)
#endif

/* One attempt moves at most about that much: some ten microseconds a connection. */
enum { BURST_BYTES = 262144 };

int cog_posix_status(int error) {
    static const struct {
        int error;
        int status;
    } table[] = {
        {EAGAIN, COG_PENDING},
        {EWOULDBLOCK, COG_PENDING},
        {ECONNRESET, COG_ERESET},
        {ECONNABORTED, COG_ERESET},
        {EPIPE, COG_ECLOSED},
        {ECONNREFUSED, COG_EREFUSED},
        {ETIMEDOUT, COG_ETIMEDOUT},
        {EADDRINUSE, COG_EADDRINUSE},
        {EADDRNOTAVAIL, COG_EUNREACHABLE},
        {EHOSTUNREACH, COG_EUNREACHABLE},
        {ENETUNREACH, COG_EUNREACHABLE},
        {ENETDOWN, COG_EUNREACHABLE},
        {ENOENT, COG_EUNREACHABLE},
        {ENOTDIR, COG_EUNREACHABLE},
        {EBADF, COG_EBADSOCKET},
        {ENOTSOCK, COG_EBADSOCKET},
        {ENOTCONN, COG_EBADSOCKET},
        {EISCONN, COG_EBADSOCKET},
        {EOPNOTSUPP, COG_EBADSOCKET},
        {EDESTADDRREQ, COG_EBADSOCKET},
        {EAFNOSUPPORT, COG_EUNSUPPORTED},
        {EPROTONOSUPPORT, COG_EUNSUPPORTED},
        {EINVAL, COG_EINVALID},
        {EMSGSIZE, COG_EINVALID},
        {ENAMETOOLONG, COG_EINVALID},
        {EMFILE, COG_ELIMIT},
        {ENFILE, COG_ELIMIT},
        {ENOBUFS, COG_ENOMEM},
        {ENOMEM, COG_ENOMEM},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].error == error) {
            return table[i].status;
        }
    }
    return COG_EPROACTOR;
}

bool cog_posix_set_blocking(int descriptor, bool is_blocking) {
    int flags = fcntl(descriptor, F_GETFL);
    int wanted = is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return flags >= 0 && fcntl(descriptor, F_SETFL, wanted) == 0;
}

bool cog_posix_set_nonblocking(int descriptor) {
    return cog_posix_set_blocking(descriptor, false) && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

void cog_posix_close(int32_t socket) {
    int error = errno;
    (void)close(socket);
    errno = error;
}

/* ---- Making sockets ---- */

/* What a new socket needs where no flags say it. */
static int prepare(int number) {
#if defined(SO_NOSIGPIPE)
    int on = 1;
    (void)setsockopt(number, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return NEW_SOCKET_FLAGS != 0 || cog_posix_set_nonblocking(number) ? COG_OK
                                                                      : cog_posix_status(errno);
}

/* Gives the socket out, or closes it. */
static int hand_over(int32_t number, int status, int32_t *out) {
    if (status == COG_OK) {
        *out = number;
    } else {
        cog_posix_close(number);
    }
    return status;
}

int cog_posix_open(const struct sockaddr *address, size_t address_bytes, int type,
                   int32_t *number) {
    if (address == NULL || address_bytes < sizeof address->sa_family ||
        address_bytes > sizeof(struct sockaddr_storage)) {
        return COG_EINVALID;
    }
    int opened = socket(address->sa_family, type | NEW_SOCKET_FLAGS, 0);
    return opened < 0 ? cog_posix_status(errno) : hand_over(opened, prepare(opened), number);
}

int cog_posix_listen(const struct sockaddr *address, size_t address_bytes, int backlog,
                     int32_t *socket) {
    int32_t number = -1;
    int status = cog_posix_open(address, address_bytes, SOCK_STREAM, &number);
    if (status != COG_OK) {
        return status;
    }
    int on = 1;
    if (setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(number, address, (socklen_t)address_bytes) != 0 || listen(number, backlog) != 0) {
        status = cog_posix_status(errno);
    }
    return hand_over(number, status, socket);
}

int cog_posix_bind(const struct sockaddr *address, size_t address_bytes, int32_t *socket) {
    int32_t number = -1;
    int status = cog_posix_open(address, address_bytes, SOCK_DGRAM, &number);
    if (status != COG_OK) {
        return status;
    }
    if (bind(number, address, (socklen_t)address_bytes) != 0) {
        status = cog_posix_status(errno);
    }
    return hand_over(number, status, socket);
}

/* A stream that is connected no more was so once: it has been reset. */
int cog_posix_shutdown(int32_t socket) {
    if (shutdown(socket, SHUT_WR) == 0) {
        return COG_OK;
    }
    int error = errno;
    int type = 0;
    socklen_t bytes = sizeof type;
    bool is_broken = error == ENOTCONN &&
                     getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &bytes) == 0 &&
                     type == SOCK_STREAM;
    return is_broken ? COG_ECLOSED : cog_posix_status(error);
}

/* ---- Connections ---- */

/* Connections that died in the backlog, and errors of the network that accept passes on from them,
 * say nothing about the next one. */
static bool is_about_one_connection(int error) {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
#if defined(__linux__)
    case EHOSTDOWN:
    case ENONET:
#endif
        return true;
    default:
        return false;
    }
}

int cog_posix_accept_status(int error) {
    if (is_about_one_connection(error)) {
        return COG_PENDING;
    }
    return error == EINVAL ? COG_EBADSOCKET : cog_posix_status(error); /* it does not listen */
}

static int accept_posix(void *context, int32_t listener, int32_t *accepted) {
    (void)context;
    int number = -1;
    do {
        number = accept4(listener, NULL, NULL, NEW_SOCKET_FLAGS);
    } while (number < 0 && is_about_one_connection(errno));
    return number < 0 ? cog_posix_accept_status(errno)
                      : hand_over(number, prepare(number), accepted);
}

static int begin_connect(const struct sockaddr *address, size_t address_bytes, int32_t *number) {
    int status = cog_posix_open(address, address_bytes, SOCK_STREAM, number);
    if (status != COG_OK) {
        return status;
    }
    if (connect(*number, address, (socklen_t)address_bytes) == 0) {
        return COG_OK;
    }
    if (errno == EINPROGRESS || errno == EINTR) {
        return COG_PENDING;
    }
    return errno == EAGAIN ? COG_EFULL : cog_posix_status(errno);
}

/* poll first: SO_ERROR alone does not tell a connection that is under way from one that is made. */
int cog_posix_ask_connect(int32_t number) {
    struct pollfd polled = {.fd = number, .events = POLLOUT};
    int count = poll(&polled, 1, 0);
    if (count <= 0) {
        return count == 0 || errno == EINTR ? COG_PENDING : cog_posix_status(errno);
    }
    int error = 0;
    socklen_t bytes = sizeof error;
    if (getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0) {
        error = errno;
    }
    return error == 0 ? COG_OK : cog_posix_status(error);
}

static int connect_posix(void *context, const struct sockaddr *address, size_t address_bytes,
                         int32_t *socket) {
    (void)context;
    int32_t number = *socket;
    int status =
        number < 0 ? begin_connect(address, address_bytes, &number) : cog_posix_ask_connect(number);
    if (status < 0 && number >= 0) {
        cog_posix_close(number);
        number = -1;
    }
    *socket = number;
    return status;
}

/* ---- Streams ---- */

static int recv_posix(void *context, int32_t socket, char *buffer, size_t bytes, bool peek,
                      size_t *received) {
    (void)context;
    ssize_t count = -1;
    do {
        count = recv(socket, buffer, bytes, MSG_DONTWAIT | (peek ? MSG_PEEK : 0));
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        return count == 0 ? COG_ECLOSED : cog_posix_status(errno);
    }
    *received = (size_t)count;
    return COG_OK;
}

static int send_posix(void *context, int32_t socket, const char *buffer, size_t bytes,
                      size_t *sent) {
    (void)context;
    ssize_t count = -1;
    do {
        count = send(socket, buffer, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return cog_posix_status(errno);
    }
    *sent = (size_t)count;
    return COG_OK;
}

#if defined(__linux__)
/* What of a failed sendfile is about the file and not about the socket. */
static bool is_about_the_file(int error) {
    return error == EINVAL || error == ENOSYS || error == EBADF || error == EIO ||
           error == EOVERFLOW || error == ESPIPE;
}

/* sendfile has no MSG_NOSIGNAL: SIGPIPE is blocked in this thread meanwhile, and one that it has
 * raised is taken back. One that was pending before stays. */
static ssize_t sendfile_without_signal(int32_t socket, int file, off_t offset, size_t bytes) {
    sigset_t pipe_set;
    sigset_t mask;
    sigset_t pending;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_set, &mask);
    bool is_pending =
        sigismember(&mask, SIGPIPE) && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE);
    ssize_t count = -1;
    do {
        count = sendfile(socket, file, &offset, bytes);
    } while (count < 0 && errno == EINTR);
    int error = errno;
    if (count < 0 && error == EPIPE && !is_pending) {
        const struct timespec none = {.tv_sec = 0, .tv_nsec = 0};
        (void)sigtimedwait(&pipe_set, NULL, &none);
    }
    if (!sigismember(&mask, SIGPIPE)) {
        (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
    }
    errno = error;
    return count;
}

static int sendfile_posix(void *context, int32_t socket, int file, int64_t offset, size_t bytes,
                          size_t *sent) {
    (void)context;
    ssize_t count = sendfile_without_signal(socket, file, (off_t)offset, bytes);
    if (count < 0) {
        return is_about_the_file(errno) ? COG_EUNSUPPORTED : cog_posix_status(errno);
    }
    *sent = (size_t)count;
    return COG_OK;
}
#endif

/* ---- Datagrams ---- */

/* recvmsg, because it alone tells that a datagram was cut. */
static int recvfrom_posix(void *context, int32_t socket, char *buffer, size_t bytes,
                          struct sockaddr *address, size_t *address_bytes, size_t *received) {
    (void)context;
    struct iovec part = {.iov_base = buffer, .iov_len = bytes};
    struct msghdr message = {.msg_name = address,
                             .msg_namelen = (socklen_t)(address != NULL ? *address_bytes : 0),
                             .msg_iov = &part,
                             .msg_iovlen = 1};
    ssize_t count = -1;
    do {
        count = recvmsg(socket, &message, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return cog_posix_status(errno);
    }
    *received = (size_t)count;
    *address_bytes = message.msg_namelen;
    return (message.msg_flags & MSG_TRUNC) != 0 ? COG_EFULL : COG_OK;
}

/* A socket can be ready to send when the one that it sends to has no room; then waiting for
 * readiness would be waiting for nothing. */
static bool is_ready_to_send(int32_t socket) {
    struct pollfd polled = {.fd = socket, .events = POLLOUT};
    return poll(&polled, 1, 0) == 1;
}

static int sendto_posix(void *context, int32_t socket, const char *buffer, size_t bytes,
                        const struct sockaddr *address, size_t address_bytes) {
    (void)context;
    if (address_bytes > sizeof(struct sockaddr_storage)) {
        return COG_EINVALID;
    }
    ssize_t count = -1;
    do {
        count = sendto(socket, buffer, bytes, MSG_NOSIGNAL | MSG_DONTWAIT, address,
                       (socklen_t)address_bytes);
    } while (count < 0 && errno == EINTR);
    if (count >= 0) {
        return COG_OK;
    }
    int status = cog_posix_status(errno);
    if (status == COG_PENDING && address != NULL && address->sa_family == AF_UNIX &&
        is_ready_to_send(socket)) {
        return COG_EFULL;
    }
    return status;
}

const struct cog_nonblocking_ops *cog_nonblocking_posix(void) {
    static const struct cog_nonblocking_ops ops = {
        .accept = accept_posix,
        .connect = connect_posix,
        .recv = recv_posix,
        .send = send_posix,
        .recvfrom = recvfrom_posix,
        .sendto = sendto_posix,
#if defined(__linux__)
        .sendfile = sendfile_posix,
#endif
        .burst_bytes = BURST_BYTES,
    };
    return &ops;
}
