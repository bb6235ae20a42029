/* commands_lists.c - commands about keys whose values are lists, and waiting for what comes in. */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/keys.h"
#include "scenarios/programs/respd/reply.h"

/* The list that an argument names, null if there is none. False: it is no list, which it has
 * replied. */
static bool find_list(struct respd_client *client, size_t index, struct respd_key **out) {
    *out = respd_find(client, index);
    if (*out != NULL && !(*out)->is_list) {
        respd_reply_wrong_type(client);
        return false;
    }
    return true;
}

static void reply_popped(struct respd_client *client, struct respd_key *key, bool is_left) {
    struct respd_budget *memory = &client->server->memory;
    struct respd_blob *item = respd_list_pop(&key->list, is_left);
    respd_reply_bulk(client, respd_blob_text(item));
    respd_blob_free(memory, item);
}

/* There are no empty lists. */
static void remove_if_empty(struct respd_server *server, struct respd_key *key) {
    if (key->list.count == 0) {
        respd_store_remove(&server->store, key);
    }
}

/* ---- Waiting ---- */

/* What a blocked client has waited for has come, or will not: it goes on. */
static void release(struct respd_client *client) {
    client->is_blocked = false;
    client->is_released = true;
    client->active_ns = client->server->now_ns;
    respd_topics_leave_all(&client->server->waiting, &client->waiting);
    respd_client_wake(client);
}

void respd_give_up_waiting(struct respd_client *client) {
    if (client->is_blocked &&
        client->blocked_until_ns <= respd_server_look_at_clock(client->server)) {
        respd_reply_null_array(client);
        release(client);
    }
}

/* Gives items of a list to those who wait for it, in the order in which they have begun to. */
static void serve_waiting(struct respd_server *server, struct respd_key *key) {
    struct respd_topic *topic = respd_topics_find(&server->waiting, key->node.name);
    while (topic != NULL && key->list.count > 0) {
        struct respd_member *member =
            cog_container_of(topic->members.next, struct respd_member, in_topic);
        struct respd_client *client = member->who;
        respd_reply_array(client, 2);
        respd_reply_bulk(client, key->node.name);
        reply_popped(client, key, true);
        release(client);
        topic = respd_topics_find(&server->waiting, key->node.name);
    }
    remove_if_empty(server, key);
}

static void block(struct respd_client *client, int64_t timeout_ns) {
    struct respd_server *server = client->server;
    bool is_ok = respd_client_need_helper(client) == COG_OK;
    for (size_t i = 1; i + 1 < client->argument_count && is_ok; i++) {
        is_ok = respd_topics_join(&server->waiting, respd_argument(client, i), client,
                                  &client->waiting) != NULL;
    }
    if (!is_ok) {
        respd_topics_leave_all(&server->waiting, &client->waiting);
        respd_reply_error(client, "ERR out of memory");
        return;
    }
    client->is_blocked = true;
    client->blocked_until_ns =
        timeout_ns > 0 ? respd_time_after(server->now_ns, timeout_ns, 1) : INT64_MAX;
}

void respd_run_blpop(struct respd_client *client) {
    struct respd_text last = respd_argument(client, client->argument_count - 1);
    int64_t timeout_ns = 0;
    if (!respd_text_seconds(last, &timeout_ns)) {
        respd_reply_error(client, last.bytes > 1 && last.data[0] == '-'
                                      ? "ERR timeout is negative"
                                      : "ERR timeout is not a float or out of range");
        return;
    }
    for (size_t i = 1; i + 1 < client->argument_count; i++) {
        struct respd_key *key = NULL;
        if (!find_list(client, i, &key)) {
            return;
        }
        if (key != NULL) {
            respd_reply_array(client, 2);
            respd_reply_bulk(client, respd_argument(client, i));
            reply_popped(client, key, true);
            remove_if_empty(client->server, key);
            return;
        }
    }
    block(client, timeout_ns);
}

/* ---- Pushing and popping ---- */

void respd_run_push(struct respd_client *client) {
    bool is_left = client->command->detail == RESPD_LEFT;
    struct respd_server *server = client->server;
    struct respd_key *key = NULL;
    if (!find_list(client, 1, &key)) {
        return;
    }
    if (key == NULL) {
        key = respd_store_add(&server->store, respd_argument(client, 1), true);
    }
    size_t count = 0;
    bool is_ok = key != NULL;
    while (is_ok && count + 2 < client->argument_count) {
        struct respd_blob *item =
            respd_blob_new(&server->memory, respd_argument(client, count + 2));
        is_ok = item != NULL && respd_list_push(&key->list, &server->memory, item, is_left);
        if (is_ok) {
            count++;
        } else {
            respd_blob_free(&server->memory, item);
        }
    }
    if (!is_ok) {
        for (; count > 0; count--) {
            respd_blob_free(&server->memory, respd_list_pop(&key->list, is_left));
        }
        if (key != NULL) {
            remove_if_empty(server, key);
        }
        respd_reply_no_memory(client);
        return;
    }
    respd_reply_integer(client, (int64_t)key->list.count);
    serve_waiting(server, key);
}

void respd_run_pop(struct respd_client *client) {
    bool is_left = client->command->detail == RESPD_LEFT;
    int64_t count = 1;
    if (client->argument_count > 3) {
        respd_reply_syntax_error(client);
        return;
    }
    if (client->argument_count == 3 &&
        (!respd_text_number(respd_argument(client, 2), &count) || count < 0)) {
        respd_reply_error(client, "ERR value is out of range, must be positive");
        return;
    }
    struct respd_key *key = NULL;
    if (!find_list(client, 1, &key)) {
        return;
    }
    if (key == NULL) {
        respd_reply_raw(client, client->argument_count == 3 ? "*-1\r\n" : "$-1\r\n");
        return;
    }
    size_t popped = (uint64_t)count < key->list.count ? (size_t)count : key->list.count;
    if (client->argument_count == 3) {
        respd_reply_array(client, popped);
    }
    for (; popped > 0; popped--) {
        reply_popped(client, key, is_left);
    }
    remove_if_empty(client->server, key);
}

/* ---- Looking ---- */

void respd_run_llen(struct respd_client *client) {
    struct respd_key *key = NULL;
    if (find_list(client, 1, &key)) {
        respd_reply_integer(client, key != NULL ? (int64_t)key->list.count : 0);
    }
}

void respd_run_lrange(struct respd_client *client) {
    int64_t first = 0;
    int64_t last = 0;
    if (!respd_text_number(respd_argument(client, 2), &first) ||
        !respd_text_number(respd_argument(client, 3), &last)) {
        respd_reply_not_integer(client);
        return;
    }
    struct respd_key *key = NULL;
    if (!find_list(client, 1, &key)) {
        return;
    }
    int64_t count = key != NULL ? (int64_t)key->list.count : 0;
    first = first < -count ? 0 : first < 0 ? first + count : first;
    last = last < -count ? -1 : last < 0 ? last + count : last < count ? last : count - 1;
    size_t wanted = first <= last ? (size_t)(last - first + 1) : 0;
    respd_reply_array(client, wanted);
    for (size_t i = 0; i < wanted && !client->output.is_over; i++) {
        respd_reply_bulk(client, respd_blob_text(respd_list_item(&key->list, (size_t)first + i)));
    }
}
