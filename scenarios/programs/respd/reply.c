/* reply.c - writes answers to a client's output. */
#include "scenarios/programs/respd/reply.h"

#include "scenarios/programs/respd/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ERROR_BYTES = 256 };

void respd_reply_raw(struct respd_client *client, const char *reply) {
    respd_buffer_append(&client->output, reply, strlen(reply));
}

void respd_reply_ok(struct respd_client *client) {
    respd_reply_raw(client, "+OK\r\n");
}

/* Writes ":12\r\n" and the like. */
static void append_number(struct respd_client *client, char kind, int64_t value) {
    char text[24];
    char *at = text + sizeof text;
    *--at = '\n';
    *--at = '\r';
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    *--at = kind;
    respd_buffer_append(&client->output, at, (size_t)(text + sizeof text - at));
}

void respd_reply_integer(struct respd_client *client, int64_t value) {
    append_number(client, ':', value);
}

void respd_reply_bulk(struct respd_client *client, struct respd_text text) {
    append_number(client, '$', (int64_t)text.bytes);
    respd_buffer_append(&client->output, text.data, text.bytes);
    respd_reply_raw(client, "\r\n");
}

void respd_reply_bulk_string(struct respd_client *client, const char *text) {
    respd_reply_bulk(client, (struct respd_text){text, strlen(text)});
}

void respd_reply_null(struct respd_client *client) {
    respd_reply_raw(client, "$-1\r\n");
}

void respd_reply_null_array(struct respd_client *client) {
    respd_reply_raw(client, "*-1\r\n");
}

void respd_reply_array(struct respd_client *client, size_t count) {
    append_number(client, '*', (int64_t)count);
}

void respd_reply_error(struct respd_client *client, const char *format, ...) {
    char text[ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t count = bytes < 0 ? 0 : bytes < ERROR_BYTES ? (size_t)bytes : ERROR_BYTES - 1;
    for (size_t i = 0; i < count; i++) {
        text[i] = (char)(text[i] >= ' ' && text[i] <= '~' ? text[i] : ' ');
    }
    respd_reply_raw(client, "-");
    respd_buffer_append(&client->output, text, count);
    respd_reply_raw(client, "\r\n");
}

void respd_reply_wrong_type(struct respd_client *client) {
    respd_reply_error(client, "WRONGTYPE Operation against a key holding the wrong kind of value");
}

void respd_reply_syntax_error(struct respd_client *client) {
    respd_reply_error(client, "ERR syntax error");
}

void respd_reply_not_integer(struct respd_client *client) {
    respd_reply_error(client, "ERR value is not an integer or out of range");
}

void respd_reply_no_memory(struct respd_client *client) {
    respd_reply_error(client, "OOM command not allowed when used memory > 'maxmemory'.");
}

void respd_reply_bad_duration(struct respd_client *client) {
    respd_reply_error(client, "ERR invalid expire time in '%s' command", client->command->name);
}
