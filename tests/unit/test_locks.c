/* test_locks.c - arrays of locks: which element a statement is about, and what its name is. What a
 * lock does is tested with the other operations. */
#include "sim/locks.h"

#include "reports/trace.h"
#include "tests/unit/play.h"
#include "tests/unit/trace_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- Elements ---- */

static void each_element_is_held_by_one(void **state) {
    (void)state;
    assert_plays("param n = 2\nlock l[n * 2]\n"
                 "coro a times 4\n    acquire l[index % 2 + 2]\n    log 'in'\n    sleep 2ms\n"
                 "    release l[index % 2 + 2]\n",
                 "0ms a[0] in\n0ms a[1] in\n2ms a[2] in\n2ms a[3] in\n");
}

static void arrays_and_locks_alone_share_no_element(void **state) {
    (void)state;
    assert_plays("lock first[2]\nlock alone\nlock last[2]\n"
                 "coro a\n    acquire first[1]\n    acquire alone\n    acquire last[0]\n"
                 "    acquire first[0]\n    acquire last[1]\n    log 'all'\n",
                 "0ms a all\n");
}

static void an_element_out_of_range_fails_the_coroutine(void **state) {
    (void)state;
    assert_failures("lock l[3]\n"
                    "coro a\n    let i = 3\n    acquire l[i]\n"
                    "coro b\n    let i = -1\n    release l[i]\n",
                    "5: a failed at 0ms (acquire: the index of l is 3, which is not in 0..2)\n"
                    "8: b failed at 0ms (release: the index of l is -1, which is not in 0..2)\n");
}

static void an_index_that_is_no_number_fails_the_coroutine(void **state) {
    (void)state;
    assert_failures("lock l[3]\nroutine r(i)\n    acquire l[i]\n    release l[i]\n"
                    "coro a\n    spawn r('x')\n",
                    "4: r failed at 0ms (acquire: the index of l must be a number, not a text)\n");
}

static void only_the_holder_of_an_element_releases_it(void **state) {
    (void)state;
    assert_failures("lock l[2]\ncoro a\n    acquire l[0]\n    release l[1]\n",
                    "5: a failed at 0ms (release: l[1] is released by a coroutine that does not "
                    "hold it)\n");
}

/* ---- When an index is evaluated ---- */

static void what_is_acquired_is_known_when_the_wait_begins(void **state) {
    (void)state;
    assert_plays("lock l[2]\nvar which = 0\n"
                 "coro a\n    acquire l[0]\n    sleep 1ms\n    set which = 1\n    release l[0]\n"
                 "coro b\n    acquire l[which]\n    log 'has 0, not {which}'\n    sleep 2ms\n"
                 "    release l[0]\n"
                 "coro c after 2ms\n    acquire l[1]\n    log 'has 1'\n    release l[1]\n"
                 "    acquire l[0]\n    log 'has 0'\n",
                 "1ms b has 0, not 1\n2ms c has 1\n3ms c has 0\n");
}

static void a_shared_index_is_read_in_a_step_of_its_own(void **state) {
    (void)state;
    assert_plays("lock l[4]\nshared x = 1\nshared y = 2\n"
                 "coro a\n    acquire l[x + y]\n    log 'acquired'\n    release l[x + y]\n"
                 "    log 'released'\n"
                 "coro b\n    repeat 5\n        log 'between'\n        yield\n",
                 "0ms b between\n0ms b between\n0ms a acquired\n0ms b between\n0ms b between\n"
                 "0ms a released\n0ms b between\n");
}

static void a_shared_index_that_changes_in_between_counts_as_read(void **state) {
    (void)state;
    assert_plays("lock l[2]\nshared x = 0\nshared y = 0\n"
                 "coro a\n    acquire l[x + y]\n    set x = 1\n    release l[0]\n    log 'had 0'\n"
                 "coro b\n    yield\n    yield\n    set x = 1\n",
                 "0ms a had 0\n");
}

/* ---- Names ---- */

static void elements_have_names_of_their_own(void **state) {
    (void)state;
    struct play play;
    play_open(&play, "lock door\nlock forks[11]\ncoro a\n    acquire door\n    acquire forks[10]\n",
              NULL);
    assert_string_equal(play.run->locks[0].name, "door");
    assert_string_equal(play.run->locks[1].name, "forks[0]");
    assert_string_equal(play.run->locks[11].name, "forks[10]");
    play_close(&play);
}

/* Is there an object of that class and name in a trace? */
static bool has_object(const struct rep_trace *trace, const char *class_name, const char *name) {
    for (size_t i = 1; i <= rep_trace_event_count(trace); i++) {
        const struct rep_event *event = rep_trace_event(trace, i);
        if (rep_event_kind(trace, event) == REP_EVENT_OBJECT &&
            rep_bytes_equal(rep_event_string(trace, event, "class"), class_name) &&
            rep_bytes_equal(rep_event_string(trace, event, "name"), name)) {
            return true;
        }
    }
    return false;
}

static void the_trace_names_the_elements(void **state) {
    void *folder = NULL;
    (void)state;
    assert_int_equal(trace_folder_setup(&folder), 0);
    const char *path = ((struct trace_folder *)folder)->trace;
    struct sim_run_options options = {.trace_path = path};
    struct play play;
    play_open(&play, "lock door\nlock forks[2]\ncoro a\n    acquire door\n    acquire forks[1]\n",
              &options);
    play_execute(&play);
    play_close(&play);
    struct rep_trace *trace = NULL;
    struct rep_error error;
    assert_int_equal(rep_trace_load(path, &trace, &error), REP_OK);
    assert_true(has_object(trace, "lock", "door"));
    assert_true(has_object(trace, "lock", "forks[0]"));
    assert_true(has_object(trace, "lock", "forks[1]"));
    assert_false(has_object(trace, "lock", "forks"));
    rep_trace_free(trace);
    assert_int_equal(trace_folder_teardown(&folder), 0);
}

/* ---- Limits ---- */

static void more_locks_than_there_is_memory_are_given_up(void **state) {
    (void)state;
    struct play play;
    struct sim_run_options options = {.memory_bytes = 1 << 20};
    play_open(&play, "lock l[1048576]\ncoro a\n    acquire l[1048575]\n    release l[0]\n",
              &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_ENOMEM);
    play_close(&play);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_element_is_held_by_one),
        cmocka_unit_test(arrays_and_locks_alone_share_no_element),
        cmocka_unit_test(an_element_out_of_range_fails_the_coroutine),
        cmocka_unit_test(an_index_that_is_no_number_fails_the_coroutine),
        cmocka_unit_test(only_the_holder_of_an_element_releases_it),
        cmocka_unit_test(what_is_acquired_is_known_when_the_wait_begins),
        cmocka_unit_test(a_shared_index_is_read_in_a_step_of_its_own),
        cmocka_unit_test(a_shared_index_that_changes_in_between_counts_as_read),
        cmocka_unit_test(elements_have_names_of_their_own),
        cmocka_unit_test(the_trace_names_the_elements),
        cmocka_unit_test(more_locks_than_there_is_memory_are_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
