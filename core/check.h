/* check.h - assertions, in two levels by cost.
 *
 * cog_assert stays in every build: it guards what the scheduler's promises rest on and costs a
 * predictable branch. cog_assert_slow is compiled in only with -DCOG_SLOW_CHECKS (the sanitizer
 * builds): whole-structure validity.
 */
#ifndef COG_CHECK_H
#define COG_CHECK_H

#define cog_assert(condition)                                                                      \
    ((condition) ? (void)0 : cog_assertion_failed(#condition, __FILE__, __LINE__))

#ifdef COG_SLOW_CHECKS
#define cog_assert_slow(condition) cog_assert(condition)
#else
#define cog_assert_slow(condition) ((void)0)
#endif

/* Tells on standard error what did not hold, and aborts. */
_Noreturn void cog_assertion_failed(const char *condition, const char *file, int line);

#endif
