/* test_reversal.c - the sequences that would reverse the races of an execution.
 *
 * An execution is told by who makes its steps, in order, after the first advance of time. A
 * reversal is written `1: 2* 0 1*{x:w}`: the level that it begins at, who makes its steps, * for
 * those that nothing has to come before, and what the last one touches.
 */
#include "sim/explore/reversal.h"

#include "tests/unit/exploration.h"

#include "core/status.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the policy below goes after, for it has no context. */
struct script {
    const char *steps;
    bool is_short;
    void (*look)(struct sim_search *search); /* at each reversal; may be null */
    struct sim_buffer reversals;
    uint32_t count;
};

static struct script script;

static bool enter_next(struct sim_search *search, struct sim_level *level) {
    assert_true(*script.steps != '\0');
    uint32_t process = (uint32_t)(*script.steps - '0');
    script.steps += script.steps[1] == ' ' ? 2 : 1;
    for (uint32_t i = 0; i < level->candidate_count; i++) {
        struct sim_step step = sim_search_candidate(search, level, i);
        if (step.process == process) {
            return sim_wakeup_tree_add(&search->tree, level->root, step) != SIM_NONE;
        }
    }
    fail_msg("%" PRIu32 " cannot make a step", process);
    return false;
}

static void write_footprint(const struct sim_search *search, uint32_t footprint) {
    static const char *const modes[] = {":r", ":w", ":lock", ":unlock"};
    const struct sim_footprints_item *item = &search->footprints.items[footprint];
    sim_buffer_add_text(&script.reversals, "{");
    for (uint32_t i = 0; i < item->count; i++) {
        struct sim_touch touch = search->footprints.touches[item->first + i];
        sim_buffer_add_format(&script.reversals, "%s%u%s", i > 0 ? " " : "", (unsigned)touch.object,
                              modes[touch.mode]);
    }
    sim_buffer_add_text(&script.reversals, "}");
}

static bool write_reversal(struct sim_search *search, uint32_t level) {
    const struct sim_reversal *reversal = &search->reversal;
    script.count++;
    sim_buffer_add_format(&script.reversals, "%" PRIu32 ":", level);
    for (uint32_t i = 0; i < reversal->count; i++) {
        uint32_t process = reversal->steps[i].step.process;
        bool is_initial =
            sim_reversal_find(reversal, process) == i && sim_reversal_is_initial(search, i);
        sim_buffer_add_format(&script.reversals, " %" PRIu32 "%s", process, is_initial ? "*" : "");
    }
    write_footprint(search, reversal->steps[reversal->count - 1].step.footprint);
    sim_buffer_add_text(&script.reversals, "\n");
    if (script.look != NULL) {
        script.look(search);
    }
    return true;
}

static bool reverse_all(struct sim_search *search) {
    return sim_reversals(search, script.is_short, NULL, write_reversal);
}

static const struct sim_search_policy policy = {
    .name = "one", .races = true, .enter = enter_next, .complete = reverse_all};

static void go(const char *text, const char *steps, bool is_short,
               void (*look)(struct sim_search *search), const char *expected) {
    struct exploration exploration;
    struct sim_search search;
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    script = (struct script){.steps = steps, .is_short = is_short, .look = look};
    sim_buffer_init(&script.reversals, cog_allocator_malloc());
    assert_int_equal(sim_search_init(&search, &exploration.explorer, &policy), COG_OK);
    assert_int_equal(sim_search_run(&search), COG_OK);
    assert_string_equal(script.steps, "");
    const char *reversals = script.reversals.bytes != NULL ? script.reversals.bytes : "";
    if (strcmp(reversals, expected) != 0) {
        print_error("%s%s\n", text, steps);
    }
    assert_string_equal(reversals, expected);
    sim_buffer_term(&script.reversals);
    sim_search_term(&search);
    exploration_close(&exploration);
}

static void assert_reversals(const char *text, const char *steps, const char *expected) {
    go(text, steps, false, NULL, expected);
}

static const char two_adders[] = "shared x = 0\n"
                                 "coro left\n    let seen = x\n    set x = seen + 1\n"
                                 "coro right\n    let seen = x\n    set x = seen + 1\n";

static void the_later_step_of_a_race_comes_before_the_earlier_one(void **state) {
    (void)state;
    assert_reversals(two_adders, "0 0 1 1", "2: 1*{0:r}\n");
    assert_reversals(two_adders, "0 1 0 1", "2: 0*{0:w}\n3: 1*{0:w}\n");
    assert_reversals("shared x = 0\ncoro left\n    let seen = x\ncoro right\n    let seen = x\n",
                     "0 1", "");
}

static const char three[] = "shared x = 0\nshared y = 0\n"
                            "coro left\n    set x = 1\n"
                            "coro right\n    set x = 2\n"
                            "coro third\n    set y = 1\n    set y = 2\n";

static void what_did_not_happen_after_the_earlier_one_comes_too(void **state) {
    (void)state;
    assert_reversals(three, "0 2 2 1", "1: 2* 2 1*{0:w}\n");
    assert_reversals(three, "2 0 2 1", "2: 2* 1*{0:w}\n");
    assert_reversals(three, "0 2 1 2", "1: 2* 2 1*{0:w}\n");
    go(three, "0 2 1 2", true, NULL, "1: 2* 1*{0:w}\n");
    go(three, "0 1 2 2", true, NULL, "1: 1*{0:w}\n");
}

static void what_has_to_come_before_a_step_keeps_it_from_being_the_first(void **state) {
    (void)state;
    assert_reversals("shared x = 0\nshared y = 0\n"
                     "coro left\n    set x = 1\n"
                     "coro right\n    set y = 1\n    set x = 2\n"
                     "coro third\n    set y = 2\n",
                     "0 2 1 1", "2: 1*{1:w}\n1: 2* 1 1{0:w}\n");
}

static void who_waits_for_a_lock_could_have_come_first(void **state) {
    (void)state;
    assert_reversals("lock door\n"
                     "coro left\n    acquire door\n    release door\n"
                     "coro right\n    acquire door\n    release door\n",
                     "0 0 1 1", "1: 1*{0:lock}\n");
    assert_reversals("lock door\nshared x = 0\n"
                     "coro left\n    acquire door\n    set x = 1\n    wait bell\n"
                     "coro right\n    acquire door\n",
                     "0 0", "1: 1*{2:lock}\n");
}

static void who_is_cut_off_could_have_gone_on_before_the_end(void **state) {
    (void)state;
    assert_reversals("shared x = 0\nshared y = 0\n"
                     "coro left\n    set x = 1\n    set x = 2\n"
                     "coro right background\n    set y = 1\n    set y = 2\n",
                     "1 0 0", "1: 0* 0{0:w 4:w}\n3: 1*{4:r 1:w}\n");
}

/* The producer would have made its step before the loop over it is left. */
static void whom_a_step_has_stopped_could_have_gone_on_before_it(void **state) {
    (void)state;
    assert_reversals("lock door\n"
                     "routine producer()\n    acquire door\n    emit 1\n"
                     "coro left\n    iterate number from producer() timeout 1ms\n"
                     "        log '{number}'\n    on timeout\n        log 'late'\n"
                     "coro right\n    acquire door\n    sleep 1ms\n    release door\n",
                     "0 1 1 0", "5: 2*{76:w 0:lock}\n");
}

static void a_step_that_may_touch_something_else_is_tried(void **state) {
    (void)state;
    /* When right looks first it writes y; else it has seen 1, and does not. */
    assert_reversals("var p = 0\nvar y = 0\n"
                     "coro left\n    set p = 1\n"
                     "coro right\n    if p == 0\n        set y = 1\n",
                     "0 1", "1: 1*{0:r 1:w}\n");
    assert_reversals("var p = 0\nvar y = 0\nshared x = 0\n"
                     "coro left\n    set p = 1\n"
                     "coro right\n    if p == 0\n        set y = 1\n"
                     "coro third\n    set x = 1\n",
                     "2 0 1", "2: 1*{0:r 1:w}\n");
}

static struct sim_step touching(struct sim_search *search, uint32_t object,
                                enum sim_touch_mode mode) {
    struct sim_touch touch = {.object = object & 0xffffu, .mode = mode & 3u};
    struct sim_step step = {.process = 9};
    step.footprint = sim_footprints_find(&search->footprints, &touch, 1);
    assert_int_not_equal(step.footprint, SIM_NONE);
    return step;
}

/* Of `2 2 3 1`, where 2 writes y twice, 3 reads z and 1 writes x. */
static void ask_what_is_left(struct sim_search *search) {
    const struct sim_reversal *reversal = &search->reversal;
    struct sim_step unknown = {.process = 9, .footprint = SIM_FOOTPRINT_UNKNOWN};
    assert_int_equal(reversal->count, 4);
    assert_false(sim_reversal_is_independent(search, unknown));
    assert_false(sim_reversal_is_independent(search, touching(search, 0, SIM_TOUCH_READ)));
    assert_false(sim_reversal_is_independent(search, touching(search, 1, SIM_TOUCH_READ)));
    assert_true(sim_reversal_is_independent(search, touching(search, 2, SIM_TOUCH_READ)));
    assert_false(sim_reversal_is_independent(search, touching(search, 2, SIM_TOUCH_WRITE)));
    assert_true(sim_reversal_is_independent(search, touching(search, 3, SIM_TOUCH_WRITE)));
    assert_true(sim_reversal_is_independent(search, touching(search, 5000, SIM_TOUCH_WRITE)));
    assert_int_equal(sim_reversal_find(reversal, 0), SIM_NONE);
    assert_int_equal(sim_reversal_find(reversal, 700), SIM_NONE);
    assert_int_equal(sim_reversal_find(reversal, 2), 0);
    sim_reversal_remove(search, 0);
    assert_int_equal(sim_reversal_find(reversal, 2), 1);
    assert_true(sim_reversal_is_initial(search, 1));
    assert_false(sim_reversal_is_independent(search, touching(search, 1, SIM_TOUCH_READ)));
    sim_reversal_remove(search, 2);
    assert_int_equal(sim_reversal_find(reversal, 3), SIM_NONE);
    assert_true(sim_reversal_is_independent(search, touching(search, 2, SIM_TOUCH_WRITE)));
    sim_reversal_remove(search, 1);
    assert_true(sim_reversal_is_independent(search, touching(search, 1, SIM_TOUCH_WRITE)));
    assert_false(sim_reversal_is_independent(search, touching(search, 0, SIM_TOUCH_READ)));
    assert_true(sim_reversal_is_initial(search, 3));
    sim_reversal_remove(search, 3);
    assert_true(sim_reversal_is_independent(search, touching(search, 0, SIM_TOUCH_WRITE)));
    assert_int_equal(reversal->removed_count, reversal->count);
}

static void steps_can_be_taken_out_of_it(void **state) {
    (void)state;
    go("shared x = 0\nshared y = 0\nshared z = 0\n"
       "coro left\n    set x = 1\n"
       "coro right\n    set x = 2\n"
       "coro third\n    set y = 1\n    set y = 2\n"
       "coro fourth\n    let seen = z\n",
       "0 2 2 3 1", false, ask_what_is_left, "1: 2* 2 3* 1*{0:w}\n");
    assert_int_equal(script.count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_later_step_of_a_race_comes_before_the_earlier_one),
        cmocka_unit_test(what_did_not_happen_after_the_earlier_one_comes_too),
        cmocka_unit_test(what_has_to_come_before_a_step_keeps_it_from_being_the_first),
        cmocka_unit_test(who_waits_for_a_lock_could_have_come_first),
        cmocka_unit_test(who_is_cut_off_could_have_gone_on_before_the_end),
        cmocka_unit_test(whom_a_step_has_stopped_could_have_gone_on_before_it),
        cmocka_unit_test(a_step_that_may_touch_something_else_is_tried),
        cmocka_unit_test(steps_can_be_taken_out_of_it),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
