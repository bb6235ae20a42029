/* proactors.h - the proactors that there are, each in a file of its own. Internal to core/. */
#ifndef COG_PROACTORS_H
#define COG_PROACTORS_H

#include "core/proactor.h"

/* A kind of proactor. */
struct cog_proactor_kind {
    const char *name;
    /* COG_OK, COG_ENOMEM, COG_EUNSUPPORTED, COG_EPROACTOR. */
    int (*open)(const struct cog_allocator *allocator, struct cog_proactor *out);
    /* Why open would say that it is unsupported, or null. May be null: it is always supported. */
    const char *(*note)(void);
};

/* Null where the system has no such thing. */
const struct cog_proactor_kind *cog_proactor_kind_epoll(void);
const struct cog_proactor_kind *cog_proactor_kind_io_uring(void);
const struct cog_proactor_kind *cog_proactor_kind_none(void);
const struct cog_proactor_kind *cog_proactor_kind_poll(void);
const struct cog_proactor_kind *cog_proactor_kind_select(void);

#endif
