/* test_proactors_limits.c - the contract of every proactor over real sockets: closing, numbers that
 * come back, very many, none left, being woken, being fair, and how often the system is asked. */
#include "tests/unit/wire.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONNECTIONS_MAX = 5000, MANY_BYTES = 16 << 20 };

static size_t held_count(const struct wire *wire) {
    return wire->proactor.ops->held_count(wire->proactor.context);
}

/* ---- Closing ---- */

static void a_close_ends_what_is_held_on_the_socket(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char *many = calloc(1, MANY_BYTES);
    assert_non_null(many);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    struct wire_task *behind = wire_recv(wire, socket, &byte, 1);
    struct wire_task *sending = wire_sendall(wire, socket, many, MANY_BYTES);
    assert_int_equal(held_count(wire), 3);
    wire_close(wire, socket);
    assert_int_equal(wire_finish(receiving), COG_ECLOSED);
    assert_int_equal(wire_finish(behind), COG_ECLOSED);
    assert_int_equal(wire_finish(sending), COG_ECLOSED);
    assert_int_equal(held_count(wire), 0);
    free(many);
}

static void a_socket_closed_from_outside_ends_what_is_held(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(cog_close_socket(wire->scheduler, socket), COG_OK);
    assert_int_equal(wire_finish(receiving), COG_ECLOSED);
    assert_int_equal(cog_close_socket(wire->scheduler, socket), COG_EBADSOCKET);
}

/* An operation of the old socket waits to be told that, and is cancelled first. */
static void an_orphan_can_be_cancelled(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(cog_close_socket(wire->scheduler, socket), COG_OK);
    assert_int_equal(held_count(wire), 1);
    assert_int_equal(cog_cancel(receiving->coro), COG_OK);
    assert_int_equal(held_count(wire), 0);
    wire_settle(wire);
    assert_false(receiving->is_done);
}

static void a_close_with_unread_data_resets_the_peer(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    wire_raw_send(raw, "abc", 3);
    char byte;
    assert_int_equal(wire_finish(wire_recv(wire, socket, &byte, 1)), COG_OK);
    wire_close(wire, socket);
    assert_int_equal(recv(raw, &byte, 1, 0), -1);
}

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

/* Found out by trying; one that is held without that may wait until its timeout. */
static void a_socket_of_the_wrong_kind_is_no_socket(void **state) {
    struct wire *wire = *state;
    if (!wire->tries_first) {
        return;
    }
    char byte;
    struct wire_address address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    assert_int_equal(wire_finish(wire_recv(wire, listener, &byte, 1)), COG_EBADSOCKET);
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    assert_int_equal(wire_finish(wire_accept(wire, socket)), COG_EBADSOCKET);
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

/* ---- Being woken ---- */

struct waker {
    struct wire *wire;
    pthread_barrier_t *barrier;
};

static void *wake_later(void *argument) {
    struct waker *waker = argument;
    (void)pthread_barrier_wait(waker->barrier);
    waker->wire->proactor.ops->wake(waker->wire->proactor.context);
    return NULL;
}

/* An hour, if it is not woken. */
static void sleep_long(struct wire *wire) {
    assert_int_equal(wire->proactor.ops->run(wire->proactor.context, 3600 * COG_SECOND), COG_OK);
}

static void another_thread_ends_a_sleep(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    char byte;
    struct wire_task *receiving = wire_recv(wire, wire_pair(wire, &raw), &byte, 1);
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (int i = 0; i < 200; i++) {
        struct waker waker = {.wire = wire, .barrier = &barrier};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, wake_later, &waker), 0);
        (void)pthread_barrier_wait(&barrier);
        sleep_long(wire);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    assert_int_equal(pthread_barrier_destroy(&barrier), 0);
    assert_false(receiving->is_done);
}

static bool is_raised(const struct wire *wire) {
    return wire_reactor(wire) != NULL && cog_wakeup_is_raised(&wire_reactor(wire)->wakeup);
}

static void a_wake_before_the_sleep_counts_and_many_are_one(void **state) {
    struct wire *wire = *state;
    for (int i = 0; i < 100; i++) {
        wire->proactor.ops->wake(wire->proactor.context);
    }
    sleep_long(wire);
    assert_false(is_raised(wire));
    wire->proactor.ops->wake(wire->proactor.context);
    assert_int_equal(wire->proactor.ops->run(wire->proactor.context, 0), COG_OK);
    assert_false(is_raised(wire));
}

static struct cog_proactor woken_by_signal;

static void handle_signal(int number) {
    (void)number;
    woken_by_signal.ops->wake(woken_by_signal.context);
}

static void a_signal_handler_ends_a_sleep(void **state) {
    struct wire *wire = *state;
    woken_by_signal = wire->proactor;
    struct sigaction before;
    struct sigaction action = {.sa_handler = handle_signal};
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    sleep_long(wire);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

static void handle_quietly(int number) {
    (void)number;
}

/* The alarm comes again and again, so one of them comes during the sleep. */
static void an_interrupted_sleep_is_no_failure(void **state) {
    struct wire *wire = *state;
    struct sigaction before;
    struct sigaction action = {.sa_handler = handle_quietly};
    const struct itimerval often = {.it_interval = {.tv_usec = 2000}, .it_value = {.tv_usec = 1}};
    const struct itimerval never = {.it_value = {.tv_usec = 0}};
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    sleep_long(wire);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

/* ---- How often the system is asked, and who has his turn ---- */

static void without_anything_held_a_run_asks_nobody(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    struct wire_address address = wire_address(AF_INET);
    (void)wire_listen(wire, &address);
    uint64_t before = wire_reactor(wire)->asked_count;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(wire->proactor.ops->run(wire->proactor.context, 0), COG_OK);
    }
    assert_int_equal(wire_reactor(wire)->asked_count, before);
}

static void one_run_completes_all_that_is_there(void **state) {
    enum { COUNT = 20 };
    struct wire *wire = *state;
    int32_t sockets[COUNT];
    int raws[COUNT];
    struct wire_task *tasks[COUNT];
    char bytes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        sockets[i] = wire_pair(wire, &raws[i]);
        tasks[i] = wire_recv(wire, sockets[i], &bytes[i], 1);
    }
    for (size_t i = 0; i < COUNT; i++) {
        wire_raw_send(raws[i], "x", 1);
        wire_raw_await_arrival(raws[i]);
    }
    assert_int_equal(held_count(wire), COUNT);
    assert_int_equal(cog_iterate(wire->scheduler, 0), COG_MORE);
    assert_int_equal(held_count(wire), 0);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(wire_finish(tasks[i]), COG_OK);
    }
}

/* Ten bytes an attempt: the long one lets the other one through, and goes on by itself. */
static void a_connection_that_is_always_ready_does_not_keep_others_waiting(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    wire_reactor(wire)->primitives.burst_bytes = 10;
    int raws[2];
    int32_t busy = wire_pair(wire, &raws[0]);
    int32_t quiet = wire_pair(wire, &raws[1]);
    char text[100];
    char received[100];
    wire_fill(text, sizeof text);
    char byte;
    struct wire_task *waiting = wire_recv(wire, quiet, &byte, 1);
    wire_raw_send(raws[0], text, sizeof text);
    wire_raw_send(raws[1], "x", 1);
    wire_raw_await_arrival(raws[1]);
    struct wire_task *reading = wire_task(wire);
    cog_set_recvall(&reading->op, busy, received, sizeof received);
    struct wire_task *sending = wire_task(wire);
    cog_set_sendall(&sending->op, busy, text, sizeof text);
    wire_start(reading);
    wire_start(sending);
    assert_true(waiting->is_done);
    assert_int_equal(wire_finish(reading), COG_OK);
    wire_check(received, sizeof received);
    assert_int_equal(wire_finish(sending), COG_OK);
    wire_raw_expect(raws[0], text, sizeof text);
}

static void what_goes_on_by_itself_is_activity(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    wire_reactor(wire)->primitives.burst_bytes = 10;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    struct wire_task *sending = wire_task(wire);
    char text[1000];
    wire_fill(text, sizeof text);
    cog_set_sendall(&sending->op, socket, text, sizeof text);
    cog_set_timeout(&sending->op, 100, false);
    wire_start(sending);
    while (!sending->is_done) {
        wire->now_ns += 99;
        assert_true(cog_iterate(wire->scheduler, 0) >= COG_OK);
    }
    assert_int_equal(sending->op.status, COG_OK);
    wire_raw_expect(raw, text, sizeof text);
}

static void a_cancelled_operation_leaves_nothing_registered(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    size_t watched_count = wire_reactor(wire)->watched_count;
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(cog_cancel(receiving->coro), COG_OK);
    assert_int_equal(held_count(wire), 0);
    assert_int_equal(wire_reactor(wire)->watched_count, watched_count);
    struct wire_task *next = wire_recv(wire, socket, &byte, 1);
    wire_raw_send(raw, "x", 1);
    assert_int_equal(wire_finish(next), COG_OK);
}

/* Where sockets stay registered: two such reports, and it is registered no more. */
static void a_peer_that_nobody_listens_to_does_not_go_on_waking(void **state) {
    struct wire *wire = *state;
    if (wire_reactor(wire) == NULL) {
        return;
    }
    int raws[2];
    int32_t socket = wire_pair(wire, &raws[0]);
    int32_t other = wire_pair(wire, &raws[1]);
    char bytes[10];
    struct wire_task *receiving = wire_recv(wire, socket, bytes, 1);
    wire_raw_send(raws[0], "x", 1);
    assert_int_equal(wire_finish(receiving), COG_OK);
    struct wire_task *waiting = wire_recv(wire, other, bytes, 1);
    for (int i = 0; i < 9; i++) {
        wire_raw_send(raws[0], "y", 1);
        wire_raw_await_arrival(raws[0]);
        wire_settle(wire);
    }
    assert_true(wire_reactor(wire)->watched_count <= 1);
    assert_int_equal(wire_finish(wire_recvall(wire, socket, bytes, 9)), COG_OK);
    assert_false(waiting->is_done);
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
        WIRE_TEST(a_close_ends_what_is_held_on_the_socket),
        WIRE_TEST(a_socket_closed_from_outside_ends_what_is_held),
        WIRE_TEST(an_orphan_can_be_cancelled),
        WIRE_TEST(a_close_with_unread_data_resets_the_peer),
        WIRE_TEST(a_number_that_comes_back_is_a_new_socket),
        WIRE_TEST(a_number_that_was_not_given_out_is_no_socket),
        WIRE_TEST(a_socket_of_the_wrong_kind_is_no_socket),
        WIRE_TEST(sockets_are_closed_on_exec_and_do_not_block),
        WIRE_TEST(ten_thousand_descriptors_are_served),
        WIRE_TEST(a_number_too_high_for_select_is_a_limit),
        WIRE_TEST(without_descriptors_opening_fails_and_later_works),
        WIRE_TEST(without_memory_a_connection_fails_and_nothing_leaks),
        WIRE_TEST(another_thread_ends_a_sleep),
        WIRE_TEST(a_wake_before_the_sleep_counts_and_many_are_one),
        WIRE_TEST(a_signal_handler_ends_a_sleep),
        WIRE_TEST(an_interrupted_sleep_is_no_failure),
        WIRE_TEST(without_anything_held_a_run_asks_nobody),
        WIRE_TEST(one_run_completes_all_that_is_there),
        WIRE_TEST(a_connection_that_is_always_ready_does_not_keep_others_waiting),
        WIRE_TEST(what_goes_on_by_itself_is_activity),
        WIRE_TEST(a_cancelled_operation_leaves_nothing_registered),
        WIRE_TEST(a_peer_that_nobody_listens_to_does_not_go_on_waking),
        WIRE_TEST(a_proactor_is_opened_by_name),
        WIRE_TEST(a_proactor_that_cannot_be_opened_leaves_nothing),
    };
    return wire_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
