/* output_idle.c - says why what is declared came into play in no execution. */
#include "sim/program/output_idle.h"

#include "sim/declared.h"
#include "sim/program/output.h"

static const char *idle_text(const struct explored *explored, const struct sim_declared *declared) {
    unsigned vary = explored->result->explorer.chooser.vary;
    bool has_time = (vary & SIM_VARY_TIME) != 0;
    switch (declared->kind) {
    case SIM_DECLARED_LATENCY:
        return has_time ? "nothing was sent that way, so that no latency was chosen"
                        : "the latency stays at the low end of its range: time does not vary "
                          "(--vary time)";
    case SIM_DECLARED_TIME:
        return has_time
                   ? "it was over before the time of this block in every execution"
                   : "the time stays at the low end of its range: time does not vary (--vary time)";
    case SIM_DECLARED_PARTITION:
        return "the partition held nothing back in any execution";
    case SIM_DECLARED_SIZE:
        return (vary & SIM_VARY_SIZE) != 0
                   ? "nothing was sent or received that could have been in pieces"
                   : "size does not vary (--vary size)";
    case SIM_DECLARED_FAULTS:
        return (vary & SIM_VARY_FAULTS) != 0 ? "no datagram was sent, and no connection reset "
                                               "while sent bytes could have been "
                                               "delayed"
                                             : "faults do not vary (--vary faults)";
    }
    return "";
}

void output_idle(FILE *file, const struct explored *explored) {
    struct sim_declared declared;
    for (uint32_t i = 0; sim_declared_get(explored->scenario, i, &declared); i++) {
        if (sim_explored_is_idle(explored->result, i)) {
            output_place(file, explored->path, explored->scenario, declared.place.line);
            (void)fprintf(file, "%s\n", idle_text(explored, &declared));
        }
    }
}

void output_idle_json(json_t *object, const struct explored *explored) {
    if (sim_explored_idle_count(explored->result) == 0) {
        return;
    }
    json_t *list = json_array();
    struct sim_declared declared;
    for (uint32_t i = 0; sim_declared_get(explored->scenario, i, &declared); i++) {
        if (sim_explored_is_idle(explored->result, i)) {
            (void)json_array_append_new(list,
                                        json_pack("{s:I,s:s}", "line",
                                                  (json_int_t)sim_line_number(declared.place.line),
                                                  "reason", idle_text(explored, &declared)));
        }
    }
    (void)json_object_set_new(object, "never_in_play", list);
}
