/* shrinker.h - makes a failure small: first its decisions, then its scenario, and tells which two
 * events it comes down to.
 *
 *     a scenario and a way to a failure
 *       -> fewer decisions (decisions.h)                     the schedule
 *       -> the nearest run that passes (critical_pair.h)     the pair
 *       -> one text of its own (standalone.h)
 *       -> fewer statements (statements.h), fewer decisions, to a fixpoint
 *       -> a text with its schedule in it                    the scenario
 *
 * All of them keep the failure by its signature (sim/signature.h). Where parameters give way to
 * their values the words of a check may change; then what happens must be the same to the last
 * event.
 */
#ifndef SIM_SHRINK_SHRINKER_H
#define SIM_SHRINK_SHRINKER_H

#include "sim/shrink/critical_pair.h"

#define SIM_SHRINK_BUDGET_DEFAULT UINT64_C(20000)

/* Zero everywhere is the default, but for vary. */
struct sim_shrink_options {
    const struct cog_allocator *allocator; /* null: malloc */
    unsigned vary;                         /* a set of enum sim_vary */
    uint64_t budget;                       /* runs at most; 0: SIM_SHRINK_BUDGET_DEFAULT */
    bool keeps_scenario;                   /* only the decisions get fewer */
    const char *name;                      /* of the scenario, for the comment; null: none */
    uint64_t statement_count_max;          /* of a run; 0: the default */
    size_t memory_bytes;                   /* of a world; 0: the default */
    bool (*should_stop)(void *context);    /* asked before every run; may be null */
    void *context;
};

/* How a run goes that fails: after a schedule, or else after steps, as in sim_guide_options. */
struct sim_shrink_way {
    const struct sim_schedule *schedule;
    const struct sim_guide_step *steps;
    uint32_t step_count;
    const uint64_t *draws;
};

struct sim_shrink_size {
    uint32_t decisions; /* that are not production's */
    uint32_t lines;     /* of the schedule */
    uint32_t statements;
    uint32_t coroutines; /* and routines */
};

struct sim_shrunk {
    const struct cog_allocator *allocator;
    uint64_t signature;
    struct sim_buffer words; /* of the signature */
    struct sim_shrink_size before;
    struct sim_shrink_size after;  /* of the small scenario, else with the small schedule */
    struct sim_schedule schedule;  /* the small one of the scenario as it was */
    struct sim_critical_pair pair; /* of that */
    struct sim_buffer pair_words;  /* empty: there is none */
    bool has_scenario;
    struct sim_buffer scenario; /* the text of the small one, formatted, its schedule in it */
    struct sim_buffer scenario_pair_words; /* in its lines */
    uint64_t run_count;
    bool is_done; /* the budget was enough, and nobody stopped it */
};

/* Shrinks. COG_OK; COG_EINVALID: it does not fail this way; COG_ENOMEM. Unless COG_OK there is
 * nothing to close. source: of the scenario, its includes spliced in. */
int sim_shrink(struct sim_shrunk *shrunk, struct sim_program *program,
               const struct sim_source *source, const struct sim_shrink_way *way,
               const struct sim_shrink_options *options);
void sim_shrunk_close(struct sim_shrunk *shrunk);

#endif
