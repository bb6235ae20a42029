/* strategy_guided.h - what the strategy that is guided tells of its runs, and how it plans them.
 *
 * A *plan* is made at the start of a run: decisions of a lead (leads.h), changed, and *wishes*:
 *
 *     wish    that this step come straight after that one, in what happens to an object
 *             (or before all others that write it)
 *
 * For a wish, who would be too early waits: first whoever is to be second, until the first has
 * been; then who else would write the object. Nobody waits for longer than the wish has patience.
 * (Wolff et al., ASPLOS 2024, ask for pairs of a write and a read in the same way.)
 */
#ifndef SIM_EXPLORE_STRATEGY_GUIDED_H
#define SIM_EXPLORE_STRATEGY_GUIDED_H

#include "sim/explore/leads.h"
#include "sim/explore/strategy.h"

enum { SIM_WISHES_MAX = 4, SIM_WISH_WRITERS = 32, SIM_WISH_PATIENCE = 200 };

struct sim_wish {
    uint64_t first;                     /* site; 0: it is to come before others */
    uint64_t second;                    /* site */
    uint64_t writers[SIM_WISH_WRITERS]; /* other sites */
    uint32_t writer_count;
    uint32_t patience;
};

/* How a run goes where nothing is planned. */
enum sim_guided_manner {
    SIM_GUIDED_UNIFORM,
    SIM_GUIDED_PRIORITIES, /* of steps, as POS */
    SIM_GUIDED_MANNERS,
};

struct sim_guided {
    struct sim_strategy strategy;
    struct sim_coverage coverage;
    uint64_t site;        /* of the step under way */
    uint8_t *seen;        /* classes of edges by slot: what was known, and the batch's runs */
    uint32_t known_count; /* of leads: what was known is of these */
    bool has_noted;       /* a run since then */
    uint64_t *decisions;  /* of the run under way, */
    uint32_t decision_count;
    uint64_t *plan; /* and those that it is to make */
    uint32_t plan_count;
    uint32_t plan_next;
    uint32_t turn_at; /* where it is to do something else than planned */
    struct sim_wish wishes[SIM_WISHES_MAX];
    uint32_t wish_count;
    enum sim_guided_manner manner;
    uint64_t key; /* of what is drawn for the plan, */
    uint64_t drawn_count;
};

/* Makes the plan of a run that begins. */
void sim_guided_plan(struct sim_guided *guided);

/* Begins a batch: of the runs in it, which have the same leads, only what no earlier one has
 * covered is noted. */
void sim_guided_begin_batch(struct sim_strategy *strategy);

/* Notes a run that has come to its end, if it has covered anything new. COG_OK, COG_ENOMEM. */
int sim_guided_note(struct sim_strategy *strategy, uint64_t run, struct sim_notes *notes);

#endif
