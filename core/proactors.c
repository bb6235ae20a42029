/* proactors.c - opens a proactor by name, or the best one. */
#include "core/proactors.h"

#include "core/allocator.h"
#include "core/status.h"

#include <string.h>

/* Best first. `none` is asked for by name only, and comes last. */
static const struct cog_proactor_kind *kind_at(size_t index) {
    switch (index) {
    case 0:
        return cog_proactor_kind_epoll();
    case 1:
        return cog_proactor_kind_io_uring();
    case 2:
        return cog_proactor_kind_poll();
    case 3:
        return cog_proactor_kind_select();
    case 4:
        return cog_proactor_kind_none();
    default:
        return NULL;
    }
}

enum { KIND_COUNT = 5 };

const char *cog_proactor_name(size_t index) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct cog_proactor_kind *kind = kind_at(i);
        if (kind != NULL && index-- == 0) {
            return kind->name;
        }
    }
    return NULL;
}

size_t cog_proactor_list(struct cog_proactor_info *infos, size_t count) {
    size_t listed_count = 0;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct cog_proactor_kind *kind = kind_at(i);
        if (kind == NULL) {
            continue;
        }
        if (listed_count < count) {
            const char *note = kind->note != NULL ? kind->note() : NULL;
            infos[listed_count] = (struct cog_proactor_info){
                .name = kind->name, .is_usable = note == NULL, .note = note};
        }
        listed_count++;
    }
    return listed_count;
}

int cog_proactor_open(const char *name, const struct cog_allocator *allocator,
                      struct cog_proactor *out) {
    allocator = allocator != NULL ? allocator : cog_allocator_malloc();
    int status = COG_EUNSUPPORTED;
    for (size_t i = 0; i < KIND_COUNT && status == COG_EUNSUPPORTED; i++) {
        const struct cog_proactor_kind *kind = kind_at(i);
        if (kind != NULL && (name == NULL || strcmp(kind->name, name) == 0)) {
            status = kind->open(allocator, out);
        }
    }
    return status;
}

void cog_proactor_close(struct cog_proactor *proactor) {
    if (proactor->ops != NULL && proactor->ops->close != NULL) {
        proactor->ops->close(proactor->context);
    }
    *proactor = (struct cog_proactor){.ops = NULL};
}
