/* bench_serve_libuv.c - the echo server on libuv, as its guide has it; what can be written at once
 * is (uv_try_write), which is the quickest that it offers. */
#include "tests/bench/bench_serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

/* What could not be written at once. */
struct writing {
    uv_write_t request;
    char bytes[ECHO_BYTES];
};

static char shared[ECHO_BYTES]; /* one callback at a time reads into it */

static void allocate(uv_handle_t *handle, size_t wanted, uv_buf_t *out) {
    (void)handle;
    (void)wanted;
    *out = uv_buf_init(shared, sizeof shared);
}

static void on_close(uv_handle_t *handle) {
    free(handle);
}

static void on_written(uv_write_t *request, int status) {
    struct writing *writing = (struct writing *)request;
    (void)status;
    free(writing);
}

static void write_rest(uv_stream_t *client, const char *bytes, size_t count) {
    struct writing *writing = malloc(sizeof *writing);
    if (writing == NULL) {
        exit(EXIT_FAILURE);
    }
    memcpy(writing->bytes, bytes, count);
    uv_buf_t rest = uv_buf_init(writing->bytes, (unsigned)count);
    if (uv_write(&writing->request, client, &rest, 1, on_written) != 0) {
        free(writing);
    }
}

static void on_read(uv_stream_t *client, ssize_t count, const uv_buf_t *buffer) {
    if (count < 0) {
        uv_close((uv_handle_t *)client, on_close);
        return;
    }
    uv_buf_t bytes = uv_buf_init(buffer->base, (unsigned)count);
    int written = count > 0 ? uv_try_write(client, &bytes, 1) : 0;
    written = written < 0 ? 0 : written;
    if (written < count) {
        write_rest(client, buffer->base + written, (size_t)(count - written));
    }
}

static void on_connection(uv_stream_t *listener, int status) {
    uv_tcp_t *client = malloc(sizeof *client);
    if (status < 0 || client == NULL || uv_tcp_init(listener->loop, client) != 0 ||
        uv_accept(listener, (uv_stream_t *)client) != 0 ||
        uv_read_start((uv_stream_t *)client, allocate, on_read) != 0) {
        exit(EXIT_FAILURE);
    }
}

void serve_libuv(int ready) {
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int bytes = sizeof address;
    if (uv_tcp_init(loop, &listener) != 0 ||
        uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&listener, ECHO_BACKLOG, on_connection) != 0 ||
        uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &bytes) != 0) {
        exit(EXIT_FAILURE);
    }
    int port = ntohs(address.sin_port);
    if (write(ready, &port, sizeof port) != sizeof port) {
        exit(EXIT_FAILURE);
    }
    exit(uv_run(loop, UV_RUN_DEFAULT));
}
