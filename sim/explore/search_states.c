/* search_states.c - levels, the world that follows them when it must, and what is found. */
#include "sim/explore/search_states.h"

#include "core/check.h"
#include "sim/explore/fair_rounds.h"
#include "sim/explore/trail.h"

#include <string.h>

enum {
    SNAPSHOT_DISTANCE = 16,    /* on a long way back to a level */
    STOP_DISTANCE = 1 << 14,   /* transitions between two questions whether to stop */
    ROUND_MAX = 1 << 8,        /* steps of a way round that is looked at at once: each costs all */
    LOOK_AHEAD_FROM = 1 << 15, /* slots of the table of states, from where on it is far away */
};

int sim_state_search_init(struct sim_state_search *search, struct sim_explorer *explorer,
                          struct sim_program *program) {
    const struct cog_allocator *allocator = explorer->allocator;
    if (explorer->run->stepping == NULL) {
        return COG_EUNSUPPORTED;
    }
    *search = (struct sim_state_search){
        .explorer = explorer, .allocator = allocator, .world_depth = SIM_NONE};
    sim_visited_init(&search->visited, allocator);
    sim_effects_init(&search->effects, allocator);
    sim_ancestors_init(&search->ancestors, allocator);
    sim_snapshot_pool_init(&search->pool, allocator);
    int status = sim_draws_init(&search->draws, allocator);
    if (status == COG_OK) {
        status = sim_state_init(&search->state, allocator, program, &explorer->objects);
    }
    if (status != COG_OK) {
        sim_state_search_term(search);
        return status;
    }
    explorer->chooser.choose = sim_draws_choose;
    explorer->chooser.context = &search->draws;
    return COG_OK;
}

static void way_term(struct sim_state_way *way, const struct cog_allocator *allocator) {
    cog_release(allocator, way->steps, way->count * sizeof way->steps[0]);
    *way = (struct sim_state_way){.count = 0};
}

void sim_state_search_term(struct sim_state_search *search) {
    const struct cog_allocator *allocator = search->allocator;
    sim_state_term(&search->state);
    sim_visited_term(&search->visited);
    sim_effects_term(&search->effects);
    sim_ancestors_term(&search->ancestors);
    sim_draws_term(&search->draws);
    sim_snapshot_pool_term(&search->pool);
    way_term(&search->livelocks.way, allocator);
    way_term(&search->starvations.way, allocator);
    way_term(&search->failure, allocator);
    cog_release(allocator, search->levels, search->level_capacity * sizeof search->levels[0]);
    cog_release(allocator, search->deeds, search->deed_capacity * sizeof search->deeds[0]);
    cog_release(allocator, search->others, search->other_capacity * sizeof search->others[0]);
}

static bool fail(struct sim_state_search *search) {
    search->is_out_of_memory = true;
    return false;
}

/* ---- The steps of a level ---- */

static uint32_t find_enabled(const struct sim_state *state, uint32_t from) {
    uint32_t count = sim_state_process_count(state);
    while (from < count && !sim_state_is_enabled(state, from)) {
        from++;
    }
    return from < count ? from : SIM_NONE;
}

/* Takes the next step to try from the level under way; false: there is none. */
static bool take_step(struct sim_state_search *search, struct sim_state_level *level) {
    if (search->other_count > level->other_first) {
        level->step = search->others[--search->other_count];
        return true;
    }
    uint32_t process = SIM_NONE;
    switch (level->next) {
    case SIM_NEXT_STEP:
        process = find_enabled(&search->state, level->process_next);
        level->process_next = process != SIM_NONE ? process + 1 : level->process_next;
        break;
    case SIM_NEXT_TIME:
        process = level->process_next == 0 ? SIM_TIME_PROCESS : SIM_NONE;
        level->process_next = 1;
        break;
    case SIM_NEXT_OVER:
        break;
    }
    level->step = (struct sim_state_step){.process = process};
    return process != SIM_NONE;
}

static bool has_more(const struct sim_state_search *search, const struct sim_state_level *level) {
    return search->other_count > level->other_first ||
           (level->next == SIM_NEXT_STEP &&
            find_enabled(&search->state, level->process_next) != SIM_NONE);
}

/* A step whose draws were answered as in production, for the first time, is also to be made with
 * each other answer. */
static bool add_others(struct sim_state_search *search, uint32_t process) {
    struct sim_draws *draws = &search->draws;
    uint32_t answers[SIM_DRAWS_MAX];
    memcpy(answers, draws->answers, draws->answer_count * sizeof answers[0]);
    for (uint32_t at = draws->items[draws->script].count; at < draws->answer_count; at++) {
        for (uint32_t other = 1; other < draws->counts[at]; other++) {
            answers[at] = other;
            struct sim_state_step step = {.process = process,
                                          .draws = sim_draws_find(draws, answers, at + 1)};
            struct sim_state_step *grown =
                cog_grow(search->allocator, search->others, search->other_count,
                         &search->other_capacity, sizeof grown[0]);
            if (grown == NULL || step.draws == SIM_NONE) {
                return fail(search);
            }
            search->others = grown;
            grown[search->other_count++] = step;
        }
        answers[at] = 0;
    }
    return true;
}

/* ---- The world ---- */

/* Lets the world make a step. Returns who made it, null for the time. */
static const struct sim_instance *execute(struct sim_state_search *search,
                                          struct sim_state_step step) {
    struct sim_explorer *explorer = search->explorer;
    const struct sim_stepping *stepping = &explorer->stepping;
    explorer->run->statement_count = 0; /* the limit is for a step: the way is as long as may be */
    sim_draws_begin(&search->draws, step.draws);
    if (step.process == SIM_TIME_PROCESS) {
        sim_explorer_pass_time(explorer);
        return NULL;
    }
    uint32_t index = 0;
    while (stepping->candidates[index].process != step.process) {
        index++;
        cog_assert(index < stepping->present_count);
    }
    const struct sim_instance *instance = stepping->candidates[index].instance;
    sim_explorer_take(explorer, index);
    return instance;
}

void sim_state_search_take(struct sim_state_search *search, struct sim_state_step step) {
    (void)execute(search, step);
}

static bool take_snapshot(struct sim_state_search *search, uint32_t depth) {
    struct sim_state_level *level = &search->levels[depth];
    if (level->snapshot != SIM_NONE || depth == 0) {
        return true;
    }
    uint32_t robbed = SIM_NONE;
    level->snapshot = sim_snapshot_pool_take(&search->pool, search->explorer->run, depth, &robbed);
    if (robbed != SIM_NONE) {
        search->levels[robbed].snapshot = SIM_NONE;
    }
    return level->snapshot != SIM_NONE || fail(search);
}

/* Brings the world to a level on the way, and says what can come next there. */
static enum sim_next bring_world(struct sim_state_search *search, uint32_t depth) {
    struct sim_explorer *explorer = search->explorer;
    uint32_t at = depth;
    while (at > 0 && at != search->world_depth && search->levels[at].snapshot == SIM_NONE) {
        at--;
    }
    if (at != search->world_depth && at > 0) {
        sim_snapshot_pool_restore(&search->pool, search->levels[at].snapshot, explorer->run);
    } else if (at != search->world_depth) {
        sim_explorer_restart(explorer);
    }
    enum sim_next next = sim_explorer_next(explorer);
    for (uint32_t from = at; at < depth; at++) {
        (void)execute(search, search->levels[at].step);
        next = sim_explorer_next(explorer);
        if ((at + 1 - from) % SNAPSHOT_DISTANCE == 0 && !take_snapshot(search, at + 1)) {
            break;
        }
    }
    search->world_depth = depth;
    return next;
}

/* What stepping knows of the step is gone when it looks for the next one. */
static void keep_footprint(struct sim_state_search *search) {
    const struct sim_footprint *footprint = &search->explorer->stepping.footprint;
    search->footprint.count = footprint->count;
    search->footprint.is_everything = footprint->is_everything;
    memcpy(search->footprint.touches, footprint->touches,
           footprint->count * sizeof footprint->touches[0]);
}

/* What a way round would be judged by, of the step that has just been executed. */
static bool note_deed(struct sim_state_search *search, const struct sim_state_mark *mark) {
    const struct sim_run *run = search->explorer->run;
    while (search->depth >= search->deed_capacity) {
        struct sim_state_deed *grown =
            cog_grow(search->allocator, search->deeds, search->deed_capacity,
                     &search->deed_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return fail(search);
        }
        search->deeds = grown;
    }
    struct sim_state_deed *deed = &search->deeds[search->depth];
    *deed = (struct sim_state_deed){.quiet = run->stepping->quiet,
                                    .has_drawn = search->draws.has_drawn};
    for (size_t i = mark->timeout_count; i < run->journal.timeout_count; i++) {
        deed->timed_out |= sim_round_bit(run->journal.timeouts[i].instance->process);
    }
    const struct sim_instance *made =
        mark->last_instance != NULL ? mark->last_instance->next : run->instances;
    for (; made != NULL; made = made->next) {
        search->foreground |= made->is_background ? 0 : sim_round_bit(made->process);
    }
    search->levels[search->depth].is_known = false;
    return true;
}

/* Executes the step of the level under way; the state is then that which it leads to. */
static bool execute_step(struct sim_state_search *search, enum sim_next *next) {
    struct sim_state_level *level = &search->levels[search->depth];
    struct sim_run *run = search->explorer->run;
    (void)bring_world(search, search->depth);
    if (has_more(search, level) && !take_snapshot(search, search->depth)) {
        return false;
    }
    uint32_t foreground_count = run->foreground_count;
    uint32_t change_first = search->state.change_count;
    struct sim_state_mark mark = sim_state_mark(run);
    const struct sim_instance *instance = execute(search, level->step);
    search->world_depth = SIM_NONE;
    search->executed_count++;
    keep_footprint(search);
    *next = sim_explorer_next(search->explorer);
    if (!note_deed(search, &mark) || (run->fatal != COG_OK && run->fatal != COG_ELIMIT)) {
        return fail(search);
    }
    if (instance == NULL) {
        sim_state_read(&search->state, run);
    } else if (sim_state_update(&search->state, run, instance, &search->footprint, &mark) &&
               search->draws.answer_count == 0 && !search->draws.has_drawn &&
               !search->is_forgetful) {
        sim_effects_add(&search->effects, &search->state, change_first, level->step.process,
                        &search->footprint, foreground_count - run->foreground_count);
    }
    return add_others(search, level->step.process);
}

/* ---- What is found ---- */

/* Keeps the first way of a kind: that to the level under way, and the step from it if wanted. */
static bool keep_way(struct sim_state_search *search, struct sim_state_way *way, uint32_t count) {
    if (way->count > 0) {
        return true;
    }
    way->steps = cog_allocate(search->allocator, count * sizeof way->steps[0]);
    if (way->steps == NULL) {
        return fail(search);
    }
    way->count = count;
    for (uint32_t i = 0; i < count; i++) {
        way->steps[i] = search->levels[i].step;
    }
    return true;
}

/* Who can make a step; with too many processes nothing is said. */
static uint64_t enabled_of(const struct sim_state *state) {
    uint64_t enabled = 0;
    for (uint32_t process = find_enabled(state, 0); process != SIM_NONE;
         process = find_enabled(state, process + 1)) {
        enabled |= process < SIM_ROUND_PROCESSES ? UINT64_C(1) << process : UINT64_MAX;
    }
    return enabled;
}

static const struct sim_state_deed *deed_of(const struct sim_state_search *search, uint32_t depth) {
    static const struct sim_state_deed nothing = {.quiet = 0};
    return search->levels[depth].is_known ? &nothing : &search->deeds[depth];
}

/* Looks at the way round from a level on. */
static void look_round(const struct sim_state_search *search, uint32_t first,
                       struct sim_round *round) {
    *round = (struct sim_round){.enabled = 0};
    for (uint32_t i = first; i <= search->depth; i++) {
        const struct sim_state_level *level = &search->levels[i];
        uint64_t after = search->levels[i < search->depth ? i + 1 : first].enabled;
        sim_round_add_step(round, level->step.process, deed_of(search, i), level->enabled, after);
    }
}

static void look_at_part(const struct sim_state_search *search, uint32_t part,
                         const struct sim_state_part *is, struct sim_round *round) {
    const struct sim_objects *objects = search->state.objects;
    if (sim_object_is_coroutine(objects, part)) {
        sim_round_add_part(round, objects, sim_object_process(objects, part), is);
    }
}

/* How the processes stand in the states of the way round. */
static void look_at_parts(const struct sim_state_search *search, uint32_t first,
                          struct sim_round *round) {
    const struct sim_state *state = &search->state;
    for (uint32_t part = state->objects->coroutines; part < state->part_count; part++) {
        look_at_part(search, part, &state->parts[part], round);
    }
    uint32_t from =
        first < search->depth ? search->levels[first + 1].change_first : state->change_count;
    for (uint32_t i = from; i < state->change_count; i++) {
        look_at_part(search, state->changes[i].part, &state->changes[i].before, round);
    }
}

static bool record_step(struct sim_state_search *search, uint64_t hash) {
    const struct sim_state_level *level = &search->levels[search->depth];
    struct sim_state_edge edge = {.from = sim_state_graph_find(search->graph, level->hash),
                                  .process = level->step.process,
                                  .draws = level->step.draws};
    edge.to = sim_state_graph_find(search->graph, hash);
    return (edge.from != SIM_NONE && edge.to != SIM_NONE &&
            sim_state_graph_connect(search->graph, edge, *deed_of(search, search->depth))) ||
           fail(search);
}

/* The step of the level under way leads back to level `first`. */
static bool note_round(struct sim_state_search *search, uint32_t first) {
    struct sim_round round;
    search->round_count++;
    if (search->depth - first >= ROUND_MAX) {
        return true;
    }
    look_round(search, first, &round);
    if (!sim_round_is_fair(&round)) {
        return true;
    }
    look_at_parts(search, first, &round);
    uint64_t starved = sim_round_starved(&round, search->foreground);
    struct sim_state_rounds *rounds = starved != 0 ? &search->starvations : &search->livelocks;
    if (rounds->count++ == 0) {
        rounds->first = first;
        rounds->starved = starved;
    }
    return keep_way(search, &rounds->way, search->depth + 1);
}

/* It leads to a state that has been seen. */
static bool note_seen(struct sim_state_search *search, uint64_t hash) {
    if (search->graph != NULL) {
        return record_step(search, hash);
    }
    uint32_t position = sim_ancestors_find(&search->ancestors, hash);
    return position == SIM_NONE || note_round(search, position + 1); /* level 0 is no state */
}

static bool judge(struct sim_state_search *search) {
    const struct sim_tally *tally = &search->explorer->tally;
    search->world_depth = SIM_NONE;
    if (search->graph != NULL) {
        return true; /* it has been judged before */
    }
    if (sim_explorer_judge(search->explorer) != COG_OK) {
        return fail(search);
    }
    return tally->failure_count == 0 || keep_way(search, &search->failure, search->depth);
}

/* ---- Going ---- */

static struct sim_state_level *push_level(struct sim_state_search *search, uint32_t count) {
    struct sim_state_level *levels = cog_grow(search->allocator, search->levels, count,
                                              &search->level_capacity, sizeof levels[0]);
    if (levels == NULL) {
        search->is_out_of_memory = true;
        return NULL;
    }
    search->levels = levels;
    return &levels[count];
}

/* Known steps lead to states that are looked for all at once: each is far away in memory. */
static void look_ahead(const struct sim_state_search *search) {
    uint32_t process = find_enabled(&search->state, 0);
    while (process != SIM_NONE) {
        const struct sim_effect *effect =
            sim_effects_find(&search->effects, &search->state, process);
        if (effect != NULL) {
            sim_visited_expect(&search->visited, search->state.hash + effect->hash_difference);
        }
        process = find_enabled(&search->state, process + 1);
    }
}

/* The state is a new one, and becomes the level under way. `next` is known if the world is there.
 */
static bool enter(struct sim_state_search *search, uint32_t change_first, uint32_t foreground_count,
                  const enum sim_next *next) {
    struct sim_state_level *level = push_level(search, search->depth + 1);
    if (level == NULL || !sim_ancestors_push(&search->ancestors, search->state.hash) ||
        (search->graph != NULL && !record_step(search, search->state.hash))) {
        return fail(search);
    }
    *level = (struct sim_state_level){.hash = search->state.hash,
                                      .change_first = change_first,
                                      .other_first = search->other_count,
                                      .foreground_count = foreground_count,
                                      .snapshot = SIM_NONE,
                                      .enabled = enabled_of(&search->state),
                                      .next = SIM_NEXT_STEP};
    search->depth++;
    search->state_count++;
    if (search->graph != NULL) {
        search->graph->nodes[sim_state_graph_find(search->graph, level->hash)].enabled =
            level->enabled;
    }
    if (next != NULL) {
        search->world_depth = search->depth;
        level->next = *next;
    } else if (foreground_count == 0 || find_enabled(&search->state, 0) == SIM_NONE) {
        level->next = bring_world(search, search->depth);
    }
    if (level->next == SIM_NEXT_STEP && search->visited.capacity >= LOOK_AHEAD_FROM) {
        look_ahead(search);
    }
    return level->next != SIM_NEXT_OVER || judge(search);
}

/* Makes the step of the level under way, of which it is known what it does. */
static bool descend_known(struct sim_state_search *search, const struct sim_effect *effect) {
    uint64_t hash = search->state.hash + effect->hash_difference;
    search->levels[search->depth].is_known = true;
    if (!sim_visited_add(&search->visited, hash)) {
        return !search->visited.is_out_of_memory && note_seen(search, hash);
    }
    uint32_t change_first = search->state.change_count;
    uint32_t foreground_count =
        search->levels[search->depth].foreground_count - effect->ended_count;
    sim_effects_apply(&search->effects, effect, &search->state);
    return enter(search, change_first, foreground_count, NULL);
}

/* The same by executing it. */
static bool descend_executing(struct sim_state_search *search) {
    uint32_t change_first = search->state.change_count;
    enum sim_next next = SIM_NEXT_STEP;
    if (!execute_step(search, &next)) {
        return false;
    }
    if (sim_visited_add(&search->visited, search->state.hash)) {
        return enter(search, change_first, search->explorer->run->foreground_count, &next);
    }
    bool is_noted = note_seen(search, search->state.hash);
    sim_state_undo(&search->state, change_first);
    return is_noted && !search->visited.is_out_of_memory;
}

static bool descend(struct sim_state_search *search) {
    const struct sim_state_level *level = &search->levels[search->depth];
    const struct sim_effect *effect = NULL;
    search->transition_count += search->depth > 0 ? 1 : 0;
    if (level->step.draws == 0 && level->step.process != SIM_TIME_PROCESS &&
        !search->is_forgetful) {
        effect = sim_effects_find(&search->effects, &search->state, level->step.process);
    }
    bool is_done = effect != NULL ? descend_known(search, effect) : descend_executing(search);
    bool has_room = !search->state.is_out_of_memory && !search->effects.is_out_of_memory;
    return (is_done && has_room) || fail(search);
}

static void ascend(struct sim_state_search *search) {
    const struct sim_state_level *level = &search->levels[search->depth];
    if (level->snapshot != SIM_NONE) {
        sim_snapshot_pool_drop(&search->pool, level->snapshot);
    }
    if (search->world_depth == search->depth) {
        search->world_depth = SIM_NONE;
    }
    sim_state_undo(&search->state, level->change_first);
    sim_ancestors_pop(&search->ancestors);
    search->depth--;
}

static bool start(struct sim_state_search *search) {
    struct sim_state_level *level = push_level(search, 0);
    if (level == NULL) {
        return false;
    }
    sim_explorer_restart(search->explorer);
    search->world_depth = 0;
    *level =
        (struct sim_state_level){.snapshot = SIM_NONE, .next = sim_explorer_next(search->explorer)};
    return level->next != SIM_NEXT_OVER || judge(search);
}

static bool has_found(const struct sim_state_search *search) {
    return search->explorer->tally.failure_count > 0 || search->livelocks.count > 0 ||
           search->starvations.count > 0;
}

static bool should_stop(const struct sim_state_search *search) {
    if (search->graph != NULL ? search->graph->is_full
                              : search->stops_at_failure && has_found(search)) {
        return true;
    }
    if (search->state_count_max > 0 && search->state_count >= search->state_count_max) {
        return true;
    }
    return search->should_stop != NULL && search->transition_count % STOP_DISTANCE == 0 &&
           search->should_stop(search->stop_context);
}

/* Goes through all states. False: there is no memory, or it was stopped. */
static bool go(struct sim_state_search *search) {
    bool is_going = start(search);
    while (is_going && !should_stop(search)) {
        if (take_step(search, &search->levels[search->depth])) {
            is_going = descend(search);
        } else if (search->depth > 0) {
            ascend(search);
        } else {
            return true;
        }
    }
    return false;
}

/* Goes through them once more, and records them. */
static bool record(struct sim_state_search *search, struct sim_state_graph *graph) {
    struct sim_state_search before = *search;
    sim_visited_term(&search->visited);
    search->state_count = 0;
    search->transition_count = 0;
    search->graph = graph;
    bool has_ended = sim_state_graph_find(graph, 0) != SIM_NONE && go(search);
    search->graph = NULL;
    search->executed_count = before.executed_count;
    search->state_count = before.state_count;
    search->transition_count = before.transition_count;
    search->has_looked_in_part = !has_ended;
    return has_ended && sim_state_graph_finish(graph);
}

/* There are ways round: several may make up a fair one. */
static void look_for_fair_rounds(struct sim_state_search *search) {
    struct sim_state_graph graph;
    sim_state_graph_init(&graph, search->allocator);
    if (search->edge_count_max > 0) {
        graph.edge_count_max = search->edge_count_max;
    }
    if (record(search, &graph)) {
        search->is_out_of_memory |= sim_fair_rounds_find(search, &graph) != COG_OK;
    }
    sim_state_graph_term(&graph);
}

int sim_state_search_run(struct sim_state_search *search) {
    search->has_ended = go(search);
    if (search->has_ended && search->round_count > 0 && search->livelocks.count == 0 &&
        search->starvations.count == 0) {
        look_for_fair_rounds(search);
    }
    search->is_complete = search->has_ended && !search->draws.is_partial &&
                          !search->state.is_too_deep && !search->explorer->stepping.is_inexact;
    return search->is_out_of_memory ? COG_ENOMEM : COG_OK;
}
