/* snapshot.h - a copy of a world, to go back to.
 *
 * All that an untraced run changes lies in its memory and in its struct, and neither moves: so a
 * copy of what is in use is a snapshot, and copying it back is going back.
 */
#ifndef SIM_EXPLORE_SNAPSHOT_H
#define SIM_EXPLORE_SNAPSHOT_H

#include "sim/run.h"

struct sim_snapshot {
    char *bytes;
    size_t capacity;
    size_t used_bytes;
    uint64_t
        idle_hosts; /* by bits: no deadline was armed on the host, and some memory not copied */
    uint32_t depth; /* for who keeps several: the level that it is of */
    struct sim_run run;
};

/* Copies the run into a snapshot, which may hold an older one. COG_OK, COG_ENOMEM. */
int sim_snapshot_take(struct sim_snapshot *snapshot, const struct cog_allocator *allocator,
                      const struct sim_run *run);

/* Brings the run back to where it was. */
void sim_snapshot_restore(const struct sim_snapshot *snapshot, struct sim_run *run);

void sim_snapshot_term(struct sim_snapshot *snapshot, const struct cog_allocator *allocator);

#endif
