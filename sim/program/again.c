/* again.c - options and words as a shell reads them. */
#include "sim/program/again.h"

#include "sim/program/guided.h"

#include <inttypes.h>
#include <string.h>

static bool is_plain(const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=:,./@%";
    return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

void again_add_word(const char *word, struct sim_buffer *text) {
    if (is_plain(word)) {
        sim_buffer_add_format(text, " %s", word);
        return;
    }
    sim_buffer_add_text(text, " '");
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            sim_buffer_add_text(text, "'\\''");
        } else {
            sim_buffer_add(text, word, 1);
        }
    }
    sim_buffer_add_text(text, "'");
}

static void add_definition(const struct sim_definition *definition, struct sim_buffer *text) {
    struct sim_buffer word;
    sim_buffer_init(&word, text->allocator);
    sim_buffer_add_format(&word, "%s=%s", definition->name, definition->value);
    sim_buffer_add_text(text, " -D");
    again_add_word(word.bytes != NULL ? word.bytes : "", text);
    text->has_failed |= word.has_failed;
    sim_buffer_term(&word);
}

void again_add(const struct again *again, struct sim_buffer *text) {
    for (uint32_t i = 0; i < again->definition_count; i++) {
        if (again->definitions[i].is_used) {
            add_definition(&again->definitions[i], text);
        }
    }
    if (again->row != 0) {
        sim_buffer_add_format(text, " --row %" PRIu32, again->row);
    }
    if (again->vary != 0) {
        sim_buffer_add_text(text, " --vary ");
        guided_add_vary(again->vary, text);
    }
    if (again->root != NULL) {
        sim_buffer_add_text(text, " --root");
        again_add_word(again->root, text);
    }
}
