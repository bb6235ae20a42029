/* code.h - a scenario's bodies as lists of instructions: blocks, loops and handlers become jumps.
 *
 * An instruction refers to the statement that it executes; expressions are evaluated from the tree.
 * The instructions of a statement with handlers:
 *
 *     AWAIT statement, handlers at h1, h2 --- success ---> JUMP after
 *     h1: block ... JUMP after
 *     h2: block ... JUMP after
 *     after:
 *
 * Those of an iterate, whose AWAIT is the wait for the next value:
 *
 *     PIPE_OPEN slot
 *     next: AWAIT statement, handlers at h1 --- the producer has ended ---> JUMP close
 *     body ... JUMP next
 *     h1: block ... JUMP close
 *     close: PIPE_CLOSE slot
 */
#ifndef SIM_CODE_H
#define SIM_CODE_H

#include "core/cogen.h"
#include "sim/language/arena.h"
#include "sim/language/ast.h"
#include "sim/language/diagnostics.h"

enum sim_opcode {
    SIM_CODE_AWAIT,       /* a statement that yields an operation */
    SIM_CODE_DO,          /* a statement that does not */
    SIM_CODE_JUMP,        /* to target */
    SIM_CODE_JUMP_UNLESS, /* to target unless the statement's condition holds */
    SIM_CODE_COUNT_START, /* slot: how often a repeat goes round */
    SIM_CODE_COUNT_DOWN,  /* to target when slot has come to 0, else one less */
    SIM_CODE_PIPE_OPEN,   /* slot: the producer of an iterate */
    SIM_CODE_PIPE_CLOSE,  /* of slot */
    SIM_CODE_END,
};

struct sim_instruction {
    enum sim_opcode opcode;
    uint32_t target; /* of jumps; AWAIT: index of its first handler, SIM_NONE if it has none */
    uint32_t slot;   /* COUNT_, PIPE_, and the AWAIT of an iterate */
    const struct sim_statement *statement; /* null: JUMP, END */
};

/* Where control goes for an ending that is handled. */
struct sim_handler_target {
    unsigned endings; /* a set of enum sim_ending; 0 ends the list */
    uint32_t target;
};

/* The code of a `coro` or `routine`. */
struct sim_code {
    const struct sim_coroutine *source;
    struct sim_instruction *instructions;
    uint32_t count;
    struct sim_handler_target *handlers;
    uint32_t handler_count;
    uint32_t slot_count;
    const unsigned char *quiet; /* of each instruction (quiet.h); null: nobody asked */
    const uint64_t *live;       /* of each instruction, two sets of slots (liveness.h); or null */
    struct cog_coro_type type;  /* step and term are the interpreter's */
};

/* A scenario ready to run. */
struct sim_program {
    const struct sim_scenario *scenario;
    struct sim_arena arena;
    struct sim_code *coroutines; /* as the scenario's */
    struct sim_code *routines;
    const char **image_paths; /* of each host, the file of its C program (images.h); may be null */
};

/* Makes code of a scenario, which must outlive it. COG_OK; COG_ENOMEM; or COG_EUNSUPPORTED if it
 * uses forms that can be checked but not run: the diagnostics (may be null) tell which. Unless
 * COG_OK there is nothing to free. */
int sim_program_init(struct sim_program *program, const struct cog_allocator *allocator,
                     const struct sim_scenario *scenario, struct sim_diagnostics *diagnostics);
void sim_program_term(struct sim_program *program);

#endif
