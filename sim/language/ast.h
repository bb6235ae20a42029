/* ast.h - the tree that a scenario file becomes: what the parser builds, the checker completes and
 * the runner reads.
 *
 * Everything hangs off `struct sim_scenario` and lives in one arena, freed as a whole by
 * sim_scenario_free(). Lists are arrays with a count (null when empty). The parser fills in what
 * stands in the file, names as text; the checker resolves each name to an index into the scenario's
 * arrays or to a local slot, and gives each expression its type. A tree that sim_scenario_parse()
 * hands out is complete: no SIM_NONE where an index is needed, no unresolved name.
 *
 *     scenario -> hosts, links, settings, queues, channels, variables, locks, signals
 *              -> coroutines, routines -> block -> statement -> clauses, handlers -> block
 *              -> world blocks -> world statements
 *              -> expectations -> clause tree; outcome; outcome set; exploration; schedule lines
 *
 * Times are nanoseconds, sizes bytes, rates bytes a second. Every text and name is followed by a
 * NUL.
 */
#ifndef SIM_LANGUAGE_AST_H
#define SIM_LANGUAGE_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An index that stands for nothing: no host given, not resolved. */
#define SIM_NONE UINT32_MAX

/* The largest number, size and duration (in ns) that can be written. */
#define SIM_VALUE_MAX ((INT64_C(1) << 60) - 1)

/* ---- Places, texts, names ---- */

/* Where something stands: line and column count from 1, columns in code points; offset and length
 * are bytes of the whole text, that of included files spliced in. A line tells its file as well:
 * sim_line_number(), sim_line_file(). */
struct sim_place {
    uint32_t line;
    uint32_t column;
    uint32_t offset;
    uint32_t length;
};

enum { SIM_LINE_BITS = 24, SIM_FILES_MAX = 200 };

#define SIM_LINE_NUMBER_MAX ((UINT32_C(1) << SIM_LINE_BITS) - 1)

/* The number of a line in its file, from 1; 0 for no line. */
static inline uint32_t sim_line_number(uint32_t line) {
    return line & SIM_LINE_NUMBER_MAX;
}

/* Which file a line is of: 0 the scenario's own, then the included ones in order. */
static inline uint32_t sim_line_file(uint32_t line) {
    return line >> SIM_LINE_BITS;
}

/* Bytes with escapes resolved; may contain NULs of its own. */
struct sim_text {
    const char *bytes;
    size_t length;
};

/* A name where it is used or declared. `index` is what the checker resolved it to, in the array
 * that the field holding it tells; SIM_NONE if the file names nothing here (then `name` is null).
 * Between parser and checker it is the number of the name in the parser's table. */
struct sim_reference {
    const char *name;
    uint32_t index;
    struct sim_place place;
};

/* low == high unless written as `D1..D2`. */
struct sim_range {
    int64_t low;
    int64_t high;
};

/* ---- Expressions ---- */

#define SIM_EXPRESSION_DEPTH_MAX 200

/* What is known of a value before it runs. ANY is checked when it runs. */
enum sim_type {
    SIM_TYPE_ANY,
    SIM_TYPE_NUMBER,
    SIM_TYPE_DURATION,
    SIM_TYPE_BOOL,
    SIM_TYPE_TEXT,
    SIM_TYPE_SOCKET,
    SIM_TYPE_HANDLE,
    SIM_TYPE_LIST,
};

enum sim_expression_kind {
    SIM_EXPRESSION_NUMBER,   /* integer: also sizes */
    SIM_EXPRESSION_DURATION, /* integer: ns */
    SIM_EXPRESSION_BOOL,     /* integer: 0 or 1 */
    SIM_EXPRESSION_TEXT,     /* pieces */
    SIM_EXPRESSION_NOW,      /* the host's clock; in expectations the world's */
    SIM_EXPRESSION_INDEX,    /* which of the `times N` instances this is, from 0 */
    SIM_EXPRESSION_NAME,     /* reference: only between parser and checker */
    SIM_EXPRESSION_LOCAL,    /* reference.index: slot */
    SIM_EXPRESSION_VARIABLE, /* reference.index: into variables, not an array */
    SIM_EXPRESSION_ELEMENT,  /* reference.index: into variables, an array; right: which element */
    SIM_EXPRESSION_ITEM,     /* left[right]: left is a list */
    SIM_EXPRESSION_NEGATE,   /* -left */
    SIM_EXPRESSION_NOT,      /* not left */
    SIM_EXPRESSION_ADD,      /* left and right, from here on */
    SIM_EXPRESSION_SUBTRACT,
    SIM_EXPRESSION_MULTIPLY,
    SIM_EXPRESSION_DIVIDE,
    SIM_EXPRESSION_REMAINDER,
    SIM_EXPRESSION_EQUAL,
    SIM_EXPRESSION_UNEQUAL,
    SIM_EXPRESSION_LESS,
    SIM_EXPRESSION_LESS_EQUAL,
    SIM_EXPRESSION_GREATER,
    SIM_EXPRESSION_GREATER_EQUAL,
    SIM_EXPRESSION_AND, /* right is evaluated only if left is true */
    SIM_EXPRESSION_OR,  /* right is evaluated only if left is false */
};

/* A part of a text: the expression's value if there is one, else the bytes. */
struct sim_text_piece {
    struct sim_text bytes;
    struct sim_expression *expression;
};

struct sim_expression {
    enum sim_expression_kind kind;
    enum sim_type type;
    struct sim_place place; /* of operators: from left to right operand */
    uint32_t depth;         /* of the tree below, 1 for a leaf; at most SIM_EXPRESSION_DEPTH_MAX */
    union {
        int64_t integer;
        struct {
            struct sim_text_piece *pieces;
            uint32_t piece_count;
        } text;
        struct {
            struct sim_reference reference; /* NAME, LOCAL, VARIABLE, ELEMENT */
            struct sim_expression *element; /* ELEMENT: which */
        } name;
        struct {
            struct sim_expression *left;
            struct sim_expression *right; /* null for NEGATE and NOT */
        } operands;
    } as;
};

/* ---- Parameters ---- */

/* What a parameter stands for. */
enum sim_constant_kind {
    SIM_CONSTANT_NUMBER,
    SIM_CONSTANT_DURATION, /* ns */
    SIM_CONSTANT_RANGE,    /* ns, low to high */
    SIM_CONSTANT_BOOL,
    SIM_CONSTANT_PERCENTAGE, /* of a million */
    SIM_CONSTANT_TEXT,
};

struct sim_constant {
    enum sim_constant_kind kind;
    int64_t low; /* the value, but for a text */
    int64_t high;
    struct sim_text text;
};

/* A `param`, or a column of `each`: parsing puts its value wherever its name stands. */
struct sim_parameter {
    const char *name;
    struct sim_place place;
    struct sim_constant value;
    bool is_column;  /* of `each` */
    bool is_defined; /* its value is not the file's but a definition's */
    bool is_used;
    bool is_broken; /* its value could not be read: between parser and checker only */
};

/* A comma separated list. */
struct sim_expression_list {
    struct sim_expression **items;
    uint32_t count;
};

/* ---- Statements ---- */

/* Where a statement puts a value. NONE when it has no `as`. */
enum sim_target_kind {
    SIM_TARGET_NONE,
    SIM_TARGET_LOCAL,    /* reference.index: slot */
    SIM_TARGET_VARIABLE, /* reference.index: into variables, not an array */
    SIM_TARGET_ELEMENT,  /* reference.index: into variables, an array; element: which */
};

struct sim_target {
    enum sim_target_kind kind;
    struct sim_reference reference;
    struct sim_expression *element;
};

enum sim_statement_kind {
    SIM_STATEMENT_YIELD,
    SIM_STATEMENT_SLEEP,
    SIM_STATEMENT_WAIT,
    SIM_STATEMENT_SIGNAL,
    SIM_STATEMENT_SPAWN,
    SIM_STATEMENT_CALL,
    SIM_STATEMENT_JOIN,
    SIM_STATEMENT_RETURN,
    SIM_STATEMENT_FAIL,
    SIM_STATEMENT_STOP,
    SIM_STATEMENT_PUT,
    SIM_STATEMENT_GET,
    SIM_STATEMENT_DONE,
    SIM_STATEMENT_DRAIN,
    SIM_STATEMENT_SUBSCRIBE,
    SIM_STATEMENT_UNSUBSCRIBE,
    SIM_STATEMENT_PUBLISH,
    SIM_STATEMENT_FETCH,
    SIM_STATEMENT_COMPACT,
    SIM_STATEMENT_EMIT,
    SIM_STATEMENT_ITERATE,
    SIM_STATEMENT_LISTEN,
    SIM_STATEMENT_ACCEPT,
    SIM_STATEMENT_CONNECT,
    SIM_STATEMENT_RECV,
    SIM_STATEMENT_RECVALL,
    SIM_STATEMENT_RECVLINE,
    SIM_STATEMENT_SEND,
    SIM_STATEMENT_SENDALL,
    SIM_STATEMENT_SHUTDOWN,
    SIM_STATEMENT_CLOSE,
    SIM_STATEMENT_LET,
    SIM_STATEMENT_SET,
    SIM_STATEMENT_IF,
    SIM_STATEMENT_REPEAT,
    SIM_STATEMENT_WHILE,
    SIM_STATEMENT_BREAK,
    SIM_STATEMENT_CONTINUE,
    SIM_STATEMENT_CHECK,
    SIM_STATEMENT_LOG,
    SIM_STATEMENT_PICK,
    SIM_STATEMENT_ADD,
    SIM_STATEMENT_SWAP,
    SIM_STATEMENT_CAS,
    SIM_STATEMENT_ACQUIRE,
    SIM_STATEMENT_RELEASE,
};

#define SIM_STATEMENT_KIND_COUNT (SIM_STATEMENT_RELEASE + 1)

/* Endings other than success, as bits of a set. */
enum sim_ending {
    SIM_ENDING_TIMEOUT = 1 << 0,
    SIM_ENDING_CLOSED = 1 << 1,
    SIM_ENDING_RESET = 1 << 2,
    SIM_ENDING_REFUSED = 1 << 3,
    SIM_ENDING_FULL = 1 << 4,
    SIM_ENDING_EMPTY = 1 << 5,
    SIM_ENDING_FAILED = 1 << 6,
};

enum sim_timeout_kind {
    SIM_TIMEOUT_DEFAULT, /* nothing written: the scheduler's */
    SIM_TIMEOUT_NONE,    /* `timeout none` */
    SIM_TIMEOUT_AFTER,   /* `timeout D` */
    SIM_TIMEOUT_AT,      /* `timeout at D`: the host's clock */
};

enum sim_priority {
    SIM_PRIORITY_DEFAULT, /* nothing written, or `default`: the scheduler's */
    SIM_PRIORITY_LAST,
    SIM_PRIORITY_CORO,
    SIM_PRIORITY_OP,
    SIM_PRIORITY_FIRST,
};

/* The clauses that every waiting operation takes. */
struct sim_wait_options {
    enum sim_timeout_kind timeout_kind;
    struct sim_expression *timeout; /* AFTER and AT: a duration */
    bool strong;                    /* else weak, the default */
    enum sim_priority priority;
};

struct sim_block {
    struct sim_statement *statements;
    uint32_t count;
};

/* `on A, B` and its block; control goes on after the statement it belongs to. */
struct sim_handler {
    unsigned endings; /* a set of enum sim_ending */
    struct sim_place place;
    struct sim_block block;
};

struct sim_statement {
    enum sim_statement_kind kind;
    struct sim_place place; /* of the first word */
    bool is_broken;         /* its line has an error: between parser and checker only */
    struct sim_wait_options options;
    struct sim_handler *handlers; /* in file order; no ending in two of them */
    uint32_t handler_count;
    union {
        struct { /* SLEEP: a duration. RETURN: may be null. FAIL, LOG: a text. CHECK: a bool. EMIT:
                    any */
            struct sim_expression *value;
        } simple;
        struct { /* WAIT, SIGNAL */
            struct sim_reference signal;
            struct sim_expression *value;      /* SIGNAL; null: none */
            struct sim_expression *recipients; /* SIGNAL; null: not written */
            struct sim_target target;          /* WAIT: the value. SIGNAL: the number woken */
        } signal;
        struct {                          /* SPAWN, CALL, ITERATE */
            struct sim_reference routine; /* into routines */
            struct sim_expression_list arguments;
            struct sim_target
                target; /* SPAWN: the handle. CALL: the result. ITERATE: each value, never NONE */
            struct sim_block body; /* ITERATE */
        } start;
        struct { /* JOIN */
            struct sim_expression *handle;
            struct sim_target target;
        } join;
        struct { /* PUT, GET, DONE, DRAIN */
            struct sim_reference queue;
            struct sim_expression *value; /* PUT */
            struct sim_target target;     /* GET */
            bool nowait;                  /* PUT, GET */
        } queue;
        struct { /* SUBSCRIBE, UNSUBSCRIBE, PUBLISH, FETCH, COMPACT */
            struct sim_reference channel;
            struct sim_expression *value; /* PUBLISH */
            struct sim_target target;     /* FETCH */
        } channel;
        struct { /* LISTEN to CLOSE */
            struct sim_expression
                *socket; /* the socket used; null for LISTEN and CONNECT, which make one */
            struct sim_target target;    /* LISTEN, ACCEPT, CONNECT: the socket. RECV*: the text */
            struct sim_reference host;   /* CONNECT; index SIM_NONE: the own host */
            struct sim_expression *port; /* LISTEN, CONNECT */
            struct sim_expression *backlog; /* LISTEN; null: not written */
            struct sim_expression *bytes;   /* RECV, RECVLINE: max. RECVALL: size */
            struct sim_expression *text;    /* SEND, SENDALL */
        } socket;
        struct { /* LET (target LOCAL), SET */
            struct sim_target target;
            struct sim_expression *value;
        } assign;
        struct { /* IF; without an `else`, otherwise is empty */
            struct sim_expression *condition;
            struct sim_block then;
            struct sim_block otherwise;
        } branch;
        struct { /* REPEAT: a number, null for ever. WHILE: a bool */
            struct sim_expression *value;
            struct sim_block body;
        } loop;
        struct { /* PICK */
            struct sim_target target;
            struct sim_expression_list choices;
        } pick;
        struct {                             /* ADD, SWAP, CAS */
            struct sim_target object;        /* VARIABLE or ELEMENT */
            struct sim_expression *value;    /* what is added, put in, or put in if equal */
            struct sim_expression *expected; /* CAS */
            struct sim_target target;        /* ADD, SWAP: the old value. CAS: a bool */
        } atomic;
        struct { /* ACQUIRE, RELEASE */
            struct sim_reference lock;
            struct sim_expression *element; /* of an array: which; else null */
        } lock;
    } as;
};

/* ---- Coroutines ---- */

#define SIM_LOCALS_MAX 1024

/* Names local to a coroutine or routine; parameters take the first slots. */
struct sim_local {
    const char *name;
    struct sim_place place; /* where it is first set */
    enum sim_type type;     /* of everything that is put in it; ANY if that differs */
};

/* A `coro` or a `routine`. */
struct sim_coroutine {
    const char *name;
    struct sim_place place;
    bool is_routine;
    bool background; /* coro */
    bool emits;      /* routine: has an `emit`, so it is for `iterate` */
    struct sim_reference
        host; /* coro: into hosts. routine: the one host it runs on, SIM_NONE if none or several */
    int64_t after_ns; /* coro */
    uint32_t times;   /* coro: how many are started; 1 when not written */
    bool has_times;   /* coro: `times` is written, so instances are told apart by their index */
    uint32_t parameter_count; /* routine */
    bool is_damaged; /* a broken line may have set a local: between parser and checker only */
    struct sim_local *locals;
    uint32_t local_count; /* at most SIM_LOCALS_MAX */
    struct sim_block body;
};

/* ---- The world ---- */

struct sim_host {
    const char *name;
    struct sim_place
        place;         /* of its line, or of its first mention; line 0 for a `main` nobody wrote */
    bool is_declared;  /* by a line of its own */
    int64_t skew_ns;   /* may be negative */
    int64_t drift_ppm; /* may be negative */
    bool has_program;
    struct sim_text program;
};

struct sim_link {
    struct sim_place place;
    struct sim_reference from;
    struct sim_reference to;
    bool both_ways;
    bool has_latency;
    bool has_loss;
    bool has_duplicate;
    bool has_bandwidth;
    bool has_buffer;
    struct sim_range latency_ns;
    uint32_t loss_ppm; /* of a million: 2% is 20000 */
    uint32_t duplicate_ppm;
    int64_t bandwidth_bytes_per_second;
    int64_t buffer_bytes;
    /* Where each value stands, so that a fault that never fired can be named. */
    struct sim_place latency_place;
    struct sim_place loss_place;
    struct sim_place duplicate_place;
};

/* A `scheduler` line: for one host or for all. */
struct sim_scheduler_settings {
    struct sim_place place;
    struct sim_reference host; /* index SIM_NONE: all hosts */
    bool has_priority;
    bool has_timeout;
    bool has_resolution;
    bool has_proactor;
    bool has_ops;
    bool has_multiplex;
    enum sim_priority priority;
    int64_t timeout_ns; /* -1: `timeout none` */
    int64_t resolution_ns;
    bool proactor_greedy;
    bool ops_greedy;
    bool multiplex_first;
};

struct sim_queue {
    const char *name;
    struct sim_place place;
    int64_t size;  /* 0: unbounded */
    uint32_t host; /* SIM_NONE: used nowhere */
};

struct sim_channel {
    const char *name;
    struct sim_place place;
    uint32_t host;
};

struct sim_lock {
    const char *name;
    struct sim_place place;
    bool is_array;
    uint32_t element_count; /* 1 unless it is an array */
    size_t first;           /* the elements of all locks in a row: where its own begin */
    uint32_t host;
};

/* Signals are not declared: every name that a `signal` or a `wait` mentions, in order. */
struct sim_signal {
    const char *name;
    struct sim_place place; /* of the first mention */
    uint32_t host;
};

/* A `var` or a `shared`. */
struct sim_variable {
    const char *name;
    struct sim_place place;
    bool is_shared;
    bool is_array;
    uint32_t element_count; /* 1 unless it is an array */
    enum sim_type type;     /* of everything that is put in it; ANY if that differs */
    struct sim_expression
        *initial; /* uses literals, operators and variables declared above it only */
};

enum sim_world_kind {
    SIM_WORLD_PARTITION, /* a, b */
    SIM_WORLD_HEAL,      /* a, b */
    SIM_WORLD_CLOG,      /* a, b */
    SIM_WORLD_CRASH,     /* a */
    SIM_WORLD_RESTART,   /* a */
    SIM_WORLD_LINK,      /* link */
    SIM_WORLD_SIGNAL,    /* name: into signals; a: the host */
    SIM_WORLD_SET,       /* target, value */
    SIM_WORLD_STEP,      /* a, step_ns */
};

struct sim_world_statement {
    enum sim_world_kind kind;
    struct sim_place place;
    struct sim_reference a; /* into hosts */
    struct sim_reference b; /* into hosts */
    struct sim_reference signal;
    struct sim_link *link;    /* the values written change, the others stay */
    struct sim_target target; /* VARIABLE or ELEMENT */
    struct sim_expression *value;
    int64_t step_ns; /* may be negative */
};

/* An `at` block. */
struct sim_world_block {
    struct sim_place place;
    struct sim_range at_ns;
    struct sim_world_statement *statements;
    uint32_t count;
};

/* ---- What must hold ---- */

enum sim_clause_kind {
    SIM_CLAUSE_AND,       /* left, right: both in one run */
    SIM_CLAUSE_OR,        /* left, right */
    SIM_CLAUSE_LOG,       /* text; at, by, times if written */
    SIM_CLAUSE_NO_LOG,    /* text; at, by if written */
    SIM_CLAUSE_BEFORE,    /* text before second */
    SIM_CLAUSE_ENDS,      /* coroutine; at if written */
    SIM_CLAUSE_FAILS,     /* coroutine; at if written */
    SIM_CLAUSE_TIMES_OUT, /* coroutine; at if written */
    SIM_CLAUSE_NO_TIMEOUT,
    SIM_CLAUSE_END, /* at, always written */
    SIM_CLAUSE_DEADLOCK,
    SIM_CLAUSE_ALWAYS, /* expression, after every step */
    SIM_CLAUSE_WITHIN, /* within_ns of a log line like text, expression holds */
    SIM_CLAUSE_HOLDS,  /* expression, when the run has ended */
};

struct sim_clause {
    enum sim_clause_kind kind;
    struct sim_place place;
    struct sim_clause *left;
    struct sim_clause *right;
    struct sim_text text; /* a pattern: `*` stands for any run of characters */
    struct sim_text second;
    bool has_at;
    struct sim_range at_ns; /* world time */
    struct sim_reference
        coroutine;   /* into coroutines or routines; of LOG: `by`, SIM_NONE if not written */
    bool is_routine; /* which of the two */
    bool has_times;
    int64_t times;
    int64_t within_ns;
    struct sim_expression *expression; /* a bool */
    /* Where its parts stand, for those who rewrite them; line 0: not written. */
    struct sim_place head_place; /* `log`, `no log`, `ends`, `fails`, `times out` */
    struct sim_place text_place; /* with its quotes */
    struct sim_place second_place;
    struct sim_place at_place;    /* of the value, as the next */
    struct sim_place times_place; /* of LOG */
};

enum sim_expectation_kind {
    SIM_EXPECTATION_EXPECT,    /* every run */
    SIM_EXPECTATION_NORMALLY,  /* the canonical run */
    SIM_EXPECTATION_SOMETIMES, /* at least one of all explored runs */
    SIM_EXPECTATION_NEVER,     /* none of all explored runs */
};

struct sim_expectation {
    enum sim_expectation_kind kind;
    struct sim_place place;
    struct sim_text source; /* the line as written, indentation and comment apart */
    struct sim_clause *clause;
};

/* One line under `expect outcomes`: constants, as many as `outcome` has expressions. */
struct sim_outcome_line {
    struct sim_place place;
    struct sim_text source;
    struct sim_expression_list values;
};

/* What may vary, as bits of a set. */
enum sim_vary {
    SIM_VARY_ARRIVALS = 1 << 0,
    SIM_VARY_ORDER = 1 << 1,
    SIM_VARY_TIME = 1 << 2,
    SIM_VARY_SIZE = 1 << 3,
    SIM_VARY_FAULTS = 1 << 4,
};

struct sim_exploration {
    struct sim_place place; /* line 0: there is no `explore` line */
    unsigned vary;          /* a set of enum sim_vary */
    bool has_budget;
    bool has_within;
    int64_t budget;
    int64_t within_ns;
};

/* A line of the `schedule` block, its four spaces of indentation removed. */
struct sim_schedule_line {
    struct sim_place place;
    struct sim_text text;
};

struct sim_scenario {
    struct sim_text title;
    struct sim_place title_place;
    const char **files; /* names, as diagnostics show them; the first is the scenario's own */
    uint32_t file_count;
    struct sim_parameter *parameters;
    uint32_t parameter_count;
    struct sim_place each_place; /* line 0: there is no `each` */
    uint32_t row_count;          /* of `each` */
    uint32_t row;                /* the one that this tree is of, from 0 */
    struct sim_text row_text;    /* "latency = 5ms, limit = 1s"; empty without `each` */
    struct sim_place row_place;
    struct sim_host *hosts; /* in order of declaration, a first mention being one */
    uint32_t host_count;
    struct sim_link *links;
    uint32_t link_count;
    struct sim_scheduler_settings *settings;
    uint32_t settings_count;
    struct sim_queue *queues;
    uint32_t queue_count;
    struct sim_channel *channels;
    uint32_t channel_count;
    struct sim_variable *variables;
    uint32_t variable_count;
    struct sim_lock *locks;
    uint32_t lock_count;
    struct sim_signal *signals;
    uint32_t signal_count;
    struct sim_coroutine *coroutines; /* the `coro` blocks */
    uint32_t coroutine_count;
    struct sim_coroutine *routines; /* the `routine` blocks */
    uint32_t routine_count;
    struct sim_world_block *world_blocks;
    uint32_t world_block_count;
    struct sim_expectation *expectations;
    uint32_t expectation_count;
    bool has_outcome;
    struct sim_place outcome_place;
    struct sim_expression_list outcome; /* of variables */
    bool has_outcome_set;
    struct sim_place outcome_set_place;
    struct sim_outcome_line *outcome_lines;
    uint32_t outcome_line_count;
    struct sim_exploration exploration;
    bool has_schedule;
    struct sim_place schedule_place;
    struct sim_schedule_line *schedule_lines;
    uint32_t schedule_line_count;
    struct sim_arena *arena; /* what holds all of the above, this struct included */
};

/* The name of the file that a line is of. */
static inline const char *sim_scenario_file_name(const struct sim_scenario *scenario,
                                                 uint32_t line) {
    return scenario->files[sim_line_file(line)];
}

#endif
