/* exploration.c - drives an explorer for tests. */
#include "tests/unit/exploration.h"

#include "sim/language/buffer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DEFINITIONS_MAX = 4, PARAMETERS_BYTES = 64 };

/* "n=3 k=2" as definitions that point into it. */
static uint32_t split_parameters(char *text, struct sim_definition *definitions) {
    uint32_t count = 0;
    char *rest = NULL;
    for (char *name = strtok_r(text, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(name, '=');
        assert_non_null(equals);
        assert_true(count < DEFINITIONS_MAX);
        *equals = '\0';
        definitions[count++] = (struct sim_definition){.name = name, .value = equals + 1};
    }
    return count;
}

static void make_program(struct exploration *exploration, const char *parameters) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    char copy[PARAMETERS_BYTES];
    assert_true(strlen(parameters) < sizeof copy);
    memcpy(copy, parameters, strlen(parameters) + 1);
    struct sim_definition definitions[DEFINITIONS_MAX];
    struct sim_parse_options options = {.definitions = definitions,
                                        .definition_count = split_parameters(copy, definitions)};
    sim_diagnostics_init(&exploration->diagnostics, allocator);
    int status = sim_scenario_parse_with(allocator, &exploration->source, &options,
                                         &exploration->diagnostics, &exploration->scenario);
    if (status != COG_OK) {
        struct sim_buffer rendered;
        sim_buffer_init(&rendered, allocator);
        sim_diagnostics_render(&exploration->diagnostics, &exploration->source,
                               (struct sim_render_options){0}, &rendered);
        print_error("%s\n%s\n", exploration->source.text,
                    rendered.bytes != NULL ? rendered.bytes : "");
        sim_buffer_term(&rendered);
    }
    assert_int_equal(status, COG_OK);
    assert_int_equal(
        sim_program_init(&exploration->program, allocator, exploration->scenario, NULL), COG_OK);
}

static void open_explorer(struct exploration *exploration, unsigned vary) {
    play_allocator_init(&exploration->counting);
    struct sim_explorer_options options = {.allocator = &exploration->counting.allocator,
                                           .source = &exploration->source,
                                           .vary = vary};
    assert_int_equal(sim_explorer_open(&exploration->explorer, &exploration->program, &options),
                     COG_OK);
}

void exploration_open(struct exploration *exploration, const char *text, unsigned vary) {
    memset(exploration, 0, sizeof *exploration);
    char *whole = play_complete(text);
    assert_int_equal(sim_source_from_text(&exploration->source, cog_allocator_malloc(), "t.scn",
                                          whole, strlen(whole)),
                     COG_OK);
    free(whole);
    make_program(exploration, "");
    open_explorer(exploration, vary);
}

void exploration_open_file(struct exploration *exploration, const char *path,
                           const char *parameters) {
    memset(exploration, 0, sizeof *exploration);
    assert_int_equal(sim_source_open(&exploration->source, cog_allocator_malloc(), path), COG_OK);
    make_program(exploration, parameters);
    open_explorer(exploration, SIM_VARY_ORDER);
}

void exploration_close(struct exploration *exploration) {
    sim_explorer_close(&exploration->explorer);
    assert_int_equal(exploration->counting.live_bytes, 0);
    sim_buffer_term(&exploration->text);
    sim_program_term(&exploration->program);
    sim_scenario_free(exploration->scenario);
    sim_diagnostics_term(&exploration->diagnostics);
    sim_source_close(&exploration->source);
}

/* ---- Step by step ---- */

void exploration_take(struct exploration *exploration, const char *processes) {
    struct sim_explorer *explorer = &exploration->explorer;
    for (const char *at = processes; *at != '\0'; at += at[1] == ' ' ? 2 : 1) {
        enum sim_next next = sim_explorer_next(explorer);
        if (*at == 't') {
            assert_int_equal(next, SIM_NEXT_TIME);
            sim_explorer_pass_time(explorer);
            continue;
        }
        assert_int_equal(next, SIM_NEXT_STEP);
        const struct sim_stepping *stepping = &explorer->stepping;
        uint32_t index = 0;
        while (index < stepping->candidate_count &&
               stepping->candidates[index].process != (uint32_t)(*at - '0')) {
            index++;
        }
        if (index == stepping->candidate_count) {
            fail_msg("%c cannot make a step at \"%s\"", *at, at);
        }
        sim_explorer_take(explorer, index);
    }
}

static const char *text_of(struct exploration *exploration) {
    return exploration->text.bytes != NULL ? exploration->text.bytes : "";
}

static void add_candidates(struct sim_buffer *buffer, const struct sim_candidate *candidates,
                           uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        sim_buffer_add_format(buffer, "%s%" PRIu32, i > 0 ? " " : "", candidates[i].process);
    }
}

const char *exploration_next(struct exploration *exploration) {
    struct sim_buffer *buffer = &exploration->text;
    sim_buffer_term(buffer);
    sim_buffer_init(buffer, cog_allocator_malloc());
    struct sim_explorer *explorer = &exploration->explorer;
    const struct sim_stepping *stepping = &explorer->stepping;
    switch (sim_explorer_next(explorer)) {
    case SIM_NEXT_STEP:
        add_candidates(buffer, stepping->candidates, stepping->candidate_count);
        break;
    case SIM_NEXT_TIME:
        sim_buffer_add_text(buffer, "time");
        break;
    case SIM_NEXT_OVER:
        sim_buffer_add_text(buffer, explorer->run->is_stalled ? "stalled" : "over");
        break;
    }
    if (stepping->blocked_count > 0) {
        sim_buffer_add_text(buffer, " | ");
        add_candidates(buffer, stepping->blocked, stepping->blocked_count);
    }
    return text_of(exploration);
}

/* ---- What was touched ---- */

static void name_element(struct sim_buffer *buffer, const char *name, bool is_array,
                         uint32_t element) {
    sim_buffer_add_text(buffer, name);
    if (is_array) {
        sim_buffer_add_format(buffer, "[%" PRIu32 "]", element);
    }
}

static void name_variable(struct sim_buffer *buffer, const struct sim_objects *objects,
                          uint32_t object) {
    const struct sim_scenario *scenario = objects->scenario;
    uint32_t last = 0;
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        last = objects->variables[i] <= object ? i : last;
    }
    const struct sim_variable *variable = &scenario->variables[last];
    name_element(buffer, variable->name, variable->is_array, object - objects->variables[last]);
}

static void name_object(struct sim_buffer *buffer, const struct sim_objects *objects,
                        uint32_t object) {
    const struct sim_scenario *scenario = objects->scenario;
    if (object < objects->queues) {
        name_variable(buffer, objects, object);
    } else if (object < objects->channels) {
        sim_buffer_add_text(buffer, scenario->queues[object - objects->queues].name);
    } else if (object < objects->signals) {
        sim_buffer_add_text(buffer, scenario->channels[object - objects->channels].name);
    } else if (object < objects->locks) {
        sim_buffer_add_text(buffer, scenario->signals[object - objects->signals].name);
    } else if (object < objects->lines) {
        sim_buffer_add_format(buffer, "lock%" PRIu32, object - objects->locks);
    } else if (object < objects->log) {
        sim_buffer_add_format(buffer, "line%" PRIu32, object - objects->lines);
    } else if (object >= objects->ports && object < objects->coroutines) {
        sim_buffer_add_format(buffer, "port%" PRIu32, object - objects->ports);
    } else if (object < objects->coroutines) {
        static const char *const names[] = {"log", "watches", "end", "network"};
        sim_buffer_add_text(buffer, names[object - objects->log]);
    } else {
        static const char *const parts[] = {"process", "client", "server"};
        sim_buffer_add_format(buffer, "%s%" PRIu32,
                              parts[(object - objects->coroutines) % SIM_OBJECTS_OF_PROCESS],
                              sim_object_process(objects, object));
    }
}

static int by_object(const void *a, const void *b) {
    uint32_t left = ((const struct sim_touch *)a)->object;
    uint32_t right = ((const struct sim_touch *)b)->object;
    return left < right ? -1 : left > right;
}

const char *exploration_touched(struct exploration *exploration) {
    static const char *const modes[] = {":r", ":w", ":lock", ":unlock"};
    struct sim_buffer *buffer = &exploration->text;
    sim_buffer_term(buffer);
    sim_buffer_init(buffer, cog_allocator_malloc());
    struct sim_footprint footprint = exploration->explorer.stepping.footprint;
    qsort(footprint.touches, footprint.count, sizeof footprint.touches[0], by_object);
    for (uint32_t i = 0; i < footprint.count; i++) {
        sim_buffer_add_text(buffer, i > 0 ? " " : "");
        name_object(buffer, &exploration->explorer.objects, footprint.touches[i].object);
        sim_buffer_add_text(buffer, modes[footprint.touches[i].mode]);
    }
    return text_of(exploration);
}

/* ---- Searching ---- */

/* Takes what is known to be quiet away from a list of code. */
static void make_loud(struct sim_code *codes, uint32_t count, unsigned char *none) {
    for (uint32_t i = 0; i < count; i++) {
        codes[i].quiet = none;
    }
}

static int by_text(const void *a, const void *b) {
    return strcmp(((const struct sim_outcome *)a)->text, ((const struct sim_outcome *)b)->text);
}

static void write_outcomes(struct search_found *found, struct sim_tally *tally) {
    if (tally->outcome_count > 0) {
        qsort(tally->outcomes, tally->outcome_count, sizeof tally->outcomes[0], by_text);
    }
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        sim_buffer_add_text(&found->outcomes, tally->outcomes[i].text);
        sim_buffer_add_text(&found->outcomes, "\n");
    }
    assert_false(found->outcomes.has_failed);
}

enum { INSTRUCTIONS_MAX = 4096 };

void exploration_search(struct exploration *exploration, const struct search_way *way,
                        unsigned vary, struct search_found *found) {
    static unsigned char none[INSTRUCTIONS_MAX];
    sim_explorer_close(&exploration->explorer);
    open_explorer(exploration, vary);
    struct sim_explorer *explorer = &exploration->explorer;
    if (way->is_loud) {
        make_loud(exploration->program.coroutines, exploration->scenario->coroutine_count, none);
        make_loud(exploration->program.routines, exploration->scenario->routine_count, none);
    }
    struct sim_search search;
    assert_int_equal(sim_search_init(&search, explorer, way->policy), COG_OK);
    search.bound = way->bound;
    search.rotation = way->rotation;
    search.run_count_max = way->run_count_max;
    search.snapshot_distance =
        way->has_distance ? way->snapshot_distance : search.snapshot_distance;
    memset(found, 0, sizeof *found);
    sim_buffer_init(&found->outcomes, cog_allocator_malloc());
    found->status = sim_search_run(&search);
    found->run_count = explorer->tally.run_count;
    found->failure_count = explorer->tally.failure_count;
    found->asleep_count = search.asleep_count;
    found->is_complete = search.is_complete;
    write_outcomes(found, &explorer->tally);
    sim_search_term(&search);
}

void search_found_term(struct search_found *found) {
    sim_buffer_term(&found->outcomes);
}
