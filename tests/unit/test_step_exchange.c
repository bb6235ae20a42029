/* test_step_exchange.c - steps that touch different things can be exchanged: over random programs,
 * any two of them that could come next lead to the same world in both orders, and touch the same.
 */
#include "tests/unit/exploration.h"
#include "tests/unit/random_scenario.h"

#include "core/status.h"
#include "sim/world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 256, LINE_BYTES = 96, DEPTH_MAX = 14, STEPS_MAX = 300 };

/* What is the same however it came to it: lines that are sorted. */
struct sight {
    char lines[LINES_MAX][LINE_BYTES];
    uint32_t count;
};

static uint64_t mix(uint64_t word) {
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return word ^ word >> 31;
}

/* Whoever asks gets the same, whenever he asks. */
static uint64_t choose_by_who_asks(void *context, const struct sim_choice *choice) {
    (void)context;
    return mix(choice->stream * 31 + choice->process) % choice->count;
}

__attribute__((format(printf, 2, 3))) static void see(struct sight *sight, const char *format,
                                                      ...) {
    va_list arguments;
    assert_true(sight->count < LINES_MAX);
    va_start(arguments, format);
    (void)vsnprintf(sight->lines[sight->count++], LINE_BYTES, format, arguments);
    va_end(arguments);
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

static void see_candidates(struct sight *sight, const char *what,
                           const struct sim_candidate *candidates, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct sim_touch access = candidates[i].access;
        see(sight, "%s %" PRIu32 ": %d %u %u %d", what, candidates[i].process,
            (int)candidates[i].kind, (unsigned)access.object, (unsigned)access.mode,
            (int)candidates[i].is_certain);
    }
}

static void see_variables(struct sight *sight, const struct sim_run *run) {
    for (uint32_t i = 0; i < run->scenario->variable_count; i++) {
        const struct sim_variable *variable = &run->scenario->variables[i];
        for (uint32_t element = 0; element < variable->element_count; element++) {
            struct sim_buffer value;
            sim_buffer_init(&value, cog_allocator_malloc());
            sim_value_append(&value, run->variables[i][element]);
            see(sight, "%s[%" PRIu32 "] = %.40s", variable->name, element,
                value.bytes != NULL ? value.bytes : "");
            sim_buffer_term(&value);
        }
    }
}

static void see_journal(struct sight *sight, const struct sim_journal *journal) {
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct sim_log_line *line = &journal->lines[i];
        see(sight, "log %" PRId64 " %" PRIu32 " %.40s", line->time_ns, line->instance->process,
            line->text);
    }
    for (size_t i = 0; i < journal->timeout_count; i++) {
        see(sight, "timeout %" PRId64 " %" PRIu32, journal->timeouts[i].time_ns,
            journal->timeouts[i].instance->process);
    }
    see(sight, "failures %zu", journal->failure_count);
}

/* The world as it is, and as it would come to its end when the first of all could always go on. */
static void look(struct exploration *exploration, struct sight *sight) {
    struct sim_explorer *explorer = &exploration->explorer;
    const struct sim_stepping *stepping = &explorer->stepping;
    sight->count = 0;
    enum sim_next next = sim_explorer_next(explorer);
    see(sight, "next %d at %" PRId64, (int)next, explorer->run->now_ns);
    if (next == SIM_NEXT_STEP) {
        see_candidates(sight, "can", stepping->candidates, stepping->present_count);
    }
    see_candidates(sight, "is blocked", stepping->blocked, stepping->blocked_count);
    see_variables(sight, explorer->run);
    see_journal(sight, &explorer->run->journal);
    for (uint32_t steps = 0; next != SIM_NEXT_OVER && steps < STEPS_MAX; steps++) {
        uint32_t first = 0;
        for (uint32_t i = 1; next == SIM_NEXT_STEP && i < stepping->candidate_count; i++) {
            bool is_before = stepping->candidates[i].process < stepping->candidates[first].process;
            first = is_before ? i : first;
        }
        if (next == SIM_NEXT_STEP) {
            sim_explorer_take(explorer, first);
        } else {
            sim_explorer_pass_time(explorer);
        }
        next = sim_explorer_next(explorer);
    }
    struct sim_result result;
    sim_world_finish(explorer->run);
    assert_int_equal(sim_run_conclude(explorer->run, &result), COG_OK);
    see(sight, "in the end %d %d %zu at %" PRId64, (int)result.ok, (int)explorer->run->is_stalled,
        result.journal->failure_count, result.time_ns);
    see_variables(sight, explorer->run);
    qsort(sight->lines, sight->count, LINE_BYTES, by_text);
}

struct pair {
    uint32_t processes[2];
    struct sim_footprint footprints[2];
};

static struct exploration exploration;
static struct sim_snapshot snapshot;

static void go_back(void) {
    sim_snapshot_restore(&snapshot, exploration.explorer.run);
    (void)sim_explorer_next(&exploration.explorer);
}

/* False: it can not. */
static bool take(uint32_t process) {
    struct sim_explorer *explorer = &exploration.explorer;
    for (uint32_t i = 0; i < explorer->stepping.present_count; i++) {
        if (explorer->stepping.candidates[i].process == process) {
            sim_explorer_take(explorer, i);
            return true;
        }
    }
    return false;
}

static bool is_same_footprint(const struct sim_footprint *a, const struct sim_footprint *b) {
    bool is_same = a->count == b->count;
    for (uint32_t i = 0; i < a->count && is_same; i++) {
        bool is_in = false;
        for (uint32_t j = 0; j < b->count; j++) {
            is_in |= a->touches[i].object == b->touches[j].object &&
                     a->touches[i].mode == b->touches[j].mode;
        }
        is_same = is_in;
    }
    return is_same;
}

/* Both steps, the one of that number first. False: the other cannot come after it, or touches
 * something else then. (Where the run is over with it, what it sent on its way does not arrive any
 * more.) */
static bool take_both(const struct pair *pair, uint32_t first, struct sight *sight) {
    struct sim_explorer *explorer = &exploration.explorer;
    go_back();
    assert_true(take(pair->processes[first]));
    bool is_step = sim_explorer_next(explorer) == SIM_NEXT_STEP;
    if (!is_step || !take(pair->processes[1 - first])) {
        return false;
    }
    bool is_same = is_same_footprint(&explorer->stepping.footprint, &pair->footprints[1 - first]);
    if (!is_same && !sim_world_is_over(explorer->run)) {
        return false;
    }
    look(&exploration, sight);
    return true;
}

static void tell(const struct pair *pair, const char *text, const struct sight sights[2]) {
    for (const char *at = text; *at != '\0';) { /* cmocka's buffer is small */
        int length = (int)strcspn(at, "\n") + 1;
        print_error("%.*s", length, at);
        at += length;
    }
    print_error("%" PRIu32 " and %" PRIu32 "\n", pair->processes[0], pair->processes[1]);
    for (uint32_t i = 0; i < sights[0].count && i < sights[1].count; i++) {
        if (strcmp(sights[0].lines[i], sights[1].lines[i]) != 0) {
            print_error("%s, %s\n", sights[0].lines[i], sights[1].lines[i]);
        }
    }
}

/* Of two steps that can come next; true: they could be exchanged. */
static bool exchange(struct pair *pair, const char *text) {
    static struct sight sights[2];
    for (uint32_t i = 0; i < 2; i++) {
        go_back();
        assert_true(take(pair->processes[i]));
        pair->footprints[i] = exploration.explorer.stepping.footprint;
        if (pair->footprints[i].is_everything) {
            return false;
        }
    }
    if (sim_touches_depend(pair->footprints[0].touches, pair->footprints[0].count,
                           pair->footprints[1].touches, pair->footprints[1].count)) {
        return false;
    }
    sights[0].count = 0;
    sights[1].count = 0;
    bool is_same = take_both(pair, 0, &sights[0]) && take_both(pair, 1, &sights[1]) &&
                   sights[0].count == sights[1].count;
    for (uint32_t i = 0; i < sights[0].count && is_same; i++) {
        is_same = strcmp(sights[0].lines[i], sights[1].lines[i]) == 0;
    }
    if (!is_same) {
        tell(pair, text, sights);
    }
    assert_true(is_same);
    return true;
}

/* All pairs of those that can make the next step. A draw, which nobody sees, does not touch the end
 * that would cut it off: it has come before. */
static uint32_t exchange_all(const char *text) {
    uint32_t processes[16];
    bool has_background = exploration.explorer.objects.has_background;
    uint32_t count = has_background ? exploration.explorer.stepping.candidate_count
                                    : exploration.explorer.stepping.present_count;
    uint32_t exchanged = 0;
    count = count < 16 ? count : 16;
    for (uint32_t i = 0; i < count; i++) {
        processes[i] = exploration.explorer.stepping.candidates[i].process;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = i + 1; j < count; j++) {
            struct pair pair = {.processes = {processes[i], processes[j]}};
            exchanged += exchange(&pair, text) ? 1 : 0;
        }
    }
    return exchanged;
}

/* Goes some way into a program; how many pairs could be exchanged. */
static uint32_t walk(uint64_t seed, const char *text) {
    struct sim_explorer *explorer = &exploration.explorer;
    const struct cog_allocator *allocator = &exploration.counting.allocator;
    uint32_t exchanged = 0;
    sim_explorer_restart(explorer);
    for (uint32_t depth = 0; depth < DEPTH_MAX; depth++) {
        enum sim_next next = sim_explorer_next(explorer);
        if (next == SIM_NEXT_OVER) {
            return exchanged;
        }
        if (next == SIM_NEXT_TIME) {
            sim_explorer_pass_time(explorer);
            continue;
        }
        assert_int_equal(sim_snapshot_take(&snapshot, allocator, explorer->run), COG_OK);
        exchanged += exchange_all(text);
        go_back();
        sim_explorer_take(explorer,
                          (uint32_t)(mix(seed * 100 + depth) % explorer->stepping.present_count));
    }
    return exchanged;
}

static uint32_t exchange_in_text(uint64_t seed, const char *text) {
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    exploration.explorer.chooser.choose = choose_by_who_asks;
    uint32_t exchanged = walk(seed, text);
    assert_false(exploration.explorer.stepping.is_inexact);
    sim_snapshot_term(&snapshot, &exploration.counting.allocator);
    exploration_close(&exploration);
    return exchanged;
}

static uint32_t exchange_in(uint64_t seed, unsigned themes) {
    static char text[RANDOM_SCENARIO_BYTES];
    random_scenario_write(seed, themes, 3 + (uint32_t)(seed % 2), 4, text);
    return exchange_in_text(seed, text);
}

static void steps_of_two_themes_can_be_exchanged(void **state) {
    (void)state;
    uint32_t exchanged = 0;
    uint64_t seed = 0;
    for (uint32_t one = 0; one < RANDOM_THEMES; one++) {
        for (uint32_t other = 0; other < RANDOM_THEMES; other++) {
            for (uint32_t round = 0; round < 2; round++) {
                exchanged += exchange_in(seed++, RANDOM_SHARED | 1u << one | 1u << other);
            }
        }
    }
    assert_true(exchanged > 5000);
}

static void so_can_those_of_several(void **state) {
    (void)state;
    uint32_t exchanged = 0;
    for (uint64_t seed = 2000; seed < 2300; seed++) {
        unsigned themes = (unsigned)mix(seed) & (unsigned)mix(seed + 7000);
        exchanged += exchange_in(seed, (themes | RANDOM_SHARED) & ((1u << RANDOM_THEMES) - 1));
    }
    assert_true(exchanged > 2500);
}

/* What comes up at random too rarely: an order that shows in nothing but a line in which some wait,
 * what an expectation looks at, an end. */
static void what_shows_in_few_places_only_is_touched(void **state) {
    (void)state;
    static const char *const texts[] = {
        "var p = 0\nlock door\n"
        "coro holder\n    acquire door\n    sleep 1ms\n    release door\n"
        "coro left\n    acquire door timeout 5ms\n    set p = p * 3 + 1\n    release door\n"
        "coro right\n    acquire door timeout 5ms\n    set p = p * 3 + 2\n    release door\n",

        "var p = 0\nvar r = 0\ncoro left\n    set p = 1\ncoro right\n    set r = 1\n"
        "expect always p <= r\n",

        "var p = 0\nvar r = 0\ncoro left\n    set p = 1\n    sleep 1ms\n"
        "coro right\n    set r = 1\nexpect within 1ms of 'one': p <= r\n"
        "coro third\n    log 'one'\n",

        "shared x = 0\nshared y = 0\ncoro left\n    set x = 1\n    log 'one'\n"
        "coro right\n    set y = 1\n    log 'two'\nexpect 'one' before 'two'\n",

        "var p = 0\ncoro left\n    sleep 1ms\ncoro right background\n    sleep 1ms\n    set p = "
        "1\n",

        "var p = 0\nvar r = 0\ncoro left\n    wait bell\n    set p = p * 3 + 1\n"
        "coro right\n    wait bell\n    set p = p * 3 + 2\n"
        "coro caller\n    signal bell recipients 1\n",

        "shared x = 0\nroutine producer()\n    emit 1\n    set x = x + 1\n    emit 2\n"
        "coro left\n    iterate number from producer()\n        sleep 1ms\n        break\n"
        "coro right\n    sleep 1ms\n    set x = 5\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (uint64_t seed = 0; seed < 10; seed++) {
            (void)exchange_in_text(seed, texts[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_two_themes_can_be_exchanged),
        cmocka_unit_test(what_shows_in_few_places_only_is_touched),
        cmocka_unit_test(so_can_those_of_several),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
