/* net_player.h - the coroutines that play a script on a net_stage. */
#ifndef TESTS_NET_PLAYER_H
#define TESTS_NET_PLAYER_H

#include "tests/unit/net_stage.h"

/* Makes a player for a host (id), that has not been added yet. */
struct cog_coro *net_player_new(struct net_stage *stage, uint32_t host, const char *name,
                                const char *script);

#endif
