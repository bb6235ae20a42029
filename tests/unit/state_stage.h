/* state_stage.h - what the tests of states share: a scenario told as text, or one of the library,
 * opened for exploring, and steps made in it by the names of coroutines. */
#ifndef TESTS_UNIT_STATE_STAGE_H
#define TESTS_UNIT_STATE_STAGE_H

#include "sim/explore/search_states.h"
#include "tests/unit/language_fixture.h"

#include <stdio.h>

struct state_stage {
    struct counting_allocator counting;
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
    struct sim_explorer explorer;
};

static inline void state_stage_parse(struct state_stage *stage,
                                     const struct sim_parse_options *options) {
    const struct cog_allocator *allocator = &stage->counting.allocator;
    sim_diagnostics_init(&stage->diagnostics, allocator);
    (void)sim_scenario_parse_with(allocator, &stage->source, options, &stage->diagnostics,
                                  &stage->scenario);
    if (stage->scenario == NULL) {
        struct sim_buffer rendered;
        sim_buffer_init(&rendered, allocator);
        sim_diagnostics_render(&stage->diagnostics, &stage->source, (struct sim_render_options){0},
                               &rendered);
        print_error("%s\n", rendered.bytes);
        sim_buffer_term(&rendered);
    }
    assert_non_null(stage->scenario);
    assert_int_equal(sim_program_init(&stage->program, allocator, stage->scenario, NULL), COG_OK);
    struct sim_explorer_options explorer_options = {.allocator = allocator, .vary = SIM_VARY_ORDER};
    assert_int_equal(sim_explorer_open(&stage->explorer, &stage->program, &explorer_options),
                     COG_OK);
}

/* The text is all but the first line; ' in it stands for ". */
static inline void state_stage_open(struct state_stage *stage, const char *text) {
    char whole[2048] = "scenario \"states\"\n";
    assert_true(strlen(whole) + strlen(text) < sizeof whole);
    strcat(whole, text);
    for (char *at = strchr(whole, '\''); at != NULL; at = strchr(at, '\'')) {
        *at = '"';
    }
    counting_allocator_init(&stage->counting);
    assert_int_equal(sim_source_from_text(&stage->source, &stage->counting.allocator, "t.scn",
                                          whole, strlen(whole)),
                     COG_OK);
    state_stage_parse(stage, NULL);
}

/* A file; null n: as it stands, else with that value of its parameter n. */
static inline void state_stage_open_file(struct state_stage *stage, const char *path,
                                         const char *n) {
    struct sim_definition definition = {.name = "n", .value = n};
    struct sim_parse_options options = {.definitions = &definition,
                                        .definition_count = n != NULL ? 1 : 0};
    counting_allocator_init(&stage->counting);
    assert_int_equal(sim_source_open(&stage->source, &stage->counting.allocator, path), COG_OK);
    state_stage_parse(stage, &options);
}

/* Nothing leaks. */
static inline void state_stage_close(struct state_stage *stage) {
    sim_explorer_close(&stage->explorer);
    sim_program_term(&stage->program);
    sim_scenario_free(stage->scenario);
    sim_diagnostics_term(&stage->diagnostics);
    sim_source_close(&stage->source);
    assert_int_equal(stage->counting.live_bytes, 0);
}

static inline uint32_t state_stage_find(const struct state_stage *stage, const char *name) {
    const struct sim_stepping *stepping = &stage->explorer.stepping;
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        if (strcmp(stepping->candidates[i].instance->name, name) == 0) {
            return i;
        }
    }
    print_error("%s could not make a step\n", name);
    fail();
    return 0;
}

/* From the start, the steps of coroutines of one letter: "ab.a", a dot for time that passes. The
 * world has then come to where the next step can be made. */
static inline enum sim_next state_stage_go(struct state_stage *stage, const char *steps) {
    struct sim_explorer *explorer = &stage->explorer;
    sim_explorer_restart(explorer);
    assert_int_equal(sim_explorer_next(explorer), SIM_NEXT_TIME);
    sim_explorer_pass_time(explorer);
    enum sim_next next = sim_explorer_next(explorer);
    for (; *steps != '\0'; steps++) {
        if (*steps == '.') {
            assert_int_equal(next, SIM_NEXT_TIME);
            sim_explorer_pass_time(explorer);
        } else {
            assert_int_equal(next, SIM_NEXT_STEP);
            sim_explorer_take(explorer, state_stage_find(stage, (char[]){*steps, '\0'}));
        }
        next = sim_explorer_next(explorer);
    }
    return next;
}

/* The hash of the state that steps lead to. */
static inline uint64_t state_stage_hash(struct state_stage *stage, const char *steps) {
    struct sim_state state;
    (void)state_stage_go(stage, steps);
    assert_int_equal(sim_state_init(&state, &stage->counting.allocator, &stage->program,
                                    &stage->explorer.objects),
                     COG_OK);
    sim_state_read(&state, stage->explorer.run);
    assert_false(state.is_out_of_memory);
    uint64_t hash = state.hash;
    sim_state_term(&state);
    return hash;
}

/* Of a text of its own. */
static inline uint64_t state_hash_of(const char *text, const char *steps) {
    struct state_stage stage;
    state_stage_open(&stage, text);
    uint64_t hash = state_stage_hash(&stage, steps);
    state_stage_close(&stage);
    return hash;
}

static inline void assert_one_state(const char *text, const char *steps, const char *others) {
    assert_true(state_hash_of(text, steps) == state_hash_of(text, others));
}

static inline void assert_two_states(const char *text, const char *steps, const char *others) {
    assert_true(state_hash_of(text, steps) != state_hash_of(text, others));
}

#endif
