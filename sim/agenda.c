/* agenda.c - a binary heap of arrivals. */
#include "sim/agenda.h"

#include "core/check.h"
#include "core/status.h"

static int is_before(const struct sim_arrival *a, const struct sim_arrival *b) {
    return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->order < b->order);
}

/* Puts an arrival where there is none, or further up if that has to come before. */
static void put_up(struct sim_agenda *agenda, size_t at, struct sim_arrival arrival) {
    while (at > 0 && is_before(&arrival, &agenda->heap[(at - 1) / 2])) {
        agenda->heap[at] = agenda->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    agenda->heap[at] = arrival;
}

int sim_agenda_push(struct sim_agenda *agenda, const struct cog_allocator *allocator,
                    struct sim_arrival arrival) {
    struct sim_arrival *heap =
        cog_grow(allocator, agenda->heap, agenda->count, &agenda->capacity, sizeof heap[0]);
    if (heap == NULL) {
        return COG_ENOMEM;
    }
    agenda->heap = heap;
    put_up(agenda, agenda->count++, arrival);
    return COG_OK;
}

int64_t sim_agenda_next_ns(const struct sim_agenda *agenda) {
    return agenda->count > 0 ? agenda->heap[0].time_ns : INT64_MAX;
}

static void take(struct sim_agenda *agenda, size_t at) {
    struct sim_arrival last = agenda->heap[--agenda->count];
    if (at == agenda->count) {
        return;
    }
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= agenda->count) {
            break;
        }
        if (child + 1 < agenda->count &&
            is_before(&agenda->heap[child + 1], &agenda->heap[child])) {
            child++;
        }
        if (!is_before(&agenda->heap[child], &last)) {
            break;
        }
        agenda->heap[at] = agenda->heap[child];
        at = child;
    }
    put_up(agenda, at, last);
}

struct sim_arrival sim_agenda_pop(struct sim_agenda *agenda) {
    cog_assert(agenda->count > 0);
    struct sim_arrival first = agenda->heap[0];
    take(agenda, 0);
    return first;
}

void sim_agenda_remove(struct sim_agenda *agenda, const struct sim_direction *direction) {
    for (size_t i = 0; i < agenda->count; i++) {
        if (agenda->heap[i].direction == direction) {
            take(agenda, i);
            return;
        }
    }
}

void sim_agenda_term(struct sim_agenda *agenda, const struct cog_allocator *allocator) {
    cog_release(allocator, agenda->heap, agenda->capacity * sizeof agenda->heap[0]);
    *agenda = (struct sim_agenda){.heap = NULL};
}
