/* respd.c - a server that speaks RESP, as a host of scenarios: at port 6379, as it is otherwise. */
#include "scenarios/programs/respd/server.h"

#include <netinet/in.h>

enum { PORT = 6379 };

/* Lives as long as the host. */
static struct respd_server *server;

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct respd_options options;
    respd_options_init(&options);
    options.address = (const struct sockaddr *)&address;
    options.address_bytes = sizeof address;
    return respd_server_new(scheduler, &options, &server);
}
