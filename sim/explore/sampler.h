/* sampler.h - runs schedules of an explorer as a strategy chooses them.
 *
 * Run number i of a sampling has a seed made of the sampling's seed and i: so any part of a
 * sampling can be run by itself, in any order, and comes to the same.
 */
#ifndef SIM_EXPLORE_SAMPLER_H
#define SIM_EXPLORE_SAMPLER_H

#include "sim/explore/kind.h"
#include "sim/explore/magnitude.h"
#include "sim/explore/strategy.h"
#include "sim/explore/way.h"

struct sim_sampling {
    uint64_t seed;
    uint64_t first; /* number of the first run */
    uint64_t run_count;
    bool stops_at_failure;
    bool (*should_stop)(void *context); /* asked after every run; may be null */
    void *context;
};

/* The seed of a run. */
uint64_t sim_sampling_seed(uint64_t seed, uint64_t number);

struct sim_sampler {
    struct sim_explorer *explorer;
    struct sim_strategy *strategy;
    struct sim_snapshot first; /* of the first state in which somebody could make a step */
    bool has_first;            /* what comes before it is the same in all runs, and done */
    struct sim_way *way;       /* the way of the run under way is put there; null: nowhere */
    bool has_drawn;            /* something was asked for in this run that varies */
    struct sim_kind *kind;     /* the kind of the run under way; null: nobody wants to know */

    /* Among how many this run was drawn, if each choice was as likely as the others: the mean of
     * these is how many there are (Knuth, "Estimating the efficiency of backtrack programs",
     * Mathematics of Computation 1975). */
    struct sim_magnitude choices;
};

/* Both must outlive it. */
void sim_sampler_init(struct sim_sampler *sampler, struct sim_explorer *explorer,
                      struct sim_strategy *strategy);
void sim_sampler_term(struct sim_sampler *sampler);

/* One run from its start to its end; it is not judged. COG_OK, COG_ENOMEM. */
int sim_sampler_play(struct sim_sampler *sampler, uint64_t seed);

/* One run, judged and counted in the explorer's tally. COG_OK, COG_ENOMEM. */
int sim_sampler_run(struct sim_sampler *sampler, uint64_t seed);

/* Many of them. *run_count (may be null): how many were made, the one after which it was stopped
 * included. COG_OK, COG_ENOMEM. */
int sim_sampler_run_many(struct sim_sampler *sampler, const struct sim_sampling *sampling,
                         uint64_t *run_count);

#endif
