/* standalone.c - copies the lines that stay, with values for names. */
#include "sim/shrink/standalone.h"

#include "sim/language/parser.h"
#include "sim/update_literal.h"

#include <string.h>

size_t sim_line_length(const char *line, size_t length) {
    bool is_quoted = false;
    size_t at = 0;
    for (; at < length && (is_quoted || line[at] != '#'); at++) {
        if (is_quoted && line[at] == '\\') {
            at++;
        } else if (line[at] == '"') {
            is_quoted = !is_quoted;
        }
    }
    at = at < length ? at : length;
    while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '\t' || line[at - 1] == '\r')) {
        at--;
    }
    return at;
}

static bool is_name_start(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_byte(char c) {
    return is_name_start(c) || (c >= '0' && c <= '9');
}

static const struct sim_parameter *find_parameter(const struct sim_scenario *scenario,
                                                  const char *name, size_t length) {
    for (uint32_t i = 0; i < scenario->parameter_count; i++) {
        const char *other = scenario->parameters[i].name;
        if (strlen(other) == length && memcmp(other, name, length) == 0) {
            return &scenario->parameters[i];
        }
    }
    return NULL;
}

static void add_value(struct sim_buffer *text, const struct sim_constant *value) {
    if (value->kind == SIM_CONSTANT_TEXT) {
        sim_literal_add_text(text, value->text.bytes, value->text.length);
    } else if (value->low < 0 && value->kind != SIM_CONSTANT_RANGE) {
        sim_buffer_add_text(text, "(");
        sim_constant_append(text, value);
        sim_buffer_add_text(text, ")");
    } else {
        sim_constant_append(text, value);
    }
}

/* ---- Values for names ---- */

/* A place in a line, and whether it is inside of a text, or of its braces. */
struct cursor {
    const char *line;
    size_t length;
    size_t at;
    bool is_quoted;
    bool is_filled; /* between the braces of a text */
};

/* "{greeting}" of a text is the text itself. */
static bool fill_in(struct sim_buffer *text, struct cursor *cursor,
                    const struct sim_scenario *scenario) {
    const char *close = memchr(cursor->line + cursor->at, '}', cursor->length - cursor->at);
    const char *name = cursor->line + cursor->at + 1;
    const struct sim_parameter *parameter =
        close != NULL ? find_parameter(scenario, name, (size_t)(close - name)) : NULL;
    if (parameter == NULL || parameter->value.kind != SIM_CONSTANT_TEXT) {
        return false;
    }
    struct sim_buffer literal;
    sim_buffer_init(&literal, text->allocator);
    add_value(&literal, &parameter->value);
    text->has_failed |= literal.has_failed;
    if (!literal.has_failed) {
        sim_buffer_add(text, literal.bytes + 1, literal.length - 2);
    }
    sim_buffer_term(&literal);
    cursor->at += (size_t)(close - name) + 2;
    return true;
}

static void add_name(struct sim_buffer *text, struct cursor *cursor,
                     const struct sim_scenario *scenario) {
    const char *name = cursor->line + cursor->at;
    size_t length = 0;
    while (cursor->at + length < cursor->length && is_name_byte(name[length])) {
        length++;
    }
    const struct sim_parameter *parameter = find_parameter(scenario, name, length);
    if (parameter != NULL) {
        add_value(text, &parameter->value);
    } else {
        sim_buffer_add(text, name, length);
    }
    cursor->at += length;
}

static void add_byte(struct sim_buffer *text, struct cursor *cursor) {
    char c = cursor->line[cursor->at];
    size_t bytes = cursor->is_quoted && c == '\\' && cursor->at + 1 < cursor->length ? 2 : 1;
    if (c == '"') {
        cursor->is_quoted = !cursor->is_quoted;
    } else if (cursor->is_quoted && (c == '{' || c == '}')) {
        cursor->is_filled = c == '{';
    }
    sim_buffer_add(text, cursor->line + cursor->at, bytes);
    cursor->at += bytes;
}

static void add_replaced(struct sim_buffer *text, const char *line, size_t length,
                         const struct sim_scenario *scenario) {
    struct cursor cursor = {.line = line, .length = length};
    while (cursor.at < length) {
        char c = line[cursor.at];
        bool is_code = !cursor.is_quoted || cursor.is_filled;
        bool is_start = cursor.at == 0 || !is_name_byte(line[cursor.at - 1]);
        if (cursor.is_quoted && c == '{' && fill_in(text, &cursor, scenario)) {
            continue;
        }
        if (is_code && is_start && is_name_start(c)) {
            add_name(text, &cursor, scenario);
        } else {
            add_byte(text, &cursor);
        }
    }
}

/* ---- Lines ---- */

static bool begins_with(const char *line, size_t length, const char *word) {
    size_t bytes = strlen(word);
    return length >= bytes && memcmp(line, word, bytes) == 0 &&
           (length == bytes || !is_name_byte(line[bytes]));
}

static void add_parameters(struct sim_buffer *text, const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->parameter_count; i++) {
        sim_buffer_add_format(text, "param %s = ", scenario->parameters[i].name);
        add_value(text, &scenario->parameters[i].value);
        sim_buffer_add_text(text, "\n");
    }
}

static void add_vary(struct sim_buffer *text, unsigned vary) {
    static const struct {
        unsigned bit;
        const char *word;
    } kinds[] = {{SIM_VARY_ORDER, "order"},
                 {SIM_VARY_ARRIVALS, "arrivals"},
                 {SIM_VARY_TIME, "time"},
                 {SIM_VARY_SIZE, "size"},
                 {SIM_VARY_FAULTS, "faults"}};
    if (vary == SIM_VARY_ORDER) {
        return; /* as without a line */
    }
    sim_buffer_add_text(text, "explore vary");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((vary & kinds[i].bit) != 0) {
            sim_buffer_add_format(text, " %s", kinds[i].word);
        }
    }
    sim_buffer_add_text(text, "\n");
}

/* Lines that are told in another way, with the blocks under them. */
static bool is_left_out(const char *line, size_t length) {
    static const char *const words[] = {"include", "param", "each", "explore", "schedule"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (begins_with(line, length, words[i])) {
            return true;
        }
    }
    return false;
}

void sim_standalone_add(struct sim_buffer *text, const struct sim_source *source,
                        const struct sim_scenario *scenario, unsigned vary,
                        enum sim_standalone_form form) {
    bool is_inside_left_out = false;
    bool is_first = true;
    for (size_t at = 0; at < source->length;) {
        const char *line = source->text + at;
        const char *end = memchr(line, '\n', source->length - at);
        size_t bytes = end != NULL ? (size_t)(end - line) : source->length - at;
        size_t length = sim_line_length(line, bytes);
        at += bytes + 1;
        if (length == 0) {
            continue;
        }
        bool is_at_margin = line[0] != ' ' && line[0] != '\t';
        is_inside_left_out = is_at_margin ? is_left_out(line, length) : is_inside_left_out;
        if (is_inside_left_out) {
            continue;
        }
        if (form == SIM_STANDALONE_NAMED || is_first) {
            sim_buffer_add(text, line, length);
        } else {
            add_replaced(text, line, length, scenario);
        }
        sim_buffer_add_text(text, "\n");
        if (is_first && form == SIM_STANDALONE_NAMED) {
            add_parameters(text, scenario);
        }
        is_first = false;
    }
    add_vary(text, vary);
}
