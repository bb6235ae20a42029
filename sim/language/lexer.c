/* lexer.c - lines and tokens. Numbers are cut in lexer_numbers.c. */
#include "sim/language/lexer.h"

#include "sim/language/lexer_numbers.h"
#include "sim/language/utf8.h"
#include "sim/language/words.h"

#include <string.h>

enum { SPACES_PER_LEVEL = 4 };

void sim_lexer_init(struct sim_lexer *lexer, const struct sim_source *source,
                    struct sim_names *names, struct sim_diagnostics *diagnostics) {
    *lexer = (struct sim_lexer){.names = names,
                                .diagnostics = diagnostics,
                                .text = source->text,
                                .length = (uint32_t)source->length,
                                .parts = source->parts,
                                .part_count = source->part_count};
    for (uint32_t i = 0; i < SIM_WORD_COUNT; i++) {
        const char *word = sim_word_text(i);
        (void)sim_names_intern(names, word, strlen(word));
    }
}

struct sim_place sim_lexer_place(struct sim_lexer *lexer, uint32_t offset, uint32_t length) {
    while (lexer->counted_at < offset) {
        /* Continuation bytes belong to the code point before them. */
        lexer->counted_column += ((unsigned char)lexer->text[lexer->counted_at] & 0xc0U) != 0x80U;
        lexer->counted_at++;
    }
    return (struct sim_place){
        .line = lexer->line, .column = lexer->counted_column, .offset = offset, .length = length};
}

/* ---- Lines ---- */

static void set_position(struct sim_lexer *lexer, uint32_t offset) {
    lexer->at = offset;
    lexer->counted_at = lexer->line_start;
    lexer->counted_column = 1;
}

/* Lines past the largest number that can be told keep it. */
static void count_line(struct sim_lexer *lexer) {
    lexer->line += sim_line_number(lexer->line) < SIM_LINE_NUMBER_MAX ? 1 : 0;
    while (lexer->part_next < lexer->part_count &&
           lexer->parts[lexer->part_next].start <= lexer->next_start) {
        lexer->line = lexer->parts[lexer->part_next++].line;
    }
}

static void cut_line(struct sim_lexer *lexer) {
    const char *start = lexer->text + lexer->next_start;
    const char *newline = memchr(start, '\n', lexer->length - lexer->next_start);
    count_line(lexer);
    lexer->line_start = lexer->next_start;
    lexer->line_end = newline != NULL ? (uint32_t)(newline - lexer->text) : lexer->length;
    lexer->next_start = newline != NULL ? lexer->line_end + 1 : lexer->length;
    if (lexer->line_end > lexer->line_start && lexer->text[lexer->line_end - 1] == '\r') {
        lexer->line_end--;
    }
    lexer->line_is_damaged = false;
    set_position(lexer, lexer->line_start);
}

/* Reports the first byte of the line that cannot be in a text file. */
static void check_encoding(struct sim_lexer *lexer) {
    uint32_t at = lexer->line_start;
    while (at < lexer->line_end) {
        unsigned char byte = (unsigned char)lexer->text[at];
        uint32_t code_point = 0;
        size_t bytes = 1;
        if (byte >= 0x80) {
            bytes = sim_utf8_decode(lexer->text + at, lexer->line_end - at, &code_point);
        }
        if (byte == 0 || bytes == 0) {
            lexer->line_is_damaged = true;
            struct sim_place place = sim_lexer_place(lexer, at, 1);
            struct sim_finding *finding = sim_diagnostics_error(
                lexer->diagnostics, place, byte == 0 ? "a NUL byte" : "the byte %02x is not UTF-8",
                byte);
            sim_diagnostics_label(lexer->diagnostics, finding, "a scenario is UTF-8 text");
            return;
        }
        at += (uint32_t)bytes;
    }
}

/* Offset of the first byte that is neither blank nor tab. */
static uint32_t skip_blanks(const struct sim_lexer *lexer, uint32_t at) {
    while (at < lexer->line_end && (lexer->text[at] == ' ' || lexer->text[at] == '\t')) {
        at++;
    }
    return at;
}

static void measure_indent(struct sim_lexer *lexer, uint32_t first) {
    uint32_t column = 0;
    const char *tab = memchr(lexer->text + lexer->line_start, '\t', first - lexer->line_start);
    for (uint32_t i = lexer->line_start; i < first; i++) {
        column = lexer->text[i] == '\t' ? (column / SPACES_PER_LEVEL + 1) * SPACES_PER_LEVEL
                                        : column + 1;
    }
    lexer->indent = column;
    if (tab != NULL) {
        uint32_t offset = (uint32_t)(tab - lexer->text);
        struct sim_finding *finding = sim_diagnostics_error(
            lexer->diagnostics, sim_lexer_place(lexer, offset, 1), "a tab where spaces belong");
        sim_diagnostics_label(lexer->diagnostics, finding, "indent with %d spaces a level",
                              SPACES_PER_LEVEL);
    }
}

bool sim_lexer_next_line(struct sim_lexer *lexer) {
    while (lexer->next_start < lexer->length) {
        cut_line(lexer);
        check_encoding(lexer);
        if (sim_diagnostics_is_full(lexer->diagnostics)) {
            break;
        }
        uint32_t first = skip_blanks(lexer, lexer->line_start);
        if (first < lexer->line_end && lexer->text[first] != '#') {
            set_position(lexer, first);
            measure_indent(lexer, first);
            return true;
        }
    }
    /* An empty line behind the last one, so that there always is a place to point at. */
    lexer->line_start = lexer->line_end = lexer->next_start = lexer->length;
    set_position(lexer, lexer->length);
    return false;
}

static bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* As a whole, whatever stands behind it. */
static bool begins_with_word(const struct sim_lexer *lexer, const char *word) {
    size_t length = strlen(word);
    size_t left = lexer->line_end - lexer->line_start;
    const char *line = lexer->text + lexer->line_start;
    return left >= length && memcmp(line, word, length) == 0 &&
           (left == length || !(is_name_start(line[length]) || is_digit(line[length])));
}

bool sim_lexer_find_margin_line(struct sim_lexer *lexer, const char *const *words) {
    while (lexer->next_start < lexer->length) {
        cut_line(lexer);
        for (size_t i = 0; words[i] != NULL; i++) {
            if (begins_with_word(lexer, words[i])) {
                check_encoding(lexer);
                set_position(lexer, lexer->line_start);
                lexer->indent = 0;
                return true;
            }
        }
    }
    return false;
}

/* ---- Tokens ---- */

static struct sim_token make_token(struct sim_lexer *lexer, enum sim_token_kind kind,
                                   uint32_t length) {
    struct sim_token token = {.kind = kind, .place = sim_lexer_place(lexer, lexer->at, length)};
    lexer->at += length;
    return token;
}

static uint32_t name_length(const struct sim_lexer *lexer) {
    uint32_t end = lexer->at;
    while (end < lexer->line_end &&
           (is_name_start(lexer->text[end]) || is_digit(lexer->text[end]))) {
        end++;
    }
    return end - lexer->at;
}

/* A capital is told once and read as its small letter. */
static const char *in_small_letters(struct sim_lexer *lexer, struct sim_place place) {
    char *copy = sim_arena_copy(lexer->names->arena, lexer->text + place.offset, place.length);
    for (uint32_t i = 0; copy != NULL && i < place.length; i++) {
        if (copy[i] >= 'A' && copy[i] <= 'Z') {
            copy[i] = (char)(copy[i] - 'A' + 'a');
        }
    }
    struct sim_finding *finding = sim_diagnostics_error(
        lexer->diagnostics, place, "words are written in small letters, digits and '_'");
    sim_diagnostics_label(lexer->diagnostics, finding, "did you mean '%s'?",
                          copy != NULL ? copy : "");
    return copy;
}

static struct sim_token cut_name(struct sim_lexer *lexer) {
    uint32_t length = name_length(lexer);
    const char *bytes = lexer->text + lexer->at;
    struct sim_token token = make_token(lexer, SIM_TOKEN_NAME, length);
    for (uint32_t i = 0; i < length; i++) {
        if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
            bytes = in_small_letters(lexer, token.place);
            break;
        }
    }
    token.name_number = SIM_NONE;
    if (bytes != NULL) {
        token.name_number = sim_names_intern(lexer->names, bytes, length);
    }
    if (token.name_number == SIM_NONE) {
        token.kind = SIM_TOKEN_ERROR;
        return token;
    }
    token.name = lexer->names->names[token.name_number];
    return token;
}

static struct sim_token cut_text(struct sim_lexer *lexer) {
    uint32_t end = lexer->at + 1;
    while (end < lexer->line_end && lexer->text[end] != '"') {
        end += lexer->text[end] == '\\' ? 2 : 1;
    }
    if (end < lexer->line_end) {
        return make_token(lexer, SIM_TOKEN_TEXT, end + 1 - lexer->at);
    }
    struct sim_token token = make_token(lexer, SIM_TOKEN_ERROR, lexer->line_end - lexer->at);
    struct sim_finding *finding =
        sim_diagnostics_error(lexer->diagnostics, token.place, "a text without its closing '\"'");
    sim_diagnostics_label(lexer->diagnostics, finding, "a text ends on the line it began");
    return token;
}

struct symbol {
    char bytes[4];
    enum sim_token_kind kind;
};

/* Longer ones first. */
static const struct symbol symbols[] = {
    {"<->", SIM_TOKEN_BOTH_ARROW},
    {"->", SIM_TOKEN_ARROW},
    {"..", SIM_TOKEN_RANGE},
    {"==", SIM_TOKEN_EQUAL},
    {"!=", SIM_TOKEN_UNEQUAL},
    {"<=", SIM_TOKEN_LESS_EQUAL},
    {">=", SIM_TOKEN_GREATER_EQUAL},
    {"(", SIM_TOKEN_LEFT_PARENTHESIS},
    {")", SIM_TOKEN_RIGHT_PARENTHESIS},
    {"[", SIM_TOKEN_LEFT_BRACKET},
    {"]", SIM_TOKEN_RIGHT_BRACKET},
    {",", SIM_TOKEN_COMMA},
    {":", SIM_TOKEN_COLON},
    {"=", SIM_TOKEN_ASSIGN},
    {"<", SIM_TOKEN_LESS},
    {">", SIM_TOKEN_GREATER},
    {"+", SIM_TOKEN_PLUS},
    {"-", SIM_TOKEN_MINUS},
    {"*", SIM_TOKEN_STAR},
    {"/", SIM_TOKEN_SLASH},
    {"%", SIM_TOKEN_PERCENT},
};

/* What other languages mean by a character that has no meaning here, or null. */
static const char *hint_of_unknown(uint32_t code_point) {
    switch (code_point) {
    case '{':
    case '}':
        return "braces stand inside a text; a block is what is indented";
    case '\'':
        return "a text is written \"...\"";
    case ';':
        return "a statement ends with its line";
    case '!':
        return "did you mean 'not'?";
    case '&':
        return "did you mean 'and'?";
    case '|':
        return "did you mean 'or'?";
    default:
        return code_point >= 0x80 ? "names are written in small letters, digits and '_'" : NULL;
    }
}

static struct sim_token cut_unknown(struct sim_lexer *lexer) {
    uint32_t code_point = 0;
    const char *bytes = lexer->text + lexer->at;
    size_t length = sim_utf8_decode(bytes, lexer->line_end - lexer->at, &code_point);
    struct sim_token token = make_token(lexer, SIM_TOKEN_ERROR, length == 0 ? 1 : (uint32_t)length);
    if (lexer->line_is_damaged) {
        return token;
    }
    bool is_control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
    if (is_control) {
        (void)sim_diagnostics_error(lexer->diagnostics, token.place,
                                    "the control character U+%04X has no meaning here", code_point);
        return token;
    }
    struct sim_finding *finding = sim_diagnostics_error(
        lexer->diagnostics, token.place, "'%.*s' has no meaning here", (int)length, bytes);
    const char *hint = hint_of_unknown(code_point);
    if (hint != NULL) {
        sim_diagnostics_label(lexer->diagnostics, finding, "%s", hint);
    }
    return token;
}

/* `// ...` is taken whole. */
static struct sim_token cut_foreign_comment(struct sim_lexer *lexer) {
    struct sim_place place = sim_lexer_place(lexer, lexer->at, 2);
    struct sim_token token = make_token(lexer, SIM_TOKEN_ERROR, lexer->line_end - lexer->at);
    struct sim_finding *finding =
        sim_diagnostics_error(lexer->diagnostics, place, "'//' begins no comment");
    sim_diagnostics_label(lexer->diagnostics, finding, "did you mean '#'?");
    return token;
}

static struct sim_token cut_symbol(struct sim_lexer *lexer) {
    const char *bytes = lexer->text + lexer->at;
    uint32_t left = lexer->line_end - lexer->at;
    if (left >= 2 && bytes[0] == '/' && bytes[1] == '/') {
        return cut_foreign_comment(lexer);
    }
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        uint32_t length = (uint32_t)strlen(symbols[i].bytes);
        if (length <= left && memcmp(symbols[i].bytes, bytes, length) == 0) {
            return make_token(lexer, symbols[i].kind, length);
        }
    }
    return cut_unknown(lexer);
}

struct sim_token sim_lexer_next(struct sim_lexer *lexer) {
    uint32_t behind_last = lexer->at;
    lexer->at = skip_blanks(lexer, lexer->at);
    if (lexer->at >= lexer->line_end || lexer->text[lexer->at] == '#') {
        lexer->at = behind_last;
        return make_token(lexer, SIM_TOKEN_END, 0);
    }
    char c = lexer->text[lexer->at];
    if (is_name_start(c)) {
        return cut_name(lexer);
    }
    if (is_digit(c)) {
        return sim_lexer_cut_number(lexer);
    }
    return c == '"' ? cut_text(lexer) : cut_symbol(lexer);
}
