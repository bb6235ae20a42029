/* tally.c - each block carries its size before it; growing always moves, so that stale pointers
 * show. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/unit/tally.h"

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD_BYTES = alignof(max_align_t) };

_Static_assert(HEAD_BYTES >= sizeof(size_t), "the head of a block holds its size");

static size_t size_of(const char *block) {
    size_t bytes;
    memcpy(&bytes, block, sizeof bytes);
    return bytes;
}

/* True if this call is the one that fails. */
static bool fails(struct tally *tally) {
    tally->call_count++;
    if (tally->call_count != tally->fail_at) {
        return false;
    }
    tally->failed_count++;
    return true;
}

static void *make(struct tally *tally, size_t bytes) {
    if (fails(tally)) {
        return NULL;
    }
    char *block = malloc(HEAD_BYTES + bytes);
    if (block == NULL) {
        return NULL;
    }
    memcpy(block, &bytes, sizeof bytes);
    memset(block + HEAD_BYTES, 0xa5, bytes);
    tally->live_count++;
    return block + HEAD_BYTES;
}

static void *resize_counted(void *context, void *pointer, size_t bytes_old, size_t bytes_new) {
    struct tally *tally = context;
    char *block = pointer != NULL ? (char *)pointer - HEAD_BYTES : NULL;
    assert(block != NULL ? size_of(block) == bytes_old : bytes_old == 0);
    void *made = NULL;
    if (bytes_new > 0) {
        made = make(tally, bytes_new);
        if (made == NULL) {
            return NULL;
        }
    }
    if (block != NULL) {
        if (made != NULL) {
            memcpy(made, pointer, bytes_old < bytes_new ? bytes_old : bytes_new);
        }
        free(block);
        tally->live_count--;
    }
    return made;
}

/* Aligned by mapping twice as much; then the part wanted is all that stays. */
static void *map_counted(void *context, size_t bytes) {
    struct tally *tally = context;
    assert(bytes > 0 && (bytes & (bytes - 1)) == 0);
    if (fails(tally)) {
        return NULL;
    }
    char *pages = mmap(NULL, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return NULL;
    }
    size_t before = -(uintptr_t)pages & (bytes - 1);
    if (before > 0) {
        (void)munmap(pages, before);
    }
    if (before < bytes) {
        (void)munmap(pages + before + bytes, bytes - before);
    }
    int failed = mprotect(pages + before, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE);
    assert(failed == 0);
    (void)failed;
    tally->stack_count++;
    tally->stack_bytes += bytes;
    return pages + before;
}

static void unmap_counted(void *context, void *pointer, size_t bytes) {
    struct tally *tally = context;
    assert(tally->stack_count > 0 && tally->stack_bytes >= bytes);
    tally->stack_count--;
    tally->stack_bytes -= bytes;
    int failed = munmap(pointer, bytes);
    assert(failed == 0);
    (void)failed;
}

void tally_init(struct tally *tally) {
    *tally = (struct tally){.allocator = {.resize = resize_counted,
                                          .context = tally,
                                          .map_stack = map_counted,
                                          .unmap_stack = unmap_counted}};
}
