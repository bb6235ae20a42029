/* sampler.c - the loop over the steps of a run, and over runs. */
#include "sim/explore/sampler.h"

#include "sim/explore/random.h"

uint64_t sim_sampling_seed(uint64_t seed, uint64_t number) {
    return sim_random_draw(seed, SIM_STREAM_RUN, 0, number);
}

void sim_sampler_init(struct sim_sampler *sampler, struct sim_explorer *explorer,
                      struct sim_strategy *strategy) {
    *sampler = (struct sim_sampler){.explorer = explorer, .strategy = strategy};
}

void sim_sampler_term(struct sim_sampler *sampler) {
    sim_snapshot_term(&sampler->first, sampler->explorer->allocator);
}

static uint64_t choose(void *context, const struct sim_choice *choice) {
    struct sim_sampler *sampler = context;
    sampler->has_drawn = true;
    uint64_t answer = sampler->strategy->type->draw(sampler->strategy, choice);
    if (sampler->kind != NULL) {
        sim_kind_draw(sampler->kind, answer);
        sampler->choices = sim_magnitude_multiply(sampler->choices, choice->count);
    }
    if (sampler->way != NULL) {
        sim_way_draw(sampler->way, sampler->explorer->allocator, answer);
    }
    return answer;
}

static void note_step(struct sim_sampler *sampler, uint32_t process) {
    if (sampler->way != NULL) {
        sim_way_step(sampler->way, sampler->explorer->allocator, process);
    }
}

static void pass_time(struct sim_sampler *sampler) {
    note_step(sampler, SIM_NO_PROCESS);
    sim_explorer_pass_time(sampler->explorer);
    if (sampler->kind != NULL) {
        sim_kind_pass_time(sampler->kind);
    }
}

static void begin_kind(struct sim_sampler *sampler) {
    if (sampler->kind != NULL) {
        sim_kind_begin(sampler->kind);
        sampler->choices = sim_magnitude_of(1);
    }
}

/* To the first state in which there is a choice, or the end. */
static int start(struct sim_sampler *sampler, enum sim_next *next) {
    struct sim_explorer *explorer = sampler->explorer;
    if (sampler->has_first) {
        sim_snapshot_restore(&sampler->first, explorer->run);
        *next = sim_explorer_next(explorer);
        return COG_OK;
    }
    sim_explorer_restart(explorer);
    *next = sim_explorer_next(explorer);
    while (*next == SIM_NEXT_TIME) {
        pass_time(sampler);
        *next = sim_explorer_next(explorer);
    }
    if (!sampler->has_drawn) {
        begin_kind(sampler); /* as where it is not done again */
    }
    if (sampler->has_drawn || *next == SIM_NEXT_OVER) {
        return COG_OK;
    }
    sampler->has_first = true;
    return sim_snapshot_take(&sampler->first, explorer->allocator, explorer->run);
}

static void step(struct sim_sampler *sampler) {
    struct sim_explorer *explorer = sampler->explorer;
    bool varies = (explorer->chooser.vary & SIM_VARY_ORDER) != 0;
    uint32_t index = varies ? sim_strategy_pick(sampler->strategy, &explorer->stepping) : 0;
    note_step(sampler, explorer->stepping.candidates[index].process);
    uint32_t process = explorer->stepping.candidates[index].process;
    bool is_draw = explorer->stepping.candidates[index].kind == SIM_PENDING_DRAW;
    if (sampler->kind != NULL && varies) {
        sampler->choices =
            sim_magnitude_multiply(sampler->choices, explorer->stepping.candidate_count);
    }
    if (!is_draw) {
        sim_strategy_takes(sampler->strategy, &explorer->stepping, index);
    }
    sim_explorer_take(explorer, index);
    if (sampler->kind != NULL) {
        sim_kind_step(sampler->kind, process, &explorer->stepping.footprint);
    }
    if (!is_draw) {
        sim_strategy_took(sampler->strategy, &explorer->stepping, index);
    }
}

int sim_sampler_play(struct sim_sampler *sampler, uint64_t seed) {
    struct sim_explorer *explorer = sampler->explorer;
    explorer->chooser.choose = choose;
    explorer->chooser.context = sampler;
    sampler->has_drawn = false;
    sim_strategy_begin(sampler->strategy, seed);
    begin_kind(sampler);
    enum sim_next next;
    int status = start(sampler, &next);
    while (status == COG_OK && next != SIM_NEXT_OVER) {
        if (next == SIM_NEXT_STEP) {
            step(sampler);
        } else {
            pass_time(sampler);
        }
        next = sim_explorer_next(explorer);
    }
    int fatal = explorer->run->fatal;
    if (status == COG_OK && fatal != COG_ELIMIT) {
        status = fatal; /* one that does not end within its limit is a run like another */
    }
    return sampler->strategy->is_out_of_memory ? COG_ENOMEM : status;
}

int sim_sampler_run(struct sim_sampler *sampler, uint64_t seed) {
    int status = sim_sampler_play(sampler, seed);
    return status == COG_OK ? sim_explorer_judge(sampler->explorer) : status;
}

static bool should_stop(const struct sim_sampling *sampling, bool has_failed) {
    return (sampling->stops_at_failure && has_failed) ||
           (sampling->should_stop != NULL && sampling->should_stop(sampling->context));
}

int sim_sampler_run_many(struct sim_sampler *sampler, const struct sim_sampling *sampling,
                         uint64_t *run_count) {
    const struct sim_tally *tally = &sampler->explorer->tally;
    uint64_t failure_count = tally->failure_count;
    uint64_t count = 0;
    int status = COG_OK;
    bool is_stopped = false;
    while (count < sampling->run_count && status == COG_OK && !is_stopped) {
        status =
            sim_sampler_run(sampler, sim_sampling_seed(sampling->seed, sampling->first + count));
        count++;
        is_stopped = should_stop(sampling, tally->failure_count > failure_count);
    }
    if (run_count != NULL) {
        *run_count = count;
    }
    return status;
}
