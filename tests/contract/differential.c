/* differential.c - random socket programs, played on the simulated proactor and on each real one:
 * everybody has to see the same where the kernel is left no freedom, and else what the simulated
 * one shows in some of its variations.
 *
 *   differential [COUNT [FIRST [TEST]]]   the programs of that many seeds, from the first one on;
 *                                         only the tests of that name, which may have an asterisk
 *
 * Two simulations that are wrong on purpose have to be found out.
 */
#include "tests/contract/play.h"

#include "core/scheduler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    COUNT_DEFAULT = 200,
    PROACTORS_MAX = 8,
    VARIATIONS_MAX = 300, /* of a free program, until what is looked for has shown */
    REAL_VARIATIONS = 3,  /* of a free program on a real proactor */
    TOLD_MAX = 8,         /* of what the simulation shows */
    CANARY_PROGRAMS_MAX = 200,
};

static struct {
    size_t count;
    uint64_t first;
} seeds = {.count = COUNT_DEFAULT, .first = 1};

/* ---- Simulations that are wrong ---- */

/* What becomes of an answer of the simulated proactor. */
typedef int (*falsify)(struct cog_op *op, int status);

static struct {
    struct cog_proactor_ops ops;
    int (*submit)(void *context, struct cog_op *op, bool try_first);
    falsify falsify;
} wrong;

static int submit_wrongly(void *context, struct cog_op *op, bool try_first) {
    return wrong.falsify(op, wrong.submit(context, op, try_first));
}

static int end_as_reset(struct cog_op *op, int status) {
    (void)op;
    return status == COG_ECLOSED ? COG_ERESET : status;
}

static int change_a_byte(struct cog_op *op, int status) {
    bool receives = op->type->kind == COG_OP_RECV || op->type->kind == COG_OP_RECVALL;
    if (status == COG_OK && receives && op->u.io.done > 1000) {
        op->u.io.buffer[op->u.io.done - 1] ^= 1;
    }
    return status;
}

/* A send to a peer that is gone goes well. */
static int never_break(struct cog_op *op, int status) {
    bool sends = op->type->kind == COG_OP_SEND || op->type->kind == COG_OP_SENDALL;
    if (sends && (status == COG_ERESET || status == COG_ECLOSED)) {
        op->u.io.done = op->u.io.bytes;
        return COG_OK;
    }
    return status;
}

static void make_wrong(struct ground *ground, falsify how) {
    wrong.falsify = how;
    for (int i = 0; i < GROUND_SIDES; i++) {
        struct cog_proactor *proactor = &ground->schedulers[i]->proactor;
        wrong.ops = *proactor->ops;
        wrong.submit = proactor->ops->submit;
        wrong.ops.submit = submit_wrongly;
        proactor->ops = &wrong.ops;
    }
}

/* ---- Playing and comparing ---- */

static void play_with(const struct play *play, const char *proactor, uint64_t variation,
                      falsify how, char log[PLAY_LOG_BYTES]) {
    const struct ground_setting setting = {
        .proactor = proactor, .family = AF_INET, .tries_first = play->seed % 2 == 0};
    struct ground *ground = ground_open(&setting);
    if (how != NULL) {
        make_wrong(ground, how);
    }
    play_on(play, ground, variation, log);
    const char *fault = ground_take_down(ground);
    if (fault != NULL) {
        size_t length = strlen(log);
        (void)snprintf(log + length, PLAY_LOG_BYTES - length, "left: %s\n", fault);
    }
}

/* Does some variation of the simulation show that? */
static bool shows(const struct play *play, falsify how, const char *seen) {
    static char log[PLAY_LOG_BYTES];
    uint64_t variations = play->is_free ? VARIATIONS_MAX : 1;
    for (uint64_t variation = 0; variation < variations; variation++) {
        play_with(play, NULL, variation, how, log);
        if (strcmp(log, seen) == 0) {
            return true;
        }
    }
    return false;
}

/* What the simulation shows, as far as there is room. */
static void tell_simulated(const struct play *play) {
    static char logs[TOLD_MAX][PLAY_LOG_BYTES];
    size_t told_count = 0;
    uint64_t variations = play->is_free ? VARIATIONS_MAX : 1;
    for (uint64_t variation = 0; variation < variations && told_count < TOLD_MAX; variation++) {
        play_with(play, NULL, variation, NULL, logs[told_count]);
        size_t i = 0;
        while (strcmp(logs[i], logs[told_count]) != 0) {
            i++;
        }
        if (i == told_count) {
            (void)fprintf(stderr, "--- simulated, variation %llu:\n%s",
                          (unsigned long long)variation, logs[told_count++]);
        }
    }
}

static void tell(const struct play *play, const char *proactor, const char *seen) {
    static char text[PLAY_LOG_BYTES];
    play_describe(play, text);
    (void)fputs(text, stderr);
    (void)fprintf(stderr, "--- %s:\n%s", proactor, seen);
    tell_simulated(play);
}

/* What a real proactor shows of the program of a seed agrees with the simulation. */
static bool agrees(uint64_t seed, bool is_free, const char *proactor, falsify how) {
    static struct play play;
    static char seen[PLAY_LOG_BYTES];
    play_make(&play, seed, is_free);
    uint64_t variations = is_free ? REAL_VARIATIONS : 1;
    for (uint64_t variation = 0; variation < variations; variation++) {
        play_with(&play, proactor, variation, NULL, seen);
        if (!shows(&play, how, seen)) {
            if (how == NULL) {
                tell(&play, proactor, seen);
            }
            return false;
        }
    }
    return true;
}

static void compare_each(bool is_free) {
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t info_count = cog_proactor_list(infos, PROACTORS_MAX);
    size_t differing_count = 0;
    for (size_t i = 0; i < info_count; i++) {
        bool is_compared = infos[i].is_usable && strcmp(infos[i].name, "none") != 0;
        for (size_t j = 0; is_compared && j < seeds.count; j++) {
            differing_count += agrees(seeds.first + j, is_free, infos[i].name, NULL) ? 0 : 1;
        }
    }
    assert_int_equal(differing_count, 0);
}

static void where_the_kernel_has_no_freedom_all_see_the_same(void **state) {
    (void)state;
    compare_each(false);
}

static void what_is_seen_is_among_what_the_simulation_shows(void **state) {
    (void)state;
    compare_each(true);
}

/* How a program is made up does not depend on what has been made up before. */
static void a_seed_is_a_program(void **state) {
    (void)state;
    static struct play one;
    static struct play again;
    static char texts[2][PLAY_LOG_BYTES];
    play_make(&one, 7, false);
    play_make(&again, 8, true);
    play_make(&again, 7, false);
    play_describe(&one, texts[0]);
    play_describe(&again, texts[1]);
    assert_string_equal(texts[0], texts[1]);
}

/* ---- Canaries ---- */

static void expect_found_out(falsify how, bool is_free) {
    uint64_t seed = 1;
    while (seed <= CANARY_PROGRAMS_MAX && agrees(seed, is_free, "poll", how)) {
        seed++;
    }
    assert_true(seed <= CANARY_PROGRAMS_MAX);
}

static void an_end_that_is_told_as_a_reset_is_found_out(void **state) {
    (void)state;
    expect_found_out(end_as_reset, false);
}

static void a_byte_that_is_wrong_is_found_out(void **state) {
    (void)state;
    expect_found_out(change_a_byte, false);
}

static void a_send_that_never_breaks_is_found_out(void **state) {
    (void)state;
    expect_found_out(never_break, true);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_is_a_program),
        cmocka_unit_test(where_the_kernel_has_no_freedom_all_see_the_same),
        cmocka_unit_test(what_is_seen_is_among_what_the_simulation_shows),
        cmocka_unit_test(an_end_that_is_told_as_a_reset_is_found_out),
        cmocka_unit_test(a_byte_that_is_wrong_is_found_out),
        cmocka_unit_test(a_send_that_never_breaks_is_found_out),
    };
    seeds.count = argc > 1 ? strtoul(argv[1], NULL, 10) : seeds.count;
    seeds.first = argc > 2 ? strtoull(argv[2], NULL, 10) : seeds.first;
    if (argc > 3) {
        cmocka_set_test_filter(argv[3]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
