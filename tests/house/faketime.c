/* faketime.c - the production clock and the real proactors, for faketime.sh to run under
 * libfaketime.
 *
 *   faketime list                     what libfaketime scales, found out by sleeping, at +0 x10
 *   faketime patience PROACTOR NS     timeouts of one to five times that long
 *   faketime steps PROACTOR NS FILE   the same, while the wall clock goes a day forth and back;
 *                                     FILE is where libfaketime reads the time from
 *   faketime forth PROACTOR NS FILE   it goes forth only
 *   faketime back PROACTOR NS FILE    a sleep of that long; once it is under way, time goes a day
 *                                     back, and later forth again
 *
 * What it prints has no times in it.
 */
#define _GNU_SOURCE /* syscall */

#include "core/cogen.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void require(bool holds, const char *what) {
    if (!holds) {
        printf("cannot: %s\n", what);
        exit(1);
    }
}

/* ---- What is scaled ---- */

/* The kernel's own time, which libfaketime does not get to see. */
static int64_t real_ns(void) {
    struct timespec now;
    (void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

enum { ASKED_NS = 1000000000, ATTEMPTS = 3 };

static void sleep_by_nanosleep(void) {
    const struct timespec asked = {.tv_sec = 1};
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &asked, NULL);
}

static void sleep_by_epoll(void) {
    int number = epoll_create1(0);
    struct epoll_event event;
    (void)epoll_wait(number, &event, 1, 1000);
    (void)close(number);
}

static void sleep_by_poll(void) {
    (void)poll(NULL, 0, 1000);
}

static void sleep_by_select(void) {
    const struct timespec asked = {.tv_sec = 1};
    (void)pselect(0, NULL, NULL, NULL, &asked, NULL);
}

static void sleep_by_timer(void) {
    int number = timerfd_create(CLOCK_MONOTONIC, 0);
    const struct itimerspec asked = {.it_value = {.tv_sec = 1}};
    uint64_t count = 0;
    require(timerfd_settime(number, 0, &asked, NULL) == 0, "timerfd");
    (void)!read(number, &count, sizeof count);
    (void)close(number);
}

static void sleep_by_call(void) {
    const struct timespec asked = {.tv_sec = 1};
    (void)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &asked, NULL);
}

static const char *proactor_name; /* whose sleep is measured */

/* As a scheduler sleeps: again, until the clock says that it was long enough. Not whole
 * milliseconds: for those, epoll has another call. */
static void sleep_in_run(void) {
    struct cog_clock clock = cog_clock_monotonic();
    struct cog_proactor proactor = {.ops = NULL};
    require(cog_proactor_open(proactor_name, NULL, &proactor) == COG_OK, "open");
    int64_t end_ns = clock.now_ns(clock.context) + ASKED_NS + 1;
    int64_t left_ns = ASKED_NS + 1;
    while (left_ns > 0) {
        require(proactor.ops->run(proactor.context, left_ns | 1) == COG_OK, "run");
        left_ns = end_ns - clock.now_ns(clock.context);
    }
    cog_proactor_close(&proactor);
}

/* The middle one of three attempts: a busy machine makes one longer, and the kernel interrupts one
 * while it cleans up after io_uring. */
static void list_one(const char *name, void (*sleep_once)(void)) {
    int short_count = 0;
    for (int i = 0; i < ATTEMPTS; i++) {
        int64_t begun_ns = real_ns();
        sleep_once();
        short_count += real_ns() - begun_ns < ASKED_NS / 2 ? 1 : 0;
    }
    printf("%s: %s\n", name, short_count > ATTEMPTS / 2 ? "scaled" : "real");
}

static int list(void) {
    list_one("clock_nanosleep", sleep_by_nanosleep);
    list_one("epoll_wait", sleep_by_epoll);
    list_one("poll", sleep_by_poll);
    list_one("pselect", sleep_by_select);
    list_one("timerfd", sleep_by_timer);
    list_one("a system call without libc", sleep_by_call);
    struct cog_proactor_info infos[8];
    size_t count = cog_proactor_list(infos, 8);
    for (size_t i = 0; i < count; i++) {
        proactor_name = infos[i].name;
        if (infos[i].is_usable) {
            char name[64];
            (void)snprintf(name, sizeof name, "proactor %s", infos[i].name);
            list_one(name, sleep_in_run);
        }
    }
    return 0;
}

/* ---- Timeouts ---- */

enum { DAY_S = 86400 };

struct world {
    struct cog_scheduler *scheduler;
    int64_t unit_ns;
    int64_t begun_ns;
    const char *file; /* null: nobody steps */
    bool steps_back;
    int ended_count;
    bool is_early;
    bool goes_back;
};

struct waiter {
    struct world *world;
    int units;
    int32_t listener; /* -1: it only sleeps */
};

static int wait_long(struct cog_coro *self, void *argument) {
    const struct waiter *waiter = argument;
    struct world *world = waiter->world;
    int64_t timeout_ns = waiter->units * world->unit_ns;
    int status = COG_ETIMEDOUT;
    if (waiter->listener < 0) {
        status = cog_sleep(self, timeout_ns) == COG_OK ? COG_ETIMEDOUT : COG_EIO;
    } else if (waiter->units % 2 == 0) {
        status = cog_accept(self, waiter->listener, COG_WITHIN(timeout_ns));
    } else {
        status = cog_accept(self, waiter->listener, COG_IDLE(timeout_ns));
    }
    printf("%d: %s\n", waiter->units, cog_status_name(status));
    world->is_early =
        world->is_early || cog_now_ns(world->scheduler) - world->begun_ns < timeout_ns;
    world->goes_back = world->goes_back || waiter->units < world->ended_count;
    world->ended_count = waiter->units;
    return COG_OK;
}

static void set_wall(const char *path, const char *offset) {
    FILE *file = fopen(path, "w");
    require(file != NULL && fputs(offset, file) >= 0 && fclose(file) == 0, "write the file");
}

/* Has the wall clock gone about that far, and the scheduler's not? */
static void step_wall(struct world *world, const char *offset, int64_t expected_s) {
    time_t wall_s = time(NULL);
    int64_t before_ns = cog_now_ns(world->scheduler);
    set_wall(world->file, offset);
    int64_t stepped_s = (int64_t)(time(NULL) - wall_s);
    int64_t off_s = stepped_s - expected_s;
    bool is_as_told = off_s > -DAY_S / 2 && off_s < DAY_S / 2;
    int64_t passed_ns = cog_now_ns(world->scheduler) - before_ns;
    printf("wall %s: %s, clock: %s\n", offset, is_as_told ? "stepped" : "did not step",
           passed_ns < 0                        ? "back"
           : passed_ns > DAY_S / 2 * COG_SECOND ? "stepped"
                                                : "went on");
}

static int step_often(struct cog_coro *self, void *argument) {
    struct world *world = argument;
    int status = cog_sleep(self, world->unit_ns / 2);
    step_wall(world, "+1d", DAY_S);
    if (!world->steps_back) {
        return status;
    }
    status = status == COG_OK ? cog_sleep(self, world->unit_ns) : status;
    step_wall(world, "-1d", -2 * DAY_S);
    status = status == COG_OK ? cog_sleep(self, world->unit_ns) : status;
    step_wall(world, "+0", DAY_S);
    return status;
}

static void add(struct world *world, cog_function function, void *argument) {
    struct cog_coro *coro = NULL;
    require(cog_coro_new_stackful(world->scheduler, function, argument, NULL, &coro) == COG_OK &&
                cog_add(world->scheduler, coro, false) == COG_OK,
            "add");
    cog_coro_release(coro);
}

static int listen_somewhere(struct cog_coro *self, void *argument) {
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    *(int32_t *)argument = cog_listen(self, (const struct sockaddr *)&address, sizeof address, 1);
    return COG_OK;
}

static int wait_for_all(const char *proactor, int64_t unit_ns, const char *file, bool steps_back) {
    struct world world = {.unit_ns = unit_ns, .file = file, .steps_back = steps_back};
    struct cog_scheduler_options options = {.proactor = {.ops = NULL}};
    require(cog_proactor_open(proactor, NULL, &options.proactor) == COG_OK, "open");
    require(cog_scheduler_new(&options, &world.scheduler) == COG_OK, "make a scheduler");
    int32_t listener = -1;
    add(&world, listen_somewhere, &listener);
    require(cog_run(world.scheduler) == COG_OK, "listen");
    world.begun_ns = cog_now_ns(world.scheduler);
    struct waiter waiters[] = {{.units = 3, .listener = listener},
                               {.units = 1, .listener = -1},
                               {.units = 5, .listener = -1},
                               {.units = 2, .listener = listener},
                               {.units = 4, .listener = listener}};
    for (size_t i = 0; i < sizeof waiters / sizeof waiters[0]; i++) {
        waiters[i].world = &world;
        add(&world, wait_long, &waiters[i]);
    }
    if (file != NULL) {
        add(&world, step_often, &world);
    }
    int status = cog_run(world.scheduler);
    cog_scheduler_free(world.scheduler);
    cog_proactor_close(&options.proactor);
    printf("run: %s; %s; %s\n", cog_status_name(status), world.is_early ? "early" : "none early",
           world.goes_back ? "out of order" : "in order");
    return 0;
}

/* ---- A monotonic clock that goes back ---- */

enum { SLEEP_NS_MAX = 1000000 };

/* Goes on until somebody's wait has ended, or that much of the kernel's time has passed. */
static void go_on(struct world *world, int64_t duration_ns) {
    int64_t end_ns = real_ns() + duration_ns;
    while (world->ended_count == 0 && real_ns() < end_ns) {
        require(cog_iterate(world->scheduler, SLEEP_NS_MAX) >= COG_OK, "iterate");
    }
}

/* Who waits goes on waiting, for that day or until the clock is back; the scheduler's clock does
 * not go back. */
static int wait_meanwhile(const char *proactor, int64_t unit_ns, const char *file) {
    struct world world = {.unit_ns = unit_ns, .file = file};
    struct cog_scheduler_options options = {.proactor = {.ops = NULL}};
    require(cog_proactor_open(proactor, NULL, &options.proactor) == COG_OK, "open");
    require(cog_scheduler_new(&options, &world.scheduler) == COG_OK, "make a scheduler");
    struct cog_clock clock = cog_clock_monotonic();
    struct waiter waiter = {.world = &world, .units = 1, .listener = -1};
    world.begun_ns = cog_now_ns(world.scheduler);
    add(&world, wait_long, &waiter);
    require(cog_iterate(world.scheduler, 0) >= COG_OK, "begin");
    require(cog_iterate(world.scheduler, 0) >= COG_OK, "sleep");
    int64_t before_ns = clock.now_ns(clock.context);
    set_wall(file, "-1d");
    bool has_gone_back = clock.now_ns(clock.context) < before_ns - DAY_S / 2 * COG_SECOND;
    go_on(&world, 5 * unit_ns);
    printf("clock: %s; %s; the scheduler's %s\n", has_gone_back ? "back" : "went on",
           world.ended_count > 0 ? "over" : "waits",
           cog_now_ns(world.scheduler) < world.begun_ns ? "goes back" : "does not");
    set_wall(file, "+0");
    go_on(&world, 60 * COG_SECOND);
    cog_scheduler_free(world.scheduler);
    cog_proactor_close(&options.proactor);
    printf("%s\n", world.is_early ? "early" : "not early");
    return 0;
}

int main(int argc, char **argv) {
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        return list();
    }
    if (argc == 4 && strcmp(argv[1], "patience") == 0) {
        return wait_for_all(argv[2], strtoll(argv[3], NULL, 10), NULL, false);
    }
    if (argc == 5 && (strcmp(argv[1], "steps") == 0 || strcmp(argv[1], "forth") == 0)) {
        return wait_for_all(argv[2], strtoll(argv[3], NULL, 10), argv[4], argv[1][0] == 's');
    }
    if (argc == 5 && strcmp(argv[1], "back") == 0) {
        return wait_meanwhile(argv[2], strtoll(argv[3], NULL, 10), argv[4]);
    }
    printf(
        "faketime list | patience PROACTOR NS | steps PROACTOR NS FILE | forth PROACTOR NS FILE | "
        "back PROACTOR NS FILE\n");
    return 2;
}
