/* image.h - a C program that is a host: a shared object that exports `cog_main`.
 *
 * Each host gets a copy of its own, so that what the program keeps in its variables is the host's:
 * two hosts of one program share nothing. The symbols of libcogen come from the program that loads
 * it, so that what is simulated is what is shipped.
 */
#ifndef SIM_IMAGE_H
#define SIM_IMAGE_H

#include "core/cogen.h"

/* What a C program exports: adds its coroutines to the scheduler of its host. COG_OK, or a negative
 * code: the host does not start. */
typedef int (*sim_image_main)(struct cog_scheduler *scheduler);

struct sim_image {
    void *handle; /* null: not open */
    int file;     /* the copy; open as long as the image is */
    sim_image_main main;
    const char *base; /* where it is loaded */
    size_t bytes;
    char *data; /* its variables */
    size_t data_bytes;
    char *kept; /* what they were at first (sim_image_keep); null: not kept */
    const struct cog_allocator *allocator; /* of that */
};

/* Why a file is no such program, and what can be done about it. */
struct sim_image_problem {
    char what[256];
    char help[256];
};

/* Looks at a file without loading it. COG_OK, or COG_EINVALID with *problem. */
int sim_image_check(const char *path, struct sim_image_problem *problem);

/* Loads a copy; the program's constructors run. As sim_image_check. */
int sim_image_open(struct sim_image *image, const char *path, struct sim_image_problem *problem);
void sim_image_close(struct sim_image *image);

/* Keeps what the program's variables hold now, and gives it back to them: for those who call one
 * image again and again. What it has allocated is not told of. COG_OK, COG_ENOMEM. */
int sim_image_keep(struct sim_image *image, const struct cog_allocator *allocator);
void sim_image_reset(struct sim_image *image);

#endif
