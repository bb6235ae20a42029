/* test_cancel.c - ending coroutines from outside, in whatever state they are. */
#include "tests/unit/actor.h"
#include "tests/unit/cancel_order.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

/* ---- In each state ---- */

static void a_new_one_is_just_marked_as_ended(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "log never");
    actor_enter(stage, "a", "make c; cancel c; respawn c; recall c; join c; cancel c");
    stage_expect(stage, COG_OK,
                 "0 a cancel\n0 a respawn invalid\n0 a recall invalid\n0 a join failed\n"
                 "0 a cancel\n");
    struct cog_coro *c = actor_find(stage, "c");
    assert_int_equal(cog_coro_status(c), COG_ECANCELLED);
    assert_int_equal(cog_add(stage->scheduler, c, true), COG_EINVALID);
    assert_null(strstr(stage->events.text, "ended c"));
}

static void the_clean_up_of_a_new_one_runs_once(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "c", "log never");
    struct cog_coro *c = actor_new(stage, "c");
    struct cancel_order order = {.coro = c, .status = COG_PENDING};
    assert_int_equal(cog_defer(c, cancel_as_told, &order), COG_OK);
    assert_int_equal(cog_cancel(c), COG_OK);
    assert_int_equal(order.status, COG_OK);
    order.status = COG_PENDING;
    assert_int_equal(stage_close(stage), 0);
    assert_int_equal(order.status, COG_PENDING);
}

static void a_ready_one_never_runs_again(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-yield; cancel b; cancel c; log on");
    actor_enter(stage, "b", "-defer x; -yield; log never");
    actor_enter(stage, "c", "-defer y; -yield; log never");
    actor_enter(stage, "d", "-yield; log d");
    stage_expect(stage, COG_OK,
                 "0 b cleanup x\n0 a cancel\n0 c cleanup y\n0 a cancel\n0 a on\n0 d d\n");
}

static void an_urgent_one_never_runs_again(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 5, STAGE_COMPLETE, 1, COG_OK, 4);
    struct cog_coro *a = actor_enter(stage, "a", "-defer x; recv 1 4; log never");
    while (cog_coro_state(a) != COG_CORO_RUNNING) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_true(cog_has_ready(stage->scheduler));
    assert_int_equal(cog_cancel(a), COG_OK);
    assert_false(cog_has_ready(stage->scheduler));
    stage_expect(stage, COG_OK, "5 a cleanup x\n");
}

static void a_completed_one_never_runs_again(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    for (int32_t socket = 1; socket <= 4; socket++) {
        stage_cue(stage, 5, STAGE_COMPLETE, socket, COG_OK, 4);
    }
    actor_enter(stage, "a", "recv 1 4 prio=op; cancel b; cancel d; log on");
    actor_enter(stage, "b", "-defer x; recv 2 4; log never");
    actor_enter(stage, "c", "recv 3 4");
    actor_enter(stage, "d", "-defer y; recv 4 4; log never");
    stage_expect(stage, COG_OK,
                 "5 a recv=4\n5 b cleanup x\n5 a cancel\n5 d cleanup y\n5 a cancel\n5 a on\n"
                 "5 c recv=4\n");
}

static void the_rest_of_a_greedy_batch_can_be_cancelled(void **state) {
    struct stage *stage = *state;
    stage->options.ops_greedy = COG_ON;
    open_stage(stage);
    for (int32_t socket = 1; socket <= 3; socket++) {
        stage_cue(stage, 5, STAGE_COMPLETE, socket, COG_OK, 4);
    }
    actor_enter(stage, "a", "recv 1 4; cancel b; cancel c; log on");
    actor_enter(stage, "b", "recv 2 4; log never");
    actor_enter(stage, "c", "recv 3 4; log never");
    stage_expect(stage, COG_OK, "5 a recv=4\n5 a cancel\n5 a cancel\n5 a on\n");
}

static void for_an_ended_one_nothing_happens(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *b = actor_enter(stage, "b", "-defer x; return 3; fail -4");
    actor_enter(stage, "a", "-sleep 1; cancel b; join b");
    stage_expect(stage, COG_OK, "0 b cleanup x\n1 a cancel\n1 a join failed\n");
    assert_int_equal(cog_coro_status(b), COG_EREFUSED);
    assert_int_equal(cog_coro_result(b).number, 3);
}

static void one_that_runs_cannot_be_cancelled_nor_one_that_calls_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "b", "-call c; log on");
    actor_role(stage, "c", "cancel self; cancel b; cancel a; return 3");
    actor_enter(stage, "a", "call b; log on");
    stage_expect(stage, COG_OK,
                 "0 c cancel invalid\n0 c cancel invalid\n0 c cancel invalid\n0 b on\n0 a call=0\n"
                 "0 a on\n");
}

static void one_that_joins_the_running_one_can_be_cancelled(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "j", "join a; log never");
    actor_enter(stage, "a", "-yield; cancel j; log on");
    stage_expect(stage, COG_OK, "0 a cancel\n0 a on\n");
}

static void what_is_left_of_it_says_that_it_was_cancelled(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *a = actor_enter(stage, "a", "return 4; -sleep 9; log never");
    actor_enter(stage, "b", "-sleep 1; -cancel a");
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->now_ns, 1);
    assert_int_equal(cog_coro_state(a), COG_CORO_ENDED);
    assert_int_equal(cog_coro_status(a), COG_ECANCELLED);
    assert_null(cog_coro_scheduler(a));
    assert_null(cog_coro_awaits(a));
    assert_int_equal(cog_cancel(a), COG_OK);
}

static int sleep_long(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)context;
    cog_set_sleep(op, 50);
    return COG_STEP_AWAIT;
}

static void one_that_nobody_holds_is_freed(void **state) {
    static const struct cog_coro_type type = {.step = sleep_long};
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->scheduler, &type, "nobody's", &coro), COG_OK);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    size_t live_count = stage->tally.live_count;
    assert_int_equal(cog_cancel(coro), COG_OK);
    assert_int_equal(stage->tally.live_count, live_count - 1);
    stage_expect(stage, COG_OK, "");
}

static void cancel_nobody(void *argument) {
    (void)cog_cancel(argument);
}

static void a_coroutine_that_there_is_not_is_a_misuse(void **state) {
    (void)state;
    misuse_expect(cancel_nobody, NULL, "coro != NULL");
}

/* ---- In each operation ---- */

struct waiting {
    const char *op;     /* as the observer names it */
    const char *script; /* of who is cancelled */
};

static void set_up_objects(struct stage *stage) {
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 0), COG_OK);
    assert_int_equal(stage_queue(stage, "r", 1), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    actor_role(stage, "producer", "-sleep 3");
    assert_int_equal(stage_pipe(stage, "p", "producer"), COG_OK);
    actor_role(stage, "callee", "-sleep 50; log never");
}

static void cancel_while_it_waits(const struct waiting *waiting, bool with_timeout) {
    struct stage *stage = stage_new();
    open_stage(stage);
    set_up_objects(stage);
    char script[128];
    char events[128];
    (void)snprintf(script, sizeof script, "-defer x; %s%s; log never", waiting->script,
                   with_timeout ? " weak=100" : "");
    actor_enter(stage, "w", script);
    actor_enter(stage, "b", "-sleep 1; cancel w; -sleep 5");
    int status = stage_run(stage);
    if (status != COG_OK) {
        fail_msg("%s: %s", waiting->script, cog_status_name(status));
    }
    assert_string_equal(stage->log.text, "1 w cleanup x\n1 b cancel\n");
    (void)snprintf(events, sizeof events, "%s%s%sfinished w %s cancelled\nended w cancelled\n",
                   with_timeout ? "removed w " : "", with_timeout ? waiting->op : "",
                   with_timeout ? "\n" : "", waiting->op);
    if (strstr(stage->events.text, events) == NULL) {
        fail_msg("%s not in %s", events, stage->events.text);
    }
    assert_int_equal(stage->held_count, 0);
    assert_int_equal(cog_next_deadline_ns(stage->scheduler), INT64_MAX);
    assert_int_equal(stage_close(stage), 0);
    stage_free(stage);
}

static void whatever_it_waits_for_it_leaves_without_a_trace(void **state) {
    static const struct waiting all[] = {
        {"wait", "wait s"},
        {"signal", "signal s 1 1"},
        {"get", "get q"},
        {"put", "-put r 1; put r 2"},
        {"drain", "-put q 1; drain q"},
        {"fetch", "-subscribe c; fetch c"},
        {"fetch", "-subscribe_key c 4; fetch_key c 4"},
        {"join", "join b"},
        {"iterate", "next p"},
        {"take", "take m"},
        {"gate", "gate park"},
        {"accept", "accept 1"},
        {"connect", "connect"},
        {"recv", "recv 1 4"},
        {"recvall", "recvall 1 4"},
        {"recvline", "recvline 1 4"},
        {"recvfrom", "recvfrom 1 4"},
        {"send", "send 1 4"},
        {"sendall", "sendall 1 4"},
        {"sendto", "sendto 1 4"},
        {"sendfile", "sendfile 1 4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cancel_while_it_waits(&all[i], false);
        cancel_while_it_waits(&all[i], true);
    }
}

static void a_sleeping_one_loses_its_deadline(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "w", "-sleep 50");
    actor_enter(stage, "b", "-sleep 1; -cancel w");
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->now_ns, 1);
    assert_non_null(strstr(stage->events.text, "removed w sleep\nfinished w sleep cancelled\n"));
}

static void what_it_waited_for_goes_to_others(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    set_up_objects(stage);
    actor_enter(stage, "g", "get q; log never");
    actor_enter(stage, "t", "take m; log never");
    actor_enter(stage, "w", "wait s; log never");
    actor_enter(stage, "p", "-put r 1; put r 2; log never");
    actor_enter(stage, "b",
                "-sleep 1; -cancel g; -cancel t; -cancel w; -cancel p; -put q 5; -post m 6;"
                "signal s 1 0; tryget q; take m; get r; tryget r");
    stage_expect(stage, COG_OK,
                 "1 b signal=0\n1 b tryget=5\n1 b take=6\n1 b get=1\n1 b tryget empty\n");
}

static void a_signal_parked_behind_it_is_served(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    set_up_objects(stage);
    actor_enter(stage, "one", "signal s 1 2; log never");
    actor_enter(stage, "two", "signal s 2 1");
    actor_enter(stage, "w", "wait s");
    actor_enter(stage, "b", "-sleep 1; cancel one; log on");
    stage_expect(stage, COG_OK, "1 b cancel\n1 b on\n1 w wait=2\n1 two signal=1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_new_one_is_just_marked_as_ended),
        STAGE_TEST(the_clean_up_of_a_new_one_runs_once),
        STAGE_TEST(a_ready_one_never_runs_again),
        STAGE_TEST(an_urgent_one_never_runs_again),
        STAGE_TEST(a_completed_one_never_runs_again),
        STAGE_TEST(the_rest_of_a_greedy_batch_can_be_cancelled),
        STAGE_TEST(for_an_ended_one_nothing_happens),
        STAGE_TEST(one_that_runs_cannot_be_cancelled_nor_one_that_calls_it),
        STAGE_TEST(one_that_joins_the_running_one_can_be_cancelled),
        STAGE_TEST(what_is_left_of_it_says_that_it_was_cancelled),
        STAGE_TEST(one_that_nobody_holds_is_freed),
        STAGE_TEST(a_coroutine_that_there_is_not_is_a_misuse),
        STAGE_TEST(whatever_it_waits_for_it_leaves_without_a_trace),
        STAGE_TEST(a_sleeping_one_loses_its_deadline),
        STAGE_TEST(what_it_waited_for_goes_to_others),
        STAGE_TEST(a_signal_parked_behind_it_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
