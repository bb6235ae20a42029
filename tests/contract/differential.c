/* differential.c - random socket programs, played on the simulated proactor and on each real one,
 * there over TCP and over Unix sockets: everybody has to see the same where the kernel is left no
 * freedom, and else what the simulated one shows in some of its variations.
 *
 *   differential [COUNT [FIRST [TEST]]]   the programs of that many seeds, from the first one on;
 *                                         only the tests of that name, which may have an asterisk
 *
 * Simulations that are wrong on purpose have to be found out.
 */
#include "tests/contract/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    COUNT_DEFAULT = 60,
    PROACTORS_MAX = 8,
    VARIATIONS_MAX = 20000, /* of a free program, until what is looked for has shown */
    REAL_VARIATIONS = 3,    /* of a free program on a real proactor */
    TOLD_MAX = 8,           /* of what the simulation shows */
    CANARY_PROGRAMS_MAX = 1000,
    CANARY_VARIATIONS_MAX = 1000,
};

static struct {
    size_t count;
    uint64_t first;
} seeds = {.count = COUNT_DEFAULT, .first = 1};

/* ---- Playing and comparing ---- */

/* What is played, and where; a null proactor is the simulated one. */
struct show {
    const char *proactor;
    int family;
    enum play_kind kind;
};

static uint64_t variation_count(const struct play *play, const struct play_fault *fault) {
    return play->kind != PLAY_FREE ? 1 : fault != NULL ? CANARY_VARIATIONS_MAX : VARIATIONS_MAX;
}

static void play_with(const struct play *play, const struct show *show, const char *proactor,
                      uint64_t variation, const struct play_fault *fault,
                      char log[PLAY_LOG_BYTES]) {
    const struct ground_setting setting = {
        .proactor = proactor, .family = show->family, .tries_first = play->seed % 2 == 0};
    struct ground *ground = ground_open(&setting);
    play_on(play, ground, variation, fault, log);
    const char *left = ground_take_down(ground);
    if (left != NULL) {
        size_t length = strlen(log);
        (void)snprintf(log + length, PLAY_LOG_BYTES - length, "left: %s\n", left);
    }
}

/* Does some variation of the simulation show that? */
static bool shows(const struct play *play, const struct show *show, const struct play_fault *fault,
                  const char *seen) {
    static char log[PLAY_LOG_BYTES];
    for (uint64_t variation = 0; variation < variation_count(play, fault); variation++) {
        play_with(play, show, NULL, variation, fault, log);
        if (strcmp(log, seen) == 0) {
            return true;
        }
    }
    return false;
}

/* What the simulation shows, as far as there is room. */
static void tell_simulated(const struct play *play, const struct show *show) {
    static char logs[TOLD_MAX][PLAY_LOG_BYTES];
    size_t told_count = 0;
    for (uint64_t variation = 0; variation < variation_count(play, NULL) && told_count < TOLD_MAX;
         variation++) {
        play_with(play, show, NULL, variation, NULL, logs[told_count]);
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

static void tell(const struct play *play, const struct show *show, const char *seen) {
    static char text[PLAY_LOG_BYTES];
    play_describe(play, text);
    (void)fputs(text, stderr);
    (void)fprintf(stderr, "--- %s, %s:\n%s", show->proactor,
                  show->family == AF_UNIX ? "Unix" : "IPv4", seen);
    tell_simulated(play, show);
}

/* What a real proactor shows of the program of a seed agrees with the simulation. */
static bool agrees(uint64_t seed, const struct show *show, const struct play_fault *fault) {
    static struct play play;
    static char seen[PLAY_LOG_BYTES];
    play_make(&play, seed, show->kind);
    uint64_t variations = show->kind == PLAY_FREE ? REAL_VARIATIONS : 1;
    for (uint64_t variation = 0; variation < variations; variation++) {
        play_with(&play, show, show->proactor, variation, NULL, seen);
        if (!shows(&play, show, fault, seen)) {
            if (fault == NULL) {
                tell(&play, show, seen);
            }
            return false;
        }
    }
    return true;
}

static size_t count_differing(const struct show *show) {
    size_t count = 0;
    for (size_t i = 0; i < seeds.count; i++) {
        count += agrees(seeds.first + i, show, NULL) ? 0 : 1;
    }
    return count;
}

static void compare_each(enum play_kind kind) {
    static const int families[] = {AF_INET, AF_UNIX};
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t info_count = cog_proactor_list(infos, PROACTORS_MAX);
    size_t differing_count = 0;
    for (size_t i = 0; i < 2 * info_count; i++) {
        const struct cog_proactor_info *info = &infos[i / 2];
        const struct show show = {.proactor = info->name, .family = families[i % 2], .kind = kind};
        if (info->is_usable && strcmp(info->name, "none") != 0) {
            differing_count += count_differing(&show);
        }
    }
    assert_int_equal(differing_count, 0);
}

static void where_the_kernel_has_no_freedom_all_see_the_same(void **state) {
    (void)state;
    compare_each(PLAY_BOUND);
}

static void timeouts_fire_for_all_or_for_nobody(void **state) {
    (void)state;
    compare_each(PLAY_TIMED);
}

static void letters_come_as_they_were_sent(void **state) {
    (void)state;
    compare_each(PLAY_LETTERS);
}

static void what_is_seen_is_among_what_the_simulation_shows(void **state) {
    (void)state;
    compare_each(PLAY_FREE);
}

/* How a program is made up does not depend on what has been made up before. */
static void a_seed_is_a_program(void **state) {
    (void)state;
    static struct play one;
    static struct play again;
    static char texts[2][PLAY_LOG_BYTES];
    for (enum play_kind kind = 0; kind < PLAY_KINDS; kind++) {
        play_make(&one, 7, kind);
        play_make(&again, 8, (kind + 1) % PLAY_KINDS);
        play_make(&again, 7, kind);
        play_describe(&one, texts[0]);
        play_describe(&again, texts[1]);
        assert_string_equal(texts[0], texts[1]);
    }
}

/* ---- Canaries ---- */

static void expect_found_out(const struct play_fault *fault, enum play_kind kind, int family) {
    const struct show show = {.proactor = "poll", .family = family, .kind = kind};
    uint64_t seed = 1;
    while (seed <= CANARY_PROGRAMS_MAX && agrees(seed, &show, fault)) {
        seed++;
    }
    assert_true(seed <= CANARY_PROGRAMS_MAX);
}

static int end_as_reset(struct cog_op *op, int status) {
    (void)op;
    return status == COG_ECLOSED ? COG_ERESET : status;
}

static void an_end_that_is_told_as_a_reset_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.falsify = end_as_reset}, PLAY_BOUND, AF_INET);
}

static int change_a_byte(struct cog_op *op, int status) {
    bool receives = op->type->kind == COG_OP_RECV || op->type->kind == COG_OP_RECVALL;
    if (status == COG_OK && receives && op->u.io.done > 1000) {
        op->u.io.buffer[op->u.io.done - 1] ^= 1;
    }
    return status;
}

static void a_byte_that_is_wrong_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.falsify = change_a_byte}, PLAY_BOUND, AF_UNIX);
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

static void a_send_that_never_breaks_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.falsify = never_break}, PLAY_FREE, AF_INET);
}

static void a_reset_that_loses_nothing_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.loses_nothing = true}, PLAY_FREE, AF_INET);
}

static void a_unix_socket_that_ends_as_a_connection_does_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.is_never_noticed = true}, PLAY_FREE, AF_UNIX);
}

static void somebody_who_listens_where_nobody_does_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.somebody_listens = true}, PLAY_BOUND, AF_INET);
    expect_found_out(&(struct play_fault){.somebody_listens = true}, PLAY_FREE, AF_UNIX);
}

static void a_timeout_that_does_not_care_for_activity_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.has_no_activity = true}, PLAY_TIMED, AF_INET);
}

static void a_timeout_that_never_fires_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.never_expires = true}, PLAY_TIMED, AF_UNIX);
}

static int always_fit(struct cog_op *op, int status) {
    (void)op;
    return status == COG_EFULL ? COG_OK : status;
}

static void a_letter_that_always_fits_is_found_out(void **state) {
    (void)state;
    expect_found_out(&(struct play_fault){.falsify = always_fit}, PLAY_LETTERS, AF_INET);
    expect_found_out(&(struct play_fault){.falsify = always_fit}, PLAY_LETTERS, AF_UNIX);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_is_a_program),
        cmocka_unit_test(where_the_kernel_has_no_freedom_all_see_the_same),
        cmocka_unit_test(timeouts_fire_for_all_or_for_nobody),
        cmocka_unit_test(letters_come_as_they_were_sent),
        cmocka_unit_test(what_is_seen_is_among_what_the_simulation_shows),
        cmocka_unit_test(an_end_that_is_told_as_a_reset_is_found_out),
        cmocka_unit_test(a_byte_that_is_wrong_is_found_out),
        cmocka_unit_test(a_send_that_never_breaks_is_found_out),
        cmocka_unit_test(a_reset_that_loses_nothing_is_found_out),
        cmocka_unit_test(a_unix_socket_that_ends_as_a_connection_does_is_found_out),
        cmocka_unit_test(somebody_who_listens_where_nobody_does_is_found_out),
        cmocka_unit_test(a_timeout_that_does_not_care_for_activity_is_found_out),
        cmocka_unit_test(a_timeout_that_never_fires_is_found_out),
        cmocka_unit_test(a_letter_that_always_fits_is_found_out),
    };
    seeds.count = argc > 1 ? strtoul(argv[1], NULL, 10) : seeds.count;
    seeds.first = argc > 2 ? strtoull(argv[2], NULL, 10) : seeds.first;
    if (argc > 3) {
        cmocka_set_test_filter(argv[3]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
