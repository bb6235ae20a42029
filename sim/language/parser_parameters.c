/* parser_parameters.c - `param` and `each`, which are read before all else, since their values are
 * put in wherever their names stand; definitions from outside; and `include` lines, whose files
 * stand in the text already.
 */
#include "sim/language/parser.h"

#include <stdio.h>
#include <string.h>

enum { PARAMETERS_MAX = 1000, COLUMNS_MAX = 100, ROWS_MAX = 1000 };

/* ---- Looking up ---- */

struct sim_parameter *sim_parser_find_parameter(const struct sim_parser *parser,
                                                const struct sim_token *token) {
    if (token->kind != SIM_TOKEN_NAME || token->name_number >= parser->parameter_name_count) {
        return NULL;
    }
    uint32_t index = parser->parameter_of_name[token->name_number];
    return index == 0 ? NULL : &parser->scenario->parameters[index - 1];
}

const char *sim_parser_nearest_parameter(const struct sim_parser *parser, const char *name) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, name);
    for (uint32_t i = 0; i < parser->scenario->parameter_count; i++) {
        sim_nearest_offer(&nearest, parser->scenario->parameters[i].name);
    }
    return nearest.best;
}

static struct sim_expression *make_text(struct sim_parser *parser, struct sim_place place,
                                        struct sim_text text) {
    struct sim_expression *expression =
        sim_parser_make_expression(parser, SIM_EXPRESSION_TEXT, place);
    struct sim_text_piece *piece = sim_arena_allocate(parser->arena, sizeof(*piece));
    if (expression == NULL || piece == NULL) {
        return NULL;
    }
    piece->bytes = text;
    expression->as.text.pieces = piece;
    expression->as.text.piece_count = text.length > 0 ? 1 : 0;
    return expression;
}

struct sim_expression *sim_parser_parameter_value(struct sim_parser *parser) {
    static const enum sim_expression_kind kinds[] = {
        [SIM_CONSTANT_NUMBER] = SIM_EXPRESSION_NUMBER,
        [SIM_CONSTANT_DURATION] = SIM_EXPRESSION_DURATION,
        [SIM_CONSTANT_BOOL] = SIM_EXPRESSION_BOOL,
    };
    struct sim_parameter *parameter = sim_parser_find_parameter(parser, &parser->token);
    struct sim_place place = parser->token.place;
    enum sim_constant_kind kind = parameter->value.kind;
    parameter->is_used = true;
    if (parameter->is_broken) {
        sim_parser_advance(parser);
        return sim_parser_any_value(parser, place);
    }
    if (kind == SIM_CONSTANT_RANGE || kind == SIM_CONSTANT_PERCENTAGE) {
        struct sim_finding *finding =
            sim_parser_error(parser, place, "'%s' is %s, not a value", parameter->name,
                             sim_constant_kind_word(kind));
        sim_diagnostics_note(parser->diagnostics, finding, parameter->place, "it is declared here");
        return NULL;
    }
    sim_parser_advance(parser);
    if (kind == SIM_CONSTANT_TEXT) {
        return make_text(parser, place, parameter->value.text);
    }
    struct sim_expression *expression = sim_parser_make_expression(parser, kinds[kind], place);
    if (expression != NULL) {
        expression->as.integer = parameter->value.low;
    }
    return expression;
}

/* ---- Declaring ---- */

static bool note_name(struct sim_parser *parser, uint32_t number, uint32_t index) {
    if (number >= parser->parameter_name_count) {
        uint32_t count = 2 * number + 64;
        uint32_t *table = sim_arena_allocate(parser->arena, count * sizeof(uint32_t));
        if (table == NULL) {
            return false;
        }
        if (parser->parameter_name_count > 0) {
            memcpy(table, parser->parameter_of_name,
                   parser->parameter_name_count * sizeof(uint32_t));
        }
        parser->parameter_of_name = table;
        parser->parameter_name_count = count;
    }
    parser->parameter_of_name[number] = index + 1;
    return true;
}

static bool report_two(struct sim_parser *parser, const struct sim_reference *name,
                       struct sim_place other) {
    struct sim_finding *finding =
        sim_parser_error(parser, name->place, "two things are named '%s'", name->name);
    sim_diagnostics_note(parser->diagnostics, finding, other, "the other is here");
    return false;
}

static bool add_parameter(struct sim_parser *parser, const struct sim_reference *name,
                          const struct sim_constant *value, bool is_column) {
    struct sim_scenario *scenario = parser->scenario;
    if (scenario->parameter_count >= PARAMETERS_MAX) {
        (void)sim_parser_error(parser, name->place, "more than %d parameters", PARAMETERS_MAX);
        return false;
    }
    struct sim_parameter *parameters = sim_arena_push(
        parser->arena, scenario->parameters, &scenario->parameter_count, sizeof(*parameters));
    if (parameters == NULL) {
        return false;
    }
    scenario->parameters = parameters;
    uint32_t index = scenario->parameter_count - 1;
    parameters[index] = (struct sim_parameter){
        .name = name->name, .place = name->place, .value = *value, .is_column = is_column};
    return note_name(parser, name->index, index);
}

/* Parameters may be named by what they are most often made for: these words never stand where a
 * value could. */
static bool is_quantity(uint32_t word) {
    static const enum sim_word words[] = {
        SIM_WORD_SKEW,       SIM_WORD_DRIFT,   SIM_WORD_LATENCY,   SIM_WORD_LOSS,
        SIM_WORD_DUPLICATE,  SIM_WORD_BUFFER,  SIM_WORD_BANDWIDTH, SIM_WORD_TIMEOUT,
        SIM_WORD_SIZE,       SIM_WORD_BACKLOG, SIM_WORD_MAX,       SIM_WORD_PORT,
        SIM_WORD_VALUE,      SIM_WORD_BUDGET,  SIM_WORD_AFTER,     SIM_WORD_RECIPIENTS,
        SIM_WORD_RESOLUTION,
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (word == (uint32_t)words[i]) {
            return true;
        }
    }
    return false;
}

/* A name that no parameter has yet. */
static bool read_new_name(struct sim_parser *parser, const char *what, struct sim_reference *name) {
    const struct sim_token token = parser->token;
    const struct sim_parameter *other = sim_parser_find_parameter(parser, &token);
    if (token.kind == SIM_TOKEN_NAME && is_quantity(token.name_number)) {
        *name = (struct sim_reference){
            .name = token.name, .index = token.name_number, .place = token.place};
        sim_parser_advance(parser);
    } else if (!sim_parser_name(parser, what, name) || parser->line_has_failed) {
        return false;
    }
    return other == NULL || report_two(parser, name, other->place);
}

/* ---- Definitions ---- */

static struct sim_definition *find_definition(const struct sim_parser *parser, const char *name) {
    struct sim_definition *found = NULL;
    for (uint32_t i = 0; i < parser->options->definition_count; i++) {
        struct sim_definition *definition = &parser->options->definitions[i];
        if (strcmp(definition->name, name) == 0) {
            definition->is_used = true;
            found = definition; /* the last one counts */
        }
    }
    return found;
}

/* Reads the value of a definition as if it stood in a file of its own. */
static bool read_definition(struct sim_parser *parser, const struct sim_definition *definition,
                            struct sim_constant *constant, struct sim_diagnostics *diagnostics) {
    const struct sim_source source = {.text = definition->value,
                                      .length = strlen(definition->value)};
    struct sim_parser inner = *parser;
    inner.diagnostics = diagnostics;
    inner.line_has_failed = false;
    sim_lexer_init(&inner.lexer, &source, parser->names, diagnostics);
    sim_parser_next_line(&inner);
    bool is_read = inner.has_line && sim_parser_constant(&inner, constant);
    if (is_read && inner.token.kind != SIM_TOKEN_END) {
        is_read = sim_parser_unexpected(&inner, "the end");
    }
    return is_read && diagnostics->error_count == 0;
}

static bool fits(enum sim_constant_kind wanted, enum sim_constant_kind kind) {
    bool wants_duration = wanted == SIM_CONSTANT_DURATION || wanted == SIM_CONSTANT_RANGE;
    bool is_duration = kind == SIM_CONSTANT_DURATION || kind == SIM_CONSTANT_RANGE;
    return wanted == kind || (wants_duration && is_duration);
}

static void report_definition(struct sim_parser *parser, const struct sim_reference *name,
                              const struct sim_definition *definition,
                              enum sim_constant_kind wanted, const char *why) {
    struct sim_finding *finding = sim_parser_error(parser, name->place, "-D %s=%s does not fit",
                                                   name->name, definition->value);
    sim_diagnostics_label(parser->diagnostics, finding, "'%s' is %s%s%s", name->name,
                          sim_constant_kind_word(wanted), why != NULL ? ": " : "",
                          why != NULL ? why : "");
}

/* Puts the value that was defined from outside, if any, in the place of the file's. */
static bool apply_definition(struct sim_parser *parser, const struct sim_reference *name,
                             struct sim_constant *value, bool *is_defined) {
    const struct sim_definition *definition = find_definition(parser, name->name);
    *is_defined = definition != NULL;
    if (definition == NULL) {
        return true;
    }
    if (value->kind == SIM_CONSTANT_TEXT) {
        size_t length = strlen(definition->value);
        const char *copy = sim_arena_copy(parser->arena, definition->value, length);
        value->text = (struct sim_text){.bytes = copy, .length = length};
        return copy != NULL;
    }
    struct sim_diagnostics diagnostics;
    struct sim_constant defined = {.kind = value->kind};
    sim_diagnostics_init(&diagnostics, parser->arena->allocator);
    bool is_read = read_definition(parser, definition, &defined, &diagnostics);
    if (!is_read || !fits(value->kind, defined.kind)) {
        const char *why = diagnostics.count > 0 ? diagnostics.findings[0]->message : NULL;
        report_definition(parser, name, definition, value->kind, why);
        is_read = false;
    }
    parser->arena->has_failed |= diagnostics.has_failed;
    sim_diagnostics_term(&diagnostics);
    *value = defined;
    return is_read;
}

/* ---- param ---- */

static void finish_line(struct sim_parser *parser, bool is_read) {
    if (is_read) {
        sim_parser_end_line(parser);
    } else {
        sim_parser_skip_line(parser);
    }
}

/* At the '='. */
static bool read_value(struct sim_parser *parser, const struct sim_reference *name,
                       struct sim_constant *value, bool *is_defined) {
    if (!sim_parser_expect(parser, SIM_TOKEN_ASSIGN, "'=' and its value") ||
        !sim_parser_constant(parser, value)) {
        return false;
    }
    if (parser->token.kind != SIM_TOKEN_END) {
        return sim_parser_unexpected(parser, "the end of the line");
    }
    return apply_definition(parser, name, value, is_defined);
}

/* A parameter whose value makes no sense stands for any: its uses are not reported as well. */
static bool read_parameter(struct sim_parser *parser) {
    struct sim_reference name;
    struct sim_constant value = {.kind = SIM_CONSTANT_NUMBER};
    bool is_defined = false;
    sim_parser_advance(parser);
    if (!read_new_name(parser, "a name for the parameter", &name)) {
        return false;
    }
    bool is_read = read_value(parser, &name, &value, &is_defined);
    if (!add_parameter(parser, &name, &value, false)) {
        return false;
    }
    struct sim_parameter *parameter =
        &parser->scenario->parameters[parser->scenario->parameter_count - 1];
    parameter->is_defined = is_defined;
    parameter->is_broken = !is_read;
    parameter->value.kind = is_read ? value.kind : SIM_CONSTANT_NUMBER;
    return is_read;
}

/* ---- each ---- */

/* The table while it is read: the cells of all rows are checked, those of one are kept. */
struct table {
    struct sim_reference *columns;
    struct sim_constant *first; /* of each column, its first cell */
    struct sim_constant *cells; /* of the row wanted */
    uint32_t column_count;
    uint32_t row_count;
    uint32_t wanted;
    struct sim_place first_place;
    bool is_whole; /* the row wanted could be read */
};

static bool read_columns(struct sim_parser *parser, struct table *table) {
    do {
        struct sim_reference name;
        if (!read_new_name(parser, "a name for the column", &name)) {
            return false;
        }
        for (uint32_t i = 0; i < table->column_count; i++) {
            if (table->columns[i].name == name.name) {
                return report_two(parser, &name, table->columns[i].place);
            }
        }
        if (find_definition(parser, name.name) != NULL) {
            (void)sim_parser_error(parser, name.place,
                                   "-D %s=... does not fit: it is a column of 'each'", name.name);
            return false;
        }
        if (table->column_count == COLUMNS_MAX) {
            (void)sim_parser_error(parser, name.place, "more than %d columns", COLUMNS_MAX);
            return false;
        }
        struct sim_reference *columns =
            sim_arena_push(parser->arena, table->columns, &table->column_count, sizeof(name));
        if (columns == NULL) {
            return false;
        }
        table->columns = columns;
        columns[table->column_count - 1] = name;
    } while (sim_parser_accept(parser, SIM_TOKEN_COMMA));
    return true;
}

static bool report_kind(struct sim_parser *parser, const struct table *table, uint32_t column,
                        struct sim_place place, const struct sim_constant *cell) {
    struct sim_finding *finding = sim_parser_error(
        parser, place, "'%s' is %s here and %s in the first row", table->columns[column].name,
        sim_constant_kind_word(cell->kind), sim_constant_kind_word(table->first[column].kind));
    sim_diagnostics_note(parser->diagnostics, finding, table->first_place, "the first row is here");
    return false;
}

static bool read_cells(struct sim_parser *parser, struct table *table) {
    bool is_first = table->row_count == 0;
    bool is_wanted = table->row_count == table->wanted;
    for (uint32_t i = 0; i < table->column_count; i++) {
        struct sim_constant cell;
        if (i > 0 && !sim_parser_accept(parser, SIM_TOKEN_COMMA)) {
            char what[64];
            (void)snprintf(what, sizeof what, "',' and a value for '%.30s'",
                           table->columns[i].name);
            return sim_parser_unexpected(parser, what);
        }
        struct sim_place place = parser->token.place;
        if (!sim_parser_constant(parser, &cell)) {
            return false;
        }
        if (is_first) {
            table->first[i] = cell;
        }
        if (!fits(table->first[i].kind, cell.kind)) {
            return report_kind(parser, table, i, sim_parser_span(parser, place), &cell);
        }
        if (is_wanted) {
            table->cells[i] = cell;
        }
    }
    return true;
}

/* "latency = 5ms, limit = 1s" */
static void note_row(struct sim_parser *parser, const struct table *table) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, parser->arena->allocator);
    for (uint32_t i = 0; i < table->column_count; i++) {
        bool is_text = table->cells[i].kind == SIM_CONSTANT_TEXT;
        sim_buffer_add_format(&buffer, "%s%s = %s", i > 0 ? ", " : "", table->columns[i].name,
                              is_text ? "\"" : "");
        sim_constant_append(&buffer, &table->cells[i]);
        sim_buffer_add_text(&buffer, is_text ? "\"" : "");
    }
    const char *copy =
        sim_arena_copy(parser->arena, buffer.bytes != NULL ? buffer.bytes : "", buffer.length);
    parser->scenario->row_text = (struct sim_text){.bytes = copy, .length = buffer.length};
    parser->arena->has_failed |= buffer.has_failed;
    sim_buffer_term(&buffer);
}

static void read_row(struct sim_parser *parser, void *context) {
    struct table *table = context;
    struct sim_place place = parser->token.place;
    if (table->row_count == ROWS_MAX) {
        (void)sim_parser_error(parser, place, "more than %d rows", ROWS_MAX);
        sim_parser_skip_block(parser, parser->level - 1);
        return;
    }
    /* Those who want all rows parse once a row: each time to look at all of them would take the
     * square of their number. */
    if (table->row_count > 0 && table->row_count != table->wanted && table->wanted > 0) {
        table->row_count++;
        sim_parser_skip_line(parser);
        return;
    }
    bool is_read = read_cells(parser, table);
    if (table->row_count == 0) {
        table->first_place = place;
    }
    if (is_read && table->row_count == table->wanted) {
        table->is_whole = true;
        parser->scenario->row_place = sim_parser_span(parser, place);
        note_row(parser, table);
    }
    table->row_count++;
    finish_line(parser, is_read);
}

static void read_table(struct sim_parser *parser, struct sim_place head, uint32_t level) {
    struct sim_scenario *scenario = parser->scenario;
    struct table table = {.wanted = parser->options->row};
    bool is_read = read_columns(parser, &table);
    finish_line(parser, is_read);
    if (!is_read) {
        sim_parser_skip_block(parser, level);
        return;
    }
    table.first = sim_arena_allocate(parser->arena, table.column_count * sizeof table.first[0]);
    table.cells = sim_arena_allocate(parser->arena, table.column_count * sizeof table.cells[0]);
    if (table.first == NULL || table.cells == NULL) {
        return;
    }
    sim_parser_block(parser, level, head, read_row, &table);
    scenario->row_count = table.row_count;
    scenario->row = table.wanted;
    if (table.wanted >= table.row_count && table.row_count > 0) {
        struct sim_finding *finding = sim_diagnostics_error(parser->diagnostics, head,
                                                            "there is no row %u", table.wanted + 1);
        sim_diagnostics_label(parser->diagnostics, finding, "the table has %u row%s",
                              table.row_count, table.row_count == 1 ? "" : "s");
    }
    for (uint32_t i = 0; i < table.column_count; i++) {
        if (add_parameter(parser, &table.columns[i], &table.cells[i], true)) {
            scenario->parameters[scenario->parameter_count - 1].is_broken = !table.is_whole;
        }
    }
}

static void read_each(struct sim_parser *parser) {
    struct sim_place head = parser->token.place;
    uint32_t level = parser->level;
    struct sim_place *first = &parser->scenario->each_place;
    bool is_part = parser->options->is_part || sim_line_file(head.line) > 0;
    if (is_part) {
        sim_parser_skip_line(parser);
        sim_parser_skip_block(parser, level);
        return; /* reported where it stands */
    }
    if (first->line != 0) {
        struct sim_finding *finding = sim_parser_error(parser, head, "a second 'each'");
        sim_diagnostics_note(parser->diagnostics, finding, *first, "the other is here");
        sim_diagnostics_help(parser->diagnostics, finding,
                             "several names stand on one line, with commas between them");
        sim_parser_skip_line(parser);
        sim_parser_skip_block(parser, level);
        return;
    }
    *first = head;
    sim_parser_advance(parser);
    read_table(parser, head, level);
}

/* ---- Both, before all else ---- */

void sim_parser_find_parameters(struct sim_parser *parser) {
    static const char *const words[] = {"param", "each", NULL};
    parser->has_line = false;
    while (!parser->arena->has_failed && !sim_diagnostics_is_full(parser->diagnostics)) {
        bool is_parameter = parser->has_line && sim_parser_is_word(parser, SIM_WORD_PARAM);
        bool is_each = parser->has_line && sim_parser_is_word(parser, SIM_WORD_EACH);
        if (parser->level == 0 && is_parameter) {
            finish_line(parser, read_parameter(parser));
        } else if (parser->level == 0 && is_each) {
            read_each(parser);
        } else if (sim_lexer_find_margin_line(&parser->lexer, words)) {
            parser->line_has_failed = false;
            parser->has_line = true;
            sim_parser_start_line(parser);
        } else {
            break;
        }
    }
    parser->has_line = false;
    if (parser->options->row > 0 && parser->scenario->each_place.line == 0) {
        (void)sim_diagnostics_error(parser->diagnostics, (struct sim_place){.line = 1, .column = 1},
                                    "there is no row %u: the scenario has no 'each'",
                                    parser->options->row + 1);
    }
}

void sim_parser_skip_parameter(struct sim_parser *parser) {
    sim_parser_skip_line(parser);
}

void sim_parser_skip_each(struct sim_parser *parser) {
    uint32_t level = parser->level;
    sim_parser_skip_line(parser);
    sim_parser_skip_block(parser, level);
}

/* ---- include ---- */

void sim_parser_include(struct sim_parser *parser) {
    struct sim_place head = parser->token.place;
    const struct sim_include *include = sim_source_find_include(parser->source, head.offset);
    sim_parser_advance(parser);
    struct sim_place place = parser->token.place;
    if (parser->token.kind != SIM_TOKEN_TEXT) {
        (void)sim_parser_unexpected(parser, "the name of a file, a text");
        sim_parser_skip_line(parser);
        return;
    }
    sim_parser_advance(parser);
    if (include == NULL && !parser->options->is_syntax_only) {
        struct sim_finding *finding =
            sim_parser_error(parser, place, "files cannot be included here");
        sim_diagnostics_label(parser->diagnostics, finding, "a name has no escapes and no braces");
    } else if (include != NULL && include->error != NULL) {
        (void)sim_parser_error(parser, place, "cannot include this: %s", include->error);
    }
    finish_line(parser, !parser->line_has_failed);
}
