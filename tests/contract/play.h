/* play.h - socket programs made up from a seed (play_make.c), played on a ground (play.c), and what
 * each coroutine of them saw, as a text.
 *
 * An actor is a coroutine on one side with a list of deeds. In each direction of each connection
 * one actor sends and one receives; an actor may do that for several. Some connections are there
 * when the actors enter, some they make: one actor of A connects, one of B accepts.
 *
 * A *bound* program leaves the kernel no freedom: nobody closes anything, every receive asks for
 * what is sent before it in some order of all deeds (or for more, when the sender has ended the
 * stream), and in that order never more than a connection takes up is under way. So whatever comes
 * first, everybody gets everything, and sees the same. It has timeouts that never fire, because the
 * clock does not go so far.
 *
 * A *timed* program is a bound one in which senders sleep, and receives have timeouts, weak and
 * strong, long and too short. The clock moves only when all that was sent has come, and nobody has
 * anything else to do: so when they fire does not depend on the machine, and is seen, too.
 *
 * In a *free* program actors close sockets, whatever is under way; one that fails, or is through,
 * closes all it has to do with. What the others see depends on who comes first.
 *
 * The *letters* are bound programs of datagrams: each actor has a socket of its own, which one
 * other actor sends to. The simulated network has none; what must be seen is known from how they
 * are made.
 */
#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include "tests/contract/ground.h"

enum {
    PLAY_CONNECTIONS_MAX = 3,
    PLAY_ACTORS_MAX = 6,
    PLAY_DEEDS_MAX = 64, /* of an actor */
    PLAY_LOG_BYTES = 32768,
    PLAY_UNDER_WAY_MAX = 16384, /* bytes that every connection takes up */
    PLAY_BYTES_MAX = 1 << 20,   /* of a deed */
};

enum play_kind { PLAY_BOUND, PLAY_TIMED, PLAY_FREE, PLAY_LETTERS, PLAY_KINDS };

enum play_verb {
    PLAY_SEND, /* and again, until all has been sent */
    PLAY_SENDALL,
    PLAY_RECV, /* and again, until all has been received */
    PLAY_RECVALL,
    PLAY_RECVLINE,
    PLAY_SENDTO,   /* a letter to whoever has the other end */
    PLAY_RECVFROM, /* one from there */
    PLAY_SHUTDOWN,
    PLAY_CLOSE,
    PLAY_YIELD,
    PLAY_SLEEP,
    PLAY_CONNECT,
    PLAY_ACCEPT,
    PLAY_CONNECT_TO_NOBODY,
};

struct play_deed {
    enum play_verb verb;
    size_t connection;
    size_t bytes;
    size_t offset;      /* of what is sent, in its direction; of a letter that is received: there */
    size_t done_bytes;  /* of a letter: what must be seen, */
    int status;         /* and how it ends */
    int64_t timeout_ns; /* 0: none; a sleep's duration */
    bool is_strong;
};

struct play_actor {
    enum ground_side side;
    struct play_deed deeds[PLAY_DEEDS_MAX];
    size_t deed_count;
    bool is_party[PLAY_CONNECTIONS_MAX]; /* to a connection: it sends or receives there */
};

struct play {
    uint64_t seed;
    enum play_kind kind;
    size_t connection_count;
    bool is_made[PLAY_CONNECTIONS_MAX]; /* a connection: by its actors */
    struct play_actor actors[PLAY_ACTORS_MAX];
    size_t actor_count;
};

/* What is wrong with a world on purpose. */
struct play_fault {
    int (*falsify)(struct cog_op *op, int status); /* an answer of the proactor; null: nothing */
    bool somebody_listens;                         /* where nobody does */
    bool has_no_activity;                          /* weak timeouts are as strong ones */
    bool never_expires;                            /* and these never fire */
    bool loses_nothing;    /* what is delayed when a connection is reset arrives all the same */
    bool is_never_noticed; /* that the peer of a Unix socket is gone, before something is sent */
};

/* ---- Making (play_make.c) ---- */

/* The same numbers for the same seed. From 0 to count - 1. */
uint64_t play_random(uint64_t *state);
size_t play_pick(uint64_t *random, size_t count);

void play_make(struct play *play, uint64_t seed, enum play_kind kind);

/* Letters (play_letters.c). */
void play_make_letters(struct play *play, uint64_t *random);

void play_append(struct play_actor *actor, struct play_deed deed);

/* The byte that stands there in its direction: lines of different lengths. */
char play_byte(size_t connection, enum ground_side from, size_t offset);

/* The program as a text, for who has to find out. */
void play_describe(const struct play *play, char text[PLAY_LOG_BYTES]);

/* ---- Playing (play.c) ---- */

/* Plays it to its end. The variation decides who comes first, as far as that can be decided; 0: by
 * turns. What was seen: a line a deed, actor after actor. The fault may be null. */
void play_on(const struct play *play, struct ground *ground, uint64_t variation,
             const struct play_fault *fault, char log[PLAY_LOG_BYTES]);

const char *play_verb_name(enum play_verb verb);

/* Adds the line of a deed to a log with so much room. */
void play_note(char *log, size_t room, const struct play_deed *deed, int status, const char *bytes,
               size_t done_bytes);

#endif
