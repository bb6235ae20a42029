/* test_embedding.c - a scheduler driven by another main loop: it waits for the scheduler's
 * descriptor beside its own, until the next deadline, and then iterates without sleeping.
 *
 * That the loop does not spin is seen from how often it has waited: each wait ends for a reason.
 */
#include "tests/unit/wire.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 10 };

/* The main loop: two descriptors of its own, and the scheduler's. */
struct loop {
    struct cog_scheduler *scheduler;
    int inbox;  /* a pipe that the loop reads, */
    int outbox; /* and that the ticker writes */
    int client;
    size_t wait_count;
    size_t echo_count;
    size_t tick_count;
};

static void open_loop(struct loop *loop, struct cog_proactor proactor) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *loop = (struct loop){.inbox = ends[0], .outbox = ends[1], .client = -1};
    const struct cog_scheduler_options options = {.proactor = proactor};
    assert_int_equal(cog_scheduler_new(&options, &loop->scheduler), COG_OK);
}

static void close_loop(struct loop *loop) {
    cog_scheduler_free(loop->scheduler);
    assert_int_equal(close(loop->inbox), 0);
    assert_int_equal(close(loop->outbox), 0);
    if (loop->client >= 0) {
        assert_int_equal(close(loop->client), 0);
    }
}

/* Milliseconds until the next deadline, rounded up; -1: there is none. */
static int next_timeout_ms(struct loop *loop) {
    if (cog_next_deadline_ns(loop->scheduler) == INT64_MAX) {
        return -1;
    }
    return (int)((cog_next_timer_delta(loop->scheduler) + COG_MILLISECOND - 1) / COG_MILLISECOND);
}

static void iterate(struct loop *loop) {
    do {
        assert_int_equal(cog_iterate(loop->scheduler, 0), COG_MORE);
    } while (cog_has_ready(loop->scheduler));
}

/* Iterates, and waits once. Which of the three are ready, bit by bit: inbox 1, client 2, scheduler
 * 4. */
static int wait_once(struct loop *loop) {
    iterate(loop);
    struct pollfd polled[] = {
        {.fd = loop->inbox, .events = POLLIN},
        {.fd = loop->client, .events = POLLIN},
        {.fd = cog_scheduler_descriptor(loop->scheduler), .events = POLLIN},
    };
    loop->wait_count++;
    assert_true(poll(polled, 3, next_timeout_ms(loop)) >= 0);
    int ready = 0;
    for (int i = 0; i < 3; i++) {
        ready |= polled[i].revents != 0 ? 1 << i : 0;
    }
    return ready;
}

/* ---- The coroutines ---- */

struct echo {
    struct loop *loop;
    struct wire_address *address;
    int state;
    int32_t listener;
    int32_t socket;
    char buffer[16];
};

static int step_echo(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct echo *echo = context;
    switch (echo->state++) {
    case 0:
        cog_set_listen(op, (const struct sockaddr *)&echo->address->storage, echo->address->bytes,
                       1);
        return COG_STEP_AWAIT;
    case 1:
        assert_int_equal(op->status, COG_OK);
        echo->listener = op->socket;
        echo->address->bytes = sizeof echo->address->storage;
        assert_int_equal(getsockname(op->socket, (struct sockaddr *)&echo->address->storage,
                                     &echo->address->bytes),
                         0);
        cog_set_accept(op, echo->listener);
        return COG_STEP_AWAIT;
    case 2:
        echo->socket = op->socket;
        break;
    case 4:
        assert_int_equal(op->status, COG_OK);
        echo->state = 3;
        break;
    default:
        assert_int_equal(op->status, COG_OK);
        cog_set_sendall(op, echo->socket, echo->buffer, op->u.io.done);
        return COG_STEP_AWAIT;
    }
    cog_set_recv(op, echo->socket, echo->buffer, sizeof echo->buffer);
    return COG_STEP_AWAIT;
}

struct ticker {
    struct loop *loop;
    bool has_slept;
};

/* Tells the loop of each tick through the pipe. */
static int step_ticker(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct ticker *ticker = context;
    if (ticker->has_slept) {
        assert_int_equal(write(ticker->loop->outbox, "t", 1), 1);
    }
    ticker->has_slept = true;
    cog_set_sleep(op, COG_MILLISECOND);
    return COG_STEP_AWAIT;
}

static void *add(struct loop *loop, const struct cog_coro_type *type) {
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(loop->scheduler, type, NULL, &coro), COG_OK);
    void *context = cog_coro_context(coro);
    assert_int_equal(cog_add(loop->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    return context;
}

static void add_echo(struct loop *loop, struct wire_address *address) {
    static const struct cog_coro_type type = {.step = step_echo,
                                              .context_bytes = sizeof(struct echo)};
    *address = wire_address(AF_INET);
    struct echo *echo = add(loop, &type);
    echo->loop = loop;
    echo->address = address;
    iterate(loop);
    loop->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(
        connect(loop->client, (const struct sockaddr *)&address->storage, address->bytes), 0);
}

static bool has_descriptor(const struct loop *loop) {
    return cog_scheduler_descriptor(loop->scheduler) >= 0;
}

/* ---- Tests ---- */

static void echoes_and_ticks_go_through_another_main_loop_that_does_not_spin(void **state) {
    (void)state;
    static const struct cog_coro_type ticker_type = {.step = step_ticker,
                                                     .context_bytes = sizeof(struct ticker)};
    struct loop loop;
    struct wire_address address;
    open_loop(&loop, (struct cog_proactor){.ops = NULL});
    if (!has_descriptor(&loop)) {
        close_loop(&loop);
        skip();
    }
    add_echo(&loop, &address);
    ((struct ticker *)add(&loop, &ticker_type))->loop = &loop;
    wire_raw_send(loop.client, "ping", 4);
    while (loop.echo_count < ROUNDS || loop.tick_count < ROUNDS) {
        int ready = wait_once(&loop);
        char byte;
        if ((ready & 1) != 0) {
            assert_int_equal(read(loop.inbox, &byte, 1), 1);
            loop.tick_count++;
        }
        if ((ready & 2) != 0) {
            wire_raw_expect(loop.client, "ping", 4);
            loop.echo_count++;
            wire_raw_send(loop.client, "ping", 4);
        }
    }
    /* Of a tick: the deadline, the pipe. Of an echo: the server's readiness, the client's. */
    assert_true(loop.wait_count <= 2 * loop.tick_count + 2 * loop.echo_count + 10);
    close_loop(&loop);
}

static void without_anything_to_do_the_descriptor_is_not_readable(void **state) {
    (void)state;
    struct loop loop;
    struct wire_address address;
    open_loop(&loop, (struct cog_proactor){.ops = NULL});
    if (has_descriptor(&loop)) {
        add_echo(&loop, &address);
        wire_raw_send(loop.client, "ping", 4);
        while ((wait_once(&loop) & 2) == 0) {
        }
        iterate(&loop);
        struct pollfd polled = {.fd = cog_scheduler_descriptor(loop.scheduler), .events = POLLIN};
        assert_int_equal(poll(&polled, 1, 0), 0);
    }
    close_loop(&loop);
}

/* ---- What makes the descriptor readable, beside sockets that are ready ---- */

static bool is_readable(const struct wire *wire) {
    struct pollfd polled = {.fd = cog_scheduler_descriptor(wire->scheduler), .events = POLLIN};
    return poll(&polled, 1, 0) == 1;
}

static bool is_embeddable(const struct wire *wire) {
    return cog_scheduler_descriptor(wire->scheduler) >= 0;
}

static void a_wake_makes_it_readable_until_a_run(void **state) {
    struct wire *wire = *state;
    if (is_embeddable(wire)) {
        assert_false(is_readable(wire));
        wire->proactor.ops->wake(wire->proactor.context);
        assert_true(is_readable(wire));
        assert_int_equal(wire->proactor.ops->run(wire->proactor.context, 0), COG_OK);
        assert_false(is_readable(wire));
    }
}

static void a_socket_closed_from_outside_makes_it_readable(void **state) {
    struct wire *wire = *state;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    if (is_embeddable(wire)) {
        assert_false(is_readable(wire));
        assert_int_equal(cog_close_socket(wire->scheduler, socket), COG_OK);
        assert_true(is_readable(wire));
        wire_settle(wire);
        assert_true(receiving->is_done);
        assert_false(is_readable(wire));
    }
}

/* Ten bytes an attempt; the loop iterates only when the descriptor tells it to. */
static void a_transfer_that_can_go_on_makes_it_readable(void **state) {
    struct wire *wire = *state;
    if (!is_embeddable(wire) || wire_reactor(wire) == NULL) {
        return;
    }
    wire_reactor(wire)->primitives.burst_bytes = 10;
    int raw = -1;
    int32_t socket = wire_pair(wire, &raw);
    char text[1000];
    wire_fill(text, sizeof text);
    struct wire_task *sending = wire_sendall(wire, socket, text, sizeof text);
    while (!sending->is_done) {
        assert_true(cog_has_ready(wire->scheduler) || is_readable(wire));
        assert_true(cog_iterate(wire->scheduler, 0) >= COG_OK);
    }
    assert_int_equal(sending->op.status, COG_OK);
    wire_raw_expect(raw, text, sizeof text);
}

/* Nobody reads what comes, so it is no reason to iterate again and again. */
static void data_that_nobody_waits_for_does_not_keep_it_readable(void **state) {
    struct wire *wire = *state;
    int raws[2];
    int32_t socket = wire_pair(wire, &raws[0]);
    int32_t other = wire_pair(wire, &raws[1]);
    char byte;
    struct wire_task *receiving = wire_recv(wire, socket, &byte, 1);
    wire_raw_send(raws[0], "x", 1);
    assert_int_equal(wire_finish(receiving), COG_OK);
    struct wire_task *waiting = wire_recv(wire, other, &byte, 1);
    if (is_embeddable(wire)) {
        wire_raw_send(raws[0], "y", 1);
        while (recv(socket, &byte, 1, MSG_PEEK) != 1) {
        }
        assert_int_equal(cog_iterate(wire->scheduler, 0), COG_MORE);
        assert_false(is_readable(wire));
    }
    assert_false(waiting->is_done);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes_and_ticks_go_through_another_main_loop_that_does_not_spin),
        cmocka_unit_test(without_anything_to_do_the_descriptor_is_not_readable),
    };
    const struct wire_test wire_tests[] = {
        WIRE_TEST(a_wake_makes_it_readable_until_a_run),
        WIRE_TEST(a_socket_closed_from_outside_makes_it_readable),
        WIRE_TEST(a_transfer_that_can_go_on_makes_it_readable),
        WIRE_TEST(data_that_nobody_waits_for_does_not_keep_it_readable),
    };
    int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
    failed_count += wire_run_tests(wire_tests, sizeof wire_tests / sizeof wire_tests[0]);
    return failed_count != 0;
}
