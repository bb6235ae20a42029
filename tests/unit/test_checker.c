/* test_checker.c - names, types, flow, hosts: one small scenario a rule. */
#include "tests/unit/language_fixture.h"

#include <stdio.h>

#define HEAD "scenario \"t\"\n"
#define CORO HEAD "coro a\n"

static void names_resolve_to_what_they_name(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "coro a\n    let x = y + z[1]\n    set y = x\n"
                             "    call r(x) as w\n    log \"{w}\"\n"
                             "var y = 1\nvar z[2] = 5\nroutine r(p)\n    let q = p\n"
                             "    return q\n");
    assert_string_equal(rendered_text(&parsed), "");
    const struct sim_coroutine *a = &parsed.scenario->coroutines[0];
    const struct sim_expression *sum = a->body.statements[0].as.assign.value;
    assert_int_equal(sum->as.operands.left->kind, SIM_EXPRESSION_VARIABLE);
    assert_int_equal(sum->as.operands.left->as.name.reference.index, 0);
    assert_int_equal(sum->as.operands.right->kind, SIM_EXPRESSION_ELEMENT);
    assert_int_equal(sum->as.operands.right->as.name.reference.index, 1);
    assert_int_equal(a->body.statements[1].as.assign.target.kind, SIM_TARGET_VARIABLE);
    assert_int_equal(a->local_count, 2);
    assert_int_equal(a->locals[0].type, SIM_TYPE_NUMBER);
    assert_int_equal(a->locals[1].type, SIM_TYPE_ANY);
    const struct sim_coroutine *r = &parsed.scenario->routines[0];
    assert_int_equal(r->parameter_count, 1);
    assert_int_equal(r->local_count, 2);
    assert_int_equal(r->host.index, a->host.index);
    free_parsed(&parsed);
}

static void a_name_of_two_types_is_of_any(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed,
               HEAD "var v = 0\ncoro a\n    let x = 1\n    set x = \"t\"\n    set v = 5ms\n"
                    "    sleep v\n    log \"{x}\"\n");
    assert_string_equal(rendered_text(&parsed), "");
    assert_int_equal(parsed.scenario->coroutines[0].locals[0].type, SIM_TYPE_ANY);
    assert_int_equal(parsed.scenario->variables[0].type, SIM_TYPE_ANY);
    free_parsed(&parsed);
}

static void types_follow_chains_of_names(void **state) {
    (void)state;
    assert_errors(CORO "    let x = 5ms\n    let y = x\n    let z = y + 1ms\n    log z\n", 1,
                  "a log line is a text, but this is a duration");
    assert_errors(CORO "    repeat 2\n        let x = 1\n        let y = x\n        send y \"t\"\n",
                  1, "is a socket, but this is a number");
}

static void unknown_names_are_told_once_a_coroutine(void **state) {
    (void)state;
    assert_errors(CORO "    log \"{x}\"\n    log \"{x}\"\n", 1, "unknown name 'x'");
    assert_errors(CORO "    put jbos 1\nqueue jobs\n", 1, "did you mean 'jobs'?");
    assert_errors(CORO "    set y = 1\n", 1, "unknown name 'y'");
}

static void a_lost_line_mutes_what_it_may_have_set(void **state) {
    (void)state;
    assert_errors(CORO "    frobnicate x\n    log \"{x}\"\n", 1, "unknown statement");
    assert_errors(CORO "    connect c to port 80\n    recv x form c max 1\n    log x\n", 1,
                  "expected 'from'");
}

static void reserved_words_are_no_names(void **state) {
    (void)state;
    assert_errors(HEAD "var max = 1\nexpect max == 1\n", 2, "did you mean 'max_'?");
    assert_errors(CORO "    let index = 1\n", 1, "did you mean 'index_'?");
    assert_errors(HEAD "coro timeout\n    yield\n", 1, "did you mean 'timeout_'?");
}

static void two_things_of_one_name_are_told(void **state) {
    (void)state;
    assert_errors(HEAD "queue a\ncoro a\n    put a 1\n", 1, "two things are named 'a'");
    assert_errors(CORO "    let x = 1\n    let x = 2\n    log \"{x}\"\n", 1, "the other is here");
    assert_errors(HEAD "var x = 1\ncoro a\n    let x = 1\n", 1, "two things are named 'x'");
    assert_errors(HEAD "host h\nhost h\n", 1, "two things are named 'h'");
    assert_errors(HEAD "routine r(a, a)\n    log \"{a}\"\n", 1, "two parameters are named 'a'");
}

static void branches_may_let_the_same_name(void **state) {
    (void)state;
    assert_clean(HEAD "var c = true\ncoro a\n    if c\n        let x = 1\n    else\n"
                      "        let x = 2\n    log \"{x}\"\n");
}

static void locals_must_be_set_on_every_way(void **state) {
    (void)state;
    static const char with_handler[] = CORO "    connect c to port 80 timeout 1s\n    on timeout\n"
                                            "        %s\n    send c \"x\"\n";
    char text[256];
    (void)snprintf(text, sizeof(text), with_handler, "stop");
    assert_clean(text);
    (void)snprintf(text, sizeof(text), with_handler, "log \"late\"");
    assert_errors(text, 1, "'c' is possibly unset");
    assert_errors(CORO "    while now < 5ms\n        let x = 1\n    log \"{x}\"\n", 1,
                  "possibly unset");
    assert_clean(CORO "    repeat 2\n        let x = 1\n    log \"{x}\"\n");
    assert_clean(CORO "    repeat\n        let x = 1\n        break\n    log \"{x}\"\n");
    assert_errors(CORO "    log \"{x}\"\n    let x = 1\n", 1, "read before it is set");
}

static void a_recvall_leaves_what_came(void **state) {
    (void)state;
    static const char format[] = CORO "    connect c to port 80\n"
                                      "    recvall x from c size 4 timeout 1s\n    on %s\n"
                                      "        yield\n    log x\n";
    char text[256];
    (void)snprintf(text, sizeof(text), format, "timeout, closed");
    assert_clean(text);
    (void)snprintf(text, sizeof(text), format, "timeout, reset");
    assert_errors(text, 1, "'x' is possibly unset");
}

static void lines_that_nothing_reaches_are_told(void **state) {
    (void)state;
    assert_errors(CORO "    stop\n    yield\n    yield\n", 1, "this is never reached");
    assert_errors(CORO "    repeat\n        yield\n    yield\n", 1, "this is never reached");
    assert_errors(CORO "    while true\n        continue\n        yield\n", 1, "never reached");
    assert_errors(CORO "    break\n", 1, "'break' outside a loop");
    assert_clean(CORO "    repeat\n        yield\n        break\n    yield\n");
}

static void handlers_need_an_ending_to_handle(void **state) {
    (void)state;
    assert_errors(CORO "    wait s\n    on timeout\n        stop\n    signal s\n", 1,
                  "neither has its scheduler");
    assert_clean(HEAD "scheduler timeout 5s\ncoro a\n    wait s\n    on timeout\n        stop\n"
                      "    signal s\n");
    assert_clean(HEAD "scheduler on h timeout 5s\ncoro a on h\n    wait s\n    on timeout\n"
                      "        stop\n    signal s\n");
    assert_errors(HEAD "scheduler on h timeout 5s\ncoro b on h\n    yield\ncoro a\n    wait s\n"
                       "    on timeout\n        stop\n    signal s\n",
                  1, "unreachable handler");
    assert_errors(CORO "    yield\n    on failed\n        stop\n", 1, "unreachable handler");
    assert_errors(HEAD "queue q\ncoro a\n    put q 1\n    on full\n        stop\n", 1,
                  "no 'nowait'");
}

static void things_belong_to_one_host(void **state) {
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, HEAD "queue q\ncoro a on h\n    put q 1\n    call r()\n    wait s\n"
                             "routine r\n    drain q\nat 5ms\n    signal s\n");
    assert_string_equal(rendered_text(&parsed), "");
    assert_int_equal(parsed.scenario->queues[0].host, 0);
    assert_int_equal(parsed.scenario->signals[0].host, 0);
    assert_int_equal(parsed.scenario->world_blocks[0].statements[0].a.index, 0);
    free_parsed(&parsed);
    assert_errors(HEAD "queue q\ncoro a on h\n    put q 1\ncoro b on i\n    drain q\n", 1,
                  "queue 'q' is used on two hosts");
    assert_errors(HEAD "lock l\ncoro a on h\n    call r()\ncoro b on i\n    call r()\n"
                       "routine r\n    acquire l\n",
                  1, "'r' runs on both");
    assert_errors(HEAD "lock l[2]\ncoro a on h\n    acquire l[0]\n    release l[0]\n"
                       "coro b on i\n    acquire l[1]\n    release l[1]\n",
                  1, "lock 'l' is used on two hosts");
    assert_clean(HEAD "coro a on h\n    call r()\ncoro b on i\n    call r()\nroutine r\n"
                      "    yield\n");
}

static void elements_of_locks_are_checked(void **state) {
    (void)state;
    static const char format[] = HEAD "lock one\nlock l[3]\ncoro a\n    let i = 2\n    %s\n"
                                      "    release l[i]\n    acquire one\n    release one\n";
    static const char *const wrongs[][2] = {
        {"acquire l", "an array is acquired one element at a time: 'l[0]'"},
        {"release l", "an array is released one element at a time: 'l[0]'"},
        {"acquire one[0]", "'one' is not an array"},
        {"release one[i]", "'one' is not an array"},
        {"acquire l[3]", "'l' has elements 0 to 2, not 3"},
        {"acquire l[-1]", "'l' has elements 0 to 2, not -1"},
        {"acquire l[2ms]", "the number of an element is a number, but this is a duration"},
        {"release l[\"x\"]", "the number of an element is a number, but this is a text"},
        {"acquire l[j]", "unknown name 'j'"},
        {"acquire l[l]", "'l' is a lock, not a value"},
        {"acquire m[9]", "unknown lock 'm'"},
        {"acquire i[0]", "unknown lock 'i'"},
        {"set l[0] = 1", "'l' is a lock, not a value"},
        {"log \"{l[0]}\"", "'l' is a lock, not a value"},
    };
    char text[256];
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        (void)snprintf(text, sizeof(text), format, wrongs[i][0]);
        assert_errors(text, 1, wrongs[i][1]);
    }
    (void)snprintf(text, sizeof(text), format, "acquire l[i + index - 1]");
    assert_clean(text);
}

static void an_index_of_a_lock_reads_its_names(void **state) {
    (void)state;
    assert_clean(HEAD "lock l[2]\nvar v = 1\ncoro a\n    let i = 1\n    acquire l[i]\n"
                      "    release l[v]\n");
    assert_errors(HEAD "lock l[2]\ncoro a\n    acquire l[i]\n    let i = 1\n    release l[i]\n", 1,
                  "'i' is read before it is set");
}

static void calls_in_a_circle_are_told(void **state) {
    (void)state;
    assert_errors(CORO "    call r()\nroutine r\n    call s()\nroutine s\n    call r()\n", 1,
                  "'r' calls itself through others");
    assert_clean(CORO "    call r()\nroutine r\n    spawn s()\nroutine s\n    call r()\n");
}

static void arguments_are_counted(void **state) {
    (void)state;
    assert_errors(CORO "    spawn r(1)\nroutine r(a, b)\n    log \"{a}{b}\"\n", 1,
                  "'r' takes 2 arguments, not 1");
    assert_errors(CORO "    call a()\n", 1, "'a' is a coroutine, not a routine");
}

static void emit_and_iterate_go_together(void **state) {
    (void)state;
    assert_errors(CORO "    emit 1\n", 1, "'emit' outside a routine");
    assert_errors(CORO "    call r()\nroutine r\n    emit 1\n", 1, "take them with 'iterate");
    assert_clean(CORO "    iterate v from r\n        log \"{v}\"\nroutine r\n    emit 1\n");
}

static void unused_declarations_are_warned_of(void **state) {
    (void)state;
    assert_warning(HEAD "queue q\n", "queue 'q' is never used");
    assert_warning(CORO "    let x = 1\n", "local 'x' is never used");
    assert_warning(CORO "    wait s\n", "nothing sends signal 's'");
    assert_clean(HEAD "queue _q\ncoro a\n    connect c to port 80\n    recv x from c max 1\n");
}

static void initial_values_look_up_only(void **state) {
    (void)state;
    assert_clean(HEAD "var a = 1\nvar b = a + 1\nexpect b == 2\n");
    assert_errors(HEAD "var b = a\nvar a = 1\nexpect b == a\n", 1, "'a' has no value yet");
    assert_errors(HEAD "var b = now\nexpect b == 0ms\n", 1, "is a constant");
}

static void outcomes_are_constants_of_the_right_count(void **state) {
    (void)state;
    assert_clean(HEAD "var a = 1\noutcome a\nexpect outcomes\n    1\n    -2\n");
    assert_errors(HEAD "var a = 1\noutcome a\nexpect outcomes\n    1, 2\n    a\n", 2,
                  "an outcome has 1 value, not 2");
    assert_errors(HEAD "expect outcomes\n    1\n", 1, "no 'outcome' is declared");
}

static void too_many_locals_are_an_error(void **state) {
    (void)state;
    static char text[65536] = CORO;
    size_t length = strlen(text);
    for (unsigned i = 0; i <= SIM_LOCALS_MAX; i++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, "    let _v%u = 1\n", i);
    }
    assert_errors(text, 1, "more than 1024 names in one coroutine");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_resolve_to_what_they_name),
        cmocka_unit_test(a_name_of_two_types_is_of_any),
        cmocka_unit_test(types_follow_chains_of_names),
        cmocka_unit_test(unknown_names_are_told_once_a_coroutine),
        cmocka_unit_test(a_lost_line_mutes_what_it_may_have_set),
        cmocka_unit_test(reserved_words_are_no_names),
        cmocka_unit_test(two_things_of_one_name_are_told),
        cmocka_unit_test(branches_may_let_the_same_name),
        cmocka_unit_test(locals_must_be_set_on_every_way),
        cmocka_unit_test(a_recvall_leaves_what_came),
        cmocka_unit_test(lines_that_nothing_reaches_are_told),
        cmocka_unit_test(handlers_need_an_ending_to_handle),
        cmocka_unit_test(things_belong_to_one_host),
        cmocka_unit_test(elements_of_locks_are_checked),
        cmocka_unit_test(an_index_of_a_lock_reads_its_names),
        cmocka_unit_test(calls_in_a_circle_are_told),
        cmocka_unit_test(arguments_are_counted),
        cmocka_unit_test(emit_and_iterate_go_together),
        cmocka_unit_test(unused_declarations_are_warned_of),
        cmocka_unit_test(initial_values_look_up_only),
        cmocka_unit_test(outcomes_are_constants_of_the_right_count),
        cmocka_unit_test(too_many_locals_are_an_error),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
