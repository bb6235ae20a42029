/* random_scenario.c - draws scenarios. */
#include "tests/unit/random_scenario.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ROUTINES = 2 };

struct writer {
    char *text;
    size_t used;
    uint64_t random;
    unsigned themes;
    uint32_t depth;   /* of indentation */
    const char *self; /* the element of `seen` that is its own */
    uint32_t names;   /* of locals */
    bool is_remote;   /* on the other host: it can use variables only */
    bool is_routine;
    bool has_subscribed;
    bool holds[2];
    uint32_t children_left;
};

static uint64_t draw(struct writer *writer, uint64_t bound) {
    writer->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = writer->random;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (z ^ z >> 31) % bound;
}

static bool has(const struct writer *writer, unsigned theme) {
    return (writer->themes & theme) != 0;
}

__attribute__((format(printf, 2, 3))) static void add(struct writer *writer, const char *format,
                                                      ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = RANDOM_SCENARIO_BYTES - writer->used;
    int length = vsnprintf(writer->text + writer->used, room, format, arguments);
    va_end(arguments);
    if (length > 0) {
        writer->used += (size_t)length < room ? (size_t)length : room - 1;
    }
}

static void indent(struct writer *writer) {
    for (uint32_t i = 0; i < writer->depth; i++) {
        add(writer, "    ");
    }
}

__attribute__((format(printf, 2, 3))) static void line(struct writer *writer, const char *format,
                                                       ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    indent(writer);
    add(writer, "%s\n", text);
}

/* Writes down what was seen: a number, or a word of its own for something else. */
static void note(struct writer *writer, const char *what) {
    line(writer, "set seen[%s] = (seen[%s] * 7 + %s + 1) %% 1000003", writer->self, writer->self,
         what);
}

static void note_local(struct writer *writer, uint32_t name) {
    char what[16];
    (void)snprintf(what, sizeof what, "v%" PRIu32, name);
    note(writer, what);
}

static const char *shared_name(struct writer *writer) {
    static const char *const names[] = {"x", "y", "a[0]", "a[1]", "a[x % 2]", "x", "y"};
    return names[draw(writer, 7)];
}

static const char *plain_name(struct writer *writer) {
    static const char *const names[] = {"p", "r", "b[0]", "b[1]", "b[p % 2]", "p"};
    return names[draw(writer, 6)];
}

static const char *priority(struct writer *writer) {
    static const char *const names[] = {
        " priority last", " priority coro", " priority op", " priority first", "", ""};
    return has(writer, RANDOM_PRIORITIES) ? names[draw(writer, 6)] : "";
}

/* A timeout, or nothing; *has_timeout tells. */
static const char *timeout(struct writer *writer, bool *has_timeout) {
    static const char *const names[] = {" timeout 1ms", " timeout 2ms", " timeout 0ms",
                                        " timeout at 2ms"};
    *has_timeout = has(writer, RANDOM_TIME) && draw(writer, 3) == 0;
    return *has_timeout ? names[draw(writer, 4)] : "";
}

static void on(struct writer *writer, const char *ending, uint32_t name, const char *value) {
    line(writer, "on %s", ending);
    writer->depth++;
    if (name != 0) {
        line(writer, "set v%" PRIu32 " = %s", name, value);
    } else {
        note(writer, value);
    }
    writer->depth--;
}

static void write_statements(struct writer *writer, uint32_t count);

/* ---- A statement of each theme ---- */

static void write_shared(struct writer *writer) {
    uint32_t name = ++writer->names;
    const char *variable = shared_name(writer);
    uint64_t number = draw(writer, 3);
    switch (draw(writer, 8)) {
    case 0:
    case 1:
        line(writer, "let v%" PRIu32 " = %s", name, variable);
        note_local(writer, name);
        break;
    case 2:
    case 3:
        line(writer, "set %s = %" PRIu64, variable, number);
        break;
    case 4:
        line(writer, "set %s = (%s + %s + 1) %% 5", variable, variable, shared_name(writer));
        break;
    case 5:
        line(writer, "add %" PRIu64 " to %s as v%" PRIu32, number + 1, variable, name);
        note_local(writer, name);
        break;
    case 6:
        line(writer, "swap %s with %" PRIu64 " as v%" PRIu32, variable, number, name);
        note_local(writer, name);
        break;
    default:
        line(writer, "cas %s from %" PRIu64 " to %" PRIu64 " as v%" PRIu32, variable, number,
             draw(writer, 3), name);
        line(writer, "if v%" PRIu32, name);
        writer->depth++;
        note(writer, "1");
        writer->depth--;
        break;
    }
}

static void write_plain(struct writer *writer) {
    const char *variable = plain_name(writer);
    switch (draw(writer, 4)) {
    case 0:
        note(writer, variable);
        break;
    case 1:
        line(writer, "set %s = %" PRIu64, variable, draw(writer, 3));
        break;
    case 2:
        line(writer, "set %s = (%s * 2 + %s + 1) %% 5", variable, variable, plain_name(writer));
        break;
    default:
        line(writer, "let v%" PRIu32 " = %s + %s", ++writer->names, variable, plain_name(writer));
        note_local(writer, writer->names);
        break;
    }
}

static void write_queue(struct writer *writer) {
    const char *queue = draw(writer, 2) == 0 ? "q" : "small";
    uint32_t name = ++writer->names;
    bool is_nowait = draw(writer, 4) == 0;
    bool has_timeout = false;
    const char *limit = is_nowait ? " nowait" : timeout(writer, &has_timeout);
    switch (draw(writer, 9)) {
    case 0:
        line(writer, "done %s", queue);
        line(writer, "let v%" PRIu32 " = 0", name);
        return;
    case 1:
        limit = timeout(writer, &has_timeout);
        line(writer, "drain %s%s%s", queue, limit, priority(writer));
        if (has_timeout) {
            on(writer, "timeout", 0, "5");
        }
        return;
    case 2:
    case 3:
    case 4:
    case 5:
        line(writer, "put %s %" PRIu64 "%s%s", queue, draw(writer, 3), limit, priority(writer));
        if (is_nowait || has_timeout) {
            on(writer, is_nowait ? "full" : "timeout", 0, "4");
        }
        return;
    default:
        line(writer, "get v%" PRIu32 " from %s%s%s", name, queue, limit, priority(writer));
        if (is_nowait || has_timeout) {
            on(writer, is_nowait ? "empty" : "timeout", name, "3");
        }
        note_local(writer, name);
        return;
    }
}

static void write_signal(struct writer *writer) {
    const char *signal = draw(writer, 3) == 0 ? "sigh" : "bell";
    uint32_t name = ++writer->names;
    bool has_timeout = false;
    if (draw(writer, 2) == 0) {
        const char *limit = timeout(writer, &has_timeout);
        line(writer, "wait %s as v%" PRIu32 "%s%s", signal, name, limit, priority(writer));
        if (has_timeout) {
            on(writer, "timeout", name, "3");
        }
    } else if (draw(writer, 3) == 0) {
        const char *limit = timeout(writer, &has_timeout);
        line(writer, "signal %s value %" PRIu64 " recipients %" PRIu64 " as v%" PRIu32 "%s%s",
             signal, draw(writer, 3), draw(writer, 2) + 1, name, limit, priority(writer));
        if (has_timeout) {
            on(writer, "timeout", name, "4");
        }
    } else {
        line(writer, "signal %s value %" PRIu64 " as v%" PRIu32 "%s", signal, draw(writer, 3), name,
             priority(writer));
    }
    note_local(writer, name);
}

static void write_lock(struct writer *writer) {
    uint64_t lock = draw(writer, 2);
    if (writer->holds[lock]) {
        line(writer, "yield");
        return;
    }
    bool has_timeout = false;
    const char *limit = timeout(writer, &has_timeout);
    line(writer, "acquire door[%" PRIu64 "]%s", lock, limit);
    if (has_timeout) {
        line(writer, "on timeout");
        writer->depth++;
        note(writer, "6");
        line(writer, "stop");
        writer->depth--;
    }
    writer->holds[lock] = true;
    write_statements(writer, (uint32_t)draw(writer, 3));
    writer->holds[lock] = false;
    if (draw(writer, 8) != 0) {
        line(writer, "release door[%" PRIu64 "]", lock);
    }
}

static void write_start(struct writer *writer) {
    if (writer->children_left == 0) {
        line(writer, "yield");
        return;
    }
    uint64_t routine = draw(writer, ROUTINES);
    uint32_t name = ++writer->names;
    uint32_t child = 7 - --writer->children_left;
    bool has_timeout = false;
    const char *limit = timeout(writer, &has_timeout);
    if (draw(writer, 3) == 0) {
        line(writer, "call child_%" PRIu64 "(%" PRIu32 ") as v%" PRIu32 "%s%s", routine, child,
             name, limit, priority(writer));
    } else {
        line(writer, "spawn child_%" PRIu64 "(%" PRIu32 ") as h%" PRIu32 "%s", routine, child, name,
             priority(writer));
        if (draw(writer, 2) == 0) {
            return;
        }
        write_statements(writer, (uint32_t)draw(writer, 2));
        line(writer, "join h%" PRIu32 " as v%" PRIu32 "%s", name, name, limit);
    }
    on(writer, has_timeout ? "failed, timeout" : "failed", name, "5");
    note_local(writer, name);
}

static void write_channel(struct writer *writer) {
    uint32_t name = ++writer->names;
    bool has_timeout = false;
    uint64_t kind = draw(writer, 7);
    if (kind < 3) {
        line(writer, "publish news %" PRIu64 "%s", draw(writer, 3), priority(writer));
    } else if (kind == 3) {
        line(writer, "compact news");
    } else if (!writer->has_subscribed) {
        line(writer, "subscribe news");
        writer->has_subscribed = true;
    } else if (kind == 4) {
        line(writer, "unsubscribe news");
        writer->has_subscribed = false;
    } else {
        const char *limit = timeout(writer, &has_timeout);
        line(writer, "fetch l%" PRIu32 " from news%s", name, limit);
        if (has_timeout) {
            line(writer, "on timeout");
            writer->depth++;
            line(writer, "stop");
            writer->depth--;
        }
        line(writer, "set texts[%s] = '{texts[%s]};{l%" PRIu32 "}'", writer->self, writer->self,
             name);
    }
}

static void write_pipe(struct writer *writer) {
    uint32_t name = ++writer->names;
    bool has_timeout = false;
    const char *limit = timeout(writer, &has_timeout);
    line(writer, "iterate v%" PRIu32 " from producer()%s", name, limit);
    writer->depth++;
    note_local(writer, name);
    if (draw(writer, 2) == 0) {
        write_statements(writer, 1);
    }
    if (draw(writer, 4) == 0) {
        line(writer, "break");
    }
    writer->depth--;
    on(writer, has_timeout ? "failed, timeout" : "failed", 0, "4");
}

/* One use of a socket; whatever comes of it is noted. */
static void use_socket(struct writer *writer, const char *socket) {
    static const char *const texts[] = {"a", "ab"};
    bool has_timeout = false;
    uint32_t name = ++writer->names;
    switch (draw(writer, 5)) {
    case 0:
    case 1: {
        const char *limit = timeout(writer, &has_timeout);
        line(writer, "recv v%" PRIu32 " from %s max %" PRIu64 "%s", name, socket,
             1 + draw(writer, 2), limit);
        line(writer, has_timeout ? "on timeout, closed, reset" : "on closed, reset");
        writer->depth++;
        note(writer, "3");
        line(writer, "set v%" PRIu32 " = '-'", name);
        writer->depth--;
        line(writer, "set texts[%s] = '{texts[%s]}{v%" PRIu32 "}'", writer->self, writer->self,
             name);
        break;
    }
    case 2:
        line(writer, "sendall %s '%s'", socket, texts[draw(writer, 2)]);
        on(writer, "closed, reset", 0, "4");
        break;
    case 3:
        line(writer, "shutdown %s", socket);
        break;
    default:
        line(writer, "yield");
        break;
    }
}

static void write_socket(struct writer *writer) {
    char socket[16];
    (void)snprintf(socket, sizeof socket, "s%" PRIu32, ++writer->names);
    line(writer, "connect %s to main port 1", socket);
    line(writer, "on refused, reset");
    writer->depth++;
    note(writer, "1");
    line(writer, "stop");
    writer->depth--;
    use_socket(writer, socket);
    if (draw(writer, 2) == 0) {
        use_socket(writer, socket);
    }
    if (draw(writer, 4) == 0) {
        line(writer, "close %s", socket);
    }
}

/* Listens, and serves one that comes. */
static void write_server(struct writer *writer) {
    writer->self = "4";
    writer->depth = 1;
    writer->names = 0;
    add(writer, "coro server\n");
    line(writer, "listen door_way port 1");
    line(writer, "accept guest from door_way timeout 5ms");
    line(writer, "on timeout");
    line(writer, "    stop");
    note(writer, "1");
    use_socket(writer, "guest");
    if (draw(writer, 2) == 0) {
        use_socket(writer, "guest");
    } else {
        line(writer, "accept other_guest from door_way timeout 5ms");
        line(writer, "on timeout");
        line(writer, "    stop");
        use_socket(writer, draw(writer, 2) == 0 ? "guest" : "other_guest");
    }
    writer->depth = 0;
}

static void write_rest(struct writer *writer) {
    uint32_t name = ++writer->names;
    const char *condition = has(writer, RANDOM_SHARED) && draw(writer, 2) == 0 ? shared_name(writer)
                                                                               : plain_name(writer);
    switch (draw(writer, 4)) {
    case 0:
        line(writer, "yield");
        break;
    case 1:
        line(writer, "if %s == %" PRIu64, condition, draw(writer, 3));
        writer->depth++;
        if (draw(writer, 6) == 0) {
            line(writer, "stop");
        } else {
            note(writer, "2");
            bool had_subscribed = writer->has_subscribed;
            write_statements(writer, 1);
            writer->has_subscribed = had_subscribed;
        }
        writer->depth--;
        break;
    case 2:
        if (has(writer, RANDOM_ROUTINES) && draw(writer, 3) == 0) {
            line(writer, "if %s == 2", condition);
            writer->depth++;
            line(writer, "fail 'no'");
            writer->depth--;
        } else {
            line(writer, "check %s != 4", condition);
        }
        break;
    default:
        line(writer, "let v%" PRIu32 " = %" PRIu64, name, draw(writer, 3));
        note_local(writer, name);
        break;
    }
}

static void write_pick(struct writer *writer) {
    uint32_t name = ++writer->names;
    if (has(writer, RANDOM_SHARED) && draw(writer, 3) == 0) {
        line(writer, "pick v%" PRIu32 " from 0, %s", name, shared_name(writer));
    } else if (has(writer, RANDOM_SHARED) && draw(writer, 3) == 0) {
        line(writer, "pick %s from 0, 1", shared_name(writer));
        return;
    } else {
        line(writer, "pick v%" PRIu32 " from 0, 1%s", name, draw(writer, 3) == 0 ? ", 2" : "");
    }
    note_local(writer, name);
}

static void write_time(struct writer *writer) {
    static const char *const lines[] = {"sleep 1ms", "sleep 2ms", "sleep 0ms", "sleep 1ms"};
    line(writer, "%s", lines[draw(writer, 4)]);
}

static void write_statement(struct writer *writer) {
    unsigned remote =
        RANDOM_SHARED | RANDOM_PLAIN | RANDOM_PICKS | RANDOM_TIME | RANDOM_LOG | RANDOM_SOCKETS;
    for (;;) {
        unsigned theme = 1u << draw(writer, RANDOM_THEMES);
        theme = draw(writer, 4) == 0 ? (unsigned)RANDOM_SOCKETS : theme;
        if (draw(writer, 8) == 0) {
            write_rest(writer);
            return;
        }
        if (!has(writer, theme) || (writer->is_remote && (remote & theme) == 0)) {
            continue;
        }
        switch (theme) {
        case RANDOM_SHARED:
            write_shared(writer);
            return;
        case RANDOM_PLAIN:
            write_plain(writer);
            return;
        case RANDOM_QUEUES:
            write_queue(writer);
            return;
        case RANDOM_SIGNALS:
            write_signal(writer);
            return;
        case RANDOM_LOCKS:
            write_lock(writer);
            return;
        case RANDOM_ROUTINES:
            write_start(writer);
            return;
        case RANDOM_PICKS:
            write_pick(writer);
            return;
        case RANDOM_TIME:
            write_time(writer);
            return;
        case RANDOM_CHANNELS:
            write_channel(writer);
            return;
        case RANDOM_PIPES:
            if (!writer->is_routine) {
                write_pipe(writer);
                return;
            }
            break;
        case RANDOM_LOG:
            line(writer, "log '%s'", draw(writer, 2) == 0 ? "one" : "two");
            return;
        case RANDOM_SOCKETS:
            write_socket(writer);
            return;
        default:
            break;
        }
    }
}

static void write_statements(struct writer *writer, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        write_statement(writer);
    }
    if (count == 0) {
        line(writer, "yield");
    }
}

static void write_body(struct writer *writer, uint32_t statements) {
    writer->depth = 1;
    writer->names = 0;
    writer->has_subscribed = false;
    memset(writer->holds, 0, sizeof writer->holds);
    write_statements(writer, 1 + (uint32_t)draw(writer, statements));
    writer->depth = 0;
}

static void write_routines(struct writer *writer) {
    writer->is_routine = true;
    for (uint32_t i = 0; i < ROUTINES && has(writer, RANDOM_ROUTINES); i++) {
        writer->children_left = 0;
        writer->self = "number";
        add(writer, "routine child_%" PRIu32 "(number)\n", i);
        write_body(writer, 2);
        add(writer, "    return %" PRIu32 "\n", i);
    }
    if (has(writer, RANDOM_PIPES)) {
        unsigned themes = writer->themes;
        writer->themes &= ~(unsigned)(RANDOM_ROUTINES | RANDOM_CHANNELS);
        writer->self = "8";
        add(writer, "routine producer()\n");
        writer->depth = 1;
        writer->names = 0;
        line(writer, "emit 1");
        write_statements(writer, (uint32_t)draw(writer, 2));
        line(writer, "emit 2");
        writer->themes = themes;
    }
    writer->is_routine = false;
}

static void write_coroutine(struct writer *writer, uint32_t number, uint32_t statements) {
    static const char *const elements[] = {"0", "1", "2", "3"};
    writer->self = elements[number];
    writer->is_remote = has(writer, RANDOM_HOSTS) && draw(writer, 2) == 0;
    bool is_background = number > 0 && has(writer, RANDOM_BACKGROUND) && draw(writer, 2) == 0;
    add(writer, "coro c%" PRIu32 "%s%s%s\n", number, writer->is_remote ? " on other" : "",
        has(writer, RANDOM_TIME) && draw(writer, 6) == 0 ? " after 1ms" : "",
        is_background ? " background" : "");
    writer->children_left = number == 0 ? 2 : number == 1 ? 1 : 0;
    write_body(writer, statements);
}

void random_scenario_write(uint64_t seed, unsigned themes, uint32_t coroutines, uint32_t statements,
                           char text[RANDOM_SCENARIO_BYTES]) {
    struct writer writer = {.text = text, .random = seed, .themes = themes};
    add(&writer, "shared x = 0\nshared y = 0\nshared a[2] = 0\nvar p = 0\nvar r = 0\nvar b[2] = 0\n"
                 "var seen[10] = 0\nqueue q\nqueue small size 1\nlock door[2]\n"
                 "channel news\nvar texts[10] = ''\n");
    if (has(&writer, RANDOM_HOSTS) && draw(&writer, 2) == 0) {
        add(&writer, "link main <-> other latency 1ms%s\n",
            draw(&writer, 2) == 0 ? " bandwidth 1KB/s" : "");
    }
    write_routines(&writer);
    for (uint32_t i = 0; i < coroutines; i++) {
        write_coroutine(&writer, i, statements);
    }
    if (has(&writer, RANDOM_SOCKETS)) {
        write_server(&writer);
    }
    if (has(&writer, RANDOM_LOG)) {
        add(&writer, "expect 'one' before 'two' or no log 'one' or no log 'two'\n");
    }
    if (has(&writer, RANDOM_WATCHES)) {
        add(&writer, "expect always x + p + b[0] < 4\n");
    }
    add(&writer, "outcome x, y, a[0], a[1], p, r, b[0], b[1], seen[0], seen[1], seen[2], seen[3], "
                 "seen[5], seen[6], seen[7], seen[8], texts[0], texts[1], texts[2], texts[3]\n"
                 "explore vary order\n");
}
