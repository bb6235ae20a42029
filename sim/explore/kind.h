/* kind.h - the kind of an execution: two of them have the same hash if and, but for chance, only if
 * they differ in nothing but the order of steps that do not touch the same.
 *
 * (Mazurkiewicz traces. Each step has a hash of what happened before it as far as it matters: the
 * latest step of its process, and of each object that it touches the latest writes and, if it
 * writes itself, the reads since. The kind is made of the last hashes of all processes.)
 *
 * Processes go by their place in the tree of who made whom, so that a kind is the same in every
 * world of a scenario.
 */
#ifndef SIM_EXPLORE_KIND_H
#define SIM_EXPLORE_KIND_H

#include "sim/footprint.h"
#include "sim/objects.h"
#include "sim/process.h"

/* Of the run under way only while their stamp is its. */
struct sim_kind_process {
    uint64_t stamp;
    uint64_t hash; /* of its latest step */
    uint64_t identity;
};

struct sim_kind_object {
    uint64_t stamp;
    uint64_t written; /* hash of the latest write */
    uint64_t read;    /* sum of the hashes of the reads since */
};

struct sim_kind {
    const struct cog_allocator *allocator;
    const struct sim_processes *known;
    const struct sim_objects *numbers;
    struct sim_kind_process *processes;
    size_t process_capacity;
    struct sim_kind_object *objects;
    size_t object_capacity;
    uint64_t stamp;
    uint64_t time;  /* all that happened before it passed */
    uint64_t sum;   /* of the processes' hashes */
    uint64_t draws; /* of the step under way */
    bool is_out_of_memory;
};

/* Both must outlive it. */
void sim_kind_init(struct sim_kind *kind, const struct cog_allocator *allocator,
                   const struct sim_processes *known, const struct sim_objects *numbers);
void sim_kind_term(struct sim_kind *kind);

/* A run begins. */
void sim_kind_begin(struct sim_kind *kind);

/* Something is drawn in the step under way. */
void sim_kind_draw(struct sim_kind *kind, uint64_t answer);

/* A process has made a step; time has passed. */
void sim_kind_step(struct sim_kind *kind, uint32_t process, const struct sim_footprint *footprint);
void sim_kind_pass_time(struct sim_kind *kind);

/* The kind of the run so far. */
uint64_t sim_kind_hash(const struct sim_kind *kind);

#endif
