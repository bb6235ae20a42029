/* trail.c - who called whom, in words.
 *
 * A coroutine that fails leaves its name and its reason with its caller. If that fails as well, it
 * passes copies of both on; the call that fails next takes their place.
 */
#include "core/trail.h"

#include "core/attachment.h"
#include "core/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One coroutine that failed. It does not outlive this, so its name is copied. */
struct failure {
    struct cog_attachment attachment;
    int32_t status;
    const char *op_name; /* the operation that failed it, or null; static */
    char name[40];
};

static const struct cog_attachment_type failure_type = {.bytes = sizeof(struct failure),
                                                        .is_kept_at_end = true};

/* The operation that a coroutine failed with, if its own last one did. */
static const char *failed_op_name(const struct cog_coro *coro) {
    bool passes_on = coro->op.type->kind == COG_OP_CALL || coro->op.type->kind == COG_OP_JOIN;
    return coro->op.status == coro->status && !(passes_on && coro->status == COG_EFAILED)
               ? coro->op.type->name
               : NULL;
}

static void drop_failures(struct cog_coro *coro) {
    struct cog_attachment **place = cog_find_attachment(&coro->attachments, &failure_type);
    while (*place != NULL) {
        cog_detach(coro, place);
        place = cog_find_attachment(place, &failure_type);
    }
}

/* Attaches a failure to coro, behind *place. Returns the place behind the new one; null when there
 * is no memory. */
static struct cog_attachment **add_failure(struct cog_coro *coro, struct cog_attachment **place,
                                           const struct failure *like) {
    struct failure *failure = cog_attach(coro, &failure_type);
    if (failure == NULL) {
        return NULL;
    }
    failure->status = like->status;
    failure->op_name = like->op_name;
    memcpy(failure->name, like->name, sizeof failure->name);
    if (place != NULL) {
        coro->attachments = failure->attachment.next;
        failure->attachment.next = *place;
        *place = &failure->attachment;
    }
    return &failure->attachment.next;
}

void cog_trail_pass(struct cog_coro *to, const struct cog_coro *failed) {
    drop_failures(to);
    struct failure outermost = {.status = failed->status, .op_name = failed_op_name(failed)};
    (void)snprintf(outermost.name, sizeof outermost.name, "%s", failed->name);
    struct cog_attachment **place = add_failure(to, NULL, &outermost);
    /* One that failed by itself did so whatever it had called before. */
    const struct cog_attachment *deeper =
        failed->status == COG_EFAILED ? failed->attachments : NULL;
    for (; deeper != NULL && place != NULL; deeper = deeper->next) {
        if (deeper->type == &failure_type) {
            place = add_failure(to, place, (const struct failure *)(const void *)deeper);
        }
    }
}

/* Text that is cut off where the buffer ends, but counted on. */
struct line {
    char *buffer;
    size_t bytes;
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...) {
    size_t room = line->length < line->bytes ? line->bytes - line->length : 0;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(room > 0 ? line->buffer + line->length : NULL, room, format, arguments);
    va_end(arguments);
    line->length += written > 0 ? (size_t)written : 0;
}

static void add_reason(struct line *line, int status, const char *op_name) {
    add(line, ": %s", status == COG_OK ? "ended" : cog_status_name(status));
    if (op_name != NULL) {
        add(line, " in %s", op_name);
    }
}

/* The failures that a coroutine which has failed was left with, outermost first. */
static void add_failures(struct line *line, const struct cog_coro *coro) {
    const struct failure *last = NULL;
    const struct cog_attachment *at = coro->status == COG_EFAILED ? coro->attachments : NULL;
    for (; at != NULL; at = at->next) {
        if (at->type == &failure_type) {
            last = (const struct failure *)(const void *)at;
            add(line, " > %s", last->name);
        }
    }
    if (last != NULL) {
        add_reason(line, last->status, last->op_name);
    } else {
        add_reason(line, coro->status, coro->status != COG_OK ? failed_op_name(coro) : NULL);
    }
}

/* The callers of coro, outermost first, without recursion: each time one less far up. */
static void add_callers(struct line *line, const struct cog_coro *coro) {
    size_t depth = 0;
    for (const struct cog_coro *at = coro->caller; at != NULL; at = at->caller) {
        depth++;
    }
    for (; depth > 0; depth--) {
        const struct cog_coro *at = coro;
        for (size_t up = 0; up < depth; up++) {
            at = at->caller;
        }
        add(line, "%s > ", at->name);
    }
}

size_t cog_coro_trail(const struct cog_coro *coro, char *buffer, size_t bytes) {
    cog_assert(coro != NULL && (buffer != NULL || bytes == 0));
    struct line line = {.buffer = buffer, .bytes = bytes};
    if (bytes > 0) {
        buffer[0] = '\0';
    }
    add_callers(&line, coro);
    add(&line, "%s", coro->name);
    const struct cog_coro *at = coro;
    for (; cog_coro_callee(at) != NULL; at = cog_coro_callee(at)) {
        add(&line, " > %s", cog_coro_callee(at)->name);
    }
    if (at->state == COG_CORO_ENDED) {
        add_failures(&line, at);
    } else if (at->state == COG_CORO_WAITING) {
        add(&line, ": waits in %s", at->op.type->name);
    } else {
        add(&line, ": %s", cog_coro_state_name(at->state));
    }
    return line.length;
}
