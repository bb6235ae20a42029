/* test_trail.c - who called whom, and how a failure came. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static void assert_trail(const struct stage *stage, const char *name, const char *expected) {
    char text[256];
    size_t bytes = cog_coro_trail(actor_find(stage, name), text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(bytes, strlen(expected));
}

static void a_live_chain_tells_what_its_innermost_waits_in(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "read_header", "recv 1 4");
    actor_role(stage, "fetch", "call read_header");
    actor_enter(stage, "client", "call fetch");
    actor_enter(stage, "b",
                "-sleep 1; trail client; trail fetch; trail read_header; close_socket 1");
    stage_expect(stage, COG_OK,
                 "1 b trail=client > fetch > read_header: waits in recv\n"
                 "1 b trail=client > fetch > read_header: waits in recv\n"
                 "1 b trail=client > fetch > read_header: waits in recv\n"
                 "1 b close_socket=0\n"
                 "1 read_header recv closed\n1 fetch call=0\n1 client call=0\n");
}

static void each_state_has_its_word(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "trail self; trail a");
    actor_enter(stage, "a", "make c; trail c; add c; trail c; -yield; trail self; call c; trail c");
    stage_expect(stage, COG_OK,
                 "0 a trail=c: new\n0 a trail=c: ready\n0 a trail=a: running\n"
                 "0 c trail=c: running\n0 c trail=a > c: ready\n0 c trail=a > c: running\n"
                 "0 c trail=a > c: running\n"
                 "0 a call=0\n0 a trail=c: ended\n");
}

static void a_failure_names_the_operation_that_brought_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 5, STAGE_COMPLETE, 1, COG_ERESET, 0);
    actor_enter(stage, "a", "-recv 1 4; fail -3");
    actor_enter(stage, "b", "-recv 1 4 weak=3; fail -1");
    actor_enter(stage, "c", "-sleep 1; fail -3");
    stage_expect(stage, COG_OK, "");
    assert_trail(stage, "a", "a: reset in recv");
    assert_trail(stage, "b", "b: timeout in recv");
    assert_trail(stage, "c", "c: reset");
}

static void a_failure_is_followed_through_three_calls(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "read_header", "-recv 1 4 weak=3; fail -1");
    actor_role(stage, "fetch", "-call read_header; fail -7");
    actor_role(stage, "client", "-call fetch; fail -7");
    actor_enter(stage, "main", "-call client; trail self; trail client; fail -7");
    stage_expect(stage, COG_OK,
                 "3 main trail=main: running\n"
                 "3 main trail=client > fetch > read_header: timeout in recv\n");
    assert_trail(stage, "main", "main > client > fetch > read_header: timeout in recv");
    assert_trail(stage, "fetch", "fetch > read_header: timeout in recv");
    assert_trail(stage, "read_header", "read_header: timeout in recv");
}

static void a_failure_that_was_dealt_with_is_no_part_of_a_later_one(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "b", "-sleep 1; fail -4");
    actor_enter(stage, "a", "-call b; -sleep 1; fail -2");
    actor_role(stage, "d", "-call b; fail -2");
    actor_enter(stage, "c", "-call d; fail -7");
    stage_expect(stage, COG_OK, "");
    assert_trail(stage, "a", "a: closed");
    assert_trail(stage, "c", "c > d: closed");
}

static void the_call_that_fails_next_takes_the_place_of_the_last(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "deep", "-sleep 1; fail -4");
    actor_role(stage, "b", "-call deep; fail -7");
    actor_role(stage, "c", "-sleep 1; fail -2");
    actor_role(stage, "e", "-sleep 1");
    actor_enter(stage, "a", "-call b; -call c; -call e; fail -7");
    actor_enter(stage, "z", "-call c; -call b; fail -7");
    stage_expect(stage, COG_OK, "");
    assert_trail(stage, "a", "a > c: closed");
    assert_trail(stage, "z", "z > b > deep: refused");
}

static void a_join_that_fails_leads_on_to_the_joined_one(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "b", "-sleep 1; fail -4");
    actor_enter(stage, "a", "-join b; fail -7");
    stage_expect(stage, COG_OK, "");
    assert_trail(stage, "a", "a > b: refused");
}

static void a_cancelled_one_says_so(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "-sleep 50");
    actor_role(stage, "b", "-call c; fail -7");
    actor_enter(stage, "a", "-call b; fail -7");
    actor_enter(stage, "d", "-sleep 1; -cancel c");
    stage_expect(stage, COG_OK, "");
    assert_trail(stage, "c", "c: cancelled in sleep");
    assert_trail(stage, "a", "a > b > c: cancelled in sleep");
}

static void a_producer_belongs_to_the_trail_of_its_consumer(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "producer", "-sleep 2; -recv 1 4 weak=3; fail -1");
    assert_int_equal(stage_pipe(stage, "p", "producer"), COG_OK);
    actor_enter(stage, "consumer", "-next p; fail -7");
    actor_enter(stage, "b", "-sleep 1; trail producer; trail consumer");
    stage_expect(stage, COG_OK,
                 "1 b trail=consumer > producer: waits in sleep\n"
                 "1 b trail=consumer: waits in iterate\n");
    assert_trail(stage, "consumer", "consumer > producer: timeout in recv");
}

static void a_buffer_that_is_too_small_gets_the_beginning(void **state) {
    static const char expected[] = "outer > inner: refused";
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "inner", "-sleep 1; fail -4");
    actor_enter(stage, "outer", "-call inner; fail -7");
    stage_expect(stage, COG_OK, "");
    const struct cog_coro *outer = actor_find(stage, "outer");
    for (size_t bytes = 1; bytes <= sizeof expected; bytes++) {
        char text[sizeof expected + 1];
        memset(text, '#', sizeof text);
        assert_int_equal(cog_coro_trail(outer, text, bytes), sizeof expected - 1);
        assert_memory_equal(text, expected, bytes - 1);
        assert_int_equal(text[bytes - 1], '\0');
        assert_int_equal(text[bytes], '#');
    }
    assert_int_equal(cog_coro_trail(outer, NULL, 0), sizeof expected - 1);
}

static void a_long_name_is_cut_once_its_coroutine_may_be_gone(void **state) {
    static const char name[] = "a_name_of_exactly_fifty_characters_which_is_a_lot_";
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, name, "-sleep 1; fail -4");
    actor_role(stage, "middle", "");
    stage->roles[1].script = "-call a_name_of_exactly_fifty_characters_which_is_a_lot_; fail -7";
    actor_enter(stage, "a", "-call middle; fail -7");
    stage_expect(stage, COG_OK, "");
    assert_trail(stage, name, "a_name_of_exactly_fifty_characters_which_is_a_lot_: refused");
    assert_trail(stage, "a", "a > middle > a_name_of_exactly_fifty_characters_whic: refused");
}

static void without_memory_for_all_of_it_the_trail_is_shorter(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "inner", "-sleep 1; fail -4");
    actor_role(stage, "middle", "-call inner; fail -7");
    actor_enter(stage, "outer", "-call middle; fail -7");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    stage->tally.fail_at = stage->tally.call_count + 3;
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->tally.failed_count, 1);
    assert_trail(stage, "middle", "middle > inner: refused");
    assert_trail(stage, "outer", "outer > middle: failed");
}

static void without_memory_the_trail_is_shorter(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "inner", "-sleep 1; fail -4");
    actor_enter(stage, "outer", "-call inner; fail -7");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    stage->tally.fail_at = stage->tally.call_count + 1;
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->tally.failed_count, 1);
    assert_trail(stage, "outer", "outer: failed");
}

static void trail_of_nobody(void *argument) {
    (void)cog_coro_trail(NULL, argument, 0);
}

static void trail_into_nothing(void *argument) {
    (void)cog_coro_trail(argument, NULL, 5);
}

static void null_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    misuse_expect(trail_of_nobody, NULL, "coro != NULL");
    misuse_expect(trail_into_nothing, actor_enter(stage, "a", "end"), "buffer != NULL");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_live_chain_tells_what_its_innermost_waits_in),
        STAGE_TEST(each_state_has_its_word),
        STAGE_TEST(a_failure_names_the_operation_that_brought_it),
        STAGE_TEST(a_failure_is_followed_through_three_calls),
        STAGE_TEST(a_failure_that_was_dealt_with_is_no_part_of_a_later_one),
        STAGE_TEST(the_call_that_fails_next_takes_the_place_of_the_last),
        STAGE_TEST(a_join_that_fails_leads_on_to_the_joined_one),
        STAGE_TEST(a_cancelled_one_says_so),
        STAGE_TEST(a_producer_belongs_to_the_trail_of_its_consumer),
        STAGE_TEST(a_buffer_that_is_too_small_gets_the_beginning),
        STAGE_TEST(a_long_name_is_cut_once_its_coroutine_may_be_gone),
        STAGE_TEST(without_memory_for_all_of_it_the_trail_is_shorter),
        STAGE_TEST(without_memory_the_trail_is_shorter),
        STAGE_TEST(null_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
