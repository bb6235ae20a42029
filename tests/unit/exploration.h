/* exploration.h - opens a scenario that stands in a test, or a file, for exploring, drives it step
 * by step or searches it, and tells what was found as text.
 *
 * A text is written as in play.h: ' for ", and without its first line. Processes are named by their
 * numbers: in order of their making by the world, so 0 is the first `coro` of the file.
 */
#ifndef TESTS_UNIT_EXPLORATION_H
#define TESTS_UNIT_EXPLORATION_H

#include "sim/explore/search.h"
#include "tests/unit/play.h"

struct exploration {
    struct play_allocator counting; /* of the explorer alone */
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
    struct sim_explorer explorer;
    struct sim_buffer text; /* what was asked for last */
};

/* Ends the test when the scenario is not right. vary: a set of enum sim_vary. */
void exploration_open(struct exploration *exploration, const char *text, unsigned vary);

/* The same of a file, with parameters "n=3 k=2", or "". */
void exploration_open_file(struct exploration *exploration, const char *path,
                           const char *parameters);

/* Everything is given back, and there is no leak. */
void exploration_close(struct exploration *exploration);

/* Takes steps by their processes, one after the other, "0 1 t 0": t is an advance of time. Ends the
 * test when one of them cannot be made. */
void exploration_take(struct exploration *exploration, const char *processes);

/* Who can make the next step, in order, and then those who are blocked: "1 0 | 2"; "time"; "over",
 * "stalled". */
const char *exploration_next(struct exploration *exploration);

/* What the last step touched, by words of an object and mode in order of number: "x[0]r q0w m0l".
 */
const char *exploration_touched(struct exploration *exploration);

/* How a search is to go; zero is the usual. */
struct search_way {
    const struct sim_search_policy *policy;
    uint32_t bound;
    uint32_t rotation;
    bool has_distance;
    uint32_t snapshot_distance;
    uint64_t run_count_max;
    bool is_loud; /* every step is a choice, also what is quiet */
};

/* What a search came to. */
struct search_found {
    int status;
    uint64_t run_count;
    uint64_t asleep_count;
    uint64_t failure_count;
    bool is_complete;
    struct sim_buffer outcomes; /* a line each, sorted; without how often */
};

/* Searches it, in a world of its own. */
void exploration_search(struct exploration *exploration, const struct search_way *way,
                        unsigned vary, struct search_found *found);
void search_found_term(struct search_found *found);

#endif
