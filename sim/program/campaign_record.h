/* campaign_record.h - what a campaign leaves in its store for reports: that it was, and what came
 * of each scenario. Without --store nothing is done.
 */
#ifndef SIM_PROGRAM_CAMPAIGN_RECORD_H
#define SIM_PROGRAM_CAMPAIGN_RECORD_H

#include "sim/program/exploring.h"
#include "sim/program/output_explored.h"

void record_begin(const struct explore_campaign *campaign);

/* signal: what interrupted it, or 0. */
void record_end(const struct explore_campaign *campaign, int signal);

/* A scenario has been explored; message: its failure in a line. */
void record_explored(struct exploring *exploring, const struct explored *explored,
                     const char *message);

/* It could not be explored, and why. row: from 0. */
void record_error(const struct exploring *exploring, const char *path, uint32_t row,
                  const char *message, const char *text);

/* A known failure was run again. */
void record_known(const struct explore_campaign *campaign, const char *path, const char *state,
                  const char *message);

#endif
