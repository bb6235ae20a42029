/* test_operations_sockets.c - statements on sockets, how they end, and who owns a socket. */
#include "sim/cogsim.h"
#include "tests/unit/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LINK "link c <-> s latency 10ms\n"

static void a_connect_takes_a_round_trip_and_an_accept_half_a_trip_more(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    log 'accepted'\n    close k\n"
                      "coro client on c\n    connect k to s port 80\n    log 'connected'\n"
                      "    recv t from k max 9\n    on closed\n        log 'closed'\n",
                 "20ms client connected\n30ms server accepted\n40ms client closed\n");
}

static void a_connect_that_nobody_listens_for_is_refused(void **state) {
    (void)state;
    assert_plays(LINK "coro idle on s\n    yield\n"
                      "coro client on c\n    connect k to s port 80\n    on refused\n"
                      "        log 'refused'\n",
                 "20ms client refused\n");
}

static void text_goes_both_ways(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    recvall ask from k size 4\n    log ask\n    sendall k 'pong\\n'\n"
                      "coro client on c\n    connect k to s port 80\n    send k 'pi'\n"
                      "    send k 'ng'\n    recvline answer from k max 64\n    log answer\n",
                 "30ms server ping\n40ms client pong\n");
}

static void what_came_before_a_timeout_or_the_end_stays_in_the_variable(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    let t = ''\n"
                      "    recvall t from k size 9 timeout 15ms strong\n    on timeout\n"
                      "        log 'timeout with {t}'\n"
                      "    recvall t from k size 9\n    on closed\n"
                      "        log 'closed with {t}'\n"
                      "coro client on c\n    connect k to s port 80\n    sendall k 'abc'\n"
                      "    sleep 20ms\n    sendall k 'de'\n",
                 "45ms server timeout with abc\n50ms server closed with de\n");
}

static void a_weak_timeout_is_refreshed_by_bytes_and_a_strong_one_is_not(void **state) {
    (void)state;
    const char *text =
        LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
             "    recvall t from k size 9 timeout 15ms%s\n    on timeout\n        log 'timeout'\n"
             "coro client on c\n    connect k to s port 80\n    sleep 10ms\n    sendall k 'abc'\n"
             "    sleep 40ms\n";
    static const char *const words[] = {"", " weak", " strong"};
    static const char *const logs[] = {"55ms server timeout\n", "55ms server timeout\n",
                                       "45ms server timeout\n"};
    for (size_t i = 0; i < 3; i++) {
        char whole[1024];
        (void)snprintf(whole, sizeof whole, text, words[i]);
        assert_plays(whole, logs[i]);
    }
}

static void a_line_too_long_is_full_and_its_rest_stays(void **state) {
    (void)state;
    assert_plays("coro server\n    listen l port 80\n    accept k from l\n"
                 "    recvline t from k max 4\n    on full\n        log 'full'\n"
                 "    recvline u from k max 9\n    log u\n"
                 "coro client\n    connect k to main port 80\n    sendall k 'abcdef\\n'\n",
                 "0ms server full\n0ms server ef\n");
}

static void unread_data_at_a_close_resets_the_peer(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    sleep 15ms\n    close k\n"
                      "coro client on c\n    connect k to s port 80\n    send k 'abc'\n"
                      "    recv t from k max 9\n    on reset\n        log 'reset'\n"
                      "    recv u from k max 9\n    on closed\n        log 'closed'\n",
                 "55ms client reset\n55ms client closed\n");
}

static void the_first_send_after_the_peer_closed_succeeds(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    close k\n"
                      "coro client on c\n    connect k to s port 80\n    sleep 30ms\n"
                      "    send k 'x'\n    log 'sent'\n    sleep 30ms\n"
                      "    send k 'y'\n    on closed, reset\n        log 'gone'\n",
                 "50ms client sent\n80ms client gone\n");
}

static void a_shutdown_ends_one_direction_only(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    recv t from k max 9\n    on closed\n        log 'all read'\n"
                      "    sendall k 'answer\\n'\n"
                      "coro client on c\n    connect k to s port 80\n    shutdown k\n"
                      "    recvline t from k max 9\n    log t\n",
                 "30ms server all read\n40ms client answer\n");
}

static void a_socket_closes_when_the_coroutine_that_opened_it_ends(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    recv t from k max 9\n    on closed\n        log 'closed'\n"
                      "coro client on c\n    connect k to s port 80\n    sleep 5ms\n",
                 "35ms server closed\n");
}

static void a_socket_closes_when_its_coroutine_fails(void **state) {
    (void)state;
    assert_plays(LINK "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    recv t from k max 9\n    on closed\n        log 'closed'\n"
                      "coro client on c\n    connect k to s port 80\n    fail 'x'\n"
                      "expect client fails at 20ms\n",
                 "30ms server closed\n");
}

static void a_socket_passed_to_a_spawn_is_the_routine_s(void **state) {
    (void)state;
    assert_plays(LINK "routine serve(k)\n    sleep 50ms\n    sendall k 'late'\n"
                      "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    spawn serve(k)\n"
                      "coro client on c\n    connect k to s port 80\n"
                      "    recv t from k max 9\n    log t\n"
                      "    recv u from k max 9\n    on closed\n        log 'closed'\n",
                 "90ms client late\n90ms client closed\n");
}

static void a_socket_lent_to_a_call_stays_the_caller_s(void **state) {
    (void)state;
    assert_plays(LINK "routine greet(k)\n    sendall k 'hi'\n"
                      "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    call greet(k)\n    sleep 5ms\n    sendall k '!'\n"
                      "coro client on c\n    connect k to s port 80\n"
                      "    recvall t from k size 3\n    log t\n",
                 "45ms client hi!\n");
}

static void a_returned_socket_is_the_caller_s(void **state) {
    (void)state;
    assert_plays(LINK "routine open()\n    connect k to s port 80\n    return k\n"
                      "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    recvall t from k size 2\n    log t\n"
                      "    recv u from k max 1\n    on closed\n        log 'closed'\n"
                      "coro client on c\n    call open() as k\n    sleep 7ms\n"
                      "    sendall k 'hi'\n",
                 "37ms server hi\n37ms server closed\n");
}

static void a_socket_put_into_a_queue_is_the_getter_s(void **state) {
    (void)state;
    assert_plays(LINK "queue q\n"
                      "coro server on s\n    listen l port 80\n    accept k from l\n"
                      "    put q k\n"
                      "coro worker on s\n    get k from q\n    sleep 9ms\n    sendall k 'hi'\n"
                      "coro client on c\n    connect k to s port 80\n"
                      "    recv t from k max 9\n    log t\n"
                      "    recv u from k max 9\n    on closed\n        log 'closed'\n",
                 "49ms client hi\n49ms client closed\n");
}

static void a_socket_waiting_in_a_full_queue_is_passed_on_too(void **state) {
    (void)state;
    assert_plays("queue q size 1\n"
                 "coro server\n    listen l port 80\n    put q 1\n    accept k from l\n"
                 "    put q k\n    log 'put'\n"
                 "coro worker\n    sleep 1ms\n    get one from q\n    log '{one}'\n"
                 "    sleep 1ms\n    get k from q\n    sendall k 'hi'\n"
                 "coro client\n    connect k to main port 80\n    recv t from k max 9\n"
                 "    log t\n",
                 "1ms worker 1\n1ms server put\n2ms client hi\n");
}

static void a_closed_socket_is_no_socket_any_more(void **state) {
    (void)state;
    assert_failures("coro server\n    listen l port 80\n    accept k from l\n    close k\n"
                    "    close k\n"
                    "coro client\n    connect k to main port 80\n",
                    "6: server failed at 0ms (close: the socket is not open, or not of the right "
                    "kind)\n");
}

static void two_listeners_on_one_port_are_one_too_many(void **state) {
    (void)state;
    assert_failures("coro a\n    listen l port 80\n    listen m port 80\n"
                    "    accept x from l\n    accept y from m\n    close x\n    close y\n",
                    "4: a failed at 0ms (listen: another socket listens on that address)\n");
}

static void a_backlog_holds_so_many_and_the_others_wait(void **state) {
    (void)state;
    assert_plays("coro server\n    listen l port 80 backlog 1\n    sleep 5ms\n"
                 "    accept a from l\n    sleep 5ms\n    accept b from l\n    log 'both'\n"
                 "coro client times 2\n    connect k to main port 80\n    log 'in'\n"
                 "    sleep 20ms\n",
                 "0ms client[0] in\n5ms client[1] in\n10ms server both\n");
}

static void a_send_takes_what_fits_and_a_sendall_waits(void **state) {
    (void)state;
    assert_plays("link c <-> s latency 1ms buffer 4\n"
                 "coro server on s\n    listen l port 80\n    accept k from l\n"
                 "    sleep 100ms\n    recvall t from k size 10\n    log t\n"
                 "coro client on c\n    connect k to s port 80\n    sendall k '0123456789'\n"
                 "    log 'sent'\n    sleep 1s\n"
                 "expect client ends\n",
                 "106ms client sent\n107ms server 0123456789\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connect_takes_a_round_trip_and_an_accept_half_a_trip_more),
        cmocka_unit_test(a_connect_that_nobody_listens_for_is_refused),
        cmocka_unit_test(text_goes_both_ways),
        cmocka_unit_test(what_came_before_a_timeout_or_the_end_stays_in_the_variable),
        cmocka_unit_test(a_weak_timeout_is_refreshed_by_bytes_and_a_strong_one_is_not),
        cmocka_unit_test(a_line_too_long_is_full_and_its_rest_stays),
        cmocka_unit_test(unread_data_at_a_close_resets_the_peer),
        cmocka_unit_test(the_first_send_after_the_peer_closed_succeeds),
        cmocka_unit_test(a_shutdown_ends_one_direction_only),
        cmocka_unit_test(a_socket_closes_when_the_coroutine_that_opened_it_ends),
        cmocka_unit_test(a_socket_closes_when_its_coroutine_fails),
        cmocka_unit_test(a_socket_passed_to_a_spawn_is_the_routine_s),
        cmocka_unit_test(a_socket_lent_to_a_call_stays_the_caller_s),
        cmocka_unit_test(a_returned_socket_is_the_caller_s),
        cmocka_unit_test(a_socket_put_into_a_queue_is_the_getter_s),
        cmocka_unit_test(a_socket_waiting_in_a_full_queue_is_passed_on_too),
        cmocka_unit_test(a_closed_socket_is_no_socket_any_more),
        cmocka_unit_test(two_listeners_on_one_port_are_one_too_many),
        cmocka_unit_test(a_backlog_holds_so_many_and_the_others_wait),
        cmocka_unit_test(a_send_takes_what_fits_and_a_sendall_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
