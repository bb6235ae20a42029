/* exploring.h - what the parts of cogsim explore share.
 *
 *     command_explore.c   the command line, and all the scenarios
 *     explore_scenario.c  one of them, row by row
 *     finding.c           a failure that was found: made small, told, written down
 *     finding_diff.c      it beside the nearest run that passes
 *     finding_apart.c     the same of C programs, in a process of its own
 *     campaign_record.c   what the store keeps of it for reports
 */
#ifndef SIM_PROGRAM_EXPLORING_H
#define SIM_PROGRAM_EXPLORING_H

#include "sim/explore/exploration.h"
#include "sim/program/junit.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/paths.h"
#include "sim/program/seed.h"
#include "sim/program/store.h"
#include "sim/shrink/shrinker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { EXPLORING_PATH_BYTES = 4096 };

struct explore_settings {
    bool json;
    bool goes_on;
    bool is_strict; /* what never came into play does not hold */
    const char *root;
    const char *out; /* a folder; null: nothing is written */
    const char *junit_path;
    const char *tree_path;   /* a picture of the executions of a search; null: none */
    uint64_t tree_size;      /* so many of them are drawn */
    const char *corpus_path; /* a folder of known failures */
    bool tidies;
    const char *store_path;
    const char *seed_text;
    char commit[SEED_COMMIT_BYTES]; /* that the seed is made of; empty: of none */
    const char *command_line;       /* as it was typed; null: not known */
    const char *shrink_text;
    uint64_t shrink; /* runs to make a failure small; 0: as it was found */
    const char *strategy_text;
    const struct sim_strategy_entry *strategy;
    uint32_t bound;
    unsigned vary; /* 0: as the scenario says */
    uint64_t budget;
    uint64_t seed;
    int64_t time_ns;
    int64_t total_ns; /* for all; 0: as long as each takes */
    uint32_t row;
    uint64_t jobs;
    uint64_t statement_count_max;
    size_t memory_bytes;
    int64_t hang_ns;
    struct definitions definitions;
};

/* A failure that need not be kept again. */
struct known_failure {
    uint64_t signature;
    size_t index;      /* of the file that it was found in */
    bool is_of_folder; /* it was there before */
};

struct corpus {
    struct known_failure *items;
    size_t count;
    size_t capacity;
};

struct explore_campaign {
    const struct explore_settings *settings;
    const struct paths *paths;
    struct sim_helpers helpers; /* of the threads of --jobs, those without a scenario */
    atomic_size_t count;
    atomic_size_t held_count;
    int64_t deadline_ns; /* of all; INT64_MAX: none */
    atomic_size_t begun_count;
    atomic_size_t left_count; /* files that were not begun */
    atomic_bool definition_is_used[DEFINITIONS_MAX];
    pthread_mutex_t graph_mutex; /* Graphviz is used by one at a time */
    pthread_mutex_t mutex;       /* over what follows */
    struct junit junit;
    struct corpus corpus;
    struct store *store; /* null: none */
};

/* One scenario while it is explored. */
struct exploring {
    const struct explore_settings *settings;
    struct explore_campaign *campaign;
    size_t index; /* of its file */
    struct loaded loaded;
    struct stored stored;
    FILE *output;
    FILE *errors;
    int64_t start_ns;
    int64_t deadline_ns;
    int64_t file_deadline_ns; /* of all rows; INT64_MAX: none */
    char *complaints;         /* where errors go while a report is made */
    size_t complaints_bytes;
    struct sim_shrunk shrunk;
    bool has_shrunk;
    char shrunk_path[EXPLORING_PATH_BYTES];  /* where what is left was written; empty: nowhere */
    char graph_path[EXPLORING_PATH_BYTES];   /* where its picture was written; empty: nowhere */
    char nearest_path[EXPLORING_PATH_BYTES]; /* likewise the way of the nearest run that passes */
    bool nearest_passes;                     /* else it fails in another way */
    bool has_no_traces;                      /* of both, so that they cannot be compared */
    char diff_path[EXPLORING_PATH_BYTES];    /* and the page with what differs */
    char page_path[EXPLORING_PATH_BYTES];    /* and with both timelines */
    char no_page[120];                       /* why there is none; empty: nobody wants one */
    uint64_t signature;                      /* of the failure (sim/signature.h); 0: not known */
    struct sim_buffer signature_words;
    char *failures; /* of the first execution that failed */
    size_t failures_bytes;
    char *failures_json;
    char *schedule; /* of that execution, indented */
    uint32_t schedule_count;
    char schedule_path[EXPLORING_PATH_BYTES]; /* where it was written; empty: nowhere */
    int out_code;                             /* of writing it */
    bool colour;
};

/* A clock that only goes forward. */
int64_t exploring_clock_ns(void);

/* Explores the scenarios of path `index` of the campaign: a job_function. */
int explore_file(void *campaign, size_t index, FILE *output, FILE *errors);

/* A failure was found: makes it small, goes its way again with a trace to tell of it, writes down
 * what --out wants. COG_OK, COG_ENOMEM; files that could not be written are told in out_code. */
int finding_take(struct exploring *exploring, const struct sim_explored *result, unsigned vary);

/* The same of a scenario with C programs, which may crash: it is not made small. */
int finding_take_apart(struct exploring *exploring, const struct sim_explored *result,
                       unsigned vary);
void finding_forget(struct exploring *exploring);

/* Writes the schedule of a failure, if --out wants that. Returns an exit code, other than EXIT_HELD
 * after a complaint. */
int finding_write_schedule(struct exploring *exploring, const struct sim_schedule *schedule);

/* DIR/scenarios_litmus_aba.scn.schedule, of a row of a table DIR/....2.schedule. False: it is too
 * long. */
bool finding_name(const struct exploring *exploring, const char *ending,
                  char path[EXPLORING_PATH_BYTES]);

/* Returns an exit code, other than EXIT_HELD after a complaint. */
int finding_write_text(const struct exploring *exploring, const char *path, bool is_named,
                       const struct sim_buffer *text);

/* Writes the schedule of the nearest run that passes, or fails in another way, if --out wants that
 * and there is one, and pages with both runs. Returns an exit code, as above. */
int finding_write_diff(struct exploring *exploring, const struct sim_result *result, unsigned vary);

/* The same of C programs, whose failure is not made small. */
int finding_write_diff_apart(struct exploring *exploring, const struct sim_schedule *failing,
                             unsigned vary);

#endif
