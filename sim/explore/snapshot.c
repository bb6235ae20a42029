/* snapshot.c - copies of a world's memory. */
#include "sim/explore/snapshot.h"

#include "core/check.h"

#include <string.h>

int sim_snapshot_take(struct sim_snapshot *snapshot, const struct cog_allocator *allocator,
                      const struct sim_run *run) {
    cog_assert(run->writer.is_off);
    size_t bytes = run->memory.used_bytes;
    if (bytes > snapshot->capacity) {
        size_t capacity = bytes + bytes / 4;
        char *copy = cog_allocate(allocator, capacity);
        if (copy == NULL) {
            return COG_ENOMEM;
        }
        sim_snapshot_term(snapshot, allocator);
        snapshot->bytes = copy;
        snapshot->capacity = capacity;
    }
    memcpy(snapshot->bytes, run->memory.base, bytes);
    snapshot->used_bytes = bytes;
    snapshot->run = *run;
    return COG_OK;
}

void sim_snapshot_restore(const struct sim_snapshot *snapshot, struct sim_run *run) {
    cog_assert(snapshot->bytes != NULL && snapshot->run.memory.base == run->memory.base);
    *run = snapshot->run;
    memcpy(run->memory.base, snapshot->bytes, snapshot->used_bytes);
}

void sim_snapshot_term(struct sim_snapshot *snapshot, const struct cog_allocator *allocator) {
    cog_release(allocator, snapshot->bytes, snapshot->capacity);
    snapshot->bytes = NULL;
    snapshot->capacity = 0;
}
