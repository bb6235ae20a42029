/* test_signature.c - which failure it is: the same statement, whatever the run was like. */
#include "sim/signature.h"

#include "sim/cogsim.h"
#include "sim/guide.h"
#include "tests/unit/language_fixture.h"

/* Runs a text after a schedule ("": as in production), with its source; the signature and its text,
 * which the caller terminates. */
static uint64_t sign(const char *text, const char *schedule_text, struct sim_buffer *words) {
    struct parsed parsed;
    struct sim_program program;
    struct sim_schedule schedule;
    struct sim_guide guide;
    struct sim_run *run;
    struct sim_result result;
    uint32_t line;
    parse_text(&parsed, text);
    if (parsed.scenario == NULL) {
        print_error("%s", rendered_text(&parsed));
    }
    assert_non_null(parsed.scenario);
    const struct cog_allocator *allocator = &parsed.counting.allocator;
    assert_int_equal(sim_program_init(&program, allocator, parsed.scenario, NULL), COG_OK);
    sim_schedule_init(&schedule, allocator);
    assert_int_equal(sim_schedule_read(&schedule, schedule_text, strlen(schedule_text), &line),
                     COG_OK);
    struct sim_guide_options options = {
        .allocator = allocator, .vary = SIM_VARY_ORDER, .follow = &schedule};
    assert_int_equal(sim_guide_open(&guide, &program, &options), COG_OK);
    struct sim_run_options run_options = {.allocator = allocator,
                                          .source = &parsed.source,
                                          .guide = &guide,
                                          .statement_count_max = 1000};
    assert_int_equal(sim_run_new(&program, &run_options, &run), COG_OK);
    assert_int_equal(sim_run_execute(run, &result), COG_OK);
    uint64_t hash = sim_signature(result.journal);
    sim_buffer_init(words, cog_allocator_malloc());
    sim_signature_text(result.journal, words);
    sim_run_free(run);
    sim_guide_close(&guide);
    sim_schedule_term(&schedule);
    sim_program_term(&program);
    free_parsed(&parsed);
    return hash;
}

static void assert_words(const char *text, const char *expected) {
    struct sim_buffer words;
    uint64_t hash = sign(text, "", &words);
    assert_string_equal(words.bytes != NULL ? words.bytes : "", expected);
    assert_true((hash != 0) == (expected[0] != '\0'));
    sim_buffer_term(&words);
}

static uint64_t hash_of(const char *text, const char *schedule) {
    struct sim_buffer words;
    uint64_t hash = sign(text, schedule, &words);
    sim_buffer_term(&words);
    return hash;
}

static void each_kind_of_failure_has_its_words(void **state) {
    (void)state;
    assert_words("scenario \"t\"\ncoro a\n    yield\n", "");
    assert_words("scenario \"t\"\ncoro a times 2\n    let   x = 1\n    check x   > 1  # why\n",
                 "check x > 1 in a");
    assert_words("scenario \"t\"\nvar x = 1\ncoro a\n    yield\nexpect   x == 2  # why\n",
                 "expect x == 2");
    assert_words("scenario \"t\"\nlock a\nlock b\ncoro z times 3\n    acquire a\n    wait nobody\n"
                 "coro y\n    wait nobody\n",
                 "stalled: y at wait nobody; z at acquire a; z at wait nobody");
    assert_words("scenario \"t\"\ncoro a\n    wait nobody timeout 1ms\n",
                 "wait nobody timeout 1ms in a: the operation timed out");
    assert_words("scenario \"t\"\nvar x = 0\ncoro a\n    repeat\n        set x = x + 1\n",
                 "a does not end");
    assert_words("scenario \"t\"\nvar x = 0\ncoro a\n    set x = 1\noutcome x\nexpect outcomes\n"
                 "    2\n",
                 "expect outcomes");
}

static const char racing[] = "scenario \"t\"\nshared x = 0\ncoro one\n    set x = 1\n"
                             "coro two\n    set x = 2\ncoro last\n    let seen = x\n"
                             "    check seen != 1\n    check seen != 2\n";

static void the_same_check_by_other_ways_is_one_failure(void **state) {
    (void)state;
    uint64_t one = hash_of(racing, "one: set x\nlast: read x\n");
    assert_true(one != 0);
    assert_true(one == hash_of(racing, "two: set x\none: set x\nlast: read x\n"));
}

static void two_checks_are_two_failures(void **state) {
    (void)state;
    uint64_t one = hash_of(racing, "one: set x\nlast: read x\n");
    uint64_t two = hash_of(racing, "two: set x\nlast: read x\n");
    assert_true(one != 0 && two != 0 && one != two);
    assert_int_equal(hash_of(racing, "last: read x\n"), 0);
}

static void lines_and_blanks_have_no_part_in_it(void **state) {
    (void)state;
    uint64_t dense = hash_of("scenario \"t\"\ncoro a\n    let x=1\n    check x>1+1\n", "");
    uint64_t loose =
        hash_of("scenario \"t\"\n\n# more\ncoro a\n    let x = 1\n\n    check  x > 1 + 1\n", "");
    assert_true(dense == loose && dense != 0);
    /* in a text they have */
    assert_true(hash_of("scenario \"t\"\ncoro a\n    yield\nexpect log \"a b\"\n", "") !=
                hash_of("scenario \"t\"\ncoro a\n    yield\nexpect log \"ab\"\n", ""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_failure_has_its_words),
        cmocka_unit_test(the_same_check_by_other_ways_is_one_failure),
        cmocka_unit_test(two_checks_are_two_failures),
        cmocka_unit_test(lines_and_blanks_have_no_part_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
