/* statement.h - a script's statements, in words. */
#ifndef TESTS_STATEMENT_H
#define TESTS_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATEMENT_WORDS_MAX = 8, STATEMENT_BYTES = 128 };

struct statement {
    char text[STATEMENT_BYTES];
    char *words[STATEMENT_WORDS_MAX]; /* the first one is its verb, without the dash */
    size_t count;
    bool is_quiet; /* there was a dash before the verb */
};

/* Reads the next statement of a script and moves *script behind it. False at the script's end. */
bool statement_read(struct statement *statement, const char **script);

/* The word, "" if there is none. */
const char *statement_word(const struct statement *statement, size_t index);
int64_t statement_number(const struct statement *statement, size_t index);

/* Is that its verb? */
bool statement_is(const struct statement *statement, const char *verb);

#endif
