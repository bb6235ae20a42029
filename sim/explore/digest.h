/* digest.h - what something holds, as words of which a hash is made. Equal things give equal words,
 * wherever they lie; nothing that depends on an address goes in. */
#ifndef SIM_EXPLORE_DIGEST_H
#define SIM_EXPLORE_DIGEST_H

#include "sim/value.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIM_DIGEST_WORDS = 48 };

struct sim_digest {
    uint32_t count;
    bool is_too_deep; /* lists in lists beyond a limit: it does not tell all of them */
    uint64_t words[SIM_DIGEST_WORDS];
};

static inline void sim_digest_init(struct sim_digest *digest) {
    digest->count = 0; /* the words have no value yet */
    digest->is_too_deep = false;
}

/* Makes one word of those so far. */
void sim_digest_fold(struct sim_digest *digest);

static inline void sim_digest_add(struct sim_digest *digest, uint64_t word) {
    if (digest->count == SIM_DIGEST_WORDS) {
        sim_digest_fold(digest);
    }
    digest->words[digest->count++] = word;
}

void sim_digest_add_bytes(struct sim_digest *digest, const char *bytes, size_t count);

/* Texts and lists by their content, a handle as the number of its process. */
void sim_digest_add_value(struct sim_digest *digest, struct sim_value value);

/* The hash of all words, unlike for unlike places. */
uint64_t sim_digest_hash(const struct sim_digest *digest, uint64_t place);

#endif
