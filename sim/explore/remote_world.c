/* remote_world.c - the other side of remote.h: the zygote and the executions. */
#define _GNU_SOURCE /* prctl's neighbours */
#include "sim/explore/explorer.h"
#include "sim/explore/remote.h"
#include "sim/explore/remote_block.h"
#include "sim/guest.h"
#include "sim/world.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct remote_world {
    struct sim_explorer *explorer;
    struct sim_remote_block *block;
    int socket;
    const uint64_t *script; /* answers to give before any is asked for */
    uint32_t script_count;
};

/* Nothing is to be flushed, and no handler of the explorer's to be called. */
__attribute__((noreturn)) static void vanish(void) {
    for (;;) {
        (void)kill(getpid(), SIGKILL);
    }
}

static void tell(const struct remote_world *world, char word) {
    if (send(world->socket, &word, 1, MSG_NOSIGNAL) != 1) {
        vanish();
    }
}

static char hear(const struct remote_world *world) {
    char word;
    ssize_t count;
    do {
        count = recv(world->socket, &word, 1, 0);
    } while (count < 0 && errno == EINTR);
    if (count != 1) {
        vanish(); /* the explorer is gone */
    }
    return word;
}

/* ---- Telling ---- */

static void tell_candidates(struct sim_remote_block *block, const struct sim_stepping *stepping) {
    uint32_t count = stepping->present_count + stepping->blocked_count;
    block->candidate_count = 0;
    block->present_count = 0;
    block->blocked_count = 0;
    if (count > SIM_REMOTE_CANDIDATES_MAX) {
        block->fatal = COG_ENOMEM;
        return;
    }
    if (stepping->present_count > 0) {
        memcpy(block->candidates, stepping->candidates,
               stepping->present_count * sizeof block->candidates[0]);
    }
    if (stepping->blocked_count > 0) {
        memcpy(block->candidates + stepping->present_count, stepping->blocked,
               stepping->blocked_count * sizeof block->candidates[0]);
    }
    block->candidate_count = stepping->candidate_count;
    block->present_count = stepping->present_count;
    block->blocked_count = stepping->blocked_count;
}

static void tell_ended(struct sim_remote_block *block, const struct sim_instance *instance) {
    for (; instance != NULL; instance = instance->next) {
        if (instance->process < block->process_count) {
            block->has_ended[instance->process] = instance->has_ended;
        }
    }
}

static void tell_processes(struct sim_remote_block *block, const struct sim_explorer *explorer) {
    const struct sim_processes *processes = &explorer->processes;
    if (processes->count > SIM_REMOTE_PROCESSES_MAX) {
        block->fatal = COG_ENOMEM;
        return;
    }
    for (; block->process_count < processes->count; block->process_count++) {
        block->processes[block->process_count] = processes->items[block->process_count];
    }
    tell_ended(block, explorer->run->instances);
    tell_ended(block, explorer->run->guests);
}

static bool has_declared(const struct sim_run *run) {
    bool has = true;
    for (uint32_t i = 0; i < run->scenario->host_count; i++) {
        has &= run->hosts[i].guest == NULL || run->hosts[i].guest->has_declared;
    }
    return has;
}

/* What can come next, and what has been. */
static void tell_state(struct remote_world *world) {
    struct sim_remote_block *block = world->block;
    struct sim_explorer *explorer = world->explorer;
    block->footprint =
        explorer->stepping.footprint; /* of the step, not of what is quiet after it */
    block->next = sim_explorer_next(explorer);
    block->fatal = explorer->run->fatal;
    block->is_stalled = explorer->run->is_stalled;
    block->is_inexact = explorer->stepping.is_inexact;
    if (!explorer->is_whole) {
        tell_candidates(block, &explorer->stepping);
        tell_processes(block, explorer);
    }
    tell(world, SIM_REMOTE_TOLD);
}

/* ---- An execution ---- */

static uint64_t choose(void *context, const struct sim_choice *choice) {
    struct remote_world *world = context;
    if (world->script_count > 0) {
        world->script_count--;
        uint64_t answer = *world->script++;
        return answer < choice->count ? answer : 0;
    }
    world->block->choice = *choice;
    tell(world, SIM_REMOTE_DRAW);
    if (hear(world) != SIM_REMOTE_ANSWER) {
        vanish();
    }
    return world->block->answer;
}

static void step(const struct remote_world *world, bool is_time, uint32_t index) {
    struct sim_explorer *explorer = world->explorer;
    if (is_time) {
        sim_explorer_pass_time(explorer);
    } else if (index < explorer->stepping.candidate_count) {
        sim_explorer_take(explorer, index);
    }
}

/* Goes the way of the commands so far. */
static void go(struct remote_world *world) {
    const struct sim_remote_block *block = world->block;
    for (uint32_t at = 0; at < block->command_count;) {
        uint64_t command = block->commands[at++];
        world->script = &block->commands[at];
        world->script_count = (uint32_t)command;
        at += (uint32_t)command;
        (void)sim_explorer_next(world->explorer);
        step(world, command >> 63 != 0, (uint32_t)(command >> 32) & INT32_MAX);
    }
    world->script_count = 0;
}

static void tell_failures(struct sim_remote_block *block, const struct sim_journal *journal) {
    block->failures_bytes = 0;
    for (size_t i = 0; i < journal->failure_count; i++) {
        const struct sim_failure *failure = &journal->failures[i];
        struct sim_remote_failure head = {.line = failure->line, .bytes = (uint32_t)failure->bytes};
        if (failure->bytes + sizeof head > sizeof block->failures - block->failures_bytes) {
            return;
        }
        memcpy(block->failures + block->failures_bytes, &head, sizeof head);
        memcpy(block->failures + block->failures_bytes + sizeof head, failure->text,
               failure->bytes);
        block->failures_bytes += (uint32_t)(sizeof head + failure->bytes);
    }
}

static void judge(struct remote_world *world) {
    struct sim_remote_block *block = world->block;
    struct sim_run *run = world->explorer->run;
    struct sim_result result;
    sim_world_finish(run);
    int status = sim_run_conclude(run, &result);
    if (status == COG_OK) {
        status = sim_report_run(&block->report, world->explorer->allocator, run);
        tell_failures(block, &run->journal);
    }
    block->fatal = status;
    block->has_declared = has_declared(run);
    tell(world, SIM_REMOTE_TOLD);
}

__attribute__((noreturn)) static void execute(struct remote_world *world) {
    struct sim_remote_block *block = world->block;
    struct sim_explorer *explorer = world->explorer;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    block->pid = getpid();
    for (uint32_t i = explorer->processes.count; i < block->process_count; i++) {
        const struct sim_process *process = &block->processes[i];
        (void)sim_processes_find(&explorer->processes, process->parent, process->ordinal);
    }
    go(world);
    tell_state(world);
    for (;;) {
        char word = hear(world);
        if (word == SIM_REMOTE_TAKE || word == SIM_REMOTE_TIME) {
            step(world, word == SIM_REMOTE_TIME, block->index);
            tell_state(world);
        } else {
            if (word == SIM_REMOTE_JUDGE) {
                judge(world);
            }
            vanish();
        }
    }
}

/* ---- The zygote ---- */

static void fork_execution(struct remote_world *world) {
    struct sim_remote_block *block = world->block;
    pid_t pid = fork();
    if (pid == 0) {
        execute(world);
    }
    block->wait_status = 0;
    if (pid > 0) {
        while (waitpid(pid, &block->wait_status, 0) < 0 && errno == EINTR) {
        }
    } else {
        block->fatal = COG_ENOMEM;
    }
    tell(world, SIM_REMOTE_GONE);
}

void sim_remote_serve(const struct sim_remote *remote, struct sim_explorer *explorer,
                      const struct sim_program *program, const struct sim_run_options *options) {
    struct remote_world world = {
        .explorer = explorer, .block = remote->block, .socket = remote->socket};
    struct sim_run_options own = *options;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    sim_prints_redirect(&remote->prints);
    const int kept[] = {remote->socket, -1};
    sim_crash_close_others(kept);
    explorer->remote = NULL; /* here the world is */
    explorer->chooser.choose = choose;
    explorer->chooser.context = &world;
    own.witness = &remote->block->witness;
    world.block->fatal = sim_run_new(program, &own, &explorer->run);
    if (world.block->fatal == COG_OK) {
        world.block->fatal = explorer->run->fatal;
    }
    tell(&world, SIM_REMOTE_TOLD);
    while (hear(&world) == SIM_REMOTE_START) {
        fork_execution(&world);
    }
    vanish();
}
