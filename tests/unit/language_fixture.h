/* language_fixture.h - what the tests of the scenario language share: an allocator that counts and
 * fails on demand, and parsing of a text with its findings rendered. */
#ifndef TESTS_UNIT_LANGUAGE_FIXTURE_H
#define TESTS_UNIT_LANGUAGE_FIXTURE_H

#include "core/status.h"
#include "sim/language/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Counts live bytes; the call numbered fails_at (from 1) and all after it return null. 0: none
 * fails. */
struct counting_allocator {
    struct cog_allocator allocator;
    size_t live_bytes;
    uint64_t call_count;
    uint64_t fails_at;
};

static inline void *counting_resize(void *context, void *pointer, size_t bytes_old,
                                    size_t bytes_new) {
    struct counting_allocator *counting = context;
    if (bytes_new == 0) {
        counting->live_bytes -= bytes_old;
        free(pointer);
        return NULL;
    }
    counting->call_count++;
    if (counting->fails_at != 0 && counting->call_count >= counting->fails_at) {
        return NULL;
    }
    void *block = realloc(pointer, bytes_new);
    if (block != NULL) {
        counting->live_bytes += bytes_new - bytes_old;
    }
    return block;
}

static inline void counting_allocator_init(struct counting_allocator *counting) {
    *counting =
        (struct counting_allocator){.allocator = {.resize = counting_resize, .context = counting}};
}

/* A text that was parsed. */
struct parsed {
    struct counting_allocator counting;
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_buffer rendered;
    int status;
};

static inline void parse_bytes(struct parsed *parsed, const char *text, size_t length) {
    counting_allocator_init(&parsed->counting);
    const struct cog_allocator *allocator = &parsed->counting.allocator;
    assert_int_equal(sim_source_from_text(&parsed->source, allocator, "t.scn", text, length),
                     COG_OK);
    sim_diagnostics_init(&parsed->diagnostics, allocator);
    sim_buffer_init(&parsed->rendered, allocator);
    parsed->scenario = NULL;
    parsed->status =
        sim_scenario_parse(allocator, &parsed->source, &parsed->diagnostics, &parsed->scenario);
    sim_diagnostics_render(&parsed->diagnostics, &parsed->source, (struct sim_render_options){0},
                           &parsed->rendered);
}

static inline void parse_text(struct parsed *parsed, const char *text) {
    parse_bytes(parsed, text, strlen(text));
}

static inline void free_parsed(struct parsed *parsed) {
    sim_scenario_free(parsed->scenario);
    sim_buffer_term(&parsed->rendered);
    sim_diagnostics_term(&parsed->diagnostics);
    sim_source_close(&parsed->source);
    assert_int_equal(parsed->counting.live_bytes, 0);
}

static inline const char *rendered_text(const struct parsed *parsed) {
    return parsed->rendered.bytes == NULL ? "" : parsed->rendered.bytes;
}

/* The text parses, and says nothing. */
static inline void assert_clean(const char *text) {
    struct parsed parsed;
    parse_text(&parsed, text);
    assert_string_equal(rendered_text(&parsed), "");
    assert_int_equal(parsed.status, COG_OK);
    assert_non_null(parsed.scenario);
    free_parsed(&parsed);
}

/* The text has exactly these many errors, and what is rendered contains the words. */
static inline void assert_errors(const char *text, uint32_t count, const char *words) {
    struct parsed parsed;
    parse_text(&parsed, text);
    if (strstr(rendered_text(&parsed), words) == NULL || parsed.diagnostics.error_count != count) {
        print_error("%s", rendered_text(&parsed));
    }
    assert_int_equal(parsed.status, COG_EINVALID);
    assert_null(parsed.scenario);
    assert_int_equal(parsed.diagnostics.error_count, count);
    assert_non_null(strstr(rendered_text(&parsed), words));
    free_parsed(&parsed);
}

/* The text parses with one warning that contains the words. */
static inline void assert_warning(const char *text, const char *words) {
    struct parsed parsed;
    parse_text(&parsed, text);
    assert_int_equal(parsed.status, COG_OK);
    assert_int_equal(parsed.diagnostics.warning_count, 1);
    assert_non_null(strstr(rendered_text(&parsed), words));
    free_parsed(&parsed);
}

/* Reads a file of the tree; the caller frees it. */
static inline char *read_file(const char *path, size_t *length) {
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_OK);
    char *copy = malloc(source.length + 1);
    assert_non_null(copy);
    memcpy(copy, source.text, source.length);
    copy[source.length] = '\0';
    *length = source.length;
    sim_source_close(&source);
    return copy;
}

#endif
