/* formatter.c - the layout of a file: in a first pass each line is looked at, in a second one they
 * are written.
 *
 * Columns: the simple statements of a block (those without a block of their own) have their second
 * words in one column, from one loop or condition among them to the next; so have neighbouring
 * lines at the margin that say what must hold. The cells of a table have columns, and so have the
 * comments behind neighbouring lines.
 */
#include "sim/language/formatter.h"

#include "core/status.h"
#include "sim/language/formatter_line.h"
#include "sim/language/utf8.h"

#include <string.h>

enum {
    SPACES_PER_LEVEL = 4,
    LEVELS_MAX = 80, /* more than the parser takes */
    BLANKS_BEFORE_COMMENT = 2,
    /* What is wider does not make others move: a file stays about as large as it was. */
    CODE_COLUMNS_MAX = 100,
    CELL_COLUMNS_MAX = 60,
};

enum line_kind {
    LINE_CODE,
    LINE_ROW,     /* of a table: cells in columns */
    LINE_RAW,     /* of a schedule: kept as it is */
    LINE_COMMENT, /* with nothing before it */
};

struct line {
    enum line_kind kind;
    uint32_t start; /* offset of its first byte that is not blank */
    uint32_t end;   /* offset behind the last one */
    uint32_t level;
    uint32_t head;          /* number of its first word, SIM_NONE: it begins with something else */
    uint32_t head_columns;  /* of its first token */
    uint32_t group;         /* whose second words share a column; SIM_NONE: none */
    bool opens_block;       /* the next line of code is deeper */
    bool is_single;         /* one token only */
    bool is_handler;        /* `on`, `else`, and comments right above them */
    bool is_behind_blank;   /* a blank line stands before it */
    bool wants_blank;       /* and one has to */
    uint32_t code_bytes;    /* of what is written of it in `text` */
    uint32_t code_offset;   /* there */
    uint32_t code_columns;  /* with its indentation */
    uint32_t comment_start; /* behind code; 0: none */
};

struct formatter {
    struct sim_arena arena;
    const struct sim_source *source;
    struct sim_names names;
    struct sim_diagnostics diagnostics; /* stays empty: the source is right */
    struct sim_lexer lexer;
    struct sim_format_words words;
    struct line *lines;
    uint32_t line_count;
    uint32_t *group_columns;
    uint32_t group_count;
    struct sim_buffer text; /* the code of all lines, one after the other */
};

/* ---- Looking at the lines ---- */

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static uint32_t columns_of(const char *text, size_t length) {
    uint32_t columns = 0;
    for (size_t at = 0; at < length;) {
        uint32_t code_point = 0;
        size_t bytes = sim_utf8_decode(text + at, length - at, &code_point);
        columns += bytes > 0 ? sim_utf8_width(code_point) : 1;
        at += bytes > 0 ? bytes : 1;
    }
    return columns;
}

static struct line *add_line(struct formatter *formatter) {
    struct line *lines =
        sim_arena_push(&formatter->arena, formatter->lines, &formatter->line_count, sizeof(*lines));
    if (lines == NULL) {
        return NULL;
    }
    formatter->lines = lines;
    return &lines[formatter->line_count - 1];
}

static uint32_t number_of(const struct sim_token *token) {
    return token->kind == SIM_TOKEN_NAME ? token->name_number : SIM_NONE;
}

/* `param NAME = ...` and `each NAME, NAME`: reserved words that are names from here on. */
static void note_parameters(struct formatter *formatter, const struct sim_token *head,
                            const struct sim_token *token) {
    bool is_each = number_of(head) == SIM_WORD_EACH;
    bool is_param = number_of(head) == SIM_WORD_PARAM;
    uint32_t number = number_of(token);
    if ((is_each || is_param) && number < SIM_WORD_COUNT) {
        formatter->words.is_parameter[number] = true;
    }
}

/* Cuts the line that the lexer is at into tokens. */
static void look_at_tokens(struct formatter *formatter, struct line *line) {
    struct sim_token head = sim_lexer_next(&formatter->lexer);
    struct sim_token token = head;
    uint32_t count = 0;
    uint32_t end = line->start;
    while (token.kind != SIM_TOKEN_END) {
        if (count == 1) {
            note_parameters(formatter, &head, &token);
        } else if (count > 1 && number_of(&head) == SIM_WORD_EACH) {
            note_parameters(formatter, &head, &token);
        }
        end = token.place.offset + token.place.length;
        count++;
        token = sim_lexer_next(&formatter->lexer);
    }
    uint32_t rest = end;
    while (rest < line->end && is_blank(formatter->source->text[rest])) {
        rest++;
    }
    line->comment_start = rest < line->end ? rest : 0;
    line->head = number_of(&head);
    line->head_columns = columns_of(formatter->source->text + head.place.offset, head.place.length);
    line->is_single = count == 1;
}

static uint32_t level_of(uint32_t indent) {
    uint32_t level = (indent + SPACES_PER_LEVEL / 2) / SPACES_PER_LEVEL;
    return level < LEVELS_MAX ? level : LEVELS_MAX;
}

/* As the lexer measures it. */
static uint32_t indent_of(const char *bytes, uint32_t count) {
    uint32_t columns = 0;
    for (uint32_t i = 0; i < count; i++) {
        columns =
            bytes[i] == '\t' ? (columns / SPACES_PER_LEVEL + 1) * SPACES_PER_LEVEL : columns + 1;
    }
    return columns;
}

/* Offset of the end of a line, without the blanks there; those of a schedule stay. */
static uint32_t trimmed_end(const char *text, uint32_t start, uint32_t end, bool is_raw) {
    if (is_raw) {
        /* One carriage return is a part of the line's end; two can only be told by two. */
        bool has_return = end > start && text[end - 1] == '\r';
        bool has_two = has_return && end - 1 > start && text[end - 2] == '\r';
        return has_return && !has_two ? end - 1 : end;
    }
    while (end > start && (is_blank(text[end - 1]) || text[end - 1] == '\r')) {
        end--;
    }
    return end;
}

/* Looks at a line that is not blank; `start` is where its first word begins. What is below a
 * `schedule` is not cut into tokens. */
static void look_at_line(struct formatter *formatter, uint32_t line_start, uint32_t start,
                         uint32_t line_end, bool is_behind_blank, enum line_kind block_kind) {
    const char *text = formatter->source->text;
    struct line *line = add_line(formatter);
    if (line == NULL) {
        return;
    }
    *line = (struct line){.kind = block_kind,
                          .start = start,
                          .level = level_of(indent_of(text + line_start, start - line_start)),
                          .head = SIM_NONE,
                          .group = SIM_NONE,
                          .is_behind_blank = is_behind_blank};
    if (text[start] == '#') {
        line->kind = LINE_COMMENT;
    } else if (line->level == 0) {
        line->kind = LINE_CODE;
    }
    line->end = trimmed_end(text, start, line_end, line->kind == LINE_RAW);
    if (line->kind == LINE_COMMENT) {
        return;
    }
    (void)sim_lexer_next_line(&formatter->lexer);
    if (line->kind != LINE_RAW) {
        look_at_tokens(formatter, line);
    } else {
        line->start = line_start + SPACES_PER_LEVEL < start ? line_start + SPACES_PER_LEVEL : start;
        line->level = 1;
    }
}

/* What the lines under a line at the margin are. */
static enum line_kind kind_below(const struct line *line) {
    return line->head == SIM_WORD_EACH       ? LINE_ROW
           : line->head == SIM_WORD_SCHEDULE ? LINE_RAW
                                             : LINE_CODE;
}

static void look_at_lines(struct formatter *formatter) {
    const char *text = formatter->source->text;
    uint32_t length = (uint32_t)formatter->source->length;
    bool is_behind_blank = false;
    enum line_kind below = LINE_CODE;
    for (uint32_t at = 0; at < length && !formatter->arena.has_failed;) {
        const char *newline = memchr(text + at, '\n', length - at);
        uint32_t end = newline != NULL ? (uint32_t)(newline - text) : length;
        bool has_return = end > at && text[end - 1] == '\r';
        uint32_t first = at;
        while (first < end && is_blank(text[first])) {
            first++;
        }
        bool is_empty = first == end || (has_return && first == end - 1);
        if (!is_empty) {
            uint32_t before = formatter->line_count;
            look_at_line(formatter, at, first, end, is_behind_blank, below);
            bool is_added = formatter->line_count > before;
            const struct line *line = is_added ? &formatter->lines[before] : NULL;
            if (is_added && line->level == 0 && line->kind == LINE_CODE) {
                below = kind_below(line);
            }
        }
        is_behind_blank = is_empty;
        at = end + 1;
    }
}

/* ---- Levels, groups, blank lines ---- */

/* The next line of code behind a line, or null. */
static struct line *next_code(struct formatter *formatter, uint32_t index) {
    for (uint32_t i = index + 1; i < formatter->line_count; i++) {
        if (formatter->lines[i].kind != LINE_COMMENT) {
            return &formatter->lines[i];
        }
    }
    return NULL;
}

/* What belongs to the statement before it. */
static bool is_handler_line(const struct line *line) {
    return line->level > 0 && (line->head == SIM_WORD_ON || line->head == SIM_WORD_ELSE);
}

/* A comment belongs to what follows it, unless it is written deeper at the end of a block. */
static void place_comments(struct formatter *formatter) {
    uint32_t above = 0;
    uint32_t below = 0;
    bool is_handler = false; /* what is below is */
    bool is_known = false;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct line *line = &formatter->lines[i];
        if (line->kind != LINE_COMMENT) {
            above = line->level;
            line->is_handler = is_handler_line(line);
            is_known = false;
            continue;
        }
        if (!is_known) {
            const struct line *next = next_code(formatter, i);
            below = next != NULL ? next->level : 0;
            is_handler = next != NULL && is_handler_line(next);
            is_known = true;
        }
        line->is_handler = is_handler;
        uint32_t deepest = above > below ? above : below;
        line->level = line->level < below ? below : line->level > deepest ? deepest : line->level;
        above = line->level; /* a comment behind it ends no deeper block */
    }
}

static void find_blocks(struct formatter *formatter) {
    struct line *previous = NULL;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct line *line = &formatter->lines[i];
        if (line->kind == LINE_COMMENT) {
            continue;
        }
        if (previous != NULL) {
            previous->opens_block = line->level > previous->level;
        }
        previous = line;
    }
}

static uint32_t new_group(struct formatter *formatter) {
    uint32_t *columns = sim_arena_push(&formatter->arena, formatter->group_columns,
                                       &formatter->group_count, sizeof(*columns));
    if (columns == NULL) {
        return SIM_NONE;
    }
    formatter->group_columns = columns;
    return formatter->group_count - 1;
}

static void join_group(struct formatter *formatter, struct line *line, uint32_t group) {
    line->group = group;
    if (group != SIM_NONE && formatter->group_columns[group] < line->head_columns) {
        formatter->group_columns[group] = line->head_columns;
    }
}

static bool is_simple(const struct line *line) {
    bool is_control = line->head == SIM_WORD_ON || line->head == SIM_WORD_ELSE;
    return line->kind == LINE_CODE && !line->opens_block && !line->is_single && !is_control &&
           line->head != SIM_NONE;
}

static void group_blocks(struct formatter *formatter) {
    uint32_t groups[LEVELS_MAX + 1] = {SIM_NONE};
    uint32_t depth = 0; /* groups up to this level are of blocks that are open */
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct line *line = &formatter->lines[i];
        if (line->kind == LINE_COMMENT) {
            continue;
        }
        while (depth < line->level) {
            groups[++depth] = SIM_NONE;
        }
        depth = line->level;
        if (line->opens_block && line->head != SIM_WORD_ON) {
            groups[depth] = SIM_NONE;
        }
        if (line->level == 0 || !is_simple(line)) {
            continue;
        }
        if (groups[line->level] == SIM_NONE) {
            groups[line->level] = new_group(formatter);
        }
        join_group(formatter, line, groups[line->level]);
    }
}

static bool says_what_holds(const struct line *line) {
    return line->level == 0 && line->kind == LINE_CODE && line->head >= SIM_WORD_EXPECT &&
           line->head <= SIM_WORD_EXPLORE;
}

static void group_expectations(struct formatter *formatter) {
    uint32_t group = SIM_NONE;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        struct line *line = &formatter->lines[i];
        if (!says_what_holds(line)) {
            group = SIM_NONE;
            continue;
        }
        if (group == SIM_NONE || line->is_behind_blank) {
            group = new_group(formatter);
        }
        join_group(formatter, line, group);
    }
}

/* A line at the margin with a block stands by itself, with the comment above it. */
static bool begins_unit(struct formatter *formatter, uint32_t index) {
    for (uint32_t i = index; i < formatter->line_count; i++) {
        const struct line *line = &formatter->lines[i];
        if (i > index && line->is_behind_blank) {
            return false;
        }
        if (line->kind != LINE_COMMENT) {
            return line->opens_block && !says_what_holds(line);
        }
    }
    return false;
}

static void place_blank_lines(struct formatter *formatter) {
    for (uint32_t i = 1; i < formatter->line_count; i++) {
        struct line *line = &formatter->lines[i];
        const struct line *previous = &formatter->lines[i - 1];
        bool is_first_of_block = previous->kind != LINE_COMMENT ? previous->opens_block : false;
        line->wants_blank = line->is_behind_blank;
        if (is_first_of_block || line->is_handler) {
            line->wants_blank = false;
        } else if (line->level == 0) {
            bool is_below_block = previous->level > 0;
            bool is_below_title = previous->head == SIM_WORD_SCENARIO;
            bool is_unit = previous->kind != LINE_COMMENT && begins_unit(formatter, i);
            line->wants_blank |= is_below_block || is_below_title || is_unit;
        }
    }
    if (formatter->line_count > 0) {
        formatter->lines[0].wants_blank = false;
    }
}

/* ---- Writing lines ---- */

static void add_blanks(struct sim_buffer *buffer, uint32_t count) {
    sim_buffer_add_repeated(buffer, ' ', count);
}

/* Writes the tokens of the line that the lexer is at. */
static void write_tokens(struct formatter *formatter, struct line *line) {
    const char *text = formatter->source->text;
    struct sim_format_line format;
    struct sim_token token = sim_lexer_next(&formatter->lexer);
    sim_format_line_init(&format, &formatter->words);
    for (uint32_t i = 0; token.kind != SIM_TOKEN_END; i++) {
        struct sim_token next = sim_lexer_next(&formatter->lexer);
        bool has_blank = sim_format_line_add(&format, &token, &next, text);
        if (i == 1 && line->group != SIM_NONE) {
            add_blanks(&formatter->text,
                       formatter->group_columns[line->group] - line->head_columns);
        }
        add_blanks(&formatter->text, has_blank ? 1 : 0);
        sim_buffer_add(&formatter->text, text + token.place.offset, token.place.length);
        token = next;
    }
}

static void write_code(struct formatter *formatter, struct line *line) {
    const char *text = formatter->source->text;
    line->code_offset = (uint32_t)formatter->text.length;
    if (line->kind == LINE_COMMENT) {
        bool is_bare =
            line->start + 1 < line->end && strchr(" #!\t", text[line->start + 1]) == NULL;
        sim_buffer_add_text(&formatter->text, is_bare ? "# " : "#");
        sim_buffer_add(&formatter->text, text + line->start + 1, line->end - line->start - 1);
    } else if (line->kind == LINE_RAW) {
        sim_buffer_add(&formatter->text, text + line->start, line->end - line->start);
    } else {
        write_tokens(formatter, line);
    }
    line->code_bytes = (uint32_t)formatter->text.length - line->code_offset;
    if (formatter->text.bytes != NULL) {
        line->code_columns =
            line->level * SPACES_PER_LEVEL +
            columns_of(formatter->text.bytes + line->code_offset, line->code_bytes);
    }
}

static void write_lines(struct formatter *formatter) {
    sim_lexer_init(&formatter->lexer, formatter->source, &formatter->names,
                   &formatter->diagnostics);
    for (uint32_t i = 0; i < formatter->line_count && !formatter->text.has_failed; i++) {
        struct line *line = &formatter->lines[i];
        if (line->kind != LINE_COMMENT) {
            (void)sim_lexer_next_line(&formatter->lexer);
        }
        write_code(formatter, line);
    }
}

/* ---- Tables ---- */

/* The length of the cell at the beginning of a text, its comma left out. */
static size_t cell_length(const char *text, size_t length) {
    bool is_in_text = false;
    int depth = 0;
    for (size_t at = 0; at < length; at++) {
        char c = text[at];
        if (c == '\\' && is_in_text) {
            at++;
        } else if (c == '"') {
            is_in_text = !is_in_text;
        } else if (!is_in_text && (c == '(' || c == '[')) {
            depth++;
        } else if (!is_in_text && (c == ')' || c == ']')) {
            depth--;
        } else if (!is_in_text && depth == 0 && c == ',') {
            return at;
        }
    }
    return length;
}

typedef void (*visit_cell)(struct formatter *formatter, uint32_t column, const char *cell,
                           size_t length, bool is_last, void *context);

static void each_cell(struct formatter *formatter, const char *text, size_t length,
                      visit_cell visit, void *context) {
    uint32_t column = 0;
    for (size_t at = 0; at < length; column++) {
        size_t cell = cell_length(text + at, length - at);
        bool is_last = at + cell >= length;
        visit(formatter, column, text + at, cell, is_last, context);
        at += cell + (is_last ? 0 : 1);
        while (at < length && text[at] == ' ') {
            at++;
        }
    }
}

struct columns {
    uint32_t *widths;
    uint32_t count;
    struct sim_buffer *row;
};

static void widen(struct formatter *formatter, uint32_t column, const char *cell, size_t length,
                  bool is_last, void *context) {
    struct columns *columns = context;
    (void)is_last;
    if (column >= columns->count) {
        uint32_t *widths =
            sim_arena_push(&formatter->arena, columns->widths, &columns->count, sizeof(*widths));
        if (widths == NULL) {
            return;
        }
        columns->widths = widths;
    }
    uint32_t width = columns_of(cell, length);
    if (width <= CELL_COLUMNS_MAX && columns->widths[column] < width) {
        columns->widths[column] = width;
    }
}

static void write_cell(struct formatter *formatter, uint32_t column, const char *cell,
                       size_t length, bool is_last, void *context) {
    struct columns *columns = context;
    (void)formatter;
    sim_buffer_add(columns->row, cell, length);
    if (!is_last) {
        sim_buffer_add_text(columns->row, ",");
        uint32_t width = columns_of(cell, length);
        uint32_t wanted = columns->widths[column];
        add_blanks(columns->row, wanted > width ? wanted - width + 1 : 1);
    }
}

/* Writes the rows anew, their cells below each other. */
static void align_rows(struct formatter *formatter) {
    struct columns columns = {.count = 0};
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        const struct line *line = &formatter->lines[i];
        if (line->kind == LINE_ROW) {
            each_cell(formatter, formatter->text.bytes + line->code_offset, line->code_bytes, widen,
                      &columns);
        }
    }
    for (uint32_t i = 0; i < formatter->line_count && !formatter->arena.has_failed; i++) {
        struct line *line = &formatter->lines[i];
        if (line->kind != LINE_ROW) {
            continue;
        }
        struct sim_buffer row;
        sim_buffer_init(&row, formatter->arena.allocator);
        columns.row = &row;
        each_cell(formatter, formatter->text.bytes + line->code_offset, line->code_bytes,
                  write_cell, &columns);
        line->code_offset = (uint32_t)formatter->text.length;
        line->code_bytes = (uint32_t)row.length;
        line->code_columns = line->level * SPACES_PER_LEVEL + columns_of(row.bytes, row.length);
        sim_buffer_add(&formatter->text, row.bytes, row.length);
        formatter->text.has_failed |= row.has_failed;
        sim_buffer_term(&row);
    }
}

/* ---- Putting it together ---- */

/* How far the code of neighbouring lines with comments reaches, from this line on. */
static uint32_t comment_column(const struct formatter *formatter, uint32_t index, uint32_t *end) {
    const struct line *first = &formatter->lines[index];
    uint32_t column = 0;
    uint32_t i = index;
    while (i < formatter->line_count && formatter->lines[i].comment_start > 0 &&
           formatter->lines[i].level == first->level &&
           (i == index || !formatter->lines[i].wants_blank)) {
        uint32_t columns = formatter->lines[i].code_columns;
        column = columns > column && columns <= CODE_COLUMNS_MAX ? columns : column;
        i++;
    }
    *end = i;
    return column + BLANKS_BEFORE_COMMENT;
}

static void add_comment(const struct formatter *formatter, const struct line *line, uint32_t column,
                        struct sim_buffer *buffer) {
    const char *text = formatter->source->text;
    uint32_t start = line->comment_start;
    bool is_bare = start + 1 < line->end && strchr(" #!\t", text[start + 1]) == NULL;
    uint32_t least = line->code_columns + BLANKS_BEFORE_COMMENT;
    add_blanks(buffer, (column > least ? column : least) - line->code_columns);
    sim_buffer_add_text(buffer, is_bare ? "# " : "#");
    sim_buffer_add(buffer, text + start + 1, line->end - start - 1);
}

static void put_together(const struct formatter *formatter, struct sim_buffer *buffer) {
    uint32_t column = 0;
    uint32_t column_end = 0;
    for (uint32_t i = 0; i < formatter->line_count; i++) {
        const struct line *line = &formatter->lines[i];
        sim_buffer_add_text(buffer, line->wants_blank ? "\n" : "");
        add_blanks(buffer, line->level * SPACES_PER_LEVEL);
        sim_buffer_add(buffer, formatter->text.bytes + line->code_offset, line->code_bytes);
        if (line->comment_start > 0) {
            if (i >= column_end) {
                column = comment_column(formatter, i, &column_end);
            }
            add_comment(formatter, line, column, buffer);
        }
        sim_buffer_add_text(buffer, "\n");
    }
}

int sim_format(const struct cog_allocator *allocator, const struct sim_source *source,
               struct sim_buffer *buffer) {
    struct formatter formatter = {.source = source};
    sim_arena_init(&formatter.arena, allocator);
    sim_names_init(&formatter.names, &formatter.arena);
    sim_diagnostics_init(&formatter.diagnostics, allocator);
    sim_buffer_init(&formatter.text, allocator);
    sim_lexer_init(&formatter.lexer, source, &formatter.names, &formatter.diagnostics);
    look_at_lines(&formatter);
    if (!formatter.arena.has_failed) {
        find_blocks(&formatter);
        place_comments(&formatter);
        group_blocks(&formatter);
        group_expectations(&formatter);
        place_blank_lines(&formatter);
    }
    if (!formatter.arena.has_failed) {
        write_lines(&formatter);
        align_rows(&formatter);
    }
    bool has_failed =
        formatter.arena.has_failed || formatter.text.has_failed || formatter.diagnostics.has_failed;
    if (!has_failed) {
        put_together(&formatter, buffer);
        has_failed = buffer->has_failed;
    }
    sim_buffer_term(&formatter.text);
    sim_diagnostics_term(&formatter.diagnostics);
    sim_arena_term(&formatter.arena);
    return has_failed ? COG_ENOMEM : COG_OK;
}
