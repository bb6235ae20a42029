/* commands.c - the table of commands, and those about the connection itself. */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/reply.h"

enum { AT_ONCE_COMMANDS = 256, AT_ONCE_BYTES = 65536, SHOWN_BYTES = 128 };

/* ---- The connection ---- */

static void run_ping(struct respd_client *client) {
    if (client->argument_count > 2) {
        respd_reply_error(client, "ERR wrong number of arguments for 'ping' command");
    } else if (client->subscription_count > 0) {
        respd_reply_array(client, 2);
        respd_reply_bulk_string(client, "pong");
        respd_reply_bulk(client, client->argument_count == 2 ? respd_argument(client, 1)
                                                             : (struct respd_text){"", 0});
    } else if (client->argument_count == 2) {
        respd_reply_bulk(client, respd_argument(client, 1));
    } else {
        respd_reply_raw(client, "+PONG\r\n");
    }
}

static void run_echo(struct respd_client *client) {
    respd_reply_bulk(client, respd_argument(client, 1));
}

static void run_quit(struct respd_client *client) {
    respd_reply_ok(client);
    client->is_closing = true;
}

static void run_select(struct respd_client *client) {
    int64_t number = 0;
    if (!respd_text_number(respd_argument(client, 1), &number)) {
        respd_reply_error(client, "ERR invalid DB index");
    } else if (number != 0) {
        respd_reply_error(client, "ERR DB index is out of range");
    } else {
        respd_reply_ok(client);
    }
}

static void run_hello(struct respd_client *client) {
    if (client->argument_count > 1 && !respd_text_is(respd_argument(client, 1), "2")) {
        respd_reply_error(client, "NOPROTO unsupported protocol version");
        return;
    }
    if (client->argument_count > 2) {
        respd_reply_syntax_error(client);
        return;
    }
    respd_reply_array(client, 14);
    respd_reply_bulk_string(client, "server");
    respd_reply_bulk_string(client, "respd");
    respd_reply_bulk_string(client, "version");
    respd_reply_bulk_string(client, "7.0.0");
    respd_reply_bulk_string(client, "proto");
    respd_reply_integer(client, 2);
    respd_reply_bulk_string(client, "id");
    respd_reply_integer(client, (int64_t)client->id);
    respd_reply_bulk_string(client, "mode");
    respd_reply_bulk_string(client, "standalone");
    respd_reply_bulk_string(client, "role");
    respd_reply_bulk_string(client, "master");
    respd_reply_bulk_string(client, "modules");
    respd_reply_array(client, 0);
}

/* ---- The table ---- */

/* What a name stands for beside others of its kind is its detail. */
static const struct respd_command commands[] = {
    {"blpop", -3, respd_run_blpop, 0, false},
    {"client", -2, respd_run_client, 0, false},
    {"command", -1, respd_run_command, 0, false},
    {"config", -2, respd_run_config, 0, false},
    {"dbsize", 1, respd_run_dbsize, 0, false},
    {"decr", 2, respd_run_add, -1, false},
    {"decrby", 3, respd_run_add, -1, false},
    {"del", -2, respd_run_del, 0, false},
    {"echo", 2, run_echo, 0, false},
    {"exists", -2, respd_run_exists, 0, false},
    {"expire", 3, respd_run_expire, COG_SECOND, false},
    {"flushall", -1, respd_run_flushall, 0, false},
    {"get", 2, respd_run_get, 0, false},
    {"hello", -1, run_hello, 0, false},
    {"incr", 2, respd_run_add, 1, false},
    {"incrby", 3, respd_run_add, 1, false},
    {"info", -1, respd_run_info, 0, false},
    {"llen", 2, respd_run_llen, 0, false},
    {"lpop", -2, respd_run_pop, RESPD_LEFT, false},
    {"lpush", -3, respd_run_push, RESPD_LEFT, false},
    {"lrange", 4, respd_run_lrange, 0, false},
    {"persist", 2, respd_run_persist, 0, false},
    {"pexpire", 3, respd_run_expire, COG_MILLISECOND, false},
    {"ping", -1, run_ping, 0, true},
    {"pttl", 2, respd_run_time_left, COG_MILLISECOND, false},
    {"publish", 3, respd_run_publish, 0, false},
    {"quit", -1, run_quit, 0, true},
    {"rpop", -2, respd_run_pop, RESPD_RIGHT, false},
    {"rpush", -3, respd_run_push, RESPD_RIGHT, false},
    {"select", 2, run_select, 0, false},
    {"set", -3, respd_run_set, 0, false},
    {"shutdown", -1, respd_run_shutdown, 0, false},
    {"subscribe", -2, respd_run_subscribe, 0, true},
    {"ttl", 2, respd_run_time_left, COG_SECOND, false},
    {"unsubscribe", -1, respd_run_unsubscribe, 0, true},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

const struct respd_command *respd_command_at(size_t index) {
    return index < COMMAND_COUNT ? &commands[index] : NULL;
}

static const struct respd_command *find(struct respd_text name) {
    size_t low = 0;
    size_t high = COMMAND_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = respd_text_compare(name, commands[middle].name);
        if (order == 0) {
            return &commands[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return NULL;
}

/* ---- Executing ---- */

static void run(struct respd_client *client) {
    struct respd_text name = respd_argument(client, 0);
    int shown = (int)(name.bytes < SHOWN_BYTES ? name.bytes : SHOWN_BYTES);
    const struct respd_command *command = find(name);
    if (command == NULL) {
        respd_reply_error(client, "ERR unknown command '%.*s'", shown, name.data);
        return;
    }
    client->command = command;
    int arity = command->arity;
    if (arity < 0 ? client->argument_count < (size_t)-arity
                  : client->argument_count != (size_t)arity) {
        respd_reply_error(client, "ERR wrong number of arguments for '%.*s' command", shown,
                          name.data);
    } else if (client->subscription_count > 0 && !command->is_for_subscribers) {
        respd_reply_error(client,
                          "ERR Can't execute '%.*s': only SUBSCRIBE / UNSUBSCRIBE / PING / QUIT "
                          "are allowed in this context",
                          shown, name.data);
    } else {
        command->run(client);
    }
}

void respd_refuse(struct respd_client *client, const char *why) {
    respd_reply_error(client, "ERR Protocol error: %s", why);
    client->is_closing = true;
    client->is_refused = true;
}

bool respd_execute(struct respd_client *client) {
    client->active_ns = respd_server_look_at_clock(client->server);
    struct respd_buffer *input = &client->input;
    struct respd_parser *parser = &client->parser;
    for (size_t count = 0;; count++) {
        if (client->is_blocked || client->is_closing || respd_client_is_killed(client)) {
            return false;
        }
        if (count == AT_ONCE_COMMANDS || client->output.count >= AT_ONCE_BYTES ||
            client->output.is_over) {
            return true;
        }
        enum respd_parsed parsed = respd_parse(parser, input->data + client->executed_bytes,
                                               input->count - client->executed_bytes);
        if (parsed == RESPD_PARSED_PART) {
            return false;
        }
        if (parsed == RESPD_PARSED_ERROR) {
            respd_refuse(client, parser->error);
            return false;
        }
        if (parser->argument_count > 0) {
            client->argument_count = parser->argument_count;
            client->server->command_count++;
            client->unpaused_count++;
            run(client);
        }
        client->executed_bytes += parser->position;
        respd_parser_next(parser);
    }
}
