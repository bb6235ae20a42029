/* process.c - a hash table from parent and ordinal to number. */
#include "sim/process.h"

enum { BUCKETS_MIN = 64 };

void sim_processes_init(struct sim_processes *processes, const struct cog_allocator *allocator) {
    *processes = (struct sim_processes){.allocator = allocator};
}

void sim_processes_term(struct sim_processes *processes) {
    const struct cog_allocator *allocator = processes->allocator;
    cog_release(allocator, processes->items, processes->capacity * sizeof processes->items[0]);
    cog_release(allocator, processes->buckets,
                processes->bucket_count * sizeof processes->buckets[0]);
    *processes = (struct sim_processes){.allocator = allocator};
}

static uint32_t bucket_of(const struct sim_processes *processes, uint32_t parent,
                          uint32_t ordinal) {
    uint64_t key = (uint64_t)parent << 32 | ordinal;
    key *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(key >> 32) & (processes->bucket_count - 1);
}

static void link_in(struct sim_processes *processes, uint32_t index) {
    struct sim_process *item = &processes->items[index];
    uint32_t *bucket = &processes->buckets[bucket_of(processes, item->parent, item->ordinal)];
    item->next = *bucket;
    *bucket = index;
}

/* At least as many buckets as items. */
static bool grow_buckets(struct sim_processes *processes) {
    uint32_t count = processes->bucket_count > 0 ? processes->bucket_count * 2 : BUCKETS_MIN;
    uint32_t *buckets = cog_allocate(processes->allocator, count * sizeof buckets[0]);
    if (buckets == NULL) {
        return false;
    }
    cog_release(processes->allocator, processes->buckets,
                processes->bucket_count * sizeof buckets[0]);
    processes->buckets = buckets;
    processes->bucket_count = count;
    for (uint32_t i = 0; i < count; i++) {
        buckets[i] = SIM_NO_PROCESS;
    }
    for (uint32_t i = 0; i < processes->count; i++) {
        link_in(processes, i);
    }
    return true;
}

static uint32_t add(struct sim_processes *processes, uint32_t parent, uint32_t ordinal) {
    struct sim_process *grown = cog_grow(processes->allocator, processes->items, processes->count,
                                         &processes->capacity, sizeof grown[0]);
    if (grown == NULL) {
        processes->is_out_of_memory = true;
        return SIM_NO_PROCESS;
    }
    processes->items = grown;
    uint32_t index = processes->count++;
    grown[index] = (struct sim_process){.parent = parent, .ordinal = ordinal};
    link_in(processes, index);
    return index;
}

uint32_t sim_processes_find(struct sim_processes *processes, uint32_t parent, uint32_t ordinal) {
    if (processes->bucket_count > 0) {
        uint32_t index = processes->buckets[bucket_of(processes, parent, ordinal)];
        for (; index != SIM_NO_PROCESS; index = processes->items[index].next) {
            if (processes->items[index].parent == parent &&
                processes->items[index].ordinal == ordinal) {
                return index;
            }
        }
    }
    if (processes->count >= processes->bucket_count && !grow_buckets(processes)) {
        processes->is_out_of_memory = true;
        return SIM_NO_PROCESS;
    }
    return add(processes, parent, ordinal);
}
