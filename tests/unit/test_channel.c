/* test_channel.c - publish-subscribe: who gets which messages, and when. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

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

/* ---- Subscribers with a key ---- */

static void a_key_stands_for_a_subscriber_whoever_fetches(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "subscribe_key c 7; -publish c 1; fetch_key c 7; -publish c 2");
    actor_enter(stage, "b",
                "-sleep 1; fetch_key c 7; fetch_key c 8; fetch c; fetch_key c 7 weak=2");
    stage_expect(stage, COG_OK,
                 "0 a subscribe_key\n0 a fetch_key=1\n1 b fetch_key=2\n"
                 "1 b fetch_key not subscribed\n1 b fetch not subscribed\n"
                 "3 b fetch_key timeout\n");
}

static void each_key_gets_every_message_once(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a",
                "-subscribe c; -subscribe_key c 0; -subscribe_key c 1; -publish c 5; -publish c 6;"
                "fetch_key c 0; fetch c; fetch_key c 1; -publish c 7; fetch_key c 1; fetch_key c 0;"
                "fetch c");
    stage_expect(stage, COG_OK,
                 "0 a fetch_key=5,6\n0 a fetch=5,6\n0 a fetch_key=5,6\n0 a fetch_key=7\n"
                 "0 a fetch_key=7\n0 a fetch=7\n");
}

static void a_subscription_with_a_key_outlives_the_coroutine_that_made_it(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe_key c 7; -publish c 1");
    actor_enter(stage, "b", "-sleep 5; compact c; fetch_key c 7; compact c; unsubscribe_key c 7");
    stage_expect(stage, COG_OK,
                 "5 b compact=0\n5 b fetch_key=1\n5 b compact=1\n5 b unsubscribe_key\n");
}

static void all_that_are_parked_under_one_key_get_the_message(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe_key c 7; fetch_key c 7; fetch_key c 7 weak=3");
    actor_enter(stage, "b", "fetch_key c 7");
    actor_enter(stage, "p", "-sleep 1; publish c 5; -sleep 1; publish c 6");
    stage_expect(stage, COG_OK,
                 "1 a fetch_key=5\n1 b fetch_key=5\n1 p publish\n2 a fetch_key=6\n2 p publish\n");
}

static void a_fetch_under_a_key_is_woken_by_its_timeout_and_loses_nothing(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 4;
    open_with_channel(stage);
    actor_enter(stage, "a",
                "-subscribe_key c 7; fetch_key c 7; fetch_key c 7 strong=1; -sleep 5;"
                "fetch_key c 7");
    actor_enter(stage, "p", "-sleep 8; -publish c 5");
    stage_expect(stage, COG_OK, "4 a fetch_key timeout\n5 a fetch_key timeout\n10 a fetch_key=5\n");
}

static void a_key_that_is_awaited_is_neither_given_up_nor_begun_again(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe_key c 7; fetch_key c 7");
    actor_enter(stage, "b",
                "unsubscribe_key c 7; subscribe_key c 7; subscribe_key c 8; unsubscribe_key c 8;"
                "-publish c 1; -yield; unsubscribe_key c 7; unsubscribe_key c 7");
    stage_expect(stage, COG_OK,
                 "0 b unsubscribe_key invalid\n0 b subscribe_key invalid\n0 b subscribe_key\n"
                 "0 b unsubscribe_key\n0 a fetch_key=1\n0 b unsubscribe_key\n"
                 "0 b unsubscribe_key not subscribed\n");
}

static void one_of_two_under_a_key_may_be_cancelled(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe_key c 7; fetch_key c 7; log never");
    actor_enter(stage, "b", "fetch_key c 7");
    actor_enter(stage, "p", "-sleep 1; cancel a; -publish c 5");
    stage_expect(stage, COG_OK, "1 p cancel\n1 b fetch_key=5\n");
}

static void subscribing_a_key_again_starts_at_the_oldest_message(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(
        stage, "a",
        "-subscribe_key c 7; -publish c 1; -publish c 2; -fetch_key c 7; -subscribe_key c 7;"
        "fetch_key c 7; compact c; -subscribe_key c 7; fetch_key c 7 weak=1");
    stage_expect(stage, COG_OK, "0 a fetch_key=1,2\n0 a compact=2\n1 a fetch_key timeout\n");
}

static void a_key_that_has_not_read_keeps_messages_from_being_dropped(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a",
                "-subscribe_key c 7; -publish c 1; compact c; -unsubscribe_key c 7; compact c");
    stage_expect(stage, COG_OK, "0 a compact=0\n0 a compact=1\n");
}

static void subscriptions_with_keys_go_with_their_channel(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe_key c 1; -subscribe c; -subscribe_key c 2; -sleep 5");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    size_t live_count = stage->tally.live_count;
    cog_channel_free(stage->objects[0].channel);
    stage->objects[0].channel = NULL;
    assert_int_equal(stage->tally.live_count, live_count - 3);
    stage_expect(stage, COG_OK, "");
}

static void without_memory_nobody_is_subscribed(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "subscribe_key c 7; fetch_key c 7; subscribe c; subscribe_key c 7");
    actor_enter(stage, "b", "-yield; -yield; subscribe c");
    stage->tally.fail_at = stage->tally.call_count + 1;
    stage_expect(stage, COG_OK,
                 "0 a subscribe_key no memory\n0 a fetch_key not subscribed\n0 a subscribe\n"
                 "0 a subscribe_key\n0 b subscribe\n");
}

static void without_memory_a_message_is_not_published(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c weak=9");
    actor_enter(stage, "p", "-yield; publish c 1; -sleep 2; publish c 2");
    while (cog_coro_awaits(actor_find(stage, "a")) == NULL) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    stage->tally.fail_at = stage->tally.call_count + 1;
    stage_expect(stage, COG_OK, "0 p publish no memory\n2 a fetch=2\n2 p publish\n");
}

static void free_channel(void *argument) {
    cog_channel_free(argument);
}

static void freeing_a_channel_that_somebody_waits_on_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_with_channel(stage);
    actor_enter(stage, "a", "-subscribe c; fetch c");
    stage_expect(stage, COG_ESTALLED, "");
    misuse_expect(free_channel, stage->objects[0].channel, "cog_list_is_empty(&channel->fetchers)");
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
        STAGE_TEST(a_key_stands_for_a_subscriber_whoever_fetches),
        STAGE_TEST(each_key_gets_every_message_once),
        STAGE_TEST(a_subscription_with_a_key_outlives_the_coroutine_that_made_it),
        STAGE_TEST(all_that_are_parked_under_one_key_get_the_message),
        STAGE_TEST(a_fetch_under_a_key_is_woken_by_its_timeout_and_loses_nothing),
        STAGE_TEST(a_key_that_is_awaited_is_neither_given_up_nor_begun_again),
        STAGE_TEST(one_of_two_under_a_key_may_be_cancelled),
        STAGE_TEST(subscribing_a_key_again_starts_at_the_oldest_message),
        STAGE_TEST(a_key_that_has_not_read_keeps_messages_from_being_dropped),
        STAGE_TEST(subscriptions_with_keys_go_with_their_channel),
        STAGE_TEST(without_memory_nobody_is_subscribed),
        STAGE_TEST(without_memory_a_message_is_not_published),
        STAGE_TEST(freeing_a_channel_that_somebody_waits_on_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
