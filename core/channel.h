/* channel.h - what coroutines need to know of channels. Internal to core/. */
#ifndef COG_CHANNEL_H
#define COG_CHANNEL_H

#include "core/cogen.h"

/* Drops every subscription of a coroutine that ends. */
void cog_channel_unsubscribe_all(struct cog_coro *coro);

#endif
