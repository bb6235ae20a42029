/* corpus.h - failures that are known: a folder with a small scenario for each, which is run before
 * anything new is looked for.
 *
 *     DIR/SIGNATURE.scn        what is left of the scenario, its schedule in it
 *     DIR/SIGNATURE.schedule   the way to the failure in the scenario as it was, and where that is
 *     DIR/mended/              those that no longer fail, where --tidy puts them
 *
 * While the scenario is still there it is the one that is run, so that it shows when the fault is
 * mended; else what is left of it is.
 */
#ifndef SIM_PROGRAM_CORPUS_H
#define SIM_PROGRAM_CORPUS_H

#include "sim/program/exploring.h"

/* Runs what is known. Returns an exit code: EXIT_NOT_HELD if something of it still fails. Does
 * nothing without --corpus. */
int corpus_run(struct explore_campaign *campaign);

/* Keeps a failure that has been made small, unless one of its signature is known. schedule: lines
 * of the scenario as it was. Returns an exit code, other than EXIT_HELD after a complaint. */
int corpus_keep(struct exploring *exploring, const struct sim_schedule *schedule);

void corpus_free(struct corpus *corpus);

#endif
