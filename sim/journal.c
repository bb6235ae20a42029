/* journal.c - the log and the failures of a run. */
#include "sim/journal.h"

#include <stdint.h>
#include <string.h>

void sim_journal_init(struct sim_journal *journal, const struct cog_allocator *allocator) {
    *journal = (struct sim_journal){.allocator = allocator, .bytes_left = SIZE_MAX};
}

static void release_text(struct sim_journal *journal, char *text) {
    if (text != NULL) {
        cog_release(journal->allocator, text, strlen(text) + 1);
    }
}

void sim_journal_term(struct sim_journal *journal) {
    for (size_t i = 0; i < journal->line_count; i++) {
        union {
            const char *text;
            void *block;
        } line = {.text = journal->lines[i].text};
        cog_release(journal->allocator, line.block, journal->lines[i].bytes + 1);
    }
    for (size_t i = 0; i < journal->failure_count; i++) {
        struct sim_failure *failure = &journal->failures[i];
        cog_release(journal->allocator, failure->text, failure->bytes);
        release_text(journal, failure->expected);
        release_text(journal, failure->actual);
        release_text(journal, failure->identity);
    }
    cog_release(journal->allocator, journal->lines,
                journal->line_capacity * sizeof journal->lines[0]);
    cog_release(journal->allocator, journal->timeouts,
                journal->timeout_capacity * sizeof journal->timeouts[0]);
    cog_release(journal->allocator, journal->failures,
                journal->failure_capacity * sizeof journal->failures[0]);
}

/* Counts bytes that are about to be taken; false if that is too many. */
static bool count_bytes(struct sim_journal *journal, size_t bytes) {
    if (bytes > journal->bytes_left) {
        journal->is_out_of_memory = true;
        return false;
    }
    journal->bytes_left -= bytes;
    return true;
}

/* A copy with a NUL behind it, or null. */
static char *copy(struct sim_journal *journal, const char *text, size_t bytes) {
    char *block =
        count_bytes(journal, bytes + 1) ? cog_allocate(journal->allocator, bytes + 1) : NULL;
    if (block == NULL) {
        journal->is_out_of_memory = true;
        return NULL;
    }
    if (bytes > 0) {
        memcpy(block, text, bytes);
    }
    block[bytes] = '\0';
    return block;
}

/* Room for one more item of item_bytes in an array; null when there is no memory. */
static void *reserve(struct sim_journal *journal, void *items, size_t count, size_t *capacity,
                     size_t item_bytes) {
    if (count < *capacity) {
        return items;
    }
    size_t grown_capacity = *capacity == 0 ? 16 : *capacity * 2;
    void *grown = NULL;
    if (count_bytes(journal, (grown_capacity - *capacity) * item_bytes)) {
        grown = journal->allocator->resize(journal->allocator->context, items,
                                           *capacity * item_bytes, grown_capacity * item_bytes);
    }
    if (grown == NULL) {
        journal->is_out_of_memory = true;
        return NULL;
    }
    *capacity = grown_capacity;
    return grown;
}

static uint32_t line_of(const struct sim_instance *instance) {
    return instance != NULL ? instance->line : 0;
}

void sim_journal_log(struct sim_journal *journal, int64_t time_ns,
                     const struct sim_instance *instance, const char *text, size_t bytes) {
    struct sim_log_line *lines = reserve(journal, journal->lines, journal->line_count,
                                         &journal->line_capacity, sizeof lines[0]);
    if (lines == NULL) {
        return;
    }
    journal->lines = lines;
    char *kept = copy(journal, text, bytes);
    if (kept != NULL) {
        lines[journal->line_count++] = (struct sim_log_line){.time_ns = time_ns,
                                                             .instance = instance,
                                                             .line = line_of(instance),
                                                             .text = kept,
                                                             .bytes = bytes};
    }
}

void sim_journal_timeout(struct sim_journal *journal, int64_t time_ns,
                         const struct sim_instance *instance) {
    struct sim_timed_out *timeouts = reserve(journal, journal->timeouts, journal->timeout_count,
                                             &journal->timeout_capacity, sizeof timeouts[0]);
    if (timeouts != NULL) {
        journal->timeouts = timeouts;
        timeouts[journal->timeout_count++] = (struct sim_timed_out){
            .time_ns = time_ns, .instance = instance, .line = line_of(instance)};
    }
}

struct sim_failure *sim_journal_fail(struct sim_journal *journal, uint32_t line, const char *text,
                                     size_t bytes) {
    struct sim_failure *failures = reserve(journal, journal->failures, journal->failure_count,
                                           &journal->failure_capacity, sizeof failures[0]);
    if (failures == NULL) {
        return NULL;
    }
    journal->failures = failures;
    char *kept = copy(journal, text, bytes);
    if (kept == NULL) {
        return NULL;
    }
    failures[journal->failure_count] =
        (struct sim_failure){.line = line, .text = kept, .bytes = bytes + 1, .until_ns = INT64_MAX};
    return &failures[journal->failure_count++];
}

void sim_journal_compare(struct sim_journal *journal, struct sim_failure *failure,
                         const char *expected, const char *actual) {
    failure->expected = copy(journal, expected, strlen(expected));
    failure->actual = copy(journal, actual, strlen(actual));
}

void sim_journal_identify(struct sim_journal *journal, struct sim_failure *failure,
                          const char *identity) {
    failure->identity = copy(journal, identity, strlen(identity));
}
