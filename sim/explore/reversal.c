/* reversal.c - builds the sequence that reverses a race. */
#include "sim/explore/reversal.h"

static bool reserve(struct sim_search *search, size_t count) {
    if (count <= search->sequence_capacity) {
        return true;
    }
    size_t before = search->sequence_capacity;
    size_t capacity = count * 2;
    const struct cog_allocator *allocator = search->allocator;
    struct sim_step *steps = cog_allocate(allocator, capacity * sizeof steps[0]);
    uint32_t *events = cog_allocate(allocator, capacity * sizeof events[0]);
    if (steps == NULL || events == NULL) {
        cog_release(allocator, steps, capacity * sizeof steps[0]);
        cog_release(allocator, events, capacity * sizeof events[0]);
        return false;
    }
    cog_release(allocator, search->sequence, before * sizeof steps[0]);
    cog_release(allocator, search->sequence_events, before * sizeof events[0]);
    search->sequence = steps;
    search->sequence_events = events;
    search->sequence_capacity = capacity;
    return true;
}

static uint32_t build(struct sim_search *search, uint32_t earlier, uint32_t end) {
    uint32_t count = 0;
    for (uint32_t event = earlier + 1; event < end; event++) {
        if (!sim_trail_is_before(&search->trail, earlier, event)) {
            search->sequence[count] = search->levels[event].step;
            search->sequence_events[count++] = event;
        }
    }
    return count;
}

static bool reverse(struct sim_search *search, uint32_t earlier, uint32_t later, uint32_t end,
                    bool (*handle)(struct sim_search *search, struct sim_reversal reversal)) {
    uint32_t count = build(search, earlier, end);
    search->sequence[count] = search->levels[later].step;
    search->sequence_events[count++] = later;
    search->sequence_last = later;
    return handle(search, (struct sim_reversal){.level = earlier, .count = count});
}

static bool reverse_pending(struct sim_search *search, const struct sim_present *blocked,
                            bool (*handle)(struct sim_search *search,
                                           struct sim_reversal reversal)) {
    uint32_t races[16];
    uint32_t race_count =
        sim_trail_races_of_pending(&search->trail, blocked->process, blocked->access, races, 16);
    struct sim_step step = {.process = blocked->process};
    step.footprint = sim_footprints_find(&search->footprints, &blocked->access, 1);
    if (step.footprint == SIM_NONE) {
        return false;
    }
    for (uint32_t i = 0; i < race_count; i++) {
        uint32_t count = build(search, races[i], search->depth);
        search->sequence[count] = step;
        search->sequence_events[count++] = SIM_NONE;
        search->sequence_last = SIM_NONE;
        if (!handle(search, (struct sim_reversal){.level = races[i], .count = count})) {
            return false;
        }
    }
    return true;
}

bool sim_reversals(struct sim_search *search, bool is_short,
                   bool (*handle)(struct sim_search *search, struct sim_reversal reversal)) {
    const struct sim_trail *trail = &search->trail;
    if (!reserve(search, search->depth + 1)) {
        return false;
    }
    for (uint32_t event = search->new_from; event < search->depth; event++) {
        const struct sim_trail_event *later = &trail->events[event];
        for (uint32_t i = 0; i < later->race_count; i++) {
            uint32_t earlier = trail->races[later->race_first + i];
            if (!reverse(search, earlier, event, is_short ? event : search->depth, handle)) {
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

/* Has the last step of v to come after the j-th? What happened before it in the execution does not
 * tell: a lock that it waited for may have led from there to it. */
static bool leads_to_last(const struct sim_search *search, uint32_t j, struct sim_step last) {
    const struct sim_trail *trail = &search->trail;
    struct sim_step step = search->sequence[j];
    uint32_t event = search->sequence_events[j];
    return step.process == last.process ||
           sim_footprints_depend(&search->footprints, step.footprint, last.footprint) ||
           sim_trail_enables(trail, event, last.process);
}

bool sim_reversal_is_initial(const struct sim_search *search, uint32_t i) {
    uint32_t event = search->sequence_events[i];
    for (uint32_t j = 0; j < i; j++) {
        bool is_after = event != search->sequence_last
                            ? sim_trail_is_before(&search->trail, search->sequence_events[j], event)
                            : leads_to_last(search, j, search->sequence[i]);
        if (is_after) {
            return false;
        }
    }
    return true;
}

uint32_t sim_reversal_find(const struct sim_search *search, uint32_t count, uint32_t process) {
    for (uint32_t i = 0; i < count; i++) {
        if (search->sequence[i].process == process) {
            return i;
        }
    }
    return count;
}

bool sim_reversal_is_independent(const struct sim_search *search, uint32_t count,
                                 struct sim_step step) {
    if (step.footprint == SIM_FOOTPRINT_UNKNOWN) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (sim_footprints_depend(&search->footprints, search->sequence[i].footprint,
                                  step.footprint)) {
            return false;
        }
    }
    return true;
}
