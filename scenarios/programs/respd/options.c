/* options.c - reads the command line. */
#include "scenarios/programs/respd/options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: respd [OPTION...]\n"
    "A server that speaks RESP, the protocol of Redis; its keys are in memory only.\n"
    "\n"
    "  --port N            listens there (6379; 0: on one that the system chooses)\n"
    "  --bind ADDRESS      of IPv4 or IPv6, in numbers (127.0.0.1)\n"
    "  --proactor NAME     carries out its socket operations (the best one that there is)\n"
    "  --proactors         lists their names, and ends\n"
    "  --record FILE       records what the machine answers, for 'cogsim replay'\n"
    "  --idle SECONDS      drops clients that are silent for so long (300; 0: none)\n"
    "  --maxclients N      refuses more than that (10000)\n"
    "  --maxmemory BYTES   of keys and values (1 GiB)\n"
    "  --maxbuffers BYTES  of what all clients have sent and not read (256 MiB)\n"
    "  --maxoutput BYTES   of what one client has not read (32 MiB)\n"
    "  --maxbulk BYTES     of one argument (16 MiB)\n"
    "\n"
    "SIGTERM and SIGINT end it, when those who are being answered have their replies.\n";

static int64_t read_number(const char *name, const char *text, int64_t min, int64_t max) {
    int64_t value = 0;
    if (!respd_text_number((struct respd_text){text, strlen(text)}, &value) || value < min ||
        value > max) {
        fprintf(stderr, "respd: --%s is a number from %lld to %lld, not '%s'\n", name,
                (long long)min, (long long)max, text);
        exit(EXIT_USAGE);
    }
    return value;
}

static void list_proactors(void) {
    enum { PROACTORS_MAX = 16 };
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t count = cog_proactor_list(infos, PROACTORS_MAX);
    for (size_t i = 0; i < count && i < PROACTORS_MAX; i++) {
        if (infos[i].is_usable && strcmp(infos[i].name, "none") != 0) {
            puts(infos[i].name);
        }
    }
}

static void read_options(int argument_count, char **arguments, struct respd_settings *settings) {
    enum {
        PORT = 1,
        BIND,
        PROACTOR,
        PROACTORS,
        RECORD,
        IDLE,
        CLIENTS,
        MEMORY,
        BUFFERS,
        OUTPUT,
        BULK
    };
    static const struct option options[] = {
        {"port", required_argument, NULL, PORT},
        {"bind", required_argument, NULL, BIND},
        {"proactor", required_argument, NULL, PROACTOR},
        {"proactors", no_argument, NULL, PROACTORS},
        {"record", required_argument, NULL, RECORD},
        {"idle", required_argument, NULL, IDLE},
        {"maxclients", required_argument, NULL, CLIENTS},
        {"maxmemory", required_argument, NULL, MEMORY},
        {"maxbuffers", required_argument, NULL, BUFFERS},
        {"maxoutput", required_argument, NULL, OUTPUT},
        {"maxbulk", required_argument, NULL, BULK},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const int64_t much = INT64_C(1) << 50;
    struct respd_options *server = &settings->server;
    int index = 0;
    int chosen = 0;
    optind = 1;
    while ((chosen = getopt_long(argument_count, arguments, "h", options, &index)) != -1) {
        const char *name = chosen == 'h' ? "help" : options[index].name;
        switch (chosen) {
        case PORT:
            settings->port = read_number(name, optarg, 0, UINT16_MAX);
            break;
        case BIND:
            settings->address = optarg;
            break;
        case PROACTOR:
            settings->proactor = optarg;
            break;
        case PROACTORS:
            list_proactors();
            exit(EXIT_SUCCESS);
        case RECORD:
            settings->record = optarg;
            break;
        case IDLE:
            server->idle_ns = read_number(name, optarg, 0, INT32_MAX) * COG_SECOND;
            break;
        case CLIENTS:
            server->clients_max = (size_t)read_number(name, optarg, 1, INT32_MAX);
            break;
        case MEMORY:
            server->memory_bytes = (size_t)read_number(name, optarg, 1, much);
            break;
        case BUFFERS:
            server->buffer_bytes = (size_t)read_number(name, optarg, 1, much);
            break;
        case OUTPUT:
            server->output_bytes = (size_t)read_number(name, optarg, 1, much);
            break;
        case BULK:
            server->bulk_bytes = (size_t)read_number(name, optarg, 1, INT32_MAX / 2);
            break;
        case 'h':
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        default:
            fputs("respd: see respd --help\n", stderr);
            exit(EXIT_USAGE);
        }
    }
    if (optind < argument_count) {
        fprintf(stderr, "respd: what is '%s'? See respd --help\n", arguments[optind]);
        exit(EXIT_USAGE);
    }
}

static void find_endpoint(struct respd_settings *settings) {
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

void respd_settings_read(struct respd_settings *settings, int argument_count, char **arguments) {
    *settings = (struct respd_settings){.address = "127.0.0.1", .port = 6379};
    respd_options_init(&settings->server);
    read_options(argument_count, arguments, settings);
    find_endpoint(settings);
}

void respd_settings_inherit(struct respd_settings *settings) {
    enum { WORDS_MAX = 32, BYTES_MAX = 1024 };
    static char text[BYTES_MAX];                                 /* the settings point into it */
    char *words[WORDS_MAX + 1] = {"respd", "--bind", "0.0.0.0"}; /* what is told overrules that */
    int count = 3;
    const char *told = getenv("RESPD_OPTIONS");
    (void)snprintf(text, sizeof text, "%s", told != NULL ? told : "");
    for (char *word = strtok(text, " "); word != NULL && count < WORDS_MAX;
         word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    respd_settings_read(settings, count, words);
}
