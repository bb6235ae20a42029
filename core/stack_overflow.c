/* stack_overflow.c - the handler that tells whose stack has overflowed, and when it is installed.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "core/stack_overflow.h"

#include "core/instrumentation.h"
#include "core/scheduler.h"
#include "core/stack.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int watched_signals[] = {SIGSEGV, SIGBUS};

enum { WATCHED_COUNT = sizeof watched_signals / sizeof watched_signals[0] };

/* ---- In the handler: only what a signal handler may call ---- */

struct message {
    size_t bytes;
    char text[512];
};

static void append_character(struct message *message, char character) {
    if (message->bytes < sizeof message->text) {
        message->text[message->bytes++] = character;
    }
}

static void append(struct message *message, const char *text) {
    for (; *text != '\0'; text++) {
        append_character(message, *text);
    }
}

static void append_number(struct message *message, size_t number) {
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        append_character(message, digits[--count]);
    }
}

/* Copies bytes that may not be there: through a pipe, for the system reports what it cannot read
 * instead of faulting. */
static bool copy_safely(const int pipe_ends[2], void *copy, const void *memory, size_t bytes) {
    return write(pipe_ends[1], memory, bytes) == (ssize_t)bytes &&
           read(pipe_ends[0], copy, bytes) == (ssize_t)bytes;
}

/* The header of the stack in whose guard the address lies. */
static bool find_stack(const int pipe_ends[2], uintptr_t address, struct cog_stack *header) {
    for (int bits = COG_STACK_BITS_MIN; bits <= COG_STACK_BITS_MAX; bits++) {
        size_t bytes = (size_t)1 << bits;
        uintptr_t base = address & ~((uintptr_t)bytes - 1);
        const void *place = (const void *)(base + bytes - sizeof *header);
        if (copy_safely(pipe_ends, header, place, sizeof *header) &&
            header->magic == cog_stack_magic(base) && header->bytes == bytes &&
            address - base < header->guard_bytes) {
            return true;
        }
    }
    return false;
}

static void append_name(struct message *message, const int pipe_ends[2], const char *name) {
    enum { NAME_BYTES_MAX = 200 };
    for (size_t i = 0; i < NAME_BYTES_MAX; i++) {
        char character;
        if (!copy_safely(pipe_ends, &character, name + i, 1) || character == '\0') {
            return;
        }
        append_character(message, character);
    }
}

static void tell(uintptr_t address) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        return;
    }
    struct cog_stack header;
    if (find_stack(pipe_ends, address, &header)) {
        struct message message = {.bytes = 0};
        append(&message, "coroutine '");
        append_name(&message, pipe_ends, header.name);
        append(&message, "': stack overflow, its stack has ");
        append_number(&message, cog_stack_usable_bytes(&header));
        append(&message, " bytes; give it a larger stack_bytes\n");
        (void)!write(STDERR_FILENO, message.text, message.bytes);
    }
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

/* A fault repeats when the handler returns; a signal that somebody sent has to be sent again. */
static void on_fault(int number, siginfo_t *info, void *context) {
    (void)context;
    int errno_before = errno;
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    (void)sigaction(number, &by_default, NULL);
    if (info->si_code > 0) {
        tell((uintptr_t)info->si_addr);
    } else {
        (void)raise(number);
    }
    errno = errno_before;
}

/* ---- Installing it ---- */

static bool is_ours(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) != 0 && action->sa_sigaction == on_fault;
}

/* Installs the handler where nobody has one. True if it is there now. */
static bool install_handler(int signal_number) {
    struct sigaction action;
    if (sigaction(signal_number, NULL, &action) != 0) {
        return false;
    }
    if (is_ours(&action)) {
        return true;
    }
    if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) {
        return false;
    }
    action = (struct sigaction){.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    (void)sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL) == 0;
}

static size_t signal_stack_bytes(void) {
    enum { HANDLER_BYTES = 16384 };
    long bytes = 0;
#ifdef _SC_MINSIGSTKSZ
    bytes = sysconf(_SC_MINSIGSTKSZ); /* what the processor's registers take */
#endif
    return HANDLER_BYTES + (bytes > 0 ? (size_t)bytes : MINSIGSTKSZ);
}

/* Without memory for it there is no message, and nothing else is different. */
static void install_signal_stack(struct cog_scheduler *scheduler) {
    struct cog_overflow_watch *watch = &scheduler->overflow_watch;
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0 || (stack.ss_flags & SS_DISABLE) == 0) {
        return;
    }
    if (watch->signal_stack == NULL) {
        watch->signal_stack_bytes = signal_stack_bytes();
        watch->signal_stack = cog_allocate(scheduler->allocator, watch->signal_stack_bytes);
    }
    if (watch->signal_stack != NULL) {
        stack = (stack_t){.ss_sp = watch->signal_stack, .ss_size = watch->signal_stack_bytes};
        watch->has_signal_stack = sigaltstack(&stack, NULL) == 0;
    }
}

void cog_overflow_watch_stack(struct cog_scheduler *scheduler) {
    struct cog_overflow_watch *watch = &scheduler->overflow_watch;
    if (!watch->is_wanted || watch->is_on || cog_has_address_sanitizer()) {
        return;
    }
    watch->is_on = true;
    bool is_installed = false;
    for (int i = 0; i < WATCHED_COUNT; i++) {
        is_installed = install_handler(watched_signals[i]) || is_installed;
    }
    if (is_installed) {
        install_signal_stack(scheduler);
    }
}

void cog_overflow_watch_begin(struct cog_scheduler *scheduler) {
    scheduler->overflow_watch.is_wanted = true;
    if (!cog_list_is_empty(&scheduler->stacks.taken)) {
        cog_overflow_watch_stack(scheduler);
    }
}

/* Leaves alone what the program has changed in the meantime. */
void cog_overflow_watch_end(struct cog_scheduler *scheduler) {
    struct cog_overflow_watch *watch = &scheduler->overflow_watch;
    stack_t stack;
    if (watch->has_signal_stack && sigaltstack(NULL, &stack) == 0 &&
        stack.ss_sp == watch->signal_stack) {
        stack = (stack_t){.ss_flags = SS_DISABLE};
        (void)sigaltstack(&stack, NULL);
    }
    watch->has_signal_stack = false;
    watch->is_wanted = false;
    watch->is_on = false;
}

void cog_overflow_watch_term(struct cog_scheduler *scheduler) {
    struct cog_overflow_watch *watch = &scheduler->overflow_watch;
    cog_release(scheduler->allocator, watch->signal_stack, watch->signal_stack_bytes);
    watch->signal_stack = NULL;
}
