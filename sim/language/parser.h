/* parser.h - what the files of the parser share: recursive descent over one line at a time.
 *
 * The parser holds one token of lookahead. An error is reported once a line (line_has_failed mutes
 * the rest of it), the statement is kept with what was understood so far, null for the rest, and
 * reading goes on at the next line. Parsing functions return false or null when the line is lost;
 * the reason was reported, or memory ran out.
 *
 *     parser.c               lines, blocks, the file
 *     parser_tokens.c        words, names      parser_constants.c   constants
 *     parser_parameters.c    parameters, tables of cases, definitions, included files
 *     parser_expressions.c   expressions        parser_text.c     texts
 *     parser_statements.c    statements         parser_clauses.c  their clauses
 *     parser_world.c         hosts, links, ...  parser_expectations.c
 */
#ifndef SIM_LANGUAGE_PARSER_H
#define SIM_LANGUAGE_PARSER_H

#include "sim/language/ast.h"
#include "sim/language/buffer.h"
#include "sim/language/diagnostics.h"
#include "sim/language/language.h"
#include "sim/language/lexer.h"
#include "sim/language/nearest.h"
#include "sim/language/words.h"

#include <stdbool.h>

enum { SIM_NESTING_MAX = 64, SIM_SPACES_PER_LEVEL = 4 };

struct sim_parser {
    struct sim_arena *arena;
    struct sim_names *names;
    struct sim_diagnostics *diagnostics;
    struct sim_scenario *scenario;
    struct sim_lexer lexer;
    struct sim_token token; /* the next one */
    struct sim_token last;  /* the one taken last */
    bool has_line;
    bool line_has_failed;
    uint32_t level; /* of the current line, in steps of indentation */
    uint32_t expression_nesting;
    bool coroutine_is_damaged; /* a line was lost that may have set a local */
    const struct sim_source *source;
    const struct sim_parse_options *options;
    uint32_t *parameter_of_name; /* index + 1 by number of the name; 0: none */
    uint32_t parameter_name_count;
};

/* Reads the whole file into parser->scenario. */
void sim_parser_run(struct sim_parser *parser);

/* Before that: reads its `param` and `each` lines, wherever they stand. */
void sim_parser_find_parameters(struct sim_parser *parser);

/* ---- Lines and blocks ---- */

/* Reads the next line and its first token. */
void sim_parser_next_line(struct sim_parser *parser);

/* The two halves of that: moving to the next line, which may be text that is not cut into tokens;
 * and cutting it. */
bool sim_parser_find_line(struct sim_parser *parser);
void sim_parser_start_line(struct sim_parser *parser);

/* Complains about what is left of the line, and reads the next one. */
void sim_parser_end_line(struct sim_parser *parser);

/* Drops what is left of the line, and reads the next one. */
void sim_parser_skip_line(struct sim_parser *parser);

/* Reads one line, and its block if it has one. */
typedef void (*sim_parser_line)(struct sim_parser *parser, void *context);

/* Reads the lines that are indented deeper than `level`, that of the line with the word at `place`,
 * which is behind us. A missing block is reported. */
void sim_parser_block(struct sim_parser *parser, uint32_t level, struct sim_place place,
                      sim_parser_line read_line, void *context);

/* Reads over a block that makes no sense. */
void sim_parser_skip_block(struct sim_parser *parser, uint32_t level);

/* ---- Tokens ---- */

/* Takes the token. */
void sim_parser_advance(struct sim_parser *parser);

bool sim_parser_is_word(const struct sim_parser *parser, enum sim_word word);
bool sim_parser_is_name(const struct sim_parser *parser, const char *name);

/* Takes the token if it is that one. */
bool sim_parser_accept(struct sim_parser *parser, enum sim_token_kind kind);
bool sim_parser_accept_word(struct sim_parser *parser, enum sim_word word);
bool sim_parser_accept_name(struct sim_parser *parser, const char *name);

/* `10 ms` or `10 parsecs`: a number, a blank, and what should have been its unit. False if it is
 * neither, else it is reported. */
bool sim_parser_report_loose_unit(struct sim_parser *parser);

/* Takes the token, or reports that it is missing. */
bool sim_parser_expect(struct sim_parser *parser, enum sim_token_kind kind, const char *what);
bool sim_parser_expect_word(struct sim_parser *parser, enum sim_word word);

/* Reports an error in this line unless one was; null if it was not reported. */
__attribute__((format(printf, 3, 4))) struct sim_finding *
sim_parser_error(struct sim_parser *parser, struct sim_place place, const char *format, ...);

/* Reports that the token is not `what`. Always false. */
bool sim_parser_unexpected(struct sim_parser *parser, const char *what);

/* Adds the label "did you mean". */
void sim_parser_suggest(struct sim_parser *parser, struct sim_finding *finding, const char *word);

/* A table of words, ended by null. Returns the index of the token's word, which it takes, or -1
 * having reported that `what` is expected, with the nearest. */
int sim_parser_one_of(struct sim_parser *parser, const char *const *words, const char *what);

/* A name that is used or declared; reserved words are reported, and taken all the same. */
bool sim_parser_name(struct sim_parser *parser, const char *what, struct sim_reference *reference);

/* From the first place to the token taken last. */
struct sim_place sim_parser_span(const struct sim_parser *parser, struct sim_place first);

struct sim_text sim_parser_source_text(struct sim_parser *parser, struct sim_place place);

/* ---- Constants ----
 *
 * Literals, parameters, or arithmetic over both. */

/* "a number", "a duration" and the like. */
const char *sim_constant_kind_word(enum sim_constant_kind kind);

/* As it stands in a text. */
void sim_constant_append(struct sim_buffer *buffer, const struct sim_constant *constant);

bool sim_parser_duration(struct sim_parser *parser, bool may_be_negative, int64_t *value);
bool sim_parser_range(struct sim_parser *parser, struct sim_range *range);

/* From low to high; sizes count as numbers. */
bool sim_parser_number(struct sim_parser *parser, const char *what, int64_t low, int64_t high,
                       int64_t *value);

/* A number from 1 that a '/' follows, so there is no arithmetic. */
bool sim_parser_rate(struct sim_parser *parser, const char *what, int64_t *value);
bool sim_parser_percentage(struct sim_parser *parser, uint32_t *ppm);

/* A text; what stands in its braces has a value now. `why` says why. */
bool sim_parser_constant_text(struct sim_parser *parser, const char *what, const char *why,
                              struct sim_text *text);

/* Of any kind. */
bool sim_parser_constant(struct sim_parser *parser, struct sim_constant *constant);

/* The value of an expression over literals; false having reported that it has none yet. */
bool sim_parser_fold(struct sim_parser *parser, const struct sim_expression *expression,
                     struct sim_constant *constant);

/* ---- Parameters ---- */

/* The parameter that a token names, or null. */
struct sim_parameter *sim_parser_find_parameter(const struct sim_parser *parser,
                                                const struct sim_token *token);

/* At its name: its value as an expression. */
struct sim_expression *sim_parser_parameter_value(struct sim_parser *parser);

/* Something that was reported, and is taken to be of any type. */
struct sim_expression *sim_parser_any_value(struct sim_parser *parser, struct sim_place place);

/* The parameter that was probably meant, or null. */
const char *sim_parser_nearest_parameter(const struct sim_parser *parser, const char *name);

/* ---- Expressions ---- */

struct sim_expression *sim_parser_expression(struct sim_parser *parser);

/* What binds tighter than comparisons. */
struct sim_expression *sim_parser_sum(struct sim_parser *parser);

/* Anything that binds tighter than `and` and `or`. */
struct sim_expression *sim_parser_operand_of_and(struct sim_parser *parser);

/* NAME or NAME[E]. */
struct sim_expression *sim_parser_named_value(struct sim_parser *parser, const char *what);

bool sim_parser_expression_list(struct sim_parser *parser, struct sim_expression_list *list);

/* The text token as an expression. */
struct sim_expression *sim_parser_text(struct sim_parser *parser);

struct sim_expression *sim_parser_make_expression(struct sim_parser *parser,
                                                  enum sim_expression_kind kind,
                                                  struct sim_place place);

/* ---- Statements ---- */

/* NAME or NAME[E] as something to put a value in. */
bool sim_parser_target(struct sim_parser *parser, const char *what, struct sim_target *target);

/* Reads the rest of a statement whose kind its first word has told. False after an error. */
bool sim_parser_rest(struct sim_parser *parser, struct sim_statement *statement);

/* Reads a statement, handler or `else` into the block that is the context. */
void sim_parser_statement(struct sim_parser *parser, void *block);

/* Where the clauses of a statement go: a null pointer means that the statement has no such clause.
 */
struct sim_clause_slots {
    struct sim_wait_options *timeout; /* `timeout`, `weak`, `strong` */
    enum sim_priority *priority;
    bool *nowait;
    struct sim_target *as;
    struct sim_expression **value;
    struct sim_expression **recipients;
    struct sim_expression **backlog;
    struct sim_expression **port; /* must be written, as the next two must */
    struct sim_expression **max;
    struct sim_expression **size;
};

/* Reads clauses in any order to the end of the line. `head` is the statement's first word. */
bool sim_parser_clauses(struct sim_parser *parser, struct sim_place head,
                        const struct sim_clause_slots *slots);

bool sim_parser_priority(struct sim_parser *parser, enum sim_priority *priority);

/* ---- Lines of the file ---- */

void sim_parser_host(struct sim_parser *parser);
void sim_parser_link(struct sim_parser *parser);
bool sim_parser_link_values(struct sim_parser *parser, struct sim_link *link);
void sim_parser_scheduler(struct sim_parser *parser);
void sim_parser_queue(struct sim_parser *parser);
void sim_parser_channel(struct sim_parser *parser);
void sim_parser_lock(struct sim_parser *parser);
void sim_parser_variable(struct sim_parser *parser, bool is_shared);
void sim_parser_at(struct sim_parser *parser);
void sim_parser_coroutine(struct sim_parser *parser);
void sim_parser_routine(struct sim_parser *parser);
void sim_parser_expectation(struct sim_parser *parser, enum sim_expectation_kind kind);
void sim_parser_outcome(struct sim_parser *parser);
void sim_parser_explore(struct sim_parser *parser);
void sim_parser_schedule(struct sim_parser *parser);
void sim_parser_include(struct sim_parser *parser);

/* Over what sim_parser_find_parameters() has read. */
void sim_parser_skip_parameter(struct sim_parser *parser);
void sim_parser_skip_each(struct sim_parser *parser);

#endif
