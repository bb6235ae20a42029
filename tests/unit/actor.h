/* actor.h - step coroutines that play a script: statements between semicolons.
 *
 *  - time: yield, sleep NS, sleep_until NS
 *  - signals: wait S, signal S VALUE RECIPIENTS, ring S VALUE (from outside)
 *  - new coroutines: spawn ROLE, call ROLE; add ROLE and add_front ROLE, which yield nothing
 *  - the coroutine made last under a name (self: itself): join NAME, respawn NAME, recall NAME
 *  - queues: put Q VALUE, tryput Q VALUE, get Q, tryget Q, done Q, drain Q
 *  - channels: publish C VALUE, subscribe C, unsubscribe C, fetch C, compact C; subscribe_key C K,
 *    unsubscribe_key C K, fetch_key C K
 *  - pipes: next P, halt P (which stops it); of its producer: chunk P VALUE
 *  - mailboxes: take M, post M VALUE (from outside)
 *  - sockets, by number: listen, bind, connect, accept N, shutdown N, close N
 *  - transfers: recv N BYTES, recvall N BYTES, recvline N BYTES, recvfrom N BYTES, send N BYTES,
 *    sendall N BYTES, sendto N BYTES, sendfile N BYTES
 *  - close_socket N (from outside)
 *  - an operation of the tests' own: gate park, gate stuck (cannot be withdrawn), gate pass (ends
 * at once), gate fail CODE; open (ends the gate that has been parked longest, from outside)
 *  - others, which yield nothing: log TEXT, return VALUE, fail CODE, stop (the scheduler), end,
 *    make ROLE (a coroutine that is not added), cancel NAME, trail NAME, defer TEXT (logged as
 *    `cleanup TEXT` when it runs), undefer TEXT, undefer TEXT run, local set KEY VALUE (logged as
 *    `destroyed VALUE` when it goes), local get KEY, where KEY is 0 or 1
 *
 * Options after an operation: prio=last (coro, op, first, default), weak=NS, strong=NS,
 * weak_until=NS, strong_until=NS, forever.
 *
 * Each operation logs its result, TIME NAME VERB, then =VALUE or the status that it failed with; it
 * logs nothing with a dash before the verb.
 */
#ifndef TESTS_ACTOR_H
#define TESTS_ACTOR_H

#include "tests/unit/stage.h"

/* Says what actors of a name play. Both are borrowed. */
void actor_role(struct stage *stage, const char *name, const char *script);

/* Makes an actor of a role that exists, for the stage to hold; null when there is no memory. */
struct cog_coro *actor_new(struct stage *stage, const char *name);

/* A role and an actor that plays it, added at the back. Null when there is no memory. */
struct cog_coro *actor_enter(struct stage *stage, const char *name, const char *script);

/* The actor made last under that name, or null. */
struct cog_coro *actor_find(const struct stage *stage, const char *name);

#endif
