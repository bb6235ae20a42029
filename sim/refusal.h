/* refusal.h - forms of the language that can be read and checked, but not run. */
#ifndef SIM_REFUSAL_H
#define SIM_REFUSAL_H

#include "sim/language/ast.h"
#include "sim/language/diagnostics.h"

/* Adds an error for every place where a scenario uses such a form; the diagnostics may be null.
 * Returns whether there is one. */
bool sim_scenario_refuse(const struct sim_scenario *scenario, struct sim_diagnostics *diagnostics);

#endif
