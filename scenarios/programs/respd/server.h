/* server.h - a server that speaks RESP, the protocol of Redis, on libcogen.
 *
 * One coroutine takes connections, one removes keys that have expired, and each client has a
 * session, which receives, executes and sends (client.h). Everything runs in one thread, and a
 * command is executed without waiting; so commands never see each other half done.
 *
 * What can be asked of it is bounded: the clients, the memory of the keys, the memory of what
 * clients have sent and have not read, and of each client the size of a command and of its unread
 * replies.
 */
#ifndef RESPD_SERVER_H
#define RESPD_SERVER_H

#include "scenarios/programs/respd/store.h"
#include "scenarios/programs/respd/topics.h"

#include "core/cogen.h"

#include <sys/socket.h>

/* X(enumerator, what CONFIG calls it, option of the program, least, most, default) */
#define RESPD_SETTING_TABLE(X)                                                                     \
    /* clients that are silent for so long are dropped; 0: never */                                \
    X(RESPD_IDLE_S, "timeout", "idle", 0, INT32_MAX, 300)                                          \
    X(RESPD_CLIENTS, "maxclients", "maxclients", 1, INT32_MAX, 10000) /* at once */                \
    /* keys and values */                                                                          \
    X(RESPD_MEMORY_BYTES, "maxmemory", "maxmemory", 1, INT64_MAX, INT64_C(1) << 30)                \
    /* all clients' input, output and subscriptions together */                                    \
    X(RESPD_BUFFER_BYTES, "maxmemory-clients", "maxbuffers", 1, INT64_MAX, INT64_C(1) << 28)       \
    /* one client's replies and messages that it does not read; for those that come */             \
    X(RESPD_OUTPUT_BYTES, "client-output-limit", "maxoutput", 1, INT64_MAX, INT64_C(1) << 25)      \
    /* one argument, a command may have twice that; for those that come */                         \
    X(RESPD_BULK_BYTES, "proto-max-bulk-len", "maxbulk", 1, INT32_MAX / 2, INT64_C(1) << 24)

enum respd_setting {
#define RESPD_X(enumerator, name, option, least, most, initial) enumerator,
    RESPD_SETTING_TABLE(RESPD_X)
#undef RESPD_X
        RESPD_SETTING_COUNT
};

struct respd_setting_kind {
    const char *name;
    const char *option;
    int64_t least;
    int64_t most;
    int64_t initial;
};
extern const struct respd_setting_kind respd_settings[RESPD_SETTING_COUNT];

struct respd_options {
    const struct sockaddr *address; /* where it listens; copied */
    size_t address_bytes;
    int64_t settings[RESPD_SETTING_COUNT];
    uint64_t hash_key[2];
    bool has_descriptors; /* sockets are descriptors of the machine, which have options */
    bool tells_addresses; /* and may be asked for their addresses: no recording holds those */
    /* Told once when it listens, with the socket. May be null. */
    void (*listens)(void *context, int32_t listener);
    void (*stops)(void *context); /* told once when it begins to stop. May be null */
    void *context;
};

struct respd_server {
    struct cog_scheduler *scheduler;
    struct respd_options options;
    struct respd_budget memory;
    struct respd_budget buffers;
    struct respd_store store;
    struct respd_topics channels;
    struct respd_topics waiting; /* for lists */
    struct cog_signal *sooner;   /* the earliest deadline of a key has changed */
    struct cog_signal *ended;    /* a client's session has ended */
    struct cog_link clients;     /* oldest first */
    size_t client_count;
    uint64_t client_id_last;
    struct cog_coro *accepting;
    struct cog_coro *sweeping;
    int32_t listener;
    int status; /* why it does not listen; COG_OK */
    bool is_stopping;
    int64_t began_ns;
    int64_t now_ns; /* when somebody last looked at the clock: commands of a batch have one time */
    uint64_t accepted_count;
    uint64_t rejected_count;
    uint64_t exhausted_count; /* how often it has failed to accept */
    uint64_t command_count;
    struct sockaddr_storage address;
};

void respd_options_init(struct respd_options *options);

/* Makes a server whose coroutines run with the scheduler. COG_OK, COG_ENOMEM, COG_EINVALID,
 * COG_EUNSUPPORTED. *out is null, or to be freed after the scheduler, also when this fails. */
int respd_server_new(struct cog_scheduler *scheduler, const struct respd_options *options,
                     struct respd_server **out);

/* False: it may not have that value. */
bool respd_server_set(struct respd_server *server, enum respd_setting setting, int64_t value);

static inline int64_t respd_server_idle_ns(const struct respd_server *server) {
    return server->options.settings[RESPD_IDLE_S] * COG_SECOND;
}

/* The time, which is server->now_ns from then on. */
int64_t respd_server_look_at_clock(struct respd_server *server);

/* After its scheduler has been freed. Null is allowed. */
void respd_server_free(struct respd_server *server);

/* Takes no more clients, lets those that are being answered have their replies, and ends: then
 * cog_run returns. From a coroutine of the scheduler or from outside of them. */
void respd_server_stop(struct respd_server *server);

#endif
