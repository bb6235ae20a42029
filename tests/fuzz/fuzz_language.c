/* fuzz_language.c - what must hold of any bytes that are taken for a scenario. */
#include "tests/fuzz/fuzz_language.h"

#include "sim/cogsim.h"
#include "sim/language/formatter.h"
#include "sim/language/lexer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LENGTH_MAX = 1 << 20,
    ROWS_MAX = 3, /* of a table that are looked at */
    STATEMENTS_MAX = 20000,
    MEMORY_MAX = 64 << 20,
};

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* ---- Sources ---- */

/* Files that every input may include. */
static int open_part(void *context, const char *from, const char *name, struct sim_source *source) {
    static const char *const parts[][2] = {
        {"a.scni", "param a = 1ms\nqueue q\n\nroutine r(x)\n    sleep a\n    return x\n"},
        {"b.scni", "include \"a.scni\"\ninclude \"b.scni\"\nhost b\ncoro b on b\n    yield"},
        {"c.scni", "coro c\n    nonsense \"\n   \t"},
    };
    (void)context;
    (void)from;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i][0], name) == 0) {
            return sim_source_from_text(source, cog_allocator_malloc(), name, parts[i][1],
                                        strlen(parts[i][1]));
        }
    }
    (void)snprintf(source->error, sizeof source->error, "there is no file '%.100s'", name);
    return COG_EIO;
}

static void open_source(struct sim_source *source, const char *text, size_t length) {
    REQUIRE(sim_source_from_text(source, cog_allocator_malloc(), "input.scn", text, length) ==
            COG_OK);
}

/* ---- Parsing ---- */

struct parsed {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    int status;
};

static void require_place(const struct sim_source *source, struct sim_place place) {
    REQUIRE(place.line > 0 && place.column > 0);
    REQUIRE(place.offset <= source->length);
    REQUIRE(sim_source_file_name(source, place.line) != NULL);
}

static void render(struct parsed *parsed, bool has_colour) {
    struct sim_render_options options = {.colour = has_colour};
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_diagnostics_render(&parsed->diagnostics, &parsed->source, options, &buffer);
    REQUIRE(!buffer.has_failed);
    REQUIRE((buffer.length > 0) == (parsed->diagnostics.count > 0));
    sim_buffer_term(&buffer);
}

static void require_told(struct parsed *parsed) {
    struct sim_diagnostics *diagnostics = &parsed->diagnostics;
    REQUIRE(parsed->status == COG_OK || parsed->status == COG_EINVALID);
    REQUIRE((parsed->status == COG_OK) == (diagnostics->error_count == 0));
    REQUIRE((parsed->status == COG_OK) == (parsed->scenario != NULL));
    for (uint32_t i = 0; i < diagnostics->count; i++) {
        const struct sim_finding *finding = diagnostics->findings[i];
        require_place(&parsed->source, finding->place);
        for (const struct sim_note *note = finding->notes; note != NULL; note = note->next) {
            if (note->place.line > 0) {
                require_place(&parsed->source, note->place);
            }
        }
    }
    render(parsed, false);
    render(parsed, true);
}

static void parse(struct parsed *parsed, const char *text, size_t length, bool is_spliced,
                  const struct sim_parse_options *options) {
    struct sim_includer includer = {.open = open_part};
    open_source(&parsed->source, text, length);
    if (is_spliced) {
        REQUIRE(sim_source_include(&parsed->source, &includer) == COG_OK);
    }
    sim_diagnostics_init(&parsed->diagnostics, cog_allocator_malloc());
    parsed->scenario = NULL;
    parsed->status = sim_scenario_parse_with(cog_allocator_malloc(), &parsed->source, options,
                                             &parsed->diagnostics, &parsed->scenario);
    require_told(parsed);
}

static void parsed_free(struct parsed *parsed) {
    sim_scenario_free(parsed->scenario);
    sim_diagnostics_term(&parsed->diagnostics);
    sim_source_close(&parsed->source);
}

/* ---- Formatting ---- */

/* All that the parser sees of a text, but for places. */
static void list_tokens(struct sim_buffer *list, const struct sim_source *source) {
    struct sim_arena arena;
    struct sim_names names;
    struct sim_diagnostics diagnostics;
    struct sim_lexer lexer;
    sim_arena_init(&arena, cog_allocator_malloc());
    sim_names_init(&names, &arena);
    sim_diagnostics_init(&diagnostics, cog_allocator_malloc());
    sim_buffer_init(list, cog_allocator_malloc());
    sim_lexer_init(&lexer, source, &names, &diagnostics);
    while (sim_lexer_next_line(&lexer)) {
        sim_buffer_add_format(list, "\n%u", lexer.indent);
        for (struct sim_token token = sim_lexer_next(&lexer); token.kind != SIM_TOKEN_END;
             token = sim_lexer_next(&lexer)) {
            sim_buffer_add_format(list, " %d:", token.kind);
            sim_buffer_add(list, source->text + token.place.offset, token.place.length);
        }
    }
    sim_diagnostics_term(&diagnostics);
    sim_arena_term(&arena);
}

static bool is_same(const struct sim_buffer *left, const struct sim_buffer *right) {
    return left->length == right->length &&
           (left->length == 0 || memcmp(left->bytes, right->bytes, left->length) == 0);
}

static void require_same_tokens(const struct sim_source *left, const struct sim_source *right) {
    struct sim_buffer left_list;
    struct sim_buffer right_list;
    list_tokens(&left_list, left);
    list_tokens(&right_list, right);
    REQUIRE(is_same(&left_list, &right_list));
    sim_buffer_term(&left_list);
    sim_buffer_term(&right_list);
}

static void format(const struct sim_source *source, struct sim_buffer *buffer) {
    sim_buffer_init(buffer, cog_allocator_malloc());
    REQUIRE(sim_format(cog_allocator_malloc(), source, buffer) == COG_OK);
}

static void require_formatted_same(const struct sim_source *source,
                                   const struct sim_buffer *formatted,
                                   const struct sim_parse_options *options) {
    struct parsed again;
    struct sim_buffer twice;
    parse(&again, formatted->bytes, formatted->length, false, options);
    REQUIRE(again.status == COG_OK);
    require_same_tokens(source, &again.source);
    format(&again.source, &twice);
    REQUIRE(is_same(formatted, &twice));
    sim_buffer_term(&twice);
    parsed_free(&again);
}

/* Formats the text if its syntax is right. Whether it is. */
static bool try_format(const char *text, size_t length, bool is_part,
                       struct sim_buffer *formatted) {
    struct sim_parse_options options = {.is_syntax_only = true, .is_part = is_part};
    struct parsed parsed;
    bool is_right;
    parse(&parsed, text, length, false, &options);
    is_right = parsed.status == COG_OK;
    if (is_right) {
        format(&parsed.source, formatted);
        require_formatted_same(&parsed.source, formatted, &options);
    }
    parsed_free(&parsed);
    return is_right;
}

/* ---- Running ---- */

struct verdict {
    bool can_run;
    int status;
    struct sim_result result;
};

static struct verdict run_program(const struct sim_program *program) {
    struct sim_run_options options = {.statement_count_max = STATEMENTS_MAX,
                                      .memory_bytes = MEMORY_MAX};
    struct verdict verdict = {.can_run = true};
    struct sim_run *run = NULL;
    verdict.status = sim_run_new(program, &options, &run);
    if (verdict.status == COG_OK) {
        verdict.status = sim_run_execute(run, &verdict.result);
    }
    REQUIRE(verdict.status == COG_OK || verdict.status == COG_ENOMEM);
    verdict.result.journal = NULL;
    sim_run_free(run);
    return verdict;
}

static void require_same_verdict(const struct verdict *left, const struct verdict *right) {
    REQUIRE(left->can_run == right->can_run && left->status == right->status);
    if (left->can_run && left->status == COG_OK) {
        REQUIRE(left->result.ok == right->result.ok);
        REQUIRE(left->result.time_ns == right->result.time_ns);
        REQUIRE(left->result.step_count == right->result.step_count);
        REQUIRE(left->result.event_count == right->result.event_count);
        REQUIRE(left->result.trace_hash == right->result.trace_hash);
    }
}

static struct verdict run_twice(struct parsed *parsed) {
    struct sim_program program;
    struct verdict verdict = {.can_run = false};
    int status =
        sim_program_init(&program, cog_allocator_malloc(), parsed->scenario, &parsed->diagnostics);
    if (status == COG_OK) {
        verdict = run_program(&program);
        struct verdict again = run_program(&program);
        require_same_verdict(&verdict, &again);
        sim_program_term(&program);
    } else {
        REQUIRE(status == COG_EUNSUPPORTED);
        render(parsed, false);
    }
    return verdict;
}

/* ---- All of it ---- */

/* What a text is, apart from its layout. */
struct outcome {
    int status;
    uint32_t error_count;
    uint32_t row_count;
    struct verdict verdict;
};

static struct outcome try_row(const char *text, size_t length, uint32_t row, bool is_run) {
    struct sim_parse_options options = {.row = row};
    struct parsed parsed;
    struct outcome outcome = {.row_count = 0};
    parse(&parsed, text, length, true, &options);
    outcome.status = parsed.status;
    outcome.error_count = parsed.diagnostics.error_count;
    if (parsed.scenario != NULL) {
        outcome.row_count = parsed.scenario->row_count;
    }
    if (parsed.scenario != NULL && is_run) {
        outcome.verdict = run_twice(&parsed);
    }
    parsed_free(&parsed);
    return outcome;
}

static uint32_t try_rows(const char *text, size_t length, bool is_run, struct outcome *outcomes) {
    uint32_t count = 1;
    for (uint32_t row = 0; row < count; row++) {
        outcomes[row] = try_row(text, length, row, is_run);
        if (row == 0 && outcomes[0].row_count > 1) {
            count = outcomes[0].row_count < ROWS_MAX ? outcomes[0].row_count : ROWS_MAX;
        }
    }
    return count;
}

static void require_same_outcomes(const char *text, size_t length, bool is_run,
                                  const struct outcome *wanted, uint32_t count) {
    struct outcome outcomes[ROWS_MAX];
    REQUIRE(try_rows(text, length, is_run, outcomes) == count);
    for (uint32_t row = 0; row < count; row++) {
        REQUIRE(outcomes[row].status == wanted[row].status);
        REQUIRE(outcomes[row].error_count == wanted[row].error_count);
        require_same_verdict(&outcomes[row].verdict, &wanted[row].verdict);
    }
}

static void try_part(const char *text, size_t length) {
    struct sim_parse_options options = {.is_part = true};
    struct parsed parsed;
    struct sim_buffer formatted;
    parse(&parsed, text, length, true, &options);
    parsed_free(&parsed);
    if (try_format(text, length, true, &formatted)) {
        sim_buffer_term(&formatted);
    }
}

static void try_bytes(const uint8_t *bytes, size_t length, bool is_run) {
    const char *text = (const char *)bytes;
    struct outcome outcomes[ROWS_MAX];
    struct sim_buffer formatted;
    if (length > LENGTH_MAX) {
        return;
    }
    uint32_t count = try_rows(text, length, is_run, outcomes);
    if (try_format(text, length, false, &formatted)) {
        require_same_outcomes(formatted.bytes, formatted.length, is_run, outcomes, count);
        sim_buffer_term(&formatted);
    } else {
        REQUIRE(outcomes[0].status == COG_EINVALID);
    }
    if (!is_run) {
        try_part(text, length);
    }
}

void fuzz_parser(const uint8_t *bytes, size_t length) {
    try_bytes(bytes, length, false);
}

void fuzz_run(const uint8_t *bytes, size_t length) {
    try_bytes(bytes, length, true);
}
