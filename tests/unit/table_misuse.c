/* table_misuse.c - each misuse, committed on the table's stage. */
#include "tests/unit/table_misuse.h"

#include "tests/unit/table_actions.h"
#include "tests/unit/table_forked.h"

#include <stdio.h>
#include <string.h>

static const union cog_value nothing = {.number = 0};

/* ---- By an operation that the subject sets ---- */

static void set_yield(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_yield(op);
}

/* What the operation that `act` sets ends with. */
static int play(struct table_stage *stage, table_act act) {
    stage->instead = act;
    table_enter(stage, true);
    return stage->record.status;
}

static int play_with(struct table_stage *stage, table_act act, int made_status) {
    table_expect_ok(made_status);
    table_begin(stage);
    return play(stage, act);
}

static bool sleep_for_less_than_nothing(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_sleep(op, -1);
    return true;
}

static int negative_duration(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, sleep_for_less_than_nothing);
}

static bool join_itself(struct table_stage *stage, struct cog_op *op) {
    cog_set_join(op, stage->subject.coro);
    return true;
}

static int join_of_itself(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, join_itself);
}

static bool join_other(struct table_stage *stage, struct cog_op *op) {
    cog_set_join(op, stage->other.coro);
    return true;
}

static int join_of_a_new_one(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, join_other);
}

static bool spawn_other(struct table_stage *stage, struct cog_op *op) {
    cog_set_spawn(op, stage->other.coro);
    return true;
}

static int spawn_of_an_added_one(struct table_stage *stage) {
    table_begin_all(stage);
    return play(stage, spawn_other);
}

static bool call_itself(struct table_stage *stage, struct cog_op *op) {
    cog_set_call(op, stage->subject.coro);
    return true;
}

static int cycle_of_calls(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, call_itself);
}

static bool spawn_nobody(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_spawn(op, NULL);
    return true;
}

static int null_coroutine(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, spawn_nobody);
}

static bool wait_for_signal(struct table_stage *stage, struct cog_op *op) {
    cog_set_wait(op, stage->signal);
    return true;
}

static int null_object(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, wait_for_signal);
}

/* A second scheduler, and its signal in the hands of the first one's coroutine. */
static int play_foreign(struct table_stage *stage, bool is_freed) {
    struct table_stage second;
    table_init(&second, stage->operation);
    table_open(&second);
    table_expect_ok(cog_signal_new(second.scheduler, NULL, &stage->signal));
    if (is_freed) {
        cog_scheduler_free(second.scheduler);
    }
    table_begin(stage);
    return play(stage, wait_for_signal);
}

static int object_of_another_scheduler(struct table_stage *stage) {
    return play_foreign(stage, false);
}

static int object_of_a_freed_scheduler(struct table_stage *stage) {
    return play_foreign(stage, true);
}

static bool set_for_helper(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    cog_set_yield(cog_coro_op(stage->helper.coro));
    return true;
}

static int set_while_it_waits(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, set_for_helper);
}

static bool make_helper_ready(struct table_stage *stage, struct cog_op *op) {
    table_tell(stage, &stage->helper, NULL);
    return set_for_helper(stage, op);
}

static int set_while_it_is_ready(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, make_helper_ready);
}

static bool act_too_little(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    return stage->fault == NULL; /* it has set nothing */
}

static int await_without_operation(struct table_stage *stage) {
    table_begin(stage);
    table_let(stage, &stage->subject, act_too_little);
    return COG_OK;
}

static bool set_priority_9(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_priority(op, (enum cog_priority)9);
    return true;
}

static int priority_out_of_range(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, set_priority_9);
}

static bool set_timeout_only(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_timeout(op, 1, true);
    return true;
}

static int timeout_without_operation(struct table_stage *stage) {
    table_begin(stage);
    table_let(stage, &stage->subject, set_timeout_only);
    return COG_OK;
}

static bool await_in_step(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    return cog_await(stage->subject.coro) == COG_OK;
}

static int await_of_a_step_coroutine(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, await_in_step);
}

static bool recv_unsized(struct table_stage *stage, struct cog_op *op) {
    cog_set_recv(op, TABLE_SOCKET, stage->buffer, 0);
    return true;
}

static int recv_without_size(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, recv_unsized);
}

static bool act_done(struct table_stage *stage, struct cog_op *op) {
    cog_set_queue_done(op, stage->queue);
    return true;
}

static int done_too_often(struct table_stage *stage) {
    return play_with(stage, act_done, cog_queue_new(stage->scheduler, NULL, &stage->queue));
}

static bool act_fetch(struct table_stage *stage, struct cog_op *op) {
    cog_set_fetch(op, stage->channel);
    return true;
}

static int fetch_without_subscription(struct table_stage *stage) {
    return play_with(stage, act_fetch, cog_channel_new(stage->scheduler, NULL, &stage->channel));
}

static bool subscribe_key(struct table_stage *stage, struct cog_op *op) {
    cog_set_subscribe_key(op, stage->channel, 1);
    return true;
}

static bool fetch_key(struct table_stage *stage, struct cog_op *op) {
    cog_set_fetch_key(op, stage->channel, 1);
    return true;
}

static bool unsubscribe_key(struct table_stage *stage, struct cog_op *op) {
    cog_set_unsubscribe_key(op, stage->channel, 1);
    return true;
}

static int unsubscribe_under_a_fetch(struct table_stage *stage) {
    table_expect_ok(cog_channel_new(stage->scheduler, NULL, &stage->channel));
    table_begin(stage);
    table_let(stage, &stage->helper, subscribe_key);
    table_let(stage, &stage->helper, fetch_key);
    return play(stage, unsubscribe_key);
}

static bool act_next(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_next(op, stage->pipe);
    return true;
}

static bool act_chunk(struct table_stage *stage, struct cog_op *op) {
    cog_set_pipe_chunk(op, stage->pipe, nothing);
    return true;
}

static int second_consumer(struct table_stage *stage) {
    table_expect_ok(cog_pipe_new(stage->scheduler, stage->other.coro, NULL, &stage->pipe));
    table_begin(stage);
    table_let(stage, &stage->helper, act_next);
    return play(stage, act_next);
}

static int chunk_of_another(struct table_stage *stage) {
    int status = cog_pipe_new(stage->scheduler, stage->other.coro, NULL, &stage->pipe);
    return play_with(stage, act_chunk, status);
}

static bool free_own_pipe(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    table_expect_ok(cog_cancel(stage->helper.coro));
    cog_pipe_free(stage->pipe);
    return true;
}

static int pipe_freed_by_its_producer(struct table_stage *stage) {
    table_expect_ok(cog_pipe_new(stage->scheduler, stage->subject.coro, NULL, &stage->pipe));
    table_add(stage, &stage->helper);
    table_settle(stage);
    table_let(stage, &stage->helper, act_next);
    return play(stage, free_own_pipe);
}

/* ---- By a call ---- */

static int add_of_an_added_one(struct table_stage *stage) {
    table_begin(stage);
    return cog_add(stage->scheduler, stage->subject.coro, true);
}

static int add_of_a_cancelled_one(struct table_stage *stage) {
    table_expect_ok(cog_cancel(stage->subject.coro));
    return cog_add(stage->scheduler, stage->subject.coro, true);
}

static bool cancel_itself(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    stage->record.status = cog_cancel(stage->subject.coro);
    return false;
}

static int cancel_of_itself(struct table_stage *stage) {
    table_begin(stage);
    return play(stage, cancel_itself);
}

static void clean_up(void *argument) {
    (void)argument;
}

static int defer_of_an_ended_one(struct table_stage *stage) {
    table_expect_ok(cog_cancel(stage->subject.coro));
    return cog_defer(stage->subject.coro, clean_up, NULL);
}

static int return_of_one_that_does_not_run(struct table_stage *stage) {
    cog_coro_return(stage->subject.coro, nothing);
    return COG_OK;
}

static int cancel_of_nobody(struct table_stage *stage) {
    (void)stage;
    return cog_cancel(NULL);
}

static int negative_option(struct table_stage *stage) {
    struct cog_scheduler *made = NULL;
    stage->options.default_timeout_ns = -1;
    return cog_scheduler_new(&stage->options, &made);
}

static int item_beyond_the_last(struct table_stage *stage) {
    table_expect_ok(cog_queue_new(stage->scheduler, NULL, &stage->queue));
    return (int)cog_queue_item(stage->queue, 0).number;
}

static int add_after_the_scheduler(struct table_stage *stage) {
    table_expect_ok(cog_queue_new(stage->scheduler, NULL, &stage->queue));
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    return cog_queue_add(stage->queue, nothing);
}

static int send_after_the_scheduler(struct table_stage *stage) {
    table_expect_ok(cog_signal_new(stage->scheduler, NULL, &stage->signal));
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    return (int)cog_signal_send(stage->signal, nothing);
}

static int post_after_the_scheduler(struct table_stage *stage) {
    table_expect_ok(cog_mailbox_new(stage->scheduler, NULL, &stage->mailbox));
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    return cog_post(stage->mailbox, nothing);
}

static int post_to_a_full_one(struct table_stage *stage) {
    struct cog_mailbox_options options = {.size = 1};
    table_expect_ok(cog_mailbox_new(stage->scheduler, &options, &stage->mailbox));
    table_expect_ok(cog_post(stage->mailbox, nothing));
    return cog_post(stage->mailbox, nothing);
}

/* ---- All of them ---- */

static const struct misuse {
    const char *name;
    int (*commit)(struct table_stage *stage); /* the scheduler is open, nothing has begun */
} misuses[] = {
    {"a negative duration", negative_duration},
    {"a recv that names no size, without a default one", recv_without_size},
    {"a join of itself", join_of_itself},
    {"a join of a coroutine that was never added", join_of_a_new_one},
    {"a spawn of a coroutine that was added before", spawn_of_an_added_one},
    {"a call of a coroutine that was added before, itself or a caller among them", cycle_of_calls},
    {"`cog_add` of a coroutine that was added before", add_of_an_added_one},
    {"`cog_add` of a coroutine that was cancelled", add_of_a_cancelled_one},
    {"`cog_cancel` of the coroutine that runs", cancel_of_itself},
    {"`cog_defer` for a coroutine that has ended", defer_of_an_ended_one},
    {"a done more than there were puts", done_too_often},
    {"a fetch without a subscription", fetch_without_subscription},
    {"an unsubscribe under somebody's fetch", unsubscribe_under_a_fetch},
    {"a next while somebody else waits for the chunk", second_consumer},
    {"a chunk by another than the producer", chunk_of_another},
    {"a post to a full mailbox", post_to_a_full_one},
    {"a post after the scheduler", post_after_the_scheduler},
    {"an option out of its range", negative_option},
    {"a null object in an operation", null_object},
    {"a null coroutine in an operation", null_coroutine},
    {"a null coroutine for `cog_cancel`", cancel_of_nobody},
    {"an operation on an object of another scheduler", object_of_another_scheduler},
    {"an operation on an object of a scheduler that was freed", object_of_a_freed_scheduler},
    {"`cog_queue_add` after the scheduler", add_after_the_scheduler},
    {"`cog_signal_send` after the scheduler", send_after_the_scheduler},
    {"an operation set for a coroutine that waits", set_while_it_waits},
    {"an operation set for a coroutine in the ready queue", set_while_it_is_ready},
    {"a step that awaits and has set no operation", await_without_operation},
    {"a timeout set without an operation", timeout_without_operation},
    {"a priority out of its range", priority_out_of_range},
    {"`cog_await` in a step coroutine", await_of_a_step_coroutine},
    {"`cog_coro_return` for a coroutine that does not run", return_of_one_that_does_not_run},
    {"a pipe freed by its producer", pipe_freed_by_its_producer},
    {"an item of a queue beyond the last", item_beyond_the_last},
};

const char *table_misuse_at(size_t index) {
    return index < sizeof misuses / sizeof misuses[0] ? misuses[index].name : NULL;
}

static void commit(void *context, char *outcome) {
    static const struct table_operation none = {.name = "", .set = set_yield};
    const struct misuse *misuse = context;
    struct table_stage stage;
    table_init(&stage, &none);
    table_open(&stage);
    stage.event = TABLE_COMPLETION;
    (void)snprintf(outcome, TABLE_OUTCOME_BYTES, "%s", cog_status_name(misuse->commit(&stage)));
}

void table_misuse_play(size_t index, char *outcome) {
    struct misuse misuse = misuses[index];
    table_fork(commit, &misuse, outcome, "assertion");
}
