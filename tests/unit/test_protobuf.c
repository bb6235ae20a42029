/* test_protobuf.c - fields as protobuf.dev encodes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/protobuf.h"

#include <string.h>

static void assert_bytes(struct rep_text *message, const char *bytes, size_t count) {
    assert_int_equal(message->length, count);
    assert_memory_equal(rep_text_string(message), bytes, count);
    rep_text_term(message);
}

/* The examples of "Encoding" on protobuf.dev: 150 in field 1, "testing" in field 2, the first
 * message within field 3. */
static void the_published_examples(void **state) {
    (void)state;
    struct rep_text message = {0};
    rep_proto_number(&message, 1, 150);
    assert_bytes(&message, "\x08\x96\x01", 3);
    message = (struct rep_text){0};
    rep_proto_text(&message, 2, "testing");
    assert_bytes(&message, "\x12\x07testing", 9);
    message = (struct rep_text){0};
    struct rep_text inner = {0};
    rep_proto_number(&inner, 1, 150);
    rep_proto_message(&message, 3, &inner);
    rep_text_term(&inner);
    assert_bytes(&message, "\x1a\x03\x08\x96\x01", 5);
}

static void numbers_at_their_ends(void **state) {
    (void)state;
    struct rep_text message = {0};
    rep_proto_number(&message, 1, 0);
    rep_proto_number(&message, 16, 127);
    rep_proto_number(&message, 1, UINT64_MAX);
    assert_bytes(&message, "\x08\x00\x80\x01\x7f\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 16);
    message = (struct rep_text){0};
    rep_proto_fixed64(&message, 47, UINT64_C(0x0102030405060708));
    assert_bytes(&message, "\xf9\x02\x08\x07\x06\x05\x04\x03\x02\x01", 10);
}

static void bytes_may_hold_zeros(void **state) {
    (void)state;
    struct rep_text message = {0};
    rep_proto_bytes(&message, 2, "\0a\0", 3);
    rep_proto_bytes(&message, 2, "", 0);
    assert_bytes(&message, "\x12\x03\0a\0\x12\x00", 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_examples),
        cmocka_unit_test(numbers_at_their_ends),
        cmocka_unit_test(bytes_may_hold_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
