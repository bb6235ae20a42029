/* words.h - the reserved words of the language.
 *
 * They are the first names that a parser interns, in this order, so that the number of a name tells
 * what it is: numbers below SIM_STATEMENT_KIND_COUNT are the statements, in the order of enum
 * sim_statement_kind, and numbers below SIM_WORD_COUNT are reserved.
 */
#ifndef SIM_LANGUAGE_WORDS_H
#define SIM_LANGUAGE_WORDS_H

#include "sim/language/ast.h"

#include <stdint.h>

/* X(enumerator, word) */
#define SIM_WORD_TABLE(X)                                                                          \
    X(YIELD, "yield")                                                                              \
    X(SLEEP, "sleep")                                                                              \
    X(WAIT, "wait")                                                                                \
    X(SIGNAL, "signal")                                                                            \
    X(SPAWN, "spawn")                                                                              \
    X(CALL, "call")                                                                                \
    X(JOIN, "join")                                                                                \
    X(RETURN, "return")                                                                            \
    X(FAIL, "fail")                                                                                \
    X(STOP, "stop")                                                                                \
    X(PUT, "put")                                                                                  \
    X(GET, "get")                                                                                  \
    X(DONE, "done")                                                                                \
    X(DRAIN, "drain")                                                                              \
    X(SUBSCRIBE, "subscribe")                                                                      \
    X(UNSUBSCRIBE, "unsubscribe")                                                                  \
    X(PUBLISH, "publish")                                                                          \
    X(FETCH, "fetch")                                                                              \
    X(COMPACT, "compact")                                                                          \
    X(EMIT, "emit")                                                                                \
    X(ITERATE, "iterate")                                                                          \
    X(LISTEN, "listen")                                                                            \
    X(ACCEPT, "accept")                                                                            \
    X(CONNECT, "connect")                                                                          \
    X(RECV, "recv")                                                                                \
    X(RECVALL, "recvall")                                                                          \
    X(RECVLINE, "recvline")                                                                        \
    X(SEND, "send")                                                                                \
    X(SENDALL, "sendall")                                                                          \
    X(SHUTDOWN, "shutdown")                                                                        \
    X(CLOSE, "close")                                                                              \
    X(LET, "let")                                                                                  \
    X(SET, "set")                                                                                  \
    X(IF, "if")                                                                                    \
    X(REPEAT, "repeat")                                                                            \
    X(WHILE, "while")                                                                              \
    X(BREAK, "break")                                                                              \
    X(CONTINUE, "continue")                                                                        \
    X(CHECK, "check")                                                                              \
    X(LOG, "log")                                                                                  \
    X(PICK, "pick")                                                                                \
    X(ADD, "add")                                                                                  \
    X(SWAP, "swap")                                                                                \
    X(CAS, "cas")                                                                                  \
    X(ACQUIRE, "acquire")                                                                          \
    X(RELEASE, "release")                                                                          \
    X(ELSE, "else")                                                                                \
    X(ON, "on")                                                                                    \
    X(SCENARIO, "scenario")                                                                        \
    X(INCLUDE, "include")                                                                          \
    X(PARAM, "param")                                                                              \
    X(EACH, "each")                                                                                \
    X(HOST, "host")                                                                                \
    X(LINK, "link")                                                                                \
    X(SCHEDULER, "scheduler")                                                                      \
    X(QUEUE, "queue")                                                                              \
    X(CHANNEL, "channel")                                                                          \
    X(VAR, "var")                                                                                  \
    X(SHARED, "shared")                                                                            \
    X(LOCK, "lock")                                                                                \
    X(AT, "at")                                                                                    \
    X(CORO, "coro")                                                                                \
    X(ROUTINE, "routine")                                                                          \
    X(EXPECT, "expect")                                                                            \
    X(NORMALLY, "normally")                                                                        \
    X(SOMETIMES, "sometimes")                                                                      \
    X(NEVER, "never")                                                                              \
    X(OUTCOME, "outcome")                                                                          \
    X(EXPLORE, "explore")                                                                          \
    X(SCHEDULE, "schedule")                                                                        \
    X(PARTITION, "partition")                                                                      \
    X(HEAL, "heal")                                                                                \
    X(CLOG, "clog")                                                                                \
    X(CRASH, "crash")                                                                              \
    X(RESTART, "restart")                                                                          \
    X(STEP, "step")                                                                                \
    X(SKEW, "skew")                                                                                \
    X(DRIFT, "drift")                                                                              \
    X(PPM, "ppm")                                                                                  \
    X(PROGRAM, "program")                                                                          \
    X(LATENCY, "latency")                                                                          \
    X(LOSS, "loss")                                                                                \
    X(DUPLICATE, "duplicate")                                                                      \
    X(BANDWIDTH, "bandwidth")                                                                      \
    X(BUFFER, "buffer")                                                                            \
    X(PRIORITY, "priority")                                                                        \
    X(TIMEOUT, "timeout")                                                                          \
    X(RESOLUTION, "resolution")                                                                    \
    X(PROACTOR, "proactor")                                                                        \
    X(OPS, "ops")                                                                                  \
    X(MULTIPLEX, "multiplex")                                                                      \
    X(SIZE, "size")                                                                                \
    X(AFTER, "after")                                                                              \
    X(TIMES, "times")                                                                              \
    X(BACKGROUND, "background")                                                                    \
    X(AS, "as")                                                                                    \
    X(VALUE, "value")                                                                              \
    X(RECIPIENTS, "recipients")                                                                    \
    X(NOWAIT, "nowait")                                                                            \
    X(FROM, "from")                                                                                \
    X(TO, "to")                                                                                    \
    X(WITH, "with")                                                                                \
    X(PORT, "port")                                                                                \
    X(BACKLOG, "backlog")                                                                          \
    X(MAX, "max")                                                                                  \
    X(WEAK, "weak")                                                                                \
    X(STRONG, "strong")                                                                            \
    X(NONE, "none")                                                                                \
    X(CLOCK, "clock")                                                                              \
    X(BY, "by")                                                                                    \
    X(NO, "no")                                                                                    \
    X(BEFORE, "before")                                                                            \
    X(ENDS, "ends")                                                                                \
    X(FAILS, "fails")                                                                              \
    X(END, "end")                                                                                  \
    X(DEADLOCK, "deadlock")                                                                        \
    X(ALWAYS, "always")                                                                            \
    X(WITHIN, "within")                                                                            \
    X(OF, "of")                                                                                    \
    X(OUTCOMES, "outcomes")                                                                        \
    X(VARY, "vary")                                                                                \
    X(BUDGET, "budget")                                                                            \
    X(AND, "and")                                                                                  \
    X(OR, "or")                                                                                    \
    X(NOT, "not")                                                                                  \
    X(TRUE, "true")                                                                                \
    X(FALSE, "false")                                                                              \
    X(NOW, "now")                                                                                  \
    X(INDEX, "index")

enum sim_word {
#define SIM_WORD_ENUMERATOR(enumerator, word) SIM_WORD_##enumerator,
    SIM_WORD_TABLE(SIM_WORD_ENUMERATOR)
#undef SIM_WORD_ENUMERATOR
        SIM_WORD_COUNT
};

/* The text of a word; number < SIM_WORD_COUNT. */
const char *sim_word_text(uint32_t number);

#endif
