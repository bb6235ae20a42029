/* test_search_states.c - how many states there are, what they come to, and ways round. */
#include "sim/explore/search.h"
#include "tests/unit/state_stage.h"

#include <dirent.h>

struct counts {
    uint64_t states;
    uint64_t transitions;
    uint64_t ends;
    uint64_t livelocks;
    bool is_complete;
};

enum care { REMEMBERING, FORGETFUL, WHOLE };

static void search_stage(struct state_stage *stage, enum care care, struct counts *counts) {
    struct sim_state_search search;
    assert_int_equal(sim_state_search_init(&search, &stage->explorer, &stage->program), COG_OK);
    search.is_forgetful = care != REMEMBERING;
    search.state.is_whole |= care == WHOLE;
    assert_int_equal(sim_state_search_run(&search), COG_OK);
    assert_int_equal(search.state_count, search.visited.count);
    *counts = (struct counts){.states = search.state_count,
                              .transitions = search.transition_count,
                              .ends = stage->explorer.tally.run_count,
                              .livelocks = search.livelocks.count,
                              .is_complete = search.is_complete};
    sim_state_search_term(&search);
}

static struct counts count_file(const char *path, const char *n, enum care care) {
    struct state_stage stage;
    struct counts counts;
    state_stage_open_file(&stage, path, n);
    search_stage(&stage, care, &counts);
    state_stage_close(&stage);
    return counts;
}

static struct counts count_text(const char *text) {
    struct state_stage stage;
    struct counts counts;
    state_stage_open(&stage, text);
    search_stage(&stage, REMEMBERING, &counts);
    state_stage_close(&stage);
    return counts;
}

/* ---- Counts ---- */

static void the_philosophers_have_their_states_and_transitions(void **state) {
    (void)state;
    static const struct {
        const char *n;
        uint64_t states;
        uint64_t transitions;
    } expected[] = {{"2", 19, 22}, {"3", 87, 153}, {"4", 391, 924}, {"5", 1743, 5155}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        for (int care = REMEMBERING; care <= WHOLE; care++) {
            struct counts counts = count_file("scenarios/litmus/counts/philosophers.scn",
                                              expected[i].n, (enum care)care);
            assert_int_equal(counts.states, expected[i].states);
            assert_int_equal(counts.transitions, expected[i].transitions);
            assert_int_equal(counts.ends, 2); /* all have eaten, or nobody can */
            assert_int_equal(counts.livelocks, 0);
            assert_true(counts.is_complete);
        }
    }
}

static void the_counters_have_their_states(void **state) {
    (void)state;
    static const struct {
        const char *n;
        uint64_t states;
    } expected[] = {{"1", 12}, {"2", 57}, {"3", 195}, {"4", 541}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        for (int care = REMEMBERING; care <= WHOLE; care++) {
            struct counts counts =
                count_file("scenarios/litmus/counts/counter.scn", expected[i].n, (enum care)care);
            assert_int_equal(counts.states, expected[i].states);
            assert_true(counts.is_complete);
        }
    }
}

static void each_draw_is_a_transition(void **state) {
    (void)state;
    struct counts counts = count_text("var x = 0\ncoro a\n    pick x from 1, 2, 3\n"
                                      "outcome x\n");
    assert_int_equal(counts.states, 7); /* the start, drawn each, written each */
    assert_int_equal(counts.transitions, 6);
    assert_int_equal(counts.ends, 3);
    assert_true(counts.is_complete);
}

static void time_that_passes_is_a_transition(void **state) {
    (void)state;
    struct counts counts = count_text("coro a\n    sleep 1ms\n    sleep 1ms\n");
    assert_int_equal(counts.states, 3);
    assert_int_equal(counts.transitions, 2);
    assert_int_equal(counts.ends, 1);
}

static void what_goes_on_for_ever_has_an_end_in_states(void **state) {
    (void)state;
    struct counts counts = count_text("shared x = 0\ncoro a\n    repeat\n        set x = 1 - x\n");
    assert_int_equal(counts.states, 4); /* x is 0 or 1, and read or not */
    assert_int_equal(counts.ends, 0);
    assert_true(counts.is_complete);
}

/* ---- Outcomes ---- */

static int compare_texts(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

enum { OUTCOMES_MAX = 256 };

static uint32_t sort_outcomes(const struct sim_tally *tally, const char **texts) {
    assert_true(tally->outcome_count <= OUTCOMES_MAX);
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        texts[i] = tally->outcomes[i].text;
    }
    qsort(texts, tally->outcome_count, sizeof texts[0], compare_texts);
    return tally->outcome_count;
}

static void search_by_reduction(struct state_stage *stage) {
    struct sim_search search;
    assert_int_equal(sim_search_init(&search, &stage->explorer, &sim_search_optimal_dpor), COG_OK);
    assert_int_equal(sim_search_run(&search), COG_OK);
    assert_true(search.is_complete);
    sim_search_term(&search);
}

static void assert_same_outcomes(const char *path, const char *n) {
    struct state_stage reduced;
    struct state_stage by_states;
    struct counts counts;
    const char *expected[OUTCOMES_MAX];
    const char *found[OUTCOMES_MAX];
    state_stage_open_file(&reduced, path, n);
    state_stage_open_file(&by_states, path, n);
    search_by_reduction(&reduced);
    search_stage(&by_states, REMEMBERING, &counts);
    assert_true(counts.is_complete);
    uint32_t count = sort_outcomes(&reduced.explorer.tally, expected);
    assert_int_equal(sort_outcomes(&by_states.explorer.tally, found), count);
    for (uint32_t i = 0; i < count; i++) {
        assert_string_equal(found[i], expected[i]);
    }
    for (uint32_t i = 0; i < reduced.explorer.tally.expectation_count; i++) {
        assert_int_equal(by_states.explorer.tally.sometimes[i] > 0,
                         reduced.explorer.tally.sometimes[i] > 0);
    }
    for (int care = FORGETFUL; care <= WHOLE; care++) {
        struct counts others = count_file(path, n, (enum care)care);
        assert_int_equal(others.states, counts.states);
        assert_int_equal(others.transitions, counts.transitions);
        assert_int_equal(others.ends, counts.ends);
        assert_int_equal(others.livelocks, counts.livelocks);
    }
    state_stage_close(&reduced);
    state_stage_close(&by_states);
}

/* Some are too large without reduction as they stand. */
static const char *small_n(const char *name) {
    return strcmp(name, "file_system.scn") == 0 ? "3"
           : strcmp(name, "last_zero.scn") == 0 ? "4"
                                                : NULL;
}

/* Its words meet when there are twelve and more of them, which is too many here. */
static bool is_too_large(const char *name) {
    return strcmp(name, "indexer.scn") == 0;
}

static uint32_t try_folder(const char *folder) {
    uint32_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        size_t length = strlen(entry->d_name);
        if (length > 4 && strcmp(entry->d_name + length - 4, ".scn") == 0 &&
            !is_too_large(entry->d_name)) {
            char path[512];
            (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            assert_same_outcomes(path, small_n(entry->d_name));
            count++;
        }
    }
    (void)closedir(directory);
    return count;
}

static void states_come_to_the_outcomes_that_executions_come_to(void **state) {
    (void)state;
    assert_true(try_folder("scenarios/litmus") > 20);
    assert_true(try_folder("scenarios/litmus/counts") > 10);
}

/* ---- What is found ---- */

/* Two who step aside for each other, and leave the door free when they are through. */
static const char polite[] =
    "shared left = 1\nshared right = 1\n"
    "coro a\n    while right == 1\n        set left = 0\n        set left = 1\n    set left = 0\n"
    "coro b\n    while left == 1\n        set right = 0\n        set right = 1\n"
    "    set right = 0\n";

static void a_fair_way_round_without_time_is_a_livelock(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state_search search;
    state_stage_open(&stage, polite);
    assert_int_equal(sim_state_search_init(&search, &stage.explorer, &stage.program), COG_OK);
    search.stops_at_failure = true;
    assert_int_equal(sim_state_search_run(&search), COG_OK);
    assert_int_equal(search.livelocks.count, 1);
    assert_true(search.livelocks.way.count > search.livelocks.first);
    bool moves[2] = {false, false};
    for (uint32_t i = search.livelocks.first; i < search.livelocks.way.count; i++) {
        moves[search.livelocks.way.steps[i].process] = true;
    }
    assert_true(moves[0] && moves[1]);
    sim_state_search_term(&search);
    state_stage_close(&stage);
}

static void who_waits_for_a_door_that_nobody_opens_is_a_livelock(void **state) {
    (void)state;
    struct counts counts = count_text("shared door = 0\n"
                                      "coro a\n    while door == 0\n        yield\n"
                                      "coro b\n    sleep 1ms\n    set door = 0\n");
    assert_true(counts.livelocks > 0);
}

/* b is passed over for ever. */
static void an_unfair_way_round_is_none(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state_search search;
    state_stage_open(&stage, "shared door = 0\n"
                             "coro a\n    while door == 0\n        yield\n"
                             "coro b\n    set door = 1\n");
    assert_int_equal(sim_state_search_init(&search, &stage.explorer, &stage.program), COG_OK);
    assert_int_equal(sim_state_search_run(&search), COG_OK);
    assert_int_equal(search.round_count, 1);
    assert_int_equal(search.livelocks.count, 0);
    assert_true(search.is_complete);
    sim_state_search_term(&search);
    state_stage_close(&stage);
}

static void a_way_round_may_take_time(void **state) {
    (void)state;
    struct counts counts = count_text("coro a\n    repeat\n        sleep 1ms\n");
    assert_int_equal(counts.livelocks, 1);
    assert_true(counts.is_complete);
}

/* Repeats a way from the start: the run has come to its end. */
static void repeat_way(struct state_stage *stage, const struct sim_state_search *search) {
    struct sim_explorer *explorer = &stage->explorer;
    sim_explorer_restart(explorer);
    for (uint32_t i = 0; i < search->failure.count; i++) {
        struct sim_state_step step = search->failure.steps[i];
        (void)sim_explorer_next(explorer);
        if (step.process == UINT32_MAX - 1) {
            sim_explorer_pass_time(explorer);
            continue;
        }
        uint32_t index = 0;
        while (explorer->stepping.candidates[index].process != step.process) {
            index++;
            assert_true(index < explorer->stepping.candidate_count);
        }
        sim_explorer_take(explorer, index);
    }
    assert_int_equal(sim_explorer_next(explorer), SIM_NEXT_OVER);
}

static void the_way_to_a_failure_leads_to_it(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state_search search;
    state_stage_open(&stage, "shared x = 0\n"
                             "coro a times 2\n    let r = x\n    set x = r + 1\n"
                             "expect x == 2\n");
    assert_int_equal(sim_state_search_init(&search, &stage.explorer, &stage.program), COG_OK);
    assert_int_equal(sim_state_search_run(&search), COG_OK);
    assert_int_equal(stage.explorer.tally.failure_count, 1);
    assert_int_equal(search.failure.count, 5); /* the start, and two steps of each */
    repeat_way(&stage, &search);
    assert_int_equal(sim_value_get_integer(stage.explorer.run->variables[0][0]), 1);
    sim_state_search_term(&search);
    state_stage_close(&stage);
}

static void it_stops_where_it_is_told_to(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state_search search;
    state_stage_open_file(&stage, "scenarios/litmus/counts/philosophers.scn", "5");
    assert_int_equal(sim_state_search_init(&search, &stage.explorer, &stage.program), COG_OK);
    search.state_count_max = 100;
    assert_int_equal(sim_state_search_run(&search), COG_OK);
    assert_int_equal(search.state_count, 100);
    assert_false(search.has_ended);
    assert_false(search.is_complete);
    sim_state_search_term(&search);
    state_stage_close(&stage);
}

/* More levels than there are snapshots, none of whose steps is known beforehand. */
static void a_long_way_outlasts_its_snapshots(void **state) {
    (void)state;
    static const char text[] = "queue q\n"
                               "coro a\n    repeat 700\n        put q 1\n        yield\n"
                               "coro b\n    repeat 3\n        get v from q\n"
                               "coro c\n    yield\n";
    struct state_stage stage;
    struct counts counts;
    struct counts whole;
    state_stage_open(&stage, text);
    search_stage(&stage, REMEMBERING, &counts);
    state_stage_close(&stage);
    state_stage_open(&stage, text);
    search_stage(&stage, WHOLE, &whole);
    state_stage_close(&stage);
    assert_true(counts.states > 2 * 1024);
    assert_int_equal(counts.states, whole.states);
    assert_int_equal(counts.transitions, whole.transitions);
    assert_true(counts.is_complete);
}

static void sockets_are_refused(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state_search search;
    state_stage_open(&stage, "coro a\n    listen l port 80\n    accept s from l\n"
                             "coro b\n    connect s to main port 80\n");
    assert_int_equal(sim_state_search_init(&search, &stage.explorer, &stage.program),
                     COG_EUNSUPPORTED);
    state_stage_close(&stage);
}

static void no_allocation_is_missed_when_it_fails(void **state) {
    (void)state;
    int status = COG_ENOMEM;
    for (uint64_t fails_in = 1; status != COG_OK; fails_in++) {
        struct state_stage stage;
        struct sim_state_search search;
        state_stage_open_file(&stage, "scenarios/litmus/peterson.scn", NULL);
        stage.counting.fails_at = stage.counting.call_count + fails_in;
        status = sim_state_search_init(&search, &stage.explorer, &stage.program);
        if (status == COG_OK) {
            status = sim_state_search_run(&search);
            sim_state_search_term(&search);
        }
        assert_true(status == COG_OK || status == COG_ENOMEM);
        stage.counting.fails_at = 0;
        state_stage_close(&stage);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_philosophers_have_their_states_and_transitions),
        cmocka_unit_test(the_counters_have_their_states),
        cmocka_unit_test(each_draw_is_a_transition),
        cmocka_unit_test(time_that_passes_is_a_transition),
        cmocka_unit_test(what_goes_on_for_ever_has_an_end_in_states),
        cmocka_unit_test(states_come_to_the_outcomes_that_executions_come_to),
        cmocka_unit_test(a_fair_way_round_without_time_is_a_livelock),
        cmocka_unit_test(who_waits_for_a_door_that_nobody_opens_is_a_livelock),
        cmocka_unit_test(an_unfair_way_round_is_none),
        cmocka_unit_test(a_way_round_may_take_time),
        cmocka_unit_test(the_way_to_a_failure_leads_to_it),
        cmocka_unit_test(it_stops_where_it_is_told_to),
        cmocka_unit_test(a_long_way_outlasts_its_snapshots),
        cmocka_unit_test(sockets_are_refused),
        cmocka_unit_test(no_allocation_is_missed_when_it_fails),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
