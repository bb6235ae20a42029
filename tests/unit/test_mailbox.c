/* test_mailbox.c - values that are posted from outside of the scheduler, and from other threads. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void open_with_mailbox(struct stage *stage, size_t size) {
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", size), COG_OK);
}

static int post(struct stage *stage, int64_t number) {
    return stage_post(&stage->objects[0], number);
}

static void a_value_that_is_there_is_taken_at_once(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "post m 7; take m; log on");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 a post\n0 a take=7\n0 a on\n0 x x\n");
}

static void values_are_taken_in_the_order_of_posting(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 3);
    actor_enter(stage, "a",
                "-post m 1; -post m 2; take m; -post m 3; -post m 4; take m; take m; -post m 5;"
                "take m; take m");
    stage_expect(stage, COG_OK, "0 a take=1\n0 a take=2\n0 a take=3\n0 a take=4\n0 a take=5\n");
}

static void
what_is_posted_while_somebody_waits_goes_to_the_longest_waiting_at_the_back(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "take m prio=first");
    actor_enter(stage, "b", "take m");
    actor_enter(stage, "p", "-post m 1; -post m 2; -yield; log p");
    actor_enter(stage, "x", "log x");
    stage_expect(stage, COG_OK, "0 x x\n0 p p\n0 a take=1\n0 b take=2\n");
}

static void who_takes_later_does_not_overtake_who_waits(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "take m");
    actor_enter(stage, "b", "-post m 1; take m strong=5");
    stage_expect(stage, COG_OK, "0 a take=1\n5 b take timeout\n");
}

static void a_full_mailbox_takes_no_more_until_one_is_taken(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 2);
    actor_enter(stage, "a",
                "post m 1; post m 2; post m 3; take m; post m 4; post m 5; take m; take m");
    stage_expect(stage, COG_OK,
                 "0 a post\n0 a post\n0 a post full\n0 a take=1\n0 a post\n0 a post full\n"
                 "0 a take=2\n0 a take=4\n");
}

static void it_holds_sixty_four_values_by_default(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    for (int64_t i = 0; i < 64; i++) {
        assert_int_equal(post(stage, i), COG_OK);
    }
    assert_int_equal(post(stage, 64), COG_EFULL);
    struct cog_mailbox *mailbox = NULL;
    assert_int_equal(cog_mailbox_new(stage->scheduler, NULL, &mailbox), COG_OK);
    for (int64_t i = 0; i < 64; i++) {
        assert_int_equal(cog_post(mailbox, (union cog_value){.number = i}), COG_OK);
    }
    assert_int_equal(cog_post(mailbox, (union cog_value){.number = 64}), COG_EFULL);
    cog_mailbox_free(mailbox);
    cog_mailbox_free(NULL);
}

static void a_post_wakes_the_proactor_once_until_it_has_been_dealt_with(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "take m; take m; take m");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    int64_t resolution_ns = cog_next_timer_delta(stage->scheduler);
    assert_true(resolution_ns > 0);
    assert_int_equal(post(stage, 1), COG_OK);
    assert_int_equal(post(stage, 2), COG_OK);
    assert_int_equal(stage->wake_count, 1);
    assert_int_equal(cog_next_timer_delta(stage->scheduler), 0);
    while (stage->log.bytes == 0) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_int_equal(post(stage, 3), COG_OK);
    assert_int_equal(stage->wake_count, 2);
    stage_expect(stage, COG_OK, "10000000 a take=1\n10000000 a take=2\n20000000 a take=3\n");
}

static void a_post_comes_while_the_proactor_sleeps(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    stage_cue(stage, 700, STAGE_POST, 0, COG_OK, 9);
    actor_enter(stage, "a", "take m");
    actor_enter(stage, "b", "take m strong=800");
    stage_expect(stage, COG_OK, "700 a take=9\n800 b take timeout\n");
}

static void while_somebody_waits_the_program_is_not_stalled(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    actor_enter(stage, "a", "take m");
    actor_enter(stage, "b", "wait s");
    for (int i = 0; i < 50; i++) {
        assert_int_equal(stage_iterate(stage), COG_MORE);
    }
    assert_int_equal(post(stage, 4), COG_OK);
    assert_int_equal(stage_run(stage), COG_ESTALLED);
    assert_non_null(strstr(stage->log.text, "a take=4\n"));
}

static void values_that_nobody_takes_do_not_keep_the_program_running(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "-post m 1; -post m 2; take m");
    stage_expect(stage, COG_OK, "0 a take=1\n");
    assert_int_equal(post(stage, 3), COG_OK);
    stage_expect(stage, COG_OK, "0 a take=1\n");
    actor_enter(stage, "b", "take m; take m");
    stage_expect(stage, COG_OK, "0 a take=1\n0 b take=2\n0 b take=3\n");
}

static void a_take_that_times_out_takes_nothing(void **state) {
    struct stage *stage = *state;
    stage->options.default_timeout_ns = 5;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "take m; -sleep 4; take m; take m forever");
    stage_cue(stage, 8, STAGE_POST, 0, COG_OK, 1);
    stage_cue(stage, 50, STAGE_POST, 0, COG_OK, 2);
    stage_expect(stage, COG_OK, "5 a take timeout\n9 a take=1\n50 a take=2\n");
}

static void a_value_and_a_deadline_of_one_instant_resume_once(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    stage_cue(stage, 5, STAGE_POST, 0, COG_OK, 1);
    actor_enter(stage, "a", "take m strong=5; take m strong=5");
    stage_expect(stage, COG_OK, "5 a take timeout\n5 a take=1\n");
}

static void each_mailbox_has_its_own_values(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    assert_int_equal(stage_mailbox(stage, "n", 0), COG_OK);
    stage_cue(stage, 5, STAGE_POST, 1, COG_OK, 50);
    stage_cue(stage, 5, STAGE_POST, 0, COG_OK, 10);
    actor_enter(stage, "b", "take n");
    actor_enter(stage, "a", "take m");
    stage_expect(stage, COG_OK, "5 a take=10\n5 b take=50\n");
}

static void after_the_scheduler_nothing_can_be_posted(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "take m");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    size_t wake_count = stage->wake_count;
    assert_int_equal(post(stage, 1), COG_ECLOSED);
    assert_int_equal(stage->wake_count, wake_count);
}

static void a_mailbox_may_be_freed_while_it_has_values(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "-post m 1; -post m 2; -sleep 5");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    cog_mailbox_free(stage->objects[0].mailbox);
    stage->objects[0].mailbox = NULL;
    stage_expect(stage, COG_OK, "");
}

static void without_memory_there_is_no_mailbox(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    for (size_t i = 1; i <= 2; i++) {
        stage->tally.fail_at = stage->tally.call_count + i;
        assert_int_equal(stage_mailbox(stage, "m", 0), COG_ENOMEM);
    }
    assert_int_equal(stage_mailbox(stage, "m", SIZE_MAX / 2), COG_ENOMEM);
    assert_int_equal(stage->object_count, 0);
}

static void without_anybody_to_wake_the_proactor_there_is_none(void **state) {
    struct stage *stage = *state;
    struct cog_proactor_ops ops = *stage->options.proactor.ops;
    ops.wake = NULL;
    stage->options.proactor.ops = &ops;
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_mailbox(stage, "m", 0), COG_EUNSUPPORTED);
    stage_expect(stage, COG_OK, "");
    assert_int_equal(stage_close(stage), 0);
}

/* ---- Misuse ---- */

static void free_mailbox(void *argument) {
    cog_mailbox_free(argument);
}

static void post_to(void *argument) {
    (void)cog_post(argument, (union cog_value){.number = 1});
}

static void freeing_one_that_somebody_waits_for_is_a_misuse_and_posting_to_none(void **state) {
    struct stage *stage = *state;
    open_with_mailbox(stage, 0);
    actor_enter(stage, "a", "take m");
    assert_int_equal(stage_iterate(stage), COG_MORE);
    misuse_expect(free_mailbox, stage->objects[0].mailbox, "cog_list_is_empty(&mailbox->takers)");
    misuse_expect(post_to, NULL, "mailbox != NULL");
}

/* ---- Threads ---- */

enum { THREADS = 3, POSTS = 2000 };

struct poster {
    pthread_t thread;
    struct cog_mailbox *mailbox;
    int64_t first;
};

/* Posts numbers in order, and waits while the mailbox is full. */
static void *post_all(void *argument) {
    const struct poster *poster = argument;
    for (int64_t i = 0; i < POSTS; i++) {
        while (cog_post(poster->mailbox, (union cog_value){.number = poster->first + i}) !=
               COG_OK) {
            (void)sched_yield();
        }
    }
    return NULL;
}

/* Takes all that the posters post, and sees that each one's come in order. */
struct taker {
    struct cog_mailbox *mailbox;
    int64_t next[THREADS];
    int64_t count;
    bool is_disordered;
    bool is_waiting;
};

static int step_taker(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct taker *taker = *(struct taker **)context;
    if (taker->is_waiting) {
        int64_t number = op->value.number;
        int64_t *next = &taker->next[number / POSTS];
        taker->is_disordered = taker->is_disordered || number % POSTS != *next;
        ++*next;
        taker->count++;
    }
    if (taker->count == (int64_t)THREADS * POSTS) {
        return COG_STEP_END;
    }
    taker->is_waiting = true;
    cog_set_take(op, taker->mailbox);
    return COG_STEP_AWAIT;
}

static void take_from_threads(const char *proactor_name) {
    static const struct cog_coro_type type = {.step = step_taker,
                                              .context_bytes = sizeof(struct taker *)};
    struct cog_scheduler_options options = {.proactor_resolution_ns = 3600 * COG_SECOND};
    struct cog_scheduler *scheduler = NULL;
    assert_int_equal(cog_proactor_open(proactor_name, NULL, &options.proactor), COG_OK);
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_OK);
    struct taker taker = {.mailbox = NULL};
    struct cog_mailbox_options mailbox_options = {.size = 16};
    assert_int_equal(cog_mailbox_new(scheduler, &mailbox_options, &taker.mailbox), COG_OK);
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(scheduler, &type, "taker", &coro), COG_OK);
    *(struct taker **)cog_coro_context(coro) = &taker;
    assert_int_equal(cog_add(scheduler, coro, true), COG_OK);
    cog_coro_release(coro);
    struct poster posters[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        posters[i] = (struct poster){.mailbox = taker.mailbox, .first = (int64_t)(i * POSTS)};
        assert_int_equal(pthread_create(&posters[i].thread, NULL, post_all, &posters[i]), 0);
    }
    /* Nothing but the posts wakes it: the resolution is an hour. */
    assert_int_equal(cog_run(scheduler), COG_OK);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(posters[i].thread, NULL), 0);
    }
    assert_int_equal(taker.count, THREADS * POSTS);
    assert_false(taker.is_disordered);
    cog_mailbox_free(taker.mailbox);
    cog_scheduler_free(scheduler);
    cog_proactor_close(&options.proactor);
}

static void threads_wake_a_scheduler_that_sleeps(void **state) {
    (void)state;
    take_from_threads("epoll");
    take_from_threads("poll");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(a_value_that_is_there_is_taken_at_once),
        STAGE_TEST(values_are_taken_in_the_order_of_posting),
        STAGE_TEST(what_is_posted_while_somebody_waits_goes_to_the_longest_waiting_at_the_back),
        STAGE_TEST(who_takes_later_does_not_overtake_who_waits),
        STAGE_TEST(a_full_mailbox_takes_no_more_until_one_is_taken),
        STAGE_TEST(it_holds_sixty_four_values_by_default),
        STAGE_TEST(a_post_wakes_the_proactor_once_until_it_has_been_dealt_with),
        STAGE_TEST(a_post_comes_while_the_proactor_sleeps),
        STAGE_TEST(while_somebody_waits_the_program_is_not_stalled),
        STAGE_TEST(values_that_nobody_takes_do_not_keep_the_program_running),
        STAGE_TEST(a_take_that_times_out_takes_nothing),
        STAGE_TEST(a_value_and_a_deadline_of_one_instant_resume_once),
        STAGE_TEST(each_mailbox_has_its_own_values),
        STAGE_TEST(after_the_scheduler_nothing_can_be_posted),
        STAGE_TEST(a_mailbox_may_be_freed_while_it_has_values),
        STAGE_TEST(without_memory_there_is_no_mailbox),
        STAGE_TEST(without_anybody_to_wake_the_proactor_there_is_none),
        STAGE_TEST(freeing_one_that_somebody_waits_for_is_a_misuse_and_posting_to_none),
        cmocka_unit_test(threads_wake_a_scheduler_that_sleeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
