/* trail.c - vector clocks and chains of accesses. */
#include "sim/explore/trail.h"

#include "core/check.h"

#include <string.h>

void sim_trail_init(struct sim_trail *trail, const struct cog_allocator *allocator,
                    const struct sim_objects *objects) {
    *trail = (struct sim_trail){.allocator = allocator, .objects = objects, .last_time = SIM_NONE};
}

void sim_trail_term(struct sim_trail *trail) {
    const struct cog_allocator *allocator = trail->allocator;
    cog_release(allocator, trail->clocks,
                trail->event_capacity * trail->stride * sizeof trail->clocks[0]);
    cog_release(allocator, trail->events, trail->event_capacity * sizeof trail->events[0]);
    cog_release(allocator, trail->touches, trail->touch_capacity * sizeof trail->touches[0]);
    cog_release(allocator, trail->records, trail->record_capacity * sizeof trail->records[0]);
    cog_release(allocator, trail->enabled, trail->enabled_capacity * sizeof trail->enabled[0]);
    cog_release(allocator, trail->races, trail->race_capacity * sizeof trail->races[0]);
    cog_release(allocator, trail->last_event, trail->stride * sizeof trail->last_event[0]);
    cog_release(allocator, trail->enabled_by, trail->stride * sizeof trail->enabled_by[0]);
    cog_release(allocator, trail->scratch, trail->stride * sizeof trail->scratch[0]);
    cog_release(allocator, trail->last_record,
                trail->object_capacity * sizeof trail->last_record[0]);
    sim_trail_init(trail, allocator, trail->objects);
}

/* ---- Room ---- */

/* A longer row, its new items SIM_NONE; the old one stays. */
static uint32_t *copy_row(const struct cog_allocator *allocator, const uint32_t *row, size_t old,
                          size_t count) {
    uint32_t *copy = cog_allocate(allocator, count * sizeof copy[0]);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = i < old ? row[i] : SIM_NONE;
    }
    return copy;
}

static void swap_row(const struct cog_allocator *allocator, uint32_t **row, size_t old,
                     uint32_t *copy) {
    cog_release(allocator, *row, old * sizeof copy[0]);
    *row = copy;
}

static uint32_t *copy_clocks(const struct sim_trail *trail, uint32_t stride) {
    uint32_t *clocks =
        cog_allocate_zeroed(trail->allocator, trail->event_capacity * stride, sizeof clocks[0]);
    for (uint32_t event = 0; clocks != NULL && event < trail->event_count; event++) {
        memcpy(clocks + (size_t)event * stride, trail->clocks + (size_t)event * trail->stride,
               trail->stride * sizeof clocks[0]);
    }
    return clocks;
}

/* Rows get wider: there are more processes. */
static bool widen(struct sim_trail *trail, uint32_t process) {
    const struct cog_allocator *allocator = trail->allocator;
    uint32_t old = trail->stride;
    uint32_t stride = old > 0 ? old : 8;
    while (stride <= process) {
        stride *= 2;
    }
    bool has_clocks = trail->event_capacity > 0;
    uint32_t *clocks = has_clocks ? copy_clocks(trail, stride) : NULL;
    uint32_t *last_event = copy_row(allocator, trail->last_event, old, stride);
    uint32_t *enabled_by = copy_row(allocator, trail->enabled_by, old, stride);
    uint32_t *scratch = copy_row(allocator, trail->scratch, old, stride);
    size_t bytes = stride * sizeof scratch[0];
    if ((has_clocks && clocks == NULL) || last_event == NULL || enabled_by == NULL ||
        scratch == NULL) {
        cog_release(allocator, clocks, trail->event_capacity * bytes);
        cog_release(allocator, last_event, bytes);
        cog_release(allocator, enabled_by, bytes);
        cog_release(allocator, scratch, bytes);
        return false;
    }
    if (has_clocks) {
        cog_release(allocator, trail->clocks,
                    trail->event_capacity * old * sizeof trail->clocks[0]);
        trail->clocks = clocks;
    }
    swap_row(allocator, &trail->last_event, old, last_event);
    swap_row(allocator, &trail->enabled_by, old, enabled_by);
    swap_row(allocator, &trail->scratch, old, scratch);
    trail->stride = stride;
    return true;
}

/* Clocks have as many rows as there is room for events. */
static bool reserve_events(struct sim_trail *trail) {
    const struct cog_allocator *allocator = trail->allocator;
    size_t before = trail->event_capacity;
    if (trail->event_count < before) {
        return true;
    }
    size_t capacity = before > 0 ? before * 2 : 32;
    size_t row = trail->stride * sizeof trail->clocks[0];
    struct sim_trail_event *events = cog_allocate(allocator, capacity * sizeof events[0]);
    uint32_t *clocks = cog_allocate(allocator, capacity * row);
    if (events == NULL || clocks == NULL) {
        cog_release(allocator, events, capacity * sizeof events[0]);
        cog_release(allocator, clocks, capacity * row);
        return false;
    }
    if (before > 0) {
        memcpy(events, trail->events, before * sizeof events[0]);
        memcpy(clocks, trail->clocks, before * row);
    }
    cog_release(allocator, trail->events, before * sizeof events[0]);
    cog_release(allocator, trail->clocks, before * row);
    trail->events = events;
    trail->clocks = clocks;
    trail->event_capacity = capacity;
    return true;
}

static bool reserve_object(struct sim_trail *trail, uint32_t object) {
    if (object < trail->object_capacity) {
        return true;
    }
    size_t capacity = trail->object_capacity > 0 ? trail->object_capacity : 64;
    while (capacity <= object) {
        capacity *= 2;
    }
    uint32_t *grown =
        copy_row(trail->allocator, trail->last_record, trail->object_capacity, capacity);
    if (grown == NULL) {
        return false;
    }
    swap_row(trail->allocator, &trail->last_record, trail->object_capacity, grown);
    trail->object_capacity = capacity;
    return true;
}

/* ---- Clocks ---- */

static uint32_t *row_of(const struct sim_trail *trail, uint32_t event) {
    return trail->clocks + (size_t)event * trail->stride;
}

static void join(const struct sim_trail *trail, uint32_t *clock, uint32_t event) {
    const uint32_t *other = row_of(trail, event);
    for (uint32_t i = 0; i < trail->stride; i++) {
        clock[i] = other[i] > clock[i] ? other[i] : clock[i];
    }
}

/* What happened before the next event of a process, whatever it touches. Of time, that is what made
 * it able to run: a lock that it waits for meanwhile may be taken before. */
static void begin_clock(const struct sim_trail *trail, uint32_t *clock, uint32_t previous,
                        uint32_t enabled_by) {
    if (previous != SIM_NONE) {
        memcpy(clock, row_of(trail, previous), trail->stride * sizeof clock[0]);
    } else {
        memset(clock, 0, trail->stride * sizeof clock[0]);
    }
    if (enabled_by != SIM_NONE && enabled_by != previous) {
        join(trail, clock, enabled_by);
    }
}

static bool is_dependence(uint32_t earlier, uint32_t later) {
    return earlier != SIM_TOUCH_READ || later != SIM_TOUCH_READ;
}

static void reach(struct sim_trail_event *event, uint32_t before) {
    if (before != SIM_NONE && before >= event->past_end) {
        event->past_end = before + 1;
    }
}

/* Joins the clocks of what an access depends on. All writes are ordered, so the latest one stands
 * for those before it. */
static void join_accesses(const struct sim_trail *trail, struct sim_trail_event *event,
                          uint32_t *clock, struct sim_touch touch, uint32_t record) {
    while (record != SIM_NONE) {
        const struct sim_trail_record *access = &trail->records[record];
        if (is_dependence(access->mode, touch.mode)) {
            join(trail, clock, access->event);
            reach(event, access->event);
        }
        if (access->mode != SIM_TOUCH_READ) {
            return;
        }
        record = access->previous;
    }
}

static bool push_touches(struct sim_trail *trail, const struct sim_footprint *footprint) {
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct sim_touch touch = footprint->touches[i];
        struct sim_touch *touches = cog_grow(trail->allocator, trail->touches, trail->touch_count,
                                             &trail->touch_capacity, sizeof touches[0]);
        struct sim_trail_record *records =
            cog_grow(trail->allocator, trail->records, trail->record_count, &trail->record_capacity,
                     sizeof records[0]);
        trail->touches = touches != NULL ? touches : trail->touches;
        trail->records = records != NULL ? records : trail->records;
        if (touches == NULL || records == NULL || !reserve_object(trail, touch.object)) {
            return false;
        }
        touches[trail->touch_count++] = touch;
        records[trail->record_count] = (struct sim_trail_record){
            .object = touch.object,
            .mode = touch.mode,
            .event = trail->event_count,
            .previous = trail->last_record[touch.object],
        };
        trail->last_record[touch.object] = trail->record_count++;
    }
    return true;
}

/* Time passes: everything so far happened before it. */
static void set_time_clock(struct sim_trail *trail, uint32_t event) {
    uint32_t *clock = row_of(trail, event);
    memset(clock, 0, trail->stride * sizeof clock[0]);
    for (uint32_t process = 0; process < trail->stride; process++) {
        if (trail->last_event[process] != SIM_NONE) {
            clock[process] = trail->events[trail->last_event[process]].sequence;
        }
    }
    trail->last_time = event;
}

/* ---- Races ---- */

bool sim_trail_depend(const struct sim_trail *trail, uint32_t a, uint32_t b) {
    return sim_touches_depend(sim_trail_touches(trail, a), trail->events[a].touch_count,
                              sim_trail_touches(trail, b), trail->events[b].touch_count);
}

struct race_search {
    struct sim_trail *trail;
    uint32_t process;
    uint32_t *base; /* what happened before it whatever it touches */
    uint32_t *found;
    uint32_t count;
    uint32_t capacity;
    uint32_t lock; /* the one that was found as the holder of a lock, or SIM_NONE */
};

static bool is_in(const struct sim_trail *trail, const uint32_t *clock, uint32_t event) {
    return clock[trail->events[event].process] >= trail->events[event].sequence;
}

static void add_race(struct race_search *search, uint32_t event) {
    const struct sim_trail *trail = search->trail;
    if (trail->events[event].process == search->process || is_in(trail, search->base, event)) {
        return;
    }
    for (uint32_t i = 0; i < search->count; i++) {
        if (search->found[i] == event) {
            return;
        }
    }
    if (search->count == search->capacity) {
        search->trail->has_overflown = true;
        return;
    }
    search->found[search->count++] = event;
}

/* The latest step that took this lock, if another process did; nothing else races with a lock.
 * Those who only read it wait in its line. */
static void find_lock(struct race_search *search, uint32_t record) {
    const struct sim_trail *trail = search->trail;
    while (record != SIM_NONE && (trail->records[record].mode == SIM_TOUCH_UNLOCK ||
                                  trail->records[record].mode == SIM_TOUCH_READ)) {
        record = trail->records[record].previous;
    }
    if (record != SIM_NONE) {
        search->lock = trail->records[record].event;
        add_race(search, search->lock);
    }
}

static bool touch_is_join(const struct sim_trail *trail, struct sim_touch touch) {
    return touch.mode == SIM_TOUCH_READ && sim_object_is_coroutine(trail->objects, touch.object);
}

/* Could the second have come before the first? A join that is a step waits for the end; an unlock
 * comes after its lock, but an acquire with a timeout may come after it. */
static bool could_be_exchanged(const struct sim_trail *trail, const struct sim_trail_record *first,
                               struct sim_touch second) {
    if (touch_is_join(trail, second)) {
        return trail->events[first->event].process !=
               sim_object_process(trail->objects, second.object);
    }
    return second.mode != SIM_TOUCH_UNLOCK || first->mode == SIM_TOUCH_WRITE ||
           first->mode == SIM_TOUCH_READ;
}

static void find_accesses(struct race_search *search, struct sim_touch touch, uint32_t record) {
    const struct sim_trail *trail = search->trail;
    if (touch.mode == SIM_TOUCH_LOCK) {
        find_lock(search, record);
        return;
    }
    while (record != SIM_NONE) {
        const struct sim_trail_record *access = &trail->records[record];
        if (is_dependence(access->mode, touch.mode) && could_be_exchanged(trail, access, touch)) {
            add_race(search, access->event);
        }
        if (access->mode != SIM_TOUCH_READ) {
            return;
        }
        record = access->previous;
    }
}

enum { DEPENDENCES_MAX = 256 };

/* What an event depends on, edges included: through each of them others may be covered. */
struct dependences {
    uint32_t events[DEPENDENCES_MAX];
    uint32_t count;
    uint32_t lock_edge; /* the unlock before its lock, or SIM_NONE: covers all but that lock */
};

static bool covers(const struct sim_trail *trail, uint32_t other, uint32_t event) {
    return other != event && sim_trail_is_before(trail, event, other);
}

/* Does something come between an event and the one that races with it? What the holder of a lock
 * did while it had it does not come between its lock and the next one: neither can be exchanged
 * with it. */
static bool is_covered(const struct race_search *search, const struct dependences *others,
                       uint32_t event) {
    const struct sim_trail *trail = search->trail;
    bool is_lock = event == search->lock && others->lock_edge != SIM_NONE;
    for (uint32_t i = 0; i < others->count; i++) {
        uint32_t other = others->events[i];
        if (covers(trail, other, event) &&
            !(is_lock && sim_trail_is_before(trail, other, others->lock_edge))) {
            return true;
        }
    }
    return others->lock_edge != SIM_NONE && !is_lock &&
           sim_trail_is_before(trail, event, others->lock_edge);
}

static uint32_t keep_immediate(struct race_search *search, const struct dependences *others) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < search->count; i++) {
        if (!is_covered(search, others, search->found[i])) {
            search->found[kept++] = search->found[i];
        }
    }
    return kept;
}

static void collect_dependences(const struct sim_trail *trail, struct sim_touch touch,
                                uint32_t record, struct dependences *others) {
    if (touch.mode == SIM_TOUCH_LOCK && record != SIM_NONE) {
        others->lock_edge = trail->records[record].event;
        return;
    }
    while (record != SIM_NONE && others->count < DEPENDENCES_MAX) {
        const struct sim_trail_record *access = &trail->records[record];
        if (is_dependence(access->mode, touch.mode)) {
            others->events[others->count++] = access->event;
        }
        if (access->mode != SIM_TOUCH_READ) {
            return;
        }
        record = access->previous;
    }
}

static uint32_t find_races(struct race_search *search, const struct sim_touch *touches,
                           uint32_t touch_count, const struct sim_trail_record *records) {
    const struct sim_trail *trail = search->trail;
    struct dependences others;
    others.count = 0;
    others.lock_edge = SIM_NONE;
    search->lock = SIM_NONE;
    for (uint32_t i = 0; i < touch_count; i++) {
        uint32_t record = records != NULL ? records[i].previous
                          : touches[i].object < trail->object_capacity
                              ? trail->last_record[touches[i].object]
                              : SIM_NONE;
        find_accesses(search, touches[i], record);
        collect_dependences(trail, touches[i], record, &others);
    }
    return keep_immediate(search, &others);
}

/* The races of the event being pushed, whose base clock stands in its row. */
static bool push_races(struct sim_trail *trail, struct sim_trail_event *event) {
    uint32_t found[DEPENDENCES_MAX];
    struct race_search search = {.trail = trail,
                                 .process = event->process,
                                 .base = row_of(trail, trail->event_count),
                                 .found = found,
                                 .capacity = DEPENDENCES_MAX};
    event->race_count = 0;
    if (event->touch_count == 0) {
        return true; /* and there may be no memory for any yet */
    }
    uint32_t count = find_races(&search, trail->touches + event->touch_first, event->touch_count,
                                trail->records + event->record_first);
    for (uint32_t i = 0; i < count; i++) {
        struct sim_trail_race *grown = cog_grow(trail->allocator, trail->races, trail->race_count,
                                                &trail->race_capacity, sizeof grown[0]);
        if (grown == NULL) {
            return false;
        }
        trail->races = grown;
        grown[trail->race_count++] =
            (struct sim_trail_race){.earlier = found[i], .footprint = SIM_NONE};
    }
    event->race_count = count;
    return true;
}

/* ---- Events ---- */

bool sim_trail_push(struct sim_trail *trail, uint32_t process,
                    const struct sim_footprint *footprint) {
    bool is_time = process == SIM_TIME_PROCESS;
    if (((trail->stride == 0 || process >= trail->stride) &&
         !widen(trail, is_time ? 0 : process)) ||
        !reserve_events(trail)) {
        trail->is_out_of_memory = true;
        return false;
    }
    uint32_t index = trail->event_count;
    struct sim_trail_event *event = &trail->events[index];
    *event = (struct sim_trail_event){.process = process,
                                      .touch_first = trail->touch_count,
                                      .touch_count = is_time ? 0 : footprint->count,
                                      .record_first = trail->record_count,
                                      .enabled_first = trail->enabled_count,
                                      .race_first = trail->race_count,
                                      .previous =
                                          is_time ? trail->last_time : trail->last_event[process]};
    if (is_time) {
        set_time_clock(trail, index);
        trail->event_count++;
        return true;
    }
    event->sequence = event->previous != SIM_NONE ? trail->events[event->previous].sequence + 1 : 1;
    if (!push_touches(trail, footprint)) {
        trail->is_out_of_memory = true;
        return false;
    }
    uint32_t *clock = row_of(trail, index);
    begin_clock(trail, clock, event->previous, trail->enabled_by[process]);
    reach(event, event->previous);
    reach(event, trail->enabled_by[process]);
    for (uint32_t i = 0; i < event->touch_count; i++) {
        struct sim_touch touch = trail->touches[event->touch_first + i];
        if (touch_is_join(trail, touch)) { /* an edge: nothing before it races */
            join_accesses(trail, event, clock, touch,
                          trail->records[event->record_first + i].previous);
        }
    }
    if (trail->finds_races && !push_races(trail, event)) {
        trail->is_out_of_memory = true;
        return false;
    }
    for (uint32_t i = 0; i < event->touch_count; i++) {
        join_accesses(trail, event, clock, trail->touches[event->touch_first + i],
                      trail->records[event->record_first + i].previous);
    }
    clock[process] = event->sequence;
    trail->last_event[process] = index;
    trail->event_count++;
    return true;
}

bool sim_trail_enable(struct sim_trail *trail, uint32_t process) {
    if (process >= trail->stride && !widen(trail, process)) {
        trail->is_out_of_memory = true;
        return false;
    }
    struct sim_trail_enabled *grown =
        cog_grow(trail->allocator, trail->enabled, trail->enabled_count, &trail->enabled_capacity,
                 sizeof grown[0]);
    if (grown == NULL) {
        trail->is_out_of_memory = true;
        return false;
    }
    trail->enabled = grown;
    grown[trail->enabled_count++] =
        (struct sim_trail_enabled){.process = process, .previous = trail->enabled_by[process]};
    trail->enabled_by[process] = trail->event_count - 1;
    return true;
}

uint32_t sim_trail_first_after(const struct sim_trail *trail, uint32_t event, uint32_t process) {
    uint32_t first = SIM_NONE;
    uint32_t at = process < trail->stride ? trail->last_event[process] : SIM_NONE;
    while (at != SIM_NONE && at > event) {
        first = at;
        at = trail->events[at].previous;
    }
    bool is_free = first != SIM_NONE && !sim_trail_is_before(trail, event, first);
    return is_free ? first : SIM_NONE;
}

bool sim_trail_enables(const struct sim_trail *trail, uint32_t event, uint32_t process) {
    uint32_t end = event + 1 < trail->event_count ? trail->events[event + 1].enabled_first
                                                  : trail->enabled_count;
    for (uint32_t i = trail->events[event].enabled_first; i < end; i++) {
        if (trail->enabled[i].process == process) {
            return true;
        }
    }
    return false;
}

/* ---- Going back ---- */

void sim_trail_cut(struct sim_trail *trail, uint32_t count) {
    while (trail->event_count > count) {
        const struct sim_trail_event *event = &trail->events[--trail->event_count];
        while (trail->enabled_count > event->enabled_first) {
            const struct sim_trail_enabled *enabled = &trail->enabled[--trail->enabled_count];
            trail->enabled_by[enabled->process] = enabled->previous;
        }
        while (trail->record_count > event->record_first) {
            const struct sim_trail_record *record = &trail->records[--trail->record_count];
            trail->last_record[record->object] = record->previous;
        }
        trail->touch_count = event->touch_first;
        trail->race_count = event->race_first;
        if (event->process == SIM_TIME_PROCESS) {
            trail->last_time = event->previous;
        } else {
            trail->last_event[event->process] = event->previous;
        }
    }
}

uint32_t sim_trail_races_of_pending(struct sim_trail *trail, uint32_t process,
                                    struct sim_touch access, uint32_t *races, uint32_t capacity) {
    if (process >= trail->stride) {
        return 0;
    }
    struct race_search search = {.trail = trail,
                                 .process = process,
                                 .base = trail->scratch,
                                 .found = races,
                                 .capacity = capacity};
    begin_clock(trail, search.base, trail->last_event[process], trail->enabled_by[process]);
    return find_races(&search, &access, 1, NULL);
}
