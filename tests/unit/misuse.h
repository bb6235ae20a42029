/* misuse.h - what a program must not do ends it, with a message that names the condition. */
#ifndef TESTS_MISUSE_H
#define TESTS_MISUSE_H

/* Does it in a child process, which is to end by an assertion that failed, of that condition. */
void misuse_expect(void (*act)(void *argument), void *argument, const char *condition);

#endif
