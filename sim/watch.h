/* watch.h - expectations that must be looked at while time goes on: `always` and `within`. */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include "sim/language/ast.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_run;

struct sim_watch {
    const struct sim_clause *clause;
    bool is_broken;
    int64_t broken_ns;   /* world time */
    const char *values;  /* of what its expression hinged on then, in words; may be null */
    size_t first_line;   /* within: index of the log line since when it is waiting */
    size_t next_line;    /* within: index of the log line to look at next */
    bool is_waiting;     /* within: a line has been logged and the expression has not held since */
    int64_t deadline_ns; /* within: until then it must hold, while is_waiting */
};

/* Makes a watch of every `always` and `within` of the scenario. COG_OK, COG_ENOMEM. */
int sim_watches_init(struct sim_run *run);

/* After a step, and before time moves on to next_ns (INT64_MAX: it does not any more). */
void sim_watches_step(struct sim_run *run);
void sim_watches_before_advance(struct sim_run *run, int64_t next_ns);

const struct sim_watch *sim_watch_of(const struct sim_run *run, const struct sim_clause *clause);

/* Does a text match a pattern, in which `*` stands for any run of bytes? */
bool sim_pattern_matches(const char *pattern, size_t pattern_bytes, const char *text, size_t bytes);

#endif
