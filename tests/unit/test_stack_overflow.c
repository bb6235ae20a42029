/* test_stack_overflow.c - what is said when a stack overflows, and that signals are left as they
 * were. */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "core/cogen.h"
#include "core/instrumentation.h"
#include "core/stack_overflow.h"
#include "tests/unit/child.h"
#include "tests/unit/stage.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test acts in a child: there the signals are as the system has them. What is wrong is told on
 * standard error. */
static void expect_clean(void (*act)(void *argument), void *argument) {
    struct child child;
    child_run(&child, act, argument);
    assert_string_equal(child.text, "");
    assert_int_equal(child.signal_number, 0);
    assert_int_equal(child.exit_code, 0);
}

static void expect(bool holds, const char *text) {
    if (!holds) {
        (void)fprintf(stderr, "%s\n", text);
    }
}

static void enter(struct stage *stage, cog_function function, void *argument, const char *name,
                  size_t stack_bytes) {
    struct cog_coro *coro = NULL;
    struct cog_stackful_options options = {.name = name, .stack_bytes = stack_bytes};
    expect(cog_coro_new_stackful(stage->scheduler, function, argument, &options, &coro) == COG_OK,
           "not made");
    expect(cog_add(stage->scheduler, coro, true) == COG_OK, "not added");
    cog_coro_release(coro);
}

/* It has a handler and a message of its own. */
static void skip_under_address_sanitizer(void) {
    if (cog_has_address_sanitizer()) {
        skip();
    }
}

/* ---- The message ---- */

/* Ends where an int would overflow, that is never. The term after the call keeps it from being a
 * loop. */
static int recurse(volatile int *depth) {
    volatile char filler[128];
    filler[0] = (char)*depth;
    ++*depth;
    return *depth < 0 ? 0 : recurse(depth) + filler[0];
}

static int overflow(struct cog_coro *self, void *argument) {
    (void)self;
    (void)argument;
    volatile int depth = 0;
    return recurse(&depth);
}

struct case_of_overflow {
    struct stage *stage;
    const char *name;
    size_t stack_bytes;
};

static void run_overflow(void *argument) {
    const struct case_of_overflow *given = argument;
    enter(given->stage, overflow, NULL, given->name, given->stack_bytes);
    (void)cog_run(given->stage->scheduler);
}

static void check_message(struct stage *stage, const char *name, size_t stack_bytes) {
    struct case_of_overflow given = {stage, name, stack_bytes};
    struct cog_coro *coro = NULL;
    struct cog_stackful_options options = {.stack_bytes = stack_bytes};
    assert_int_equal(cog_coro_new_stackful(stage->scheduler, overflow, NULL, &options, &coro),
                     COG_OK);
    size_t bytes = cog_coro_stack_bytes(coro);
    cog_coro_release(coro);
    char expected[512];
    (void)snprintf(expected, sizeof expected,
                   "coroutine '%s': stack overflow, its stack has %zu bytes; give it a larger "
                   "stack_bytes\n",
                   name, bytes);
    struct child child;
    child_run(&child, run_overflow, &given);
    assert_string_equal(child.text, expected);
    assert_true(child.signal_number == SIGSEGV || child.signal_number == SIGBUS);
}

static void an_overflow_names_the_coroutine_and_its_stack(void **state) {
    skip_under_address_sanitizer();
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    check_message(stage, "reader", 0);
    check_message(stage, "small", 16384);
    check_message(stage, "large", 1048576);
    check_message(stage, "", 131072);
}

static int spawn_overflow(struct cog_coro *self, void *argument) {
    enter(argument, overflow, NULL, "late", 0);
    return cog_sleep(self, 1);
}

static int step_spawn_overflow(struct cog_coro *self, struct cog_op *op, void *context) {
    (void)self;
    (void)op;
    enter(*(struct stage **)context, overflow, NULL, "late", 0);
    return COG_STEP_END;
}

static void run_step_first(void *argument) {
    struct stage *stage = argument;
    static const struct cog_coro_type type = {.step = step_spawn_overflow,
                                              .context_bytes = sizeof(struct stage *)};
    struct cog_coro *coro = NULL;
    (void)cog_coro_new(stage->scheduler, &type, "step", &coro);
    *(struct stage **)cog_coro_context(coro) = stage;
    (void)cog_add(stage->scheduler, coro, true);
    (void)cog_run(stage->scheduler);
}

static void one_that_is_made_during_the_run_is_named_too(void **state) {
    skip_under_address_sanitizer();
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct child child;
    child_run(&child, run_step_first, stage);
    assert_non_null(strstr(child.text, "coroutine 'late': stack overflow"));
    assert_true(child.signal_number == SIGSEGV || child.signal_number == SIGBUS);
}

static int run_inner(struct cog_coro *self, void *argument) {
    (void)self;
    struct stage *inner = stage_new();
    expect(stage_open(inner) == COG_OK, "not opened");
    enter(inner, spawn_overflow, inner, "inner", 0);
    (void)argument;
    return cog_run(inner->scheduler);
}

static void run_nested(void *argument) {
    struct stage *stage = argument;
    enter(stage, run_inner, NULL, "outer", 0);
    (void)cog_run(stage->scheduler);
}

static void one_of_a_scheduler_within_a_coroutine_is_named_too(void **state) {
    skip_under_address_sanitizer();
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct child child;
    child_run(&child, run_nested, stage);
    assert_non_null(strstr(child.text, "coroutine 'late': stack overflow"));
    assert_true(child.signal_number == SIGSEGV || child.signal_number == SIGBUS);
}

/* ---- Other faults ---- */

static int touch(struct cog_coro *self, void *argument) {
    (void)self;
    *(volatile char *)argument = 1;
    return COG_OK;
}

static void run_touch_low(void *argument) {
    enter(argument, touch, (void *)(uintptr_t)64, "bad", 0);
    (void)cog_run(((struct stage *)argument)->scheduler);
}

static int send_segv(struct cog_coro *self, void *argument) {
    (void)self;
    (void)argument;
    (void)kill(getpid(), SIGSEGV);
    return COG_OK;
}

static void run_send_segv(void *argument) {
    enter(argument, send_segv, NULL, "sent", 0);
    (void)cog_run(((struct stage *)argument)->scheduler);
}

static void any_other_fault_ends_the_process_without_a_word(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    struct child child;
    child_run(&child, run_touch_low, stage);
    assert_string_equal(child.text, "");
    assert_int_equal(child.signal_number, SIGSEGV);
    child_run(&child, run_send_segv, stage);
    assert_string_equal(child.text, "");
    assert_int_equal(child.signal_number, SIGSEGV);
}

/* ---- Signals as they were ---- */

static bool is_default(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0 &&
           action.sa_handler == SIG_DFL;
}

static bool has_signal_stack(void) {
    stack_t stack;
    return sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE) == 0;
}

static void drop_signal_stack(void) {
    stack_t stack = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&stack, NULL);
}

static int look_around(struct cog_coro *self, void *argument) {
    (void)argument;
    expect(!is_default(SIGSEGV) && !is_default(SIGBUS), "no handler during the run");
    expect(has_signal_stack(), "no signal stack during the run");
    (void)cog_sleep(self, 5);
    return COG_OK;
}

static void run_twice(void *argument) {
    struct stage *stage = argument;
    drop_signal_stack();
    for (int i = 0; i < 2; i++) {
        enter(stage, look_around, NULL, "one", 0);
        expect(is_default(SIGSEGV) == (i == 0), "a handler before the first run, or none later");
        expect(cog_run(stage->scheduler) == COG_OK, "the run failed");
        expect(!has_signal_stack(), "a signal stack after the run");
    }
}

static void the_handler_stays_and_the_signal_stack_goes_with_the_run(void **state) {
    skip_under_address_sanitizer();
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    expect_clean(run_twice, stage);
}

static int step_look_around(struct cog_coro *self, struct cog_op *op, void *context) {
    (void)self;
    (void)op;
    (void)context;
    expect(is_default(SIGSEGV) && is_default(SIGBUS), "a handler without stacks");
    return COG_STEP_END;
}

static void run_steps_only(void *argument) {
    struct stage *stage = argument;
    static const struct cog_coro_type type = {.step = step_look_around};
    struct cog_coro *coro = NULL;
    (void)cog_coro_new(stage->scheduler, &type, "step", &coro);
    (void)cog_add(stage->scheduler, coro, true);
    cog_coro_release(coro);
    expect(cog_run(stage->scheduler) == COG_OK, "the run failed");
}

static void without_stackful_coroutines_there_is_no_handler(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    expect_clean(run_steps_only, stage);
}

static void own_handler(int number) {
    (void)number;
}

static bool has_own_handler(void) {
    struct sigaction action;
    return sigaction(SIGSEGV, NULL, &action) == 0 && action.sa_handler == own_handler;
}

static int expect_own_handler(struct cog_coro *self, void *argument) {
    (void)self;
    (void)argument;
    expect(has_own_handler(), "the program's handler is gone during the run");
    return COG_OK;
}

static void run_with_own_handler(void *argument) {
    struct stage *stage = argument;
    (void)signal(SIGSEGV, own_handler);
    enter(stage, expect_own_handler, NULL, "one", 0);
    expect(cog_run(stage->scheduler) == COG_OK, "the run failed");
    expect(has_own_handler(), "the program's handler is gone after the run");
}

static int install_own_handler(struct cog_coro *self, void *argument) {
    (void)self;
    (void)argument;
    (void)signal(SIGSEGV, own_handler);
    return COG_OK;
}

static void run_and_install_handler(void *argument) {
    struct stage *stage = argument;
    enter(stage, install_own_handler, NULL, "one", 0);
    expect(cog_run(stage->scheduler) == COG_OK, "the run failed");
    expect(has_own_handler(), "the handler that the program installed during the run is gone");
}

static void the_programs_own_handler_stands(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    expect_clean(run_with_own_handler, stage);
    expect_clean(run_and_install_handler, stage);
}

static char own_stack[65536];

static int expect_own_stack(struct cog_coro *self, void *argument) {
    (void)self;
    (void)argument;
    stack_t stack;
    (void)sigaltstack(NULL, &stack);
    expect(stack.ss_sp == own_stack, "another signal stack than the program's");
    return COG_OK;
}

static void run_with_own_stack(void *argument) {
    struct stage *stage = argument;
    stack_t stack = {.ss_sp = own_stack, .ss_size = sizeof own_stack};
    expect(sigaltstack(&stack, NULL) == 0, "no signal stack");
    enter(stage, expect_own_stack, NULL, "one", 0);
    expect(cog_run(stage->scheduler) == COG_OK, "the run failed");
    (void)expect_own_stack(NULL, NULL);
}

static void the_programs_own_signal_stack_is_used(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    expect_clean(run_with_own_stack, stage);
}

static int do_nothing(struct cog_coro *self, void *argument) {
    (void)argument;
    return cog_yield(self);
}

static void run_without_memory(void *argument) {
    struct stage *stage = argument;
    drop_signal_stack();
    enter(stage, do_nothing, NULL, "one", 0);
    stage->tally.fail_at = stage->tally.call_count + 1;
    expect(cog_run(stage->scheduler) == COG_OK, "the run failed");
    expect(stage->tally.failed_count == 1, "no memory was asked for");
}

static void without_memory_for_the_signal_stack_the_run_goes_on(void **state) {
    skip_under_address_sanitizer();
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    expect_clean(run_without_memory, stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(an_overflow_names_the_coroutine_and_its_stack),
        STAGE_TEST(one_that_is_made_during_the_run_is_named_too),
        STAGE_TEST(one_of_a_scheduler_within_a_coroutine_is_named_too),
        STAGE_TEST(any_other_fault_ends_the_process_without_a_word),
        STAGE_TEST(the_handler_stays_and_the_signal_stack_goes_with_the_run),
        STAGE_TEST(without_stackful_coroutines_there_is_no_handler),
        STAGE_TEST(the_programs_own_handler_stands),
        STAGE_TEST(the_programs_own_signal_stack_is_used),
        STAGE_TEST(without_memory_for_the_signal_stack_the_run_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
