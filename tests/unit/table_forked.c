/* table_forked.c - what the child says on its standard error is the outcome, unless it is ended. */
#include "tests/unit/table_forked.h"

#include "tests/unit/child.h"
#include "tests/unit/table_play.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct task {
    void (*act)(void *context, char *outcome);
    void *context;
};

static void act_and_say(void *argument) {
    const struct task *task = argument;
    char outcome[TABLE_OUTCOME_BYTES] = "n/a";
    task->act(task->context, outcome);
    if (write(STDERR_FILENO, outcome, strlen(outcome)) < 0) {
        _exit(1);
    }
}

void table_fork(void (*act)(void *context, char *outcome), void *context, char *outcome,
                const char *misuse) {
    struct task task = {act, context};
    struct child child;
    child_run(&child, act_and_say, &task);
    bool is_named =
        child.signal_number == SIGABRT && strstr(child.text, "assertion failed") != NULL;
    const char *words = is_named ? misuse : "fault: it crashes";
    if (child.signal_number == 0 && child.exit_code == 0) {
        words = child.text;
    }
    (void)snprintf(outcome, TABLE_OUTCOME_BYTES, "%.200s", words);
}
