/* bench_serve_cogen.c - the echo server on libcogen: a coroutine a client. */
#include "tests/bench/bench_serve.h"

#include "core/cogen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    struct cog_scheduler *scheduler;
    int ready;
};

static int echo(struct cog_coro *self, void *argument) {
    int32_t socket = (int32_t)(intptr_t)argument;
    char bytes[ECHO_BYTES];
    int64_t count = 0;
    const struct cog_wait_options patience = {.timeout_kind = COG_TIMEOUT_RELATIVE,
                                              .timeout_ns = 300 * COG_SECOND};
    while ((count = cog_recv(self, socket, bytes, sizeof bytes, &patience)) > 0) {
        if (cog_sendall(self, socket, bytes, (size_t)count, &patience) < 0) {
            break;
        }
    }
    return cog_close_socket(cog_coro_scheduler(self), socket);
}

static int accept_all(struct cog_coro *self, void *argument) {
    struct server *server = argument;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int32_t listener = cog_listen(self, (struct sockaddr *)&address, sizeof address, ECHO_BACKLOG);
    socklen_t bytes = sizeof address;
    if (listener < 0 || getsockname(listener, (struct sockaddr *)&address, &bytes) != 0) {
        exit(EXIT_FAILURE);
    }
    int port = ntohs(address.sin_port);
    if (write(server->ready, &port, sizeof port) != sizeof port) {
        exit(EXIT_FAILURE);
    }
    for (;;) {
        int32_t socket = cog_accept(self, listener, COG_FOREVER);
        if (socket < 0 ||
            cog_go(server->scheduler, echo, (void *)(intptr_t)socket, "echo") != COG_OK) {
            exit(EXIT_FAILURE);
        }
    }
}

void serve_cogen(const char *name, int ready) {
    struct cog_scheduler_options options = {.allocator = NULL};
    struct server server = {.ready = ready};
    if (cog_proactor_open(name, NULL, &options.proactor) != COG_OK ||
        cog_scheduler_new(&options, &server.scheduler) != COG_OK ||
        cog_go(server.scheduler, accept_all, &server, "accept") != COG_OK) {
        exit(EXIT_FAILURE);
    }
    exit(cog_run(server.scheduler) == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE);
}
