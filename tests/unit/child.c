/* child.c - forking, and reading what the child says until it ends. */
#include "tests/unit/child.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void act_and_exit(int error_end, void (*act)(void *argument), void *argument) {
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){.rlim_cur = 0});
    (void)alarm(60);
    /* cmocka, or a sanitizer, catches what ends a process. */
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        (void)signal(signals[i], SIG_DFL);
    }
    (void)dup2(error_end, STDERR_FILENO);
    act(argument);
    _exit(0);
}

/* Until the other end is closed. */
static void read_text(int end, struct child *child) {
    char surplus[256];
    size_t bytes = 0;
    for (;;) {
        size_t room = sizeof child->text - 1 - bytes;
        ssize_t count =
            room > 0 ? read(end, child->text + bytes, room) : read(end, surplus, sizeof surplus);
        if (count > 0) {
            bytes += room > 0 ? (size_t)count : 0;
        } else if (count == 0 || errno != EINTR) {
            child->text[bytes] = '\0';
            return;
        }
    }
}

void child_run(struct child *child, void (*act)(void *argument), void *argument) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        (void)close(ends[0]);
        act_and_exit(ends[1], act, argument);
    }
    (void)close(ends[1]);
    read_text(ends[0], child);
    (void)close(ends[0]);
    int status = 0;
    while (waitpid(id, &status, 0) < 0) {
        assert_int_equal(errno, EINTR);
    }
    child->signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    child->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
