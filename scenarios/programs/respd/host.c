/* host.c - respd as a host of scenarios, and under recordings: on every address, at port 6379, if
 * RESPD_OPTIONS does not say otherwise. */
#include "scenarios/programs/respd/options.h"

#include <stdlib.h>

/* Live as long as the host. */
static struct respd_settings settings;
static struct respd_server *server;

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    respd_settings_inherit(&settings);
    return respd_server_new(scheduler, &settings.server, &server);
}
