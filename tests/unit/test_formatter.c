/* test_formatter.c - the layout of files: what it looks like, that it is one, and that it changes
 * nothing but white space. */
#include "sim/language/formatter.h"
#include "sim/language/lexer.h"
#include "tests/unit/language_fixture.h"

#include <dirent.h>
#include <stdio.h>

/* ---- Formatting a text ---- */

static char *format_bytes(const char *text, size_t length) {
    struct sim_source source;
    struct sim_buffer buffer;
    const struct cog_allocator *allocator = cog_allocator_malloc();
    assert_int_equal(sim_source_from_text(&source, allocator, "t.scn", text, length), COG_OK);
    sim_buffer_init(&buffer, allocator);
    assert_int_equal(sim_format(allocator, &source, &buffer), COG_OK);
    char *copy = malloc(buffer.length + 1);
    assert_non_null(copy);
    memcpy(copy, buffer.bytes != NULL ? buffer.bytes : "", buffer.length);
    copy[buffer.length] = '\0';
    sim_buffer_term(&buffer);
    sim_source_close(&source);
    return copy;
}

/* The text becomes that, and that stays as it is. */
static void assert_format(const char *before, const char *after) {
    char *formatted = format_bytes(before, strlen(before));
    assert_string_equal(formatted, after);
    char *again = format_bytes(formatted, strlen(formatted));
    assert_string_equal(again, after);
    free(again);
    free(formatted);
}

/* ---- What it looks like ---- */

static void second_words_share_a_column(void **state) {
    (void)state;
    assert_format("coro a\n"
                  "    listen door   port 1\n"
                  "    yield\n"
                  "    recv text from conn max 4\n"
                  "    on timeout\n"
                  "        log \"x\"\n"
                  "        stop\n"
                  "    log  \"y\"\n",
                  "coro a\n"
                  "    listen door port 1\n"
                  "    yield\n"
                  "    recv   text from conn max 4\n"
                  "    on timeout\n"
                  "        log \"x\"\n"
                  "        stop\n"
                  "    log    \"y\"\n");
}

static void a_loop_or_condition_begins_new_columns(void **state) {
    (void)state;
    assert_format("coro a\n"
                  "    subscribe c\n"
                  "    log \"x\"\n"
                  "    if x\n"
                  "        let y = 1\n"
                  "        sleep 1ms\n"
                  "    else\n"
                  "        put q 1\n"
                  "    log \"x\"\n"
                  "    send s \"x\"\n",
                  "coro a\n"
                  "    subscribe c\n"
                  "    log       \"x\"\n"
                  "    if x\n"
                  "        let   y = 1\n"
                  "        sleep 1ms\n"
                  "    else\n"
                  "        put q 1\n"
                  "    log  \"x\"\n"
                  "    send s \"x\"\n");
}

static void expectations_share_a_column(void **state) {
    (void)state;
    assert_format("expect log \"a\"\n"
                  "normally log \"b\"\n"
                  "\n"
                  "expect log \"c\"\n"
                  "never log \"d\"\n"
                  "expect outcomes\n"
                  "    1,2\n"
                  "outcome x\n",
                  "expect   log \"a\"\n"
                  "normally log \"b\"\n"
                  "\n"
                  "expect log \"c\"\n"
                  "never  log \"d\"\n"
                  "expect outcomes\n"
                  "    1, 2\n"
                  "\n"
                  "outcome x\n");
}

static void tables_have_columns(void **state) {
    (void)state;
    assert_format("each a,b ,  c\n"
                  "    1, \"x, \\\" y\" , (1+2)*3ms\n"
                  "    100, \"\xc3\xa4\",5ms..6ms # last\n"
                  "    1,\"z\",2%\n",
                  "each a, b, c\n"
                  "    1,   \"x, \\\" y\", (1 + 2) * 3ms\n"
                  "    100, \"\xc3\xa4\",       5ms..6ms  # last\n"
                  "    1,   \"z\",       2%\n");
}

static void blanks_of_arrays_of_locks(void **state) {
    (void)state;
    assert_format("lock  l [ 2+1 ]\n"
                  "coro x\n"
                  "    acquire l [ index+1 ]timeout 5ms\n"
                  "    release l[ - n ] # all\n",
                  "lock l[2 + 1]\n"
                  "\n"
                  "coro x\n"
                  "    acquire l[index + 1] timeout 5ms\n"
                  "    release l[-n]  # all\n");
}

static void blanks_between_words(void **state) {
    (void)state;
    assert_format("link a->b latency 1ms .. 2ms loss 2 % duplicate 0.5 %   bandwidth 1MB / s\n"
                  "link a<->b\n"
                  "host h skew - 5ms drift -3 ppm\n"
                  "param latency=1ms\n"
                  "param p = 2 %\n"
                  "var v [ 3 ]=( 1+2 )*-3%4-latency\n"
                  "expect within 1ms of \"x\" :v[ 0 ]==- 1\n"
                  "coro x after latency -1us\n"
                  "    call   r ( 1,(2) ,- 3 ) as y\n"
                  "    put    q -1\n"
                  "    put    q - n\n"
                  "    send   s (\"x\")\n"
                  "    sleep  ( 3-index )*10ms\n"
                  "    check  not( a and(b or now<- 3ms) )\n"
                  "    pick   z from -1,- 2\n"
                  "    return -1\n",
                  "link a -> b latency 1ms..2ms loss 2% duplicate 0.5% bandwidth 1MB/s\n"
                  "link a <-> b\n"
                  "host h skew -5ms drift -3 ppm\n"
                  "param latency = 1ms\n"
                  "param p = 2%\n"
                  "var v[3] = (1 + 2) * -3 % 4 - latency\n"
                  "expect within 1ms of \"x\": v[0] == -1\n"
                  "\n"
                  "coro x after latency - 1us\n"
                  "    call   r(1, (2), -3) as y\n"
                  "    put    q -1\n"
                  "    put    q -n\n"
                  "    send   s (\"x\")\n"
                  "    sleep  (3 - index) * 10ms\n"
                  "    check  not (a and (b or now < -3ms))\n"
                  "    pick   z from -1, -2\n"
                  "    return -1\n");
}

static void blank_lines(void **state) {
    (void)state;
    assert_format("\n\n# What one learns.\n"
                  "scenario \"t\"\n"
                  "queue q\n"
                  "\n\n\n"
                  "# the first\n"
                  "coro a\n"
                  "\n"
                  "    put q 1\n"
                  "\n"
                  "\n"
                  "    get x from q\n"
                  "\n"
                  "    on timeout\n"
                  "\n"
                  "        stop\n"
                  "\n"
                  "coro b\n"
                  "    yield\n"
                  "expect end at 0ms\n"
                  "expect no timeout\n"
                  "\n"
                  "\n",
                  "# What one learns.\n"
                  "scenario \"t\"\n"
                  "\n"
                  "queue q\n"
                  "\n"
                  "# the first\n"
                  "coro a\n"
                  "    put q 1\n"
                  "\n"
                  "    get x from q\n"
                  "    on timeout\n"
                  "        stop\n"
                  "\n"
                  "coro b\n"
                  "    yield\n"
                  "\n"
                  "expect end at 0ms\n"
                  "expect no timeout\n");
}

static void comments_keep_to_what_they_belong_to(void **state) {
    (void)state;
    assert_format("#!/usr/bin/env cogsim\n"
                  "##\n"
                  "#one\n"
                  "coro a  #what\n"
                  "  # below\n"
                  "    repeat# for ever\n"
                  "            # deep\n"
                  "        sleep 1ms #short\n"
                  "        put queue 1    #   longer\n"
                  "        # the end of the loop\n"
                  "        #      of the body\n"
                  "    # behind\n"
                  "# of the file\n",
                  "#!/usr/bin/env cogsim\n"
                  "##\n"
                  "# one\n"
                  "coro a  # what\n"
                  "    # below\n"
                  "    repeat  # for ever\n"
                  "        # deep\n"
                  "        sleep 1ms      # short\n"
                  "        put   queue 1  #   longer\n"
                  "        # the end of the loop\n"
                  "        #      of the body\n"
                  "    # behind\n"
                  "\n"
                  "# of the file\n");
}

static void no_blank_line_parts_a_handler_from_its_statement(void **state) {
    (void)state;
    assert_format("coro a\n"
                  "    if x\n"
                  "        yield\n"
                  "\n"
                  "        # that was it\n"
                  "\n"
                  "    # or not\n"
                  "\n"
                  "    else\n"
                  "        get x from q\n"
                  "\n"
                  "    # done\n"
                  "    stop\n",
                  "coro a\n"
                  "    if x\n"
                  "        yield\n"
                  "        # that was it\n"
                  "    # or not\n"
                  "    else\n"
                  "        get x from q\n"
                  "\n"
                  "    # done\n"
                  "    stop\n");
}

static void a_comment_behind_a_shallower_one_is_no_deeper(void **state) {
    (void)state;
    assert_format("coro a\n"
                  "    repeat\n"
                  "        sleep 1ms\n"
                  "    # behind the loop\n"
                  "        # as well\n"
                  "\t# no deeper\n"
                  "    stop\n",
                  "coro a\n"
                  "    repeat\n"
                  "        sleep 1ms\n"
                  "    # behind the loop\n"
                  "    # as well\n"
                  "    # no deeper\n"
                  "    stop\n");
}

/* A file of such lines would become many times as large. */
static void what_is_very_wide_moves_nothing_else(void **state) {
    (void)state;
    char wide[201];
    char before[1000];
    char after[1000];
    memset(wide, 'x', sizeof wide);
    wide[0] = wide[199] = '"';
    wide[200] = '\0';
    (void)snprintf(before, sizeof before,
                   "each a, b\n    %s,1\n    \"y\",  2\n\ncoro a\n    log %s #one\n"
                   "    log \"y\" #other\n",
                   wide, wide);
    (void)snprintf(after, sizeof after,
                   "each a, b\n    %s, 1\n    \"y\", 2\n\ncoro a\n    log %s  # one\n"
                   "    log \"y\"  # other\n",
                   wide, wide);
    assert_format(before, after);
}

static void schedules_stay_as_they_are(void **state) {
    (void)state;
    assert_format(
        "coro a\n    yield\nschedule\n    order:   x,y  #3\n       deeper\n\n    arrivals:z\n",
        "coro a\n    yield\n\nschedule\n    order:   x,y  #3\n       deeper\n\n    arrivals:z\n");
}

static void line_ends_and_the_end_of_the_file(void **state) {
    (void)state;
    assert_format("", "");
    assert_format("\n \n\t\n", "");
    assert_format("# only", "# only\n");
    assert_format("coro a\r\n    yield  \r\n\r\n", "coro a\n    yield\n");
    assert_format("\xef\xbb\xbfscenario \"t\"", "scenario \"t\"\n");
}

/* ---- That it changes nothing ---- */

/* All that the parser sees of a text, but for places. */
static void list_tokens(struct sim_buffer *list, const char *text, size_t length) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_source source;
    struct sim_arena arena;
    struct sim_names names;
    struct sim_diagnostics diagnostics;
    struct sim_lexer lexer;
    assert_int_equal(sim_source_from_text(&source, allocator, "t", text, length), COG_OK);
    sim_arena_init(&arena, allocator);
    sim_names_init(&names, &arena);
    sim_diagnostics_init(&diagnostics, allocator);
    sim_lexer_init(&lexer, &source, &names, &diagnostics);
    while (sim_lexer_next_line(&lexer)) {
        sim_buffer_add_format(list, "\n%u", lexer.indent);
        for (struct sim_token token = sim_lexer_next(&lexer); token.kind != SIM_TOKEN_END;
             token = sim_lexer_next(&lexer)) {
            sim_buffer_add_format(list, " %d:", token.kind);
            sim_buffer_add(list, source.text + token.place.offset, token.place.length);
        }
    }
    assert_int_equal(diagnostics.count, 0);
    sim_diagnostics_term(&diagnostics);
    sim_arena_term(&arena);
    sim_source_close(&source);
}

static void assert_same_tokens(const char *before, size_t before_length, const char *after,
                               size_t after_length) {
    struct sim_buffer left;
    struct sim_buffer right;
    sim_buffer_init(&left, cog_allocator_malloc());
    sim_buffer_init(&right, cog_allocator_malloc());
    list_tokens(&left, before, before_length);
    list_tokens(&right, after, after_length);
    assert_string_equal(left.bytes != NULL ? left.bytes : "",
                        right.bytes != NULL ? right.bytes : "");
    sim_buffer_term(&left);
    sim_buffer_term(&right);
}

static uint64_t draw(uint64_t *luck) {
    *luck = *luck * 6364136223846793005u + 1442695040888963407u;
    return *luck >> 33;
}

static void add_random_blanks(struct sim_buffer *buffer, uint64_t *luck) {
    static const char *const blanks[] = {" ", "  ", "\t", "     ", " \t "};
    sim_buffer_add_text(buffer, blanks[draw(luck) % 5]);
}

/* The same tokens in another layout: other blanks, blank lines, comments, line ends. */
static void mangle(struct sim_buffer *buffer, const char *text, size_t length, uint64_t *luck) {
    bool is_in_text = false;
    bool is_in_comment = false;
    bool is_at_start = true;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '\n') {
            bool has_comment = draw(luck) % 8 == 0 && !is_in_comment;
            sim_buffer_add_text(buffer, has_comment ? " #more" : "");
            sim_buffer_add_text(buffer, draw(luck) % 4 == 0 ? "  \r\n" : "\n");
            sim_buffer_add_text(buffer, draw(luck) % 6 == 0 ? "\n   \n" : "");
            sim_buffer_add_text(buffer, draw(luck) % 9 == 0 ? "   # between\n" : "");
            is_in_text = is_in_comment = false;
            is_at_start = true;
            continue;
        }
        is_at_start = is_at_start && c == ' ';
        is_in_comment |= c == '#' && !is_in_text;
        if (c == '"' && !is_in_comment && (i == 0 || text[i - 1] != '\\')) {
            is_in_text = !is_in_text;
        }
        if (c == ' ' && !is_at_start && !is_in_text && !is_in_comment) {
            add_random_blanks(buffer, luck);
        } else {
            sim_buffer_add(buffer, &c, 1);
        }
    }
}

static void try_text(const char *text, size_t length, uint64_t *luck) {
    char *once = format_bytes(text, length);
    assert_same_tokens(text, length, once, strlen(once));
    char *twice = format_bytes(once, strlen(once));
    assert_string_equal(once, twice);
    free(twice);
    for (int i = 0; i < 6; i++) {
        struct sim_buffer mangled;
        sim_buffer_init(&mangled, cog_allocator_malloc());
        mangle(&mangled, text, length, luck);
        char *formatted = format_bytes(mangled.bytes, mangled.length);
        assert_same_tokens(text, length, formatted, strlen(formatted));
        char *again = format_bytes(formatted, strlen(formatted));
        assert_string_equal(formatted, again);
        free(again);
        free(formatted);
        sim_buffer_term(&mangled);
    }
    free(once);
}

static unsigned try_folder(const char *folder, uint64_t *luck) {
    unsigned count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[600];
        size_t length = strlen(entry->d_name);
        (void)snprintf(path, sizeof path, "%s/%.200s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && strchr(entry->d_name, '.') == NULL) {
            count += try_folder(path, luck);
        } else if (length > 4 && strcmp(entry->d_name + length - 4, ".scn") == 0) {
            size_t text_length = 0;
            char *text = read_file(path, &text_length);
            try_text(text, text_length, luck);
            free(text);
            count++;
        }
    }
    (void)closedir(directory);
    return count;
}

static void the_tokens_of_every_scenario_stay(void **state) {
    (void)state;
    uint64_t luck = 11;
    assert_true(try_folder("scenarios", &luck) > 80);
}

static void large_files_take_time_in_proportion(void **state) {
    (void)state;
    enum { LINES = 100000 };
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_buffer_add_text(&text, "scenario \"t\"\n#c\n");
    for (int i = 0; i < LINES; i++) {
        sim_buffer_add_text(&text, i % 3 == 0   ? "# a comment\n"
                                   : i % 3 == 1 ? "queue   q # b\n"
                                                : "\n");
    }
    sim_buffer_add_text(&text, "coro a\n");
    for (int i = 0; i < LINES; i++) {
        sim_buffer_add_text(&text, "    put  q 1   # comment\n");
    }
    char *formatted = format_bytes(text.bytes, text.length);
    assert_true(strlen(formatted) > LINES * 20);
    free(formatted);
    sim_buffer_term(&text);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    static const char text[] =
        "scenario \"t\"\neach a, b\n    1, 2\n    30, 4\n# c\ncoro x # d\n    put q a\n"
        "    log \"{b}\"\nexpect end at 0ms\n";
    int status = COG_ENOMEM;
    for (uint64_t fails_at = 1; status == COG_ENOMEM; fails_at++) {
        struct counting_allocator counting;
        struct sim_source source;
        struct sim_buffer buffer;
        counting_allocator_init(&counting);
        assert_int_equal(
            sim_source_from_text(&source, cog_allocator_malloc(), "t", text, sizeof text - 1),
            COG_OK);
        counting.fails_at = fails_at;
        sim_buffer_init(&buffer, &counting.allocator);
        status = sim_format(&counting.allocator, &source, &buffer);
        sim_buffer_term(&buffer);
        sim_source_close(&source);
        assert_int_equal(counting.live_bytes, 0);
    }
    assert_int_equal(status, COG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_words_share_a_column),
        cmocka_unit_test(a_loop_or_condition_begins_new_columns),
        cmocka_unit_test(expectations_share_a_column),
        cmocka_unit_test(tables_have_columns),
        cmocka_unit_test(blanks_of_arrays_of_locks),
        cmocka_unit_test(blanks_between_words),
        cmocka_unit_test(blank_lines),
        cmocka_unit_test(comments_keep_to_what_they_belong_to),
        cmocka_unit_test(no_blank_line_parts_a_handler_from_its_statement),
        cmocka_unit_test(a_comment_behind_a_shallower_one_is_no_deeper),
        cmocka_unit_test(what_is_very_wide_moves_nothing_else),
        cmocka_unit_test(schedules_stay_as_they_are),
        cmocka_unit_test(line_ends_and_the_end_of_the_file),
        cmocka_unit_test(the_tokens_of_every_scenario_stay),
        cmocka_unit_test(large_files_take_time_in_proportion),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
