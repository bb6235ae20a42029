/* waiting.h - each operation that waits, on a ground: made so that it has to, and looked at. */
#ifndef TESTS_WAITING_H
#define TESTS_WAITING_H

#include "tests/contract/ground.h"

/* Of an operation that sends, as a rule; and more than it takes to go on several times. */
enum { WAITING_BYTES = 1 << 18, WAITING_MANY_BYTES = 1 << 26 };

enum waiting_kind { ACCEPT, RECV, RECVALL, RECVLINE, SEND, SENDALL, SENDFILE, WAITING_KINDS };

/* An operation on a socket of its side that will have to wait, before it is started. */
struct waiting {
    enum waiting_kind kind;
    struct ground *ground;
    struct ground_task *task;
    int32_t socket;
    int32_t peer; /* on the other side; -1: none */
    struct wire_address address;
    size_t bytes; /* that it sends */
    char line[16];
};

bool waiting_sends(const struct waiting *waiting);
enum ground_side waiting_side(const struct waiting *waiting);

/* Its task is there, and may be changed before it is started. */
void waiting_prepare(struct waiting *waiting, struct ground *ground, enum waiting_kind kind,
                     size_t bytes);

/* Another task for the same operation. */
void waiting_prepare_again(struct waiting *waiting);

/* Starts it; it is held. */
void waiting_start(const struct waiting *waiting);

/* Its task has been used: closes the file of a sendfile. */
void waiting_finish(const struct waiting *waiting);

void waiting_expect_nothing_held(const struct waiting *waiting);

/* How many bytes it has moved so far. */
size_t waiting_done_bytes(const struct waiting *waiting);

/* A piece comes from the peer, or it takes some of what has been sent, until the operation has
 * moved more bytes than it had; it waits for more. */
void waiting_go_on(const struct waiting *waiting);

/* The socket is as good as before: the same operation waits on it, and succeeds. */
void waiting_expect_usable(struct waiting *waiting);

#endif
