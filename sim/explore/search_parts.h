/* search_parts.h - what the parts of a search share: search.c goes through levels,
 * search_snapshots.c says which of them have snapshots, search_watch.c shows it all.
 */
#ifndef SIM_EXPLORE_SEARCH_PARTS_H
#define SIM_EXPLORE_SEARCH_PARTS_H

#include "sim/explore/search.h"

/* Memory has run out. False. */
bool sim_search_fail(struct sim_search *search);

/* The snapshot of a level, if it is its turn to have one. False: no memory. */
bool sim_search_snapshot(struct sim_search *search, struct sim_level *level);

/* A process is about to make a step; the step has been made; the execution has ended. */
void sim_search_label_step(struct sim_search *search, uint32_t process);
void sim_search_show_step(struct sim_search *search);
void sim_search_show_end(const struct sim_search *search, bool is_over);

#endif
