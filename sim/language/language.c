/* language.c - parser and checker, one after the other, over one arena. */
#include "sim/language/language.h"

#include "core/status.h"
#include "sim/language/checker.h"
#include "sim/language/parser.h"

#include <string.h>

/* The tree keeps nothing of the source. */
static bool copy_file_names(const struct sim_source *source, struct sim_scenario *scenario) {
    struct sim_arena *arena = scenario->arena;
    scenario->file_count = source->file_count + 1;
    scenario->files = sim_arena_allocate(arena, scenario->file_count * sizeof scenario->files[0]);
    for (uint32_t i = 0; scenario->files != NULL && i < scenario->file_count; i++) {
        const char *name = i == 0 ? source->name : source->files[i - 1];
        scenario->files[i] = sim_arena_copy(arena, name, strlen(name));
    }
    return !arena->has_failed;
}

static int read_scenario(const struct sim_source *source, const struct sim_parse_options *options,
                         struct sim_diagnostics *diagnostics, struct sim_scenario *scenario,
                         struct sim_arena *scratch) {
    struct sim_names names;
    struct sim_arena *arena = scenario->arena;
    /* The table of names goes with the scenario: names stand in the tree. */
    sim_names_init(&names, arena);
    struct sim_parser parser = {.arena = arena,
                                .names = &names,
                                .diagnostics = diagnostics,
                                .scenario = scenario,
                                .source = source,
                                .options = options};
    if (!copy_file_names(source, scenario)) {
        return COG_ENOMEM;
    }
    sim_lexer_init(&parser.lexer, source, &names, diagnostics);
    sim_parser_find_parameters(&parser);
    sim_lexer_init(&parser.lexer, source, &names, diagnostics);
    if (arena->has_failed) {
        return COG_ENOMEM;
    }
    sim_parser_run(&parser);
    if (arena->has_failed || diagnostics->has_failed) {
        return COG_ENOMEM;
    }
    if (sim_diagnostics_is_full(diagnostics)) {
        return COG_EINVALID;
    }
    if (options->is_syntax_only || options->is_part) {
        return diagnostics->error_count > 0 ? COG_EINVALID : COG_OK;
    }
    struct sim_checker checker = {.arena = arena,
                                  .scratch = scratch,
                                  .names = &names,
                                  .diagnostics = diagnostics,
                                  .scenario = scenario};
    int status = sim_checker_run(&checker);
    if (status != COG_OK) {
        return status;
    }
    return diagnostics->error_count > 0 ? COG_EINVALID : COG_OK;
}

static struct sim_scenario *make_scenario(const struct cog_allocator *allocator) {
    struct sim_arena arena;
    sim_arena_init(&arena, allocator);
    struct sim_scenario *scenario = sim_arena_allocate(&arena, sizeof(*scenario));
    struct sim_arena *kept = sim_arena_allocate(&arena, sizeof(*kept));
    if (scenario == NULL || kept == NULL) {
        sim_arena_term(&arena);
        return NULL;
    }
    *kept = arena;
    scenario->arena = kept;
    return scenario;
}

int sim_scenario_parse(const struct cog_allocator *allocator, const struct sim_source *source,
                       struct sim_diagnostics *diagnostics, struct sim_scenario **out) {
    return sim_scenario_parse_with(allocator, source, NULL, diagnostics, out);
}

int sim_scenario_parse_with(const struct cog_allocator *allocator, const struct sim_source *source,
                            const struct sim_parse_options *options,
                            struct sim_diagnostics *diagnostics, struct sim_scenario **out) {
    static const struct sim_parse_options none = {.row = 0};
    *out = NULL;
    struct sim_scenario *scenario = make_scenario(allocator);
    if (scenario == NULL) {
        return COG_ENOMEM;
    }
    struct sim_arena scratch;
    sim_arena_init(&scratch, allocator);
    int status =
        read_scenario(source, options != NULL ? options : &none, diagnostics, scenario, &scratch);
    sim_arena_term(&scratch);
    sim_diagnostics_sort(diagnostics);
    if (status != COG_OK) {
        sim_scenario_free(scenario);
        return status;
    }
    *out = scenario;
    return COG_OK;
}

void sim_scenario_free(struct sim_scenario *scenario) {
    if (scenario != NULL) {
        struct sim_arena arena = *scenario->arena;
        sim_arena_term(&arena);
    }
}
