/* bench_serve_libevent.c - the echo server on libevent's bufferevents, as its book has it. */
#include "tests/bench/bench_serve.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

static void on_read(struct bufferevent *client, void *context) {
    (void)context;
    (void)evbuffer_add_buffer(bufferevent_get_output(client), bufferevent_get_input(client));
}

static void on_event(struct bufferevent *client, short events, void *context) {
    (void)context;
    if ((events & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0) {
        bufferevent_free(client);
    }
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t socket,
                          struct sockaddr *address, int bytes, void *context) {
    (void)address;
    (void)bytes;
    (void)context;
    struct bufferevent *client =
        bufferevent_socket_new(evconnlistener_get_base(listener), socket, BEV_OPT_CLOSE_ON_FREE);
    if (client == NULL) {
        exit(EXIT_FAILURE);
    }
    bufferevent_setcb(client, on_read, NULL, on_event, NULL);
    (void)bufferevent_enable(client, EV_READ | EV_WRITE);
}

void serve_libevent(int ready) {
    struct event_base *base = event_base_new();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct evconnlistener *listener =
        base == NULL
            ? NULL
            : evconnlistener_new_bind(base, on_connection, NULL, LEV_OPT_CLOSE_ON_FREE,
                                      ECHO_BACKLOG, (struct sockaddr *)&address, sizeof address);
    socklen_t bytes = sizeof address;
    if (listener == NULL ||
        getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &bytes) != 0) {
        exit(EXIT_FAILURE);
    }
    int port = ntohs(address.sin_port);
    if (write(ready, &port, sizeof port) != sizeof port) {
        exit(EXIT_FAILURE);
    }
    exit(event_base_dispatch(base) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
