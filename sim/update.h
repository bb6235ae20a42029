/* update.h - what the expectations of a scenario would have to say to hold in a run that has been
 * executed.
 *
 *     struct sim_update update;
 *     sim_run_execute(run, &result);
 *     sim_update_init(&update, run, &source);
 *     sim_update_apply(&update, text, length, &buffer);
 *     sim_update_term(&update);
 *
 * Only `expect` and `normally` lines that do not hold are rewritten, and of those only the parts
 * that differ from what happened. What cannot be rewritten is noted. A run that broke more than its
 * expectations is refused: it would be taken for what should be.
 */
#ifndef SIM_UPDATE_H
#define SIM_UPDATE_H

#include "sim/cogsim.h"
#include "sim/language/arena.h"
#include "sim/language/buffer.h"

/* Bytes of the scenario's own file that others take the place of. */
struct sim_edit {
    size_t offset;
    size_t length;
    struct sim_text text;
};

/* An expectation that does not hold and stays as it is. */
struct sim_update_note {
    uint32_t line;
    const char *message; /* why, as "its time is an expression" */
};

struct sim_update {
    struct sim_arena arena; /* of all texts below */
    const char *refusal;    /* why nothing may be rewritten, or null */
    struct sim_edit *edits; /* in the order of the file; none overlaps another */
    uint32_t edit_count;
    struct sim_update_note *notes; /* in the order of the file */
    uint32_t note_count;
};

/* The run must have been executed with COG_OK, from this source. COG_OK; COG_ENOMEM: there is
 * nothing to give back. */
int sim_update_init(struct sim_update *update, struct sim_run *run,
                    const struct sim_source *source);
void sim_update_term(struct sim_update *update);

/* Adds the text of the scenario's own file with all edits made. */
void sim_update_apply(const struct sim_update *update, const char *text, size_t length,
                      struct sim_buffer *buffer);

#endif
