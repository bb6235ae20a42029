/* remote_block.h - what an explorer and the processes of its world share (remote.h). */
#ifndef SIM_EXPLORE_REMOTE_BLOCK_H
#define SIM_EXPLORE_REMOTE_BLOCK_H

#include "sim/explore/tally.h"
#include "sim/process.h"
#include "sim/stepping.h"
#include "sim/witness.h"

/* More than these, and an execution is given up as out of memory. */
enum {
    SIM_REMOTE_CANDIDATES_MAX = 8192,
    SIM_REMOTE_PROCESSES_MAX = 1 << 16,
    SIM_REMOTE_COMMANDS_MAX = 1 << 20,
    SIM_REMOTE_FAILURES_BYTES = 1 << 16,
};

/* What a byte through the socket says. */
enum sim_remote_word {
    SIM_REMOTE_START = 'S', /* to the zygote: fork, go the way of the commands, tell */
    SIM_REMOTE_TAKE = 'T',  /* to the execution: candidate `index` makes its step; tell */
    SIM_REMOTE_TIME = 'P',  /* time passes; tell */
    SIM_REMOTE_JUDGE = 'J', /* judge, tell, and be gone */
    SIM_REMOTE_QUIT = 'Q',  /* be gone */
    SIM_REMOTE_ANSWER = 'A',
    SIM_REMOTE_TOLD = 'R', /* from them: it is done, and told */
    SIM_REMOTE_DRAW = 'D', /* something is chosen: wants an answer */
    SIM_REMOTE_GONE = 'G', /* from the zygote: the execution has ended, as wait_status tells */
};

/* A failure of a run that was judged: this, and its text behind it. */
struct sim_remote_failure {
    uint32_t line;
    uint32_t bytes;
};

/* A command in the log: a step of candidate `index`, or time; so many draws follow it. */
static inline uint64_t sim_remote_command(bool is_time, uint32_t index) {
    return (uint64_t)is_time << 63 | (uint64_t)index << 32;
}

struct sim_remote_block {
    struct sim_witness witness;
    int64_t pid; /* of the execution */
    int wait_status;
    int fatal;
    enum sim_next next;
    bool is_stalled;
    bool is_inexact;
    bool has_declared;
    uint32_t index;
    struct sim_footprint footprint;
    struct sim_candidate candidates[SIM_REMOTE_CANDIDATES_MAX]; /* all present, then blocked ones */
    uint32_t candidate_count;
    uint32_t present_count;
    uint32_t blocked_count;
    struct sim_process processes[SIM_REMOTE_PROCESSES_MAX]; /* all that are known */
    bool has_ended[SIM_REMOTE_PROCESSES_MAX];
    uint32_t process_count;
    struct sim_choice choice;
    uint64_t answer;
    uint64_t commands[SIM_REMOTE_COMMANDS_MAX];
    uint32_t command_count; /* words */
    struct sim_report report;
    char failures[SIM_REMOTE_FAILURES_BYTES];
    uint32_t failures_bytes;
};

/* The zygote: makes the world, and forks executions of it until the socket is closed. Does not
 * return. The explorer is this process' own copy. */
struct sim_remote;
struct sim_explorer;
__attribute__((noreturn)) void sim_remote_serve(const struct sim_remote *remote,
                                                struct sim_explorer *explorer,
                                                const struct sim_program *program,
                                                const struct sim_run_options *options);

#endif
