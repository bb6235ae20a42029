/* checker.h - what the files of the checker share: passes over the whole tree, each of which
 * reports what it finds.
 *
 *     checker_declarations.c  hosts and file-level names; two things of one name
 *     checker_names.c         each name to what it names; locals get their slots
 *     checker_outside.c       names outside coroutines: the world, expectations, outcomes
 *     checker_types.c         types of expressions, ranges of constants
 *     checker_operators.c     types of operators
 *     checker_flow.c          what is set where it is read; what is never reached
 *     checker_hosts.c         which hosts run and use what; calls in a circle
 *     checker_handlers.c      handlers of endings that cannot happen
 *     checker_expectations.c  expectations that cannot hold
 *     checker_contradictions.c  ... that exclude each other, or stand twice
 *     checker_loops.c         loops that never end and never wait
 *     checker_sockets.c       sockets that are used after they were closed
 *     checker_unused.c        what is never used
 *
 * The tree may have holes: a line with an error leaves nulls behind, in references a null name.
 * What was reported is not reported again: an unknown name becomes a local of any type that is set
 * (a phantom).
 */
#ifndef SIM_LANGUAGE_CHECKER_H
#define SIM_LANGUAGE_CHECKER_H

#include "sim/language/arena.h"
#include "sim/language/ast.h"
#include "sim/language/diagnostics.h"
#include "sim/language/names.h"
#include "sim/language/nearest.h"
#include "sim/language/statement_parts.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_symbol_kind {
    SIM_SYMBOL_NONE,
    SIM_SYMBOL_PARAMETER,
    SIM_SYMBOL_QUEUE,
    SIM_SYMBOL_CHANNEL,
    SIM_SYMBOL_LOCK,
    SIM_SYMBOL_VARIABLE,
    SIM_SYMBOL_COROUTINE,
    SIM_SYMBOL_ROUTINE,
};

/* A file-level name. */
struct sim_symbol {
    enum sim_symbol_kind kind;
    uint32_t index; /* into the array of its kind */
    struct sim_place place;
    bool is_used;
};

/* What is known of a local beside the tree. */
struct sim_checker_local {
    bool is_phantom;  /* unknown, and reported */
    bool is_in_scope; /* the block that first set it is still open */
    bool is_let;      /* set by `let` or `pick`, so it is meant to be read */
    bool is_read;
    bool has_type;
};

enum sim_use_kind { SIM_USE_QUEUE, SIM_USE_CHANNEL, SIM_USE_LOCK, SIM_USE_SIGNAL };

/* A thing of one host that a body uses. */
struct sim_use {
    enum sim_use_kind kind;
    uint32_t index;
    struct sim_place place;
};

/* A routine that a body starts. */
struct sim_start {
    enum sim_statement_kind kind; /* SPAWN, CALL, ITERATE */
    uint32_t routine;
    struct sim_place place;
};

/* A coroutine or routine while it is checked. */
struct sim_body {
    struct sim_coroutine *coroutine;
    struct sim_checker_local *locals;
    struct sim_use *uses;
    uint32_t use_count;
    struct sim_start *starts;
    uint32_t start_count;
    /* The hosts it runs on, two at most being told apart, each with a coroutine that runs there. */
    uint32_t hosts[2];
    uint32_t runners[2];
    uint32_t host_count;
    bool may_time_out; /* one of its operations; known once handlers have been looked at */
};

struct sim_checker {
    struct sim_arena *arena;   /* of the tree */
    struct sim_arena *scratch; /* dropped after checking */
    struct sim_names *names;
    struct sim_diagnostics *diagnostics;
    struct sim_scenario *scenario;
    /* By number of the name: */
    struct sim_symbol *symbols;
    uint32_t *hosts;   /* SIM_NONE: no such host */
    uint32_t *signals; /* SIM_NONE: no such signal */
    uint32_t *slots;   /* of the body at hand; SIM_NONE: no such local */
    /* By index: */
    struct sim_body *bodies; /* the coroutines, then the routines */
    uint32_t body_count;
    bool *host_is_used;
    bool *variable_has_type;
    bool *signal_is_waited_for;
    bool *signal_is_sent;
    /* The body at hand, null outside. */
    struct sim_body *body;
    bool wants_text; /* what is being looked up stands where a text is wanted */
    /* Types are computed again until nothing changes, and only then reported. */
    bool reports_types;
    bool types_have_changed;
};

/* Checks parser's work; the names of references are resolved. Returns COG_OK or COG_ENOMEM. */
int sim_checker_run(struct sim_checker *checker);

/* The passes, in this order. */
void sim_checker_declare(struct sim_checker *checker);
void sim_checker_resolve_bodies(struct sim_checker *checker);
void sim_checker_resolve_outside(struct sim_checker *checker);
void sim_checker_types(struct sim_checker *checker);
void sim_checker_flow(struct sim_checker *checker);
void sim_checker_hosts(struct sim_checker *checker);
void sim_checker_cycles(struct sim_checker *checker);
void sim_checker_handlers(struct sim_checker *checker);
void sim_checker_expectations(struct sim_checker *checker);
void sim_checker_contradictions(struct sim_checker *checker);
void sim_checker_loops(struct sim_checker *checker);
void sim_checker_sockets(struct sim_checker *checker);
void sim_checker_unused(struct sim_checker *checker);

/* ---- Declarations ---- */

const char *sim_symbol_kind_word(enum sim_symbol_kind kind);

/* Resolves a name that must be of that kind, and marks it used; false (and index SIM_NONE) having
 * reported. */
bool sim_checker_find(struct sim_checker *checker, struct sim_reference *reference,
                      enum sim_symbol_kind kind);

/* Resolves a host that must exist. A reference without a name is left alone. */
void sim_checker_find_host(struct sim_checker *checker, struct sim_reference *reference);

/* Resolves a signal, adding it if it is new. */
void sim_checker_find_signal(struct sim_checker *checker, struct sim_reference *reference);

/* ---- Names ---- */

/* Resolves the names in an expression, in the body at hand or outside of any. Null is allowed. */
void sim_checker_resolve(struct sim_checker *checker, struct sim_expression *expression);

/* Resolves something that is set: a variable or element, or in a body a local that exists. */
void sim_checker_resolve_target(struct sim_checker *checker, struct sim_target *target);

/* Gives a slot to what a statement sets, unless the file has a variable of that name. */
void sim_checker_define_target(struct sim_checker *checker, struct sim_statement *statement,
                               struct sim_target *target);

/* Drops a target that makes no sense, so that nobody looks at it again. */
void sim_checker_drop_target(struct sim_target *target);

/* Coroutines are named where no value can stand, so what is received or passed may share their
 * names. */
bool sim_checker_may_be_shadowed(const struct sim_symbol *symbol);

/* ---- Types ---- */

/* "a number", "a text" and the like. */
const char *sim_type_word(enum sim_type type);

/* Computes, notes and returns the type. Null is ANY. */
enum sim_type sim_checker_type(struct sim_checker *checker, struct sim_expression *expression);

/* The type of an operator or of an item, from its operands. */
enum sim_type sim_checker_operator_type(struct sim_checker *checker,
                                        struct sim_expression *expression);

/* Reports a value of a type that is known and not the one wanted. */
void sim_checker_want(struct sim_checker *checker, struct sim_expression *expression,
                      enum sim_type wanted, const char *what);

/* The value of a literal, or of one with a minus. */
bool sim_checker_constant(const struct sim_expression *expression, int64_t *value);

/* ---- Hosts ---- */

/* The index in bodies of a routine. */
uint32_t sim_checker_routine_body(const struct sim_checker *checker, uint32_t routine);

#endif
