/* crowd.c - crowd PORT COUNT: connects to a RESP server of this machine and closes again, COUNT
 * times, as fast as it can, while another connection asks PING after PING and waits for each
 * answer.
 *
 * Prints how many connected and how many PINGs were answered, and on a line of its own how fast,
 * and what the slowest answer took. Exit code 1: a connection failed, or an answer was wrong.
 */
#define _DEFAULT_SOURCE

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each tenth closes in order; more of them would use up the ports of this machine. */
enum { IN_ORDER = 10 };

static void give_up(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

static int64_t now_us(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int connect_to(const struct sockaddr_in *server) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (const struct sockaddr *)server, sizeof *server) != 0) {
        give_up("connect");
    }
    return client;
}

static void come_and_go(const struct sockaddr_in *server, long count) {
    const struct linger at_once = {.l_onoff = 1};
    for (long i = 0; i < count; i++) {
        int client = connect_to(server);
        if (i % IN_ORDER != 0) {
            (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
        (void)close(client);
    }
}

/* How long the answer took. */
static int64_t ping(int client) {
    static const char question[] = "PING\r\n";
    static const char expected[] = "+PONG\r\n";
    char answer[sizeof expected - 1];
    int64_t begun_us = now_us();
    if (send(client, question, sizeof question - 1, 0) != (ssize_t)sizeof question - 1) {
        give_up("send");
    }
    if (recv(client, answer, sizeof answer, MSG_WAITALL) != (ssize_t)sizeof answer ||
        memcmp(answer, expected, sizeof answer) != 0) {
        (void)fprintf(stderr, "not answered\n");
        exit(EXIT_FAILURE);
    }
    return now_us() - begun_us;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        (void)fprintf(stderr, "crowd PORT COUNT\n");
        return 2;
    }
    const struct sockaddr_in server = {.sin_family = AF_INET,
                                       .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                                       .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    long count = strtol(argv[2], NULL, 10);
    int client = connect_to(&server);
    (void)ping(client);
    int64_t begun_us = now_us();
    pid_t crowd = fork();
    if (crowd == 0) {
        (void)close(client);
        come_and_go(&server, count);
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    int64_t worst_us = 0;
    long answered_count = 0;
    while (waitpid(crowd, &status, WNOHANG) == 0) {
        int64_t us = ping(client);
        worst_us = us > worst_us ? us : worst_us;
        answered_count++;
    }
    int64_t elapsed_us = now_us() - begun_us;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return EXIT_FAILURE;
    }
    printf("connected %ld times; every PING was answered\n", count);
    printf("%lld connects a second; %ld PINGs, the slowest took %lld us\n",
           (long long)(count * 1000000 / (elapsed_us > 0 ? elapsed_us : 1)), answered_count,
           (long long)worst_us);
    return EXIT_SUCCESS;
}
