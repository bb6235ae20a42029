/* checker.c - makes the tables, and runs the passes one after the other. */
#include "sim/language/checker.h"

#include "core/status.h"

static uint32_t *make_indices(struct sim_checker *checker) {
    uint32_t count = checker->names->count;
    uint32_t *indices = sim_arena_allocate(checker->scratch, (count + 1U) * sizeof(uint32_t));
    for (uint32_t i = 0; indices != NULL && i < count; i++) {
        indices[i] = SIM_NONE;
    }
    return indices;
}

static bool make_tables(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    /* The one name that the file need not mention: no name is added once the tables are made. */
    (void)sim_names_intern(checker->names, "main", 4);
    if (checker->arena->has_failed) {
        return false;
    }
    checker->symbols = sim_arena_allocate(checker->scratch,
                                          (checker->names->count + 1U) * sizeof(struct sim_symbol));
    checker->hosts = make_indices(checker);
    checker->signals = make_indices(checker);
    checker->slots = make_indices(checker);
    checker->body_count = scenario->coroutine_count + scenario->routine_count;
    checker->bodies =
        sim_arena_allocate(checker->scratch, (checker->body_count + 1U) * sizeof(struct sim_body));
    checker->variable_has_type =
        sim_arena_allocate(checker->scratch, scenario->variable_count + 1U);
    if (checker->scratch->has_failed) {
        return false;
    }
    for (uint32_t i = 0; i < checker->body_count; i++) {
        bool is_routine = i >= scenario->coroutine_count;
        checker->bodies[i].coroutine = is_routine
                                           ? &scenario->routines[i - scenario->coroutine_count]
                                           : &scenario->coroutines[i];
    }
    return true;
}

static bool has_memory(const struct sim_checker *checker) {
    return !checker->arena->has_failed && !checker->scratch->has_failed &&
           !checker->diagnostics->has_failed;
}

int sim_checker_run(struct sim_checker *checker) {
    static void (*const passes[])(struct sim_checker *) = {
        sim_checker_declare,        sim_checker_resolve_bodies, sim_checker_resolve_outside,
        sim_checker_types,          sim_checker_flow,           sim_checker_hosts,
        sim_checker_cycles,         sim_checker_handlers,       sim_checker_expectations,
        sim_checker_contradictions, sim_checker_loops,          sim_checker_sockets,
        sim_checker_unused,
    };
    if (!make_tables(checker)) {
        return COG_ENOMEM;
    }
    for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
        passes[i](checker);
        if (!has_memory(checker)) {
            return COG_ENOMEM;
        }
        if (sim_diagnostics_is_full(checker->diagnostics)) {
            return COG_OK;
        }
    }
    return COG_OK;
}
