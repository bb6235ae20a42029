/* parser_expressions.c - expressions, by precedence from loose to tight:
 *
 *     or | and | not | == != < <= > >= (no chains) | + - | * / % | unary - | NAME[E] | literals,
 * names, (E)
 *
 * Recursion is bounded by SIM_NESTING_MAX, and the tree, which chains of operators deepen as well,
 * by SIM_EXPRESSION_DEPTH_MAX.
 */
#include "sim/language/parser.h"

static struct sim_expression *parse_or(struct sim_parser *parser);

struct sim_expression *sim_parser_make_expression(struct sim_parser *parser,
                                                  enum sim_expression_kind kind,
                                                  struct sim_place place) {
    struct sim_expression *expression = sim_arena_allocate(parser->arena, sizeof(*expression));
    if (expression != NULL) {
        expression->kind = kind;
        expression->place = place;
        expression->depth = 1;
    }
    return expression;
}

static struct sim_expression *check_depth(struct sim_parser *parser,
                                          struct sim_expression *expression) {
    if (expression->depth > SIM_EXPRESSION_DEPTH_MAX) {
        (void)sim_parser_error(parser, expression->place,
                               "the expression is too long: more than %d operators deep",
                               SIM_EXPRESSION_DEPTH_MAX);
        return NULL;
    }
    return expression;
}

static struct sim_expression *make_operation(struct sim_parser *parser,
                                             enum sim_expression_kind kind, struct sim_place place,
                                             struct sim_expression *left,
                                             struct sim_expression *right) {
    struct sim_expression *expression =
        sim_parser_make_expression(parser, kind, sim_parser_span(parser, place));
    if (expression == NULL) {
        return NULL;
    }
    expression->as.operands.left = left;
    expression->as.operands.right = right;
    uint32_t right_depth = right != NULL ? right->depth : 0;
    expression->depth = 1 + (left->depth > right_depth ? left->depth : right_depth);
    return check_depth(parser, expression);
}

/* ---- Primaries ---- */

static struct sim_expression *parse_integer(struct sim_parser *parser,
                                            enum sim_expression_kind kind) {
    struct sim_expression *expression =
        sim_parser_make_expression(parser, kind, parser->token.place);
    if (expression != NULL) {
        expression->as.integer = parser->token.integer;
    }
    sim_parser_advance(parser);
    return expression;
}

struct sim_expression *sim_parser_any_value(struct sim_parser *parser, struct sim_place place) {
    struct sim_expression *expression =
        sim_parser_make_expression(parser, SIM_EXPRESSION_NAME, place);
    if (expression != NULL) {
        expression->as.name.reference.index = SIM_NONE;
    }
    return expression;
}

static struct sim_expression *parse_bad_number(struct sim_parser *parser) {
    struct sim_expression *expression = sim_parser_any_value(parser, parser->token.place);
    sim_parser_advance(parser);
    return expression;
}

static struct sim_expression *parse_word(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    if (sim_parser_accept_word(parser, SIM_WORD_NOW)) {
        return sim_parser_make_expression(parser, SIM_EXPRESSION_NOW, place);
    }
    if (sim_parser_accept_word(parser, SIM_WORD_INDEX)) {
        return sim_parser_make_expression(parser, SIM_EXPRESSION_INDEX, place);
    }
    bool is_true = sim_parser_is_word(parser, SIM_WORD_TRUE);
    if (is_true || sim_parser_is_word(parser, SIM_WORD_FALSE)) {
        struct sim_expression *expression = parse_integer(parser, SIM_EXPRESSION_BOOL);
        if (expression != NULL) {
            expression->as.integer = is_true;
        }
        return expression;
    }
    if (sim_parser_find_parameter(parser, &parser->token) != NULL) {
        return sim_parser_parameter_value(parser);
    }
    if (parser->token.name_number < SIM_WORD_COUNT) {
        (void)sim_parser_unexpected(parser, "a value");
        return NULL;
    }
    struct sim_expression *expression =
        sim_parser_make_expression(parser, SIM_EXPRESSION_NAME, place);
    struct sim_reference reference;
    (void)sim_parser_name(parser, "a value", &reference);
    if (expression != NULL) {
        expression->as.name.reference = reference;
    }
    return expression;
}

static struct sim_expression *parse_parenthesised(struct sim_parser *parser) {
    sim_parser_advance(parser);
    struct sim_expression *expression = parse_or(parser);
    if (expression == NULL || !sim_parser_expect(parser, SIM_TOKEN_RIGHT_PARENTHESIS, "')'")) {
        return NULL;
    }
    return expression;
}

static struct sim_expression *parse_primary(struct sim_parser *parser) {
    switch (parser->token.kind) {
    case SIM_TOKEN_NUMBER:
    case SIM_TOKEN_SIZE:
        return parse_integer(parser, SIM_EXPRESSION_NUMBER);
    case SIM_TOKEN_DURATION:
        return parse_integer(parser, SIM_EXPRESSION_DURATION);
    case SIM_TOKEN_BAD_NUMBER:
        return parse_bad_number(parser);
    case SIM_TOKEN_TEXT:
        return sim_parser_text(parser);
    case SIM_TOKEN_NAME:
        return parse_word(parser);
    case SIM_TOKEN_LEFT_PARENTHESIS:
        return parse_parenthesised(parser);
    case SIM_TOKEN_DECIMAL:
        (void)sim_parser_error(parser, parser->token.place, "numbers are whole");
        return NULL;
    case SIM_TOKEN_END:
    case SIM_TOKEN_RIGHT_PARENTHESIS:
    case SIM_TOKEN_LEFT_BRACKET:
    case SIM_TOKEN_RIGHT_BRACKET:
    case SIM_TOKEN_COMMA:
    case SIM_TOKEN_COLON:
    case SIM_TOKEN_RANGE:
    case SIM_TOKEN_ARROW:
    case SIM_TOKEN_BOTH_ARROW:
    case SIM_TOKEN_ASSIGN:
    case SIM_TOKEN_EQUAL:
    case SIM_TOKEN_UNEQUAL:
    case SIM_TOKEN_LESS:
    case SIM_TOKEN_LESS_EQUAL:
    case SIM_TOKEN_GREATER:
    case SIM_TOKEN_GREATER_EQUAL:
    case SIM_TOKEN_PLUS:
    case SIM_TOKEN_MINUS:
    case SIM_TOKEN_STAR:
    case SIM_TOKEN_SLASH:
    case SIM_TOKEN_PERCENT:
    case SIM_TOKEN_ERROR:
        break;
    }
    (void)sim_parser_unexpected(parser, "a value");
    return NULL;
}

/* The checker tells an element of an array from an item of a list. */
static struct sim_expression *parse_postfix(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    struct sim_expression *expression = parse_primary(parser);
    while (expression != NULL && sim_parser_accept(parser, SIM_TOKEN_LEFT_BRACKET)) {
        struct sim_expression *item = parse_or(parser);
        if (item == NULL || !sim_parser_expect(parser, SIM_TOKEN_RIGHT_BRACKET, "']'")) {
            return NULL;
        }
        expression = make_operation(parser, SIM_EXPRESSION_ITEM, place, expression, item);
    }
    return expression;
}

/* ---- Operators ---- */

static bool enter(struct sim_parser *parser) {
    if (parser->expression_nesting >= SIM_NESTING_MAX) {
        (void)sim_parser_error(parser, parser->token.place,
                               "the expression is nested more than %d deep", SIM_NESTING_MAX);
        return false;
    }
    parser->expression_nesting++;
    return true;
}

static struct sim_expression *parse_unary(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    if (!sim_parser_accept(parser, SIM_TOKEN_MINUS)) {
        return parse_postfix(parser);
    }
    if (!enter(parser)) {
        return NULL;
    }
    struct sim_expression *operand = parse_unary(parser);
    parser->expression_nesting--;
    return operand == NULL ? NULL
                           : make_operation(parser, SIM_EXPRESSION_NEGATE, place, operand, NULL);
}

struct operator_of_token {
    enum sim_token_kind token;
    enum sim_expression_kind kind;
};

/* Takes an operator of the table, ended by SIM_TOKEN_END. */
static bool accept_operator(struct sim_parser *parser, const struct operator_of_token *operators,
                            enum sim_expression_kind *kind) {
    for (; operators->token != SIM_TOKEN_END; operators++) {
        if (sim_parser_accept(parser, operators->token)) {
            *kind = operators->kind;
            return true;
        }
    }
    return false;
}

static struct sim_expression *parse_product(struct sim_parser *parser) {
    static const struct operator_of_token operators[] = {
        {SIM_TOKEN_STAR, SIM_EXPRESSION_MULTIPLY},
        {SIM_TOKEN_SLASH, SIM_EXPRESSION_DIVIDE},
        {SIM_TOKEN_PERCENT, SIM_EXPRESSION_REMAINDER},
        {SIM_TOKEN_END, SIM_EXPRESSION_NUMBER},
    };
    struct sim_place place = parser->token.place;
    struct sim_expression *left = parse_unary(parser);
    enum sim_expression_kind kind = SIM_EXPRESSION_MULTIPLY;
    while (left != NULL && accept_operator(parser, operators, &kind)) {
        struct sim_expression *right = parse_unary(parser);
        left = right == NULL ? NULL : make_operation(parser, kind, place, left, right);
    }
    return left;
}

struct sim_expression *sim_parser_sum(struct sim_parser *parser) {
    static const struct operator_of_token operators[] = {
        {SIM_TOKEN_PLUS, SIM_EXPRESSION_ADD},
        {SIM_TOKEN_MINUS, SIM_EXPRESSION_SUBTRACT},
        {SIM_TOKEN_END, SIM_EXPRESSION_NUMBER},
    };
    struct sim_place place = parser->token.place;
    struct sim_expression *left = parse_product(parser);
    enum sim_expression_kind kind = SIM_EXPRESSION_ADD;
    while (left != NULL && accept_operator(parser, operators, &kind)) {
        struct sim_expression *right = parse_product(parser);
        left = right == NULL ? NULL : make_operation(parser, kind, place, left, right);
    }
    return left;
}

static const struct operator_of_token comparisons[] = {
    {SIM_TOKEN_EQUAL, SIM_EXPRESSION_EQUAL},
    {SIM_TOKEN_UNEQUAL, SIM_EXPRESSION_UNEQUAL},
    {SIM_TOKEN_LESS, SIM_EXPRESSION_LESS},
    {SIM_TOKEN_LESS_EQUAL, SIM_EXPRESSION_LESS_EQUAL},
    {SIM_TOKEN_GREATER, SIM_EXPRESSION_GREATER},
    {SIM_TOKEN_GREATER_EQUAL, SIM_EXPRESSION_GREATER_EQUAL},
    {SIM_TOKEN_END, SIM_EXPRESSION_NUMBER},
};

static struct sim_expression *parse_comparison(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    struct sim_expression *left = sim_parser_sum(parser);
    enum sim_expression_kind kind = SIM_EXPRESSION_EQUAL;
    if (left == NULL || !accept_operator(parser, comparisons, &kind)) {
        return left;
    }
    struct sim_expression *right = sim_parser_sum(parser);
    if (right == NULL) {
        return NULL;
    }
    struct sim_place next = parser->token.place;
    if (accept_operator(parser, comparisons, &kind)) {
        struct sim_finding *finding = sim_parser_error(parser, next, "comparisons do not chain");
        sim_diagnostics_label(parser->diagnostics, finding, "join two comparisons with 'and'");
        return NULL;
    }
    return make_operation(parser, kind, place, left, right);
}

struct sim_expression *sim_parser_operand_of_and(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    if (!sim_parser_accept_word(parser, SIM_WORD_NOT)) {
        return parse_comparison(parser);
    }
    if (!enter(parser)) {
        return NULL;
    }
    struct sim_expression *operand = sim_parser_operand_of_and(parser);
    parser->expression_nesting--;
    return operand == NULL ? NULL
                           : make_operation(parser, SIM_EXPRESSION_NOT, place, operand, NULL);
}

static struct sim_expression *parse_and(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    struct sim_expression *left = sim_parser_operand_of_and(parser);
    while (left != NULL && sim_parser_accept_word(parser, SIM_WORD_AND)) {
        struct sim_expression *right = sim_parser_operand_of_and(parser);
        left =
            right == NULL ? NULL : make_operation(parser, SIM_EXPRESSION_AND, place, left, right);
    }
    return left;
}

static struct sim_expression *parse_or(struct sim_parser *parser) {
    if (!enter(parser)) {
        return NULL;
    }
    struct sim_place place = parser->token.place;
    struct sim_expression *left = parse_and(parser);
    while (left != NULL && sim_parser_accept_word(parser, SIM_WORD_OR)) {
        struct sim_expression *right = parse_and(parser);
        left = right == NULL ? NULL : make_operation(parser, SIM_EXPRESSION_OR, place, left, right);
    }
    parser->expression_nesting--;
    return left;
}

struct sim_expression *sim_parser_expression(struct sim_parser *parser) {
    struct sim_expression *expression = parse_or(parser);
    if (expression != NULL && parser->token.kind == SIM_TOKEN_ASSIGN) {
        struct sim_finding *finding =
            sim_parser_error(parser, parser->token.place, "'=' does not compare");
        sim_diagnostics_label(parser->diagnostics, finding, "did you mean '=='?");
        return NULL;
    }
    return expression;
}

struct sim_expression *sim_parser_named_value(struct sim_parser *parser, const char *what) {
    struct sim_place place = parser->token.place;
    struct sim_reference reference;
    if (!sim_parser_name(parser, what, &reference)) {
        return NULL;
    }
    struct sim_expression *expression =
        sim_parser_make_expression(parser, SIM_EXPRESSION_NAME, place);
    if (expression == NULL) {
        return NULL;
    }
    expression->as.name.reference = reference;
    if (!sim_parser_accept(parser, SIM_TOKEN_LEFT_BRACKET)) {
        return expression;
    }
    struct sim_expression *item = parse_or(parser);
    if (item == NULL || !sim_parser_expect(parser, SIM_TOKEN_RIGHT_BRACKET, "']'")) {
        return NULL;
    }
    return make_operation(parser, SIM_EXPRESSION_ITEM, place, expression, item);
}

bool sim_parser_expression_list(struct sim_parser *parser, struct sim_expression_list *list) {
    do {
        struct sim_expression *item = sim_parser_expression(parser);
        if (item == NULL) {
            return false;
        }
        struct sim_expression **items = sim_arena_push(parser->arena, list->items, &list->count,
                                                       sizeof(struct sim_expression *));
        if (items == NULL) {
            return false;
        }
        list->items = items;
        items[list->count - 1] = item;
    } while (sim_parser_accept(parser, SIM_TOKEN_COMMA));
    return true;
}
