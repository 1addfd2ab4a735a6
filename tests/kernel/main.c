/*
 * A tap for a virtual machine: plugs itself into QEMU's usb-redir at SOCKET and streams until it is told to go (SIGTERM) or
 * the guest is gone; then tells on standard output what it sent.
 * usage: vtap [--serial N] [--boot N] [--version N] [--dump FILE | --rate BYTES/S,SECONDS] [--leave] SOCKET
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/kernel/vtap.h"

static volatile sig_atomic_t told;

static void on_signal(int n)
{
	(void)n;
	told = 1;
}

static uint64_t now_ticks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * WIRE_TICK_HZ +
	       (uint64_t)t.tv_nsec * (WIRE_TICK_HZ / 1000000) / 1000;
}

static void serve(struct vtap *t, struct redir *r, struct vtap_source *s, bool leave)
{
	const uint64_t begin = now_ticks();
	uint64_t done_ms = 0;

	while (!told && redir_turn(r, 1)) {
		uint64_t ms = (now_ticks() - begin) / (WIRE_TICK_HZ / 1000);

		for (; done_ms < ms; done_ms++) {
			t->now = (done_ms + 1) * (WIRE_TICK_HZ / 1000);
			if (s && t->capturing && !s->over)
				s->until(s, t, t->now - t->capture_since);
			vtap_millisecond(t, done_ms + 1);
			redir_turn(r, 0);
		}
		if (leave && s && s->over && t->up.closed == t->up.fetched)
			break;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"serial",  required_argument, NULL, 's'},
		{"boot",    required_argument, NULL, 'b'},
		{"version", required_argument, NULL, 'v'},
		{"dump",    required_argument, NULL, 'd'},
		{"rate",    required_argument, NULL, 'r'},
		{"leave",   no_argument,       NULL, 'l'},
		{NULL,      0,                 NULL, 0  },
	};
	static struct vtap tap;
	uint64_t serial = 0x7f3a;
	uint32_t boot = 1;
	uint16_t version = WIRE_VERSION;
	static struct vtap_source *source; /* to the process's end */
	struct redir *redir;
	bool leave = false;

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		uint32_t rate;
		char *end;

		switch (c) {
		case 's':
			serial = strtoull(optarg, NULL, 16);
			break;
		case 'b':
			boot = (uint32_t)strtoul(optarg, NULL, 0);
			break;
		case 'v':
			version = (uint16_t)strtoul(optarg, NULL, 0);
			break;
		case 'd':
			source = vtap_source_dump(optarg);
			break;
		case 'r':
			rate = (uint32_t)strtoul(optarg, &end, 0);
			if (*end != ',')
				return 2;
			source = vtap_source_rate(rate, (uint32_t)strtoul(end + 1, NULL, 0));
			break;
		case 'l':
			leave = true;
			break;
		default:
			return 2;
		}
		if ((c == 'd' || c == 'r') && !source)
			return 1;
	}
	if (optind + 1 != argc)
		return 2;
	signal(SIGTERM, on_signal);
	vtap_init(&tap, serial, boot, version);
	redir = redir_plug(argv[optind], vtap_device(&tap));
	if (!redir) {
		perror(argv[optind]);
		return 1;
	}
	serve(&tap, redir, source, leave);
	printf("records %llu lost %u capturing %d reports %llu\n",
	       (unsigned long long)(source ? source->records : 0), tap.up.lost_total, tap.capturing,
	       (unsigned long long)tap.reports);
	redir_pull(redir);
	return 0;
}
