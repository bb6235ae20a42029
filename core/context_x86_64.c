/* context_x86_64.c - contexts for x86-64 (System V ABI, ELF).
 *
 * What a swap leaves on a stack, from the stack pointer upwards, 8 bytes a line:
 *
 *     mxcsr, x87 control word | r15 | r14 | r13 | r12 | rbx | rbp | address to go on at
 *
 * It goes on by a jump: a return would be predicted to come out where this swap was called, which
 * is never right, and measurably slower.
 */
#include "core/context.h"

#if defined(__x86_64__) && defined(__LP64__) && defined(__ELF__)

#include <stdint.h>

__attribute__((visibility("hidden"))) int cog_context_x86_64_swap(void **from_sp, void *to_sp,
                                                                  int value);
__attribute__((visibility("hidden"))) void cog_context_x86_64_start(void);

/* The modes are loaded only if they differ, flags apart, which no call preserves: that costs as
 * much as all the rest. In swap the frames of both stacks look alike, so what is said of the one's
 * holds for the other's. In start nothing is said of the caller, for there is none: backtraces end
 * here. */
__asm__(".pushsection .text\n"
        ".p2align 4\n"
        ".globl cog_context_x86_64_swap\n"
        ".hidden cog_context_x86_64_swap\n"
        ".type cog_context_x86_64_swap, @function\n"
        "cog_context_x86_64_swap:\n"
        "    .cfi_startproc\n"
        "    endbr64\n"
        "    pushq %rbp\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %rbp, 0\n"
        "    pushq %rbx\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %rbx, 0\n"
        "    pushq %r12\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %r12, 0\n"
        "    pushq %r13\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %r13, 0\n"
        "    pushq %r14\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %r14, 0\n"
        "    pushq %r15\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    .cfi_rel_offset %r15, 0\n"
        "    subq $8, %rsp\n"
        "    .cfi_adjust_cfa_offset 8\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    movl (%rsp), %ecx\n"
        "    movzwl 4(%rsp), %r8d\n"
        "    movl %edx, %eax\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    xorl (%rsp), %ecx\n"
        "    xorw 4(%rsp), %r8w\n"
        "    andl $0xffc0, %ecx\n"
        "    orw %r8w, %cx\n"
        "    jnz 2f\n"
        "1:\n"
        "    addq $8, %rsp\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    popq %r15\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_restore %r15\n"
        "    popq %r14\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_restore %r14\n"
        "    popq %r13\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_restore %r13\n"
        "    popq %r12\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_restore %r12\n"
        "    popq %rbx\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_restore %rbx\n"
        "    popq %rbp\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_restore %rbp\n"
        "    popq %rcx\n"
        "    .cfi_adjust_cfa_offset -8\n"
        "    .cfi_register %rip, %rcx\n"
        "    notrack jmp *%rcx\n"
        "2:\n"
        "    .cfi_adjust_cfa_offset 64\n"
        "    .cfi_rel_offset %rip, 56\n"
        "    .cfi_rel_offset %r15, 8\n"
        "    .cfi_rel_offset %r14, 16\n"
        "    .cfi_rel_offset %r13, 24\n"
        "    .cfi_rel_offset %r12, 32\n"
        "    .cfi_rel_offset %rbx, 40\n"
        "    .cfi_rel_offset %rbp, 48\n"
        "    ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    jmp 1b\n"
        "    .cfi_endproc\n"
        ".size cog_context_x86_64_swap, . - cog_context_x86_64_swap\n"
        ".p2align 4\n"
        ".globl cog_context_x86_64_start\n"
        ".hidden cog_context_x86_64_start\n"
        ".type cog_context_x86_64_start, @function\n"
        "cog_context_x86_64_start:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined %rip\n"
        "    endbr64\n"
        "    movq %r12, %rdi\n"
        "    callq *%rbx\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size cog_context_x86_64_start, . - cog_context_x86_64_start\n"
        ".popsection\n");

struct frame {
    uint32_t mxcsr;
    uint16_t x87_control;
    uint16_t unused;
    uint64_t r15;
    uint64_t r14;
    uint64_t r13;
    uint64_t r12; /* start: the argument */
    uint64_t rbx; /* start: the entry */
    uint64_t rbp;
    uint64_t rip;
};

_Static_assert(sizeof(struct frame) == 64, "start begins with an aligned stack pointer");

static void *make_x86_64(char *stack, size_t bytes, cog_context_entry entry, void *argument) {
    uintptr_t top = ((uintptr_t)stack + bytes) & ~(uintptr_t)15;
    struct frame *frame = (struct frame *)(top - sizeof *frame);
    *frame = (struct frame){.r12 = (uintptr_t)argument,
                            .rbx = (uintptr_t)entry,
                            .rip = (uintptr_t)cog_context_x86_64_start};
    __asm__ volatile("stmxcsr %0" : "=m"(frame->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(frame->x87_control));
    return frame;
}

/* A processor that keeps a shadow stack of return addresses would not let a thread change stacks
 * like this. 0 where it does not, also on processors that have none. */
static uint64_t shadow_stack(void) {
    uint64_t pointer = 0;
    __asm__ volatile("rdsspq %0" : "+r"(pointer));
    return pointer;
}

const struct cog_context_ops *cog_context_x86_64(void) {
    static const struct cog_context_ops ops = {
        .name = "x86_64", .make = make_x86_64, .swap = cog_context_x86_64_swap};
    return shadow_stack() == 0 ? &ops : NULL;
}

#else

const struct cog_context_ops *cog_context_x86_64(void) {
    return NULL;
}

#endif
