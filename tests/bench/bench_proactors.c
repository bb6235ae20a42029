/* bench_proactors.c - how long a message and its answer take over the loopback, both ends in one
 * scheduler, on each proactor that this machine has, while so many connections do the same.
 *
 *   bench_proactors [ROUND_TRIPS]   a figure is the best of three rounds, in processor time
 */
#include "core/cogen.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MESSAGE_BYTES = 64, CONNECTIONS_MAX = 400, PROACTORS_MAX = 8, ROUNDS = 3 };

struct bench {
    struct cog_scheduler *scheduler;
    int32_t ends[2 * CONNECTIONS_MAX];
    size_t connection_count;
    size_t trip_count; /* of each connection */
};

/* One end of a connection. */
struct end {
    const struct bench *bench;
    int32_t socket;
    bool asks;
};

static int64_t processor_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void require(bool holds) {
    if (!holds) {
        fprintf(stderr, "bench_proactors: cannot run\n");
        exit(1);
    }
}

static int exchange(struct cog_coro *self, void *argument) {
    const struct end *end = argument;
    char message[MESSAGE_BYTES] = "";
    int64_t moved = MESSAGE_BYTES;
    for (size_t i = 0; i < end->bench->trip_count && moved == MESSAGE_BYTES; i++) {
        if (end->asks) {
            (void)cog_sendall(self, end->socket, message, sizeof message, NULL); /* or no answer */
        }
        moved = cog_recvall(self, end->socket, message, sizeof message, NULL);
        if (!end->asks && moved == MESSAGE_BYTES) {
            moved = cog_sendall(self, end->socket, message, sizeof message, NULL);
        }
    }
    return moved == MESSAGE_BYTES ? COG_OK : COG_EIO;
}

static int connect_all(struct cog_coro *self, void *argument) {
    struct bench *bench = argument;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof address;
    int32_t listener = cog_listen(self, (struct sockaddr *)&address, bytes, 8);
    require(listener >= 0 && getsockname(listener, (struct sockaddr *)&address, &bytes) == 0);
    for (size_t i = 0; i < 2 * bench->connection_count; i++) {
        int32_t end = i % 2 == 0 ? cog_connect(self, (struct sockaddr *)&address, bytes, NULL)
                                 : cog_accept(self, listener, NULL);
        int on = 1;
        require(end >= 0 && setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
        bench->ends[i] = end;
    }
    return COG_OK;
}

static void add(struct bench *bench, cog_function function, void *argument) {
    struct cog_coro *coro = NULL;
    require(cog_coro_new_stackful(bench->scheduler, function, argument, NULL, &coro) == COG_OK &&
            cog_add(bench->scheduler, coro, false) == COG_OK);
    cog_coro_release(coro);
}

/* Nanoseconds a round trip. */
static int64_t measure_once(const char *proactor, size_t connection_count, size_t trip_count) {
    static struct bench bench;
    static struct end ends[2 * CONNECTIONS_MAX];
    bench = (struct bench){.connection_count = connection_count,
                           .trip_count = trip_count / connection_count};
    struct cog_scheduler_options options = {.proactor = {.ops = NULL}};
    require(cog_proactor_open(proactor, NULL, &options.proactor) == COG_OK);
    require(cog_scheduler_new(&options, &bench.scheduler) == COG_OK);
    add(&bench, connect_all, &bench);
    require(cog_run(bench.scheduler) == COG_OK);
    for (size_t i = 0; i < 2 * connection_count; i++) {
        ends[i] = (struct end){.bench = &bench, .socket = bench.ends[i], .asks = i % 2 == 0};
        add(&bench, exchange, &ends[i]);
    }
    int64_t begun_ns = processor_ns();
    require(cog_run(bench.scheduler) == COG_OK);
    int64_t took_ns = processor_ns() - begun_ns;
    cog_scheduler_free(bench.scheduler);
    cog_proactor_close(&options.proactor);
    return took_ns / (int64_t)(bench.trip_count * connection_count);
}

static int64_t measure(const char *proactor, size_t connection_count, size_t trip_count) {
    int64_t best_ns = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t ns = measure_once(proactor, connection_count, trip_count);
        best_ns = ns < best_ns ? ns : best_ns;
    }
    return best_ns;
}

int main(int argc, char **argv) {
    static const size_t counts[] = {1, 10, 100, CONNECTIONS_MAX};
    size_t trip_count = argc > 1 ? strtoul(argv[1], NULL, 10) : 40000;
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t info_count = cog_proactor_list(infos, PROACTORS_MAX);
    require(trip_count >= CONNECTIONS_MAX);
    printf("%-10s", "ns a trip");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        printf("%8zu", counts[i]);
    }
    printf("   connections\n");
    for (size_t i = 0; i < info_count; i++) {
        if (!infos[i].is_usable || strcmp(infos[i].name, "none") == 0) {
            continue;
        }
        printf("%-10s", infos[i].name);
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            printf("%8lld", (long long)measure(infos[i].name, counts[j], trip_count));
        }
        printf("\n");
    }
    return 0;
}
