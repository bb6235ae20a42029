/* search.c - levels, sleep sets, snapshots, and the way back. */
#include "sim/explore/search.h"

#include "core/check.h"
#include "sim/explore/search_parts.h"

enum { STOP_DISTANCE = 1 << 10 }; /* steps between two questions whether to stop */

int sim_search_init(struct sim_search *search, struct sim_explorer *explorer,
                    const struct sim_search_policy *policy) {
    const struct cog_allocator *allocator = explorer->allocator;
    *search = (struct sim_search){.explorer = explorer,
                                  .policy = policy,
                                  .allocator = allocator,
                                  .snapshot_distance = SIM_DISTANCE_BY_COST};
    if (explorer->remote != NULL) {
        search->snapshot_distance = 1; /* they are small, and each step repeated is a message */
    }
    sim_trail_init(&search->trail, allocator, &explorer->objects);
    search->trail.finds_races = policy->races;
    sim_footprints_init(&search->footprints, allocator);
    sim_wakeup_tree_init(&search->tree, allocator);
    sim_reversal_init(&search->reversal, allocator);
    sim_buffer_init(&search->label, allocator);
    explorer->chooser.choose = sim_draws_choose;
    explorer->chooser.context = &search->draws;
    return sim_draws_init(&search->draws, allocator);
}

void sim_search_term(struct sim_search *search) {
    const struct cog_allocator *allocator = search->allocator;
    sim_trail_term(&search->trail);
    sim_footprints_term(&search->footprints);
    sim_wakeup_tree_term(&search->tree);
    sim_draws_term(&search->draws);
    sim_reversal_term(&search->reversal);
    sim_buffer_term(&search->label);
    for (size_t i = 0; i < search->snapshot_capacity; i++) {
        sim_snapshot_term(&search->snapshots[i], allocator);
    }
    cog_release(allocator, search->snapshots,
                search->snapshot_capacity * sizeof search->snapshots[0]);
    cog_release(allocator, search->levels, search->level_capacity * sizeof search->levels[0]);
    cog_release(allocator, search->sleep, search->sleep_capacity * sizeof search->sleep[0]);
    cog_release(allocator, search->present, search->present_capacity * sizeof search->present[0]);
    cog_release(allocator, search->drawn, search->drawn_capacity * sizeof search->drawn[0]);
    cog_release(allocator, search->marks, search->mark_capacity * sizeof search->marks[0]);
}

bool sim_search_fail(struct sim_search *search) {
    search->is_out_of_memory = true;
    return false;
}

/* ---- Levels ---- */

static bool reserve_present(struct sim_search *search, uint32_t count) {
    while (search->present_count + count > search->present_capacity) {
        struct sim_present *grown =
            cog_grow(search->allocator, search->present, search->present_capacity,
                     &search->present_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return sim_search_fail(search);
        }
        search->present = grown;
    }
    return true;
}

static bool add_present(struct sim_search *search, const struct sim_candidate *candidates,
                        uint32_t count) {
    if (count == 0) {
        return true;
    }
    if (!reserve_present(search, count)) {
        return false;
    }
    struct sim_present *present = &search->present[search->present_count];
    for (uint32_t i = 0; i < count; i++) {
        present[i] = (struct sim_present){.process = candidates[i].process,
                                          .kind = candidates[i].kind,
                                          .access = candidates[i].access,
                                          .is_certain = candidates[i].is_certain};
    }
    search->present_count += count;
    return true;
}

static bool reserve_marks(struct sim_search *search) {
    size_t count = search->explorer->processes.count;
    if (count <= search->mark_capacity) {
        return true;
    }
    const struct cog_allocator *allocator = search->allocator;
    uint32_t *marks = cog_allocate_zeroed(allocator, count * 2, sizeof marks[0]);
    if (marks == NULL) {
        return sim_search_fail(search);
    }
    cog_release(allocator, search->marks, search->mark_capacity * sizeof marks[0]);
    search->marks = marks;
    search->mark_capacity = count * 2;
    search->mark = 0;
    return true;
}

/* Those who could not make a step at the level above, and can now, have been enabled by the event
 * between; those who could, and cannot, were cancelled by it. */
static bool note_enabled(struct sim_search *search, const struct sim_level *level) {
    if (search->depth == 0) {
        return true;
    }
    if (!reserve_marks(search)) {
        return false;
    }
    struct sim_level *above = &search->levels[search->depth - 1];
    uint32_t lost_count = level->present_first - above->present_first;
    search->mark++;
    for (uint32_t i = above->present_first; i < level->present_first; i++) {
        search->marks[search->present[i].process] = search->mark;
    }
    for (uint32_t i = level->present_first; i < search->present_count; i++) {
        uint32_t process = search->present[i].process;
        if (i > level->present_first && search->present[i - 1].process == process) {
            continue; /* cut off, for two reasons */
        }
        bool is_new = search->marks[process] != search->mark;
        lost_count -= is_new || process == above->step.process ? 0 : 1;
        if (is_new && !sim_trail_enable(&search->trail, process)) {
            return sim_search_fail(search);
        }
    }
    above->disables = above->step.process != SIM_TIME_PROCESS && lost_count > 1;
    return true;
}

/* What was handed down need not be explored where it is asleep. True: that was all. */
static bool drop_asleep(struct sim_search *search, const struct sim_level *level) {
    bool has_dropped = false;
    uint32_t child = search->tree.nodes[level->root].first_child;
    while (child != SIM_NONE &&
           sim_search_is_asleep(search, level, search->tree.nodes[child].step)) {
        search->tree.nodes[level->root].first_child = search->tree.nodes[child].next;
        sim_wakeup_tree_drop(&search->tree, child);
        child = search->tree.nodes[level->root].first_child;
        has_dropped = true;
    }
    return has_dropped && child == SIM_NONE;
}

/* The world has come to a new level; its sleep set stands. */
static bool enter(struct sim_search *search) {
    struct sim_level *level = &search->levels[search->depth];
    const struct sim_stepping *stepping = &search->explorer->stepping;
    level->next = sim_explorer_next(search->explorer);
    level->present_first = search->present_count;
    level->candidate_count = 0;
    level->blocked_count = 0;
    level->snapshot = SIM_NONE;
    bool is_step = level->next == SIM_NEXT_STEP;
    level->blocked_count = stepping->blocked_count;
    if ((is_step && !add_present(search, stepping->candidates, stepping->present_count)) ||
        !add_present(search, stepping->blocked, stepping->blocked_count) ||
        !note_enabled(search, level)) {
        return false;
    }
    level->candidate_count = is_step ? stepping->candidate_count : 0;
    if (level->next == SIM_NEXT_TIME) {
        struct sim_step time = {.process = SIM_TIME_PROCESS};
        return sim_wakeup_tree_add(&search->tree, level->root, time) != SIM_NONE ||
               sim_search_fail(search);
    }
    if (!is_step) {
        return true;
    }
    if (drop_asleep(search, level)) {
        return true;
    }
    return sim_search_snapshot(search, level) &&
           (search->policy->enter(search, level) || sim_search_fail(search));
}

static bool reserve_level(struct sim_search *search) {
    struct sim_level *levels = cog_grow(search->allocator, search->levels, search->depth + 1,
                                        &search->level_capacity, sizeof levels[0]);
    search->levels = levels != NULL ? levels : search->levels;
    return levels != NULL || sim_search_fail(search);
}

static bool add_sleep(struct sim_search *search, struct sim_step step) {
    struct sim_step *grown = cog_grow(search->allocator, search->sleep, search->sleep_count,
                                      &search->sleep_capacity, sizeof grown[0]);
    if (grown == NULL) {
        return sim_search_fail(search);
    }
    search->sleep = grown;
    grown[search->sleep_count++] = step;
    return true;
}

/* What stays asleep over a step: what is independent of it. */
static bool inherit_sleep(struct sim_search *search, const struct sim_level *above,
                          uint32_t footprint, uint32_t sleep_end) {
    for (uint32_t i = above->sleep_first; i < sleep_end; i++) {
        struct sim_step asleep = search->sleep[i];
        if (asleep.process != above->step.process &&
            !sim_footprints_depend(&search->footprints, asleep.footprint, footprint) &&
            !add_sleep(search, asleep)) {
            return false;
        }
    }
    return true;
}

struct sim_step sim_search_candidate(const struct sim_search *search, const struct sim_level *level,
                                     uint32_t index) {
    uint32_t at = (index + search->rotation) % level->candidate_count;
    return (struct sim_step){.process = search->present[level->present_first + at].process};
}

bool sim_search_is_asleep(const struct sim_search *search, const struct sim_level *level,
                          struct sim_step step) {
    const struct sim_level *below = level + 1;
    bool is_last = level == &search->levels[search->depth];
    uint32_t end = is_last ? search->sleep_count : below->sleep_first;
    for (uint32_t i = level->sleep_first; i < end; i++) {
        if (sim_step_is(search->sleep[i], step)) {
            return true;
        }
    }
    return false;
}

/* ---- Executing ---- */

/* Lets a process make its step in the world; false: it can not. */
static bool execute(struct sim_search *search, struct sim_step step) {
    struct sim_explorer *explorer = search->explorer;
    sim_draws_begin(&search->draws, step.draws);
    if (step.process == SIM_TIME_PROCESS) {
        sim_explorer_pass_time(explorer);
        return true;
    }
    for (uint32_t i = 0; i < explorer->stepping.present_count; i++) {
        if (explorer->stepping.candidates[i].process == step.process) {
            sim_explorer_take(explorer, i);
            return true;
        }
    }
    return false;
}

/* Keeps what was drawn in a step: its other answers are tried when it has been explored. */
static bool keep_draws(struct sim_search *search, struct sim_level *level) {
    const struct sim_draws *draws = &search->draws;
    level->drawn_first = search->drawn_count;
    for (uint32_t i = 0; i < draws->answer_count; i++) {
        struct sim_drawn *grown = cog_grow(search->allocator, search->drawn, search->drawn_count,
                                           &search->drawn_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return sim_search_fail(search);
        }
        search->drawn = grown;
        grown[search->drawn_count++] =
            (struct sim_drawn){.answer = draws->answers[i], .count = draws->counts[i]};
    }
    return true;
}

/* The next answers in the order of an odometer; SIM_NONE: there are none (or no memory). */
static uint32_t next_draws(struct sim_search *search, const struct sim_level *level) {
    uint32_t answers[SIM_DRAWS_MAX];
    uint32_t count = search->drawn_count - level->drawn_first;
    if (count == 0) {
        return SIM_NONE;
    }
    const struct sim_drawn *drawn = search->drawn + level->drawn_first;
    for (uint32_t i = 0; i < count; i++) {
        answers[i] = drawn[i].answer;
    }
    while (count > 0 && answers[count - 1] + 1 == drawn[count - 1].count) {
        count--;
    }
    if (count == 0) {
        return SIM_NONE;
    }
    answers[count - 1]++;
    uint32_t next = sim_draws_find(&search->draws, answers, count);
    search->is_out_of_memory |= next == SIM_NONE;
    return next;
}

/* Where races are reversed, a step with other answers may come from elsewhere too: so, the first
 * time, those with the other answers are put beside the one with production's; before all other
 * steps, so that none of them is missing where the first one sleeps. */
static bool add_alternatives(struct sim_search *search, struct sim_level *level,
                             struct sim_step step) {
    struct sim_draws *draws = &search->draws;
    if (!search->policy->races) {
        return keep_draws(search, level);
    }
    level->drawn_first = search->drawn_count;
    step.footprint = SIM_FOOTPRINT_UNKNOWN;
    uint32_t scripted = draws->items[draws->script].count;
    uint32_t answers[SIM_DRAWS_MAX];
    for (uint32_t at = 0; at < draws->answer_count; at++) {
        answers[at] = draws->answers[at];
    }
    for (uint32_t at = scripted; at < draws->answer_count; at++) {
        for (uint32_t other = 1; other < draws->counts[at]; other++) {
            answers[at] = other;
            step.draws = sim_draws_find(draws, answers, at + 1);
            if (step.draws == SIM_NONE) {
                return sim_search_fail(search);
            }
            bool is_there = sim_search_is_asleep(search, level, step);
            for (uint32_t child = search->tree.nodes[level->root].first_child;
                 child != SIM_NONE && !is_there; child = search->tree.nodes[child].next) {
                is_there = sim_step_is(search->tree.nodes[child].step, step);
            }
            uint32_t first = search->tree.nodes[level->root].first_child;
            if (!is_there && sim_wakeup_tree_add_beside(&search->tree, first, step) == SIM_NONE) {
                return sim_search_fail(search);
            }
        }
        answers[at] = 0;
    }
    return true;
}

/* What is known of the step that is about to be explored. */
static void note_present(const struct sim_search *search, struct sim_level *level) {
    level->is_certain = false;
    for (uint32_t i = level->present_first; i < search->present_count; i++) {
        const struct sim_present *present = &search->present[i];
        if (present->process == level->step.process) {
            level->is_certain = present->is_certain;
            level->step.is_draw = present->kind == SIM_PENDING_DRAW;
        }
    }
}

/* Goes down along the leftmost child of the level's root. */
static bool descend(struct sim_search *search) {
    if (!reserve_level(search)) {
        return false;
    }
    struct sim_level *level = &search->levels[search->depth];
    struct sim_wakeup_tree *tree = &search->tree;
    uint32_t child = tree->nodes[level->root].first_child;
    level->step = tree->nodes[child].step;
    note_present(search, level);
    sim_search_label_step(search, level->step.process);
    if (!execute(search, level->step)) {
        /* Only if what a step touches was told wrongly can one be asked for that is not there. */
        search->explorer->stepping.is_inexact = true;
        tree->nodes[level->root].first_child = tree->nodes[child].next;
        sim_wakeup_tree_drop(tree, child);
        return true;
    }
    sim_search_show_step(search);
    const struct sim_footprint *footprint = &search->explorer->stepping.footprint;
    level->step.footprint =
        sim_footprints_find(&search->footprints, footprint->touches, footprint->count);
    level->step.draws =
        sim_draws_find(&search->draws, search->draws.answers, search->draws.answer_count);
    if (level->step.footprint == SIM_NONE || level->step.draws == SIM_NONE ||
        !sim_trail_push(&search->trail, level->step.process, footprint) ||
        !add_alternatives(search, level, level->step)) {
        return sim_search_fail(search);
    }
    search->explorer->stepping.is_inexact |= footprint->is_everything;
    search->is_uncertain |=
        search->draws.answer_count > 0 && !level->step.is_draw && !search->explorer->is_whole;
    tree->nodes[child].step = level->step; /* now that it is known what it touches */
    struct sim_level *below = level + 1;
    uint32_t sleep_end = search->sleep_count;
    *below =
        (struct sim_level){.sleep_first = sleep_end, .snapshot = SIM_NONE, .cost = level->cost};
    if (search->policy->cost != NULL && level->step.process != SIM_TIME_PROCESS) {
        below->cost += search->policy->cost(search, level, level->step.process);
    }
    below->root = sim_wakeup_tree_root(tree);
    if (below->root == SIM_NONE) {
        return sim_search_fail(search);
    }
    tree->nodes[below->root].first_child = tree->nodes[child].first_child;
    tree->nodes[below->root].last_child = tree->nodes[child].last_child;
    tree->nodes[child].first_child = SIM_NONE;
    if (search->policy->sleeps && level->step.process != SIM_TIME_PROCESS &&
        !inherit_sleep(search, level, level->step.footprint, sleep_end)) {
        return false;
    }
    search->depth++;
    return enter(search);
}

/* ---- Going back ---- */

/* Brings the world to the level under way, which it has been at before. */
static void restore(struct sim_search *search) {
    uint32_t from = search->depth;
    while (from > 0 && search->levels[from].snapshot == SIM_NONE) {
        from--;
    }
    if (from == 0) {
        sim_explorer_restart(search->explorer);
    } else {
        sim_snapshot_restore(&search->snapshots[search->levels[from].snapshot],
                             search->explorer->run);
    }
    for (uint32_t i = from; i < search->depth; i++) {
        (void)sim_explorer_next(search->explorer);
        bool is_done = execute(search, search->levels[i].step);
        cog_assert(is_done);
        (void)is_done;
    }
    (void)sim_explorer_next(search->explorer);
}

bool sim_search_probe(struct sim_search *search, uint32_t level, struct sim_step *last) {
    uint32_t depth = search->depth;
    search->depth = level;
    restore(search);
    search->depth = depth;
    for (uint32_t i = 0; i < search->reversal.count; i++) {
        if (!execute(search, search->reversal.steps[i].step)) {
            return false;
        }
        (void)sim_explorer_next(search->explorer);
    }
    if (!execute(search, *last)) {
        return false;
    }
    const struct sim_footprint *footprint = &search->explorer->stepping.footprint;
    last->footprint =
        sim_footprints_find(&search->footprints, footprint->touches, footprint->count);
    last->draws = sim_draws_find(&search->draws, search->draws.answers, search->draws.answer_count);
    search->is_out_of_memory |= last->footprint == SIM_NONE || last->draws == SIM_NONE;
    return !search->is_out_of_memory;
}

/* Leaves the level under way. The step that led to it has been explored, and falls asleep. */
static bool ascend(struct sim_search *search) {
    struct sim_level *level = &search->levels[search->depth];
    sim_wakeup_tree_drop(&search->tree, level->root);
    search->sleep_count = level->sleep_first;
    search->present_count = level->present_first;
    if (level->snapshot != SIM_NONE) {
        search->snapshot_count = level->snapshot;
    }
    if (search->depth == 0) {
        return true;
    }
    search->depth--;
    sim_trail_cut(&search->trail, search->depth);
    level = &search->levels[search->depth];
    struct sim_wakeup_node *root = &search->tree.nodes[level->root];
    uint32_t child = root->first_child;
    uint32_t draws = next_draws(search, level);
    search->drawn_count = level->drawn_first;
    if (draws != SIM_NONE) {
        search->tree.nodes[child].step.draws = draws;
        return !search->policy->sleeps || add_sleep(search, level->step);
    }
    root->first_child = search->tree.nodes[child].next;
    sim_wakeup_tree_drop(&search->tree, child);
    return !search->policy->sleeps || add_sleep(search, level->step);
}

/* To the deepest level with something left to explore; false: there is none. */
static bool go_back(struct sim_search *search) {
    do {
        if (search->depth == 0) {
            return false;
        }
        if (!ascend(search)) {
            return false;
        }
    } while (search->tree.nodes[search->levels[search->depth].root].first_child == SIM_NONE);
    search->new_from = search->depth;
    restore(search);
    return true;
}

/* ---- The search ---- */

static bool start(struct sim_search *search) {
    search->depth = 0;
    if (!reserve_level(search)) {
        return false;
    }
    sim_explorer_restart(search->explorer);
    search->levels[0] =
        (struct sim_level){.root = sim_wakeup_tree_root(&search->tree), .snapshot = SIM_NONE};
    return (search->levels[0].root != SIM_NONE || sim_search_fail(search)) && enter(search);
}

/* The level under way has no step to explore: its execution is complete, or asleep. */
static bool finish_execution(struct sim_search *search) {
    const struct sim_level *level = &search->levels[search->depth];
    if (level->next != SIM_NEXT_OVER) {
        search->asleep_count++;
    } else if (sim_explorer_judge(search->explorer) != COG_OK) {
        return sim_search_fail(search);
    }
    sim_search_show_end(search, level->next == SIM_NEXT_OVER);
    return search->policy->complete == NULL || search->policy->complete(search) ||
           sim_search_fail(search);
}

static bool is_at_bound(const struct sim_search *search) {
    uint64_t count = search->explorer->tally.run_count + search->asleep_count;
    return search->run_count_max > 0 && count >= search->run_count_max;
}

static bool should_stop(const struct sim_search *search) {
    return search->should_stop != NULL && search->should_stop(search->stop_context);
}

/* In the midst of an execution, for it may have no end. */
static bool gives_up(struct sim_search *search) {
    search->is_too_deep = search->depth_max > 0 && search->depth >= search->depth_max;
    bool asks = search->depth % STOP_DISTANCE == STOP_DISTANCE - 1;
    return search->is_too_deep || (asks && should_stop(search));
}

int sim_search_run(struct sim_search *search) {
    bool is_going = start(search);
    while (is_going && !gives_up(search)) {
        const struct sim_level *level = &search->levels[search->depth];
        if (search->tree.nodes[level->root].first_child != SIM_NONE) {
            is_going = descend(search);
            continue;
        }
        is_going = finish_execution(search);
        bool is_over = is_going && !go_back(search);
        if (!is_over && (is_at_bound(search) || should_stop(search))) {
            break;
        }
        if (is_over) {
            search->has_ended = !search->is_out_of_memory;
            search->is_complete = !search->is_out_of_memory && search->asleep_count == 0;
            break;
        }
    }
    bool is_reduced = search->policy->sleeps || search->policy->races;
    search->is_uncertain |= search->trail.has_overflown;
    search->is_complete &= !search->draws.is_partial && !search->explorer->stepping.is_inexact &&
                           !(is_reduced && search->is_uncertain);
    return search->is_out_of_memory ? COG_ENOMEM : COG_OK;
}
