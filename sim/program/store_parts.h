/* store_parts.h - the parts of an exploration that have tables of their own: each is read and
 * written for itself, within a transaction of store_exploration.c.
 *
 *     store_tally.c     outcomes, and what was reached
 *     store_samples.c   kinds and leads
 */
#ifndef SIM_PROGRAM_STORE_PARTS_H
#define SIM_PROGRAM_STORE_PARTS_H

#include "sim/program/store.h"

/* The counts, as numbers of eight bytes; the kinds themselves have a table. */
struct packed_kinds {
    uint64_t run_count;
    uint64_t once_count;
    uint64_t is_full;
    uint64_t point_count;
    uint64_t points[SIM_KINDS_POINTS][2];
    uint64_t estimate_mantissa;
    uint64_t estimate_exponent;
    uint64_t estimate_run_count;
};

void store_pack_kinds(const struct sim_explored *explored, struct packed_kinds *packed);
void store_unpack_kinds(struct sim_explored *explored, const struct packed_kinds *packed);

/* COG_OK, COG_ENOMEM; what goes wrong with the store itself shows in it. */
int store_read_outcomes(const struct stored *stored, struct sim_tally *tally);
void store_read_reached(const struct stored *stored, struct sim_tally *tally);
int store_read_kinds(const struct stored *stored, struct sim_kinds *kinds);
int store_read_leads(const struct stored *stored, struct sim_leads *leads);

/* False: it could not be written, which has been told. */
bool store_write_outcomes(const struct stored *stored, const struct sim_explored *explored);
bool store_write_reached(const struct stored *stored, const struct sim_tally *tally);
bool store_write_kinds(const struct stored *stored, const struct sim_kinds *kinds);
bool store_write_leads(const struct stored *stored, const struct sim_leads *leads);

#endif
