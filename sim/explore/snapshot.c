/* snapshot.c - copies of a world's memory, but for what has no value. */
#include "sim/explore/snapshot.h"

#include "core/check.h"
#include "core/scheduler.h"
#include "sim/explore/remote.h"

#include <string.h>

/* A stretch of memory that is not copied: the buckets of a scheduler's timeouts, by far the largest
 * part of it, have no value while no deadline is armed (core/timeouts.h). */
struct gap {
    size_t offset;
    size_t bytes;
};

enum { IDLE_HOSTS_MAX = 64 };

static uint64_t find_idle_hosts(const struct sim_run *run) {
    uint64_t idle = 0;
    for (uint32_t host = 0; host < run->scenario->host_count && host < IDLE_HOSTS_MAX; host++) {
        bool is_idle = run->hosts[host].scheduler->timeouts.levels == 0;
        idle |= (uint64_t)is_idle << host;
    }
    return idle;
}

static struct gap gap_of(const struct sim_run *run, uint32_t host) {
    const struct cog_timeouts *timeouts = &run->hosts[host].scheduler->timeouts;
    return (struct gap){.offset = (size_t)((const char *)timeouts->buckets - run->memory.base),
                        .bytes = sizeof timeouts->buckets};
}

/* Copies what is in use between a world's memory and a dense copy of it, in either direction.
 * Returns the bytes of the copy. The schedulers lie in the memory in the order of the hosts. */
static size_t copy(const struct sim_run *run, char *dense, uint64_t idle_hosts, bool is_restoring) {
    char *base = run->memory.base;
    size_t from = 0;
    size_t count = 0;
    while (idle_hosts != 0 || from < run->memory.used_bytes) {
        struct gap gap = {.offset = run->memory.used_bytes};
        if (idle_hosts != 0) {
            gap = gap_of(run, (uint32_t)__builtin_ctzll(idle_hosts));
            idle_hosts &= idle_hosts - 1;
        }
        cog_assert(gap.offset >= from);
        size_t bytes = gap.offset - from;
        memcpy(is_restoring ? base + from : dense + count,
               is_restoring ? dense + count : base + from, bytes);
        count += bytes;
        from = gap.offset + gap.bytes;
    }
    return count;
}

int sim_snapshot_take(struct sim_snapshot *snapshot, const struct cog_allocator *allocator,
                      const struct sim_run *run) {
    if (run->remote != NULL) {
        return sim_remote_snapshot(run->remote, snapshot, allocator);
    }
    cog_assert(run->writer.is_off);
    size_t bytes = run->memory.used_bytes;
    if (bytes > snapshot->capacity) {
        size_t capacity = bytes + bytes / 4;
        char *grown = cog_allocate(allocator, capacity);
        if (grown == NULL) {
            return COG_ENOMEM;
        }
        sim_snapshot_term(snapshot, allocator);
        snapshot->bytes = grown;
        snapshot->capacity = capacity;
    }
    snapshot->idle_hosts = find_idle_hosts(run);
    snapshot->used_bytes = copy(run, snapshot->bytes, snapshot->idle_hosts, false);
    snapshot->run = *run;
    return COG_OK;
}

void sim_snapshot_restore(const struct sim_snapshot *snapshot, struct sim_run *run) {
    if (run->remote != NULL) {
        sim_remote_go_back(run->remote, snapshot);
        return;
    }
    cog_assert(snapshot->bytes != NULL && snapshot->run.memory.base == run->memory.base);
    *run = snapshot->run;
    (void)copy(run, snapshot->bytes, snapshot->idle_hosts, true);
}

void sim_snapshot_term(struct sim_snapshot *snapshot, const struct cog_allocator *allocator) {
    cog_release(allocator, snapshot->bytes, snapshot->capacity);
    snapshot->bytes = NULL;
    snapshot->capacity = 0;
}
