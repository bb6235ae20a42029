/* exploration_states.c - runs a search through states, and puts into words what goes round. */
#include "sim/explore/exploration_states.h"

#include "sim/explore/search_states.h"
#include "sim/explore/state_parts.h"
#include "sim/explore/trail.h"
#include "sim/quotation.h"
#include "sim/stall.h"
#include "sim/step_labels.h"

static bool should_stop(void *context) {
    const struct sim_exploration_options *options = context;
    return options->should_stop != NULL && options->should_stop(options->context);
}

static void keep_way(struct sim_explored *explored, const struct sim_state_search *search) {
    const struct cog_allocator *allocator = explored->explorer.allocator;
    const struct sim_state_way *way = &search->failure;
    for (uint32_t i = 0; i < way->count; i++) {
        uint32_t process = way->steps[i].process;
        const struct sim_draws_item *item = &search->draws.items[way->steps[i].draws];
        sim_way_step(&explored->way, allocator,
                     process == SIM_TIME_PROCESS ? SIM_NO_PROCESS : process);
        for (uint32_t at = 0; at < item->count; at++) {
            sim_way_draw(&explored->way, allocator, search->draws.values[item->first + at]);
        }
    }
}

/* Lets the world make a step of the way; what it is goes into the text, if it is not null. */
static void repeat_step(struct sim_explored *explored, struct sim_state_search *search,
                        struct sim_state_step step, bool is_decision_only,
                        struct sim_buffer *text) {
    struct sim_explorer *explorer = &explored->explorer;
    const struct sim_stepping *stepping = &explorer->stepping;
    (void)sim_explorer_next(explorer);
    explorer->run->statement_count = 0;
    sim_draws_begin(&search->draws, step.draws);
    if (step.process == SIM_TIME_PROCESS) {
        int64_t before_ns = explorer->run->now_ns;
        sim_explorer_pass_time(explorer);
        if (!is_decision_only) {
            sim_quote_time(explorer->run->now_ns - before_ns, text);
            sim_buffer_add_text(text, " later\n");
        }
        return;
    }
    for (uint32_t i = 0; i < stepping->present_count; i++) {
        if (stepping->candidates[i].process != step.process) {
            continue;
        }
        if (!is_decision_only || stepping->candidate_count > 1) {
            sim_label_step(explorer->run, &stepping->candidates[i], text);
            sim_buffer_add_text(text, "\n");
        }
        sim_explorer_take(explorer, i);
        return;
    }
}

static uint64_t bit_of(const struct sim_instance *instance) {
    return instance->process < SIM_ROUND_PROCESSES ? UINT64_C(1) << instance->process : 0;
}

/* Does it stand where it is starved? Not where it waits for the time, and goes on. */
static bool is_held_up(const struct sim_instance *instance) {
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    uint32_t standing = sim_standing_of(instance).standing;
    if (standing == SIM_STANDING_TIMED) {
        return frame->is_waiting &&
               frame->code->instructions[frame->next - 1].statement->kind != SIM_STATEMENT_SLEEP;
    }
    return standing == SIM_STANDING_PARKED || standing == SIM_STANDING_ACCESS;
}

/* Tells of those who stand where they are starved, and takes them out of the set. */
static void describe_starved(const struct sim_explored *explored, uint64_t *starved,
                             struct sim_buffer *text) {
    struct sim_run *run = explored->explorer.run;
    for (const struct sim_instance *instance = run->instances; instance != NULL && *starved != 0;
         instance = instance->next) {
        if ((*starved & bit_of(instance)) != 0 && is_held_up(instance)) {
            sim_explain_wait(run, instance, text);
            *starved &= ~bit_of(instance);
        }
    }
}

/* Goes the first way of a kind once more. */
static int describe(struct sim_explored *explored, struct sim_state_search *search,
                    const struct sim_state_rounds *rounds, struct sim_explored_rounds *words) {
    const struct sim_state_way *way = &rounds->way;
    const struct sim_run *run = explored->explorer.run;
    uint64_t starved = rounds->starved;
    int64_t begun_ns = 0;
    sim_explorer_restart(&explored->explorer);
    for (uint32_t i = 0; i < way->count; i++) {
        bool is_round = i >= rounds->first;
        if (is_round) {
            (void)sim_explorer_next(&explored->explorer);
            describe_starved(explored, &starved, &words->starved);
        }
        begun_ns = i == rounds->first ? run->now_ns : begun_ns;
        repeat_step(explored, search, way->steps[i], !is_round,
                    is_round ? &words->steps : &words->stem);
    }
    words->duration_ns = run->now_ns - begun_ns;
    bool has_failed =
        words->steps.has_failed || words->stem.has_failed || words->starved.has_failed;
    return has_failed ? COG_ENOMEM : COG_OK;
}

int sim_explore_states(struct sim_explored *explored, struct sim_program *program,
                       const struct sim_exploration_options *options) {
    struct sim_state_search search;
    int status = sim_state_search_init(&search, &explored->explorer, program);
    if (status != COG_OK) {
        return status;
    }
    search.state_count_max = options->budget;
    search.stops_at_failure = !options->goes_on;
    search.should_stop = should_stop;
    search.stop_context = (void *)(uintptr_t)options; /* only looked at */
    status = sim_state_search_run(&search);
    explored->counts_states = true;
    explored->state_count = search.state_count;
    explored->transition_count = search.transition_count;
    explored->has_looked_in_part = search.has_looked_in_part;
    explored->livelocks.count = search.livelocks.count;
    explored->starvations.count = search.starvations.count;
    explored->is_partial = search.draws.is_partial;
    explored->is_exhausted = search.has_ended;
    explored->is_complete = search.is_complete;
    explored->was_stopped = !search.has_ended;
    keep_way(explored, &search);
    if (status == COG_OK && search.livelocks.count > 0) {
        status = describe(explored, &search, &search.livelocks, &explored->livelocks);
    }
    if (status == COG_OK && search.starvations.count > 0) {
        status = describe(explored, &search, &search.starvations, &explored->starvations);
    }
    sim_state_search_term(&search);
    return status;
}
