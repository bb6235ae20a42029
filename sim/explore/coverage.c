/* coverage.c - remembers who touched each object last. */
#include "sim/explore/coverage.h"

#include "sim/instance.h"
#include "sim/run.h"

#include <string.h>

int sim_coverage_init(struct sim_coverage *coverage, const struct cog_allocator *allocator,
                      const struct sim_processes *known, const struct sim_objects *numbers) {
    *coverage = (struct sim_coverage){.allocator = allocator, .known = known, .numbers = numbers};
    coverage->counts = cog_allocate_zeroed(allocator, SIM_COVERAGE_SLOTS, 1);
    return coverage->counts != NULL ? COG_OK : COG_ENOMEM;
}

void sim_coverage_term(struct sim_coverage *coverage) {
    const struct cog_allocator *allocator = coverage->allocator;
    cog_release(allocator, coverage->identities,
                coverage->identity_capacity * sizeof coverage->identities[0]);
    cog_release(allocator, coverage->objects,
                coverage->object_capacity * sizeof coverage->objects[0]);
    cog_release(allocator, coverage->counts, SIM_COVERAGE_SLOTS);
    cog_release(allocator, coverage->edges, coverage->edge_capacity * sizeof coverage->edges[0]);
    *coverage = (struct sim_coverage){.allocator = allocator};
}

void sim_coverage_begin(struct sim_coverage *coverage) {
    for (uint32_t i = 0; i < coverage->edge_count; i++) {
        coverage->counts[coverage->edges[i].slot] = 0;
    }
    coverage->edge_count = 0;
    coverage->stamp++;
}

/* An array with room for an item of that number, what is new in zeros. Null: no memory, and the
 * array is as it was. */
static void *widen(struct sim_coverage *coverage, void *items, size_t *capacity, size_t item_bytes,
                   uint32_t number) {
    size_t before = *capacity;
    size_t wanted = before > 0 ? before * 2 : 16;
    while (number >= wanted) {
        wanted *= 2;
    }
    char *widened = cog_allocate_zeroed(coverage->allocator, wanted, item_bytes);
    if (widened == NULL) {
        coverage->is_out_of_memory = true;
        return NULL;
    }
    if (before > 0) {
        memcpy(widened, items, before * item_bytes);
    }
    cog_release(coverage->allocator, items, before * item_bytes);
    *capacity = wanted;
    return widened;
}

/* ---- What things go by ---- */

/* As deep as the tree of who made whom. */
static uint64_t identify(const struct sim_coverage *coverage, uint32_t process) {
    uint64_t identity = 0;
    while (process != SIM_NO_PROCESS) {
        const struct sim_process *item = &coverage->known->items[process];
        identity = sim_random_key(identity, item->ordinal);
        process = item->parent;
    }
    return sim_random_mix(identity) | 1;
}

uint64_t sim_coverage_identify(struct sim_coverage *coverage, uint32_t process) {
    if (process >= coverage->identity_capacity) {
        uint64_t *identities = widen(coverage, coverage->identities, &coverage->identity_capacity,
                                     sizeof identities[0], process);
        if (identities == NULL) {
            return 1;
        }
        coverage->identities = identities;
    }
    coverage->identities[process] = identify(coverage, process);
    return coverage->identities[process];
}

/* Objects of processes have numbers that depend on which was found first. */
static uint64_t identify_object(struct sim_coverage *coverage, uint32_t number) {
    const struct sim_objects *numbers = coverage->numbers;
    if (number < numbers->coroutines) {
        return number;
    }
    uint64_t process = sim_coverage_identity(coverage, sim_object_process(numbers, number));
    return sim_random_key(process, (number - numbers->coroutines) % SIM_OBJECTS_OF_PROCESS);
}

/* Where it stands. Of C programs nothing but their accesses is known. */
static uint64_t place_of(const struct sim_candidate *candidate) {
    struct sim_instance *instance = candidate->instance;
    if (instance->coro == NULL || instance->root == SIM_NONE) {
        return 0;
    }
    const struct sim_frame *frame = sim_instance_frame(instance);
    return 1 + 2 * (uint64_t)frame->next + (frame->is_waiting ? 1 : 0);
}

uint64_t sim_coverage_site(struct sim_coverage *coverage, const struct sim_candidate *candidate) {
    uint64_t site = sim_coverage_identity(coverage, candidate->process);
    site += place_of(candidate) * SIM_RANDOM_STEP;
    if (candidate->kind == SIM_PENDING_ACCESS) {
        uint64_t object = identify_object(coverage, candidate->access.object);
        site ^= sim_random_mix(4 * object + candidate->access.mode + 1);
    }
    return site | 1;
}

/* ---- Edges ---- */

uint8_t sim_coverage_class(uint8_t count) {
    static const uint8_t least[] = {128, 32, 16, 8, 4, 3, 2};
    for (uint32_t i = 0; i < sizeof least; i++) {
        if (count >= least[i]) {
            return (uint8_t)(0x80 >> i);
        }
    }
    return 1;
}

static void cover(struct sim_coverage *coverage, uint64_t from, struct sim_edge edge) {
    edge.slot = sim_coverage_slot(edge.object, from, edge.site);
    uint8_t *count = &coverage->counts[edge.slot];
    if (*count > 0) {
        *count = (uint8_t)(*count + (*count < UINT8_MAX ? 1 : 0));
        return;
    }
    struct sim_edge *edges = cog_grow(coverage->allocator, coverage->edges, coverage->edge_count,
                                      &coverage->edge_capacity, sizeof edges[0]);
    if (edges == NULL) {
        coverage->is_out_of_memory = true;
        return;
    }
    *count = 1;
    coverage->edges = edges;
    edges[coverage->edge_count++] = edge;
}

static struct sim_covered_object *object_of(struct sim_coverage *coverage, uint32_t number) {
    if (number >= coverage->object_capacity) {
        struct sim_covered_object *objects = widen(
            coverage, coverage->objects, &coverage->object_capacity, sizeof objects[0], number);
        if (objects == NULL) {
            return NULL;
        }
        coverage->objects = objects;
    }
    struct sim_covered_object *object = &coverage->objects[number];
    if (object->stamp != coverage->stamp) {
        object->stamp = coverage->stamp;
        object->written = 0;
        object->read_count = 0;
    }
    return object;
}

static void note_read(struct sim_covered_object *object, uint64_t site) {
    for (uint32_t i = 0; i < object->read_count; i++) {
        if (object->read[i] == site) {
            return;
        }
    }
    if (object->read_count < SIM_COVERAGE_READS) {
        object->read[object->read_count++] = site;
    }
}

void sim_coverage_step(struct sim_coverage *coverage, uint64_t site,
                       const struct sim_footprint *footprint) {
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct sim_touch touch = footprint->touches[i];
        struct sim_covered_object *object = object_of(coverage, touch.object);
        if (object == NULL) {
            return;
        }
        struct sim_edge edge = {.is_write = touch.mode != SIM_TOUCH_READ,
                                .object = identify_object(coverage, touch.object),
                                .site = site};
        cover(coverage, object->written, edge);
        if (!edge.is_write) {
            note_read(object, site);
            continue;
        }
        for (uint32_t at = 0; at < object->read_count; at++) {
            cover(coverage, object->read[at], edge);
        }
        object->written = site;
        object->read_count = 0;
    }
}
