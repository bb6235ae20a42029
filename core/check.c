/* check.c - what a failed assertion does. */
#include "core/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void cog_assertion_failed(const char *condition, const char *file, int line) {
    (void)fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}
