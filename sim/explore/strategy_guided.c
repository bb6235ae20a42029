/* strategy_guided.c - runs made of others that came to something new.
 *
 * A fuzzer of which the input is the schedule: Zalewski, "American Fuzzy Lop", 2013; for schedules
 * Wolff, Shi, Duck, Mathur, Roychoudhury, "Greybox fuzzing for concurrency testing", ASPLOS 2024.
 *
 * What is planned for a run (strategy_guided.h) is done where it can be: who is not there to make
 * the step planned is passed over. Where nothing is planned, or what is planned comes to an end,
 * the run goes on at random. Each eighth has no plan.
 */
#include "sim/explore/strategy_guided.h"

#include <string.h>

static struct sim_guided *guided_of(struct sim_strategy *strategy) {
    return (struct sim_guided *)strategy;
}

static int init(struct sim_strategy *strategy, const struct sim_objects *objects) {
    struct sim_guided *guided = guided_of(strategy);
    const struct cog_allocator *allocator = strategy->allocator;
    int status = sim_coverage_init(&guided->coverage, allocator, strategy->known, objects);
    if (status != COG_OK) {
        return status;
    }
    guided->seen = cog_allocate_zeroed(allocator, SIM_COVERAGE_SLOTS, 1);
    guided->decisions = cog_allocate(allocator, SIM_LEAD_DECISIONS * sizeof(uint64_t));
    guided->plan = cog_allocate(allocator, SIM_LEAD_DECISIONS * sizeof(uint64_t));
    bool is_made = guided->seen != NULL && guided->decisions != NULL && guided->plan != NULL;
    return is_made ? COG_OK : COG_ENOMEM;
}

static void term(struct sim_strategy *strategy) {
    struct sim_guided *guided = guided_of(strategy);
    const struct cog_allocator *allocator = strategy->allocator;
    if (guided->coverage.allocator == NULL) {
        return;
    }
    sim_coverage_term(&guided->coverage);
    cog_release(allocator, guided->seen, SIM_COVERAGE_SLOTS);
    cog_release(allocator, guided->decisions, SIM_LEAD_DECISIONS * sizeof(uint64_t));
    cog_release(allocator, guided->plan, SIM_LEAD_DECISIONS * sizeof(uint64_t));
}

static void begin(struct sim_strategy *strategy) {
    struct sim_guided *guided = guided_of(strategy);
    sim_coverage_begin(&guided->coverage);
    guided->decision_count = 0;
    guided->plan_count = 0;
    guided->plan_next = 0;
    guided->turn_at = SIM_LEAD_DECISIONS;
    guided->wish_count = 0;
    sim_guided_plan(guided);
}

static void note(struct sim_guided *guided, uint64_t decision) {
    if (guided->decision_count < SIM_LEAD_DECISIONS) {
        guided->decisions[guided->decision_count++] = decision;
    }
}

/* ---- Wishes ---- */

static void forget_wish(struct sim_guided *guided, uint32_t i) {
    guided->wishes[i] = guided->wishes[--guided->wish_count];
}

static bool waits_for(const struct sim_wish *wish, uint64_t site) {
    if (wish->first != 0) {
        return site == wish->second;
    }
    for (uint32_t i = 0; i < wish->writer_count; i++) {
        if (wish->writers[i] == site) {
            return true;
        }
    }
    return false;
}

static void come_true(struct sim_guided *guided, uint64_t site) {
    for (uint32_t i = guided->wish_count; i > 0; i--) {
        struct sim_wish *wish = &guided->wishes[i - 1];
        if (wish->first != 0 && wish->first == site) {
            wish->first = 0;
        } else if (wish->second == site) {
            forget_wish(guided, i - 1);
        }
    }
}

/* Does a wish keep the candidate waiting? */
static bool is_waiting(struct sim_guided *guided, const struct sim_candidate *candidate) {
    uint64_t site = sim_coverage_site(&guided->coverage, candidate);
    for (uint32_t i = 0; i < guided->wish_count; i++) {
        if (waits_for(&guided->wishes[i], site)) {
            return true;
        }
    }
    return false;
}

/* ---- Priorities ---- */

static void meet(struct sim_strategy *strategy, uint32_t process) {
    if (guided_of(strategy)->manner == SIM_GUIDED_PRIORITIES) {
        sim_strategy_draw_priority(strategy, process);
    }
}

/* ---- Picks ---- */

enum { SET_MAX = 64 };

/* Those who could be picked, as a set; for whom it has no room, no wish keeps waiting. */
struct going {
    uint64_t set;
    uint32_t count;
};

static bool goes(const struct going *going, uint32_t index) {
    return index >= SET_MAX || (going->set >> index & 1) != 0;
}

static void lose_patience(struct sim_guided *guided) {
    for (uint32_t i = guided->wish_count; i > 0; i--) {
        if (--guided->wishes[i - 1].patience == 0) {
            forget_wish(guided, i - 1);
        }
    }
}

/* Those who do not wait; when all do, the oldest wishes are given up. */
static struct going who_goes(struct sim_guided *guided, const struct sim_stepping *stepping) {
    uint32_t count = stepping->candidate_count;
    uint32_t looked_at = count < SET_MAX ? count : SET_MAX;
    struct going going = {.count = count - looked_at};
    if (guided->wish_count == 0) {
        return (struct going){.set = UINT64_MAX, .count = count};
    }
    for (;;) {
        for (uint32_t i = 0; i < looked_at; i++) {
            if (!is_waiting(guided, &stepping->candidates[i])) {
                going.set |= UINT64_C(1) << i;
                going.count++;
            }
        }
        if (going.count > 0) {
            break;
        }
        forget_wish(guided, 0);
    }
    if (going.count < count) {
        lose_patience(guided);
    }
    return going;
}

/* The next that is planned and there; candidate_count: nobody. */
static uint32_t pick_planned(struct sim_guided *guided, const struct sim_stepping *stepping,
                             const struct going *going) {
    enum { PASSED_OVER_MAX = 16 };
    uint32_t count = stepping->candidate_count;
    for (uint32_t i = 0; i < PASSED_OVER_MAX && guided->plan_next < guided->plan_count; i++) {
        uint32_t at = guided->plan_next++;
        uint64_t planned = guided->plan[at];
        for (uint32_t index = 0; index < count; index++) {
            uint32_t process = stepping->candidates[index].process;
            uint64_t who = sim_coverage_identity(&guided->coverage, process) | SIM_DECISION_IS_PICK;
            if (who == planned && at != guided->turn_at && goes(going, index)) {
                return index;
            }
        }
        if (at == guided->turn_at) {
            break;
        }
    }
    return stepping->candidate_count;
}

static uint32_t pick_uniform(const struct sim_guided *guided, const struct going *going) {
    uint64_t left = sim_strategy_below(&guided->strategy, SIM_STREAM_ORDER, going->count);
    uint32_t index = 0;
    while (!goes(going, index) || left > 0) {
        left -= goes(going, index) ? 1 : 0;
        index++;
    }
    return index;
}

static uint32_t pick_highest(const struct sim_guided *guided, const struct sim_stepping *stepping,
                             const struct going *going) {
    const struct sim_strategy_process *processes = guided->strategy.processes;
    uint32_t highest = stepping->candidate_count;
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        if (goes(going, i) && (highest == stepping->candidate_count ||
                               processes[stepping->candidates[i].process].priority >
                                   processes[stepping->candidates[highest].process].priority)) {
            highest = i;
        }
    }
    return highest;
}

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    struct sim_guided *guided = guided_of(strategy);
    struct going going = who_goes(guided, stepping);
    uint32_t index = pick_planned(guided, stepping, &going);
    if (index == stepping->candidate_count) {
        index = guided->manner == SIM_GUIDED_UNIFORM ? pick_uniform(guided, &going)
                                                     : pick_highest(guided, stepping, &going);
    }
    uint32_t process = stepping->candidates[index].process;
    note(guided, sim_coverage_identity(&guided->coverage, process) | SIM_DECISION_IS_PICK);
    return index;
}

/* ---- Steps ---- */

static void takes(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                  uint32_t index) {
    struct sim_guided *guided = guided_of(strategy);
    guided->site = sim_coverage_site(&guided->coverage, &stepping->candidates[index]);
}

static void took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                 uint32_t index) {
    struct sim_guided *guided = guided_of(strategy);
    sim_coverage_step(&guided->coverage, guided->site, &stepping->footprint);
    come_true(guided, guided->site);
    if (guided->manner == SIM_GUIDED_PRIORITIES) {
        sim_strategy_redraw_races(strategy, stepping, index);
    }
    strategy->is_out_of_memory |= guided->coverage.is_out_of_memory;
}

static uint64_t draw(struct sim_strategy *strategy, const struct sim_choice *choice) {
    struct sim_guided *guided = guided_of(strategy);
    uint64_t answer = sim_strategy_draw_uniform(strategy, choice);
    if (guided->plan_next < guided->plan_count &&
        (guided->plan[guided->plan_next] & SIM_DECISION_IS_PICK) == 0) {
        uint64_t planned = guided->plan[guided->plan_next];
        bool is_meant = guided->plan_next != guided->turn_at && planned < choice->count;
        answer = is_meant ? planned : answer;
        guided->plan_next++;
    }
    note(guided, answer & ~SIM_DECISION_IS_PICK);
    return answer;
}

/* ---- What it tells ---- */

void sim_guided_begin_batch(struct sim_strategy *strategy) {
    struct sim_guided *guided = guided_of(strategy);
    const struct sim_leads *leads = strategy->options.leads;
    if (guided->has_noted || guided->known_count != leads->known_count) {
        memcpy(guided->seen, leads->known, SIM_COVERAGE_SLOTS);
        guided->known_count = leads->known_count;
        guided->has_noted = false;
    }
}

int sim_guided_note(struct sim_strategy *strategy, uint64_t run, struct sim_notes *notes) {
    struct sim_guided *guided = guided_of(strategy);
    size_t before = notes->count;
    int status = sim_notes_add(notes, strategy->allocator, run, guided->seen, &guided->coverage,
                               guided->decisions, guided->decision_count);
    guided->has_noted |= notes->count > before;
    return status;
}

const struct sim_strategy_type sim_strategy_guided = {.name = "guided",
                                                      .bytes = sizeof(struct sim_guided),
                                                      .init = init,
                                                      .term = term,
                                                      .begin = begin,
                                                      .pick = pick,
                                                      .takes = takes,
                                                      .took = took,
                                                      .draw = draw,
                                                      .meet = meet};
