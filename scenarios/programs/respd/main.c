/* main.c - respd as a program: reads its options, and ends in order when it is told to. */
#include "scenarios/programs/respd/options.h"

#include "core/recorder.h"

#include <netinet/in.h>
#include <pthread.h>
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

struct program {
    struct respd_settings settings;
    struct respd_server *server;
    struct cog_mailbox *signals;
    struct cog_coro *listening; /* to signals */
    pthread_t thread;
};

static void fill_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

/* A thread that waits for signals, since a handler may not post. */
static void *await_signals(void *argument) {
    struct program *program = argument;
    sigset_t set;
    fill_signals(&set);
    for (;;) {
        int number = 0;
        if (sigwait(&set, &number) == 0) {
            (void)cog_post(program->signals, (union cog_value){.number = number});
        }
    }
    return NULL;
}

static int stop_on_signal(struct cog_coro *self, void *argument) {
    struct program *program = argument;
    int status = cog_take(self, program->signals, NULL, COG_FOREVER);
    if (status == COG_OK) {
        respd_server_stop(program->server);
    }
    return status;
}

static int begin_signals(struct program *program, struct cog_scheduler *scheduler) {
    int status = cog_mailbox_new(scheduler, NULL, &program->signals);
    if (status == COG_OK) {
        status = cog_start(scheduler, stop_on_signal, program, "signals", &program->listening);
    }
    if (status == COG_OK && pthread_create(&program->thread, NULL, await_signals, program) != 0) {
        status = COG_ENOMEM;
    }
    return status;
}

/* ---- The program ---- */

static void tell_readiness(void *context, int32_t listener) {
    const struct program *program = context;
    struct sockaddr_storage address = {.ss_family = 0};
    socklen_t bytes = sizeof address;
    int port = 0;
    if (getsockname(listener, (struct sockaddr *)&address, &bytes) == 0) {
        struct sockaddr_in in; /* where the port lies in both families */
        memcpy(&in, &address, sizeof in);
        port = ntohs(in.sin_port);
    }
    printf("respd: ready on %s port %d\n", program->settings.address, port);
    (void)fflush(stdout);
}

static void forget_signals(void *context) {
    (void)cog_cancel(((struct program *)context)->listening);
}

/* As many descriptors as it may have. */
static void raise_limits(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int serve(struct program *program, struct cog_scheduler *scheduler) {
    int status = begin_signals(program, scheduler);
    if (status != COG_OK) {
        return status;
    }
    status = respd_server_new(scheduler, &program->settings.server, &program->server);
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    (void)pthread_cancel(program->thread);
    (void)pthread_join(program->thread, NULL);
    return status == COG_OK ? program->server->status : status;
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

static void begin_process(void) {
    raise_limits();
    sigset_t set;
    fill_signals(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

int main(int argument_count, char **arguments) {
    struct program program = {.server = NULL};
    struct respd_settings *settings = &program.settings;
    respd_settings_read(settings, argument_count, arguments);
    draw_hash_key(settings->server.hash_key);
    settings->server.has_descriptors = true;
    settings->server.tells_addresses = settings->record == NULL;
    settings->server.listens = tell_readiness;
    settings->server.stops = forget_signals;
    settings->server.context = &program;
    begin_process();

    struct machine machine = {.recorder = NULL};
    struct cog_scheduler_options options = {.allocator = NULL};
    struct cog_scheduler *scheduler = NULL;
    int status = open_machine(&machine, settings, &options);
    if (status == COG_OK) {
        status = cog_scheduler_new(&options, &scheduler);
    }
    if (status == COG_OK) {
        status = serve(&program, scheduler);
    }
    cog_scheduler_free(scheduler); /* first: it ends those who still wait on the others */
    int closed = close_machine(&machine);
    status = status == COG_OK ? closed : status;
    respd_server_free(program.server);
    cog_coro_release(program.listening);
    cog_mailbox_free(program.signals);
    if (status != COG_OK) {
        fprintf(stderr, "respd: %s\n", cog_status_text(status));
    }
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
