/* picker.h - the seam through which somebody else decides what comes next.
 *
 * Production has none: the front of the ready queue, the earliest deadline. With a picker every
 * choice between two or more is asked.
 */
#ifndef COG_PICKER_H
#define COG_PICKER_H

#include <stddef.h>

struct cog_coro;
struct cog_op;

struct cog_picker_ops {
    /* Which of count >= 2 ready coroutines is resumed next, as an index; 0 is what production does.
     * The array is the scheduler's and lasts for the call. */
    size_t (*pick_ready)(void *context, struct cog_coro *const *candidates, size_t count);

    /* Which of count >= 2 operations whose deadlines have come expires next; 0 is what production
     * does. */
    size_t (*pick_expired)(void *context, struct cog_op *const *candidates, size_t count);
};

struct cog_picker {
    const struct cog_picker_ops *ops; /* null: production order */
    void *context;
};

#endif
