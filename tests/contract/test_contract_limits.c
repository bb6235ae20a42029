/* test_contract_limits.c - the contract of every proactor over real sockets: numbers that come
 * back, very many, none left, and opening. */
#include "tests/unit/wire.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONNECTIONS_MAX = 5000, MANY_BYTES = 16 << 20 };

static size_t held_count(const struct wire *wire) {
    return wire->proactor.ops->held_count(wire->proactor.context);
}

/* ---- Numbers ---- */

static void a_number_that_comes_back_is_a_new_socket(void **state) {
    struct wire *wire = *state;
    int32_t number = -1;
    for (int i = 0; i < 5; i++) {
        int raw = -1;
        int32_t socket = wire_pair(wire, &raw);
        assert_true(number == -1 || socket == number);
        number = socket;
        char byte;
        struct wire_task *orphan = wire_recv(wire, socket, &byte, 1);
        wire_raw_send(raw, "a", i % 2 == 0 ? 1 : 0);
        assert_int_equal(cog_close_socket(wire->scheduler, socket), COG_OK);
        wire_raw_close(wire, raw, false);
        if (i == 3) {
            wire_settle(wire);
            assert_true(orphan->is_done);
        }
    }
    wire_settle(wire);
    assert_int_equal(held_count(wire), 0);
}

static void a_number_that_was_not_given_out_is_no_socket(void **state) {
    struct wire *wire = *state;
    char byte;
    const int32_t numbers[] = {-1, 0, 1, 100000, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(wire_finish(wire_recv(wire, numbers[i], &byte, 1)), COG_EBADSOCKET);
        assert_int_equal(cog_close_socket(wire->scheduler, numbers[i]), COG_EBADSOCKET);
    }
}

static void sockets_are_closed_on_exec_and_do_not_block(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    assert_int_equal(fcntl(socket, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(socket, F_GETFL) & O_NONBLOCK,
                     wire_reactor(wire) != NULL ? O_NONBLOCK : 0);
}

/* ---- Very many, and none left ---- */

/* Lets the process have as many descriptors as it may; what it had before. */
static struct rlimit raise_limit(void) {
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit wide = {.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &wide), 0);
    return before;
}

static bool is_select(const struct wire *wire) {
    return strcmp(wire->proactor.ops->name, "select") == 0;
}

/* Two descriptors each: ten thousand, or as many as there may be, with some to spare. */
static size_t connection_count(const struct wire *wire) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    size_t most = is_select(wire) ? FD_SETSIZE : 2 * CONNECTIONS_MAX + 100;
    most = limit.rlim_cur < most ? (size_t)limit.rlim_cur : most;
    return (most - wire_count_descriptors() - 50) / 2;
}

struct connection {
    struct wire_task *connecting;
    struct wire_task *accepting;
    struct wire_task *receiving;
    char byte;
};

static void ten_thousand_descriptors_are_served(void **state) {
    struct wire *wire = *state;
    struct rlimit before = raise_limit();
    size_t count = connection_count(wire);
    struct wire_address address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    struct connection *connections = calloc(count, sizeof *connections);
    assert_non_null(connections);
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = &connections[i];
        connection->connecting = wire_task(wire);
        cog_set_connect(&connection->connecting->op, (const struct sockaddr *)&address.storage,
                        address.bytes);
        wire_launch(connection->connecting);
        connection->accepting = wire_task(wire);
        cog_set_accept(&connection->accepting->op, listener);
        wire_launch(connection->accepting);
        assert_int_equal(wire_finish(connection->connecting), COG_OK);
        assert_int_equal(wire_finish(connection->accepting), COG_OK);
    }
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = &connections[i];
        connection->receiving = wire_task(wire);
        cog_set_recv(&connection->receiving->op, connection->accepting->op.socket,
                     &connection->byte, 1);
        wire_launch(connection->receiving);
    }
    wire_settle(wire);
    assert_int_equal(held_count(wire), count);
    for (size_t i = 0; i < count; i++) {
        wire_raw_send(connections[count - 1 - i].connecting->op.socket, "x", 1);
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(wire_finish(connections[i].receiving), COG_OK);
        assert_int_equal(connections[i].byte, 'x');
    }
    assert_int_equal(held_count(wire), 0);
    free(connections);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* What need not wait is done; and only select has such a bound. Where nothing is tried first, it
 * could not even accept. */
static void a_number_too_high_for_select_is_a_limit(void **state) {
    struct wire *wire = *state;
    if (is_select(wire) && !wire->tries_first) {
        return;
    }
    struct rlimit before = raise_limit();
    int fillers[FD_SETSIZE];
    size_t filler_count = 0;
    do {
        fillers[filler_count] = dup(0);
        assert_true(fillers[filler_count] >= 0);
    } while (fillers[filler_count++] < FD_SETSIZE - 1);
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    assert_true(socket >= FD_SETSIZE);
    char byte;
    struct wire_task *waiting = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(waiting->is_done, is_select(wire));
    if (waiting->is_done) {
        assert_int_equal(waiting->op.status, COG_ELIMIT);
        assert_int_equal(held_count(wire), 0);
    }
    assert_int_equal(wire_finish(wire_sendall(wire, socket, "abc", 3)), COG_OK);
    wire_raw_expect(raw, "abc", 3);
    while (filler_count > 0) {
        assert_int_equal(close(fillers[--filler_count]), 0);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* Leaves the process without descriptors, or gives them back. */
static void limit_descriptors(bool is_limited) {
    static struct rlimit before;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (is_limited) {
        before = limit;
        int lowest = dup(1);
        assert_true(lowest >= 0);
        assert_int_equal(close(lowest), 0);
        limit.rlim_cur = (rlim_t)lowest;
    } else {
        limit = before;
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* One that is held has looked for its descriptor when it was asked for, if the kernel accepts. */
static void without_descriptors_opening_fails_and_later_works(void **state) {
    struct wire *wire = *state;
    struct wire_address address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    struct wire_task *held = wire_accept(wire, listener);
    assert_false(held->is_done);
    (void)wire_raw_connect(wire, &address);
    assert_int_equal(wire_finish(held), COG_OK);
    (void)wire_raw_connect(wire, &address);
    limit_descriptors(true);
    int accepted = wire_finish(wire_accept(wire, listener));
    int connected = wire_finish(wire_connect(wire, &address));
    limit_descriptors(false);
    assert_int_equal(accepted, COG_ELIMIT);
    assert_int_equal(connected, COG_ELIMIT);
    assert_int_equal(wire_finish(wire_accept(wire, listener)), COG_OK);
}

static void without_memory_a_connection_fails_and_nothing_leaks(void **state) {
    struct wire *wire = *state;
    struct wire_address address = wire_address(AF_INET);
    (void)wire_raw_listen(wire, &address, 1000);
    size_t failed_count = 0;
    for (size_t i = 0; i < 100; i++) {
        wire->tally.fail_at = wire->tally.call_count + 2; /* the first one is for the coroutine */
        int status = wire_finish(wire_connect(wire, &address));
        wire->tally.fail_at = 0;
        if (status != COG_OK) {
            assert_int_equal(status, COG_ENOMEM);
            assert_int_equal(wire_finish(wire_connect(wire, &address)), COG_OK);
            failed_count++;
        }
    }
    assert_true(failed_count > 0);
}

/* ---- Opening ---- */

static void a_proactor_is_opened_by_name(void **state) {
    struct wire *wire = *state;
    struct cog_proactor proactor = {.ops = NULL};
    assert_int_equal(cog_proactor_open("no such one", NULL, &proactor), COG_EUNSUPPORTED);
    assert_null(proactor.ops);
    struct cog_proactor_info infos[8];
    size_t count = cog_proactor_list(infos, 8);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(infos[i].name, cog_proactor_name(i));
        assert_int_equal(infos[i].note == NULL, infos[i].is_usable);
        int status = cog_proactor_open(infos[i].name, NULL, &proactor);
        assert_int_equal(status, infos[i].is_usable ? COG_OK : COG_EUNSUPPORTED);
        if (status == COG_OK) {
            assert_string_equal(proactor.ops->name, infos[i].name);
            cog_proactor_close(&proactor);
        }
        assert_null(proactor.ops);
    }
    assert_null(cog_proactor_name(count));
    assert_int_equal(cog_proactor_list(infos, 1), count);
    assert_int_equal(cog_proactor_open(NULL, &wire->tally.allocator, &proactor), COG_OK);
    assert_string_equal(proactor.ops->name, cog_proactor_name(0));
    cog_proactor_close(&proactor);
}

static void a_proactor_that_cannot_be_opened_leaves_nothing(void **state) {
    struct wire *wire = *state;
    const char *name = wire->proactor.ops->name;
    struct cog_proactor proactor = {.ops = NULL};
    limit_descriptors(true);
    int status = cog_proactor_open(name, &wire->tally.allocator, &proactor);
    limit_descriptors(false);
    assert_int_equal(status, COG_EPROACTOR);
    int failed_count = 0;
    do {
        wire->tally.fail_at = wire->tally.call_count + (size_t)failed_count + 1;
        status = cog_proactor_open(name, &wire->tally.allocator, &proactor);
        failed_count += status == COG_ENOMEM ? 1 : 0;
    } while (status == COG_ENOMEM);
    wire->tally.fail_at = 0;
    assert_int_equal(status, COG_OK);
    assert_true(failed_count >= 1);
    cog_proactor_close(&proactor);
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_number_that_comes_back_is_a_new_socket),
        WIRE_TEST(a_number_that_was_not_given_out_is_no_socket),
        WIRE_TEST(sockets_are_closed_on_exec_and_do_not_block),
        WIRE_TEST(ten_thousand_descriptors_are_served),
        WIRE_TEST(a_number_too_high_for_select_is_a_limit),
        WIRE_TEST(without_descriptors_opening_fails_and_later_works),
        WIRE_TEST(without_memory_a_connection_fails_and_nothing_leaks),
        WIRE_TEST(a_proactor_is_opened_by_name),
        WIRE_TEST(a_proactor_that_cannot_be_opened_leaves_nothing),
    };
    return wire_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
