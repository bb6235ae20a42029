/* junit.c - keeps the cases of a campaign and writes them as XML. */
#include "sim/program/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Cases ---- */

static char *copy(const char *text) {
    size_t bytes = strlen(text) + 1;
    char *made = malloc(bytes);
    if (made != NULL) {
        memcpy(made, text, bytes);
    }
    return made;
}

static void free_case(const struct junit_case *one) {
    free(one->suite);
    free(one->name);
    free(one->text);
    free(one->message);
}

bool junit_add(struct junit *junit, const struct junit_case *added) {
    if (junit->count == junit->capacity) {
        size_t capacity = junit->capacity == 0 ? 64 : junit->capacity * 2;
        struct junit_case *grown = realloc(junit->cases, capacity * sizeof grown[0]);
        if (grown == NULL) {
            return false;
        }
        junit->cases = grown;
        junit->capacity = capacity;
    }
    struct junit_case kept = *added;
    kept.suite = copy(added->suite);
    kept.name = copy(added->name);
    kept.text = copy(added->text);
    kept.message = copy(added->message);
    kept.number = junit->count;
    if (kept.suite == NULL || kept.name == NULL || kept.text == NULL || kept.message == NULL) {
        free_case(&kept);
        return false;
    }
    junit->cases[junit->count++] = kept;
    return true;
}

void junit_free(struct junit *junit) {
    for (size_t i = 0; i < junit->count; i++) {
        free_case(&junit->cases[i]);
    }
    free(junit->cases);
    *junit = (struct junit){.cases = NULL};
}

/* ---- Text ---- */

/* The bytes of a character that XML can hold, in UTF-8; 0: none stands there. */
static size_t character_bytes(const unsigned char *text) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = text[0];
    if (first < 0x80) {
        return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    }
    size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    uint32_t code = first & (0xFFu >> (bytes + 1));
    if (first < 0xC0 || first > 0xF7) {
        return 0;
    }
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[i] & 0x3Fu);
    }
    bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    bool is_character = code >= least[bytes] && code <= 0x10FFFF && !is_surrogate &&
                        code != 0xFFFE && code != 0xFFFF;
    return is_character ? bytes : 0;
}

static void add_escaped(struct sim_buffer *buffer, const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t bytes = character_bytes(at);
        switch (*at) {
        case '&':
            sim_buffer_add_text(buffer, "&amp;");
            break;
        case '<':
            sim_buffer_add_text(buffer, "&lt;");
            break;
        case '>':
            sim_buffer_add_text(buffer, "&gt;");
            break;
        case '"':
            sim_buffer_add_text(buffer, "&quot;");
            break;
        case '\r':
            sim_buffer_add_text(buffer, "&#13;");
            break;
        default:
            sim_buffer_add(buffer, bytes > 0 ? (const char *)at : "\xEF\xBF\xBD",
                           bytes > 0 ? bytes : 3);
            break;
        }
        at += bytes > 0 ? bytes : 1;
    }
}

/* Line ends in attributes would be read as blanks. */
static void add_attribute(struct sim_buffer *buffer, const char *name, const char *text) {
    sim_buffer_add_format(buffer, " %s=\"", name);
    for (;;) {
        size_t length = strcspn(text, "\n\t");
        char part[256];
        while (length > 0) {
            size_t bytes = length < sizeof part - 1 ? length : sizeof part - 1;
            while (bytes > 1 && bytes < length && ((unsigned char)text[bytes] & 0xC0) == 0x80) {
                bytes--; /* a character stays whole */
            }
            memcpy(part, text, bytes);
            part[bytes] = '\0';
            add_escaped(buffer, part);
            text += bytes;
            length -= bytes;
        }
        if (*text == '\0') {
            break;
        }
        sim_buffer_add_text(buffer, *text == '\n' ? "&#10;" : "&#9;");
        text++;
    }
    sim_buffer_add_text(buffer, "\"");
}

static void add_time(struct sim_buffer *buffer, int64_t time_ns) {
    sim_buffer_add_format(buffer, " time=\"%" PRId64 ".%03d\"", time_ns / 1000000000,
                          (int)(time_ns / 1000000 % 1000));
}

/* ---- The document ---- */

struct totals {
    size_t cases;
    size_t failures;
    size_t errors;
    int64_t time_ns;
};

static int compare(const void *left, const void *right) {
    const struct junit_case *a = left;
    const struct junit_case *b = right;
    if (a->piece != b->piece) {
        return a->piece < b->piece ? -1 : 1;
    }
    return a->number < b->number ? -1 : 1;
}

static bool is_in(const struct junit_case *one, const char *suite) {
    return suite == NULL || strcmp(one->suite, suite) == 0;
}

static struct totals count(const struct junit *junit, const char *suite) {
    struct totals totals = {.cases = 0};
    for (size_t i = 0; i < junit->count; i++) {
        const struct junit_case *one = &junit->cases[i];
        if (is_in(one, suite)) {
            totals.cases++;
            totals.failures += one->verdict == JUNIT_FAILED ? 1 : 0;
            totals.errors += one->verdict == JUNIT_ERROR ? 1 : 0;
            totals.time_ns += one->time_ns;
        }
    }
    return totals;
}

static void add_totals(struct sim_buffer *buffer, const struct junit *junit, const char *suite) {
    struct totals totals = count(junit, suite);
    sim_buffer_add_format(buffer, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", totals.cases,
                          totals.failures, totals.errors);
    add_time(buffer, totals.time_ns);
    sim_buffer_add_text(buffer, ">\n");
}

static void add_case(struct sim_buffer *buffer, const struct junit_case *one) {
    sim_buffer_add_text(buffer, "    <testcase");
    add_attribute(buffer, "classname", one->suite);
    add_attribute(buffer, "name", one->name);
    add_time(buffer, one->time_ns);
    sim_buffer_add_text(buffer, ">\n");
    if (one->verdict == JUNIT_HELD) {
        sim_buffer_add_text(buffer, "      <system-out>");
        add_escaped(buffer, one->text);
        sim_buffer_add_text(buffer, "</system-out>\n");
    } else {
        const char *element = one->verdict == JUNIT_FAILED ? "failure" : "error";
        sim_buffer_add_format(buffer, "      <%s type=\"%s\"", element, element);
        add_attribute(buffer, "message", one->message);
        sim_buffer_add_text(buffer, ">");
        add_escaped(buffer, one->text);
        sim_buffer_add_format(buffer, "</%s>\n", element);
    }
    sim_buffer_add_text(buffer, "    </testcase>\n");
}

static void add_properties(struct sim_buffer *buffer, const struct junit_property *property) {
    sim_buffer_add_text(buffer, "    <properties>\n");
    for (; property->name != NULL; property++) {
        sim_buffer_add_text(buffer, "      <property");
        add_attribute(buffer, "name", property->name);
        add_attribute(buffer, "value", property->value);
        sim_buffer_add_text(buffer, "/>\n");
    }
    sim_buffer_add_text(buffer, "    </properties>\n");
}

static bool is_first_of_suite(const struct junit *junit, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (is_in(&junit->cases[i], junit->cases[index].suite)) {
            return false;
        }
    }
    return true;
}

void junit_format(struct junit *junit, const struct junit_property *properties,
                  struct sim_buffer *text) {
    if (junit->count > 0) {
        qsort(junit->cases, junit->count, sizeof junit->cases[0], compare);
    }
    sim_buffer_add_text(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_attribute(text, "name", "cogsim explore");
    add_totals(text, junit, NULL);
    for (size_t i = 0; i < junit->count; i++) {
        const char *suite = junit->cases[i].suite;
        if (!is_first_of_suite(junit, i)) {
            continue;
        }
        sim_buffer_add_text(text, "  <testsuite");
        add_attribute(text, "name", suite);
        add_totals(text, junit, suite);
        add_properties(text, properties);
        for (size_t at = i; at < junit->count; at++) {
            if (is_in(&junit->cases[at], suite)) {
                add_case(text, &junit->cases[at]);
            }
        }
        sim_buffer_add_text(text, "  </testsuite>\n");
    }
    sim_buffer_add_text(text, "</testsuites>\n");
}
