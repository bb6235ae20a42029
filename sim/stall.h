/* stall.h - why nothing can happen any more: who waits for what, and who could have ended that. */
#ifndef SIM_STALL_H
#define SIM_STALL_H

#include <stdbool.h>
#include <stdint.h>

struct sim_buffer;
struct sim_instance;
struct sim_run;

/* Somebody who waits. Coroutines are called by their ids in traces. Texts are of value only while
 * they are shown. */
struct sim_stall_wait {
    uint32_t coroutine;
    const char *name;
    const char *host;
    const char *statement; /* "acquire b" */
    const char *place;     /* "line 9" */
    int64_t since_ns;
    bool is_background;
};

/* Somebody who could end a wait, or could have. */
struct sim_stall_hope {
    uint32_t waiter;
    uint32_t other; /* 0: the world, or one that was never started */
    const char *other_name;
    const char *deed;  /* "held by", "signal ready, line 5" */
    const char *words; /* all of it: "held by right, which waits itself for `acquire a`, line 16" */
    bool is_certain;   /* the other and nobody else */
};

/* Is shown a stall: each that waits and behind it who could end that, then who wait for each other
 * in a ring. */
struct sim_stall_view {
    void (*wait)(void *context, const struct sim_stall_wait *wait);
    void (*hope)(void *context, const struct sim_stall_hope *hope);
    void (*ring)(void *context, const uint32_t *coroutines, uint32_t count);
    void *context;
};

/* Shows why a run has stalled. COG_OK; COG_ENOMEM: not all of it. */
int sim_view_stall(struct sim_run *run, const struct sim_stall_view *view);

/* After the run has stalled: writes a failure with all of that. */
void sim_explain_stall(struct sim_run *run);

/* While others go on: adds where one of them waits, and who could end that, in lines. */
void sim_explain_wait(struct sim_run *run, const struct sim_instance *instance,
                      struct sim_buffer *text);

#endif
