/* test_export_perfetto.c - the file follows Perfetto's published schema: tracks before what is on
 * them, slices that end where they began, arrows with both ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/exported.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char shop[] = "queue jobs\n"
                           "coro maker\n"
                           "    sleep 10ms\n"
                           "    put jobs 1\n"
                           "    put jobs 2\n"
                           "coro taker\n"
                           "    get one from jobs\n"
                           "    get two from jobs\n"
                           "    log 'took {one} and {two}'\n";

/* ---- The schema: what of protos/perfetto/trace is in use ---- */

enum wire { VARINT = 0, FIXED64 = 1, BYTES = 2 };

struct schema {
    uint32_t field;
    enum wire wire;
    const char *name;
    const struct schema *inner; /* of a message */
};

static const struct schema counter_fields[] = {{0}};
static const struct schema process_fields[] = {
    {1, VARINT, "pid", NULL}, {6, BYTES, "process_name", NULL}, {0}};
static const struct schema track_fields[] = {{1, VARINT, "uuid", NULL},
                                             {2, BYTES, "name", NULL},
                                             {3, BYTES, "process", process_fields},
                                             {5, VARINT, "parent_uuid", NULL},
                                             {8, BYTES, "counter", counter_fields},
                                             {0}};
static const struct schema event_fields[] = {{9, VARINT, "type", NULL},
                                             {11, VARINT, "track_uuid", NULL},
                                             {23, BYTES, "name", NULL},
                                             {30, VARINT, "counter_value", NULL},
                                             {47, FIXED64, "flow_ids", NULL},
                                             {48, FIXED64, "terminating_flow_ids", NULL},
                                             {0}};
static const struct schema packet_fields[] = {{8, VARINT, "timestamp", NULL},
                                              {10, VARINT, "trusted_packet_sequence_id", NULL},
                                              {11, BYTES, "track_event", event_fields},
                                              {13, VARINT, "sequence_flags", NULL},
                                              {60, BYTES, "track_descriptor", track_fields},
                                              {0}};
static const struct schema trace_fields[] = {{1, BYTES, "packet", packet_fields}, {0}};

/* ---- What the file says ---- */

enum { TRACKS_MAX = 64, FLOWS_MAX = 64 };

struct seen {
    uint64_t tracks[TRACKS_MAX];
    int depth[TRACKS_MAX];
    size_t track_count;
    uint64_t flows[FLOWS_MAX];
    size_t flow_count;
    size_t flow_ends;
    uint64_t time;
    uint64_t counted; /* the last value of a counter */
    size_t counters;
    size_t slices;
    bool has_log;
    /* of the packet at hand */
    uint64_t type;
    uint64_t track;
    uint64_t uuid;
};

static uint64_t read_varint(const uint8_t **at, const uint8_t *end) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        assert_true(*at < end);
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    fail_msg("a number is too long");
    return 0;
}

static size_t index_of_track(const struct seen *seen, uint64_t uuid) {
    size_t i = 0;
    while (i < seen->track_count && seen->tracks[i] != uuid)
        i++;
    return i;
}

static void note_number(struct seen *seen, const char *name, uint64_t value) {
    if (strcmp(name, "timestamp") == 0) {
        assert_true(value >= seen->time);
        seen->time = value;
    } else if (strcmp(name, "type") == 0) {
        seen->type = value;
    } else if (strcmp(name, "track_uuid") == 0) {
        seen->track = value;
    } else if (strcmp(name, "uuid") == 0) {
        seen->uuid = value;
    } else if (strcmp(name, "parent_uuid") == 0) {
        assert_true(index_of_track(seen, value) < seen->track_count);
    } else if (strcmp(name, "counter_value") == 0) {
        assert_int_equal(seen->type, 4);
        seen->counted = value;
        seen->counters++;
    } else if (strcmp(name, "flow_ids") == 0) {
        assert_true(seen->flow_count < FLOWS_MAX);
        seen->flows[seen->flow_count++] = value;
    } else if (strcmp(name, "terminating_flow_ids") == 0) {
        bool has_begun = false;
        for (size_t i = 0; i < seen->flow_count; i++)
            has_begun |= seen->flows[i] == value;
        assert_true(has_begun);
        seen->flow_ends++;
    }
}

static void note_message(struct seen *seen, const char *name) {
    if (strcmp(name, "track_descriptor") == 0) {
        assert_int_equal(index_of_track(seen, seen->uuid), seen->track_count);
        assert_true(seen->track_count < TRACKS_MAX);
        seen->tracks[seen->track_count++] = seen->uuid;
    } else if (strcmp(name, "track_event") == 0) {
        size_t track = index_of_track(seen, seen->track);
        assert_true(track < seen->track_count);
        seen->depth[track] += seen->type == 1 ? 1 : seen->type == 2 ? -1 : 0;
        assert_true(seen->depth[track] >= 0);
        seen->slices += seen->type == 1;
    }
}

static bool holds(const uint8_t *bytes, size_t count, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= count; i++) {
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    }
    return false;
}

static void read_message(struct seen *seen, const struct schema *fields, const uint8_t *at,
                         const uint8_t *end) {
    while (at < end) {
        uint64_t tag = read_varint(&at, end);
        const struct schema *field = fields;
        while (field->name != NULL && field->field != tag >> 3)
            field++;
        if (field->name == NULL || (uint64_t)field->wire != (tag & 7)) {
            fail_msg("field %u of wire type %u is not in the schema", (unsigned)(tag >> 3),
                     (unsigned)(tag & 7));
            return;
        }
        uint64_t value = 0;
        if (field->wire == FIXED64) {
            assert_true(end - at >= 8);
            for (int i = 7; i >= 0; i--)
                value = value << 8 | at[i];
            at += 8;
        } else {
            value = read_varint(&at, end);
        }
        if (field->wire != BYTES) {
            note_number(seen, field->name, value);
            continue;
        }
        assert_true(value <= (uint64_t)(end - at));
        if (field->inner != NULL) {
            read_message(seen, field->inner, at, at + value);
            note_message(seen, field->name);
        } else {
            seen->has_log |= holds(at, value, "took 1 and 2");
        }
        at += value;
    }
}

static void a_trace_is_what_the_schema_says(void **state) {
    size_t count;
    uint8_t *bytes = exported(*state, shop, "perfetto", &count);
    struct seen seen = {.time = 0};
    read_message(&seen, trace_fields, bytes, bytes + count);
    free(bytes);
    assert_int_equal(seen.track_count, 1 + 1 + 2 + 1); /* world, host, coroutines, the queue */
    for (size_t i = 0; i < seen.track_count; i++)
        assert_int_equal(seen.depth[i], 0);
    assert_int_equal(seen.slices, 5);
    assert_int_equal(seen.counters, 4);
    assert_int_equal(seen.counted, 0);
    assert_true(seen.flow_ends >= 1); /* the put wakes who gets */
    assert_int_equal(seen.time, 10000000);
    assert_true(seen.has_log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_trace_is_what_the_schema_says, trace_folder_setup,
                                        trace_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
