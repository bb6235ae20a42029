/* crash.c - signals in words, and the pipe for what is printed. */
#define _GNU_SOURCE /* close_range, pipe2 */
#include "sim/crash.h"

#include "core/status.h"
#include "sim/duration.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- What is printed ---- */

int sim_prints_open(struct sim_prints *prints) {
    int ends[2];
    prints->bytes = 0;
    prints->reader = -1;
    prints->writer = -1;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return COG_EIO;
    }
    prints->reader = ends[0];
    prints->writer = ends[1];
    (void)fcntl(prints->reader, F_SETFL, O_NONBLOCK);
    return COG_OK;
}

void sim_prints_close(struct sim_prints *prints) {
    if (prints->reader >= 0) {
        (void)close(prints->reader);
    }
    if (prints->writer >= 0) {
        (void)close(prints->writer);
    }
    prints->reader = -1;
    prints->writer = -1;
}

void sim_prints_redirect(const struct sim_prints *prints) {
    (void)dup2(prints->writer, STDOUT_FILENO);
    (void)dup2(prints->writer, STDERR_FILENO);
}

void sim_prints_read(struct sim_prints *prints) {
    char beyond[4096];
    for (;;) {
        size_t room = sizeof prints->text - prints->bytes;
        ssize_t count = room > 0 ? read(prints->reader, prints->text + prints->bytes, room)
                                 : read(prints->reader, beyond, sizeof beyond);
        if (count <= 0) {
            return;
        }
        prints->bytes += room > 0 ? (size_t)count : 0;
    }
}

void sim_prints_append(const struct sim_prints *prints, struct sim_buffer *buffer) {
    const char *text = prints->text;
    size_t left = prints->bytes;
    if (left == 0) {
        return;
    }
    sim_buffer_add_text(buffer, "\n  it printed:");
    while (left > 0) {
        const char *end = memchr(text, '\n', left);
        size_t bytes = end != NULL ? (size_t)(end - text) : left;
        sim_buffer_add_text(buffer, "\n    ");
        sim_buffer_add(buffer, text, bytes);
        bytes += end != NULL ? 1 : 0;
        text += bytes;
        left -= bytes;
    }
}

/* ---- What became of it ---- */

static const char *signal_word(int number) {
    static const struct {
        int number;
        const char *word;
    } words[] = {{SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
                 {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
                 {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"}, {SIGKILL, "SIGKILL"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].number == number) {
            return words[i].word;
        }
    }
    return NULL;
}

/* The line of what was printed in which a sanitizer says what is wrong; null: there is none. */
static const char *sanitizer_line(const struct sim_prints *prints, int *bytes) {
    static const char *const marks[] = {"Sanitizer: ", "runtime error: "};
    for (size_t at = 0; prints != NULL && at < prints->bytes; at++) {
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            size_t length = strlen(marks[i]);
            if (prints->bytes - at >= length && memcmp(prints->text + at, marks[i], length) == 0) {
                size_t from = i == 0 ? at + length : at; /* what goes on, or begins, there */
                const char *text = prints->text + from;
                size_t left = prints->bytes - from;
                const char *end = memchr(text, '\n', left);
                size_t count = end != NULL ? (size_t)(end - text) : left;
                *bytes = count < 160 ? (int)count : 160;
                return text;
            }
        }
    }
    return NULL;
}

static bool is_hang(int wait_status) {
    return WIFSIGNALED(wait_status) &&
           (WTERMSIG(wait_status) == SIGPROF || WTERMSIG(wait_status) == SIGALRM);
}

static void name_kind(struct sim_crash *crash, int wait_status, const char *sanitizer,
                      int sanitizer_bytes) {
    size_t room = sizeof crash->word;
    if (is_hang(wait_status)) {
        (void)snprintf(crash->word, room, "does not come back");
    } else if (sanitizer != NULL) {
        /* "heap-use-after-free", without its addresses; "runtime error" */
        int bytes = 0;
        while (bytes < sanitizer_bytes && sanitizer[bytes] != ' ' && sanitizer[bytes] != ':') {
            bytes++;
        }
        bool is_undefined = sanitizer_bytes > 13 && memcmp(sanitizer, "runtime error", 13) == 0;
        bytes += is_undefined ? 6 : 0;
        (void)snprintf(crash->word, room, "sanitizer: %.*s", bytes < 40 ? bytes : 40, sanitizer);
    } else if (WIFSIGNALED(wait_status)) {
        const char *word = signal_word(WTERMSIG(wait_status));
        if (word != NULL) {
            (void)snprintf(crash->word, room, "%s", word);
        } else {
            (void)snprintf(crash->word, room, "signal %d", WTERMSIG(wait_status));
        }
    } else {
        (void)snprintf(crash->word, room, "exit %d", WEXITSTATUS(wait_status));
    }
}

void sim_crash_describe(struct sim_crash *crash, const struct sim_witness *witness, int wait_status,
                        const struct sim_prints *prints, int64_t hang_ns) {
    char when[SIM_DURATION_BYTES];
    char hang[SIM_DURATION_BYTES];
    char place[SIM_WITNESS_NAME_BYTES + 48] = "";
    int bytes = 0;
    const char *sanitizer = sanitizer_line(prints, &bytes);
    const char *operation = witness->operation;
    name_kind(crash, wait_status, sanitizer, bytes);
    bool is_early = strcmp(operation, "cog_main") == 0;
    bool is_loading = strcmp(operation, "being loaded") == 0;
    if (is_early || is_loading) {
        (void)snprintf(place, sizeof place, is_early ? " in cog_main" : " while it was loaded");
    } else if (operation[0] != '\0') {
        (void)snprintf(place, sizeof place, " in its step after '%s'", operation);
    }
    const char *who = witness->has_begun ? witness->name : "a C program";
    size_t room = sizeof crash->text;
    (void)sim_duration_format(witness->now_ns, when);
    (void)sim_duration_format(hang_ns, hang);
    if (is_hang(wait_status)) {
        (void)snprintf(
            crash->text, room,
            "%s does not come back: it ran for %s%s, at %s (--hang sets how long it may)", who,
            hang, place, when);
    } else if (sanitizer != NULL) {
        (void)snprintf(crash->text, room, "%s crashed%s, at %s: a sanitizer says %.*s", who, place,
                       when, bytes, sanitizer);
    } else if (WIFSIGNALED(wait_status)) {
        (void)snprintf(crash->text, room, "%s crashed%s, at %s: %s (%s)", who, place, when,
                       crash->word, strsignal(WTERMSIG(wait_status)));
    } else {
        (void)snprintf(crash->text, room, "%s ended the process%s, at %s: exit(%d)", who, place,
                       when, WEXITSTATUS(wait_status));
    }
}

void sim_crash_limit(int64_t hang_ns) {
    struct itimerval limit = {.it_value = {.tv_sec = (time_t)(hang_ns / 1000000000),
                                           .tv_usec = (suseconds_t)(hang_ns % 1000000000 / 1000)}};
    if (hang_ns > 0 && limit.it_value.tv_sec == 0 && limit.it_value.tv_usec == 0) {
        limit.it_value.tv_usec = 1;
    }
    (void)setitimer(ITIMER_PROF, &limit, NULL);
}

void sim_crash_close_others(const int *kept) {
    int from = 3;
    for (; *kept >= 0; kept++) {
        if (*kept > from) {
            (void)close_range((unsigned)from, (unsigned)*kept - 1, 0);
        }
        from = *kept >= from ? *kept + 1 : from;
    }
    (void)close_range((unsigned)from, UINT_MAX, 0);
}
