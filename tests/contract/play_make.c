/* play_make.c - makes programs up, and describes them. */
#include "tests/contract/play_stage.h"

#include <stdio.h>
#include <string.h>

enum {
    PIECE_MAX = 4096,
    DATA_MAX = PLAY_UNDER_WAY_MAX, /* in a direction of a timed program: nobody waits for room */
    PAUSE_NS_MAX = 1000000,
};

uint64_t play_random(uint64_t *state) {
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

size_t play_pick(uint64_t *random, size_t count) {
    return count > 0 ? (size_t)(play_random(random) % count) : 0;
}

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
    bool is_open[PLAY_CONNECTIONS_MAX];
};

char play_byte(size_t connection, enum ground_side from, size_t offset) {
    size_t mixed = (offset * 2654435761u) ^ (connection * 40503u) ^ from;
    return mixed % 37 == 0 ? '\n' : (char)('a' + mixed % 26);
}

void play_append(struct play_actor *actor, struct play_deed deed) {
    if (actor->deed_count < PLAY_DEEDS_MAX) {
        actor->deeds[actor->deed_count++] = deed;
    }
}

static bool has_room(const struct play_actor *actor) {
    return actor->deed_count + 1 + PLAY_CONNECTIONS_MAX < PLAY_DEEDS_MAX; /* and for all ends */
}

static struct play_actor *pick_actor(struct making *making, enum ground_side side) {
    struct play_actor *found = NULL;
    do {
        found = &making->play->actors[play_pick(&making->random, making->play->actor_count)];
    } while (found->side != side);
    return found;
}

static void make_channel(struct making *making, size_t index, struct play_actor *sender,
                         struct play_actor *receiver) {
    making->channels[index] = (struct channel){
        .connection = index / 2, .from = sender->side, .sender = sender, .receiver = receiver};
    sender->is_party[index / 2] = true;
    receiver->is_party[index / 2] = true;
}

/* One that is made has the same two actors in both directions, so that who has not made it does
 * not need it. */
static void make_channels(struct making *making) {
    struct play *play = making->play;
    for (size_t i = 0; i < play->connection_count; i++) {
        play->is_made[i] = play->kind != PLAY_TIMED && play_pick(&making->random, 3) == 0;
        making->is_open[i] = !play->is_made[i];
        struct play_actor *a = pick_actor(making, GROUND_A);
        struct play_actor *b = pick_actor(making, GROUND_B);
        bool is_same = play->is_made[i];
        make_channel(making, 2 * i, a, b);
        make_channel(making, 2 * i + 1, is_same ? b : pick_actor(making, GROUND_B),
                     is_same ? a : pick_actor(making, GROUND_A));
    }
}

static void open_connection(struct making *making, const struct channel *channel) {
    bool is_from_a = channel->from == GROUND_A;
    making->is_open[channel->connection] = true;
    play_append(is_from_a ? channel->sender : channel->receiver,
                (struct play_deed){.verb = PLAY_CONNECT, .connection = channel->connection});
    play_append(is_from_a ? channel->receiver : channel->sender,
                (struct play_deed){.verb = PLAY_ACCEPT, .connection = channel->connection});
}

/* Of a receive. Half of a timed program's are short, and may fire or not. */
static void set_timeout(struct making *making, struct play_deed *deed) {
    size_t chance = play_pick(&making->random, 4);
    bool is_short = making->play->kind == PLAY_TIMED && chance < 2;
    deed->is_strong = play_pick(&making->random, 2) == 0;
    if (is_short) {
        deed->timeout_ns = 1 + (int64_t)play_pick(&making->random, PAUSE_NS_MAX);
    } else if (chance == 2) {
        deed->timeout_ns = PLAY_LONG_NS;
    }
}

static void make_send(struct making *making, struct channel *channel, size_t room) {
    size_t most = room < PIECE_MAX ? room : PIECE_MAX;
    struct play_deed deed = {.verb = play_pick(&making->random, 2) == 0 ? PLAY_SEND : PLAY_SENDALL,
                             .connection = channel->connection,
                             .bytes = 1 + play_pick(&making->random, most),
                             .offset = channel->sent_bytes};
    play_append(channel->sender, deed);
    channel->sent_bytes += deed.bytes;
}

/* How far a recvline of so many bytes gets. */
static size_t line_bytes(const struct channel *channel, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (play_byte(channel->connection, channel->from, channel->received_bytes + i) == '\n') {
            return i + 1;
        }
    }
    return bytes;
}

static void make_receive(struct making *making, struct channel *channel) {
    static const enum play_verb verbs[] = {PLAY_RECV, PLAY_RECVALL, PLAY_RECVLINE};
    size_t there = channel->sent_bytes - channel->received_bytes;
    size_t most = there < PIECE_MAX && channel->is_ended ? there + 10 : there;
    struct play_deed deed = {.verb = verbs[play_pick(&making->random, 3)],
                             .connection = channel->connection,
                             .bytes = 1 + play_pick(&making->random, most)};
    set_timeout(making, &deed);
    play_append(channel->receiver, deed);
    size_t taken = deed.bytes < there ? deed.bytes : there;
    channel->received_bytes += deed.verb == PLAY_RECVLINE ? line_bytes(channel, taken) : taken;
}

/* More than there is room for, between two that have nothing else to do then. */
static void make_big(struct making *making, struct channel *channel) {
    struct play_deed deed = {.verb = PLAY_SENDALL,
                             .connection = channel->connection,
                             .bytes = 1 + play_pick(&making->random, PLAY_BYTES_MAX),
                             .offset = channel->sent_bytes};
    play_append(channel->sender, deed);
    deed.verb = PLAY_RECVALL;
    play_append(channel->receiver, deed);
    channel->sent_bytes += deed.bytes;
    channel->received_bytes += deed.bytes;
}

static void make_pause(struct making *making, struct play_actor *actor) {
    struct play_deed deed = {.verb = PLAY_YIELD};
    if (making->play->kind == PLAY_TIMED) {
        deed.verb = PLAY_SLEEP;
        deed.timeout_ns = 1 + (int64_t)play_pick(&making->random, PAUSE_NS_MAX);
    }
    play_append(actor, deed);
}

static size_t room_in(const struct making *making, const struct channel *channel) {
    size_t there = channel->sent_bytes - channel->received_bytes;
    return making->play->kind == PLAY_TIMED ? DATA_MAX - channel->sent_bytes
                                            : PLAY_UNDER_WAY_MAX - there;
}

static void end_stream(struct channel *channel) {
    play_append(channel->sender,
                (struct play_deed){.verb = PLAY_SHUTDOWN, .connection = channel->connection});
    channel->is_ended = true;
}

static void make_step(struct making *making) {
    struct play *play = making->play;
    struct channel *channel =
        &making->channels[play_pick(&making->random, 2 * play->connection_count)];
    if (!has_room(channel->sender) || !has_room(channel->receiver)) {
        return;
    }
    if (!making->is_open[channel->connection]) {
        open_connection(making, channel);
        return;
    }
    size_t there = channel->sent_bytes - channel->received_bytes;
    size_t room = room_in(making, channel);
    size_t pause = play->kind == PLAY_TIMED ? 70 : 85;
    size_t chance = play_pick(&making->random, 100);
    if (chance < 45 && !channel->is_ended && room > 0) {
        make_send(making, channel, room);
    } else if (chance < pause && (there > 0 || channel->is_ended)) {
        make_receive(making, channel);
    } else if (chance < 90) {
        make_pause(making, channel->sender);
    } else if (chance < 92 && !channel->is_ended) {
        end_stream(channel);
    } else if (chance < 94) {
        play_append(channel->sender, (struct play_deed){.verb = PLAY_CONNECT_TO_NOBODY});
    } else if (chance < 96 && there == 0 && !channel->is_ended && play->kind == PLAY_BOUND) {
        make_big(making, channel);
    } else if (chance >= 96 && play->kind == PLAY_FREE) {
        play_append(channel->sender,
                    (struct play_deed){.verb = PLAY_CLOSE, .connection = channel->connection});
    }
}

/* In a free program who connects does it before all else: else nobody would wake who accepts. A
 * timed program's streams all end, so that who has missed something does not wait for more. */
static void make_deeds(struct making *making) {
    struct play *play = making->play;
    for (size_t i = 0; play->kind == PLAY_FREE && i < play->connection_count; i++) {
        if (!making->is_open[i]) {
            open_connection(making, &making->channels[2 * i]);
        }
    }
    for (size_t count = 4 + play_pick(&making->random, play->kind == PLAY_FREE ? 16 : 60);
         count > 0; count--) {
        make_step(making);
    }
    for (size_t i = 0; play->kind == PLAY_TIMED && i < 2 * play->connection_count; i++) {
        if (!making->channels[i].is_ended) {
            end_stream(&making->channels[i]);
        }
    }
}

void play_make(struct play *play, uint64_t seed, enum play_kind kind) {
    struct making making = {.play = play, .random = seed};
    *play = (struct play){.seed = seed, .kind = kind};
    if (kind == PLAY_LETTERS) {
        play_make_letters(play, &making.random);
        return;
    }
    bool is_free = kind == PLAY_FREE;
    play->connection_count = 1 + play_pick(&making.random, is_free ? 2 : PLAY_CONNECTIONS_MAX);
    size_t most = is_free ? 1 : PLAY_ACTORS_MAX / 2;
    for (int side = 0; side < GROUND_SIDES; side++) {
        for (size_t count = 1 + play_pick(&making.random, most); count > 0; count--) {
            play->actors[play->actor_count++].side = side;
        }
    }
    make_channels(&making);
    make_deeds(&making);
}

/* ---- Describing ---- */

static const char *kind_name(enum play_kind kind) {
    static const char *const names[] = {"bound", "timed", "free", "letters"};
    return names[kind];
}

static int describe_deed(const struct play_deed *deed, char *text, size_t room) {
    char timeout[64] = "";
    if (deed->timeout_ns > 0) {
        (void)snprintf(timeout, sizeof timeout, ", %lld ns%s", (long long)deed->timeout_ns,
                       deed->verb == PLAY_SLEEP ? ""
                       : deed->is_strong        ? " strong"
                                                : " weak");
    }
    return snprintf(text, room, "  %s %zu: %zu%s\n", play_verb_name(deed->verb), deed->connection,
                    deed->bytes, timeout);
}

void play_describe(const struct play *play, char text[PLAY_LOG_BYTES]) {
    int length =
        snprintf(text, PLAY_LOG_BYTES, "seed %llu, %s, %zu connections\n",
                 (unsigned long long)play->seed, kind_name(play->kind), play->connection_count);
    for (size_t i = 0; i < play->actor_count; i++) {
        const struct play_actor *actor = &play->actors[i];
        length += snprintf(text + length, PLAY_LOG_BYTES - (size_t)length, "actor %zu on %c\n", i,
                           actor->side == GROUND_A ? 'A' : 'B');
        for (size_t j = 0; j < actor->deed_count && length < PLAY_LOG_BYTES - 200; j++) {
            length +=
                describe_deed(&actor->deeds[j], text + length, PLAY_LOG_BYTES - (size_t)length);
        }
    }
}
