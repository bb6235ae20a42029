/* confined.c - a forked process, its outputs, and its end. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, pipe2 */
#include "sim/program/confined.h"

#include "sim/program/output.h"
#include "sim/program/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    struct sim_witness witness;
    bool is_done; /* it has come to its end by itself */
    char temporary[CONFINED_PATH_BYTES];
};

int confined_open(struct confined *confined, int64_t hang_ns) {
    confined->hang_ns = hang_ns > 0 ? hang_ns : SIM_HANG_DEFAULT_NS;
    confined->prints.reader = -1;
    confined->prints.writer = -1;
    confined->shared = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (confined->shared == MAP_FAILED) {
        confined->shared = NULL;
        return COG_EIO;
    }
    ((struct shared *)confined->shared)->witness.hang_ns = confined->hang_ns;
    return COG_OK;
}

void confined_close(struct confined *confined) {
    if (confined->shared != NULL) {
        (void)munmap(confined->shared, sizeof(struct shared));
    }
    confined->shared = NULL;
}

const struct sim_witness *confined_witness(const struct confined *confined) {
    return &((const struct shared *)confined->shared)->witness;
}

/* ---- The other process ---- */

struct streams {
    int output[2];
    int errors[2];
};

__attribute__((noreturn)) static void go(struct confined *confined, confined_function function,
                                         void *context, const struct streams *streams) {
    struct shared *shared = confined->shared;
    int low = streams->output[1] < streams->errors[1] ? streams->output[1] : streams->errors[1];
    int high = streams->output[1] < streams->errors[1] ? streams->errors[1] : streams->output[1];
    const int kept[] = {low, high, -1};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    sim_prints_redirect(&confined->prints);
    sim_crash_close_others(kept);
    struct confined_place place = {.output = fdopen(streams->output[1], "w"),
                                   .errors = fdopen(streams->errors[1], "w"),
                                   .witness = &shared->witness,
                                   .temporary = shared->temporary};
    int code = EXIT_ENVIRONMENT;
    if (place.output != NULL && place.errors != NULL) {
        code = function(context, &place);
        (void)fflush(place.output);
        (void)fflush(place.errors);
    }
    shared->is_done = true;
    _exit(code);
}

/* ---- This one ---- */

static void pass_on(int from, FILE *to) {
    char buffer[16384];
    ssize_t count = read(from, buffer, sizeof buffer);
    if (count > 0) {
        (void)fwrite(buffer, 1, (size_t)count, to);
    }
}

enum { SECOND_MS = 1000, WAITS_LONGER = 4 };

/* Takes in what the process writes, until it is gone. One that does nothing for long, without using
 * the processor, waits for something outside of its world, and is ended. */
static void attend(struct confined *confined, pid_t pid, const struct streams *streams,
                   FILE *output, FILE *errors) {
    const struct sim_witness *witness = confined_witness(confined);
    struct pollfd waits[3] = {{.fd = streams->output[0], .events = POLLIN},
                              {.fd = streams->errors[0], .events = POLLIN},
                              {.fd = confined->prints.reader, .events = POLLIN}};
    uint64_t progress = 0;
    int64_t idle_ms = 0;
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        int count = poll(waits, 3, SECOND_MS);
        if (count == 0 && witness->is_in_code) {
            bool is_stuck = progress == witness->progress;
            progress = witness->progress;
            idle_ms = is_stuck ? idle_ms + SECOND_MS : 0;
            if (idle_ms > confined->hang_ns / 1000000 * WAITS_LONGER) {
                (void)kill(pid, SIGALRM);
            }
        }
        FILE *const files[2] = {output, errors};
        for (int i = 0; i < 2; i++) {
            if ((waits[i].revents & POLLIN) != 0) {
                pass_on(waits[i].fd, files[i]);
            } else if (waits[i].revents != 0) {
                waits[i].fd = -1;
            }
        }
        sim_prints_read(&confined->prints);
    }
}

static int finish(struct confined *confined, pid_t pid) {
    struct shared *shared = confined->shared;
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    sim_prints_read(&confined->prints);
    if (WIFEXITED(status) && shared->is_done) {
        return WEXITSTATUS(status);
    }
    if (shared->temporary[0] != '\0') {
        (void)remove(shared->temporary);
    }
    sim_crash_describe(&confined->crash, &shared->witness, status, &confined->prints,
                       confined->hang_ns);
    return CONFINED_CRASHED;
}

static int fork_and_attend(struct confined *confined, confined_function function, void *context,
                           FILE *output, FILE *errors) {
    struct streams streams;
    if (pipe2(streams.output, O_CLOEXEC) != 0 || pipe2(streams.errors, O_CLOEXEC) != 0) {
        complain_to(errors, "cannot make a pipe: %s", strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        go(confined, function, context, &streams);
    }
    int error_number = errno;
    (void)close(streams.output[1]);
    (void)close(streams.errors[1]);
    (void)close(confined->prints.writer);
    confined->prints.writer = -1;
    int code = EXIT_ENVIRONMENT;
    if (pid < 0) {
        complain_to(errors, "cannot start a process: %s", strerror(error_number));
    } else {
        attend(confined, pid, &streams, output, errors);
        code = finish(confined, pid);
    }
    (void)close(streams.output[0]);
    (void)close(streams.errors[0]);
    return code;
}

int confined_do(struct confined *confined, confined_function function, void *context, FILE *output,
                FILE *errors) {
    if (sim_prints_open(&confined->prints) != COG_OK) {
        complain_to(errors, "cannot make a pipe: %s", strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int code = fork_and_attend(confined, function, context, output, errors);
    sim_prints_close(&confined->prints);
    if (code >= 0 && confined->prints.bytes > 0) {
        (void)fwrite(confined->prints.text, 1, confined->prints.bytes, errors);
    }
    return code;
}

/* ---- Telling ---- */

bool confined_fail(const struct confined *confined, const struct sim_scenario *scenario,
                   struct sim_journal *journal) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_text(&text, confined->crash.text);
    sim_prints_append(&confined->prints, &text);
    uint32_t host = confined_witness(confined)->host;
    uint32_t line =
        host > 0 && host <= scenario->host_count ? scenario->hosts[host - 1].place.line : 0;
    bool is_kept =
        !text.has_failed && sim_journal_fail(journal, line, text.bytes, text.length) != NULL;
    sim_buffer_term(&text);
    return is_kept;
}

int confined_tell(const struct confined *confined, const char *path,
                  const struct sim_scenario *scenario, bool json, FILE *output, FILE *errors) {
    struct sim_journal journal;
    struct sim_diagnostics diagnostics;
    sim_journal_init(&journal, cog_allocator_malloc());
    sim_diagnostics_init(&diagnostics, cog_allocator_malloc());
    const struct sim_witness *witness = confined_witness(confined);
    struct sim_result result = {
        .time_ns = witness->now_ns, .step_count = witness->progress, .journal = &journal};
    bool is_told = confined_fail(confined, scenario, &journal);
    if (is_told && json) {
        is_told = output_json(output, path, scenario, &result, &diagnostics);
    } else if (is_told) {
        output_title(output, path, scenario, false, false);
        (void)fputc('\n', output);
        output_failures(output, path, scenario, &journal, NULL);
    }
    if (!is_told) {
        complain_to(errors, "%s: out of memory", path);
    }
    sim_diagnostics_term(&diagnostics);
    sim_journal_term(&journal);
    return is_told ? EXIT_NOT_HELD : EXIT_ENVIRONMENT;
}
