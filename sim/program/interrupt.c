/* interrupt.c - removes a file, then dies of the signal as if it had not been caught. */
#include "sim/program/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

/* The one thing that a signal handler can know. Changed only while the signals are blocked. */
static char path_to_remove[PATH_BYTES];

static bool is_held;
static sigset_t mask_before; /* while is_held */

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { NUMBER_COUNT = sizeof numbers / sizeof numbers[0] };

static void die(int number) {
    if (path_to_remove[0] != '\0') {
        (void)unlink(path_to_remove);
    }
    (void)raise(number); /* SA_RESETHAND: this time it kills, once it is unblocked on return */
}

void hold_interrupts(void) {
    if (is_held) {
        return;
    }
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        (void)sigaddset(&set, numbers[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &set, &mask_before);
    is_held = true;
}

void remove_on_interrupt(const char *path) {
    int error_number = errno;
    hold_interrupts();
    size_t bytes = path != NULL ? strlen(path) + 1 : 0;
    if (bytes == 0 || bytes > PATH_BYTES) {
        path_to_remove[0] = '\0';
    } else {
        memcpy(path_to_remove, path, bytes);
    }
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            action.sa_handler = die;
            action.sa_flags = (int)SA_RESETHAND;
            (void)sigaction(numbers[i], &action, NULL);
        }
    }
    is_held = false;
    (void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
    errno = error_number;
}
