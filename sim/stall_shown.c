/* stall_shown.c - shows a stall to who looks. */
#include "sim/stall_parts.h"

#include "sim/quotation.h"

void sim_stall_show_wait(struct sim_stall *stall, const struct sim_instance *instance,
                         const struct sim_buffer *statement) {
    struct sim_buffer place;
    sim_buffer_init(&place, stall->run->allocator);
    if (instance->line != 0) {
        sim_quote_line(stall->run, instance->line, &place);
    }
    struct sim_stall_wait wait = {.coroutine = cog_coro_tag(instance->coro),
                                  .name = instance->name,
                                  .host = stall->run->scenario->hosts[instance->host].name,
                                  .statement = statement->bytes,
                                  .place = place.bytes != NULL ? place.bytes : "",
                                  .since_ns = instance->instant_ns,
                                  .is_background = instance->is_background};
    if (!statement->has_failed && !place.has_failed && statement->bytes != NULL) {
        stall->view->wait(stall->view->context, &wait);
    }
    stall->is_out_of_memory |= statement->has_failed || place.has_failed;
    sim_buffer_term(&place);
}

void sim_stall_show_hope(struct sim_stall *stall, const struct sim_instance *waiter,
                         const struct sim_instance *other, const char *name, const char *deed,
                         bool is_certain) {
    const struct sim_buffer *text = sim_stall_text(stall);
    struct sim_stall_hope hope = {.waiter = cog_coro_tag(waiter->coro),
                                  .other = other != NULL ? cog_coro_tag(other->coro) : 0,
                                  .other_name = other != NULL ? other->name : name,
                                  .deed = deed,
                                  .words = text->bytes + stall->note_start,
                                  .is_certain = is_certain};
    if (stall->view != NULL && !text->has_failed) {
        stall->view->hope(stall->view->context, &hope);
    }
    stall->is_out_of_memory |= text->has_failed;
}

void sim_stall_show_deed(struct sim_stall *stall, const struct sim_instance *waiting,
                         const struct sim_instance *other, const char *name,
                         struct sim_buffer *deed, bool is_certain) {
    if (!deed->has_failed) {
        sim_stall_show_hope(stall, waiting, other, name, deed->bytes, is_certain);
    }
    stall->is_out_of_memory |= deed->has_failed;
    sim_buffer_term(deed);
}
