/* call_notes.c - notes of calls, and the run of who makes them. */
#include "tests/unit/call_notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

void call_note(struct stage *stage, const char *what, int64_t status, int64_t value) {
    stage_write(&stage->log, "%lld %s %lld", (long long)stage->now_ns, what, (long long)status);
    stage_write(&stage->log, value != -99 ? " =%lld\n" : "\n", (long long)value);
}

void call_expect(struct stage *stage, cog_function function, int status, const char *log) {
    assert_int_equal(cog_go(stage->scheduler, function, stage, "f"), COG_OK);
    stage_expect(stage, status, log);
}
