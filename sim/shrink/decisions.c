/* decisions.c - passes over the decisions of a schedule. */
#include "sim/shrink/decisions.h"

#include <string.h>

uint32_t sim_decisions_count(const struct sim_schedule *recorded) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < recorded->count; i++) {
        count += recorded->entries[i].choice != 0 ? 1 : 0;
    }
    return count;
}

/* Up to its last decision that is not production's. */
static uint32_t decisive_count(const struct sim_schedule *recorded) {
    uint32_t count = recorded->count;
    while (count > 0 && recorded->entries[count - 1].choice == 0) {
        count--;
    }
    return count;
}

/* Who or what a line is about. */
static size_t label_bytes(const char *text) {
    const char *colon = strstr(text, ": ");
    return colon != NULL ? (size_t)(colon - text) : strlen(text);
}

static bool is_of_one_label(const struct sim_schedule_entry *a,
                            const struct sim_schedule_entry *b) {
    size_t bytes = label_bytes(a->text);
    return bytes == label_bytes(b->text) && memcmp(a->text, b->text, bytes) == 0;
}

static uint32_t count_switches(const struct sim_schedule *recorded, uint32_t count) {
    uint32_t switches = 0;
    for (uint32_t i = 1; i < count; i++) {
        switches += is_of_one_label(&recorded->entries[i - 1], &recorded->entries[i]) ? 0 : 1;
    }
    return switches;
}

static int compare_numbers(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

int sim_decisions_compare(const struct sim_schedule *a, const struct sim_schedule *b) {
    uint32_t a_count = decisive_count(a);
    uint32_t b_count = decisive_count(b);
    int order = compare_numbers(sim_decisions_count(a), sim_decisions_count(b));
    order = order != 0 ? order : compare_numbers(a_count, b_count);
    order = order != 0 ? order
                       : compare_numbers(count_switches(a, a_count), count_switches(b, b_count));
    for (uint32_t i = 0; i < a_count && order == 0; i++) {
        order = compare_numbers(a->entries[i].choice, b->entries[i].choice);
    }
    return order;
}

/* ---- Candidates ---- */

struct shrinking {
    struct sim_decisions *decisions;
    struct sim_schedule candidate;
    int status;
    bool has_improved; /* in this round */
};

static bool goes_on(struct shrinking *shrinking) {
    return shrinking->status == COG_OK && sim_trials_go_on(shrinking->decisions->trials);
}

static void begin(struct shrinking *shrinking) {
    sim_schedule_cut(&shrinking->candidate, 0);
}

static void add_best(struct shrinking *shrinking, uint32_t first, uint32_t end) {
    if (shrinking->status == COG_OK && first < end) {
        shrinking->status =
            sim_schedule_add_all(&shrinking->candidate, shrinking->decisions->best, first, end);
    }
}

static void add_choice(struct shrinking *shrinking, uint64_t choice) {
    if (shrinking->status == COG_OK) {
        shrinking->status = sim_schedule_add_choice(&shrinking->candidate, choice);
    }
}

/* Runs the candidate; true if it has become the best. */
static bool try_candidate(struct shrinking *shrinking) {
    struct sim_decisions *decisions = shrinking->decisions;
    struct sim_trial trial;
    if (!goes_on(shrinking)) {
        return false;
    }
    struct sim_trial_options options = {.follow = &shrinking->candidate};
    shrinking->status =
        sim_trial_run(&trial, decisions->trials, decisions->program, decisions->source, &options);
    if (shrinking->status != COG_OK) {
        return false;
    }
    bool is_better = trial.signature == decisions->signature &&
                     sim_decisions_compare(&trial.recorded, decisions->best) < 0;
    if (is_better) {
        struct sim_schedule former = *decisions->best;
        *decisions->best = trial.recorded;
        trial.recorded = former;
        shrinking->has_improved = true;
    }
    sim_trial_term(&trial);
    return is_better;
}

/* ---- Passes ---- */

static void cut_end(struct shrinking *shrinking) {
    const struct sim_schedule *best = shrinking->decisions->best;
    for (uint32_t size = best->count; size > 0 && goes_on(shrinking);) {
        size = size < best->count ? size : best->count;
        begin(shrinking);
        add_best(shrinking, 0, best->count - size);
        size = size > 0 && try_candidate(shrinking) ? size : size / 2;
    }
}

/* Without a span, or with production's decisions in it. */
static bool try_span(struct shrinking *shrinking, uint32_t first, uint32_t end, bool is_kept) {
    begin(shrinking);
    add_best(shrinking, 0, first);
    for (uint32_t i = first; i < end && is_kept; i++) {
        add_choice(shrinking, 0);
    }
    add_best(shrinking, end, shrinking->decisions->best->count);
    return try_candidate(shrinking);
}

static void delete_spans(struct shrinking *shrinking) {
    const struct sim_schedule *best = shrinking->decisions->best;
    for (uint32_t size = best->count / 2; size > 0 && goes_on(shrinking); size /= 2) {
        for (uint32_t end = best->count; end > 0 && goes_on(shrinking);) {
            end = end < best->count ? end : best->count;
            uint32_t first = end > size ? end - size : 0;
            if (end == 0 || (!try_span(shrinking, first, end, false) &&
                             !try_span(shrinking, first, end, true))) {
                end = first;
            }
        }
    }
}

enum { CHOICES_TRIED = 8 };

static bool try_choice(struct shrinking *shrinking, uint32_t at, uint64_t choice) {
    begin(shrinking);
    add_best(shrinking, 0, at);
    add_choice(shrinking, choice);
    add_best(shrinking, at + 1, shrinking->decisions->best->count);
    return try_candidate(shrinking);
}

/* To 0, 1, 2 and on; a large one by halves. */
static void lower_choices(struct shrinking *shrinking) {
    const struct sim_schedule *best = shrinking->decisions->best;
    for (uint32_t at = 0; at < best->count && goes_on(shrinking); at++) {
        uint64_t choice = best->entries[at].choice;
        bool is_lower = false;
        for (uint64_t lower = 0; lower < choice && lower < CHOICES_TRIED && !is_lower; lower++) {
            is_lower = try_choice(shrinking, at, lower);
        }
        for (uint64_t distance = choice / 2; choice > CHOICES_TRIED && !is_lower && distance > 0;
             distance /= 2) {
            while (at < best->count && best->entries[at].choice > distance &&
                   try_choice(shrinking, at, best->entries[at].choice - distance)) {
            }
        }
    }
}

/* Where another comes between two steps of one, the second comes right after the first. */
static void merge_switches(struct shrinking *shrinking) {
    const struct sim_schedule *best = shrinking->decisions->best;
    for (uint32_t at = 1; at < best->count && goes_on(shrinking); at++) {
        const struct sim_schedule_entry *before = &best->entries[at - 1];
        uint32_t again = at;
        while (again < best->count && !is_of_one_label(before, &best->entries[again])) {
            again++;
        }
        if (again == at || again == best->count) {
            continue;
        }
        begin(shrinking);
        add_best(shrinking, 0, at);
        add_best(shrinking, again, again + 1);
        add_best(shrinking, at, again);
        add_best(shrinking, again + 1, best->count);
        (void)try_candidate(shrinking);
    }
}

/* ---- All with so many decisions ---- */

enum { DEPTH_MAX = 3, CANDIDATES_TRIED = 16 };

/* The choices of a schedule, and what there was to choose from in its run. */
struct level {
    struct sim_schedule recorded;
};

/* Runs the choices of `from` up to `at`, then `choice`, then as in production; true: it fails. What
 * there was to choose goes into *level unless it is null. */
static bool try_short(struct shrinking *shrinking, const struct sim_schedule *from, uint32_t at,
                      uint64_t choice, struct level *level) {
    struct sim_decisions *decisions = shrinking->decisions;
    struct sim_trial trial;
    begin(shrinking);
    for (uint32_t i = 0; i < at; i++) {
        add_choice(shrinking, from->entries[i].choice);
    }
    add_choice(shrinking, choice);
    if (!goes_on(shrinking)) {
        return false;
    }
    struct sim_trial_options options = {.follow = &shrinking->candidate, .keeps_all = true};
    shrinking->status =
        sim_trial_run(&trial, decisions->trials, decisions->program, decisions->source, &options);
    if (shrinking->status != COG_OK) {
        return false;
    }
    bool fails = trial.signature == decisions->signature;
    if (fails) {
        sim_schedule_cut(&trial.recorded, decisive_count(&trial.recorded));
        struct sim_schedule former = *decisions->best;
        *decisions->best = trial.recorded;
        trial.recorded = former;
    } else if (level != NULL) {
        level->recorded = trial.recorded;
        return false;
    }
    sim_trial_term(&trial);
    return fails;
}

/* Goes through all that follow `from` before `first` and make `depth` decisions behind it. */
static bool search_short(struct shrinking *shrinking, const struct sim_schedule *from,
                         uint32_t first, uint32_t depth) {
    bool is_found = false;
    for (uint32_t at = first; at < from->count && !is_found && goes_on(shrinking); at++) {
        uint64_t count = from->entries[at].candidate_count;
        count = count < CANDIDATES_TRIED ? count : CANDIDATES_TRIED;
        for (uint64_t choice = 1; choice < count && !is_found && goes_on(shrinking); choice++) {
            struct level level;
            sim_schedule_init(&level.recorded, shrinking->decisions->trials->allocator);
            is_found = try_short(shrinking, from, at, choice, depth > 1 ? &level : NULL);
            if (!is_found && depth > 1) {
                is_found = search_short(shrinking, &level.recorded, at + 1, depth - 1);
            }
            sim_schedule_term(&level.recorded);
        }
    }
    return is_found;
}

/* A part of the budget is for it. */
static void search_shorter(struct shrinking *shrinking) {
    struct sim_decisions *decisions = shrinking->decisions;
    struct sim_trials *trials = decisions->trials;
    uint64_t budget = trials->budget;
    struct sim_trial production;
    struct sim_trial_options options = {.keeps_all = true};
    if (!goes_on(shrinking)) {
        return;
    }
    trials->budget = trials->run_count + (budget - trials->run_count) / 3;
    shrinking->status =
        sim_trial_run(&production, trials, decisions->program, decisions->source, &options);
    if (shrinking->status != COG_OK) {
        return;
    }
    bool is_found = production.signature == decisions->signature;
    if (is_found) {
        sim_schedule_cut(decisions->best, 0);
    }
    for (uint32_t depth = 1; shrinking->status == COG_OK && !is_found && depth <= DEPTH_MAX &&
                             depth < sim_decisions_count(decisions->best);
         depth++) {
        is_found = search_short(shrinking, &production.recorded, 0, depth);
    }
    sim_trial_term(&production);
    trials->budget = budget;
}

int sim_decisions_shrink(struct sim_decisions *decisions) {
    static void (*const passes[])(struct shrinking *) = {cut_end, delete_spans, lower_choices,
                                                         merge_switches};
    struct shrinking shrinking = {.decisions = decisions, .has_improved = true};
    sim_schedule_init(&shrinking.candidate, decisions->trials->allocator);
    while (shrinking.has_improved && goes_on(&shrinking)) {
        shrinking.has_improved = false;
        for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
            passes[i](&shrinking);
        }
    }
    search_shorter(&shrinking);
    sim_schedule_term(&shrinking.candidate);
    return shrinking.status;
}
