/* explanation_values.c - the values in an expression that does not hold. */
#include "sim/explanation_values.h"

#include "sim/quotation.h"

#include <string.h>

enum { NAMED_MAX = 8 };

/* What is being told of a condition. */
struct telling {
    struct sim_scope *scope;
    struct sim_quoted quoted;
    struct sim_buffer *buffer;
    const char *separator;
    const struct sim_expression *named[NAMED_MAX]; /* whose values have been told */
    uint32_t named_count;
};

static bool is_leaf(const struct sim_expression *expression) {
    return expression->kind == SIM_EXPRESSION_LOCAL ||
           expression->kind == SIM_EXPRESSION_VARIABLE ||
           expression->kind == SIM_EXPRESSION_ELEMENT;
}

static bool is_joint(const struct sim_expression *expression) {
    return expression->kind == SIM_EXPRESSION_AND || expression->kind == SIM_EXPRESSION_OR;
}

static bool is_comparison(const struct sim_expression *expression) {
    return expression->kind >= SIM_EXPRESSION_EQUAL &&
           expression->kind <= SIM_EXPRESSION_GREATER_EQUAL;
}

static bool is_constant(const struct sim_expression *expression) {
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
        return true;
    case SIM_EXPRESSION_TEXT:
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            if (expression->as.text.pieces[i].expression != NULL) {
                return false;
            }
        }
        return true;
    case SIM_EXPRESSION_NEGATE:
        return is_constant(expression->as.operands.left);
    default:
        return false;
    }
}

/* An expression as written; without the source, the name in it. */
static bool add_source(const struct telling *telling, const struct sim_expression *expression) {
    struct sim_quoted quoted = telling->quoted;
    struct sim_place place = expression->place;
    if (quoted.text.bytes != NULL && place.offset >= quoted.offset &&
        place.length <= quoted.text.length &&
        place.offset - quoted.offset <= quoted.text.length - place.length) {
        sim_buffer_add(telling->buffer, quoted.text.bytes + (place.offset - quoted.offset),
                       place.length);
        return true;
    }
    if (is_leaf(expression) && expression->as.name.element == NULL) {
        sim_buffer_add_text(telling->buffer, expression->as.name.reference.name);
        return true;
    }
    return false;
}

static bool evaluate_bool(struct sim_scope *scope, const struct sim_expression *expression) {
    struct sim_value value;
    return sim_evaluate(scope, expression, &value) == COG_OK &&
           sim_value_tag(value) == SIM_TAG_BOOL && sim_value_get_integer(value) != 0;
}

static bool is_told(const struct telling *telling, const struct sim_expression *expression) {
    for (uint32_t i = 0; i < telling->named_count; i++) {
        const struct sim_expression *named = telling->named[i];
        if (named->kind == expression->kind && expression->as.name.element == NULL &&
            named->as.name.reference.index == expression->as.name.reference.index) {
            return true;
        }
    }
    return false;
}

static void tell_value(struct telling *telling, const struct sim_expression *expression) {
    if (is_leaf(expression)) {
        if (telling->named_count == NAMED_MAX || is_told(telling, expression)) {
            return;
        }
        telling->named[telling->named_count++] = expression;
    }
    sim_buffer_add_text(telling->buffer, telling->separator);
    telling->separator = ", ";
    if (!add_source(telling, expression)) {
        sim_buffer_add_text(telling->buffer, "the value");
    }
    struct sim_value value;
    telling->scope->message[0] = '\0';
    if (sim_evaluate(telling->scope, expression, &value) == COG_OK) {
        sim_buffer_add_text(telling->buffer, " is ");
        sim_quote_value(value, telling->buffer);
    } else {
        sim_buffer_add_format(telling->buffer, " has no value (%s)", telling->scope->message);
    }
}

/* The variables below an expression whose value was told as a whole. */
static void tell_names(struct telling *telling, const struct sim_expression *expression) {
    if (is_leaf(expression)) {
        tell_value(telling, expression);
        if (expression->as.name.element != NULL) {
            tell_names(telling, expression->as.name.element);
        }
    } else if (expression->kind == SIM_EXPRESSION_TEXT) {
        for (uint32_t i = 0; i < expression->as.text.piece_count; i++) {
            if (expression->as.text.pieces[i].expression != NULL) {
                tell_names(telling, expression->as.text.pieces[i].expression);
            }
        }
    } else if (expression->kind >= SIM_EXPRESSION_ITEM) {
        tell_names(telling, expression->as.operands.left);
        if (expression->as.operands.right != NULL) {
            tell_names(telling, expression->as.operands.right);
        }
    }
}

/* Does anything below it make up the value of an expression? */
static bool is_compound(const struct sim_expression *expression) {
    return !is_constant(expression) &&
           (!is_leaf(expression) || expression->as.name.element != NULL) &&
           expression->kind != SIM_EXPRESSION_NOW && expression->kind != SIM_EXPRESSION_INDEX;
}

static void tell_names_below(struct telling *telling, const struct sim_expression *expression) {
    if (!is_compound(expression)) {
        return;
    }
    if (is_leaf(expression)) {
        tell_names(telling, expression->as.name.element);
    } else {
        tell_names(telling, expression);
    }
}

static void tell_condition(struct telling *telling, const struct sim_expression *expression) {
    const struct sim_expression *left = expression->as.operands.left;
    const struct sim_expression *right = expression->as.operands.right;
    bool has_names = false;
    if (!is_comparison(expression)) {
        tell_value(telling, expression);
        has_names = is_compound(expression);
        right = NULL;
        left = expression;
    } else {
        if (!is_constant(left)) {
            tell_value(telling, left);
            has_names = is_compound(left);
        }
        if (!is_constant(right)) {
            tell_value(telling, right);
            has_names = has_names || is_compound(right);
        }
    }
    if (has_names) {
        telling->separator = telling->separator[0] == '\0' ? "" : "; where ";
        tell_names_below(telling, left);
        if (right != NULL) {
            tell_names_below(telling, right);
        }
        telling->separator = telling->separator[0] == '\0' ? "" : ", ";
    }
}

/* Goes down to what a condition hinges on: of an `and` that is false the first part that is, of an
 * `or` that is true likewise. */
static const struct sim_expression *hinge(struct sim_scope *scope,
                                          const struct sim_expression *expression) {
    bool is_true = evaluate_bool(scope, expression);
    while (is_joint(expression) && (expression->kind == SIM_EXPRESSION_OR) == is_true) {
        const struct sim_expression *left = expression->as.operands.left;
        expression = evaluate_bool(scope, left) == is_true ? left : expression->as.operands.right;
    }
    return expression;
}

bool sim_explain_part(struct sim_scope *scope, const struct sim_expression *expression,
                      struct sim_quoted quoted, struct sim_buffer *buffer) {
    struct telling telling = {.scope = scope, .quoted = quoted, .buffer = buffer};
    const struct sim_expression *part = hinge(scope, expression);
    (void)add_source(&telling, part);
    return part != expression;
}

static void tell_all(struct telling *telling, const struct sim_expression *expression) {
    const struct sim_expression *part = hinge(telling->scope, expression);
    if (is_joint(part)) {
        tell_all(telling, part->as.operands.left);
        tell_all(telling, part->as.operands.right);
    } else if (part->kind == SIM_EXPRESSION_NOT) {
        tell_all(telling, part->as.operands.left);
    } else if (is_constant(part)) {
        sim_buffer_add_text(telling->buffer, telling->separator);
        sim_buffer_add_text(telling->buffer, "it is false");
        telling->separator = ", ";
    } else {
        tell_condition(telling, part);
    }
}

void sim_explain_values(struct sim_scope *scope, const struct sim_expression *expression,
                        struct sim_quoted quoted, struct sim_buffer *buffer) {
    struct telling telling = {.scope = scope, .quoted = quoted, .buffer = buffer, .separator = ""};
    size_t length = buffer->length;
    scope->message[0] = '\0';
    tell_all(&telling, expression);
    if (buffer->length == length) {
        sim_buffer_add_text(buffer, "it is false"); /* of constants alone */
    }
}
