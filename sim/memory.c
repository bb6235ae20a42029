/* memory.c - size classes on one anonymous mapping. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "sim/memory.h"

#include "core/status.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { STEP_BYTES = 16, SMALL_BYTES_MAX = 512, SMALL_CLASSES = SMALL_BYTES_MAX / STEP_BYTES };

/* The class of a size, and in *rounded the bytes that a block of it has. */
static size_t class_of(size_t bytes, size_t *rounded) {
    if (bytes <= SMALL_BYTES_MAX) {
        size_t index = (bytes + STEP_BYTES - 1) / STEP_BYTES;
        index = index == 0 ? 1 : index;
        *rounded = index * STEP_BYTES;
        return index - 1;
    }
    size_t index = SMALL_CLASSES;
    size_t size = (size_t)2 * SMALL_BYTES_MAX;
    while (size < bytes) {
        size *= 2;
        index++;
    }
    *rounded = size;
    return index;
}

static void *take(struct sim_memory *memory, size_t bytes) {
    if (bytes > memory->bytes) {
        return NULL;
    }
    size_t rounded;
    size_t class_index = class_of(bytes, &rounded);
    void *block = memory->free_blocks[class_index];
    if (block != NULL) {
        memcpy(&memory->free_blocks[class_index], block, sizeof(void *));
        return block;
    }
    if (rounded > memory->bytes - memory->used_bytes) {
        return NULL;
    }
    block = memory->base + memory->used_bytes;
    memory->used_bytes += rounded;
    return block;
}

static void give(struct sim_memory *memory, void *block, size_t bytes) {
    size_t rounded;
    size_t class_index = class_of(bytes, &rounded);
    memcpy(block, &memory->free_blocks[class_index], sizeof(void *));
    memory->free_blocks[class_index] = block;
}

static void *resize(void *context, void *pointer, size_t bytes_old, size_t bytes_new) {
    struct sim_memory *memory = context;
    if (pointer == NULL) {
        return take(memory, bytes_new);
    }
    if (bytes_new == 0) {
        give(memory, pointer, bytes_old);
        return NULL;
    }
    if (bytes_new > memory->bytes) {
        return NULL;
    }
    size_t rounded_old;
    size_t rounded_new;
    if (class_of(bytes_old, &rounded_old) == class_of(bytes_new, &rounded_new)) {
        return pointer;
    }
    void *moved = take(memory, bytes_new);
    if (moved != NULL) {
        memcpy(moved, pointer, bytes_old < bytes_new ? bytes_old : bytes_new);
        give(memory, pointer, bytes_old);
    }
    return moved;
}

int sim_memory_open(struct sim_memory *memory, size_t limit_bytes) {
    *memory = (struct sim_memory){.bytes = limit_bytes};
    if (limit_bytes == 0) {
        return COG_EINVALID;
    }
    void *base = mmap(NULL, limit_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return COG_ENOMEM;
    }
    memory->base = base;
    memory->allocator = (struct cog_allocator){.resize = resize, .context = memory};
    return COG_OK;
}

void sim_memory_close(struct sim_memory *memory) {
    if (memory->base != NULL) {
        (void)munmap(memory->base, memory->bytes);
    }
    *memory = (struct sim_memory){.base = NULL};
}
