/*
 * The tests' simulated tap (tests/unit/sim_tap.h) on a Unix socket, as a program: numbered packets, or the records of a
 * capture in its own time, until the client goes or the capture is over.
 * usage: tap_socket PATH [PACKETS-A-SECOND | CAPTURE]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "tests/unit/tap_server.h"

struct records {
	struct record *at;
	size_t count, room;
	int64_t last_ns;
};

static void keep(void *context, const struct record *r)
{
	struct records *k = context;
	uint8_t *copy;

	if (k->count == k->room) {
		k->room = k->room ? 2 * k->room : 1024;
		k->at = realloc(k->at, k->room * sizeof(*k->at));
		if (!k->at)
			abort();
	}
	k->at[k->count] = *r;
	if (r->kind == RECORD_PACKET && r->packet_data.len) {
		copy = malloc(r->packet_data.len);
		if (!copy)
			abort();
		memcpy(copy, r->packet_data.bytes, r->packet_data.len);
		k->at[k->count].packet_data.bytes = copy;
	} else if (r->kind != RECORD_PACKET && r->kind != RECORD_LINE && r->kind != RECORD_FOLD) {
		return; /* they borrow; packets and line events are enough here */
	}
	k->count++;
	if (r->t_ns > k->last_ns)
		k->last_ns = r->t_ns;
}

static bool load(const char *path, struct records *k)
{
	const struct record_sink sink = {.context = k, .record = keep};
	struct capture *c;
	enum err err;

	if (capture_open(&c, path))
		return false;
	err = capture_run(c, &sink);
	capture_free(c);
	return !err;
}

int main(int argc, char **argv)
{
	struct tap_server_options o = {.tap = {.serial = 0xe6614c311b7f3a2c, .boot_id = 1}};
	struct records records = {0};
	struct tap_server *s;
	char *end = NULL;

	if (argc != 2 && argc != 3)
		return 2;
	if (argc == 3)
		o.tap.packets_a_second = (unsigned)strtoul(argv[2], &end, 10);
	if (end && *end) {
		o.tap.packets_a_second = 0;
		if (!load(argv[2], &records))
			return 1;
		o.tap.records = records.at;
		o.tap.record_count = records.count;
		o.hang_up_ms = (unsigned)(records.last_ns / 1000000) + 300;
	}
	signal(SIGPIPE, SIG_IGN);
	s = tap_server_start(argv[1], &o);
	if (!s)
		return 1;
	puts("listening");
	fflush(stdout);
	tap_server_wait(s);
	tap_server_stop(s);
	for (size_t i = 0; i < records.count; i++)
		if (records.at[i].kind == RECORD_PACKET)
			free((void *)(uintptr_t)records.at[i].packet_data.bytes);
	free(records.at);
	return 0;
}
