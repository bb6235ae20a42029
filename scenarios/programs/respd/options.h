/* options.h - the command line of respd.
 *
 * The shared object, which knows no command line, reads the same from the environment:
 * RESPD_OPTIONS is a text with blanks between the words.
 */
#ifndef RESPD_SETTINGS_H
#define RESPD_SETTINGS_H

#include "scenarios/programs/respd/server.h"

struct respd_settings {
    const char *address;
    int64_t port;
    const char *proactor; /* null: the best one that there is */
    const char *record;   /* a file; null: nothing is recorded */
    struct sockaddr_storage endpoint;
    struct respd_options server; /* points to the endpoint */
};

/* Ends the process when it is told something wrong, or asked for help. */
void respd_settings_read(struct respd_settings *settings, int argument_count, char **arguments);

/* The same from RESPD_OPTIONS. */
void respd_settings_inherit(struct respd_settings *settings);

#endif
