/* play.c - sets the stage for a program, and has its actors play it. */
#include "tests/contract/play.h"

#include "tests/contract/play_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS_MAX = 10000 };

static bool all_over(const struct play_stage *stage) {
    for (size_t i = 0; i < stage->play->actor_count; i++) {
        if (!stage->roles[i].is_over) {
            return false;
        }
    }
    return true;
}

bool play_is_idle(const struct play_stage *stage) {
    return !cog_has_ready(stage->ground->schedulers[GROUND_A]) &&
           !cog_has_ready(stage->ground->schedulers[GROUND_B]);
}

int64_t play_next_ns(const struct play_stage *stage) {
    int64_t a_ns = cog_next_deadline_ns(stage->ground->schedulers[GROUND_A]);
    int64_t b_ns = cog_next_deadline_ns(stage->ground->schedulers[GROUND_B]);
    return a_ns < b_ns ? a_ns : b_ns;
}

static void iterate(struct ground *ground, enum ground_side side, int64_t sleep_ns_max) {
    int status = cog_iterate(ground->schedulers[side], sleep_ns_max);
    assert_true(status == COG_OK || status == COG_MORE);
}

/* By turns, or as chance has it. */
static void go_round(struct play_stage *stage) {
    int64_t sleep_ns = 0;
    if (ground_is_simulated(stage->ground)) {
        play_round_simulated(stage);
    } else {
        sleep_ns = play_round_machine(stage);
    }
    bool varies = stage->varies;
    enum ground_side first = varies && play_pick(&stage->random, 2) == 1 ? GROUND_B : GROUND_A;
    iterate(stage->ground, first, sleep_ns);
    if (!varies || play_pick(&stage->random, 3) != 0) {
        iterate(stage->ground, GROUND_B - first, play_is_idle(stage) ? sleep_ns : 0);
    }
}

/* ---- Setting the stage ---- */

static void set_connection(struct play_stage *stage, size_t index) {
    struct ground *ground = stage->ground;
    struct play_end *ends = stage->ends[index];
    stage->listeners[index] = -1;
    ends[GROUND_A].socket = ends[GROUND_B].socket = -1;
    if (stage->play->kind == PLAY_LETTERS) {
        for (int side = 0; side < GROUND_SIDES; side++) {
            ends[side].socket = ground_bind(ground, side, &ends[side].address);
        }
    } else if (stage->play->is_made[index]) {
        stage->listeners[index] = ground_listen(ground, 8, &stage->addresses[index]);
    } else {
        int32_t sockets[GROUND_SIDES];
        ground_pair(ground, sockets);
        ends[GROUND_A].socket = sockets[GROUND_A];
        ends[GROUND_B].socket = sockets[GROUND_B];
    }
}

static void set_stage(struct play_stage *stage) {
    struct ground *ground = stage->ground;
    if (ground_is_simulated(ground)) {
        play_prepare_simulated(stage);
    }
    for (size_t i = 0; i < stage->play->connection_count; i++) {
        set_connection(stage, i);
    }
    if (stage->fault != NULL && stage->fault->somebody_listens) {
        (void)ground_listen(ground, PLAY_DEEDS_MAX, &stage->nobody);
    } else {
        stage->nobody = ground_nobody(ground);
    }
    if (ground_is_simulated(ground)) {
        play_begin_simulated(stage);
    } else {
        play_begin_machine(stage);
    }
    stage->start_ns = cog_now_ns(ground->schedulers[GROUND_A]);
}

void play_on(const struct play *play, struct ground *ground, uint64_t variation,
             const struct play_fault *fault, char log[PLAY_LOG_BYTES]) {
    struct play_stage stage = {.play = play,
                               .ground = ground,
                               .fault = fault,
                               .random = variation,
                               .varies = variation != 0};
    stage.varies_roles = stage.varies && ground_is_simulated(ground);
    memset(log, 0, PLAY_LOG_BYTES);
    set_stage(&stage);
    for (size_t i = 0; i < play->actor_count; i++) {
        play_enter(&stage, &stage.roles[i], &play->actors[i]);
    }
    for (int i = 0; !all_over(&stage); i++) {
        if (i == ROUNDS_MAX) {
            (void)snprintf(log, PLAY_LOG_BYTES, "without end\n");
            break;
        }
        go_round(&stage);
    }
    ground_settle(ground);
    for (size_t i = 0; i < play->actor_count; i++) {
        size_t length = strlen(log);
        (void)snprintf(log + length, PLAY_LOG_BYTES - length, "actor %zu\n%s", i,
                       stage.roles[i].log);
        play_exit(&stage.roles[i]);
    }
    if (ground_is_simulated(ground)) {
        play_end_simulated(&stage);
    }
}
