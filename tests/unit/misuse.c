/* misuse.c - looks at how a child ended and what it said. */
#include "tests/unit/misuse.h"

#include "tests/unit/child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void misuse_expect(void (*act)(void *argument), void *argument, const char *condition) {
    struct child child;
    child_run(&child, act, argument);
    const char *message = strstr(child.text, "assertion failed: ");
    if (message == NULL || strstr(message, condition) == NULL) {
        fail_msg("not asserted: %s; the child said: %s", condition, child.text);
    }
    assert_int_equal(child.signal_number, SIGABRT);
}
