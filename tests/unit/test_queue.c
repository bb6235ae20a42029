/* test_queue.c - queues: order, room, time limits, done and drain. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void open_with_queue(struct stage *stage, size_t size) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_queue(stage, "q", size), COG_OK);
}

static void items_come_out_in_the_order_they_went_in(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "a",
                "-put q 1; -put q 2; -get q; -put q 3; -put q 4; -put q 5; -put q 6; -put q 7;"
                "get q; get q; get q; get q; get q; get q; tryget q");
    stage_expect(stage, COG_OK,
                 "0 a get=2\n0 a get=3\n0 a get=4\n0 a get=5\n0 a get=6\n0 a get=7\n"
                 "0 a tryget empty\n");
}

static void what_a_queue_holds_can_be_looked_at(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 3);
    actor_enter(stage, "a", "-put q 5; -put q 6; -put q 7; -get q; -put q 8");
    stage_expect(stage, COG_OK, "");
    const struct cog_queue *queue = stage->objects[0].queue;
    assert_int_equal(cog_queue_count(queue), 3);
    assert_int_equal(cog_queue_item(queue, 0).number, 6);
    assert_int_equal(cog_queue_item(queue, 2).number, 8);
}

static void nowait_fails_with_full_and_empty(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "a", "tryget q; tryput q 1; tryput q 2; tryget q");
    stage_expect(stage, COG_OK, "0 a tryget empty\n0 a tryput\n0 a tryput full\n0 a tryget=1\n");
}

static void a_putter_with_room_continues_at_once(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "a", "put q 1; put q 2");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a put\n0 a put\n0 b b\n");
}

static void a_parked_getter_is_handed_the_item_and_the_putter_continues(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "p", "put q 4");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 p put\n0 x x\n0 g get=4\n");
}

static void a_parked_getter_with_a_priority_goes_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "get q prio=coro");
    actor_enter(stage, "p", "put q 4");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 p put\n0 g get=4\n0 x x\n");
}

static void a_put_with_op_lets_the_getter_continue_at_once(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "p", "put q 4 prio=op");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 g get=4\n0 x x\n0 p put\n");
}

static void a_put_with_coro_puts_the_putter_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "p", "put q 4 prio=coro");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 g get=4\n0 p put\n0 x x\n");
}

static void a_get_admits_a_parked_put_to_the_back(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "p", "-put q 1; put q 2");
    actor_enter(stage, "g", "get q; get q");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 g get=1\n0 g get=2\n0 x x\n0 p put\n");
}

static void a_parked_put_with_op_goes_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "p", "-put q 1; put q 2 prio=op");
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 g get=1\n0 p put\n0 x x\n");
}

static void a_parked_put_with_coro_continues_in_place_of_the_getter(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "p", "-put q 1; put q 2 prio=coro");
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 p put\n0 x x\n0 g get=1\n");
}

static void a_parked_put_with_first_puts_the_getter_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "p", "-put q 1; put q 2 prio=first");
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 p put\n0 g get=1\n0 x x\n");
}

static void getters_are_served_in_the_order_of_parking(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "get q");
    actor_enter(stage, "h", "get q");
    actor_enter(stage, "p", "-put q 1; -put q 2");
    stage_expect(stage, COG_OK, "0 g get=1\n0 h get=2\n");
}

static void a_getter_that_timed_out_does_not_swallow_an_item(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "get q weak=5");
    actor_enter(stage, "h", "get q");
    actor_enter(stage, "p", "-sleep 10; put q 1");
    stage_expect(stage, COG_OK, "5 g get timeout\n10 p put\n10 h get=1\n");
}

static void a_put_that_timed_out_never_enters_and_is_not_unfinished(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "p", "-put q 1; put q 2 weak=5; get q; done q; drain q; tryget q; done q");
    stage_expect(stage, COG_OK,
                 "5 p put timeout\n5 p get=1\n5 p done\n5 p drain\n5 p tryget empty\n"
                 "5 p done too many done\n");
}

static void done_too_often_fails(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "a", "done q; -put q 1; done q; done q");
    stage_expect(stage, COG_OK, "0 a done too many done\n0 a done\n0 a done too many done\n");
}

static void an_item_handed_over_is_unfinished_too(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "g", "-get q; -sleep 5; done q");
    actor_enter(stage, "p", "-put q 1; drain q");
    stage_expect(stage, COG_OK, "5 g done\n5 p drain\n");
}

static void a_drain_wakes_once_when_the_last_item_is_done(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "p", "-put q 1; -put q 2; drain q; wait_no_more");
    actor_enter(stage, "w", "-get q; -get q; -sleep 1; done q; -sleep 1; done q; -put q 3; done q");
    stage_expect(stage, COG_OK,
                 "1 w done\n2 w done\n2 w done\n2 p drain\n2 p wait_no_more not possible\n");
}

static void a_drain_of_a_queue_with_nothing_unfinished_continues_at_once(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "a", "drain q");
    actor_enter(stage, "b", "log b");
    stage_expect(stage, COG_OK, "0 a drain\n0 b b\n");
}

static void done_with_op_wakes_a_drain_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "a", "-put q 1; drain q");
    actor_enter(stage, "b", "done q prio=op");
    actor_enter(stage, "c", "log c");
    stage_expect(stage, COG_OK, "0 b done\n0 a drain\n0 c c\n");
}

static void done_without_op_wakes_a_drain_to_the_back(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    actor_enter(stage, "a", "-put q 1; drain q");
    actor_enter(stage, "b", "done q prio=coro");
    actor_enter(stage, "c", "log c");
    stage_expect(stage, COG_OK, "0 b done\n0 c c\n0 a drain\n");
}

static void an_item_added_from_outside_goes_to_a_parked_getter_at_the_back(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 1);
    actor_enter(stage, "g", "get q prio=first; done q; done q; drain q; get q");
    actor_enter(stage, "x", "log x1; -yield; log x2");
    while (cog_coro_awaits(actor_find(stage, "g")) == NULL) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    struct cog_queue *queue = stage->objects[0].queue;
    assert_int_equal(cog_queue_add(queue, (union cog_value){.number = 3}), COG_OK);
    stage->objects[0].unfinished_count++;
    assert_int_equal(cog_queue_add(queue, (union cog_value){.number = 4}), COG_OK);
    stage->objects[0].unfinished_count++;
    assert_int_equal(cog_queue_add(queue, (union cog_value){.number = 5}), COG_EFULL);
    stage_expect(stage, COG_OK,
                 "0 x x1\n0 g get=3\n0 g done\n0 g done\n0 g drain\n0 g get=4\n0 x x2\n");
}

static void an_item_added_without_memory_does_not_enter(void **state) {
    struct stage *stage = *state;
    open_with_queue(stage, 0);
    stage->tally.fail_at = stage->tally.call_count + 1;
    struct cog_queue *queue = stage->objects[0].queue;
    assert_int_equal(cog_queue_add(queue, (union cog_value){.number = 3}), COG_ENOMEM);
    assert_int_equal(cog_queue_count(queue), 0);
    actor_enter(stage, "a", "done q; drain q");
    stage_expect(stage, COG_OK, "0 a done too many done\n0 a drain\n");
}

static void the_default_timeout_applies_to_get_and_put_but_not_to_drain(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 10;
    open_with_queue(stage, 1);
    actor_enter(stage, "a", "get q; -put q 1; put q 2; drain q weak=100");
    stage_expect(stage, COG_OK, "10 a get timeout\n20 a put timeout\n120 a drain timeout\n");
    stage_clear(&stage->log);
    actor_enter(stage, "b", "drain q");
    stage_expect(stage, COG_ESTALLED, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(items_come_out_in_the_order_they_went_in),
        STAGE_TEST(what_a_queue_holds_can_be_looked_at),
        STAGE_TEST(nowait_fails_with_full_and_empty),
        STAGE_TEST(a_putter_with_room_continues_at_once),
        STAGE_TEST(a_parked_getter_is_handed_the_item_and_the_putter_continues),
        STAGE_TEST(a_parked_getter_with_a_priority_goes_to_the_front),
        STAGE_TEST(a_put_with_op_lets_the_getter_continue_at_once),
        STAGE_TEST(a_put_with_coro_puts_the_putter_to_the_front),
        STAGE_TEST(a_get_admits_a_parked_put_to_the_back),
        STAGE_TEST(a_parked_put_with_op_goes_to_the_front),
        STAGE_TEST(a_parked_put_with_coro_continues_in_place_of_the_getter),
        STAGE_TEST(a_parked_put_with_first_puts_the_getter_to_the_front),
        STAGE_TEST(getters_are_served_in_the_order_of_parking),
        STAGE_TEST(a_getter_that_timed_out_does_not_swallow_an_item),
        STAGE_TEST(a_put_that_timed_out_never_enters_and_is_not_unfinished),
        STAGE_TEST(done_too_often_fails),
        STAGE_TEST(an_item_handed_over_is_unfinished_too),
        STAGE_TEST(a_drain_wakes_once_when_the_last_item_is_done),
        STAGE_TEST(a_drain_of_a_queue_with_nothing_unfinished_continues_at_once),
        STAGE_TEST(done_with_op_wakes_a_drain_to_the_front),
        STAGE_TEST(done_without_op_wakes_a_drain_to_the_back),
        STAGE_TEST(an_item_added_from_outside_goes_to_a_parked_getter_at_the_back),
        STAGE_TEST(an_item_added_without_memory_does_not_enter),
        STAGE_TEST(the_default_timeout_applies_to_get_and_put_but_not_to_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
