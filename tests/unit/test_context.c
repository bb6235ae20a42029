/* test_context.c - every variant of contexts that this machine has keeps one contract. */
#include "core/context.h"
#include "tests/unit/context_contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void check_all(const char *(*holds)(const struct cog_context_ops *ops)) {
    const struct cog_context_ops *ops = NULL;
    for (size_t i = 0; (ops = cog_context_variant(i)) != NULL; i++) {
        const char *fault = holds(ops);
        if (fault != NULL) {
            fail_msg("%s: %s", ops->name, fault);
        }
    }
}

static void there_is_a_variant_for_this_machine(void **state) {
    (void)state;
    assert_non_null(cog_context_variant(0));
#if defined(__x86_64__)
    assert_ptr_equal(cog_context_variant(0), cog_context_x86_64());
#elif defined(__aarch64__)
    assert_ptr_equal(cog_context_variant(0), cog_context_aarch64());
#endif
}

static void variants_have_names_of_their_own(void **state) {
    (void)state;
    for (size_t i = 0; cog_context_variant(i) != NULL; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(cog_context_variant(i)->name, cog_context_variant(k)->name);
        }
    }
}

static void an_entry_gets_its_argument(void **state) {
    (void)state;
    check_all(context_passes_its_argument);
}

static void an_entry_begins_on_its_own_aligned_stack(void **state) {
    (void)state;
    check_all(context_aligns_its_stack);
}

static void a_switch_carries_a_value(void **state) {
    (void)state;
    check_all(context_passes_values_both_ways);
}

static void what_lives_in_registers_survives_thousands_of_switches(void **state) {
    (void)state;
    check_all(context_preserves_registers);
}

static void contexts_switch_to_one_another(void **state) {
    (void)state;
    check_all(context_goes_round_a_ring);
}

static void each_context_has_its_own_rounding(void **state) {
    (void)state;
    check_all(context_has_its_own_rounding);
}

static void a_recursion_is_suspended_at_every_depth(void **state) {
    (void)state;
    check_all(context_recurses_deeply);
}

static void a_stack_that_was_left_for_good_is_used_again(void **state) {
    (void)state;
    check_all(context_leaves_for_good);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_variant_for_this_machine),
        cmocka_unit_test(variants_have_names_of_their_own),
        cmocka_unit_test(an_entry_gets_its_argument),
        cmocka_unit_test(an_entry_begins_on_its_own_aligned_stack),
        cmocka_unit_test(a_switch_carries_a_value),
        cmocka_unit_test(what_lives_in_registers_survives_thousands_of_switches),
        cmocka_unit_test(contexts_switch_to_one_another),
        cmocka_unit_test(each_context_has_its_own_rounding),
        cmocka_unit_test(a_recursion_is_suspended_at_every_depth),
        cmocka_unit_test(a_stack_that_was_left_for_good_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
