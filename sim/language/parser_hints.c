/* parser_hints.c - words and signs of other languages: a table, and what the next byte tells. */
#include "sim/language/parser_hints.h"

#include <string.h>

struct hint {
    const char *word;
    const char *hint;
};

static const char LOOPS[] = "loops are 'repeat', 'while' and 'iterate'";
static const char LOCALS[] = "a name is made with 'let'";
static const char CHOICES[] = "choices are made with 'if' and 'else'";
static const char ELSE[] = "write 'else', and an 'if' in its block";
static const char ENDINGS[] = "an ending is handled by 'on', right under its statement";
static const char LOG[] = "did you mean 'log'?";
static const char FAIL[] = "did you mean 'fail'?";
static const char STOP[] = "did you mean 'stop'?";
static const char SPAWN[] = "did you mean 'spawn'?";
static const char RECV[] = "did you mean 'recv'?";

/* Words that are no slip of a finger, so that nearness does not tell what they mean. */
static const struct hint hints[] = {
    {"assert", "did you mean 'check'?"},
    {"async", SPAWN},
    {"await", "'call' waits for a routine, 'join' for a spawned one, 'wait' for a signal"},
    {"case", CHOICES},
    {"catch", ENDINGS},
    {"const", LOCALS},
    {"delay", "did you mean 'sleep'?"},
    {"dequeue", "did you mean 'get'?"},
    {"do", LOOPS},
    {"echo", LOG},
    {"elif", ELSE},
    {"elseif", ELSE},
    {"elsif", ELSE},
    {"enqueue", "did you mean 'put'?"},
    {"except", ENDINGS},
    {"exit", STOP},
    {"finally", ENDINGS},
    {"for", LOOPS},
    {"foreach", LOOPS},
    {"go", SPAWN},
    {"int", LOCALS},
    {"lock", "did you mean 'acquire'?"},
    {"loop", LOOPS},
    {"match", CHOICES},
    {"notify", "did you mean 'signal'?"},
    {"panic", FAIL},
    {"pop", "did you mean 'get'?"},
    {"print", LOG},
    {"printf", LOG},
    {"println", LOG},
    {"push", "did you mean 'put'?"},
    {"quit", STOP},
    {"raise", FAIL},
    {"read", RECV},
    {"readline", "did you mean 'recvline'?"},
    {"receive", RECV},
    {"start", SPAWN},
    {"switch", CHOICES},
    {"throw", FAIL},
    {"try", ENDINGS},
    {"unlock", "did you mean 'release'?"},
    {"until", LOOPS},
    {"var", "variables are declared at the margin; a local is made with 'let'"},
    {"write", "did you mean 'send'?"},
};

static const char BODIES[] = "did you mean 'coro' or 'routine'?";
static const char INCLUDE[] = "did you mean 'include'?";
static const char PARAM[] = "did you mean 'param'?";

static const struct hint margin_hints[] = {
    {"assert", "did you mean 'expect'?"},
    {"async", BODIES},
    {"const", PARAM},
    {"constant", PARAM},
    {"def", BODIES},
    {"define", PARAM},
    {"fn", BODIES},
    {"func", BODIES},
    {"function", BODIES},
    {"global", "did you mean 'var'?"},
    {"import", INCLUDE},
    {"mutex", "did you mean 'lock'?"},
    {"node", "did you mean 'host'?"},
    {"process", BODIES},
    {"task", BODIES},
    {"test", "did you mean 'scenario'?"},
    {"thread", BODIES},
    {"topic", "did you mean 'channel'?"},
    {"use", INCLUDE},
};

const char *sim_parser_margin_hint(const struct sim_parser *parser) {
    for (size_t i = 0; i < sizeof(margin_hints) / sizeof(margin_hints[0]); i++) {
        if (sim_parser_is_name(parser, margin_hints[i].word)) {
            return margin_hints[i].hint;
        }
    }
    return NULL;
}

/* The place of the first byte behind the token, on its line; line_end at its end. */
static uint32_t behind_token(const struct sim_parser *parser) {
    const struct sim_lexer *lexer = &parser->lexer;
    uint32_t at = lexer->at;
    while (at < lexer->line_end && lexer->text[at] == ' ') {
        at++;
    }
    return at;
}

static bool is_assignment(const struct sim_lexer *lexer, uint32_t at) {
    const char *text = lexer->text + at;
    bool is_followed = at + 1 < lexer->line_end && text[1] == '=';
    return text[0] == '=' ? !is_followed
                          : is_followed && strchr("+-*/", text[0]) != NULL && text[0] != '\0';
}

const char *sim_parser_statement_hint(const struct sim_parser *parser) {
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (sim_parser_is_name(parser, hints[i].word)) {
            return hints[i].hint;
        }
    }
    uint32_t at = behind_token(parser);
    if (at >= parser->lexer.line_end) {
        return NULL;
    }
    if (is_assignment(&parser->lexer, at)) {
        return "a new name is given its value with 'let', an old one with 'set'";
    }
    return parser->lexer.text[at] == '(' ? "a routine is started with 'call' or 'spawn'" : NULL;
}

bool sim_parser_is_elif(const struct sim_parser *parser) {
    return sim_parser_is_name(parser, "elif") || sim_parser_is_name(parser, "elsif") ||
           sim_parser_is_name(parser, "elseif");
}

bool sim_parser_report_colon(struct sim_parser *parser) {
    if (parser->token.kind != SIM_TOKEN_COLON) {
        return false;
    }
    struct sim_finding *finding =
        sim_parser_error(parser, parser->token.place, "a ':' where the line should end");
    sim_diagnostics_label(parser->diagnostics, finding,
                          "a block is what is indented under its line");
    return true;
}

bool sim_parser_report_unit_first(struct sim_parser *parser) {
    const struct sim_token *token = &parser->token;
    const char *text = parser->lexer.text;
    int64_t scale = 0;
    bool is_duration = false;
    uint32_t start = behind_token(parser);
    uint32_t end = start;
    while (end < parser->lexer.line_end && text[end] >= '0' && text[end] <= '9') {
        end++;
    }
    if (token->kind != SIM_TOKEN_NAME || end == start || end - start > 18 ||
        !sim_lexer_find_unit(token->name, strlen(token->name), &scale, &is_duration)) {
        return false;
    }
    struct sim_finding *finding =
        sim_parser_error(parser, token->place, "the unit stands behind its number");
    sim_diagnostics_label(parser->diagnostics, finding, "write '%.*s%s'", (int)(end - start),
                          text + start, token->name);
    return true;
}
