/* test_pattern.c - patterns of log lines: matched whole, a star stands for any run of bytes. */
#include "sim/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool matches(const char *pattern, const char *text) {
    return sim_pattern_matches(pattern, strlen(pattern), text, strlen(text));
}

static void without_a_star_the_whole_text_must_be_the_same(void **state) {
    (void)state;
    assert_true(matches("", ""));
    assert_true(matches("abc", "abc"));
    assert_false(matches("abc", "abcd"));
    assert_false(matches("abc", "ab"));
    assert_false(matches("abc", ""));
    assert_false(matches("", "a"));
    assert_false(matches("bc", "abc"));
    assert_false(matches("abc", "abC"));
}

static void a_star_stands_for_any_run_of_bytes_and_for_none(void **state) {
    (void)state;
    assert_true(matches("*", ""));
    assert_true(matches("*", "anything"));
    assert_true(matches("a*", "a"));
    assert_true(matches("a*c", "ac"));
    assert_true(matches("a*c", "abbbc"));
    assert_true(matches("*c", "abc"));
    assert_false(matches("a*c", "abcd"));
    assert_false(matches("*c", "abcd"));
    assert_false(matches("b*", "abc"));
}

static void several_stars_are_tried_in_every_way(void **state) {
    (void)state;
    assert_true(matches("**", ""));
    assert_true(matches("a**b", "ab"));
    assert_true(matches("*ab*ab*", "aabab"));
    assert_true(matches("*abc", "ababc"));
    assert_true(matches("a*b*c", "a-b-b-c"));
    assert_true(matches("a*bc", "abcbcbc"));
    assert_true(matches("*a*b*c*", "xxaxxbxxcxx"));
    assert_false(matches("*a*b*c*", "xxaxxcxxbxx"));
    assert_false(matches("a*bc", "abcbcbcb"));
    assert_false(matches("*aa*aa*", "aaa"));
}

static void no_other_byte_is_special(void **state) {
    (void)state;
    assert_true(matches("a?c.[x]\\", "a?c.[x]\\"));
    assert_false(matches("a?c", "abc"));
    assert_false(matches("a.c", "abc"));
    assert_true(matches("a*c", "a*c"));
}

static void bytes_of_any_value_are_compared(void **state) {
    (void)state;
    assert_true(sim_pattern_matches("a\0*", 3, "a\0bc", 4));
    assert_false(sim_pattern_matches("a\0*", 3, "abc", 3));
    assert_true(sim_pattern_matches("\xff*\x80", 3, "\xff\n\x80", 3));
    assert_true(sim_pattern_matches("abcX", 3, "abcY", 3));
}

static void a_long_text_with_many_stars_is_decided_soon(void **state) {
    (void)state;
    static char text[20000];
    memset(text, 'a', sizeof text);
    const char pattern[] = "*a*a*a*a*a*a*a*a*a*a*a*a*b";
    assert_false(sim_pattern_matches(pattern, sizeof pattern - 1, text, sizeof text));
    text[sizeof text - 1] = 'b';
    assert_true(sim_pattern_matches(pattern, sizeof pattern - 1, text, sizeof text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_star_the_whole_text_must_be_the_same),
        cmocka_unit_test(a_star_stands_for_any_run_of_bytes_and_for_none),
        cmocka_unit_test(several_stars_are_tried_in_every_way),
        cmocka_unit_test(no_other_byte_is_special),
        cmocka_unit_test(bytes_of_any_value_are_compared),
        cmocka_unit_test(a_long_text_with_many_stars_is_decided_soon),
    };
    int rc = cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
    return rc != 0;
}
