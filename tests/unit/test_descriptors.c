/* test_descriptors.c - the table of sockets: entries that stay, directions, orphans, no memory. */
#include "core/descriptors.h"

#include "tests/unit/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    struct tally tally;
    struct cog_descriptors table;
    struct cog_link orphans;
    struct cog_op ops[6];
};

static int setup(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){.tally = {.live_count = 0}};
    tally_init(&fixture.tally);
    cog_descriptors_init(&fixture.table, &fixture.tally.allocator);
    cog_list_init(&fixture.orphans);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    cog_descriptors_term(&fixture->table);
    return fixture->tally.live_count == 0 ? 0 : -1;
}

static struct cog_descriptor *open_socket(struct fixture *fixture, int32_t number) {
    assert_int_equal(cog_descriptors_open(&fixture->table, number), COG_OK);
    struct cog_descriptor *descriptor = cog_descriptors_find(&fixture->table, number);
    assert_non_null(descriptor);
    assert_int_equal(descriptor->number, number);
    return descriptor;
}

static void what_has_not_been_opened_is_not_found(void **state) {
    struct fixture *fixture = *state;
    (void)open_socket(fixture, 5);
    const int32_t others[] = {-1, INT32_MIN, 0, 4, 6, 64, 1 << 20, INT32_MAX};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_null(cog_descriptors_find(&fixture->table, others[i]));
    }
}

static void entries_stay_where_they_are_while_the_table_grows(void **state) {
    struct fixture *fixture = *state;
    struct cog_descriptor *first = open_socket(fixture, 3);
    for (int32_t number = 4; number < 100000; number += 97) {
        (void)open_socket(fixture, number);
    }
    assert_ptr_equal(cog_descriptors_find(&fixture->table, 3), first);
}

static void a_walk_meets_every_open_socket_in_order(void **state) {
    struct fixture *fixture = *state;
    const int32_t numbers[] = {0, 7, 63, 64, 1000};
    for (size_t i = 5; i > 0; i--) {
        (void)open_socket(fixture, numbers[i - 1]);
    }
    struct cog_descriptor *closed = open_socket(fixture, 65);
    cog_descriptors_close(&fixture->table, closed, &fixture->orphans);
    struct cog_descriptor *descriptor = cog_descriptors_next(&fixture->table, 0);
    for (size_t i = 0; i < 5; i++) {
        assert_non_null(descriptor);
        assert_int_equal(descriptor->number, numbers[i]);
        descriptor = cog_descriptors_next(&fixture->table, descriptor->number + 1);
    }
    assert_null(descriptor);
    assert_int_equal(fixture->table.open_count, 5);
}

static void each_direction_has_its_own_order(void **state) {
    struct fixture *fixture = *state;
    struct cog_op *ops = fixture->ops;
    struct cog_descriptor *descriptor = open_socket(fixture, 9);
    assert_int_equal(cog_descriptor_held(descriptor), 0);
    cog_set_recv(&ops[0], 9, NULL, 1);
    cog_set_accept(&ops[1], 9);
    cog_set_recvfrom(&ops[2], 9, NULL, 0, NULL, 0);
    for (size_t i = 0; i < 3; i++) {
        cog_descriptors_hold(&fixture->table, descriptor, &ops[i]);
    }
    assert_int_equal(cog_descriptor_held(descriptor), COG_RECEIVING_BIT);
    cog_set_sendfile(&ops[3], 9, 0, 0, 0, 0);
    cog_set_connect(&ops[4], NULL, 0);
    cog_set_sendto(&ops[5], 9, NULL, 0, NULL, 0);
    for (size_t i = 3; i < 6; i++) {
        cog_descriptors_hold(&fixture->table, descriptor, &ops[i]);
    }
    assert_int_equal(cog_descriptor_held(descriptor), COG_BOTH_BITS);
    assert_int_equal(fixture->table.held_count, 6);
    assert_ptr_equal(descriptor->held[COG_RECEIVING].next, &ops[0].link);
    assert_ptr_equal(descriptor->held[COG_RECEIVING].prev, &ops[2].link);
    assert_ptr_equal(descriptor->held[COG_SENDING].next, &ops[3].link);
    for (size_t i = 0; i < 6; i++) {
        cog_descriptors_release(&fixture->table, &ops[i]);
    }
    assert_int_equal(fixture->table.held_count, 0);
    assert_int_equal(cog_descriptor_held(descriptor), 0);
}

static void closing_makes_orphans_that_are_still_held(void **state) {
    struct fixture *fixture = *state;
    struct cog_op *ops = fixture->ops;
    struct cog_descriptor *descriptor = open_socket(fixture, 9);
    cog_set_recv(&ops[0], 9, NULL, 1);
    cog_set_recv(&ops[1], 9, NULL, 1);
    cog_set_send(&ops[2], 9, NULL, 1);
    for (size_t i = 0; i < 3; i++) {
        cog_descriptors_hold(&fixture->table, descriptor, &ops[i]);
    }
    cog_descriptors_close(&fixture->table, descriptor, &fixture->orphans);
    assert_null(cog_descriptors_find(&fixture->table, 9));
    assert_int_equal(fixture->table.held_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(fixture->orphans.next, &ops[i].link);
        cog_descriptors_release(&fixture->table, &ops[i]);
    }
    assert_true(cog_list_is_empty(&fixture->orphans));
    assert_int_equal(fixture->table.held_count, 0);
}

static void a_number_that_comes_back_is_of_another_generation(void **state) {
    struct fixture *fixture = *state;
    struct cog_descriptor *descriptor = open_socket(fixture, 9);
    uint32_t generation = descriptor->generation;
    descriptor->may_be_ready = 0;
    descriptor->drains = true;
    cog_descriptors_close(&fixture->table, descriptor, &fixture->orphans);
    assert_ptr_equal(open_socket(fixture, 9), descriptor);
    assert_int_not_equal(descriptor->generation, generation);
    assert_int_not_equal(generation, 0);
    assert_int_equal(descriptor->may_be_ready, COG_BOTH_BITS);
    assert_false(descriptor->drains);
}

static void without_memory_a_socket_is_not_taken_up(void **state) {
    struct fixture *fixture = *state;
    int failed_count = 0;
    int status = COG_OK;
    do {
        fixture->tally.fail_at = fixture->tally.call_count + (size_t)failed_count + 1;
        status = cog_descriptors_open(&fixture->table, 5000);
        fixture->tally.fail_at = 0;
        if (status != COG_OK) {
            assert_int_equal(status, COG_ENOMEM);
            assert_null(cog_descriptors_find(&fixture->table, 5000));
            assert_int_equal(fixture->table.open_count, 0);
            failed_count++;
        }
    } while (status != COG_OK);
    assert_true(failed_count >= 1);
    assert_non_null(cog_descriptors_find(&fixture->table, 5000));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_has_not_been_opened_is_not_found),
        TEST(entries_stay_where_they_are_while_the_table_grows),
        TEST(a_walk_meets_every_open_socket_in_order),
        TEST(each_direction_has_its_own_order),
        TEST(closing_makes_orphans_that_are_still_held),
        TEST(a_number_that_comes_back_is_of_another_generation),
        TEST(without_memory_a_socket_is_not_taken_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
