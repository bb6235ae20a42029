/* lookup.c - asks names.c for two addresses, and again when no answer comes in time. It takes the
 * first answer that comes, whichever question that is to: one that is late, or comes twice, is
 * taken for the answer to the next question. */
#include "core/cogen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

enum { SERVER = 2, PORT = 53, BYTES_MAX = 128, ATTEMPTS = 3 };

/* A number of bytes, or a negative code. */
static int64_t ask(struct cog_coro *self, int32_t socket, unsigned id, const char *name,
                   char answer[BYTES_MAX]) {
    const struct sockaddr_in there = {.sin_family = AF_INET,
                                      .sin_port = htons(PORT),
                                      .sin_addr.s_addr = htonl(10u << 24 | SERVER)};
    char question[BYTES_MAX];
    int length = snprintf(question, sizeof question, "%u %s", id, name);
    int64_t bytes = COG_ETIMEDOUT;
    for (int i = 0; i < ATTEMPTS && bytes == COG_ETIMEDOUT; i++) {
        (void)cog_sendto(self, socket, question, (size_t)length, (const struct sockaddr *)&there,
                         sizeof there, COG_FOREVER);
        bytes = cog_recvfrom(self, socket, answer, BYTES_MAX - 1, NULL, NULL,
                             COG_WITHIN(100 * COG_MILLISECOND));
    }
    return bytes;
}

static int look_up(struct cog_coro *self, void *argument) {
    (void)argument;
    static const char *const names[] = {"alpha", "beta"};
    const struct sockaddr_in here = {.sin_family = AF_INET};
    int32_t socket = cog_bind(self, (const struct sockaddr *)&here, sizeof here);
    for (unsigned i = 0; socket >= 0 && i < 2; i++) {
        char answer[BYTES_MAX];
        int64_t bytes = ask(self, socket, i + 1, names[i], answer);
        if (bytes < 0) {
            cog_note(self, "no answer");
            continue;
        }
        answer[bytes] = '\0';
        unsigned id = 0;
        char address[BYTES_MAX] = "?";
        char line[2 * BYTES_MAX];
        (void)sscanf(answer, "%u %127s", &id, address); /* the id is not looked at */
        (void)snprintf(line, sizeof line, "%s is %s", names[i], address);
        cog_note(self, line);
    }
    return socket < 0 ? socket : cog_close_socket(cog_coro_scheduler(self), socket);
}

int cog_main(struct cog_scheduler *scheduler);

int cog_main(struct cog_scheduler *scheduler) {
    return cog_go(scheduler, look_up, NULL, "look_up");
}
