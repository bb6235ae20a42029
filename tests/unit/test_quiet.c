/* test_quiet.c - where a body goes on without touching anything that others could see.
 *
 * A word for each instruction of a body: f, to go on with it is quiet; a, so is to be resumed with
 * its result; b, so is all but its accesses; or a dot. The last one is its end.
 */
#include "sim/quiet.h"

#include "tests/unit/exploration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void write_quiet(const struct sim_code *code, struct sim_buffer *buffer) {
    for (uint32_t at = 0; at < code->count; at++) {
        unsigned quiet = code->quiet[at];
        sim_buffer_add_format(buffer, "%s%s%s%s%s", at > 0 ? " " : "", quiet == 0 ? "." : "",
                              (quiet & SIM_QUIET_FROM) != 0 ? "f" : "",
                              (quiet & SIM_QUIET_AFTER) != 0 ? "a" : "",
                              (quiet & SIM_QUIET_BUT) != 0 ? "b" : "");
    }
}

struct body {
    const char *text; /* a statement a line, without the indentation of the first ones */
    const char *quiet;
};

enum { TEXT_BYTES = 2048 };

/* The body of the coroutine `subject`, or with is_routine the routine of that name, in a scenario
 * with this beside it. */
static void assert_quiet(const struct body *body, bool is_routine, const char *beside) {
    char text[TEXT_BYTES];
    struct exploration exploration;
    struct sim_buffer quiet;
    int length =
        snprintf(text, sizeof text,
                 "shared x = 0\nshared few[2] = 0\nvar p = 0\nvar many[2] = 0\nqueue jobs\n"
                 "channel news\nlock door\nlock doors[2]\n"
                 "routine child()\n    return 1\n%s%s\n    %s\n",
                 beside, is_routine ? "routine subject()" : "coro subject", body->text);
    assert_in_range(length, 1, TEXT_BYTES - 1);
    exploration_open(&exploration, text, SIM_VARY_ORDER);
    sim_buffer_init(&quiet, cog_allocator_malloc());
    const struct sim_program *program = &exploration.program;
    write_quiet(is_routine ? &program->routines[exploration.scenario->routine_count - 1]
                           : &program->coroutines[exploration.scenario->coroutine_count - 1],
                &quiet);
    if (strcmp(quiet.bytes, body->quiet) != 0) {
        print_error("%s\n", body->text);
    }
    assert_string_equal(quiet.bytes, body->quiet);
    sim_buffer_term(&quiet);
    exploration_close(&exploration);
}

static void assert_all_quiet(const struct body *bodies, size_t count, const char *beside) {
    for (size_t i = 0; i < count; i++) {
        assert_quiet(&bodies[i], false, beside);
    }
}

#define COUNT(bodies) (sizeof(bodies) / sizeof((bodies)[0]))

static void own_names_are_quiet_and_shared_variables_wait_first(void **state) {
    (void)state;
    static const struct body bodies[] = {
        {"let own = 1", "fb f"},
        {"let own = 1\n    set own = own * 2", "fb fb f"},
        {"set x = 1", "fb f"},
        {"let own = x", "fb f"},
        {"set p = 1", ". f"},
        {"let own = p", ". f"},
        {"set p = x", "f f"},
        {"let own = x + p", "f f"},
        {"let own = p + x", ". f"},
        {"let own = few[x]", "fb f"},
        {"let own = few[p]", ". f"},
        {"let own = many[0]", ". f"},
        {"set few[x] = 1", "fb f"},
        {"set few[p] = 1", ". f"},
        {"set few[p] = x", "f f"},
        {"set x = 1\n    set p = 1", "f . f"},
        {"let own = 1\n    set p = own", ". . f"},
        {"add 1 to x", "fb f"},
        {"add 1 to few[x] as own", "fb f"},
        {"add p to x", ". f"},
        {"swap x with 1 as p", "f f"},
        {"cas x from p to 1 as went", ". f"},
        {"cas x from 0 to few[0] as went", "fb f"},
        {"check x == 1", "fb f"},
        {"check p == 1", ". f"},
        {"log 'x is {x}'", "fb f"},
        {"log '{x} {p}'", "f f"},
        {"log '{p} {x}'", ". f"},
        {"fail 'so it is'", ". f"},
        {"stop", "f f"},
    };
    assert_all_quiet(bodies, COUNT(bodies), "");
}

static void waits_are_quiet_where_nobody_sees_them(void **state) {
    (void)state;
    static const struct body bodies[] = {
        {"yield", "fa f"},
        {"yield\n    set p = 1", "f . f"},
        {"sleep 1ms", "fa f"},
        {"sleep x * 1ms", "fa f"},
        {"sleep p * 1ms", "a f"},
        {"acquire door\n    release door", "fb fb f"},
        {"acquire doors[x]\n    release doors[x]", "fb fb f"},
        {"acquire doors[p]\n    release doors[p]", ". . f"},
        {"acquire door timeout 1ms", ". f"},
        {"put jobs 1", "a f"},
        {"put jobs 1\n    set p = 1", ". . f"},
        {"get own from jobs", "a f"},
        {"get p from jobs", ". f"},
        {"wait bell as own", "a f"},
        {"wait bell as p", ". f"},
        {"signal bell", ". f"},
        {"publish news 1", "a f"},
        {"subscribe news\n    fetch own from news", ". a f"},
        {"subscribe news\n    fetch p from news", ". . f"},
        {"call child() as own", ". f"},
        {"spawn child() as own\n    join own as number", "a fab f"},
        {"spawn child() as own\n    join own as p", "a f f"},
        {"spawn child() as own\n    join own timeout 1ms as number", ". a f"},
        {"spawn child() as p", ". f"},
    };
    assert_all_quiet(bodies, COUNT(bodies), "");
}

static void a_default_timeout_makes_locks_and_joins_wait_in_line(void **state) {
    (void)state;
    static const struct body bodies[] = {
        {"acquire door", ". f"},
        {"acquire doors[x]", ". f"},
        {"acquire door timeout none", "fb f"},
        {"release door", "fb f"},
        {"spawn child() as own\n    join own as number", ". a f"},
        {"spawn child() as own\n    join own timeout none as number", "a fab f"},
    };
    assert_all_quiet(bodies, COUNT(bodies), "scheduler timeout 1s\n");
}

static void a_draw_is_a_step_and_what_follows_may_be_quiet(void **state) {
    (void)state;
    static const struct body bodies[] = {
        {"pick own from 1, 2", "fa f"},      {"pick own from x, 2", "fa f"},
        {"pick p from 1, 2", "f f"},         {"pick own from p, 2", "f f"},
        {"pick own from x, few[0]", "fa f"}, {"pick own from 1, 2\n    set p = own", "f . f"},
    };
    assert_all_quiet(bodies, COUNT(bodies), "");
}

static void every_way_that_control_can_go_counts(void **state) {
    (void)state;
    static const struct body bodies[] = {
        {"if x == 0\n        log 'one'", "fb fb f"},
        {"if x == 0\n        set p = 1", "f . f"},
        {"if p == 0\n        log 'one'", ". fb f"},
        {"if index == 1\n        log 'one'\n    else\n        set p = 1", ". fb f . f"},
        {"if index == 1\n        log 'one'\n    else\n        yield", "fb fb f fa f"},
        {"if index == 1 and x == 1\n        log 'one'", "fb fb f"},
        {"if index == 1 or p == 1\n        log 'one'", ". fb f"},
        {"if x == 1 and p == 1\n        log 'one'", "f fb f"},
        {"while true\n        let own = 1", "fb fb f f"},
        {"while x == 0\n        yield\n        set p = 1", "fb f . f f"},
        {"repeat 3\n        yield", "fb f fa f f"},
        {"repeat 3\n        set p = 1", ". . . . f"},
        {"repeat x\n        set p = 1", "f . . . f"},
        {"repeat p\n        yield", ". f fa f f"},
    };
    assert_all_quiet(bodies, COUNT(bodies), "");
}

static void so_does_every_ending_that_is_handled(void **state) {
    (void)state;
    static const struct body bodies[] = {
        {"put jobs 1 timeout 1ms\n    on timeout\n        log 'late'", "a f fb f f"},
        {"put jobs 1 timeout 1ms\n    on timeout\n        set p = 1", ". f . f f"},
        {"put jobs 1 timeout p * 1ms\n    on timeout\n        log 'late'", "a f fb f f"},
        {"get own from jobs timeout 1ms\n    on timeout\n        set x = 1", "a f fb f f"},
    };
    assert_all_quiet(bodies, COUNT(bodies), "");
}

static void an_end_that_others_see_is_not(void **state) {
    (void)state;
    static const struct body cut_off[] = {
        {"let own = 1", ". ."},
        {"yield", "f ."},
        {"set x = 1", "f ."},
        {"stop", ". ."},
        {"acquire door\n    release door", "f f ."},
        {"repeat 2\n        set x = 1", "f . f . ."},
        {"repeat index\n        set x = 1", ". . f . ."},
        {"while true\n        yield", ". f . ."},
    };
    assert_all_quiet(cut_off, COUNT(cut_off), "coro other background\n    yield\n");
    static const struct body sockets[] = {
        {"listen gate port 80", ". ."},
        {"set x = 1\n    listen gate port 80", "f . ."},
    };
    assert_all_quiet(sockets, COUNT(sockets), "");
    static const struct body routines[] = {
        {"let own = 1\n    return own", ". . ."},
        {"yield\n    return 1", "f . ."},
        {"set x = 1\n    return 1", "f . ."},
    };
    for (size_t i = 0; i < COUNT(routines); i++) {
        assert_quiet(&routines[i], true, "");
    }
}

static void lines_are_quiet_unless_their_order_is_looked_at(void **state) {
    (void)state;
    static const struct body bodies[] = {{"log 'one'", ". f"}, {"log '{x}'", "f f"}};
    assert_all_quiet(bodies, COUNT(bodies), "expect 'one' before 'two' or no log 'one'\n");
    static const struct body others[] = {{"log 'one'", "fb f"}};
    assert_all_quiet(others, COUNT(others), "expect log 'one' times 1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_names_are_quiet_and_shared_variables_wait_first),
        cmocka_unit_test(waits_are_quiet_where_nobody_sees_them),
        cmocka_unit_test(a_default_timeout_makes_locks_and_joins_wait_in_line),
        cmocka_unit_test(a_draw_is_a_step_and_what_follows_may_be_quiet),
        cmocka_unit_test(every_way_that_control_can_go_counts),
        cmocka_unit_test(so_does_every_ending_that_is_handled),
        cmocka_unit_test(an_end_that_others_see_is_not),
        cmocka_unit_test(lines_are_quiet_unless_their_order_is_looked_at),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
