/* test_checker_warnings.c - what is probably a mistake, and what only looks like one. How each is
 * told is in tests/diagnostics. */
#include "tests/unit/language_fixture.h"

#include <stdio.h>

#define HEAD "scenario \"t\"\n"

/* ---- Lines that are expected ---- */

static void a_pattern_and_a_text_with_values_may_meet(void **state) {
    (void)state;
    assert_clean(HEAD "coro a\n    let n = 1\n    log \"got {n} of {n}\"\n"
                      "expect log \"got 1 of 1\"\n"
                      "expect log \"g*f*\"\n"
                      "expect log \"*\"\n"
                      "expect log \"got  of \"\n"
                      "expect log \"got x of y of z\"\n");
    assert_warning(HEAD "coro a\n    let n = 1\n    log \"got {n} of {n}\"\n"
                        "expect log \"got 1 off 1\"\n"
                        "expect log \"got*\"\n",
                   "nothing logs this text");
    assert_clean(HEAD "coro a\n    let n = \"x\"\n    log n\nexpect log \"anything\"\n");
    assert_clean(HEAD
                 "coro a\n    log \"5 * 3\"\nexpect log \"5 * 3\"\nexpect log \"5 \\x2a 3\"\n");
    assert_clean(HEAD "coro a\n    log \"\"\nexpect log \"\"\nexpect log \"**\"\n");
}

static void a_line_of_called_and_spawned_routines_is_by_their_coroutine(void **state) {
    (void)state;
    static const char routines[] = HEAD "routine inner\n    log \"x\"\n"
                                        "routine outer\n    call inner\n"
                                        "coro a\n    spawn outer\n"
                                        "coro b\n    log \"y\"\n";
    char text[512];
    (void)snprintf(text, sizeof(text), "%sexpect log \"x\" by a\n", routines);
    assert_clean(text);
    (void)snprintf(text, sizeof(text), "%sexpect log \"x\" by inner\n", routines);
    assert_clean(text);
    (void)snprintf(text, sizeof(text), "%sexpect log \"x\" by b\n", routines);
    assert_warning(text, "'b' does not log this text");
    (void)snprintf(text, sizeof(text), "%sexpect log \"y\" by outer\n", routines);
    assert_warning(text, "'outer' does not log this text");
}

static void lines_are_counted_where_they_can_be(void **state) {
    (void)state;
    assert_clean(HEAD "coro a times 3\n    log \"x\"\nexpect log \"x\" times 3\n");
    assert_warning(HEAD "coro a times 3\n    log \"x\"\nexpect log \"x\" times 4\n",
                   "at most 3 times, not 4");
    assert_clean(HEAD "coro a\n    repeat 9\n        log \"x\"\nexpect log \"x\" times 9\n");
    assert_clean(HEAD "routine r\n    log \"x\"\ncoro a\n    call r\n    call r\n"
                      "expect log \"x\" times 2\n");
    assert_clean(HEAD "coro a\n    log \"x\"\n    log \"xy\"\nexpect log \"x*\" times 2\n");
    assert_warning(HEAD "coro a\n    log \"x\"\n    if now > 1s\n        log \"x\"\n"
                        "expect log \"x\" times 3\n",
                   "at most 2 times, not 3");
    assert_clean(HEAD "coro a\n    log \"x\"\nexpect log \"y\" times 0\n");
}

static void what_must_not_be_may_be_written_by_nobody(void **state) {
    (void)state;
    assert_clean(HEAD "coro a\n    log \"started\"\nexpect no log \"failed\"\n"
                      "never log \"broken\"\nexpect no log \"x\" by a\n");
    assert_warning(HEAD "coro a\n    log \"started\"\nnever log \"startet\"\n",
                   "did you mean \"started\"?");
}

static void a_file_of_many_texts_is_looked_through_in_time(void **state) {
    (void)state;
    enum { COUNT = 20000, BYTES = 96 };
    char *text = malloc((size_t)COUNT * BYTES);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, HEAD "coro a\n");
    for (unsigned i = 0; i < COUNT / 2; i++) {
        used +=
            (size_t)sprintf(text + used, "    log \"a rather long line of text %u {now}\"\n", i);
    }
    for (unsigned i = 0; i < COUNT / 2; i++) {
        used += (size_t)sprintf(text + used, "expect log \"*another long line of text %u*\"\n", i);
    }
    struct parsed parsed;
    parse_bytes(&parsed, text, used);
    assert_int_equal(parsed.status, COG_OK);
    free_parsed(&parsed);
    free(text);
}

/* ---- Contradictions ---- */

static void what_can_hold_together_is_no_contradiction(void **state) {
    (void)state;
    assert_clean(HEAD "coro a times 2\n    log \"x\"\n    wait go timeout 5ms\n"
                      "coro b after 1s\n    signal go\n    log \"y\"\n"
                      "expect log \"x\" and no log \"z\"\n"
                      "expect log \"x\" at 0ms times 2\n"
                      "expect log \"x\" at 5ms times 0\n"
                      "expect no log \"x\" at 5ms\n"
                      "expect a ends or a fails\n"
                      "expect a times out\n"
                      "never no timeout\n"
                      "expect end at 1s..2s\n"
                      "expect end at 2s..3s\n"
                      "expect deadlock or log \"y\"\n"
                      "sometimes a fails\n"
                      "expect b ends at 1s\n");
}

static void a_contradiction_is_found_in_either_order(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"log \"x\"", "no log \"x\""},  {"log \"x\" at 0ms", "no log \"x\""},
        {"a ends", "a fails"},          {"end at 1s", "deadlock"},
        {"end at 1s", "end at 2s..3s"}, {"log \"x\" times 1", "log \"x\" times 2"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        for (size_t j = 0; j < 2; j++) {
            char text[256];
            (void)snprintf(text, sizeof(text),
                           HEAD "coro a times 2\n    log \"x\"\nnormally %s\nexpect %s\n",
                           pairs[i][j], pairs[i][1 - j]);
            assert_warning(text, "contradicts another expectation");
        }
    }
}

/* ---- Loops ---- */

static void a_loop_that_waits_or_ends_is_fine(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "        yield\n",
        "        if v > 3\n            break\n        set v = v + 1\n",
        "        check v < 3\n        set v = v + 1\n",
        "        if v > 3\n            sleep 1ms\n        set v = v + 1\n",
        "        spawn _r\n",
    };
    char text[256];
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        (void)snprintf(text, sizeof(text),
                       HEAD "var v = 0\nroutine _r\n    yield\n"
                            "coro a\n    while true\n%sexpect always v >= 0\n",
                       bodies[i]);
        assert_clean(text);
    }
    assert_clean(HEAD "shared v = 0\ncoro a\n    repeat\n        set v = v + 1\n");
    assert_warning(HEAD "var v = 0\ncoro a\n    yield\n    repeat\n        if v > 3\n"
                        "            repeat\n                set v = 1\n        yield\n",
                   "neither ends nor waits");
}

/* ---- Sockets ---- */

static void a_closed_socket_may_be_made_anew(void **state) {
    (void)state;
    assert_clean(HEAD "coro a\n    connect c to port 80\n    close c\n    connect c to port 80\n"
                      "    send c \"x\"\n");
    assert_clean(HEAD "coro a\n    connect c to port 80\n    close c\n    send c \"x\"\n"
                      "    on closed\n        log \"closed\"\n");
    assert_clean(HEAD "coro a\n    connect c to port 80\n    shutdown c\n"
                      "    recv text from c max 5\n    log text\n");
    assert_clean(HEAD "coro a\n    connect c to port 80\n    if now > 1s\n        close c\n"
                      "        stop\n    send c \"x\"\n");
    assert_warning(HEAD "coro a\n    connect c to port 80\n    close c\n    yield\n"
                        "    shutdown c\n",
                   "'c' is used after it was closed");
}

/* ---- Links, locks, constants ---- */

static void one_way_of_a_link_may_be_changed(void **state) {
    (void)state;
    assert_clean(HEAD
                 "link a <-> b latency 1ms\nlink a -> b latency 2ms\ncoro c on a\n    yield\n");
    assert_clean(HEAD "link a -> b latency 1ms\nlink b -> a latency 2ms\ncoro c on a\n    yield\n");
    assert_clean(HEAD "link a -> b latency 1ms\nlink a -> b buffer 5\ncoro c on a\n    yield\n");
    assert_warning(HEAD "link a <-> b latency 1ms\nlink b <-> a latency 2ms\ncoro c on a\n"
                        "    yield\n",
                   "a second link from 'b' to 'a'");
}

static void a_parameter_is_no_constant_condition(void **state) {
    (void)state;
    assert_clean(HEAD "param fast = true\nparam often = 0\ncoro a\n    if fast\n        yield\n"
                      "    repeat often\n        yield\n");
    assert_clean(HEAD "coro a\n    let x = 1\n    if x == 1 and true\n        yield\n"
                      "    while true\n        yield\n");
}

/* ---- What follows a mistake ---- */

static void a_chain_of_elifs_is_as_long_as_the_file(void **state) {
    (void)state;
    enum { COUNT = 100000, BYTES = 64 };
    char *text = malloc((size_t)COUNT * BYTES);
    assert_non_null(text);
    size_t used = (size_t)sprintf(text, HEAD "coro a\n    if now > 1s\n        yield\n");
    for (unsigned i = 0; i < COUNT; i++) {
        used += (size_t)sprintf(text + used, "    elif now > %ums\n        yield\n", i);
    }
    struct parsed parsed;
    parse_bytes(&parsed, text, used);
    assert_int_equal(parsed.status, COG_EINVALID);
    free_parsed(&parsed);
    free(text);
}

static void names_set_in_an_elif_are_known(void **state) {
    (void)state;
    assert_errors(HEAD "coro a\n    if now > 2s\n        let x = 1\n    elif now > 1s\n"
                       "        let x = 2\n    else\n        let x = 3\n    log \"{x}\"\n",
                  1, "unknown statement 'elif'");
    assert_errors(HEAD "coro a\n    if now > 2s\n        let x = 1\n    else if now > 1s\n"
                       "        let x = 2\n    else\n        stop\n    log \"{x}\"\n",
                  1, "an 'if' stands on a line of its own");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_and_a_text_with_values_may_meet),
        cmocka_unit_test(a_line_of_called_and_spawned_routines_is_by_their_coroutine),
        cmocka_unit_test(lines_are_counted_where_they_can_be),
        cmocka_unit_test(what_must_not_be_may_be_written_by_nobody),
        cmocka_unit_test(a_file_of_many_texts_is_looked_through_in_time),
        cmocka_unit_test(what_can_hold_together_is_no_contradiction),
        cmocka_unit_test(a_contradiction_is_found_in_either_order),
        cmocka_unit_test(a_loop_that_waits_or_ends_is_fine),
        cmocka_unit_test(a_closed_socket_may_be_made_anew),
        cmocka_unit_test(one_way_of_a_link_may_be_changed),
        cmocka_unit_test(a_parameter_is_no_constant_condition),
        cmocka_unit_test(a_chain_of_elifs_is_as_long_as_the_file),
        cmocka_unit_test(names_set_in_an_elif_are_known),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
