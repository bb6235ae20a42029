/* statement.c - cuts a script at its semicolons, and a statement at its blanks. */
#include "tests/unit/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

bool statement_read(struct statement *statement, const char **script) {
    *script += strspn(*script, "; ");
    size_t bytes = strcspn(*script, ";");
    if (bytes == 0) {
        return false;
    }
    assert_true(bytes < sizeof statement->text);
    memcpy(statement->text, *script, bytes);
    statement->text[bytes] = '\0';
    *script += bytes;
    statement->count = 0;
    char *place = NULL;
    for (char *word = strtok_r(statement->text, " ", &place); word != NULL;
         word = strtok_r(NULL, " ", &place)) {
        assert_true(statement->count < STATEMENT_WORDS_MAX);
        statement->words[statement->count++] = word;
    }
    statement->is_quiet = statement->words[0][0] == '-';
    statement->words[0] += statement->is_quiet ? 1 : 0;
    return true;
}

const char *statement_word(const struct statement *statement, size_t index) {
    return index < statement->count ? statement->words[index] : "";
}

int64_t statement_number(const struct statement *statement, size_t index) {
    return strtoll(statement_word(statement, index), NULL, 10);
}

bool statement_is(const struct statement *statement, const char *verb) {
    return strcmp(statement_word(statement, 0), verb) == 0;
}
