/* test_calls.c - the operations as calls of stackful coroutines; what each operation does is tested
 * where it is at home, here what a call sets and hands out. */
#include "tests/unit/actor.h"
#include "tests/unit/call_notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Everything that there is: signal s, queue q of one item, channel c, pipe p, mailbox m. */
static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    assert_int_equal(stage_channel(stage, "c"), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_OK);
    actor_role(stage, "producer", "-chunk p 11; -sleep 1; -chunk p 12; -chunk p 13");
    assert_int_equal(stage_pipe(stage, "p", "producer"), COG_OK);
}

static struct cog_signal *signal_of(const struct stage *stage) {
    return stage->objects[0].signal;
}

static struct cog_queue *queue_of(const struct stage *stage) {
    return stage->objects[1].queue;
}

static struct cog_channel *channel_of(const struct stage *stage) {
    return stage->objects[2].channel;
}

static struct cog_mailbox *mailbox_of(const struct stage *stage) {
    return stage->objects[3].mailbox;
}

static struct cog_pipe *pipe_of(const struct stage *stage) {
    return stage->objects[4].pipe;
}

static union cog_value number(int64_t number_) {
    return (union cog_value){.number = number_};
}

/* ---- Objects ---- */

static int wait_and_signal(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    union cog_value value = number(-99);
    int status = cog_wait(self, signal_of(stage), &value, NULL);
    call_note(stage, "wait", status, value.number);
    value = number(-99);
    status = cog_wait(self, signal_of(stage), &value, COG_WITHIN(3));
    call_note(stage, "wait", status, value.number);
    call_note(stage, "wait", cog_wait(self, signal_of(stage), NULL, NULL), -99);
    call_note(stage, "signal", cog_signal(self, signal_of(stage), number(8), 1, NULL), -99);
    call_note(stage, "signal", cog_signal(self, signal_of(stage), number(9), 5, COG_WITHIN(2)),
              -99);
    call_note(stage, "yield", cog_yield(self), -99);
    call_note(stage, "sleep", cog_sleep(self, 5), -99);
    call_note(stage, "sleep", cog_sleep(self, -5), -99);
    call_note(stage, "sleep_until", cog_sleep_until(self, 50), -99);
    return COG_OK;
}

static void signals_and_sleeps(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "-sleep 1; -ring s 6; -sleep 9; -ring s 7; -sleep 1; wait s");
    call_expect(
        stage, wait_and_signal, COG_OK,
        "1 a ring=1\n1 wait 0 =6\n4 wait -1\n10 a ring=1\n10 wait 0\n11 a wait=8\n11 signal 1\n"
        "13 signal -1\n13 yield 0\n18 sleep 0\n18 sleep -10\n50 sleep_until 0\n");
}

static int put_and_get(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    struct cog_queue *queue = queue_of(stage);
    union cog_value value = number(-99);
    int status = cog_queue_try_get(self, queue, &value);
    call_note(stage, "try_get", status, value.number);
    call_note(stage, "put", cog_queue_put(self, queue, number(4), NULL), -99);
    call_note(stage, "put", cog_queue_put(self, queue, number(5), COG_WITHIN(2)), -99);
    call_note(stage, "try_put", cog_queue_try_put(self, queue, number(5)), -99);
    status = cog_queue_get(self, queue, &value, NULL);
    call_note(stage, "get", status, value.number);
    call_note(stage, "try_put", cog_queue_try_put(self, queue, number(6)), -99);
    status = cog_queue_try_get(self, queue, &value);
    call_note(stage, "try_get", status, value.number);
    call_note(stage, "get", cog_queue_get(self, queue, NULL, COG_WITHIN(2)), -99);
    call_note(stage, "join", cog_queue_join(self, queue, COG_WITHIN(2)), -99);
    call_note(stage, "done", cog_queue_done(self, queue), -99);
    call_note(stage, "done", cog_queue_done(self, queue), -99);
    call_note(stage, "done", cog_queue_done(self, queue), -99);
    call_note(stage, "join", cog_queue_join(self, queue, NULL), -99);
    return COG_OK;
}

static void queues(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    call_expect(
        stage, put_and_get, COG_OK,
        "0 try_get -6\n0 put 0\n2 put -1\n2 try_put -5\n2 get 0 =4\n2 try_put 0\n2 try_get 0 =6\n"
        "4 get -1\n6 join -1\n6 done 0\n6 done 0\n6 done -15\n6 join 0\n");
}

static int publish_and_fetch(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    struct cog_channel *channel = channel_of(stage);
    call_note(stage, "fetch", cog_fetch(self, channel, NULL), -99);
    call_note(stage, "subscribe", cog_subscribe(self, channel), -99);
    call_note(stage, "subscribe_key", cog_subscribe_key(self, channel, 7), -99);
    call_note(stage, "fetch", cog_fetch(self, channel, COG_WITHIN(1)), -99);
    call_note(stage, "publish", cog_publish(self, channel, number(4), NULL), -99);
    call_note(stage, "publish", cog_publish(self, channel, number(5), NULL), -99);
    int64_t count = cog_fetch(self, channel, NULL);
    call_note(stage, "fetch", count, cog_fetch_message(cog_coro_op(self), 1).number);
    count = cog_fetch_key(self, channel, 7, NULL);
    call_note(stage, "fetch_key", count, cog_fetch_message(cog_coro_op(self), 0).number);
    call_note(stage, "fetch_key", cog_fetch_key(self, channel, 7, COG_WITHIN(1)), -99);
    call_note(stage, "unsubscribe", cog_unsubscribe(self, channel), -99);
    call_note(stage, "unsubscribe", cog_unsubscribe(self, channel), -99);
    call_note(stage, "unsubscribe_key", cog_unsubscribe_key(self, channel, 7), -99);
    call_note(stage, "fetch_key", cog_fetch_key(self, channel, 7, NULL), -99);
    return COG_OK;
}

static void channels(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    call_expect(
        stage, publish_and_fetch, COG_OK,
        "0 fetch -14\n0 subscribe 0\n0 subscribe_key 0\n1 fetch -1\n1 publish 0\n1 publish 0\n"
        "1 fetch 2 =5\n1 fetch_key 2 =4\n2 fetch_key -1\n2 unsubscribe 0\n2 unsubscribe -14\n"
        "2 unsubscribe_key 0\n2 fetch_key -14\n");
}

static int consume(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    union cog_value chunk = number(-99);
    int status = cog_pipe_next(self, pipe_of(stage), &chunk, NULL);
    call_note(stage, "next", status, chunk.number);
    chunk = number(-99);
    status = cog_pipe_next(self, pipe_of(stage), &chunk, COG_WITHIN(0));
    call_note(stage, "next", status, chunk.number);
    call_note(stage, "next", cog_pipe_next(self, pipe_of(stage), NULL, NULL), -99);
    call_note(stage, "chunk", cog_pipe_chunk(self, pipe_of(stage), number(1), NULL), -99);
    call_note(stage, "stop", cog_pipe_stop(self, pipe_of(stage), NULL), -99);
    chunk = number(-99);
    status = cog_pipe_next(self, pipe_of(stage), &chunk, NULL);
    call_note(stage, "next", status, chunk.number);
    return COG_OK;
}

static void pipes(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    call_expect(stage, consume, COG_OK,
                "0 next 0 =11\n0 next -1\n1 next 0\n1 chunk -10\n1 stop 0\n1 next -22\n");
}

static int produce(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    struct cog_pipe *pipe = stage->objects[5].pipe;
    for (int64_t i = 1;; i++) {
        int status = cog_pipe_chunk(self, pipe, number(i), NULL);
        call_note(stage, "chunk", status, -99);
        if (status != COG_OK) {
            return status;
        }
    }
}

static void a_stackful_producer(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *producer = NULL;
    assert_int_equal(cog_coro_new_stackful(stage->scheduler, produce, stage, NULL, &producer),
                     COG_OK);
    struct stage_object *object = &stage->objects[5];
    object->name = "x";
    object->producer = producer;
    assert_int_equal(cog_pipe_new(stage->scheduler, producer, NULL, &object->pipe), COG_OK);
    stage->object_count = 6;
    actor_enter(stage, "a", "next x; next x; halt x");
    stage_expect(stage, COG_OK, "0 a next=1\n0 chunk 0\n0 a next=2\n0 chunk -23\n0 a halt\n");
    cog_coro_release(producer);
}

static int take(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    union cog_value value = number(-99);
    int status = cog_take(self, mailbox_of(stage), &value, COG_WITHIN(2));
    call_note(stage, "take", status, value.number);
    status = cog_take(self, mailbox_of(stage), &value, NULL);
    call_note(stage, "take", status, value.number);
    return COG_OK;
}

static void mailboxes(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 9, STAGE_POST, 3, COG_OK, 4);
    call_expect(stage, take, COG_OK, "2 take -1\n9 take 0 =4\n");
}

/* ---- Coroutines ---- */

static int make_others(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    union cog_value result = number(-99);
    struct cog_coro *other = actor_new(stage, "good");
    int status = cog_call(self, other, &result, NULL);
    call_note(stage, "call", status, result.number);
    call_note(stage, "call", cog_call(self, other, NULL, NULL), -99);
    other = actor_new(stage, "good");
    call_note(stage, "spawn", cog_spawn(self, other, NULL), -99);
    call_note(stage, "spawn", cog_spawn(self, other, NULL), -99);
    result = number(-99);
    status = cog_join(self, other, &result, COG_WITHIN(2));
    call_note(stage, "join", status, result.number);
    status = cog_join(self, other, &result, NULL);
    call_note(stage, "join", status, result.number);
    result = number(-99);
    status = cog_join(self, self, &result, NULL);
    call_note(stage, "join", status, result.number);
    status = cog_call(self, actor_new(stage, "bad"), &result, NULL);
    call_note(stage, "call", status, result.number);
    call_note(stage, "call", cog_call(self, actor_new(stage, "good"), &result, COG_WITHIN(1)), -99);
    return COG_OK;
}

static void coroutines(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_role(stage, "good", "-sleep 5; return 7");
    actor_role(stage, "bad", "-sleep 5; return 8; fail -4");
    call_expect(
        stage, make_others, COG_OK,
        "5 call 0 =7\n5 call -10\n5 spawn 0\n5 spawn -10\n7 join -1\n10 join 0 =7\n10 join -10\n"
        "15 call -7\n16 call -1\n");
}

/* ---- How to wait ---- */

static int wait_in_each_way(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    char buffer[8];
    call_note(stage, "default", cog_recv(self, 1, buffer, 8, NULL), -99);
    call_note(stage, "within", cog_recvall(self, 1, buffer, 8, COG_WITHIN(20)), -99);
    call_note(stage, "idle", cog_recvall(self, 1, buffer, 8, COG_IDLE(20)), -99);
    call_note(stage, "until", cog_recvall(self, 1, buffer, 8, COG_UNTIL(100)), -99);
    call_note(stage, "forever", cog_recvall(self, 1, buffer, 8, COG_FOREVER), -99);
    struct cog_wait_options wait = {.timeout_ns = 3};
    call_note(stage, "as ever", cog_recv(self, 1, buffer, 8, &wait), -99);
    wait.timeout_kind = COG_TIMEOUT_ABSOLUTE;
    wait.timeout_ns = 325;
    call_note(stage, "weak until", cog_recvall(self, 1, buffer, 8, &wait), -99);
    call_note(stage, "negative", cog_recv(self, 1, buffer, 8, COG_WITHIN(-1)), -99);
    return COG_OK;
}

static void a_call_waits_as_it_is_told(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 10;
    open_stage(stage);
    static const int64_t activity_ns[] = {15, 25, 35, 45, 95, 315};
    for (size_t i = 0; i < sizeof activity_ns / sizeof activity_ns[0]; i++) {
        stage_cue(stage, activity_ns[i], STAGE_ACTIVITY, 1, COG_OK, 1);
    }
    stage_cue(stage, 300, STAGE_COMPLETE, 1, COG_OK, 1);
    call_expect(
        stage, wait_in_each_way, COG_OK,
        "10 default -1\n30 within -1\n65 idle -1\n100 until -1\n300 forever 1\n310 as ever -1\n"
        "330 weak until -1\n330 negative -10\n");
}

static int signal_with_priority(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    static const struct cog_wait_options urgent = {.has_priority = true, .priority = COG_FIRST};
    static const struct cog_wait_options not_urgent = {.priority = COG_FIRST};
    (void)cog_yield(self);
    call_note(stage, "signal", cog_signal(self, signal_of(stage), number(1), 0, &urgent), -99);
    call_note(stage, "signal", cog_signal(self, signal_of(stage), number(2), 0, &not_urgent), -99);
    return COG_OK;
}

static void a_call_has_a_priority_if_it_is_told_so(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    actor_enter(stage, "a", "wait s; log a");
    actor_enter(stage, "x", "-yield; -yield; log x");
    call_expect(stage, signal_with_priority, COG_OK,
                "0 signal 1\n0 a wait=1\n0 a a\n0 x x\n0 signal 0\n");
}

static void a_call_that_is_cancelled_does_not_return(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new_stackful(stage->scheduler, wait_in_each_way, stage, NULL, &coro),
                     COG_OK);
    assert_int_equal(cog_add(stage->scheduler, coro, true), COG_OK);
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    assert_int_equal(cog_cancel(coro), COG_OK);
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->held_count, 0);
    cog_coro_release(coro);
}

/* ---- Functions in coroutines of their own ---- */

static int sleep_and_return(struct cog_coro *self, void *argument) {
    int status = cog_sleep(self, 5);
    cog_coro_return(self, number(7));
    return status == COG_OK ? *(int *)argument : status;
}

static int call_functions(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    static int good = COG_OK;
    static int bad = COG_EREFUSED;
    union cog_value result = number(-99);
    int status = cog_call_function(self, sleep_and_return, &good, "good", &result, NULL);
    call_note(stage, "call", status, result.number);
    result = number(-99);
    status = cog_call_function(self, sleep_and_return, &bad, "bad", &result, NULL);
    call_note(stage, "call", status, result.number);
    call_note(stage, "its code", cog_coro_op(self)->value.number, -99);
    status = cog_call_function(self, sleep_and_return, &good, "slow", &result, COG_WITHIN(2));
    call_note(stage, "call", status, result.number);
    status = cog_call_function(self, sleep_and_return, &good, "never", &result, COG_WITHIN(-2));
    call_note(stage, "call", status, result.number);
    stage->tally.fail_at = stage->tally.call_count + 1;
    status = cog_call_function(self, sleep_and_return, &good, "never", &result, NULL);
    call_note(stage, "call", status, result.number);
    return COG_OK;
}

static void functions_run_in_coroutines_that_nobody_need_release(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    call_expect(stage, call_functions, COG_OK,
                "5 call 0 =7\n10 call -7\n10 its code -4\n12 call -1\n12 call -10\n12 call -9\n");
    assert_int_equal(stage->now_ns, 15); /* the slow one ran on by itself */
}

static void a_function_whose_caller_is_cancelled_goes_with_it(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_start(stage->scheduler, call_functions, stage, NULL, &coro), COG_OK);
    assert_int_equal(cog_iterate(stage->scheduler, 0), COG_MORE);
    assert_int_equal(cog_cancel(coro), COG_OK);
    cog_coro_release(coro);
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage->now_ns, 0);
}

static void what_is_started_can_be_asked_about(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    int bad = COG_ERESET;
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_start(stage->scheduler, sleep_and_return, &bad, "x", &coro), COG_OK);
    assert_int_equal(cog_coro_state(coro), COG_CORO_READY);
    assert_string_equal(cog_coro_name(coro), "x");
    stage_expect(stage, COG_OK, "");
    assert_int_equal(cog_coro_status(coro), COG_ERESET);
    cog_coro_release(coro);
}

struct start {
    struct cog_scheduler *scheduler;
    struct cog_coro *coro;
    int status;
};

static void start_late(void *argument) {
    struct start *start = argument;
    start->status = cog_start(start->scheduler, sleep_and_return, argument, NULL, &start->coro);
}

static void nothing_starts_while_the_scheduler_is_freed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct start start = {.scheduler = stage->scheduler};
    assert_int_equal(cog_defer(actor_enter(stage, "a", "-sleep 5"), start_late, &start), COG_OK);
    assert_int_equal(stage_close(stage), 0);
    assert_int_equal(start.status, COG_EINVALID);
    assert_null(start.coro);
}

/* ---- Making them ---- */

static void go_needs_memory_for_all_or_nothing(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    size_t live_count = stage->tally.live_count;
    for (size_t i = 1; i <= 2; i++) {
        stage->tally.fail_at = stage->tally.call_count + i;
        assert_int_equal(cog_go(stage->scheduler, wait_in_each_way, stage, "f"), COG_ENOMEM);
        assert_int_equal(stage->tally.live_count, live_count);
        assert_int_equal(stage->tally.stack_count, 0);
    }
    stage_expect(stage, COG_OK, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(signals_and_sleeps),
        STAGE_TEST(queues),
        STAGE_TEST(channels),
        STAGE_TEST(pipes),
        STAGE_TEST(a_stackful_producer),
        STAGE_TEST(mailboxes),
        STAGE_TEST(coroutines),
        STAGE_TEST(a_call_waits_as_it_is_told),
        STAGE_TEST(a_call_has_a_priority_if_it_is_told_so),
        STAGE_TEST(a_call_that_is_cancelled_does_not_return),
        STAGE_TEST(functions_run_in_coroutines_that_nobody_need_release),
        STAGE_TEST(a_function_whose_caller_is_cancelled_goes_with_it),
        STAGE_TEST(what_is_started_can_be_asked_about),
        STAGE_TEST(nothing_starts_while_the_scheduler_is_freed),
        STAGE_TEST(go_needs_memory_for_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
