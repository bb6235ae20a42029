/* test_liveness.c - which names of a coroutine may still be read, instruction by instruction. */
#include "sim/liveness.h"
#include "tests/unit/language_fixture.h"

#include <stdio.h>

/* The slots of a set by name, hidden ones as #: "r t #". */
static void describe(const struct sim_code *code, const uint64_t *set, char *text, size_t bytes) {
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t slot = 0; slot < code->slot_count; slot++) {
        if (sim_live_has(set, slot)) {
            const char *name =
                slot < code->source->local_count ? code->source->locals[slot].name : "#";
            used += (size_t)snprintf(text + used, bytes - used, "%s%s", used > 0 ? " " : "", name);
        }
    }
}

/* Of the first body of a text: what lives from each instruction on, and after / in each that waits.
 * Instructions are separated by "; ". */
static void assert_live(const char *text, const char *expected) {
    char whole[1024];
    (void)snprintf(whole, sizeof whole, "scenario \"t\"\n%s", text);
    for (char *at = whole; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    struct parsed parsed;
    struct sim_program program;
    parse_text(&parsed, whole);
    if (parsed.scenario == NULL) {
        print_error("%s", rendered_text(&parsed));
    }
    assert_non_null(parsed.scenario);
    assert_int_equal(sim_program_init(&program, &parsed.counting.allocator, parsed.scenario, NULL),
                     COG_OK);
    assert_int_equal(sim_program_find_live(&program), COG_OK);
    const struct sim_code *code = &program.coroutines[0];
    char found[1024] = "";
    for (uint32_t at = 0; at < code->count; at++) {
        char set[128];
        describe(code, sim_live_from(code, at), set, sizeof set);
        strcat(strcat(found, at > 0 ? "; " : ""), set);
        if (code->instructions[at].opcode == SIM_CODE_AWAIT) {
            describe(code, sim_live_after(code, at), set, sizeof set);
            strcat(strcat(found, " / "), set);
        }
    }
    assert_string_equal(found, expected);
    sim_program_term(&program);
    free_parsed(&parsed);
}

static void a_name_lives_from_where_it_is_set_to_where_it_is_read_last(void **state) {
    (void)state;
    assert_live(
        "shared x = 0\ncoro a\n    let r = x\n    set x = 5\n    set x = r\n    set x = 6\n",
        "; r; r; ; ");
}

static void setting_a_name_anew_ends_what_it_was(void **state) {
    (void)state;
    assert_live("shared x = 0\ncoro a\n    let r = 1\n    set r = 2\n    set x = r\n", "; ; r; ");
    assert_live("shared x = 0\ncoro a\n    let r = 1\n    set r = r + 1\n    set x = r\n",
                "; r; r; ");
}

static void either_way_of_a_branch_may_read_it(void **state) {
    (void)state;
    assert_live(
        "shared x = 0\ncoro a\n    let r = 1\n    let s = 2\n    if x == 0\n        set x = r\n"
        "    else\n        set x = s\n    set x = 3\n",
        "; r; r s; r; ; s; ; ");
}

static void a_loop_may_come_round_to_it(void **state) {
    (void)state;
    /* let, test, set, jump, end */
    assert_live("shared x = 0\ncoro a\n    let r = 1\n    while x < 3\n        set x = r\n",
                "; r; r; r; ");
}

static void the_count_of_a_loop_lives_within_it(void **state) {
    (void)state;
    /* let n, start, down, let t, set, jump, end */
    assert_live("shared x = 0\ncoro a\n    let n = 3\n    repeat n\n        let t = x\n"
                "        set x = t + 1\n",
                "; n; #; #; t #; #; ");
}

static void what_is_awaited_sets_its_target(void **state) {
    (void)state;
    assert_live("queue q\ncoro a\n    let v = 1\n    get v from q\n    put q v\n", ";  / ; v / ; ");
}

static void what_makes_an_operation_is_not_read_while_it_waits(void **state) {
    (void)state;
    assert_live("queue q\ncoro a\n    let v = 1\n    put q v\n    put q 2\n", "; v / ;  / ; ");
}

static void a_handler_may_read_what_success_would_set(void **state) {
    (void)state;
    /* let, get, jump, put (handler), jump, end */
    assert_live("queue q\ncoro a\n    let v = 1\n    get v from q timeout 1ms\n    on timeout\n"
                "        put q v\n",
                "; v / v; ; v / ; ; ");
}

static void an_index_of_a_target_is_read_when_the_result_comes(void **state) {
    (void)state;
    assert_live("queue q\nvar x[3] = 0\ncoro a\n    let i = 1\n    get x[i] from q\n", "; i / i; ");
}

static void who_returns_reads_no_more(void **state) {
    (void)state;
    assert_live("shared x = 0\ncoro a\n    let r = 1\n    if x == 0\n        stop\n    set x = r\n",
                "; r; ; r; ");
}

static void names_in_texts_are_read(void **state) {
    (void)state;
    assert_live("coro a\n    let r = 1\n    log 'r is {r}'\n", "; r; ");
}

static void the_producer_of_an_iterate_lives_until_it_is_closed(void **state) {
    (void)state;
    /* let, open, await, jump (out), set, jump (round), close, end */
    assert_live("var x = 0\nroutine numbers(n)\n    emit n\n"
                "coro a\n    let n = 3\n    iterate v from numbers(n)\n        set x = v\n",
                "; n; # / #; #; v #; #; #; ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_lives_from_where_it_is_set_to_where_it_is_read_last),
        cmocka_unit_test(setting_a_name_anew_ends_what_it_was),
        cmocka_unit_test(either_way_of_a_branch_may_read_it),
        cmocka_unit_test(a_loop_may_come_round_to_it),
        cmocka_unit_test(the_count_of_a_loop_lives_within_it),
        cmocka_unit_test(what_is_awaited_sets_its_target),
        cmocka_unit_test(what_makes_an_operation_is_not_read_while_it_waits),
        cmocka_unit_test(a_handler_may_read_what_success_would_set),
        cmocka_unit_test(an_index_of_a_target_is_read_when_the_result_comes),
        cmocka_unit_test(who_returns_reads_no_more),
        cmocka_unit_test(names_in_texts_are_read),
        cmocka_unit_test(the_producer_of_an_iterate_lives_until_it_is_closed),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
