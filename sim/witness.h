/* witness.h - what a run shows to another process while it goes on, so that it is known when the
 * run does not come to its end: C code may crash, or never come back.
 *
 * It lies in memory that both share. The run writes, the other reads when the run is gone.
 */
#ifndef SIM_WITNESS_H
#define SIM_WITNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SIM_WITNESS_NAME_BYTES = 96, SIM_WITNESS_DECISIONS_BYTES = 1 << 18 };

struct sim_witness {
    int64_t hang_ns; /* set by who looks on: a resumption that takes so much of the processor's time
                        ends the process. 0: none does */
    uint64_t progress;                      /* resumptions of C coroutines */
    bool is_in_code;                        /* a C program is running */
    uint32_t host;                          /* id: whose */
    int64_t now_ns;                         /* world time of the latest one */
    bool has_begun;                         /* something of a C program has run */
    char name[SIM_WITNESS_NAME_BYTES];      /* "server/echo": who runs */
    char operation[SIM_WITNESS_NAME_BYTES]; /* which has ended, and after which it runs; or empty */
    char decisions[SIM_WITNESS_DECISIONS_BYTES]; /* lines of a schedule, as they are taken */
    uint32_t decisions_bytes;
    uint32_t decisive_bytes; /* up to the last one that is not production's */
};

/* A decision has been taken; what there is no room for is left out. */
static inline void sim_witness_decide(struct sim_witness *witness, const char *line, size_t bytes,
                                      bool is_decisive) {
    if (bytes + 1 > sizeof witness->decisions - witness->decisions_bytes) {
        return;
    }
    memcpy(witness->decisions + witness->decisions_bytes, line, bytes);
    witness->decisions[witness->decisions_bytes + bytes] = '\n';
    witness->decisions_bytes += (uint32_t)bytes + 1;
    witness->decisive_bytes = is_decisive ? witness->decisions_bytes : witness->decisive_bytes;
}

#endif
