/* trace_stories.c - traces of made-up runs, for tests of the reports. */
#include "tests/unit/trace_stories.h"

#include <stdbool.h>
#include <stdio.h>

enum { MS = 1000000 };

/* What the events of one coroutine have in common. */
struct actor {
    struct builder *builder;
    uint64_t host;
    uint64_t coroutine;
    size_t last; /* its latest event */
};

static size_t begin(struct actor *actor, int64_t at_ns, const char *name, uint64_t object,
                    uint64_t amount) {
    actor->last = EVENT(actor->builder, "operation", at_ns, actor->last, actor->host,
                        actor->coroutine, T(name), N(object), N(0), N(amount), N(7));
    return actor->last;
}

static size_t finish(struct actor *actor, int64_t at_ns, size_t cause, const char *how,
                     const char *status, uint64_t amount) {
    actor->last = EVENT(actor->builder, "ending", at_ns, cause, actor->host, actor->coroutine,
                        T(how), T(status), N(amount));
    return actor->last;
}

static void go_on(struct actor *actor, int64_t at_ns) {
    size_t ready = EVENT(actor->builder, "ready", at_ns, actor->last, actor->host, actor->coroutine,
                         T("back"));
    actor->last =
        EVENT(actor->builder, "resume", at_ns, ready, actor->host, actor->coroutine, T(""));
}

static void at_once(struct actor *actor, int64_t at_ns, const char *name, uint64_t object,
                    uint64_t amount) {
    size_t operation = begin(actor, at_ns, name, object, amount);
    finish(actor, at_ns, operation, "completed", "ok", amount);
}

static size_t say(struct actor *actor, int64_t at_ns, const char *text) {
    return EVENT(actor->builder, "log", at_ns, actor->last, actor->host, actor->coroutine, T(text),
                 N(9));
}

static size_t segment(struct builder *b, int64_t at_ns, size_t cause, uint64_t host,
                      uint64_t coroutine, const char *name, uint64_t amount) {
    return EVENT(b, "send", at_ns, cause, host, coroutine, N(1), T(name), N(amount), N(3 - host),
                 N(at_ns + 20 * MS));
}

static size_t arrival(struct builder *b, int64_t at_ns, size_t sent, uint64_t host,
                      const char *name, uint64_t amount) {
    return EVENT(b, "arrive", at_ns, sent, host, 0, N(1), T(name), N(amount));
}

static size_t arm(struct actor *actor, int64_t at_ns, int64_t deadline_ns, const char *mode) {
    return EVENT(actor->builder, "timer_arm", at_ns, actor->last, actor->host, actor->coroutine,
                 N(deadline_ns), T(mode));
}

static size_t fire(struct actor *actor, int64_t at_ns, size_t armed) {
    return EVENT(actor->builder, "timer_fire", at_ns, armed, actor->host, actor->coroutine, T(""));
}

static size_t removed(struct actor *actor, int64_t at_ns) {
    return EVENT(actor->builder, "timer_remove", at_ns, actor->last, actor->host, actor->coroutine,
                 T(""));
}

static void cast_partition(struct builder *b) {
    EVENT(b, "run", 0, 0, 0, 0, T("a partition delays data past a deadline"), N(1));
    EVENT(b, "host", 0, 0, 1, 0, T("server"));
    EVENT(b, "host", 0, 0, 2, 0, T("client"));
    EVENT(b, "object", 0, 0, 1, 0, N(1), T("socket"), T("door"));
    EVENT(b, "object", 0, 0, 1, 0, N(2), T("socket"), T("conn"));
    EVENT(b, "object", 0, 0, 2, 0, N(3), T("socket"), T("conn"));
    EVENT(b, "coroutine", 0, 0, 1, 1, T("server_loop"), N(0), T("world"));
    EVENT(b, "coroutine", 0, 0, 2, 2, T("client_loop"), N(0), T("world"));
}

void story_partition(struct builder *b) {
    builder_init(b);
    cast_partition(b);
    struct actor server = {b, 1, 1, 0};
    struct actor client = {b, 2, 2, 0};
    go_on(&server, 0);
    at_once(&server, 0, "listen", 1, 0);
    begin(&server, 0, "accept", 1, 0);
    go_on(&client, 0);
    size_t connecting = begin(&client, 0, "connect", 3, 0);
    size_t syn = segment(b, 0, connecting, 2, 2, "syn", 0);
    size_t syn_in = arrival(b, 20 * MS, syn, 1, "syn", 0);
    size_t syn_ack = segment(b, 20 * MS, syn_in, 1, 0, "syn-ack", 0);
    size_t syn_ack_in = arrival(b, 40 * MS, syn_ack, 2, "syn-ack", 0);
    size_t ack = segment(b, 40 * MS, syn_ack_in, 2, 0, "ack", 0);
    finish(&client, 40 * MS, syn_ack_in, "completed", "ok", 0);
    go_on(&client, 40 * MS);
    size_t sending = begin(&client, 40 * MS, "send", 3, 3);
    size_t one = segment(b, 40 * MS, sending, 2, 2, "data", 3);
    finish(&client, 40 * MS, sending, "completed", "ok", 3);
    begin(&client, 40 * MS, "sleep", 0, 100 * MS);
    size_t sleeping = arm(&client, 40 * MS, 140 * MS, "sleep");
    size_t ack_in = arrival(b, 60 * MS, ack, 1, "ack", 0);
    finish(&server, 60 * MS, ack_in, "completed", "ok", 0);
    size_t one_in = arrival(b, 60 * MS, one, 1, "data", 3);
    go_on(&server, 60 * MS);
    begin(&server, 60 * MS, "recv", 2, 64);
    finish(&server, 60 * MS, one_in, "completed", "ok", 3);
    say(&server, 60 * MS, "got one at 60ms");
    begin(&server, 60 * MS, "recv", 2, 64);
    size_t armed = arm(&server, 60 * MS, 560 * MS, "strong");
    EVENT(b, "world", 100 * MS, 0, 0, 0, T("partition client server"), N(26));
    size_t woke = fire(&client, 140 * MS, sleeping);
    finish(&client, 140 * MS, woke, "completed", "ok", 0);
    go_on(&client, 140 * MS);
    sending = begin(&client, 140 * MS, "send", 3, 3);
    size_t two = segment(b, 140 * MS, sending, 2, 2, "data", 3);
    finish(&client, 140 * MS, sending, "completed", "ok", 3);
    size_t ended = EVENT(b, "end", 140 * MS, client.last, 2, 2, T("ok"), T(""));
    size_t fin = segment(b, 140 * MS, ended, 2, 2, "fin", 0);
    EVENT(b, "hold", 160 * MS, two, 0, 0, N(1), T("data"));
    EVENT(b, "hold", 160 * MS, fin, 0, 0, N(1), T("fin"));
    size_t fired = fire(&server, 560 * MS, armed);
    finish(&server, 560 * MS, fired, "expired", "timeout", 0);
    go_on(&server, 560 * MS);
    say(&server, 560 * MS, "silent at 560ms");
    EVENT(b, "end", 560 * MS, server.last, 1, 1, T("ok"), T(""));
    EVENT(b, "finish", 560 * MS, 0, 0, 0, T("ok"));
}

static uint64_t draw(uint64_t *state) {
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return (z ^ (z >> 27)) >> 8;
}

enum { WORKERS = 6 };

static void cast_long(struct builder *b, struct actor *actors) {
    EVENT(b, "run", 0, 0, 0, 0, T("six workers share a queue & <talk> \"a lot\""), N(42));
    EVENT(b, "host", 0, 0, 1, 0, T("main"));
    EVENT(b, "host", 0, 0, 2, 0, T("backup"));
    EVENT(b, "object", 0, 0, 1, 0, N(1), T("queue"), T("jobs"));
    for (uint64_t i = 0; i < WORKERS; i++) {
        char name[32];
        snprintf(name, sizeof name, "worker_%c", (char)('a' + i));
        uint64_t host = i < WORKERS - 2 ? 1 : 2;
        EVENT(b, "coroutine", 0, 0, host, i + 1, T(name), N(0), T("world"));
        actors[i] = (struct actor){b, host, i + 1, 0};
    }
}

/* One worker parks on the queue under a weak timeout; another one hands it an item, or the timeout
 * fires. */
static int64_t hand_over(struct builder *b, struct actor *getter, struct actor *putter,
                         int64_t now_ns, uint64_t luck) {
    begin(getter, now_ns, "recv", 1, 64);
    size_t armed = arm(getter, now_ns, now_ns + 30 * MS, "weak");
    if (luck % 7 == 0) {
        size_t fired = fire(getter, now_ns + 30 * MS, armed);
        finish(getter, now_ns + 30 * MS, fired, "expired", "timeout", 0);
        go_on(getter, now_ns + 30 * MS);
        say(getter, now_ns + 30 * MS, "nobody has anything for me");
        return now_ns + 30 * MS;
    }
    now_ns += (int64_t)(luck % 5) * 1500000;
    size_t putting = begin(putter, now_ns, "put", 1, 0);
    if (luck % 3 == 0) {
        EVENT(b, "progress", now_ns, putting, getter->host, getter->coroutine, N(luck % 60));
        EVENT(b, "timer_refresh", now_ns, putting, getter->host, getter->coroutine,
              N(now_ns + 30 * MS));
    }
    finish(getter, now_ns, putting, "completed", "ok", luck % 64);
    removed(getter, now_ns);
    finish(putter, now_ns, putting, "completed", "ok", 0);
    go_on(getter, now_ns);
    say(getter, now_ns,
        luck % 2 == 0 ? "got a job" : "got \xe2\x9c\x93 <job> & \"more\" \\ \xff\n");
    return now_ns + (luck % 11 == 0 ? 900 * MS : 0);
}

/* A visitor that lives for a moment. */
static void visit(struct builder *b, struct actor *host, uint64_t id, int64_t now_ns, bool fails) {
    size_t spawning = EVENT(b, "operation", now_ns, host->last, host->host, host->coroutine,
                            T("spawn"), N(0), N(id), N(0), N(3));
    EVENT(b, "coroutine", now_ns, spawning, host->host, id, T("visitor"), N(host->coroutine),
          T("spawn"));
    finish(host, now_ns, spawning, "completed", "ok", 0);
    struct actor visitor = {b, host->host, id, 0};
    go_on(&visitor, now_ns);
    at_once(&visitor, now_ns, "yield", 0, 0);
    EVENT(b, "end", now_ns, visitor.last, host->host, id, T(fails ? "failed" : "ok"),
          T(fails ? "it did not like the place" : ""));
}

void story_long(struct builder *b, size_t event_count) {
    struct actor actors[WORKERS];
    uint64_t state = 1;
    uint64_t visitors = 100;
    int64_t now_ns = 0;
    builder_init(b);
    cast_long(b, actors);
    while (b->event_count < event_count) {
        uint64_t luck = draw(&state);
        size_t getter = luck % WORKERS;
        size_t putter = (getter + 1 + luck / 64 % (WORKERS - 1)) % WORKERS;
        now_ns = hand_over(b, &actors[getter], &actors[putter], now_ns, luck / 4096);
        if (luck / 512 % 9 == 0)
            visit(b, &actors[putter], visitors++, now_ns, luck / 1024 % 5 == 0);
        if (luck / 2048 % 29 == 0)
            EVENT(b, "world", now_ns, 0, 0, 0, T("clog main backup"), N(12));
        if (luck / 2048 % 13 == 0)
            EVENT(b, "novelty", now_ns, 0, 1, 1, T("from a later version"), N(1));
    }
    EVENT(b, "failure", now_ns, 0, 0, 0, T("expect no log \"nobody *\""), N(31));
    EVENT(b, "finish", now_ns, 0, 0, 0, T("failed"));
}
