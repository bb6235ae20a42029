/* test_trace_reader.c - reports/trace_reader.h: whole traces are read, damaged ones named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "reports/trace_reader.h"
#include "tests/unit/trace_folder.h"
#include "tests/unit/trace_stories.h"

static int read_all(const struct builder *builder, struct rep_trace **trace) {
    struct rep_error error;
    return rep_trace_read(builder->bytes, builder->byte_count, trace, &error);
}

static void a_whole_trace_is_read(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    builder_finish(&builder);
    struct rep_trace *trace;
    assert_int_equal(read_all(&builder, &trace), REP_OK);
    assert_int_equal(rep_trace_event_count(trace), builder.event_count);
    assert_int_equal(rep_trace_duration_ns(trace), 560000000);
    assert_true(rep_trace_hash(trace) == XXH3_64bits(builder.hashed, builder.hashed_bytes));
    const struct rep_event *first = rep_trace_event(trace, 1);
    assert_int_equal(rep_event_kind(trace, first), REP_EVENT_RUN);
    assert_int_equal(rep_event_integer(trace, first, "seed"), 1);
    assert_true(rep_bytes_equal(rep_event_string(trace, first, "title"),
                                "a partition delays data past a deadline"));
    rep_trace_free(trace);
    builder_term(&builder);
}

static void a_missing_field_reads_as_zero_or_empty(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    builder_finish(&builder);
    struct rep_trace *trace;
    assert_int_equal(read_all(&builder, &trace), REP_OK);
    const struct rep_event *first = rep_trace_event(trace, 1);
    assert_int_equal(rep_event_integer(trace, first, "no such field"), 0);
    assert_int_equal(rep_event_integer(trace, first, "title"), 0);
    assert_int_equal(rep_event_string(trace, first, "seed").count, 0);
    rep_trace_free(trace);
    builder_term(&builder);
}

static void unknown_kinds_are_kept(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    EVENT(&builder, "novelty", 5, 0, 0, 0, T("hello"), N(1), N(0));
    size_t log = EVENT(&builder, "log", 7, 1, 3, 4, T("text"), N(300));
    builder_finish(&builder);
    struct rep_trace *trace;
    assert_int_equal(read_all(&builder, &trace), REP_OK);
    const struct rep_event *novelty = rep_trace_event(trace, 1);
    assert_int_equal(rep_event_kind(trace, novelty), REP_EVENT_UNKNOWN);
    assert_true(rep_bytes_equal(rep_event_string(trace, novelty, "text"), "hello"));
    const struct rep_event *event = rep_trace_event(trace, log);
    assert_int_equal(event->time_ns, 7);
    assert_int_equal(event->cause, 1);
    assert_int_equal(event->host, 3);
    assert_int_equal(event->coroutine, 4);
    assert_int_equal(rep_event_integer(trace, event, "line"), 300);
    rep_trace_free(trace);
    builder_term(&builder);
}

static void many_blocks_read_like_one(void **state) {
    (void)state;
    struct builder one;
    story_long(&one, 3000);
    builder_finish(&one);
    struct rep_trace *trace;
    assert_int_equal(read_all(&one, &trace), REP_OK);
    struct builder many;
    builder_init(&many);
    many.block_events_max = 7;
    for (size_t i = 0; i < 100; i++)
        EVENT(&many, "log", (int64_t)i * 1000, i / 2, 1, 1, T("x"), N(i));
    builder_finish(&many);
    struct rep_trace *split;
    assert_int_equal(read_all(&many, &split), REP_OK);
    assert_int_equal(rep_trace_event_count(split), 100);
    for (size_t i = 1; i <= 100; i++) {
        const struct rep_event *event = rep_trace_event(split, i);
        assert_int_equal(event->time_ns, (i - 1) * 1000);
        assert_int_equal(event->cause, (i - 1) / 2);
        assert_int_equal(rep_event_integer(split, event, "line"), i - 1);
    }
    rep_trace_free(split);
    rep_trace_free(trace);
    builder_term(&many);
    builder_term(&one);
}

static void foreign_files_are_named(void **state) {
    (void)state;
    struct rep_trace *trace = (struct rep_trace *)1;
    struct rep_error error;
    assert_int_equal(rep_trace_read("", 0, &trace, &error), REP_EFOREIGN);
    assert_null(trace);
    assert_int_equal(rep_trace_read("<svg", 4, &trace, &error), REP_EFOREIGN);
    assert_non_null(strstr(error.message, "this is not a trace"));
    assert_int_equal(rep_trace_read("\x89PNG\r\n\x1a\n", 8, &trace, NULL), REP_EFOREIGN);
}

static void a_newer_version_is_named(void **state) {
    (void)state;
    static const char bytes[] = "\x89"
                                "COGT\r\n\x1a\x02\0\0\0\0\0\0\0";
    struct rep_trace *trace;
    struct rep_error error;
    assert_int_equal(rep_trace_read(bytes, sizeof bytes - 1, &trace, &error), REP_EVERSION);
    assert_string_equal(error.message, "the trace was written by a newer version: 2; this reads 1");
    assert_int_equal(error.byte_offset, 8);
}

static void every_truncation_is_noticed(void **state) {
    (void)state;
    struct builder builder;
    builder_init(&builder);
    builder.block_events_max = 3;
    for (int i = 0; i < 10; i++)
        EVENT(&builder, "log", i, 0, 1, 1, T("some text"), N(i));
    builder_finish(&builder);
    for (size_t length = 1; length < builder.byte_count; length++) {
        struct rep_trace *trace;
        struct rep_error error;
        assert_int_equal(rep_trace_read(builder.bytes, length, &trace, &error), REP_ETRUNCATED);
        assert_null(trace);
        assert_int_equal(error.byte_offset, length);
    }
    builder_term(&builder);
}

static void every_flipped_bit_is_noticed(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    builder_finish(&builder);
    for (size_t bit = 0; bit < 8 * builder.byte_count; bit++) {
        builder.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        struct rep_trace *trace;
        assert_true(read_all(&builder, &trace) < 0);
        assert_null(trace);
        builder.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    builder_term(&builder);
}

static void bytes_after_the_trailer_are_noticed(void **state) {
    (void)state;
    struct builder builder;
    story_partition(&builder);
    builder_finish(&builder);
    uint8_t *longer = malloc(builder.byte_count + 1);
    assert_non_null(longer);
    memcpy(longer, builder.bytes, builder.byte_count);
    longer[builder.byte_count] = 0;
    struct rep_trace *trace;
    struct rep_error error;
    assert_int_equal(rep_trace_read(longer, builder.byte_count + 1, &trace, &error), REP_ECORRUPT);
    assert_int_equal(error.byte_offset, builder.byte_count);
    free(longer);
    builder_term(&builder);
}

/* A file of hand-made payloads, whose checksums all are right. The schema has one kind "k" with
 * fields "n" and "s". */
#define SCHEMA "\x01\x01k\x02\x01n\x00\x01s\x01"
struct payload {
    const char *bytes;
    size_t byte_count;
};
#define PAYLOAD(text) ((struct payload){(text), sizeof(text) - 1})

static int read_payloads(const char *types, const struct payload *payloads, size_t count,
                         struct rep_error *error) {
    uint8_t file[512] = {0x89, 'C', 'O', 'G', 'T', '\r', '\n', 0x1a, 1};
    size_t length = 16;
    for (size_t i = 0; i < count; i++)
        length += builder_block(file + length, types[i], (const uint8_t *)payloads[i].bytes,
                                payloads[i].byte_count);
    struct rep_trace *trace;
    int status = rep_trace_read(file, length, &trace, error);
    rep_trace_free(trace);
    return status;
}

static void wrong_schemas_are_noticed(void **state) {
    (void)state;
    static const struct payload wrong[] = {
        {"", 0},                                     /* no count */
        {"\x02\x01k\x00", 4},                        /* fewer kinds than counted */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9}, /* a count that no file could hold */
        {"\x01\x01k\x7f\x01n\x00", 7},               /* more fields than there are bytes */
        {"\x01\x01k\x01\x01n\x02", 7},               /* a type of field that does not exist */
        {"\x01\x00\x00", 3},                         /* a kind without a name */
        {"\x01\x01\x00\x00", 4},                     /* a name with a null byte */
        {"\x01\x7fk\x00", 4},                        /* a name beyond the end */
        {"\x00\x00", 2},                             /* bytes after the last kind */
        {"\x81\x00", 2},                             /* a number not in its shortest form */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rep_error error;
        assert_int_equal(read_payloads("S", &wrong[i], 1, &error), REP_ECORRUPT);
        assert_in_range(error.byte_offset, 29, 29 + wrong[i].byte_count);
    }
}

static void wrong_events_are_noticed(void **state) {
    (void)state;
    static const struct payload wrong[] = {
        {"\x02\x00", 2},                               /* the first event is not 1 */
        {"\x01\x05", 2},                               /* there is no event before at 5 */
        {"\x01", 1},                                   /* no time */
        {"\x01\x00\x01\x00\x00\x00\x00\x00\x00", 9},   /* no such kind */
        {"\x01\x00\x00\x00\x01\x00\x00\x00\x00", 9},   /* its cause comes before the first event */
        {"\x01\x00\x00\x00\x00\x00\x00\x00\x02x", 10}, /* a text beyond the end */
        {"\x01\x00\x00\x00\x00\x00\x00\x80\x00\x00", 10}, /* a number not in its shortest form */
        {"\x01\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x00\x00\x00\x00\x00", 18}, /* time */
        {"\x01\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\x00\x00\x00\x00\x00",
         18},                        /* 65 bits */
        {"\x01\x00\x00\x00\x00", 5}, /* half an event */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct payload payloads[] = {PAYLOAD(SCHEMA), wrong[i]};
        struct rep_error error;
        assert_int_equal(read_payloads("SE", payloads, 2, &error), REP_ECORRUPT);
        assert_in_range(error.byte_offset, 52, 52 + wrong[i].byte_count);
    }
}

static void wrong_orders_of_blocks_are_noticed(void **state) {
    (void)state;
    struct rep_error error;
    struct payload twice[] = {PAYLOAD(SCHEMA), PAYLOAD(SCHEMA)};
    assert_int_equal(read_payloads("SS", twice, 2, &error), REP_ECORRUPT);
    assert_non_null(strstr(error.message, "a second schema"));
    struct payload none[] = {PAYLOAD("\x01\x00")};
    assert_int_equal(read_payloads("E", none, 1, &error), REP_ECORRUPT);
    assert_int_equal(error.byte_offset, 16);
    assert_int_equal(read_payloads("X", none, 1, &error), REP_ECORRUPT);
    struct payload unfinished[] = {PAYLOAD(SCHEMA)};
    assert_int_equal(read_payloads("S", unfinished, 1, &error), REP_ETRUNCATED);
}

static void a_trailer_that_does_not_fit_is_noticed(void **state) {
    (void)state;
    struct rep_error error;
    struct payload counted[] = {PAYLOAD(SCHEMA), PAYLOAD("\x07\0\0\0\0\0\0\0\0")};
    assert_int_equal(read_payloads("ST", counted, 2, &error), REP_ECORRUPT);
    assert_non_null(strstr(error.message, "does not count"));
    struct payload hashed[] = {PAYLOAD(SCHEMA), PAYLOAD("\x00\0\0\0\0\0\0\0\0")};
    assert_int_equal(read_payloads("ST", hashed, 2, &error), REP_ECORRUPT);
    assert_non_null(strstr(error.message, "hash"));
}

static void a_trace_is_loaded_from_a_file(void **state) {
    (void)state;
    struct builder builder;
    story_long(&builder, 5000);
    builder_finish(&builder);
    char path[] = "/tmp"
                  "/test_trace_XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(builder.bytes, 1, builder.byte_count, file), builder.byte_count);
    assert_int_equal(fclose(file), 0);
    struct rep_trace *trace;
    struct rep_error error;
    assert_int_equal(rep_trace_load(path, &trace, &error), REP_OK);
    assert_int_equal(rep_trace_event_count(trace), builder.event_count);
    rep_trace_free(trace);
    remove(path);
    assert_int_equal(rep_trace_load(path, &trace, &error), REP_EIO);
    assert_non_null(strstr(error.message, path));
    assert_int_equal(rep_trace_load("/", &trace, &error), REP_EIO);
    builder_term(&builder);
}

/* Writes bytes into a file of that path. */
static void write_file(const char *path, const uint8_t *bytes, size_t byte_count) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, byte_count, file), byte_count);
    assert_int_equal(fclose(file), 0);
}

/* Ten events, three a block. */
static void build_blocks(struct builder *builder) {
    builder_init(builder);
    builder->block_events_max = 3;
    for (int i = 0; i < 10; i++)
        EVENT(builder, "log", i, (size_t)i, 1, 1, T("some text"), N(i));
    builder_finish(builder);
}

static void a_file_streams_by_as_it_is_in_memory(void **state) {
    const struct trace_folder *folder = *state;
    struct builder builder;
    story_long(&builder, 5000);
    builder_finish(&builder);
    write_file(folder->trace, builder.bytes, builder.byte_count);
    struct rep_trace *trace;
    struct rep_error error;
    assert_int_equal(read_all(&builder, &trace), REP_OK);
    struct rep_reader reader;
    struct rep_event event;
    assert_int_equal(rep_reader_open(&reader, folder->trace, &error), REP_OK);
    for (size_t i = 1; i <= trace->event_count; i++) {
        const struct rep_event *known = rep_trace_event(trace, i);
        assert_int_equal(rep_reader_next(&reader, &event), 1);
        assert_int_equal(event.time_ns, known->time_ns);
        assert_int_equal(event.cause, known->cause);
        assert_int_equal(event.coroutine, known->coroutine);
        struct rep_bytes text = rep_event_string(reader.trace, &event, "text");
        struct rep_bytes known_text = rep_event_string(trace, known, "text");
        assert_int_equal(text.count, known_text.count);
        assert_memory_equal(text.start, known_text.start, text.count);
    }
    assert_int_equal(rep_reader_next(&reader, &event), 0);
    assert_int_equal(rep_reader_next(&reader, &event), 0);
    assert_int_equal(reader.trace->hash, trace->hash);
    rep_reader_close(&reader);
    rep_trace_free(trace);
    builder_term(&builder);
}

/* Cut anywhere, or with any byte changed: the same error from a file and from memory, and what
 * comes before is saved. */
static void check_salvaged(const struct trace_folder *folder, const uint8_t *bytes,
                           size_t byte_count, size_t damaged_at) {
    struct rep_trace *trace;
    struct rep_trace *saved;
    struct rep_error error;
    struct rep_error again;
    int status = rep_trace_read(bytes, byte_count, &trace, &error);
    assert_true(status < 0);
    write_file(folder->trace, bytes, byte_count);
    assert_int_equal(rep_trace_load(folder->trace, &trace, &again), status);
    assert_string_equal(error.message, again.message);
    assert_int_equal(error.byte_offset, again.byte_offset);
    assert_int_equal(error.whole_event_count, again.whole_event_count);
    assert_int_equal(rep_trace_salvage(folder->trace, &saved, &again), status);
    struct rep_reader reader;
    struct rep_event event;
    int streamed = rep_reader_open(&reader, folder->trace, &again);
    while (streamed == REP_OK && (streamed = rep_reader_next(&reader, &event)) > 0)
        streamed = REP_OK;
    assert_int_equal(streamed, status);
    assert_string_equal(error.message, again.message);
    assert_int_equal(error.byte_offset, again.byte_offset);
    rep_reader_close(&reader);
    if (saved == NULL) {
        assert_true(damaged_at < 2200); /* the schema, or the first block */
        assert_int_equal(error.whole_event_count, 0);
        return;
    }
    assert_int_equal(rep_trace_event_count(saved), error.whole_event_count);
    assert_int_equal(error.whole_event_count % 3 * (error.whole_event_count != 10), 0);
    for (size_t i = 1; i <= error.whole_event_count; i++)
        assert_int_equal(rep_event_integer(saved, rep_trace_event(saved, i), "line"), i - 1);
    rep_trace_free(saved);
}

static void what_comes_before_damage_is_saved(void **state) {
    struct builder builder;
    build_blocks(&builder);
    for (size_t length = 0; length < builder.byte_count; length++)
        check_salvaged(*state, builder.bytes, length, length);
    for (size_t at = 0; at < builder.byte_count; at++) {
        builder.bytes[at] ^= 0x55;
        check_salvaged(*state, builder.bytes, builder.byte_count, at);
        builder.bytes[at] ^= 0x55;
    }
    builder_term(&builder);
}

static void a_whole_trace_needs_no_saving(void **state) {
    const struct trace_folder *folder = *state;
    struct builder builder;
    struct rep_trace *trace;
    build_blocks(&builder);
    write_file(folder->trace, builder.bytes, builder.byte_count);
    assert_int_equal(rep_trace_salvage(folder->trace, &trace, NULL), REP_OK);
    assert_int_equal(rep_trace_event_count(trace), 10);
    rep_trace_free(trace);
    builder_term(&builder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_trace_is_read),
        cmocka_unit_test(a_missing_field_reads_as_zero_or_empty),
        cmocka_unit_test(unknown_kinds_are_kept),
        cmocka_unit_test(many_blocks_read_like_one),
        cmocka_unit_test(foreign_files_are_named),
        cmocka_unit_test(a_newer_version_is_named),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(bytes_after_the_trailer_are_noticed),
        cmocka_unit_test(wrong_schemas_are_noticed),
        cmocka_unit_test(wrong_events_are_noticed),
        cmocka_unit_test(wrong_orders_of_blocks_are_noticed),
        cmocka_unit_test(a_trailer_that_does_not_fit_is_noticed),
        cmocka_unit_test_setup_teardown(a_file_streams_by_as_it_is_in_memory, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(what_comes_before_damage_is_saved, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test_setup_teardown(a_whole_trace_needs_no_saving, trace_folder_setup,
                                        trace_folder_teardown),
        cmocka_unit_test(a_trace_is_loaded_from_a_file),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
