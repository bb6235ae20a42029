/* test_contract_datagrams.c - the contract of every proactor: datagrams. */
#include "tests/contract/ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A socket of each side, and where it is. */
struct pair {
    int32_t sockets[GROUND_SIDES];
    struct wire_address addresses[GROUND_SIDES];
};

static struct pair bind_pair(struct ground *ground) {
    struct pair pair;
    for (enum ground_side side = GROUND_A; side < GROUND_SIDES; side++) {
        pair.sockets[side] = ground_bind(ground, side, &pair.addresses[side]);
    }
    return pair;
}

/* From A to B. */
static struct ground_task *send_to(struct ground *ground, const struct pair *pair,
                                   const char *bytes, size_t count) {
    const struct wire_address *to = &pair->addresses[GROUND_B];
    struct ground_task *task = ground_task(ground, GROUND_A);
    cog_set_sendto(&task->op, pair->sockets[GROUND_A], bytes, count,
                   (const struct sockaddr *)&to->storage, to->bytes);
    ground_start(task);
    return task;
}

static void send_text(struct ground *ground, const struct pair *pair, const char *text) {
    struct ground_task *sending = send_to(ground, pair, text, strlen(text));
    assert_int_equal(ground_finish(sending), COG_OK);
    assert_int_equal(sending->op.u.io.done, strlen(text));
}

static struct ground_task *receive(struct ground *ground, const struct pair *pair, char *buffer,
                                   size_t bytes, struct wire_address *from) {
    struct ground_task *task = ground_task(ground, GROUND_B);
    cog_set_recvfrom(&task->op, pair->sockets[GROUND_B], buffer, bytes,
                     from != NULL ? (struct sockaddr *)&from->storage : NULL,
                     from != NULL ? sizeof from->storage : 0);
    return task;
}

static void a_datagram_comes_with_the_address_of_its_sender(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    char buffer[10];
    struct wire_address from = {.bytes = 0};
    struct ground_task *receiving = receive(ground, &pair, buffer, sizeof buffer, &from);
    ground_start(receiving);
    assert_false(receiving->is_done);
    send_text(ground, &pair, "abc");
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_int_equal(receiving->op.u.io.done, 3);
    assert_memory_equal(buffer, "abc", 3);
    const struct wire_address *sender = &pair.addresses[GROUND_A];
    assert_true(receiving->op.value.bits >= sizeof(sa_family_t));
    assert_int_equal(from.storage.ss_family, sender->storage.ss_family);
    /* Of a Unix address the terminating zero is counted or is not. */
    size_t bytes = (size_t)receiving->op.value.bits;
    assert_memory_equal(&from.storage, &sender->storage,
                        bytes < sender->bytes ? bytes : sender->bytes);
}

static void datagrams_keep_their_bounds_and_one_that_does_not_fit_is_full(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    const char *const texts[] = {"one", "", "three", "four"};
    for (size_t i = 0; i < 4; i++) {
        send_text(ground, &pair, texts[i]);
    }
    char buffer[4];
    const int statuses[] = {COG_OK, COG_OK, COG_EFULL, COG_OK};
    for (size_t i = 0; i < 4; i++) {
        struct ground_task *receiving = receive(ground, &pair, buffer, sizeof buffer, NULL);
        size_t bytes = strlen(texts[i]) < sizeof buffer ? strlen(texts[i]) : sizeof buffer;
        ground_start(receiving);
        assert_int_equal(ground_finish(receiving), statuses[i]);
        assert_int_equal(receiving->op.u.io.done, bytes);
        assert_memory_equal(buffer, texts[i], bytes);
    }
}

static void a_datagram_beyond_all_bounds_is_invalid(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    char *many = calloc(1, 1 << 20);
    assert_non_null(many);
    assert_int_equal(ground_finish(send_to(ground, &pair, many, 1 << 20)), COG_EINVALID);
    free(many);
}

static void a_recvfrom_times_out_and_the_next_one_receives(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    char buffer[10];
    for (int is_strong = 0; is_strong < 2; is_strong++) {
        struct ground_task *first = receive(ground, &pair, buffer, sizeof buffer, NULL);
        cog_set_timeout(&first->op, 100, is_strong == 1);
        ground_start(first);
        ground_pass(ground, 100);
        assert_int_equal(ground_finish(first), COG_ETIMEDOUT);
    }
    struct ground_task *second = receive(ground, &pair, buffer, sizeof buffer, NULL);
    ground_start(second);
    send_text(ground, &pair, "abc");
    assert_int_equal(ground_finish(second), COG_OK);
}

static void two_receives_are_served_in_order(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    char buffers[2][4];
    struct ground_task *receiving[2];
    for (size_t i = 0; i < 2; i++) {
        receiving[i] = receive(ground, &pair, buffers[i], sizeof buffers[i], NULL);
        ground_start(receiving[i]);
    }
    send_text(ground, &pair, "a");
    send_text(ground, &pair, "b");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ground_finish(receiving[i]), COG_OK);
        assert_int_equal(buffers[i][0], "ab"[i]);
    }
}

static void a_close_ends_who_waits(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    char buffer[10];
    struct ground_task *receiving = receive(ground, &pair, buffer, sizeof buffer, NULL);
    ground_start(receiving);
    ground_close(ground, GROUND_B, pair.sockets[GROUND_B]);
    assert_int_equal(ground_finish(receiving), COG_ECLOSED);
    struct ground_task *again = receive(ground, &pair, buffer, sizeof buffer, NULL);
    ground_start(again);
    assert_int_equal(ground_finish(again), COG_EBADSOCKET);
}

static void a_receive_that_is_cancelled_leaves_the_next_one_to_others(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    char buffer[10];
    struct ground_task *receiving = receive(ground, &pair, buffer, sizeof buffer, NULL);
    ground_start(receiving);
    assert_int_equal(cog_cancel(receiving->coro), COG_OK);
    ground_settle(ground);
    assert_false(receiving->is_done);
    assert_int_equal(ground_held_count(ground, GROUND_B), 0);
    send_text(ground, &pair, "abc");
    struct ground_task *again = receive(ground, &pair, buffer, sizeof buffer, NULL);
    ground_start(again);
    assert_int_equal(ground_finish(again), COG_OK);
}

static void an_address_is_bound_once(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    const struct wire_address *taken = &pair.addresses[GROUND_A];
    struct ground_task *task = ground_task(ground, GROUND_A);
    cog_set_bind(&task->op, (const struct sockaddr *)&taken->storage, taken->bytes);
    assert_int_equal(ground_do(task), COG_EADDRINUSE);
}

/* A stream's operations: a receive takes a datagram as it would take bytes; the others are told. */
static void what_is_for_streams_is_told_or_takes_what_is_there(void **state) {
    struct ground *ground = *state;
    struct pair pair = bind_pair(ground);
    if (ground_is_unix(ground)) {
        return; /* of which each system says something of its own */
    }
    send_text(ground, &pair, "abc");
    char buffer[2];
    struct ground_task *receiving =
        ground_recv(ground, GROUND_B, pair.sockets[GROUND_B], buffer, sizeof buffer);
    assert_int_equal(ground_finish(receiving), COG_OK);
    assert_memory_equal(buffer, "ab", 2);
    struct ground_task *sending = ground_sendall(ground, GROUND_B, pair.sockets[GROUND_B], "x", 1);
    assert_int_equal(ground_finish(sending), COG_EBADSOCKET);
    if (ground->setting.tries_first) { /* else it waits for what never comes */
        struct ground_task *accepting = ground_accept(ground, pair.sockets[GROUND_B]);
        assert_int_equal(ground_finish(accepting), COG_EBADSOCKET);
    }
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_datagram_comes_with_the_address_of_its_sender),
        WIRE_TEST(datagrams_keep_their_bounds_and_one_that_does_not_fit_is_full),
        WIRE_TEST(a_datagram_beyond_all_bounds_is_invalid),
        WIRE_TEST(a_recvfrom_times_out_and_the_next_one_receives),
        WIRE_TEST(two_receives_are_served_in_order),
        WIRE_TEST(a_close_ends_who_waits),
        WIRE_TEST(a_receive_that_is_cancelled_leaves_the_next_one_to_others),
        WIRE_TEST(an_address_is_bound_once),
        WIRE_TEST(what_is_for_streams_is_told_or_takes_what_is_there),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
