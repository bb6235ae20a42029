/* test_contract_waking.c - the contract of every proactor over real sockets: being woken, telling
 * another main loop when, what has come already, and threads. */
#include "tests/unit/wire.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

static size_t held_count(const struct wire *wire) {
    return wire->proactor.ops->held_count(wire->proactor.context);
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

/* ---- Another main loop ---- */

static bool has_descriptor(const struct wire *wire) {
    return cog_scheduler_descriptor(wire->scheduler) >= 0;
}

/* Does the descriptor tell of something within that time? */
static bool tells(const struct wire *wire, int timeout_ms) {
    struct pollfd polled = {.fd = cog_scheduler_descriptor(wire->scheduler), .events = POLLIN};
    return poll(&polled, 1, timeout_ms) == 1;
}

/* As such a loop does it: it iterates when it is told to, and not at all else. */
static void finish_as_told(struct wire *wire, const struct wire_task *task) {
    while (!task->is_done) {
        assert_true(cog_next_timer_delta(wire->scheduler) == 0 || tells(wire, 10000));
        assert_true(cog_iterate(wire->scheduler, 0) >= COG_OK);
    }
}

static void what_a_cancel_lets_go_on_is_told(void **state) {
    struct wire *wire = *state;
    if (!has_descriptor(wire)) {
        return;
    }
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte;
    struct wire_task *first = wire_recv(wire, socket, &byte, 1);
    struct wire_task *second = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(cog_cancel(first->coro), COG_OK);
    wire_raw_send(raw, "x", 1);
    finish_as_told(wire, second);
    assert_int_equal(second->op.status, COG_OK);
    assert_int_equal(byte, 'x');
}

/* Whoever takes one back may find out about the other. */
static void what_a_cancel_finds_out_is_told(void **state) {
    struct wire *wire = *state;
    if (!has_descriptor(wire)) {
        return;
    }
    int raws[2];
    char byte;
    struct wire_task *idle = wire_recv(wire, wire_pair(wire, &raws[0]), &byte, 1);
    struct wire_task *served = wire_recv(wire, wire_pair(wire, &raws[1]), &byte, 1);
    wire_raw_send(raws[1], "x", 1);
    wire_raw_await_arrival(raws[1]);
    assert_int_equal(cog_cancel(idle->coro), COG_OK);
    finish_as_told(wire, served);
    assert_int_equal(served->op.status, COG_OK);
}

static void what_a_close_from_outside_ends_is_told(void **state) {
    struct wire *wire = *state;
    if (!has_descriptor(wire)) {
        return;
    }
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    assert_int_equal(cog_close_socket(wire->scheduler, socket), COG_OK);
    finish_as_told(wire, receiving);
    assert_int_equal(receiving->op.status, COG_ECLOSED);
}

/* Its answer has come, but nobody has looked yet: it may be too late, and then it is not lost. */
static void what_has_come_is_not_lost_by_a_cancel(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char bytes[2] = {0, 0};
    struct wire_task *receiving = wire_recv(wire, socket, &bytes[0], 1);
    wire_raw_send(raw, "xy", 2);
    wire_raw_await_arrival(raw);
    int cancelled = cog_cancel(receiving->coro);
    assert_true(cancelled == COG_OK || cancelled == COG_PENDING);
    wire_settle(wire);
    assert_int_equal(held_count(wire), 0);
    assert_false(receiving->is_done);
    struct wire_task *next = wire_recv(wire, socket, &bytes[1], 1);
    assert_int_equal(wire_finish(next), COG_OK);
    assert_int_equal(bytes[0], cancelled == COG_PENDING ? 'x' : 0);
    assert_int_equal(bytes[1], cancelled == COG_PENDING ? 'y' : 'x');
}

/* Then a timeout has not been: it ends with what it has got. */
static void what_has_come_before_its_deadline_is_not_lost(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte = 0;
    struct wire_task *receiving = wire_task(wire);
    cog_set_recv(&receiving->op, socket, &byte, 1);
    cog_set_timeout(&receiving->op, 100, true);
    wire_start(receiving);
    wire_raw_send(raw, "x", 1);
    wire_raw_await_arrival(raw);
    wire->now_ns += 100;
    cog_handle_timeouts(wire->scheduler);
    int status = wire_finish(receiving);
    assert_true(status == COG_OK || status == COG_ETIMEDOUT);
    if (status == COG_ETIMEDOUT) {
        assert_int_equal(wire_finish(wire_recv(wire, socket, &byte, 1)), COG_OK);
    }
    assert_int_equal(byte, 'x');
}

/* The scheduler is freed with answers that nobody has looked at; teardown tells what is left. */
static void what_has_come_for_nobody_is_forgotten(void **state) {
    struct wire *wire = *state;
    static char bytes[3];
    for (int i = 0; i < 3; i++) {
        int raw = -1;
        struct wire_task *receiving = wire_recv(wire, wire_pair(wire, &raw), &bytes[i], 1);
        wire_raw_send(raw, "x", 1);
        wire_raw_await_arrival(raw);
        assert_false(receiving->is_done);
    }
    struct wire_address address = wire_address(AF_INET);
    (void)wire_accept(wire, wire_listen(wire, &address));
    (void)wire_raw_connect(wire, &address);
}

/* ---- Threads ---- */

struct start {
    struct wire *wire;
    int32_t socket;
    char *byte;
    struct wire_task *task;
};

static void *start_recv(void *argument) {
    struct start *start = argument;
    start->task = wire_recv(start->wire, start->socket, start->byte, 1);
    return NULL;
}

static void *wake_now(void *argument) {
    const struct wire *wire = argument;
    wire->proactor.ops->wake(wire->proactor.context);
    return NULL;
}

static void in_another_thread(void *(*function)(void *), void *argument) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, function, argument), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* The kernel may give up what was asked for by a thread that has ended. */
static void a_scheduler_may_go_from_a_thread_that_ends_to_another(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    char byte = 0;
    struct start start = {.wire = wire, .socket = wire_pair(wire, &raw), .byte = &byte};
    in_another_thread(start_recv, &start);
    for (int i = 0; i < 3; i++) {
        in_another_thread(wake_now, wire);
        sleep_long(wire);
    }
    assert_false(start.task->is_done);
    wire_raw_send(raw, "x", 1);
    assert_int_equal(wire_finish(start.task), COG_OK);
    assert_int_equal(byte, 'x');
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(another_thread_ends_a_sleep),
        WIRE_TEST(a_wake_before_the_sleep_counts_and_many_are_one),
        WIRE_TEST(a_signal_handler_ends_a_sleep),
        WIRE_TEST(an_interrupted_sleep_is_no_failure),
        WIRE_TEST(what_a_cancel_lets_go_on_is_told),
        WIRE_TEST(what_a_cancel_finds_out_is_told),
        WIRE_TEST(what_a_close_from_outside_ends_is_told),
        WIRE_TEST(what_has_come_is_not_lost_by_a_cancel),
        WIRE_TEST(what_has_come_before_its_deadline_is_not_lost),
        WIRE_TEST(what_has_come_for_nobody_is_forgotten),
        WIRE_TEST(a_scheduler_may_go_from_a_thread_that_ends_to_another),
    };
    return wire_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
