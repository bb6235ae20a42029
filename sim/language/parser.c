/* parser.c - the file as a whole: lines, blocks, and what may stand at the margin. */
#include "sim/language/parser.h"

#include "sim/language/parser_hints.h"

/* ---- Lines ---- */

bool sim_parser_find_line(struct sim_parser *parser) {
    parser->line_has_failed = false;
    parser->has_line = !parser->arena->has_failed && sim_lexer_next_line(&parser->lexer);
    parser->token = (struct sim_token){0};
    return parser->has_line;
}

void sim_parser_start_line(struct sim_parser *parser) {
    uint32_t indent = parser->lexer.indent;
    parser->level = (indent + SIM_SPACES_PER_LEVEL / 2) / SIM_SPACES_PER_LEVEL;
    parser->line_has_failed = parser->lexer.line_is_damaged;
    sim_parser_advance(parser);
    if (indent % SIM_SPACES_PER_LEVEL != 0) {
        struct sim_finding *finding = sim_diagnostics_error(
            parser->diagnostics, parser->token.place, "indented by %u spaces", indent);
        sim_diagnostics_label(parser->diagnostics, finding, "a level is %d spaces",
                              SIM_SPACES_PER_LEVEL);
    }
}

void sim_parser_next_line(struct sim_parser *parser) {
    if (sim_parser_find_line(parser)) {
        sim_parser_start_line(parser);
    }
}

void sim_parser_end_line(struct sim_parser *parser) {
    if (parser->token.kind != SIM_TOKEN_END) {
        (void)sim_parser_unexpected(parser, "the end of the line");
    }
    sim_parser_next_line(parser);
}

void sim_parser_skip_line(struct sim_parser *parser) {
    sim_parser_next_line(parser);
}

/* ---- Blocks ---- */

void sim_parser_skip_block(struct sim_parser *parser, uint32_t level) {
    while (parser->has_line && parser->level > level) {
        sim_parser_next_line(parser);
    }
}

static void read_lines(struct sim_parser *parser, uint32_t level, sim_parser_line read_line,
                       void *context) {
    if (level > SIM_NESTING_MAX) {
        (void)sim_parser_error(parser, parser->token.place, "blocks are nested more than %d deep",
                               SIM_NESTING_MAX);
        sim_parser_skip_block(parser, SIM_NESTING_MAX);
        return;
    }
    while (parser->has_line && parser->level >= level) {
        if (parser->level == level) {
            read_line(parser, context);
            continue;
        }
        struct sim_finding *finding = sim_diagnostics_error(
            parser->diagnostics, parser->token.place, "unexpected indentation");
        if (sim_parser_is_word(parser, SIM_WORD_ON)) {
            sim_diagnostics_label(parser->diagnostics, finding,
                                  "a handler stands right under its statement, not inside it");
        } else {
            sim_diagnostics_label(parser->diagnostics, finding, "expected %u spaces",
                                  level * SIM_SPACES_PER_LEVEL);
        }
        read_lines(parser, parser->level, read_line, context);
    }
}

void sim_parser_block(struct sim_parser *parser, uint32_t level, struct sim_place place,
                      sim_parser_line read_line, void *context) {
    if (parser->has_line && parser->level > level) {
        read_lines(parser, level + 1, read_line, context);
        return;
    }
    if (sim_diagnostics_is_full(parser->diagnostics) || parser->arena->has_failed) {
        return;
    }
    struct sim_finding *finding =
        sim_diagnostics_error(parser->diagnostics, place, "'%.*s' has no block", (int)place.length,
                              parser->lexer.text + place.offset);
    sim_diagnostics_label(parser->diagnostics, finding,
                          "expected a line indented by %u spaces under it",
                          (level + 1) * SIM_SPACES_PER_LEVEL);
}

/* ---- The margin ---- */

static const enum sim_word heads[] = {
    SIM_WORD_SCENARIO, SIM_WORD_HOST,    SIM_WORD_LINK,    SIM_WORD_SCHEDULER, SIM_WORD_QUEUE,
    SIM_WORD_CHANNEL,  SIM_WORD_VAR,     SIM_WORD_SHARED,  SIM_WORD_LOCK,      SIM_WORD_AT,
    SIM_WORD_CORO,     SIM_WORD_ROUTINE, SIM_WORD_EXPECT,  SIM_WORD_NORMALLY,  SIM_WORD_SOMETIMES,
    SIM_WORD_NEVER,    SIM_WORD_OUTCOME, SIM_WORD_EXPLORE, SIM_WORD_SCHEDULE,  SIM_WORD_INCLUDE,
    SIM_WORD_PARAM,    SIM_WORD_EACH,
};

enum { HEAD_COUNT = sizeof(heads) / sizeof(heads[0]) };

static bool find_head(const struct sim_parser *parser, enum sim_word *head) {
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        if (sim_parser_is_word(parser, heads[i])) {
            *head = heads[i];
            return true;
        }
    }
    return false;
}

static bool guess_head(const struct sim_parser *parser, enum sim_word *head) {
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, parser->token.name);
    for (size_t i = 0; i < HEAD_COUNT; i++) {
        const char *best = nearest.best;
        sim_nearest_offer(&nearest, sim_word_text(heads[i]));
        if (nearest.best != best) {
            *head = heads[i];
        }
    }
    return nearest.best != NULL;
}

/* An included file is a part of a world; what must hold is the scenario's own. */
static bool report_misplaced(struct sim_parser *parser, enum sim_word head) {
    bool is_own = head == SIM_WORD_SCENARIO || head == SIM_WORD_EACH ||
                  (head >= SIM_WORD_EXPECT && head <= SIM_WORD_SCHEDULE);
    bool is_part = parser->options->is_part || sim_line_file(parser->token.place.line) > 0;
    if (!is_own || !is_part) {
        return false;
    }
    struct sim_finding *finding = sim_parser_error(
        parser, parser->token.place, "'%s' does not stand in an included file", parser->token.name);
    sim_diagnostics_label(parser->diagnostics, finding, "it belongs in the scenario itself");
    return true;
}

/* Reports a line that begins with no head. Returns whether to read it as the head that was probably
 * meant. */
static bool report_unknown(struct sim_parser *parser, enum sim_word *head) {
    if (parser->token.kind != SIM_TOKEN_NAME) {
        (void)sim_parser_unexpected(parser, "a declaration");
        return false;
    }
    struct sim_place place = parser->token.place;
    uint32_t word = parser->token.name_number;
    bool is_statement = word < SIM_STATEMENT_KIND_COUNT;
    bool is_world = word >= SIM_WORD_PARTITION && word <= SIM_WORD_STEP;
    if (is_statement || is_world || word == SIM_WORD_ON || word == SIM_WORD_ELSE) {
        struct sim_finding *finding = sim_parser_error(
            parser, place, "'%s' does not stand at the margin", parser->token.name);
        sim_diagnostics_label(parser->diagnostics, finding, "it belongs in %s",
                              is_world ? "an 'at' block" : "a 'coro' or a 'routine'");
        return false;
    }
    struct sim_finding *finding =
        sim_parser_error(parser, place, "unknown statement '%s'", parser->token.name);
    const char *hint = sim_parser_margin_hint(parser);
    if (hint != NULL) {
        sim_diagnostics_label(parser->diagnostics, finding, "%s", hint);
        return false;
    }
    bool is_guessed = guess_head(parser, head);
    if (is_guessed) {
        sim_parser_suggest(parser, finding, sim_word_text(*head));
    }
    return is_guessed;
}

static void read_title(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_place place = parser->token.place;
    bool is_second = scenario->title_place.line != 0;
    if (is_second) {
        struct sim_finding *finding = sim_parser_error(parser, place, "a file is one scenario");
        sim_diagnostics_note(parser->diagnostics, finding, scenario->title_place,
                             "it has its title here");
    }
    sim_parser_advance(parser);
    struct sim_text title = {0};
    if (!sim_parser_constant_text(parser, "the title, a text", "a title is fixed", &title)) {
        sim_parser_skip_line(parser);
        return;
    }
    if (!is_second) {
        scenario->title = title;
        scenario->title_place = place;
    }
    sim_parser_end_line(parser);
}

static void read_head(struct sim_parser *parser, enum sim_word head) {
    if (head == SIM_WORD_SCENARIO) {
        read_title(parser);
    } else if (head == SIM_WORD_INCLUDE) {
        sim_parser_include(parser);
    } else if (head == SIM_WORD_PARAM) {
        sim_parser_skip_parameter(parser);
    } else if (head == SIM_WORD_EACH) {
        sim_parser_skip_each(parser);
    } else if (head == SIM_WORD_HOST) {
        sim_parser_host(parser);
    } else if (head == SIM_WORD_LINK) {
        sim_parser_link(parser);
    } else if (head == SIM_WORD_SCHEDULER) {
        sim_parser_scheduler(parser);
    } else if (head == SIM_WORD_QUEUE) {
        sim_parser_queue(parser);
    } else if (head == SIM_WORD_CHANNEL) {
        sim_parser_channel(parser);
    } else if (head == SIM_WORD_VAR || head == SIM_WORD_SHARED) {
        sim_parser_variable(parser, head == SIM_WORD_SHARED);
    } else if (head == SIM_WORD_LOCK) {
        sim_parser_lock(parser);
    } else if (head == SIM_WORD_AT) {
        sim_parser_at(parser);
    } else if (head == SIM_WORD_CORO) {
        sim_parser_coroutine(parser);
    } else if (head == SIM_WORD_ROUTINE) {
        sim_parser_routine(parser);
    } else if (head == SIM_WORD_EXPECT) {
        sim_parser_expectation(parser, SIM_EXPECTATION_EXPECT);
    } else if (head == SIM_WORD_NORMALLY) {
        sim_parser_expectation(parser, SIM_EXPECTATION_NORMALLY);
    } else if (head == SIM_WORD_SOMETIMES) {
        sim_parser_expectation(parser, SIM_EXPECTATION_SOMETIMES);
    } else if (head == SIM_WORD_NEVER) {
        sim_parser_expectation(parser, SIM_EXPECTATION_NEVER);
    } else if (head == SIM_WORD_OUTCOME) {
        sim_parser_outcome(parser);
    } else if (head == SIM_WORD_EXPLORE) {
        sim_parser_explore(parser);
    } else {
        sim_parser_schedule(parser);
    }
}

static void read_stray_statement(struct sim_parser *parser, void *context) {
    sim_parser_statement(parser, context);
}

static void read_margin_line(struct sim_parser *parser, void *context) {
    (void)context;
    enum sim_word head = SIM_WORD_SCENARIO;
    uint32_t level = parser->level;
    bool is_head = find_head(parser, &head);
    if (is_head && report_misplaced(parser, head)) {
        sim_parser_skip_line(parser);
        sim_parser_skip_block(parser, level);
        return;
    }
    if (is_head || report_unknown(parser, &head)) {
        read_head(parser, head);
        return;
    }
    sim_parser_skip_line(parser);
    struct sim_block stray = {0};
    if (parser->has_line && parser->level > level) {
        read_lines(parser, parser->level, read_stray_statement, &stray);
    }
}

/* The title comes first; where it should have been is told once. */
static void check_title_is_first(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    if (!parser->has_line) {
        place = (struct sim_place){.line = 1, .column = 1};
    } else if (sim_parser_is_word(parser, SIM_WORD_SCENARIO) || parser->line_has_failed) {
        return;
    } else if (parser->token.kind == SIM_TOKEN_NAME) {
        struct sim_nearest nearest;
        sim_nearest_init(&nearest, parser->token.name);
        sim_nearest_offer(&nearest, "scenario");
        if (nearest.best != NULL) {
            return; /* reported as an unknown statement */
        }
    }
    struct sim_finding *finding =
        sim_diagnostics_error(parser->diagnostics, place, "a scenario begins with its title");
    sim_diagnostics_label(parser->diagnostics, finding, "expected 'scenario \"...\"' before this");
}

void sim_parser_run(struct sim_parser *parser) {
    sim_parser_next_line(parser);
    if (!sim_diagnostics_is_full(parser->diagnostics) && !parser->options->is_part) {
        check_title_is_first(parser);
    }
    read_lines(parser, 0, read_margin_line, NULL);
}
