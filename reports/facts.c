/* facts.c - the facts about a run that head every report. */
#include "reports/facts.h"

static struct rep_bytes field(const struct rep_model *model, size_t event, const char *name) {
    return rep_event_string(model->trace, rep_trace_event(model->trace, event), name);
}

void rep_add_title(const struct rep_model *model, struct rep_text *text) {
    struct rep_bytes title = {0};
    if (model->run != 0)
        title = field(model, model->run, "title");
    if (title.count == 0)
        rep_text_add(text, "a run without a title");
    else
        rep_text_add_foreign(text, title.start, title.count);
}

void rep_add_verdict(const struct rep_model *model, struct rep_text *text) {
    if (model->finish == 0) {
        rep_text_add(text, "unfinished");
        return;
    }
    struct rep_bytes verdict = field(model, model->finish, "verdict");
    rep_text_add_foreign(text, verdict.start, verdict.count);
}

bool rep_verdict_is_ok(const struct rep_model *model) {
    return model->finish != 0 && rep_bytes_equal(field(model, model->finish, "verdict"), "ok");
}

static void add_count(struct rep_text *text, size_t count, const char *noun) {
    rep_text_add_format(text, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void rep_add_facts(const struct rep_model *model, struct rep_text *text) {
    rep_text_add_duration(text, (uint64_t)rep_trace_duration_ns(model->trace));
    rep_text_add(text, " simulated, ");
    add_count(text, model->trace->event_count, "event");
    rep_text_add(text, ", ");
    add_count(text, model->lane_count, "coroutine");
    rep_text_add(text, " on ");
    add_count(text, model->host_count, "host");
    if (model->run != 0)
        rep_text_add_format(text, ", seed %llu",
                            (unsigned long long)rep_event_integer(
                                model->trace, rep_trace_event(model->trace, model->run), "seed"));
    rep_text_add_format(text, ", trace %016llx", (unsigned long long)model->trace->hash);
}
