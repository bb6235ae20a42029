/* test_outline.c - lines and what belongs to them; smaller words. */
#include "sim/shrink/outline.h"

#include "sim/shrink/words.h"
#include "tests/unit/language_fixture.h"

#include <stdio.h>

static const char text[] = "scenario \"t\"\n"              /* 0 */
                           "\n"                            /* no line */
                           "queue q size 3\n"              /* 1 */
                           "coro a times 2\n"              /* 2 */
                           "    get x from q timeout 1s\n" /* 3 */
                           "    on timeout\n"              /* 4 */
                           "        log \"late\"\n"        /* 5 */
                           "    if x > 1\n"                /* 6 */
                           "        yield\n"               /* 7 */
                           "    else\n"                    /* 8 */
                           "        stop\n"                /* 9 */
                           "    log \"on time\"\n"         /* 10 */
                           "expect log \"late\"\n";        /* 11 */

static void units_hold_what_belongs_to_their_statement(void **state) {
    (void)state;
    static const uint32_t ends[] = {1, 2, 11, 6, 6, 6, 10, 8, 10, 10, 11, 12};
    struct sim_outline outline;
    assert_int_equal(sim_outline_init(&outline, cog_allocator_malloc(), text, strlen(text)),
                     COG_OK);
    assert_int_equal(outline.count, 12);
    for (uint32_t i = 0; i < outline.count; i++) {
        assert_int_equal(outline.lines[i].end, ends[i]);
    }
    assert_int_equal(outline.indent_max, 8);
    assert_int_equal(sim_outline_statements(&outline), 6);
    assert_int_equal(sim_outline_coroutines(&outline), 1);
    assert_true(sim_outline_begins(&outline, 3, "get"));
    assert_false(sim_outline_begins(&outline, 3, "ge"));
    sim_outline_term(&outline);
}

static void parts_can_be_taken_out(void **state) {
    (void)state;
    struct sim_outline outline;
    struct sim_buffer buffer;
    assert_int_equal(sim_outline_init(&outline, cog_allocator_malloc(), text, strlen(text)),
                     COG_OK);
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_outline_add_without(&outline, 2, 11, &buffer);
    assert_string_equal(buffer.bytes, "scenario \"t\"\nqueue q size 3\nexpect log \"late\"\n");
    buffer.length = 0;
    assert_true(sim_outline_add_unwrapped(&outline, 6, &buffer));
    assert_non_null(
        strstr(buffer.bytes, "\n        log \"late\"\n    yield\n    log \"on time\"\n"));
    assert_null(strstr(buffer.bytes, "stop"));
    buffer.length = 0;
    assert_false(sim_outline_add_unwrapped(&outline, 10, &buffer));
    assert_false(sim_outline_add_unwrapped(&outline, 2, &buffer));
    sim_buffer_term(&buffer);
    sim_outline_term(&outline);
}

/* The words of a line, each way in which one of them can get smaller, with `;` between. */
static void assert_changes(const char *line, const char *expected) {
    char result[512] = "";
    for (size_t at = 0; at < strlen(line); at++) {
        struct sim_word_change changes[SIM_WORD_CHANGES_MAX];
        uint32_t count = sim_word_changes(line, strlen(line), at, changes);
        for (uint32_t i = 0; i < count; i++) {
            const struct sim_word_change *change = &changes[i];
            size_t used = strlen(result);
            (void)snprintf(result + used, sizeof result - used, "%s%.*s%.*s%s", used > 0 ? ";" : "",
                           (int)change->at, line, (int)change->byte_count, change->bytes,
                           line + change->at + change->length);
        }
    }
    assert_string_equal(result, expected);
}

static void clauses_and_numbers_get_smaller(void **state) {
    (void)state;
    assert_changes("    yield", "");
    assert_changes("    get x from q timeout 1s weak",
                   "    get x from q weak;    get x from q;    get x from q timeout 1s");
    assert_changes("coro a times 9", "coro a;coro a times 1;coro a times 2;coro a times 4;"
                                     "coro a times 8");
    assert_changes("    repeat 2", "    repeat 1");
    assert_changes("at 1ms..40ms", "at 1ms");
    assert_changes("    log \"timeout 3\"", "");
    assert_changes("    sleep 40ms", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_hold_what_belongs_to_their_statement),
        cmocka_unit_test(parts_can_be_taken_out),
        cmocka_unit_test(clauses_and_numbers_get_smaller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
