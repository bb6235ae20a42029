/* context_contract.h - what every variant of contexts has to do, as checks that need nothing but
 * the core: test_context.c makes them tests, tests/house/aarch64.sh runs them on another processor.
 */
#ifndef TESTS_CONTEXT_CONTRACT_H
#define TESTS_CONTEXT_CONTRACT_H

#include "core/context.h"

/* Each returns null, or what does not hold. */
const char *context_passes_its_argument(const struct cog_context_ops *ops);
const char *context_aligns_its_stack(const struct cog_context_ops *ops);
const char *context_passes_values_both_ways(const struct cog_context_ops *ops);
const char *context_preserves_registers(const struct cog_context_ops *ops);
const char *context_goes_round_a_ring(const struct cog_context_ops *ops);
const char *context_has_its_own_rounding(const struct cog_context_ops *ops);
const char *context_recurses_deeply(const struct cog_context_ops *ops);
const char *context_leaves_for_good(const struct cog_context_ops *ops);

#endif
