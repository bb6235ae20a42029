/* test_contract_activity.c - the contract of every proactor, the simulated one among them: what
 * goes on in pieces keeps a weak timeout from firing, and no strong one. */
#include "tests/contract/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_NS = 100, PAUSE_NS = 60, PIECES = 3, ROUNDS_MAX = 1000 };

static const enum waiting_kind in_pieces[] = {RECVALL, RECVLINE, SENDALL, SENDFILE};

enum { KINDS = sizeof in_pieces / sizeof in_pieces[0] };

static void start(struct waiting *waiting, struct ground *ground, enum waiting_kind kind,
                  bool is_strong) {
    waiting_prepare(waiting, ground, kind, WAITING_MANY_BYTES);
    cog_set_timeout(&waiting->task->op, TIMEOUT_NS, is_strong);
    waiting_start(waiting);
}

static void expect_timed_out(const struct waiting *waiting) {
    assert_true(waiting->task->is_done);
    assert_int_equal(waiting->task->op.status, COG_ETIMEDOUT);
    waiting_expect_nothing_held(waiting);
    waiting_finish(waiting);
}

/* What the peer has taken may make room a little later, too: then it fires that much later. */
static void expect_to_fire_when_nothing_moves(const struct waiting *waiting) {
    for (int i = 0; !waiting->task->is_done; i++) {
        size_t before = waiting_done_bytes(waiting);
        assert_true(i < ROUNDS_MAX);
        ground_pass(waiting->ground, TIMEOUT_NS - 1);
        if (waiting_done_bytes(waiting) == before) {
            assert_false(waiting->task->is_done);
            ground_pass(waiting->ground, 1);
        }
        assert_true(waiting->task->is_done || waiting_done_bytes(waiting) > before);
    }
    expect_timed_out(waiting);
}

static void a_weak_timeout_counts_from_the_last_piece(void **state) {
    struct ground *ground = *state;
    for (size_t i = 0; i < KINDS; i++) {
        struct waiting waiting;
        start(&waiting, ground, in_pieces[i], false);
        for (int piece = 0; piece < PIECES; piece++) {
            ground_pass(ground, PAUSE_NS);
            waiting_go_on(&waiting);
        }
        expect_to_fire_when_nothing_moves(&waiting);
        assert_true(waiting_done_bytes(&waiting) >= PIECES);
    }
}

static void a_weak_timeout_fires_when_there_is_no_piece(void **state) {
    struct ground *ground = *state;
    for (size_t i = 0; i < KINDS; i++) {
        struct waiting waiting;
        start(&waiting, ground, in_pieces[i], false);
        expect_to_fire_when_nothing_moves(&waiting);
        if (!waiting_sends(&waiting)) {
            assert_int_equal(waiting_done_bytes(&waiting), 0);
        }
    }
}

static void a_strong_timeout_does_not_care_for_pieces(void **state) {
    struct ground *ground = *state;
    for (size_t i = 0; i < KINDS; i++) {
        struct waiting waiting;
        start(&waiting, ground, in_pieces[i], true);
        ground_pass(ground, PAUSE_NS);
        waiting_go_on(&waiting);
        assert_false(waiting.task->is_done);
        ground_pass(ground, TIMEOUT_NS - PAUSE_NS);
        expect_timed_out(&waiting);
        assert_true(waiting_done_bytes(&waiting) > 0);
    }
}

/* What came before it fired is there, and what comes after it is for the next one. */
static void what_came_in_pieces_is_not_lost_by_a_timeout(void **state) {
    struct ground *ground = *state;
    for (enum waiting_kind kind = RECVALL; kind <= RECVLINE; kind++) {
        struct waiting waiting;
        start(&waiting, ground, kind, true);
        for (int piece = 0; piece < PIECES; piece++) {
            waiting_go_on(&waiting);
        }
        ground_pass(ground, TIMEOUT_NS);
        expect_timed_out(&waiting);
        assert_int_equal(waiting_done_bytes(&waiting), PIECES);
        assert_memory_equal(waiting.line, "aaa", PIECES);
        waiting_expect_usable(&waiting);
    }
}

int main(void) {
    const struct wire_test tests[] = {
        WIRE_TEST(a_weak_timeout_counts_from_the_last_piece),
        WIRE_TEST(a_weak_timeout_fires_when_there_is_no_piece),
        WIRE_TEST(a_strong_timeout_does_not_care_for_pieces),
        WIRE_TEST(what_came_in_pieces_is_not_lost_by_a_timeout),
    };
    return ground_run_tests(tests, sizeof tests / sizeof tests[0]) != 0;
}
