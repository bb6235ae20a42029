/* test_declared.c - what a scenario declares, by number and by place. */
#include "sim/declared.h"
#include "tests/unit/language_fixture.h"

static const char text[] = "scenario \"t\"\n"
                           "link a -> b latency 1ms..5ms\n"
                           "link b -> a latency 3ms\n"
                           "at 10ms\n"
                           "    partition a b\n"
                           "at 20ms..30ms\n"
                           "    heal a b\n"
                           "    link b -> a latency 2ms..4ms\n"
                           "coro one on a\n"
                           "    sleep 1ms\n"
                           "explore vary size faults\n";

static void ranges_and_faults_are_found_in_order(void **state) {
    (void)state;
    static const struct {
        enum sim_declared_kind kind;
        uint32_t line;
    } expected[] = {
        {SIM_DECLARED_LATENCY, 2}, {SIM_DECLARED_PARTITION, 5}, {SIM_DECLARED_TIME, 6},
        {SIM_DECLARED_LATENCY, 8}, {SIM_DECLARED_SIZE, 11},     {SIM_DECLARED_FAULTS, 11},
    };
    enum { COUNT = sizeof expected / sizeof expected[0] };
    struct parsed parsed;
    parse_text(&parsed, text);
    assert_non_null(parsed.scenario);
    assert_int_equal(sim_declared_count(parsed.scenario), COUNT);
    struct sim_declared declared;
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(sim_declared_get(parsed.scenario, i, &declared));
        assert_int_equal(declared.kind, expected[i].kind);
        assert_int_equal(sim_line_number(declared.place.line), expected[i].line);
        assert_int_equal(sim_declared_find(parsed.scenario, declared.what), i);
    }
    assert_false(sim_declared_get(parsed.scenario, COUNT, &declared));
    assert_int_equal(sim_declared_find(parsed.scenario, &declared), SIM_NONE);
    free_parsed(&parsed);
}

static void only_what_is_declared_can_play(void **state) {
    (void)state;
    unsigned char played[2] = {0, 0};
    sim_declared_plays(played, SIM_NONE);
    sim_declared_plays(NULL, 0);
    assert_int_equal(played[0] + played[1], 0);
    sim_declared_plays(played, 1);
    assert_int_equal(played[0], 0);
    assert_int_equal(played[1], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_and_faults_are_found_in_order),
        cmocka_unit_test(only_what_is_declared_can_play),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
