/* test_duration.c - durations are written in the largest unit that stays whole. */
#include "sim/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(int64_t ns, const char *written) {
    char text[SIM_DURATION_BYTES];
    memset(text, 'x', sizeof text);
    assert_ptr_equal(sim_duration_format(ns, text), text);
    assert_string_equal(text, written);
}

static void zero_is_written_in_milliseconds(void **state) {
    (void)state;
    expect(0, "0ms");
}

static void the_largest_unit_that_stays_whole_is_used(void **state) {
    (void)state;
    expect(3015000000, "3015ms");
    expect(2000000000, "2s");
    expect(1500000, "1500us");
    expect(1001, "1001ns");
    expect(60000000000, "1m");
    expect(90000000000, "90s");
    expect(3600000000000, "1h");
    expect(5400000000000, "90m");
    expect(90000000000000, "25h");
}

static void one_of_each_unit_is_that_unit(void **state) {
    (void)state;
    expect(1, "1ns");
    expect(1000, "1us");
    expect(1000000, "1ms");
    expect(1000000000, "1s");
}

static void negative_durations_carry_a_sign(void **state) {
    (void)state;
    expect(-1, "-1ns");
    expect(-2000000, "-2ms");
    expect(-7200000000000, "-2h");
}

static void the_longest_durations_fit(void **state) {
    (void)state;
    expect(INT64_MAX, "9223372036854775807ns");
    expect(INT64_MIN, "-9223372036854775808ns");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_is_written_in_milliseconds),
        cmocka_unit_test(the_largest_unit_that_stays_whole_is_used),
        cmocka_unit_test(one_of_each_unit_is_that_unit),
        cmocka_unit_test(negative_durations_carry_a_sign),
        cmocka_unit_test(the_longest_durations_fit),
    };
    int rc = cmocka_run_group_tests_name("duration", tests, NULL, NULL);
    return rc != 0;
}
