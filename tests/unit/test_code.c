/* test_code.c - from tree to instructions: jumps lead where they should, and what cannot run is
 * refused with its place. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The text is right, but cannot run: what is found has this place and these words. */
static void assert_refused(const char *text, const char *place, const char *words) {
    char whole[1024];
    int length = snprintf(whole, sizeof whole, "scenario \"t\"\n%s", text);
    for (char *at = whole; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    struct play play;
    play_bytes(&play, whole, (size_t)length, NULL, 0);
    assert_non_null(play.scenario);
    assert_int_equal(play.status, COG_EUNSUPPORTED);
    struct sim_buffer rendered;
    sim_buffer_init(&rendered, cog_allocator_malloc());
    sim_diagnostics_render(&play.diagnostics, &play.source, (struct sim_render_options){0},
                           &rendered);
    char head[256];
    (void)snprintf(head, sizeof head, "t.scn:%s: error: this version of cogsim cannot run %s\n",
                   place, words);
    if (strstr(rendered.bytes, head) == NULL) {
        print_error("%s", rendered.bytes);
    }
    assert_non_null(strstr(rendered.bytes, head));
    sim_buffer_term(&rendered);
    play_close(&play);
}

static void what_cannot_run_is_refused_with_its_place(void **state) {
    (void)state;
    assert_refused("link a <-> b loss 2%\n", "2:14", "'loss'");
    assert_refused("link a <-> b duplicate 2%\n", "2:14", "'duplicate'");
    assert_refused("host a\nhost b\nat 1ms\n    clog a b\n", "5:5", "'clog'");
    assert_refused("host a\nat 1ms\n    crash a\n", "4:5", "'crash'");
    assert_refused("host a\nat 1ms\n    restart a\n", "4:5", "'restart'");
    assert_refused("host a\nat 1ms\n    step a clock 5ms\n", "4:5", "'step'");
    assert_refused("host a\nhost b\nat 1ms\n    link a -> b loss 2%\n", "5:17", "'loss'");
}

static void an_empty_otherwise_and_a_handler_at_the_end_lead_on(void **state) {
    (void)state;
    assert_plays("coro a\n"
                 "    repeat 2\n"
                 "        if 1 == 2\n"
                 "            log 'never'\n"
                 "    wait s timeout 1ms\n"
                 "    on timeout\n"
                 "        if 1 == 2\n"
                 "            log 'never'\n"
                 "coro b after 1h\n    signal s\n",
                 "");
}

static void loops_in_handlers_in_loops_jump_right(void **state) {
    (void)state;
    assert_plays("queue q\n"
                 "coro a\n"
                 "    let n = 0\n"
                 "    repeat 3\n"
                 "        get v from q nowait\n"
                 "        on empty\n"
                 "            let k = 0\n"
                 "            while k < 5\n"
                 "                set k = k + 1\n"
                 "                if k == 2\n"
                 "                    continue\n"
                 "                if k == 4\n"
                 "                    break\n"
                 "                set n = n + 1\n"
                 "            put q n\n"
                 "            continue\n"
                 "        log 'took {v}'\n"
                 "    log '{n}'\n",
                 "0ms a took 2\n0ms a 4\n");
}

static void handlers_of_handlers_serve_their_own_statement(void **state) {
    (void)state;
    assert_plays("queue q\nqueue full size 1\n"
                 "coro a\n"
                 "    put full 0\n"
                 "    get v from q nowait\n"
                 "    on empty\n"
                 "        put full 1 nowait\n"
                 "        on full\n"
                 "            log 'inner'\n"
                 "        log 'outer'\n"
                 "    log 'after'\n",
                 "0ms a inner\n0ms a outer\n0ms a after\n");
}

static void an_ending_without_its_handler_passes_the_others_by(void **state) {
    (void)state;
    assert_failures("coro a\n"
                    "    connect k to main port 9 timeout 5ms\n"
                    "    on timeout\n"
                    "        log 'never'\n"
                    "    log 'never'\n",
                    "3: a failed at 0ms (connect: the connection was refused)\n");
}

static void a_body_of_ten_thousand_statements_runs(void **state) {
    (void)state;
    static char text[400000];
    size_t used = (size_t)snprintf(text, sizeof text, "var n = 0\ncoro a\n");
    for (int i = 0; i < 10000; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "    set n = n + 1\n");
    }
    (void)snprintf(text + used, sizeof text - used, "expect n == 10000\n");
    assert_plays(text, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_run_is_refused_with_its_place),
        cmocka_unit_test(an_empty_otherwise_and_a_handler_at_the_end_lead_on),
        cmocka_unit_test(loops_in_handlers_in_loops_jump_right),
        cmocka_unit_test(handlers_of_handlers_serve_their_own_statement),
        cmocka_unit_test(an_ending_without_its_handler_passes_the_others_by),
        cmocka_unit_test(a_body_of_ten_thousand_statements_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
