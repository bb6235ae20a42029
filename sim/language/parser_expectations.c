/* parser_expectations.c - what must hold, what a run ends with, what exploring varies, and recorded
 * schedules. */
#include "sim/language/parser.h"

#include <string.h>

static const char PATTERN_IS_FIXED[] = "expectations are matched against text";

enum { CLAUSES_MAX = 200 };

static void finish_line(struct sim_parser *parser, bool is_read) {
    if (is_read) {
        sim_parser_end_line(parser);
    } else {
        sim_parser_skip_line(parser);
    }
}

/* ---- Clauses ---- */

static struct sim_clause *make_clause(struct sim_parser *parser, enum sim_clause_kind kind,
                                      struct sim_place place) {
    struct sim_clause *clause = sim_arena_allocate(parser->arena, sizeof(*clause));
    if (clause != NULL) {
        clause->kind = kind;
        clause->place = place;
        clause->coroutine.index = SIM_NONE;
    }
    return clause;
}

static bool read_pattern(struct sim_parser *parser, struct sim_text *text,
                         struct sim_place *place) {
    *place = parser->token.place;
    return sim_parser_constant_text(parser, "a text", PATTERN_IS_FIXED, text);
}

static bool read_at(struct sim_parser *parser, struct sim_clause *clause) {
    struct sim_place place = parser->token.place;
    clause->has_at = true;
    bool is_read = sim_parser_range(parser, &clause->at_ns);
    clause->at_place = sim_parser_span(parser, place);
    return is_read;
}

static bool read_times(struct sim_parser *parser, struct sim_clause *clause) {
    struct sim_place place = parser->token.place;
    clause->has_times = true;
    bool is_read =
        sim_parser_number(parser, "the number of lines", 0, SIM_VALUE_MAX, &clause->times);
    clause->times_place = sim_parser_span(parser, place);
    return is_read;
}

static bool report_twice(struct sim_parser *parser) {
    (void)sim_parser_error(parser, parser->last.place, "'%s' stands twice", parser->last.name);
    return false;
}

/* `at`, `by` and `times`, in any order. */
static bool read_log_details(struct sim_parser *parser, struct sim_clause *clause) {
    for (;;) {
        if (sim_parser_accept_word(parser, SIM_WORD_AT)) {
            if (clause->has_at ? !report_twice(parser) : !read_at(parser, clause)) {
                return false;
            }
        } else if (sim_parser_accept_word(parser, SIM_WORD_BY)) {
            if (clause->coroutine.name != NULL
                    ? !report_twice(parser)
                    : !sim_parser_name(parser, "a coroutine", &clause->coroutine)) {
                return false;
            }
        } else if (clause->kind == SIM_CLAUSE_LOG &&
                   sim_parser_accept_word(parser, SIM_WORD_TIMES)) {
            if (clause->has_times ? !report_twice(parser) : !read_times(parser, clause)) {
                return false;
            }
        } else {
            return true;
        }
    }
}

static bool read_log(struct sim_parser *parser, struct sim_clause *clause) {
    if (!sim_parser_expect_word(parser, SIM_WORD_LOG)) {
        return false;
    }
    clause->head_place = sim_parser_span(parser, clause->place);
    return read_pattern(parser, &clause->text, &clause->text_place) &&
           read_log_details(parser, clause);
}

static bool read_no(struct sim_parser *parser, struct sim_clause *clause) {
    if (sim_parser_accept_word(parser, SIM_WORD_TIMEOUT)) {
        clause->kind = SIM_CLAUSE_NO_TIMEOUT;
        return true;
    }
    clause->kind = SIM_CLAUSE_NO_LOG;
    if (!sim_parser_is_word(parser, SIM_WORD_LOG)) {
        return sim_parser_unexpected(parser, "'log' or 'timeout'");
    }
    return read_log(parser, clause);
}

static bool read_within(struct sim_parser *parser, struct sim_clause *clause) {
    if (!sim_parser_duration(parser, false, &clause->within_ns) ||
        !sim_parser_expect_word(parser, SIM_WORD_OF) ||
        !read_pattern(parser, &clause->text, &clause->text_place) ||
        !sim_parser_expect(parser, SIM_TOKEN_COLON, "':'")) {
        return false;
    }
    clause->expression = sim_parser_operand_of_and(parser);
    return clause->expression != NULL;
}

/* What a clause's first word makes it. HOLDS: none of these words. */
static enum sim_clause_kind kind_of_word(struct sim_parser *parser) {
    static const struct {
        enum sim_word word;
        enum sim_clause_kind kind;
    } kinds[] = {
        {SIM_WORD_NO, SIM_CLAUSE_NO_LOG},         {SIM_WORD_END, SIM_CLAUSE_END},
        {SIM_WORD_DEADLOCK, SIM_CLAUSE_DEADLOCK}, {SIM_WORD_ALWAYS, SIM_CLAUSE_ALWAYS},
        {SIM_WORD_WITHIN, SIM_CLAUSE_WITHIN},
    };
    if (sim_parser_is_word(parser, SIM_WORD_LOG)) {
        return SIM_CLAUSE_LOG;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (sim_parser_accept_word(parser, kinds[i].word)) {
            return kinds[i].kind;
        }
    }
    return SIM_CLAUSE_HOLDS;
}

/* `CORO ends`, `CORO fails` or `CORO times out`, at the word behind the name. */
static bool read_fate(struct sim_parser *parser, struct sim_clause *clause) {
    struct sim_place place = parser->token.place;
    if (sim_parser_accept_word(parser, SIM_WORD_ENDS)) {
        clause->kind = SIM_CLAUSE_ENDS;
    } else if (sim_parser_accept_word(parser, SIM_WORD_FAILS)) {
        clause->kind = SIM_CLAUSE_FAILS;
    } else {
        sim_parser_advance(parser);
        clause->kind = SIM_CLAUSE_TIMES_OUT;
        if (!sim_parser_accept_name(parser, "out")) {
            return sim_parser_unexpected(parser, "'out'");
        }
    }
    clause->head_place = sim_parser_span(parser, place);
    return !sim_parser_accept_word(parser, SIM_WORD_AT) || read_at(parser, clause);
}

/* A name alone that is followed by something that is no operator was meant as `CORO ends` or the
 * like. */
static const char *foreign_fate(const char *name) {
    static const char *const ends[] = {"completes", "finished", "finishes",
                                       "returns",   "stops",    "succeeds"};
    static const char *const fails[] = {"aborts", "crashes", "failed", "raises"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strcmp(name, ends[i]) == 0) {
            return "ends";
        }
    }
    for (size_t i = 0; i < sizeof(fails) / sizeof(fails[0]); i++) {
        if (strcmp(name, fails[i]) == 0) {
            return "fails";
        }
    }
    return NULL;
}

static bool report_bad_fate(struct sim_parser *parser) {
    static const char *const fates[] = {"ends", "fails", "times"};
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, parser->token.name);
    for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
        sim_nearest_offer(&nearest, fates[i]);
    }
    struct sim_finding *finding =
        sim_parser_error(parser, parser->token.place,
                         "expected 'ends', 'fails' or 'times out', found '%s'", parser->token.name);
    const char *meant = foreign_fate(parser->token.name);
    sim_parser_suggest(parser, finding, meant != NULL ? meant : nearest.best);
    return false;
}

/* The kind of a clause that begins with a name is known one token later. */
static bool read_named(struct sim_parser *parser, struct sim_clause *clause) {
    clause->expression = sim_parser_operand_of_and(parser);
    if (clause->expression == NULL) {
        return false;
    }
    bool is_name = clause->expression->kind == SIM_EXPRESSION_NAME;
    bool is_fate = sim_parser_is_word(parser, SIM_WORD_ENDS) ||
                   sim_parser_is_word(parser, SIM_WORD_FAILS) ||
                   sim_parser_is_word(parser, SIM_WORD_TIMES);
    if (is_name && is_fate) {
        clause->coroutine = clause->expression->as.name.reference;
        clause->expression = NULL;
        return read_fate(parser, clause);
    }
    bool is_joined =
        sim_parser_is_word(parser, SIM_WORD_AND) || sim_parser_is_word(parser, SIM_WORD_OR);
    if (is_name && parser->token.kind == SIM_TOKEN_NAME && !is_joined) {
        clause->expression = NULL;
        return report_bad_fate(parser);
    }
    if (parser->token.kind == SIM_TOKEN_ASSIGN) {
        struct sim_finding *finding =
            sim_parser_error(parser, parser->token.place, "'=' does not compare");
        sim_diagnostics_label(parser->diagnostics, finding, "did you mean '=='?");
        return false;
    }
    return true;
}

static bool read_before(struct sim_parser *parser, struct sim_clause *clause) {
    clause->kind = SIM_CLAUSE_BEFORE;
    if (!read_pattern(parser, &clause->text, &clause->text_place)) {
        return false;
    }
    if (parser->token.kind == SIM_TOKEN_END) {
        struct sim_finding *finding = sim_parser_error(parser, parser->token.place,
                                                       "expected 'before', but the line ends here");
        sim_diagnostics_label(parser->diagnostics, finding,
                              "a line is expected with 'expect log \"...\"'");
        return false;
    }
    return sim_parser_expect_word(parser, SIM_WORD_BEFORE) &&
           read_pattern(parser, &clause->second, &clause->second_place);
}

/* A clause that begins with a name that is no reserved word, as the suggestion for a mistyped word.
 */
static bool report_unknown_clause(struct sim_parser *parser) {
    static const char *const words[] = {"log", "no", "end", "deadlock", "always", "within", NULL};
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, parser->last.name);
    for (size_t i = 0; words[i] != NULL; i++) {
        sim_nearest_offer(&nearest, words[i]);
    }
    struct sim_finding *finding =
        sim_parser_error(parser, parser->last.place, "unknown expectation '%s'", parser->last.name);
    sim_parser_suggest(parser, finding, nearest.best);
    return false;
}

static bool read_rest(struct sim_parser *parser, struct sim_clause *clause) {
    switch (clause->kind) {
    case SIM_CLAUSE_LOG:
        return read_log(parser, clause);
    case SIM_CLAUSE_NO_LOG:
    case SIM_CLAUSE_NO_TIMEOUT:
        return read_no(parser, clause);
    case SIM_CLAUSE_END:
        return sim_parser_expect_word(parser, SIM_WORD_AT) && read_at(parser, clause);
    case SIM_CLAUSE_DEADLOCK:
        return true;
    case SIM_CLAUSE_ALWAYS:
        clause->expression = sim_parser_operand_of_and(parser);
        return clause->expression != NULL;
    case SIM_CLAUSE_WITHIN:
        return read_within(parser, clause);
    case SIM_CLAUSE_BEFORE:
        return read_before(parser, clause);
    case SIM_CLAUSE_AND:
    case SIM_CLAUSE_OR:
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
    case SIM_CLAUSE_TIMES_OUT:
    case SIM_CLAUSE_HOLDS:
        break;
    }
    struct sim_token first = parser->token;
    bool is_read = read_named(parser, clause);
    bool is_one_name =
        first.kind == SIM_TOKEN_NAME && parser->last.place.offset == first.place.offset;
    if (is_read && is_one_name && parser->token.kind == SIM_TOKEN_TEXT) {
        return report_unknown_clause(parser);
    }
    return is_read;
}

/* `(log "a" and log "b") or ...`: only expressions have parentheses. */
static bool report_parenthesised(struct sim_parser *parser) {
    static const enum sim_word words[] = {SIM_WORD_LOG,      SIM_WORD_NO,     SIM_WORD_END,
                                          SIM_WORD_DEADLOCK, SIM_WORD_ALWAYS, SIM_WORD_WITHIN};
    struct sim_lexer ahead = parser->lexer;
    if (parser->token.kind != SIM_TOKEN_LEFT_PARENTHESIS) {
        return false;
    }
    struct sim_token next = sim_lexer_next(&ahead);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (next.kind == SIM_TOKEN_NAME && next.name_number == (uint32_t)words[i]) {
            struct sim_finding *finding =
                sim_parser_error(parser, parser->token.place, "clauses are not put in parentheses");
            sim_diagnostics_label(parser->diagnostics, finding, "'and' binds tighter than 'or'");
            return true;
        }
    }
    return false;
}

static struct sim_clause *read_clause(struct sim_parser *parser) {
    struct sim_place place = parser->token.place;
    if (report_parenthesised(parser)) {
        return NULL;
    }
    enum sim_clause_kind kind = kind_of_word(parser);
    if (kind == SIM_CLAUSE_HOLDS && parser->token.kind == SIM_TOKEN_TEXT) {
        kind = SIM_CLAUSE_BEFORE;
    }
    if (parser->token.kind == SIM_TOKEN_END && kind == SIM_CLAUSE_HOLDS) {
        (void)sim_parser_unexpected(parser, "what must hold");
        return NULL;
    }
    struct sim_clause *clause = make_clause(parser, kind, place);
    if (clause == NULL || !read_rest(parser, clause)) {
        return NULL;
    }
    clause->place = sim_parser_span(parser, place);
    return clause;
}

/* `always A or B` looks as if both were meant for always. */
static void warn_of_bare_expression(struct sim_parser *parser, enum sim_clause_kind kind,
                                    const struct sim_clause *left, const struct sim_clause *right) {
    bool is_watched = left->kind == SIM_CLAUSE_ALWAYS || left->kind == SIM_CLAUSE_WITHIN;
    if (!is_watched || right->kind != SIM_CLAUSE_HOLDS) {
        return;
    }
    struct sim_finding *finding = sim_diagnostics_warning(
        parser->diagnostics, right->place, "this is an expectation of its own, of the run's end");
    sim_diagnostics_label(parser->diagnostics, finding, "'%s' is not for it",
                          left->kind == SIM_CLAUSE_ALWAYS ? "always" : "within");
    sim_diagnostics_help(parser->diagnostics, finding,
                         "an expression with '%s' is put in parentheses",
                         kind == SIM_CLAUSE_AND ? "and" : "or");
}

static struct sim_clause *join_clauses(struct sim_parser *parser, enum sim_clause_kind kind,
                                       struct sim_clause *left, struct sim_clause *right,
                                       uint32_t *count) {
    if (left == NULL || right == NULL) {
        return NULL;
    }
    warn_of_bare_expression(parser, kind, left, right);
    (*count)++;
    if (*count > CLAUSES_MAX) {
        (void)sim_parser_error(parser, right->place, "more than %d clauses in one expectation",
                               CLAUSES_MAX);
        return NULL;
    }
    struct sim_clause *clause = make_clause(parser, kind, sim_parser_span(parser, left->place));
    if (clause != NULL) {
        clause->left = left;
        clause->right = right;
    }
    return clause;
}

static struct sim_clause *read_conjunction(struct sim_parser *parser, uint32_t *count) {
    struct sim_clause *left = read_clause(parser);
    while (left != NULL && sim_parser_accept_word(parser, SIM_WORD_AND)) {
        left = join_clauses(parser, SIM_CLAUSE_AND, left, read_clause(parser), count);
    }
    return left;
}

static struct sim_clause *read_disjunction(struct sim_parser *parser) {
    uint32_t count = 1;
    struct sim_clause *left = read_conjunction(parser, &count);
    while (left != NULL && sim_parser_accept_word(parser, SIM_WORD_OR)) {
        left = join_clauses(parser, SIM_CLAUSE_OR, left, read_conjunction(parser, &count), &count);
    }
    return left;
}

/* ---- Expectations ---- */

static void read_outcome_line(struct sim_parser *parser, void *context) {
    struct sim_scenario *scenario = context;
    struct sim_place place = parser->token.place;
    struct sim_outcome_line line = {0};
    bool is_read = sim_parser_expression_list(parser, &line.values);
    line.place = sim_parser_span(parser, place);
    line.source = sim_parser_source_text(parser, line.place);
    finish_line(parser, is_read);
    if (!is_read) {
        return;
    }
    struct sim_outcome_line *lines = sim_arena_push(parser->arena, scenario->outcome_lines,
                                                    &scenario->outcome_line_count, sizeof(line));
    if (lines != NULL) {
        scenario->outcome_lines = lines;
        lines[scenario->outcome_line_count - 1] = line;
    }
}

static void read_outcome_set(struct sim_parser *parser, uint32_t level) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_place place = parser->token.place;
    if (scenario->has_outcome_set) {
        struct sim_finding *finding =
            sim_parser_error(parser, place, "the outcomes are listed twice");
        sim_diagnostics_note(parser->diagnostics, finding, scenario->outcome_set_place,
                             "the other list is here");
    } else {
        scenario->has_outcome_set = true;
        scenario->outcome_set_place = place;
    }
    sim_parser_advance(parser);
    sim_parser_end_line(parser);
    sim_parser_block(parser, level, place, read_outcome_line, scenario);
}

void sim_parser_expectation(struct sim_parser *parser, enum sim_expectation_kind kind) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_expectation expectation = {.kind = kind, .place = parser->token.place};
    uint32_t level = parser->level;
    sim_parser_advance(parser);
    if (kind == SIM_EXPECTATION_EXPECT && sim_parser_is_word(parser, SIM_WORD_OUTCOMES)) {
        read_outcome_set(parser, level);
        return;
    }
    expectation.clause = read_disjunction(parser);
    struct sim_place whole = sim_parser_span(parser, expectation.place);
    expectation.source = sim_parser_source_text(parser, whole);
    finish_line(parser, expectation.clause != NULL);
    struct sim_expectation *expectations = sim_arena_push(
        parser->arena, scenario->expectations, &scenario->expectation_count, sizeof(expectation));
    if (expectations != NULL) {
        scenario->expectations = expectations;
        expectations[scenario->expectation_count - 1] = expectation;
    }
}

void sim_parser_outcome(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_place place = parser->token.place;
    if (scenario->has_outcome) {
        struct sim_finding *finding = sim_parser_error(parser, place, "a second 'outcome'");
        sim_diagnostics_note(parser->diagnostics, finding, scenario->outcome_place,
                             "the other is here");
        sim_diagnostics_help(parser->diagnostics, finding,
                             "several values stand on one line, with commas between them");
        sim_parser_skip_line(parser);
        return;
    }
    scenario->has_outcome = true;
    scenario->outcome_place = place;
    sim_parser_advance(parser);
    finish_line(parser, sim_parser_expression_list(parser, &scenario->outcome));
}

/* ---- Exploring ---- */

static bool read_vary(struct sim_parser *parser, unsigned *vary) {
    static const char *const words[] = {"arrivals", "order", "time", "size", "faults", NULL};
    do {
        int found = sim_parser_one_of(parser, words, "kind of choice");
        if (found < 0) {
            return false;
        }
        *vary |= 1U << found;
    } while (parser->token.kind == SIM_TOKEN_NAME && !sim_parser_is_word(parser, SIM_WORD_BUDGET) &&
             !sim_parser_is_word(parser, SIM_WORD_WITHIN));
    return true;
}

static bool read_exploration(struct sim_parser *parser, struct sim_exploration *exploration) {
    if (!sim_parser_expect_word(parser, SIM_WORD_VARY) || !read_vary(parser, &exploration->vary)) {
        return false;
    }
    for (;;) {
        if (!exploration->has_budget && sim_parser_accept_word(parser, SIM_WORD_BUDGET)) {
            exploration->has_budget = true;
            if (!sim_parser_number(parser, "a budget", 1, SIM_VALUE_MAX, &exploration->budget)) {
                return false;
            }
        } else if (!exploration->has_within && sim_parser_accept_word(parser, SIM_WORD_WITHIN)) {
            exploration->has_within = true;
            if (!sim_parser_duration(parser, false, &exploration->within_ns)) {
                return false;
            }
        } else {
            return true;
        }
    }
}

void sim_parser_explore(struct sim_parser *parser) {
    struct sim_exploration *exploration = &parser->scenario->exploration;
    struct sim_place place = parser->token.place;
    if (exploration->place.line != 0) {
        struct sim_finding *finding = sim_parser_error(parser, place, "a second 'explore'");
        sim_diagnostics_note(parser->diagnostics, finding, exploration->place, "the other is here");
        sim_parser_skip_line(parser);
        return;
    }
    exploration->place = place;
    sim_parser_advance(parser);
    finish_line(parser, read_exploration(parser, exploration));
}

/* ---- Schedules ---- */

/* Recorded decisions are text to this language: no token is looked at. */
static void read_schedule_line(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_schedule_line line = {0};
    uint32_t start = parser->lexer.line_start + SIM_SPACES_PER_LEVEL;
    uint32_t end = parser->lexer.line_end;
    line.place = (struct sim_place){.line = parser->lexer.line,
                                    .column = SIM_SPACES_PER_LEVEL + 1,
                                    .offset = start,
                                    .length = end > start ? end - start : 0};
    line.text = sim_parser_source_text(parser, line.place);
    struct sim_schedule_line *lines = sim_arena_push(parser->arena, scenario->schedule_lines,
                                                     &scenario->schedule_line_count, sizeof(line));
    if (lines != NULL) {
        scenario->schedule_lines = lines;
        lines[scenario->schedule_line_count - 1] = line;
    }
}

void sim_parser_schedule(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_place place = parser->token.place;
    if (scenario->has_schedule) {
        struct sim_finding *finding = sim_parser_error(parser, place, "a second 'schedule'");
        sim_diagnostics_note(parser->diagnostics, finding, scenario->schedule_place,
                             "the other is here");
    }
    scenario->has_schedule = true;
    scenario->schedule_place = place;
    sim_parser_advance(parser);
    if (parser->token.kind != SIM_TOKEN_END) {
        (void)sim_parser_unexpected(parser, "the end of the line");
    }
    while (sim_parser_find_line(parser) && parser->lexer.indent >= SIM_SPACES_PER_LEVEL) {
        read_schedule_line(parser);
    }
    if (parser->has_line) {
        sim_parser_start_line(parser);
    }
}
