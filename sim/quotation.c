/* quotation.c - pieces of a scenario and of its log, as failures quote them. */
#include "sim/quotation.h"

#include "sim/duration.h"
#include "sim/language/source.h"
#include "sim/language/statement_parts.h"
#include "sim/language/utf8.h"
#include "sim/update_literal.h"

#include <inttypes.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 120, STATEMENT_BYTES_MAX = 160 };

void sim_quote_line(const struct sim_run *run, uint32_t line, struct sim_buffer *buffer) {
    if (line == 0) {
        return;
    }
    sim_buffer_add_format(buffer, "line %" PRIu32, sim_line_number(line));
    if (sim_line_file(line) != 0) {
        sim_buffer_add_format(buffer, " of %s", sim_scenario_file_name(run->scenario, line));
    }
}

void sim_quote_time(int64_t ns, struct sim_buffer *buffer) {
    char text[SIM_DURATION_BYTES];
    sim_buffer_add_text(buffer, sim_duration_format(ns, text));
}

/* How many bytes to take so that no character is cut. */
static size_t whole_characters(const char *bytes, size_t length, size_t most) {
    size_t at = 0;
    while (at < length) {
        uint32_t code_point;
        size_t taken = sim_utf8_decode(bytes + at, length - at, &code_point);
        taken = taken == 0 ? 1 : taken;
        if (at + taken > most) {
            break;
        }
        at += taken;
    }
    return at;
}

void sim_quote_text(const char *bytes, size_t length, struct sim_buffer *buffer) {
    size_t shown = whole_characters(bytes, length, TEXT_BYTES_MAX);
    sim_literal_add_text(buffer, bytes, shown);
    if (shown < length) {
        sim_buffer_add_format(buffer, "... (%zu bytes)", length);
    }
}

void sim_quote_value(struct sim_value value, struct sim_buffer *buffer) {
    if (sim_value_tag(value) == SIM_TAG_TEXT) {
        const struct sim_string *string = sim_value_get_pointer(value);
        sim_quote_text(string->text, string->bytes, buffer);
    } else if (sim_value_tag(value) == SIM_TAG_UNSET) {
        sim_buffer_add_text(buffer, "not set");
    } else {
        sim_value_append(buffer, value);
    }
}

/* ---- Statements ---- */

/* The length of the statement that begins here: to its comment, or to the end of the line. */
static size_t statement_length(const char *text, size_t length) {
    bool is_quoted = false;
    size_t at = 0;
    for (; at < length && text[at] != '\n' && text[at] != '\r'; at++) {
        if (is_quoted && text[at] == '\\' && at + 1 < length) {
            at++;
        } else if (text[at] == '"') {
            is_quoted = !is_quoted;
        } else if (text[at] == '#' && !is_quoted) {
            break;
        }
    }
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        at--;
    }
    return at;
}

/* The name of what a statement is about, or null. */
static const char *object_of(const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        return statement->as.signal.signal.name;
    case SIM_STATEMENT_SPAWN:
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_ITERATE:
        return statement->as.start.routine.name;
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
        return statement->as.queue.queue.name;
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_COMPACT:
        return statement->as.channel.channel.name;
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_RELEASE:
        return statement->as.lock.lock.name;
    default:
        return NULL;
    }
}

/* Columns are for those who read a block. */
void sim_quote_squeezed(struct sim_buffer *buffer, const char *text, size_t length) {
    bool is_quoted = false;
    for (size_t at = 0; at < length; at++) {
        bool is_escape = is_quoted && text[at] == '\\' && at + 1 < length;
        bool is_second_blank = !is_quoted && text[at] == ' ' && at > 0 && text[at - 1] == ' ';
        is_quoted = text[at] == '"' ? !is_quoted : is_quoted;
        sim_buffer_add(buffer, text + at, is_second_blank ? 0 : is_escape ? 2 : 1);
        at += is_escape ? 1 : 0;
    }
}

void sim_quote_statement(const struct sim_run *run, const struct sim_statement *statement,
                         struct sim_buffer *buffer) {
    const struct sim_source *source = run->source;
    uint32_t offset = statement->place.offset;
    if (source != NULL && offset < source->length) {
        const char *text = source->text + offset;
        size_t length = statement_length(text, source->length - offset);
        size_t shown = whole_characters(text, length, STATEMENT_BYTES_MAX);
        sim_quote_squeezed(buffer, text, shown);
        sim_buffer_add_text(buffer, shown < length ? "..." : "");
        return;
    }
    sim_buffer_add_text(buffer, sim_statement_word(statement->kind));
    const char *object = object_of(statement);
    if (object != NULL) {
        sim_buffer_add_format(buffer, " %s", object);
    }
}

/* ---- Walking ---- */

/* Blocks are nested no deeper than the parser lets them. */
bool sim_statements_walk(const struct sim_block *block, sim_statement_visit visit, void *context) {
    for (uint32_t i = 0; i < block->count; i++) {
        struct sim_statement *statement = &block->statements[i];
        if (!visit(context, statement)) {
            return false;
        }
        struct sim_statement_parts parts = sim_statement_parts(statement);
        for (int part = 0; part < SIM_PART_BLOCKS_MAX; part++) {
            if (parts.blocks[part] != NULL &&
                !sim_statements_walk(parts.blocks[part], visit, context)) {
                return false;
            }
        }
        for (uint32_t handler = 0; handler < statement->handler_count; handler++) {
            if (!sim_statements_walk(&statement->handlers[handler].block, visit, context)) {
                return false;
            }
        }
    }
    return true;
}

struct search {
    uint32_t line;
    const struct sim_statement *found;
};

static bool is_elsewhere(void *context, const struct sim_statement *statement) {
    struct search *search = context;
    if (statement->place.line == search->line) {
        search->found = statement;
    }
    return search->found == NULL;
}

const struct sim_statement *sim_statement_at(const struct sim_coroutine *coroutine, uint32_t line) {
    struct search search = {.line = line};
    (void)sim_statements_walk(&coroutine->body, is_elsewhere, &search);
    return search.found;
}
