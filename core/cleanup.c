/* cleanup.c - handlers that run when a coroutine ends, and its local values. */
#include "core/attachment.h"
#include "core/check.h"

struct cleanup {
    struct cog_attachment attachment;
    void (*function)(void *argument);
    void *argument;
};

static void run_cleanup(struct cog_coro *coro, struct cog_attachment *attachment) {
    (void)coro;
    const struct cleanup *cleanup = (const struct cleanup *)(const void *)attachment;
    if (cleanup->function != NULL) {
        cleanup->function(cleanup->argument);
    }
}

static const struct cog_attachment_type cleanup_type = {.bytes = sizeof(struct cleanup),
                                                        .drop = run_cleanup};

int cog_defer(struct cog_coro *coro, void (*cleanup)(void *argument), void *argument) {
    cog_assert(coro != NULL && cleanup != NULL);
    if (coro->state == COG_CORO_ENDED) {
        return COG_EINVALID;
    }
    struct cleanup *attached = cog_attach(coro, &cleanup_type);
    if (attached == NULL) {
        return COG_ENOMEM;
    }
    attached->function = cleanup;
    attached->argument = argument;
    return COG_OK;
}

int cog_undefer(struct cog_coro *coro, void (*cleanup)(void *argument), void *argument,
                bool is_run) {
    cog_assert(coro != NULL && cleanup != NULL);
    struct cog_attachment **place = cog_find_attachment(&coro->attachments, &cleanup_type);
    for (; *place != NULL; place = cog_find_attachment(&(*place)->next, &cleanup_type)) {
        struct cleanup *attached = (struct cleanup *)(void *)*place;
        if (attached->function == cleanup && attached->argument == argument) {
            attached->function = is_run ? cleanup : NULL;
            cog_detach(coro, place);
            return COG_OK;
        }
    }
    return COG_EINVALID;
}
