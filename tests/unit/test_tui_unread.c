/*
 * Four taps that are recorded while nobody reads the terminal for a minute: nothing is lost, each file is whole. The taps are
 * real ones to the program, on sockets, and run by the test's clock, so that a minute takes a few seconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/link_record.h"
#include "tests/screens/vt.h"
#include "tests/unit/socket_tap.h"

enum { TAPS = 4, STEP_MS = 10, PACKETS_A_SECOND = 500 };

struct wired {
	char file[96];
	struct socket_tap socket;
	struct link *link;
};

/* What stands in a file, by the numbers in its packets. */
struct kept {
	uint64_t packets, gaps, lost;
};

static char folder[64];
static int64_t begun_ns; /* of the taps, by the screen's clock */

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/cordon-unread-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void wire_up(struct wired *w, unsigned i)
{
	const struct sim_tap_options o = {
		.serial = i + 1, .boot_id = 1, .packets_a_second = PACKETS_A_SECOND};
	struct record_options r = {.path = w->file};
	struct link *inner;
	char path[96];

	snprintf(path, sizeof(path), "%s/tap-%u", folder, i);
	snprintf(w->file, sizeof(w->file), "%s/%u.pcapng", folder, i);
	assert_true(socket_tap_open(&w->socket, path, &o));
	assert_int_equal(link_socket_open(&inner, path), ERR_NONE);
	assert_int_equal(link_record(&w->link, inner, &r), ERR_NONE);
	assert_true(socket_tap_accept(&w->socket));
}

/* The taps' clock is the screen's. */
static void run(struct wired w[TAPS], struct vt *t, unsigned ms)
{
	for (unsigned at = 0; at < ms; at += STEP_MS) {
		for (unsigned i = 0; i < TAPS; i++) {
			socket_tap_obey(&w[i].socket);
			sim_tap_run(&w[i].socket.tap, (uint64_t)(vt_now(t) - begun_ns));
			socket_tap_send(&w[i].socket);
		}
		vt_run(t, STEP_MS);
	}
}

static void see(void *context, const struct record *r)
{
	struct kept *k = context;
	uint64_t number;

	k->lost += r->kind == RECORD_LOST;
	if (!sim_tap_number(r, &number))
		return;
	k->gaps += number != k->packets;
	k->packets++;
}

static struct kept read_file(const char *path)
{
	struct kept k = {0};
	const struct record_sink sink = {.context = &k, .record = see};
	struct capture *c;

	assert_int_equal(capture_open(&c, path), ERR_NONE);
	assert_int_equal(capture_run(c, &sink), ERR_NONE);
	assert_false(capture_info(c)->truncated);
	capture_free(c);
	return k;
}

static void four_taps_lose_nothing(void **state)
{
	static const char *const names[TAPS] = {NULL, "two", "three", "four"};
	static struct wired w[TAPS];
	uint64_t frames, skipped, sent[TAPS];
	struct vt *t;

	(void)state;
	for (unsigned i = 0; i < TAPS; i++)
		wire_up(&w[i], i);
	t = vt_new(&(struct vt_options){.link = w[0].link, .rows = 40, .columns = 120});
	for (unsigned i = 1; i < TAPS; i++)
		vt_add(t, w[i].link, names[i]);
	begun_ns = vt_now(t);
	run(w, t, 500);
	vt_stall(t, true);
	for (unsigned s = 0; s < 60; s++) {
		vt_resize(t, 30 + (int)s % 20, 100 + (int)s % 30);
		vt_keys(t, s % 5 ? "5" : "]");
		run(w, t, 1000);
	}
	dashboard_counts(vt_dashboard(t), &frames, &skipped);
	assert_true(skipped > 0);
	for (unsigned i = 0; i < TAPS; i++)
		link_finish(w[i].link, vt_now(t));
	run(w, t, 1000);
	for (unsigned i = 0; i < TAPS; i++) {
		assert_int_equal(w[i].socket.tap.lost, 0);
		assert_string_equal(link_status(w[i].link)->trouble, "");
		sent[i] = w[i].socket.tap.packets;
	}
	vt_free(t);
	for (unsigned i = 0; i < TAPS; i++) {
		struct kept k = read_file(w[i].file);

		assert_true(sent[i] >= 59 * PACKETS_A_SECOND);
		assert_int_equal(k.packets, sent[i]);
		assert_int_equal(k.gaps, 0);
		assert_int_equal(k.lost, 0);
		socket_tap_close(&w[i].socket);
		unlink(w[i].file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_taps_lose_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
