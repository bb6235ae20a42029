/* picture_file.c - a picture into a file, through Graphviz. */
#include "reports/picture_file.h"

#include <stdlib.h>
#include <string.h>

#include "reports/graph_render.h"
#include "reports/output_file.h"
#include "reports/status.h"

static const char *format_of(const char *path) {
    static const char *const formats[] = {"svg", "png", "pdf", "dot"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(dot + 1, formats[i]) == 0)
            return formats[i];
    }
    return NULL;
}

int rep_picture_check_path(const char *path, struct rep_error *error) {
    if (format_of(path) != NULL)
        return REP_OK;
    return rep_error_set(error, REP_EFORMAT, 0, "a graph's name ends in .svg, .png, .pdf or .dot");
}

int rep_picture_write(const struct rep_picture *picture, const char *path,
                      struct rep_error *error) {
    char *bytes = NULL;
    size_t byte_count = 0;
    int status = rep_picture_check_path(path, error);
    if (status == REP_OK)
        status = rep_picture_render(picture, format_of(path), &bytes, &byte_count, error);
    if (status == REP_OK)
        status = rep_output_write(path, bytes, byte_count, error);
    free(bytes);
    return status;
}
