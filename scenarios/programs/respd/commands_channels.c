/* commands_channels.c - commands about channels, whose messages reach those who subscribe now. */
#include "scenarios/programs/respd/commands.h"

#include "scenarios/programs/respd/reply.h"

static void confirm(struct respd_client *client, const char *what, const struct respd_text *name) {
    respd_reply_array(client, 3);
    respd_reply_bulk_string(client, what);
    if (name != NULL) {
        respd_reply_bulk(client, *name);
    } else {
        respd_reply_null(client);
    }
    respd_reply_integer(client, (int64_t)client->subscription_count);
}

void respd_run_subscribe(struct respd_client *client) {
    struct respd_topics *channels = &client->server->channels;
    if (respd_client_need_helper(client) != COG_OK) {
        respd_reply_error(client, "ERR out of memory");
        return;
    }
    for (size_t i = 1; i < client->argument_count; i++) {
        struct respd_text name = respd_argument(client, i);
        if (respd_topics_member(channels, name, client, &client->subscriptions) == NULL) {
            if (respd_topics_join(channels, name, client, &client->subscriptions) == NULL) {
                respd_reply_error(client, "ERR out of memory");
                return;
            }
            client->subscription_count++;
        }
        confirm(client, "subscribe", &name);
    }
}

static void leave(struct respd_client *client, struct respd_member *member) {
    client->subscription_count--;
    client->active_ns = client->server->now_ns;
    respd_topics_leave(&client->server->channels, member);
}

static void leave_all(struct respd_client *client) {
    if (client->subscription_count == 0) {
        confirm(client, "unsubscribe", NULL);
        return;
    }
    while (!cog_list_is_empty(&client->subscriptions)) {
        struct respd_member *member =
            cog_container_of(client->subscriptions.next, struct respd_member, in_own);
        respd_reply_array(client, 3);
        respd_reply_bulk_string(client, "unsubscribe");
        respd_reply_bulk(client, member->topic->node.name);
        leave(client, member);
        respd_reply_integer(client, (int64_t)client->subscription_count);
    }
}

void respd_run_unsubscribe(struct respd_client *client) {
    if (client->argument_count == 1) {
        leave_all(client);
        return;
    }
    for (size_t i = 1; i < client->argument_count; i++) {
        struct respd_text name = respd_argument(client, i);
        struct respd_member *member =
            respd_topics_member(&client->server->channels, name, client, &client->subscriptions);
        if (member != NULL) {
            leave(client, member);
        }
        confirm(client, "unsubscribe", &name);
    }
}

/* Those whose unread messages are more than they may have are dropped. */
static void kill_slow_ones(struct respd_server *server) {
    for (struct cog_link *link = server->clients.next; link != &server->clients;
         link = link->next) {
        struct respd_client *client = cog_container_of(link, struct respd_client, link);
        if (client->output.is_over) {
            respd_client_kill(client);
        }
    }
}

void respd_run_publish(struct respd_client *client) {
    struct respd_server *server = client->server;
    struct respd_text name = respd_argument(client, 1);
    struct respd_text message = respd_argument(client, 2);
    const struct respd_topic *topic = respd_topics_find(&server->channels, name);
    int64_t count = 0;
    bool is_over = false;
    if (topic != NULL) {
        for (struct cog_link *link = topic->members.next; link != &topic->members;
             link = link->next) {
            struct respd_client *subscriber =
                cog_container_of(link, struct respd_member, in_topic)->who;
            respd_reply_array(subscriber, 3);
            respd_reply_bulk_string(subscriber, "message");
            respd_reply_bulk(subscriber, name);
            respd_reply_bulk(subscriber, message);
            is_over = is_over || subscriber->output.is_over;
            respd_client_wake(subscriber);
            count++;
        }
    }
    respd_reply_integer(client, count);
    if (is_over) {
        kill_slow_ones(server);
    }
}
