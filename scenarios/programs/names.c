/* names.c - a server of names over datagrams: to "7 alpha" it answers "7 10.0.0.11". */
#include "core/cogen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { PORT = 53, BYTES_MAX = 128 };

static const char *address_of(const char *name) {
    return strcmp(name, "alpha") == 0  ? "10.0.0.11"
           : strcmp(name, "beta") == 0 ? "10.0.0.12"
                                       : "unknown";
}

static int serve(struct cog_coro *self, void *argument) {
    (void)argument;
    const struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int32_t socket = cog_bind(self, (const struct sockaddr *)&here, sizeof here);
    while (socket >= 0) {
        struct sockaddr_in from;
        size_t from_bytes = sizeof from;
        char question[BYTES_MAX + 1];
        char name[BYTES_MAX + 1];
        char answer[BYTES_MAX];
        unsigned id = 0;
        int64_t bytes = cog_recvfrom(self, socket, question, BYTES_MAX, (struct sockaddr *)&from,
                                     &from_bytes, COG_FOREVER);
        if (bytes < 0) {
            return (int)bytes;
        }
        question[bytes] = '\0';
        if (sscanf(question, "%u %128s", &id, name) != 2) {
            continue;
        }
        int length = snprintf(answer, sizeof answer, "%u %s", id, address_of(name));
        (void)cog_sendto(self, socket, answer, (size_t)length, (struct sockaddr *)&from, from_bytes,
                         COG_FOREVER);
    }
    return socket;
}

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    return cog_go(scheduler, serve, NULL, "serve");
}
