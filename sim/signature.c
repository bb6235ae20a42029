/* signature.c - from the first failure of a journal to a text and its hash. */
#include "sim/signature.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The words that identify the first failure; null: nothing failed. Without any of its own a failure
 * goes by its first line. */
static const char *words_of(const struct sim_journal *journal, size_t *length) {
    if (journal->failure_count == 0) {
        return NULL;
    }
    const struct sim_failure *failure = &journal->failures[0];
    const char *words = failure->identity != NULL ? failure->identity : failure->text;
    *length = failure->identity != NULL ? strlen(words) : strcspn(words, "\n");
    return words;
}

uint64_t sim_signature(const struct sim_journal *journal) {
    size_t length = 0;
    const char *words = words_of(journal, &length);
    if (words == NULL) {
        return 0;
    }
    XXH3_state_t state;
    (void)XXH3_64bits_reset(&state);
    bool is_quoted = false;
    for (size_t i = 0; i < length; i++) {
        is_quoted = words[i] == '"' && (i == 0 || words[i - 1] != '\\') ? !is_quoted : is_quoted;
        if (is_quoted || (words[i] != ' ' && words[i] != '\t')) {
            (void)XXH3_64bits_update(&state, words + i, 1);
        }
    }
    uint64_t hash = XXH3_64bits_digest(&state);
    return hash != 0 ? hash : 1;
}

uint64_t sim_signature_shape(const struct sim_journal *journal) {
    const char *actual = journal->failure_count > 0 ? journal->failures[0].actual : NULL;
    if (actual == NULL) {
        return 0;
    }
    XXH3_state_t state;
    (void)XXH3_64bits_reset(&state);
    for (; *actual != '\0'; actual++) {
        if (strchr("0123456789[]", *actual) == NULL) {
            (void)XXH3_64bits_update(&state, actual, 1);
        }
    }
    return XXH3_64bits_digest(&state);
}

void sim_signature_text(const struct sim_journal *journal, struct sim_buffer *text) {
    size_t length = 0;
    const char *words = words_of(journal, &length);
    if (words != NULL) {
        sim_buffer_add(text, words, length);
    }
}
