/* tally.c - each block carries its size before it; growing always moves, so that stale pointers
 * show. */
#include "tests/unit/tally.h"

#include <assert.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = alignof(max_align_t) };

_Static_assert(HEAD_BYTES >= sizeof(size_t), "the head of a block holds its size");

static size_t size_of(const char *block) {
    size_t bytes;
    memcpy(&bytes, block, sizeof bytes);
    return bytes;
}

static void *make(struct tally *tally, size_t bytes) {
    tally->call_count++;
    if (tally->call_count == tally->fail_at) {
        tally->failed_count++;
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

void tally_init(struct tally *tally) {
    *tally = (struct tally){.allocator = {.resize = resize_counted, .context = tally}};
}
