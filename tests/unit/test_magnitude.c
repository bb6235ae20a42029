/* test_magnitude.c - numbers that may be very large. */
#include "sim/explore/magnitude.h"

#include "core/allocator.h"
#include "sim/language/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_reads(struct sim_magnitude a, const char *expected) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_magnitude_append(&buffer, a);
    assert_string_equal(buffer.bytes, expected);
    sim_buffer_term(&buffer);
}

static struct sim_magnitude power(uint64_t base, uint32_t exponent) {
    struct sim_magnitude product = sim_magnitude_of(1);
    for (uint32_t i = 0; i < exponent; i++) {
        product = sim_magnitude_multiply(product, base);
    }
    return product;
}

static void they_are_read_easily(void **state) {
    (void)state;
    assert_reads(sim_magnitude_of(0), "0");
    assert_reads(sim_magnitude_of(999), "999");
    assert_reads(sim_magnitude_of(1000), "1,000");
    assert_reads(sim_magnitude_of(9999), "9,999");
    assert_reads(sim_magnitude_of(10000), "10 thousand");
    assert_reads(sim_magnitude_of(123456), "120 thousand");
    assert_reads(sim_magnitude_of(999499), "1.0 million");
    assert_reads(sim_magnitude_of(2449999), "2.4 million");
    assert_reads(sim_magnitude_of(40116600), "40 million");
    assert_reads(sim_magnitude_of(UINT64_C(999000000000)), "1.0 * 10^12");
    assert_reads(power(10, 12), "1.0 * 10^12");
    assert_reads(power(10, 100), "1.0 * 10^100");
    assert_reads(power(2, 1000), "1.1 * 10^301");
}

static void small_ones_are_exact(void **state) {
    (void)state;
    struct sim_magnitude a = power(3, 40); /* 12157665459056928801 */
    assert_int_equal(a.exponent, 0);
    assert_true(a.mantissa == UINT64_C(12157665459056928801));
    a = sim_magnitude_divide(a, UINT64_C(3486784401));
    assert_true(a.mantissa == UINT64_C(3486784401));
    a = sim_magnitude_add(a, sim_magnitude_of(5));
    assert_true(a.mantissa == UINT64_C(3486784406));
}

static void what_was_multiplied_can_be_divided(void **state) {
    (void)state;
    struct sim_magnitude a = power(7, 200);
    for (int i = 0; i < 190; i++) {
        a = sim_magnitude_divide(a, 7);
    }
    assert_int_equal(a.exponent, 0);
    assert_true(a.mantissa >= 282475248 &&
                a.mantissa <= 282475249); /* 7^10, but for the last bit */
}

static void the_larger_one_decides_a_sum(void **state) {
    (void)state;
    assert_reads(sim_magnitude_add(power(10, 30), power(10, 30)), "2.0 * 10^30");
    assert_reads(sim_magnitude_add(sim_magnitude_of(1), power(10, 90)), "1.0 * 10^90");
    assert_reads(sim_magnitude_add(power(10, 90), sim_magnitude_of(1)), "1.0 * 10^90");
}

static void of_less_than_one_nothing_is_left(void **state) {
    (void)state;
    assert_reads(sim_magnitude_divide(sim_magnitude_of(5), 6), "0");
    assert_reads(sim_magnitude_divide(sim_magnitude_of(0), 6), "0");
    assert_reads(sim_magnitude_multiply(power(10, 50), 0), "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_read_easily),
        cmocka_unit_test(small_ones_are_exact),
        cmocka_unit_test(what_was_multiplied_can_be_divided),
        cmocka_unit_test(the_larger_one_decides_a_sum),
        cmocka_unit_test(of_less_than_one_nothing_is_left),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
