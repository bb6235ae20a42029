/* test_channel.c - publish-subscribe: who gets which messages, and when. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void open_with_channel(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
}

static void a_parked_fetch_gets_the_message_and_goes_to_the_back(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c");
    actor_enter(stage, "p", "publish c 5");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 x x\n0 a fetch=5\n0 p publish\n");
}

static void a_parked_fetch_with_a_priority_goes_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c prio=coro");
    actor_enter(stage, "p", "publish c 5");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 a fetch=5\n0 x x\n0 p publish\n");
}

static void a_publisher_with_coro_continues_at_once(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c");
    actor_enter(stage, "p", "publish c 5 prio=first");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 p publish\n0 x x\n0 a fetch=5\n");
}

static void a_publisher_with_op_goes_to_the_front(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c prio=op");
    actor_enter(stage, "p", "publish c 5 prio=op");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 p publish\n0 a fetch=5\n0 x x\n");
}

static void every_subscriber_gets_every_message_once(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; -sleep 1; fetch c; fetch c");
    actor_enter(stage, "b", "-subscribe c; -sleep 1; fetch c; fetch c weak=5");
    actor_enter(stage, "p",
                "-publish c 1; -publish c 2; -sleep 2; -publish c 3; -sleep 1; publish c 4");
    stage_expect(stage, COG_OK,
                 "1 a fetch=1,2\n1 b fetch=1,2\n2 a fetch=3\n2 b fetch=3\n3 p publish\n");
}

static void a_new_subscriber_starts_at_the_oldest_message_held(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a",
                "-publish c 1; -publish c 2; -subscribe c; fetch c; -subscribe c; fetch c");
    stage_expect(stage, COG_OK, "0 a fetch=1,2\n0 a fetch=1,2\n");
}

static void compact_drops_what_all_have_read(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(
        stage, "a",
        "-subscribe c; -publish c 1; -publish c 2; -fetch c; -publish c 3; compact c; compact c");
    actor_enter(stage, "b", "-subscribe c; -sleep 1; fetch c; compact c; -sleep 1; fetch c weak=5");
    actor_enter(stage, "d", "-sleep 2; -subscribe c; fetch c weak=9; -publish c 4; fetch c");
    stage_expect(stage, COG_OK,
                 "0 a compact=0\n0 a compact=0\n1 b fetch=1,2,3\n1 b compact=3\n"
                 "7 b fetch timeout\n11 d fetch timeout\n11 d fetch=4\n");
}

static void compact_without_subscribers_drops_everything(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-publish c 1; -publish c 2; compact c; -subscribe c; fetch c weak=1");
    stage_expect(stage, COG_OK, "0 a compact=2\n1 a fetch timeout\n");
}

static void messages_after_a_compact_are_read_from_the_right_place(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a",
                "-subscribe c; -publish c 1; -publish c 2; -fetch c; -publish c 3; -publish c 4;"
                "compact c; fetch c; -publish c 5; fetch c");
    stage_expect(stage, COG_OK, "0 a compact=2\n0 a fetch=3,4\n0 a fetch=5\n");
}

static void fetch_and_unsubscribe_without_subscribe_fail(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a",
                "fetch c; unsubscribe c; subscribe c; unsubscribe c; unsubscribe c; fetch c");
    stage_expect(stage, COG_OK,
                 "0 a fetch not subscribed\n0 a unsubscribe not subscribed\n0 a subscribe\n"
                 "0 a unsubscribe\n0 a unsubscribe not subscribed\n0 a fetch not subscribed\n");
}

static void a_coroutine_that_ends_is_unsubscribed(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; -sleep 1");
    actor_enter(stage, "p", "-publish c 1; compact c; -sleep 2; compact c");
    stage_expect(stage, COG_OK, "0 p compact=0\n2 p compact=1\n");
}

static void a_fetch_that_timed_out_gets_the_message_next_time(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 5;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c; fetch c forever");
    actor_enter(stage, "p", "-sleep 9; -publish c 8");
    stage_expect(stage, COG_OK, "5 a fetch timeout\n9 a fetch=8\n");
}

static void a_coroutine_may_subscribe_to_several_channels(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    assert_int_equal(stage_channel(stage, "d"), COG_OK);
    assert_int_equal(stage_channel(stage, "e"), COG_OK);
    actor_enter(
        stage, "a",
        "-subscribe c; -subscribe d; -subscribe e; -publish c 1; -publish d 2; -publish e 3;"
        "fetch e; unsubscribe d; fetch c; fetch d");
    stage_expect(stage, COG_OK,
                 "0 a fetch=3\n0 a unsubscribe\n0 a fetch=1\n0 a fetch not subscribed\n");
}

static void a_channel_may_be_freed_before_its_subscribers_end(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; -sleep 5");
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    cog_channel_free(stage->objects[0].channel);
    stage->objects[0].channel = NULL;
    cog_channel_free(NULL);
    stage_expect(stage, COG_OK, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_parked_fetch_gets_the_message_and_goes_to_the_back),
        STAGE_TEST(a_parked_fetch_with_a_priority_goes_to_the_front),
        STAGE_TEST(a_publisher_with_coro_continues_at_once),
        STAGE_TEST(a_publisher_with_op_goes_to_the_front),
        STAGE_TEST(every_subscriber_gets_every_message_once),
        STAGE_TEST(a_new_subscriber_starts_at_the_oldest_message_held),
        STAGE_TEST(compact_drops_what_all_have_read),
        STAGE_TEST(compact_without_subscribers_drops_everything),
        STAGE_TEST(messages_after_a_compact_are_read_from_the_right_place),
        STAGE_TEST(fetch_and_unsubscribe_without_subscribe_fail),
        STAGE_TEST(a_coroutine_that_ends_is_unsubscribed),
        STAGE_TEST(a_fetch_that_timed_out_gets_the_message_next_time),
        STAGE_TEST(a_coroutine_may_subscribe_to_several_channels),
        STAGE_TEST(a_channel_may_be_freed_before_its_subscribers_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
