/* leads.h - schedules that came to something new, for others to be made of.
 *
 *     a run  --covers-->  edges (coverage.h)  --new?-->  a lead: its edges, and its decisions
 *                                                          |
 *     runs of later rounds  <--follow it, change it---------+
 *
 * Runs of one round (batch.h) know the leads of the rounds before it, and nothing of one another:
 * so it does not matter who makes which of them, and when. Rounds are short at first and grow;
 * where they end depends on the numbers of runs alone.
 *
 * All that is known follows from the leads, in the order of their runs.
 */
#ifndef SIM_EXPLORE_LEADS_H
#define SIM_EXPLORE_LEADS_H

#include "sim/explore/coverage.h"

/* A decision is a number: that of a process by its identity, marked; or what was drawn. */
#define SIM_DECISION_IS_PICK (UINT64_C(1) << 63)

enum {
    SIM_LEAD_DECISIONS = 4096,     /* of a longer run the first are kept */
    SIM_LEADS_FOLLOWED = 1024,     /* the newest */
    SIM_LEADS_EVENTS = 8192,       /* that are told apart */
    SIM_LEADS_ROUND_MIN = 8,       /* runs of the first rounds */
    SIM_LEADS_ROUND_MAX = 2048,    /* of the last */
    SIM_LEADS_WORDS_MAX = 4 << 20, /* of all decisions together; then they are not kept */
};

/* What a run tells, in one piece: words of 64 bits.
 *
 *     run | edge count | decision count | edges, three words each | decisions
 */
struct sim_lead {
    uint64_t *words;
    size_t word_count;
};

static inline uint64_t sim_lead_run(const struct sim_lead *lead) {
    return lead->words[0];
}

static inline uint32_t sim_lead_edge_count(const struct sim_lead *lead) {
    return (uint32_t)lead->words[1];
}

static inline uint32_t sim_lead_decision_count(const struct sim_lead *lead) {
    return (uint32_t)lead->words[2];
}

static inline const uint64_t *sim_lead_decisions(const struct sim_lead *lead) {
    return &lead->words[3 + 3 * lead->words[1]];
}

/* Something that happens to an object at a site. */
struct sim_event {
    uint64_t site;
    uint64_t object;
    uint32_t next; /* of the same object: they form a ring */
    bool is_write;
};

struct sim_leads {
    const struct cog_allocator *allocator;
    struct sim_lead *items; /* in the order of their runs */
    uint32_t count;
    size_t capacity;
    uint64_t decision_words;
    uint8_t *seen;  /* classes by slot, of all leads, */
    uint8_t *known; /* and of those that may be followed */
    uint32_t known_count;
    uint32_t covered_count;   /* slots that were seen */
    struct sim_event *events; /* of the leads that may be followed */
    uint32_t event_count;
    size_t event_capacity;
    uint32_t saved_count; /* for who keeps leads elsewhere: those that it has */
};

void sim_leads_init(struct sim_leads *leads, const struct cog_allocator *allocator);
void sim_leads_term(struct sim_leads *leads);

/* The number of the first run behind the round that a run is in, and of the first in it. */
uint64_t sim_leads_round_end(uint64_t run);
uint64_t sim_leads_round_start(uint64_t run);

/* What runs of a batch tell, one piece behind the other. */
struct sim_notes {
    uint64_t *words;
    size_t count;
    size_t capacity;
};

void sim_notes_term(struct sim_notes *notes, const struct cog_allocator *allocator);

/* Notes a run if it covers what has not been seen, and marks it as seen. COG_OK, COG_ENOMEM. */
int sim_notes_add(struct sim_notes *notes, const struct cog_allocator *allocator, uint64_t run,
                  uint8_t *seen, const struct sim_coverage *coverage, const uint64_t *decisions,
                  uint32_t decision_count);

/* Makes leads of those notes that are still new; to be called in the order of runs. COG_OK,
 * COG_ENOMEM. */
int sim_leads_take(struct sim_leads *leads, const struct sim_notes *notes);

/* Puts back a lead as it was; of what is none, nothing. The same. */
int sim_leads_put(struct sim_leads *leads, const uint64_t *words, size_t word_count);

/* The round of that run begins: leads of runs before it may be followed. COG_OK, COG_ENOMEM. */
int sim_leads_know(struct sim_leads *leads, uint64_t run);

#endif
