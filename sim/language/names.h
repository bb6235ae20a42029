/* names.h - the names of a file, each stored once and numbered in order of first appearance. */
#ifndef SIM_LANGUAGE_NAMES_H
#define SIM_LANGUAGE_NAMES_H

#include "sim/language/arena.h"

#include <stddef.h>
#include <stdint.h>

/* An open-addressed table; its order is never seen, so the hash decides nothing but speed. */
struct sim_names {
    struct sim_arena *arena;
    const char **names; /* by number */
    uint32_t count;
    uint32_t *slots; /* number + 1, or 0 */
    uint32_t slot_count;
};

void sim_names_init(struct sim_names *names, struct sim_arena *arena);

/* The number of a name, which is added if it is new; UINT32_MAX if memory ran out. */
uint32_t sim_names_intern(struct sim_names *names, const char *bytes, size_t length);

#endif
