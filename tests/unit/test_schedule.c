/* test_schedule.c - the lines of a schedule, read and written. */
#include "sim/schedule.h"

#include "tests/unit/language_fixture.h"

static void lines_are_kept_without_blanks_and_comments(void **state) {
    (void)state;
    struct sim_schedule schedule;
    static const char text[] = "# a way\n\n  left: set x  \r\n\tpick coin: 2\nmain/work#2: start";
    uint32_t line = 0;
    sim_schedule_init(&schedule, cog_allocator_malloc());
    assert_int_equal(sim_schedule_read(&schedule, text, sizeof text - 1, &line), COG_OK);
    assert_int_equal(schedule.count, 3);
    assert_string_equal(schedule.entries[0].text, "left: set x");
    assert_int_equal(schedule.entries[0].line, 3);
    assert_string_equal(schedule.entries[1].text, "pick coin: 2");
    assert_string_equal(schedule.entries[2].text, "main/work#2: start");
    assert_int_equal(schedule.entries[2].line, 5);
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_schedule_write(&schedule, 2, &buffer);
    assert_string_equal(buffer.bytes, "  left: set x\n  pick coin: 2\n  main/work#2: start\n");
    sim_buffer_term(&buffer);
    sim_schedule_cut(&schedule, 1);
    assert_int_equal(schedule.count, 1);
    sim_schedule_term(&schedule);
}

static void what_is_no_line_is_told_with_its_number(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t line;
    } cases[] = {
        {"left", 1}, {"left: a\n: b", 2}, {"left:a", 1}, {"a: b\n\nleft:", 3}, {"left: ", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim_schedule schedule;
        uint32_t line = 0;
        sim_schedule_init(&schedule, cog_allocator_malloc());
        assert_int_equal(sim_schedule_read(&schedule, cases[i].text, strlen(cases[i].text), &line),
                         COG_EINVALID);
        assert_int_equal(line, cases[i].line);
        sim_schedule_term(&schedule);
    }
}

static void the_block_of_a_scenario_is_one(void **state) {
    (void)state;
    struct parsed parsed;
    struct sim_schedule schedule;
    uint32_t line = 0;
    parse_text(&parsed, "scenario \"t\"\ncoro a\n    yield\nschedule\n    a: start\n    # no\n    "
                        "a: after yield\n");
    assert_non_null(parsed.scenario);
    sim_schedule_init(&schedule, cog_allocator_malloc());
    assert_int_equal(sim_schedule_of_scenario(&schedule, parsed.scenario, &line), COG_OK);
    assert_int_equal(schedule.count, 2);
    assert_string_equal(schedule.entries[1].text, "a: after yield");
    assert_int_equal(schedule.entries[1].line, 7);
    sim_schedule_term(&schedule);
    free_parsed(&parsed);
}

static void many_decisions_of_production_are_one_line(void **state) {
    (void)state;
    static const uint64_t choices[] = {0, 0, 0, 1, 0, 0, 0, 0, 0, 2};
    struct sim_schedule recorded;
    struct sim_schedule folded;
    struct sim_buffer text;
    sim_schedule_init(&recorded, cog_allocator_malloc());
    sim_schedule_init(&folded, cog_allocator_malloc());
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        assert_int_equal(sim_schedule_add(&recorded, "a: b", 4, 0), COG_OK);
        recorded.entries[i].choice = choices[i];
    }
    assert_int_equal(sim_schedule_add_folded(&folded, &recorded), COG_OK);
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_schedule_write(&folded, 0, &text);
    assert_string_equal(text.bytes, "a: b\na: b\na: b\na: b\nproduction: 5\na: b\n");
    assert_int_equal(folded.entries[4].production_count, 5);
    assert_int_equal(folded.entries[3].choice, 1);
    sim_buffer_term(&text);
    sim_schedule_term(&folded);
    sim_schedule_term(&recorded);
}

static void a_coroutine_may_be_called_production(void **state) {
    (void)state;
    struct sim_schedule schedule;
    uint32_t line;
    static const char text[] = "production: set x\nproduction: 3\nproduction: 3 x\n";
    sim_schedule_init(&schedule, cog_allocator_malloc());
    assert_int_equal(sim_schedule_read(&schedule, text, strlen(text), &line), COG_OK);
    assert_int_equal(schedule.entries[0].production_count, 0);
    assert_int_equal(schedule.entries[1].production_count, 3);
    assert_int_equal(schedule.entries[2].production_count, 0);
    sim_schedule_term(&schedule);
}

static void a_line_may_fail_for_want_of_memory(void **state) {
    (void)state;
    for (int64_t countdown = 0; countdown < 3; countdown++) {
        struct counting_allocator counting;
        struct sim_schedule schedule;
        counting_allocator_init(&counting);
        counting.fails_at = (uint64_t)countdown + 1;
        sim_schedule_init(&schedule, &counting.allocator);
        int status = sim_schedule_add(&schedule, "a: b", 4, 1);
        assert_int_equal(status, countdown < 2 ? COG_ENOMEM : COG_OK);
        sim_schedule_term(&schedule);
        assert_int_equal(counting.live_bytes, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_kept_without_blanks_and_comments),
        cmocka_unit_test(what_is_no_line_is_told_with_its_number),
        cmocka_unit_test(the_block_of_a_scenario_is_one),
        cmocka_unit_test(many_decisions_of_production_are_one_line),
        cmocka_unit_test(a_coroutine_may_be_called_production),
        cmocka_unit_test(a_line_may_fail_for_want_of_memory),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
