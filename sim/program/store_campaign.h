/* store_campaign.h - campaigns in the store: that they were, and what came of each scenario in
 * them.
 *
 * Explorations go on where they were; a campaign is one time that the program was at it, with its
 * clock. What a campaign leaves here is for reports (reports/campaign.h), and decides about
 * nothing.
 */
#ifndef SIM_PROGRAM_STORE_CAMPAIGN_H
#define SIM_PROGRAM_STORE_CAMPAIGN_H

#include "reports/campaign.h"
#include "sim/language/arena.h"
#include "sim/program/store.h"

enum { STORE_CAMPAIGNS_KEPT = 60 };

/* Where in the campaign something belongs: the file, by its number, and the row, from 1 (0: it has
 * no table). */
struct store_place {
    uint64_t piece;
    uint32_t row;
};

/* Writing. What goes wrong is told by the store and shows in it. `campaign` as far as it is known:
 * no results. */
void store_campaign_begin(struct store *store, const struct rep_campaign *campaign);
void store_campaign_add(struct store *store, struct store_place place,
                        const struct rep_campaign_result *result);
void store_campaign_know(struct store *store, const struct rep_campaign_known *known);
void store_campaign_end(struct store *store, const char *ending);

/* Reads the last campaign, and the line of each of `history_max` before it at most; it lasts as
 * long as the arena. Returns an exit code, other than EXIT_HELD after a complaint. */
int store_campaign_read(struct store *store, struct sim_arena *arena, size_t history_max,
                        struct rep_campaign *campaign);

#endif
