/* test_status.c - the table of codes. */
#include "core/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_code_has_a_name_and_a_text_of_its_own(void **state) {
    (void)state;
    for (int status = COG_OK; status >= COG_ESTOPPED; status--) {
        assert_string_not_equal(cog_status_name(status), "unknown");
        assert_string_not_equal(cog_status_text(status), "unknown status");
        for (int other = COG_OK; other > status; other--) {
            assert_string_not_equal(cog_status_name(status), cog_status_name(other));
            assert_string_not_equal(cog_status_text(status), cog_status_text(other));
        }
    }
}

static void the_values_are_part_of_the_interface(void **state) {
    (void)state;
    assert_int_equal(COG_OK, 0);
    assert_int_equal(COG_ETIMEDOUT, -1);
    assert_int_equal(COG_EFAILED, -7);
    assert_int_equal(COG_EPROACTOR, -21);
    assert_int_equal(COG_ESTOPPED, -23);
    assert_string_equal(cog_status_name(COG_ETIMEDOUT), "timeout");
}

static void what_is_no_code_is_unknown(void **state) {
    (void)state;
    assert_string_equal(cog_status_name(1), "unknown");
    assert_string_equal(cog_status_name(COG_ESTOPPED - 1), "unknown");
    assert_string_equal(cog_status_text(12345), "unknown status");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_and_a_text_of_its_own),
        cmocka_unit_test(the_values_are_part_of_the_interface),
        cmocka_unit_test(what_is_no_code_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
