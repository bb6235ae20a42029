/* steps.h - the steps of one run, each with what it touched: for comparing runs. */
#ifndef SIM_SHRINK_STEPS_H
#define SIM_SHRINK_STEPS_H

#include "sim/guide.h"
#include "sim/language/arena.h"

struct sim_noted_step {
    uint32_t process;
    uint32_t ordinal;  /* which step of its process, from 0 */
    const char *words; /* "looker: acquire door" */
    uint32_t line;
    const struct sim_touch *touches;
    uint32_t touch_count;
    bool touches_everything;
    uint64_t first_event; /* in the trace, from 1 */
    uint64_t last_event;
    bool is_traced; /* it has one */
};

struct sim_steps {
    struct sim_arena arena;
    struct sim_noted_step *items;
    uint32_t count;
    struct sim_guide_watch watch; /* for a guide: notes them */
};

void sim_steps_init(struct sim_steps *steps, const struct cog_allocator *allocator);
void sim_steps_term(struct sim_steps *steps);

/* Where a step of another run stands here; count: nowhere. */
uint32_t sim_steps_find(const struct sim_steps *steps, const struct sim_noted_step *step);

/* Does the order of two steps matter? */
bool sim_noted_steps_depend(const struct sim_noted_step *a, const struct sim_noted_step *b);

#endif
