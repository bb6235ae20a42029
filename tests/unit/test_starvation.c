/* test_starvation.c - who waits in vain while others go round, and who only seems to. */
#include "sim/explore/round.h"
#include "tests/unit/state_stage.h"

struct found {
    uint64_t livelocks;
    uint64_t starvations;
    uint32_t round_steps; /* of the first starvation, or else livelock */
    char starved[64];     /* in it, by name */
    bool is_complete;
    bool is_in_part;
};

static void add_names(const struct state_stage *stage, uint64_t starved, struct found *found) {
    const struct sim_instance *instance = stage->explorer.run->instances;
    for (; instance != NULL; instance = instance->next) {
        if ((starved & sim_round_bit(instance->process)) != 0) {
            assert_true(strlen(found->starved) + strlen(instance->name) + 2 <
                        sizeof found->starved);
            strcat(found->starved, found->starved[0] != '\0' ? " " : "");
            strcat(found->starved, instance->name);
        }
    }
}

/* The rounds kept must lead back to where they begin. */
static void assert_leads_back(struct state_stage *stage, struct sim_state_search *search,
                              const struct sim_state_rounds *rounds) {
    struct sim_state state;
    uint64_t hash = 0;
    sim_explorer_restart(&stage->explorer);
    for (uint32_t i = 0; i <= rounds->way.count; i++) {
        assert_int_not_equal(sim_explorer_next(&stage->explorer), SIM_NEXT_OVER);
        if (i == rounds->first || i == rounds->way.count) {
            assert_int_equal(sim_state_init(&state, &stage->counting.allocator, &stage->program,
                                            &stage->explorer.objects),
                             COG_OK);
            sim_state_read(&state, stage->explorer.run);
            assert_true(i == rounds->first || state.hash == hash);
            hash = state.hash;
            sim_state_term(&state);
        }
        if (i < rounds->way.count) {
            sim_state_search_take(search, rounds->way.steps[i]);
        }
    }
}

static struct found search_stage(struct state_stage *stage, uint32_t edge_count_max) {
    struct sim_state_search search;
    assert_int_equal(sim_state_search_init(&search, &stage->explorer, &stage->program), COG_OK);
    search.edge_count_max = edge_count_max;
    assert_int_equal(sim_state_search_run(&search), COG_OK);
    struct found found = {.livelocks = search.livelocks.count,
                          .starvations = search.starvations.count,
                          .is_complete = search.is_complete,
                          .is_in_part = search.has_looked_in_part};
    const struct sim_state_rounds *rounds =
        found.starvations > 0 ? &search.starvations : &search.livelocks;
    if (rounds->count > 0) {
        assert_leads_back(stage, &search, rounds);
        found.round_steps = rounds->way.count - rounds->first;
        add_names(stage, rounds->starved, &found);
    }
    sim_state_search_term(&search);
    return found;
}

static struct found look(const char *text) {
    struct state_stage stage;
    state_stage_open(&stage, text);
    struct found found = search_stage(&stage, 0);
    state_stage_close(&stage);
    return found;
}

static struct found look_at_file(const char *path) {
    struct state_stage stage;
    state_stage_open_file(&stage, path, NULL);
    struct found found = search_stage(&stage, 0);
    state_stage_close(&stage);
    return found;
}

static void assert_starves(const struct found *found, const char *who) {
    assert_true(found->starvations > 0);
    assert_string_equal(found->starved, who);
}

static void assert_nothing(const struct found *found) {
    assert_int_equal(found->livelocks, 0);
    assert_int_equal(found->starvations, 0);
    assert_true(found->is_complete);
    assert_false(found->is_in_part);
}

static void assert_livelock(const struct found *found) {
    assert_int_equal(found->starvations, 0);
    assert_true(found->livelocks > 0);
}

/* ---- Starved ---- */

static const char passing[] = "lock door\n"
                              "coro holder times 2 background\n    repeat\n"
                              "        acquire door\n        sleep 2ms\n        release door\n";

static void who_polls_for_a_lock_that_others_pass_to_each_other_starves(void **state) {
    (void)state;
    char text[512];
    (void)snprintf(text, sizeof text,
                   "%scoro guest\n    repeat\n        acquire door timeout 1ms\n"
                   "        on timeout\n            continue\n"
                   "        release door\n        break\n",
                   passing);
    struct found found = look(text);
    assert_starves(&found, "guest");
    assert_int_equal(found.livelocks, 0);
}

static void who_waits_in_line_for_it_does_not(void **state) {
    (void)state;
    char text[512];
    (void)snprintf(text, sizeof text, "%scoro guest\n    acquire door\n    release door\n",
                   passing);
    struct found found = look(text);
    assert_nothing(&found);
}

static void nor_where_no_time_passes(void **state) {
    (void)state;
    struct found found = look("lock door\n"
                              "coro holder times 2 background\n    repeat\n"
                              "        acquire door\n        yield\n        release door\n"
                              "coro guest\n    acquire door\n    release door\n");
    assert_nothing(&found);
}

static void a_writer_starves_where_readers_come_first(void **state) {
    (void)state;
    struct found found = look_at_file("scenarios/starvation/readers_first.scn");
    assert_starves(&found, "writer");
    found = look_at_file("scenarios/starvation/writer_is_let_in.scn");
    assert_nothing(&found);
}

/* Tickets: each is served in the order in which it was drawn. */
static void tickets_starve_nobody(void **state) {
    (void)state;
    static const char text[] = "var next = 0\nvar served = 0\n"
                               "coro other background\n    repeat\n"
                               "        let mine = next\n        set next = (next + 1) % 4\n"
                               "        while served != mine\n            wait turn\n"
                               "        sleep 1ms\n        set served = (served + 1) % 4\n"
                               "        signal turn\n"
                               "coro guest\n"
                               "    let mine = next\n    set next = (next + 1) % 4\n"
                               "    while served != mine\n        wait turn\n"
                               "    set served = (served + 1) % 4\n    signal turn\n";
    struct found found = look(text);
    assert_nothing(&found);
}

static void who_waits_for_what_never_comes_starves_while_others_go_on(void **state) {
    (void)state;
    struct found found = look("coro heart background\n    repeat\n        sleep 1ms\n"
                              "coro guest\n    wait go\n");
    assert_starves(&found, "guest");
    assert_int_equal(found.round_steps, 1); /* the time */
    found =
        look("var x = 0\ncoro busy background\n    repeat\n        set x = 1 - x\n        yield\n"
             "coro guest\n    wait go\n");
    assert_starves(&found, "guest");
}

static void the_one_who_is_waited_for_is_the_one_who_starves(void **state) {
    (void)state;
    struct found found = look("coro heart background\n    repeat\n        sleep 1ms\n"
                              "coro inner\n    spawn waits as one\n    join one\n"
                              "routine waits\n    repeat\n        wait go timeout 1ms\n"
                              "        on timeout\n            continue\n");
    assert_starves(&found, "waits");
}

/* ---- Not starved ---- */

static void two_who_step_aside_for_each_other_are_a_livelock(void **state) {
    (void)state;
    struct found found = look("shared left = 1\nshared right = 1\n"
                              "coro a\n    while right == 1\n        set left = 0\n"
                              "        set left = 1\n    set left = 0\n"
                              "coro b\n    while left == 1\n        set right = 0\n"
                              "        set right = 1\n    set right = 0\n");
    assert_livelock(&found);
}

static void who_waits_for_one_who_goes_round_does_not_starve_by_itself(void **state) {
    (void)state;
    struct found found = look("coro other\n    repeat\n        sleep 1ms\n");
    assert_livelock(&found);
    found = look("var x = 0\ncoro main_one\n    call spin\n"
                 "routine spin\n    repeat\n        set x = 1 - x\n        yield\n");
    assert_livelock(&found);
    found = look("coro main_one\n    spawn spin as s\n    join s\n"
                 "routine spin\n    repeat\n        sleep 1ms\n");
    assert_livelock(&found);
}

static void who_waits_for_a_time_that_never_comes_is_not_starved_by_others(void **state) {
    (void)state;
    struct found found =
        look("var x = 0\ncoro busy background\n    repeat\n        set x = 1 - x\n        yield\n"
             "coro guest\n    sleep 1ms\n");
    assert_livelock(&found);
}

static void a_heart_beats_in_the_background_for_no_longer_than_it_must(void **state) {
    (void)state;
    struct found found = look("coro heart background\n    repeat\n        sleep 1ms\n"
                              "coro guest\n    sleep 5ms\n    yield\n    sleep 5ms\n");
    assert_nothing(&found);
}

/* That the same is drawn for ever is nobody's order. */
static void a_way_round_with_a_draw_is_none(void **state) {
    (void)state;
    struct found found = look("var taken = 0\n"
                              "coro a times 2\n    repeat\n        set taken = taken + 1\n"
                              "        yield\n        let alone = taken == 1\n"
                              "        yield\n        set taken = taken - 1\n        if alone\n"
                              "            break\n        pick pause from 0, 1\n"
                              "        sleep pause * 1ms\n");
    assert_nothing(&found);
}

/* Without the draw they are always in step. */
static void without_it_there_is_one(void **state) {
    (void)state;
    struct found found = look("var taken = 0\n"
                              "coro a times 2\n    repeat\n        set taken = taken + 1\n"
                              "        yield\n        let alone = taken == 1\n"
                              "        yield\n        set taken = taken - 1\n        if alone\n"
                              "            break\n        sleep 1ms\n");
    assert_livelock(&found);
}

/* ---- Going round ---- */

/* Each of three passes the others over: they are fair only together. */
static const char together[] = "lock door\n"
                               "coro a times 3 background\n    repeat\n"
                               "        acquire door\n        yield\n        release door\n"
                               "coro guest\n    wait go\n";

static void ways_round_are_put_together(void **state) {
    (void)state;
    struct found found = look(together);
    assert_starves(&found, "guest");
    assert_true(found.round_steps >= 6);
}

static void what_is_not_looked_at_is_told(void **state) {
    (void)state;
    struct state_stage stage;
    state_stage_open(&stage, together);
    struct found found = search_stage(&stage, 5);
    assert_int_equal(found.starvations, 0);
    assert_true(found.is_complete);
    assert_true(found.is_in_part);
    state_stage_close(&stage);
}

static void no_allocation_is_missed_when_it_fails(void **state) {
    (void)state;
    int status = COG_ENOMEM;
    for (uint64_t fails_in = 1; status != COG_OK; fails_in++) {
        struct state_stage stage;
        struct sim_state_search search;
        state_stage_open(&stage, together);
        stage.counting.fails_at = stage.counting.call_count + fails_in;
        status = sim_state_search_init(&search, &stage.explorer, &stage.program);
        if (status == COG_OK) {
            status = sim_state_search_run(&search);
            sim_state_search_term(&search);
        }
        assert_true(status == COG_OK || status == COG_ENOMEM);
        stage.counting.fails_at = 0;
        state_stage_close(&stage);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_polls_for_a_lock_that_others_pass_to_each_other_starves),
        cmocka_unit_test(who_waits_in_line_for_it_does_not),
        cmocka_unit_test(nor_where_no_time_passes),
        cmocka_unit_test(a_writer_starves_where_readers_come_first),
        cmocka_unit_test(tickets_starve_nobody),
        cmocka_unit_test(who_waits_for_what_never_comes_starves_while_others_go_on),
        cmocka_unit_test(the_one_who_is_waited_for_is_the_one_who_starves),
        cmocka_unit_test(two_who_step_aside_for_each_other_are_a_livelock),
        cmocka_unit_test(who_waits_for_one_who_goes_round_does_not_starve_by_itself),
        cmocka_unit_test(who_waits_for_a_time_that_never_comes_is_not_starved_by_others),
        cmocka_unit_test(a_heart_beats_in_the_background_for_no_longer_than_it_must),
        cmocka_unit_test(a_way_round_with_a_draw_is_none),
        cmocka_unit_test(without_it_there_is_one),
        cmocka_unit_test(ways_round_are_put_together),
        cmocka_unit_test(what_is_not_looked_at_is_told),
        cmocka_unit_test(no_allocation_is_missed_when_it_fails),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
