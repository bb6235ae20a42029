/* stack_overflow.h - the message about a coroutine that has overflowed its stack. Internal to
 * core/.
 *
 * When cog_run runs a scheduler that has stackful coroutines, SIGSEGV and SIGBUS, as far as their
 * disposition is the default one, get a handler that keeps no state: it finds the header of the
 * stack from the address of the fault, writes the message, restores the default and returns, so
 * that the fault repeats and ends the process as it would have without. The handler needs a stack
 * of its own; the thread gets one if it has none. AddressSanitizer does all this itself.
 *
 * Signal dispositions are the process's. The handler stays: another thread may run a scheduler, and
 * faults that are not about a stack do as they did before. The signal stack goes with the run.
 */
#ifndef COG_STACK_OVERFLOW_H
#define COG_STACK_OVERFLOW_H

#include <stdbool.h>
#include <stddef.h>

struct cog_scheduler;

struct cog_overflow_watch {
    bool is_wanted;        /* cog_run is under way */
    bool is_on;            /* and a stackful coroutine has been seen */
    bool has_signal_stack; /* the thread's signal stack is this one: */
    void *signal_stack;    /* made once */
    size_t signal_stack_bytes;
};

/* cog_run begins and ends. */
void cog_overflow_watch_begin(struct cog_scheduler *scheduler);
void cog_overflow_watch_end(struct cog_scheduler *scheduler);

/* The scheduler has got a stackful coroutine. */
void cog_overflow_watch_stack(struct cog_scheduler *scheduler);

void cog_overflow_watch_term(struct cog_scheduler *scheduler);

#endif
