/* parser_clauses.c - the clauses of a statement, in any order, each once. */
#include "sim/language/parser.h"

#include "sim/language/parser_hints.h"

#include <stdio.h>

struct clause_reader {
    struct sim_parser *parser;
    const struct sim_clause_slots *slots;
    /* Where the word of each clause stands; line 0: not yet. `weak` and `strong` are one clause. */
    struct sim_place seen[SIM_WORD_COUNT];
};

bool sim_parser_priority(struct sim_parser *parser, enum sim_priority *priority) {
    static const char *const words[] = {"default", "last", "coro", "op", "first", NULL};
    int found = sim_parser_one_of(parser, words, "priority");
    if (found < 0) {
        return false;
    }
    *priority = (enum sim_priority)found;
    return true;
}

static bool read_timeout(struct sim_parser *parser, struct sim_wait_options *options) {
    if (sim_parser_accept_word(parser, SIM_WORD_NONE)) {
        options->timeout_kind = SIM_TIMEOUT_NONE;
        return true;
    }
    bool is_absolute = sim_parser_accept_word(parser, SIM_WORD_AT);
    options->timeout_kind = is_absolute ? SIM_TIMEOUT_AT : SIM_TIMEOUT_AFTER;
    if (sim_parser_report_unit_first(parser)) {
        return false;
    }
    options->timeout = sim_parser_expression(parser);
    return options->timeout != NULL;
}

static bool read_value(struct sim_parser *parser, struct sim_expression **slot) {
    *slot = sim_parser_expression(parser);
    return *slot != NULL;
}

/* The expression that a clause of this word fills, or null if it is another kind of clause, or none
 * here. */
static struct sim_expression **value_slot(const struct sim_clause_slots *slots, uint32_t word) {
    const struct {
        uint32_t word;
        struct sim_expression **slot;
    } values[] = {
        {SIM_WORD_VALUE, slots->value}, {SIM_WORD_RECIPIENTS, slots->recipients},
        {SIM_WORD_PORT, slots->port},   {SIM_WORD_BACKLOG, slots->backlog},
        {SIM_WORD_MAX, slots->max},     {SIM_WORD_SIZE, slots->size},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (values[i].word == word) {
            return values[i].slot;
        }
    }
    return NULL;
}

static bool is_allowed(const struct sim_clause_slots *slots, uint32_t word) {
    switch (word) {
    case SIM_WORD_TIMEOUT:
    case SIM_WORD_WEAK:
    case SIM_WORD_STRONG:
        return slots->timeout != NULL;
    case SIM_WORD_PRIORITY:
        return slots->priority != NULL;
    case SIM_WORD_NOWAIT:
        return slots->nowait != NULL;
    case SIM_WORD_AS:
        return slots->as != NULL;
    default:
        return value_slot(slots, word) != NULL;
    }
}

static bool read_clause(struct clause_reader *reader, uint32_t word) {
    struct sim_parser *parser = reader->parser;
    const struct sim_clause_slots *slots = reader->slots;
    switch (word) {
    case SIM_WORD_TIMEOUT:
        return read_timeout(parser, slots->timeout);
    case SIM_WORD_WEAK:
    case SIM_WORD_STRONG:
        slots->timeout->strong = word == SIM_WORD_STRONG;
        return true;
    case SIM_WORD_PRIORITY:
        return sim_parser_priority(parser, slots->priority);
    case SIM_WORD_NOWAIT:
        *slots->nowait = true;
        return true;
    case SIM_WORD_AS:
        return sim_parser_target(parser, "a name for the result", slots->as);
    default:
        return read_value(parser, value_slot(slots, word));
    }
}

/* Signs that begin no clause, and what was probably meant by them. */
static bool report_sign(struct clause_reader *reader) {
    struct sim_parser *parser = reader->parser;
    struct sim_place place = parser->token.place;
    if (parser->token.kind == SIM_TOKEN_RANGE) {
        struct sim_finding *finding = sim_parser_error(parser, place, "no range can stand here");
        sim_diagnostics_label(parser->diagnostics, finding, "'pick' chooses one of several values");
        return true;
    }
    if (parser->token.kind == SIM_TOKEN_COMMA && parser->last.kind == SIM_TOKEN_TEXT) {
        struct sim_finding *finding =
            sim_parser_error(parser, place, "expected the end of the line, found ','");
        sim_diagnostics_label(parser->diagnostics, finding,
                              "values are written into the text: \"{...}\"");
        return true;
    }
    return sim_parser_report_colon(parser);
}

static void list_clauses(struct clause_reader *reader, struct sim_finding *finding) {
    char list[256];
    size_t used = 0;
    for (uint32_t word = 0; word < SIM_WORD_COUNT && used < sizeof(list); word++) {
        if (is_allowed(reader->slots, word)) {
            int added = snprintf(list + used, sizeof(list) - used, "%s'%s'", used > 0 ? ", " : "",
                                 sim_word_text(word));
            used += added < 0 ? 0 : (size_t)added;
        }
    }
    sim_diagnostics_help(reader->parser->diagnostics, finding, "it takes %s",
                         used > 0 ? list : "no clauses");
}

static bool unknown_clause(struct clause_reader *reader, struct sim_place head) {
    struct sim_parser *parser = reader->parser;
    const char *source = parser->lexer.text;
    if (parser->token.kind != SIM_TOKEN_NAME || parser->last.kind == SIM_TOKEN_NUMBER) {
        return !report_sign(reader) &&
               sim_parser_unexpected(parser, "a clause or the end of the line");
    }
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, parser->token.name);
    for (uint32_t word = 0; word < SIM_WORD_COUNT; word++) {
        if (is_allowed(reader->slots, word)) {
            sim_nearest_offer(&nearest, sim_word_text(word));
        }
    }
    bool is_known = parser->token.name_number < SIM_WORD_COUNT;
    struct sim_finding *finding =
        sim_parser_error(parser, parser->token.place,
                         is_known ? "'%s' is no clause of '%.*s'" : "unknown clause '%s' of '%.*s'",
                         parser->token.name, (int)head.length, source + head.offset);
    if (nearest.best != NULL) {
        sim_parser_suggest(parser, finding, nearest.best);
    } else if (parser->token.name_number < SIM_STATEMENT_KIND_COUNT) {
        sim_diagnostics_label(parser->diagnostics, finding,
                              "a statement stands on a line of its own");
    } else {
        list_clauses(reader, finding);
    }
    return false;
}

/* `weak` and `strong` are told apart by the word only. */
static uint32_t slot_of(uint32_t word) {
    return word == SIM_WORD_STRONG ? SIM_WORD_WEAK : word;
}

static bool check_is_first(struct clause_reader *reader, uint32_t word) {
    struct sim_parser *parser = reader->parser;
    struct sim_place *seen = &reader->seen[slot_of(word)];
    if (seen->line != 0) {
        struct sim_finding *finding =
            sim_parser_error(parser, parser->token.place, "a clause stands once: '%s' is too many",
                             parser->token.name);
        sim_diagnostics_note(parser->diagnostics, finding, *seen, "the other is here");
        return false;
    }
    *seen = parser->token.place;
    return true;
}

static bool check_required(struct sim_parser *parser, const struct sim_clause_slots *slots,
                           struct sim_place head) {
    const struct {
        struct sim_expression **slot;
        enum sim_word word;
        const char *example;
    } required[] = {{slots->port, SIM_WORD_PORT, "port 80"},
                    {slots->max, SIM_WORD_MAX, "max 64"},
                    {slots->size, SIM_WORD_SIZE, "size 64"}};
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        if (required[i].slot != NULL && *required[i].slot == NULL) {
            struct sim_finding *finding = sim_parser_error(
                parser, parser->token.place, "'%.*s' needs its '%s'", (int)head.length,
                parser->lexer.text + head.offset, sim_word_text(required[i].word));
            sim_diagnostics_label(parser->diagnostics, finding, "such as '%s'",
                                  required[i].example);
            return false;
        }
    }
    return true;
}

/* What does not wait cannot wait too long. */
static void warn_nowait(const struct clause_reader *reader) {
    const struct sim_place *nowait = &reader->seen[SIM_WORD_NOWAIT];
    const struct sim_place *timeout = &reader->seen[SIM_WORD_TIMEOUT];
    if (nowait->line != 0 && timeout->line != 0) {
        struct sim_diagnostics *diagnostics = reader->parser->diagnostics;
        struct sim_finding *finding =
            sim_diagnostics_warning(diagnostics, *timeout, "this timeout has no effect");
        sim_diagnostics_note(diagnostics, finding, *nowait, "what does not wait never times out");
    }
}

bool sim_parser_clauses(struct sim_parser *parser, struct sim_place head,
                        const struct sim_clause_slots *slots) {
    if (parser->token.kind == SIM_TOKEN_END) {
        return check_required(parser, slots, head);
    }
    struct clause_reader reader = {.parser = parser, .slots = slots};
    while (parser->token.kind != SIM_TOKEN_END) {
        bool is_name = parser->token.kind == SIM_TOKEN_NAME;
        uint32_t word = is_name ? parser->token.name_number : SIM_NONE;
        if (!is_allowed(slots, word)) {
            return unknown_clause(&reader, head);
        }
        if (!check_is_first(&reader, word)) {
            return false;
        }
        sim_parser_advance(parser);
        if (!read_clause(&reader, word)) {
            return false;
        }
    }
    warn_nowait(&reader);
    return check_required(parser, slots, head);
}
