/* echo.c - a server that sends back every line, and numbers its sessions. */
#include "core/cogen.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 7, LINE_BYTES = 256 };

/* Each host that runs this program has one of its own. */
static int session_count;

struct session {
    int32_t socket;
    int number;
};

static int echo(struct cog_coro *self, void *argument) {
    struct session session = *(struct session *)argument;
    free(argument);
    char line[LINE_BYTES];
    int64_t bytes = cog_recvline(self, session.socket, line, sizeof line, NULL);
    while (bytes > 0) {
        bytes = cog_sendall(self, session.socket, line, (size_t)bytes, NULL);
        if (bytes > 0) {
            bytes = cog_recvline(self, session.socket, line, sizeof line, NULL);
        }
    }
    char text[64];
    (void)snprintf(text, sizeof text, "session %d is over", session.number);
    cog_note(self, text);
    return cog_close(self, session.socket);
}

static int serve(struct cog_coro *self, void *argument) {
    (void)argument;
    struct cog_scheduler *scheduler = cog_coro_scheduler(self);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int32_t door = cog_listen(self, (const struct sockaddr *)&address, sizeof address, 16);
    while (door >= 0) {
        int32_t socket = cog_accept(self, door, NULL);
        if (socket < 0) {
            return socket;
        }
        struct session *session = malloc(sizeof *session);
        if (session == NULL) {
            return COG_ENOMEM;
        }
        *session = (struct session){.socket = socket, .number = ++session_count};
        int status = cog_go(scheduler, echo, session, "echo");
        if (status != COG_OK) {
            free(session);
            return status;
        }
    }
    return door;
}

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    return cog_go(scheduler, serve, NULL, "serve");
}
