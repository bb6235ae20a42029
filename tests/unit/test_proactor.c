/* test_proactor.c - the simulated proactor: what it holds, in which order it ends it, and that it
 * lets go. */
#include "tests/unit/net_stage.h"

#include "sim/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A world with a server s on host 1 and a client c on host 2. */
static struct net_stage *play(void **state, const char *server, const char *client) {
    struct net_stage *stage = *state;
    assert_int_equal(net_open(stage), COG_OK);
    net_enter(stage, 1, "s", server);
    net_enter(stage, 2, "c", client);
    return stage;
}

/* ---- Timeouts ---- */

static void operations_that_time_out_are_not_held_any_more(void **state) {
    struct net_stage *stage =
        play(state,
             "listen l 80 1; accept a l; accept b l strong=10; recv a 9 weak=10; "
             "recvline a 9 strong=10; close a; close l",
             "connect c 1 80; sendall c abcdefghijk strong=200; close c");
    net_enter(stage, 3, "d", "sleep 1; connect d 1 82 strong=19");
    net_do(stage, "buffer 2 1 10");
    net_expect(stage, "0 s listen\n20 c connect\n20 d connect timeout\n30 s accept\n"
                      "40 s accept timeout\n40 s recv=abcdefghi\n50 s recvline timeout after j\n"
                      "50 s close\n50 s close\n50 c sendall=11\n50 c close\n");
    net_expect_nothing_left(stage);
}

static void a_timeout_that_is_due_at_once_still_takes_what_is_there(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; accept a l; recv a 9 strong=0; recv a 9 strong=0",
             "connect c 1 80; send c abc");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n30 s recv=abc\n"
                      "30 s recv timeout\n");
    assert_int_equal(net_held_count(stage, 1), 0);
}

static void after_a_recv_timed_out_the_next_one_takes_what_comes(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l; recv a 9 strong=10; recv a 9",
                                   "connect c 1 80; sleep 100; send c abc");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 s recv timeout\n120 c send=3\n"
                      "130 s recv=abc\n");
}

static void a_recv_that_times_out_lets_the_one_behind_it_go_on(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l; recvall a 9 strong=20",
                                   "connect c 1 80; sleep 15; send c abc; sleep 25; send c def");
    net_enter(stage, 1, "t", "sleep 35; recv a 9");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n35 c send=3\n"
                      "50 s recvall timeout after abc\n60 c send=3\n70 t recv=def\n");
}

static void a_sendall_that_times_out_has_sent_what_it_says(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; accept a l; sleep 100; recv a 50; recv a 50 strong=100",
             "connect c 1 80; sendall c abcdefghijklm strong=50");
    net_do(stage, "buffer 2 1 10");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n70 c sendall timeout after 10\n"
                      "130 s recv=abcdefghij\n230 s recv timeout\n");
    assert_int_equal(net_held_count(stage, 1) + net_held_count(stage, 2), 0);
}

static void an_arrival_at_the_instant_of_the_deadline_comes_first(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l strong=30; recv a 9 strong=30",
                                   "connect c 1 80; sleep 30; send c abc");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n60 s recv=abc\n");
}

/* ---- Order ---- */

static void two_recvs_on_a_socket_are_served_in_the_order_of_submitting(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l; recv a 2",
                                   "connect c 1 80; sleep 30; send c abcd; sleep 10; send c ef");
    net_enter(stage, 1, "t", "sleep 35; recv a 3");
    net_enter(stage, 1, "u", "sleep 36; recv a 9");
    net_run(stage);
    assert_non_null(strstr(stage->log, "60 s recv=ab\n"));
    assert_non_null(strstr(stage->log, "60 t recv=cd\n"));
    assert_non_null(strstr(stage->log, "70 u recv=ef\n"));
}

/* The bytes come between the steps of u and v, before the proactor has run. */
static void a_recv_does_not_take_what_has_just_come_from_one_that_waits(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; accept a l; recv a 9", "connect c 1 80; sleep 80; send c abc");
    net_at(stage, 50, "latency 2 1 0");
    net_enter(stage, 1, "u", "sleep 100; yield");
    net_enter(stage, 1, "v", "sleep 100; recv a 9 strong=50");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 c send=3\n100 s recv=abc\n"
                      "150 v recv timeout\n");
}

static void two_accepts_on_a_listener_are_served_in_the_order_of_submitting(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; send a one", "connect c 1 80; recv c 9");
    net_enter(stage, 1, "t", "sleep 1; accept b l; send b two");
    net_enter(stage, 2, "d", "sleep 5; connect d 1 80; recv d 9");
    net_run(stage);
    assert_non_null(strstr(stage->log, "40 c recv=one\n"));
    assert_non_null(strstr(stage->log, "45 d recv=two\n"));
}

static void sends_that_wait_for_room_do_not_mix_their_bytes(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l; sleep 70; recvall a 24",
                                   "connect c 1 80; sendall c abcdefghijkl");
    net_enter(stage, 2, "d", "sleep 40; sendall c mnopqrstuvwx");
    net_do(stage, "buffer 2 1 10");
    net_run(stage);
    assert_non_null(strstr(stage->log, "s recvall=abcdefghijklmnopqrstuvwx\n"));
    assert_true(strstr(stage->log, "c sendall=12\n") < strstr(stage->log, "d sendall=12\n"));
}

static void a_recv_and_a_send_can_wait_on_one_socket(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; accept a l; sleep 70; recvall a 12; send a yes",
             "connect c 1 80; sendall c abcdefghijkl");
    net_enter(stage, 2, "d", "sleep 25; recv c 9");
    net_do(stage, "buffer 2 1 10");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n110 c sendall=12\n"
                      "120 s recvall=abcdefghijkl\n120 s send=3\n130 d recv=yes\n");
}

static void an_end_that_closes_ends_the_recv_and_the_send_that_wait_there(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l; sleep 70; close a; close l",
                                   "connect c 1 80; sendall c abcdefghijkl; close c");
    net_enter(stage, 2, "d", "sleep 25; recv c 9");
    net_do(stage, "buffer 2 1 10");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 s close\n100 s close\n"
                      "110 c sendall closed after 10\n110 c close\n110 d recv reset\n");
    net_expect_nothing_left(stage);
}

/* ---- Closing under others ---- */

static void closing_a_socket_ends_what_others_wait_for_on_it(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; sleep 70; close a; close l",
                                   "connect c 1 80; sendall c abcdefghijkl");
    net_enter(stage, 1, "t", "sleep 50; recv a 4; recv a 9; recv a 9");
    net_enter(stage, 1, "u", "sleep 51; accept b l");
    net_enter(stage, 2, "d", "sleep 60; recv c 9");
    net_enter(stage, 2, "e", "sleep 65; close c; send c x");
    net_do(stage, "buffer 2 1 20");
    net_do(stage, "partition 1 3");
    net_run(stage);
    assert_non_null(strstr(stage->log, "65 e send bad socket\n"));
    assert_non_null(strstr(stage->log, "65 d recv closed\n"));
    assert_non_null(strstr(stage->log, "100 u accept closed\n"));
    net_expect_nothing_left(stage);
}

static void closing_a_socket_ends_a_sendall_that_waits_for_room(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvall a 10; recv a 9; close a; close l",
             "connect c 1 80; sendall c abcdefghijkl");
    net_enter(stage, 2, "d", "sleep 25; close_socket c; close_socket c");
    net_do(stage, "buffer 2 1 10");
    net_expect(stage, "0 s listen\n20 c connect\n25 d close_socket\n25 d close_socket bad socket\n"
                      "25 c sendall closed after 10\n30 s accept\n30 s recvall=abcdefghij\n"
                      "35 s recv closed\n35 s close\n35 s close\n");
    net_expect_nothing_left(stage);
}

static void a_socket_number_is_not_used_again(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; close l; listen m 80 1; recv l 9", "sleep 5; connect c 1 80");
    net_run(stage);
    assert_non_null(strstr(stage->log, "0 s recv bad socket\n"));
    assert_int_not_equal(net_socket(stage, "l"), net_socket(stage, "m"));
}

/* ---- The wrong socket ---- */

static void a_closed_socket_and_none_at_all_are_bad_sockets(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; close l; accept a l; close l; shutdown l",
             "recv x 9; recvall x 9; recvline x 9; send x y; sendall x y; accept y x; shutdown x; "
             "close x");
    net_expect(stage, "0 s listen\n0 s close\n0 s accept bad socket\n0 s close bad socket\n"
                      "0 s shutdown bad socket\n"
                      "0 c recv bad socket\n0 c recvall bad socket\n0 c recvline bad socket\n"
                      "0 c send bad socket\n0 c sendall bad socket\n0 c accept bad socket\n"
                      "0 c shutdown bad socket\n0 c close bad socket\n");
}

static void a_socket_of_another_host_is_a_bad_socket(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; accept a l; recv c 9; send c x; shutdown c; close c; recv a 9",
             "connect c 1 80; sleep 20; accept d l; close l; close a; send c ok");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n30 s recv bad socket\n"
                      "30 s send bad socket\n30 s shutdown bad socket\n30 s close bad socket\n"
                      "40 c accept bad socket\n40 c close bad socket\n40 c close bad socket\n"
                      "40 c send=2\n50 s recv=ok\n");
}

static void a_socket_of_the_wrong_kind_is_a_bad_socket(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; recv l 9; send l x; shutdown l; accept a l; accept b a",
             "connect c 1 80");
    net_expect(stage, "0 s listen\n0 s recv bad socket\n0 s send bad socket\n"
                      "0 s shutdown bad socket\n20 c connect\n30 s accept\n"
                      "30 s accept bad socket\n");
}

/* ---- Parameters of the scheduler ---- */

static void with_multiplex_later_operations_are_held_first_and_complete_all_the_same(void **state) {
    struct net_stage *stage = *state;
    for (size_t i = 0; i < NET_HOSTS; i++) {
        stage->hosts[i].options.proactor_multiplex_first = COG_OFF;
    }
    play(state, "listen l 80 1; accept a l; recv a 2; recv a 9; send a yes; close a; close l",
         "connect c 1 80; send c abcd; recv c 9; recv c 9; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=4\n30 s accept\n30 s recv=ab\n"
                      "30 s recv=cd\n30 s send=3\n30 s close\n30 s close\n40 c recv=yes\n"
                      "40 c recv closed\n40 c close\n");
    net_expect_nothing_left(stage);
}

static void with_multiplex_later_many_bytes_go_through_small_buffers(void **state) {
    struct net_stage *stage = *state;
    stage->hosts[0].options.proactor_multiplex_first = COG_OFF;
    stage->hosts[1].options.proactor_multiplex_first = COG_OFF;
    play(state, "listen l 80 1; accept a l; recvmany a 5000; close a; close l",
         "connect c 1 80; sendmany c 5000; recv c 9; close c");
    net_do(stage, "buffer 2 1 10");
    net_run(stage);
    assert_non_null(strstr(stage->log, "s recvmany=5000\n"));
    assert_non_null(strstr(stage->log, "c recv closed\n"));
    net_expect_nothing_left(stage);
}

static void a_lazy_proactor_runs_when_nothing_is_ready(void **state) {
    struct net_stage *stage = *state;
    stage->hosts[0].options.proactor_greedy = COG_OFF;
    play(state, "listen l 80 5; accept a l; close a; close l", "connect c 1 80; recv c 9; close c");
    net_enter(stage, 1, "t", "sleep 30; yield; yield; yield; close_socket x");
    net_enter(stage, 1, "u", "sleep 30; yield; yield; yield; close_socket x");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n30 s close\n30 s close\n"
                      "30 t close_socket bad socket\n30 u close_socket bad socket\n"
                      "40 c recv closed\n40 c close\n");
    net_expect_nothing_left(stage);
}

static void with_ops_greedy_each_completion_is_run_to_its_end_at_once(void **state) {
    struct net_stage *stage = *state;
    stage->hosts[0].options.ops_greedy = COG_ON;
    play(state, "listen l 80 5; accept a l; recv a 9; send a x; close a",
         "connect c 1 80; send c abc");
    net_enter(stage, 1, "t", "accept b l; recv b 9; send b y; close b");
    net_enter(stage, 2, "d", "connect d 1 80; send d abc");
    net_run(stage);
    assert_non_null(strstr(stage->log, "30 s accept\n30 s recv=abc\n30 s send=1\n30 s close\n"
                                       "30 t accept\n30 t recv=abc\n30 t send=1\n30 t close\n"));
}

/* ---- Going away ---- */

static void a_scheduler_that_is_freed_takes_its_operations_back(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; accept a l; recvall a 9 weak=1000", "connect c 1 80; recv c 9");
    net_enter(stage, 1, "t", "sleep 35; recv a 9");
    net_enter(stage, 1, "u", "accept b l");
    net_enter(stage, 2, "d", "connect d 1 80; sendall d abcdefghijklmnop");
    net_enter(stage, 3, "e", "sleep 10; connect e 1 80");
    net_do(stage, "buffer 2 1 3");
    net_do(stage, "partition 1 3");
    net_run(stage);
    assert_true(net_held_count(stage, 1) > 0 && net_held_count(stage, 2) > 0);
    assert_int_equal(net_held_count(stage, 3), 1);
    uint64_t hash;
    assert_null(net_close(stage, &hash));
}

static void the_same_world_gives_the_same_trace(void **state) {
    uint64_t hashes[2];
    for (size_t i = 0; i < 2; i++) {
        struct net_stage *stage =
            play(state, "listen l 80 1; accept a l; recvmany a 999; close a; close l",
                 "connect c 1 80; sendmany c 999; close c");
        net_do(stage, "buffer 2 1 10");
        net_run(stage);
        assert_null(net_close(stage, &hashes[i]));
        *stage = (struct net_stage){.trace_path = NULL};
        tally_init(&stage->tally);
        stage->allocator = &stage->tally.allocator;
    }
    assert_int_equal(hashes[0], hashes[1]);
}

/* ---- Memory ---- */

/* Plays in an arena that has only so many bytes left when the play begins. True if that is enough.
 */
static bool play_within(struct net_stage *stage, size_t bytes) {
    static const size_t everything_bytes = 1 << 20;
    struct sim_memory memory;
    assert_int_equal(sim_memory_open(&memory, everything_bytes), COG_OK);
    stage->allocator = &memory.allocator;
    void *state = stage;
    play(&state, "listen l 80 1; accept a l; recvmany a 99 weak=500; recv a 9; close a; accept b l",
         "connect c 1 80; sendmany c 99; close c");
    net_enter(stage, 3, "d", "sleep 5; connect d 1 80; recv d 9");
    net_enter(stage, 3, "e", "bind e 53; sendto e 3 53 abc; recvfrom e 9; sendto e 3 53 d");
    net_do(stage, "buffer 2 1 10");
    memory.bytes = memory.used_bytes + bytes;
    net_run(stage);
    bool is_enough = !net_is_void(stage) && strstr(stage->log, "no memory") == NULL &&
                     strstr(stage->log, "s recvmany=99\n") != NULL &&
                     strstr(stage->log, "e recvfrom=abc") != NULL;
    memory.bytes = everything_bytes;
    uint64_t hash;
    assert_null(net_close(stage, &hash));
    sim_memory_close(&memory);
    return is_enough;
}

static void memory_may_run_out_anywhere(void **state) {
    struct net_stage *stage = *state;
    size_t bytes = 0;
    while (!play_within(stage, bytes)) {
        *stage = (struct net_stage){.trace_path = NULL};
        bytes += 16;
        assert_true(bytes < 100000);
    }
    assert_true(bytes > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(operations_that_time_out_are_not_held_any_more),
        NET_TEST(a_timeout_that_is_due_at_once_still_takes_what_is_there),
        NET_TEST(after_a_recv_timed_out_the_next_one_takes_what_comes),
        NET_TEST(a_recv_that_times_out_lets_the_one_behind_it_go_on),
        NET_TEST(a_sendall_that_times_out_has_sent_what_it_says),
        NET_TEST(an_arrival_at_the_instant_of_the_deadline_comes_first),
        NET_TEST(two_recvs_on_a_socket_are_served_in_the_order_of_submitting),
        NET_TEST(a_recv_does_not_take_what_has_just_come_from_one_that_waits),
        NET_TEST(two_accepts_on_a_listener_are_served_in_the_order_of_submitting),
        NET_TEST(sends_that_wait_for_room_do_not_mix_their_bytes),
        NET_TEST(a_recv_and_a_send_can_wait_on_one_socket),
        NET_TEST(an_end_that_closes_ends_the_recv_and_the_send_that_wait_there),
        NET_TEST(closing_a_socket_ends_what_others_wait_for_on_it),
        NET_TEST(closing_a_socket_ends_a_sendall_that_waits_for_room),
        NET_TEST(a_socket_number_is_not_used_again),
        NET_TEST(a_closed_socket_and_none_at_all_are_bad_sockets),
        NET_TEST(a_socket_of_another_host_is_a_bad_socket),
        NET_TEST(a_socket_of_the_wrong_kind_is_a_bad_socket),
        NET_TEST(with_multiplex_later_operations_are_held_first_and_complete_all_the_same),
        NET_TEST(with_multiplex_later_many_bytes_go_through_small_buffers),
        NET_TEST(a_lazy_proactor_runs_when_nothing_is_ready),
        NET_TEST(with_ops_greedy_each_completion_is_run_to_its_end_at_once),
        NET_TEST(a_scheduler_that_is_freed_takes_its_operations_back),
        NET_TEST(the_same_world_gives_the_same_trace),
        NET_TEST(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests_name("proactor", tests, NULL, NULL);
    return rc != 0;
}
