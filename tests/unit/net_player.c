/* net_player.c - reads a script statement by statement, waits on each, and logs how it ended. */
#include "tests/unit/net_player.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 6, WORD_BYTES = 64, TEXT_BYTES = 256 };

struct player {
    struct net_stage *stage;
    uint32_t host;                     /* id */
    const char *next;                  /* of the script */
    char words[WORDS_MAX][WORD_BYTES]; /* of the statement under way */
    size_t word_count;
    struct sockaddr_in address;
    char text[TEXT_BYTES];
    char *many; /* of sendmany and recvmany; the stage's */
    size_t many_bytes;
};

static bool is(const struct player *player, const char *verb) {
    return strcmp(player->words[0], verb) == 0;
}

static size_t number_at(const struct player *player, size_t index) {
    return (size_t)strtoull(player->words[index], NULL, 10);
}

static __attribute__((format(printf, 2, 3))) void write_log(struct net_stage *stage,
                                                            const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof stage->log - stage->log_bytes;
    int bytes = vsnprintf(stage->log + stage->log_bytes, room, format, arguments);
    va_end(arguments);
    assert_true(bytes >= 0 && (size_t)bytes < room);
    stage->log_bytes += (size_t)bytes;
}

/* ---- Reading ---- */

/* The next statement into words; false at the end of the script. */
static bool read_statement(struct player *player) {
    player->word_count = 0;
    memset(player->words, 0, sizeof player->words);
    while (*player->next == ' ' || *player->next == ';') {
        player->next++;
    }
    while (*player->next != '\0' && *player->next != ';') {
        size_t bytes = strcspn(player->next, " ;");
        assert_true(player->word_count < WORDS_MAX && bytes < WORD_BYTES);
        memcpy(player->words[player->word_count++], player->next, bytes);
        player->next += bytes;
        player->next += strspn(player->next, " ");
    }
    return player->word_count > 0;
}

/* The number under the socket's name in the statement's word; -1 is put there if it is new. */
static int32_t *socket_entry(struct player *player, size_t word) {
    struct net_stage *stage = player->stage;
    const char *name = player->words[word];
    size_t at = 0;
    while (at < stage->socket_count && strcmp(stage->sockets[at].name, name) != 0) {
        at++;
    }
    if (at == stage->socket_count) {
        assert_true(at < NET_SOCKETS_MAX && strlen(name) < NET_NAME_BYTES);
        memcpy(stage->sockets[at].name, name, strlen(name) + 1);
        stage->sockets[at].number = -1;
        stage->socket_count++;
    }
    return &stage->sockets[at].number;
}

static void swap_newlines(char *text, size_t bytes, char from, char to) {
    for (size_t i = 0; i < bytes; i++) {
        text[i] = text[i] == from ? to : text[i];
    }
}

/* ---- Setting operations ---- */

static char byte_at(size_t index) {
    return (char)(index * 31 + index / 251);
}

static void make_many(struct player *player) {
    player->many_bytes = number_at(player, 2);
    player->many = malloc(player->many_bytes);
    assert_true(player->many != NULL && player->stage->many_count < NET_PLAYERS_MAX);
    player->stage->many[player->stage->many_count++] = player->many;
    for (size_t i = 0; i < player->many_bytes; i++) {
        player->many[i] = is(player, "sendmany") ? byte_at(i) : 0;
    }
}

static void set_sending(struct player *player, struct cog_op *op, int32_t socket) {
    size_t bytes = strlen(player->words[2]);
    memcpy(player->text, player->words[2], bytes);
    swap_newlines(player->text, bytes, '/', '\n');
    if (is(player, "send")) {
        cog_set_send(op, socket, player->text, bytes);
    } else {
        cog_set_sendall(op, socket, player->text, bytes);
    }
}

static bool set_transfer(struct player *player, struct cog_op *op, int32_t socket) {
    size_t bytes = number_at(player, 2);
    if (is(player, "send") || is(player, "sendall")) {
        set_sending(player, op, socket);
        return true;
    }
    if (is(player, "sendmany") || is(player, "recvmany")) {
        make_many(player);
    } else {
        assert_true(bytes <= TEXT_BYTES);
    }
    if (is(player, "recv")) {
        cog_set_recv(op, socket, player->text, bytes);
    } else if (is(player, "recvall")) {
        cog_set_recvall(op, socket, player->text, bytes);
    } else if (is(player, "recvline")) {
        cog_set_recvline(op, socket, player->text, bytes);
    } else if (is(player, "sendmany")) {
        cog_set_sendall(op, socket, player->many, player->many_bytes);
    } else if (is(player, "recvmany")) {
        cog_set_recvall(op, socket, player->many, player->many_bytes);
    } else {
        return false;
    }
    return true;
}

static void set_address(struct player *player) {
    sim_network_address(&player->address, (uint32_t)number_at(player, 2),
                        (uint16_t)number_at(player, 3));
}

static bool set_datagram(struct player *player, struct cog_op *op, int32_t socket) {
    struct sockaddr *address = (struct sockaddr *)&player->address;
    if (is(player, "bind")) {
        sim_network_address(&player->address, player->host, (uint16_t)number_at(player, 2));
        cog_set_bind(op, address, sizeof player->address);
    } else if (is(player, "sendto")) {
        set_address(player);
        cog_set_sendto(op, socket, player->words[4], strlen(player->words[4]), address,
                       sizeof player->address);
    } else if (is(player, "sendtomany")) {
        set_address(player);
        player->many_bytes = number_at(player, 4);
        player->many = calloc(1, player->many_bytes);
        assert_true(player->many != NULL && player->stage->many_count < NET_PLAYERS_MAX);
        player->stage->many[player->stage->many_count++] = player->many;
        cog_set_sendto(op, socket, player->many, player->many_bytes, address,
                       sizeof player->address);
    } else if (is(player, "recvfrom")) {
        assert_true(number_at(player, 2) <= TEXT_BYTES);
        cog_set_recvfrom(op, socket, player->text, number_at(player, 2), address,
                         sizeof player->address);
    } else {
        return false;
    }
    return true;
}

static bool set_opening(struct player *player, struct cog_op *op) {
    const struct sockaddr *address = (const struct sockaddr *)&player->address;
    if (is(player, "listen")) {
        sim_network_address(&player->address, player->host, (uint16_t)number_at(player, 2));
        cog_set_listen(op, address, sizeof player->address, (int)number_at(player, 3));
    } else if (is(player, "connect")) {
        set_address(player);
        cog_set_connect(op, address, sizeof player->address);
    } else if (is(player, "accept")) {
        cog_set_accept(op, *socket_entry(player, 2));
    } else {
        return false;
    }
    return true;
}

static void set_op(struct player *player, struct cog_op *op) {
    int32_t socket = is(player, "yield") || is(player, "sleep") ? -1 : *socket_entry(player, 1);
    if (is(player, "sleep")) {
        cog_set_sleep(op, (int64_t)number_at(player, 1));
    } else if (is(player, "yield")) {
        cog_set_yield(op);
    } else if (is(player, "shutdown")) {
        cog_set_shutdown(op, socket);
    } else if (is(player, "close")) {
        cog_set_close(op, socket);
    } else if (!set_opening(player, op) && !set_datagram(player, op, socket) &&
               !set_transfer(player, op, socket)) {
        fail_msg("no statement: %s", player->words[0]);
    }
    const char *last = player->words[player->word_count - 1];
    if (strncmp(last, "weak=", 5) == 0) {
        cog_set_timeout(op, strtoll(last + 5, NULL, 10), false);
    } else if (strncmp(last, "strong=", 7) == 0) {
        cog_set_timeout(op, strtoll(last + 7, NULL, 10), true);
    }
}

/* ---- Results ---- */

static bool receives(const struct cog_op *op) {
    return op->type->kind >= COG_OP_RECV && op->type->kind <= COG_OP_RECVLINE;
}

static bool sends(const struct cog_op *op) {
    return op->type->kind == COG_OP_SEND || op->type->kind == COG_OP_SENDALL;
}

static void log_many(struct player *player, const struct cog_op *op) {
    size_t same = 0;
    while (same < op->u.io.done && player->many[same] == byte_at(same)) {
        same++;
    }
    write_log(player->stage, "%zu%s", op->u.io.done, same == op->u.io.done ? "" : " wrong");
}

/* A datagram, and where it came from: `abc from 2:5000`. */
static void log_datagram(const struct player *player, const struct cog_op *op) {
    const struct sockaddr_in *from = &player->address;
    assert_int_equal(op->value.bits, sizeof *from);
    write_log(player->stage, "=%.*s from %u:%u", (int)op->u.io.done, player->text,
              (unsigned)(ntohl(from->sin_addr.s_addr) & 0xFFFFFF), (unsigned)ntohs(from->sin_port));
}

static void log_result(struct player *player, const struct cog_coro *coro,
                       const struct cog_op *op) {
    struct net_stage *stage = player->stage;
    write_log(stage, "%lld %s %s", (long long)stage->now_ns, cog_coro_name(coro), player->words[0]);
    if (op->status != COG_OK) {
        write_log(stage, " %s", cog_status_name(op->status));
    }
    if (op->type->kind == COG_OP_RECVFROM && (op->status == COG_OK || op->status == COG_EFULL)) {
        log_datagram(player, op);
    }
    if ((receives(op) || sends(op)) && (op->status == COG_OK || op->u.io.done > 0)) {
        write_log(stage, op->status == COG_OK ? "=" : " after ");
        if (player->many != NULL) {
            log_many(player, op);
        } else if (sends(op)) {
            write_log(stage, "%zu", op->u.io.done);
        } else {
            swap_newlines(player->text, op->u.io.done, '\n', '/');
            write_log(stage, "%.*s", (int)op->u.io.done, player->text);
        }
    }
    write_log(stage, "\n");
}

static void finish_statement(struct player *player, const struct cog_coro *coro,
                             const struct cog_op *op) {
    if (op->type->kind >= COG_OP_LISTEN) {
        log_result(player, coro, op);
    }
    bool opens = op->type->kind == COG_OP_LISTEN || op->type->kind == COG_OP_ACCEPT ||
                 op->type->kind == COG_OP_CONNECT || op->type->kind == COG_OP_BIND;
    if (opens) {
        *socket_entry(player, 1) = op->status == COG_OK ? op->socket : -1;
    }
    player->many = NULL;
}

static void close_at_once(struct player *player, struct cog_coro *coro) {
    int status = cog_close_socket(cog_coro_scheduler(coro), *socket_entry(player, 1));
    write_log(player->stage, "%lld %s close_socket%s%s\n", (long long)player->stage->now_ns,
              cog_coro_name(coro), status == COG_OK ? "" : " ",
              status == COG_OK ? "" : cog_status_name(status));
}

static int step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct player *player = context;
    if (player->word_count > 0) {
        finish_statement(player, coro, op);
    }
    while (read_statement(player)) {
        if (!is(player, "close_socket")) {
            set_op(player, op);
            return COG_STEP_AWAIT;
        }
        close_at_once(player, coro);
    }
    return COG_STEP_END;
}

struct cog_coro *net_player_new(struct net_stage *stage, uint32_t host, const char *name,
                                const char *script) {
    static const struct cog_coro_type type = {.step = step, .context_bytes = sizeof(struct player)};
    struct cog_coro *coro = NULL;
    int status = cog_coro_new(stage->hosts[host - 1].scheduler, &type, name, &coro);
    assert_int_equal(status, COG_OK);
    struct player *player = cog_coro_context(coro);
    player->stage = stage;
    player->host = host;
    player->next = script;
    return coro;
}
