/* test_snapshot.c - back to any point of a run, from where it goes on as it did. */
#include "sim/explore/snapshot.h"

#include "tests/unit/exploration.h"
#include "tests/unit/random_scenario.h"

#include "core/scheduler.h"
#include "core/status.h"
#include "sim/world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t choose_last(void *context, const struct sim_choice *choice) {
    (void)context;
    return choice->count - 1;
}

static void open(struct exploration *exploration, const char *text) {
    exploration_open(exploration, text, SIM_VARY_ORDER);
    exploration->explorer.chooser.choose = choose_last;
}

/* Everything that can be seen of a run, with its memory. */
static void describe(const struct sim_run *run, struct sim_buffer *buffer) {
    sim_buffer_add_format(buffer, "%" PRId64 " %zu %" PRIu64 " %d\n", run->now_ns,
                          run->memory.used_bytes, run->step_count, (int)run->is_stalled);
    for (size_t i = 0; i < SIM_MEMORY_CLASSES; i++) {
        const char *block = run->memory.free_blocks[i];
        sim_buffer_add_format(buffer, "%td ", block != NULL ? block - run->memory.base : -1);
    }
    for (uint32_t i = 0; i < run->scenario->variable_count; i++) {
        for (uint32_t at = 0; at < run->scenario->variables[i].element_count; at++) {
            sim_value_append(buffer, run->variables[i][at]);
            sim_buffer_add_text(buffer, " ");
        }
    }
    for (size_t i = 0; i < run->journal.line_count; i++) {
        const struct sim_log_line *line = &run->journal.lines[i];
        sim_buffer_add_format(buffer, "\n%" PRId64 " %s %s", line->time_ns, line->instance->name,
                              line->text);
    }
    for (size_t i = 0; i < run->journal.failure_count; i++) {
        sim_buffer_add_format(buffer, "\n%s", run->journal.failures[i].text);
    }
}

enum { STEPS_MAX = 60 };

/* A step, chosen by a number; false: the run is over. */
static bool go_on(struct sim_explorer *explorer, uint64_t seed, uint32_t step) {
    uint64_t word = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15) + step * UINT64_C(0xBF58476D1CE4E5B9);
    switch (sim_explorer_next(explorer)) {
    case SIM_NEXT_OVER:
        return false;
    case SIM_NEXT_TIME:
        sim_explorer_pass_time(explorer);
        return true;
    case SIM_NEXT_STEP:
        break;
    }
    sim_explorer_take(explorer, (uint32_t)((word >> 33) % explorer->stepping.candidate_count));
    return true;
}

static uint32_t finish(struct sim_explorer *explorer, uint64_t seed, uint32_t from,
                       struct sim_buffer *buffer) {
    uint32_t step = from;
    sim_buffer_init(buffer, cog_allocator_malloc());
    while (step < STEPS_MAX && go_on(explorer, seed, step)) {
        describe(explorer->run, buffer);
        step++;
    }
    sim_world_finish(explorer->run);
    describe(explorer->run, buffer);
    return step;
}

static void assert_same_from_everywhere(const char *text, uint64_t seed) {
    static struct sim_snapshot snapshots[STEPS_MAX];
    struct exploration exploration;
    struct sim_buffer first;
    open(&exploration, text);
    struct sim_explorer *explorer = &exploration.explorer;
    const struct cog_allocator *allocator = &exploration.counting.allocator;
    sim_explorer_restart(explorer);
    uint32_t count = finish(explorer, seed, 0, &first);
    sim_explorer_restart(explorer);
    for (uint32_t step = 0; step < count; step++) {
        assert_int_equal(sim_snapshot_take(&snapshots[step], allocator, explorer->run), COG_OK);
        assert_true(go_on(explorer, seed, step));
    }
    for (uint32_t step = count; step-- > 0;) {
        struct sim_buffer again;
        sim_snapshot_restore(&snapshots[step], explorer->run);
        assert_int_equal(finish(explorer, seed, step, &again), count);
        if (strcmp(first.bytes + first.length - again.length, again.bytes) != 0) {
            print_error("seed %" PRIu64 ", step %" PRIu32 "\n%s\n", seed, step, text);
        }
        assert_string_equal(first.bytes + first.length - again.length, again.bytes);
        sim_buffer_term(&again);
        sim_snapshot_term(&snapshots[step], allocator);
    }
    sim_buffer_term(&first);
    exploration_close(&exploration);
}

static void from_any_point_a_run_goes_on_as_it_did(void **state) {
    (void)state;
    static char text[RANDOM_SCENARIO_BYTES];
    for (uint64_t seed = 0; seed < 100; seed++) {
        random_scenario_write(seed, (1u << RANDOM_THEMES) - 1, 3, 6, text);
        assert_same_from_everywhere(text, seed);
    }
}

static const char sleepers[] = "var p = 0\nqueue jobs\n"
                               "coro left\n    set p = 1\n    sleep 1ms\n    put jobs 'a'\n"
                               "    set p = 2\n    log 'left'\n"
                               "coro right\n    get job from jobs\n    set p = 3\n"
                               "    log 'right {job}'\n";

static void it_can_be_gone_back_to_many_times(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_snapshot snapshot = {.bytes = NULL};
    open(&exploration, sleepers);
    struct sim_run *run = exploration.explorer.run;
    exploration_take(&exploration, "t 0");
    assert_int_equal(
        sim_snapshot_take(&snapshot, &exploration.counting.allocator, exploration.explorer.run),
        COG_OK);
    size_t used_bytes = run->memory.used_bytes;
    for (uint32_t round = 0; round < 100; round++) {
        exploration_take(&exploration, round % 2 == 0 ? "1 t" : "1 t 0");
        sim_snapshot_restore(&snapshot, run);
        assert_int_equal(run->memory.used_bytes, used_bytes);
        assert_int_equal(run->journal.line_count, 0);
        assert_int_equal(run->now_ns, 0);
        assert_string_equal(exploration_next(&exploration), "1");
    }
    sim_snapshot_term(&snapshot, &exploration.counting.allocator);
    exploration_close(&exploration);
}

static void a_newer_one_takes_the_place_of_an_older_one(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_snapshot snapshot = {.bytes = NULL};
    open(&exploration, sleepers);
    struct sim_explorer *explorer = &exploration.explorer;
    const struct cog_allocator *allocator = &exploration.counting.allocator;
    exploration_take(&exploration, "t");
    assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_OK);
    exploration_take(&exploration, "0 1 t");
    assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_OK);
    int64_t now_ns = explorer->run->now_ns;
    assert_true(now_ns > 0);
    sim_explorer_restart(explorer);
    sim_snapshot_restore(&snapshot, explorer->run);
    assert_true(explorer->run->now_ns == now_ns);
    assert_string_equal(exploration_next(&exploration), "0");
    sim_snapshot_term(&snapshot, allocator);
    sim_snapshot_term(&snapshot, allocator);
    exploration_close(&exploration);
}

static void deadlines_are_part_of_it_where_there_are_any(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_snapshot before = {.bytes = NULL};
    struct sim_snapshot armed = {.bytes = NULL};
    open(&exploration, sleepers);
    struct sim_run *run = exploration.explorer.run;
    const struct cog_allocator *allocator = &exploration.counting.allocator;
    exploration_take(&exploration, "t");
    assert_int_equal(sim_snapshot_take(&before, allocator, run), COG_OK);
    exploration_take(&exploration, "0 1");
    (void)exploration_next(&exploration);
    assert_int_equal(sim_snapshot_take(&armed, allocator, run), COG_OK);
    size_t buckets = sizeof run->hosts[0].scheduler->timeouts.buckets;
    assert_int_equal(before.idle_hosts, 1);
    assert_int_equal(armed.idle_hosts, 0);
    assert_in_range(armed.used_bytes - before.used_bytes, buckets, buckets + 4096);
    sim_snapshot_restore(&before, run);
    assert_string_equal(exploration_next(&exploration), "0 1");
    exploration_take(&exploration, "1 0 t 0");
    sim_snapshot_restore(&armed, run);
    assert_string_equal(exploration_next(&exploration), "time");
    exploration_take(&exploration, "t 0 1");
    assert_string_equal(exploration_next(&exploration), "over");
    sim_snapshot_term(&before, allocator);
    sim_snapshot_term(&armed, allocator);
    exploration_close(&exploration);
}

static void without_memory_the_older_one_stays(void **state) {
    (void)state;
    struct exploration exploration;
    struct sim_snapshot snapshot = {.bytes = NULL};
    open(&exploration, "queue jobs\nvar p = 0\ncoro left\n    repeat 20000\n"
                       "        put jobs 'a job of some length: {p}'\n");
    struct sim_explorer *explorer = &exploration.explorer;
    const struct cog_allocator *allocator = &exploration.counting.allocator;
    exploration_take(&exploration, "t");
    exploration.counting.fails_at = exploration.counting.call_count + 1;
    assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_ENOMEM);
    exploration.counting.fails_at = 0;
    assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_OK);
    size_t used_bytes = explorer->run->memory.used_bytes;
    exploration_take(&exploration, "0");
    assert_true(explorer->run->memory.used_bytes > 2 * used_bytes);
    exploration.counting.fails_at = exploration.counting.call_count + 1;
    assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_ENOMEM);
    exploration.counting.fails_at = 0;
    sim_snapshot_restore(&snapshot, explorer->run);
    assert_int_equal(explorer->run->memory.used_bytes, used_bytes);
    assert_string_equal(exploration_next(&exploration), "0");
    exploration_take(&exploration, "0");
    assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_OK);
    sim_snapshot_term(&snapshot, allocator);
    exploration_close(&exploration);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_any_point_a_run_goes_on_as_it_did),
        cmocka_unit_test(it_can_be_gone_back_to_many_times),
        cmocka_unit_test(a_newer_one_takes_the_place_of_an_older_one),
        cmocka_unit_test(deadlines_are_part_of_it_where_there_are_any),
        cmocka_unit_test(without_memory_the_older_one_stays),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
