/* test_picking.c - the choices that a picker is asked, with their candidates, production's answer
 * first. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_with_picker(struct stage *stage, const char *picks) {
    stage_use_picker(stage, picks);
    assert_int_equal(stage_open(stage), COG_OK);
}

static void a_picker_is_asked_among_all_who_are_ready_front_first(void **state) {
    struct stage *stage = *state;
    open_with_picker(stage, "");
    actor_enter(stage, "a", "log a");
    actor_enter(stage, "b", "log b");
    actor_enter(stage, "c", "log c");
    stage_expect(stage, COG_OK, "0 a a\n0 b b\n0 c c\n");
    assert_string_equal(stage->choices.text, "ready a b c -> 0\nready b c a -> 0\n"
                                             "ready c a b -> 0\nready a b c -> 0\n"
                                             "ready b c -> 0\n");
}

static void what_it_picks_is_resumed_and_the_others_keep_their_order(void **state) {
    struct stage *stage = *state;
    open_with_picker(stage, "0002");
    actor_enter(stage, "a", "log a");
    actor_enter(stage, "b", "log b");
    actor_enter(stage, "c", "log c");
    stage_expect(stage, COG_OK, "0 c c\n0 a a\n0 b b\n");
}

static void it_is_not_asked_when_there_is_no_choice(void **state) {
    struct stage *stage = *state;
    open_with_picker(stage, "9");
    actor_enter(stage, "a", "-yield; -sleep 5; log a");
    stage_expect(stage, COG_OK, "5 a a\n");
    assert_string_equal(stage->choices.text, "");
}

static void expired_deadlines_are_asked_for_in_productions_order(void **state) {
    struct stage *stage = *state;
    open_with_picker(stage, "");
    actor_enter(stage, "a", "sleep 10");
    actor_enter(stage, "b", "sleep 10");
    actor_enter(stage, "c", "sleep 20");
    actor_enter(stage, "d", "sleep 10");
    stage_expect(stage, COG_OK, "10 a sleep\n10 b sleep\n10 d sleep\n20 c sleep\n");
    assert_non_null(strstr(stage->choices.text, "expired a b d -> 0\nexpired b d -> 0\nready"));
}

static void the_deadline_picked_expires_first(void **state) {
    struct stage *stage = *state;
    /* Seven choices of who is ready come before those of what expires. */
    open_with_picker(stage, "000000021");
    actor_enter(stage, "a", "sleep 10");
    actor_enter(stage, "b", "sleep 10");
    actor_enter(stage, "c", "-sleep 20");
    actor_enter(stage, "d", "sleep 10");
    stage_expect(stage, COG_OK, "10 d sleep\n10 b sleep\n10 a sleep\n");
}

static void a_refreshed_deadline_stands_at_its_place_among_the_expired(void **state) {
    struct stage *stage = *state;
    open_with_picker(stage, "");
    stage_cue(stage, 1, STAGE_ACTIVITY, 1, COG_OK, 1);
    actor_enter(stage, "t", "-sleep 5");
    actor_enter(stage, "w", "recv 1 9 weak=6");
    actor_enter(stage, "s", "-sleep_until 6; log s");
    actor_enter(stage, "e", "-sleep 1; log e");
    /* Until e runs at 1 ns; then a leap makes all three due at once: w since 7, although its entry
     * says 6. */
    while (stage->now_ns < 1 || cog_coro_awaits(actor_find(stage, "e")) != NULL) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    stage_clear(&stage->choices);
    stage->now_ns = 30;
    cog_handle_timeouts(stage->scheduler);
    assert_string_equal(stage->choices.text, "expired t s w -> 0\nexpired s w -> 0\n");
    stage_expect(stage, COG_OK, "30 e e\n30 s s\n30 w recv timeout after 1\n");
}

static void
the_urgent_coroutine_is_the_first_candidate_and_stays_urgent_when_passed_over(void **state) {
    struct stage *stage = *state;
    /* At 10 ns: b is urgent, a is at the back, x expires behind it. */
    open_with_picker(stage, "000002");
    stage_cue(stage, 10, STAGE_COMPLETE, 1, COG_OK, 1);
    stage_cue(stage, 10, STAGE_COMPLETE, 2, COG_OK, 1);
    actor_enter(stage, "a", "recv 1 1");
    actor_enter(stage, "b", "recv 2 1");
    actor_enter(stage, "x", "sleep 10");
    stage_expect(stage, COG_OK, "10 x sleep\n10 b recv=1\n10 a recv=1\n");
    assert_non_null(strstr(stage->choices.text, "ready b a x -> 2\nready b a -> 0\n"));
}

static void an_urgent_coroutine_passed_over_is_not_displaced_by_a_later_batch(void **state) {
    struct stage *stage = *state;
    /* Five choices until all receive; then, of b (urgent) and a, a. */
    open_with_picker(stage, "000001");
    stage_cue(stage, 10, STAGE_COMPLETE, 1, COG_OK, 1);
    stage_cue(stage, 10, STAGE_COMPLETE, 2, COG_OK, 1);
    stage_cue(stage, 11, STAGE_COMPLETE, 3, COG_OK, 1);
    actor_enter(stage, "a", "recv 1 1");
    actor_enter(stage, "b", "recv 2 1");
    actor_enter(stage, "c", "recv 3 1");
    while (stage->now_ns < 10) {
        assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    }
    stage->now_ns = 11;
    stage_expect(stage, COG_OK, "11 a recv=1\n11 b recv=1\n11 c recv=1\n");
}

static void without_memory_for_the_question_productions_answer_is_taken(void **state) {
    struct stage *stage = *state;
    open_with_picker(stage, "");
    actor_enter(stage, "a", "log a");
    actor_enter(stage, "b", "log b");
    stage->tally.fail_at = stage->tally.call_count + 1;
    assert_int_equal(cog_iter_run(stage->scheduler), COG_MORE);
    assert_int_equal(stage->tally.failed_count, 1);
    assert_string_equal(stage->choices.text, "");
    stage_expect(stage, COG_OK, "0 a a\n0 b b\n");
    assert_string_equal(stage->choices.text, "ready b a -> 0\nready a b -> 0\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_picker_is_asked_among_all_who_are_ready_front_first),
        STAGE_TEST(what_it_picks_is_resumed_and_the_others_keep_their_order),
        STAGE_TEST(it_is_not_asked_when_there_is_no_choice),
        STAGE_TEST(expired_deadlines_are_asked_for_in_productions_order),
        STAGE_TEST(the_deadline_picked_expires_first),
        STAGE_TEST(a_refreshed_deadline_stands_at_its_place_among_the_expired),
        STAGE_TEST(the_urgent_coroutine_is_the_first_candidate_and_stays_urgent_when_passed_over),
        STAGE_TEST(an_urgent_coroutine_passed_over_is_not_displaced_by_a_later_batch),
        STAGE_TEST(without_memory_for_the_question_productions_answer_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
