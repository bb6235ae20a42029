/* test_agenda.c - arrivals come earliest first, and in the order of sending at one instant. */
#include "sim/agenda.h"

#include "core/status.h"
#include "tests/unit/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void push(struct sim_agenda *agenda, struct tally *tally, int64_t time_ns, uint64_t order) {
    struct sim_arrival arrival = {.time_ns = time_ns, .order = order};
    assert_int_equal(sim_agenda_push(agenda, &tally->allocator, arrival), COG_OK);
}

static void an_empty_agenda_has_nothing_before_the_end_of_time(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_agenda agenda = {.heap = NULL};
    assert_true(sim_agenda_next_ns(&agenda) == INT64_MAX);
    sim_agenda_term(&agenda, &tally.allocator);
    assert_int_equal(tally.call_count, 0);
}

static void the_earliest_comes_first(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_agenda agenda = {.heap = NULL};
    push(&agenda, &tally, 30, 1);
    push(&agenda, &tally, 10, 2);
    push(&agenda, &tally, 20, 3);
    assert_true(sim_agenda_next_ns(&agenda) == 10);
    assert_int_equal(sim_agenda_pop(&agenda).order, 2);
    assert_true(sim_agenda_next_ns(&agenda) == 20);
    assert_int_equal(sim_agenda_pop(&agenda).order, 3);
    push(&agenda, &tally, 5, 4);
    assert_int_equal(sim_agenda_pop(&agenda).order, 4);
    assert_int_equal(sim_agenda_pop(&agenda).order, 1);
    assert_true(sim_agenda_next_ns(&agenda) == INT64_MAX);
    sim_agenda_term(&agenda, &tally.allocator);
    assert_int_equal(tally.live_count, 0);
}

static void at_one_instant_the_order_of_sending_decides_not_that_of_entering(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_agenda agenda = {.heap = NULL};
    const uint64_t orders[] = {5, 2, 9, 1, 7, 3, 8, 6, 4};
    for (size_t i = 0; i < 9; i++) {
        push(&agenda, &tally, 10, orders[i]);
    }
    for (uint64_t order = 1; order <= 9; order++) {
        assert_int_equal(sim_agenda_pop(&agenda).order, order);
    }
    sim_agenda_term(&agenda, &tally.allocator);
}

static void thousands_come_out_sorted_however_they_went_in(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_agenda agenda = {.heap = NULL};
    uint64_t random = 7;
    for (uint64_t order = 1; order <= 5000; order++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        push(&agenda, &tally, (int64_t)(random >> 33) % 100, order);
    }
    struct sim_arrival last = {.time_ns = -1};
    for (size_t i = 0; i < 5000; i++) {
        struct sim_arrival next = sim_agenda_pop(&agenda);
        assert_true(next.time_ns > last.time_ns ||
                    (next.time_ns == last.time_ns && next.order > last.order));
        last = next;
    }
    assert_int_equal(agenda.count, 0);
    sim_agenda_term(&agenda, &tally.allocator);
    assert_int_equal(tally.live_count, 0);
}

static void an_entry_that_finds_no_memory_changes_nothing(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_agenda agenda = {.heap = NULL};
    size_t capacity = 0;
    push(&agenda, &tally, 1, 1);
    for (capacity = agenda.capacity; agenda.count < capacity;) {
        push(&agenda, &tally, (int64_t)agenda.count + 1, agenda.count + 1);
    }
    tally.fail_at = tally.call_count + 1;
    struct sim_arrival arrival = {.time_ns = 0, .order = 99};
    assert_int_equal(sim_agenda_push(&agenda, &tally.allocator, arrival), COG_ENOMEM);
    assert_int_equal(agenda.count, capacity);
    for (uint64_t order = 1; order <= capacity; order++) {
        assert_int_equal(sim_agenda_pop(&agenda).order, order);
    }
    sim_agenda_term(&agenda, &tally.allocator);
    assert_int_equal(tally.live_count, 0);
}

static void the_entry_of_a_direction_can_be_taken(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_agenda agenda = {.heap = NULL};
    static const char places[9];
    for (uint64_t taken = 0; taken < 9; taken++) {
        for (uint64_t i = 0; i < 9; i++) {
            struct sim_arrival arrival = {.time_ns = (int64_t)(i * 5 % 9),
                                          .direction = (struct sim_direction *)(void *)&places[i]};
            assert_int_equal(sim_agenda_push(&agenda, &tally.allocator, arrival), COG_OK);
        }
        sim_agenda_remove(&agenda, (const struct sim_direction *)(const void *)&places[taken]);
        sim_agenda_remove(&agenda, (const struct sim_direction *)(const void *)&places[taken]);
        for (int64_t i = 0; i < 9; i++) {
            if (i != (int64_t)(taken * 5 % 9)) {
                assert_true(sim_agenda_pop(&agenda).time_ns == i);
            }
        }
        assert_int_equal(agenda.count, 0);
    }
    sim_agenda_term(&agenda, &tally.allocator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_agenda_has_nothing_before_the_end_of_time),
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(at_one_instant_the_order_of_sending_decides_not_that_of_entering),
        cmocka_unit_test(thousands_come_out_sorted_however_they_went_in),
        cmocka_unit_test(an_entry_that_finds_no_memory_changes_nothing),
        cmocka_unit_test(the_entry_of_a_direction_can_be_taken),
    };
    int rc = cmocka_run_group_tests_name("agenda", tests, NULL, NULL);
    return rc != 0;
}
