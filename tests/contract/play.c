/* play.c - makes programs up, and has their actors play them. */
#include "tests/contract/play.h"

#include "tests/unit/net_stage.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    UNDER_WAY_MAX = 16384, /* bytes that every connection takes up */
    PIECE_MAX = 4096,
    BIG_MAX = 1 << 20,
    ROUNDS_MAX = 10000,
    SLEEP_NS = 500000, /* of each side, when there is nothing to do */
    LATENCY_NS_MAX = 40,
};

uint64_t play_random(uint64_t *state) {
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

/* From 0 to count - 1. */
static size_t pick(uint64_t *random, size_t count) {
    return (size_t)(play_random(random) % count);
}

/* ---- Making ---- */

/* A direction of a connection, as far as the deeds have come that have been made up. */
struct channel {
    size_t connection;
    enum ground_side from;
    struct play_actor *sender;
    struct play_actor *receiver;
    size_t sent_bytes;
    size_t received_bytes;
    bool is_ended;
};

struct making {
    struct play *play;
    uint64_t random;
    struct channel channels[2 * PLAY_CONNECTIONS_MAX];
};

/* The byte that stands there in its direction: lines of different lengths. */
static char byte_at(const struct channel *channel, size_t offset) {
    size_t mixed = (offset * 2654435761u) ^ (channel->connection * 40503u) ^ channel->from;
    return mixed % 37 == 0 ? '\n' : (char)('a' + mixed % 26);
}

static void append(struct play_actor *actor, struct play_deed deed) {
    if (actor->deed_count < PLAY_DEEDS_MAX) {
        actor->deeds[actor->deed_count++] = deed;
    }
}

static bool has_room(const struct play_actor *actor) {
    return actor->deed_count < PLAY_DEEDS_MAX;
}

static struct play_actor *pick_actor(struct making *making, enum ground_side side) {
    struct play_actor *found = NULL;
    do {
        found = &making->play->actors[pick(&making->random, making->play->actor_count)];
    } while (found->side != side);
    return found;
}

static void make_channels(struct making *making) {
    for (size_t i = 0; i < 2 * making->play->connection_count; i++) {
        enum ground_side from = i % 2 == 0 ? GROUND_A : GROUND_B;
        struct channel *channel = &making->channels[i];
        *channel = (struct channel){.connection = i / 2,
                                    .from = from,
                                    .sender = pick_actor(making, from),
                                    .receiver = pick_actor(making, GROUND_B - from)};
        channel->sender->is_party[i / 2] = true;
        channel->receiver->is_party[i / 2] = true;
    }
}

static void make_send(struct making *making, struct channel *channel, size_t room) {
    size_t most = room < PIECE_MAX ? room : PIECE_MAX;
    struct play_deed deed = {.verb = pick(&making->random, 2) == 0 ? PLAY_SEND : PLAY_SENDALL,
                             .connection = channel->connection,
                             .bytes = 1 + pick(&making->random, most),
                             .offset = channel->sent_bytes};
    append(channel->sender, deed);
    channel->sent_bytes += deed.bytes;
}

/* How far a recvline of so many bytes gets. */
static size_t line_bytes(const struct channel *channel, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (byte_at(channel, channel->received_bytes + i) == '\n') {
            return i + 1;
        }
    }
    return bytes;
}

static void make_receive(struct making *making, struct channel *channel) {
    static const enum play_verb verbs[] = {PLAY_RECV, PLAY_RECVALL, PLAY_RECVLINE};
    size_t there = channel->sent_bytes - channel->received_bytes;
    size_t most = there < PIECE_MAX && channel->is_ended ? there + 10 : there;
    struct play_deed deed = {.verb = verbs[pick(&making->random, 3)],
                             .connection = channel->connection,
                             .bytes = 1 + pick(&making->random, most)};
    append(channel->receiver, deed);
    size_t taken = deed.bytes < there ? deed.bytes : there;
    channel->received_bytes += deed.verb == PLAY_RECVLINE ? line_bytes(channel, taken) : taken;
}

/* More than there is room for, between two that have nothing else to do then. */
static void make_big(struct making *making, struct channel *channel) {
    struct play_deed deed = {.verb = PLAY_SENDALL,
                             .connection = channel->connection,
                             .bytes = 1 + pick(&making->random, BIG_MAX),
                             .offset = channel->sent_bytes};
    append(channel->sender, deed);
    deed.verb = PLAY_RECVALL;
    append(channel->receiver, deed);
    channel->sent_bytes += deed.bytes;
    channel->received_bytes += deed.bytes;
}

static void make_step(struct making *making) {
    struct play *play = making->play;
    struct channel *channel = &making->channels[pick(&making->random, 2 * play->connection_count)];
    if (!has_room(channel->sender) || !has_room(channel->receiver)) {
        return;
    }
    size_t there = channel->sent_bytes - channel->received_bytes;
    size_t chance = pick(&making->random, 100);
    if (chance < 45 && !channel->is_ended && there < UNDER_WAY_MAX) {
        make_send(making, channel, UNDER_WAY_MAX - there);
    } else if (chance < 85 && (there > 0 || channel->is_ended)) {
        make_receive(making, channel);
    } else if (chance < 90) {
        append(channel->sender, (struct play_deed){.verb = PLAY_YIELD});
    } else if (chance < 94 && !channel->is_ended) {
        append(channel->sender,
               (struct play_deed){.verb = PLAY_SHUTDOWN, .connection = channel->connection});
        channel->is_ended = true;
    } else if (chance < 96 && there == 0 && !channel->is_ended && !play->is_free) {
        make_big(making, channel);
    } else if (chance >= 96 && play->is_free) {
        append(channel->sender,
               (struct play_deed){.verb = PLAY_CLOSE, .connection = channel->connection});
    }
}

void play_make(struct play *play, uint64_t seed, bool is_free) {
    struct making making = {.play = play, .random = seed};
    *play = (struct play){.seed = seed, .is_free = is_free};
    play->connection_count = 1 + pick(&making.random, is_free ? 2 : PLAY_CONNECTIONS_MAX);
    size_t most = is_free ? 1 : PLAY_ACTORS_MAX / 2;
    for (int side = 0; side < GROUND_SIDES; side++) {
        for (size_t count = 1 + pick(&making.random, most); count > 0; count--) {
            play->actors[play->actor_count++].side = side;
        }
    }
    make_channels(&making);
    for (size_t count = 4 + pick(&making.random, is_free ? 16 : 60); count > 0; count--) {
        make_step(&making);
    }
}

/* ---- Playing ---- */

/* An actor on the stage. */
struct role {
    const struct play *play;
    const struct play_actor *actor;
    struct ground *ground;
    struct cog_coro *coro;
    const int32_t (*ends)[GROUND_SIDES];
    size_t at; /* its deed */
    size_t done_bytes;
    uint64_t *random; /* null: it does not vary */
    size_t pause_ns_max;
    int64_t pause_ns; /* before its next deed */
    bool is_waiting;
    bool is_pausing;
    bool is_over;
    char *bytes; /* what its deed is at work on */
    char *log;
};

static const char *verb_name(enum play_verb verb) {
    static const char *const names[] = {"send",     "sendall",  "recv",  "recvall",
                                        "recvline", "shutdown", "close", "yield"};
    return names[verb];
}

static bool moves_bytes(enum play_verb verb) {
    return verb <= PLAY_RECVLINE;
}

static uint64_t hash_of(const char *bytes, size_t count) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

static void note(struct role *role, const struct play_deed *deed, int status) {
    size_t length = strlen(role->log);
    char *at = role->log + length;
    size_t room = PLAY_LOG_BYTES / PLAY_ACTORS_MAX - length;
    if (moves_bytes(deed->verb)) {
        (void)snprintf(at, room, "%s %zu: %zu of %zu, %s, %016llx\n", verb_name(deed->verb),
                       deed->connection, role->done_bytes, deed->bytes, cog_status_name(status),
                       (unsigned long long)hash_of(role->bytes, role->done_bytes));
    } else {
        (void)snprintf(at, room, "%s %zu: %s\n", verb_name(deed->verb), deed->connection,
                       cog_status_name(status));
    }
}

static void set_operation(const struct role *role, const struct play_deed *deed,
                          struct cog_op *op) {
    int32_t socket = role->ends[deed->connection][role->actor->side];
    char *at = role->bytes + role->done_bytes;
    size_t left = deed->bytes - role->done_bytes;
    switch (deed->verb) {
    case PLAY_SEND:
        cog_set_send(op, socket, at, left);
        break;
    case PLAY_SENDALL:
        cog_set_sendall(op, socket, at, left);
        break;
    case PLAY_RECV:
        cog_set_recv(op, socket, at, left);
        break;
    case PLAY_RECVALL:
        cog_set_recvall(op, socket, at, left);
        break;
    case PLAY_RECVLINE:
        cog_set_recvline(op, socket, at, left);
        break;
    case PLAY_SHUTDOWN:
        cog_set_shutdown(op, socket);
        break;
    case PLAY_CLOSE:
        cog_set_close(op, socket);
        break;
    case PLAY_YIELD:
        cog_set_yield(op);
        break;
    }
}

static void begin_deed(struct role *role, const struct play_deed *deed) {
    role->done_bytes = 0;
    if (deed->verb == PLAY_SEND || deed->verb == PLAY_SENDALL) {
        const struct channel channel = {.connection = deed->connection, .from = role->actor->side};
        for (size_t i = 0; i < deed->bytes; i++) {
            role->bytes[i] = byte_at(&channel, deed->offset + i);
        }
    }
}

/* What a free program's actor leaves nobody waiting for. */
static void leave(struct role *role) {
    role->is_over = true;
    for (size_t i = 0; role->play->is_free && i < role->play->connection_count; i++) {
        if (role->actor->is_party[i]) {
            (void)cog_close_socket(role->ground->schedulers[role->actor->side],
                                   role->ends[i][role->actor->side]);
        }
    }
}

/* Has the deed ended with what the operation came to? Then it is noted. */
static bool end_deed(struct role *role, const struct play_deed *deed, const struct cog_op *op) {
    if (moves_bytes(deed->verb)) {
        role->done_bytes += op->u.io.done;
    }
    bool repeats = deed->verb == PLAY_SEND || deed->verb == PLAY_RECV;
    if (repeats && op->status == COG_OK && role->done_bytes < deed->bytes) {
        return false;
    }
    note(role, deed, op->status);
    role->at++;
    if (role->play->is_free && op->status != COG_OK && op->status != COG_EFULL) {
        role->at = role->actor->deed_count;
    }
    return true;
}

/* None, as often as some. */
static int64_t pick_pause_ns(uint64_t *random, size_t pause_ns_max) {
    return (int64_t)(pick(random, 2) * pick(random, pause_ns_max));
}

/* On a machine each deed takes its time, for one actor more than for another. */
static void vary_pace(struct role *role) {
    static const size_t pauses_ns_max[] = {1, 100, 2000};
    if (role->random != NULL) {
        role->pause_ns_max = pauses_ns_max[pick(role->random, 3)];
        role->pause_ns = pick_pause_ns(role->random, role->pause_ns_max);
    }
}

struct slot {
    struct role *role;
};

static int step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct role *role = ((struct slot *)context)->role;
    bool begins = !role->is_waiting || role->is_pausing;
    if (!begins) {
        begins = end_deed(role, &role->actor->deeds[role->at], op);
        role->pause_ns =
            begins && role->random != NULL ? pick_pause_ns(role->random, role->pause_ns_max) : 0;
    }
    role->is_pausing = role->pause_ns > 0;
    if (role->is_pausing) {
        cog_set_sleep(op, role->pause_ns);
        role->pause_ns = 0;
        role->is_waiting = true;
        return COG_STEP_AWAIT;
    }
    if (role->at == role->actor->deed_count) {
        leave(role);
        return COG_STEP_END;
    }
    const struct play_deed *deed = &role->actor->deeds[role->at];
    if (begins) {
        begin_deed(role, deed);
    }
    role->is_waiting = true;
    set_operation(role, deed, op);
    return COG_STEP_AWAIT;
}

static void enter(struct role *role) {
    static const struct cog_coro_type type = {.step = step, .context_bytes = sizeof(struct slot)};
    struct cog_scheduler *scheduler = role->ground->schedulers[role->actor->side];
    assert_int_equal(cog_coro_new(scheduler, &type, "actor", &role->coro), COG_OK);
    ((struct slot *)cog_coro_context(role->coro))->role = role;
    assert_int_equal(cog_add(scheduler, role->coro, true), COG_OK);
}

static bool all_over(const struct role *roles, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!roles[i].is_over) {
            return false;
        }
    }
    return true;
}

static void iterate(struct ground *ground, enum ground_side side, int64_t sleep_ns_max) {
    int status = cog_iterate(ground->schedulers[side], sleep_ns_max);
    assert_true(status == COG_OK || status == COG_MORE);
}

static bool is_idle(const struct ground *ground) {
    return !cog_has_ready(ground->schedulers[GROUND_A]) &&
           !cog_has_ready(ground->schedulers[GROUND_B]);
}

static int64_t earlier(int64_t one_ns, int64_t other_ns) {
    return one_ns < other_ns ? one_ns : other_ns;
}

/* What happens next happens now, if nobody has anything else to do. */
static void move_clock(struct ground *ground) {
    struct net_stage *stage = ground->simulated;
    int64_t next_ns = sim_network_next_ns(&stage->network);
    next_ns = earlier(next_ns, cog_next_deadline_ns(ground->schedulers[GROUND_A]));
    next_ns = earlier(next_ns, cog_next_deadline_ns(ground->schedulers[GROUND_B]));
    if (is_idle(ground) && next_ns != INT64_MAX && next_ns > stage->now_ns) {
        ground->now_ns += next_ns - stage->now_ns;
        ground_simulated_pass(ground, next_ns - stage->now_ns);
    }
}

/* By turns, or as chance has it. */
static void go_round(struct ground *ground, uint64_t *random, bool varies) {
    if (ground_is_simulated(ground)) {
        move_clock(ground);
        if (!varies || pick(random, 2) == 0) {
            (void)ground_simulated_deliver(ground);
        }
    }
    int64_t sleep_ns = is_idle(ground) && !ground_is_simulated(ground) ? SLEEP_NS : 0;
    enum ground_side first = varies && pick(random, 2) == 1 ? GROUND_B : GROUND_A;
    iterate(ground, first, sleep_ns);
    if (!varies || pick(random, 3) != 0) {
        iterate(ground, GROUND_B - first, is_idle(ground) ? sleep_ns : 0);
    }
}

static void set_latencies(struct ground *ground, uint64_t *random) {
    for (uint32_t i = 0; i < GROUND_SIDES; i++) {
        sim_network_path(&ground->simulated->network, 1 + i, 2 - i)->latency_ns =
            (int64_t)pick(random, LATENCY_NS_MAX);
    }
}

static void set_buffers(struct ground *ground, uint64_t *random) {
    for (uint32_t i = 0; i < GROUND_SIDES; i++) {
        sim_network_path(&ground->simulated->network, 1 + i, 2 - i)->buffer_bytes =
            (size_t)UNDER_WAY_MAX << pick(random, 4);
    }
}

/* What is delayed is lost when its sender closes with unread bytes; what the simulated network has
 * taken up arrives before the reset that follows. */
static void send_without_delay(const struct ground *ground, const int32_t ends[GROUND_SIDES]) {
    int on = 1;
    for (int i = 0; i < GROUND_SIDES && !ground_is_simulated(ground); i++) {
        assert_int_equal(setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    }
}

void play_on(const struct play *play, struct ground *ground, uint64_t variation,
             char log[PLAY_LOG_BYTES]) {
    uint64_t random = variation;
    bool varies = variation != 0;
    int32_t ends[PLAY_CONNECTIONS_MAX][GROUND_SIDES];
    bool varies_paths = varies && ground_is_simulated(ground);
    if (varies_paths) {
        set_buffers(ground, &random);
    }
    for (size_t i = 0; i < play->connection_count; i++) {
        ground_pair(ground, ends[i]);
        send_without_delay(ground, ends[i]);
    }
    if (varies_paths) {
        set_latencies(ground, &random);
    }
    struct role roles[PLAY_ACTORS_MAX];
    memset(log, 0, PLAY_LOG_BYTES);
    for (size_t i = 0; i < play->actor_count; i++) {
        roles[i] = (struct role){.play = play,
                                 .actor = &play->actors[i],
                                 .ground = ground,
                                 .random = varies_paths ? &random : NULL,
                                 .ends = (const int32_t(*)[GROUND_SIDES])ends,
                                 .bytes = calloc(1, BIG_MAX),
                                 .log = calloc(1, PLAY_LOG_BYTES / PLAY_ACTORS_MAX)};
        assert_true(roles[i].bytes != NULL && roles[i].log != NULL);
        vary_pace(&roles[i]);
        enter(&roles[i]);
    }
    for (int i = 0; !all_over(roles, play->actor_count); i++) {
        if (i == ROUNDS_MAX) {
            (void)snprintf(log, PLAY_LOG_BYTES, "without end\n");
            break;
        }
        go_round(ground, &random, varies);
    }
    ground_settle(ground);
    for (size_t i = 0; i < play->actor_count; i++) {
        size_t length = strlen(log);
        (void)snprintf(log + length, PLAY_LOG_BYTES - length, "actor %zu\n%s", i, roles[i].log);
        if (!roles[i].is_over) {
            (void)cog_cancel(roles[i].coro);
        }
        cog_coro_release(roles[i].coro);
        free(roles[i].bytes);
        free(roles[i].log);
    }
}

void play_describe(const struct play *play, char text[PLAY_LOG_BYTES]) {
    int length = snprintf(text, PLAY_LOG_BYTES, "seed %llu%s, %zu connections\n",
                          (unsigned long long)play->seed, play->is_free ? ", free" : "",
                          play->connection_count);
    for (size_t i = 0; i < play->actor_count; i++) {
        const struct play_actor *actor = &play->actors[i];
        length += snprintf(text + length, PLAY_LOG_BYTES - (size_t)length, "actor %zu on %c\n", i,
                           actor->side == GROUND_A ? 'A' : 'B');
        for (size_t j = 0; j < actor->deed_count && length < PLAY_LOG_BYTES - 100; j++) {
            const struct play_deed *deed = &actor->deeds[j];
            length += snprintf(text + length, PLAY_LOG_BYTES - (size_t)length, "  %s %zu: %zu\n",
                               verb_name(deed->verb), deed->connection, deed->bytes);
        }
    }
}
