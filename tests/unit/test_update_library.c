/* test_update_library.c - over all scenarios of the library: what is spoiled in an expectation the
 * update restores, byte for byte; and whatever is expected, one update is enough. */
#include "sim/update.h"

#include "sim/duration.h"
#include "sim/language/include_files.h"
#include "sim/update_literal.h"
#include "sim/watch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

enum { PATH_BYTES = 512, SPOILED_MAX = 400, NEAR_NS = 10 };

/* A scenario that was run. */
struct ran {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
    struct sim_run *run;
    struct sim_result result;
};

/* The text stands at this path. */
static void run_text(struct ran *ran, const char *path, const char *text, size_t length) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_run_options options = {.trace_path = NULL};
    sim_diagnostics_init(&ran->diagnostics, allocator);
    assert_int_equal(sim_source_from_text(&ran->source, allocator, path, text, length), COG_OK);
    assert_int_equal(sim_source_include_files(&ran->source, "scenarios"), COG_OK);
    (void)sim_scenario_parse(allocator, &ran->source, &ran->diagnostics, &ran->scenario);
    if (ran->scenario == NULL) {
        fail_msg("%s is not a valid scenario", path);
    }
    assert_int_equal(sim_program_init(&ran->program, allocator, ran->scenario, NULL), COG_OK);
    assert_int_equal(sim_run_new(&ran->program, &options, &ran->run), COG_OK);
    assert_int_equal(sim_run_execute(ran->run, &ran->result), COG_OK);
}

static void forget(struct ran *ran) {
    sim_run_free(ran->run);
    sim_program_term(&ran->program);
    sim_scenario_free(ran->scenario);
    sim_diagnostics_term(&ran->diagnostics);
    sim_source_close(&ran->source);
}

/* Bytes of a file that other text stands for while they are spoiled. */
struct spoiled {
    size_t offset; /* in the file itself */
    size_t length;
    char text[120];
};

struct spoiling {
    const struct sim_source *source; /* that the places are of */
    const struct sim_journal *journal;
    bool numbers_only;
    struct spoiled items[SPOILED_MAX];
    size_t count;
};

__attribute__((format(printf, 3, 4))) static void
spoil(struct spoiling *spoiling, struct sim_place place, const char *format, ...) {
    assert_true(spoiling->count < SPOILED_MAX);
    struct spoiled *item = &spoiling->items[spoiling->count++];
    item->offset = sim_source_own_offset(spoiling->source, place.offset);
    item->length = place.length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(item->text, sizeof item->text, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof item->text);
}

static struct sim_text text_at(const struct spoiling *spoiling, struct sim_place place) {
    return (struct sim_text){.bytes = spoiling->source->text + place.offset,
                             .length = place.length};
}

/* A text gets its last character twice. */
static void spoil_text(struct spoiling *spoiling, struct sim_place place) {
    struct sim_text text = text_at(spoiling, place);
    if (text.length < 4 || text.length > 100) {
        return;
    }
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c == '\\' || c == '*' || c == '{' || c >= 0x80) {
            return;
        }
    }
    spoil(spoiling, place, "%.*s%c\"", (int)text.length - 1, text.bytes,
          text.bytes[text.length - 2]);
}

/* Is another line of the clause's text so near in time that either may be meant? */
static bool is_ambiguous(const struct spoiling *spoiling, const struct sim_clause *clause) {
    const struct sim_journal *journal = spoiling->journal;
    for (size_t i = 0; clause->kind == SIM_CLAUSE_LOG && i < journal->line_count; i++) {
        const struct sim_log_line *line = &journal->lines[i];
        int64_t distance_ns = line->time_ns - clause->at_ns.low;
        if (distance_ns != 0 && distance_ns > -NEAR_NS && distance_ns < NEAR_NS &&
            sim_pattern_matches(clause->text.bytes, clause->text.length, line->text, line->bytes)) {
            return true;
        }
    }
    return false;
}

static void spoil_numbers(struct spoiling *spoiling, const struct sim_clause *clause) {
    char time[SIM_DURATION_BYTES];
    if (clause->has_at && clause->at_ns.low == clause->at_ns.high &&
        sim_literal_is_time(text_at(spoiling, clause->at_place)) &&
        !is_ambiguous(spoiling, clause)) {
        spoil(spoiling, clause->at_place, "%s", sim_duration_format(clause->at_ns.low + 1, time));
    }
    if (clause->has_times && sim_literal_is_number(text_at(spoiling, clause->times_place))) {
        spoil(spoiling, clause->times_place, "%" PRId64, clause->times + 1);
    }
    if (clause->kind == SIM_CLAUSE_HOLDS && clause->expression->kind == SIM_EXPRESSION_EQUAL &&
        clause->expression->as.operands.right->kind == SIM_EXPRESSION_NUMBER &&
        sim_literal_is_number(text_at(spoiling, clause->expression->as.operands.right->place))) {
        const struct sim_expression *number = clause->expression->as.operands.right;
        spoil(spoiling, number->place, "%" PRId64, number->as.integer + 1);
    }
}

static void spoil_clause(struct spoiling *spoiling, const struct sim_clause *clause) {
    if (clause->kind == SIM_CLAUSE_AND) {
        spoil_clause(spoiling, clause->left);
        spoil_clause(spoiling, clause->right);
        return;
    }
    if (clause->kind == SIM_CLAUSE_OR) {
        return;
    }
    spoil_numbers(spoiling, clause);
    if (spoiling->numbers_only) {
        return;
    }
    if (clause->kind == SIM_CLAUSE_LOG && clause->has_at) {
        spoil_text(spoiling, clause->text_place);
    } else if (clause->kind == SIM_CLAUSE_ENDS) {
        spoil(spoiling, clause->head_place, "fails");
    } else if (clause->kind == SIM_CLAUSE_DEADLOCK) {
        spoil(spoiling, clause->place, "end at 1ns");
    }
}

static void spoil_scenario(struct spoiling *spoiling, const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct sim_expectation *expectation = &scenario->expectations[i];
        if (expectation->kind == SIM_EXPECTATION_EXPECT ||
            expectation->kind == SIM_EXPECTATION_NORMALLY) {
            spoil_clause(spoiling, expectation->clause);
        }
    }
}

static int compare_spoiled(const void *left, const void *right) {
    const struct spoiled *a = left;
    const struct spoiled *b = right;
    return a->offset < b->offset ? -1 : a->offset > b->offset ? 1 : 0;
}

/* The file with the items from `first` to before `end` spoiled. */
static void write_spoiled(const struct spoiling *spoiling, const struct sim_source *source,
                          size_t first, size_t end, struct sim_buffer *buffer) {
    size_t at = 0;
    for (size_t i = first; i < end; i++) {
        const struct spoiled *spoiled = &spoiling->items[i];
        sim_buffer_add(buffer, source->text + at, spoiled->offset - at);
        sim_buffer_add_text(buffer, spoiled->text);
        at = spoiled->offset + spoiled->length;
    }
    sim_buffer_add(buffer, source->text + at, source->length - at);
}

/* Whether the spoiled text was wrong at all; then the update makes the file of it. */
static bool is_restored(const char *path, const struct sim_source *source,
                        const struct sim_buffer *spoiled) {
    struct ran ran;
    run_text(&ran, path, spoiled->bytes, spoiled->length);
    struct sim_update update;
    struct sim_buffer restored;
    sim_buffer_init(&restored, cog_allocator_malloc());
    assert_int_equal(sim_update_init(&update, ran.run, &ran.source), COG_OK);
    sim_update_apply(&update, spoiled->bytes, spoiled->length, &restored);
    bool was_wrong = !ran.result.ok;
    if (was_wrong && (restored.length != source->length ||
                      memcmp(restored.bytes, source->text, source->length) != 0)) {
        fail_msg("%s: of\n%s\nbecame\n%s\n%s", path, spoiled->bytes, restored.bytes,
                 update.refusal != NULL ? update.refusal : "");
    }
    if (!was_wrong) {
        assert_int_equal(update.edit_count, 0);
    }
    sim_buffer_term(&restored);
    sim_update_term(&update);
    forget(&ran);
    return was_wrong;
}

/* Spoils these items at once. */
static size_t spoil_items(const struct spoiling *spoiling, const char *path,
                          const struct sim_source *source, size_t first, size_t end) {
    struct sim_buffer spoiled;
    sim_buffer_init(&spoiled, cog_allocator_malloc());
    write_spoiled(spoiling, source, first, end, &spoiled);
    bool was_wrong = is_restored(path, source, &spoiled);
    sim_buffer_term(&spoiled);
    return was_wrong ? 1 : 0;
}

/* How often the scenario at path was spoiled, and restored. */
static size_t spoil_file(const char *path, bool all_at_once) {
    static struct spoiling spoiling;
    struct sim_source source;
    struct ran ran;
    size_t count = 0;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_OK);
    run_text(&ran, path, source.text, source.length);
    spoiling = (struct spoiling){
        .source = &ran.source, .journal = ran.result.journal, .numbers_only = all_at_once};
    if (ran.result.ok && ran.scenario->row_count == 0) {
        spoil_scenario(&spoiling, ran.scenario);
    }
    qsort(spoiling.items, spoiling.count, sizeof spoiling.items[0], compare_spoiled);
    if (all_at_once && spoiling.count > 0) {
        count = spoil_items(&spoiling, path, &source, 0, spoiling.count);
    }
    for (size_t i = 0; !all_at_once && i < spoiling.count; i++) {
        count += spoil_items(&spoiling, path, &source, i, i + 1);
    }
    forget(&ran);
    sim_source_close(&source);
    return count;
}

/* ---- Expectations at random ---- */

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t below(uint64_t *state, uint64_t end) {
    return next_random(state) % end;
}

/* Something like a text that was logged, in its quotes. */
static void add_random_text(const struct ran *ran, uint64_t *state, struct sim_buffer *buffer) {
    const struct sim_journal *journal = ran->result.journal;
    sim_buffer_add_text(buffer, "\"");
    if (journal->line_count > 0 && below(state, 10) > 0) {
        const char *text = journal->lines[below(state, journal->line_count)].text;
        uint64_t choice = below(state, 3);
        size_t skipped = choice == 1 ? below(state, strlen(text) + 1) : SIZE_MAX;
        for (size_t i = 0; text[i] != '\0'; i++) {
            bool is_plain = text[i] >= ' ' && text[i] <= '~' && strchr("\"\\{}", text[i]) == NULL;
            if (is_plain && i != skipped && (choice != 2 || i % 4 != 3)) {
                sim_buffer_add(buffer, text + i, 1);
            }
        }
    }
    sim_buffer_add_text(buffer, below(state, 4) == 0 ? "*\"" : "\"");
}

static const char *random_name(const struct ran *ran, uint64_t *state) {
    const struct sim_scenario *scenario = ran->scenario;
    uint64_t index = below(state, scenario->coroutine_count + scenario->routine_count);
    return index < scenario->coroutine_count
               ? scenario->coroutines[index].name
               : scenario->routines[index - scenario->coroutine_count].name;
}

static void add_random_time(uint64_t *state, struct sim_buffer *buffer) {
    uint64_t low = below(state, 60);
    sim_buffer_add_format(buffer, " at %" PRIu64 "ms", low);
    if (below(state, 3) == 0) {
        sim_buffer_add_format(buffer, "..%" PRIu64 "ms", low + below(state, 100));
    }
}

static void add_random_log(const struct ran *ran, uint64_t *state, bool is_no,
                           struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, is_no ? "no log " : "log ");
    add_random_text(ran, state, buffer);
    if (below(state, 2) == 0) {
        add_random_time(state, buffer);
    }
    if (below(state, 4) == 0) {
        sim_buffer_add_format(buffer, " by %s", random_name(ran, state));
    }
    if (!is_no && below(state, 4) == 0) {
        sim_buffer_add_format(buffer, " times %" PRIu64, below(state, 4));
    }
}

static void add_random_ending(const struct ran *ran, uint64_t *state, struct sim_buffer *buffer) {
    static const char *const endings[] = {"ends", "fails", "times out"};
    sim_buffer_add_format(buffer, "%s %s", random_name(ran, state), endings[below(state, 3)]);
    if (below(state, 2) == 0) {
        add_random_time(state, buffer);
    }
}

static void add_random_clause(const struct ran *ran, uint64_t *state, struct sim_buffer *buffer) {
    switch (below(state, 8)) {
    case 0:
        sim_buffer_add_text(buffer, "no timeout");
        break;
    case 1:
        sim_buffer_add_text(buffer, "deadlock");
        break;
    case 2:
        sim_buffer_add_text(buffer, "end");
        add_random_time(state, buffer);
        break;
    case 3:
        add_random_text(ran, state, buffer);
        sim_buffer_add_text(buffer, " before ");
        add_random_text(ran, state, buffer);
        break;
    case 4:
        add_random_ending(ran, state, buffer);
        break;
    case 5:
        sim_buffer_add_text(buffer, "now == 3ms");
        break;
    default:
        add_random_log(ran, state, below(state, 4) == 0, buffer);
        break;
    }
}

/* The file with expectations behind it that come from the state alone. */
static void add_random_expectations(const struct ran *ran, const struct sim_source *source,
                                    uint64_t *state, struct sim_buffer *buffer) {
    sim_buffer_add(buffer, source->text, source->length);
    sim_buffer_add_text(buffer, "\n");
    for (uint64_t count = 1 + below(state, 5); count > 0; count--) {
        sim_buffer_add_text(buffer, below(state, 3) == 0 ? "normally " : "expect ");
        add_random_clause(ran, state, buffer);
        while (below(state, 3) == 0) {
            sim_buffer_add_text(buffer, below(state, 4) == 0 ? " or " : " and ");
            add_random_clause(ran, state, buffer);
        }
        sim_buffer_add_text(buffer, "\n");
    }
}

/* Behind the update, what does not hold is what it said that it left. */
static void assert_settles(const char *path, const struct sim_buffer *text) {
    struct ran ran;
    struct sim_update update;
    struct sim_buffer updated;
    run_text(&ran, path, text->bytes, text->length);
    assert_int_equal(sim_update_init(&update, ran.run, &ran.source), COG_OK);
    sim_buffer_init(&updated, cog_allocator_malloc());
    sim_update_apply(&update, text->bytes, text->length, &updated);
    struct ran again;
    struct sim_update rest;
    run_text(&again, path, updated.bytes, updated.length);
    assert_int_equal(sim_update_init(&rest, again.run, &again.source), COG_OK);
    bool is_settled = rest.edit_count == 0 && rest.note_count == update.note_count &&
                      rest.refusal == NULL && (rest.note_count > 0 || again.result.ok);
    if (update.refusal == NULL && !is_settled) {
        fail_msg("%s: of\n%s\nbecame\n%s\n%s", path, text->bytes, updated.bytes,
                 rest.refusal != NULL ? rest.refusal : "");
    }
    sim_update_term(&rest);
    forget(&again);
    sim_buffer_term(&updated);
    sim_update_term(&update);
    forget(&ran);
}

static size_t settle_file(const char *path) {
    struct sim_source source;
    struct ran ran;
    uint64_t state = 20;
    size_t count = 0;
    assert_int_equal(sim_source_open(&source, cog_allocator_malloc(), path), COG_OK);
    run_text(&ran, path, source.text, source.length);
    for (; ran.result.ok && !ran.scenario->has_schedule && count < 30; count++) {
        struct sim_buffer text;
        sim_buffer_init(&text, cog_allocator_malloc());
        add_random_expectations(&ran, &source, &state, &text);
        assert_settles(path, &text);
        sim_buffer_term(&text);
    }
    forget(&ran);
    sim_source_close(&source);
    return count;
}

/* ---- All files ---- */

enum deed { SPOIL_EACH, SPOIL_ALL, SETTLE };

static size_t do_file(const char *path, enum deed deed) {
    return deed == SETTLE ? settle_file(path) : spoil_file(path, deed == SPOIL_ALL);
}

static bool has_ending(const char *name, const char *ending) {
    size_t length = strlen(name);
    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

/* Recursion is as deep as the folders are. */
static size_t do_folder(const char *folder, enum deed deed) {
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return 0;
    }
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (has_ending(entry->d_name, ".scn")) {
            count += do_file(path, deed);
        } else if (strchr(entry->d_name, '.') == NULL && strcmp(entry->d_name, "programs") != 0) {
            count += do_folder(path, deed);
        }
    }
    (void)closedir(directory);
    return count;
}

static void each_part_that_is_spoiled_is_restored(void **state) {
    (void)state;
    assert_true(do_folder("scenarios", SPOIL_EACH) > 200);
}

static void all_numbers_of_a_file_that_are_spoiled_are_restored(void **state) {
    (void)state;
    assert_true(do_folder("scenarios", SPOIL_ALL) > 30);
}

static void whatever_is_expected_one_update_is_enough(void **state) {
    (void)state;
    assert_true(do_folder("scenarios", SETTLE) > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_that_is_spoiled_is_restored),
        cmocka_unit_test(all_numbers_of_a_file_that_are_spoiled_are_restored),
        cmocka_unit_test(whatever_is_expected_one_update_is_enough),
    };
    int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
    return failed_count != 0;
}
