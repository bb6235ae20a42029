/* choice.h - everything in a run that may go more than one way asks here.
 *
 * Production's answer is always candidate 0, or the low end of a range. Without a chooser, or for a
 * kind that does not vary, that is the answer.
 */
#ifndef SIM_CHOICE_H
#define SIM_CHOICE_H

#include "sim/language/ast.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_buffer;

enum sim_choice_kind {
    SIM_CHOICE_ORDER,   /* which ready coroutine is next */
    SIM_CHOICE_ARRIVAL, /* which completion or expired timer of one instant is next */
    SIM_CHOICE_TIME,    /* how long something takes, out of its range */
    SIM_CHOICE_SIZE,    /* how many bytes of a piece go through at once */
    SIM_CHOICE_VALUE,   /* what a `pick` gives */
    SIM_CHOICE_FAULT,   /* what is lost that a kernel may lose */
};

struct sim_choice {
    enum sim_choice_kind kind;
    uint32_t process; /* who is concerned, or SIM_NO_PROCESS: a connection, the world */
    uint64_t stream;  /* of draws: unlike for unlike places of the scenario */
    uint64_t count;   /* candidates are 0 to count - 1; of a range: low + 0 to low + count - 1 */
    int64_t low;      /* ranges only */

    /* Puts into words what is chosen here ("latency of client -> server"), and a candidate ("2",
     * "the timeout of reader"). */
    void (*label)(const struct sim_choice *choice, struct sim_buffer *buffer);
    void (*candidate_label)(const struct sim_choice *choice, uint64_t index,
                            struct sim_buffer *buffer);
    const void *subject; /* for them */
};

/* Who answers. */
struct sim_chooser {
    unsigned vary; /* a set of enum sim_vary: other kinds are not asked for; values always are */
    uint64_t (*choose)(void *context, const struct sim_choice *choice); /* less than count */
    void *context;
};

/* Is anybody asked? */
static inline bool sim_choice_varies(const struct sim_chooser *chooser,
                                     const struct sim_choice *choice) {
    static const unsigned needed[] = {
        [SIM_CHOICE_ORDER] = SIM_VARY_ORDER,
        [SIM_CHOICE_ARRIVAL] = SIM_VARY_ARRIVALS,
        [SIM_CHOICE_TIME] = SIM_VARY_TIME,
        [SIM_CHOICE_SIZE] = SIM_VARY_SIZE,
        [SIM_CHOICE_VALUE] = 0,
        [SIM_CHOICE_FAULT] = SIM_VARY_FAULTS,
    };
    unsigned kind = needed[choice->kind];
    return chooser != NULL && choice->count >= 2 && (chooser->vary & kind) == kind;
}

/* The answer to a choice; production's where nobody is asked. */
static inline uint64_t sim_choose(const struct sim_chooser *chooser,
                                  const struct sim_choice *choice) {
    return sim_choice_varies(chooser, choice) ? chooser->choose(chooser->context, choice) : 0;
}

#endif
