/* batch.c - rounds of batches: run by whoever is free, then counted in order. */
#include "sim/explore/batch.h"

#include "sim/explore/renumber.h"
#include "sim/explore/strategy_guided.h"

#include <pthread.h>
#include <string.h>

/* ---- Helpers ---- */

unsigned sim_helpers_take(struct sim_helpers *helpers, unsigned count) {
    if (helpers == NULL || count == 0) {
        return 0;
    }
    unsigned spare = atomic_load(&helpers->spare_count);
    unsigned taken = spare < count ? spare : count;
    while (taken > 0 &&
           !atomic_compare_exchange_weak(&helpers->spare_count, &spare, spare - taken)) {
        taken = spare < count ? spare : count;
    }
    return taken;
}

void sim_helpers_give(struct sim_helpers *helpers, unsigned count) {
    if (helpers != NULL && count > 0) {
        (void)atomic_fetch_add(&helpers->spare_count, count);
    }
}

/* ---- Workers ---- */

void sim_crew_init(struct sim_crew *crew, struct sim_explorer *explorer,
                   struct sim_program *program, const struct sim_explorer_options *options) {
    *crew = (struct sim_crew){.explorer = explorer, .program = program, .options = *options};
    crew->workers[0].explorer = explorer;
    crew->worker_count = 1;
}

static void worker_term(struct sim_worker *worker) {
    if (worker->has_profile) {
        sim_profile_term(&worker->profile);
    }
    if (worker->owns_explorer) {
        sim_explorer_close(&worker->own);
    }
}

void sim_crew_term(struct sim_crew *crew) {
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        worker_term(&crew->workers[i]);
    }
    crew->worker_count = 0;
}

static int make_profile(const struct sim_crew *crew, struct sim_worker *worker) {
    struct sim_profile_options options = {.seed = crew->seed};
    if (worker->has_profile || crew->explorer->is_whole) {
        return COG_OK;
    }
    int status = sim_profile_make(&worker->profile, worker->explorer, &options);
    worker->has_profile = status == COG_OK;
    return status;
}

int sim_crew_prepare(struct sim_crew *crew) {
    return make_profile(crew, &crew->workers[0]);
}

static int open_worker(const struct sim_crew *crew, struct sim_worker *worker) {
    if (worker->explorer == NULL) {
        int status = sim_explorer_open(&worker->own, crew->program, &crew->options);
        if (status != COG_OK) {
            return status;
        }
        worker->explorer = &worker->own;
        worker->owns_explorer = true;
    }
    return make_profile(crew, worker);
}

/* A strategy and a sampler for a round or more. */
static int begin(const struct sim_crew *crew, struct sim_worker *worker,
                 const struct sim_batching *batching) {
    struct sim_strategy_options options = {.depth = batching->depth, .leads = batching->leads};
    int status = open_worker(crew, worker);
    if (status != COG_OK || worker->strategy != NULL) {
        return status;
    }
    options.profile = worker->has_profile ? &worker->profile : NULL;
    status = sim_strategy_new(batching->type, worker->explorer, &options, &worker->strategy);
    if (status == COG_OK) {
        struct sim_explorer *explorer = worker->explorer;
        sim_sampler_init(&worker->sampler, explorer, worker->strategy);
        sim_kind_init(&worker->kind, explorer->allocator, &explorer->processes, &explorer->objects);
        worker->sampler.kind = &worker->kind;
    }
    return status;
}

static void end(struct sim_worker *worker) {
    if (worker->strategy != NULL) {
        sim_sampler_term(&worker->sampler);
        sim_kind_term(&worker->kind);
        sim_strategy_free(worker->strategy);
        worker->strategy = NULL;
    }
}

/* ---- A round ---- */

struct batch {
    struct sim_tally tally;
    bool has_tally;
    uint64_t kinds[SIM_BATCH_RUNS]; /* of its runs */
    struct sim_magnitude choices[SIM_BATCH_RUNS];
    struct sim_notes notes; /* of what is new */
    bool is_whole;          /* all its runs were made */
    int status;
};

struct round {
    const struct sim_crew *crew;
    const struct sim_batching *batching;
    struct batch batches[SIM_BATCH_ROUND];
    uint64_t first; /* number of its first run */
    uint64_t run_count;
    pthread_mutex_t mutex;
    uint32_t next;
    uint32_t count; /* of batches; those behind one that was stopped are not begun */
};

struct hand {
    struct round *round;
    struct sim_worker *worker;
    pthread_t thread;
};

static bool should_stop(const struct sim_batching *batching) {
    return batching->should_stop != NULL && batching->should_stop(batching->context);
}

static int run_batch(const struct round *round, uint32_t index, struct sim_worker *worker,
                     struct batch *batch) {
    const struct sim_batching *batching = round->batching;
    struct sim_tally *tally = &worker->explorer->tally;
    uint64_t first = (uint64_t)index * SIM_BATCH_RUNS;
    uint64_t left = round->run_count - first;
    uint64_t count = left < SIM_BATCH_RUNS ? left : SIM_BATCH_RUNS;
    bool stops = false;
    int status = COG_OK;
    if (batching->leads != NULL) {
        sim_guided_begin_batch(worker->strategy);
    }
    for (uint64_t i = 0; i < count && status == COG_OK && !stops; i++) {
        uint64_t number = round->first + first + i;
        status = sim_sampler_run(&worker->sampler, sim_sampling_seed(round->crew->seed, number));
        if (status == COG_OK && worker->kind.is_out_of_memory) {
            status = COG_ENOMEM;
        }
        if (status == COG_OK && batching->leads != NULL) {
            status = sim_guided_note(worker->strategy, number, &batch->notes);
        }
        batch->kinds[i] = sim_kind_hash(&worker->kind);
        batch->choices[i] = worker->sampler.choices;
        bool ends = batching->stops_at_failure && tally->failure_count > 0;
        stops = ends || should_stop(batching);
        batch->is_whole = i + 1 == count || ends;
    }
    return status;
}

/* Its runs are counted in the batch's tally, not the explorer's. */
static void do_batch(const struct round *round, uint32_t index, struct sim_worker *worker,
                     struct batch *batch) {
    struct sim_explorer *explorer = worker->explorer;
    struct sim_tally kept = explorer->tally;
    batch->status =
        sim_tally_init(&explorer->tally, explorer->allocator, explorer->program->scenario);
    if (batch->status == COG_OK) {
        batch->status = run_batch(round, index, worker, batch);
        batch->tally = explorer->tally;
        batch->has_tally = true;
    }
    explorer->tally = kept;
}

static bool ends_here(const struct round *round, const struct batch *batch) {
    return batch->status != COG_OK || !batch->is_whole ||
           (round->batching->stops_at_failure && batch->tally.failure_count > 0);
}

static void work(struct round *round, struct sim_worker *worker) {
    worker->status = begin(round->crew, worker, round->batching);
    (void)pthread_mutex_lock(&round->mutex);
    while (worker->status == COG_OK && round->next < round->count) {
        uint32_t index = round->next++;
        (void)pthread_mutex_unlock(&round->mutex);
        do_batch(round, index, worker, &round->batches[index]);
        (void)pthread_mutex_lock(&round->mutex);
        if (ends_here(round, &round->batches[index]) && round->count > index + 1) {
            round->count = index + 1;
        }
    }
    (void)pthread_mutex_unlock(&round->mutex);
}

static void *help(void *context) {
    const struct hand *hand = context;
    work(hand->round, hand->worker);
    return NULL;
}

/* Here, and in as many threads besides as there are for it. */
static int work_together(struct sim_crew *crew, struct round *round) {
    struct hand hands[SIM_BATCH_WORKERS];
    unsigned wanted = round->count - 1;
    wanted = wanted < SIM_BATCH_WORKERS - 1 ? wanted : SIM_BATCH_WORKERS - 1;
    unsigned taken = sim_helpers_take(crew->helpers, wanted);
    unsigned started = 0;
    for (; started < taken; started++) {
        struct hand *hand = &hands[started];
        *hand = (struct hand){.round = round, .worker = &crew->workers[started + 1]};
        if (pthread_create(&hand->thread, NULL, help, hand) != 0) {
            break;
        }
    }
    work(round, &crew->workers[0]);
    int status = crew->workers[0].status;
    for (unsigned i = 0; i < started; i++) {
        (void)pthread_join(hands[i].thread, NULL);
        status = status == COG_OK ? hands[i].worker->status : status;
    }
    sim_helpers_give(crew->helpers, taken);
    crew->worker_count = crew->worker_count > started + 1 ? crew->worker_count : started + 1;
    return status;
}

/* ---- Counting ---- */

/* The way of a run, by making it again. */
static int retrace(struct sim_crew *crew, uint64_t number, struct sim_way *way) {
    struct sim_sampler sampler;
    struct sim_worker *worker = &crew->workers[0];
    sim_sampler_init(&sampler, worker->explorer, worker->strategy);
    sampler.way = way;
    int status = sim_sampler_play(&sampler, sim_sampling_seed(crew->seed, number));
    sim_sampler_term(&sampler);
    return status == COG_OK && !way->is_out_of_memory
               ? sim_way_renumber(way, &worker->explorer->processes, crew->program, &crew->options)
               : status;
}

static int count_kinds(const struct sim_batching *batching, const struct batch *batch) {
    struct sim_estimate *estimate = batching->estimate;
    int status = COG_OK;
    for (uint64_t i = 0; i < batch->tally.run_count && status == COG_OK; i++) {
        status = sim_kinds_add(batching->kinds, batch->kinds[i]);
        if (estimate != NULL) {
            estimate->sum = sim_magnitude_add(estimate->sum, batch->choices[i]);
            estimate->run_count++;
        }
    }
    return status;
}

static int count_batch(struct sim_crew *crew, const struct round *round, uint32_t index) {
    const struct sim_batching *batching = round->batching;
    const struct batch *batch = &round->batches[index];
    if (!batch->has_tally) {
        return batch->status;
    }
    int status = sim_tally_merge(&crew->explorer->tally, &batch->tally);
    status = status == COG_OK && batching->kinds != NULL ? count_kinds(batching, batch) : status;
    status = status == COG_OK ? batch->status : status;
    uint64_t first = round->first + (uint64_t)index * SIM_BATCH_RUNS;
    if (status == COG_OK && batch->tally.failure_count > 0 && batching->way->step_count == 0) {
        status = retrace(crew, first + batch->tally.first_failure - 1, batching->way);
    }
    return status;
}

/* What is new in a round, for the next one, or for the rest of this one to be added. */
static int learn(const struct round *round) {
    struct sim_leads *leads = round->batching->leads;
    int status = COG_OK;
    for (uint32_t i = 0; leads != NULL && i < SIM_BATCH_ROUND && status == COG_OK; i++) {
        status = sim_leads_take(leads, &round->batches[i].notes);
    }
    return leads != NULL && status == COG_OK
               ? sim_leads_know(leads, round->first + round->run_count)
               : status;
}

/* Batches that a stop left unfinished count with what they have. */
static int count_round(struct sim_crew *crew, struct round *round, bool *goes_on) {
    const struct sim_batching *batching = round->batching;
    bool is_whole = true;
    bool has_failed = false;
    int status = COG_OK;
    for (uint32_t i = 0; i < SIM_BATCH_ROUND; i++) {
        struct batch *batch = &round->batches[i];
        if (i * (uint64_t)SIM_BATCH_RUNS < round->run_count && !has_failed && status == COG_OK) {
            status = count_batch(crew, round, i);
            is_whole &= batch->is_whole;
            has_failed |=
                batching->stops_at_failure && batch->has_tally && batch->tally.failure_count > 0;
        }
        if (batch->has_tally) {
            sim_tally_term(&batch->tally);
        }
    }
    *goes_on = is_whole && !has_failed && !should_stop(batching);
    *batching->was_stopped |= !*goes_on;
    status = status == COG_OK && is_whole ? learn(round) : status;
    for (uint32_t i = 0; i < SIM_BATCH_ROUND; i++) {
        sim_notes_term(&round->batches[i].notes, crew->explorer->allocator);
    }
    if (status == COG_OK && is_whole) {
        *batching->next = round->first + round->run_count;
        status = batching->counted != NULL ? batching->counted(batching->context) : COG_OK;
    }
    return status;
}

static int do_round(struct sim_crew *crew, const struct sim_batching *batching, uint64_t first,
                    uint64_t run_count, bool *goes_on) {
    struct round round = {.crew = crew,
                          .batching = batching,
                          .first = first,
                          .run_count = run_count,
                          .count = (uint32_t)((run_count + SIM_BATCH_RUNS - 1) / SIM_BATCH_RUNS)};
    if (pthread_mutex_init(&round.mutex, NULL) != 0) {
        return COG_ENOMEM;
    }
    int status = work_together(crew, &round);
    (void)pthread_mutex_destroy(&round.mutex);
    int counted = count_round(crew, &round, goes_on);
    return status == COG_OK ? counted : status;
}

/* How many runs the round has that begins, or goes on, with that run. */
static uint64_t round_runs(const struct sim_batching *batching, uint64_t run) {
    return batching->leads != NULL ? sim_leads_round_end(run) - run
                                   : (uint64_t)SIM_BATCH_RUNS * SIM_BATCH_ROUND;
}

_Static_assert((int)SIM_LEADS_ROUND_MAX <= (int)SIM_BATCH_RUNS * (int)SIM_BATCH_ROUND,
               "a round of theirs has room");

int sim_crew_sample(struct sim_crew *crew, const struct sim_batching *batching) {
    uint64_t done = 0;
    bool goes_on = true;
    int status =
        batching->leads != NULL ? sim_leads_know(batching->leads, batching->first) : COG_OK;
    while (status == COG_OK && goes_on &&
           (batching->run_count == 0 || done < batching->run_count)) {
        uint64_t runs = round_runs(batching, batching->first + done);
        uint64_t left = batching->run_count == 0 ? runs : batching->run_count - done;
        uint64_t count = left < runs ? left : runs;
        status = do_round(crew, batching, batching->first + done, count, &goes_on);
        done += count;
    }
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        end(&crew->workers[i]);
    }
    return status;
}
