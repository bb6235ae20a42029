/* jobs.c - threads that take the next piece of work, and one that prints what they are done with.
 *
 * The output of a piece is kept until all before it are printed. A piece is not begun while too
 * many wait for an earlier one, so that memory stays bounded.
 */
#include "sim/program/jobs.h"

#include "sim/program/program.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 256, AHEAD_MAX = 1024 };

/* A piece of work. */
struct piece {
    char *output;
    size_t output_bytes;
    char *errors;
    size_t error_bytes;
    int code;
    bool is_done;
};

struct jobs {
    pthread_mutex_t mutex;
    pthread_cond_t has_changed;
    struct piece pieces[AHEAD_MAX]; /* by index modulo AHEAD_MAX */
    size_t count;
    size_t next;    /* to begin */
    size_t printed; /* all before it are */
    job_function job;
    void *context;
    struct sim_helpers *helpers;
};

static int do_piece(struct jobs *jobs, size_t index, struct piece *piece) {
    FILE *output = open_memstream(&piece->output, &piece->output_bytes);
    FILE *errors = open_memstream(&piece->errors, &piece->error_bytes);
    int code = EXIT_ENVIRONMENT;
    if (output != NULL && errors != NULL) {
        code = jobs->job(jobs->context, index, output, errors);
    } else {
        complain("out of memory");
    }
    bool is_whole = output == NULL || fclose(output) == 0;
    if ((errors != NULL && fclose(errors) != 0) || !is_whole) {
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    return code;
}

static void *work(void *context) {
    struct jobs *jobs = context;
    (void)pthread_mutex_lock(&jobs->mutex);
    for (;;) {
        while (jobs->next < jobs->count && jobs->next >= jobs->printed + AHEAD_MAX) {
            (void)pthread_cond_wait(&jobs->has_changed, &jobs->mutex);
        }
        if (jobs->next == jobs->count) {
            break;
        }
        size_t index = jobs->next++;
        struct piece piece = {.code = EXIT_HELD};
        (void)pthread_mutex_unlock(&jobs->mutex);
        piece.code = do_piece(jobs, index, &piece);
        (void)pthread_mutex_lock(&jobs->mutex);
        piece.is_done = true;
        jobs->pieces[index % AHEAD_MAX] = piece;
        (void)pthread_cond_broadcast(&jobs->has_changed);
    }
    (void)pthread_mutex_unlock(&jobs->mutex);
    sim_helpers_give(jobs->helpers, 1);
    return NULL;
}

static void print(struct piece *piece) {
    if (piece->error_bytes > 0) {
        (void)fflush(stdout);
        (void)fwrite(piece->errors, 1, piece->error_bytes, stderr);
    }
    if (piece->output_bytes > 0) {
        (void)fwrite(piece->output, 1, piece->output_bytes, stdout);
    }
    free(piece->output);
    free(piece->errors);
}

static int print_all(struct jobs *jobs) {
    int code = EXIT_HELD;
    (void)pthread_mutex_lock(&jobs->mutex);
    while (jobs->printed < jobs->count) {
        struct piece *slot = &jobs->pieces[jobs->printed % AHEAD_MAX];
        while (!slot->is_done) {
            (void)pthread_cond_wait(&jobs->has_changed, &jobs->mutex);
        }
        struct piece piece = *slot;
        slot->is_done = false;
        (void)pthread_mutex_unlock(&jobs->mutex);
        print(&piece);
        code = worse(code, piece.code);
        (void)pthread_mutex_lock(&jobs->mutex);
        jobs->printed++;
        (void)pthread_cond_broadcast(&jobs->has_changed);
    }
    (void)pthread_mutex_unlock(&jobs->mutex);
    return code;
}

static int do_at_once(struct jobs *jobs, size_t thread_count) {
    pthread_t threads[THREADS_MAX];
    size_t started = 0;
    while (started < thread_count && pthread_create(&threads[started], NULL, work, jobs) == 0) {
        started++;
    }
    if (started == 0) {
        complain("cannot start a thread");
        return EXIT_ENVIRONMENT;
    }
    int code = print_all(jobs);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return code;
}

int do_jobs(size_t count, uint64_t thread_count, job_function job, void *context,
            struct sim_helpers *helpers) {
    int code = EXIT_HELD;
    thread_count = thread_count < THREADS_MAX ? thread_count : THREADS_MAX;
    if (thread_count > count) {
        sim_helpers_give(helpers, (unsigned)(thread_count - (count > 0 ? count : 1)));
        thread_count = count;
    }
    if (thread_count <= 1) {
        for (size_t i = 0; i < count; i++) {
            code = worse(code, job(context, i, stdout, stderr));
        }
        return code;
    }
    struct jobs *jobs = calloc(1, sizeof *jobs);
    if (jobs == NULL) {
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    jobs->count = count;
    jobs->job = job;
    jobs->context = context;
    jobs->helpers = helpers;
    (void)pthread_mutex_init(&jobs->mutex, NULL);
    (void)pthread_cond_init(&jobs->has_changed, NULL);
    code = do_at_once(jobs, (size_t)thread_count);
    (void)pthread_cond_destroy(&jobs->has_changed);
    (void)pthread_mutex_destroy(&jobs->mutex);
    free(jobs);
    return code;
}
