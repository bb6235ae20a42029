/* statements.c - candidates of a text, and whether they still fail. */
#include "sim/shrink/statements.h"

#include "sim/explore/exploration.h"
#include "sim/language/formatter.h"
#include "sim/shrink/outline.h"
#include "sim/shrink/words.h"

#include <string.h>

/* Blank lines between what is of different kinds, as people write them. */
static int space_out(const struct cog_allocator *allocator, struct sim_buffer *text) {
    struct sim_outline outline;
    struct sim_buffer spaced;
    int status = sim_outline_init(&outline, allocator, text->bytes, text->length);
    if (status != COG_OK) {
        return status;
    }
    sim_buffer_init(&spaced, allocator);
    for (uint32_t i = 0; i < outline.count; i++) {
        const struct sim_outline_line *line = &outline.lines[i];
        const char *words = text->bytes + line->start;
        if (i > 0 && line->indent == 0) {
            const struct sim_outline_line *before = &outline.lines[i - 1];
            size_t word = strcspn(words, " \n");
            bool is_alike = before->indent == 0 && line->end == i + 1 &&
                            memcmp(text->bytes + before->start, words,
                                   word < before->length ? word : before->length) == 0;
            sim_buffer_add_text(&spaced, is_alike ? "" : "\n");
        }
        sim_buffer_add(&spaced, words, line->length);
        sim_buffer_add_text(&spaced, "\n");
    }
    sim_outline_term(&outline);
    sim_buffer_term(text);
    *text = spaced;
    return text->has_failed ? COG_ENOMEM : COG_OK;
}

int sim_statements_format(const struct cog_allocator *allocator, struct sim_buffer *text) {
    struct sim_subject subject;
    struct sim_buffer formatted;
    int status = text->has_failed ? COG_ENOMEM : space_out(allocator, text);
    status = status == COG_OK ? sim_subject_open(&subject, allocator, text->bytes, text->length)
                              : status;
    if (status != COG_OK) {
        return status;
    }
    sim_buffer_init(&formatted, allocator);
    status = sim_format(allocator, &subject.source, &formatted);
    status = formatted.has_failed ? COG_ENOMEM : status;
    sim_subject_close(&subject);
    if (status == COG_OK) {
        struct sim_buffer former = *text;
        *text = formatted;
        formatted = former;
    }
    sim_buffer_term(&formatted);
    return status;
}

/* ---- One candidate ---- */

struct shrinking {
    struct sim_statements *statements;
    const struct cog_allocator *allocator;
    struct sim_outline outline; /* of the text */
    uint64_t shape;             /* of the failure of the text as it was at first */
    struct sim_buffer words;    /* of that failure */
    uint32_t logged_count;      /* log lines of the text that say what these words quote */
    int status;
    bool has_improved; /* in this round */
};

static bool goes_on(struct shrinking *shrinking) {
    return shrinking->status == COG_OK && sim_trials_go_on(shrinking->statements->trials);
}

/* Runs it; true if it fails in the same way, and then the schedule is kept. */
static bool fails(struct shrinking *shrinking, struct sim_subject *subject,
                  const struct sim_trial_options *options) {
    struct sim_statements *statements = shrinking->statements;
    struct sim_trial trial;
    if (!goes_on(shrinking)) {
        return false;
    }
    shrinking->status =
        sim_trial_run(&trial, statements->trials, &subject->program, &subject->source, options);
    if (shrinking->status != COG_OK) {
        return false;
    }
    bool is_same = trial.signature == statements->signature && trial.shape == shrinking->shape;
    if (is_same) {
        struct sim_schedule former = *statements->schedule;
        *statements->schedule = trial.recorded;
        trial.recorded = former;
    }
    sim_trial_term(&trial);
    return is_same;
}

/* Whether it holds in one plain order. */
static int try_order(struct sim_trials *trials, struct sim_subject *subject, uint32_t order,
                     bool *holds) {
    static const enum sim_guide_serial serials[SIM_PLAIN_ORDERS] = {
        SIM_SERIAL_NONE, SIM_SERIAL_FIRST, SIM_SERIAL_LAST};
    struct sim_trial trial;
    struct sim_trial_options options = {.serial = serials[order]};
    int status = sim_trial_run(&trial, trials, &subject->program, &subject->source, &options);
    if (status == COG_OK) {
        *holds = trial.signature == 0;
        sim_trial_term(&trial);
    }
    return status;
}

int sim_plain_orders_try(struct sim_trials *trials, struct sim_subject *subject,
                         bool holds[SIM_PLAIN_ORDERS]) {
    int status = COG_OK;
    for (uint32_t i = 0; i < SIM_PLAIN_ORDERS && status == COG_OK; i++) {
        status = try_order(trials, subject, i, &holds[i]);
    }
    return status;
}

/* It holds wherever it did. */
static bool holds_as_before(struct shrinking *shrinking, struct sim_subject *subject) {
    struct sim_statements *statements = shrinking->statements;
    bool holds = true;
    for (uint32_t i = 0; i < SIM_PLAIN_ORDERS && holds; i++) {
        if (statements->holds[i]) {
            holds = goes_on(shrinking);
            shrinking->status =
                holds ? try_order(statements->trials, subject, i, &holds) : shrinking->status;
        }
    }
    return holds && shrinking->status == COG_OK;
}

static bool stop_exploring(void *context) {
    struct sim_trials *trials = context;
    return trials->should_stop != NULL && trials->should_stop(trials->context);
}

/* Looks for the failure, and keeps the way to it. */
static bool is_found(struct shrinking *shrinking, struct sim_subject *subject) {
    struct sim_trials *trials = shrinking->statements->trials;
    uint64_t left = trials->budget > trials->run_count ? trials->budget - trials->run_count : 0;
    uint64_t budget = shrinking->statements->explored_count_max;
    struct sim_exploration_options options = {
        .allocator = shrinking->allocator,
        .source = &subject->source,
        .strategy = sim_strategies(),
        .vary = trials->vary,
        .seed = 1,
        .budget = budget < left ? budget : left,
        .statement_count_max = trials->statement_count_max,
        .memory_bytes = trials->memory_bytes,
        .should_stop = stop_exploring,
        .context = trials,
    };
    struct sim_explored explored;
    if (!goes_on(shrinking) || options.budget == 0) {
        return false;
    }
    shrinking->status = sim_explore(&explored, &subject->program, &options);
    if (shrinking->status != COG_OK) {
        return false;
    }
    trials->run_count += explored.explorer.tally.run_count + explored.asleep_count;
    bool is_same = false;
    if (explored.way.step_count > 0) {
        struct sim_trial_options trial = {.steps = explored.way.steps,
                                          .step_count = explored.way.step_count,
                                          .draws = explored.way.draws};
        trials->budget += 1; /* the last run must not be the one that is missing */
        is_same = fails(shrinking, subject, &trial);
        trials->budget -= 1;
    }
    sim_explored_close(&explored);
    return is_same;
}

static bool varies_alike(const struct shrinking *shrinking, const struct sim_subject *subject) {
    unsigned vary = subject->scenario->exploration.vary;
    return (vary != 0 ? vary : SIM_VARY_ORDER) == shrinking->statements->trials->vary;
}

/* Takes the candidate over in place of the text; it is given up in any case. */
static void take(struct shrinking *shrinking, struct sim_buffer *candidate) {
    struct sim_buffer former = *shrinking->statements->text;
    *shrinking->statements->text = *candidate;
    *candidate = former;
    sim_outline_term(&shrinking->outline);
    shrinking->status =
        sim_outline_init(&shrinking->outline, shrinking->allocator,
                         shrinking->statements->text->bytes, shrinking->statements->text->length);
    shrinking->has_improved = true;
}

/* Is that a line of a body that logs a text, quotes included? */
static bool logs(const char *line, size_t length, const char *text, size_t bytes) {
    size_t at = 0;
    while (at < length && line[at] == ' ') {
        at++;
    }
    if (at == 0 || length - at < 4 || memcmp(line + at, "log ", 4) != 0) {
        return false;
    }
    for (at += 4; at < length && line[at] == ' '; at++) {
    }
    return length - at == bytes && memcmp(line + at, text, bytes) == 0;
}

/* How many lines of a text log what the words of the failure quote. Where an expectation waits for
 * a line in vain, some must stay, or else an empty scenario would fail in the same way. */
static uint32_t count_logged(const struct shrinking *shrinking, const char *text, size_t length) {
    const char *quote = shrinking->words.bytes;
    quote = quote != NULL ? strchr(quote, '"') : NULL;
    const char *end = quote != NULL ? strchr(quote + 1, '"') : NULL;
    uint32_t count = 0;
    for (size_t at = 0; end != NULL && at < length;) {
        size_t bytes = strcspn(text + at, "\n");
        count += logs(text + at, bytes, quote, (size_t)(end - quote) + 1) ? 1 : 0;
        at += bytes + 1;
    }
    return count;
}

/* Tries a candidate; terminates it. */
static bool try_candidate(struct shrinking *shrinking, struct sim_buffer *candidate) {
    struct sim_subject subject;
    bool is_taken = false;
    if (candidate->has_failed) {
        shrinking->status = COG_ENOMEM;
    }
    int status = COG_EINVALID;
    if (goes_on(shrinking) && (shrinking->logged_count == 0 ||
                               count_logged(shrinking, candidate->bytes, candidate->length) > 0)) {
        status =
            sim_subject_open(&subject, shrinking->allocator, candidate->bytes, candidate->length);
        shrinking->status = status == COG_ENOMEM ? COG_ENOMEM : COG_OK;
    }
    if (status == COG_OK) {
        struct sim_trial_options lenient = {.follow = shrinking->statements->schedule};
        is_taken = varies_alike(shrinking, &subject) && holds_as_before(shrinking, &subject) &&
                   (fails(shrinking, &subject, &lenient) || is_found(shrinking, &subject));
        sim_subject_close(&subject);
    }
    if (is_taken) {
        take(shrinking, candidate);
    }
    sim_buffer_term(candidate);
    return is_taken && shrinking->status == COG_OK;
}

/* ---- Units ---- */

static bool try_without(struct shrinking *shrinking, uint32_t first, uint32_t end) {
    struct sim_buffer candidate;
    sim_buffer_init(&candidate, shrinking->allocator);
    sim_outline_add_without(&shrinking->outline, first, end, &candidate);
    return try_candidate(shrinking, &candidate);
}

/* The unit of the indentation that ends before a line, with no shallower line between; count: none.
 */
static uint32_t unit_before(const struct sim_outline *outline, uint32_t line, uint32_t indent) {
    while (line > 1) {
        line--;
        if (outline->lines[line].indent < indent) {
            return outline->count;
        }
        if (outline->lines[line].indent == indent) {
            return line;
        }
    }
    return outline->count;
}

/* Takes out runs of at most `size` neighbours of one indentation, from the last to the first. */
static void delete_units(struct shrinking *shrinking, uint32_t indent, uint32_t size) {
    const struct sim_outline *outline = &shrinking->outline;
    uint32_t line = outline->count;
    while (line > 1 && goes_on(shrinking)) {
        uint32_t last = line - 1;
        if (outline->lines[last].indent != indent) {
            line--;
            continue;
        }
        uint32_t first = last;
        uint32_t end = outline->lines[last].end;
        for (uint32_t count = 1; count < size; count++) {
            uint32_t before = unit_before(outline, first, indent);
            first = before < outline->count ? before : first;
        }
        /* after a success the lines above stay where they are */
        line = try_without(shrinking, first, end) ? first : last;
    }
}

static void delete_all_units(struct shrinking *shrinking) {
    for (uint32_t indent = 0; indent <= shrinking->outline.indent_max && goes_on(shrinking);
         indent += 4) {
        for (uint32_t size = 8; size > 0 && goes_on(shrinking); size /= 2) {
            delete_units(shrinking, indent, size);
        }
    }
}

/* ---- Names ---- */

static bool is_name_byte(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool mentions(const struct shrinking *shrinking, uint32_t line, const char *name,
                     size_t bytes) {
    const struct sim_outline_line *own = &shrinking->outline.lines[line];
    const char *text = shrinking->outline.text + own->start;
    for (size_t at = own->indent; at + bytes <= own->length; at++) {
        if (memcmp(text + at, name, bytes) == 0 && (at == 0 || !is_name_byte(text[at - 1])) &&
            (at + bytes == own->length || !is_name_byte(text[at + bytes]))) {
            return true;
        }
    }
    return false;
}

/* Without all lines from first on, before end, that mention a name and have no block. */
static bool try_without_name(struct shrinking *shrinking, const char *name, size_t bytes,
                             uint32_t first, uint32_t end) {
    const struct sim_outline *outline = &shrinking->outline;
    struct sim_buffer candidate;
    uint32_t count = 0;
    sim_buffer_init(&candidate, shrinking->allocator);
    for (uint32_t i = 0; i < outline->count; i++) {
        const struct sim_outline_line *line = &outline->lines[i];
        bool is_out =
            i >= first && i < end && line->end == i + 1 && mentions(shrinking, i, name, bytes);
        count += is_out ? 1 : 0;
        if (!is_out) {
            sim_buffer_add(&candidate, outline->text + line->start, line->length);
            sim_buffer_add_text(&candidate, "\n");
        }
    }
    if (count < 2) { /* one line by itself is a unit */
        sim_buffer_term(&candidate);
        return false;
    }
    return try_candidate(shrinking, &candidate);
}

enum { NAME_BYTES_MAX = 64 };

/* A lock, a variable, a queue, a local with everything that is done to it: everywhere, else in one
 * body. */
static void delete_names(struct shrinking *shrinking) {
    static const char *const heads[] = {"lock", "shared", "var", "queue", "channel", "let"};
    const struct sim_outline *outline = &shrinking->outline;
    for (uint32_t i = 1; i < outline->count && goes_on(shrinking); i++) {
        char name[NAME_BYTES_MAX];
        const struct sim_outline_line *line = &outline->lines[i];
        bool is_head = false;
        for (size_t head = 0; head < sizeof heads / sizeof heads[0]; head++) {
            is_head |= sim_outline_begins(outline, i, heads[head]);
        }
        const char *text = outline->text + line->start;
        size_t at = line->indent + strcspn(text + line->indent, " \n");
        at += at < line->length ? strspn(text + at, " ") : 0;
        size_t bytes = 0;
        while (at + bytes < line->length && is_name_byte(text[at + bytes])) {
            bytes++;
        }
        if (!is_head || bytes == 0 || bytes > sizeof name) {
            continue;
        }
        memcpy(name, text + at, bytes); /* the text changes */
        if (try_without_name(shrinking, name, bytes, 1, outline->count)) {
            continue;
        }
        for (uint32_t body = 1; body < outline->count && goes_on(shrinking); body++) {
            if (outline->lines[body].indent == 0 && outline->lines[body].end > body + 1) {
                (void)try_without_name(shrinking, name, bytes, body, outline->lines[body].end);
            }
        }
    }
}

static void unwrap_blocks(struct shrinking *shrinking) {
    static const char *const heads[] = {"if", "else", "while", "repeat", "iterate", "on"};
    for (uint32_t line = 1; line < shrinking->outline.count && goes_on(shrinking); line++) {
        bool is_head = false;
        for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
            is_head |= sim_outline_begins(&shrinking->outline, line, heads[i]);
        }
        struct sim_buffer candidate;
        sim_buffer_init(&candidate, shrinking->allocator);
        if (is_head && sim_outline_add_unwrapped(&shrinking->outline, line, &candidate)) {
            (void)try_candidate(shrinking, &candidate);
        } else {
            sim_buffer_term(&candidate);
        }
    }
}

/* ---- Words ---- */

static bool try_words(struct shrinking *shrinking, const struct sim_word_change *change) {
    struct sim_buffer candidate;
    sim_buffer_init(&candidate, shrinking->allocator);
    sim_outline_add_replaced(&shrinking->outline, change->at, change->length, change->bytes,
                             change->byte_count, &candidate);
    return try_candidate(shrinking, &candidate);
}

/* From the last word to the first: what is before a change stays where it is. */
static void change_words(struct shrinking *shrinking) {
    size_t at = shrinking->statements->text->length;
    while (at > 0 && goes_on(shrinking)) {
        const struct sim_buffer *text = shrinking->statements->text;
        struct sim_word_change changes[SIM_WORD_CHANGES_MAX];
        at--;
        uint32_t count = sim_word_changes(text->bytes, text->length, at, changes);
        for (uint32_t i = 0; i < count && goes_on(shrinking); i++) {
            if (try_words(shrinking, &changes[i])) {
                break;
            }
        }
    }
}

/* What is told of the failure now must be told of it as long as it gets smaller. */
static void find_shape(struct shrinking *shrinking) {
    struct sim_statements *statements = shrinking->statements;
    struct sim_subject subject;
    struct sim_trial trial;
    struct sim_trial_options options = {.follow = statements->schedule, .words = &shrinking->words};
    int status = sim_subject_open(&subject, shrinking->allocator, statements->text->bytes,
                                  statements->text->length);
    if (status == COG_OK) {
        status =
            sim_trial_run(&trial, statements->trials, &subject.program, &subject.source, &options);
        if (status == COG_OK) {
            shrinking->shape = trial.shape;
            sim_trial_term(&trial);
        }
        sim_subject_close(&subject);
    }
    shrinking->logged_count =
        count_logged(shrinking, statements->text->bytes, statements->text->length);
    shrinking->status = shrinking->words.has_failed ? COG_ENOMEM : status;
}

int sim_statements_shrink(struct sim_statements *statements) {
    struct shrinking shrinking = {
        .statements = statements, .allocator = statements->trials->allocator, .has_improved = true};
    shrinking.status = sim_outline_init(&shrinking.outline, shrinking.allocator,
                                        statements->text->bytes, statements->text->length);
    sim_buffer_init(&shrinking.words, shrinking.allocator);
    if (shrinking.status == COG_OK) {
        find_shape(&shrinking);
    }
    while (shrinking.has_improved && goes_on(&shrinking)) {
        shrinking.has_improved = false;
        delete_all_units(&shrinking);
        delete_names(&shrinking);
        unwrap_blocks(&shrinking);
        change_words(&shrinking);
    }
    sim_outline_term(&shrinking.outline);
    sim_buffer_term(&shrinking.words);
    return shrinking.status;
}
