/* tree_dump.c - a scenario's tree as text. Fields stand in the order of sim/language/ast.h, so that
 * what is missing here is seen. */
#include "tests/unit/support/tree_dump.h"

#include <inttypes.h>
#include <string.h>

struct dump {
    struct sim_buffer *buffer;
    size_t depth;
};

/* ---- Fields ---- */

static void begin_line(struct dump *dump, const char *name) {
    sim_buffer_add_repeated(dump->buffer, ' ', dump->depth);
    sim_buffer_add_text(dump->buffer, name);
}

static void put_number(struct dump *dump, const char *name, int64_t value) {
    begin_line(dump, name);
    sim_buffer_add_format(dump->buffer, " %" PRId64 "\n", value);
}

static void put_bytes(struct dump *dump, const char *name, const char *bytes, size_t length) {
    begin_line(dump, name);
    sim_buffer_add_text(dump->buffer, bytes != NULL ? " \"" : " none");
    for (size_t i = 0; bytes != NULL && i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool is_plain = c >= 0x20 && c != '"' && c != '\\';
        sim_buffer_add_format(dump->buffer, is_plain ? "%c" : "\\x%02X", c);
    }
    sim_buffer_add_text(dump->buffer, bytes != NULL ? "\"\n" : "\n");
}

static void put_name(struct dump *dump, const char *name, const char *value) {
    put_bytes(dump, name, value, value != NULL ? strlen(value) : 0);
}

static void put_text(struct dump *dump, const char *name, struct sim_text text) {
    put_bytes(dump, name, text.bytes, text.length);
}

static void put_reference(struct dump *dump, const char *name,
                          const struct sim_reference *reference) {
    put_name(dump, name, reference->name);
    put_number(dump, "-> index", reference->index);
}

static void put_range(struct dump *dump, const char *name, struct sim_range range) {
    begin_line(dump, name);
    sim_buffer_add_format(dump->buffer, " %" PRId64 "..%" PRId64 "\n", range.low, range.high);
}

static void open(struct dump *dump, const char *name) {
    begin_line(dump, name);
    sim_buffer_add_text(dump->buffer, "\n");
    dump->depth++;
}

static void close(struct dump *dump) {
    dump->depth--;
}

/* ---- Expressions ---- */

static void put_expression(struct dump *dump, const char *name,
                           const struct sim_expression *expression);

static void put_pieces(struct dump *dump, const struct sim_expression *text) {
    for (uint32_t i = 0; i < text->as.text.piece_count; i++) {
        const struct sim_text_piece *piece = &text->as.text.pieces[i];
        put_text(dump, "piece", piece->bytes);
        put_expression(dump, "piece", piece->expression);
    }
}

static void put_operands(struct dump *dump, const struct sim_expression *expression) {
    switch (expression->kind) {
    case SIM_EXPRESSION_NUMBER:
    case SIM_EXPRESSION_DURATION:
    case SIM_EXPRESSION_BOOL:
        put_number(dump, "integer", expression->as.integer);
        return;
    case SIM_EXPRESSION_TEXT:
        put_pieces(dump, expression);
        return;
    case SIM_EXPRESSION_NOW:
    case SIM_EXPRESSION_INDEX:
        return;
    case SIM_EXPRESSION_NAME:
    case SIM_EXPRESSION_LOCAL:
    case SIM_EXPRESSION_VARIABLE:
        put_reference(dump, "reference", &expression->as.name.reference);
        return;
    case SIM_EXPRESSION_ELEMENT:
        put_reference(dump, "reference", &expression->as.name.reference);
        put_expression(dump, "element", expression->as.name.element);
        return;
    case SIM_EXPRESSION_ITEM:
    case SIM_EXPRESSION_NEGATE:
    case SIM_EXPRESSION_NOT:
    case SIM_EXPRESSION_ADD:
    case SIM_EXPRESSION_SUBTRACT:
    case SIM_EXPRESSION_MULTIPLY:
    case SIM_EXPRESSION_DIVIDE:
    case SIM_EXPRESSION_REMAINDER:
    case SIM_EXPRESSION_EQUAL:
    case SIM_EXPRESSION_UNEQUAL:
    case SIM_EXPRESSION_LESS:
    case SIM_EXPRESSION_LESS_EQUAL:
    case SIM_EXPRESSION_GREATER:
    case SIM_EXPRESSION_GREATER_EQUAL:
    case SIM_EXPRESSION_AND:
    case SIM_EXPRESSION_OR:
        put_expression(dump, "left", expression->as.operands.left);
        put_expression(dump, "right", expression->as.operands.right);
        return;
    }
}

static void put_expression(struct dump *dump, const char *name,
                           const struct sim_expression *expression) {
    if (expression == NULL) {
        return; /* that it is missing tells it from any other */
    }
    open(dump, name);
    put_number(dump, "kind", expression->kind);
    put_number(dump, "type", expression->type);
    put_number(dump, "depth", expression->depth);
    put_operands(dump, expression);
    close(dump);
}

static void put_expressions(struct dump *dump, const char *name,
                            const struct sim_expression_list *list) {
    put_number(dump, name, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        put_expression(dump, "item", list->items[i]);
    }
}

static void put_target(struct dump *dump, const char *name, const struct sim_target *target) {
    open(dump, name);
    put_number(dump, "kind", target->kind);
    put_reference(dump, "reference", &target->reference);
    put_expression(dump, "element", target->element);
    close(dump);
}

/* ---- Parameters ---- */

static void put_parameter(struct dump *dump, const struct sim_parameter *parameter) {
    open(dump, "parameter");
    put_name(dump, "name", parameter->name);
    put_number(dump, "kind", parameter->value.kind);
    put_number(dump, "low", parameter->value.low);
    put_number(dump, "high", parameter->value.high);
    put_text(dump, "text", parameter->value.text);
    put_number(dump, "is_column", parameter->is_column);
    put_number(dump, "is_defined", parameter->is_defined);
    put_number(dump, "is_used", parameter->is_used);
    put_number(dump, "is_broken", parameter->is_broken);
    close(dump);
}

/* ---- Statements ---- */

static void put_block(struct dump *dump, const char *name, const struct sim_block *block);

static void put_options(struct dump *dump, const struct sim_wait_options *options) {
    put_number(dump, "timeout_kind", options->timeout_kind);
    put_expression(dump, "timeout", options->timeout);
    put_number(dump, "strong", options->strong);
    put_number(dump, "priority", options->priority);
}

static void put_signal(struct dump *dump, const struct sim_statement *statement) {
    put_reference(dump, "signal", &statement->as.signal.signal);
    put_expression(dump, "value", statement->as.signal.value);
    put_expression(dump, "recipients", statement->as.signal.recipients);
    put_target(dump, "target", &statement->as.signal.target);
}

static void put_start(struct dump *dump, const struct sim_statement *statement) {
    put_reference(dump, "routine", &statement->as.start.routine);
    put_expressions(dump, "arguments", &statement->as.start.arguments);
    put_target(dump, "target", &statement->as.start.target);
    put_block(dump, "body", &statement->as.start.body);
}

static void put_queue_use(struct dump *dump, const struct sim_statement *statement) {
    put_reference(dump, "queue", &statement->as.queue.queue);
    put_expression(dump, "value", statement->as.queue.value);
    put_target(dump, "target", &statement->as.queue.target);
    put_number(dump, "nowait", statement->as.queue.nowait);
}

static void put_channel_use(struct dump *dump, const struct sim_statement *statement) {
    put_reference(dump, "channel", &statement->as.channel.channel);
    put_expression(dump, "value", statement->as.channel.value);
    put_target(dump, "target", &statement->as.channel.target);
}

static void put_socket_use(struct dump *dump, const struct sim_statement *statement) {
    put_expression(dump, "socket", statement->as.socket.socket);
    put_target(dump, "target", &statement->as.socket.target);
    put_reference(dump, "host", &statement->as.socket.host);
    put_expression(dump, "port", statement->as.socket.port);
    put_expression(dump, "backlog", statement->as.socket.backlog);
    put_expression(dump, "bytes", statement->as.socket.bytes);
    put_expression(dump, "text", statement->as.socket.text);
}

static void put_branch(struct dump *dump, const struct sim_statement *statement) {
    put_expression(dump, "condition", statement->as.branch.condition);
    put_block(dump, "then", &statement->as.branch.then);
    put_block(dump, "otherwise", &statement->as.branch.otherwise);
}

static void put_atomic(struct dump *dump, const struct sim_statement *statement) {
    put_target(dump, "object", &statement->as.atomic.object);
    put_expression(dump, "value", statement->as.atomic.value);
    put_expression(dump, "expected", statement->as.atomic.expected);
    put_target(dump, "target", &statement->as.atomic.target);
}

static void put_parts(struct dump *dump, const struct sim_statement *statement) {
    switch (statement->kind) {
    case SIM_STATEMENT_SLEEP:
    case SIM_STATEMENT_RETURN:
    case SIM_STATEMENT_FAIL:
    case SIM_STATEMENT_LOG:
    case SIM_STATEMENT_CHECK:
    case SIM_STATEMENT_EMIT:
        put_expression(dump, "value", statement->as.simple.value);
        return;
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        put_signal(dump, statement);
        return;
    case SIM_STATEMENT_SPAWN:
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_ITERATE:
        put_start(dump, statement);
        return;
    case SIM_STATEMENT_JOIN:
        put_expression(dump, "handle", statement->as.join.handle);
        put_target(dump, "target", &statement->as.join.target);
        return;
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_DONE:
    case SIM_STATEMENT_DRAIN:
        put_queue_use(dump, statement);
        return;
    case SIM_STATEMENT_SUBSCRIBE:
    case SIM_STATEMENT_UNSUBSCRIBE:
    case SIM_STATEMENT_PUBLISH:
    case SIM_STATEMENT_FETCH:
    case SIM_STATEMENT_COMPACT:
        put_channel_use(dump, statement);
        return;
    case SIM_STATEMENT_LISTEN:
    case SIM_STATEMENT_ACCEPT:
    case SIM_STATEMENT_CONNECT:
    case SIM_STATEMENT_RECV:
    case SIM_STATEMENT_RECVALL:
    case SIM_STATEMENT_RECVLINE:
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
    case SIM_STATEMENT_SHUTDOWN:
    case SIM_STATEMENT_CLOSE:
        put_socket_use(dump, statement);
        return;
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
        put_target(dump, "target", &statement->as.assign.target);
        put_expression(dump, "value", statement->as.assign.value);
        return;
    case SIM_STATEMENT_IF:
        put_branch(dump, statement);
        return;
    case SIM_STATEMENT_REPEAT:
    case SIM_STATEMENT_WHILE:
        put_expression(dump, "value", statement->as.loop.value);
        put_block(dump, "body", &statement->as.loop.body);
        return;
    case SIM_STATEMENT_PICK:
        put_target(dump, "target", &statement->as.pick.target);
        put_expressions(dump, "choices", &statement->as.pick.choices);
        return;
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        put_atomic(dump, statement);
        return;
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_RELEASE:
        put_reference(dump, "lock", &statement->as.lock.lock);
        put_expression(dump, "element", statement->as.lock.element);
        return;
    case SIM_STATEMENT_YIELD:
    case SIM_STATEMENT_STOP:
    case SIM_STATEMENT_BREAK:
    case SIM_STATEMENT_CONTINUE:
        return;
    }
}

static void put_statement(struct dump *dump, const struct sim_statement *statement) {
    open(dump, "statement");
    put_number(dump, "kind", statement->kind);
    put_number(dump, "is_broken", statement->is_broken);
    put_options(dump, &statement->options);
    for (uint32_t i = 0; i < statement->handler_count; i++) {
        const struct sim_handler *handler = &statement->handlers[i];
        put_number(dump, "handler of", handler->endings);
        put_block(dump, "block", &handler->block);
    }
    put_parts(dump, statement);
    close(dump);
}

static void put_block(struct dump *dump, const char *name, const struct sim_block *block) {
    open(dump, name);
    for (uint32_t i = 0; i < block->count; i++) {
        put_statement(dump, &block->statements[i]);
    }
    close(dump);
}

/* ---- Coroutines ---- */

static void put_coroutine(struct dump *dump, const struct sim_coroutine *coroutine) {
    open(dump, "coroutine");
    put_name(dump, "name", coroutine->name);
    put_number(dump, "is_routine", coroutine->is_routine);
    put_number(dump, "background", coroutine->background);
    put_number(dump, "emits", coroutine->emits);
    put_reference(dump, "host", &coroutine->host);
    put_number(dump, "after_ns", coroutine->after_ns);
    put_number(dump, "times", coroutine->times);
    put_number(dump, "has_times", coroutine->has_times);
    put_number(dump, "parameter_count", coroutine->parameter_count);
    put_number(dump, "is_damaged", coroutine->is_damaged);
    for (uint32_t i = 0; i < coroutine->local_count; i++) {
        put_name(dump, "local", coroutine->locals[i].name);
        put_number(dump, "type", coroutine->locals[i].type);
    }
    put_block(dump, "body", &coroutine->body);
    close(dump);
}

/* ---- The world ---- */

static void put_host(struct dump *dump, const struct sim_host *host) {
    open(dump, "host");
    put_name(dump, "name", host->name);
    put_number(dump, "is_declared", host->is_declared);
    put_number(dump, "skew_ns", host->skew_ns);
    put_number(dump, "drift_ppm", host->drift_ppm);
    put_number(dump, "has_program", host->has_program);
    put_text(dump, "program", host->program);
    close(dump);
}

static void put_link(struct dump *dump, const struct sim_link *link) {
    open(dump, "link");
    put_reference(dump, "from", &link->from);
    put_reference(dump, "to", &link->to);
    put_number(dump, "both_ways", link->both_ways);
    put_number(dump, "has_latency", link->has_latency);
    put_number(dump, "has_loss", link->has_loss);
    put_number(dump, "has_duplicate", link->has_duplicate);
    put_number(dump, "has_bandwidth", link->has_bandwidth);
    put_number(dump, "has_buffer", link->has_buffer);
    put_range(dump, "latency_ns", link->latency_ns);
    put_number(dump, "loss_ppm", link->loss_ppm);
    put_number(dump, "duplicate_ppm", link->duplicate_ppm);
    put_number(dump, "bandwidth_bytes_per_second", link->bandwidth_bytes_per_second);
    put_number(dump, "buffer_bytes", link->buffer_bytes);
    close(dump);
}

static void put_settings(struct dump *dump, const struct sim_scheduler_settings *settings) {
    open(dump, "settings");
    put_reference(dump, "host", &settings->host);
    put_number(dump, "has_priority", settings->has_priority);
    put_number(dump, "has_timeout", settings->has_timeout);
    put_number(dump, "has_resolution", settings->has_resolution);
    put_number(dump, "has_proactor", settings->has_proactor);
    put_number(dump, "has_ops", settings->has_ops);
    put_number(dump, "has_multiplex", settings->has_multiplex);
    put_number(dump, "priority", settings->priority);
    put_number(dump, "timeout_ns", settings->timeout_ns);
    put_number(dump, "resolution_ns", settings->resolution_ns);
    put_number(dump, "proactor_greedy", settings->proactor_greedy);
    put_number(dump, "ops_greedy", settings->ops_greedy);
    put_number(dump, "multiplex_first", settings->multiplex_first);
    close(dump);
}

static void put_objects(struct dump *dump, const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->queue_count; i++) {
        put_name(dump, "queue", scenario->queues[i].name);
        put_number(dump, "size", scenario->queues[i].size);
        put_number(dump, "host", scenario->queues[i].host);
    }
    for (uint32_t i = 0; i < scenario->channel_count; i++) {
        put_name(dump, "channel", scenario->channels[i].name);
        put_number(dump, "host", scenario->channels[i].host);
    }
    for (uint32_t i = 0; i < scenario->lock_count; i++) {
        put_name(dump, "lock", scenario->locks[i].name);
        put_number(dump, "is_array", scenario->locks[i].is_array);
        put_number(dump, "element_count", scenario->locks[i].element_count);
        put_number(dump, "first", (int64_t)scenario->locks[i].first);
        put_number(dump, "host", scenario->locks[i].host);
    }
    for (uint32_t i = 0; i < scenario->signal_count; i++) {
        put_name(dump, "signal", scenario->signals[i].name);
        put_number(dump, "host", scenario->signals[i].host);
    }
}

static void put_variable(struct dump *dump, const struct sim_variable *variable) {
    open(dump, "variable");
    put_name(dump, "name", variable->name);
    put_number(dump, "is_shared", variable->is_shared);
    put_number(dump, "is_array", variable->is_array);
    put_number(dump, "element_count", variable->element_count);
    put_number(dump, "type", variable->type);
    put_expression(dump, "initial", variable->initial);
    close(dump);
}

static void put_world_statement(struct dump *dump, const struct sim_world_statement *statement) {
    open(dump, "statement");
    put_number(dump, "kind", statement->kind);
    put_reference(dump, "a", &statement->a);
    put_reference(dump, "b", &statement->b);
    put_reference(dump, "signal", &statement->signal);
    if (statement->link != NULL) {
        put_link(dump, statement->link);
    }
    put_target(dump, "target", &statement->target);
    put_expression(dump, "value", statement->value);
    put_number(dump, "step_ns", statement->step_ns);
    close(dump);
}

static void put_world_block(struct dump *dump, const struct sim_world_block *block) {
    open(dump, "at");
    put_range(dump, "at_ns", block->at_ns);
    for (uint32_t i = 0; i < block->count; i++) {
        put_world_statement(dump, &block->statements[i]);
    }
    close(dump);
}

/* ---- What must hold ---- */

static void put_clause(struct dump *dump, const struct sim_clause *clause) {
    if (clause == NULL) {
        return;
    }
    open(dump, "clause");
    put_number(dump, "kind", clause->kind);
    put_clause(dump, clause->left);
    put_clause(dump, clause->right);
    put_text(dump, "text", clause->text);
    put_text(dump, "second", clause->second);
    put_number(dump, "has_at", clause->has_at);
    put_range(dump, "at_ns", clause->at_ns);
    put_reference(dump, "coroutine", &clause->coroutine);
    put_number(dump, "is_routine", clause->is_routine);
    put_number(dump, "has_times", clause->has_times);
    put_number(dump, "times", clause->times);
    put_number(dump, "within_ns", clause->within_ns);
    put_expression(dump, "expression", clause->expression);
    close(dump);
}

static void put_expectations(struct dump *dump, const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        put_number(dump, "expectation", scenario->expectations[i].kind);
        put_clause(dump, scenario->expectations[i].clause);
    }
    put_number(dump, "has_outcome", scenario->has_outcome);
    put_expressions(dump, "outcome", &scenario->outcome);
    put_number(dump, "has_outcome_set", scenario->has_outcome_set);
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        put_expressions(dump, "outcome line", &scenario->outcome_lines[i].values);
    }
    put_number(dump, "vary", scenario->exploration.vary);
    put_number(dump, "has_budget", scenario->exploration.has_budget);
    put_number(dump, "has_within", scenario->exploration.has_within);
    put_number(dump, "budget", scenario->exploration.budget);
    put_number(dump, "within_ns", scenario->exploration.within_ns);
    put_number(dump, "is explored", scenario->exploration.place.line != 0);
    put_number(dump, "has_schedule", scenario->has_schedule);
    for (uint32_t i = 0; i < scenario->schedule_line_count; i++) {
        put_text(dump, "schedule line", scenario->schedule_lines[i].text);
    }
}

/* ---- The whole ---- */

static void put_head(struct dump *dump, const struct sim_scenario *scenario) {
    put_text(dump, "title", scenario->title);
    for (uint32_t i = 0; i < scenario->file_count; i++) {
        put_name(dump, "file", scenario->files[i]);
    }
    for (uint32_t i = 0; i < scenario->parameter_count; i++) {
        put_parameter(dump, &scenario->parameters[i]);
    }
    put_number(dump, "has each", scenario->each_place.line != 0);
    put_number(dump, "row_count", scenario->row_count);
    put_number(dump, "row", scenario->row);
    put_text(dump, "row_text", scenario->row_text);
}

static void put_world(struct dump *dump, const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        put_host(dump, &scenario->hosts[i]);
    }
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        put_link(dump, &scenario->links[i]);
    }
    for (uint32_t i = 0; i < scenario->settings_count; i++) {
        put_settings(dump, &scenario->settings[i]);
    }
    put_objects(dump, scenario);
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        put_variable(dump, &scenario->variables[i]);
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        put_world_block(dump, &scenario->world_blocks[i]);
    }
}

void tree_dump(struct sim_buffer *buffer, const struct sim_scenario *scenario) {
    struct dump dump = {.buffer = buffer};
    put_head(&dump, scenario);
    put_world(&dump, scenario);
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        put_coroutine(&dump, &scenario->coroutines[i]);
    }
    for (uint32_t i = 0; i < scenario->routine_count; i++) {
        put_coroutine(&dump, &scenario->routines[i]);
    }
    put_expectations(&dump, scenario);
}
