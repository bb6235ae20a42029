/* context_ucontext.c - contexts by the calls of <ucontext.h>, for machines that have no variant of
 * their own. A swap takes two system calls, because it keeps the signal mask as well.
 *
 * A context that stands still has its frame on its own stack; the stack pointer of context.h is the
 * address of that.
 */
#include "core/context.h"

#include <limits.h> /* tells the C library */

#if defined(__GLIBC__) || defined(__FreeBSD__) || defined(__NetBSD__)

#include "core/check.h"

#include <stdint.h>
#include <ucontext.h>

struct frame {
    ucontext_t context;
    cog_context_entry entry;
    void *argument;
    int value; /* that it goes on with */
};

/* makecontext passes nothing but ints. */
static void start(unsigned high, unsigned low) {
    const struct frame *frame = (struct frame *)(uintptr_t)((uint64_t)high << 32 | low);
    frame->entry(frame->argument);
}

static void *make_ucontext(char *stack, size_t bytes, cog_context_entry entry, void *argument) {
    uintptr_t place = ((uintptr_t)stack + bytes - sizeof(struct frame)) & ~(uintptr_t)63;
    struct frame *frame = (struct frame *)place;
    frame->entry = entry;
    frame->argument = argument;
    int failed = getcontext(&frame->context);
    cog_assert(failed == 0);
    frame->context.uc_stack = (stack_t){.ss_sp = stack, .ss_size = place - (uintptr_t)stack};
    frame->context.uc_link = NULL;
    makecontext(&frame->context, (void (*)(void))start, 2, (unsigned)((uint64_t)place >> 32),
                (unsigned)place);
    return frame;
}

static int swap_ucontext(void **from_sp, void *to_sp, int value) {
    struct frame here;
    struct frame *there = to_sp;
    here.context.uc_stack = (stack_t){.ss_sp = NULL};
    *from_sp = &here;
    there->value = value;
    int failed = swapcontext(&here.context, &there->context);
    cog_assert(failed == 0);
    *from_sp = NULL;
    return here.value;
}

const struct cog_context_ops *cog_context_ucontext(void) {
    static const struct cog_context_ops ops = {
        .name = "ucontext", .make = make_ucontext, .swap = swap_ucontext};
    return &ops;
}

#else

const struct cog_context_ops *cog_context_ucontext(void) {
    return NULL;
}

#endif
