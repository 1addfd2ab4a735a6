/*
 * `cordon capture` killed at 100 random moments (kill -9, seeded), while a tap sends: each time the file is one that is
 * read to its end, has no gap, and lacks at most the last second of what the tap had sent. Needs $CORDON, as tests/run.sh
 * sets it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "capture/capture.h"
#include "tap_server.h"

enum { KILLS = 100, AT_ONCE = 25, LONGEST_MS = 1400 };

/* A full pipe, and so little that an hour of it would fit a buffer. */
static const unsigned rates[] = {20000, 300};

static uint32_t seed = 20260117;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

struct victim {
	char socket[96], file[96];
	struct tap_server *server;
	pid_t pid;
	unsigned after_ms, rate;
	uint64_t sent; /* when it was killed */
};

static void start(struct victim *v, const char *folder, unsigned i)
{
	const struct tap_server_options o = {
		.tap = {.serial = i, .boot_id = 1, .packets_a_second = rates[i % 2]}};
	const char *program = getenv("CORDON");

	snprintf(v->socket, sizeof(v->socket), "%s/%u.tap", folder, i);
	snprintf(v->file, sizeof(v->file), "%s/%u.pcapng", folder, i);
	v->rate = rates[i % 2];
	v->after_ms = random_below(LONGEST_MS);
	v->server = tap_server_start(v->socket, &o);
	assert_non_null(v->server);
	v->pid = fork();
	if (!v->pid) {
		int nowhere = open("/dev/null", O_RDWR);

		dup2(nowhere, 0);
		dup2(nowhere, 1);
		dup2(nowhere, 2);
		execl(program, program, "capture", "--connect", v->socket, "-o", v->file,
		      (char *)NULL);
		_exit(127);
	}
	assert_true(v->pid > 0);
}

static void kill_all(struct victim *v, unsigned n)
{
	for (unsigned ms = 0; ms < LONGEST_MS; ms++) {
		const struct timespec step = {.tv_nsec = 1000000};

		for (unsigned i = 0; i < n; i++)
			if (v[i].after_ms == ms) {
				v[i].sent = tap_server_sent(v[i].server);
				assert_int_equal(kill(v[i].pid, SIGKILL), 0);
			}
		nanosleep(&step, NULL);
	}
	for (unsigned i = 0; i < n; i++) {
		int status;

		assert_int_equal(waitpid(v[i].pid, &status, 0), v[i].pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		tap_server_stop(v[i].server);
	}
}

struct numbers {
	uint64_t next, gaps;
};

static void see(void *context, const struct record *r)
{
	struct numbers *n = context;
	uint64_t number;

	if (!sim_tap_number(r, &number))
		return;
	n->gaps += number != n->next;
	n->next = number + 1;
}

/* Whether there was anything to be lost. */
static bool check(const struct victim *v)
{
	struct numbers n = {0};
	const struct record_sink sink = {.context = &n, .record = see};
	struct stat st;
	struct capture *c;
	enum err err;

	/* Killed before it had begun: no file, or an empty one, and nothing sent for a second. */
	if (stat(v->file, &st) < 0 || st.st_size == 0) {
		assert_true(v->sent <= v->rate);
		return false;
	}
	assert_int_equal(capture_open(&c, v->file), ERR_NONE);
	err = capture_run(c, &sink);
	assert_int_equal(err, ERR_NONE);
	/* A block that the kernel was taking in when the end came may be cut: the reader stops before it. */
	if (capture_info(c)->truncated)
		print_message("# cut after %u ms\n", v->after_ms);
	capture_free(c);
	assert_int_equal(n.gaps, 0);
	assert_true(v->sent <= n.next + v->rate);
	return n.next > 0;
}

static void kill_9(void **state)
{
	char folder[] = "/tmp/cordon-kill-XXXXXX", command[64];
	unsigned recorded = 0;

	(void)state;
	if (!getenv("CORDON"))
		skip();
	assert_non_null(mkdtemp(folder));
	for (unsigned i = 0; i < KILLS; i += AT_ONCE) {
		struct victim v[AT_ONCE] = {0};

		for (unsigned j = 0; j < AT_ONCE; j++)
			start(&v[j], folder, i + j);
		kill_all(v, AT_ONCE);
		for (unsigned j = 0; j < AT_ONCE; j++)
			recorded += check(&v[j]);
		snprintf(command, sizeof(command), "rm -f %s/*", folder);
		assert_int_equal(system(command), 0);
	}
	rmdir(folder);
	/* Most of them must have been in the middle of it, or this shows nothing. */
	print_message("# %u of %u were killed in the middle of recording\n", recorded, KILLS);
	assert_true(recorded > KILLS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(kill_9)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
