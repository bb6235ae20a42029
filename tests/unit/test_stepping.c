/* test_stepping.c - what a step is, who can make the next one, and what it touches.
 *
 * How a run goes is written a step a line: who makes it (t: time passes), what it touches, and who
 * can make the next one: `0 {x:r} 1 0 | 2`.
 */
#include "sim/stepping.h"

#include "tests/unit/exploration.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint64_t choose_first(void *context, const struct sim_choice *choice) {
    (void)context;
    (void)choice;
    return 0;
}

static void open(struct exploration *exploration, const char *text) {
    exploration_open(exploration, text, SIM_VARY_ORDER);
    exploration->explorer.chooser.choose = choose_first;
    assert_string_equal(exploration_next(exploration), "time");
}

/* Plays the steps that the lines begin with, and tells how that went. */
static void play(struct exploration *exploration, const char *lines, struct sim_buffer *went) {
    sim_buffer_init(went, cog_allocator_malloc());
    for (const char *line = lines; line != NULL && *line != '\0';) {
        char step[] = {line[0], '\0'};
        exploration_take(exploration, step);
        sim_buffer_add_format(went, "%s {%s}", step, exploration_touched(exploration));
        sim_buffer_add_format(went, " %s\n", exploration_next(exploration));
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
}

static void assert_goes(const char *text, const char *lines) {
    struct exploration exploration;
    struct sim_buffer went;
    open(&exploration, text);
    play(&exploration, lines, &went);
    assert_string_equal(went.bytes, lines);
    assert_false(exploration.explorer.stepping.is_inexact);
    sim_buffer_term(&went);
    exploration_close(&exploration);
}

/* ---- What a step is ---- */

static void each_access_of_a_shared_variable_is_a_step(void **state) {
    (void)state;
    assert_goes("shared x = 0\n"
                "coro left\n    let seen = x\n    set x = seen + 1\n"
                "coro right\n    set x = x + 1\n",
                "t {} 0 1\n"
                "0 {x:r} 1 0\n"
                "1 {x:r} 0 1\n"
                "1 {x:w} 0\n"
                "0 {x:w} over\n");
    assert_goes("shared x = 0\n"
                "coro adder\n    add 1 to x\n"
                "    swap x with 5 as old\n    cas x from 5 to old as went\n",
                "t {} 0\n"
                "0 {x:w} 0\n"
                "0 {x:w} 0\n"
                "0 {x:w} over\n");
    assert_goes("shared x = 0\nshared few[3] = 1\n"
                "coro looker\n    if x == 0 and few[few[0] + 1] == 2\n        log 'no'\n"
                "    while x < 1\n        set x = 1\n",
                "t {} 0\n"
                "0 {x:r} 0\n"
                "0 {few[0]:r} 0\n"
                "0 {few[2]:r} 0\n"
                "0 {x:r} 0\n"
                "0 {x:w} 0\n"
                "0 {x:r} over\n");
}

static void what_others_cannot_see_is_none(void **state) {
    (void)state;
    assert_goes("coro talker times 3\n    let own = index\n    repeat 4\n        yield\n"
                "        set own = own + 1\n    check own < 9\n    log 'own {own}'\n",
                "t {} over\n");
    assert_goes(
        "shared x = 0\n"
        "coro left\n    yield\n    let own = 1\n    set x = own\n    yield\n    log 'left'\n",
        "t {} 0\n"
        "0 {x:w} over\n");
}

static void it_goes_from_one_wait_to_the_next(void **state) {
    (void)state;
    assert_goes("var p = 0\nvar r = 0\n"
                "coro left\n    set p = r\n    yield\n    set p = 2\n    set r = p\n",
                "t {} 0\n"
                "0 {p:w r:r} 0\n"
                "0 {p:w r:w} over\n");
    assert_goes("var p = 0\nshared x = 0\n"
                "coro left\n    set p = x\n",
                "t {} 0\n"
                "0 {p:w x:r} over\n");
}

static void who_continues_at_once_belongs_to_it(void **state) {
    (void)state;
    assert_goes("var p = 0\nqueue jobs\n"
                "coro left\n    put jobs 1\n    set p = 1\n    put jobs 2\n"
                "coro right\n    get one from jobs\n    get two from jobs\n    set p = 2\n",
                "t {} 0 1\n"
                "1 {jobs:w} 0\n"
                "0 {p:w jobs:w} 1\n"
                "1 {p:w jobs:w} over\n");
    assert_goes("var p = 0\n"
                "routine inner()\n    set p = 1\n    return 1\n"
                "coro outer\n    call inner() as number\n    set p = 2\n",
                "t {} 0\n"
                "0 {process1:w} 1\n"
                "1 {p:w process1:w} over\n");
}

/* Production would go on at once with a signal that wakes nobody when nobody else is ready. */
static void nobody_goes_on_because_nobody_else_is_ready(void **state) {
    (void)state;
    assert_goes("var p = 0\n"
                "coro caller\n    signal bell\n    set p = 1\n    signal bell\n    set p = 2\n",
                "t {} 0\n"
                "0 {bell:w} 0\n"
                "0 {p:w bell:w} 0\n"
                "0 {p:w} over\n");
    assert_goes("var p = 0\n"
                "coro caller\n    signal bell\n    set p = 1\n    signal bell\n    set p = 2\n"
                "coro other\n    set p = 3\n",
                "t {} 0 1\n"
                "0 {bell:w} 1 0\n"
                "0 {p:w bell:w} 1 0\n"
                "0 {p:w} 1\n"
                "1 {p:w} over\n");
}

/* ---- Locks and joins ---- */

static void an_acquire_waits_for_its_lock_without_parking(void **state) {
    (void)state;
    assert_goes("lock door\nshared x = 0\n"
                "coro left\n    acquire door\n    set x = 1\n    release door\n"
                "coro right\n    acquire door\n    release door\n",
                "t {} 0 1\n"
                "0 {lock0:lock} 0 | 1\n"
                "0 {x:w} 0 | 1\n"
                "0 {lock0:unlock} 1\n"
                "1 {lock0:lock} 1\n"
                "1 {lock0:unlock} over\n");
}

static void each_element_of_an_array_of_locks_is_one(void **state) {
    (void)state;
    assert_goes("lock first\nlock door[3]\nshared i = 1\n"
                "coro left\n    acquire door[i + 1]\n    release door[2]\n"
                "coro right\n    acquire door[1]\n    release door[1]\n",
                "t {} 0 1\n"
                "0 {i:r} 1 0\n"
                "0 {lock3:lock} 1 0\n"
                "1 {lock2:lock} 0 1\n"
                "0 {lock3:unlock} 1\n"
                "1 {lock2:unlock} over\n");
}

static void an_acquire_with_a_timeout_waits_in_line(void **state) {
    (void)state;
    assert_goes("lock door\n"
                "coro left\n    acquire door\n    sleep 5ms\n    release door\n"
                "coro right\n    acquire door timeout 1ms\n    on timeout\n        log 'late'\n",
                "t {} 1 0\n"
                "0 {lock0:lock} 1\n"
                "1 {lock0:r line0:w} time\n"
                "t {} 1\n"
                "1 {} time\n"
                "t {} 0\n"
                "0 {lock0:unlock} over\n");
}

static void a_join_waits_for_the_end(void **state) {
    (void)state;
    assert_goes("shared x = 0\n"
                "routine child()\n    set x = 1\n    return 1\n"
                "coro parent\n    spawn child() as handle\n    join handle as number\n"
                "    set x = number\n",
                "t {} 0\n"
                "0 {process1:w} 1 | 0\n"
                "1 {x:w process1:w} 0\n"
                "0 {process1:r} 0\n"
                "0 {x:w} over\n");
}

static void a_run_in_which_all_are_blocked_is_stalled(void **state) {
    (void)state;
    assert_goes("lock door\ncoro left\n    acquire door\n    acquire door\n",
                "t {} 0\n"
                "0 {lock0:lock} stalled | 0\n");
    assert_goes("coro left\n    wait bell\n", "t {} 0\n"
                                              "0 {bell:r} stalled\n");
}

/* ---- Draws ---- */

static void who_draws_is_the_only_candidate(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared x = 0\nlock door\n"
                       "coro left\n    set x = 1\n"
                       "coro right\n    pick number from 1, 2\n    set x = number\n"
                       "coro third\n    acquire door\n");
    exploration_take(&exploration, "t");
    assert_string_equal(exploration_next(&exploration), "1");
    const struct sim_stepping *stepping = &exploration.explorer.stepping;
    assert_int_equal(stepping->present_count, 3);
    assert_int_equal(stepping->candidates[0].kind, SIM_PENDING_DRAW);
    assert_true(stepping->candidates[0].is_certain);
    exploration_take(&exploration, "1");
    assert_string_equal(exploration_touched(&exploration), "");
    assert_string_equal(exploration_next(&exploration), "0 2 1");
    assert_int_equal(stepping->present_count, 3);
    exploration_close(&exploration);
}

/* ---- Time, hosts ---- */

static void time_passes_when_nobody_can_make_a_step(void **state) {
    (void)state;
    assert_goes("var p = 0\n"
                "coro left\n    set p = 1\n    sleep 1ms\n    set p = 2\n"
                "coro right\n    wait bell timeout 1ms\n    on timeout\n        set p = 3\n"
                "coro late after 1ms\n    set p = 4\n"
                "coro last\n    sleep 3ms\n    set p = 5\n",
                "t {} 0 1\n"
                "0 {p:w} 1\n"
                "1 {bell:r} time\n"
                "t {} 0 1 3\n"
                "3 {p:w} 0 1\n"
                "0 {p:w} 1\n"
                "1 {p:w} time\n"
                "t {} 2\n"
                "2 {p:w} over\n");
}

static void candidates_stand_in_productions_order_the_host_in_turn_first(void **state) {
    (void)state;
    static const char text[] = "host here\nhost other\nshared x = 0\n"
                               "coro left on here times 2\n    set x = 1\n    set x = 2\n"
                               "coro right on other times 2\n    set x = 3\n    set x = 4\n";
    assert_goes(text, "t {} 0 1 2 3\n"
                      "2 {x:w} 0 1 3 2\n"
                      "0 {x:w} 3 2 1 0\n"
                      "1 {x:w} 3 2 0 1\n"
                      "3 {x:w} 0 1 2 3\n");
}

/* ---- Lives that are cut off ---- */

static void who_runs_in_the_background_could_have_gone_on(void **state) {
    (void)state;
    assert_goes("shared x = 0\nlock door\n"
                "coro left\n    set x = 1\n"
                "coro right background\n    set x = 2\n    set x = 3\n"
                "coro third background\n    acquire door\n",
                "t {} 0 1 2\n"
                "1 {x:w end:r} 0 2 1\n"
                "0 {x:w end:w} over | 2 2 1\n");
    struct exploration exploration;
    open(&exploration,
         "shared x = 0\ncoro left\n    yield\ncoro right background\n    set x = 2\n");
    exploration_take(&exploration, "t");
    assert_string_equal(exploration_next(&exploration), "0 1");
    exploration_take(&exploration, "0");
    assert_string_equal(exploration_next(&exploration), "over | 1");
    const struct sim_stepping *stepping = &exploration.explorer.stepping;
    assert_int_equal(stepping->blocked[0].access.object, exploration.explorer.objects.end);
    assert_int_equal(stepping->blocked[0].access.mode, SIM_TOUCH_READ);
    assert_false(stepping->blocked[0].is_certain);
    exploration_close(&exploration);
}

static void nothing_is_cut_off_where_nobody_runs_in_the_background(void **state) {
    (void)state;
    assert_goes("shared x = 0\ncoro left\n    set x = 1\n    check x == 2\n    set x = 2\n",
                "t {} 0\n"
                "0 {x:w} 0\n"
                "0 {x:r} 0\n"
                "0 {x:w} over\n");
}

/* Whatever a producer does next would not come when the loop over it is left. */
static void a_producer_touches_its_own_end_with_every_step(void **state) {
    (void)state;
    assert_goes(
        "shared x = 0\n"
        "routine producer()\n    set x = 1\n    emit 1\n    set x = 2\n    emit 2\n"
        "coro consumer\n    iterate number from producer()\n        set x = 3\n        break\n",
        "t {} 0\n"
        "0 {process1:w} 1\n"
        "1 {x:w process1:w} 0\n"
        "0 {x:w process1:w} over\n");
}

/* ---- What is known before ---- */

static const struct sim_candidate *candidate_of(const struct exploration *exploration,
                                                uint32_t process) {
    const struct sim_stepping *stepping = &exploration->explorer.stepping;
    for (uint32_t i = 0; i < stepping->present_count; i++) {
        if (stepping->candidates[i].process == process) {
            return &stepping->candidates[i];
        }
    }
    fail_msg("%" PRIu32 " cannot make a step", process);
    return NULL;
}

static void an_access_is_announced_and_certain_if_it_is_all(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared x = 0\nvar p = 0\nqueue jobs\n"
                       "coro certain\n    set x = 1\n    yield\n"
                       "coro uncertain\n    set x = p\n    set p = 2\n"
                       "coro unknown\n    put jobs 1\n");
    exploration_take(&exploration, "t");
    assert_string_equal(exploration_next(&exploration), "1 2 0");
    const struct sim_candidate *certain = candidate_of(&exploration, 0);
    assert_int_equal(certain->kind, SIM_PENDING_ACCESS);
    assert_int_equal(certain->access.object, 0);
    assert_int_equal(certain->access.mode, SIM_TOUCH_WRITE);
    assert_true(certain->is_certain);
    assert_int_equal(candidate_of(&exploration, 1)->kind, SIM_PENDING_UNKNOWN);
    assert_int_equal(candidate_of(&exploration, 2)->kind, SIM_PENDING_UNKNOWN);
    assert_false(candidate_of(&exploration, 2)->is_certain);
    exploration_take(&exploration, "1");
    assert_string_equal(exploration_touched(&exploration), "p:r");
    assert_string_equal(exploration_next(&exploration), "2 0 1");
    const struct sim_candidate *uncertain = candidate_of(&exploration, 1);
    assert_int_equal(uncertain->kind, SIM_PENDING_ACCESS);
    assert_int_equal(uncertain->access.object, 0);
    assert_false(uncertain->is_certain);
    exploration_take(&exploration, "1");
    assert_string_equal(exploration_touched(&exploration), "x:w p:w");
    exploration_close(&exploration);
}

/* ---- Room ---- */

static void there_is_room_for_many_candidates(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared x = 0\nlock door\n"
                       "coro left times 100\n    set x = 1\n"
                       "coro right times 100\n    acquire door\n    set x = 2\n    release door\n");
    const struct sim_stepping *stepping = &exploration.explorer.stepping;
    exploration_take(&exploration, "t");
    (void)exploration_next(&exploration);
    assert_int_equal(stepping->candidate_count, 200);
    for (uint32_t i = 0; i < 200; i++) {
        assert_int_equal(stepping->candidates[i].process, i);
    }
    sim_explorer_take(&exploration.explorer, 150);
    (void)exploration_next(&exploration);
    assert_int_equal(stepping->candidate_count, 101);
    assert_int_equal(stepping->blocked_count, 99);
    assert_int_equal(stepping->blocked[98].process, 199);
    exploration_close(&exploration);
}

static void without_memory_for_candidates_the_run_is_void(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared x = 0\ncoro left times 100\n    set x = 1\n");
    exploration_take(&exploration, "t");
    exploration.counting.fails_at = exploration.counting.call_count + 1;
    assert_int_equal(sim_explorer_next(&exploration.explorer), SIM_NEXT_OVER);
    assert_int_equal(exploration.explorer.run->fatal, COG_ENOMEM);
    exploration_close(&exploration);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_access_of_a_shared_variable_is_a_step),
        cmocka_unit_test(what_others_cannot_see_is_none),
        cmocka_unit_test(it_goes_from_one_wait_to_the_next),
        cmocka_unit_test(who_continues_at_once_belongs_to_it),
        cmocka_unit_test(nobody_goes_on_because_nobody_else_is_ready),
        cmocka_unit_test(an_acquire_waits_for_its_lock_without_parking),
        cmocka_unit_test(each_element_of_an_array_of_locks_is_one),
        cmocka_unit_test(an_acquire_with_a_timeout_waits_in_line),
        cmocka_unit_test(a_join_waits_for_the_end),
        cmocka_unit_test(a_run_in_which_all_are_blocked_is_stalled),
        cmocka_unit_test(who_draws_is_the_only_candidate),
        cmocka_unit_test(time_passes_when_nobody_can_make_a_step),
        cmocka_unit_test(candidates_stand_in_productions_order_the_host_in_turn_first),
        cmocka_unit_test(who_runs_in_the_background_could_have_gone_on),
        cmocka_unit_test(nothing_is_cut_off_where_nobody_runs_in_the_background),
        cmocka_unit_test(a_producer_touches_its_own_end_with_every_step),
        cmocka_unit_test(an_access_is_announced_and_certain_if_it_is_all),
        cmocka_unit_test(there_is_room_for_many_candidates),
        cmocka_unit_test(without_memory_for_candidates_the_run_is_void),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
