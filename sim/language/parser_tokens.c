/* parser_tokens.c - taking tokens: words and names, and what to say when others stand there. */
#include "sim/language/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sim_parser_advance(struct sim_parser *parser) {
    parser->last = parser->token;
    parser->token = sim_lexer_next(&parser->lexer);
    if (parser->token.kind == SIM_TOKEN_ERROR) {
        parser->line_has_failed = true;
    }
}

bool sim_parser_is_word(const struct sim_parser *parser, enum sim_word word) {
    return parser->token.kind == SIM_TOKEN_NAME && parser->token.name_number == (uint32_t)word;
}

bool sim_parser_is_name(const struct sim_parser *parser, const char *name) {
    return parser->token.kind == SIM_TOKEN_NAME && strcmp(parser->token.name, name) == 0;
}

bool sim_parser_accept(struct sim_parser *parser, enum sim_token_kind kind) {
    if (parser->token.kind != kind) {
        return false;
    }
    sim_parser_advance(parser);
    return true;
}

bool sim_parser_accept_word(struct sim_parser *parser, enum sim_word word) {
    if (!sim_parser_is_word(parser, word)) {
        return false;
    }
    sim_parser_advance(parser);
    return true;
}

bool sim_parser_accept_name(struct sim_parser *parser, const char *name) {
    if (!sim_parser_is_name(parser, name)) {
        return false;
    }
    sim_parser_advance(parser);
    return true;
}

bool sim_parser_expect(struct sim_parser *parser, enum sim_token_kind kind, const char *what) {
    return sim_parser_accept(parser, kind) || sim_parser_unexpected(parser, what);
}

bool sim_parser_expect_word(struct sim_parser *parser, enum sim_word word) {
    if (sim_parser_accept_word(parser, word)) {
        return true;
    }
    char what[32];
    (void)snprintf(what, sizeof(what), "'%s'", sim_word_text(word));
    if (parser->token.kind != SIM_TOKEN_NAME || parser->last.kind == SIM_TOKEN_NUMBER) {
        return sim_parser_unexpected(parser, what);
    }
    struct sim_finding *finding = sim_parser_error(
        parser, parser->token.place, "expected %s, found '%s'", what, parser->token.name);
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, parser->token.name);
    sim_nearest_offer(&nearest, sim_word_text(word));
    sim_parser_suggest(parser, finding, nearest.best);
    return false;
}

/* ---- What to say ---- */

struct sim_finding *sim_parser_error(struct sim_parser *parser, struct sim_place place,
                                     const char *format, ...) {
    if (parser->line_has_failed) {
        return NULL;
    }
    parser->line_has_failed = true;
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return sim_diagnostics_error(parser->diagnostics, place, "%s", message);
}

void sim_parser_suggest(struct sim_parser *parser, struct sim_finding *finding, const char *word) {
    if (word != NULL) {
        sim_diagnostics_label(parser->diagnostics, finding, "did you mean '%s'?", word);
    }
}

bool sim_parser_report_loose_unit(struct sim_parser *parser) {
    const struct sim_token *number = &parser->last;
    const struct sim_token *token = &parser->token;
    if (number->kind != SIM_TOKEN_NUMBER || token->kind != SIM_TOKEN_NAME ||
        token->name_number < SIM_WORD_COUNT || token->place.line != number->place.line) {
        return false;
    }
    int64_t scale = 0;
    bool is_duration = false;
    if (sim_lexer_find_unit(token->name, strlen(token->name), &scale, &is_duration)) {
        struct sim_finding *finding =
            sim_parser_error(parser, token->place, "the unit must be glued to its number");
        sim_diagnostics_label(parser->diagnostics, finding, "write '%lld%s'",
                              (long long)number->integer, token->name);
        return true;
    }
    struct sim_finding *finding =
        sim_parser_error(parser, token->place, "unknown unit '%s'", token->name);
    sim_parser_suggest(parser, finding, sim_lexer_nearest_unit(token->name));
    sim_diagnostics_help(parser->diagnostics, finding,
                         "a unit is glued to its number, as in %lldms; units are ns us ms s m h "
                         "for durations, KB MB for sizes",
                         (long long)number->integer);
    return true;
}

bool sim_parser_unexpected(struct sim_parser *parser, const char *what) {
    struct sim_place place = parser->token.place;
    if (parser->token.kind == SIM_TOKEN_BAD_NUMBER) {
        parser->line_has_failed = true; /* reported */
        return false;
    }
    if (sim_parser_report_loose_unit(parser)) {
        return false;
    }
    if (parser->token.kind == SIM_TOKEN_END) {
        (void)sim_parser_error(parser, place, "expected %s, but the line ends here", what);
        return false;
    }
    int shown = place.length > 40 ? 40 : (int)place.length;
    (void)sim_parser_error(parser, place, "expected %s, found '%.*s%s'", what, shown,
                           parser->lexer.text + place.offset, place.length > 40 ? "..." : "");
    return false;
}

/* Writes "a, b or c" and the like. */
static void list_words(const char *const *words, char *out, size_t bytes) {
    size_t used = 0;
    for (size_t i = 0; words[i] != NULL && used < bytes; i++) {
        const char *separator = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
        int added = snprintf(out + used, bytes - used, "%s'%s'", separator, words[i]);
        used += added < 0 ? 0 : (size_t)added;
    }
}

int sim_parser_one_of(struct sim_parser *parser, const char *const *words, const char *what) {
    struct sim_nearest nearest;
    bool is_name = parser->token.kind == SIM_TOKEN_NAME;
    sim_nearest_init(&nearest, is_name ? parser->token.name : "");
    for (int i = 0; words[i] != NULL; i++) {
        if (sim_parser_accept_name(parser, words[i])) {
            return i;
        }
        sim_nearest_offer(&nearest, words[i]);
    }
    char list[256];
    list_words(words, list, sizeof(list));
    struct sim_finding *finding = NULL;
    if (is_name && parser->last.kind != SIM_TOKEN_NUMBER) {
        finding = sim_parser_error(parser, parser->token.place, "unknown %s '%s'", what,
                                   parser->token.name);
        sim_parser_suggest(parser, finding, nearest.best);
        if (nearest.best == NULL) {
            sim_diagnostics_label(parser->diagnostics, finding, "expected %s", list);
        }
    } else {
        (void)sim_parser_unexpected(parser, list);
    }
    return -1;
}

/* ---- Names ---- */

bool sim_parser_name(struct sim_parser *parser, const char *what, struct sim_reference *reference) {
    const struct sim_token *token = &parser->token;
    if (token->kind != SIM_TOKEN_NAME) {
        return sim_parser_unexpected(parser, what);
    }
    if (token->name_number < SIM_WORD_COUNT) {
        struct sim_finding *finding = sim_parser_error(
            parser, token->place, "expected %s, but '%s' is a reserved word", what, token->name);
        sim_diagnostics_label(parser->diagnostics, finding, "did you mean '%s_'?", token->name);
    }
    *reference = (struct sim_reference){
        .name = token->name, .index = token->name_number, .place = token->place};
    sim_parser_advance(parser);
    return true;
}

struct sim_place sim_parser_span(const struct sim_parser *parser, struct sim_place first) {
    struct sim_place last = parser->last.place;
    if (last.line == first.line && last.offset >= first.offset) {
        first.length = last.offset + last.length - first.offset;
    }
    return first;
}

struct sim_text sim_parser_source_text(struct sim_parser *parser, struct sim_place place) {
    const char *copy =
        sim_arena_copy(parser->arena, parser->lexer.text + place.offset, place.length);
    return (struct sim_text){.bytes = copy, .length = copy == NULL ? 0 : place.length};
}
