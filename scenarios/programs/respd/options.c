/* options.c - reads the command line. */
#include "scenarios/programs/respd/options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
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
    enum { PROACTORS_MAX = 16 };
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t count = cog_proactor_list(infos, PROACTORS_MAX);
    for (size_t i = 0; i < count && i < PROACTORS_MAX; i++) {
        if (infos[i].is_usable && strcmp(infos[i].name, "none") != 0) {
            puts(infos[i].name);
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

static void read_option(int chosen, struct respd_settings *settings) {
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
        settings->record = optarg;
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

static void read_options(int argument_count, char **arguments, struct respd_settings *settings) {
    int chosen = 0;
    optind = 1;
    while ((chosen = getopt_long(argument_count, arguments, "h", long_options, NULL)) != -1) {
        read_option(chosen, settings);
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
