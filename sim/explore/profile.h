/* profile.h - what the processes of a scenario do, counted over a few runs.
 *
 * The canonical run first, then random ones; they are not judged. The counts are those of the first
 * run that comes to an end without a stall, for they belong together; what it does not show is
 * taken from the other runs, the largest counts of them. What a process does counts as its parent's
 * too, and its parent's parent's: before it is made, it is theirs.
 *
 *     objects   0      1              by object
 *               |      |
 *     shares    a c    a b d          who accesses it, by process
 */
#ifndef SIM_EXPLORE_PROFILE_H
#define SIM_EXPLORE_PROFILE_H

#include "sim/explore/explorer.h"

/* The accesses of an object by a process: of those that a pending step announces, without waiting
 * for the ends of others. */
struct sim_profile_share {
    uint32_t object;
    uint32_t process;
    uint64_t own_count;
    uint64_t count;  /* with those of its descendants */
    bool is_settled; /* of the run that the counts are of */
};

struct sim_profile_steps {
    uint64_t count;     /* with those of its descendants */
    uint64_t run_count; /* in the run under way, while the profile is made */
    bool is_settled;
};

struct sim_profile_object {
    uint32_t object;
    uint32_t first; /* into shares */
    uint32_t share_count;
    uint64_t access_first; /* accesses of the objects before it */
};

struct sim_profile {
    const struct cog_allocator *allocator;
    uint64_t run_count;
    uint64_t step_count_max;         /* of a run, at least 1 */
    struct sim_profile_steps *steps; /* of each process */
    uint32_t process_count;
    size_t process_capacity;
    struct sim_profile_share *shares;
    uint32_t share_count;
    size_t share_capacity;
    struct sim_profile_object *objects;
    uint32_t object_count;
    size_t object_capacity;
    uint64_t access_count; /* of all objects */
    bool is_out_of_memory;
};

struct sim_profile_options {
    uint64_t seed;
    uint64_t run_count; /* 0: 5 */
};

/* COG_OK, COG_ENOMEM. */
int sim_profile_make(struct sim_profile *profile, struct sim_explorer *explorer,
                     const struct sim_profile_options *options);
void sim_profile_term(struct sim_profile *profile);

/* The steps of a process; 0: it is not known. */
uint64_t sim_profile_steps(const struct sim_profile *profile, uint32_t process);

/* The object of an access; access < access_count. */
const struct sim_profile_object *sim_profile_object_at(const struct sim_profile *profile,
                                                       uint64_t access);

/* The accesses of an object by a process. */
uint64_t sim_profile_accesses(const struct sim_profile *profile,
                              const struct sim_profile_object *object, uint32_t process);

#endif
