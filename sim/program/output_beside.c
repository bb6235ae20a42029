/* output_beside.c - prints commands to type, and names of pages. */
#include "sim/program/output_beside.h"

#include "sim/program/again.h"

void output_again(FILE *file, const struct explored *explored, const char *schedule,
                  const char *other) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    again_add_word(explored->path, &text);
    const char *const schedules[] = {schedule, other};
    for (size_t i = 0; i < 2 && schedules[i] != NULL; i++) {
        sim_buffer_add_text(&text, " --schedule");
        again_add_word(schedules[i], &text);
    }
    (void)fprintf(file, "%s%s\n", text.has_failed ? "" : text.bytes, explored->again);
    sim_buffer_term(&text);
}

void output_beside(FILE *file, const struct explored *explored) {
    const char *how = explored->nearest_passes ? "passes" : "fails otherwise";
    if (explored->nearest_path[0] != '\0' && explored->has_no_traces) {
        (void)fprintf(file, "      the nearest that %s: cogsim replay", how);
        output_again(file, explored, explored->nearest_path, NULL);
    } else if (explored->nearest_path[0] != '\0') {
        (void)fprintf(file, "      beside the nearest that %s: cogsim diff", how);
        output_again(file, explored, explored->schedule_path, explored->nearest_path);
    }
    if (explored->diff_path[0] != '\0') {
        (void)fprintf(file, "      the same as a page: %s\n", explored->diff_path);
    }
    if (explored->page_path[0] != '\0') {
        (void)fprintf(file, "      both timelines: %s\n", explored->page_path);
    }
    if (explored->no_page[0] != '\0') {
        (void)fprintf(file, "      no page beside another run: %s\n", explored->no_page);
    }
}
