/* client.h - a connection: what it has sent, what it has not read, and its coroutines.
 *
 *     socket --> input --> execute --> output --> socket
 *
 * The session receives, executes all whole commands, and sends their replies at once. That is all
 * there is to most clients. One that subscribes or blocks gets replies without asking: from then on
 * it has a helper, which sends in place of the session, so that the session always receives and
 * learns of it when the client goes away. A client that is blocked executes nothing; when it is
 * served, or its time is up, the helper goes on with what it has sent meanwhile.
 *
 * Who kills a client closes its socket: its session then finds out and ends, and the session's
 * clean-up frees everything.
 */
#ifndef RESPD_CLIENT_H
#define RESPD_CLIENT_H

#include "scenarios/programs/respd/parser.h"
#include "scenarios/programs/respd/server.h"

enum { RESPD_NAME_BYTES = 64 };

struct respd_client {
    struct respd_server *server;
    struct cog_link link; /* in server->clients */
    uint64_t id;
    int32_t socket; /* -1: closed */
    char address[80];
    char name[RESPD_NAME_BYTES];
    const struct respd_command *command; /* the last one; null: none yet */
    size_t argument_count;               /* of it, with its name */
    int64_t began_ns;
    int64_t active_ns; /* when it last had something to execute, or was released */

    struct respd_buffer input;
    size_t executed_bytes; /* of the input */
    struct respd_parser parser;
    struct respd_buffer output;
    size_t unpaused_count; /* commands since others had their turn */
    bool is_receiving;     /* its session waits for the next command */
    bool is_closing;       /* when its replies have been sent */
    bool is_refused;       /* because of what it sent, which may go on */

    struct cog_link subscriptions;
    size_t subscription_count;

    bool is_blocked;
    int64_t blocked_until_ns; /* INT64_MAX: for as long as it takes */
    struct cog_link waiting;  /* for these lists */

    struct cog_coro *helper;   /* null: it has none */
    struct cog_signal *wake;   /* the helper: there is something to do */
    struct cog_signal *resume; /* the session: there is less to do */
    size_t sending_bytes;      /* by the helper */
    bool is_released;          /* the helper shall go on with the input */
};

/* Begins a session on a socket, which is the client's from now on. */
int respd_client_begin(struct respd_server *server, int32_t socket);

/* Gives the client a helper, if it has none. */
int respd_client_need_helper(struct respd_client *client);

/* The helper shall look what there is to do. */
void respd_client_wake(struct respd_client *client);

/* Ends it now. */
void respd_client_kill(struct respd_client *client);

/* Ends it when it has been answered. */
void respd_client_finish(struct respd_client *client);

static inline bool respd_client_is_killed(const struct respd_client *client) {
    return client->socket < 0;
}

/* Of the command that is executed. */
static inline struct respd_text respd_argument(const struct respd_client *client, size_t index) {
    return respd_parser_argument(&client->parser, client->input.data + client->executed_bytes,
                                 index);
}

#endif
