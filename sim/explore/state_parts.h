/* state_parts.h - the parts of a state, each read from the world. Internal to state.c. */
#ifndef SIM_EXPLORE_STATE_PARTS_H
#define SIM_EXPLORE_STATE_PARTS_H

#include "sim/explore/state.h"

/* Each begins a digest of its own. */
void sim_digest_variable(struct sim_digest *digest, const struct sim_run *run, uint32_t variable,
                         uint32_t element);
void sim_digest_queue(struct sim_digest *digest, const struct sim_state_rules *rules,
                      const struct cog_queue *queue);
void sim_digest_channel(struct sim_digest *digest, const struct cog_channel *channel);
void sim_digest_signal(struct sim_digest *digest, const struct cog_signal *signal);
void sim_digest_lock(struct sim_digest *digest, const struct sim_run_lock *lock);
void sim_digest_watches(struct sim_digest *digest, const struct sim_state_rules *rules,
                        const struct sim_run *run);
void sim_digest_clock(struct sim_digest *digest, const struct sim_state_rules *rules,
                      const struct sim_run *run);
void sim_digest_process(struct sim_digest *digest, const struct sim_state_rules *rules,
                        const struct sim_run *run, const struct sim_instance *instance);

/* A line that was logged: who logged what, and when if that matters. */
uint64_t sim_hash_log_line(const struct sim_state_rules *rules, const struct sim_log_line *line);

/* How an instance stands, and what it has announced. */
struct sim_state_part sim_standing_of(const struct sim_instance *instance);

/* The process whose operation it is. */
uint32_t sim_process_of(const struct cog_op *op);

#endif
