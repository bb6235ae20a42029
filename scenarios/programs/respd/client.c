/* client.c - a connection: its session, its helper and its end. */
#include "scenarios/programs/respd/client.h"

#include "scenarios/programs/respd/commands.h"

#include <stdlib.h>

enum {
    ROOM_BYTES = 512,          /* to receive into, at least */
    ROOM_BYTES_MAX = 65536,    /* as long as commands are no larger */
    UNSENT_BYTES_MAX = 65536,  /* beyond that, nothing is executed */
    PAUSE_COMMANDS = 1024,     /* after which others have a turn */
    LINGER_BYTES = 1024 * 1024 /* read and dropped of a client that is refused */
};

/* ---- Waiting ---- */

static struct cog_wait_options weakly(int64_t timeout_ns) {
    return (struct cog_wait_options){.timeout_kind =
                                         timeout_ns > 0 ? COG_TIMEOUT_RELATIVE : COG_TIMEOUT_NONE,
                                     .timeout_ns = timeout_ns};
}

/* Who is always at it would keep the others from theirs: nothing else makes it wait. A bare yield
 * would not do, for it does not let the proactor look for what others have sent. */
static int pause_at_times(struct cog_coro *self, struct respd_client *client) {
    if (client->unpaused_count < PAUSE_COMMANDS) {
        return COG_OK;
    }
    client->unpaused_count = 0;
    return cog_sleep(self, 0);
}

/* ---- Sending ---- */

static size_t unsent_bytes(const struct respd_client *client) {
    return client->output.count + client->sending_bytes;
}

static bool is_ending(const struct respd_client *client) {
    return client->is_closing || client->server->is_stopping;
}

/* Sends what there is, or leaves it to the helper: then it waits as long as that is too much. */
static int flush(struct cog_coro *self, struct respd_client *client) {
    if (client->output.is_over) {
        respd_client_kill(client);
    }
    if (client->helper != NULL) {
        respd_client_wake(client);
        while (!respd_client_is_killed(client) &&
               unsent_bytes(client) > (is_ending(client) ? 0 : UNSENT_BYTES_MAX)) {
            (void)cog_wait(self, client->resume, NULL, COG_FOREVER);
        }
        return respd_client_is_killed(client) ? COG_ECLOSED : COG_OK;
    }
    if (client->output.count == 0 || respd_client_is_killed(client)) {
        return respd_client_is_killed(client) ? COG_ECLOSED : COG_OK;
    }
    struct cog_wait_options wait = weakly(respd_server_idle_ns(client->server));
    int64_t sent =
        cog_sendall(self, client->socket, client->output.data, client->output.count, &wait);
    client->output.count = 0;
    respd_buffer_rest(&client->output);
    return sent < 0 ? (int)sent : COG_OK;
}

/* ---- Receiving ---- */

/* Makes room behind what has been received. False: there is none. */
static bool make_room(struct respd_client *client) {
    struct respd_buffer *input = &client->input;
    respd_buffer_drop(input, client->executed_bytes);
    client->executed_bytes = 0;
    respd_buffer_rest(input);
    return respd_buffer_reserve(input, ROOM_BYTES);
}

/* How much longer a client may be silent. Those that wait for others may for as long as they do. */
static int64_t silence_ns(const struct respd_client *client) {
    int64_t idle_ns = respd_server_idle_ns(client->server);
    if (client->is_blocked || client->subscription_count > 0) {
        return idle_ns;
    }
    return client->active_ns + idle_ns - cog_now_ns(client->server->scheduler);
}

static int64_t receive_some(struct cog_coro *self, struct respd_client *client) {
    struct respd_buffer *input = &client->input;
    struct cog_wait_options wait = weakly(respd_server_idle_ns(client->server));
    int64_t bytes = COG_ETIMEDOUT;
    client->is_receiving = true;
    while (bytes == COG_ETIMEDOUT && !respd_client_is_killed(client)) {
        bytes = cog_recv(self, client->socket, input->data + input->count,
                         input->capacity - input->count, &wait);
        if (bytes == COG_ETIMEDOUT) {
            wait.timeout_ns = silence_ns(client);
            if (wait.timeout_ns <= 0) {
                break;
            }
        }
    }
    client->is_receiving = false;
    return bytes;
}

static int receive(struct cog_coro *self, struct respd_client *client) {
    if (is_ending(client)) {
        return COG_ECLOSED;
    }
    if (!make_room(client)) {
        bool is_full_of_commands = client->is_blocked;
        while (client->is_blocked) {
            (void)cog_wait(self, client->resume, NULL, COG_FOREVER);
        }
        return is_full_of_commands ? COG_OK : COG_ELIMIT;
    }
    size_t room = client->input.capacity - client->input.count;
    int64_t bytes = receive_some(self, client);
    if (bytes <= 0) {
        return respd_client_is_killed(client) ? COG_ECLOSED : (int)bytes;
    }
    client->input.count += (size_t)bytes;
    if ((size_t)bytes == room && client->input.capacity < ROOM_BYTES_MAX && !client->is_blocked) {
        (void)respd_buffer_reserve(&client->input, client->input.capacity); /* or not */
    }
    return COG_OK;
}

/* A client that is refused may still be sending: to close at once would reset the connection, and
 * it might not get to read why. */
static void linger(struct cog_coro *self, struct respd_client *client) {
    struct cog_scheduler *scheduler = client->server->scheduler;
    int64_t deadline_ns = cog_now_ns(scheduler) + 2 * COG_SECOND;
    size_t dropped = 0;
    respd_buffer_term(&client->input);
    client->executed_bytes = 0;
    int64_t bytes = cog_shutdown(self, client->socket);
    while (bytes >= 0 && dropped < LINGER_BYTES && !client->server->is_stopping) {
        char nowhere[4096];
        bytes = cog_recv(self, client->socket, nowhere, sizeof nowhere, COG_UNTIL(deadline_ns));
        dropped += bytes > 0 ? (size_t)bytes : 0;
    }
}

/* ---- The session ---- */

static int session(struct cog_coro *self, void *argument) {
    struct respd_client *client = argument;
    int status = COG_OK;
    while (status == COG_OK) {
        bool is_more = respd_execute(client);
        status = flush(self, client);
        if (status != COG_OK || is_ending(client)) {
            break;
        }
        status = pause_at_times(self, client);
        if (status == COG_OK && !is_more) {
            status = receive(self, client);
        }
        if (status == COG_ELIMIT) {
            respd_refuse(client, "too big request");
            status = COG_OK;
        }
    }
    if (status == COG_OK && client->is_refused && !respd_client_is_killed(client)) {
        linger(self, client);
    }
    return COG_OK;
}

static void end_session(void *argument) {
    struct respd_client *client = argument;
    struct respd_server *server = client->server;
    respd_topics_leave_all(&server->channels, &client->subscriptions);
    respd_topics_leave_all(&server->waiting, &client->waiting);
    if (client->helper != NULL) {
        (void)cog_cancel(client->helper);
        cog_coro_release(client->helper);
    }
    cog_signal_free(client->wake);
    cog_signal_free(client->resume);
    if (client->socket >= 0) {
        (void)cog_close_socket(server->scheduler, client->socket);
    }
    respd_parser_term(&client->parser);
    respd_buffer_term(&client->input);
    respd_buffer_term(&client->output);
    if (cog_link_is_linked(&client->link)) {
        cog_link_remove(&client->link);
        server->client_count--;
    }
    free(client);
    (void)cog_signal_send(server->ended, (union cog_value){.number = 0});
}

/* Starts a coroutine whose clean-up is registered before it begins; it has not run when this
 * fails. */
static int start(struct cog_scheduler *scheduler, cog_function function, void *argument,
                 const char *name, void (*cleanup)(void *argument), struct cog_coro **out) {
    const struct cog_stackful_options options = {.name = name};
    struct cog_coro *coro = NULL;
    int status = cog_coro_new_stackful(scheduler, function, argument, &options, &coro);
    if (status != COG_OK) {
        cleanup(argument);
        return status;
    }
    status = cog_defer(coro, cleanup, argument);
    if (status != COG_OK) {
        cleanup(argument);
        cog_coro_release(coro);
        return status;
    }
    status = cog_add(scheduler, coro, true);
    if (status == COG_OK && out != NULL) {
        *out = cog_coro_retain(coro);
    }
    cog_coro_release(coro);
    return status;
}

int respd_client_begin(struct respd_server *server, int32_t socket) {
    struct respd_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        (void)cog_close_socket(server->scheduler, socket);
        return COG_ENOMEM;
    }
    size_t bulk_bytes = (size_t)server->options.settings[RESPD_BULK_BYTES];
    size_t output_bytes = (size_t)server->options.settings[RESPD_OUTPUT_BYTES];
    int64_t now_ns = cog_now_ns(server->scheduler);
    client->server = server;
    client->id = ++server->client_id_last;
    client->socket = socket;
    client->began_ns = now_ns;
    client->active_ns = now_ns;
    respd_buffer_init(&client->input, &server->buffers, 2 * bulk_bytes);
    respd_buffer_init(&client->output, &server->buffers, output_bytes);
    respd_parser_init(&client->parser, &server->buffers, bulk_bytes);
    cog_list_init(&client->subscriptions);
    cog_list_init(&client->waiting);
    cog_list_push_back(&server->clients, &client->link);
    server->client_count++;
    return start(server->scheduler, session, client, "session", end_session, NULL);
}

/* ---- The helper ---- */

/* What the kernel may still be reading when the client is gone. */
struct helper {
    struct respd_client *client;
    struct respd_buffer sending;
};

static void end_helper(void *argument) {
    struct helper *helper = argument;
    respd_buffer_term(&helper->sending);
    free(helper);
}

/* Waits until there is something to do, or a blocked client's time is up. */
static int await_work(struct cog_coro *self, struct respd_client *client) {
    struct cog_wait_options wait = {.timeout_kind = COG_TIMEOUT_NONE, .is_strong = true};
    if (client->is_blocked && client->blocked_until_ns != INT64_MAX) {
        wait.timeout_kind = COG_TIMEOUT_ABSOLUTE;
        wait.timeout_ns = client->blocked_until_ns;
    }
    int status = cog_wait(self, client->wake, NULL, &wait);
    if (status == COG_ETIMEDOUT) {
        respd_give_up_waiting(client);
    }
    return status == COG_ETIMEDOUT ? COG_OK : status;
}

static int send_output(struct cog_coro *self, struct helper *helper) {
    struct respd_client *client = helper->client;
    struct respd_buffer sent = helper->sending;
    helper->sending = client->output;
    client->output = sent;
    client->sending_bytes = helper->sending.count;
    struct cog_wait_options wait = weakly(respd_server_idle_ns(client->server));
    int64_t status =
        cog_sendall(self, client->socket, helper->sending.data, helper->sending.count, &wait);
    client->sending_bytes = 0;
    helper->sending.count = 0;
    respd_buffer_rest(&helper->sending);
    return status < 0 ? (int)status : COG_OK;
}

static int help(struct cog_coro *self, void *argument) {
    struct helper *helper = argument;
    struct respd_client *client = helper->client;
    int status = COG_OK;
    while (status == COG_OK && !respd_client_is_killed(client)) {
        if (client->is_released) {
            client->is_released = respd_execute(client);
        }
        if (client->output.is_over) {
            status = COG_EFULL;
        } else if (client->output.count > 0) {
            status = send_output(self, helper);
        } else if (!client->is_released) {
            status = await_work(self, client);
        }
        status = status == COG_OK ? pause_at_times(self, client) : status;
        if (client->server->is_stopping) {
            respd_client_finish(client);
        }
        (void)cog_signal_send(client->resume, (union cog_value){.number = 0});
    }
    respd_client_kill(client);
    return COG_OK;
}

int respd_client_need_helper(struct respd_client *client) {
    if (client->helper != NULL) {
        return COG_OK;
    }
    struct respd_server *server = client->server;
    int status = client->wake == NULL
                     ? cog_signal_new(server->scheduler,
                                      &(struct cog_object_options){.name = "wake"}, &client->wake)
                     : COG_OK;
    if (status == COG_OK && client->resume == NULL) {
        status = cog_signal_new(server->scheduler, &(struct cog_object_options){.name = "resume"},
                                &client->resume);
    }
    struct helper *helper = status == COG_OK ? calloc(1, sizeof *helper) : NULL;
    if (helper == NULL) {
        return COG_ENOMEM;
    }
    helper->client = client;
    respd_buffer_init(&helper->sending, &server->buffers,
                      (size_t)server->options.settings[RESPD_OUTPUT_BYTES]);
    return start(server->scheduler, help, helper, "helper", end_helper, &client->helper);
}

void respd_client_wake(struct respd_client *client) {
    (void)cog_signal_send(client->wake, (union cog_value){.number = 0});
}

/* ---- The end ---- */

void respd_client_kill(struct respd_client *client) {
    if (client->socket < 0) {
        return;
    }
    struct respd_server *server = client->server;
    (void)cog_close_socket(server->scheduler, client->socket);
    client->socket = -1;
    client->is_blocked = false;
    respd_topics_leave_all(&server->waiting, &client->waiting);
    respd_topics_leave_all(&server->channels, &client->subscriptions);
    if (client->helper != NULL) {
        respd_client_wake(client);
        (void)cog_signal_send(client->resume, (union cog_value){.number = 0});
    }
}

void respd_client_finish(struct respd_client *client) {
    if (client->is_receiving && unsent_bytes(client) == 0) {
        respd_client_kill(client);
    }
}
