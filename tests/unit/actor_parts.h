/* actor_parts.h - what the files that actors are made of share. */
#ifndef TESTS_ACTOR_PARTS_H
#define TESTS_ACTOR_PARTS_H

#include "tests/unit/actor.h"
#include "tests/unit/statement.h"

enum { ACTOR_BUFFER_BYTES = 64 };

struct actor {
    struct stage *stage;
    const char *rest; /* of the script */
    char verb[16];    /* of the operation that it waits on; empty: none */
    bool is_quiet;    /* about it */
    char buffer[ACTOR_BUFFER_BYTES];
};

/* Sets the operation of a statement. False if it is of no operation, or there is no memory for it.
 */
bool actor_set_operation(struct actor *actor, struct cog_coro *self,
                         const struct statement *statement, struct cog_op *op);

/* Does what a statement says that yields nothing. False if it is none. */
bool actor_do_at_once(struct actor *actor, struct cog_coro *self,
                      const struct statement *statement);

/* Ends the gate that has been parked longest. False if there is none. */
bool actor_open_gate(struct stage *stage);

/* The actor that a statement's second word names, or null. */
struct cog_coro *actor_named(const struct stage *stage, struct cog_coro *self,
                             const struct statement *statement);

/* The object that a statement's second word names; null if making it has failed. */
struct stage_object *actor_object(struct stage *stage, const struct statement *statement);

/* Begins a line of the log: TIME NAME VERB. */
void actor_write(struct stage *stage, const struct cog_coro *coro, const char *verb);

#endif
