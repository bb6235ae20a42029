/* test_contract_files.c - the contract of every proactor over real sockets: files that are sent,
 * the families of addresses, and the queue of a Unix socket. */
#include "tests/unit/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_BYTES = 12 << 20 };

/* ---- A queue ---- */

static int32_t bind_at(struct wire *wire, struct wire_address *address) {
    struct wire_task *task = wire_task(wire);
    cog_set_bind(&task->op, (const struct sockaddr *)&address->storage, address->bytes);
    assert_int_equal(wire_do(task), COG_OK);
    address->bytes = sizeof address->storage;
    assert_int_equal(
        getsockname(task->op.socket, (struct sockaddr *)&address->storage, &address->bytes), 0);
    return task->op.socket;
}

static int send_to(struct wire *wire, int32_t socket, const struct wire_address *address) {
    struct wire_task *task = wire_task(wire);
    cog_set_sendto(&task->op, socket, "x", 1, (const struct sockaddr *)&address->storage,
                   address->bytes);
    return wire_do(task);
}

/* Waiting for room would be waiting for nothing: the system does not tell. */
static void a_full_unix_datagram_socket_is_full(void **state) {
    struct wire *wire = *state;
    struct wire_address here = wire_address(AF_UNIX);
    int32_t receiver = bind_at(wire, &here);
    struct wire_address nowhere = {.storage = {.ss_family = AF_UNIX}, .bytes = sizeof(sa_family_t)};
    int32_t sender = bind_at(wire, &nowhere);
    int status = COG_OK;
    for (int i = 0; i < 10000 && status == COG_OK; i++) {
        status = send_to(wire, sender, &here);
        if (i % 100 == 99) {
            wire_settle(wire);
        }
    }
    char byte;
    assert_int_equal(status, COG_EFULL);
    struct wire_task *receiving = wire_task(wire);
    cog_set_recvfrom(&receiving->op, receiver, &byte, 1, NULL, 0);
    assert_int_equal(wire_do(receiving), COG_OK);
    assert_int_equal(send_to(wire, sender, &here), COG_OK);
    (void)unlink(((struct sockaddr_un *)&here.storage)->sun_path);
}

/* ---- Files ---- */

/* A file of that many bytes with no name. */
static int make_file(struct wire *wire, size_t bytes) {
    char name[] = "wire-XXXXXX";
    int file = wire_keep_raw(wire, mkstemp(name));
    assert_int_equal(unlink(name), 0);
    char *content = malloc(bytes);
    assert_non_null(content);
    wire_fill(content, bytes);
    assert_int_equal(write(file, content, bytes), bytes);
    free(content);
    return file;
}

static struct wire_task *send_file(struct wire *wire, int32_t socket, int file, int64_t offset,
                                   size_t bytes, size_t block_bytes) {
    struct wire_task *task = wire_task(wire);
    cog_set_sendfile(&task->op, socket, file, offset, bytes, block_bytes);
    wire_start(task);
    return task;
}

static void a_file_goes_out_to_its_end_to_a_slow_reader(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    int file = make_file(wire, FILE_BYTES);
    struct wire_task *sending = send_file(wire, socket, file, 0, 0, 0);
    assert_false(sending->is_done);
    char *received = malloc(FILE_BYTES);
    assert_non_null(received);
    size_t at = 0;
    while (at < FILE_BYTES) {
        ssize_t count = recv(raw, received + at, FILE_BYTES - at, MSG_DONTWAIT);
        at += count > 0 ? (size_t)count : 0;
        wire_settle(wire);
    }
    assert_int_equal(wire_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.file.done, FILE_BYTES);
    wire_check(received, FILE_BYTES);
    free(received);
}

static void a_part_of_a_file_goes_out_in_blocks_and_its_position_stays(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    int file = make_file(wire, 10000);
    assert_int_equal(lseek(file, 77, SEEK_SET), 77);
    struct wire_task *sending = send_file(wire, socket, file, 1000, 5000, 100);
    assert_int_equal(wire_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.file.done, 5000);
    assert_int_equal(lseek(file, 0, SEEK_CUR), 77);
    wire_close(wire, socket);
    char content[10000];
    wire_fill(content, sizeof content);
    wire_raw_expect(raw, content + 1000, 5000);
    assert_int_equal(recv(raw, content, 1, 0), 0);
}

static void a_file_that_is_too_short_is_the_end(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    int file = make_file(wire, 100);
    struct wire_task *sending = send_file(wire, socket, file, 90, 20, 0);
    assert_int_equal(wire_finish(sending), COG_EEND);
    assert_int_equal(sending->op.u.file.done, 10);
    sending = send_file(wire, socket, file, 100, 0, 0);
    assert_int_equal(wire_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.file.done, 0);
}

static void what_is_no_file_fails(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    assert_int_equal(wire_finish(send_file(wire, socket, -1, 0, 0, 0)), COG_EIO);
    assert_int_equal(wire_finish(send_file(wire, socket, raw, 0, 10, 0)), COG_EIO);
    assert_int_equal(wire_finish(send_file(wire, -1, raw, 0, 10, 0)), COG_EBADSOCKET);
}

/* The test ends if it is: nobody handles it here. */
static void a_file_to_a_broken_connection_raises_no_signal(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    int file = make_file(wire, 1000);
    wire_raw_close(wire, raw, true);
    int status = COG_OK;
    for (int i = 0; i < 3; i++) {
        status = wire_finish(send_file(wire, socket, file, 0, 0, 0));
    }
    assert_int_equal(status, COG_ECLOSED);
}

/* ---- Families ---- */

/* Connects, and sends one byte through. */
static void play_family(struct wire *wire, int family) {
    struct wire_address address = wire_address(family);
    int32_t listener = wire_listen(wire, &address);
    struct wire_task *accepting = wire_accept(wire, listener);
    struct wire_task *connecting = wire_connect(wire, &address);
    assert_int_equal(wire_finish(connecting), COG_OK);
    assert_int_equal(wire_finish(accepting), COG_OK);
    char byte;
    struct wire_task *receiving = wire_recv(wire, accepting->op.socket, &byte, 1);
    assert_int_equal(wire_finish(wire_sendall(wire, connecting->op.socket, "x", 1)), COG_OK);
    assert_int_equal(wire_finish(receiving), COG_OK);
    assert_int_equal(byte, 'x');
}

static void addresses_of_ipv6_work(void **state) {
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct wire_address address = wire_address(AF_INET6);
    bool exists =
        probe >= 0 && bind(probe, (const struct sockaddr *)&address.storage, address.bytes) == 0;
    if (probe >= 0) {
        assert_int_equal(close(probe), 0);
    }
    if (exists) {
        play_family(*state, AF_INET6);
    } else {
        print_message("no IPv6 here\n");
    }
}

static void unix_sockets_work(void **state) {
    play_family(*state, AF_UNIX);
    struct wire_address address = wire_address(AF_UNIX); /* which removes the file, too */
    assert_int_equal(wire_finish(wire_connect(*state, &address)), COG_EUNREACHABLE);
}

static void a_full_backlog_of_a_unix_socket_is_full(void **state) {
    struct wire *wire = *state;
    struct wire_address address = wire_address(AF_UNIX);
    struct wire_task *listening = wire_task(wire);
    cog_set_listen(&listening->op, (const struct sockaddr *)&address.storage, address.bytes, 1);
    assert_int_equal(wire_do(listening), COG_OK);
    int status = COG_OK;
    for (int i = 0; i < 10 && status == COG_OK; i++) {
        status = wire_finish(wire_connect(wire, &address));
    }
    assert_int_equal(status, COG_EFULL);
    (void)wire_address(AF_UNIX);
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_full_unix_datagram_socket_is_full),
        WIRE_TEST(a_file_goes_out_to_its_end_to_a_slow_reader),
        WIRE_TEST(a_part_of_a_file_goes_out_in_blocks_and_its_position_stays),
        WIRE_TEST(a_file_that_is_too_short_is_the_end),
        WIRE_TEST(what_is_no_file_fails),
        WIRE_TEST(a_file_to_a_broken_connection_raises_no_signal),
        WIRE_TEST(addresses_of_ipv6_work),
        WIRE_TEST(unix_sockets_work),
        WIRE_TEST(a_full_backlog_of_a_unix_socket_is_full),
    };
    return wire_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
