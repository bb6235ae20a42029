/* test_run.c - a run as a whole: its result, its limits, its invariants, and that nothing a file
 * holds can break it. */
#include "core/operation.h"
#include "core/scheduler.h"
#include "sim/cogsim.h"
#include "sim/run.h"
#include "tests/unit/play.h"
#include "tests/unit/trace_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>

/* Something of everything. */
static const char rich[] = "link c <-> s latency 2ms buffer 8\n"
                           "queue q size 2\nchannel n\nlock l\nvar v[3] = 'x'\nshared x = 0\n"
                           "at 3ms\n    set v[1] = 'w'\n    signal go\n"
                           "routine r(k, t)\n    sendall k t\n    return t\n"
                           "coro server on s\n    listen d port 80\n    accept k from d\n"
                           "    recvline t from k max 64\n    spawn r(k, t) as h\n    join h as u\n"
                           "    log '{u}!'\n"
                           "coro client on c\n    connect k to s port 80\n"
                           "    sendall k 'hello, this is long\\n'\n"
                           "    recvall t from k size 19\n    log t\n"
                           "coro w\n    wait go timeout 1s\n    log v[1]\n    publish n 1\n"
                           "coro f times 2\n    subscribe n\n    fetch m from n timeout 1h\n"
                           "    log '{m}'\n    acquire l\n    acquire pair[index]\n    add 1 to x\n"
                           "    release pair[index]\n    release l\nlock pair[2]\n"
                           "coro p\n    put q 'a'\n    put q 'b'\n    put q 'c'\n"
                           "coro g\n    repeat 3\n        get i from q\n        log i\n"
                           "        done q\n    drain q\n"
                           "expect x == 2\nexpect always x < 3\nexpect log 'hello*' times 2\n"
                           "expect within 1s of 'a': x == 2\nnever log 'z'\n"
                           "expect g ends and w ends\n";

static void a_run_tells_its_result(void **state) {
    (void)state;
    struct play play;
    play_text(&play, rich);
    assert_string_equal(play_failures(&play), "");
    assert_string_equal(play_log(&play), "0ms g a\n0ms g b\n0ms g c\n3ms w w\n3ms f[0] 1\n"
                                         "3ms f[1] 1\n"
                                         "22ms server hello, this is long!\n"
                                         "24ms client hello, this is long\n");
    assert_true(play.result.ok);
    assert_true(play.result.step_count > 20);
    assert_true(play.result.event_count > play.result.step_count);
    assert_int_not_equal(play.result.trace_hash, 0);
    play_close(&play);
}

static void the_trace_hash_is_the_same_twice_and_with_a_file(void **state) {
    const struct trace_folder *folder = *state;
    struct play first;
    struct play second;
    struct sim_run_options options = {.trace_path = folder->trace};
    play_text(&first, rich);
    play_open(&second, rich, &options);
    assert_non_null(sim_run_temporary_path(second.run));
    play_execute(&second);
    assert_int_equal(second.status, COG_OK);
    assert_int_equal(first.result.trace_hash, second.result.trace_hash);
    assert_int_equal(first.result.event_count, second.result.event_count);
    struct stat status;
    assert_int_equal(stat(folder->trace, &status), 0);
    assert_true(status.st_size > 0);
    play_close(&first);
    play_close(&second);
    assert_int_equal(trace_folder_count(folder), 1);
}

static void a_run_that_differs_has_another_hash(void **state) {
    (void)state;
    struct play first;
    struct play second;
    play_text(&first, "coro a\n    sleep 1ms\n    log 'x'\n");
    play_text(&second, "coro a\n    sleep 1000001ns\n    log 'x'\n");
    assert_int_not_equal(first.result.trace_hash, second.result.trace_hash);
    play_close(&first);
    play_close(&second);
}

static void a_trace_that_cannot_be_written_is_told_at_once(void **state) {
    (void)state;
    struct sim_run_options options = {.trace_path = "/nonexistent/folder/x.trace"};
    struct play play;
    static const char text[] = "scenario \"t\"\ncoro a\n    yield\n";
    play_bytes(&play, text, sizeof text - 1, &options, 0);
    assert_int_equal(play.status, COG_EIO);
    assert_int_equal(errno, ENOENT);
    assert_null(play.run);
    play_close(&play);
}

static void a_run_not_executed_is_freed_all_the_same(void **state) {
    (void)state;
    struct play play;
    play_open(&play, rich, NULL);
    play_close(&play);
    sim_run_free(NULL);
}

static void a_scenario_without_coroutines_ends_at_once(void **state) {
    (void)state;
    assert_plays("var n = 1\nat 1ms\n    set n = 2\nexpect end at 0ms\nexpect n == 1\n", "");
}

/* ---- Limits ---- */

static void a_world_that_grows_beyond_its_memory_is_given_up(void **state) {
    (void)state;
    struct play play;
    struct sim_run_options options = {.memory_bytes = 1 << 20};
    play_open(&play, "coro a\n    let t = 'x'\n    repeat 40\n        set t = '{t}{t}'\n",
              &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_ENOMEM);
    assert_false(play.result.ok);
    play_close(&play);
}

static void a_log_that_grows_beyond_the_memory_is_given_up(void **state) {
    (void)state;
    struct play play;
    struct sim_run_options options = {.memory_bytes = 1 << 20};
    play_open(&play,
              "coro a\n    let t = 'x'\n    repeat 14\n        set t = '{t}{t}'\n"
              "    repeat 1000000\n        log t\n",
              &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_ENOMEM);
    play_close(&play);
}

static void a_receive_larger_than_the_memory_is_given_up(void **state) {
    (void)state;
    struct play play;
    struct sim_run_options options = {.memory_bytes = 1 << 20};
    play_open(&play,
              "coro a\n    listen l port 1\n    accept k from l\n"
              "    recv t from k max 1152921504606846975\n    log t\n"
              "coro b\n    connect k to main port 1\n",
              &options);
    play_execute(&play);
    assert_int_equal(play.status, COG_ENOMEM);
    play_close(&play);
}

static void with_any_memory_a_run_is_right_or_given_up(void **state) {
    (void)state;
    bool has_held = false;
    bool has_failed = false;
    for (size_t bytes = 1024; bytes <= 128 << 10; bytes += 512) {
        struct play play;
        struct sim_run_options options = {.memory_bytes = bytes};
        play_open(&play, rich, &options);
        play_execute(&play);
        if (play.status == COG_OK) {
            assert_string_equal(play_failures(&play), "");
            has_held = true;
        } else {
            assert_int_equal(play.status, COG_ENOMEM);
            assert_false(has_held);
            has_failed = true;
        }
        play_close(&play);
    }
    assert_true(has_held && has_failed);
}

/* Lets the first allocation fail, then the second, until none does. The verdict of a run that is
 * told must be the right one. */
static void assert_survives(const char *body, const char *failures) {
    char text[2048];
    int length = snprintf(text, sizeof text, "scenario \"t\"\n%s", body);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    int status = COG_ENOMEM;
    uint64_t fails_at = 1;
    for (; status == COG_ENOMEM; fails_at++) {
        struct play play;
        play_bytes(&play, text, (size_t)length, NULL, fails_at);
        if (play.status == COG_OK) {
            play_execute(&play);
        }
        status = play.status;
        if (status == COG_OK) {
            assert_string_equal(play_failures(&play), failures);
        }
        play_close(&play);
    }
    assert_int_equal(status, COG_OK);
    assert_true(fails_at > 10);
}

static void wherever_an_allocation_fails_it_is_told_and_nothing_leaks(void **state) {
    (void)state;
    assert_survives(rich, "");
    assert_survives("coro a\n    check 1 == 2\n    log 'x'\n    fail 'why'\n"
                    "coro b\n    wait s timeout 1h\n    signal s\n"
                    "expect log 'y'\nnever log 'x'\n",
                    "3: check 1 == 2 does not hold in a\n5: a failed at 0ms (why)\n"
                    "7: b failed at 1h (wait: the operation timed out)\n"
                    "9: expect log \"y\"\n"
                    "10: never log \"x\"\n");
}

/* ---- Invariants ---- */

/* Runs it, breaks something in its scheduler, and has it looked at again. */
static void assert_noticed(void (*corrupt)(struct cog_scheduler *scheduler),
                           const char *violation) {
    struct play play;
    play_open(&play,
              "coro w background\n    wait s timeout 1h\ncoro a\n    sleep 1ms\n"
              "coro b background after 1h\n    signal s\n",
              NULL);
    sim_world_execute(play.run);
    assert_null(play.run->violation);
    corrupt(play.run->hosts[0].scheduler);
    play_execute(&play);
    assert_int_equal(play.status, COG_OK);
    assert_false(play.result.ok);
    char failures[256];
    (void)snprintf(failures, sizeof failures, "0: invariant violated: %s\n", violation);
    assert_string_equal(play_failures(&play), failures);
    play_close(&play);
}

static void count_one_too_many(struct cog_scheduler *scheduler) {
    scheduler->ready.count++;
}

static void leave_a_timer_behind(struct cog_scheduler *scheduler) {
    assert_int_equal(scheduler->timeouts.count, 1);
    cog_timeouts_due(&scheduler->timeouts, INT64_MAX)->state = COG_OP_FINALIZED;
}

static void a_scheduler_that_is_broken_is_noticed(void **state) {
    (void)state;
    assert_noticed(count_one_too_many, "the ready queue holds what is not a ready coroutine");
    assert_noticed(leave_a_timer_behind, "an operation that ended is still in the timeouts");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_tells_its_result),
        cmocka_unit_test_setup_teardown(the_trace_hash_is_the_same_twice_and_with_a_file,
                                        trace_folder_setup, trace_folder_teardown),
        cmocka_unit_test(a_run_that_differs_has_another_hash),
        cmocka_unit_test(a_trace_that_cannot_be_written_is_told_at_once),
        cmocka_unit_test(a_run_not_executed_is_freed_all_the_same),
        cmocka_unit_test(a_scenario_without_coroutines_ends_at_once),
        cmocka_unit_test(a_world_that_grows_beyond_its_memory_is_given_up),
        cmocka_unit_test(a_log_that_grows_beyond_the_memory_is_given_up),
        cmocka_unit_test(a_receive_larger_than_the_memory_is_given_up),
        cmocka_unit_test(with_any_memory_a_run_is_right_or_given_up),
        cmocka_unit_test(wherever_an_allocation_fails_it_is_told_and_nothing_leaks),
        cmocka_unit_test(a_scheduler_that_is_broken_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
