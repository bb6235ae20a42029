/* commands.c - the table of commands, and those about the connection itself. */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/reply.h"

enum { AT_ONCE_COMMANDS = 256, AT_ONCE_BYTES = 65536, SHOWN_BYTES = 128 };

/* ---- The connection ---- */

static void run_ping(struct respd_client *client, size_t argument_count) {
    if (argument_count > 2) {
        respd_reply_error(client, "ERR wrong number of arguments for 'ping' command");
    } else if (client->subscription_count > 0) {
        respd_reply_array(client, 2);
        respd_reply_bulk_string(client, "pong");
        respd_reply_bulk(client, argument_count == 2 ? respd_argument(client, 1)
                                                     : (struct respd_text){"", 0});
    } else if (argument_count == 2) {
        respd_reply_bulk(client, respd_argument(client, 1));
    } else {
        respd_reply_raw(client, "+PONG\r\n");
    }
}

static void run_echo(struct respd_client *client, size_t argument_count) {
    (void)argument_count;
    respd_reply_bulk(client, respd_argument(client, 1));
}

static void run_quit(struct respd_client *client, size_t argument_count) {
    (void)argument_count;
    respd_reply_ok(client);
    client->is_closing = true;
}

static void run_select(struct respd_client *client, size_t argument_count) {
    (void)argument_count;
    int64_t number = 0;
    if (!respd_text_number(respd_argument(client, 1), &number)) {
        respd_reply_error(client, "ERR invalid DB index");
    } else if (number != 0) {
        respd_reply_error(client, "ERR DB index is out of range");
    } else {
        respd_reply_ok(client);
    }
}

static void run_hello(struct respd_client *client, size_t argument_count) {
    if (argument_count > 1 && !respd_text_is(respd_argument(client, 1), "2")) {
        respd_reply_error(client, "NOPROTO unsupported protocol version");
        return;
    }
    if (argument_count > 2) {
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

static const struct respd_command commands[] = {
    {"BLPOP", -3, false, respd_run_blpop},
    {"CLIENT", -2, false, respd_run_client},
    {"COMMAND", -1, false, respd_run_command},
    {"CONFIG", -2, false, respd_run_config},
    {"DBSIZE", 1, false, respd_run_dbsize},
    {"DECR", 2, false, respd_run_decr},
    {"DECRBY", 3, false, respd_run_decrby},
    {"DEL", -2, false, respd_run_del},
    {"ECHO", 2, false, run_echo},
    {"EXISTS", -2, false, respd_run_exists},
    {"EXPIRE", 3, false, respd_run_expire},
    {"FLUSHALL", -1, false, respd_run_flushall},
    {"GET", 2, false, respd_run_get},
    {"HELLO", -1, false, run_hello},
    {"INCR", 2, false, respd_run_incr},
    {"INCRBY", 3, false, respd_run_incrby},
    {"INFO", -1, false, respd_run_info},
    {"LLEN", 2, false, respd_run_llen},
    {"LPOP", -2, false, respd_run_lpop},
    {"LPUSH", -3, false, respd_run_lpush},
    {"LRANGE", 4, false, respd_run_lrange},
    {"PERSIST", 2, false, respd_run_persist},
    {"PEXPIRE", 3, false, respd_run_pexpire},
    {"PING", -1, true, run_ping},
    {"PTTL", 2, false, respd_run_pttl},
    {"PUBLISH", 3, false, respd_run_publish},
    {"QUIT", -1, true, run_quit},
    {"RPOP", -2, false, respd_run_rpop},
    {"RPUSH", -3, false, respd_run_rpush},
    {"SELECT", 2, false, run_select},
    {"SET", -3, false, respd_run_set},
    {"SHUTDOWN", -1, false, respd_run_shutdown},
    {"SUBSCRIBE", -2, true, respd_run_subscribe},
    {"TTL", 2, false, respd_run_ttl},
    {"UNSUBSCRIBE", -1, true, respd_run_unsubscribe},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

const struct respd_command *respd_command_at(size_t index) {
    return index < COMMAND_COUNT ? &commands[index] : NULL;
}

/* As strcmp, of a word in whatever case and one in upper case. */
static int compare(struct respd_text word, const char *name) {
    for (size_t i = 0; i < word.bytes; i++) {
        char c = word.data[i];
        int upper = c >= 'a' && c <= 'z' ? c - 'a' + 'A' : (unsigned char)c;
        if (upper != name[i] || name[i] == '\0') {
            return upper - name[i];
        }
    }
    return name[word.bytes] == '\0' ? 0 : -1;
}

static const struct respd_command *find(struct respd_text name) {
    size_t low = 0;
    size_t high = COMMAND_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(name, commands[middle].name);
        if (order == 0) {
            return &commands[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return NULL;
}

/* ---- Executing ---- */

static void run(struct respd_client *client, size_t argument_count) {
    struct respd_text name = respd_argument(client, 0);
    int shown = (int)(name.bytes < SHOWN_BYTES ? name.bytes : SHOWN_BYTES);
    const struct respd_command *command = find(name);
    if (command == NULL) {
        respd_reply_error(client, "ERR unknown command '%.*s'", shown, name.data);
        return;
    }
    client->command = command->name;
    int arity = command->arity;
    if (arity < 0 ? argument_count < (size_t)-arity : argument_count != (size_t)arity) {
        respd_reply_error(client, "ERR wrong number of arguments for '%.*s' command", shown,
                          name.data);
    } else if (client->subscription_count > 0 && !command->is_for_subscribers) {
        respd_reply_error(client,
                          "ERR Can't execute '%.*s': only SUBSCRIBE / UNSUBSCRIBE / PING / QUIT "
                          "are allowed in this context",
                          shown, name.data);
    } else {
        command->run(client, argument_count);
    }
}

void respd_refuse(struct respd_client *client, const char *why) {
    respd_reply_error(client, "ERR Protocol error: %s", why);
    client->is_closing = true;
    client->is_refused = true;
}

bool respd_execute(struct respd_client *client) {
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
            client->server->command_count++;
            client->unpaused_count++;
            run(client, parser->argument_count);
        }
        client->executed_bytes += parser->position;
        respd_parser_next(parser);
    }
}
