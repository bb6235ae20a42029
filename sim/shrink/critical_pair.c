/* critical_pair.c - bisects, compares two runs, and tells. */
#include "sim/shrink/critical_pair.h"

#include "sim/language/source.h"
#include "sim/shrink/decisions.h"
#include "sim/shrink/steps.h"

#include <inttypes.h>
#include <string.h>

/* The choices of a schedule up to the decision `at`, that one by another choice, and then as in
 * production. */
struct variant {
    const struct sim_schedule *from;
    uint32_t at;     /* decisions before it are those of `from` */
    bool has_choice; /* and then comes */
    uint64_t choice;
};

struct finding {
    struct sim_critical_pair *pair;
    struct sim_trials *trials;
    struct sim_program *program;
    const struct sim_source *source;
    uint64_t signature;
    const struct sim_schedule *failing;
    struct sim_schedule base; /* what variants are of, where that is not `failing` */
    int status;
};

static int add_variant(struct sim_schedule *schedule, const struct variant *variant) {
    int status = COG_OK;
    for (uint32_t i = 0; i < variant->at && status == COG_OK; i++) {
        status = sim_schedule_add_choice(schedule, variant->from->entries[i].choice);
    }
    if (status == COG_OK && variant->has_choice) {
        status = sim_schedule_add_choice(schedule, variant->choice);
    }
    return status;
}

/* Runs a variant; the trial is to be terminated unless finding->status is other than COG_OK. */
static void run(struct finding *finding, const struct variant *variant, struct sim_steps *steps,
                struct sim_trial *trial) {
    struct sim_schedule schedule;
    sim_schedule_init(&schedule, finding->trials->allocator);
    struct sim_trial_options options = {.follow = &schedule,
                                        .keeps_all = true,
                                        .is_traced = steps != NULL,
                                        .watch = steps != NULL ? &steps->watch : NULL};
    finding->status = add_variant(&schedule, variant);
    if (finding->status == COG_OK) {
        finding->status =
            sim_trial_run(trial, finding->trials, finding->program, finding->source, &options);
    }
    if (finding->status == COG_OK && steps != NULL && steps->arena.has_failed) {
        sim_trial_term(trial);
        finding->status = COG_ENOMEM;
    }
    sim_schedule_term(&schedule);
}

/* The signature of a variant's run; that of the failure if it could not be made. */
static uint64_t sign(struct finding *finding, const struct variant *variant) {
    struct sim_trial trial;
    run(finding, variant, NULL, &trial);
    if (finding->status != COG_OK) {
        return finding->signature;
    }
    sim_trial_term(&trial);
    return trial.signature;
}

static bool fails(struct finding *finding, const struct variant *variant) {
    return sign(finding, variant) == finding->signature;
}

/* ---- The nearest run that does not fail ---- */

/* Where the decision number `ordinal` stands that is not production's. */
static uint32_t find_decision(const struct sim_schedule *schedule, uint32_t ordinal) {
    uint32_t at = 0;
    while (schedule->entries[at].choice == 0 || ordinal-- > 0) {
        at++;
    }
    return at;
}

static struct variant prefix_of(const struct finding *finding, uint32_t count) {
    uint32_t at = count > 0 ? find_decision(finding->failing, count - 1) + 1 : 0;
    return (struct variant){.from = finding->failing, .at = at};
}

/* Two runs that differ in one decision; false: none was found. */
static bool bisect(struct finding *finding, struct variant *failing, struct variant *passing) {
    uint32_t low = 0;
    uint32_t high = sim_decisions_count(finding->failing);
    struct variant none = prefix_of(finding, 0);
    if (high == 0 || fails(finding, &none) || finding->status != COG_OK) {
        return false;
    }
    while (high - low > 1 && finding->status == COG_OK) {
        uint32_t middle = low + (high - low) / 2;
        struct variant variant = prefix_of(finding, middle);
        if (fails(finding, &variant)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    uint32_t at = find_decision(finding->failing, high - 1);
    finding->pair->is_of_schedule = high == sim_decisions_count(finding->failing);
    *failing = (struct variant){.from = finding->failing,
                                .at = at,
                                .has_choice = true,
                                .choice = finding->failing->entries[at].choice};
    *passing = *failing;
    passing->choice = 0;
    return finding->status == COG_OK;
}

enum { CANDIDATES_TRIED = 8 };

/* Makes the decisions of one plain run, or of one after a schedule, the base. Its signature; that
 * of the failure if it could not be made. */
static uint64_t set_base(struct finding *finding, enum sim_guide_serial serial,
                         const struct sim_schedule *follow) {
    struct sim_trial trial;
    struct sim_trial_options options = {.follow = follow, .serial = serial, .keeps_all = true};
    finding->status =
        sim_trial_run(&trial, finding->trials, finding->program, finding->source, &options);
    if (finding->status != COG_OK) {
        return finding->signature;
    }
    uint64_t signature = trial.signature;
    struct sim_schedule former = finding->base;
    finding->base = trial.recorded;
    trial.recorded = former;
    sim_trial_term(&trial);
    return signature;
}

/* Where production's order fails: the first single decision with which it passes, or, with
 * takes_any, fails in another way. */
static bool deviate(struct finding *finding, bool takes_any, struct variant *failing,
                    struct variant *passing) {
    if (set_base(finding, SIM_SERIAL_NONE, NULL) != finding->signature) {
        return false;
    }
    for (uint32_t at = 0; at < finding->base.count; at++) {
        uint64_t count = finding->base.entries[at].candidate_count;
        count = count < CANDIDATES_TRIED ? count : CANDIDATES_TRIED;
        for (uint64_t choice = 1; choice < count && sim_trials_go_on(finding->trials); choice++) {
            *failing = (struct variant){.from = &finding->base, .at = at, .has_choice = true};
            *passing = *failing;
            passing->choice = choice;
            uint64_t signature = sign(finding, passing);
            if (signature == 0 || (takes_any && signature != finding->signature)) {
                finding->pair->is_of_schedule = true;
                return finding->status == COG_OK;
            }
        }
    }
    return false;
}

/* Where it fails with and without its decisions: the last one that, decided otherwise, makes it
 * pass. */
static bool decide_otherwise(struct finding *finding, struct variant *failing,
                             struct variant *passing) {
    if (set_base(finding, SIM_SERIAL_NONE, finding->failing) != finding->signature) {
        return false;
    }
    *failing = (struct variant){.from = &finding->base, .at = finding->base.count};
    for (uint32_t at = finding->base.count; at > 0; at--) {
        const struct sim_schedule_entry *entry = &finding->base.entries[at - 1];
        uint64_t count = entry->candidate_count;
        count = count < CANDIDATES_TRIED ? count : CANDIDATES_TRIED;
        for (uint64_t choice = 0; choice < count && sim_trials_go_on(finding->trials); choice++) {
            *passing = (struct variant){
                .from = &finding->base, .at = at - 1, .has_choice = true, .choice = choice};
            if (choice != entry->choice && sign(finding, passing) == 0) {
                finding->pair->is_of_schedule = true;
                return finding->status == COG_OK;
            }
        }
    }
    return false;
}

/* Or, where one coroutine after the other passes: the decisions of that, as many as it takes. */
static bool bisect_serial(struct finding *finding, enum sim_guide_serial serial,
                          struct variant *failing, struct variant *passing) {
    uint64_t signature = set_base(finding, serial, NULL);
    if (finding->status != COG_OK || signature != 0) {
        return false;
    }
    uint32_t low = 0;
    uint32_t high = finding->base.count;
    while (high - low > 1 && finding->status == COG_OK) {
        struct variant variant = {.from = &finding->base, .at = low + (high - low) / 2};
        if (fails(finding, &variant)) {
            low = variant.at;
        } else {
            high = variant.at;
        }
    }
    if (finding->status != COG_OK || high == 0) {
        return false;
    }
    *failing = (struct variant){.from = &finding->base, .at = low, .has_choice = true};
    *passing = *failing;
    passing->choice = finding->base.entries[low].choice;
    finding->pair->is_of_schedule = low == 0;
    return passing->choice != 0;
}

/* Two runs that differ in one decision, where production's order fails. */
static bool look_around(struct finding *finding, struct variant *failing, struct variant *passing) {
    return deviate(finding, false, failing, passing) ||
           bisect_serial(finding, SIM_SERIAL_FIRST, failing, passing) ||
           bisect_serial(finding, SIM_SERIAL_LAST, failing, passing) ||
           deviate(finding, true, failing, passing);
}

/* ---- Two runs side by side ---- */

static void tell_step(struct sim_critical_event *event, const struct sim_noted_step *step) {
    sim_buffer_add_text(&event->words, step->words);
    event->line = step->line;
    event->first_event = step->first_event;
    event->last_event = step->last_event;
    event->is_traced = step->is_traced;
}

static uint32_t first_difference(const struct sim_steps *a, const struct sim_steps *b) {
    uint32_t at = 0;
    while (at < a->count && at < b->count && a->items[at].process == b->items[at].process) {
        at++;
    }
    return at;
}

/* All that the first step has to do with the second is that this gives a lock back. */
static bool gives_back_only(const struct sim_noted_step *first,
                            const struct sim_noted_step *second) {
    bool is_only = !first->touches_everything && !second->touches_everything;
    for (uint32_t i = 0; i < second->touch_count; i++) {
        for (uint32_t other = 0; other < first->touch_count; other++) {
            is_only &= first->touches[other].object != second->touches[i].object ||
                       second->touches[i].mode == SIM_TOUCH_UNLOCK;
        }
    }
    return is_only;
}

/* Of the steps of the passing run before `first`, the last that depends on it and comes later, or
 * never, in the failing run, where `first` stands at `at`; rather one that does more than to give a
 * lock back. Null: none. */
static const struct sim_noted_step *find_second(const struct sim_steps *failing, uint32_t at,
                                                const struct sim_steps *passing, uint32_t start) {
    const struct sim_noted_step *first = &failing->items[at];
    const struct sim_noted_step *found = NULL;
    for (uint32_t end = sim_steps_find(passing, first); end > start; end--) {
        const struct sim_noted_step *second = &passing->items[end - 1];
        if (second->process == first->process || sim_steps_find(failing, second) < at ||
            !sim_noted_steps_depend(first, second)) {
            continue;
        }
        if (!gives_back_only(first, second)) {
            return second;
        }
        found = found == NULL ? second : found;
    }
    return found;
}

/* The first step of the failing run that has changed places with one that it depends on. */
static bool find_exchange(struct finding *finding, const struct sim_steps *failing,
                          const struct sim_steps *passing) {
    uint32_t start = first_difference(failing, passing);
    for (uint32_t at = start; at < failing->count; at++) {
        const struct sim_noted_step *second = find_second(failing, at, passing, start);
        if (second != NULL) {
            uint32_t place = sim_steps_find(failing, second);
            bool comes = place < failing->count;
            tell_step(&finding->pair->first, &failing->items[at]);
            tell_step(&finding->pair->second, second);
            finding->pair->second.is_traced = comes && failing->items[place].is_traced;
            if (comes) {
                finding->pair->second.first_event = failing->items[place].first_event;
                finding->pair->second.last_event = failing->items[place].last_event;
            }
            finding->pair->is_order = true;
            return true;
        }
    }
    return false;
}

static void tell_decision(struct sim_critical_event *event, const struct sim_schedule *recorded,
                          uint32_t at) {
    if (at < recorded->count) {
        sim_buffer_add_text(&event->words, recorded->entries[at].text);
    }
}

static void compare(struct finding *finding, const struct variant *failing,
                    const struct variant *passing) {
    struct sim_critical_pair *pair = finding->pair;
    struct sim_steps steps[2];
    struct sim_trial trials[2];
    sim_steps_init(&steps[0], finding->trials->allocator);
    sim_steps_init(&steps[1], finding->trials->allocator);
    run(finding, failing, &steps[0], &trials[0]);
    if (finding->status == COG_OK) {
        run(finding, passing, &steps[1], &trials[1]);
        if (finding->status == COG_OK) {
            if (!find_exchange(finding, &steps[0], &steps[1])) {
                tell_decision(&pair->first, &trials[0].recorded, passing->at);
                tell_decision(&pair->second, &trials[1].recorded, passing->at);
            }
            pair->is_found = true;
            pair->passes = trials[1].signature == 0;
            pair->passing = trials[1].recorded;
            sim_schedule_init(&trials[1].recorded, finding->trials->allocator);
            sim_trial_term(&trials[1]);
        }
        sim_trial_term(&trials[0]);
    }
    sim_steps_term(&steps[0]);
    sim_steps_term(&steps[1]);
}

int sim_critical_pair_find(struct sim_critical_pair *pair, struct sim_trials *trials,
                           struct sim_program *program, const struct sim_source *source,
                           uint64_t signature, const struct sim_schedule *failing) {
    *pair = (struct sim_critical_pair){.is_found = false};
    sim_buffer_init(&pair->first.words, trials->allocator);
    sim_buffer_init(&pair->second.words, trials->allocator);
    sim_schedule_init(&pair->passing, trials->allocator);
    struct finding finding = {.pair = pair,
                              .trials = trials,
                              .program = program,
                              .source = source,
                              .signature = signature,
                              .failing = failing};
    struct variant fails_at;
    struct variant passes_at;
    sim_schedule_init(&finding.base, trials->allocator);
    bool has_pair = sim_decisions_count(failing) > 0
                        ? bisect(&finding, &fails_at, &passes_at) ||
                              decide_otherwise(&finding, &fails_at, &passes_at)
                        : look_around(&finding, &fails_at, &passes_at);
    if (has_pair) {
        compare(&finding, &fails_at, &passes_at);
    }
    sim_schedule_term(&finding.base);
    bool has_failed = pair->first.words.has_failed || pair->second.words.has_failed;
    return has_failed ? COG_ENOMEM : finding.status;
}

void sim_critical_pair_term(struct sim_critical_pair *pair) {
    sim_buffer_term(&pair->first.words);
    sim_buffer_term(&pair->second.words);
    sim_schedule_term(&pair->passing);
}

/* ---- Words ---- */

static void add_event(const struct sim_critical_event *event, const struct sim_scenario *scenario,
                      struct sim_buffer *text) {
    sim_buffer_add_format(text, "`%s`", event->words.bytes != NULL ? event->words.bytes : "");
    if (event->line == 0) {
        return;
    }
    sim_buffer_add_format(text, " (line %" PRIu32, sim_line_number(event->line));
    if (sim_line_file(event->line) != 0) {
        sim_buffer_add_format(text, " of %s", sim_scenario_file_name(scenario, event->line));
    }
    sim_buffer_add_text(text, ")");
}

void sim_critical_pair_add(const struct sim_critical_pair *pair,
                           const struct sim_scenario *scenario, struct sim_buffer *text) {
    if (!pair->is_found) {
        return;
    }
    sim_buffer_add_text(text, "if ");
    add_event(&pair->second, scenario, text);
    sim_buffer_add_text(text, pair->is_order ? " comes before " : " is decided in place of ");
    add_event(&pair->first, scenario, text);
    sim_buffer_add_text(text, pair->passes ? ", it passes" : ", it fails in another way");
}
