/* play_letters.c - programs of datagrams. */
#include "tests/contract/play.h"

#include <string.h>

enum {
    LETTERS_MAX = 8, /* in a direction: each queue holds so many, if nobody takes one */
    LETTER_BYTES_MAX = 2000,
};

/* From one actor to another: the letters that have not been received, the oldest first. */
struct post {
    struct play_actor *sender;
    struct play_actor *receiver;
    size_t connection;
    size_t sent_bytes;
    size_t sent_count;
    size_t offsets[LETTERS_MAX];
    size_t bytes[LETTERS_MAX];
    size_t count;
};

static void send_letter(struct post *post, uint64_t *random) {
    size_t bytes = play_pick(random, 8) == 0 ? 0 : play_pick(random, LETTER_BYTES_MAX);
    post->offsets[post->count] = post->sent_bytes;
    post->bytes[post->count++] = bytes;
    play_append(post->sender, (struct play_deed){.verb = PLAY_SENDTO,
                                                 .connection = post->connection,
                                                 .bytes = bytes,
                                                 .offset = post->sent_bytes,
                                                 .done_bytes = bytes});
    post->sent_bytes += bytes;
    post->sent_count++;
}

static void receive_letter(struct post *post, uint64_t *random) {
    size_t bytes = 1 + play_pick(random, LETTER_BYTES_MAX);
    bool fits = post->bytes[0] <= bytes;
    play_append(post->receiver,
                (struct play_deed){.verb = PLAY_RECVFROM,
                                   .connection = post->connection,
                                   .bytes = bytes,
                                   .offset = post->offsets[0],
                                   .done_bytes = fits ? post->bytes[0] : bytes,
                                   .status = fits ? COG_OK : COG_EFULL,
                                   .timeout_ns = play_pick(random, 2) == 0 ? COG_SECOND : 0,
                                   .is_strong = play_pick(random, 2) == 0});
    post->count--;
    memmove(post->offsets, post->offsets + 1, post->count * sizeof post->offsets[0]);
    memmove(post->bytes, post->bytes + 1, post->count * sizeof post->bytes[0]);
}

static bool has_room(const struct post *post) {
    return post->sender->deed_count < PLAY_DEEDS_MAX && post->receiver->deed_count < PLAY_DEEDS_MAX;
}

void play_make_letters(struct play *play, uint64_t *random) {
    struct post posts[2 * PLAY_CONNECTIONS_MAX];
    play->connection_count = 1 + play_pick(random, PLAY_CONNECTIONS_MAX);
    play->actor_count = 2 * play->connection_count;
    for (size_t i = 0; i < play->actor_count; i++) {
        play->actors[i].side = i % 2 == 0 ? GROUND_A : GROUND_B;
        play->actors[i].is_party[i / 2] = true;
        posts[i] = (struct post){.sender = &play->actors[i],
                                 .receiver = &play->actors[i % 2 == 0 ? i + 1 : i - 1],
                                 .connection = i / 2};
    }
    for (size_t count = 4 + play_pick(random, 60); count > 0; count--) {
        struct post *post = &posts[play_pick(random, play->actor_count)];
        bool receives = post->sent_count == LETTERS_MAX || play_pick(random, 2) == 0;
        if (has_room(post) && !receives) {
            send_letter(post, random);
        } else if (has_room(post) && post->count > 0) {
            receive_letter(post, random);
        } else if (has_room(post)) {
            play_append(post->sender, (struct play_deed){.verb = PLAY_YIELD});
        }
    }
}
