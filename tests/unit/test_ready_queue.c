/* test_ready_queue.c - the ready queue, and the intrusive lists that it is made of. */
#include "core/coroutine.h"
#include "core/ready_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct item {
    int number;
    struct cog_link link;
};

static void a_list_keeps_the_order_of_pushing(void **state) {
    (void)state;
    struct cog_link list;
    struct item items[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    cog_list_init(&list);
    assert_true(cog_list_is_empty(&list));
    cog_list_push_back(&list, &items[1].link);
    cog_list_push_back(&list, &items[2].link);
    cog_list_push_front(&list, &items[0].link);
    int expected = 1;
    for (struct cog_link *link = list.next; link != &list; link = link->next) {
        assert_int_equal(cog_container_of(link, struct item, link)->number, expected++);
        assert_ptr_equal(link->next->prev, link);
    }
    assert_int_equal(expected, 4);
}

static void removing_from_the_middle_joins_the_neighbours(void **state) {
    (void)state;
    struct cog_link list;
    struct item items[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    cog_list_init(&list);
    for (int i = 0; i < 3; i++) {
        cog_list_push_back(&list, &items[i].link);
    }
    cog_link_remove(&items[1].link);
    assert_false(cog_link_is_linked(&items[1].link));
    assert_true(cog_link_is_linked(&items[0].link));
    assert_ptr_equal(items[0].link.next, &items[2].link);
    assert_ptr_equal(items[2].link.prev, &items[0].link);
    cog_link_remove(&items[0].link);
    cog_link_remove(&items[2].link);
    assert_true(cog_list_is_empty(&list));
}

static void coroutines_come_out_front_first(void **state) {
    (void)state;
    static struct cog_coro coros[4];
    struct cog_ready_queue queue;
    cog_ready_queue_init(&queue);
    cog_ready_queue_push(&queue, &coros[1], false);
    cog_ready_queue_push(&queue, &coros[2], false);
    cog_ready_queue_push(&queue, &coros[0], true);
    cog_ready_queue_push(&queue, &coros[3], false);
    assert_int_equal(queue.count, 4);
    cog_ready_queue_remove(&queue, &coros[2]);
    assert_int_equal(queue.count, 3);
    assert_ptr_equal(cog_ready_queue_pop(&queue), &coros[0]);
    assert_ptr_equal(cog_ready_queue_pop(&queue), &coros[1]);
    assert_ptr_equal(cog_ready_queue_pop(&queue), &coros[3]);
    assert_int_equal(queue.count, 0);
    assert_true(cog_list_is_empty(&queue.list));
    assert_false(cog_link_is_linked(&coros[3].op.link));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_keeps_the_order_of_pushing),
        cmocka_unit_test(removing_from_the_middle_joins_the_neighbours),
        cmocka_unit_test(coroutines_come_out_front_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
