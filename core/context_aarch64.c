/* context_aarch64.c - contexts for aarch64 (AAPCS64, ELF).
 *
 * What a swap leaves on a stack, from the stack pointer upwards:
 *
 *     d8 to d15 | x19 to x28 | x29 | x30, the address to return to | fpcr | 8 bytes unused
 */
#include "core/context.h"

#if defined(__aarch64__) && defined(__LP64__) && defined(__ELF__)

#include <stdint.h>

__attribute__((visibility("hidden"))) int cog_context_aarch64_swap(void **from_sp, void *to_sp,
                                                                   int value);
__attribute__((visibility("hidden"))) void cog_context_aarch64_start(void);

/* hint 34 is bti c. fpcr is written when it differs only: that costs as much as all the rest. In
 * swap the frames of both stacks look alike, so what is said of the one's holds for the other's. In
 * start nothing is said of the caller, for there is none: backtraces end here. */
__asm__(".pushsection .text\n"
        ".p2align 4\n"
        ".globl cog_context_aarch64_swap\n"
        ".hidden cog_context_aarch64_swap\n"
        ".type cog_context_aarch64_swap, %function\n"
        "cog_context_aarch64_swap:\n"
        "    .cfi_startproc\n"
        "    hint #34\n"
        "    sub sp, sp, #176\n"
        "    .cfi_def_cfa_offset 176\n"
        "    stp d8, d9, [sp, #0]\n"
        "    stp d10, d11, [sp, #16]\n"
        "    stp d12, d13, [sp, #32]\n"
        "    stp d14, d15, [sp, #48]\n"
        "    stp x19, x20, [sp, #64]\n"
        "    stp x21, x22, [sp, #80]\n"
        "    stp x23, x24, [sp, #96]\n"
        "    stp x25, x26, [sp, #112]\n"
        "    stp x27, x28, [sp, #128]\n"
        "    stp x29, x30, [sp, #144]\n"
        "    .cfi_offset x29, -32\n"
        "    .cfi_offset x30, -24\n"
        "    mrs x9, fpcr\n"
        "    str x9, [sp, #160]\n"
        "    mov x10, sp\n"
        "    str x10, [x0]\n"
        "    mov sp, x1\n"
        "    ldr x10, [sp, #160]\n"
        "    cmp x9, x10\n"
        "    b.eq 1f\n"
        "    msr fpcr, x10\n"
        "1:\n"
        "    ldp d8, d9, [sp, #0]\n"
        "    ldp d10, d11, [sp, #16]\n"
        "    ldp d12, d13, [sp, #32]\n"
        "    ldp d14, d15, [sp, #48]\n"
        "    ldp x19, x20, [sp, #64]\n"
        "    ldp x21, x22, [sp, #80]\n"
        "    ldp x23, x24, [sp, #96]\n"
        "    ldp x25, x26, [sp, #112]\n"
        "    ldp x27, x28, [sp, #128]\n"
        "    ldp x29, x30, [sp, #144]\n"
        "    .cfi_restore x29\n"
        "    .cfi_restore x30\n"
        "    add sp, sp, #176\n"
        "    .cfi_def_cfa_offset 0\n"
        "    mov w0, w2\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size cog_context_aarch64_swap, . - cog_context_aarch64_swap\n"
        ".p2align 4\n"
        ".globl cog_context_aarch64_start\n"
        ".hidden cog_context_aarch64_start\n"
        ".type cog_context_aarch64_start, %function\n"
        "cog_context_aarch64_start:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined x30\n"
        "    mov x0, x20\n"
        "    blr x19\n"
        "    brk #1\n"
        "    .cfi_endproc\n"
        ".size cog_context_aarch64_start, . - cog_context_aarch64_start\n"
        ".popsection\n");

struct frame {
    uint64_t d[8];
    uint64_t x19; /* start: the entry */
    uint64_t x20; /* start: the argument */
    uint64_t x21_to_x28[8];
    uint64_t x29;
    uint64_t x30;
    uint64_t fpcr;
    uint64_t unused;
};

_Static_assert(sizeof(struct frame) == 176 && offsetof(struct frame, x19) == 64 &&
                   offsetof(struct frame, x29) == 144 && offsetof(struct frame, fpcr) == 160,
               "as the instructions above have it");

static void *make_aarch64(char *stack, size_t bytes, cog_context_entry entry, void *argument) {
    uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
    struct frame *frame = (struct frame *)(top - sizeof *frame);
    *frame = (struct frame){.x19 = (uintptr_t)entry,
                            .x20 = (uintptr_t)argument,
                            .x30 = (uintptr_t)cog_context_aarch64_start};
    __asm__ volatile("mrs %0, fpcr" : "=r"(frame->fpcr));
    return frame;
}

const struct cog_context_ops *cog_context_aarch64(void) {
    static const struct cog_context_ops ops = {
        .name = "aarch64", .make = make_aarch64, .swap = cog_context_aarch64_swap};
    return &ops;
}

#else

const struct cog_context_ops *cog_context_aarch64(void) {
    return NULL;
}

#endif
