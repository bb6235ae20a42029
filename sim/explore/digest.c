/* digest.c - XXH3 over words. */
#include "sim/explore/digest.h"

#include "sim/instance.h"

#include <xxhash.h>

void sim_digest_fold(struct sim_digest *digest) {
    digest->words[0] = XXH3_64bits(digest->words, digest->count * sizeof digest->words[0]);
    digest->count = 1;
}

void sim_digest_add_bytes(struct sim_digest *digest, const char *bytes, size_t count) {
    sim_digest_add(digest, count);
    sim_digest_add(digest, XXH3_64bits(bytes, count));
}

enum { LISTS_DEPTH_MAX = 32 };

static void add_value(struct sim_digest *digest, struct sim_value value, int depth);

static void add_list(struct sim_digest *digest, const struct sim_list *list, int depth) {
    sim_digest_add(digest, (uint64_t)list->count << 3 | SIM_TAG_LIST);
    if (depth == LISTS_DEPTH_MAX) {
        digest->is_too_deep = true;
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        add_value(digest, list->items[i], depth + 1);
    }
}

static void add_value(struct sim_digest *digest, struct sim_value value, int depth) {
    const struct sim_string *text;
    const struct sim_instance *instance;
    switch (sim_value_tag(value)) {
    case SIM_TAG_UNSET:
    case SIM_TAG_NUMBER:
    case SIM_TAG_DURATION:
    case SIM_TAG_BOOL:
    case SIM_TAG_SOCKET:
        sim_digest_add(digest, value.word);
        return;
    case SIM_TAG_TEXT:
        text = sim_value_get_pointer(value);
        sim_digest_add(digest, (uint64_t)text->bytes << 3 | SIM_TAG_TEXT);
        sim_digest_add(digest, XXH3_64bits(text->text, text->bytes));
        return;
    case SIM_TAG_HANDLE:
        instance = sim_value_get_pointer(value);
        sim_digest_add(digest, (uint64_t)instance->process << 3 | SIM_TAG_HANDLE);
        return;
    case SIM_TAG_LIST:
        add_list(digest, sim_value_get_pointer(value), depth);
        return;
    }
}

void sim_digest_add_value(struct sim_digest *digest, struct sim_value value) {
    add_value(digest, value, 0);
}

uint64_t sim_digest_hash(const struct sim_digest *digest, uint64_t place) {
    return XXH3_64bits_withSeed(digest->words, digest->count * sizeof digest->words[0], place);
}
