/* interpreter.h - runs the code of a scenario's coroutines as step coroutines of the core. */
#ifndef SIM_INTERPRETER_H
#define SIM_INTERPRETER_H

#include "core/cogen.h"
#include "sim/language/ast.h"

/* Does the statement yield an operation to the scheduler? */
bool sim_statement_waits(const struct sim_statement *statement);

/* Of an `if`, a `while` or a counted `repeat`. */
const struct sim_expression *sim_condition_of(const struct sim_statement *statement);

/* The type of coroutines whose frames have so many slots. */
struct cog_coro_type sim_interpreter_coro_type(uint32_t slot_count);

/* Is a coroutine of such a type? */
bool sim_interpreter_runs(const struct cog_coro *coro);

#endif
