/* local.c - coroutine-local storage: a value for each key, found by the key's address. */
#include "core/attachment.h"
#include "core/check.h"

struct local_value {
    struct cog_attachment attachment;
    const struct cog_local *local;
    void *value;
};

static void destroy_value(struct cog_coro *coro, struct cog_attachment *attachment) {
    (void)coro;
    const struct local_value *held = (const struct local_value *)(const void *)attachment;
    if (held->local->destroy != NULL && held->value != NULL) {
        held->local->destroy(held->value);
    }
}

static const struct cog_attachment_type local_type = {.bytes = sizeof(struct local_value),
                                                      .drop = destroy_value};

static struct local_value *find(const struct cog_coro *coro, const struct cog_local *local) {
    for (struct cog_attachment *at = coro->attachments; at != NULL; at = at->next) {
        struct local_value *held = (struct local_value *)(void *)at;
        if (at->type == &local_type && held->local == local) {
            return held;
        }
    }
    return NULL;
}

int cog_local_set(struct cog_coro *coro, const struct cog_local *local, void *value) {
    cog_assert(coro != NULL && local != NULL);
    if (coro->state == COG_CORO_ENDED) {
        return COG_EINVALID;
    }
    struct local_value *held = find(coro, local);
    void *older = held != NULL ? held->value : NULL;
    if (held == NULL) {
        held = cog_attach(coro, &local_type);
    }
    if (held == NULL) {
        return COG_ENOMEM;
    }
    held->local = local;
    held->value = value;
    if (older != NULL && older != value && local->destroy != NULL) {
        local->destroy(older);
    }
    return COG_OK;
}

void *cog_local_get(const struct cog_coro *coro, const struct cog_local *local) {
    cog_assert(coro != NULL && local != NULL);
    const struct local_value *held = find(coro, local);
    return held != NULL ? held->value : NULL;
}
