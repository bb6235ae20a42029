/* beside.h - two runs beside each other: their traces, what differs, and files that show both.
 *
 *     beside_go           goes two ways through one scenario; or beside_compare, of traces
 *     beside_mark         what decides between them
 *     beside_write_...
 *     beside_close
 */
#ifndef SIM_PROGRAM_BESIDE_H
#define SIM_PROGRAM_BESIDE_H

#include "reports/reports.h"
#include "sim/program/load.h"
#include "sim/schedule.h"
#include "sim/shrink/critical_pair.h"

#include <stdio.h>

/* Zero everywhere is no run at all. */
struct beside {
    struct rep_trace *traces[2];
    struct rep_diff *diff;
    const char *names[2];
    const char *reason;
    struct rep_graph_mark marks[2];
    size_t mark_count;
};

/* Two ways through one scenario; with C programs each is gone in a process of its own. */
struct beside_ways {
    struct loaded *loaded;
    unsigned vary;                /* a set of enum sim_vary */
    uint64_t statement_count_max; /* of a run; 0: the default */
    size_t memory_bytes;          /* of a world; 0: the default */
    int64_t hang_ns;              /* of a step of a C program; 0: the default */
    const struct sim_schedule *schedules[2];
};

/* Goes both ways and compares. Returns an exit code: EXIT_NOT_HELD, one of the two leaves no trace,
 * as where a C program crashes; EXIT_ENVIRONMENT, no memory. Neither is complained of. */
int beside_go(struct beside *beside, const struct beside_ways *ways);

/* Compares the traces. Returns an exit code, EXIT_HELD or EXIT_ENVIRONMENT. */
int beside_compare(struct beside *beside);

/* Points at the pair in the first run, which must be the one that it was found in. */
void beside_mark(struct beside *beside, const struct sim_critical_pair *pair);

/* The same for a picture of that run alone; the number of marks. */
size_t beside_pair_marks(const struct sim_critical_pair *pair, struct rep_graph_mark marks[2]);

/* Writes what differs, as text, as a page or as a picture (rep_diff_write), or both timelines as
 * one page (rep_html_write). Return exit codes, other than EXIT_HELD after a complaint. */
int beside_write_diff(const struct beside *beside, const char *path, FILE *errors);
int beside_write_page(const struct beside *beside, const char *path, FILE *errors);

void beside_close(struct beside *beside);

#endif
