/* test_journal.c - what a run leaves to be judged is kept in order, copied, and given back whole.
 */
#include "sim/journal.h"

#include "tests/unit/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void lines_are_kept_in_order_with_time_and_instance(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_journal journal;
    sim_journal_init(&journal, &tally.allocator);
    struct sim_instance instance = {.name = "worker"};
    char text[32];
    for (int i = 0; i < 100; i++) {
        int bytes = snprintf(text, sizeof text, "line %d", i);
        sim_journal_log(&journal, i * 10, i % 2 == 0 ? &instance : NULL, text, (size_t)bytes);
    }
    memset(text, 'x', sizeof text);
    assert_int_equal(journal.line_count, 100);
    assert_string_equal(journal.lines[0].text, "line 0");
    assert_string_equal(journal.lines[99].text, "line 99");
    assert_int_equal(journal.lines[99].bytes, 7);
    assert_int_equal(journal.lines[99].time_ns, 990);
    assert_null(journal.lines[99].instance);
    assert_ptr_equal(journal.lines[98].instance, &instance);
    assert_false(journal.is_out_of_memory);
    sim_journal_term(&journal);
    assert_int_equal(tally.live_count, 0);
}

static void a_line_may_be_empty_or_hold_any_bytes(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_journal journal;
    sim_journal_init(&journal, &tally.allocator);
    sim_journal_log(&journal, 0, NULL, NULL, 0);
    sim_journal_log(&journal, 0, NULL, "a\0\xff\nb", 5);
    assert_string_equal(journal.lines[0].text, "");
    assert_int_equal(journal.lines[1].bytes, 5);
    assert_memory_equal(journal.lines[1].text, "a\0\xff\nb", 6);
    sim_journal_term(&journal);
    assert_int_equal(tally.live_count, 0);
}

static void timeouts_and_failures_are_kept_beside_the_lines(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_journal journal;
    sim_journal_init(&journal, &tally.allocator);
    struct sim_instance instance = {.name = "worker"};
    for (uint32_t i = 0; i < 50; i++) {
        sim_journal_timeout(&journal, i, &instance);
        sim_journal_fail(&journal, i, "it does not hold", i % 16);
    }
    assert_int_equal(journal.timeout_count, 50);
    assert_int_equal(journal.timeouts[49].time_ns, 49);
    assert_ptr_equal(journal.timeouts[49].instance, &instance);
    assert_int_equal(journal.failure_count, 50);
    assert_int_equal(journal.failures[18].line, 18);
    assert_string_equal(journal.failures[18].text, "it");
    assert_string_equal(journal.failures[16].text, "");
    sim_journal_term(&journal);
    assert_int_equal(tally.live_count, 0);
}

static void an_untouched_journal_holds_no_memory(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    struct sim_journal journal;
    sim_journal_init(&journal, &tally.allocator);
    assert_int_equal(tally.call_count, 0);
    sim_journal_term(&journal);
    assert_int_equal(tally.live_count, 0);
}

/* Writes something of each kind; the Nth call for memory fails. True if none did. */
static bool write_without(size_t fail_at) {
    struct tally tally;
    tally_init(&tally);
    tally.fail_at = fail_at;
    struct sim_journal journal;
    sim_journal_init(&journal, &tally.allocator);
    for (uint32_t i = 0; i < 20; i++) {
        sim_journal_log(&journal, i, NULL, "line", 4);
        sim_journal_timeout(&journal, i, NULL);
        sim_journal_fail(&journal, i, "failure", 7);
    }
    size_t kept = journal.line_count + journal.timeout_count + journal.failure_count;
    assert_int_equal(kept, tally.failed_count > 0 ? 59 : 60);
    assert_int_equal(journal.is_out_of_memory, tally.failed_count > 0);
    for (size_t i = 0; i < journal.line_count; i++) {
        assert_string_equal(journal.lines[i].text, "line");
    }
    for (size_t i = 0; i < journal.failure_count; i++) {
        assert_string_equal(journal.failures[i].text, "failure");
    }
    sim_journal_term(&journal);
    assert_int_equal(tally.live_count, 0);
    return tally.failed_count == 0;
}

static void what_finds_no_memory_is_left_out_and_the_journal_says_so(void **state) {
    (void)state;
    size_t fail_at = 1;
    while (!write_without(fail_at)) {
        fail_at++;
    }
    assert_true(fail_at > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_kept_in_order_with_time_and_instance),
        cmocka_unit_test(a_line_may_be_empty_or_hold_any_bytes),
        cmocka_unit_test(timeouts_and_failures_are_kept_beside_the_lines),
        cmocka_unit_test(an_untouched_journal_holds_no_memory),
        cmocka_unit_test(what_finds_no_memory_is_left_out_and_the_journal_says_so),
    };
    int rc = cmocka_run_group_tests_name("journal", tests, NULL, NULL);
    return rc != 0;
}
