/* test_calls_sockets.c - the socket operations as calls of stackful coroutines. */
#include "tests/unit/actor.h"
#include "tests/unit/call_notes.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

static void open_stage(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
}

static int open_sockets(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    call_note(stage, "listen", cog_listen(self, NULL, 0, 1), -99);
    call_note(stage, "bind", cog_bind(self, NULL, 0), -99);
    call_note(stage, "accept", cog_accept(self, STAGE_LISTENER, NULL), -99);
    call_note(stage, "accept", cog_accept(self, STAGE_LISTENER, COG_WITHIN(2)), -99);
    call_note(stage, "connect", cog_connect(self, NULL, 0, COG_WITHIN(2)), -99);
    call_note(stage, "connect", cog_connect(self, NULL, 0, NULL), -99);
    call_note(stage, "shutdown", cog_shutdown(self, 62), -99);
    call_note(stage, "close", cog_close(self, 62), -99);
    return COG_OK;
}

static void sockets_are_opened_and_closed(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 0, STAGE_ANSWER, -1, COG_OK, 60);
    stage_cue(stage, 3, STAGE_COMPLETE, STAGE_LISTENER, COG_OK, 61);
    stage_cue(stage, 9, STAGE_COMPLETE, -1, COG_OK, 62);
    call_expect(stage, open_sockets, COG_OK,
                "0 listen 50\n0 bind 60\n3 accept 61\n5 accept -1\n7 connect -1\n9 connect 62\n"
                "9 shutdown 0\n9 close 0\n");
}

static int transfer(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    char buffer[16] = "";
    int64_t received = cog_recv(self, 1, buffer, 8, NULL);
    call_note(stage, "recv", received, buffer[0]);
    call_note(stage, "recvall", cog_recvall(self, 1, buffer, 8, COG_WITHIN(5)), -99);
    call_note(stage, "transferred", (int64_t)cog_transferred(self), -99);
    call_note(stage, "recvline", cog_recvline(self, 1, buffer, 8, NULL), -99);
    call_note(stage, "send", cog_send(self, 2, "hello", 5, NULL), -99);
    call_note(stage, "sendall", cog_sendall(self, 2, " there", 6, COG_WITHIN(5)), -99);
    call_note(stage, "transferred", (int64_t)cog_transferred(self), -99);
    call_note(stage, "sendto", cog_sendto(self, 2, "...", 3, NULL, 0, NULL), -99);
    call_note(stage, "sendfile", cog_sendfile(self, 3, -1, 0, 50, 0, NULL), -99);
    return COG_OK;
}

static void bytes_go_and_come(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage->sent_socket = 2;
    stage_cue_text(stage, 1, STAGE_COMPLETE, 1, "abc");
    stage_cue_text(stage, 2, STAGE_ACTIVITY, 1, "defg");
    stage_cue_text(stage, 10, STAGE_COMPLETE, 1, "line\n");
    stage_cue(stage, 11, STAGE_COMPLETE, 2, COG_OK, 3);
    stage_cue(stage, 12, STAGE_ACTIVITY, 2, COG_OK, 2);
    stage_cue(stage, 20, STAGE_COMPLETE, 2, COG_OK, 3);
    stage_cue(stage, 21, STAGE_COMPLETE, 3, COG_OK, 50);
    call_expect(
        stage, transfer, COG_OK,
        "1 recv 3 =97\n6 recvall -1\n6 transferred 4\n10 recvline 5\n11 send 3\n16 sendall -1\n"
        "16 transferred 2\n20 sendto 3\n21 sendfile 50\n");
    assert_string_equal(stage->sent.text, "hel t...");
}

static int receive_from(struct cog_coro *self, void *argument) {
    struct stage *stage = argument;
    char buffer[16];
    struct sockaddr_storage address;
    size_t address_bytes = sizeof address;
    call_note(stage, "recvfrom", cog_recvfrom(self, 1, buffer, sizeof buffer, NULL, NULL, NULL),
              -99);
    int64_t received = cog_recvfrom(self, 1, buffer, sizeof buffer, (struct sockaddr *)&address,
                                    &address_bytes, NULL);
    call_note(stage, "recvfrom", received, address_bytes == sizeof address ? 1 : 0);
    address_bytes = 5;
    received = cog_recvfrom(self, 1, buffer, sizeof buffer, (struct sockaddr *)&address,
                            &address_bytes, COG_WITHIN(2));
    call_note(stage, "recvfrom", received, (int64_t)address_bytes);
    return COG_OK;
}

static void datagrams_tell_how_long_their_address_is(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue_text(stage, 1, STAGE_COMPLETE, 1, "abc");
    stage_cue_text(stage, 2, STAGE_COMPLETE, 1, "");
    call_expect(stage, receive_from, COG_OK, "1 recvfrom 3\n2 recvfrom 0 =1\n4 recvfrom -1 =5\n");
}

static int receive_half_an_address(struct cog_coro *self, void *argument) {
    struct sockaddr address;
    return (int)cog_recvfrom(self, 1, argument, 1, &address, NULL, NULL);
}

static void run_scheduler(void *argument) {
    (void)cog_run(argument);
}

static void an_address_without_its_size_is_a_misuse(void **state) {
    struct stage *stage = *state;
    assert_int_equal(stage_open(stage), COG_OK);
    char buffer[1];
    assert_int_equal(cog_go(stage->scheduler, receive_half_an_address, buffer, NULL), COG_OK);
    misuse_expect(run_scheduler, stage->scheduler, "(address == NULL) == (address_bytes == NULL)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(sockets_are_opened_and_closed),
        STAGE_TEST(bytes_go_and_come),
        STAGE_TEST(datagrams_tell_how_long_their_address_is),
        STAGE_TEST(an_address_without_its_size_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
