/*
 * A simulated tap's socket as a link, and the recording link around it: what is shown live is what the file says, the file
 * is whole at any moment, and what goes wrong is told.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture/link_record.h"
#include "capture/safe_file.h"
#include "lib/analysis.h"
#include "tap_server.h"

static char folder[64], socket_path[96], file[96];

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/cordon-record-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/tap", folder);
	snprintf(file, sizeof(file), "%s/x.pcapng", folder);
	return 0;
}

static int end(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* What numbered packets came, and the rest by kind. */
struct seen {
	uint64_t next, packets, gaps, hellos, marks, profiles, claims, lost, other;
	char mark[64];
};

static void see(void *context, const struct record *r)
{
	struct seen *s = context;
	uint64_t number;

	if (sim_tap_number(r, &number)) {
		s->gaps += number != s->next;
		s->next = number + 1;
		s->packets++;
	} else if (r->kind == RECORD_MARK) {
		s->marks++;
		snprintf(s->mark, sizeof(s->mark), "%.*s", (int)r->text.len, r->text.bytes);
	} else {
		s->hellos += r->kind == RECORD_HELLO;
		s->profiles += r->kind == RECORD_PROFILE;
		s->claims += r->kind == RECORD_CLAIM;
		s->lost += r->kind == RECORD_LOST;
		s->other++;
	}
}

static struct seen read_file(const char *path, struct capture_info *info)
{
	struct seen s = {0};
	const struct record_sink sink = {.context = &s, .record = see};
	struct capture *c;

	assert_int_equal(capture_open(&c, path), ERR_NONE);
	assert_int_equal(capture_run(c, &sink), ERR_NONE);
	*info = *capture_info(c);
	capture_free(c);
	return s;
}

/* Pumps for so long, or to its end. */
static enum err run(struct link *l, const struct record_sink *sink, int ms)
{
	int64_t until = now_ns() + (int64_t)ms * 1000000;
	enum link_state state = LINK_MORE;
	enum err err = ERR_NONE;

	while (!err && state != LINK_OVER && now_ns() < until) {
		struct pollfd wait = {.fd = link_fd(l), .events = POLLIN};

		if (state == LINK_WAIT)
			poll(&wait, 1, 5);
		err = link_pump(l, now_ns(), sink, &state);
	}
	return err;
}

static struct link *record(const struct tap_server_options *o, struct tap_server **server,
                           struct record_options *r)
{
	struct link *inner, *l;

	*server = tap_server_start(socket_path, o);
	assert_non_null(*server);
	assert_int_equal(link_socket_open(&inner, socket_path), ERR_NONE);
	r->application = "cordon test";
	assert_int_equal(link_record(&l, inner, r), ERR_NONE);
	return l;
}

static const struct tap_server_options numbered = {
	.tap = {.serial = 0xe6614c311b7f3a2c, .boot_id = 1, .packets_a_second = 5000}};

/* More notes between two pumps than the writer holds back: what they bring goes to whom the last pump served. */
static void notes_need_no_pump(void **state)
{
	struct record_options o = {.path = file};
	struct seen live = {0}, kept;
	struct record_sink *sink = malloc(sizeof(*sink));
	struct capture_info info;
	struct tap_server *server;
	struct link *l = record(&numbered, &server, &o);
	char note[1500];
	uint64_t notes = 0;

	(void)state;
	*sink = (struct record_sink){.context = &live, .record = see};
	assert_int_equal(run(l, sink, 200), ERR_NONE);
	free(sink);
	memset(note, 'n', sizeof(note));
	while (!live.marks && notes < 1000) {
		assert_true(link_note(l, RECORD_MARK, note, sizeof(note)));
		notes++;
	}
	assert_true(live.marks > 0);
	link_finish(l, now_ns());
	assert_int_equal(run(l, &(struct record_sink){.context = &live, .record = see}, 2000),
	                 ERR_NONE);
	link_free(l);
	tap_server_stop(server);
	kept = read_file(file, &info);
	assert_int_equal(live.marks, notes);
	assert_int_equal(kept.marks, notes);
}

static void what_is_shown_is_what_the_file_says(void **state)
{
	struct capture_test test = {.case_id = "2026-117", .exhibit = "3", .notes = "a\nb"};
	struct record_options o = {.path = file,
	                           .test = &test,
	                           .profile = "bare",
	                           .profile_len = 4,
	                           .claims = {"length=1 m", "power=only"}};
	struct seen live = {0}, kept;
	const struct record_sink sink = {.context = &live, .record = see};
	struct capture_info info, shown;
	struct tap_server *server;
	struct link *l = record(&numbered, &server, &o);

	(void)state;
	assert_int_equal(run(l, &sink, 400), ERR_NONE);
	assert_true(link_note(l, RECORD_MARK, "here", 4));
	assert_int_equal(run(l, &sink, 200), ERR_NONE);
	link_finish(l, now_ns());
	assert_int_equal(run(l, &sink, 2000), ERR_NONE);
	shown = *link_info(l);
	assert_string_equal(link_status(l)->trouble, "");
	link_free(l);
	tap_server_stop(server);
	kept = read_file(file, &info);
	assert_true(live.packets > 500 && live.gaps == 0 && live.marks == 1);
	assert_string_equal(live.mark, "here");
	assert_true(live.profiles == 1 && live.claims == 2 && live.hellos >= 1);
	assert_memory_equal(&kept, &live, sizeof(kept));
	assert_false(info.truncated);
	/* But for what is the reader's own business: the end of the input, and how it was read. */
	assert_int_equal(info.packets, shown.packets);
	assert_int_equal(info.packets_used, shown.packets_used);
	assert_int_equal(info.tap_records, shown.tap_records);
	assert_int_equal(info.duration_ns, shown.duration_ns);
	assert_int_equal(info.bytes, shown.bytes);
	assert_string_equal(info.test.case_id, "2026-117");
	assert_string_equal(info.test.exhibit, "3");
	assert_string_equal(info.test.notes, "a\nb");
	assert_string_equal(info.application, "cordon test");
	assert_string_equal(info.hardware,
	                    "Cordon tap e6614c311b7f3a2c, board 1, firmware 1234abcd, "
	                    "calibration 00000007, protocol 1");
}

static void losses_are_counted_to_the_file(void **state)
{
	struct tap_server_options t = numbered;
	struct record_options o = {.path = file};
	struct seen live = {0}, kept;
	const struct record_sink sink = {.context = &live, .record = see};
	struct capture_info info;
	struct tap_server *server;
	struct link *l;
	uint64_t lost;

	(void)state;
	t.tap.drop_block_each = 50;
	l = record(&t, &server, &o);
	assert_int_equal(run(l, &sink, 500), ERR_NONE);
	link_finish(l, now_ns());
	assert_int_equal(run(l, &sink, 2000), ERR_NONE);
	lost = link_status(l)->lost;
	assert_true(live.gaps > 0 && live.lost >= live.gaps && lost >= live.lost);
	link_free(l);
	tap_server_stop(server);
	kept = read_file(file, &info);
	assert_memory_equal(&kept, &live, sizeof(kept));
	assert_int_equal(info.lost, lost);
}

/* The file as it is while the capture goes on: what the program's death would leave. */
static void whole_at_any_moment(void **state)
{
	struct record_options o = {.path = file};
	struct seen live = {0}, kept;
	const struct record_sink sink = {.context = &live, .record = see};
	struct moment {
		int64_t ns;
		uint64_t packets;
	} at[30];
	struct capture_info info;
	struct tap_server *server;
	struct link *l = record(&numbered, &server, &o);

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		int64_t begun = now_ns();

		assert_int_equal(run(l, &sink, 20), ERR_NONE);
		at[i] = (struct moment){.ns = now_ns(), .packets = live.packets};
		if (!live.packets)
			continue;
		if (i % 10 == 9)
			link_keep(l);
		kept = read_file(file, &info);
		assert_false(info.truncated);
		/* What was found, and what is a tenth of a second old. */
		if (i % 10 == 9)
			assert_memory_equal(&kept, &live, sizeof(kept));
		for (unsigned k = 0; k < i && at[k].ns <= begun - 100000000; k++)
			assert_true(kept.packets >= at[k].packets);
	}
	assert_true(live.packets > 100);
	link_free(l);
	tap_server_stop(server);
}

static void nothing_is_written_over(void **state)
{
	struct record_options o = {.path = file, .application = "x"};
	struct tap_server *server = tap_server_start(socket_path, &numbered);
	struct link *inner, *l;
	FILE *f = fopen(file, "w");

	(void)state;
	fclose(f);
	assert_int_equal(link_socket_open(&inner, socket_path), ERR_NONE);
	assert_int_equal(link_record(&l, inner, &o), ERR_OPEN);
	assert_int_equal(errno, EEXIST);
	assert_null(l);
	tap_server_stop(server);
}

static void a_full_disk_leaves_whole_blocks(void **state)
{
	const struct rlimit full = {.rlim_cur = 30001, .rlim_max = RLIM_INFINITY};
	const struct rlimit room = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
	struct record_options o = {.path = file};
	struct seen live = {0}, kept;
	const struct record_sink sink = {.context = &live, .record = see};
	struct capture_info info;
	struct tap_server *server;
	struct link *l = record(&numbered, &server, &o);

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_int_equal(run(l, &sink, 600), ERR_NONE);
	assert_true(link_status(l)->failed);
	assert_non_null(strstr(link_status(l)->trouble, "File too large"));
	assert_non_null(strstr(link_status(l)->trouble, "whole up to there"));
	link_free(l);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
	tap_server_stop(server);
	kept = read_file(file, &info);
	assert_false(info.truncated);
	assert_true(info.bytes <= 30001 && info.bytes > 10000);
	assert_true(kept.packets > 50 && kept.gaps == 0);
	/* Who watches goes on watching. */
	assert_true(live.packets > kept.packets);
}

static void a_deleted_file_is_saved(void **state)
{
	struct record_options o = {.path = file};
	struct seen live = {0}, kept;
	const struct record_sink sink = {.context = &live, .record = see};
	char rescued[LINK_MESSAGE_MAX];
	struct capture_info info;
	struct tap_server *server;
	struct link *l = record(&numbered, &server, &o);

	(void)state;
	assert_int_equal(run(l, &sink, 300), ERR_NONE);
	assert_int_equal(unlink(file), 0);
	setenv("TMPDIR", folder, 1);
	assert_int_equal(run(l, &sink, 1300), ERR_NONE);
	assert_non_null(strstr(link_status(l)->trouble, "was deleted"));
	strcpy(rescued, link_status(l)->file);
	assert_string_not_equal(rescued, file);
	link_finish(l, now_ns());
	assert_int_equal(run(l, &sink, 2000), ERR_NONE);
	link_free(l);
	tap_server_stop(server);
	kept = read_file(rescued, &info);
	unlink(rescued);
	assert_false(info.truncated);
	assert_memory_equal(&kept, &live, sizeof(kept));
}

static void a_moved_folder_is_found(void **state)
{
	char sub[96], moved[96], inside[128];
	struct record_options o = {.path = inside};
	struct seen live = {0};
	const struct record_sink sink = {.context = &live, .record = see};
	struct tap_server *server;
	struct link *l;

	(void)state;
	snprintf(sub, sizeof(sub), "%s/a", folder);
	snprintf(moved, sizeof(moved), "%s/b", folder);
	snprintf(inside, sizeof(inside), "%s/x.pcapng", sub);
	assert_int_equal(mkdir(sub, 0777), 0);
	l = record(&numbered, &server, &o);
	assert_int_equal(run(l, &sink, 100), ERR_NONE);
	assert_int_equal(rename(sub, moved), 0);
	assert_int_equal(run(l, &sink, 1200), ERR_NONE);
	assert_non_null(strstr(link_status(l)->trouble, "was moved"));
	assert_non_null(strstr(link_status(l)->file, "/b/x.pcapng"));
	assert_false(link_status(l)->failed);
	link_free(l);
	tap_server_stop(server);
}

static void noise_silence_and_another_version_are_told(void **state)
{
	static const struct {
		struct tap_server_options o;
		enum err err;
		const char *says;
	} cases[] = {
		{{.noise = true}, ERR_PROTOCOL, "not the stream of a tap"},
		{{.tap = {.version = 2}}, ERR_VERSION, "speaks version 2"},
		{{.mute = true, .hang_up_ms = 50}, ERR_SILENT, ""},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record_options o = {.path = file};
		struct seen live = {0};
		const struct record_sink sink = {.context = &live, .record = see};
		struct capture_info info;
		struct tap_server *server;
		struct link *l;

		unlink(file);
		l = record(&cases[i].o, &server, &o);
		assert_int_equal(run(l, &sink, 4000), cases[i].err);
		assert_non_null(strstr(link_status(l)->message, cases[i].says));
		link_free(l);
		tap_server_stop(server);
		/* Even so the file is one. */
		read_file(file, &info);
		assert_int_equal(info.format, CAPTURE_FORMAT_PCAPNG);
		assert_false(info.truncated);
	}
}

static uint64_t part_size(unsigned number)
{
	struct stat st;
	char path[128];

	snprintf(path, sizeof(path), "%s/x-%06u.pcapng", folder, number);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static bool is_part(unsigned number)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/x-%06u.pcapng", folder, number);
	return access(path, F_OK) == 0;
}

static void a_ring_keeps_what_is_around_a_finding(void **state)
{
	struct tap_server_options t = numbered;
	struct record_options o = {.path = file, .ring = 512 * 1024};
	struct seen live = {0};
	const struct record_sink sink = {.context = &live, .record = see};
	unsigned found = 0, last = 0, there = 0;
	uint64_t bytes = 0;
	struct tap_server *server;
	struct link *l;

	(void)state;
	t.tap.packets_a_second = 50000;
	l = record(&t, &server, &o);
	for (unsigned i = 0; i < 14; i++) {
		assert_int_equal(run(l, &sink, 50), ERR_NONE);
		if (found || !is_part(4))
			continue;
		for (found = 4; is_part(found + 1); found++)
			;
		link_keep(l);
	}
	while (link_status(l)->file_bytes < 3 * o.ring)
		assert_int_equal(run(l, &sink, 50), ERR_NONE);
	link_free(l);
	tap_server_stop(server);
	for (unsigned i = 1; i < 200; i++) {
		struct capture_info info;
		char path[128];

		if (!part_size(i))
			continue;
		snprintf(path, sizeof(path), "%s/x-%06u.pcapng", folder, i);
		read_file(path, &info);
		assert_false(info.truncated);
		assert_non_null(strstr(info.hardware, "Cordon tap"));
		last = i;
		there++;
		bytes += part_size(i);
	}
	assert_true(last > 20);
	assert_true(part_size(1) > 0);
	for (unsigned i = found - 1; i <= found + 1; i++)
		assert_true(part_size(i) > 0);
	assert_true(there < last - 5);
	/* The ring, and the four that are kept beside it. */
	assert_true(bytes < o.ring + 5 * (o.ring / 8 + 70000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
		T(what_is_shown_is_what_the_file_says),
		T(notes_need_no_pump),
		T(losses_are_counted_to_the_file),
		T(whole_at_any_moment),
		T(nothing_is_written_over),
		T(a_full_disk_leaves_whole_blocks),
		T(a_deleted_file_is_saved),
		T(a_moved_folder_is_found),
		T(noise_silence_and_another_version_are_told),
		T(a_ring_keeps_what_is_around_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
