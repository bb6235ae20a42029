/* bench_serve.c - bench_serve [--short] [RESPD [REDIS-SERVER]]: echo servers on libcogen's
 * proactors, libuv and libevent, and the servers at these paths on GET and SET, each with the same
 * client: so many connections, each with one request under way.
 *
 * The client may be what is slow. So the figure is the processor's time that the server takes for a
 * request; requests a second and how long they take stand beside it. Client and server have a
 * processor each.
 */
#define _GNU_SOURCE /* sched_setaffinity */
#include "tests/bench/bench_serve.h"

#include "core/cogen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VALUE_BYTES = 64, MESSAGE_BYTES = 128, EVENTS_MAX = 512, BUCKETS = 64 * 32 };

static void give_up(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

static int64_t now_ns(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) {
        give_up("clock_gettime");
    }
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void stay_on(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    (void)sched_setaffinity(0, sizeof set, &set); /* with one processor they share it */
}

/* ---- Servers ---- */

enum protocol { ECHO, RESP };

struct server {
    char name[64];
    enum protocol protocol;
    const char *proactor; /* of libcogen; null: another */
    const char *program;  /* at a path; null: in here */
    void (*serve)(int ready);
    size_t connections_max;
    pid_t process;
    int port;
};

static void run_program(const struct server *server) {
    char port[16];
    (void)snprintf(port, sizeof port, "%d", server->port);
    if (freopen("/dev/null", "w", stdout) == NULL) {
        give_up("/dev/null");
    }
    if (server->proactor != NULL) {
        (void)execl(server->program, "respd", "--port", port, "--proactor", server->proactor,
                    "--maxclients", "20000", (char *)NULL);
    } else {
        (void)execl(server->program, "redis-server", "--port", port, "--bind", "127.0.0.1",
                    "--save", "", "--appendonly", "no", "--maxclients", "20000", "--io-threads",
                    "1", (char *)NULL);
    }
    give_up(server->program);
}

/* A port that is free now. */
static int free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (socket_ < 0 || bind(socket_, (struct sockaddr *)&address, bytes) != 0 ||
        getsockname(socket_, (struct sockaddr *)&address, &bytes) != 0) {
        give_up("a port");
    }
    (void)close(socket_);
    return ntohs(address.sin_port);
}

static int try_connect(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) {
        give_up("socket");
    }
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(client);
        return -1;
    }
    return client;
}

static void begin(struct server *server) {
    int ready[2];
    if (pipe(ready) != 0) {
        give_up("pipe");
    }
    if (server->program != NULL) {
        server->port = free_port();
    }
    (void)fflush(stdout); /* or the child would print it again */
    server->process = fork();
    if (server->process == 0) {
        stay_on(0);
        if (server->program != NULL) {
            run_program(server);
        } else if (server->serve != NULL) {
            server->serve(ready[1]);
        } else {
            serve_cogen(server->proactor, ready[1]);
        }
        _Exit(EXIT_FAILURE);
    }
    (void)close(ready[1]);
    if (server->program == NULL &&
        read(ready[0], &server->port, sizeof server->port) != sizeof server->port) {
        fprintf(stderr, "%s does not start\n", server->name);
        exit(EXIT_FAILURE);
    }
    (void)close(ready[0]);
    for (int i = 0; server->program != NULL && i < 5000; i++) {
        int client = try_connect(server->port);
        if (client >= 0) {
            (void)close(client);
            break;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void finish(const struct server *server) {
    (void)kill(server->process, SIGKILL);
    (void)waitpid(server->process, NULL, 0);
}

static int64_t spent_ns(const struct server *server) {
    clockid_t clock;
    if (clock_getcpuclockid(server->process, &clock) != 0) {
        give_up("the server's clock");
    }
    return now_ns(clock);
}

/* ---- Latencies ---- */

/* 32 buckets an octave. */
struct latencies {
    uint64_t counts[BUCKETS];
    uint64_t count;
};

static size_t bucket_of(uint64_t ns) {
    if (ns < 32) {
        return (size_t)ns;
    }
    int octave = 63 - __builtin_clzll(ns);
    return (size_t)(octave - 4) * 32 + (size_t)(ns >> (octave - 5) & 31);
}

static double least_us(size_t bucket) {
    if (bucket < 32) {
        return (double)bucket / 1000;
    }
    int octave = (int)(bucket / 32) + 4;
    return (double)((32 + bucket % 32) << (octave - 5)) / 1000;
}

/* What so many of a thousand requests take at most. */
static double permille(const struct latencies *latencies, uint64_t part) {
    uint64_t seen = 0;
    size_t i = 0;
    while (i + 1 < BUCKETS && (seen += latencies->counts[i]) * 1000 < latencies->count * part) {
        i++;
    }
    return least_us(i);
}

/* ---- The client ---- */

struct connection {
    int socket;
    bool is_get; /* the request under way, of RESP */
    size_t missing_bytes;
    int64_t asked_ns;
};

static void compose(enum protocol protocol, char request[2][MESSAGE_BYTES + VALUE_BYTES],
                    size_t request_bytes[2], size_t reply_bytes[2]) {
    char value[VALUE_BYTES + 1];
    memset(value, 'v', VALUE_BYTES);
    value[VALUE_BYTES] = '\0';
    if (protocol == ECHO) {
        memcpy(request[0], value, VALUE_BYTES);
        memcpy(request[1], value, VALUE_BYTES);
        request_bytes[0] = request_bytes[1] = reply_bytes[0] = reply_bytes[1] = VALUE_BYTES;
        return;
    }
    request_bytes[0] =
        (size_t)snprintf(request[0], sizeof request[0],
                         "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$%d\r\n%s\r\n", VALUE_BYTES, value);
    request_bytes[1] =
        (size_t)snprintf(request[1], sizeof request[1], "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
    reply_bytes[0] = strlen("+OK\r\n");
    reply_bytes[1] = strlen("$64\r\n\r\n") + VALUE_BYTES;
}

struct load {
    struct connection *connections;
    size_t count;
    int poll;
    char request[2][MESSAGE_BYTES + VALUE_BYTES];
    size_t request_bytes[2];
    size_t reply_bytes[2];
};

static void ask(const struct load *load, struct connection *connection) {
    connection->is_get = !connection->is_get;
    connection->missing_bytes = load->reply_bytes[connection->is_get];
    connection->asked_ns = now_ns(CLOCK_MONOTONIC);
    size_t bytes = load->request_bytes[connection->is_get];
    if (send(connection->socket, load->request[connection->is_get], bytes, MSG_NOSIGNAL) !=
        (ssize_t)bytes) {
        give_up("send");
    }
}

/* True: the reply is whole. */
static bool hear(struct connection *connection) {
    char reply[4096];
    ssize_t count = recv(connection->socket, reply, sizeof reply, MSG_DONTWAIT);
    if (count <= 0 && errno != EAGAIN) {
        give_up("recv");
    }
    connection->missing_bytes -= count > 0 ? (size_t)count : 0;
    return connection->missing_bytes == 0;
}

static void open_load(struct load *load, const struct server *server, size_t count) {
    *load = (struct load){.count = count,
                          .connections = calloc(count, sizeof load->connections[0]),
                          .poll = epoll_create1(EPOLL_CLOEXEC)};
    if (load->connections == NULL || load->poll < 0) {
        give_up("the client");
    }
    compose(server->protocol, load->request, load->request_bytes, load->reply_bytes);
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = &load->connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        connection->socket = try_connect(server->port);
        connection->is_get = true; /* so the first request sets the key */
        if (connection->socket < 0 ||
            epoll_ctl(load->poll, EPOLL_CTL_ADD, connection->socket, &event) != 0) {
            give_up("connect");
        }
    }
}

static void close_load(struct load *load) {
    for (size_t i = 0; i < load->count; i++) {
        (void)close(load->connections[i].socket);
    }
    (void)close(load->poll);
    free(load->connections);
}

/* Requests until the time is up, then what is under way. */
static void drive(struct load *load, int64_t duration_ns, struct latencies *latencies) {
    int64_t end_ns = now_ns(CLOCK_MONOTONIC) + duration_ns;
    size_t under_way = load->count;
    for (size_t i = 0; i < load->count; i++) {
        ask(load, &load->connections[i]);
    }
    while (under_way > 0) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(load->poll, events, EVENTS_MAX, 5000);
        if (count <= 0) {
            errno = count == 0 ? ETIME : errno;
            give_up("the server is silent");
        }
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!hear(connection)) {
                continue;
            }
            int64_t heard_ns = now_ns(CLOCK_MONOTONIC);
            latencies->counts[bucket_of((uint64_t)(heard_ns - connection->asked_ns))]++;
            latencies->count++;
            if (heard_ns < end_ns) {
                ask(load, connection);
            } else {
                under_way--;
            }
        }
    }
}

/* ---- Measuring ---- */

struct measured {
    int64_t cpu_ns; /* a request */
    int64_t rate;   /* requests a second */
    double us[3];   /* at p50, p99 and p99.9 */
};

static struct measured measure(struct server *server, size_t connections, int64_t duration_ns) {
    static struct latencies latencies;
    struct load load;
    begin(server);
    open_load(&load, server, connections);
    memset(&latencies, 0, sizeof latencies);
    drive(&load, duration_ns / 5, &latencies);
    memset(&latencies, 0, sizeof latencies);
    int64_t spent = spent_ns(server);
    int64_t start_ns = now_ns(CLOCK_MONOTONIC);
    drive(&load, duration_ns, &latencies);
    int64_t elapsed_ns = now_ns(CLOCK_MONOTONIC) - start_ns;
    spent = spent_ns(server) - spent;
    close_load(&load);
    finish(server);
    int64_t count = (int64_t)latencies.count;
    return (struct measured){
        spent / count,
        count * 1000 / (elapsed_ns / 1000000),
        {permille(&latencies, 500), permille(&latencies, 990), permille(&latencies, 999)}};
}

/* The best of three: what disturbs only adds. */
static struct measured best_of(struct server *server, size_t connections, int64_t duration_ns) {
    struct measured best = measure(server, connections, duration_ns);
    for (int i = 1; i < 3; i++) {
        struct measured again = measure(server, connections, duration_ns);
        best = again.cpu_ns < best.cpu_ns ? again : best;
    }
    return best;
}

static void compare(struct server *servers, size_t count, size_t connections, int64_t duration_ns) {
    int64_t yardstick_ns = 1; /* of the last one, which is the peer */
    struct measured all[16] = {0};
    for (size_t i = 0; i < count; i++) {
        if (connections <= servers[i].connections_max) {
            all[i] = best_of(&servers[i], connections, duration_ns);
            yardstick_ns = all[i].cpu_ns;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (connections <= servers[i].connections_max) {
            printf("%6zu  %-16s %7" PRId64 "   %3" PRId64 ".%02" PRId64 "  %9" PRId64
                   "  %8.1f  %8.1f  %8.1f\n",
                   connections, servers[i].name, all[i].cpu_ns, all[i].cpu_ns / yardstick_ns,
                   all[i].cpu_ns * 100 / yardstick_ns % 100, all[i].rate, all[i].us[0],
                   all[i].us[1], all[i].us[2]);
            (void)fflush(stdout);
        }
    }
}

/* What many clients cost that say nothing. */
static void idle(struct server *server, size_t connections) {
    struct load load;
    begin(server);
    open_load(&load, server, connections);
    struct latencies *latencies = calloc(1, sizeof *latencies);
    if (latencies == NULL) {
        give_up("memory");
    }
    drive(&load, 1, latencies); /* each has said something once */
    free(latencies);
    (void)nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    int64_t spent = spent_ns(server);
    (void)nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
    spent = spent_ns(server) - spent;
    printf("%6zu  %-16s %" PRId64 ".%03" PRId64 " %% of a processor while nobody says anything\n",
           connections, server->name, spent / 20000000, spent / 20000 % 1000);
    (void)fflush(stdout);
    close_load(&load);
    finish(server);
}

/* ---- The tables ---- */

static size_t connections_max = 10000;

static size_t add_proactors(struct server *servers, const char *program) {
    enum { INFOS_MAX = 8 };
    struct cog_proactor_info infos[INFOS_MAX];
    size_t count = 0;
    size_t info_count = cog_proactor_list(infos, INFOS_MAX);
    for (size_t i = 0; i < info_count && i < INFOS_MAX; i++) {
        if (!infos[i].is_usable || strcmp(infos[i].name, "none") == 0) {
            continue;
        }
        struct server *server = &servers[count++];
        *server =
            (struct server){.protocol = program != NULL ? RESP : ECHO,
                            .proactor = infos[i].name,
                            .program = program,
                            .connections_max = strcmp(infos[i].name, "select") == 0 ? 1000 : 20000};
        (void)snprintf(server->name, sizeof server->name, "%s %s",
                       program != NULL ? "respd" : "cogen", infos[i].name);
    }
    return count;
}

static void table(struct server *servers, size_t count, bool is_short, const char *title) {
    static const size_t connections[] = {1, 64, 1000, 10000};
    printf("%s\n%6s  %-16s %7s   %6s  %9s  %8s  %8s  %8s\n", title, "conns", "server", "ns/req",
           "ratio", "req/s", "p50 us", "p99 us", "p99.9 us");
    for (size_t i = 0; i < sizeof connections / sizeof connections[0]; i++) {
        if (connections[i] <= connections_max) {
            compare(servers, count, connections[i], is_short ? 200000000 : 1000000000);
        }
    }
}

static void raise_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        connections_max = limit.rlim_max < 10200 ? (size_t)limit.rlim_max - 200 : 10000;
    }
}

int main(int argc, char **argv) {
    bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    const char *respd = argc > 1 + is_short ? argv[1 + is_short] : NULL;
    const char *redis = argc > 2 + is_short ? argv[2 + is_short] : NULL;
    struct server servers[16];
    raise_limit();
    stay_on(1);
    size_t count = add_proactors(servers, NULL);
    servers[count++] =
        (struct server){.name = "libevent", .serve = serve_libevent, .connections_max = 20000};
    servers[count++] =
        (struct server){.name = "libuv", .serve = serve_libuv, .connections_max = 20000};
    table(servers, count, is_short, "echo of 64 bytes; ratio of processor time, libuv is 1");
    if (respd != NULL) {
        count = add_proactors(servers, respd);
        if (redis != NULL) {
            servers[count++] = (struct server){.name = "redis-server",
                                               .protocol = RESP,
                                               .program = redis,
                                               .connections_max = 20000};
        }
        table(servers, count, is_short, "\nGET and SET in turn; the last one is 1");
        printf("\n");
        for (size_t i = 0; i < count; i++) {
            if (servers[i].connections_max >= connections_max) {
                idle(&servers[i], connections_max);
            }
        }
    }
    return EXIT_SUCCESS;
}
