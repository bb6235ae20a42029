/* commands_server.c - commands about the server and its clients. */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/reply.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 512, TEXT_BYTES = 2048 };

/* Appends to a text that is cut at its end. */
__attribute__((format(printf, 2, 3))) static void write_text(char text[TEXT_BYTES],
                                                             const char *format, ...) {
    size_t bytes = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + bytes, TEXT_BYTES - bytes, format, arguments);
    va_end(arguments);
}

/* ---- CLIENT ---- */

static void set_name(struct respd_client *client) {
    struct respd_text name = respd_argument(client, 2);
    for (size_t i = 0; i < name.bytes; i++) {
        if (name.data[i] < '!' || name.data[i] > '~') {
            respd_reply_error(client, "ERR Client names cannot contain spaces, newlines or "
                                      "special characters.");
            return;
        }
    }
    if (name.bytes >= sizeof client->name) {
        respd_reply_error(client, "ERR the name is too long");
        return;
    }
    memcpy(client->name, name.data, name.bytes);
    client->name[name.bytes] = '\0';
    respd_reply_ok(client);
}

static size_t describe(const struct respd_client *client, char line[LINE_BYTES]) {
    int64_t now_ns = client->server->now_ns;
    int bytes = snprintf(line, LINE_BYTES,
                         "id=%" PRIu64 " addr=%s fd=%d name=%s age=%" PRId64 " idle=%" PRId64
                         " flags=%s db=0 sub=%zu qbuf=%zu omem=%zu cmd=%s\n",
                         client->id, client->address, (int)client->socket, client->name,
                         (now_ns - client->began_ns) / COG_SECOND,
                         (now_ns - client->active_ns) / COG_SECOND,
                         client->is_blocked               ? "b"
                         : client->subscription_count > 0 ? "P"
                                                          : "N",
                         client->subscription_count, client->input.count,
                         client->output.count + client->sending_bytes,
                         client->command != NULL ? client->command->name : "none");
    return bytes < LINE_BYTES ? (size_t)bytes : LINE_BYTES - 1;
}

/* Into a buffer first, for the size goes before it. */
static void list_clients(struct respd_client *client) {
    struct respd_server *server = client->server;
    struct respd_buffer text;
    respd_buffer_init(&text, &server->buffers,
                      (size_t)server->options.settings[RESPD_OUTPUT_BYTES]);
    for (struct cog_link *link = server->clients.next; link != &server->clients;
         link = link->next) {
        char line[LINE_BYTES];
        size_t bytes = describe(cog_container_of(link, struct respd_client, link), line);
        respd_buffer_append(&text, line, bytes);
    }
    respd_reply_bulk(client, (struct respd_text){text.data, text.count});
    respd_buffer_term(&text);
}

static bool is_meant(const struct respd_client *other, const int64_t *id,
                     struct respd_text address) {
    return id != NULL ? other->id == (uint64_t)*id
                      : respd_text_equals(
                            address, (struct respd_text){other->address, strlen(other->address)});
}

/* KILL ADDRESS, KILL ID NUMBER, KILL ADDR ADDRESS. Who kills itself still gets its answer. */
static void kill_clients(struct respd_client *client) {
    struct respd_server *server = client->server;
    int64_t id = 0;
    bool by_id = client->argument_count == 4 && respd_text_is(respd_argument(client, 2), "ID");
    bool is_old = client->argument_count == 3;
    if (!is_old && !by_id &&
        !(client->argument_count == 4 && respd_text_is(respd_argument(client, 2), "ADDR"))) {
        respd_reply_syntax_error(client);
        return;
    }
    struct respd_text last = respd_argument(client, client->argument_count - 1);
    if (by_id && (!respd_text_number(last, &id) || id <= 0)) {
        respd_reply_error(client, "ERR client-id should be greater than 0");
        return;
    }
    int64_t count = 0;
    for (struct cog_link *link = server->clients.next; link != &server->clients;
         link = link->next) {
        struct respd_client *other = cog_container_of(link, struct respd_client, link);
        if (respd_client_is_killed(other) || !is_meant(other, by_id ? &id : NULL, last)) {
            continue;
        }
        count++;
        if (other == client) {
            client->is_closing = true;
        } else {
            respd_client_kill(other);
        }
    }
    if (!is_old) {
        respd_reply_integer(client, count);
    } else if (count > 0) {
        respd_reply_ok(client);
    } else {
        respd_reply_error(client, "ERR No such client");
    }
}

void respd_run_client(struct respd_client *client) {
    struct respd_text word = respd_argument(client, 1);
    if (respd_text_is(word, "ID") && client->argument_count == 2) {
        respd_reply_integer(client, (int64_t)client->id);
    } else if (respd_text_is(word, "SETNAME") && client->argument_count == 3) {
        set_name(client);
    } else if (respd_text_is(word, "GETNAME") && client->argument_count == 2) {
        if (client->name[0] != '\0') {
            respd_reply_bulk_string(client, client->name);
        } else {
            respd_reply_null(client);
        }
    } else if (respd_text_is(word, "LIST") && client->argument_count == 2) {
        list_clients(client);
    } else if (respd_text_is(word, "KILL")) {
        kill_clients(client);
    } else if (respd_text_is(word, "SETINFO") && client->argument_count == 4) {
        respd_reply_ok(client);
    } else {
        respd_reply_error(client, "ERR unknown subcommand or wrong number of arguments for "
                                  "'client' command");
    }
}

/* ---- CONFIG ---- */

/* What redis-benchmark asks for besides. */
static const char *const fixed_settings[][2] = {
    {"save", ""}, {"appendonly", "no"}, {"databases", "1"}};
enum { FIXED_COUNT = sizeof fixed_settings / sizeof fixed_settings[0] };

/* Does one of the arguments mean it? "*" means them all. */
static bool is_asked(const struct respd_client *client, const char *name) {
    for (size_t i = 2; i < client->argument_count; i++) {
        struct respd_text word = respd_argument(client, i);
        if (respd_text_is(word, "*") || respd_text_is(word, name)) {
            return true;
        }
    }
    return false;
}

/* Names and values of what is asked for, behind their count. */
static void get_settings(struct respd_client *client) {
    char values[RESPD_SETTING_COUNT][24];
    const char *found[2 * (FIXED_COUNT + RESPD_SETTING_COUNT)];
    size_t count = 0;
    for (size_t i = 0; i < FIXED_COUNT + RESPD_SETTING_COUNT; i++) {
        bool is_fixed = i < FIXED_COUNT;
        size_t number = is_fixed ? i : i - FIXED_COUNT;
        const char *name = is_fixed ? fixed_settings[number][0] : respd_settings[number].name;
        if (!is_asked(client, name)) {
            continue;
        }
        found[count++] = name;
        if (is_fixed) {
            found[count++] = fixed_settings[number][1];
        } else {
            (void)snprintf(values[number], sizeof values[number], "%" PRId64,
                           client->server->options.settings[number]);
            found[count++] = values[number];
        }
    }
    respd_reply_array(client, count);
    for (size_t i = 0; i < count; i++) {
        respd_reply_bulk_string(client, found[i]);
    }
}

static void set_setting(struct respd_client *client) {
    int setting = 0;
    while (setting < RESPD_SETTING_COUNT &&
           !respd_text_is(respd_argument(client, 2), respd_settings[setting].name)) {
        setting++;
    }
    int64_t value = 0;
    if (setting == RESPD_SETTING_COUNT) {
        respd_reply_error(client, "ERR Unknown option or number of arguments for CONFIG SET");
    } else if (!respd_text_number(respd_argument(client, 3), &value) ||
               !respd_server_set(client->server, (enum respd_setting)setting, value)) {
        respd_reply_error(client, "ERR CONFIG SET failed - argument out of range");
    } else {
        respd_reply_ok(client);
    }
}

void respd_run_config(struct respd_client *client) {
    struct respd_text word = respd_argument(client, 1);
    if (respd_text_is(word, "GET") && client->argument_count >= 3) {
        get_settings(client);
    } else if (respd_text_is(word, "SET") && client->argument_count == 4) {
        set_setting(client);
    } else {
        respd_reply_error(client, "ERR unknown subcommand or wrong number of arguments for "
                                  "'config' command");
    }
}

/* ---- COMMAND, INFO, SHUTDOWN ---- */

static void list_commands(struct respd_client *client, size_t count) {
    respd_reply_array(client, count);
    for (size_t i = 0; i < count; i++) {
        const struct respd_command *command = respd_command_at(i);
        respd_reply_array(client, 6);
        respd_reply_bulk_string(client, command->name);
        respd_reply_integer(client, command->arity);
        respd_reply_array(client, 0);
        respd_reply_integer(client, 0);
        respd_reply_integer(client, 0);
        respd_reply_integer(client, 0);
    }
}

void respd_run_command(struct respd_client *client) {
    size_t count = 0;
    while (respd_command_at(count) != NULL) {
        count++;
    }
    if (client->argument_count == 1) {
        list_commands(client, count);
    } else if (respd_text_is(respd_argument(client, 1), "COUNT")) {
        respd_reply_integer(client, (int64_t)count);
    } else if (respd_text_is(respd_argument(client, 1), "DOCS")) {
        respd_reply_array(client, 0);
    } else {
        respd_reply_error(client, "ERR unknown subcommand of 'command'");
    }
}

void respd_run_info(struct respd_client *client) {
    struct respd_server *server = client->server;
    size_t blocked = 0;
    for (struct cog_link *link = server->clients.next; link != &server->clients;
         link = link->next) {
        blocked += cog_container_of(link, struct respd_client, link)->is_blocked ? 1 : 0;
    }
    char text[TEXT_BYTES] = "";
    write_text(text, "# Server\r\nredis_version:7.0.0\r\nserver_name:respd\r\n");
    write_text(text, "uptime_in_seconds:%" PRId64 "\r\n",
               (server->now_ns - server->began_ns) / COG_SECOND);
    write_text(text, "# Clients\r\nconnected_clients:%zu\r\nmaxclients:%zu\r\n",
               server->client_count, (size_t)server->options.settings[RESPD_CLIENTS]);
    write_text(text, "blocked_clients:%zu\r\n", blocked);
    write_text(text, "# Memory\r\nused_memory:%zu\r\nmaxmemory:%zu\r\n", server->memory.used_bytes,
               server->memory.limit_bytes);
    write_text(text, "mem_clients_normal:%zu\r\n", server->buffers.used_bytes);
    write_text(text, "# Stats\r\ntotal_connections_received:%" PRIu64 "\r\n",
               server->accepted_count);
    write_text(text, "rejected_connections:%" PRIu64 "\r\n", server->rejected_count);
    write_text(text, "failed_accepts:%" PRIu64 "\r\n", server->exhausted_count);
    write_text(text, "total_commands_processed:%" PRIu64 "\r\n", server->command_count);
    write_text(text, "expired_keys:%" PRIu64 "\r\n", server->store.expired_count);
    write_text(text, "# Keyspace\r\n");
    if (server->store.table.node_count > 0) {
        write_text(text, "db0:keys=%zu,expires=%zu\r\n", server->store.table.node_count,
                   server->store.heap_count);
    }
    respd_reply_bulk_string(client, text);
}

void respd_run_shutdown(struct respd_client *client) {
    bool is_known =
        client->argument_count == 1 ||
        (client->argument_count == 2 && (respd_text_is(respd_argument(client, 1), "NOSAVE") ||
                                         respd_text_is(respd_argument(client, 1), "SAVE")));
    if (!is_known) {
        respd_reply_syntax_error(client);
        return;
    }
    respd_server_stop(client->server);
    client->is_closing = true; /* with nothing to say, as in Redis */
}
