/* names.c - hash table of names (FNV-1a, linear probing, at most half full). */
#include "sim/language/names.h"

#include <stdbool.h>
#include <string.h>

enum { SLOT_COUNT_FIRST = 256 };

void sim_names_init(struct sim_names *names, struct sim_arena *arena) {
    *names = (struct sim_names){.arena = arena};
}

static uint32_t hash(const char *bytes, size_t length) {
    uint32_t value = 2166136261U;
    for (size_t i = 0; i < length; i++) {
        value = (value ^ (unsigned char)bytes[i]) * 16777619U;
    }
    return value;
}

static uint32_t *find_slot(const struct sim_names *names, const char *bytes, size_t length) {
    uint32_t mask = names->slot_count - 1;
    uint32_t at = hash(bytes, length) & mask;
    while (names->slots[at] != 0) {
        const char *name = names->names[names->slots[at] - 1];
        if (strncmp(name, bytes, length) == 0 && name[length] == '\0') {
            break;
        }
        at = (at + 1) & mask;
    }
    return &names->slots[at];
}

static bool grow(struct sim_names *names) {
    uint32_t slot_count = names->slot_count == 0 ? SLOT_COUNT_FIRST : names->slot_count * 2;
    uint32_t *slots = sim_arena_allocate(names->arena, slot_count * sizeof(uint32_t));
    if (slots == NULL) {
        return false;
    }
    names->slots = slots;
    names->slot_count = slot_count;
    for (uint32_t i = 0; i < names->count; i++) {
        *find_slot(names, names->names[i], strlen(names->names[i])) = i + 1;
    }
    return true;
}

uint32_t sim_names_intern(struct sim_names *names, const char *bytes, size_t length) {
    uint32_t *slot = names->slot_count == 0 ? NULL : find_slot(names, bytes, length);
    if (slot != NULL && *slot != 0) {
        return *slot - 1;
    }
    if (names->count >= names->slot_count / 2) {
        if (!grow(names)) {
            return UINT32_MAX;
        }
        slot = find_slot(names, bytes, length);
    }
    const char *copy = sim_arena_copy(names->arena, bytes, length);
    const char **grown =
        sim_arena_push(names->arena, names->names, &names->count, sizeof(const char *));
    if (grown != NULL) {
        names->names = grown;
    }
    if (copy == NULL || grown == NULL) {
        names->count -= grown != NULL;
        return UINT32_MAX;
    }
    names->names[names->count - 1] = copy;
    *slot = names->count;
    return names->count - 1;
}
