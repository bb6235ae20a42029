/* evaluate.c - walks the tree of an expression. */
#include "sim/evaluate.h"

#include "core/check.h"
#include "sim/language/buffer.h"
#include "sim/touching.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static int fail(struct sim_scope *scope, const char *format,
                                                      ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(scope->message, sizeof scope->message, format, arguments);
    va_end(arguments);
    return COG_EFAILED;
}

static const struct cog_allocator *memory_of(struct sim_scope *scope) {
    return &scope->run->memory.allocator;
}

/* Says what is wrong with a value that should be a number in a range. */
static int check_number(struct sim_scope *scope, struct sim_value value, const char *what,
                        int64_t low, int64_t high) {
    if (sim_value_tag(value) != SIM_TAG_NUMBER) {
        return fail(scope, "%s must be %s, not %s", what, sim_tag_name(SIM_TAG_NUMBER),
                    sim_tag_name(sim_value_tag(value)));
    }
    int64_t number = sim_value_get_integer(value);
    if (number < low || number > high) {
        return fail(scope, "%s is %" PRId64 ", which is not in %" PRId64 "..%" PRId64, what, number,
                    low, high);
    }
    return COG_OK;
}

static int remember_read(struct sim_scope *scope, const struct sim_value *place) {
    struct sim_frame *frame = scope->frame;
    struct sim_read *reads = cog_grow(memory_of(scope), frame->reads, frame->read_count,
                                      &frame->read_capacity, sizeof reads[0]);
    if (reads == NULL) {
        return COG_ENOMEM;
    }
    frame->reads = reads;
    frame->reads[frame->read_count++] = (struct sim_read){.place = place, .value = *place};
    frame->read_next = frame->read_count;
    return COG_OK;
}

static int read_shared(struct sim_scope *scope, uint32_t variable, const struct sim_value *place,
                       struct sim_value *value) {
    struct sim_frame *frame = scope->frame;
    if (frame->read_next < frame->read_count) {
        if (frame->reads[frame->read_next].place == place) {
            *value = frame->reads[frame->read_next++].value;
            return COG_OK;
        }
        /* A plain variable has changed during the yield, and evaluation goes another way from here.
         */
        frame->read_count = frame->read_next;
    }
    if (!frame->has_yielded) {
        sim_announce(scope->run, frame, sim_object_of(scope->run, variable, place), SIM_TOUCH_READ);
        return SIM_NEED_YIELD;
    }
    frame->has_yielded = false;
    *value = *place;
    sim_touch(scope->run, sim_object_of(scope->run, variable, place), SIM_TOUCH_READ);
    sim_run_variable_read(scope->run, variable, place, frame->instance->line);
    return remember_read(scope, place);
}

/* What an observer sees of a shared variable: what the statement under way has read of it. */
static struct sim_value *find_read(struct sim_frame *frame, struct sim_value *place) {
    for (uint32_t i = 0; i < frame->read_count; i++) {
        if (frame->reads[i].place == place) {
            return &frame->reads[i].value;
        }
    }
    return place;
}

int sim_evaluate_index(struct sim_scope *scope, const struct sim_expression *expression,
                       const char *name, uint32_t count, int64_t *index) {
    struct sim_value value = {.word = 0};
    int status = sim_evaluate(scope, expression, &value);
    if (status != COG_OK) {
        return status;
    }
    *index = sim_value_get_integer(value);
    if (sim_value_tag(value) == SIM_TAG_NUMBER && *index >= 0 && *index < count) {
        return COG_OK;
    }
    char what[96];
    (void)snprintf(what, sizeof what, "the index of %s", name);
    return check_number(scope, value, what, 0, (int64_t)count - 1);
}

int sim_evaluate_place(struct sim_scope *scope, uint32_t variable,
                       const struct sim_expression *element, struct sim_value **place) {
    const struct sim_variable *source = &scope->run->scenario->variables[variable];
    int64_t index = 0;
    if (element != NULL) {
        int status =
            sim_evaluate_index(scope, element, source->name, source->element_count, &index);
        if (status != COG_OK) {
            return status;
        }
    }
    *place = &scope->run->variables[variable][index];
    return COG_OK;
}

static int evaluate_variable(struct sim_scope *scope, const struct sim_expression *expression,
                             struct sim_value *value) {
    uint32_t variable = expression->as.name.reference.index;
    const struct sim_expression *element =
        expression->kind == SIM_EXPRESSION_ELEMENT ? expression->as.name.element : NULL;
    struct sim_value *place;
    int status = sim_evaluate_place(scope, variable, element, &place);
    if (status != COG_OK) {
        return status;
    }
    if (scope->frame != NULL && scope->run->scenario->variables[variable].is_shared &&
        !scope->is_at_once) {
        if (!scope->is_observer) {
            return read_shared(scope, variable, place, value);
        }
        place = find_read(scope->frame, place);
    } else if (scope->frame != NULL && !scope->is_observer) {
        sim_touch(scope->run, sim_object_of(scope->run, variable, place), SIM_TOUCH_READ);
    }
    *value = *place;
    return COG_OK;
}

static int evaluate_text(struct sim_scope *scope, const struct sim_expression *expression,
                         struct sim_value *value) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, memory_of(scope));
    int status = COG_OK;
    for (uint32_t i = 0; i < expression->as.text.piece_count && status == COG_OK; i++) {
        const struct sim_text_piece *piece = &expression->as.text.pieces[i];
        if (piece->expression == NULL) {
            sim_buffer_add(&buffer, piece->bytes.bytes, piece->bytes.length);
            continue;
        }
        struct sim_value part;
        status = sim_evaluate(scope, piece->expression, &part);
        if (status == COG_OK) {
            sim_value_append(&buffer, part);
        }
    }
    if (status == COG_OK && !buffer.has_failed) {
        *value = sim_value_text(memory_of(scope), buffer.bytes, buffer.length);
    }
    if (status == COG_OK && (buffer.has_failed || value->word == 0)) {
        status = COG_ENOMEM;
    }
    sim_buffer_term(&buffer);
    return status;
}

static int evaluate_item(struct sim_scope *scope, const struct sim_expression *expression,
                         struct sim_value *value) {
    struct sim_value list_value;
    int status = sim_evaluate_tag(scope, expression->as.operands.left, SIM_TAG_LIST,
                                  "what is indexed", &list_value);
    if (status != COG_OK) {
        return status;
    }
    const struct sim_list *list = sim_value_get_pointer(list_value);
    int64_t index;
    status = sim_evaluate_number(scope, expression->as.operands.right, "the index of the list", 0,
                                 (int64_t)list->count - 1, &index);
    if (status == COG_OK) {
        *value = list->items[index];
    }
    return status;
}

static bool is_integer(enum sim_tag tag) {
    return tag == SIM_TAG_NUMBER || tag == SIM_TAG_DURATION;
}

/* The type of left OP right, or UNSET if they do not go together. */
static enum sim_tag result_tag(enum sim_expression_kind kind, enum sim_tag left,
                               enum sim_tag right) {
    if (!is_integer(left) || !is_integer(right)) {
        return SIM_TAG_UNSET;
    }
    if (kind == SIM_EXPRESSION_MULTIPLY) {
        bool both = left == SIM_TAG_DURATION && right == SIM_TAG_DURATION;
        return both ? SIM_TAG_UNSET : left == SIM_TAG_DURATION ? left : right;
    }
    if (kind == SIM_EXPRESSION_DIVIDE && left == SIM_TAG_DURATION) {
        return right == SIM_TAG_NUMBER ? SIM_TAG_DURATION : SIM_TAG_UNSET;
    }
    return left == right ? left : SIM_TAG_UNSET;
}

static const char *operator_word(enum sim_expression_kind kind) {
    switch ((int)kind) {
    case SIM_EXPRESSION_ADD:
        return "+";
    case SIM_EXPRESSION_SUBTRACT:
        return "-";
    case SIM_EXPRESSION_MULTIPLY:
        return "*";
    case SIM_EXPRESSION_DIVIDE:
        return "/";
    case SIM_EXPRESSION_REMAINDER:
        return "%";
    default:
        return "compare";
    }
}

static int calculate(struct sim_scope *scope, enum sim_expression_kind kind, enum sim_tag tag,
                     int64_t left, int64_t right, struct sim_value *value) {
    int64_t result = 0;
    bool has_overflown = false;
    switch ((int)kind) {
    case SIM_EXPRESSION_ADD:
        has_overflown = __builtin_add_overflow(left, right, &result);
        break;
    case SIM_EXPRESSION_SUBTRACT:
        has_overflown = __builtin_sub_overflow(left, right, &result);
        break;
    case SIM_EXPRESSION_MULTIPLY:
        has_overflown = __builtin_mul_overflow(left, right, &result);
        break;
    default:
        if (right == 0) {
            return fail(scope, "division by zero");
        }
        result = kind == SIM_EXPRESSION_DIVIDE ? left / right : left % right;
        break;
    }
    if (has_overflown || result > SIM_INTEGER_MAX || result < SIM_INTEGER_MIN) {
        return fail(scope, "the result of %s is out of range", operator_word(kind));
    }
    *value = sim_value_integer(tag, result);
    return COG_OK;
}

static int combine(struct sim_scope *scope, enum sim_expression_kind kind, struct sim_value left,
                   struct sim_value right, struct sim_value *value) {
    enum sim_tag tag = result_tag(kind, sim_value_tag(left), sim_value_tag(right));
    if (tag == SIM_TAG_UNSET) {
        return fail(scope, "%s and %s do not go together with %s",
                    sim_tag_name(sim_value_tag(left)), sim_tag_name(sim_value_tag(right)),
                    operator_word(kind));
    }
    return calculate(scope, kind, tag, sim_value_get_integer(left), sim_value_get_integer(right),
                     value);
}

int sim_evaluate_sum(struct sim_scope *scope, struct sim_value left, struct sim_value right,
                     struct sim_value *value) {
    return combine(scope, SIM_EXPRESSION_ADD, left, right, value);
}

static int compare(struct sim_scope *scope, enum sim_expression_kind kind, struct sim_value left,
                   struct sim_value right, struct sim_value *value) {
    bool holds = false;
    if (kind == SIM_EXPRESSION_EQUAL || kind == SIM_EXPRESSION_UNEQUAL) {
        holds = sim_value_equal(left, right) == (kind == SIM_EXPRESSION_EQUAL);
    } else {
        enum sim_tag tag = sim_value_tag(left);
        if (!is_integer(tag) || tag != sim_value_tag(right)) {
            return fail(scope, "%s cannot be compared with %s", sim_tag_name(tag),
                        sim_tag_name(sim_value_tag(right)));
        }
        int64_t a = sim_value_get_integer(left);
        int64_t b = sim_value_get_integer(right);
        holds = kind == SIM_EXPRESSION_LESS         ? a < b
                : kind == SIM_EXPRESSION_LESS_EQUAL ? a <= b
                : kind == SIM_EXPRESSION_GREATER    ? a > b
                                                    : a >= b;
    }
    *value = sim_value_integer(SIM_TAG_BOOL, holds);
    return COG_OK;
}

static int evaluate_binary(struct sim_scope *scope, const struct sim_expression *expression,
                           struct sim_value *value) {
    struct sim_value left;
    struct sim_value right;
    int status = sim_evaluate(scope, expression->as.operands.left, &left);
    if (status == COG_OK) {
        status = sim_evaluate(scope, expression->as.operands.right, &right);
    }
    if (status != COG_OK) {
        return status;
    }
    return expression->kind >= SIM_EXPRESSION_EQUAL
               ? compare(scope, expression->kind, left, right, value)
               : combine(scope, expression->kind, left, right, value);
}

static int evaluate_logic(struct sim_scope *scope, const struct sim_expression *expression,
                          struct sim_value *value) {
    int status = sim_evaluate_tag(scope, expression->as.operands.left, SIM_TAG_BOOL,
                                  "an operand of and, or, not", value);
    if (status != COG_OK) {
        return status;
    }
    bool left = sim_value_get_integer(*value) != 0;
    if (expression->kind == SIM_EXPRESSION_NOT) {
        *value = sim_value_integer(SIM_TAG_BOOL, !left);
        return COG_OK;
    }
    if (left == (expression->kind == SIM_EXPRESSION_OR)) {
        return COG_OK;
    }
    return sim_evaluate_tag(scope, expression->as.operands.right, SIM_TAG_BOOL,
                            "an operand of and, or, not", value);
}

static int evaluate_negation(struct sim_scope *scope, const struct sim_expression *expression,
                             struct sim_value *value) {
    int status = sim_evaluate(scope, expression->as.operands.left, value);
    if (status != COG_OK) {
        return status;
    }
    enum sim_tag tag = sim_value_tag(*value);
    if (!is_integer(tag)) {
        return fail(scope, "%s has no negative", sim_tag_name(tag));
    }
    *value = sim_value_integer(tag, -sim_value_get_integer(*value));
    return COG_OK;
}

static int evaluate_now(struct sim_scope *scope, struct sim_value *value) {
    int64_t now_ns = scope->frame != NULL
                         ? sim_host_now_ns(&scope->run->hosts[scope->frame->instance->host])
                         : scope->run->now_ns;
    if (now_ns > SIM_INTEGER_MAX || now_ns < SIM_INTEGER_MIN) {
        return fail(scope, "the time is out of range");
    }
    *value = sim_value_integer(SIM_TAG_DURATION, now_ns);
    return COG_OK;
}

int sim_evaluate(struct sim_scope *scope, const struct sim_expression *expression,
                 struct sim_value *value) {
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
        *value = sim_value_integer(SIM_TAG_NUMBER, expression->as.integer);
        return COG_OK;
    case SIM_EXPRESSION_DURATION:
        *value = sim_value_integer(SIM_TAG_DURATION, expression->as.integer);
        return COG_OK;
    case SIM_EXPRESSION_BOOL:
        *value = sim_value_integer(SIM_TAG_BOOL, expression->as.integer);
        return COG_OK;
    case SIM_EXPRESSION_TEXT:
        return evaluate_text(scope, expression, value);
    case SIM_EXPRESSION_NOW:
        return evaluate_now(scope, value);
    case SIM_EXPRESSION_INDEX:
        *value = scope->frame->index;
        return COG_OK;
    case SIM_EXPRESSION_LOCAL:
        *value = scope->frame->slots[expression->as.name.reference.index];
        return COG_OK;
    case SIM_EXPRESSION_VARIABLE:
    case SIM_EXPRESSION_ELEMENT:
        return evaluate_variable(scope, expression, value);
    case SIM_EXPRESSION_ITEM:
        return evaluate_item(scope, expression, value);
    case SIM_EXPRESSION_NEGATE:
        return evaluate_negation(scope, expression, value);
    case SIM_EXPRESSION_NOT:
    case SIM_EXPRESSION_AND:
    case SIM_EXPRESSION_OR:
        return evaluate_logic(scope, expression, value);
    case SIM_EXPRESSION_ADD:
    case SIM_EXPRESSION_SUBTRACT:
    case SIM_EXPRESSION_MULTIPLY:
    case SIM_EXPRESSION_DIVIDE:
    case SIM_EXPRESSION_REMAINDER:
    case SIM_EXPRESSION_EQUAL:
    case SIM_EXPRESSION_UNEQUAL:
    case SIM_EXPRESSION_LESS:
    case SIM_EXPRESSION_LESS_EQUAL:
    case SIM_EXPRESSION_GREATER:
    case SIM_EXPRESSION_GREATER_EQUAL:
        return evaluate_binary(scope, expression, value);
    case SIM_EXPRESSION_NAME:
        break;
    }
    cog_assert(expression->kind != SIM_EXPRESSION_NAME); /* the checker resolved them all */
    return COG_EFAILED;
}

int sim_evaluate_tag(struct sim_scope *scope, const struct sim_expression *expression,
                     enum sim_tag tag, const char *what, struct sim_value *value) {
    int status = sim_evaluate(scope, expression, value);
    if (status == COG_OK && sim_value_tag(*value) != tag) {
        return fail(scope, "%s must be %s, not %s", what, sim_tag_name(tag),
                    sim_tag_name(sim_value_tag(*value)));
    }
    return status;
}

int sim_evaluate_number(struct sim_scope *scope, const struct sim_expression *expression,
                        const char *what, int64_t low, int64_t high, int64_t *number) {
    struct sim_value value = {.word = 0};
    int status = sim_evaluate(scope, expression, &value);
    if (status == COG_OK) {
        status = check_number(scope, value, what, low, high);
    }
    if (status == COG_OK) {
        *number = sim_value_get_integer(value);
    }
    return status;
}

int sim_evaluate_duration(struct sim_scope *scope, const struct sim_expression *expression,
                          int64_t *ns) {
    struct sim_value value = {.word = 0};
    int status = sim_evaluate_tag(scope, expression, SIM_TAG_DURATION, "a time", &value);
    if (status != COG_OK) {
        return status;
    }
    *ns = sim_value_get_integer(value);
    return *ns >= 0 ? COG_OK : fail(scope, "a time must not be negative");
}
