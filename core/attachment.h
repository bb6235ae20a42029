/* attachment.h - what a coroutine owns besides its context: clean-up handlers, local values,
 * subscriptions, the way that a failure came. Internal to core/.
 *
 * A singly linked list, the newest first, so that what was attached last goes first.
 */
#ifndef COG_ATTACHMENT_H
#define COG_ATTACHMENT_H

#include "core/coroutine.h"

#include <stdbool.h>
#include <stddef.h>

struct cog_attachment {
    struct cog_attachment *next;
    const struct cog_attachment_type *type;
};

struct cog_attachment_type {
    size_t bytes;        /* of the struct that begins with the attachment */
    bool is_kept_at_end; /* goes when the last reference to the coroutine does, not when it ends */
    /* Undoes what it stands for; it has left the list. May be null. */
    void (*drop)(struct cog_coro *coro, struct cog_attachment *attachment);
};

/* Attaches a zeroed struct of that type. Null when there is no memory. */
void *cog_attach(struct cog_coro *coro, const struct cog_attachment_type *type);

/* Takes the attachment at *place out of the list, drops and frees it. */
void cog_detach(struct cog_coro *coro, struct cog_attachment **place);

/* As cog_detach, for all that go at the coroutine's end; or with is_last for all that are left. */
void cog_detach_all(struct cog_coro *coro, bool is_last);

/* The first place at or after `place` where an attachment of that type stands; *result is null if
 * there is none. */
struct cog_attachment **cog_find_attachment(struct cog_attachment **place,
                                            const struct cog_attachment_type *type);

#endif
