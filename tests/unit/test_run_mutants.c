/* test_run_mutants.c - scenarios of the library, changed at random: whatever still parses runs,
 * twice the same, and breaks nothing. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum { TEXT_BYTES_MAX = 8192, MUTANTS_PER_FILE = 120 };

struct mutator {
    uint64_t state;
    char text[TEXT_BYTES_MAX];
    size_t length;
    unsigned ran_count;
};

static size_t draw(struct mutator *mutator, size_t below) {
    mutator->state ^= mutator->state << 13;
    mutator->state ^= mutator->state >> 7;
    mutator->state ^= mutator->state << 17;
    return (size_t)(mutator->state % below);
}

/* Replaces text[at, at + old_bytes) by new bytes, when there is room. */
static void replace(struct mutator *mutator, size_t at, size_t old_bytes, const char *bytes,
                    size_t new_bytes) {
    if (mutator->length - old_bytes + new_bytes > TEXT_BYTES_MAX) {
        return;
    }
    char copy[TEXT_BYTES_MAX];
    memcpy(copy, bytes, new_bytes);
    memmove(mutator->text + at + new_bytes, mutator->text + at + old_bytes,
            mutator->length - at - old_bytes);
    memcpy(mutator->text + at, copy, new_bytes);
    mutator->length = mutator->length - old_bytes + new_bytes;
}

/* Finds the line, or the word, around a place drawn at random. */
static void find_piece(struct mutator *mutator, const char *ends, size_t *at, size_t *bytes) {
    size_t start = draw(mutator, mutator->length);
    while (start > 0 && strchr(ends, mutator->text[start - 1]) == NULL) {
        start--;
    }
    size_t end = start;
    while (end < mutator->length && strchr(ends, mutator->text[end]) == NULL) {
        end++;
    }
    *at = start;
    *bytes = end - start;
}

static void replace_by_another(struct mutator *mutator, const char *ends) {
    size_t at;
    size_t bytes;
    size_t other;
    size_t other_bytes;
    find_piece(mutator, ends, &at, &bytes);
    find_piece(mutator, ends, &other, &other_bytes);
    replace(mutator, at, bytes, mutator->text + other, other_bytes);
}

static void insert_known_word(struct mutator *mutator) {
    static const char *const words[] = {"0",
                                        "1",
                                        "0ms",
                                        "1ns",
                                        "999999999",
                                        "300000h",
                                        "timeout 1ms",
                                        "strong",
                                        "weak",
                                        "nowait",
                                        "background",
                                        "times 3",
                                        "index",
                                        "now",
                                        "yield",
                                        "stop",
                                        "fail \"x\"",
                                        "return",
                                        "break",
                                        "priority first",
                                        "-1",
                                        "4KB",
                                        "{now}",
                                        "port 80",
                                        "recipients 2",
                                        "timeout none",
                                        "1MB",
                                        "true"};
    size_t at;
    size_t bytes;
    find_piece(mutator, " \n", &at, &bytes);
    const char *word = words[draw(mutator, sizeof words / sizeof words[0])];
    replace(mutator, at, draw(mutator, 2) == 0 ? bytes : 0, word, strlen(word));
}

static void mutate(struct mutator *mutator) {
    size_t at;
    size_t bytes;
    switch (draw(mutator, 6)) {
    case 0:
        find_piece(mutator, "\n", &at, &bytes);
        replace(mutator, at, bytes + (at + bytes < mutator->length ? 1 : 0), "", 0);
        break;
    case 1:
        replace_by_another(mutator, "\n");
        break;
    case 2:
    case 3:
        replace_by_another(mutator, " \n");
        break;
    case 4:
        insert_known_word(mutator);
        break;
    default:
        at = draw(mutator, mutator->length);
        mutator->text[at] = (char)draw(mutator, 256);
        break;
    }
}

static int run_bytes(const char *text, size_t length, uint64_t *hash) {
    struct sim_run_options options = {.statement_count_max = 3000, .memory_bytes = 2 << 20};
    struct play play;
    play_bytes(&play, text, length, &options, 0);
    if (play.status == COG_OK) {
        play_execute(&play);
        *hash = play.result.trace_hash;
    }
    int status = play.status;
    play_close(&play);
    return status;
}

static void try_mutants(struct mutator *mutator, const char *original, size_t length) {
    for (unsigned i = 0; i < MUTANTS_PER_FILE; i++) {
        memcpy(mutator->text, original, length);
        mutator->length = length;
        for (size_t changes = 1 + draw(mutator, 2); changes > 0 && mutator->length > 0; changes--) {
            mutate(mutator);
        }
        uint64_t first = 0;
        uint64_t second = 0;
        int status = run_bytes(mutator->text, mutator->length, &first);
        if (status == COG_OK) {
            assert_int_equal(run_bytes(mutator->text, mutator->length, &second), COG_OK);
            assert_int_equal(first, second);
            mutator->ran_count++;
        } else if (status != COG_EINVALID && status != COG_EUNSUPPORTED) {
            assert_int_equal(status, COG_ENOMEM);
        }
    }
}

static void try_file(struct mutator *mutator, const char *path) {
    struct sim_source source;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_OK);
    if (source.length > 0 && source.length <= TEXT_BYTES_MAX) {
        try_mutants(mutator, source.text, source.length);
    }
    sim_source_close(&source);
}

static int compare_names(const void *left, const void *right) {
    return strcmp(left, right);
}

/* The names in a folder that end so, sorted, so that the same mutants come everywhere. */
static size_t list_folder(const char *folder, const char *ending, char names[][128], size_t max) {
    size_t count = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry = directory != NULL ? readdir(directory) : NULL;
         entry != NULL && count < max; entry = readdir(directory)) {
        size_t bytes = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && bytes < 128 && bytes >= strlen(ending) &&
            strcmp(entry->d_name + bytes - strlen(ending), ending) == 0) {
            memcpy(names[count++], entry->d_name, bytes + 1);
        }
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    qsort(names, count, 128, compare_names);
    return count;
}

static void no_mutant_of_the_library_breaks_a_run(void **state) {
    (void)state;
    static char topics[64][128];
    static char names[256][128];
    static struct mutator mutator = {.state = UINT64_C(0x9E3779B97F4A7C15)};
    size_t topic_count = list_folder("scenarios", "", topics, 64);
    for (size_t i = 0; i < topic_count; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "scenarios/%s", topics[i]);
        size_t count = list_folder(path, ".scn", names, 256);
        for (size_t j = 0; j < count; j++) {
            (void)snprintf(path, sizeof path, "scenarios/%s/%s", topics[i], names[j]);
            try_file(&mutator, path);
        }
    }
    assert_true(mutator.ran_count > 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_mutant_of_the_library_breaks_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
