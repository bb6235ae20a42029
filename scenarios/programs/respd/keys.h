/* keys.h - what commands about keys and values share. */
#ifndef RESPD_KEYS_H
#define RESPD_KEYS_H

#include "scenarios/programs/respd/client.h"

/* The key that an argument names; null: there is none. */
struct respd_key *respd_find(struct respd_client *client, size_t index);

/* As respd_store_set_deadline, and who removes keys comes in time. */
bool respd_set_deadline(struct respd_client *client, struct respd_key *key, int64_t deadline_ns);

/* Reads how long a key has; it may be negative. False: it has replied why not. */
bool respd_read_duration(struct respd_client *client, size_t index, int64_t unit_ns,
                         int64_t *out_ns);

#endif
