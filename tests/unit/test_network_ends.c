/* test_network_ends.c - how connections of the simulated network end: closed, shut down, reset. */
#include "sim/network.h"
#include "tests/unit/net_stage.h"

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

static void the_end_of_the_stream_comes_after_all_bytes_and_stays(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9; recv a 9; recv a 9; close a; close l",
             "connect c 1 80; send c abc; close c");
    net_expect(stage,
               "0 s listen\n20 c connect\n20 c send=3\n20 c close\n30 s accept\n"
               "30 s recv=abc\n30 s recv closed\n30 s recv closed\n30 s close\n30 s close\n");
    net_expect_nothing_left(stage);
}

static void a_recvall_that_the_end_of_the_stream_cuts_off_tells_what_came(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recvall a 9",
                                   "connect c 1 80; send c abc; sleep 30; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n50 c close\n"
                      "60 s recvall closed after abc\n");
}

static void closing_with_unread_bytes_resets_the_peer_once_then_it_is_closed(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; sleep 100; close a; close l",
             "connect c 1 80; send c abc; recv c 9; recv c 9; send c x; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n130 s close\n"
                      "130 s close\n140 c recv reset\n140 c recv closed\n140 c send closed\n"
                      "140 c close\n");
    net_expect_nothing_left(stage);
}

static void a_send_may_be_what_reports_the_reset(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; sleep 100; close a; close l",
             "connect c 1 80; send c abc; sleep 180; send c x; recv c 9; shutdown c; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n130 s close\n"
                      "130 s close\n200 c send reset\n200 c recv closed\n200 c shutdown closed\n"
                      "200 c close\n");
    net_expect_nothing_left(stage);
}

static void the_first_send_after_the_peer_closed_succeeds_and_draws_a_reset(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; close a; close l",
             "connect c 1 80; recv c 9; send c x; sleep 15; send c y; sleep 5; send c z; recv c 9; "
             "close c");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n30 s close\n30 s close\n"
                      "40 c recv closed\n40 c send=1\n55 c send=1\n60 c send closed\n"
                      "60 c recv closed\n60 c close\n");
    net_expect_nothing_left(stage);
}

static void a_sendall_that_waits_for_room_ends_when_the_reader_resets(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; sleep 70; close a; close l",
                                   "connect c 1 80; sendall c abcdefghijkl; close c");
    net_do(stage, "buffer 2 1 10");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 s close\n100 s close\n"
                      "110 c sendall reset after 10\n110 c close\n");
    net_expect_nothing_left(stage);
}

static void bytes_that_came_before_a_reset_can_still_be_received(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; send a hello; sleep 10; close a; close l",
             "connect c 1 80; send c abc; sleep 180; recv c 9; recv c 9; recv c 9; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n30 s send=5\n"
                      "40 s close\n40 s close\n200 c recv=hello\n200 c recv reset\n"
                      "200 c recv closed\n200 c close\n");
    net_expect_nothing_left(stage);
}

static void a_shutdown_ends_one_direction_and_leaves_the_other_open(void **state) {
    struct net_stage *stage = play(
        state,
        "listen l 80 5; accept a l; recv a 9; recv a 9; sleep 10; send a reply; close a; close l",
        "connect c 1 80; send c abc; shutdown c; send c x; shutdown c; recv c 9; recv c 9; "
        "close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n20 c shutdown\n20 c send closed\n"
                      "20 c shutdown\n30 s accept\n30 s recv=abc\n30 s recv closed\n40 s send=5\n"
                      "40 s close\n40 s close\n50 c recv=reply\n50 c recv closed\n50 c close\n");
    net_expect_nothing_left(stage);
}

static void after_a_shutdown_much_can_still_come_from_the_other_side(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9; sendmany a 1000; close a; close l",
             "connect c 1 80; shutdown c; recvmany c 1000; recv c 9; close c");
    net_do(stage, "buffer 1 2 10");
    net_run(stage);
    assert_non_null(strstr(stage->log, "s sendmany=1000\n"));
    assert_non_null(strstr(stage->log, "c recvmany=1000\n"));
    net_expect_nothing_left(stage);
}

static void a_shutdown_ends_a_sendall_of_another_coroutine_that_waits_for_room(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; sleep 170; recvall a 10",
                                   "connect c 1 80; sendall c abcdefghijkl");
    net_do(stage, "buffer 2 1 10");
    net_enter(stage, 2, "d", "sleep 50; shutdown c");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 d shutdown\n"
                      "50 c sendall closed after 10\n200 s recvall=abcdefghij\n");
}

static void both_ends_may_close_at_once(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; close a; close l",
                                   "connect c 1 80; sleep 10; close c");
    net_expect(stage,
               "0 s listen\n20 c connect\n30 s accept\n30 s close\n30 s close\n30 c close\n");
    net_expect_nothing_left(stage);
}

static void closing_a_listener_resets_what_waits_in_its_backlog(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; sleep 50; close l",
                                   "connect c 1 80; send c abc; recv c 9; recv c 9; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n50 s close\n60 c recv reset\n"
                      "60 c recv closed\n60 c close\n");
    net_expect_nothing_left(stage);
}

static void closing_a_listener_resets_a_client_that_still_shakes_hands(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; sleep 15; close l", "connect c 1 80; recv c 9; close c");
    net_expect(stage, "0 s listen\n15 s close\n20 c connect\n40 c recv reset\n40 c close\n");
    net_expect_nothing_left(stage);
}

static void closing_a_listener_refuses_those_that_its_full_backlog_kept_waiting(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; sleep 50; close l", "connect c 1 80; close c");
    net_enter(stage, 3, "d", "sleep 1; connect d 1 80");
    net_expect(stage, "0 s listen\n20 c connect\n20 c close\n50 s close\n60 d connect refused\n");
    net_expect_nothing_left(stage);
}

static void a_connection_outlives_its_listener(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; close l; recv a 9; send a yes; close a",
             "connect c 1 80; sleep 20; send c abc; recv c 9; close c");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n30 s close\n40 c send=3\n"
                      "50 s recv=abc\n50 s send=3\n50 s close\n60 c recv=yes\n60 c close\n");
    net_expect_nothing_left(stage);
}

static void a_client_that_closes_before_it_is_accepted_is_accepted_with_what_it_sent(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; sleep 90; accept a l; recv a 9; recv a 9; close a; close l",
             "connect c 1 80; send c abc; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n20 c close\n90 s accept\n"
                      "90 s recv=abc\n90 s recv closed\n90 s close\n90 s close\n");
    net_expect_nothing_left(stage);
}

static void a_connect_that_times_out_leaves_nothing_on_either_side(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l strong=90; close l",
                                   "connect c 1 80 strong=15; connect c 1 81 strong=5");
    net_expect(stage, "0 s listen\n15 c connect timeout\n20 c connect timeout\n"
                      "90 s accept timeout\n90 s close\n");
    net_expect_nothing_left(stage);
}

static void a_connect_that_completes_at_its_deadline_has_completed(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 9; close a; close l",
                                   "connect c 1 80 strong=20; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c close\n30 s accept\n30 s recv closed\n"
                      "30 s close\n30 s close\n");
    net_expect_nothing_left(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(the_end_of_the_stream_comes_after_all_bytes_and_stays),
        NET_TEST(a_recvall_that_the_end_of_the_stream_cuts_off_tells_what_came),
        NET_TEST(closing_with_unread_bytes_resets_the_peer_once_then_it_is_closed),
        NET_TEST(a_send_may_be_what_reports_the_reset),
        NET_TEST(the_first_send_after_the_peer_closed_succeeds_and_draws_a_reset),
        NET_TEST(a_sendall_that_waits_for_room_ends_when_the_reader_resets),
        NET_TEST(bytes_that_came_before_a_reset_can_still_be_received),
        NET_TEST(a_shutdown_ends_one_direction_and_leaves_the_other_open),
        NET_TEST(after_a_shutdown_much_can_still_come_from_the_other_side),
        NET_TEST(a_shutdown_ends_a_sendall_of_another_coroutine_that_waits_for_room),
        NET_TEST(both_ends_may_close_at_once),
        NET_TEST(closing_a_listener_resets_what_waits_in_its_backlog),
        NET_TEST(closing_a_listener_resets_a_client_that_still_shakes_hands),
        NET_TEST(closing_a_listener_refuses_those_that_its_full_backlog_kept_waiting),
        NET_TEST(a_connection_outlives_its_listener),
        NET_TEST(a_client_that_closes_before_it_is_accepted_is_accepted_with_what_it_sent),
        NET_TEST(a_connect_that_times_out_leaves_nothing_on_either_side),
        NET_TEST(a_connect_that_completes_at_its_deadline_has_completed),
    };
    int rc = cmocka_run_group_tests_name("network ends", tests, NULL, NULL);
    return rc != 0;
}
