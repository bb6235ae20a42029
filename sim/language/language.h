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

/* Reads and checks a scenario. Returns COG_OK with the scenario in *out if it has no error (there
 * may be warnings); COG_EINVALID with at least one error in the diagnostics; or COG_ENOMEM. Unless
 * COG_OK, *out is null. */
int sim_scenario_parse(const struct cog_allocator *allocator, const struct sim_source *source,
                       struct sim_diagnostics *diagnostics, struct sim_scenario **out);

/* Null is allowed. */
void sim_scenario_free(struct sim_scenario *scenario);

#endif
