/* topics.h - who is concerned with which name: subscribers of channels, and those who wait for
 * lists. Each name has its members in the order in which they joined. */
#ifndef RESPD_TOPICS_H
#define RESPD_TOPICS_H

#include "scenarios/programs/respd/table.h"

#include "core/list.h"

struct respd_topic {
    struct respd_node node;
    struct cog_link members; /* in_topic */
    size_t member_count;
    char name[];
};

/* One who is concerned with one name. */
struct respd_member {
    struct cog_link in_topic;
    struct cog_link in_own; /* its place among all of the same person */
    struct respd_topic *topic;
    void *who;
};

struct respd_topics {
    struct respd_budget *budget;
    struct respd_table table;
};

void respd_topics_init(struct respd_topics *topics, struct respd_budget *budget,
                       const uint64_t hash_key[2]);
void respd_topics_term(struct respd_topics *topics); /* nobody is a member any more */

/* Null: nobody is concerned with it. */
struct respd_topic *respd_topics_find(struct respd_topics *topics, struct respd_text name);

/* The member that is `who`, whose own members are in `own`; null if there is none. */
struct respd_member *respd_topics_member(struct respd_topics *topics, struct respd_text name,
                                         const void *who, const struct cog_link *own);

/* Joins, at the end of the name's members and of `own`. Null: out of memory. */
struct respd_member *respd_topics_join(struct respd_topics *topics, struct respd_text name,
                                       void *who, struct cog_link *own);
void respd_topics_leave(struct respd_topics *topics, struct respd_member *member);
void respd_topics_leave_all(struct respd_topics *topics, struct cog_link *own);

#endif
