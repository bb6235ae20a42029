/* serials.h - numbers of operations, found by where they are. Internal to core/. */
#ifndef COG_SERIALS_H
#define COG_SERIALS_H

#include "core/allocator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cog_op;

struct cog_serial {
    const struct cog_op *op; /* null: empty */
    uint64_t serial;
};

/* An open table, at most half full. */
struct cog_serials {
    const struct cog_allocator *allocator;
    struct cog_serial *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

void cog_serials_init(struct cog_serials *serials, const struct cog_allocator *allocator);
void cog_serials_term(struct cog_serials *serials);

/* The operation is not there yet. False: no memory. */
bool cog_serials_add(struct cog_serials *serials, const struct cog_op *op, uint64_t serial);

/* 0: it is not there. */
uint64_t cog_serials_find(const struct cog_serials *serials, const struct cog_op *op);
void cog_serials_remove(struct cog_serials *serials, const struct cog_op *op);

#endif
