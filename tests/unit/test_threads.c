/* test_threads.c - several schedulers, each in a thread of its own, that post to one another. */
#include "core/cogen.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { NODES = 4, TOKENS = 3, ROUNDS = 500 };

/* A thread with its scheduler, which takes tokens and posts them to the next one. A token counts
 * how often it was posted; after ROUNDS times around it is not passed on. */
struct node {
    pthread_t thread;
    struct cog_scheduler *scheduler;
    struct cog_mailbox *mailbox;
    struct node *next;
    int ended_count; /* tokens */
    int passed_count;
    int status; /* of its run */
    int failed_count;
};

enum { LAST = -1, NUMBER_LAST = NODES * ROUNDS };

static int64_t pass_on(struct node *node, int64_t number) {
    node->failed_count +=
        cog_post(node->next->mailbox, (union cog_value){.number = number}) != COG_OK;
    return number;
}

/* Until it is told that there is nothing more. */
static int carry_tokens(struct cog_coro *self, void *argument) {
    struct node *node = argument;
    for (;;) {
        union cog_value token;
        int status = cog_take(self, node->mailbox, &token, COG_FOREVER);
        if (status != COG_OK) {
            return status;
        }
        if (token.number == LAST) {
            (void)pass_on(node, LAST);
            return COG_OK;
        }
        node->passed_count++;
        if (token.number < NUMBER_LAST) {
            (void)pass_on(node, token.number + 1);
        } else if (++node->ended_count == TOKENS) {
            (void)pass_on(node, LAST);
        }
    }
}

/* Work of the scheduler's own meanwhile. */
static int tick(struct cog_coro *self, void *argument) {
    (void)argument;
    for (int i = 0; i < 50; i++) {
        int status = cog_sleep(self, i % 5 == 0 ? COG_MICROSECOND : 0);
        if (status != COG_OK) {
            return status;
        }
    }
    return COG_OK;
}

static void *run_node(void *argument) {
    struct node *node = argument;
    node->status = cog_go(node->scheduler, carry_tokens, node, "carrier");
    if (node->status == COG_OK) {
        node->status = cog_go(node->scheduler, tick, NULL, "ticker");
    }
    if (node->status == COG_OK) {
        node->status = cog_run(node->scheduler);
    }
    cog_scheduler_free(node->scheduler);
    return NULL;
}

static void schedulers_in_threads_pass_tokens_around(void **state) {
    (void)state;
    struct node nodes[NODES] = {{.status = COG_PENDING}};
    for (size_t i = 0; i < NODES; i++) {
        struct cog_scheduler_options options = {.proactor_resolution_ns = 3600 * COG_SECOND};
        struct cog_mailbox_options mailbox_options = {.size = TOKENS + 1};
        assert_int_equal(cog_scheduler_new(&options, &nodes[i].scheduler), COG_OK);
        assert_int_equal(cog_mailbox_new(nodes[i].scheduler, &mailbox_options, &nodes[i].mailbox),
                         COG_OK);
        nodes[i].next = &nodes[(i + 1) % NODES];
    }
    for (size_t i = 0; i < NODES; i++) {
        assert_int_equal(pthread_create(&nodes[i].thread, NULL, run_node, &nodes[i]), 0);
    }
    for (int64_t i = 0; i < TOKENS; i++) {
        assert_int_equal(cog_post(nodes[0].mailbox, (union cog_value){.number = 1}), COG_OK);
    }
    int passed_count = 0;
    int failed_count = 0;
    for (size_t i = 0; i < NODES; i++) {
        assert_int_equal(pthread_join(nodes[i].thread, NULL), 0);
        assert_int_equal(nodes[i].status, COG_OK);
        passed_count += nodes[i].passed_count;
        failed_count += nodes[i].failed_count;
    }
    assert_int_equal(passed_count, TOKENS * NUMBER_LAST);
    /* What the last one is told comes back to one that may have ended. */
    assert_in_range(failed_count, 0, 1);
    for (size_t i = 0; i < NODES; i++) {
        assert_int_equal(cog_post(nodes[i].mailbox, (union cog_value){.number = 1}), COG_ECLOSED);
        cog_mailbox_free(nodes[i].mailbox);
    }
}

/* ---- Threads that post while the scheduler goes ---- */

enum { POSTERS = 3 };

static void *post_until_closed(void *argument) {
    int status = COG_OK;
    while (status == COG_OK || status == COG_EFULL) {
        status = cog_post(argument, (union cog_value){.number = 1});
    }
    return status == COG_ECLOSED ? argument : NULL;
}

static int take_some(struct cog_coro *self, void *argument) {
    for (int i = 0; i < 200; i++) {
        int status = cog_take(self, argument, NULL, COG_FOREVER);
        if (status != COG_OK) {
            return status;
        }
    }
    return COG_OK;
}

static void a_scheduler_may_be_freed_while_threads_post_to_it(void **state) {
    (void)state;
    for (int round = 0; round < 10; round++) {
        struct cog_scheduler *scheduler = NULL;
        struct cog_mailbox *mailbox = NULL;
        assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
        assert_int_equal(cog_mailbox_new(scheduler, NULL, &mailbox), COG_OK);
        assert_int_equal(cog_go(scheduler, take_some, mailbox, "taker"), COG_OK);
        pthread_t threads[POSTERS];
        for (size_t i = 0; i < POSTERS; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, post_until_closed, mailbox), 0);
        }
        assert_int_equal(cog_run(scheduler), COG_OK);
        cog_scheduler_free(scheduler);
        for (size_t i = 0; i < POSTERS; i++) {
            void *result = NULL;
            assert_int_equal(pthread_join(threads[i], &result), 0);
            assert_ptr_equal(result, mailbox);
        }
        cog_mailbox_free(mailbox);
    }
}

/* ---- A scheduler that goes from thread to thread ---- */

static void *iterate_once(void *argument) {
    struct cog_scheduler *scheduler = argument;
    return cog_iterate(scheduler, 0) == COG_MORE ? argument : NULL;
}

static int count_steps(struct cog_coro *self, void *argument) {
    int *count = argument;
    while (*count < 10) {
        ++*count;
        if (cog_sleep(self, 0) != COG_OK) {
            return COG_EFAILED;
        }
    }
    return COG_OK;
}

static void one_thread_after_the_other_may_use_a_scheduler(void **state) {
    (void)state;
    struct cog_scheduler *scheduler = NULL;
    int count = 0;
    assert_int_equal(cog_scheduler_new(NULL, &scheduler), COG_OK);
    assert_int_equal(cog_go(scheduler, count_steps, &count, "counter"), COG_OK);
    void *result = scheduler;
    while (result != NULL) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, iterate_once, scheduler), 0);
        assert_int_equal(pthread_join(thread, &result), 0);
    }
    assert_int_equal(count, 10);
    cog_scheduler_free(scheduler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedulers_in_threads_pass_tokens_around),
        cmocka_unit_test(a_scheduler_may_be_freed_while_threads_post_to_it),
        cmocka_unit_test(one_thread_after_the_other_may_use_a_scheduler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
