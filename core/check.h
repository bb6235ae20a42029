/* check.h - assertions that stay in every build: they guard what the scheduler's promises rest on,
 * and cost a predictable branch each. Whole structures are checked by cog_scheduler_check. */
#ifndef COG_CHECK_H
#define COG_CHECK_H

#define cog_assert(condition)                                                                      \
    ((condition) ? (void)0 : cog_assertion_failed(#condition, __FILE__, __LINE__))

/* Tells on standard error what did not hold, and aborts. */
_Noreturn void cog_assertion_failed(const char *condition, const char *file, int line);

#endif
