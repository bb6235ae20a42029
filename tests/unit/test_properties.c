/* test_properties.c - random programs over all operations: the promises hold after every iteration,
 * and twice is the same. */
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

static size_t write_statement(struct program *program, size_t role, char *text, size_t room) {
    int number = (int)draw(program, 20);
    switch (draw(program, 18)) {
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
    default:
        return write_coro_statement(program, role, text, room);
    }
}

static void write_program(struct program *program, uint64_t seed) {
    *program = (struct program){.random = seed * 0x9e3779b97f4a7c15u + 1};
    for (size_t role = 0; role < ROLES; role++) {
        char *script = program->scripts[role];
        size_t used = 0;
        program->spawns_left = 2;
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

/* Plays the program of a seed, to its end or for some iterations, then frees everything. Its stage,
 * closed. */
static struct stage *play_program(uint64_t seed, int iterations_max) {
    static struct program program;
    write_program(&program, seed);
    struct stage *stage = stage_new();
    draw_options(&program, stage);
    draw_cues(&program, stage);
    assert_int_equal(stage_open(stage), COG_OK);
    assert_int_equal(stage_signal(stage, "s"), COG_OK);
    assert_int_equal(stage_signal(stage, "t"), COG_OK);
    assert_int_equal(stage_queue(stage, "p", 0), COG_OK);
    assert_int_equal(stage_queue(stage, "q", 1), COG_OK);
    assert_int_equal(stage_queue(stage, "r", 2), COG_OK);
    assert_int_equal(stage_channel(stage, "m"), COG_OK);
    assert_int_equal(stage_channel(stage, "n"), COG_OK);
    for (size_t role = 0; role < ROLES; role++) {
        actor_role(stage, role_names[role], program.scripts[role]);
    }
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

static void the_promises_hold_after_every_iteration(void **state) {
    (void)state;
    size_t event_bytes = 0;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        struct stage *stage = play_program(seed, INT_MAX);
        event_bytes += stage->events.bytes;
        stage_free(stage);
    }
    /* The programs do something. */
    assert_true(event_bytes / PROGRAMS > 500);
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
