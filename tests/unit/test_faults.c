/* test_faults.c - every allocation of a program fails once: nothing crashes, leaks or is left in
 * disorder, and the scheduler goes on. */
#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A program, and how many allocations it has at least. */
struct program {
    void (*set_up)(struct stage *stage);
    size_t allocations_min;
};

/* Everything that cogen has: coroutines, objects, a ring, a log of messages, subscriptions. */
static void set_up_classic(struct stage *stage) {
    (void)stage_signal(stage, "s");
    (void)stage_queue(stage, "q", 0);
    (void)stage_queue(stage, "r", 1);
    (void)stage_channel(stage, "c");
    (void)stage_channel(stage, "d");
    actor_role(stage, "callee", "-sleep 1; wait s weak=2; return 5");
    actor_role(stage, "spawned", "sleep 3; put r 7 weak=9; fail -1");
    actor_role(stage, "sleeper", "-sleep 2");
    actor_enter(
        stage, "maker",
        "call callee strong=50; spawn spawned; join spawned weak=30; spawn spawned prio=coro;"
        "add sleeper; add sleeper; add sleeper; add sleeper; add sleeper; add sleeper;"
        "add sleeper; add sleeper; add sleeper; add sleeper; add sleeper; add sleeper;"
        "add sleeper; add sleeper; add sleeper; add sleeper; add_front sleeper; sleep 5");
    actor_enter(stage, "putter",
                "put q 1; put q 2; put q 3; put q 4; put q 5; put q 6; tryput q 7; put r 1;"
                "put r 2 weak=40; drain q weak=60; publish c 1; publish c 2; publish c 3;"
                "publish c 4; publish c 5; compact c; publish d 6");
    actor_enter(stage, "getter",
                "get q weak=5; done q; get q; done q; tryget q; get r weak=4; done r; get r weak=4;"
                "sleep 30; get q weak=1; get q weak=1; done q; done q");
    actor_enter(stage, "reader",
                "subscribe c; subscribe d; fetch c weak=50; fetch c weak=50; fetch d weak=50;"
                "unsubscribe c; unsubscribe d");
    actor_enter(stage, "signaller", "signal s 1 2 weak=2; signal s 2 0; ring s 3; yield");
    actor_enter(stage, "waiter", "wait s weak=9; wait s weak=9; sleep_until 80");
}

/* Clean-up, local values, trails, cancelling. */
static void set_up_ends(struct stage *stage) {
    (void)stage_signal(stage, "s");
    actor_role(stage, "deepest", "defer 1; local set 0 4; -sleep 2; fail -4");
    actor_role(stage, "deeper", "defer 2; -call deepest; trail deepest; fail -7");
    actor_role(stage, "deep", "defer 3; -call deeper; trail deeper; fail -7");
    actor_role(stage, "stuck", "defer s; gate stuck weak=3; log never");
    actor_enter(stage, "maker",
                "defer a; defer b; defer c; undefer b; undefer a run; -call deep; trail self;"
                "-call deep; make deep; cancel deep; local set 0 1; local set 1 2; local set 0 3");
    actor_enter(stage, "parked", "defer x; local set 1 9; wait s; log never");
    actor_enter(stage, "held", "defer y; recv 1 4 weak=90; log never");
    actor_enter(stage, "caller", "defer z; call stuck; log never");
    actor_enter(stage, "canceller",
                "-sleep 1; cancel parked; cancel held; cancel caller; -sleep 9; open; gate park "
                "weak=2; gate pass; gate fail -3; gate park strong=1");
}

/* Pipes, keys, mailboxes, sockets. */
static void set_up_newer(struct stage *stage) {
    (void)stage_channel(stage, "c");
    (void)stage_mailbox(stage, "m", 2);
    (void)stage_mailbox(stage, "n", 0);
    actor_role(stage, "producer", "defer p; chunk p 1; -sleep 5; chunk p 2; chunk p 3");
    actor_role(stage, "endless", "chunk e 1; chunk e 2 weak=1; chunk e 3; fail -23");
    actor_role(stage, "unused", "log never");
    (void)stage_pipe(stage, "p", "producer");
    (void)stage_pipe(stage, "e", "endless");
    (void)stage_pipe(stage, "u", "unused");
    actor_enter(stage, "consumer",
                "next p; next p strong=2; next p weak=9; next p weak=9; next p weak=9; next e;"
                "next e; -sleep 3; halt e; halt p; halt u");
    actor_enter(stage, "keyed",
                "subscribe_key c 1; subscribe_key c 2; subscribe c; fetch_key c 1 weak=4;"
                "fetch_key c 2 weak=4; fetch c weak=4; unsubscribe_key c 1");
    actor_enter(stage, "other", "-sleep 1; fetch_key c 1 weak=3; publish c 1; publish c 2");
    actor_enter(stage, "taker", "take m weak=4; take n weak=4; take m weak=4");
    actor_enter(stage, "poster", "-sleep 2; post m 1; post m 2; post m 3; post n 4");
    stage_cue(stage, 3, STAGE_COMPLETE, 2, COG_OK, 4);
    stage_cue(stage, 4, STAGE_COMPLETE, 2, COG_ERESET, 4);
    actor_enter(stage, "socket",
                "recvfrom 2 9 weak=9; sendto 2 9 weak=9; sendfile 2 9 weak=2; connect weak=1;"
                "bind weak=1; listen; close 2; close_socket 2");
}

/* ---- Stackful coroutines ---- */

static void write_line(struct stage *stage, const char *what, int64_t result) {
    stage_write(&stage->log, "%lld %s %lld\n", (long long)stage->now_ns, what, (long long)result);
}

static int sleep_a_little(struct cog_coro *self, void *argument) {
    (void)argument;
    int status = cog_sleep(self, 3);
    return status == COG_OK ? COG_ETIMEDOUT : status;
}

static void tell_cleanup(void *argument) {
    write_line(argument, "cleaned up", 0);
}

static void free_stream(void *argument) {
    cog_stream_free(argument);
}

/* A stream that goes with its coroutine. */
static int make_stream(struct cog_coro *self, struct cog_stream **stream) {
    struct cog_stream_options options = {.read_bytes = 16, .write_bytes = 4};
    int status = cog_stream_new(cog_coro_scheduler(self), 1, &options, stream);
    if (status != COG_OK) {
        return status;
    }
    status = cog_defer(self, free_stream, *stream);
    if (status != COG_OK) {
        cog_stream_free(*stream);
    }
    return status;
}

static int use_a_stream(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    struct cog_stream *stream = NULL;
    int status = make_stream(self, &stream);
    if (status != COG_OK) {
        write_line(stage, "stream", status);
        return status;
    }
    const char *line = NULL;
    write_line(stage, "line", cog_stream_readline(self, stream, &line, COG_WITHIN(5)));
    write_line(stage, "write", cog_stream_write(self, stream, "a longer text", 13, COG_WITHIN(2)));
    write_line(stage, "flush", cog_stream_flush(self, stream, COG_WITHIN(2)));
    return COG_OK;
}

static void release_coro(void *argument) {
    cog_coro_release(argument);
}

/* Calls or spawns another one, which is held meanwhile and released whatever happens. */
static int use_other(struct cog_coro *self, size_t stack_bytes, int64_t timeout_ns) {
    struct cog_stackful_options options = {.stack_bytes = stack_bytes};
    struct cog_coro *other = NULL;
    int status =
        cog_coro_new_stackful(cog_coro_scheduler(self), sleep_a_little, NULL, &options, &other);
    if (status != COG_OK) {
        return status;
    }
    status = cog_defer(self, release_coro, other);
    if (status != COG_OK) {
        cog_coro_release(other);
        return status;
    }
    status = timeout_ns > 0 ? cog_call(self, other, NULL, COG_WITHIN(timeout_ns))
                            : cog_spawn(self, other, NULL);
    (void)cog_undefer(self, release_coro, other, true);
    return status;
}

static int use_others(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    write_line(stage, "defer", cog_defer(self, tell_cleanup, stage));
    write_line(stage, "call", use_other(self, 16384, 9));
    write_line(stage, "call", use_other(self, 32768, 1));
    write_line(stage, "spawn", use_other(self, 65536, 0));
    return COG_OK;
}

static void set_up_stackful(struct stage *stage) {
    stage_cue_text(stage, 1, STAGE_COMPLETE, 1, "part");
    stage_cue_text(stage, 2, STAGE_COMPLETE, 1, "ial\nmore");
    stage_cue(stage, 3, STAGE_COMPLETE, 1, COG_OK, 4);
    write_line(stage, "go", cog_go(stage->scheduler, use_a_stream, stage, "streamer"));
    write_line(stage, "go", cog_go(stage->scheduler, use_others, stage, "maker"));
    write_line(stage, "go", cog_go(stage->scheduler, sleep_a_little, NULL, "sleeper"));
}

static const struct program programs[] = {{.set_up = set_up_classic, .allocations_min = 35},
                                          {.set_up = set_up_ends, .allocations_min = 35},
                                          {.set_up = set_up_newer, .allocations_min = 25},
                                          {.set_up = set_up_stackful, .allocations_min = 15}};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

/* ---- Sweeps ---- */

/* The scheduler that has come through it runs another program. */
static void play_another_program(struct stage *stage) {
    assert_int_equal(stage_queue(stage, "again", 1), COG_OK);
    assert_non_null(actor_enter(stage, "one", "-put again 1; -put again 2; -sleep 5; log fine"));
    assert_non_null(actor_enter(stage, "two", "-get again; get again weak=9"));
    (void)stage_run(stage);
    assert_non_null(strstr(stage->log.text, "two get=2\n"));
    assert_non_null(strstr(stage->log.text, "one fine\n"));
}

/* Runs the program with the fail_at-th allocation failing. Returns whether one failed. */
static bool play_with_fault(const struct program *program, size_t fail_at, bool with_picker) {
    struct stage *stage = stage_new();
    stage->tally.fail_at = fail_at;
    if (with_picker) {
        stage_use_picker(stage, "");
    }
    bool is_open = stage_open(stage) == COG_OK;
    if (is_open) {
        program->set_up(stage);
        int status = stage_run(stage);
        assert_true(status == COG_OK || status == COG_ESTALLED);
    }
    bool has_failed = stage->tally.failed_count > 0;
    stage->tally.fail_at = 0;
    if (is_open) {
        play_another_program(stage);
    }
    if (stage_close(stage) != 0) {
        fail_msg("%zu blocks are left when allocation %zu fails", stage->tally.live_count, fail_at);
    }
    stage_free(stage);
    return has_failed;
}

static void sweep(bool with_picker) {
    for (size_t i = 0; i < PROGRAMS; i++) {
        size_t fail_at = 1;
        while (play_with_fault(&programs[i], fail_at, with_picker)) {
            fail_at++;
        }
        assert_in_range(fail_at, programs[i].allocations_min, 1000);
    }
}

static void a_program_survives_the_failure_of_each_of_its_allocations(void **state) {
    (void)state;
    sweep(false);
}

static void a_program_under_a_picker_survives_them_too(void **state) {
    (void)state;
    sweep(true);
}

/* Plays so many iterations, and frees everything. Returns whether there was more to do. */
static bool play_in_part(const struct program *program, int iteration_count) {
    struct stage *stage = stage_new();
    assert_int_equal(stage_open(stage), COG_OK);
    program->set_up(stage);
    int status = COG_MORE;
    for (int i = 0; i < iteration_count && status == COG_MORE; i++) {
        status = stage_iterate(stage);
    }
    assert_int_equal(stage_close(stage), 0);
    stage_free(stage);
    return status == COG_MORE;
}

static void freeing_everything_half_way_leaves_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < PROGRAMS; i++) {
        int iteration_count = 0;
        while (play_in_part(&programs[i], iteration_count)) {
            iteration_count++;
        }
        assert_true(iteration_count > 10);
    }
}

/* The log of a program when one allocation fails: what a failure is told as. */
static void expect_no_memory_told(const struct program *program) {
    size_t told_count = 0;
    size_t fail_at = 2; /* the first one is the scheduler's */
    for (bool has_failed = true; has_failed; fail_at++) {
        struct stage *stage = stage_new();
        stage->tally.fail_at = fail_at;
        assert_int_equal(stage_open(stage), COG_OK);
        program->set_up(stage);
        (void)stage_run(stage);
        bool is_told = strstr(stage->log.text, "no memory") != NULL ||
                       strstr(stage->log.text, "not possible") != NULL ||
                       strstr(stage->log.text, " -9\n") != NULL;
        told_count += is_told ? 1 : 0;
        has_failed = stage->tally.failed_count > 0;
        assert_int_equal(stage_close(stage), 0);
        stage_free(stage);
    }
    /* The rest are actors that were not entered, and failures that leave a trail shorter. */
    assert_true(told_count > fail_at / 4);
}

static void a_failure_is_told_as_a_code(void **state) {
    (void)state;
    for (size_t i = 0; i < PROGRAMS; i++) {
        expect_no_memory_told(&programs[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_survives_the_failure_of_each_of_its_allocations),
        cmocka_unit_test(a_program_under_a_picker_survives_them_too),
        cmocka_unit_test(freeing_everything_half_way_leaves_nothing),
        cmocka_unit_test(a_failure_is_told_as_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
