/* reversal.c - builds the sequence that reverses a race, with what makes questions about it quick.
 */
#include "sim/explore/reversal.h"

#include <string.h>

void sim_reversal_init(struct sim_reversal *reversal, const struct cog_allocator *allocator) {
    *reversal = (struct sim_reversal){.allocator = allocator};
}

void sim_reversal_term(struct sim_reversal *reversal) {
    const struct cog_allocator *allocator = reversal->allocator;
    cog_release(allocator, reversal->steps, reversal->capacity * sizeof reversal->steps[0]);
    cog_release(allocator, reversal->processes,
                reversal->process_capacity * sizeof reversal->processes[0]);
    cog_release(allocator, reversal->counts, reversal->count_capacity * sizeof reversal->counts[0]);
    cog_release(allocator, reversal->objects,
                reversal->object_capacity * sizeof reversal->objects[0]);
    sim_reversal_init(reversal, allocator);
}

/* ---- Room ---- */

/* An array of zeros instead of a smaller one, whose content is of no use any more. */
static bool replace(const struct cog_allocator *allocator, void **array, size_t *capacity,
                    size_t count, size_t item_bytes) {
    if (count <= *capacity) {
        return true;
    }
    void *grown = cog_allocate_zeroed(allocator, count * 2, item_bytes);
    if (grown == NULL) {
        return false;
    }
    cog_release(allocator, *array, *capacity * item_bytes);
    *array = grown;
    *capacity = count * 2;
    return true;
}

static bool reserve(struct sim_search *search) {
    struct sim_reversal *reversal = &search->reversal;
    const struct cog_allocator *allocator = reversal->allocator;
    void *steps = reversal->steps;
    void *processes = reversal->processes;
    void *counts = reversal->counts;
    void *objects = reversal->objects;
    uint32_t process_count = search->trail.stride;
    bool has_room = replace(allocator, &steps, &reversal->capacity, search->depth + 1,
                            sizeof reversal->steps[0]);
    has_room &= replace(allocator, &processes, &reversal->process_capacity, process_count,
                        sizeof reversal->processes[0]);
    has_room &= replace(allocator, &counts, &reversal->count_capacity, process_count,
                        sizeof reversal->counts[0]);
    has_room &= replace(allocator, &objects, &reversal->object_capacity,
                        search->trail.object_capacity, sizeof reversal->objects[0]);
    reversal->steps = steps;
    reversal->processes = processes;
    reversal->counts = counts;
    reversal->objects = objects;
    return has_room;
}

/* ---- Objects ---- */

static const struct sim_footprints_item *item_of(const struct sim_search *search,
                                                 uint32_t footprint) {
    return &search->footprints.items[footprint];
}

static void count_touches(struct sim_search *search, uint32_t footprint, bool is_removed) {
    struct sim_reversal *reversal = &search->reversal;
    const struct sim_footprints_item *item = item_of(search, footprint);
    for (uint32_t i = 0; i < item->count; i++) {
        struct sim_touch touch = search->footprints.touches[item->first + i];
        struct sim_reversal_object *object = &reversal->objects[touch.object];
        if (object->stamp != reversal->stamp) {
            *object = (struct sim_reversal_object){.stamp = reversal->stamp};
        }
        uint32_t *count = touch.mode == SIM_TOUCH_READ ? &object->reads : &object->writes;
        *count += is_removed ? UINT32_MAX : 1;
    }
}

bool sim_reversal_is_independent(const struct sim_search *search, struct sim_step step) {
    const struct sim_reversal *reversal = &search->reversal;
    if (step.footprint == SIM_FOOTPRINT_UNKNOWN) {
        return false;
    }
    const struct sim_footprints_item *item = item_of(search, step.footprint);
    for (uint32_t i = 0; i < item->count; i++) {
        struct sim_touch touch = search->footprints.touches[item->first + i];
        if (touch.object >= reversal->object_capacity) {
            continue;
        }
        const struct sim_reversal_object *object = &reversal->objects[touch.object];
        if (object->stamp == reversal->stamp &&
            (object->writes > 0 || (object->reads > 0 && touch.mode != SIM_TOUCH_READ))) {
            return false;
        }
    }
    return true;
}

/* ---- The sequence ---- */

static void push(struct sim_search *search, struct sim_step step, uint32_t event) {
    struct sim_reversal *reversal = &search->reversal;
    struct sim_reversal_process *process = &reversal->processes[step.process];
    uint32_t index = reversal->count++;
    if (process->stamp != reversal->stamp) {
        *process =
            (struct sim_reversal_process){.stamp = reversal->stamp, .first = index, .last = index};
    } else {
        reversal->steps[process->last].next = index;
        process->last = index;
    }
    reversal->steps[index] =
        (struct sim_reversal_step){.step = step, .event = event, .next = SIM_NONE};
    count_touches(search, step.footprint, false);
}

/* How many events of each process come before the level: all there are, less those from there on.
 */
static void build(struct sim_search *search, uint32_t earlier, uint32_t end) {
    struct sim_reversal *reversal = &search->reversal;
    const struct sim_trail *trail = &search->trail;
    reversal->stamp++;
    reversal->count = 0;
    reversal->removed_count = 0;
    for (uint32_t process = 0; process < trail->stride; process++) {
        uint32_t last = trail->last_event[process];
        reversal->counts[process] = last != SIM_NONE ? trail->events[last].sequence : 0;
    }
    for (uint32_t event = earlier; event < trail->event_count; event++) {
        if (trail->events[event].process != SIM_TIME_PROCESS) {
            reversal->counts[trail->events[event].process]--;
        }
    }
    for (uint32_t event = earlier + 1; event < end; event++) {
        if (!sim_trail_is_before(trail, earlier, event)) {
            push(search, search->levels[event].step, event);
        }
    }
}

uint32_t sim_reversal_find(const struct sim_reversal *reversal, uint32_t process) {
    if (process >= reversal->process_capacity ||
        reversal->processes[process].stamp != reversal->stamp) {
        return SIM_NONE;
    }
    return reversal->processes[process].first;
}

/* Has the last step to come after the j-th? What happened before it in the execution does not tell:
 * a lock that it waited for may have led from there to it. */
static bool leads_to_last(const struct sim_search *search, uint32_t j, struct sim_step last) {
    const struct sim_reversal_step *step = &search->reversal.steps[j];
    return step->step.process == last.process ||
           sim_footprints_depend(&search->footprints, step->step.footprint, last.footprint) ||
           sim_trail_enables(&search->trail, step->event, last.process);
}

static bool is_left(const struct sim_reversal *reversal, uint32_t i) {
    return !reversal->steps[i].is_removed;
}

bool sim_reversal_is_initial(const struct sim_search *search, uint32_t i) {
    const struct sim_reversal *reversal = &search->reversal;
    const struct sim_reversal_step *step = &reversal->steps[i];
    if (i + 1 == reversal->count) {
        for (uint32_t j = 0; j < i; j++) {
            if (is_left(reversal, j) && leads_to_last(search, j, step->step)) {
                return false;
            }
        }
        return true;
    }
    const uint32_t *clock = search->trail.clocks + (size_t)step->event * search->trail.stride;
    uint32_t own = step->step.process;
    uint32_t later_count = 0; /* of other processes, from which more has to come before it */
    for (uint32_t process = 0; process < search->trail.stride; process++) {
        later_count += clock[process] > reversal->counts[process] ? 1 : 0;
    }
    return later_count == 1 && clock[own] == reversal->counts[own] + 1;
}

void sim_reversal_remove(struct sim_search *search, uint32_t i) {
    struct sim_reversal *reversal = &search->reversal;
    struct sim_reversal_step *step = &reversal->steps[i];
    struct sim_reversal_process *process = &reversal->processes[step->step.process];
    step->is_removed = true;
    reversal->removed_count++;
    process->first = step->next;
    reversal->counts[step->step.process]++;
    count_touches(search, step->step.footprint, true);
}

/* ---- Races ---- */

typedef bool (*handler)(struct sim_search *search, uint32_t level);
typedef bool (*seer)(const struct sim_search *search, uint32_t earlier, uint32_t later);

/* A step that was tried may have touched what nobody had before. */
static bool reserve_objects(struct sim_search *search, uint32_t footprint) {
    struct sim_reversal *reversal = &search->reversal;
    const struct sim_footprints_item *item = item_of(search, footprint);
    uint32_t last = 0;
    for (uint32_t i = 0; i < item->count; i++) {
        uint32_t object = search->footprints.touches[item->first + i].object;
        last = object > last ? object : last;
    }
    while (last >= reversal->object_capacity) {
        size_t before = reversal->object_capacity;
        struct sim_reversal_object *grown = cog_grow(reversal->allocator, reversal->objects, before,
                                                     &reversal->object_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return false;
        }
        reversal->objects = grown;
        memset(grown + before, 0, (reversal->object_capacity - before) * sizeof grown[0]);
    }
    return true;
}

static bool handle_race(struct sim_search *search, uint32_t earlier, struct sim_step last,
                        uint32_t last_event, handler handle) {
    if (!reserve_objects(search, last.footprint)) {
        return false;
    }
    push(search, last, last_event);
    return handle(search, earlier);
}

/* Does anything from an event on that did not happen after the earlier one of a race depend on a
 * footprint? */
static bool is_met(const struct sim_search *search, uint32_t earlier, uint32_t from,
                   uint32_t footprint) {
    for (uint32_t event = from; event < search->depth; event++) {
        if (!sim_trail_is_before(&search->trail, earlier, event) &&
            sim_footprints_depend(&search->footprints, search->levels[event].step.footprint,
                                  footprint)) {
            return true;
        }
    }
    return false;
}

/* The later step may touch something else when it comes first: so it is tried. What follows in the
 * execution may then depend on it, though it did not: a race that has been looked at is looked at
 * again when there is more of that. */
static bool reverse_uncertain(struct sim_search *search, struct sim_trail_race *race,
                              uint32_t later, handler handle) {
    bool is_new = race->footprint == SIM_NONE;
    uint32_t earlier = race->earlier;
    struct sim_step last = search->levels[later].step;
    if (is_new) {
        build(search, earlier, later);
        if (!sim_search_probe(search, earlier, &last)) {
            return !search->is_out_of_memory;
        }
        race->footprint = last.footprint;
        race->draws = last.draws;
    }
    uint32_t from = later + 1 > search->new_from ? later + 1 : search->new_from;
    if (!is_new && !is_met(search, earlier, from, race->footprint)) {
        return true;
    }
    last.footprint = race->footprint;
    last.draws = race->draws;
    build(search, earlier, search->depth);
    if (is_met(search, earlier, later + 1, race->footprint) &&
        !sim_search_probe(search, earlier, &last)) {
        return !search->is_out_of_memory;
    }
    return handle_race(search, earlier, last, later, handle);
}

/* A step that has not been made comes before an event. */
static bool reverse_before(struct sim_search *search, uint32_t earlier, struct sim_step step,
                           bool is_certain, handler handle) {
    build(search, earlier, search->depth);
    if (!is_certain && !sim_search_probe(search, earlier, &step)) {
        return !search->is_out_of_memory;
    }
    return handle_race(search, earlier, step, SIM_NONE, handle);
}

static bool reverse_pending(struct sim_search *search, const struct sim_present *blocked,
                            handler handle) {
    enum { RACES_MAX = 64 };
    uint32_t races[RACES_MAX];
    uint32_t race_count = sim_trail_races_of_pending(&search->trail, blocked->process,
                                                     blocked->access, races, RACES_MAX);
    struct sim_step step = {.process = blocked->process};
    step.footprint = sim_footprints_find(&search->footprints, &blocked->access, 1);
    if (step.footprint == SIM_NONE) {
        return false;
    }
    for (uint32_t i = 0; i < race_count; i++) {
        if (!reverse_before(search, races[i], step, blocked->is_certain, handle)) {
            return false;
        }
    }
    return true;
}

static bool is_present(const struct sim_search *search, const struct sim_level *level,
                       uint32_t process) {
    bool is_last = level == &search->levels[search->depth];
    uint32_t end = is_last ? search->present_count : level[1].present_first;
    for (uint32_t i = level->present_first; i < end; i++) {
        if (search->present[i].process == process) {
            return true;
        }
    }
    return false;
}

/* Those whose step an event has made impossible could have made it before. */
static bool reverse_disabling(struct sim_search *search, uint32_t event, handler handle) {
    const struct sim_level *level = &search->levels[event];
    for (uint32_t i = level->present_first; i < level[1].present_first; i++) {
        struct sim_step step = {.process = search->present[i].process,
                                .footprint = SIM_FOOTPRINT_UNKNOWN};
        if (step.process != level->step.process && !is_present(search, level + 1, step.process) &&
            !reverse_before(search, event, step, false, handle)) {
            return false;
        }
    }
    return true;
}

bool sim_reversals(struct sim_search *search, bool is_short, seer is_seen, handler handle) {
    const struct sim_trail *trail = &search->trail;
    if (!reserve(search)) {
        return false;
    }
    for (uint32_t event = 0; event < search->depth; event++) {
        if (search->levels[event].disables && !reverse_disabling(search, event, handle)) {
            return false;
        }
        const struct sim_trail_event *later = &trail->events[event];
        bool is_certain = search->levels[event].is_certain;
        uint32_t race_count = is_certain && event < search->new_from ? 0 : later->race_count;
        for (uint32_t i = 0; i < race_count; i++) {
            struct sim_trail_race *race = &trail->races[later->race_first + i];
            if (is_seen != NULL && is_seen(search, race->earlier, event)) {
                continue;
            }
            if (!is_certain) {
                if (!reverse_uncertain(search, race, event, handle)) {
                    return false;
                }
                continue;
            }
            build(search, race->earlier, is_short ? event : search->depth);
            if (!handle_race(search, race->earlier, search->levels[event].step, event, handle)) {
                return false;
            }
        }
    }
    const struct sim_level *last = &search->levels[search->depth];
    for (uint32_t i = 0; i < last->blocked_count; i++) {
        const struct sim_present *blocked =
            &search->present[last->present_first + last->candidate_count + i];
        if (!reverse_pending(search, blocked, handle)) {
            return false;
        }
    }
    return true;
}
