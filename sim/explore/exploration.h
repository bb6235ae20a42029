/* exploration.h - explores one scenario, and says what of it can be said.
 *
 * A search goes through all executions, if it can within its budget; else what is left of the
 * budget is spent on samples. *Complete* is said only when every execution that differs in more
 * than the order of independent steps has been seen.
 */
#ifndef SIM_EXPLORE_EXPLORATION_H
#define SIM_EXPLORE_EXPLORATION_H

#include "sim/explore/batch.h"
#include "sim/explore/explorer.h"
#include "sim/explore/strategy.h"
#include "sim/explore/way.h"
#include "sim/language/buffer.h"

struct sim_search_policy;
struct sim_search_watch;

/* Does a number belong to the name of a strategy, as in preemptions=2? */
enum sim_strategy_number {
    SIM_NUMBER_NONE,
    SIM_NUMBER_ALLOWED,
    SIM_NUMBER_NEEDED,
};

/* Without policy and type it is the portfolio. */
struct sim_strategy_entry {
    const char *name;
    const struct sim_search_policy *policy; /* of a search */
    const struct sim_strategy_type *type;   /* of samples */
    enum sim_strategy_number number;
    bool is_states; /* it goes through states, not executions */
};

/* All strategies, ended by one without a name. The first is the default. */
const struct sim_strategy_entry *sim_strategies(void);

/* Finds a strategy by "optimal-dpor" or "delays=3". Null: there is none of that name, or its number
 * is missing or wrong. */
const struct sim_strategy_entry *sim_strategy_find(const char *text, uint32_t *bound);

struct sim_explored;

struct sim_exploration_options {
    const struct cog_allocator *allocator; /* null: malloc */
    const struct sim_source *source;       /* may be null */
    const struct sim_strategy_entry *strategy;
    uint32_t bound;  /* of the strategy */
    unsigned vary;   /* a set of enum sim_vary */
    uint64_t seed;   /* of samples */
    uint64_t budget; /* executions at most; 0: without end */
    bool goes_on;    /* after a failure */
    uint64_t statement_count_max;
    size_t memory_bytes;
    int64_t hang_ns; /* of C programs: a step that takes so much of the processor does not come
                        back; 0: 5 s */
    struct sim_helpers *helpers;          /* threads to sample with; null: this one alone */
    bool (*should_stop)(void *context);   /* asked after every execution, by several threads at a
                                             time; may be null */
    const struct sim_search_watch *watch; /* is shown what a search does (search.h); may be null */
    /* To go on another time; may be null. `resume` puts back what the last `save` was shown: the
     * tally and what follows it in struct sim_explored. `save` is called when all that has been
     * counted is whole. What they return ends the exploration unless COG_OK. */
    int (*resume)(void *context, struct sim_explored *explored);
    int (*save)(void *context, struct sim_explored *explored);
    void *context;
};

/* What the expectations about all runs come to. */
enum sim_answer {
    SIM_ANSWER_HELD,
    SIM_ANSWER_BROKEN,  /* certainly */
    SIM_ANSWER_UNKNOWN, /* not seen, and not all has been seen */
};

enum { SIM_PORTFOLIO_SIZE = 5 };

/* A search gives up where an execution has so many steps, unless statement_count_max says when an
 * execution is given up: there may be one that has no end, and each step takes memory. */
enum { SIM_DEPTH_MAX = 1 << 16 };

/* Fair ways round of a kind (round.h), and the first of them. */
struct sim_explored_rounds {
    uint64_t count;
    int64_t duration_ns;       /* of one time round */
    struct sim_buffer starved; /* who, where and why, as a stall tells it */
    struct sim_buffer stem;    /* the decisions that lead to it, and */
    struct sim_buffer steps;   /* the steps that go round, a line each */
};

struct sim_explored {
    struct sim_explorer explorer; /* with the tally */
    const struct sim_strategy_entry *strategy;
    uint32_t bound;          /* of the strategy */
    struct sim_way way;      /* to the first run that failed, in a guide's numbers (renumber.h);
                              of no steps if none has */
    uint64_t asleep_count;   /* executions that were given up, for others lead to the same */
    uint64_t searched_count; /* executions of the search of a portfolio, given up ones included */
    uint64_t sampled_counts[SIM_PORTFOLIO_SIZE]; /* runs by each strategy that samples */
    const char *finder;    /* the name of the strategy that came to the first failure; null: none */
    uint64_t finder_count; /* how many runs it needed for that */
    struct sim_leads leads;       /* of the strategy that is guided */
    struct sim_kinds kinds;       /* of executions that samples came to */
    struct sim_estimate estimate; /* of how many executions there are; of no runs: none was made */
    uint32_t process_count;       /* of the longest run of a few, and how many steps that had */
    uint64_t step_count;
    bool has_searched; /* it is over, whether it was enough or not */
    bool is_exhausted; /* a search has ended */
    bool is_complete;  /* and nothing can have been missed */
    bool was_stopped;  /* by should_stop, or by a failure */
    bool is_partial;   /* ranges, of times or sizes, were not tried out */
    bool is_too_deep;  /* a search gave up at an execution of SIM_DEPTH_MAX steps */
    bool is_bounded;   /* every order within its bound has been seen */

    /* Of a search through states; the tally then counts those in which runs end. */
    bool counts_states;
    uint64_t state_count;
    uint64_t transition_count;
    bool has_looked_in_part; /* not for all ways round: they were too many, or time too short */
    struct sim_explored_rounds livelocks;
    struct sim_explored_rounds starvations;
};

/* Explores. COG_OK; COG_ENOMEM; COG_EUNSUPPORTED: its states cannot be told apart, and the strategy
 * needs that: then there is nothing to close. The program must outlive it. */
int sim_explore(struct sim_explored *explored, struct sim_program *program,
                const struct sim_exploration_options *options);
void sim_explored_close(struct sim_explored *explored);

/* The name of the strategy that sampled_counts[i] counts; null: none does. */
const char *sim_explored_sampler(const struct sim_explored *explored, uint32_t i);

/* `sometimes` number i of the scenario's expectations, and line i of `expect outcomes`. */
enum sim_answer sim_explored_sometimes(const struct sim_explored *explored, uint32_t i);
enum sim_answer sim_explored_outcome(const struct sim_explored *explored, uint32_t i);

/* What the scenario declares by that number (sim/declared.h) came into play in no run. False also
 * where that was not looked for: of C programs and of states, and where a failure ended it. */
bool sim_explored_is_idle(const struct sim_explored *explored, uint32_t number);
uint32_t sim_explored_idle_count(const struct sim_explored *explored);

#endif
