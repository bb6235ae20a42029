/* remote.c - the explorer's side of a world in another process. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, SOCK_CLOEXEC */
#include "sim/explore/remote.h"

#include "core/check.h"
#include "sim/explore/explorer.h"
#include "sim/explore/remote_block.h"
#include "sim/guest.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Words ---- */

static bool tell(struct sim_remote *remote, char word) {
    return remote->socket >= 0 && send(remote->socket, &word, 1, MSG_NOSIGNAL) == 1;
}

/* What the processor's time does not tell: it waits for something outside of the world. So much
 * longer may that take. */
enum { WAITS_LONGER = 4, SECOND_MS = 1000 };

static void kill_execution(const struct sim_remote *remote) {
    pid_t pid = (pid_t)remote->block->pid;
    if (pid > 0) {
        (void)kill(pid, SIGALRM);
    }
}

/* The next word; 0: there is nobody any more. What is printed meanwhile is taken in. */
static char hear(struct sim_remote *remote) {
    struct pollfd waits[2] = {{.fd = remote->socket, .events = POLLIN},
                              {.fd = remote->prints.reader, .events = POLLIN}};
    int64_t waited_ms = 0;
    for (;;) {
        char word;
        int count = poll(waits, 2, SECOND_MS);
        if (count == 0) {
            waited_ms += SECOND_MS;
            if (waited_ms > remote->hang_ns / 1000000 * WAITS_LONGER) {
                kill_execution(remote);
                waited_ms = 0;
            }
        }
        if ((waits[1].revents & POLLIN) != 0) {
            sim_prints_read(&remote->prints);
        }
        if (count > 0 && waits[0].revents != 0) {
            ssize_t bytes = recv(remote->socket, &word, 1, 0);
            if (bytes == 1) {
                return word;
            }
            if (bytes == 0 || errno != EINTR) {
                return 0;
            }
        }
    }
}

/* The zygote has ended, which only what it loads can bring about. */
static void bury_zygote(struct sim_remote *remote) {
    if (remote->socket >= 0) {
        (void)close(remote->socket);
        remote->socket = -1;
    }
    if (remote->zygote > 0) {
        while (waitpid(remote->zygote, &remote->block->wait_status, 0) < 0 && errno == EINTR) {
        }
        remote->zygote = 0;
    }
}

/* What a step that crashed would have touched nobody knows: anything of its host, and the network.
 */
static void guess_footprint(struct sim_remote *remote) {
    struct sim_footprint *footprint = &remote->explorer->stepping.footprint;
    const struct sim_objects *objects = &remote->explorer->objects;
    uint32_t host = remote->block->witness.host;
    *footprint = (struct sim_footprint){.count = 0};
    if (host > 0) {
        uint32_t first = objects->guests + (host - 1) * (uint32_t)SIM_GUEST_OBJECTS;
        sim_footprint_add(footprint, first + SIM_GUEST_SYNC, SIM_TOUCH_WRITE);
        sim_footprint_add(footprint, first + SIM_GUEST_MEMORY, SIM_TOUCH_WRITE);
    }
    sim_footprint_add(footprint, objects->network, SIM_TOUCH_WRITE);
}

static void note_crash(struct sim_remote *remote) {
    sim_prints_read(&remote->prints);
    sim_crash_describe(&remote->crash, &remote->block->witness, remote->block->wait_status,
                       &remote->prints, remote->hang_ns);
    remote->is_started = false;
    remote->is_crashed = true;
    remote->next = SIM_NEXT_OVER;
    remote->shell->is_stalled = false;
    remote->explorer->stepping.candidate_count = 0;
    remote->explorer->stepping.present_count = 0;
    remote->explorer->stepping.blocked_count = 0;
    guess_footprint(remote);
}

/* ---- What is told ---- */

static struct sim_instance *instance_of(struct sim_remote *remote, uint32_t process) {
    while (process >= remote->instance_count) {
        struct sim_instance **grown =
            cog_grow(remote->allocator, remote->instances, remote->instance_count,
                     &remote->instance_capacity, sizeof(void *));
        if (grown == NULL) {
            return NULL;
        }
        remote->instances = grown;
        struct sim_instance *instance = cog_allocate_zeroed(remote->allocator, 1, sizeof *instance);
        if (instance == NULL) {
            return NULL;
        }
        instance->process = remote->instance_count;
        remote->instances[remote->instance_count++] = instance;
    }
    return remote->instances[process];
}

static bool take_processes(struct sim_remote *remote) {
    struct sim_processes *processes = &remote->explorer->processes;
    const struct sim_remote_block *block = remote->block;
    for (uint32_t i = processes->count; i < block->process_count; i++) {
        uint32_t number =
            sim_processes_find(processes, block->processes[i].parent, block->processes[i].ordinal);
        if (number == SIM_NO_PROCESS) {
            return false;
        }
        cog_assert(number == i);
    }
    for (uint32_t i = 0; i < block->process_count; i++) {
        struct sim_instance *instance = instance_of(remote, i);
        if (instance == NULL) {
            return false;
        }
        instance->has_ended = block->has_ended[i];
    }
    return true;
}

static bool reserve_candidates(struct sim_remote *remote, uint32_t count) {
    struct sim_stepping *stepping = &remote->explorer->stepping;
    if (count <= stepping->capacity) {
        return true;
    }
    sim_stepping_term(stepping);
    size_t bytes = (size_t)count * 2 * sizeof stepping->candidates[0];
    stepping->candidates = cog_allocate(remote->allocator, bytes);
    stepping->blocked = cog_allocate(remote->allocator, bytes);
    if (stepping->candidates == NULL || stepping->blocked == NULL) {
        cog_release(remote->allocator, stepping->candidates, bytes);
        cog_release(remote->allocator, stepping->blocked, bytes);
        stepping->candidates = NULL;
        stepping->blocked = NULL;
        return false;
    }
    stepping->capacity = (size_t)count * 2;
    return true;
}

static bool take_candidates(struct sim_remote *remote) {
    struct sim_stepping *stepping = &remote->explorer->stepping;
    const struct sim_remote_block *block = remote->block;
    uint32_t count = block->present_count + block->blocked_count;
    if (!reserve_candidates(remote, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct sim_candidate *candidate = i < block->present_count
                                              ? &stepping->candidates[i]
                                              : &stepping->blocked[i - block->present_count];
        *candidate = block->candidates[i];
        candidate->instance = instance_of(remote, candidate->process);
    }
    stepping->candidate_count = block->candidate_count;
    stepping->present_count = block->present_count;
    stepping->blocked_count = block->blocked_count;
    stepping->is_inexact |= block->is_inexact;
    return true;
}

static void take_state(struct sim_remote *remote) {
    const struct sim_remote_block *block = remote->block;
    struct sim_run *shell = remote->shell;
    remote->next = block->next;
    remote->explorer->stepping.footprint = block->footprint;
    shell->fatal = block->fatal;
    shell->is_stalled = block->is_stalled;
    if (!take_processes(remote) || !take_candidates(remote)) {
        shell->fatal = COG_ENOMEM;
    }
    if (shell->fatal != COG_OK) {
        remote->next = SIM_NEXT_OVER;
    }
}

/* ---- Commands ---- */

static bool append(struct sim_remote *remote, uint64_t word) {
    uint64_t *grown = cog_grow(remote->allocator, remote->log, remote->log_count,
                               &remote->log_capacity, sizeof word);
    if (grown == NULL || remote->log_count == SIM_REMOTE_COMMANDS_MAX) {
        remote->log = grown != NULL ? grown : remote->log;
        remote->shell->fatal = COG_ENOMEM;
        return false;
    }
    remote->log = grown;
    grown[remote->log_count++] = word;
    return true;
}

static void answer(struct sim_remote *remote) {
    const struct sim_chooser *chooser = &remote->explorer->chooser;
    struct sim_choice choice = remote->block->choice;
    uint64_t drawn = chooser->choose(chooser->context, &choice);
    if (append(remote, drawn)) {
        remote->log[remote->command_at]++;
    }
    remote->block->answer = drawn;
    (void)tell(remote, SIM_REMOTE_ANSWER);
}

/* Waits until a command has been carried out; false: the execution is gone. */
static bool wait_for_it(struct sim_remote *remote) {
    char word = hear(remote);
    while (word == SIM_REMOTE_DRAW) {
        answer(remote);
        word = hear(remote);
    }
    if (word == SIM_REMOTE_TOLD) {
        return true;
    }
    if (word != SIM_REMOTE_GONE) {
        bury_zygote(remote);
    }
    return false;
}

/* The execution that is there goes, if there is one. */
static void stop(struct sim_remote *remote) {
    if (remote->is_started && tell(remote, SIM_REMOTE_QUIT) && hear(remote) != SIM_REMOTE_GONE) {
        bury_zygote(remote);
    }
    remote->is_started = false;
}

/* An execution begins, and comes to the end of the log. */
static void start(struct sim_remote *remote) {
    struct sim_remote_block *block = remote->block;
    stop(remote);
    remote->is_crashed = false;
    remote->prints.bytes = 0;
    remote->shell->fatal = COG_OK;
    block->pid = 0;
    block->command_count = remote->log_count;
    block->process_count = remote->explorer->processes.count;
    if (block->process_count > 0) {
        memcpy(block->processes, remote->explorer->processes.items,
               block->process_count * sizeof block->processes[0]);
    }
    if (remote->log_count > 0) {
        memcpy(block->commands, remote->log, remote->log_count * sizeof block->commands[0]);
    }
    remote->fork_count++;
    block->fatal = COG_OK;
    remote->is_started = true;
    if (!tell(remote, SIM_REMOTE_START) || !wait_for_it(remote)) {
        note_crash(remote);
        remote->shell->fatal = block->fatal; /* of the fork */
        return;
    }
    take_state(remote);
}

void sim_remote_restart(struct sim_remote *remote) {
    stop(remote);
    remote->is_crashed = false;
    remote->log_count = 0;
}

enum sim_next sim_remote_next(struct sim_remote *remote) {
    if (!remote->is_started && !remote->is_crashed) {
        start(remote);
    }
    return remote->next;
}

static void command(struct sim_remote *remote, bool is_time, uint32_t index) {
    if (sim_remote_next(remote) == SIM_NEXT_OVER) {
        return;
    }
    remote->command_at = remote->log_count;
    if (!append(remote, sim_remote_command(is_time, index))) {
        remote->next = SIM_NEXT_OVER;
        return;
    }
    remote->block->index = index;
    if (!tell(remote, is_time ? SIM_REMOTE_TIME : SIM_REMOTE_TAKE) || !wait_for_it(remote)) {
        note_crash(remote);
        return;
    }
    take_state(remote);
}

void sim_remote_take(struct sim_remote *remote, uint32_t candidate) {
    command(remote, false, candidate);
}

void sim_remote_pass_time(struct sim_remote *remote) {
    command(remote, true, 0);
}

/* ---- Judging ---- */

static void take_failures(struct sim_remote *remote) {
    const struct sim_remote_block *block = remote->block;
    for (uint32_t at = 0; at < block->failures_bytes;) {
        struct sim_remote_failure head;
        memcpy(&head, block->failures + at, sizeof head);
        at += (uint32_t)sizeof head;
        (void)sim_journal_fail(&remote->shell->journal, head.line, block->failures + at,
                               head.bytes - 1);
        at += head.bytes;
    }
}

int sim_remote_judge(struct sim_remote *remote, struct sim_report *report) {
    struct sim_journal *journal = &remote->shell->journal;
    sim_journal_term(journal);
    sim_journal_init(journal, remote->allocator);
    if (!remote->is_crashed && remote->shell->fatal != COG_OK &&
        remote->shell->fatal != COG_ELIMIT) {
        return remote->shell->fatal;
    }
    (void)sim_remote_next(remote);
    if (!remote->is_crashed && (!tell(remote, SIM_REMOTE_JUDGE) || !wait_for_it(remote))) {
        note_crash(remote);
    }
    if (remote->is_crashed) {
        sim_report_crash(report, remote->crash.word);
        uint32_t host = remote->block->witness.host;
        uint32_t line = host > 0 ? remote->shell->scenario->hosts[host - 1].place.line : 0;
        (void)sim_journal_fail(journal, line, remote->crash.text, strlen(remote->crash.text));
        return journal->is_out_of_memory ? COG_ENOMEM : COG_OK;
    }
    remote->is_started = false;
    if (hear(remote) != SIM_REMOTE_GONE) {
        bury_zygote(remote);
    }
    take_failures(remote);
    *report = remote->block->report;
    remote->has_declared &= remote->block->has_declared;
    return journal->is_out_of_memory ? COG_ENOMEM : remote->block->fatal;
}

/* ---- Going back ---- */

int sim_remote_snapshot(const struct sim_remote *remote, struct sim_snapshot *snapshot,
                        const struct cog_allocator *allocator) {
    size_t bytes = remote->log_count * sizeof remote->log[0];
    if (bytes > snapshot->capacity) {
        char *grown = cog_allocate(allocator, bytes * 2);
        if (grown == NULL) {
            return COG_ENOMEM;
        }
        sim_snapshot_term(snapshot, allocator);
        snapshot->bytes = grown;
        snapshot->capacity = bytes * 2;
    }
    if (bytes > 0) {
        memcpy(snapshot->bytes, remote->log, bytes);
    }
    snapshot->used_bytes = bytes;
    return COG_OK;
}

void sim_remote_go_back(struct sim_remote *remote, const struct sim_snapshot *snapshot) {
    sim_remote_restart(remote);
    if (snapshot->used_bytes > 0) {
        memcpy(remote->log, snapshot->bytes, snapshot->used_bytes); /* it has been as long before */
    }
    remote->log_count = (uint32_t)(snapshot->used_bytes / sizeof remote->log[0]);
}

/* ---- Opening and closing ---- */

static int open_channels(struct sim_remote *remote, int *theirs) {
    int ends[2];
    void *block = mmap(NULL, sizeof(struct sim_remote_block), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) {
        return COG_EIO;
    }
    remote->block = block;
    remote->block->witness.hang_ns = remote->hang_ns;
    if (sim_prints_open(&remote->prints) != COG_OK ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return COG_EIO;
    }
    remote->socket = ends[0];
    *theirs = ends[1];
    return COG_OK;
}

static int fork_zygote(struct sim_remote *remote, const struct sim_program *program,
                       const struct sim_run_options *options, int theirs) {
    remote->zygote = fork();
    if (remote->zygote == 0) {
        remote->socket = theirs;
        sim_remote_serve(remote, remote->explorer, program, options);
    }
    int error_number = errno;
    (void)close(theirs);
    errno = error_number;
    if (remote->zygote < 0) {
        remote->zygote = 0;
        return COG_EIO;
    }
    return COG_OK;
}

int sim_remote_open(struct sim_remote *remote, struct sim_explorer *explorer,
                    const struct sim_program *program, const struct sim_run_options *options,
                    int64_t hang_ns) {
    int theirs = -1;
    remote->allocator = explorer->allocator;
    remote->explorer = explorer;
    remote->socket = -1;
    remote->prints.reader = -1;
    remote->prints.writer = -1;
    remote->hang_ns = hang_ns > 0 ? hang_ns : SIM_HANG_DEFAULT_NS;
    remote->has_declared = true;
    remote->shell = cog_allocate_zeroed(remote->allocator, 1, sizeof *remote->shell);
    int status = remote->shell != NULL ? open_channels(remote, &theirs) : COG_ENOMEM;
    if (status == COG_OK) {
        remote->shell->remote = remote;
        remote->shell->program = program;
        remote->shell->scenario = program->scenario;
        sim_journal_init(&remote->shell->journal, remote->allocator);
        status = fork_zygote(remote, program, options, theirs);
    }
    if (status == COG_OK && !wait_for_it(remote)) {
        remote->has_declared = false;
        return COG_OK; /* it crashed while it was loaded: so does every execution */
    }
    status = status == COG_OK ? remote->block->fatal : status;
    if (status != COG_OK) {
        int error_number = errno;
        sim_remote_close(remote);
        errno = error_number;
    }
    return status;
}

void sim_remote_close(struct sim_remote *remote) {
    const struct cog_allocator *allocator = remote->allocator;
    if (remote->block != NULL) {
        stop(remote);
        bury_zygote(remote);
        (void)munmap(remote->block, sizeof *remote->block);
    }
    sim_prints_close(&remote->prints);
    for (uint32_t i = 0; i < remote->instance_count; i++) {
        cog_release(allocator, remote->instances[i], sizeof *remote->instances[i]);
    }
    cog_release(allocator, remote->instances, remote->instance_capacity * sizeof(void *));
    cog_release(allocator, remote->log, remote->log_capacity * sizeof remote->log[0]);
    if (remote->shell != NULL) {
        if (remote->shell->remote != NULL) {
            sim_journal_term(&remote->shell->journal);
        }
        cog_release(allocator, remote->shell, sizeof *remote->shell);
    }
    remote->block = NULL;
    remote->shell = NULL;
}
