/* bench_serve.h - the same echo server on several libraries. Each listens on a port of 127.0.0.1
 * that the system chooses, writes that as an int into `ready`, and echoes until it is killed. */
#ifndef TESTS_BENCH_SERVE_H
#define TESTS_BENCH_SERVE_H

enum { ECHO_BYTES = 4096, ECHO_BACKLOG = 4096 };

/* name: of the proactor. Each client may be silent for five minutes: a weak timeout. */
void serve_cogen(const char *name, int ready);
void serve_libuv(int ready);
void serve_libevent(int ready);

#endif
