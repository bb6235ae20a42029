/* commands_strings.c - commands about keys whose values are strings. */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/keys.h"
#include "scenarios/programs/respd/reply.h"

#include <inttypes.h>
#include <stdio.h>

void respd_run_get(struct respd_client *client) {
    const struct respd_key *key = respd_find(client, 1);
    if (key == NULL) {
        respd_reply_null(client);
    } else if (key->is_list) {
        respd_reply_wrong_type(client);
    } else {
        respd_reply_bulk(client, respd_blob_text(key->string));
    }
}

/* Gives the name that value; what there was is gone, but for the time until it expires. Null: out
 * of memory, and all is as before. */
static struct respd_key *put(struct respd_client *client, struct respd_key *key, size_t name_index,
                             struct respd_text value) {
    struct respd_store *store = &client->server->store;
    struct respd_blob *string = respd_blob_new(store->budget, value);
    if (string == NULL) {
        return NULL;
    }
    if (key == NULL) {
        key = respd_store_add(store, respd_argument(client, name_index), false);
    }
    if (key == NULL) {
        respd_blob_free(store->budget, string);
        return NULL;
    }
    respd_list_term(&key->list, store->budget);
    respd_blob_free(store->budget, key->string);
    key->is_list = false;
    key->string = string;
    return key;
}

/* ---- SET ---- */

struct set_options {
    bool if_absent;
    bool if_present;
    bool keeps_deadline;
    bool has_duration;
    int64_t duration_ns;
};

/* False: it has replied why not. */
static bool read_set_options(struct respd_client *client, struct set_options *options) {
    for (size_t i = 3; i < client->argument_count; i++) {
        struct respd_text word = respd_argument(client, i);
        bool is_seconds = respd_text_is(word, "EX");
        if (respd_text_is(word, "NX") && !options->if_present) {
            options->if_absent = true;
        } else if (respd_text_is(word, "XX") && !options->if_absent) {
            options->if_present = true;
        } else if (respd_text_is(word, "KEEPTTL") && !options->has_duration) {
            options->keeps_deadline = true;
        } else if ((is_seconds || respd_text_is(word, "PX")) && i + 1 < client->argument_count &&
                   !options->has_duration && !options->keeps_deadline) {
            i++;
            options->has_duration = true;
            if (!respd_read_duration(client, i, is_seconds ? COG_SECOND : COG_MILLISECOND,
                                     &options->duration_ns)) {
                return false;
            }
            if (options->duration_ns <= 0) {
                respd_reply_bad_duration(client);
                return false;
            }
        } else {
            respd_reply_syntax_error(client);
            return false;
        }
    }
    return true;
}

void respd_run_set(struct respd_client *client) {
    struct set_options options = {.if_absent = false};
    if (!read_set_options(client, &options)) {
        return;
    }
    struct respd_key *key = respd_find(client, 1);
    if (key != NULL ? options.if_absent : options.if_present) {
        respd_reply_null(client);
        return;
    }
    bool is_new = key == NULL;
    key = put(client, key, 1, respd_argument(client, 2));
    int64_t deadline_ns = INT64_MAX;
    if (key != NULL && options.has_duration) {
        deadline_ns = client->server->now_ns + options.duration_ns;
    } else if (key != NULL && options.keeps_deadline) {
        deadline_ns = key->deadline_ns;
    }
    if (key != NULL && !respd_set_deadline(client, key, deadline_ns)) {
        if (is_new) {
            respd_store_remove(&client->server->store, key);
        }
        key = NULL;
    }
    if (key == NULL) {
        respd_reply_no_memory(client);
    } else {
        respd_reply_ok(client);
    }
}

/* ---- Numbers ---- */

void respd_run_add(struct respd_client *client) {
    int64_t delta = 1;
    if (client->argument_count == 3 && !respd_text_number(respd_argument(client, 2), &delta)) {
        respd_reply_not_integer(client);
        return;
    }
    struct respd_key *key = respd_find(client, 1);
    int64_t value = 0;
    if (key != NULL && key->is_list) {
        respd_reply_wrong_type(client);
        return;
    }
    if (key != NULL && !respd_text_number(respd_blob_text(key->string), &value)) {
        respd_reply_not_integer(client);
        return;
    }
    if (client->command->detail < 0 ? __builtin_sub_overflow(value, delta, &value)
                                    : __builtin_add_overflow(value, delta, &value)) {
        respd_reply_error(client, "ERR increment or decrement would overflow");
        return;
    }
    char text[24];
    int bytes = snprintf(text, sizeof text, "%" PRId64, value);
    if (put(client, key, 1, (struct respd_text){text, (size_t)bytes}) == NULL) {
        respd_reply_no_memory(client);
        return;
    }
    respd_reply_integer(client, value);
}
