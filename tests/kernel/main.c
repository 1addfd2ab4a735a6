/*
 * A tap for a virtual machine: plugs itself into QEMU's usb-redir at SOCKET and streams until it is told to go (SIGTERM) or
 * the guest is gone; then tells on standard output what it sent.
 * usage: vtap [--serial N] [--boot N] [--version N] [--dump FILE | --rate BYTES/S,SECONDS] [--leave]
 *        [--hold] SOCKET
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

/*
 * The tap's own clock. It never goes faster than time, and stands still while this process got no CPU for long; with --hold
 * also while the guest leaves more than half of the ring standing. A machine that is busy then makes a slow tap, not one
 * that loses.
 */
struct own_clock {
	uint64_t ms, held_ms; /* since the start; in which it stood still while it captured */
	uint64_t until;       /* tick of the real clock up to which it has gone */
	bool hold;
	unsigned crossed, crossings; /* while it captured, and ever: see redir_crossed */
};

enum { FULL_LEVEL = 128, BEHIND_MS_MAX = 8 };

static const uint64_t millisecond = WIRE_TICK_HZ / 1000;

static bool next_millisecond(struct own_clock *c, const struct vtap *t)
{
	uint64_t behind = (now_ticks() - c->until) / millisecond;
	uint64_t held = behind > BEHIND_MS_MAX ? behind - BEHIND_MS_MAX : 0;

	if (!behind)
		return false;
	if (c->hold && upstream_level(&t->up) >= FULL_LEVEL)
		held = behind;
	c->until += held * millisecond;
	c->held_ms += t->capturing ? held : 0;
	if (held == behind)
		return false;
	c->until += millisecond;
	c->ms++;
	return true;
}

static void serve(struct vtap *t, struct redir *r, struct vtap_source *s, bool leave,
                  struct own_clock *c)
{
	bool behind = false;

	c->until = now_ticks();
	while (!told && redir_turn(r, behind ? 0 : 1)) {
		c->crossed += t->capturing ? redir_crossed(r) - c->crossings : 0;
		c->crossings = redir_crossed(r);
		behind = next_millisecond(c, t);
		if (behind) {
			t->now = c->ms * millisecond;
			if (s && t->capturing && !s->over)
				s->until(s, t, t->now - t->capture_since);
			vtap_millisecond(t, c->ms);
		}
		if (leave && s && s->over && t->up.closed == t->up.fetched)
			break;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"serial", required_argument, NULL, 's'},  {"boot", required_argument, NULL, 'b'},
		{"version", required_argument, NULL, 'v'}, {"dump", required_argument, NULL, 'd'},
		{"rate", required_argument, NULL, 'r'},    {"leave", no_argument, NULL, 'l'},
		{"hold", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
	};
	static struct vtap tap;
	uint64_t serial = 0x7f3a;
	uint32_t boot = 1;
	uint16_t version = WIRE_VERSION;
	static struct vtap_source *source; /* to the process's end */
	struct own_clock clock = {0};
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
		case 'h':
			clock.hold = true;
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
	serve(&tap, redir, source, leave, &clock);
	printf("records %llu lost %u capturing %d reports %llu held %llu crossed %u unsent %llu\n",
	       (unsigned long long)(source ? source->records : 0), tap.up.lost_total, tap.capturing,
	       (unsigned long long)tap.reports, (unsigned long long)clock.held_ms, clock.crossed,
	       (unsigned long long)(source ? source->unsent : 0));
	redir_pull(redir);
	return 0;
}
