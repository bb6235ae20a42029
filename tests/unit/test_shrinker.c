/* test_shrinker.c - what is left of a failure is the same failure, in a scenario of its own. */
#include "sim/shrink/shrinker.h"

#include "sim/explore/exploration.h"
#include "sim/shrink/decisions.h"
#include "tests/unit/shrinking.h"

static const char twostage[] = "scenario \"a look between two stages\"  # goes\n"
                               "shared first = 0\n"
                               "shared second = 0\n"
                               "lock door\n"
                               "lock gate\n"
                               "queue unused size 3\n"
                               "coro making\n"
                               "    acquire door\n"
                               "    set first = 1\n"
                               "    release door\n"
                               "    acquire gate\n"
                               "    set second = first + 1\n"
                               "    release gate\n"
                               "coro looking\n"
                               "    acquire door\n"
                               "    if first == 0\n"
                               "        release door\n"
                               "        stop\n"
                               "    let one = first\n"
                               "    release door\n"
                               "    acquire gate\n"
                               "    let two = second\n"
                               "    check two == one + 1\n"
                               "    release gate\n"
                               "coro idle_ after 3ms\n"
                               "    log \"nothing\"\n"
                               "expect log \"nothing\"\n";

/* Finds a failure and shrinks it; COG_OK, COG_ENOMEM. */
static int shrink(struct parsed *parsed, struct sim_program *program, uint64_t budget,
                  bool keeps_scenario, struct sim_shrunk *shrunk) {
    struct sim_explored explored;
    const struct cog_allocator *allocator = &parsed->counting.allocator;
    struct sim_exploration_options options = {.allocator = allocator,
                                              .source = &parsed->source,
                                              .strategy = sim_strategies(),
                                              .vary = SIM_VARY_ORDER,
                                              .budget = 1000};
    int status = sim_explore(&explored, program, &options);
    if (status != COG_OK) {
        return status;
    }
    struct sim_shrink_way way = {.steps = explored.way.steps,
                                 .step_count = explored.way.step_count,
                                 .draws = explored.way.draws};
    struct sim_shrink_options shrink_options = {.allocator = allocator,
                                                .vary = SIM_VARY_ORDER,
                                                .budget = budget,
                                                .keeps_scenario = keeps_scenario,
                                                .name = "twostage.scn"};
    status = sim_shrink(shrunk, program, &parsed->source, &way, &shrink_options);
    sim_explored_close(&explored);
    return status;
}

static void open_text(struct parsed *parsed, struct sim_program *program, const char *text) {
    parse_text(parsed, text);
    if (parsed->scenario == NULL) {
        print_error("%s", rendered_text(parsed));
    }
    assert_non_null(parsed->scenario);
    assert_int_equal(sim_program_init(program, &parsed->counting.allocator, parsed->scenario, NULL),
                     COG_OK);
}

static void close_text(struct parsed *parsed, struct sim_program *program) {
    sim_program_term(program);
    free_parsed(parsed);
}

static void what_is_left_is_what_the_failure_needs(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_program program;
    struct sim_shrunk shrunk = {.is_done = false};
    open_text(&parsed, &program, twostage);
    assert_int_equal(shrink(&parsed, &program, 0, false, &shrunk), COG_OK);
    assert_string_equal(shrunk.words.bytes, "check two == one + 1 in looking");
    assert_true(shrunk.is_done);
    assert_true(shrunk.has_scenario);
    assert_int_equal(shrunk.before.coroutines, 3);
    assert_int_equal(shrunk.after.coroutines, 2);
    assert_string_equal(
        shrunk.scenario.bytes,
        "# What is left of twostage.scn when everything goes that its failure does not need:\n"
        "# check two == one + 1 in looking\n"
        "scenario \"a look between two stages\"\n"
        "\n"
        "shared first = 0\n"
        "shared second = 0\n"
        "\n"
        "coro making\n"
        "    set first = 1\n"
        "    set second = first + 1\n"
        "\n"
        "coro looking\n"
        "    if first == 0\n"
        "        stop\n"
        "    let   one = first\n"
        "    let   two = second\n"
        "    check two == one + 1\n"
        "\n"
        "schedule\n"
        "    making: set first\n"
        "    looking: read first\n"
        "    looking: read first\n");
    assert_string_equal(shrunk.scenario_pair_words.bytes,
                        "if `making: set second` (line 10) comes before `looking: read second` "
                        "(line 16), it passes");
    sim_shrunk_close(&shrunk);
    close_text(&parsed, &program);
}

static void only_the_decisions_get_fewer_where_that_is_wanted(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_program program;
    struct sim_shrunk shrunk = {.is_done = false};
    open_text(&parsed, &program, twostage);
    assert_int_equal(shrink(&parsed, &program, 0, true, &shrunk), COG_OK);
    assert_false(shrunk.has_scenario);
    assert_true(sim_decisions_count(&shrunk.schedule) <= shrunk.before.decisions);
    assert_true(shrunk.pair_words.length > 0);
    sim_shrunk_close(&shrunk);
    close_text(&parsed, &program);
}

static void every_budget_leaves_the_failure(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_program program;
    open_text(&parsed, &program, twostage);
    for (uint64_t budget = 1; budget < 1000; budget = budget * 2 + 1) {
        struct sim_shrunk shrunk = {.is_done = false};
        struct shrinking result;
        struct sim_trial trial;
        struct sim_schedule schedule;
        uint32_t line;
        assert_int_equal(shrink(&parsed, &program, budget, false, &shrunk), COG_OK);
        assert_true(shrunk.has_scenario);
        shrinking_open(&result, shrunk.scenario.bytes);
        sim_schedule_init(&schedule, &result.counting.allocator);
        assert_int_equal(sim_schedule_of_scenario(&schedule, result.subject.scenario, &line),
                         COG_OK);
        struct sim_trial_options options = {.follow = &schedule};
        assert_int_equal(sim_trial_run(&trial, &result.trials, &result.subject.program,
                                       &result.subject.source, &options),
                         COG_OK);
        assert_true(trial.signature == shrunk.signature);
        sim_trial_term(&trial);
        sim_schedule_term(&schedule);
        shrinking_close(&result);
        sim_shrunk_close(&shrunk);
    }
    close_text(&parsed, &program);
}

static void parameters_have_their_values(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_program program;
    struct sim_shrunk shrunk = {.is_done = false};
    open_text(&parsed, &program,
              "scenario \"t\"\nparam low = -3\nparam word = \"a \\\"b\\\" \\{c\\}\"\nvar x = 0\n"
              "each pause, limit\n    1ms, 5\n    2ms, 6\n"
              "coro a\n    sleep pause\n    set x = x - low\n    log \"{word} {x + low}\"\n"
              "expect log \"{word} 7\"\nexpect x < limit\n");
    assert_int_equal(shrink(&parsed, &program, 0, false, &shrunk), COG_OK);
    assert_true(shrunk.has_scenario);
    const char *left = shrunk.scenario.bytes != NULL ? shrunk.scenario.bytes : "";
    assert_null(strstr(left, "param"));
    assert_null(strstr(left, "each"));
    assert_non_null(strstr(left, "\nexpect log \"a \\\"b\\\" \\{c\\} 7\"\n"));
    sim_shrunk_close(&shrunk);
    close_text(&parsed, &program);
}

static void what_does_not_fail_is_not_shrunk(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_program program;
    struct sim_shrunk shrunk = {.is_done = false};
    struct sim_schedule schedule;
    open_text(&parsed, &program, twostage);
    sim_schedule_init(&schedule, cog_allocator_malloc());
    struct sim_shrink_way way = {.schedule = &schedule};
    struct sim_shrink_options options = {.allocator = &parsed.counting.allocator,
                                         .vary = SIM_VARY_ORDER};
    assert_int_equal(sim_shrink(&shrunk, &program, &parsed.source, &way, &options), COG_EINVALID);
    sim_schedule_term(&schedule);
    close_text(&parsed, &program);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    uint32_t failure_count = 0;
    for (uint64_t fails_at = 1;; fails_at += 1 + fails_at / 40) {
        struct parsed parsed;
        struct sim_program program;
        struct sim_shrunk shrunk = {.is_done = false};
        open_text(&parsed, &program, twostage);
        parsed.counting.fails_at = parsed.counting.call_count + fails_at;
        int status = shrink(&parsed, &program, 150, false, &shrunk);
        parsed.counting.fails_at = 0;
        if (status == COG_OK) {
            sim_shrunk_close(&shrunk);
            close_text(&parsed, &program);
            break;
        }
        assert_int_equal(status, COG_ENOMEM);
        failure_count++;
        close_text(&parsed, &program);
    }
    assert_true(failure_count > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_what_the_failure_needs),
        cmocka_unit_test(only_the_decisions_get_fewer_where_that_is_wanted),
        cmocka_unit_test(every_budget_leaves_the_failure),
        cmocka_unit_test(parameters_have_their_values),
        cmocka_unit_test(what_does_not_fail_is_not_shrunk),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
