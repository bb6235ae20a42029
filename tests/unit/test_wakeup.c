/* test_wakeup.c - what wakes a proactor: readable once it is raised, however often. */
#include "core/wakeup.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_readable(const struct cog_wakeup *wakeup) {
    struct pollfd polled = {.fd = wakeup->reader, .events = POLLIN};
    return poll(&polled, 1, 0) == 1;
}

static void it_is_readable_from_raising_to_lowering(void **state) {
    (void)state;
    struct cog_wakeup wakeup;
    assert_true(cog_wakeup_open_pipe(&wakeup));
    for (int i = 0; i < 3; i++) {
        assert_false(is_readable(&wakeup));
        assert_false(cog_wakeup_is_raised(&wakeup));
        cog_wakeup_raise(&wakeup);
        assert_true(is_readable(&wakeup));
        assert_true(cog_wakeup_is_raised(&wakeup));
        cog_wakeup_lower(&wakeup);
    }
    cog_wakeup_close(&wakeup);
}

/* A pipe takes some thousand writes; then the writer would wait, or its write would be lost. */
static void raising_it_very_often_is_one_write(void **state) {
    (void)state;
    struct cog_wakeup wakeup;
    assert_true(cog_wakeup_open_pipe(&wakeup));
    for (int i = 0; i < 100000; i++) {
        cog_wakeup_raise(&wakeup);
    }
    cog_wakeup_lower(&wakeup);
    assert_false(is_readable(&wakeup));
    cog_wakeup_close(&wakeup);
}

static void lowering_what_is_not_raised_does_nothing(void **state) {
    (void)state;
    struct cog_wakeup wakeup;
    assert_true(cog_wakeup_open_pipe(&wakeup));
    cog_wakeup_lower(&wakeup);
    cog_wakeup_raise(&wakeup);
    assert_true(is_readable(&wakeup));
    cog_wakeup_close(&wakeup);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_readable_from_raising_to_lowering),
        cmocka_unit_test(raising_it_very_often_is_one_write),
        cmocka_unit_test(lowering_what_is_not_raised_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
