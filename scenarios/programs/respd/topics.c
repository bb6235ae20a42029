/* topics.c - who is concerned with which name. */
#include "scenarios/programs/respd/topics.h"

#include <stdlib.h>
#include <string.h>

void respd_topics_init(struct respd_topics *topics, struct respd_budget *budget,
                       const uint64_t hash_key[2]) {
    topics->budget = budget;
    respd_table_init(&topics->table, budget, hash_key);
}

void respd_topics_term(struct respd_topics *topics) {
    respd_table_term(&topics->table);
}

static size_t bytes_of(const struct respd_topic *topic) {
    return sizeof *topic + topic->node.name.bytes;
}

static void forget(struct respd_topics *topics, struct respd_topic *topic) {
    respd_budget_give(topics->budget, bytes_of(topic));
    free(topic);
}

struct respd_topic *respd_topics_find(struct respd_topics *topics, struct respd_text name) {
    struct respd_node *node = respd_table_find(&topics->table, name);
    return node != NULL ? cog_container_of(node, struct respd_topic, node) : NULL;
}

/* Either list may be long, but of who is in both lists one is as a rule short: both are gone
 * through in step. */
struct respd_member *respd_topics_member(struct respd_topics *topics, struct respd_text name,
                                         const void *who, const struct cog_link *own) {
    struct respd_topic *topic = respd_topics_find(topics, name);
    if (topic == NULL) {
        return NULL;
    }
    const struct cog_link *other = topic->members.next;
    for (const struct cog_link *link = own->next; link != own && other != &topic->members;
         link = link->next, other = other->next) {
        struct respd_member *mine = cog_container_of(link, struct respd_member, in_own);
        struct respd_member *theirs = cog_container_of(other, struct respd_member, in_topic);
        if (mine->topic == topic) {
            return mine;
        }
        if (theirs->who == who) {
            return theirs;
        }
    }
    return NULL;
}

static struct respd_topic *make(struct respd_topics *topics, struct respd_text name) {
    struct respd_topic *topic =
        respd_budget_resize(topics->budget, NULL, 0, sizeof *topic + name.bytes);
    if (topic == NULL) {
        return NULL;
    }
    *topic = (struct respd_topic){.member_count = 0};
    cog_list_init(&topic->members);
    memcpy(topic->name, name.data, name.bytes);
    topic->node.name = (struct respd_text){topic->name, name.bytes};
    if (!respd_table_add(&topics->table, &topic->node)) {
        forget(topics, topic);
        return NULL;
    }
    return topic;
}

static void drop_if_empty(struct respd_topics *topics, struct respd_topic *topic) {
    if (topic->member_count == 0) {
        respd_table_remove(&topics->table, &topic->node);
        forget(topics, topic);
    }
}

struct respd_member *respd_topics_join(struct respd_topics *topics, struct respd_text name,
                                       void *who, struct cog_link *own) {
    struct respd_topic *topic = respd_topics_find(topics, name);
    topic = topic != NULL ? topic : make(topics, name);
    if (topic == NULL) {
        return NULL;
    }
    struct respd_member *member = respd_budget_resize(topics->budget, NULL, 0, sizeof *member);
    if (member == NULL) {
        drop_if_empty(topics, topic);
        return NULL;
    }
    *member = (struct respd_member){.topic = topic, .who = who};
    cog_list_push_back(&topic->members, &member->in_topic);
    cog_list_push_back(own, &member->in_own);
    topic->member_count++;
    return member;
}

void respd_topics_leave(struct respd_topics *topics, struct respd_member *member) {
    struct respd_topic *topic = member->topic;
    cog_link_remove(&member->in_topic);
    cog_link_remove(&member->in_own);
    respd_budget_give(topics->budget, sizeof *member);
    free(member);
    topic->member_count--;
    drop_if_empty(topics, topic);
}

void respd_topics_leave_all(struct respd_topics *topics, struct cog_link *own) {
    while (!cog_list_is_empty(own)) {
        respd_topics_leave(topics, cog_container_of(own->next, struct respd_member, in_own));
    }
}
