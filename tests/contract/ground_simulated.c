/* ground_simulated.c - two hosts of the simulated network, without latency, so that all that
 * happens, happens now, as over the loopback. */
#include "tests/contract/ground.h"

#include "tests/unit/net_stage.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static uint32_t host_of(enum ground_side side) {
    return (uint32_t)side + 1;
}

int ground_simulated_open(struct ground *ground) {
    void *state = NULL;
    if (net_setup(&state) != 0) {
        return COG_ENOMEM;
    }
    ground->simulated = state;
    enum cog_switch multiplex_first = ground->setting.tries_first ? COG_ON : COG_OFF;
    for (size_t i = 0; i < GROUND_SIDES; i++) {
        ground->simulated->hosts[i].options.proactor_multiplex_first = multiplex_first;
    }
    int status = net_open(ground->simulated);
    for (int i = 0; status == COG_OK && i < GROUND_SIDES; i++) {
        for (int j = 0; j < GROUND_SIDES; j++) {
            sim_network_path(&ground->simulated->network, host_of(i), host_of(j))->latency_ns = 0;
        }
        ground->schedulers[i] = ground->simulated->hosts[i].scheduler;
        ground->proactors[i] = ground->simulated->hosts[i].options.proactor;
    }
    return status;
}

struct ground_losses {
    struct sim_chooser chooser;
    uint64_t pieces;
};

static uint64_t choose_loss(void *context, const struct sim_choice *choice) {
    const struct ground_losses *losses = context;
    return losses->pieces < choice->count ? losses->pieces : choice->count - 1;
}

void ground_simulated_lose(struct ground *ground, uint64_t pieces) {
    if (ground->losses == NULL) {
        ground->losses = calloc(1, sizeof *ground->losses);
        assert_non_null(ground->losses);
    }
    ground->losses->pieces = pieces;
    ground->losses->chooser = (struct sim_chooser){
        .vary = SIM_VARY_FAULTS, .choose = choose_loss, .context = ground->losses};
    ground->simulated->network.chooser = &ground->losses->chooser;
}

const char *ground_simulated_close(struct ground *ground) {
    for (size_t i = 0; i < GROUND_SIDES; i++) {
        ground->simulated->hosts[i].scheduler = ground->schedulers[i];
    }
    uint64_t hash = 0;
    const char *fault = net_close(ground->simulated, &hash);
    free(ground->simulated);
    free(ground->losses);
    return fault;
}

bool ground_simulated_deliver(struct ground *ground) {
    struct net_stage *stage = ground->simulated;
    bool has_come = sim_network_next_ns(&stage->network) <= stage->now_ns;
    sim_network_deliver(&stage->network);
    for (size_t i = 0; i < GROUND_SIDES; i++) {
        has_come = has_come || sim_proactor_has_work(&stage->hosts[i].proactor);
    }
    return has_come;
}

void ground_simulated_pass(struct ground *ground, int64_t duration_ns) {
    ground->simulated->now_ns += duration_ns;
}

struct wire_address ground_simulated_address(struct ground *ground, enum ground_side side) {
    struct wire_address address = {.bytes = sizeof(struct sockaddr_in)};
    sim_network_address((struct sockaddr_in *)&address.storage, host_of(side), ++ground->port);
    return address;
}
