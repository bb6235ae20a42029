/* decisions.h - makes a schedule small: as few decisions as possible that are not production's.
 *
 * Of two schedules the smaller is the one with fewer decisions of its own; of as many, the one
 * whose last comes earlier; then the one with fewer context switches; then with the lower choices,
 * from the first on. A candidate is followed leniently, and what counts is what the run recorded.
 * The moves are tried to a joint fixpoint:
 *
 *     cut      the end
 *     delete   spans of decisions; or let production decide in their place
 *     lower    a choice
 *     merge    let a coroutine go on that would come again later (Tinertia's move)
 *
 * and then all schedules with one decision, with two, with three, while the budget lasts: so that
 * where it does, none with fewer decisions leads there.
 *
 * Jalbert, Sen: A trace simplification technique for effective debugging of concurrent programs,
 * FSE 2010. Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, TSE 2002.
 */
#ifndef SIM_SHRINK_DECISIONS_H
#define SIM_SHRINK_DECISIONS_H

#include "sim/shrink/subject.h"

/* How many decisions are not production's. */
uint32_t sim_decisions_count(const struct sim_schedule *recorded);

/* Less than 0: a is smaller than b; both as a run recorded them. */
int sim_decisions_compare(const struct sim_schedule *a, const struct sim_schedule *b);

struct sim_decisions {
    struct sim_trials *trials;
    struct sim_program *program;
    const struct sim_source *source; /* may be null */
    uint64_t signature;              /* of the failure */
    struct sim_schedule *best;       /* recorded; made smaller in place */
};

/* COG_OK, also when the budget is at its end; COG_ENOMEM. */
int sim_decisions_shrink(struct sim_decisions *decisions);

#endif
