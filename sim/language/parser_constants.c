/* parser_constants.c - constants: durations, ranges, numbers and percentages where the language
 * wants a value that is known before anything runs. They are literals, parameters, or arithmetic
 * over both.
 */
#include "sim/language/parser.h"

#include "sim/duration.h"
#include "sim/language/buffer.h"

#include <inttypes.h>
#include <string.h>

/* ---- Values of expressions ---- */

const char *sim_constant_kind_word(enum sim_constant_kind kind) {
    switch (kind) {
    case SIM_CONSTANT_NUMBER:
        return "a number";
    case SIM_CONSTANT_DURATION:
        return "a duration";
    case SIM_CONSTANT_RANGE:
        return "a range of durations";
    case SIM_CONSTANT_BOOL:
        return "a truth";
    case SIM_CONSTANT_PERCENTAGE:
        return "a percentage";
    case SIM_CONSTANT_TEXT:
        return "a text";
    }
    return "a value";
}

static struct sim_constant integer_constant(enum sim_constant_kind kind, int64_t value) {
    return (struct sim_constant){.kind = kind, .low = value, .high = value};
}

static bool report_not_constant(struct sim_parser *parser,
                                const struct sim_expression *expression) {
    if (expression->kind == SIM_EXPRESSION_NAME && expression->as.name.reference.name == NULL) {
        parser->line_has_failed = true; /* a number that was reported */
        return false;
    }
    int length = expression->place.length > 40 ? 40 : (int)expression->place.length;
    struct sim_finding *finding =
        sim_parser_error(parser, expression->place, "'%.*s' is not constant", length,
                         parser->lexer.text + expression->place.offset);
    const char *nearest =
        expression->kind == SIM_EXPRESSION_NAME
            ? sim_parser_nearest_parameter(parser, expression->as.name.reference.name)
            : NULL;
    if (nearest != NULL) {
        sim_parser_suggest(parser, finding, nearest);
    } else {
        sim_diagnostics_label(parser->diagnostics, finding,
                              "only literals and parameters ('param') can stand here");
    }
    return false;
}

/* Whether left OP right makes sense, and the kind of what comes of it. */
static bool kind_of_result(enum sim_expression_kind sign, enum sim_constant_kind left,
                           enum sim_constant_kind right, enum sim_constant_kind *kind) {
    bool left_is_duration = left == SIM_CONSTANT_DURATION;
    bool right_is_duration = right == SIM_CONSTANT_DURATION;
    if ((!left_is_duration && left != SIM_CONSTANT_NUMBER) ||
        (!right_is_duration && right != SIM_CONSTANT_NUMBER)) {
        return false;
    }
    *kind = left_is_duration || right_is_duration ? SIM_CONSTANT_DURATION : SIM_CONSTANT_NUMBER;
    if (sign == SIM_EXPRESSION_MULTIPLY) {
        return !left_is_duration || !right_is_duration;
    }
    if (sign == SIM_EXPRESSION_DIVIDE) {
        return !right_is_duration;
    }
    return left == right;
}

/* False: there is no such value. */
static bool calculate(enum sim_expression_kind sign, int64_t left, int64_t right, int64_t *result) {
    bool has_overflown = false;
    switch ((int)sign) {
    case SIM_EXPRESSION_ADD:
        has_overflown = __builtin_add_overflow(left, right, result);
        break;
    case SIM_EXPRESSION_SUBTRACT:
        has_overflown = __builtin_sub_overflow(left, right, result);
        break;
    case SIM_EXPRESSION_MULTIPLY:
        has_overflown = __builtin_mul_overflow(left, right, result);
        break;
    default:
        if (right == 0) {
            return false;
        }
        *result = sign == SIM_EXPRESSION_DIVIDE ? left / right : left % right;
        break;
    }
    return !has_overflown && *result <= SIM_VALUE_MAX && *result >= -SIM_VALUE_MAX;
}

static bool fold_operator(struct sim_parser *parser, const struct sim_expression *expression,
                          struct sim_constant *constant) {
    struct sim_constant left;
    struct sim_constant right;
    enum sim_constant_kind kind = SIM_CONSTANT_NUMBER;
    int64_t result = 0;
    if (!sim_parser_fold(parser, expression->as.operands.left, &left) ||
        !sim_parser_fold(parser, expression->as.operands.right, &right)) {
        return false;
    }
    if (!kind_of_result(expression->kind, left.kind, right.kind, &kind)) {
        struct sim_finding *finding =
            sim_parser_error(parser, expression->place, "%s and %s do not go together here",
                             sim_constant_kind_word(left.kind), sim_constant_kind_word(right.kind));
        sim_diagnostics_label(parser->diagnostics, finding,
                              "durations are added to durations and multiplied by numbers");
        return false;
    }
    if (!calculate(expression->kind, left.low, right.low, &result)) {
        (void)sim_parser_error(parser, expression->place,
                               right.low == 0 ? "division by zero" : "the result is out of range");
        return false;
    }
    *constant = integer_constant(kind, result);
    return true;
}

static bool fold_negation(struct sim_parser *parser, const struct sim_expression *expression,
                          struct sim_constant *constant) {
    if (!sim_parser_fold(parser, expression->as.operands.left, constant)) {
        return false;
    }
    if (constant->kind != SIM_CONSTANT_NUMBER && constant->kind != SIM_CONSTANT_DURATION) {
        (void)sim_parser_error(parser, expression->place, "%s has no negative",
                               sim_constant_kind_word(constant->kind));
        return false;
    }
    *constant = integer_constant(constant->kind, -constant->low);
    return true;
}

void sim_constant_append(struct sim_buffer *buffer, const struct sim_constant *constant) {
    char duration[SIM_DURATION_BYTES];
    switch (constant->kind) {
    case SIM_CONSTANT_NUMBER:
        sim_buffer_add_format(buffer, "%" PRId64, constant->low);
        break;
    case SIM_CONSTANT_DURATION:
        sim_buffer_add_text(buffer, sim_duration_format(constant->low, duration));
        break;
    case SIM_CONSTANT_RANGE:
        sim_buffer_add_text(buffer, sim_duration_format(constant->low, duration));
        sim_buffer_add_text(buffer, "..");
        sim_buffer_add_text(buffer, sim_duration_format(constant->high, duration));
        break;
    case SIM_CONSTANT_BOOL:
        sim_buffer_add_text(buffer, constant->low != 0 ? "true" : "false");
        break;
    case SIM_CONSTANT_PERCENTAGE:
        sim_buffer_add_format(buffer, "%" PRId64, constant->low / 10000);
        if (constant->low % 10000 != 0) {
            sim_buffer_add_format(buffer, ".%04" PRId64, constant->low % 10000);
        }
        sim_buffer_add_text(buffer, "%");
        break;
    case SIM_CONSTANT_TEXT:
        sim_buffer_add(buffer, constant->text.bytes, constant->text.length);
        break;
    }
}

static bool fold_text(struct sim_parser *parser, const struct sim_expression *expression,
                      struct sim_constant *constant) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, parser->arena->allocator);
    bool is_folded = true;
    for (uint32_t i = 0; i < expression->as.text.piece_count && is_folded; i++) {
        const struct sim_text_piece *piece = &expression->as.text.pieces[i];
        struct sim_constant value;
        if (piece->expression == NULL) {
            sim_buffer_add(&buffer, piece->bytes.bytes, piece->bytes.length);
            continue;
        }
        is_folded = sim_parser_fold(parser, piece->expression, &value);
        if (is_folded) {
            sim_constant_append(&buffer, &value);
        }
    }
    const char *copy =
        sim_arena_copy(parser->arena, buffer.bytes != NULL ? buffer.bytes : "", buffer.length);
    parser->arena->has_failed |= buffer.has_failed;
    *constant = (struct sim_constant){.kind = SIM_CONSTANT_TEXT,
                                      .text = {.bytes = copy, .length = buffer.length}};
    sim_buffer_term(&buffer);
    return is_folded && copy != NULL;
}

/* Recursion is bounded: the parser makes no tree deeper than SIM_EXPRESSION_DEPTH_MAX. */
bool sim_parser_fold(struct sim_parser *parser, const struct sim_expression *expression,
                     struct sim_constant *constant) {
    switch ((int)expression->kind) {
    case SIM_EXPRESSION_NUMBER:
        *constant = integer_constant(SIM_CONSTANT_NUMBER, expression->as.integer);
        return true;
    case SIM_EXPRESSION_DURATION:
        *constant = integer_constant(SIM_CONSTANT_DURATION, expression->as.integer);
        return true;
    case SIM_EXPRESSION_BOOL:
        *constant = integer_constant(SIM_CONSTANT_BOOL, expression->as.integer);
        return true;
    case SIM_EXPRESSION_TEXT:
        return fold_text(parser, expression, constant);
    case SIM_EXPRESSION_NEGATE:
        return fold_negation(parser, expression, constant);
    case SIM_EXPRESSION_ADD:
    case SIM_EXPRESSION_SUBTRACT:
    case SIM_EXPRESSION_MULTIPLY:
    case SIM_EXPRESSION_DIVIDE:
    case SIM_EXPRESSION_REMAINDER:
        return fold_operator(parser, expression, constant);
    default:
        return report_not_constant(parser, expression);
    }
}

/* ---- Where constants stand ---- */

/* The first byte of what follows the token, on its line; 0 at its end. */
static char peek_byte(const struct sim_parser *parser) {
    const struct sim_lexer *lexer = &parser->lexer;
    uint32_t at = lexer->at;
    while (at < lexer->line_end && (lexer->text[at] == ' ' || lexer->text[at] == '\t')) {
        at++;
    }
    return at < lexer->line_end ? lexer->text[at] : '\0';
}

static bool is_literal(const struct sim_parser *parser) {
    enum sim_token_kind kind = parser->token.kind;
    return kind == SIM_TOKEN_NUMBER || kind == SIM_TOKEN_SIZE || kind == SIM_TOKEN_DURATION;
}

/* Does more than a literal stand here: a parameter, or arithmetic? A literal alone, or something
 * that is none, is left to those who know what to say of it. */
static bool is_computed(const struct sim_parser *parser) {
    char next = peek_byte(parser);
    if (is_literal(parser)) {
        return next == '+' || next == '-' || next == '*' || next == '/';
    }
    if (parser->token.kind == SIM_TOKEN_MINUS) {
        return next == '(' || next == '_' || (next >= 'a' && next <= 'z');
    }
    return parser->token.kind == SIM_TOKEN_LEFT_PARENTHESIS ||
           sim_parser_find_parameter(parser, &parser->token) != NULL;
}

/* Reads arithmetic; true in *is_read if there is any, and then its value. False: the line is lost.
 */
static bool read_computed(struct sim_parser *parser, enum sim_constant_kind wanted,
                          const char *what, bool *is_read, struct sim_constant *constant) {
    *is_read = is_computed(parser);
    if (!*is_read) {
        return true;
    }
    struct sim_place place = parser->token.place;
    struct sim_expression *expression = sim_parser_sum(parser);
    if (expression == NULL || !sim_parser_fold(parser, expression, constant)) {
        return false;
    }
    if (constant->kind == wanted) {
        return true;
    }
    (void)sim_parser_error(parser, sim_parser_span(parser, place), "expected %s, but this is %s",
                           what, sim_constant_kind_word(constant->kind));
    return false;
}

/* A bad number was reported, and stands for any. */
static bool accept_bad_number(struct sim_parser *parser, int64_t *value) {
    *value = 1;
    return sim_parser_accept(parser, SIM_TOKEN_BAD_NUMBER);
}

static bool check_sign(struct sim_parser *parser, struct sim_place place, bool may_be_negative,
                       int64_t value) {
    if (value >= 0 || may_be_negative) {
        return true;
    }
    (void)sim_parser_error(parser, sim_parser_span(parser, place),
                           "a duration cannot be negative here");
    return false;
}

bool sim_parser_duration(struct sim_parser *parser, bool may_be_negative, int64_t *value) {
    struct sim_place place = parser->token.place;
    struct sim_constant constant;
    bool is_read = false;
    if (!read_computed(parser, SIM_CONSTANT_DURATION, "a duration", &is_read, &constant)) {
        return false;
    }
    if (is_read) {
        *value = constant.low;
        return check_sign(parser, place, may_be_negative, *value);
    }
    bool is_negative = sim_parser_accept(parser, SIM_TOKEN_MINUS);
    if (accept_bad_number(parser, value)) {
        return true;
    }
    int64_t integer = parser->token.integer;
    if (parser->token.kind == SIM_TOKEN_NUMBER) {
        struct sim_place number = parser->token.place;
        sim_parser_advance(parser);
        if (sim_parser_report_loose_unit(parser)) {
            return false;
        }
        struct sim_finding *finding = sim_parser_error(parser, number, "a duration needs a unit");
        sim_diagnostics_label(parser->diagnostics, finding, "did you mean '%lldms'?",
                              (long long)integer);
        return false;
    }
    if (!sim_parser_expect(parser, SIM_TOKEN_DURATION, "a duration")) {
        return false;
    }
    *value = is_negative ? -integer : integer;
    return check_sign(parser, place, may_be_negative, is_negative ? -1 : 0);
}

/* A parameter that is a range stands for both of its ends. */
static bool accept_range_parameter(struct sim_parser *parser, struct sim_range *range) {
    struct sim_parameter *parameter = sim_parser_find_parameter(parser, &parser->token);
    if (parameter == NULL || parameter->value.kind != SIM_CONSTANT_RANGE) {
        return false;
    }
    parameter->is_used = true;
    *range = (struct sim_range){.low = parameter->value.low, .high = parameter->value.high};
    sim_parser_advance(parser);
    return true;
}

bool sim_parser_range(struct sim_parser *parser, struct sim_range *range) {
    struct sim_place place = parser->token.place;
    if (accept_range_parameter(parser, range)) {
        return true;
    }
    if (!sim_parser_duration(parser, false, &range->low)) {
        return false;
    }
    range->high = range->low;
    if (!sim_parser_accept(parser, SIM_TOKEN_RANGE)) {
        return true;
    }
    if (!sim_parser_duration(parser, false, &range->high)) {
        return false;
    }
    if (range->high < range->low) {
        struct sim_finding *finding = sim_parser_error(parser, sim_parser_span(parser, place),
                                                       "the range ends before it begins");
        sim_diagnostics_label(parser->diagnostics, finding, "the smaller duration comes first");
        return false;
    }
    return true;
}

/* Reads a number, whatever its size. */
static bool read_number(struct sim_parser *parser, const char *what, int64_t *value) {
    struct sim_constant constant;
    bool is_read = false;
    if (!read_computed(parser, SIM_CONSTANT_NUMBER, what, &is_read, &constant)) {
        return false;
    }
    if (is_read) {
        *value = constant.low;
        return true;
    }
    bool is_negative = sim_parser_accept(parser, SIM_TOKEN_MINUS);
    if (parser->token.kind != SIM_TOKEN_NUMBER && parser->token.kind != SIM_TOKEN_SIZE) {
        return sim_parser_unexpected(parser, what);
    }
    *value = is_negative ? -parser->token.integer : parser->token.integer;
    sim_parser_advance(parser);
    return true;
}

bool sim_parser_number(struct sim_parser *parser, const char *what, int64_t low, int64_t high,
                       int64_t *value) {
    struct sim_place place = parser->token.place;
    if (accept_bad_number(parser, value)) {
        return true;
    }
    if (!read_number(parser, what, value)) {
        return false;
    }
    if (*value >= low && *value <= high) {
        return true;
    }
    struct sim_finding *finding =
        sim_parser_error(parser, sim_parser_span(parser, place), "%s is out of its range", what);
    if (*value < low) {
        sim_diagnostics_label(parser->diagnostics, finding, "must be at least %lld",
                              (long long)low);
        *value = low;
    } else {
        sim_diagnostics_label(parser->diagnostics, finding, "must be at most %lld",
                              (long long)high);
        *value = high;
    }
    return false;
}

bool sim_parser_rate(struct sim_parser *parser, const char *what, int64_t *value) {
    struct sim_place place = parser->token.place;
    struct sim_parameter *parameter = sim_parser_find_parameter(parser, &parser->token);
    bool is_number = is_literal(parser) && parser->token.kind != SIM_TOKEN_DURATION;
    if (parameter != NULL && parameter->value.kind == SIM_CONSTANT_NUMBER) {
        parameter->is_used = true;
        *value = parameter->value.low;
    } else if (is_number) {
        *value = parser->token.integer;
    } else if (accept_bad_number(parser, value)) {
        return true;
    } else {
        return sim_parser_unexpected(parser, what);
    }
    sim_parser_advance(parser);
    if (*value < 1) {
        struct sim_finding *finding =
            sim_parser_error(parser, place, "%s is out of its range", what);
        sim_diagnostics_label(parser->diagnostics, finding, "must be at least 1");
        return false;
    }
    return true;
}

static bool accept_percentage_parameter(struct sim_parser *parser, uint32_t *ppm) {
    struct sim_parameter *parameter = sim_parser_find_parameter(parser, &parser->token);
    if (parameter == NULL || parameter->value.kind != SIM_CONSTANT_PERCENTAGE) {
        return false;
    }
    parameter->is_used = true;
    *ppm = (uint32_t)parameter->value.low;
    sim_parser_advance(parser);
    return true;
}

bool sim_parser_percentage(struct sim_parser *parser, uint32_t *ppm) {
    enum { DECIMAL_SCALE = 10000 };
    const int64_t whole = INT64_C(100) * DECIMAL_SCALE;
    if (accept_percentage_parameter(parser, ppm)) {
        return true;
    }
    struct sim_token token = parser->token;
    bool is_decimal = token.kind == SIM_TOKEN_DECIMAL;
    if (!is_decimal && token.kind != SIM_TOKEN_NUMBER) {
        return sim_parser_unexpected(parser, "a percentage");
    }
    sim_parser_advance(parser);
    if (!sim_parser_accept(parser, SIM_TOKEN_PERCENT)) {
        struct sim_finding *finding =
            sim_parser_error(parser, token.place, "a percentage needs its '%%'");
        sim_diagnostics_label(parser->diagnostics, finding, "write '%.*s%%'",
                              token.place.length > 40 ? 40 : (int)token.place.length,
                              parser->lexer.text + token.place.offset);
        return false;
    }
    int64_t value =
        is_decimal || token.integer > 100 ? token.integer : token.integer * DECIMAL_SCALE;
    if (value > whole || (!is_decimal && token.integer > 100)) {
        (void)sim_parser_error(parser, sim_parser_span(parser, token.place),
                               "a percentage is at most 100%%");
        return false;
    }
    *ppm = (uint32_t)value;
    return true;
}

/* ---- Any constant ---- */

/* A number, then '%', then nothing that it could be divided by. */
static bool is_percentage(const struct sim_parser *parser) {
    const struct sim_lexer *lexer = &parser->lexer;
    if ((parser->token.kind != SIM_TOKEN_NUMBER && parser->token.kind != SIM_TOKEN_DECIMAL) ||
        peek_byte(parser) != '%') {
        return false;
    }
    uint32_t at = lexer->at;
    while (lexer->text[at] != '%') {
        at++;
    }
    for (at++; at < lexer->line_end && (lexer->text[at] == ' ' || lexer->text[at] == '\t');) {
        at++;
    }
    return at >= lexer->line_end || lexer->text[at] == ',' || lexer->text[at] == '#';
}

bool sim_parser_constant(struct sim_parser *parser, struct sim_constant *constant) {
    struct sim_place place = parser->token.place;
    uint32_t ppm = 0;
    if (is_percentage(parser)) {
        bool is_read = sim_parser_percentage(parser, &ppm);
        *constant = integer_constant(SIM_CONSTANT_PERCENTAGE, ppm);
        return is_read;
    }
    struct sim_parameter *parameter = sim_parser_find_parameter(parser, &parser->token);
    if (parameter != NULL && (parameter->value.kind == SIM_CONSTANT_RANGE ||
                              parameter->value.kind == SIM_CONSTANT_PERCENTAGE)) {
        parameter->is_used = true;
        *constant = parameter->value;
        sim_parser_advance(parser);
        return true;
    }
    struct sim_expression *expression = sim_parser_expression(parser);
    if (expression == NULL || !sim_parser_fold(parser, expression, constant)) {
        return false;
    }
    if (constant->kind != SIM_CONSTANT_DURATION || !sim_parser_accept(parser, SIM_TOKEN_RANGE)) {
        return true;
    }
    struct sim_range range = {.low = constant->low};
    if (!sim_parser_duration(parser, false, &range.high)) {
        return false;
    }
    *constant =
        (struct sim_constant){.kind = SIM_CONSTANT_RANGE, .low = range.low, .high = range.high};
    if (range.low < 0 || range.high < range.low) {
        (void)sim_parser_error(parser, sim_parser_span(parser, place),
                               range.low < 0 ? "a duration cannot be negative here"
                                             : "the range ends before it begins");
        return false;
    }
    return true;
}

/* A part of a text that has no value before the scenario runs, or null. */
static const struct sim_expression *unfixed_piece(const struct sim_expression *text) {
    for (uint32_t i = 0; i < text->as.text.piece_count; i++) {
        const struct sim_expression *piece = text->as.text.pieces[i].expression;
        if (piece != NULL &&
            (piece->kind == SIM_EXPRESSION_NAME || piece->kind == SIM_EXPRESSION_NOW ||
             piece->kind == SIM_EXPRESSION_INDEX)) {
            return piece;
        }
    }
    return NULL;
}

bool sim_parser_constant_text(struct sim_parser *parser, const char *what, const char *why,
                              struct sim_text *text) {
    struct sim_constant constant;
    if (parser->token.kind != SIM_TOKEN_TEXT) {
        return sim_parser_unexpected(parser, what);
    }
    struct sim_expression *expression = sim_parser_text(parser);
    if (expression == NULL) {
        return false;
    }
    const struct sim_expression *piece = unfixed_piece(expression);
    if (piece != NULL) {
        struct sim_finding *finding =
            sim_parser_error(parser, piece->place, "only parameters have a value here: %s", why);
        sim_diagnostics_label(parser->diagnostics, finding,
                              "a brace that is meant to be seen is written \\{");
        *text = (struct sim_text){.bytes = "", .length = 0};
        return true; /* the rest of the line can be read */
    }
    if (!sim_parser_fold(parser, expression, &constant)) {
        return false;
    }
    *text = constant.text;
    return true;
}
