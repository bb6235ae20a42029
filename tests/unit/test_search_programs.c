/* test_search_programs.c - reduced searches against plain search, over random programs: where they
 * say that they have seen everything, they have come to the same outcomes. */
#include "sim/explore/random.h"
#include "sim/explore/search.h"
#include "tests/unit/language_fixture.h"

enum { PROGRAMS = 150, EXECUTIONS_MAX = 5000, OUTCOMES_MAX = 4096 };

struct writer {
    struct sim_buffer text;
    uint64_t seed;
    uint64_t count;
};

static uint32_t below(struct writer *writer, uint32_t count) {
    return (uint32_t)(sim_random_draw(writer->seed, 0, 0, writer->count++) % count);
}

static const char *variable(struct writer *writer) {
    static const char *const names[] = {"x", "y", "a[0]", "a[1]"};
    return names[below(writer, 4)];
}

static void write_line(struct writer *writer, uint32_t depth, const char *format, ...) {
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    sim_buffer_add_repeated(&writer->text, ' ', 4 * (size_t)depth);
    sim_buffer_add_text(&writer->text, line);
    sim_buffer_add_text(&writer->text, "\n");
}

/* One or two accesses, of which a condition or a lock may be part. */
static void write_statement(struct writer *writer) {
    uint32_t local = below(writer, 2);
    switch (below(writer, 8)) {
    case 0:
        write_line(writer, 1, "set r%u = %s", local, variable(writer));
        break;
    case 1:
        write_line(writer, 1, "set %s = r%u + 1", variable(writer), local);
        break;
    case 2:
        write_line(writer, 1, "add 1 to %s", variable(writer));
        break;
    case 3:
        write_line(writer, 1, "cas %s from %u to %u as is_done", variable(writer), below(writer, 2),
                   2 + below(writer, 2));
        break;
    case 4:
        write_line(writer, 1, "if %s == %u", variable(writer), below(writer, 3));
        write_line(writer, 2, "set %s = %u", variable(writer), 1 + below(writer, 3));
        break;
    case 5:
        write_line(writer, 1, "if r%u > 0", local);
        write_line(writer, 2, "set r%u = %s", 1 - local, variable(writer));
        break;
    case 6:
        write_line(writer, 1, "swap %s with %u as r%u", variable(writer), below(writer, 3), local);
        break;
    default:
        write_line(writer, 1, "acquire %s", local == 0 ? "m" : "n");
        write_line(writer, 1, "set r0 = %s", variable(writer));
        write_line(writer, 1, "set %s = r0 + 1", variable(writer));
        write_line(writer, 1, "release %s", local == 0 ? "m" : "n");
        break;
    }
}

/* Both locals are set at its beginning. */
static void write_body(struct writer *writer) {
    write_line(writer, 1, "let r0 = 0");
    write_line(writer, 1, "let r1 = 0");
    uint32_t count = 2 + below(writer, 2);
    for (uint32_t i = 0; i < count; i++) {
        write_statement(writer);
    }
}

static void write_program(struct writer *writer, uint64_t seed) {
    writer->seed = seed;
    writer->count = 0;
    sim_buffer_init(&writer->text, cog_allocator_malloc());
    sim_buffer_add_text(&writer->text, "scenario \"random\"\nshared x = 0\nshared y = 0\n"
                                       "shared a[2] = 0\nlock m\nlock n\n");
    uint32_t count = 2 + below(writer, 2);
    for (uint32_t i = 0; i < count; i++) {
        write_line(writer, 0, "coro c%u", i);
        write_body(writer);
    }
    sim_buffer_add_text(&writer->text, "outcome x, y, a[0], a[1]\n");
}

struct found {
    uint64_t hashes[OUTCOMES_MAX];
    uint32_t count;
    uint64_t run_count;
    uint64_t asleep_count;
    bool has_ended;
    bool is_complete;
};

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b ? 1 : 0;
}

static void explore(const char *text, const struct sim_search_policy *policy, struct found *found) {
    struct parsed parsed;
    struct sim_program program;
    struct sim_explorer explorer;
    struct sim_search search;
    parse_text(&parsed, text);
    if (parsed.scenario == NULL) {
        print_error("%s%s", text, rendered_text(&parsed));
    }
    assert_non_null(parsed.scenario);
    const struct cog_allocator *allocator = cog_allocator_malloc();
    assert_int_equal(sim_program_init(&program, allocator, parsed.scenario, NULL), COG_OK);
    struct sim_explorer_options options = {.vary = SIM_VARY_ORDER};
    assert_int_equal(sim_explorer_open(&explorer, &program, &options), COG_OK);
    assert_int_equal(sim_search_init(&search, &explorer, policy), COG_OK);
    search.run_count_max = EXECUTIONS_MAX;
    assert_int_equal(sim_search_run(&search), COG_OK);
    found->count = 0;
    for (uint32_t i = 0; i < explorer.tally.outcome_count && i < OUTCOMES_MAX; i++) {
        found->hashes[found->count++] = explorer.tally.outcomes[i].hash;
    }
    qsort(found->hashes, found->count, sizeof found->hashes[0], compare);
    found->run_count = explorer.tally.run_count;
    found->asleep_count = search.asleep_count;
    found->has_ended = search.has_ended;
    found->is_complete = search.is_complete;
    sim_search_term(&search);
    sim_explorer_close(&explorer);
    sim_program_term(&program);
    free_parsed(&parsed);
}

static bool is_same(const struct found *a, const struct found *b) {
    return a->count == b->count &&
           memcmp(a->hashes, b->hashes, a->count * sizeof a->hashes[0]) == 0;
}

static void reduced_searches_come_to_what_plain_search_comes_to(void **state) {
    (void)state;
    static struct found plain;
    static struct found optimal;
    static struct found other;
    uint32_t compared = 0;
    uint32_t varied = 0;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        struct writer writer;
        write_program(&writer, seed);
        explore(writer.text.bytes, &sim_search_all, &plain);
        if (plain.has_ended) {
            explore(writer.text.bytes, &sim_search_optimal_dpor, &optimal);
            explore(writer.text.bytes, &sim_search_sleep_sets, &other);
            bool is_right = optimal.is_complete && is_same(&plain, &optimal) &&
                            optimal.asleep_count == 0 && is_same(&plain, &other) &&
                            optimal.run_count == other.run_count;
            explore(writer.text.bytes, &sim_search_source_dpor, &other);
            is_right &= is_same(&plain, &other) && optimal.run_count == other.run_count;
            if (!is_right) {
                print_error("seed %u: plain %u outcomes, optimal %u (%u runs, %u asleep, complete "
                            "%d), other %u (%u runs)\n%s",
                            (unsigned)seed, plain.count, optimal.count, (unsigned)optimal.run_count,
                            (unsigned)optimal.asleep_count, optimal.is_complete, other.count,
                            (unsigned)other.run_count, writer.text.bytes);
            }
            assert_true(is_right);
            compared++;
            varied += plain.count > 1 ? 1 : 0;
        }
        sim_buffer_term(&writer.text);
    }
    assert_true(compared > PROGRAMS / 2);
    assert_true(varied > PROGRAMS / 4);
}

/* A search that gives up at once would be noticed. */
static void a_search_that_misses_something_is_noticed(void **state) {
    (void)state;
    static struct found plain;
    static struct found bounded;
    uint32_t missed = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct writer writer;
        write_program(&writer, seed);
        explore(writer.text.bytes, &sim_search_all, &plain);
        explore(writer.text.bytes, &sim_search_preemptions, &bounded); /* bound 0 */
        missed += plain.has_ended && !is_same(&plain, &bounded) ? 1 : 0;
        sim_buffer_term(&writer.text);
    }
    assert_true(missed > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduced_searches_come_to_what_plain_search_comes_to),
        cmocka_unit_test(a_search_that_misses_something_is_noticed),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
