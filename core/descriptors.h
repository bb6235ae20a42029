/* descriptors.h - the sockets that a proactor has given out, by descriptor, and the operations held
 * on each.
 *
 * A table of pages of entries; an entry stays where it is, and stays when its socket is closed, for
 * the next one of that number. `generation` tells the two apart.
 */
#ifndef COG_DESCRIPTORS_H
#define COG_DESCRIPTORS_H

#include "core/cogen.h"
#include "core/readiness.h"

/* A set of directions. */
enum {
    COG_RECEIVING_BIT = 1 << COG_RECEIVING,
    COG_SENDING_BIT = 1 << COG_SENDING,
    COG_BOTH_BITS = COG_RECEIVING_BIT | COG_SENDING_BIT,
};

struct cog_descriptor {
    struct cog_link held[COG_DIRECTION_COUNT]; /* operations by direction, the oldest first */
    struct cog_link dirty_link;                /* the proactor's; linked while dirty is not 0 */
    int32_t number;
    uint32_t generation;                  /* of the socket that has or had that number last */
    size_t place;                         /* the proactor's: where it stands with that */
    void *under_way[COG_DIRECTION_COUNT]; /* the proactor's: what the system is at work on */
    bool is_open;
    uint8_t dirty;        /* the proactor's: directions to attempt with the next run */
    uint8_t watched;      /* the proactor's: directions that the system watches */
    uint8_t may_be_ready; /* directions in which no attempt has said since the last report of
                             readiness that it would block */
    uint8_t put_off;      /* the proactor's: directions in which the first operation has not been
                             attempted when that was due, because nothing would have come of it */
    uint8_t unwanted;     /* directions that were reported ready while nothing was held in them */
    bool drains;          /* the proactor's: a recv that takes less than it might has taken all, and
                             what comes after that will be reported */
};

struct cog_descriptors {
    const struct cog_allocator *allocator;
    struct cog_descriptor **pages;
    size_t page_count; /* pages there is room for; a null one has not been needed */
    size_t open_count;
    size_t held_count; /* operations, orphans (cog_descriptors_close) counted in */
};

void cog_descriptors_init(struct cog_descriptors *table, const struct cog_allocator *allocator);
void cog_descriptors_term(struct cog_descriptors *table);

/* Takes up a socket that has just been opened. COG_OK, COG_ENOMEM. */
int cog_descriptors_open(struct cog_descriptors *table, int32_t number);

/* The entry of an open socket, or null. */
struct cog_descriptor *cog_descriptors_find(const struct cog_descriptors *table, int32_t number);

/* The open socket with the lowest number that is at least `from`, or null. */
struct cog_descriptor *cog_descriptors_next(const struct cog_descriptors *table, int32_t from);

/* Forgets a socket. What is held on it moves to the end of `orphans`, still held. */
void cog_descriptors_close(struct cog_descriptors *table, struct cog_descriptor *descriptor,
                           struct cog_link *orphans);

/* Puts an operation behind those of its direction. */
void cog_descriptors_hold(struct cog_descriptors *table, struct cog_descriptor *descriptor,
                          struct cog_op *op);

/* Takes an operation, or orphan, out. */
void cog_descriptors_release(struct cog_descriptors *table, struct cog_op *op);

/* The directions in which operations are held. */
uint8_t cog_descriptor_held(const struct cog_descriptor *descriptor);

#endif
