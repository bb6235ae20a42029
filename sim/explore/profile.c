/* profile.c - runs, and counts who does what. */
#include "sim/explore/profile.h"

#include "core/check.h"
#include "sim/explore/sampler.h"

#include <stdlib.h>

enum { RUNS_DEFAULT = 5 };

/* ---- Counting ---- */

/* A strategy that looks on. */
struct profiler {
    struct sim_strategy strategy;
    const struct sim_strategy_type *type; /* that decides */
    struct sim_profile *profile;
    uint32_t ends; /* objects from this number on are the ends of processes */
    bool has_settled;
    uint32_t run_first; /* into the profile's shares: those of the run under way, not yet merged */
};

static void count_step(struct sim_profile *profile, uint32_t process) {
    while (profile->process_count <= process) {
        struct sim_profile_steps *grown =
            cog_grow(profile->allocator, profile->steps, profile->process_count,
                     &profile->process_capacity, sizeof grown[0]);
        if (grown == NULL) {
            profile->is_out_of_memory = true;
            return;
        }
        profile->steps = grown;
        grown[profile->process_count++] = (struct sim_profile_steps){.count = 0};
    }
    profile->steps[process].run_count++;
}

static void add_share(struct sim_profile *profile, struct sim_profile_share share) {
    struct sim_profile_share *grown =
        cog_grow(profile->allocator, profile->shares, profile->share_count,
                 &profile->share_capacity, sizeof grown[0]);
    if (grown == NULL) {
        profile->is_out_of_memory = true;
        return;
    }
    profile->shares = grown;
    grown[profile->share_count++] = share;
}

static void took(struct sim_strategy *strategy, const struct sim_stepping *stepping,
                 uint32_t index) {
    const struct profiler *profiler = (const struct profiler *)strategy;
    const struct sim_candidate *taken = &stepping->candidates[index];
    count_step(profiler->profile, taken->process);
    if (taken->kind == SIM_PENDING_ACCESS && taken->access.object < profiler->ends) {
        add_share(profiler->profile, (struct sim_profile_share){.object = taken->access.object,
                                                                .process = taken->process,
                                                                .own_count = 1,
                                                                .count = 1});
    }
}

static uint32_t pick(struct sim_strategy *strategy, const struct sim_stepping *stepping) {
    return ((const struct profiler *)strategy)->type->pick(strategy, stepping);
}

static uint64_t draw(struct sim_strategy *strategy, const struct sim_choice *choice) {
    return ((const struct profiler *)strategy)->type->draw(strategy, choice);
}

static const struct sim_strategy_type profiler_type = {
    .name = "profiler", .bytes = sizeof(struct profiler), .pick = pick, .took = took, .draw = draw};

/* ---- Summing up ---- */

static int compare_shares(const void *left, const void *right) {
    const struct sim_profile_share *a = left;
    const struct sim_profile_share *b = right;
    if (a->object != b->object) {
        return a->object < b->object ? -1 : 1;
    }
    return a->process < b->process ? -1 : a->process > b->process ? 1 : 0;
}

typedef void (*merge_function)(struct sim_profile_share *into,
                               const struct sim_profile_share *share);

static void add_up(struct sim_profile_share *into, const struct sim_profile_share *share) {
    into->own_count += share->own_count;
    into->count += share->count;
}

/* What has been settled stays; of others the larger counts. */
static void settle(struct sim_profile_share *into, const struct sim_profile_share *share) {
    bool is_better = share->is_settled || share->count > into->count;
    if (!into->is_settled && is_better) {
        *into = *share;
    }
}

/* Sorts the shares from `first` on, and makes one of those of one process and object. */
static void merge_shares(struct sim_profile *profile, uint32_t first, merge_function merge) {
    if (profile->share_count == first) {
        return;
    }
    struct sim_profile_share *shares = profile->shares + first;
    uint32_t count = profile->share_count - first;
    qsort(shares, count, sizeof shares[0], compare_shares);
    uint32_t last = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (compare_shares(&shares[last], &shares[i]) == 0) {
            merge(&shares[last], &shares[i]);
        } else {
            shares[++last] = shares[i];
        }
    }
    profile->share_count = first + last + 1;
}

/* What descendants do is added to their ancestors; parents have smaller numbers. */
static void add_descendants(struct sim_profile *profile, const struct sim_processes *processes) {
    for (uint32_t i = profile->process_count; i-- > 0;) {
        if (processes->items[i].parent != SIM_NO_PROCESS) {
            profile->steps[processes->items[i].parent].count += profile->steps[i].count;
        }
    }
    uint32_t own_count = profile->share_count;
    for (uint32_t i = 0; i < own_count; i++) {
        struct sim_profile_share share = profile->shares[i];
        share.own_count = 0;
        share.process = processes->items[share.process].parent;
        for (; share.process != SIM_NO_PROCESS;
             share.process = processes->items[share.process].parent) {
            add_share(profile, share);
        }
    }
    merge_shares(profile, 0, add_up);
}

/* Adds an object, whose shares these are. */
static void add_object(struct sim_profile *profile, uint32_t first, uint32_t end) {
    struct sim_profile_object *grown =
        cog_grow(profile->allocator, profile->objects, profile->object_count,
                 &profile->object_capacity, sizeof grown[0]);
    if (grown == NULL) {
        profile->is_out_of_memory = true;
        return;
    }
    profile->objects = grown;
    grown[profile->object_count++] =
        (struct sim_profile_object){.object = profile->shares[first].object,
                                    .first = first,
                                    .share_count = end - first,
                                    .access_first = profile->access_count};
    for (uint32_t i = first; i < end; i++) {
        profile->access_count += profile->shares[i].own_count;
    }
}

static void find_objects(struct sim_profile *profile) {
    uint32_t first = 0;
    for (uint32_t i = 1; i <= profile->share_count; i++) {
        if (i == profile->share_count ||
            profile->shares[i].object != profile->shares[first].object) {
            add_object(profile, first, i);
            first = i;
        }
    }
}

/* ---- Making ---- */

/* Takes over the counts of a run that has come to its end. */
static void finish_run(struct profiler *profiler, const struct sim_run *run) {
    struct sim_profile *profile = profiler->profile;
    bool is_settled = !profiler->has_settled && !run->is_stalled && run->fatal == COG_OK;
    profiler->has_settled |= is_settled;
    merge_shares(profile, profiler->run_first, add_up);
    for (uint32_t i = profiler->run_first; i < profile->share_count; i++) {
        profile->shares[i].is_settled = is_settled;
    }
    merge_shares(profile, 0, settle);
    for (uint32_t i = 0; i < profile->process_count; i++) {
        struct sim_profile_steps *steps = &profile->steps[i];
        if (is_settled && steps->run_count > 0) {
            steps->count = steps->run_count;
            steps->is_settled = true;
        } else if (!steps->is_settled && steps->run_count > steps->count) {
            steps->count = steps->run_count;
        }
        steps->run_count = 0;
    }
}

static int run(struct profiler *profiler, struct sim_explorer *explorer, uint64_t seed) {
    struct sim_profile *profile = profiler->profile;
    struct sim_sampler sampler;
    sim_sampler_init(&sampler, explorer, &profiler->strategy);
    int status = COG_OK;
    for (uint64_t i = 0; i < profile->run_count && status == COG_OK; i++) {
        profiler->type = i == 0 ? &sim_strategy_canonical : &sim_strategy_random;
        profiler->run_first = profile->share_count;
        status = sim_sampler_play(&sampler, sim_sampling_seed(seed, i));
        if (profiler->strategy.step_count > profile->step_count_max) {
            profile->step_count_max = profiler->strategy.step_count;
        }
        finish_run(profiler, explorer->run);
    }
    sim_sampler_term(&sampler);
    return profile->is_out_of_memory ? COG_ENOMEM : status;
}

static int count_runs(struct sim_profile *profile, struct sim_explorer *explorer, uint64_t seed) {
    struct sim_strategy *strategy = NULL;
    int status =
        sim_strategy_new(&profiler_type, explorer, &(struct sim_strategy_options){0}, &strategy);
    if (status == COG_OK) {
        struct profiler *profiler = (struct profiler *)strategy;
        profiler->profile = profile;
        profiler->ends = explorer->objects.coroutines;
        status = run(profiler, explorer, seed);
    }
    sim_strategy_free(strategy);
    return status;
}

int sim_profile_make(struct sim_profile *profile, struct sim_explorer *explorer,
                     const struct sim_profile_options *options) {
    *profile = (struct sim_profile){.allocator = explorer->allocator,
                                    .run_count =
                                        options->run_count > 0 ? options->run_count : RUNS_DEFAULT,
                                    .step_count_max = 1};
    int status = count_runs(profile, explorer, options->seed);
    if (status == COG_OK) {
        add_descendants(profile, &explorer->processes);
        find_objects(profile);
        status = profile->is_out_of_memory ? COG_ENOMEM : COG_OK;
    }
    if (status != COG_OK) {
        sim_profile_term(profile);
    }
    return status;
}

void sim_profile_term(struct sim_profile *profile) {
    const struct cog_allocator *allocator = profile->allocator;
    cog_release(allocator, profile->steps, profile->process_capacity * sizeof profile->steps[0]);
    cog_release(allocator, profile->shares, profile->share_capacity * sizeof profile->shares[0]);
    cog_release(allocator, profile->objects, profile->object_capacity * sizeof profile->objects[0]);
    *profile = (struct sim_profile){.allocator = allocator};
}

/* ---- Asking ---- */

uint64_t sim_profile_steps(const struct sim_profile *profile, uint32_t process) {
    return process < profile->process_count ? profile->steps[process].count : 0;
}

const struct sim_profile_object *sim_profile_object_at(const struct sim_profile *profile,
                                                       uint64_t access) {
    cog_assert(access < profile->access_count);
    uint32_t low = 0;
    uint32_t high = profile->object_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (profile->objects[middle].access_first <= access) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &profile->objects[low];
}

uint64_t sim_profile_accesses(const struct sim_profile *profile,
                              const struct sim_profile_object *object, uint32_t process) {
    uint32_t low = object->first;
    uint32_t high = object->first + object->share_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (profile->shares[middle].process < process) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_found =
        low < object->first + object->share_count && profile->shares[low].process == process;
    return is_found ? profile->shares[low].count : 0;
}
