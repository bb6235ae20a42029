/* crash.h - C code under test that ends its process, or does not come back: what can be told of it,
 * and what it printed.
 */
#ifndef SIM_CRASH_H
#define SIM_CRASH_H

#include "sim/language/buffer.h"
#include "sim/witness.h"

#include <stddef.h>

enum { SIM_PRINTS_BYTES = 1 << 16, SIM_CRASH_BYTES = 512, SIM_CRASH_WORD_BYTES = 64 };

#define SIM_HANG_DEFAULT_NS INT64_C(5000000000)

/* The pipe into which a process prints, and the beginning of what it has. */
struct sim_prints {
    int reader; /* does not block; -1: closed */
    int writer;
    size_t bytes;
    char text[SIM_PRINTS_BYTES];
};

struct sim_crash {
    char word[SIM_CRASH_WORD_BYTES]; /* "SIGSEGV", "does not come back", "exit 3": of its kind */
    char text[SIM_CRASH_BYTES];      /* a sentence */
};

/* COG_OK, COG_EIO with errno set. */
int sim_prints_open(struct sim_prints *prints);
void sim_prints_close(struct sim_prints *prints);

/* In the process that prints: standard output and error go there. */
void sim_prints_redirect(const struct sim_prints *prints);

/* Takes in what has been printed so far. */
void sim_prints_read(struct sim_prints *prints);

/* Its lines, indented, a heading above them; nothing if nothing was printed. */
void sim_prints_append(const struct sim_prints *prints, struct sim_buffer *buffer);

/* A process has ended with a status (of waitpid) while the code that the witness tells of ran. */
void sim_crash_describe(struct sim_crash *crash, const struct sim_witness *witness, int wait_status,
                        const struct sim_prints *prints, int64_t hang_ns);

/* In the process itself: from here on, when it has used so much processor time it is ended, as one
 * that does not come back. 0: it is not. */
void sim_crash_limit(int64_t hang_ns);

/* Closes all descriptors from 3 on, but these (ended by -1, in ascending order): a process that
 * others are forked beside must not keep theirs open. */
void sim_crash_close_others(const int *kept);

#endif
