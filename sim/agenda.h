/* agenda.h - what is going to happen in a world, earliest first; at one instant, in the order of
 * entering.
 *
 * Its entries are what arrives: of each direction of a connection at most one segment, its first,
 * and every datagram. Deadlines stand in the schedulers, the times of `at` blocks in the scenario.
 */
#ifndef SIM_AGENDA_H
#define SIM_AGENDA_H

#include "core/allocator.h"

#include <stdint.h>

struct sim_datagram;
struct sim_direction;

struct sim_arrival {
    int64_t time_ns;
    uint64_t order;                  /* of sending: breaks ties */
    struct sim_direction *direction; /* or null, and then */
    struct sim_datagram *datagram;
};

struct sim_agenda {
    struct sim_arrival *heap; /* binary */
    size_t count;
    size_t capacity;
};

/* COG_OK or COG_ENOMEM. */
int sim_agenda_push(struct sim_agenda *agenda, const struct cog_allocator *allocator,
                    struct sim_arrival arrival);

/* The time of the first entry, or INT64_MAX. */
int64_t sim_agenda_next_ns(const struct sim_agenda *agenda);

/* Takes the first entry; there is one. */
struct sim_arrival sim_agenda_pop(struct sim_agenda *agenda);

/* Takes the entry of a direction, if it has one. */
void sim_agenda_remove(struct sim_agenda *agenda, const struct sim_direction *direction);

void sim_agenda_term(struct sim_agenda *agenda, const struct cog_allocator *allocator);

#endif
