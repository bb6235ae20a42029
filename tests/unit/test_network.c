/* test_network.c - connections of the simulated network: shaking hands, bytes, buffers, ends. */
#include "sim/network.h"
#include "tests/unit/net_stage.h"

#include <netinet/in.h>
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

/* ---- Shaking hands ---- */

static void connect_takes_a_round_trip_and_accept_half_a_trip_more(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l", "connect c 1 80");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n");
}

static void a_connection_that_waits_in_the_backlog_is_accepted_at_once(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; sleep 70; accept a l; accept b l strong=5", "connect c 1 80");
    net_expect(stage, "0 s listen\n20 c connect\n70 s accept\n75 s accept timeout\n");
}

static void connecting_to_a_port_without_listener_is_refused_after_a_round_trip(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5", "connect c 1 81; connect c 3 80");
    net_expect(stage, "0 s listen\n20 c connect refused\n40 c connect refused\n");
    assert_int_equal(net_socket_count(stage), 1);
}

static void an_unknown_address_is_unreachable_at_once(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5", "connect c 4 80; connect c 0 80");
    net_expect(stage, "0 s listen\n0 c connect unreachable\n0 c connect unreachable\n");
    assert_int_equal(net_socket_count(stage), 1);
}

static void a_port_has_one_listener_on_a_host_until_that_is_closed(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; listen m 80 5; close l; listen m 80 5", "listen n 80 5");
    net_expect(stage, "0 s listen\n0 s listen address in use\n0 s close\n0 s listen\n0 c listen\n");
}

static void only_addresses_of_the_own_host_can_be_listened_on(void **state) {
    struct net_stage *stage = play(state, "", "");
    struct sockaddr_in address;
    const struct sockaddr *general = (const struct sockaddr *)&address;
    int32_t number = -1;
    sim_network_address(&address, 2, 80);
    assert_int_equal(sim_network_listen(&stage->network, 1, general, sizeof address, 1, &number),
                     COG_EINVALID);
    assert_int_equal(sim_network_listen(&stage->network, 2, general, sizeof address, 0, &number),
                     COG_EINVALID);
    assert_int_equal(sim_network_listen(&stage->network, 2, general, 4, 1, &number), COG_EINVALID);
    address.sin_family = AF_INET6;
    assert_int_equal(sim_network_listen(&stage->network, 2, general, sizeof address, 1, &number),
                     COG_EINVALID);
}

static void with_a_full_backlog_later_connects_wait_until_one_is_accepted(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; sleep 100; accept a l; sleep 100; accept b l", "");
    net_enter(stage, 2, "c1", "connect c1 1 80");
    net_enter(stage, 2, "c2", "connect c2 1 80");
    net_enter(stage, 2, "c3", "connect c3 1 80 strong=300");
    net_expect(stage, "0 s listen\n20 c1 connect\n100 s accept\n110 c2 connect\n200 s accept\n"
                      "210 c3 connect\n");
}

static void connects_that_wait_for_a_full_backlog_are_accepted_in_order(void **state) {
    struct net_stage *stage = play(state,
                                   "listen l 80 1; sleep 100; accept a l; recv a 9; accept b l; "
                                   "recv b 9; accept d l; recv d 9",
                                   "");
    net_enter(stage, 2, "c1", "connect c1 1 80; send c1 one");
    net_enter(stage, 2, "c2", "connect c2 1 80; send c2 two");
    net_enter(stage, 2, "c3", "connect c3 1 80; send c3 three");
    net_run(stage);
    assert_non_null(strstr(stage->log, "s recv=one\n"));
    assert_non_null(strstr(stage->log, "s recv=two\n"));
    assert_true(strstr(stage->log, "s recv=two\n") < strstr(stage->log, "s recv=three\n"));
}

static void a_client_that_gives_up_leaves_its_place_in_the_backlog(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; sleep 25; accept a l; close a; close l",
                                   "connect c 1 80 strong=15");
    net_enter(stage, 3, "d", "sleep 1; connect d 1 80; recv d 9; close d");
    net_expect(stage, "0 s listen\n15 c connect timeout\n40 d connect\n50 s accept\n50 s close\n"
                      "50 s close\n60 d recv closed\n60 d close\n");
    net_expect_nothing_left(stage);
}

static void a_client_that_gives_up_while_the_backlog_is_full_is_never_accepted(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 1; sleep 100; accept a l; accept b l strong=100; close l; close a",
             "connect c 1 80");
    net_enter(stage, 3, "d", "sleep 1; connect d 1 80 strong=15");
    net_expect(stage, "0 s listen\n16 d connect timeout\n20 c connect\n100 s accept\n"
                      "200 s accept timeout\n200 s close\n200 s close\n");
    assert_int_equal(net_socket_count(stage), 1);
}

/* ---- Bytes ---- */

static void bytes_arrive_in_order_and_are_received_as_far_as_they_have_come(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; sleep 100; recv a 50; recv a 50",
             "connect c 1 80; send c abc; send c de; sleep 180; send c f");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n20 c send=2\n30 s accept\n"
                      "130 s recv=abcde\n200 c send=1\n210 s recv=f\n");
}

static void a_recv_takes_no_more_than_its_maximum_and_the_rest_stays(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 2; recv a 50",
                                   "connect c 1 80; send c abcde");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=5\n30 s accept\n30 s recv=ab\n"
                      "30 s recv=cde\n");
}

static void a_recvall_waits_for_all_its_bytes_and_takes_no_more(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recvall a 4; recv a 9",
                                   "connect c 1 80; send c abc; sleep 30; send c def");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n50 c send=3\n"
                      "60 s recvall=abcd\n60 s recv=ef\n");
}

static void a_weak_timeout_fires_exactly_its_length_after_the_last_piece(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvall a 9 weak=50",
             "connect c 1 80; send c abc; sleep 30; send c de; sleep 45; send c f");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n50 c send=2\n"
                      "95 c send=1\n155 s recvall timeout after abcdef\n");
}

static void a_strong_timeout_fires_when_it_is_due_whatever_has_come(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvall a 9 strong=50",
             "connect c 1 80; send c abc; sleep 30; send c de; sleep 45; send c f");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n50 c send=2\n"
                      "80 s recvall timeout after abcde\n95 c send=1\n");
}

static void what_a_timed_out_recvall_took_is_gone_from_the_socket(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvall a 9 strong=50; recv a 9",
             "connect c 1 80; send c abc; sleep 100; send c de");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n30 s accept\n"
                      "80 s recvall timeout after abc\n120 c send=2\n130 s recv=de\n");
}

static void a_recvline_takes_what_ends_with_the_newline_and_leaves_the_rest(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvline a 9; recvline a 9; recv a 9",
             "connect c 1 80; send c one/two/three");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=13\n30 s accept\n30 s recvline=one/\n"
                      "30 s recvline=two/\n30 s recv=three\n");
}

static void a_line_may_come_in_several_segments(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvline a 9; recvline a 9",
             "connect c 1 80; send c on; sleep 20; send c e/tw; sleep 20; send c o/");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=2\n30 s accept\n40 c send=4\n"
                      "50 s recvline=one/\n60 c send=2\n70 s recvline=two/\n");
}

static void a_line_that_is_too_long_is_full_and_its_rest_stays(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvline a 4; recvline a 5; recvline a 9",
             "connect c 1 80; send c abcdefgh/i/");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=11\n30 s accept\n"
                      "30 s recvline full after abcd\n30 s recvline=efgh/\n30 s recvline=i/\n");
}

static void a_line_cut_off_by_the_end_of_the_stream_is_closed_after_what_came(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recvline a 9",
                                   "connect c 1 80; send c abc; close c");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=3\n20 c close\n30 s accept\n"
                      "30 s recvline closed after abc\n");
}

/* ---- Buffers ---- */

/* As play, with buffers of 10 bytes from client to server. */
static struct net_stage *play_small(void **state, const char *server, const char *client) {
    struct net_stage *stage = play(state, server, client);
    net_do(stage, "buffer 2 1 10");
    return stage;
}

static void a_send_takes_what_there_is_room_for(void **state) {
    struct net_stage *stage = play_small(state, "listen l 80 5; accept a l",
                                         "connect c 1 80; send c abcdefghijkl; send c m strong=9");
    net_expect(stage, "0 s listen\n20 c connect\n20 c send=10\n29 c send timeout\n30 s accept\n");
}

static void a_sendall_waits_for_room_and_completes_when_the_reader_has_read(void **state) {
    struct net_stage *stage =
        play_small(state, "listen l 80 5; accept a l; sleep 70; recv a 5; recvall a 10",
                   "connect c 1 80; sendall c abcdefghijklmno");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 s recv=abcde\n110 c sendall=15\n"
                      "120 s recvall=fghijklmno\n");
}

static void room_is_announced_when_half_of_the_buffer_has_been_read(void **state) {
    struct net_stage *stage =
        play_small(state, "listen l 80 5; accept a l; sleep 70; recv a 4; sleep 50; recv a 1",
                   "connect c 1 80; sendall c abcdefghijkl");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 s recv=abcd\n150 s recv=e\n"
                      "160 c sendall=12\n");
}

static void a_sendall_that_gets_on_moves_its_weak_deadline(void **state) {
    struct net_stage *stage = play_small(state, "listen l 80 5; accept a l; sleep 70; recv a 5",
                                         "connect c 1 80; sendall c abcdefghijklmnopqrst weak=100");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 s recv=abcde\n"
                      "210 c sendall timeout after 15\n");
}

static void no_byte_of_a_megabyte_is_lost_in_a_buffer_of_ten(void **state) {
    struct net_stage *stage = play_small(
        state, "listen l 80 5; accept a l; recvmany a 1048576; recv a 1; close a; close l",
        "connect c 1 80; sendmany c 1048576; close c");
    net_run(stage);
    assert_non_null(strstr(stage->log, " c sendmany=1048576\n"));
    assert_non_null(strstr(stage->log, " s recvmany=1048576\n"));
    assert_non_null(strstr(stage->log, " s recv closed\n"));
    net_expect_nothing_left(stage);
}

static void a_buffer_of_one_byte_carries_everything(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recvmany a 1000",
                                   "connect c 1 80; sendmany c 1000");
    net_do(stage, "buffer 2 1 1");
    net_run(stage);
    assert_non_null(strstr(stage->log, " c sendmany=1000\n"));
    assert_non_null(strstr(stage->log, " s recvmany=1000\n"));
}

static void a_buffer_keeps_the_size_that_it_had_when_its_connection_was_made(void **state) {
    struct net_stage *stage =
        play_small(state, "listen l 80 5; accept a l; sleep 100; recvall a 13",
                   "connect c 1 80; sleep 20; send c abcdefghijkl; sendall c xyz");
    net_at(stage, 35, "buffer 2 1 3");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=10\n140 c sendall=3\n"
                      "150 s recvall=abcdefghijxyz\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(connect_takes_a_round_trip_and_accept_half_a_trip_more),
        NET_TEST(a_connection_that_waits_in_the_backlog_is_accepted_at_once),
        NET_TEST(connecting_to_a_port_without_listener_is_refused_after_a_round_trip),
        NET_TEST(an_unknown_address_is_unreachable_at_once),
        NET_TEST(a_port_has_one_listener_on_a_host_until_that_is_closed),
        NET_TEST(only_addresses_of_the_own_host_can_be_listened_on),
        NET_TEST(with_a_full_backlog_later_connects_wait_until_one_is_accepted),
        NET_TEST(connects_that_wait_for_a_full_backlog_are_accepted_in_order),
        NET_TEST(a_client_that_gives_up_leaves_its_place_in_the_backlog),
        NET_TEST(a_client_that_gives_up_while_the_backlog_is_full_is_never_accepted),
        NET_TEST(bytes_arrive_in_order_and_are_received_as_far_as_they_have_come),
        NET_TEST(a_recv_takes_no_more_than_its_maximum_and_the_rest_stays),
        NET_TEST(a_recvall_waits_for_all_its_bytes_and_takes_no_more),
        NET_TEST(a_weak_timeout_fires_exactly_its_length_after_the_last_piece),
        NET_TEST(a_strong_timeout_fires_when_it_is_due_whatever_has_come),
        NET_TEST(what_a_timed_out_recvall_took_is_gone_from_the_socket),
        NET_TEST(a_recvline_takes_what_ends_with_the_newline_and_leaves_the_rest),
        NET_TEST(a_line_may_come_in_several_segments),
        NET_TEST(a_line_that_is_too_long_is_full_and_its_rest_stays),
        NET_TEST(a_line_cut_off_by_the_end_of_the_stream_is_closed_after_what_came),
        NET_TEST(a_send_takes_what_there_is_room_for),
        NET_TEST(a_sendall_waits_for_room_and_completes_when_the_reader_has_read),
        NET_TEST(room_is_announced_when_half_of_the_buffer_has_been_read),
        NET_TEST(a_sendall_that_gets_on_moves_its_weak_deadline),
        NET_TEST(no_byte_of_a_megabyte_is_lost_in_a_buffer_of_ten),
        NET_TEST(a_buffer_of_one_byte_carries_everything),
        NET_TEST(a_buffer_keeps_the_size_that_it_had_when_its_connection_was_made),
    };
    int rc = cmocka_run_group_tests_name("network", tests, NULL, NULL);
    return rc != 0;
}
