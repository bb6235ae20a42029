/* test_properties.c - random programs over all operations: the promises hold after every iteration,
 * who ends is cleaned up once, nothing leaks, and twice is the same. */
#include "tests/unit/actor.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PROGRAMS = 1500, ROLES = 5, MAINS = 4, STATEMENTS_MAX = 9, SCRIPT_BYTES = 1024 };

struct program {
    uint64_t random;
    char scripts[ROLES][SCRIPT_BYTES];
    int spawns_left; /* in the script being written */
};

static const char *const role_names[ROLES] = {"a", "b", "c", "d", "e"};

static uint64_t draw(struct program *program, uint64_t bound) {
    return stage_draw(&program->random, bound);
}

static const char *draw_name(struct program *program, const char *names) {
    static const char *const all[] = {"s", "t", "p", "q", "r", "m", "n"};
    size_t first = names[0] == 's' ? 0 : names[0] == 'q' ? 2 : 5;
    size_t count = names[0] == 'q' ? 3 : 2;
    return all[first + draw(program, count)];
}

static size_t write_options(struct program *program, bool may_last, char *text, size_t room) {
    static const char *const priorities[] = {"last", "coro", "op", "first", "default"};
    static const char *const limits[] = {"weak", "strong", "weak_until", "strong_until"};
    size_t used = 0;
    if (draw(program, 2) == 0) {
        used += (size_t)snprintf(text, room, " prio=%s", priorities[draw(program, 5)]);
    }
    if (draw(program, 2) == 0) {
        used += (size_t)snprintf(text + used, room - used, " %s=%d", limits[draw(program, 4)],
                                 (int)draw(program, 20));
    } else if (may_last && draw(program, 8) == 0) {
        used += (size_t)snprintf(text + used, room - used, " forever");
    }
    return used;
}

/* Statements about coroutines; only roles behind one's own are started, so that programs end. */
static size_t write_coro_statement(struct program *program, size_t role, char *text, size_t room) {
    static const char *const verbs[] = {"spawn", "call", "add", "add_front"};
    if (role + 1 == ROLES || program->spawns_left == 0) {
        return (size_t)snprintf(text, room, "join %s", role_names[draw(program, ROLES)]);
    }
    program->spawns_left--;
    size_t other = role + 1 + draw(program, ROLES - role - 1);
    return (size_t)snprintf(text, room, "%s %s", verbs[draw(program, 4)], role_names[other]);
}

/* Pipes, keys, mailboxes and gates. */
static size_t write_newer_operation(struct program *program, int number, char *text, size_t room) {
    static const char *const pipe_verbs[] = {"next", "next", "chunk", "chunk", "halt"};
    static const char *const key_verbs[] = {"subscribe_key", "fetch_key", "unsubscribe_key"};
    static const char *const gates[] = {"park", "stuck", "pass", "fail -13"};
    switch (draw(program, 6)) {
    case 0:
    case 1:
    case 2:
        return (size_t)snprintf(text, room, "%s %s %d", pipe_verbs[draw(program, 5)],
                                draw(program, 2) == 0 ? "u" : "v", number);
    case 3:
        return (size_t)snprintf(text, room, "%s %s %d", key_verbs[draw(program, 3)],
                                draw_name(program, "mn"), (int)draw(program, 2));
    case 4:
        return (size_t)snprintf(text, room, "take o weak=12");
    default:
        return (size_t)snprintf(text, room, "gate %s", gates[draw(program, 4)]);
    }
}

/* What yields nothing. */
static size_t write_deed(struct program *program, int number, char *text, size_t room) {
    const char *name = draw(program, 6) == 0 ? "self" : role_names[draw(program, ROLES)];
    switch (draw(program, 9)) {
    case 0:
    case 1:
    case 2:
        return (size_t)snprintf(text, room, "cancel %s", name);
    case 3:
    case 4:
        return (size_t)snprintf(text, room, "defer x%d", number % 3);
    case 5:
        return (size_t)snprintf(text, room, "undefer x%d%s", number % 3,
                                draw(program, 2) == 0 ? " run" : "");
    case 6:
        return (size_t)snprintf(text, room, "local set %d %d", number % 2, number);
    case 7:
        return draw(program, 2) == 0 ? (size_t)snprintf(text, room, "open")
                                     : (size_t)snprintf(text, room, "trail %s", name);
    default:
        return (size_t)snprintf(text, room, "post o %d", number);
    }
}

static size_t write_statement(struct program *program, size_t role, char *text, size_t room) {
    int number = (int)draw(program, 20);
    switch (draw(program, 26)) {
    case 0:
        return (size_t)snprintf(text, room, "yield");
    case 1:
        return (size_t)snprintf(text, room, "sleep %d", number);
    case 2:
    case 3:
        return (size_t)snprintf(text, room, "wait %s", draw_name(program, "st"));
    case 4:
    case 5:
        return (size_t)snprintf(text, room, "signal %s %d %d", draw_name(program, "st"), number,
                                (int)draw(program, 4));
    case 6:
        return (size_t)snprintf(text, room, "ring %s %d", draw_name(program, "st"), number);
    case 7:
    case 8:
        return (size_t)snprintf(text, room, "%sput %s %d", draw(program, 4) == 0 ? "try" : "",
                                draw_name(program, "qr"), number);
    case 9:
    case 10:
        return (size_t)snprintf(text, room, "%sget %s", draw(program, 4) == 0 ? "try" : "",
                                draw_name(program, "qr"));
    case 11:
        return (size_t)snprintf(text, room, "%s %s", draw(program, 3) == 0 ? "drain" : "done",
                                draw_name(program, "qr"));
    case 12:
        return (size_t)snprintf(text, room, "publish %s %d", draw_name(program, "mn"), number);
    case 13:
        return (size_t)snprintf(text, room, "subscribe %s", draw_name(program, "mn"));
    case 14:
        return (size_t)snprintf(text, room, "fetch %s", draw_name(program, "mn"));
    case 15:
        return (size_t)snprintf(text, room, "%s %s",
                                draw(program, 2) == 0 ? "unsubscribe" : "compact",
                                draw_name(program, "mn"));
    case 16:
        return (size_t)snprintf(text, room, "%s %d 9 weak=12",
                                draw(program, 2) == 0 ? "recvall" : "send", (int)draw(program, 3));
    case 17:
    case 18:
    case 19:
    case 20:
        return write_newer_operation(program, number, text, room);
    case 21:
    case 22:
    case 23:
        return write_deed(program, number, text, room);
    default:
        return write_coro_statement(program, role, text, room);
    }
}

/* Some roles begin by producing for, or consuming from, a pipe. */
static size_t write_pipe_use(struct program *program, size_t role, char *text, size_t room) {
    size_t used = 0;
    if (role == 2 || draw(program, 2) == 0) {
        return 0;
    }
    bool is_producer = role >= ROLES - 2;
    bool is_first = is_producer ? role == ROLES - 2 : draw(program, 2) == 0;
    for (uint64_t left = 1 + draw(program, 3); left > 0; left--) {
        used +=
            (size_t)snprintf(text + used, room - used, "%s %s %d; ", is_producer ? "chunk" : "next",
                             is_first ? "u" : "v", (int)draw(program, 20));
    }
    return used;
}

static void write_program(struct program *program, uint64_t seed) {
    *program = (struct program){.random = seed * 0x9e3779b97f4a7c15u + 1};
    for (size_t role = 0; role < ROLES; role++) {
        char *script = program->scripts[role];
        size_t used = 0;
        program->spawns_left = 2;
        used += write_pipe_use(program, role, script, SCRIPT_BYTES);
        for (uint64_t left = 1 + draw(program, STATEMENTS_MAX); left > 0; left--) {
            char *statement = script + used;
            used += write_statement(program, role, statement, SCRIPT_BYTES - used);
            /* A proactor that holds something for ever is run for ever. */
            bool may_last = strstr(statement, "weak=") == NULL;
            used += write_options(program, may_last, script + used, SCRIPT_BYTES - used);
            used += (size_t)snprintf(script + used, SCRIPT_BYTES - used, ";");
            assert_true(used < SCRIPT_BYTES - 1);
        }
    }
}

static void draw_options(struct program *program, struct stage *stage) {
    struct cog_scheduler_options *options = &stage->options;
    options->default_priority = (enum cog_priority)draw(program, 4);
    options->default_timeout_ns = draw(program, 2) == 0 ? 15 : 0;
    options->proactor_greedy = (enum cog_switch)draw(program, 3);
    options->ops_greedy = (enum cog_switch)draw(program, 3);
    options->proactor_multiplex_first = (enum cog_switch)draw(program, 3);
    if (draw(program, 3) == 0) {
        stage_use_picker(stage, "");
        stage->pick_random = 1 + draw(program, 1000000);
    }
}

static void draw_cues(struct program *program, struct stage *stage) {
    for (int i = 0; i < 12; i++) {
        static const int statuses[] = {COG_OK, COG_OK, COG_ERESET, COG_ECLOSED};
        stage_cue(stage, (int64_t)draw(program, 60), (enum stage_cue_kind)draw(program, 3),
                  (int32_t)draw(program, 3), statuses[draw(program, 4)], 1);
    }
}

static void set_up_objects(struct stage *stage, const struct program *program) {
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_signal(stage, "t"), COG_OK);
    assert_int_equal(stage_queue(stage, "p", 0), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    assert_int_equal(stage_queue(stage, "r", 2), COG_OK);
    assert_int_equal(stage_channel(stage, "m"), COG_OK);
    assert_int_equal(stage_channel(stage, "n"), COG_OK);
    assert_int_equal(stage_mailbox(stage, "o", 3), COG_OK);
    for (size_t role = 0; role < ROLES; role++) {
        actor_role(stage, role_names[role], program->scripts[role]);
    }
    assert_int_equal(stage_pipe(stage, "u", role_names[ROLES - 2]), COG_OK);
    assert_int_equal(stage_pipe(stage, "v", role_names[ROLES - 1]), COG_OK);
}

/* Plays the program of a seed, to its end or for some iterations, then frees everything. Its stage,
 * closed. */
static struct stage *play_program(uint64_t seed, int iterations_max) {
    static struct program program;
    write_program(&program, seed);
    struct stage *stage = stage_new();
    draw_options(&program, stage);
    draw_cues(&program, stage);
    assert_int_equal(stage_open(stage), COG_OK);
    set_up_objects(stage, &program);
    for (int i = 0; i < MAINS; i++) {
        struct cog_coro *coro = actor_new(stage, role_names[draw(&program, ROLES)]);
        assert_int_equal(cog_add(stage->scheduler, coro, draw(&program, 4) != 0), COG_OK);
    }
    int status = COG_MORE;
    for (int i = 0; i < iterations_max && status == COG_MORE; i++) {
        status = stage_iterate(stage);
    }
    bool is_cut = iterations_max < INT_MAX;
    if (status != COG_OK && status != COG_ESTALLED && !(is_cut && status == COG_MORE)) {
        fail_msg("program %llu ends with %s", (unsigned long long)seed, cog_status_name(status));
    }
    if (stage_close(stage) != 0) {
        fail_msg("program %llu leaves memory", (unsigned long long)seed);
    }
    return stage;
}

static size_t count_of(const char *text, const char *phrase) {
    size_t count = 0;
    for (const char *at = strstr(text, phrase); at != NULL; at = strstr(at + 1, phrase)) {
        count++;
    }
    return count;
}

static void the_promises_hold_after_every_iteration(void **state) {
    /* What the programs do, so that the promises mean something. */
    static const char *const events[] = {
        " iterate ok\n",   " emit ok\n",      " emit stopped\n", " stop ok\n", " take ok\n",
        " take timeout\n", " gate timeout\n", " fetch ok\n",     " call ok\n", " cancelled\n"};
    enum { KINDS = sizeof events / sizeof events[0] };
    (void)state;
    size_t counts[KINDS] = {0};
    size_t cleanup_count = 0;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        struct stage *stage = play_program(seed, INT_MAX);
        for (size_t i = 0; i < KINDS; i++) {
            counts[i] += count_of(stage->events.text, events[i]);
        }
        cleanup_count += count_of(stage->log.text, " cleanup ");
        stage_free(stage);
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (counts[i] < PROGRAMS / 200) {
            fail_msg("%zu times only: %s", counts[i], events[i]);
        }
    }
    assert_true(cleanup_count > PROGRAMS / 10);
}

static void a_program_can_be_freed_at_any_time(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        uint64_t random = seed;
        stage_free(play_program(seed, (int)stage_draw(&random, 60)));
    }
}

static void the_same_program_has_the_same_events(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed += 10) {
        struct stage *one = play_program(seed, INT_MAX);
        struct stage *two = play_program(seed, INT_MAX);
        assert_string_equal(one->events.text, two->events.text);
        stage_free(one);
        stage_free(two);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_promises_hold_after_every_iteration),
        cmocka_unit_test(a_program_can_be_freed_at_any_time),
        cmocka_unit_test(the_same_program_has_the_same_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
