/* table_document.h - reads the tables of core/OPERATIONS.md and holds each cell against what
 * happens.
 *
 * A table belongs to the state that the heading before it names. Its first column holds operations
 * and groups, between commas, `every` or, for those that the table has not named yet,
 * `every other`; each further column is an event. Together the tables of a state hold every
 * operation with every event of that state, once. A table of groups and their operations comes
 * before. A table of misuse has a row for each that table_misuse.h knows.
 */
#ifndef TESTS_TABLE_DOCUMENT_H
#define TESTS_TABLE_DOCUMENT_H

#include "tests/unit/table_play.h"

enum {
    TABLE_OPERATIONS_MAX = 40,
    TABLE_GROUPS_MAX = 8,
    TABLE_MISUSES_MAX = 64,
    TABLE_FINDINGS_BYTES = 16384
};

/* What happens in each cell, and comes of each misuse. */
struct table_outcomes {
    size_t operation_count;
    char words[TABLE_STATE_COUNT][TABLE_EVENT_COUNT][TABLE_OPERATIONS_MAX][64];
    char misuse_words[TABLE_MISUSES_MAX][64];
};

/* Plays all of them. */
void table_play_all(struct table_outcomes *outcomes);

/* What is wrong with a document. */
struct table_findings {
    size_t cell_count;               /* that have been held against the machine */
    size_t count;                    /* of what is wrong */
    char text[TABLE_FINDINGS_BYTES]; /* a line for each, as far as they fit */
};

void table_check(const char *document, const struct table_outcomes *outcomes,
                 struct table_findings *findings);

#endif
