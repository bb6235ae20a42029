/* 6_echo_server.c - an echo server that drops silent clients, three clients, and a shutdown. */
#include "core/cogen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct server {
    struct cog_scheduler *scheduler;
    struct cog_signal *session_ended;
    struct sockaddr_in address;
    int32_t listener;
    int session_count;
    int64_t silence_ns_max; /* a client that is silent for so long is dropped */
};

/* ---- The server ---- */

/* A connection. Its coroutine's clean-up ends it. */
struct session {
    struct server *server;
    struct cog_stream *stream;
    int32_t socket;
};

static void end_session(void *argument) {
    struct session *session = argument;
    struct server *server = session->server;
    cog_stream_free(session->stream);
    (void)cog_close_socket(server->scheduler, session->socket);
    free(session);
    server->session_count--;
    (void)cog_signal_send(server->session_ended, (union cog_value){.number = 0});
}

static int echo_lines(struct cog_coro *self, void *argument) {
    struct session *session = argument;
    int64_t bytes = 0;
    while (bytes >= 0) {
        const char *line = NULL;
        bytes = cog_stream_readline(self, session->stream, &line,
                                    COG_IDLE(session->server->silence_ns_max));
        if (bytes == COG_ETIMEDOUT) {
            puts("server: drops a client that says nothing");
        } else if (bytes > 0) {
            bytes = cog_sendall(self, session->socket, line, (size_t)bytes, NULL);
        }
    }
    return bytes == COG_ECLOSED || bytes == COG_ETIMEDOUT ? COG_OK : (int)bytes;
}

/* Gives a connection a coroutine of its own. Its clean-up is registered before it begins, so that
 * the connection is closed whatever becomes of it. */
static int begin_session(struct server *server, int32_t socket) {
    static const struct cog_stackful_options options = {.name = "session"};
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL) {
        (void)cog_close_socket(server->scheduler, socket);
        return COG_ENOMEM;
    }
    *session = (struct session){.server = server, .socket = socket};
    server->session_count++;
    struct cog_coro *coro = NULL;
    int status = cog_stream_new(server->scheduler, socket, NULL, &session->stream);
    if (status == COG_OK) {
        status = cog_coro_new_stackful(server->scheduler, echo_lines, session, &options, &coro);
    }
    if (status == COG_OK) {
        status = cog_defer(coro, end_session, session);
    }
    if (status == COG_OK) {
        status = cog_add(server->scheduler, coro, true);
    } else {
        end_session(session);
    }
    cog_coro_release(coro);
    return status;
}

static void close_listener(void *argument) {
    struct server *server = argument;
    (void)cog_close_socket(server->scheduler, server->listener);
}

static int accept_clients(struct cog_coro *self, void *argument) {
    struct server *server = argument;
    int status = cog_defer(self, close_listener, server);
    while (status == COG_OK) {
        int32_t socket = cog_accept(self, server->listener, COG_FOREVER);
        if (socket < 0) {
            return socket;
        }
        (void)begin_session(server, socket); /* who cannot be served is hung up on */
    }
    return status;
}

/* Listens on a port that the system chooses. */
static int open_server(struct cog_coro *self, struct server *server) {
    struct sockaddr *address = (struct sockaddr *)&server->address;
    socklen_t bytes = sizeof server->address;
    server->address.sin_family = AF_INET;
    server->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = cog_listen(self, address, bytes, 16);
    if (server->listener < 0) {
        return server->listener;
    }
    return getsockname(server->listener, address, &bytes) == 0 ? COG_OK : COG_EIO;
}

/* ---- The clients ---- */

static int32_t connect_to(struct cog_coro *self, const struct server *server) {
    const struct sockaddr *address = (const struct sockaddr *)&server->address;
    return cog_connect(self, address, sizeof server->address, NULL);
}

/* Result: how many lines came back. */
static int talk(struct cog_coro *self, void *argument) {
    static const char line[] = "is there anybody?\n";
    char echo[sizeof line];
    int32_t socket = connect_to(self, argument);
    int64_t bytes = socket;
    int64_t count = 0;
    while (bytes >= 0 && count < 3) {
        bytes = cog_sendall(self, socket, line, strlen(line), NULL);
        if (bytes >= 0) {
            bytes = cog_recvline(self, socket, echo, sizeof echo, NULL);
        }
        if (bytes >= 0 && strncmp(echo, line, (size_t)bytes) != 0) {
            bytes = COG_ECORRUPT;
        }
        count++;
    }
    if (socket >= 0) {
        (void)cog_close(self, socket);
    }
    cog_coro_return(self, (union cog_value){.number = count});
    return bytes < 0 ? (int)bytes : COG_OK;
}

static int keep_silent(struct cog_coro *self, void *argument) {
    int32_t socket = connect_to(self, argument);
    if (socket < 0) {
        return socket;
    }
    char byte = 0;
    int64_t bytes = cog_recv(self, socket, &byte, 1, NULL);
    printf("the silent client: %s\n", cog_status_text(bytes < 0 ? (int)bytes : COG_OK));
    (void)cog_close(self, socket);
    return bytes == COG_ECLOSED ? COG_OK : COG_EFAILED;
}

/* ---- The day of a server ---- */

static void release(void *argument) {
    cog_coro_release(argument);
}

/* Starts a coroutine. The reference to it is self's, and is dropped when self ends. */
static int start(struct cog_coro *self, cog_function function, void *argument, const char *name,
                 struct cog_coro **out) {
    int status = cog_start(cog_coro_scheduler(self), function, argument, name, out);
    if (status != COG_OK) {
        return status;
    }
    status = cog_defer(self, release, *out);
    if (status != COG_OK) {
        cog_coro_release(*out);
    }
    return status;
}

static int serve_clients(struct cog_coro *self, struct server *server) {
    struct cog_coro *ann = NULL;
    struct cog_coro *bob = NULL;
    struct cog_coro *cid = NULL;
    union cog_value ann_lines = {.number = 0};
    union cog_value bob_lines = {.number = 0};
    int status = start(self, talk, server, "Ann", &ann);
    if (status == COG_OK) {
        status = start(self, talk, server, "Bob", &bob);
    }
    if (status == COG_OK) {
        status = cog_join(self, ann, &ann_lines, NULL);
    }
    if (status == COG_OK) {
        status = cog_join(self, bob, &bob_lines, NULL);
    }
    if (status == COG_OK) {
        printf("Ann got %lld lines back, Bob %lld\n", (long long)ann_lines.number,
               (long long)bob_lines.number);
        server->silence_ns_max = 50 * COG_MILLISECOND;
        status = start(self, keep_silent, server, "Cid", &cid);
    }
    return status == COG_OK ? cog_join(self, cid, NULL, NULL) : status;
}

/* Opens, serves, takes no more clients, and waits for the sessions that are under way. */
static int spend_day(struct cog_coro *self, void *argument) {
    struct server *server = argument;
    struct cog_coro *accepting = NULL;
    int status = open_server(self, server);
    if (status == COG_OK) {
        status = start(self, accept_clients, server, "accept", &accepting);
    }
    if (status == COG_OK) {
        status = serve_clients(self, server);
    }
    if (status == COG_OK) {
        status = cog_cancel(accepting);
    }
    while (status == COG_OK && server->session_count > 0) {
        status = cog_wait(self, server->session_ended, NULL, NULL);
    }
    printf("server: closes with %d sessions open\n", server->session_count);
    return status;
}

int main(void) {
    /* Whatever names no timeout of its own is given up after a minute without progress. */
    const struct cog_scheduler_options options = {.default_timeout_ns = 60 * COG_SECOND};
    struct server server = {.silence_ns_max = 60 * COG_SECOND};
    struct cog_coro *day = NULL;
    int status = cog_scheduler_new(&options, &server.scheduler);
    if (status == COG_OK) {
        status = cog_signal_new(server.scheduler, NULL, &server.session_ended);
    }
    if (status == COG_OK) {
        status = cog_start(server.scheduler, spend_day, &server, "day", &day);
    }
    if (status == COG_OK) {
        status = cog_run(server.scheduler);
    }
    if (status == COG_OK) {
        status = cog_coro_status(day);
    }
    cog_coro_release(day);
    cog_scheduler_free(server.scheduler);
    cog_signal_free(server.session_ended);
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
