/* test_state.c - which states are one, and which are two. */
#include "tests/unit/state_stage.h"

/* ---- One ---- */

static void different_orders_lead_to_one_state(void **state) {
    (void)state;
    assert_one_state("shared x = 0\nshared y = 0\n"
                     "coro a\n    set x = 1\n    set x = 2\ncoro b\n    set y = 1\n",
                     "ab", "ba");
}

static void a_local_that_is_not_read_any_more_does_not_count(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\nshared y = 0\n"
                               "coro a\n    let r = x\n    check r < 2\n    set y = 1\n"
                               "coro b\n    set x = 1\n";
    assert_one_state(text, "ab", "ba");
}

static void who_waits_for_a_signal_longer_does_not_count(void **state) {
    (void)state;
    assert_one_state("coro a\n    wait s\ncoro b\n    wait s\ncoro c\n    signal s\n", "ab", "ba");
}

static void a_text_counts_by_its_content(void **state) {
    (void)state;
    static const char text[] = "var x = ''\nshared y = 0\n"
                               "coro a\n    set y = 1\n    set x = 'n{1 + 1}'\n"
                               "coro b\n    set y = 1\n    set x = 'n{2}'\n";
    assert_one_state(text, "ab", "ba");
}

static void a_log_that_nobody_looks_at_does_not_count(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\n"
                               "coro a\n    let r = x\n    log '{r}'\n    set x = 2\n"
                               "coro b\n    set x = 1\n";
    assert_one_state(text, "ab", "ba");
}

static void only_how_long_until_a_deadline_counts(void **state) {
    (void)state;
    static const char text[] = "coro a\n    repeat\n        sleep 5ms\n";
    assert_one_state(text, ".", "..");
    assert_one_state(text, "", "..");
}

static void what_an_ended_coroutine_returned_counts_for_joins_only(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\n"
                               "routine work()\n    let r = x\n    return r\n"
                               "coro a\n    call work() as r\n    set x = 5\n"
                               "coro b\n    set x = 1\n    set x = 2\n";
    struct state_stage stage;
    state_stage_open(&stage, text);
    (void)state_stage_go(&stage, "a");
    sim_explorer_take(&stage.explorer, state_stage_find(&stage, "work"));
    (void)sim_explorer_next(&stage.explorer);
    struct sim_state states[2];
    for (int i = 0; i < 2; i++) {
        (void)state_stage_go(&stage, i == 0 ? "ab" : "a");
        sim_explorer_take(&stage.explorer, state_stage_find(&stage, "work"));
        (void)sim_explorer_next(&stage.explorer);
        if (i == 1) {
            sim_explorer_take(&stage.explorer, state_stage_find(&stage, "b"));
            (void)sim_explorer_next(&stage.explorer);
        }
        assert_int_equal(sim_state_init(&states[i], &stage.counting.allocator, &stage.program,
                                        &stage.explorer.objects),
                         COG_OK);
        assert_false(states[i].rules.keeps_results);
        sim_state_read(&states[i], stage.explorer.run);
    }
    assert_true(states[0].hash == states[1].hash);
    sim_state_term(&states[0]);
    sim_state_term(&states[1]);
    state_stage_close(&stage);
}

/* ---- Two ---- */

static void a_variable_counts(void **state) {
    (void)state;
    assert_two_states("shared x = 0\ncoro a\n    set x = 1\ncoro b\n    set x = 2\n", "ab", "ba");
}

static void an_element_counts_by_its_place(void **state) {
    (void)state;
    assert_true(
        state_hash_of("shared x[2] = 0\ncoro a\n    set x[0] = 1\n    set x[1] = 0\n", "a") !=
        state_hash_of("shared x[2] = 0\ncoro a\n    set x[1] = 1\n    set x[1] = 0\n", "a"));
}

static void a_local_that_will_be_read_counts(void **state) {
    (void)state;
    assert_two_states("shared x = 0\nshared y = 0\n"
                      "coro a\n    let r = x\n    set y = r\n"
                      "coro b\n    set x = 1\n",
                      "ab", "ba");
}

static void what_a_statement_under_way_has_read_counts(void **state) {
    (void)state;
    assert_two_states("shared x = 0\nshared y = 0\nshared z = 0\n"
                      "coro a\n    set z = x + y\n"
                      "coro b\n    set x = 1\n",
                      "ab", "ba");
}

static void how_often_a_loop_goes_round_yet_counts(void **state) {
    (void)state;
    assert_two_states("shared x = 0\ncoro a\n    repeat 3\n        set x = 1\n", "a", "aa");
}

static void where_a_coroutine_stands_counts(void **state) {
    (void)state;
    assert_two_states("shared x = 0\ncoro a\n    set x = 1\n    set x = 1\n    set x = 1\n", "a",
                      "aa");
}

static void the_items_of_a_queue_count_in_their_order(void **state) {
    (void)state;
    assert_two_states("queue q\ncoro a\n    put q 1\ncoro b\n    put q 2\n", "ab", "ba");
}

static void who_gets_first_counts(void **state) {
    (void)state;
    assert_two_states("queue q\ncoro a\n    get v from q\ncoro b\n    get v from q\n"
                      "coro c\n    put q 1\n",
                      "ab", "ba");
}

static void who_puts_first_counts(void **state) {
    (void)state;
    assert_two_states("queue q size 1\ncoro a\n    put q 1\ncoro b\n    put q 1\n"
                      "coro c\n    put q 0\n    get v from q\n",
                      "cab", "cba");
}

static void what_is_not_done_counts_where_a_queue_is_drained(void **state) {
    (void)state;
    static const char head[] =
        "queue q\ncoro a\n    put q 1\n    get v from q\n    yield\n    done q\n";
    char drained[256];
    (void)snprintf(drained, sizeof drained, "%scoro b\n    drain q\n", head);
    struct state_stage stage;
    state_stage_open(&stage, drained);
    struct sim_state before;
    struct sim_state after;
    (void)state_stage_go(&stage, "");
    assert_int_equal(
        sim_state_init(&before, &stage.counting.allocator, &stage.program, &stage.explorer.objects),
        COG_OK);
    sim_state_read(&before, stage.explorer.run);
    (void)state_stage_go(&stage, "a");
    assert_int_equal(
        sim_state_init(&after, &stage.counting.allocator, &stage.program, &stage.explorer.objects),
        COG_OK);
    sim_state_read(&after, stage.explorer.run);
    uint32_t queue = stage.explorer.objects.queues;
    assert_true(before.parts[queue].hash != after.parts[queue].hash);
    sim_state_term(&before);
    sim_state_term(&after);
    state_stage_close(&stage);
}

static void that_somebody_waits_counts(void **state) {
    (void)state;
    static const char text[] = "coro a\n    wait s\ncoro b\n    wait s\ncoro c\n    signal s\n";
    assert_two_states(text, "a", "");
    assert_two_states(text, "a", "b");
}

static void which_parked_signal_is_served_first_counts(void **state) {
    (void)state;
    assert_two_states("coro a\n    signal s recipients 1\ncoro b\n    signal s recipients 1\n"
                      "coro c\n    wait s\n",
                      "ab", "ba");
}

static void how_long_until_a_deadline_counts(void **state) {
    (void)state;
    assert_true(state_hash_of("coro a\n    wait s timeout 5ms\n    on timeout\n        stop\n"
                              "coro b\n    sleep 1s\n    signal s\n",
                              "a") !=
                state_hash_of("coro a\n    wait s timeout 6ms\n    on timeout\n        stop\n"
                              "coro b\n    sleep 1s\n    signal s\n",
                              "a"));
}

static void the_time_counts_where_somebody_reads_it(void **state) {
    (void)state;
    assert_two_states("coro a\n    repeat\n        sleep 5ms\n        check now > 0ms\n", ".",
                      "..");
    assert_two_states("coro a\n    repeat\n        sleep 5ms\nexpect end at 3s\n", ".", "..");
    assert_two_states("var x = 0\ncoro a\n    repeat\n        sleep 5ms\nat 1s\n    set x = 1\n",
                      ".", "..");
    assert_two_states("coro a\n    repeat\n        sleep 5ms\ncoro b after 1s\n    yield\n", ".",
                      "..");
}

static void the_holder_of_a_lock_counts(void **state) {
    (void)state;
    struct state_stage stage;
    state_stage_open(&stage, "lock door\nshared x = 0\n"
                             "coro a\n    acquire door\n    set x = 1\n    release door\n"
                             "coro b\n    acquire door\n    set x = 1\n    release door\n");
    uint64_t hashes[3];
    static const char *const ways[] = {"", "a", "b"};
    for (int i = 0; i < 3; i++) {
        struct sim_state read;
        (void)state_stage_go(&stage, ways[i]);
        assert_int_equal(sim_state_init(&read, &stage.counting.allocator, &stage.program,
                                        &stage.explorer.objects),
                         COG_OK);
        sim_state_read(&read, stage.explorer.run);
        hashes[i] = read.parts[stage.explorer.objects.locks].hash;
        sim_state_term(&read);
    }
    assert_true(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2]);
    state_stage_close(&stage);
}

static void the_messages_of_a_channel_count(void **state) {
    (void)state;
    assert_two_states("channel c\ncoro a\n    publish c 1\ncoro b\n    publish c 2\n", "ab", "ba");
}

static void how_far_a_subscriber_has_read_counts(void **state) {
    (void)state;
    /* Whether it has fetched before it subscribes again, or not, the message is there and it stands
     * at the same place. */
    static const char text[] = "channel c\n"
                               "coro a\n    subscribe c\n    fetch v from c\n    subscribe c\n"
                               "    fetch v from c\n"
                               "coro b\n    publish c 1\n";
    assert_two_states(text, "ab", "ba");
}

static void a_log_counts_as_far_as_an_expectation_looks_at_it(void **state) {
    (void)state;
    static const char body[] = "shared x = 0\n"
                               "coro a\n    set x = 1\n    log 'a'\n    set x = 1\n"
                               "coro b\n    set x = 1\n    log 'b'\n    set x = 1\n";
    char text[512];
    assert_one_state(body, "ab", "ba");
    (void)snprintf(text, sizeof text, "%sexpect log 'a'\n", body);
    assert_one_state(text, "ab", "ba");
    (void)snprintf(text, sizeof text, "%sexpect 'a' before 'b' or 'b' before 'a'\n", body);
    assert_two_states(text, "ab", "ba");
    (void)snprintf(text, sizeof text, "%snormally 'a' before 'b'\n", body);
    assert_one_state(text, "ab", "ba");
}

static void a_check_that_has_failed_counts_once(void **state) {
    (void)state;
    static const char text[] = "shared x = 0\n"
                               "coro a\n    repeat\n        let r = x\n        check r == 0\n"
                               "coro b\n    set x = 1\n    set x = 0\n    set x = 1\n";
    assert_two_states(text, "baba", "bba");
    assert_one_state(text, "baba", "baaba");
}

/* ---- Changes ---- */

static void what_is_changed_can_be_taken_back(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state read;
    state_stage_open(&stage, "shared x = 0\ncoro a\n    set x = 1\n    set x = 2\n");
    (void)state_stage_go(&stage, "");
    assert_int_equal(
        sim_state_init(&read, &stage.counting.allocator, &stage.program, &stage.explorer.objects),
        COG_OK);
    sim_state_read(&read, stage.explorer.run);
    uint64_t first = read.hash;
    uint32_t change_count = read.change_count;
    (void)state_stage_go(&stage, "a");
    sim_state_read(&read, stage.explorer.run);
    assert_true(read.hash != first);
    assert_true(read.change_count > change_count);
    sim_state_undo(&read, change_count);
    assert_true(read.hash == first);
    (void)state_stage_go(&stage, "");
    sim_state_read(&read, stage.explorer.run);
    assert_int_equal(read.change_count, change_count);
    sim_state_term(&read);
    state_stage_close(&stage);
}

/* Along the way on which whoever made the longest pause goes on, what is read of each step's
 * footprint is what is read of all. */
static void assert_updates(const char *path) {
    struct state_stage stage;
    struct sim_state updated;
    state_stage_open_file(&stage, path, NULL);
    enum sim_next next = state_stage_go(&stage, "");
    assert_int_equal(sim_state_init(&updated, &stage.counting.allocator, &stage.program,
                                    &stage.explorer.objects),
                     COG_OK);
    sim_state_read(&updated, stage.explorer.run);
    for (uint32_t i = 0; next != SIM_NEXT_OVER && i < 300; i++) {
        struct sim_stepping *stepping = &stage.explorer.stepping;
        struct sim_state read;
        if (next == SIM_NEXT_TIME) {
            sim_explorer_pass_time(&stage.explorer);
            next = sim_explorer_next(&stage.explorer);
            sim_state_read(&updated, stage.explorer.run);
        } else {
            uint32_t index = i % stepping->candidate_count;
            const struct sim_instance *instance = stepping->candidates[index].instance;
            struct sim_state_mark mark = sim_state_mark(stage.explorer.run);
            sim_explorer_take(&stage.explorer, index);
            struct sim_footprint footprint = stepping->footprint;
            next = sim_explorer_next(&stage.explorer);
            (void)sim_state_update(&updated, stage.explorer.run, instance, &footprint, &mark);
        }
        assert_int_equal(sim_state_init(&read, &stage.counting.allocator, &stage.program,
                                        &stage.explorer.objects),
                         COG_OK);
        sim_state_read(&read, stage.explorer.run);
        assert_true(read.hash == updated.hash);
        sim_state_term(&read);
    }
    sim_state_term(&updated);
    state_stage_close(&stage);
}

static void a_step_changes_what_its_footprint_tells(void **state) {
    (void)state;
    static const char *const paths[] = {
        "scenarios/litmus/aba.scn",          "scenarios/litmus/barrier.scn",
        "scenarios/litmus/handshake.scn",    "scenarios/litmus/peterson.scn",
        "scenarios/litmus/philosophers.scn", "scenarios/litmus/readers_and_writers.scn",
        "scenarios/litmus/counts/sigma.scn", "scenarios/races/call.scn",
        "scenarios/cogen/joiners_coro.scn",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_updates(paths[i]);
    }
}

static void sockets_have_no_state(void **state) {
    (void)state;
    struct state_stage stage;
    struct sim_state read;
    state_stage_open(&stage, "coro a\n    listen l port 80\n    accept s from l\n"
                             "coro b\n    connect s to main port 80\n");
    assert_int_equal(
        sim_state_init(&read, &stage.counting.allocator, &stage.program, &stage.explorer.objects),
        COG_EUNSUPPORTED);
    sim_state_term(&read);
    state_stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_orders_lead_to_one_state),
        cmocka_unit_test(a_local_that_is_not_read_any_more_does_not_count),
        cmocka_unit_test(who_waits_for_a_signal_longer_does_not_count),
        cmocka_unit_test(a_text_counts_by_its_content),
        cmocka_unit_test(a_log_that_nobody_looks_at_does_not_count),
        cmocka_unit_test(only_how_long_until_a_deadline_counts),
        cmocka_unit_test(what_an_ended_coroutine_returned_counts_for_joins_only),
        cmocka_unit_test(a_variable_counts),
        cmocka_unit_test(an_element_counts_by_its_place),
        cmocka_unit_test(a_local_that_will_be_read_counts),
        cmocka_unit_test(what_a_statement_under_way_has_read_counts),
        cmocka_unit_test(how_often_a_loop_goes_round_yet_counts),
        cmocka_unit_test(where_a_coroutine_stands_counts),
        cmocka_unit_test(the_items_of_a_queue_count_in_their_order),
        cmocka_unit_test(who_gets_first_counts),
        cmocka_unit_test(who_puts_first_counts),
        cmocka_unit_test(what_is_not_done_counts_where_a_queue_is_drained),
        cmocka_unit_test(that_somebody_waits_counts),
        cmocka_unit_test(which_parked_signal_is_served_first_counts),
        cmocka_unit_test(how_long_until_a_deadline_counts),
        cmocka_unit_test(the_time_counts_where_somebody_reads_it),
        cmocka_unit_test(the_holder_of_a_lock_counts),
        cmocka_unit_test(the_messages_of_a_channel_count),
        cmocka_unit_test(how_far_a_subscriber_has_read_counts),
        cmocka_unit_test(a_log_counts_as_far_as_an_expectation_looks_at_it),
        cmocka_unit_test(a_check_that_has_failed_counts_once),
        cmocka_unit_test(what_is_changed_can_be_taken_back),
        cmocka_unit_test(a_step_changes_what_its_footprint_tells),
        cmocka_unit_test(sockets_have_no_state),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
