/* batch.h - samples in batches, several at a time, counted in the order of their numbers.
 *
 *     batch    0    1    2    3   ..     runs 0 to 63, 64 to 127, ..
 *     worker   A    B    B    A          each in a world of its own
 *     counted  0 1 2 3 ..                a round of them after the other
 *
 * Runs depend on their numbers alone, and batches are counted one behind the other, so that all
 * comes to the same however many threads there are. Where runs follow others (leads.h), those are
 * of rounds before.
 */
#ifndef SIM_EXPLORE_BATCH_H
#define SIM_EXPLORE_BATCH_H

#include "sim/explore/kinds.h"
#include "sim/explore/leads.h"
#include "sim/explore/sampler.h"

#include <stdatomic.h>

enum { SIM_BATCH_RUNS = 64, SIM_BATCH_ROUND = 32, SIM_BATCH_WORKERS = 16 };

/* Processors that have nothing to do, which whoever samples may use: one count for all
 * explorations of a program. */
struct sim_helpers {
    atomic_uint spare_count;
};

/* Takes at most `count` of them, and gives them back. Null: there are none. */
unsigned sim_helpers_take(struct sim_helpers *helpers, unsigned count);
void sim_helpers_give(struct sim_helpers *helpers, unsigned count);

/* How many executions there are, by samples of which each choice was as likely as the others. */
struct sim_estimate {
    struct sim_magnitude sum;
    uint64_t run_count;
};

/* What runs samples: an explorer, and what it knows of the scenario before it begins. */
struct sim_worker {
    struct sim_explorer *explorer;
    struct sim_explorer own; /* of all but the first, which has that of the exploration */
    bool owns_explorer;
    struct sim_profile profile;
    bool has_profile;
    struct sim_strategy *strategy; /* of the sampling under way */
    struct sim_sampler sampler;
    struct sim_kind kind;
    int status;
};

/* The workers of one exploration; they are made when they are needed. */
struct sim_crew {
    struct sim_explorer *explorer;
    struct sim_program *program;
    struct sim_explorer_options options;
    struct sim_helpers *helpers; /* may be null */
    uint64_t seed;
    struct sim_worker workers[SIM_BATCH_WORKERS];
    uint32_t worker_count; /* that have been made */
};

struct sim_batching {
    const struct sim_strategy_type *type;
    uint32_t depth;     /* as in sim_strategy_options */
    uint64_t first;     /* number of the first run */
    uint64_t run_count; /* 0: without end */
    bool stops_at_failure;
    bool (*should_stop)(void *context); /* asked after every run, by many at a time */
    int (*counted)(void *context);      /* called after a round all of which was run; may be null */
    void *context;
    struct sim_way *way; /* of the first run that failed, as a guide goes it (renumber.h); one that
                            is not empty stays */
    struct sim_kinds *kinds;       /* are counted here; null: nowhere */
    struct sim_estimate *estimate; /* likewise; null: not each choice is as likely as the others */
    struct sim_leads *leads;       /* are followed and found here; null: by none */
    uint64_t *next;                /* the number of the first run that is not in what was counted */
    bool *was_stopped;             /* set where it was */
};

/* options: those that the explorer was opened with. */
void sim_crew_init(struct sim_crew *crew, struct sim_explorer *explorer,
                   struct sim_program *program, const struct sim_explorer_options *options);
void sim_crew_term(struct sim_crew *crew);

/* Makes the profile of the exploration's own explorer: before anything else is run in it, so that
 * it is what the others' is. COG_OK, COG_ENOMEM. */
int sim_crew_prepare(struct sim_crew *crew);

/* Samples; counted in the explorer's tally. COG_OK, COG_ENOMEM, or what `counted` returned. */
int sim_crew_sample(struct sim_crew *crew, const struct sim_batching *batching);

#endif
