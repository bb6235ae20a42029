/* play.h - socket programs made up from a seed, played on a ground, and what each coroutine of them
 * saw, as a text.
 *
 * An actor is a coroutine on one side with a list of deeds. In each direction of each connection
 * one actor sends and one receives; an actor may do that for several.
 *
 * A bound program leaves the kernel no freedom: nobody closes anything, every receive asks for what
 * is sent before it in some order of all deeds (or for more, when the sender has ended the stream),
 * and in that order never more than a connection takes up is under way. So whatever comes first,
 * everybody gets everything, and sees the same.
 *
 * In a free program actors close sockets, whatever is under way; one that fails, or is through,
 * closes all it has to do with. What the others see depends on who comes first.
 */
#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include "tests/contract/ground.h"

enum {
    PLAY_CONNECTIONS_MAX = 3,
    PLAY_ACTORS_MAX = 6,
    PLAY_DEEDS_MAX = 64, /* of an actor */
    PLAY_LOG_BYTES = 32768,
};

enum play_verb {
    PLAY_SEND, /* and again, until all has been sent */
    PLAY_SENDALL,
    PLAY_RECV, /* and again, until all has been received */
    PLAY_RECVALL,
    PLAY_RECVLINE,
    PLAY_SHUTDOWN,
    PLAY_CLOSE,
    PLAY_YIELD,
};

struct play_deed {
    enum play_verb verb;
    size_t connection;
    size_t bytes;
    size_t offset; /* of what is sent, in its direction */
};

struct play_actor {
    enum ground_side side;
    struct play_deed deeds[PLAY_DEEDS_MAX];
    size_t deed_count;
    bool is_party[PLAY_CONNECTIONS_MAX]; /* to a connection: it sends or receives there */
};

struct play {
    uint64_t seed;
    bool is_free;
    size_t connection_count;
    struct play_actor actors[PLAY_ACTORS_MAX];
    size_t actor_count;
};

/* The same numbers for the same seed. */
uint64_t play_random(uint64_t *state);

void play_make(struct play *play, uint64_t seed, bool is_free);

/* Plays it to its end. The variation decides who comes first, as far as that can be decided; 0: by
 * turns. What was seen: a line a deed, actor after actor. */
void play_on(const struct play *play, struct ground *ground, uint64_t variation,
             char log[PLAY_LOG_BYTES]);

/* The program as a text, for who has to find out. */
void play_describe(const struct play *play, char text[PLAY_LOG_BYTES]);

#endif
