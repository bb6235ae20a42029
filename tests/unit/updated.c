/* updated.c - a scenario that stands in a test, run and updated. */
#include "tests/unit/updated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void open_updated(struct updated *updated, const char *text) {
    play_text(&updated->play, text);
    struct sim_source *source = &updated->play.source;
    assert_int_equal(sim_update_init(&updated->update, updated->play.run, source), COG_OK);
    sim_buffer_init(&updated->text, cog_allocator_malloc());
    sim_update_apply(&updated->update, source->text, source->length, &updated->text);
}

void close_updated(struct updated *updated) {
    sim_buffer_term(&updated->text);
    sim_update_term(&updated->update);
    play_close(&updated->play);
}

static void double_quotes(char *text) {
    for (; *text != '\0'; text++) {
        *text = *text == '\'' ? '"' : *text;
    }
}

const char *new_text(const struct updated *updated) {
    return strchr(updated->text.bytes, '\n') + 1;
}

void assert_is_settled(const char *text) {
    struct updated updated;
    open_updated(&updated, text);
    assert_true(updated.play.result.ok);
    assert_int_equal(updated.update.edit_count, 0);
    assert_int_equal(updated.update.note_count, 0);
    assert_null(updated.update.refusal);
    close_updated(&updated);
}

void assert_becomes(const char *world, const char *before, const char *after) {
    char text[UPDATED_TEXT_BYTES];
    char expected[UPDATED_TEXT_BYTES];
    struct updated updated;
    (void)snprintf(text, sizeof text, "%s%s", world, before);
    (void)snprintf(expected, sizeof expected, "%s%s", world, after);
    double_quotes(expected);
    open_updated(&updated, text);
    assert_null(updated.update.refusal);
    assert_int_equal(updated.update.note_count, 0);
    assert_string_equal(new_text(&updated), expected);
    close_updated(&updated);
    assert_is_settled(expected);
}

void assert_left(const char *world, const char *expectation, const char *reason) {
    char text[UPDATED_TEXT_BYTES];
    struct updated updated;
    (void)snprintf(text, sizeof text, "%s%s", world, expectation);
    open_updated(&updated, text);
    assert_null(updated.update.refusal);
    assert_int_equal(updated.update.edit_count, 0);
    assert_int_equal(updated.update.note_count, 1);
    assert_string_equal(updated.update.notes[0].message, reason);
    assert_string_equal(updated.text.bytes, updated.play.source.text);
    close_updated(&updated);
}

void assert_refused(const char *text, const char *reason) {
    struct updated updated;
    open_updated(&updated, text);
    assert_non_null(updated.update.refusal);
    assert_string_equal(updated.update.refusal, reason);
    assert_int_equal(updated.update.edit_count, 0);
    assert_int_equal(updated.update.note_count, 0);
    close_updated(&updated);
}
