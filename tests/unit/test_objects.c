/* test_objects.c - the numbers of what can be touched, and who looks at what. */
#include "sim/objects.h"

#include "tests/unit/exploration.h"

#include "core/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_object_has_a_number_of_its_own(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration,
                     "var one = 0\nshared few[3] = 0\nvar two = 0\nqueue jobs\nqueue more size 1\n"
                     "channel news\nlock door\nlock doors[4]\n"
                     "coro left\n    wait bell\ncoro right\n    signal bell\n    signal horn\n",
                     SIM_VARY_ORDER);
    const struct sim_objects *objects = &exploration.explorer.objects;
    assert_int_equal(objects->variables[0], 0);
    assert_int_equal(objects->variables[1], 1);
    assert_int_equal(objects->variables[2], 4);
    assert_int_equal(objects->queues, 5);
    assert_int_equal(objects->channels, 7);
    assert_int_equal(objects->signals, 8);
    assert_int_equal(objects->locks, 10);
    assert_int_equal(objects->lines, 15);
    assert_int_equal(objects->log, 20);
    assert_int_equal(objects->watches, 21);
    assert_int_equal(objects->end, 22);
    assert_int_equal(objects->network, 23);
    assert_int_equal(objects->ports, 24);
    assert_int_equal(objects->coroutines, 24 + SIM_OBJECTS_PORTS);
    exploration_close(&exploration);
}

static void a_scenario_without_any_has_those_that_are_always_there(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration, "coro left\n    yield\n", SIM_VARY_ORDER);
    const struct sim_objects *objects = &exploration.explorer.objects;
    assert_int_equal(objects->queues, 0);
    assert_int_equal(objects->log, 0);
    assert_int_equal(objects->coroutines, 4 + SIM_OBJECTS_PORTS);
    assert_false(objects->has_background);
    assert_false(objects->watches_log);
    assert_false(objects->waits_show);
    exploration_close(&exploration);
}

/* The variables p, r, few and many: which of them an expectation looks at all the time. */
static void assert_watched(const char *expectation, const char *expected) {
    char text[512] = "var p = 0\nvar r = 0\nshared few[2] = 0\nvar many[2] = 0\n"
                     "coro left\n    log 'one'\n";
    static const char names[] = "prfm";
    char watched[sizeof names] = "";
    uint32_t count = 0;
    struct exploration exploration;
    strcat(text, expectation);
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    for (uint32_t i = 0; i < 4; i++) {
        if (exploration.explorer.objects.is_watched[i]) {
            watched[count++] = names[i];
        }
    }
    assert_string_equal(watched, expected);
    exploration_close(&exploration);
}

static void what_must_hold_all_the_time_is_watched(void **state) {
    (void)state;
    assert_watched("expect p == 0\n", "");
    assert_watched("expect always p == 0\n", "p");
    assert_watched("expect always not p < few[r]\n", "prf");
    assert_watched("expect always ('a{r}' == 'a0' or many[1] == 1)\n", "rm");
    assert_watched("expect within 1ms of 'one': p == 0\n", "p");
    assert_watched("expect r == 1 or always p == 0 and always few[0] == 0\n", "pf");
    assert_watched("expect r == 1\nexpect always r == 1\n", "r");
}

static void assert_looks(const char *rest, bool watches_log, bool has_background, bool waits_show) {
    char text[512] = "coro left\n    log 'one'\n    log 'two'\n    wait bell timeout 1ms\n";
    struct exploration exploration;
    strcat(text, rest);
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    const struct sim_objects *objects = &exploration.explorer.objects;
    assert_int_equal(objects->watches_log, watches_log);
    assert_int_equal(objects->has_background, has_background);
    assert_int_equal(objects->waits_show, waits_show);
    exploration_close(&exploration);
}

static void what_is_looked_at_is_known(void **state) {
    (void)state;
    assert_looks("expect log 'one' times 1\n", false, false, false);
    assert_looks("expect 'one' before 'two'\n", true, false, false);
    assert_looks("expect no log 'one' or 'one' before 'two'\n", true, false, false);
    assert_looks("expect within 1ms of 'one': true\n", true, false, false);
    assert_looks("coro right background\n    yield\n", false, true, false);
    assert_looks("coro right\n    signal bell\n", false, false, false);
    assert_looks("coro right\n    signal bell recipients 1\n", false, false, true);
    assert_looks("routine ring()\n    signal bell recipients 2\ncoro right\n    call ring()\n",
                 false, false, true);
}

/* Of the first statement of the last coroutine. */
static void assert_waits_as_step(const char *text, bool expected) {
    struct exploration exploration;
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    const struct sim_scenario *scenario = exploration.scenario;
    const struct sim_code *code = &exploration.program.coroutines[scenario->coroutine_count - 1];
    assert_int_equal(sim_waits_as_step(scenario, code->instructions[0].statement), expected);
    exploration_close(&exploration);
}

static void what_has_a_timeout_waits_in_line(void **state) {
    (void)state;
    assert_waits_as_step("lock door\ncoro left\n    acquire door\n", true);
    assert_waits_as_step("lock door\ncoro left\n    acquire door timeout none\n", true);
    assert_waits_as_step("lock door\ncoro left\n    acquire door timeout 1ms\n", false);
    assert_waits_as_step("lock door\ncoro left\n    acquire door timeout at 1ms\n", false);
    assert_waits_as_step("scheduler timeout 1s\nlock door\ncoro left\n    acquire door\n", false);
    assert_waits_as_step(
        "scheduler timeout 1s\nlock door\ncoro left\n    acquire door timeout none\n", true);
    assert_waits_as_step("scheduler timeout none\nlock door\ncoro left\n    acquire door\n", true);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    struct exploration exploration;
    exploration_open(&exploration, "var p = 0\ncoro left\n    yield\n", SIM_VARY_ORDER);
    for (uint64_t fails_at = 1; fails_at <= 3; fails_at++) {
        struct play_allocator counting;
        struct sim_objects objects;
        play_allocator_init(&counting);
        counting.fails_at = fails_at;
        int status = sim_objects_init(&objects, &counting.allocator, &exploration.program);
        assert_int_equal(status, fails_at < 3 ? COG_ENOMEM : COG_OK);
        if (status == COG_OK) {
            sim_objects_term(&objects, &counting.allocator);
        }
        assert_int_equal(counting.live_bytes, 0);
    }
    exploration_close(&exploration);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_has_a_number_of_its_own),
        cmocka_unit_test(a_scenario_without_any_has_those_that_are_always_there),
        cmocka_unit_test(what_must_hold_all_the_time_is_watched),
        cmocka_unit_test(what_is_looked_at_is_known),
        cmocka_unit_test(what_has_a_timeout_waits_in_line),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
