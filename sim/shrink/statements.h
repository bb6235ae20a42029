/* statements.h - makes the scenario of a failure small: coroutines, blocks, statements,
 * declarations, expectations, clauses; numbers of copies and rounds; ranges.
 *
 * A candidate is a text. It is taken when it is a scenario, when it still holds in those plain
 * orders in which it held (production's; one coroutine after the other, from the first to the last
 * and the other way round: so that a failure of interleaving stays one), and when some schedule
 * leads to the same failure: the present one, followed leniently, or one that a short exploration
 * finds.
 *
 *     ddmin over units at the margin, then over those deeper inside (outline.h)
 *     a block in place of its `if`, `repeat`, `while`
 *     without a clause; with fewer copies, rounds, bytes; a range at its low end
 *
 * to a joint fixpoint.
 */
#ifndef SIM_SHRINK_STATEMENTS_H
#define SIM_SHRINK_STATEMENTS_H

#include "sim/shrink/subject.h"

enum { SIM_PLAIN_ORDERS = 3 };

struct sim_statements {
    struct sim_trials *trials;
    uint64_t signature;            /* of the failure */
    bool holds[SIM_PLAIN_ORDERS];  /* in each plain order: it must still do so */
    uint64_t explored_count_max;   /* executions for a candidate whose failure must be looked for */
    struct sim_buffer *text;       /* formatted, without comments and schedule; made smaller */
    struct sim_schedule *schedule; /* recorded; kept up with it */
};

/* COG_OK, also when the budget is at its end; COG_ENOMEM. */
int sim_statements_shrink(struct sim_statements *statements);

/* Finds out in which plain orders a subject holds. COG_OK, COG_ENOMEM. */
int sim_plain_orders_try(struct sim_trials *trials, struct sim_subject *subject,
                         bool holds[SIM_PLAIN_ORDERS]);

/* Puts a text into its layout, in place. COG_OK; COG_EINVALID: it is no scenario; COG_ENOMEM. */
int sim_statements_format(const struct cog_allocator *allocator, struct sim_buffer *text);

#endif
