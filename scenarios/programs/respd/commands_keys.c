/* commands_keys.c - commands about keys, whatever their values: whether they exist, and until when.
 */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/keys.h"
#include "scenarios/programs/respd/reply.h"

struct respd_key *respd_find(struct respd_client *client, size_t index) {
    struct respd_server *server = client->server;
    return respd_store_find(&server->store, respd_argument(client, index), server->now_ns);
}

bool respd_set_deadline(struct respd_client *client, struct respd_key *key, int64_t deadline_ns) {
    struct respd_server *server = client->server;
    int64_t before_ns = respd_store_deadline_ns(&server->store);
    if (!respd_store_set_deadline(&server->store, key, deadline_ns)) {
        return false;
    }
    if (respd_store_deadline_ns(&server->store) < before_ns) {
        (void)cog_signal_send(server->sooner, (union cog_value){.number = 0});
    }
    return true;
}

bool respd_read_duration(struct respd_client *client, size_t index, int64_t unit_ns,
                         int64_t *out_ns) {
    int64_t amount = 0;
    if (!respd_text_number(respd_argument(client, index), &amount)) {
        respd_reply_not_integer(client);
        return false;
    }
    int64_t now_ns = client->server->now_ns;
    if (amount > (INT64_MAX - 1 - now_ns) / unit_ns || amount < -(INT64_MAX / unit_ns)) {
        respd_reply_bad_duration(client);
        return false;
    }
    *out_ns = amount * unit_ns;
    return true;
}

void respd_run_del(struct respd_client *client) {
    int64_t count = 0;
    for (size_t i = 1; i < client->argument_count; i++) {
        struct respd_key *key = respd_find(client, i);
        if (key != NULL) {
            respd_store_remove(&client->server->store, key);
            count++;
        }
    }
    respd_reply_integer(client, count);
}

void respd_run_exists(struct respd_client *client) {
    int64_t count = 0;
    for (size_t i = 1; i < client->argument_count; i++) {
        count += respd_find(client, i) != NULL ? 1 : 0;
    }
    respd_reply_integer(client, count);
}

void respd_run_expire(struct respd_client *client) {
    int64_t duration_ns = 0;
    if (!respd_read_duration(client, 2, client->command->detail, &duration_ns)) {
        return;
    }
    struct respd_key *key = respd_find(client, 1);
    if (key != NULL && duration_ns <= 0) {
        respd_store_remove(&client->server->store, key);
    } else if (key != NULL &&
               !respd_set_deadline(client, key, client->server->now_ns + duration_ns)) {
        respd_reply_no_memory(client);
        return;
    }
    respd_reply_integer(client, key != NULL ? 1 : 0);
}

/* How long it has, to the nearest unit: -1 for ever, -2 there is no such key. */
void respd_run_time_left(struct respd_client *client) {
    int64_t unit_ns = client->command->detail;
    const struct respd_key *key = respd_find(client, 1);
    if (key == NULL || key->deadline_ns == INT64_MAX) {
        respd_reply_integer(client, key == NULL ? -2 : -1);
        return;
    }
    int64_t left_ns = key->deadline_ns - client->server->now_ns;
    respd_reply_integer(client, left_ns / unit_ns + (left_ns % unit_ns >= unit_ns / 2 ? 1 : 0));
}

void respd_run_persist(struct respd_client *client) {
    struct respd_key *key = respd_find(client, 1);
    bool expires = key != NULL && key->deadline_ns != INT64_MAX;
    if (expires) {
        (void)respd_set_deadline(client, key, INT64_MAX);
    }
    respd_reply_integer(client, expires ? 1 : 0);
}

void respd_run_dbsize(struct respd_client *client) {
    struct respd_store *store = &client->server->store;
    (void)respd_store_expire(store, client->server->now_ns, SIZE_MAX);
    respd_reply_integer(client, (int64_t)store->table.node_count);
}

void respd_run_flushall(struct respd_client *client) {
    if (client->argument_count > 2) {
        respd_reply_syntax_error(client);
        return;
    }
    respd_store_clear(&client->server->store);
    respd_reply_ok(client);
}
