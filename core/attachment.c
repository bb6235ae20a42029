/* attachment.c - the list of what a coroutine owns. */
#include "core/attachment.h"

void *cog_attach(struct cog_coro *coro, const struct cog_attachment_type *type) {
    struct cog_attachment *attachment = cog_allocate_zeroed(coro->allocator, 1, type->bytes);
    if (attachment != NULL) {
        attachment->type = type;
        attachment->next = coro->attachments;
        coro->attachments = attachment;
    }
    return attachment;
}

void cog_detach(struct cog_coro *coro, struct cog_attachment **place) {
    struct cog_attachment *attachment = *place;
    *place = attachment->next;
    if (attachment->type->drop != NULL) {
        attachment->type->drop(coro, attachment);
    }
    cog_release(coro->allocator, attachment, attachment->type->bytes);
}

void cog_detach_all(struct cog_coro *coro, bool is_last) {
    struct cog_attachment **place = &coro->attachments;
    while (*place != NULL) {
        if ((*place)->type->is_kept_at_end && !is_last) {
            place = &(*place)->next;
        } else {
            cog_detach(coro, place);
        }
    }
}

struct cog_attachment **cog_find_attachment(struct cog_attachment **place,
                                            const struct cog_attachment_type *type) {
    while (*place != NULL && (*place)->type != type) {
        place = &(*place)->next;
    }
    return place;
}
