/* commands.h - what clients can say. */
#ifndef RESPD_COMMANDS_H
#define RESPD_COMMANDS_H

#include "scenarios/programs/respd/client.h"

struct respd_command {
    const char *name; /* in lower case */
    int arity;        /* arguments with the name; negative: at least so many */
    void (*run)(struct respd_client *client);
    int64_t detail; /* in which commands that run alike differ: a unit of time, a sign, a side */
    bool is_for_subscribers;
};

enum { RESPD_LEFT, RESPD_RIGHT };

/* In the order of the alphabet; null at the end. */
const struct respd_command *respd_command_at(size_t index);

/* Executes what the client has sent, until that is all, or enough for once, or it blocks or
 * closes. True: there may be more to execute. */
bool respd_execute(struct respd_client *client);

/* A client whose bytes are no commands is told so, and closed. */
void respd_refuse(struct respd_client *client, const char *why);

/* The client's time to wait for a list is up, if it waits and if it is. */
void respd_give_up_waiting(struct respd_client *client);

void respd_run_add(struct respd_client *client);
void respd_run_blpop(struct respd_client *client);
void respd_run_client(struct respd_client *client);
void respd_run_command(struct respd_client *client);
void respd_run_config(struct respd_client *client);
void respd_run_dbsize(struct respd_client *client);
void respd_run_del(struct respd_client *client);
void respd_run_exists(struct respd_client *client);
void respd_run_expire(struct respd_client *client);
void respd_run_flushall(struct respd_client *client);
void respd_run_get(struct respd_client *client);
void respd_run_info(struct respd_client *client);
void respd_run_llen(struct respd_client *client);
void respd_run_lrange(struct respd_client *client);
void respd_run_persist(struct respd_client *client);
void respd_run_pop(struct respd_client *client);
void respd_run_publish(struct respd_client *client);
void respd_run_push(struct respd_client *client);
void respd_run_set(struct respd_client *client);
void respd_run_shutdown(struct respd_client *client);
void respd_run_subscribe(struct respd_client *client);
void respd_run_time_left(struct respd_client *client);
void respd_run_unsubscribe(struct respd_client *client);

#endif
