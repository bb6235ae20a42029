/* test_contract_connections.c - the contract of every proactor, the simulated one among them:
 * listening, connecting and accepting. */
#include "tests/contract/ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct sockaddr *generic(const struct wire_address *address) {
    return (const struct sockaddr *)&address->storage;
}

/* Bytes go through from A to B and back. */
static void exchange(struct ground *ground, const int32_t ends[GROUND_SIDES]) {
    char buffer[8];
    ground_send_text(ground, GROUND_A, ends[GROUND_A], "hello");
    assert_int_equal(ground_finish(ground_recvall(ground, GROUND_B, ends[GROUND_B], buffer, 5)),
                     COG_OK);
    assert_memory_equal(buffer, "hello", 5);
    ground_send_text(ground, GROUND_B, ends[GROUND_B], "you");
    assert_int_equal(ground_finish(ground_recvall(ground, GROUND_A, ends[GROUND_A], buffer, 3)),
                     COG_OK);
    assert_memory_equal(buffer, "you", 3);
}

static void an_accept_that_waits_gets_the_connection(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *accepting = ground_accept(ground, listener);
    assert_false(accepting->is_done);
    assert_int_equal(ground_held_count(ground, GROUND_B), 1);
    struct ground_task *connecting = ground_connect(ground, &address);
    assert_int_equal(ground_finish(connecting), COG_OK);
    assert_int_equal(ground_finish(accepting), COG_OK);
    assert_int_equal(ground_held_count(ground, GROUND_B), 0);
    const int32_t ends[] = {connecting->op.socket, accepting->op.socket};
    exchange(ground, ends);
}

static void a_connection_that_waits_is_accepted_at_once(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *first = ground_connect(ground, &address);
    struct ground_task *second = ground_connect(ground, &address);
    assert_int_equal(ground_finish(first), COG_OK);
    assert_int_equal(ground_finish(second), COG_OK);
    struct ground_task *one = ground_accept(ground, listener);
    struct ground_task *two = ground_accept(ground, listener);
    assert_true(one->is_done && two->is_done);
    assert_int_equal(one->op.status, COG_OK);
    assert_int_equal(two->op.status, COG_OK);
    assert_int_not_equal(one->op.socket, two->op.socket);
    const int32_t ends[] = {first->op.socket, one->op.socket};
    exchange(ground, ends);
}

static void accepts_are_served_in_the_order_of_submitting(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *one = ground_accept(ground, listener);
    struct ground_task *two = ground_accept(ground, listener);
    struct ground_task *first = ground_connect(ground, &address);
    assert_int_equal(ground_finish(first), COG_OK);
    assert_int_equal(ground_finish(one), COG_OK);
    assert_false(two->is_done);
    const int32_t ends[] = {first->op.socket, one->op.socket};
    exchange(ground, ends);
    assert_int_equal(ground_finish(ground_connect(ground, &address)), COG_OK);
    assert_int_equal(ground_finish(two), COG_OK);
}

static void nobody_listens_is_refused(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    ground_close(ground, GROUND_B, ground_listen(ground, 8, &address));
    struct ground_task *connecting = ground_connect(ground, &address);
    assert_int_equal(ground_finish(connecting), COG_EREFUSED);
    assert_int_equal(connecting->op.socket, -1);
    assert_int_equal(ground_held_count(ground, GROUND_A), 0);
}

static void an_address_that_is_taken_is_in_use(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *again = ground_task(ground, GROUND_B);
    cog_set_listen(&again->op, generic(&address), address.bytes, 1);
    assert_int_equal(ground_do(again), COG_EADDRINUSE);
    assert_int_equal(again->op.socket, -1);
    ground_close(ground, GROUND_B, listener);
}

static void what_is_no_address_is_invalid(void **state) {
    struct ground *ground = *state;
    struct ground_task *task = ground_task(ground, GROUND_A);
    cog_set_connect(&task->op, NULL, 0);
    assert_int_equal(ground_do(task), COG_EINVALID);
    assert_int_equal(task->op.socket, -1);
    struct wire_address address = wire_address(AF_INET);
    task = ground_task(ground, GROUND_A);
    cog_set_connect(&task->op, generic(&address), 1);
    assert_int_equal(ground_do(task), COG_EINVALID);
    task = ground_task(ground, GROUND_B);
    cog_set_listen(&task->op, generic(&address), 100000, 1);
    assert_int_equal(ground_do(task), COG_EINVALID);
}

/* Fills the backlog; the connect that it has no room for, which has not ended: null where the
 * system says at once that there is no room. */
static struct ground_task *fill_backlog(struct ground *ground, const struct wire_address *address) {
    for (int i = 0; i < 100; i++) {
        struct ground_task *connecting = ground_task(ground, GROUND_A);
        cog_set_connect(&connecting->op, generic(address), address->bytes);
        cog_set_timeout(&connecting->op, 100, true);
        ground_start(connecting);
        for (int round = 0; !connecting->is_done && round < 10; round++) {
            ground_settle(ground);
        }
        if (!connecting->is_done) {
            return connecting;
        }
        if (connecting->op.status != COG_OK) {
            assert_int_equal(connecting->op.status, COG_EFULL);
            assert_true(ground_is_unix(ground));
            return NULL;
        }
    }
    fail_msg("the backlog has no bound");
    return NULL;
}

static void a_connect_to_a_full_backlog_waits_and_times_out(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    (void)ground_listen(ground, 1, &address);
    struct ground_task *waiting = fill_backlog(ground, &address);
    if (waiting != NULL) {
        assert_int_equal(ground_held_count(ground, GROUND_A), 1);
        ground_pass(ground, 99);
        assert_false(waiting->is_done);
        ground_pass(ground, 1);
        assert_true(waiting->is_done);
        assert_int_equal(waiting->op.status, COG_ETIMEDOUT);
        assert_int_equal(waiting->op.socket, -1);
    }
    assert_int_equal(ground_held_count(ground, GROUND_A), 0);
}

static void a_connect_under_way_is_cancelled_and_its_socket_closed(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    (void)ground_listen(ground, 1, &address);
    struct ground_task *waiting = fill_backlog(ground, &address);
    if (waiting == NULL) {
        return;
    }
    size_t descriptor_count = wire_count_descriptors();
    assert_int_equal(cog_cancel(waiting->coro), COG_OK);
    assert_int_equal(ground_held_count(ground, GROUND_A), 0);
    assert_int_equal(wire_count_descriptors(), descriptor_count - !ground_is_simulated(ground));
    ground_settle(ground);
    assert_false(waiting->is_done);
}

/* Whoever waits in the backlog was connected, and then is not. */
static void closing_a_listener_resets_who_waits_in_its_backlog(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *connecting = ground_connect(ground, &address);
    assert_int_equal(ground_finish(connecting), COG_OK);
    char byte;
    struct ground_task *receiving = ground_recv(ground, GROUND_A, connecting->op.socket, &byte, 1);
    ground_close(ground, GROUND_B, listener);
    assert_int_equal(ground_finish(receiving), COG_ERESET);
}

static void a_listener_can_listen_again(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    for (int i = 0; i < 3; i++) {
        int32_t listener = ground_listen(ground, 8, &address);
        struct ground_task *accepting = ground_accept(ground, listener);
        struct ground_task *connecting = ground_connect(ground, &address);
        assert_int_equal(ground_finish(connecting), COG_OK);
        assert_int_equal(ground_finish(accepting), COG_OK);
        const int32_t ends[] = {connecting->op.socket, accepting->op.socket};
        exchange(ground, ends);
        ground_close(ground, GROUND_B, listener);
    }
}

static void a_closed_socket_and_none_at_all_are_bad_sockets(void **state) {
    struct ground *ground = *state;
    struct wire_address address;
    int32_t closed = ground_listen(ground, 8, &address);
    ground_close(ground, GROUND_B, closed);
    char byte;
    const int32_t numbers[] = {-1, closed, 100000, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct ground_task *receiving = ground_recv(ground, GROUND_B, numbers[i], &byte, 1);
        assert_true(receiving->is_done);
        assert_int_equal(receiving->op.status, COG_EBADSOCKET);
        assert_int_equal(ground_finish(ground_accept(ground, numbers[i])), COG_EBADSOCKET);
        assert_int_equal(ground_finish(ground_sendall(ground, GROUND_B, numbers[i], "x", 1)),
                         COG_EBADSOCKET);
        struct ground_task *task = ground_task(ground, GROUND_B);
        cog_set_shutdown(&task->op, numbers[i]);
        assert_int_equal(ground_do(task), COG_EBADSOCKET);
        task = ground_task(ground, GROUND_B);
        cog_set_close(&task->op, numbers[i]);
        assert_int_equal(ground_do(task), COG_EBADSOCKET);
        assert_int_equal(cog_close_socket(ground->schedulers[GROUND_B], numbers[i]),
                         COG_EBADSOCKET);
    }
}

/* Found out by trying; one that is held without that may wait until its timeout. */
static void a_socket_of_the_wrong_kind_is_a_bad_socket(void **state) {
    struct ground *ground = *state;
    if (!ground->setting.tries_first) {
        return;
    }
    char byte;
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *receiving = ground_recv(ground, GROUND_B, listener, &byte, 1);
    int status = ground_finish(receiving);
    /* A Unix socket that listens says that of another argument. */
    assert_true(status == COG_EBADSOCKET || (ground_is_unix(ground) && status == COG_EINVALID));
    int32_t ends[GROUND_SIDES];
    ground_pair(ground, ends);
    assert_int_equal(ground_finish(ground_accept(ground, ends[GROUND_B])), COG_EBADSOCKET);
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(an_accept_that_waits_gets_the_connection),
        WIRE_TEST(a_connection_that_waits_is_accepted_at_once),
        WIRE_TEST(accepts_are_served_in_the_order_of_submitting),
        WIRE_TEST(nobody_listens_is_refused),
        WIRE_TEST(an_address_that_is_taken_is_in_use),
        WIRE_TEST(what_is_no_address_is_invalid),
        WIRE_TEST(a_connect_to_a_full_backlog_waits_and_times_out),
        WIRE_TEST(a_connect_under_way_is_cancelled_and_its_socket_closed),
        WIRE_TEST(closing_a_listener_resets_who_waits_in_its_backlog),
        WIRE_TEST(a_listener_can_listen_again),
        WIRE_TEST(a_closed_socket_and_none_at_all_are_bad_sockets),
        WIRE_TEST(a_socket_of_the_wrong_kind_is_a_bad_socket),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
