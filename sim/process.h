/* process.h - which coroutine is which, across runs that differ in their order.
 *
 * A process is a coroutine of a scenario named by its place in the tree of who made whom: the world
 * starts the `coro`s, in the order of the file, and each coroutine makes its first, second, third
 * child. So the same process has the same number in every run of one exploration, and the same
 * label in every exploration, whatever happened before it was made.
 */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stdint.h>

#define SIM_NO_PROCESS UINT32_MAX

struct sim_process {
    uint32_t parent;  /* SIM_NO_PROCESS: the world's */
    uint32_t ordinal; /* which child of its parent, from 0 */
    uint32_t next;    /* in its bucket */
};

/* Grows as runs make coroutines; numbers stay. */
struct sim_processes {
    const struct cog_allocator *allocator;
    struct sim_process *items;
    uint32_t count;
    size_t capacity;
    uint32_t *buckets; /* heads by hash of parent and ordinal */
    uint32_t bucket_count;
    bool is_out_of_memory;
};

void sim_processes_init(struct sim_processes *processes, const struct cog_allocator *allocator);
void sim_processes_term(struct sim_processes *processes);

/* The number of a process; SIM_NO_PROCESS, with is_out_of_memory set, when there is no memory. */
uint32_t sim_processes_find(struct sim_processes *processes, uint32_t parent, uint32_t ordinal);

#endif
