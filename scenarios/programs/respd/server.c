/* server.c - takes connections, removes keys that have expired, and stops. */
#include "scenarios/programs/respd/server.h"

#include "scenarios/programs/respd/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BACKLOG = 511,
    ACCEPTED_AT_ONCE = 64, /* then others have a turn */
    EXPIRED_AT_ONCE = 256  /* likewise */
};

/* How long it waits for descriptors or memory when it has run out of them, and for clients that do
 * not read their last replies when it stops. */
static const int64_t exhausted_ns = 50 * COG_MILLISECOND;
static const int64_t grace_ns = 5 * COG_SECOND;

/* ---- Settings ---- */

const struct respd_setting_kind respd_settings[RESPD_SETTING_COUNT] = {
#define RESPD_X(enumerator, name, option, least, most, initial)                                    \
    {name, option, least, most, initial},
    RESPD_SETTING_TABLE(RESPD_X)
#undef RESPD_X
};

void respd_options_init(struct respd_options *options) {
    static const struct sockaddr_in everywhere = {.sin_family = AF_INET};
    *options = (struct respd_options){.address = (const struct sockaddr *)&everywhere,
                                      .address_bytes = sizeof everywhere};
    for (int i = 0; i < RESPD_SETTING_COUNT; i++) {
        options->settings[i] = respd_settings[i].initial;
    }
}

static void apply_settings(struct respd_server *server) {
    server->memory.limit_bytes = (size_t)server->options.settings[RESPD_MEMORY_BYTES];
    server->buffers.limit_bytes = (size_t)server->options.settings[RESPD_BUFFER_BYTES];
}

bool respd_server_set(struct respd_server *server, enum respd_setting setting, int64_t value) {
    if (value < respd_settings[setting].least || value > respd_settings[setting].most) {
        return false;
    }
    server->options.settings[setting] = value;
    apply_settings(server);
    return true;
}

/* ---- Taking connections ---- */

static void write_address(const struct sockaddr_storage *address, char *text, size_t bytes) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        (void)inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
        (void)snprintf(text, bytes, "%s:%d", host, ntohs(in.sin_port));
    } else if (address->ss_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        (void)inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof host);
        (void)snprintf(text, bytes, "[%s]:%d", host, ntohs(in6.sin6_port));
    }
}

/* Whoever asks and waits for the answer would wait for Nagle's algorithm as well. */
static void tune(const struct respd_server *server) {
    struct respd_client *client = cog_container_of(server->clients.prev, struct respd_client, link);
    struct sockaddr_storage address;
    socklen_t bytes = sizeof address;
    int on = 1;
    (void)setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (server->options.tells_addresses &&
        getpeername(client->socket, (struct sockaddr *)&address, &bytes) == 0) {
        write_address(&address, client->address, sizeof client->address);
    }
}

static void welcome(struct cog_coro *self, struct respd_server *server, int32_t socket) {
    static const char too_many[] = "-ERR max number of clients reached\r\n";
    if (server->client_count >= (size_t)server->options.settings[RESPD_CLIENTS]) {
        server->rejected_count++;
        (void)cog_send(self, socket, too_many, sizeof too_many - 1, COG_WITHIN(0));
        (void)cog_close_socket(server->scheduler, socket);
        return;
    }
    server->accepted_count++;
    if (respd_client_begin(server, socket) == COG_OK && server->options.has_descriptors) {
        tune(server);
    }
}

static void close_listener(void *argument) {
    struct respd_server *server = argument;
    if (server->listener >= 0) {
        (void)cog_close_socket(server->scheduler, server->listener);
        server->listener = -1;
    }
}

static int accept_clients(struct cog_coro *self, void *argument) {
    struct respd_server *server = argument;
    const struct respd_options *options = &server->options;
    server->listener = cog_listen(self, options->address, options->address_bytes, BACKLOG);
    if (server->listener < 0) {
        server->status = server->listener;
        respd_server_stop(server);
        return server->status;
    }
    if (options->listens != NULL) {
        options->listens(options->context, server->listener);
    }
    for (int count = 1; !server->is_stopping; count++) {
        int32_t socket = cog_accept(self, server->listener, COG_FOREVER);
        if (socket >= 0) {
            welcome(self, server, socket);
        } else if (socket == COG_EBADSOCKET || socket == COG_ECLOSED) {
            respd_server_stop(server); /* it has been shut down */
            return COG_OK;
        }
        if (socket < 0) {
            /* Of descriptors or memory there are none now: the connection waits in the backlog, and
             * accept would say so at once, again and again. */
            server->exhausted_count++;
            (void)cog_sleep(self, exhausted_ns);
        } else if (count % ACCEPTED_AT_ONCE == 0) {
            (void)cog_sleep(self, 0);
        }
    }
    return COG_OK;
}

/* ---- Removing keys ---- */

static int sweep(struct cog_coro *self, void *argument) {
    struct respd_server *server = argument;
    int status = COG_OK;
    while (status == COG_OK) {
        if (respd_store_expire(&server->store, respd_server_look_at_clock(server),
                               EXPIRED_AT_ONCE)) {
            status = cog_sleep(self, 0);
            continue;
        }
        int64_t deadline_ns = respd_store_deadline_ns(&server->store);
        status = cog_wait(self, server->sooner, NULL,
                          deadline_ns != INT64_MAX ? COG_UNTIL(deadline_ns) : COG_FOREVER);
        status = status == COG_ETIMEDOUT ? COG_OK : status;
    }
    return status;
}

/* ---- Beginning and ending ---- */

static int make_objects(struct respd_server *server) {
    struct cog_scheduler *scheduler = server->scheduler;
    int status =
        cog_signal_new(scheduler, &(struct cog_object_options){.name = "sooner"}, &server->sooner);
    if (status == COG_OK) {
        status = cog_signal_new(scheduler, &(struct cog_object_options){.name = "ended"},
                                &server->ended);
    }
    if (status == COG_OK) {
        status = cog_start(scheduler, accept_clients, server, "accept", &server->accepting);
    }
    if (status == COG_OK) {
        status = cog_defer(server->accepting, close_listener, server);
    }
    if (status == COG_OK) {
        status = cog_start(scheduler, sweep, server, "sweep", &server->sweeping);
    }
    return status;
}

int respd_server_new(struct cog_scheduler *scheduler, const struct respd_options *options,
                     struct respd_server **out) {
    *out = NULL;
    if (options->address_bytes > sizeof(struct sockaddr_storage)) {
        return COG_EINVALID;
    }
    struct respd_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return COG_ENOMEM;
    }
    server->scheduler = scheduler;
    server->options = *options;
    server->listener = -1;
    apply_settings(server);
    server->began_ns = respd_server_look_at_clock(server);
    cog_list_init(&server->clients);
    respd_store_init(&server->store, &server->memory, options->hash_key);
    respd_topics_init(&server->channels, &server->buffers, options->hash_key);
    respd_topics_init(&server->waiting, &server->buffers, options->hash_key);
    memcpy(&server->address, options->address, options->address_bytes);
    server->options.address = (const struct sockaddr *)&server->address;
    *out = server;
    return make_objects(server);
}

int64_t respd_server_look_at_clock(struct respd_server *server) {
    server->now_ns = cog_now_ns(server->scheduler);
    return server->now_ns;
}

void respd_server_free(struct respd_server *server) {
    if (server == NULL) {
        return;
    }
    cog_coro_release(server->accepting);
    cog_coro_release(server->sweeping);
    cog_signal_free(server->sooner);
    cog_signal_free(server->ended);
    respd_store_term(&server->store);
    respd_topics_term(&server->channels);
    respd_topics_term(&server->waiting);
    free(server);
}

static void kill_clients(struct respd_server *server) {
    for (struct cog_link *link = server->clients.next; link != &server->clients;
         link = link->next) {
        respd_client_kill(cog_container_of(link, struct respd_client, link));
    }
}

/* Waits for clients that are still being answered, but not for ever. */
static int close_late_ones(struct cog_coro *self, void *argument) {
    struct respd_server *server = argument;
    int64_t deadline_ns = cog_now_ns(server->scheduler) + grace_ns;
    int status = COG_OK;
    while (status == COG_OK && server->client_count > 0) {
        status = cog_wait(self, server->ended, NULL, COG_UNTIL(deadline_ns));
    }
    kill_clients(server);
    return COG_OK;
}

void respd_server_stop(struct respd_server *server) {
    if (server->is_stopping) {
        return;
    }
    server->is_stopping = true;
    (void)cog_cancel(server->accepting); /* or it ends by itself, if this is it */
    (void)cog_cancel(server->sweeping);
    if (server->options.stops != NULL) {
        server->options.stops(server->options.context);
    }
    for (struct cog_link *link = server->clients.next; link != &server->clients;
         link = link->next) {
        respd_client_finish(cog_container_of(link, struct respd_client, link));
    }
    if (cog_go(server->scheduler, close_late_ones, server, "close") != COG_OK) {
        kill_clients(server);
    }
}
