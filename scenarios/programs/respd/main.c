/* main.c - respd as a program: reads its options, and ends in order when it is told to. */
#include "scenarios/programs/respd/server.h"

#include "core/recorder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: respd [OPTION...]\n"
    "A server that speaks RESP, the protocol of Redis; its keys are in memory only.\n"
    "\n"
    "  --port N            listens there (6379; 0: on one that the system chooses)\n"
    "  --bind ADDRESS      of IPv4 or IPv6, in numbers (127.0.0.1)\n"
    "  --proactor NAME     carries out its socket operations (the best one that there is)\n"
    "  --proactors         lists their names, and ends\n"
    "  --idle SECONDS      drops clients that are silent for so long (300; 0: none)\n"
    "  --maxclients N      refuses more than that (10000)\n"
    "  --maxmemory BYTES   of keys and values (1 GiB)\n"
    "  --maxbuffers BYTES  of what all clients have sent and not read (256 MiB)\n"
    "  --maxoutput BYTES   of what one client has not read (32 MiB)\n"
    "  --maxbulk BYTES     of one argument (16 MiB)\n"
    "  --record FILE       writes down what it is told, for `cogsim replay FILE --program\n"
    "                      respd.so`, which has the default limits: others are set by CONFIG SET\n"
    "\n"
    "SIGTERM and SIGINT end it, when those who are being answered have their replies.\n";

/* ---- Options ---- */

struct settings {
    const char *address;
    int64_t port;
    const char *proactor;
    const char *recording;
    struct sockaddr_storage endpoint;
    struct respd_options server;
};

static int64_t read_number(const char *name, const char *text, int64_t least, int64_t most) {
    int64_t value = 0;
    if (!respd_text_number((struct respd_text){text, strlen(text)}, &value) || value < least ||
        value > most) {
        fprintf(stderr, "respd: --%s is a number from %" PRId64 " to %" PRId64 ", not '%s'\n", name,
                least, most, text);
        exit(EXIT_USAGE);
    }
    return value;
}

static void list_proactors(void) {
    const char *name = cog_proactor_name(0);
    for (size_t i = 0; name != NULL; name = cog_proactor_name(++i)) {
        if (strcmp(name, "none") != 0) {
            puts(name);
        }
    }
}

/* The settings come first, so that their numbers are those of the options. */
static const struct option long_options[] = {
#define RESPD_X(enumerator, name, option, least, most, initial)                                    \
    {option, required_argument, NULL, enumerator},
    RESPD_SETTING_TABLE(RESPD_X)
#undef RESPD_X
        {"port", required_argument, NULL, 'p'},
    {"bind", required_argument, NULL, 'b'},
    {"proactor", required_argument, NULL, 'o'},
    {"proactors", no_argument, NULL, 'l'},
    {"record", required_argument, NULL, 'r'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void read_option(int chosen, struct settings *settings) {
    switch (chosen) {
    case 'p':
        settings->port = read_number("port", optarg, 0, UINT16_MAX);
        break;
    case 'b':
        settings->address = optarg;
        break;
    case 'o':
        settings->proactor = optarg;
        break;
    case 'l':
        list_proactors();
        exit(EXIT_SUCCESS);
    case 'r':
        settings->recording = optarg;
        break;
    case 'h':
        fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    case '?':
        fputs("respd: see respd --help\n", stderr);
        exit(EXIT_USAGE);
    default: {
        const struct respd_setting_kind *kind = &respd_settings[chosen];
        settings->server.settings[chosen] =
            read_number(kind->option, optarg, kind->least, kind->most);
        break;
    }
    }
}

static void read_options(int argument_count, char **arguments, struct settings *settings) {
    int chosen = 0;
    while ((chosen = getopt_long(argument_count, arguments, "h", long_options, NULL)) != -1) {
        read_option(chosen, settings);
    }
    if (optind < argument_count) {
        fprintf(stderr, "respd: what is '%s'? See respd --help\n", arguments[optind]);
        exit(EXIT_USAGE);
    }
}

static void find_endpoint(struct settings *settings) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)settings->port)};
    if (inet_pton(AF_INET, settings->address, &in.sin_addr) == 1) {
        memcpy(&settings->endpoint, &in, sizeof in);
        settings->server.address_bytes = sizeof in;
    } else if (inet_pton(AF_INET6, settings->address, &in6.sin6_addr) == 1) {
        memcpy(&settings->endpoint, &in6, sizeof in6);
        settings->server.address_bytes = sizeof in6;
    } else {
        fprintf(stderr, "respd: '%s' is no address in numbers\n", settings->address);
        exit(EXIT_USAGE);
    }
    settings->server.address = (const struct sockaddr *)&settings->endpoint;
}

/* So that nobody outside knows which keys have one hash. */
static void draw_hash_key(uint64_t key[2]) {
    FILE *random = fopen("/dev/urandom", "rb");
    if (random == NULL || fread(key, sizeof key[0], 2, random) != 2) {
        key[0] ^= (uint64_t)(uintptr_t)key;
    }
    if (random != NULL) {
        (void)fclose(random);
    }
}

/* ---- Signals ---- */

/* A handler may do little, but it may shut the listener down: then accept fails, and the server
 * stops. That way a recording has it too, as an accept that has failed. */
static volatile sig_atomic_t listener = -1;
static volatile sig_atomic_t is_told_to_stop;

static void stop_accepting(void) {
    if (listener >= 0) {
        (void)shutdown(listener, SHUT_RDWR);
    }
}

static void handle_signal(int number) {
    (void)number;
    int error_number = errno;
    is_told_to_stop = 1;
    stop_accepting();
    errno = error_number;
}

static void handle_signals(void) {
    struct sigaction action = {.sa_handler = handle_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* ---- The program ---- */

static void tell_readiness(void *context, int32_t socket) {
    const struct settings *settings = context;
    struct sockaddr_storage address = {.ss_family = 0};
    socklen_t bytes = sizeof address;
    int port = 0;
    if (getsockname(socket, (struct sockaddr *)&address, &bytes) == 0) {
        struct sockaddr_in in; /* where the port lies in both families */
        memcpy(&in, &address, sizeof in);
        port = ntohs(in.sin_port);
    }
    printf("respd: ready on %s port %d\n", settings->address, port);
    (void)fflush(stdout);
    listener = socket;
    if (is_told_to_stop) {
        stop_accepting();
    }
}

static void forget_listener(void *context) {
    (void)context;
    listener = -1;
}

/* As many descriptors as it may have. */
static void raise_limits(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int serve(const struct settings *settings, const struct cog_scheduler_options *options) {
    struct cog_scheduler *scheduler = NULL;
    struct respd_server *server = NULL;
    int status = cog_scheduler_new(options, &scheduler);
    if (status == COG_OK) {
        status = respd_server_new(scheduler, &settings->server, &server);
    }
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    status = status == COG_OK ? server->status : status;
    cog_scheduler_free(scheduler); /* first: it ends those who still wait on the others */
    respd_server_free(server);
    return status;
}

/* With a recorder between the scheduler and its proactor and clock. */
static int serve_recorded(const struct settings *settings, struct cog_scheduler_options *options) {
    struct cog_recorder *recorder = NULL;
    int status = cog_recorder_open(
        &(struct cog_recorder_options){.path = settings->recording, .proactor = options->proactor},
        &recorder);
    if (status != COG_OK) {
        fprintf(stderr, "respd: %s: %s\n", settings->recording, strerror(errno));
        return status;
    }
    options->proactor = cog_recorder_proactor(recorder);
    options->clock = cog_recorder_clock(recorder);
    status = serve(settings, options);
    int written = cog_recorder_close(recorder);
    if (written != COG_OK) {
        fprintf(stderr, "respd: %s is not whole: %s\n", settings->recording, strerror(errno));
    }
    return status == COG_OK ? written : status;
}

int main(int argument_count, char **arguments) {
    struct settings settings = {.address = "127.0.0.1", .port = 6379};
    respd_options_init(&settings.server);
    read_options(argument_count, arguments, &settings);
    find_endpoint(&settings);
    draw_hash_key(settings.server.hash_key);
    settings.server.has_descriptors = true;
    settings.server.hides_addresses = settings.recording != NULL;
    settings.server.listens = tell_readiness;
    settings.server.stops = forget_listener;
    settings.server.context = &settings;
    raise_limits();
    handle_signals();

    struct cog_scheduler_options options = {.allocator = NULL};
    struct cog_proactor proactor = {.ops = NULL};
    int status = cog_proactor_open(settings.proactor, NULL, &proactor);
    if (status == COG_OK) {
        options.proactor = proactor;
        status = settings.recording != NULL ? serve_recorded(&settings, &options)
                                            : serve(&settings, &options);
        cog_proactor_close(&proactor);
    }
    if (status != COG_OK) {
        fprintf(stderr, "respd: %s\n", cog_status_text(status));
    }
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
