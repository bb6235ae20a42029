/* checker_operators.c - types of operators: what goes with what, and what comes of it. */
#include "sim/language/checker.h"

const char *sim_type_word(enum sim_type type) {
    switch (type) {
    case SIM_TYPE_ANY:
        return "a value";
    case SIM_TYPE_NUMBER:
        return "a number";
    case SIM_TYPE_DURATION:
        return "a duration";
    case SIM_TYPE_BOOL:
        return "true or false";
    case SIM_TYPE_TEXT:
        return "a text";
    case SIM_TYPE_SOCKET:
        return "a socket";
    case SIM_TYPE_HANDLE:
        return "a handle";
    case SIM_TYPE_LIST:
        return "a list";
    }
    return "a value";
}

static const char *operator_text(enum sim_expression_kind kind) {
    static const char *const texts[] = {
        [SIM_EXPRESSION_ADD] = "+",
        [SIM_EXPRESSION_SUBTRACT] = "-",
        [SIM_EXPRESSION_MULTIPLY] = "*",
        [SIM_EXPRESSION_DIVIDE] = "/",
        [SIM_EXPRESSION_REMAINDER] = "%",
        [SIM_EXPRESSION_EQUAL] = "==",
        [SIM_EXPRESSION_UNEQUAL] = "!=",
        [SIM_EXPRESSION_LESS] = "<",
        [SIM_EXPRESSION_LESS_EQUAL] = "<=",
        [SIM_EXPRESSION_GREATER] = ">",
        [SIM_EXPRESSION_GREATER_EQUAL] = ">=",
        [SIM_EXPRESSION_AND] = "and",
        [SIM_EXPRESSION_OR] = "or",
    };
    return texts[kind];
}

/* What would go with the left or the right operand; null if there is nothing short to say. */
static const char *hint_of_kinds(enum sim_expression_kind kind, enum sim_type left,
                                 enum sim_type right) {
    bool is_text = left == SIM_TYPE_TEXT || right == SIM_TYPE_TEXT;
    bool is_equality = kind == SIM_EXPRESSION_EQUAL || kind == SIM_EXPRESSION_UNEQUAL;
    if (kind == SIM_EXPRESSION_ADD && is_text) {
        return "texts are joined inside a text: \"{a}{b}\"";
    }
    if (left == SIM_TYPE_DURATION && right == SIM_TYPE_DURATION) {
        return kind == SIM_EXPRESSION_MULTIPLY ? "a duration is multiplied by a number"
                                               : "a duration is divided by a number";
    }
    if (left == right && !is_equality && kind >= SIM_EXPRESSION_LESS) {
        return "only numbers and durations have an order";
    }
    if (left == SIM_TYPE_TEXT && right == SIM_TYPE_NUMBER) {
        return "a number in a text: \"{n}\"";
    }
    return is_equality ? "values of two kinds are never equal" : NULL;
}

static const struct sim_expression *literal_operand(const struct sim_expression *expression,
                                                    int64_t *value) {
    const struct sim_expression *left = expression->as.operands.left;
    const struct sim_expression *right = expression->as.operands.right;
    if (right->type == SIM_TYPE_NUMBER && sim_checker_constant(right, value)) {
        return right;
    }
    return left->type == SIM_TYPE_NUMBER && sim_checker_constant(left, value) ? left : NULL;
}

static enum sim_type bad_operands(struct sim_checker *checker,
                                  const struct sim_expression *expression, enum sim_type left,
                                  enum sim_type right) {
    int64_t value = 0;
    if (!checker->reports_types) {
        return SIM_TYPE_ANY;
    }
    bool is_sum = expression->kind == SIM_EXPRESSION_ADD ||
                  expression->kind == SIM_EXPRESSION_SUBTRACT ||
                  expression->kind >= SIM_EXPRESSION_EQUAL;
    bool is_mixed = (left == SIM_TYPE_DURATION && right == SIM_TYPE_NUMBER) ||
                    (left == SIM_TYPE_NUMBER && right == SIM_TYPE_DURATION);
    struct sim_finding *finding = sim_diagnostics_error(
        checker->diagnostics, expression->place, "'%s' between %s and %s",
        operator_text(expression->kind), sim_type_word(left), sim_type_word(right));
    const char *hint = hint_of_kinds(expression->kind, left, right);
    if (is_sum && is_mixed && literal_operand(expression, &value) != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "a unit is missing: '%lldms'",
                              (long long)value);
    } else if (hint != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "%s", hint);
    }
    return SIM_TYPE_ANY;
}

static bool may_be(enum sim_type type, enum sim_type wanted) {
    return type == wanted || type == SIM_TYPE_ANY;
}

static bool may_be_quantity(enum sim_type type) {
    return may_be(type, SIM_TYPE_NUMBER) || type == SIM_TYPE_DURATION;
}

static enum sim_type sum_type(struct sim_checker *checker, struct sim_expression *expression,
                              enum sim_type left, enum sim_type right) {
    bool is_alike = left == right || left == SIM_TYPE_ANY || right == SIM_TYPE_ANY;
    if (!may_be_quantity(left) || !may_be_quantity(right) || !is_alike) {
        return bad_operands(checker, expression, left, right);
    }
    return left == SIM_TYPE_ANY ? right : left;
}

static enum sim_type product_type(struct sim_checker *checker, struct sim_expression *expression,
                                  enum sim_type left, enum sim_type right) {
    bool are_durations = left == SIM_TYPE_DURATION && right == SIM_TYPE_DURATION;
    if (!may_be_quantity(left) || !may_be_quantity(right) || are_durations) {
        return bad_operands(checker, expression, left, right);
    }
    if (left == SIM_TYPE_DURATION || right == SIM_TYPE_DURATION) {
        return SIM_TYPE_DURATION;
    }
    return left == SIM_TYPE_ANY || right == SIM_TYPE_ANY ? SIM_TYPE_ANY : SIM_TYPE_NUMBER;
}

static void check_divisor(struct sim_checker *checker, const struct sim_expression *right) {
    int64_t value = 1;
    if (checker->reports_types && sim_checker_constant(right, &value) && value == 0) {
        (void)sim_diagnostics_error(checker->diagnostics, right->place, "division by zero");
    }
}

static enum sim_type quotient_type(struct sim_checker *checker, struct sim_expression *expression,
                                   enum sim_type left, enum sim_type right) {
    bool is_remainder = expression->kind == SIM_EXPRESSION_REMAINDER;
    bool is_left_good = is_remainder ? may_be(left, SIM_TYPE_NUMBER) : may_be_quantity(left);
    if (!is_left_good || !may_be(right, SIM_TYPE_NUMBER)) {
        return bad_operands(checker, expression, left, right);
    }
    check_divisor(checker, expression->as.operands.right);
    return is_remainder ? SIM_TYPE_NUMBER : left;
}

static enum sim_type comparison_type(struct sim_checker *checker, struct sim_expression *expression,
                                     enum sim_type left, enum sim_type right) {
    bool is_equality =
        expression->kind == SIM_EXPRESSION_EQUAL || expression->kind == SIM_EXPRESSION_UNEQUAL;
    bool is_alike = left == right || left == SIM_TYPE_ANY || right == SIM_TYPE_ANY;
    bool is_ordered = may_be_quantity(left) && may_be_quantity(right);
    if (!is_alike || (!is_equality && !is_ordered)) {
        (void)bad_operands(checker, expression, left, right);
    }
    return SIM_TYPE_BOOL;
}

static enum sim_type logic_type(struct sim_checker *checker, struct sim_expression *expression) {
    sim_checker_want(checker, expression->as.operands.left, SIM_TYPE_BOOL, "a condition");
    sim_checker_want(checker, expression->as.operands.right, SIM_TYPE_BOOL, "a condition");
    return SIM_TYPE_BOOL;
}

static enum sim_type negation_type(struct sim_checker *checker, struct sim_expression *expression,
                                   enum sim_type type) {
    if (!may_be_quantity(type) && checker->reports_types) {
        (void)sim_diagnostics_error(checker->diagnostics, expression->place, "'-' before %s",
                                    sim_type_word(type));
    }
    return may_be_quantity(type) ? type : SIM_TYPE_ANY;
}

enum sim_type sim_checker_operator_type(struct sim_checker *checker,
                                        struct sim_expression *expression) {
    enum sim_type left = sim_checker_type(checker, expression->as.operands.left);
    enum sim_type right = sim_checker_type(checker, expression->as.operands.right);
    switch (expression->kind) {
    case SIM_EXPRESSION_NEGATE:
        return negation_type(checker, expression, left);
    case SIM_EXPRESSION_NOT:
    case SIM_EXPRESSION_AND:
    case SIM_EXPRESSION_OR:
        return logic_type(checker, expression);
    case SIM_EXPRESSION_ADD:
    case SIM_EXPRESSION_SUBTRACT:
        return sum_type(checker, expression, left, right);
    case SIM_EXPRESSION_MULTIPLY:
        return product_type(checker, expression, left, right);
    case SIM_EXPRESSION_DIVIDE:
    case SIM_EXPRESSION_REMAINDER:
        return quotient_type(checker, expression, left, right);
    case SIM_EXPRESSION_EQUAL:
    case SIM_EXPRESSION_UNEQUAL:
    case SIM_EXPRESSION_LESS:
    case SIM_EXPRESSION_LESS_EQUAL:
    case SIM_EXPRESSION_GREATER:
    case SIM_EXPRESSION_GREATER_EQUAL:
        return comparison_type(checker, expression, left, right);
    case SIM_EXPRESSION_ITEM:
        sim_checker_want(checker, expression->as.operands.left, SIM_TYPE_LIST,
                         "what an item is taken of");
        sim_checker_want(checker, expression->as.operands.right, SIM_TYPE_NUMBER,
                         "the number of an item");
        return SIM_TYPE_ANY;
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
    case SIM_EXPRESSION_TEXT:
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
    case SIM_EXPRESSION_NAME:
    case SIM_EXPRESSION_LOCAL:
    case SIM_EXPRESSION_VARIABLE:
    case SIM_EXPRESSION_ELEMENT:
        break;
    }
    return SIM_TYPE_ANY;
}
