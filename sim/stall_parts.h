/* stall_parts.h - what those that explain a stall share (stall.h).
 *
 *     stall.c         who waits, who of them for each other, and all of it put together
 *     stall_hopes.c   who could end a wait, and what became of them
 *     stall_shown.c   the same for who looks (struct sim_stall_view)
 */
#ifndef SIM_STALL_PARTS_H
#define SIM_STALL_PARTS_H

#include "sim/explanation.h"
#include "sim/stall.h"

enum { SIM_STALL_SHOWN_MAX = 16 };

struct sim_stall_waiting {
    const struct sim_instance *instance;
    const struct cog_op *op; /* null before a step of its own */
    const struct sim_statement *statement;
    const struct sim_instance *blocker; /* who waits too, and would end this wait; or null */
};

struct sim_stall {
    struct sim_run *run;
    struct sim_explanation explanation;
    struct sim_stall_waiting waiting[SIM_STALL_SHOWN_MAX]; /* the first ones */
    uint32_t shown_count;
    uint32_t count;                    /* of all */
    uint32_t line;                     /* of the first in the foreground */
    bool goes_on;                      /* nothing has stalled but one of them */
    const struct sim_stall_view *view; /* null: nobody looks */
    bool is_out_of_memory;             /* somebody looks, and has not seen all */
    size_t note_start;                 /* in the text, of the note under way */
};

struct sim_buffer *sim_stall_text(struct sim_stall *stall);

/* A line below that of who waits. */
void sim_stall_begin_note(struct sim_stall *stall);

/* The statement that an instance waits on; null: it has not begun. */
const struct sim_statement *sim_stall_statement(const struct sim_instance *instance);
bool sim_stall_is_waiting(const struct sim_instance *instance);

/* Notes who holds back one that waits, and who could end its wait. */
void sim_stall_note_blocker(struct sim_stall *stall, struct sim_stall_waiting *waiting);
void sim_stall_note_hopes(struct sim_stall *stall, struct sim_stall_waiting *waiting);

/* ---- For who looks ---- */

void sim_stall_show_wait(struct sim_stall *stall, const struct sim_instance *instance,
                         const struct sim_buffer *statement);

/* The note under way tells of a hope. */
void sim_stall_show_hope(struct sim_stall *stall, const struct sim_instance *waiter,
                         const struct sim_instance *other, const char *name, const char *deed,
                         bool is_certain);

/* The same with a deed that has been put together, which is given back. */
void sim_stall_show_deed(struct sim_stall *stall, const struct sim_instance *waiting,
                         const struct sim_instance *other, const char *name,
                         struct sim_buffer *deed, bool is_certain);

#endif
