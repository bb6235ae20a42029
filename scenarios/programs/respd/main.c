/* main.c - respd as a program: reads its options, and ends in order when it is told to. */
#include "scenarios/programs/respd/options.h"

#include "core/recorder.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

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
    const struct respd_settings *settings = context;
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

/* The proactor, and what records it if that is wanted. */
struct machine {
    struct cog_proactor proactor;
    struct cog_recorder *recorder;
};

static int open_machine(struct machine *machine, const struct respd_settings *settings,
                        struct cog_scheduler_options *options) {
    int status = cog_proactor_open(settings->proactor, NULL, &machine->proactor);
    options->proactor = machine->proactor;
    if (status != COG_OK || settings->record == NULL) {
        return status;
    }
    status = cog_recorder_open(
        &(struct cog_recorder_options){.proactor = machine->proactor, .path = settings->record},
        &machine->recorder);
    if (status == COG_OK) {
        options->proactor = cog_recorder_proactor(machine->recorder);
        options->clock = cog_recorder_clock(machine->recorder);
    }
    return status;
}

static int close_machine(struct machine *machine) {
    int status = cog_recorder_close(machine->recorder);
    cog_proactor_close(&machine->proactor);
    return status;
}

static int serve(const struct respd_settings *settings,
                 const struct cog_scheduler_options *options) {
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
    cog_scheduler_free(scheduler); /* first: it ends those who still wait on the server's objects */
    respd_server_free(server);
    return status;
}

int main(int argument_count, char **arguments) {
    struct respd_settings settings;
    respd_settings_read(&settings, argument_count, arguments);
    draw_hash_key(settings.server.hash_key);
    settings.server.has_descriptors = true;
    settings.server.tells_addresses = settings.record == NULL;
    settings.server.listens = tell_readiness;
    settings.server.stops = forget_listener;
    settings.server.context = &settings;
    raise_limits();
    handle_signals();

    struct machine machine = {.recorder = NULL};
    struct cog_scheduler_options options = {.allocator = NULL};
    int status = open_machine(&machine, &settings, &options);
    if (status == COG_OK) {
        status = serve(&settings, &options);
    }
    int closed = close_machine(&machine);
    status = status == COG_OK ? closed : status;
    if (status != COG_OK) {
        fprintf(stderr, "respd: %s\n", cog_status_text(status));
    }
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
