/* The dashboard's waiting: what is ready, when the time has come, and descriptors that come, change and go. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/clock.h"
#include "cli/waiter.h"

#define MS INT64_C(1000000)

enum { PATIENCE_MS = 20000 };

static struct waiter w;
static int a[2], b[2];

static int begin(void **state)
{
	(void)state;
	waiter_init(&w);
	return pipe(a) || pipe(b);
}

static int end(void **state)
{
	(void)state;
	waiter_release(&w);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	return 0;
}

static void say(const int to[2])
{
	assert_int_equal(write(to[1], "x", 1), 1);
}

static void hear(const int from[2])
{
	char c;

	assert_int_equal(read(from[0], &c, 1), 1);
}

static int wait_for(struct pollfd *fds, unsigned n, int64_t ms)
{
	return waiter_wait(&w, fds, n, clock_now_ns() + ms * MS);
}

static void what_is_ready_is_told(void **state)
{
	struct pollfd fds[2] = {{.fd = a[0], .events = POLLIN}, {.fd = b[0], .events = POLLIN}};

	(void)state;
	for (int i = 0; i < 3; i++) {
		say(b);
		assert_int_equal(wait_for(fds, 2, PATIENCE_MS), 1);
		assert_int_equal(fds[0].revents, 0);
		assert_int_equal(fds[1].revents, POLLIN);
		say(a);
		assert_int_equal(wait_for(fds, 2, PATIENCE_MS), 2);
		assert_int_equal(fds[0].revents, POLLIN);
		hear(a);
		hear(b);
		/* Revents of the time before are gone. */
		assert_int_equal(wait_for(fds, 2, 0), 0);
		assert_int_equal(fds[0].revents | fds[1].revents, 0);
	}
	assert_false(w.plain);
}

static void the_time_comes(void **state)
{
	struct pollfd fd = {.fd = a[0], .events = POLLIN};
	int64_t until;

	(void)state;
	for (int i = 0; i < 3; i++) {
		until = clock_now_ns() + 20 * MS;
		assert_int_equal(waiter_wait(&w, &fd, 1, until), 0);
		assert_true(clock_now_ns() >= until);
		/* It has passed: no waiting; and what is ready is told all the same. */
		assert_int_equal(waiter_wait(&w, &fd, 1, until), 0);
		say(a);
		assert_int_equal(waiter_wait(&w, &fd, 1, until), 1);
		hear(a);
	}
	/* A later time after one that never came. */
	say(a);
	until = clock_now_ns() + 30 * MS;
	assert_int_equal(waiter_wait(&w, &fd, 1, until), 1);
	hear(a);
	until += 30 * MS;
	assert_int_equal(waiter_wait(&w, &fd, 1, until), 0);
	assert_true(clock_now_ns() >= until);
}

static void descriptors_come_change_and_go(void **state)
{
	struct pollfd fds[3] = {{.fd = a[0], .events = POLLIN}};

	(void)state;
	say(a);
	say(b);
	assert_int_equal(wait_for(fds, 1, PATIENCE_MS), 1);
	fds[1] = (struct pollfd){.fd = b[0], .events = POLLIN};
	assert_int_equal(wait_for(fds, 2, PATIENCE_MS), 2);
	fds[0] = fds[1];
	assert_int_equal(wait_for(fds, 1, PATIENCE_MS), 1);
	hear(b);
	/* a is still ready, and nobody asks; or of nothing that it is ready for. */
	assert_int_equal(wait_for(fds, 1, 1), 0);
	fds[0] = (struct pollfd){.fd = a[0]};
	assert_int_equal(wait_for(fds, 1, 1), 0);
	fds[0].events = POLLIN;
	assert_int_equal(wait_for(fds, 1, PATIENCE_MS), 1);
	fds[0] = (struct pollfd){.fd = b[1], .events = POLLOUT};
	assert_int_equal(wait_for(fds, 1, PATIENCE_MS), 1);
	assert_int_equal(fds[0].revents, POLLOUT);
	fds[0] = (struct pollfd){.fd = -1, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = a[0], .events = POLLIN};
	assert_int_equal(wait_for(fds, 2, PATIENCE_MS), 1);
	assert_int_equal(fds[0].revents, 0);
	assert_int_equal(fds[1].revents, POLLIN);
	assert_int_equal(wait_for(fds, 0, 1), 0);
	assert_false(w.plain);
}

static void an_end_is_told(void **state)
{
	struct pollfd fd = {.fd = a[0], .events = POLLIN};

	(void)state;
	assert_int_equal(wait_for(&fd, 1, 0), 0);
	close(a[1]);
	assert_int_equal(wait_for(&fd, 1, PATIENCE_MS), 1);
	assert_int_equal(fd.revents, POLLHUP);
	a[1] = dup(b[1]);
}

/* epoll takes no regular file; it is ready all the same, and when it has gone things are as they were. */
static void a_file_is_polled(void **state)
{
	struct pollfd fds[2] = {{.fd = a[0], .events = POLLIN}, {.events = POLLIN}};
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	fds[1].fd = fileno(f);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(wait_for(fds, 2, PATIENCE_MS), 1);
		assert_int_equal(fds[1].revents, POLLIN);
		assert_true(w.plain);
	}
	assert_int_equal(wait_for(fds, 1, 1), 0);
	assert_false(w.plain);
	say(a);
	assert_int_equal(wait_for(fds, 1, PATIENCE_MS), 1);
	fclose(f);
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
}

static void a_signal_ends_it(void **state)
{
	const struct sigaction act = {.sa_handler = on_alarm};
	/* Again and again: the first may come before the wait. */
	const struct itimerval soon = {.it_value.tv_usec = 10000, .it_interval.tv_usec = 10000},
			       never = {.it_value.tv_usec = 0};
	struct pollfd fd = {.fd = a[0], .events = POLLIN};

	(void)state;
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	assert_int_equal(wait_for(&fd, 1, PATIENCE_MS), -1);
	assert_int_equal(errno, EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_ready_is_told, begin, end),
		cmocka_unit_test_setup_teardown(the_time_comes, begin, end),
		cmocka_unit_test_setup_teardown(descriptors_come_change_and_go, begin, end),
		cmocka_unit_test_setup_teardown(an_end_is_told, begin, end),
		cmocka_unit_test_setup_teardown(a_file_is_polled, begin, end),
		cmocka_unit_test_setup_teardown(a_signal_ends_it, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
