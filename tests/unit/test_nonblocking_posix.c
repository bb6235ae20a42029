/* test_nonblocking_posix.c - the primitives over sockets of the machine: none waits, and each
 * failure has its code. */
#include "core/nonblocking_posix.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const struct cog_nonblocking_ops *ops;

struct endpoint {
    struct sockaddr_in address;
    int32_t socket;
};

static const struct sockaddr *generic(const struct endpoint *endpoint) {
    return (const struct sockaddr *)&endpoint->address;
}

static struct endpoint loopback(void) {
    return (struct endpoint){
        .address = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}},
        .socket = -1};
}

static void ask_port(struct endpoint *endpoint) {
    socklen_t bytes = sizeof endpoint->address;
    assert_int_equal(getsockname(endpoint->socket, (struct sockaddr *)&endpoint->address, &bytes),
                     0);
}

static struct endpoint listen_somewhere(void) {
    struct endpoint endpoint = loopback();
    int status = cog_posix_listen(generic(&endpoint), sizeof endpoint.address, 8, &endpoint.socket);
    assert_int_equal(status, COG_OK);
    ask_port(&endpoint);
    return endpoint;
}

static void await(int32_t socket, short events) {
    struct pollfd polled = {.fd = socket, .events = events};
    assert_int_equal(poll(&polled, 1, -1), 1);
}

static int finish_connect(const struct endpoint *to, int32_t *socket) {
    int status = ops->connect(NULL, generic(to), sizeof to->address, socket);
    while (status == COG_PENDING) {
        await(*socket, POLLOUT);
        status = ops->connect(NULL, generic(to), sizeof to->address, socket);
    }
    return status;
}

/* Two sockets, connected to one another. */
static void connect_two(int32_t *client, int32_t *server) {
    struct endpoint listener = listen_somewhere();
    *client = -1;
    assert_int_equal(finish_connect(&listener, client), COG_OK);
    await(listener.socket, POLLIN);
    assert_int_equal(ops->accept(NULL, listener.socket, server), COG_OK);
    cog_posix_close(listener.socket);
}

static void nothing_waits(void **state) {
    (void)state;
    struct endpoint listener = listen_somewhere();
    int32_t accepted = -1;
    assert_int_equal(ops->accept(NULL, listener.socket, &accepted), COG_PENDING);
    cog_posix_close(listener.socket);
    int32_t client = -1;
    int32_t server = -1;
    connect_two(&client, &server);
    char buffer[16];
    size_t count = 0;
    assert_int_equal(ops->recv(NULL, client, buffer, sizeof buffer, false, &count), COG_PENDING);
    int status = COG_OK;
    for (int i = 0; i < 10000000 && status == COG_OK; i++) {
        status = ops->send(NULL, client, buffer, sizeof buffer, &count);
    }
    assert_int_equal(status, COG_PENDING);
    cog_posix_close(client);
    cog_posix_close(server);
}

static void what_is_peeked_at_stays(void **state) {
    (void)state;
    int32_t client = -1;
    int32_t server = -1;
    connect_two(&client, &server);
    size_t count = 0;
    assert_int_equal(ops->send(NULL, client, "abc", 3, &count), COG_OK);
    assert_int_equal(count, 3);
    await(server, POLLIN);
    char buffer[16];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ops->recv(NULL, server, buffer, 2, true, &count), COG_OK);
        assert_int_equal(count, 2);
    }
    assert_int_equal(ops->recv(NULL, server, buffer, sizeof buffer, false, &count), COG_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(buffer, "abc", 3);
    assert_int_equal(cog_posix_shutdown(client), COG_OK);
    await(server, POLLIN);
    assert_int_equal(ops->recv(NULL, server, buffer, 1, false, &count), COG_ECLOSED);
    cog_posix_close(client);
    cog_posix_close(server);
}

static void a_connect_that_fails_has_closed_its_socket(void **state) {
    (void)state;
    struct endpoint listener = listen_somewhere();
    cog_posix_close(listener.socket);
    int32_t socket = -1;
    assert_int_equal(finish_connect(&listener, &socket), COG_EREFUSED);
    assert_int_equal(socket, -1);
    int next = dup(1);
    assert_int_equal(next, listener.socket); /* the lowest number is free again */
    assert_int_equal(close(next), 0);
}

static void a_connect_under_way_is_pending_until_it_is_made(void **state) {
    (void)state;
    struct endpoint listener = listen_somewhere();
    assert_int_equal(listen(listener.socket, 0), 0);
    int32_t sockets[16];
    int count = 0;
    int status = COG_OK;
    do {
        sockets[count] = -1;
        status = ops->connect(NULL, generic(&listener), sizeof listener.address, &sockets[count]);
        if (status == COG_PENDING) {
            struct pollfd polled = {.fd = sockets[count], .events = POLLOUT};
            status = poll(&polled, 1, 0) == 1 ? COG_OK : COG_PENDING;
        }
        count++;
    } while (status == COG_OK && count < 16);
    assert_int_equal(status, COG_PENDING);
    int again =
        ops->connect(NULL, generic(&listener), sizeof listener.address, &sockets[count - 1]);
    assert_int_equal(again, COG_PENDING);
    assert_true(sockets[count - 1] >= 0);
    cog_posix_close(listener.socket);
    for (int i = 0; i < count; i++) {
        cog_posix_close(sockets[i]);
    }
}

static void what_is_no_socket_or_of_another_kind_is_a_bad_socket(void **state) {
    (void)state;
    struct endpoint listener = listen_somewhere();
    int32_t client = -1;
    int32_t server = -1;
    connect_two(&client, &server);
    char byte = 0;
    size_t count = 0;
    int32_t accepted = -1;
    assert_int_equal(ops->recv(NULL, -1, &byte, 1, false, &count), COG_EBADSOCKET);
    assert_int_equal(ops->recv(NULL, listener.socket, &byte, 1, false, &count), COG_EBADSOCKET);
    assert_int_equal(ops->accept(NULL, client, &accepted), COG_EBADSOCKET);
    assert_int_equal(ops->send(NULL, -1, &byte, 1, &count), COG_EBADSOCKET);
    assert_int_equal(cog_posix_shutdown(listener.socket + 1000), COG_EBADSOCKET);
    cog_posix_close(listener.socket);
    cog_posix_close(client);
    cog_posix_close(server);
}

static void an_address_that_no_machine_here_has_is_unreachable(void **state) {
    (void)state;
    struct endpoint endpoint = loopback();
    endpoint.address.sin_addr.s_addr = inet_addr("192.0.2.1"); /* for documentation only */
    int status = cog_posix_listen(generic(&endpoint), sizeof endpoint.address, 1, &endpoint.socket);
    assert_int_equal(status, COG_EUNREACHABLE);
    assert_int_equal(endpoint.socket, -1);
    assert_int_equal(cog_posix_bind(generic(&endpoint), 1, &endpoint.socket), COG_EINVALID);
    assert_int_equal(cog_posix_bind(NULL, 0, &endpoint.socket), COG_EINVALID);
}

static void a_datagram_that_is_cut_is_full(void **state) {
    (void)state;
    struct endpoint here = loopback();
    assert_int_equal(cog_posix_bind(generic(&here), sizeof here.address, &here.socket), COG_OK);
    ask_port(&here);
    char buffer[4];
    size_t count = 99;
    struct sockaddr_storage from;
    size_t from_bytes = sizeof from;
    assert_int_equal(ops->recvfrom(NULL, here.socket, buffer, 4, NULL, &from_bytes, &count),
                     COG_PENDING);
    assert_int_equal(
        ops->sendto(NULL, here.socket, "abcdef", 6, generic(&here), sizeof here.address), COG_OK);
    assert_int_equal(ops->sendto(NULL, here.socket, "", 0, generic(&here), sizeof here.address),
                     COG_OK);
    await(here.socket, POLLIN);
    from_bytes = sizeof from;
    assert_int_equal(
        ops->recvfrom(NULL, here.socket, buffer, 4, (struct sockaddr *)&from, &from_bytes, &count),
        COG_EFULL);
    assert_int_equal(count, 4);
    assert_memory_equal(buffer, "abcd", 4);
    assert_int_equal(from_bytes, sizeof here.address);
    assert_memory_equal(&from, &here.address, sizeof here.address);
    await(here.socket, POLLIN);
    from_bytes = 2; /* no room for it; its size is told all the same */
    assert_int_equal(
        ops->recvfrom(NULL, here.socket, buffer, 4, (struct sockaddr *)&from, &from_bytes, &count),
        COG_OK);
    assert_int_equal(count, 0);
    assert_int_equal(from_bytes, sizeof here.address);
    cog_posix_close(here.socket);
}

/* ---- Signals ---- */

static bool is_pending(void) {
    sigset_t pending;
    assert_int_equal(sigpending(&pending), 0);
    return sigismember(&pending, SIGPIPE) == 1;
}

/* A client whose peer has gone, and who knows that. */
static int32_t broken_client(void) {
    int32_t client = -1;
    int32_t server = -1;
    connect_two(&client, &server);
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    cog_posix_close(server);
    await(client, POLLIN);
    char byte;
    size_t count = 0;
    assert_int_equal(ops->recv(NULL, client, &byte, 1, false, &count), COG_ERESET);
    return client;
}

static int open_file(void) {
    char name[] = "nonblocking-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(write(file, "content", 7), 7);
    return file;
}

/* SIGPIPE is not handled here: the test would end. */
static void sending_to_nobody_is_closed_and_raises_no_signal(void **state) {
    (void)state;
    int32_t client = broken_client();
    size_t count = 0;
    assert_int_equal(ops->send(NULL, client, "x", 1, &count), COG_ECLOSED);
    if (ops->sendfile != NULL) {
        int file = open_file();
        assert_int_equal(ops->sendfile(NULL, client, file, 0, 7, &count), COG_ECLOSED);
        sigset_t mask;
        assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
        assert_int_equal(sigismember(&mask, SIGPIPE), 0);
        assert_int_equal(close(file), 0);
    }
    assert_false(is_pending());
    cog_posix_close(client);
}

static void a_sigpipe_of_somebody_else_is_left_pending(void **state) {
    (void)state;
    if (ops->sendfile == NULL) {
        return;
    }
    int32_t client = broken_client();
    int file = open_file();
    sigset_t pipe_set;
    sigset_t before;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &pipe_set, &before), 0);
    size_t count = 0;
    assert_int_equal(ops->sendfile(NULL, client, file, 0, 7, &count), COG_ECLOSED);
    assert_false(is_pending());
    assert_int_equal(raise(SIGPIPE), 0);
    assert_int_equal(ops->sendfile(NULL, client, file, 0, 7, &count), COG_ECLOSED);
    assert_true(is_pending());
    int taken = 0;
    assert_int_equal(sigwait(&pipe_set, &taken), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    assert_int_equal(close(file), 0);
    cog_posix_close(client);
}

int main(void) {
    ops = cog_nonblocking_posix();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_waits),
        cmocka_unit_test(what_is_peeked_at_stays),
        cmocka_unit_test(a_connect_that_fails_has_closed_its_socket),
        cmocka_unit_test(a_connect_under_way_is_pending_until_it_is_made),
        cmocka_unit_test(what_is_no_socket_or_of_another_kind_is_a_bad_socket),
        cmocka_unit_test(an_address_that_no_machine_here_has_is_unreachable),
        cmocka_unit_test(a_datagram_that_is_cut_is_full),
        cmocka_unit_test(sending_to_nobody_is_closed_and_raises_no_signal),
        cmocka_unit_test(a_sigpipe_of_somebody_else_is_left_pending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
