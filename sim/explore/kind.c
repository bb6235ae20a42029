/* kind.c - hashes of what happened before. */
#include "sim/explore/kind.h"

#include "sim/explore/random.h"

#include <string.h>

void sim_kind_init(struct sim_kind *kind, const struct cog_allocator *allocator,
                   const struct sim_processes *known, const struct sim_objects *numbers) {
    *kind = (struct sim_kind){.allocator = allocator, .known = known, .numbers = numbers};
}

void sim_kind_term(struct sim_kind *kind) {
    cog_release(kind->allocator, kind->processes,
                kind->process_capacity * sizeof kind->processes[0]);
    cog_release(kind->allocator, kind->objects, kind->object_capacity * sizeof kind->objects[0]);
    kind->processes = NULL;
    kind->objects = NULL;
    kind->process_capacity = 0;
    kind->object_capacity = 0;
}

void sim_kind_begin(struct sim_kind *kind) {
    kind->stamp++;
    kind->time = 0;
    kind->sum = 0;
    kind->draws = 0;
}

/* Room for an item of that number; what is new is zeros. Null: no memory. */
static void *reserve(struct sim_kind *kind, void *items, size_t *capacity, size_t item_bytes,
                     uint32_t number) {
    while (number >= *capacity) {
        size_t before = *capacity;
        char *grown = cog_grow(kind->allocator, items, before, capacity, item_bytes);
        if (grown == NULL) {
            kind->is_out_of_memory = true;
            return NULL;
        }
        memset(grown + before * item_bytes, 0, (*capacity - before) * item_bytes);
        items = grown;
    }
    return items;
}

/* As deep as the tree of who made whom. */
static uint64_t identify(const struct sim_kind *kind, uint32_t process) {
    uint64_t identity = 0;
    while (process != SIM_NO_PROCESS) {
        const struct sim_process *item = &kind->known->items[process];
        identity = sim_random_key(identity, item->ordinal);
        process = item->parent;
    }
    return sim_random_mix(identity);
}

static inline struct sim_kind_process *process_of(struct sim_kind *kind, uint32_t number) {
    if (number >= kind->process_capacity) {
        struct sim_kind_process *processes = reserve(kind, kind->processes, &kind->process_capacity,
                                                     sizeof kind->processes[0], number);
        if (processes == NULL) {
            return NULL;
        }
        kind->processes = processes;
    }
    struct sim_kind_process *process = &kind->processes[number];
    if (process->identity == 0) {
        process->identity = identify(kind, number) | 1;
    }
    if (process->stamp != kind->stamp) {
        process->stamp = kind->stamp;
        process->hash = 0;
    }
    return process;
}

static inline struct sim_kind_object *object_of(struct sim_kind *kind, uint32_t number) {
    if (number >= kind->object_capacity) {
        struct sim_kind_object *objects =
            reserve(kind, kind->objects, &kind->object_capacity, sizeof kind->objects[0], number);
        if (objects == NULL) {
            return NULL;
        }
        kind->objects = objects;
    }
    struct sim_kind_object *object = &kind->objects[number];
    if (object->stamp != kind->stamp) {
        *object = (struct sim_kind_object){.stamp = kind->stamp};
    }
    return object;
}

/* Objects of processes have numbers that depend on which was found first. */
static uint64_t identify_object(struct sim_kind *kind, uint32_t number) {
    if (number < kind->numbers->coroutines) {
        return number;
    }
    const struct sim_kind_process *process =
        process_of(kind, sim_object_process(kind->numbers, number));
    uint64_t part = (number - kind->numbers->coroutines) % SIM_OBJECTS_OF_PROCESS;
    return process != NULL ? sim_random_key(process->identity, part) : 0;
}

void sim_kind_draw(struct sim_kind *kind, uint64_t answer) {
    kind->draws = sim_random_key(kind->draws, answer);
}

/* Of what comes first, a step touches in the order in which it comes to it: a sum, so that it need
 * not be the same everywhere. */
static uint64_t look_back(struct sim_kind *kind, const struct sim_footprint *footprint) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct sim_touch touch = footprint->touches[i];
        uint64_t identity = identify_object(kind, touch.object);
        const struct sim_kind_object *object = object_of(kind, touch.object);
        if (object != NULL) {
            uint64_t read = touch.mode != SIM_TOUCH_READ ? object->read : 0;
            sum += sim_random_key(sim_random_key(identity, object->written), read);
        }
    }
    return sum;
}

static void leave_behind(struct sim_kind *kind, const struct sim_footprint *footprint,
                         uint64_t hash) {
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct sim_touch touch = footprint->touches[i];
        struct sim_kind_object *object = object_of(kind, touch.object);
        if (object == NULL) {
            return;
        }
        if (touch.mode == SIM_TOUCH_READ) {
            object->read += hash;
        } else {
            object->written = hash;
            object->read = 0;
        }
    }
}

void sim_kind_step(struct sim_kind *kind, uint32_t number, const struct sim_footprint *footprint) {
    uint64_t before = look_back(kind, footprint);
    struct sim_kind_process *process = process_of(kind, number);
    if (process == NULL) {
        return;
    }
    uint64_t hash = sim_random_key(process->hash + process->identity, before);
    hash = sim_random_key(hash + kind->time, kind->draws);
    kind->draws = 0;
    kind->sum += hash - process->hash;
    process->hash = hash;
    leave_behind(kind, footprint, hash);
}

void sim_kind_pass_time(struct sim_kind *kind) {
    kind->time = sim_random_key(sim_random_key(kind->time, kind->sum), kind->draws) | 1;
    kind->draws = 0;
}

uint64_t sim_kind_hash(const struct sim_kind *kind) {
    return sim_random_key(sim_random_key(kind->time, kind->sum), kind->draws);
}
