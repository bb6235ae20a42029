/* test_guide.c - runs that follow schedules, and say where they do not fit. */
#include "sim/guide.h"

#include "tests/unit/language_fixture.h"

#include "sim/explore/exploration.h"

struct guided_run {
    struct parsed parsed;
    struct sim_program program;
    struct sim_schedule schedule;
    struct sim_guide guide;
    struct sim_result result;
    struct sim_run *run;
};

/* Runs a text after a schedule. */
static void play(struct guided_run *guided, const char *text, const char *schedule,
                 const struct sim_guide_options *options) {
    uint32_t line = 0;
    parse_text(&guided->parsed, text);
    if (guided->parsed.scenario == NULL) {
        print_error("%s", rendered_text(&guided->parsed));
    }
    assert_non_null(guided->parsed.scenario);
    const struct cog_allocator *allocator = &guided->parsed.counting.allocator;
    assert_int_equal(sim_program_init(&guided->program, allocator, guided->parsed.scenario, NULL),
                     COG_OK);
    sim_schedule_init(&guided->schedule, allocator);
    assert_int_equal(sim_schedule_read(&guided->schedule, schedule, strlen(schedule), &line),
                     COG_OK);
    struct sim_guide_options all = *options;
    all.allocator = allocator;
    all.follow = options->steps != NULL ? NULL : &guided->schedule;
    assert_int_equal(sim_guide_open(&guided->guide, &guided->program, &all), COG_OK);
    struct sim_run_options run_options = {.allocator = allocator, .guide = &guided->guide};
    assert_int_equal(sim_run_new(&guided->program, &run_options, &guided->run), COG_OK);
    assert_int_equal(sim_run_execute(guided->run, &guided->result), COG_OK);
}

static void forget(struct guided_run *guided) {
    sim_run_free(guided->run);
    sim_guide_close(&guided->guide);
    sim_schedule_term(&guided->schedule);
    sim_program_term(&guided->program);
    free_parsed(&guided->parsed);
}

static const struct sim_guide_options any_order = {.vary = SIM_VARY_ORDER};

static void assert_recorded(const struct guided_run *guided, const char *expected) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_schedule_write(&guided->guide.recorded, 0, &buffer);
    assert_string_equal(buffer.bytes != NULL ? buffer.bytes : "", expected);
    sim_buffer_term(&buffer);
}

static const char two_adders[] = "scenario \"t\"\nshared x = 0\n"
                                 "coro left\n    let seen = x\n    set x = seen + 1\n"
                                 "coro right\n    let seen = x\n    set x = seen + 1\n"
                                 "expect x == 2\n";

static void a_schedule_decides(void **state) {
    (void)state;
    struct guided_run guided;
    play(&guided, two_adders, "left: read x\nleft: set x\n", &any_order);
    assert_true(guided.result.ok);
    assert_int_equal(guided.guide.drift_count, 0);
    forget(&guided);
    play(&guided, two_adders, "right: read x\nleft: read x\n", &any_order);
    assert_false(guided.result.ok);
    forget(&guided);
}

static void what_was_decided_is_written_down(void **state) {
    (void)state;
    struct guided_run guided;
    play(&guided, two_adders, "right: read x\nright: set x\n", &any_order);
    assert_true(guided.result.ok);
    assert_recorded(&guided, "right: read x\nright: set x\n");
    forget(&guided);
    /* production's decisions at the end say nothing */
    play(&guided, two_adders, "", &any_order);
    assert_recorded(&guided, "");
    forget(&guided);
}

static void production_decides_as_often_as_a_line_says(void **state) {
    (void)state;
    struct guided_run guided;
    play(&guided, two_adders, "production: 1\nleft: set x\n", &any_order);
    assert_true(guided.result.ok);
    assert_int_equal(guided.guide.drift_count, 0);
    assert_recorded(&guided, "left: read x\nleft: set x\n");
    forget(&guided);
    /* more often than there is anything to decide */
    play(&guided, two_adders, "right: read x\nproduction: 1000\n", &any_order);
    assert_recorded(&guided, "right: read x\n");
    forget(&guided);
}

static void one_coroutine_after_the_other(void **state) {
    (void)state;
    static const enum sim_guide_serial serials[] = {SIM_SERIAL_FIRST, SIM_SERIAL_LAST};
    static const char *const expected[] = {"left: read x\nleft: set x\n",
                                           "right: read x\nright: set x\n"};
    for (int i = 0; i < 2; i++) {
        struct guided_run guided;
        struct sim_guide_options options = {.vary = SIM_VARY_ORDER, .serial = serials[i]};
        play(&guided, two_adders, "", &options);
        assert_true(guided.result.ok);
        assert_recorded(&guided, expected[i]);
        forget(&guided);
    }
}

static void the_same_schedule_gives_the_same_trace(void **state) {
    (void)state;
    uint64_t hashes[2];
    for (int i = 0; i < 2; i++) {
        struct guided_run guided;
        play(&guided, two_adders, "right: read x\nleft: read x\nright: set x\n", &any_order);
        hashes[i] = guided.result.trace_hash;
        forget(&guided);
    }
    assert_true(hashes[0] == hashes[1]);
}

static void a_line_that_does_not_fit_is_passed_over(void **state) {
    (void)state;
    struct guided_run guided;
    play(&guided, two_adders, "gone: set y\nright: read x\nright: set x\n", &any_order);
    assert_int_equal(guided.guide.drift_count, 1);
    assert_int_equal(guided.guide.drifts[0].entry, 0);
    assert_non_null(strstr(guided.guide.drifts[0].text, "'gone: set y' can not be done here"));
    assert_recorded(&guided, "right: read x\nright: set x\n");
    forget(&guided);
}

static void who_does_something_else_now_is_taken_all_the_same(void **state) {
    (void)state;
    struct guided_run guided;
    play(&guided, two_adders, "right: read y\nright: set y\n", &any_order);
    assert_int_equal(guided.guide.drift_count, 2);
    assert_recorded(&guided, "right: read x\nright: set x\n");
    forget(&guided);
}

static void children_are_told_apart(void **state) {
    (void)state;
    struct guided_run guided;
    play(&guided,
         "scenario \"t\"\nshared x = 0\nroutine work(n)\n    set x = n\n"
         "coro main_\n    spawn work(1) as a\n    spawn work(2) as b\n    join a\n    join b\n"
         "expect x == 1\n",
         "main_: after spawn\nmain_/work#2: set x\nmain_/work: set x\n", &any_order);
    assert_int_equal(guided.guide.drift_count, 0);
    assert_true(guided.result.ok);
    forget(&guided);
}

static void draws_are_decided_too(void **state) {
    (void)state;
    static const char coins[] = "scenario \"t\"\nvar a = 0\nvar b = 0\ncoro thrower\n"
                                "    pick a from 0, 1\n    pick b from 5, 6, 7\n"
                                "expect a == 1 and b == 7\n";
    static const unsigned varies[] = {SIM_VARY_ORDER, SIM_VARY_ARRIVALS};
    for (size_t i = 0; i < 2; i++) {
        struct guided_run guided;
        struct sim_guide_options options = {.vary = varies[i]};
        play(&guided, coins, "pick a: 1\npick b: 7\n", &options);
        assert_int_equal(guided.guide.drift_count, 0);
        assert_true(guided.result.ok);
        assert_recorded(&guided, "pick a: 1\npick b: 7\n");
        forget(&guided);
    }
}

static void times_and_sizes_are_told_as_they_are(void **state) {
    (void)state;
    static const char late[] = "scenario \"t\"\nlink a -> b latency 1ms..9ms\n"
                               "coro server on b\n    listen door port 80\n"
                               "    accept conn from door\n    recv text from conn max 9\n"
                               "    log \"{text} at {now}\"\n"
                               "coro client on a\n    connect conn to b port 80\n"
                               "    send conn \"abc\"\n    sleep 1s\n"
                               "expect log \"ab at 7ms\"\n";
    /* syn at 4ms, ack at 6ms, data at 7ms, of which two bytes are read */
    static const char schedule[] = "latency of connection 1: 4ms\n"
                                   "latency of connection 1: 2ms\n"
                                   "bytes of socket 1: 3\n"
                                   "latency of connection 1: 3ms\n"
                                   "bytes of socket 3: 2\n";
    struct guided_run guided;
    struct sim_guide_options options = {.vary = SIM_VARY_SIZE | SIM_VARY_TIME};
    play(&guided, late, schedule, &options);
    assert_int_equal(guided.guide.drift_count, 0);
    assert_true(guided.result.ok);
    forget(&guided);
}

static void what_comes_behind_the_end_may_be_random(void **state) {
    (void)state;
    uint32_t failed = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct guided_run guided;
        struct sim_guide_options options = {
            .vary = SIM_VARY_ORDER, .is_random_after = true, .seed = seed};
        play(&guided, two_adders, "", &options);
        failed += guided.result.ok ? 0 : 1;
        forget(&guided);
    }
    assert_true(failed > 0 && failed < 20);
}

/* ---- Explorations ---- */

static void the_way_to_a_failure_can_be_gone_again(void **state) {
    (void)state;
    for (const struct sim_strategy_entry *entry = sim_strategies(); entry->name != NULL; entry++) {
        struct parsed parsed;
        struct sim_program program;
        struct sim_explored explored;
        parse_text(&parsed, two_adders);
        const struct cog_allocator *allocator = &parsed.counting.allocator;
        assert_int_equal(sim_program_init(&program, allocator, parsed.scenario, NULL), COG_OK);
        struct sim_exploration_options options = {.allocator = allocator,
                                                  .strategy = entry,
                                                  .bound = entry->number == SIM_NUMBER_NEEDED,
                                                  .vary = SIM_VARY_ORDER,
                                                  .seed = 1,
                                                  .budget = 100};
        assert_int_equal(sim_explore(&explored, &program, &options), COG_OK);
        assert_int_equal(explored.explorer.tally.failure_count, 1);
        struct guided_run guided;
        struct sim_guide_options guide_options = {.vary = SIM_VARY_ORDER,
                                                  .steps = explored.way.steps,
                                                  .step_count = explored.way.step_count,
                                                  .draws = explored.way.draws};
        play(&guided, two_adders, "", &guide_options);
        assert_false(guided.result.ok);
        forget(&guided);
        sim_explored_close(&explored);
        sim_program_term(&program);
        free_parsed(&parsed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schedule_decides),
        cmocka_unit_test(what_was_decided_is_written_down),
        cmocka_unit_test(production_decides_as_often_as_a_line_says),
        cmocka_unit_test(one_coroutine_after_the_other),
        cmocka_unit_test(the_same_schedule_gives_the_same_trace),
        cmocka_unit_test(a_line_that_does_not_fit_is_passed_over),
        cmocka_unit_test(who_does_something_else_now_is_taken_all_the_same),
        cmocka_unit_test(children_are_told_apart),
        cmocka_unit_test(draws_are_decided_too),
        cmocka_unit_test(times_and_sizes_are_told_as_they_are),
        cmocka_unit_test(what_comes_behind_the_end_may_be_random),
        cmocka_unit_test(the_way_to_a_failure_can_be_gone_again),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
