/* language.h - the scenario language: from the text of a file to a checked tree.
 *
 *     struct sim_source source;
 *     struct sim_diagnostics diagnostics;
 *     struct sim_scenario *scenario = NULL;
 *     sim_source_open(&source, allocator, path);
 *     sim_diagnostics_init(&diagnostics, allocator);
 *     sim_scenario_parse(allocator, &source, &diagnostics, &scenario);
 *     ... sim_diagnostics_render(&diagnostics, &source, ...); use the scenario, if there is one ...
 *     sim_scenario_free(scenario);
 *     sim_diagnostics_term(&diagnostics);
 *     sim_source_close(&source);
 *
 * The scenario keeps nothing of the source; both may go in any order.
 */
#ifndef SIM_LANGUAGE_LANGUAGE_H
#define SIM_LANGUAGE_LANGUAGE_H

#include "core/allocator.h"
#include "sim/language/ast.h"
#include "sim/language/diagnostics.h"
#include "sim/language/source.h"

/* A parameter's value from outside. */
struct sim_definition {
    const char *name;
    const char *value; /* as it would stand in the file; of a text, the text itself */
    bool is_used;      /* set by parsing: there is such a parameter */
};

/* Zero everywhere is the default. */
struct sim_parse_options {
    struct sim_definition *definitions;
    uint32_t definition_count;
    uint32_t row;        /* of `each`, from 0: the names of the table have its values */
    bool is_syntax_only; /* names are not looked up: the tree cannot be run */
    bool is_part;        /* a file made to be included, without a title; syntax only */
};

/* Reads and checks a scenario. Returns COG_OK with the scenario in *out if it has no error (there
 * may be warnings); COG_EINVALID with at least one error in the diagnostics; or COG_ENOMEM. Unless
 * COG_OK, *out is null. */
int sim_scenario_parse(const struct cog_allocator *allocator, const struct sim_source *source,
                       struct sim_diagnostics *diagnostics, struct sim_scenario **out);

/* The same with options (null: the default). A row that is none of the table's is an error. Of the
 * rows of a table, mistakes are told of all with row 0, else of the first and the one that is
 * wanted. */
int sim_scenario_parse_with(const struct cog_allocator *allocator, const struct sim_source *source,
                            const struct sim_parse_options *options,
                            struct sim_diagnostics *diagnostics, struct sim_scenario **out);

/* Null is allowed. */
void sim_scenario_free(struct sim_scenario *scenario);

#endif
