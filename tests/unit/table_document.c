/* table_document.c - tables in Markdown, line by line. */
#include "tests/unit/table_document.h"

#include "tests/unit/table_misuse.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 1024, COLUMNS_MAX = 16, NONE = -1 };

/* One line of a table in cells, without the blanks around them. */
struct row {
    char text[LINE_BYTES];
    char *cells[COLUMNS_MAX];
    size_t count;
};

/* What a table is about. */
enum content { OTHER, GROUPS, OPERATIONS, MISUSES };

struct group {
    char name[32];
    bool has[TABLE_OPERATIONS_MAX];
};

struct reader {
    const struct table_outcomes *outcomes;
    struct table_findings *findings;
    size_t line;
    int state;               /* enum table_state of the last heading, or NONE */
    enum content content;    /* of the table */
    bool was_row;            /* the line before was part of a table */
    int events[COLUMNS_MAX]; /* of the table's columns */
    size_t column_count;
    bool is_named[TABLE_OPERATIONS_MAX]; /* in this table */
    struct group groups[TABLE_GROUPS_MAX];
    size_t group_count;
    bool is_misuse_told[TABLE_MISUSES_MAX];
    bool is_told[TABLE_STATE_COUNT][TABLE_EVENT_COUNT][TABLE_OPERATIONS_MAX];
};

__attribute__((format(printf, 2, 3))) static void find(struct table_findings *findings,
                                                       const char *format, ...) {
    findings->count++;
    size_t length = strlen(findings->text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(findings->text + length, sizeof findings->text - length, format, arguments);
    va_end(arguments);
}

/* ---- Words ---- */

static char *trim(char *text) {
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') {
        text[--length] = '\0';
    }
    return text;
}

static void split(struct row *row, const char *line, size_t bytes) {
    assert(bytes < sizeof row->text);
    memcpy(row->text, line, bytes);
    row->text[bytes] = '\0';
    row->count = 0;
    char *place = NULL;
    for (char *cell = strtok_r(row->text, "|", &place); cell != NULL;
         cell = strtok_r(NULL, "|", &place)) {
        assert(row->count < COLUMNS_MAX);
        row->cells[row->count++] = trim(cell);
    }
}

static int find_state(const char *name) {
    for (int state = 0; state < TABLE_STATE_COUNT; state++) {
        if (strcmp(table_state_name((enum table_state)state), name) == 0) {
            return state;
        }
    }
    return NONE;
}

static int find_event(int state, const char *name) {
    for (int event = 0; event < TABLE_EVENT_COUNT; event++) {
        bool is_of_state = (table_events_of((enum table_state)state) >> event & 1) != 0;
        if (is_of_state && strcmp(table_event_name((enum table_event)event), name) == 0) {
            return event;
        }
    }
    return NONE;
}

static int find_operation(const char *name) {
    for (size_t i = 0; table_operation_at(i) != NULL; i++) {
        if (strcmp(table_operation_at(i)->name, name) == 0) {
            return (int)i;
        }
    }
    return NONE;
}

/* ---- Lines ---- */

static enum content content_of(const char *header) {
    static const struct {
        const char *header;
        enum content content;
    } contents[] = {{"group", GROUPS}, {"operation", OPERATIONS}, {"misuse", MISUSES}};
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        if (strcmp(contents[i].header, header) == 0) {
            return contents[i].content;
        }
    }
    return OTHER;
}

static void read_header(struct reader *reader, const struct row *row) {
    reader->content = content_of(row->cells[0]);
    bool has_outcomes = row->count == 2 && strcmp(row->cells[1], "outcome") == 0;
    if (reader->content == MISUSES && !has_outcomes) {
        find(reader->findings, "%zu: a table of misuse without outcomes\n", reader->line);
    }
    if (reader->content != OPERATIONS) {
        return;
    }
    memset(reader->is_named, 0, sizeof reader->is_named);
    reader->column_count = row->count;
    if (reader->state == NONE) {
        find(reader->findings, "%zu: a table of operations under no state\n", reader->line);
        reader->content = OTHER;
        return;
    }
    for (size_t column = 1; column < row->count; column++) {
        reader->events[column] = find_event(reader->state, row->cells[column]);
        if (reader->events[column] == NONE) {
            find(reader->findings, "%zu: %s is no event of this state\n", reader->line,
                 row->cells[column]);
        }
    }
}

static void check_cell(struct reader *reader, size_t operation, int event, const char *words) {
    bool *is_told = &reader->is_told[reader->state][event][operation];
    const char *name = table_operation_at(operation)->name;
    if (*is_told) {
        find(reader->findings, "%zu: %s, %s: told twice\n", reader->line, name,
             table_event_name((enum table_event)event));
    }
    *is_told = true;
    reader->findings->cell_count++;
    const char *outcome = reader->outcomes->words[reader->state][event][operation];
    if (strcmp(words, outcome) != 0) {
        find(reader->findings, "%zu: %s, %s: the table says \"%s\"; what happens is \"%s\"\n",
             reader->line, name, table_event_name((enum table_event)event), words, outcome);
    }
}

static void check_operation(struct reader *reader, const struct row *row, size_t operation) {
    reader->is_named[operation] = true;
    for (size_t column = 1; column < row->count; column++) {
        if (reader->events[column] != NONE) {
            check_cell(reader, operation, reader->events[column], row->cells[column]);
        }
    }
}

/* `every` and `every other`. */
static void check_every(struct reader *reader, const struct row *row, bool is_other) {
    for (size_t i = 0; i < reader->outcomes->operation_count; i++) {
        if (!is_other || !reader->is_named[i]) {
            check_operation(reader, row, i);
        }
    }
}

static const struct group *find_group(const struct reader *reader, const char *name) {
    for (size_t i = 0; i < reader->group_count; i++) {
        if (strcmp(reader->groups[i].name, name) == 0) {
            return &reader->groups[i];
        }
    }
    return NULL;
}

static void check_group(struct reader *reader, const struct row *row, const struct group *group) {
    for (size_t i = 0; i < reader->outcomes->operation_count; i++) {
        if (group->has[i]) {
            check_operation(reader, row, i);
        }
    }
}

/* What one name in the first column stands for. */
static void check_name(struct reader *reader, const struct row *row, const char *name) {
    int operation = find_operation(name);
    const struct group *group = find_group(reader, name);
    if (operation != NONE) {
        check_operation(reader, row, (size_t)operation);
    } else if (group != NULL) {
        check_group(reader, row, group);
    } else if (strcmp(name, "every") == 0) {
        check_every(reader, row, false);
    } else if (strcmp(name, "every other") == 0) {
        check_every(reader, row, true);
    } else {
        find(reader->findings, "%zu: %s is no operation\n", reader->line, name);
    }
}

static void read_row(struct reader *reader, struct row *row) {
    if (row->count != reader->column_count) {
        find(reader->findings, "%zu: a row of %zu cells in a table of %zu\n", reader->line,
             row->count, reader->column_count);
        return;
    }
    char *place = NULL;
    for (char *name = strtok_r(row->cells[0], ",", &place); name != NULL;
         name = strtok_r(NULL, ",", &place)) {
        check_name(reader, row, trim(name));
    }
}

static void read_group(struct reader *reader, struct row *row) {
    assert(reader->group_count < TABLE_GROUPS_MAX && row->count == 2);
    struct group *group = &reader->groups[reader->group_count++];
    (void)snprintf(group->name, sizeof group->name, "%s", row->cells[0]);
    char *place = NULL;
    for (char *name = strtok_r(row->cells[1], ",", &place); name != NULL;
         name = strtok_r(NULL, ",", &place)) {
        int operation = find_operation(trim(name));
        if (operation != NONE) {
            group->has[operation] = true;
        } else {
            find(reader->findings, "%zu: %s is no operation\n", reader->line, trim(name));
        }
    }
}

static void read_misuse(struct reader *reader, const struct row *row) {
    size_t i = 0;
    while (table_misuse_at(i) != NULL && strcmp(table_misuse_at(i), row->cells[0]) != 0) {
        i++;
    }
    if (table_misuse_at(i) == NULL || row->count != 2) {
        find(reader->findings, "%zu: %s is no misuse\n", reader->line, row->cells[0]);
        return;
    }
    if (reader->is_misuse_told[i]) {
        find(reader->findings, "%zu: %s: told twice\n", reader->line, row->cells[0]);
    }
    reader->is_misuse_told[i] = true;
    reader->findings->cell_count++;
    const char *outcome = reader->outcomes->misuse_words[i];
    if (strcmp(row->cells[1], outcome) != 0) {
        find(reader->findings, "%zu: %s: the table says \"%s\"; what happens is \"%s\"\n",
             reader->line, row->cells[0], row->cells[1], outcome);
    }
}

/* A row below the header. */
static void read_content(struct reader *reader, struct row *row) {
    switch (reader->content) {
    case OTHER:
        break;
    case GROUPS:
        read_group(reader, row);
        break;
    case OPERATIONS:
        read_row(reader, row);
        break;
    case MISUSES:
        read_misuse(reader, row);
        break;
    }
}

static void read_line(struct reader *reader, const char *line, size_t bytes) {
    struct row row;
    reader->line++;
    bool is_row = bytes > 0 && line[0] == '|';
    if (is_row) {
        split(&row, line, bytes);
        bool is_separator = row.count > 0 && strspn(row.cells[0], "-:") > 0;
        if (!reader->was_row) {
            read_header(reader, &row);
        } else if (!is_separator) {
            read_content(reader, &row);
        }
    } else if (bytes > 0 && line[0] == '#') {
        split(&row, line, bytes);
        reader->state = find_state(trim(row.cells[0] + strspn(row.cells[0], "#")));
    }
    reader->was_row = is_row;
}

/* ---- The whole ---- */

static void check_event(struct reader *reader, int state, int event) {
    size_t told_count = 0;
    for (size_t i = 0; i < reader->outcomes->operation_count; i++) {
        told_count += reader->is_told[state][event][i] ? 1 : 0;
    }
    for (size_t i = 0; i < reader->outcomes->operation_count; i++) {
        if (told_count > 0 && !reader->is_told[state][event][i]) {
            find(reader->findings, "%s, %s: nothing is told of %s\n",
                 table_state_name((enum table_state)state),
                 table_event_name((enum table_event)event), table_operation_at(i)->name);
        }
    }
    if (told_count == 0) {
        find(reader->findings, "%s: the column %s is missing\n",
             table_state_name((enum table_state)state), table_event_name((enum table_event)event));
    }
}

void table_check(const char *document, const struct table_outcomes *outcomes,
                 struct table_findings *findings) {
    struct reader reader = {.outcomes = outcomes, .findings = findings, .state = NONE};
    *findings = (struct table_findings){.count = 0};
    for (const char *line = document; *line != '\0';) {
        size_t bytes = strcspn(line, "\n");
        read_line(&reader, line, bytes);
        line += bytes + (line[bytes] == '\n' ? 1 : 0);
    }
    for (size_t i = 0; table_misuse_at(i) != NULL; i++) {
        if (!reader.is_misuse_told[i]) {
            find(findings, "nothing is told of %s\n", table_misuse_at(i));
        }
    }
    for (int state = 0; state < TABLE_STATE_COUNT; state++) {
        for (int event = 0; event < TABLE_EVENT_COUNT; event++) {
            if ((table_events_of((enum table_state)state) >> event & 1) != 0) {
                check_event(&reader, state, event);
            }
        }
    }
}

/* As much of it as is kept. */
static void keep(char *words, size_t bytes, const char *outcome) {
    (void)snprintf(words, bytes, "%.63s", outcome);
}

static void play_operation(struct table_outcomes *outcomes, size_t operation) {
    for (int state = 0; state < TABLE_STATE_COUNT; state++) {
        for (int event = 0; event < TABLE_EVENT_COUNT; event++) {
            char outcome[TABLE_OUTCOME_BYTES] = "";
            if ((table_events_of((enum table_state)state) >> event & 1) != 0) {
                table_play(table_operation_at(operation), (enum table_state)state,
                           (enum table_event)event, outcome);
            }
            char *words = outcomes->words[state][event][operation];
            keep(words, sizeof outcomes->words[state][event][operation], outcome);
        }
    }
}

void table_play_all(struct table_outcomes *outcomes) {
    for (size_t i = 0; table_operation_at(i) != NULL; i++) {
        assert(i < TABLE_OPERATIONS_MAX);
        outcomes->operation_count = i + 1;
        play_operation(outcomes, i);
    }
    for (size_t i = 0; table_misuse_at(i) != NULL; i++) {
        assert(i < TABLE_MISUSES_MAX);
        char outcome[TABLE_OUTCOME_BYTES] = "";
        table_misuse_play(i, outcome);
        keep(outcomes->misuse_words[i], sizeof outcomes->misuse_words[i], outcome);
    }
}
