/* reply.h - writes answers to a client's output. */
#ifndef RESPD_REPLY_H
#define RESPD_REPLY_H

#include "scenarios/programs/respd/client.h"

void respd_reply_raw(struct respd_client *client, const char *reply); /* "+OK\r\n" */
void respd_reply_ok(struct respd_client *client);
void respd_reply_integer(struct respd_client *client, int64_t value);
void respd_reply_bulk(struct respd_client *client, struct respd_text text);
void respd_reply_bulk_string(struct respd_client *client, const char *text);
void respd_reply_null(struct respd_client *client);
void respd_reply_null_array(struct respd_client *client);
void respd_reply_array(struct respd_client *client, size_t count); /* the items follow */

/* One line, as printf has it; "-ERR " and the like are part of it. What is no visible character
 * becomes a blank, since some of it may be from the client. */
void respd_reply_error(struct respd_client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void respd_reply_wrong_type(struct respd_client *client);
void respd_reply_syntax_error(struct respd_client *client);
void respd_reply_not_integer(struct respd_client *client);
void respd_reply_bad_duration(struct respd_client *client);
void respd_reply_no_memory(struct respd_client *client);

#endif
