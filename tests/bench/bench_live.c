/*
 * `cordon live` as it is felt, with simulated taps on sockets: the time from the bytes of an attach at its socket to the
 * alert on its terminal, over many starts; processor time of its steady running; memory of a long replay. Prints one line
 * a measurement. usage:
 *   bench_live CORDON latency TAPS STALLED RUNS  p50, p99 and most in us; STALLED (0 or 1): another `live` beside, unread
 *   bench_live CORDON cpu idle|storm SECONDS     per mille of a core
 *   bench_live - cpu-of SECONDS COMMAND...       the same of any program
 *   bench_live CORDON memory FILE SPEED SECONDS  KiB after a sixth of the time, KiB at its end
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/on_terminal.h"
#include "tests/unit/socket_tap.h"

enum { TAPS_MAX = 4, RUNS_MAX = 1000, WARM_MS = 1500, PATIENCE_MS = 20000, MS = 1000000 };

struct timed_tap {
	struct socket_tap socket;
	uint64_t begin_ns, attach_sent_ns;
};

static struct timed_tap taps[TAPS_MAX + 1]; /* the last one is the stalled program's */

static bool beside;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool tap_open(struct timed_tap *s, unsigned i, const struct sim_tap_options *o)
{
	const char *folder = getenv("TMPDIR");
	char path[96];

	snprintf(path, sizeof(path), "%.60s/bench-%d-%u", folder ? folder : "/tmp", (int)getpid(),
	         i);
	s->begin_ns = s->attach_sent_ns = 0;
	return socket_tap_open(&s->socket, path, o);
}

static void tap_turn(struct timed_tap *s)
{
	size_t before = s->socket.tap.record;

	if (!socket_tap_accept(&s->socket))
		return;
	if (!s->begin_ns)
		s->begin_ns = now_ns();
	socket_tap_obey(&s->socket);
	sim_tap_run(&s->socket.tap, now_ns() - s->begin_ns);
	if (s->socket.tap.record != before)
		s->attach_sent_ns = now_ns();
	socket_tap_send(&s->socket);
}

/* To the next millisecond, as a tap's own, or less where the program writes. */
static bool turn(struct on_terminal *p, unsigned count)
{
	struct pollfd wait = {.fd = p->fd, .events = POLLIN};
	struct timespec left = {0};

	for (unsigned i = 0; i < count; i++)
		tap_turn(&taps[i]);
	if (beside)
		tap_turn(&taps[TAPS_MAX]);
	left.tv_nsec = MS - (long)(now_ns() % MS);
	ppoll(&wait, 1, &left, NULL);
	return on_terminal_read(p);
}

static bool start_live(struct on_terminal *p, char *cordon, unsigned from, unsigned count)
{
	const char *argv[4 + 2 * TAPS_MAX + 1] = {cordon, "live", "--profile", "bare"};
	unsigned n = 4;

	for (unsigned i = from; i < from + count; i++) {
		argv[n++] = "--connect";
		argv[n++] = taps[i].socket.path;
	}
	return on_terminal_start(p, argv);
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One start, one alert: its time in us, or -1. At another phase of the ten screens a second each time. */
static double alert_us(char *cordon, unsigned count, unsigned run)
{
	static struct on_terminal p;
	const struct record attach = {.kind = RECORD_LINE,
	                              .t_ns = (400 + 37 * (int64_t)run % 100) * 1000000,
	                              .line = {.event = LINE_ATTACH, .speed = USB_SPEED_FULL}};
	uint64_t end = now_ns() + PATIENCE_MS * UINT64_C(1000000);
	double us = -1;

	for (unsigned i = 0; i < count; i++) {
		struct sim_tap_options o = {.serial = i + 1, .boot_id = 1};

		if (i == 0) {
			o.records = &attach;
			o.record_count = 1;
		} else {
			o.packets_a_second = 2000;
		}
		if (!tap_open(&taps[i], i, &o))
			return -1;
	}
	if (!start_live(&p, cordon, 0, count))
		return -1;
	while (us < 0 && now_ns() < end && turn(&p, count)) {
		if (!taps[0].attach_sent_ns)
			on_terminal_forget(&p);
		else if (on_terminal_saw(&p, "R5"))
			us = (double)(now_ns() - taps[0].attach_sent_ns) / 1000;
	}
	on_terminal_end(&p);
	for (unsigned i = 0; i < count; i++)
		socket_tap_close(&taps[i].socket);
	return us;
}

static int latency(char *cordon, unsigned count, bool stalled, unsigned runs)
{
	const struct sim_tap_options storm = {.serial = 9, .boot_id = 1, .packets_a_second = 20000};
	static struct on_terminal unread;
	static double us[RUNS_MAX];
	unsigned n = 0;

	beside = stalled;
	if (stalled && (!tap_open(&taps[TAPS_MAX], TAPS_MAX, &storm) ||
	                !start_live(&unread, cordon, TAPS_MAX, 1)))
		return 1;
	for (unsigned i = 0; i < runs; i++) {
		us[n] = alert_us(cordon, count, i);
		n += us[n] >= 0;
	}
	if (stalled) {
		on_terminal_end(&unread);
		socket_tap_close(&taps[TAPS_MAX].socket);
	}
	if (n < runs) {
		fprintf(stderr, "bench_live: %u of %u alerts did not come\n", runs - n, runs);
		return 1;
	}
	qsort(us, n, sizeof(us[0]), by_value);
	printf("%.0f %.0f %.0f\n", us[n / 2], us[(n * 99) / 100], us[n - 1]);
	return 0;
}

/* What a tap sends with nothing on the bus: a millisecond of two sensors; in a storm the NAKed polls that it counted, too. */
static struct record *steady(bool storm, unsigned seconds, size_t *count)
{
	size_t each = storm ? 3 : 2, ms = (size_t)seconds * 1000;
	struct record *r = calloc(each * ms, sizeof(*r));

	*count = 0;
	for (size_t i = 0; r && i < ms; i++) {
		const int64_t t = (int64_t)i * 1000000;

		for (int channel = 0; channel < 2; channel++)
			r[(*count)++] = (struct record){
				.kind = RECORD_BAND,
				.t_ns = t,
				.band = {.sensor = {.channel = channel ? WIRE_RADIO : WIRE_CURRENT,
			                            .calibrated = true},
			                 .minimum_nano = 490000000,
			                 .mean_nano = 495000000 + (int64_t)(i % 7) * 1000000,
			                 .maximum_nano = 510000000,
			                 .floor_nano = 490000000}};
		if (storm)
			r[(*count)++] = (struct record){.kind = RECORD_FOLD,
			                                .t_ns = t,
			                                .fold = {.what = WIRE_FOLD_NAK_IN,
			                                         .address = 5,
			                                         .endpoint = 1,
			                                         .count = 150,
			                                         .span_ns = 990000}};
	}
	return r;
}

static int cpu(char *cordon, bool storm, unsigned seconds)
{
	static struct on_terminal p;
	struct sim_tap_options o = {.serial = 1, .boot_id = 1};
	struct record *records = steady(storm, seconds + WARM_MS / 1000 + 2, &o.record_count);
	uint64_t warm, end;
	double before = -1;

	o.records = records;
	if (!records || !tap_open(&taps[0], 0, &o) || !start_live(&p, cordon, 0, 1))
		return 1;
	warm = now_ns() + WARM_MS * UINT64_C(1000000);
	end = warm + seconds * UINT64_C(1000000000);
	while (now_ns() < end && turn(&p, 1))
		if (before < 0 && now_ns() >= warm)
			before = on_terminal_cpu_s(&p);
	printf("%.1f\n", 1000 * (on_terminal_cpu_s(&p) - before) / seconds);
	on_terminal_end(&p);
	socket_tap_close(&taps[0].socket);
	free(records);
	return 0;
}

static int cpu_of(unsigned seconds, char **command)
{
	static struct on_terminal p;
	uint64_t warm = now_ns() + WARM_MS * UINT64_C(1000000),
		 end = warm + seconds * UINT64_C(1000000000);
	double before = -1;

	if (!on_terminal_start(&p, (const char *const *)(uintptr_t)command))
		return 1;
	while (now_ns() < end && turn(&p, 0))
		if (before < 0 && now_ns() >= warm)
			before = on_terminal_cpu_s(&p);
	printf("%.1f\n", 1000 * (on_terminal_cpu_s(&p) - before) / seconds);
	on_terminal_end(&p);
	return 0;
}

static int memory(char *cordon, char *file, char *speed, unsigned seconds)
{
	static struct on_terminal p;
	const char *argv[] = {cordon, "live", "--replay", file, "--speed", speed, NULL};
	uint64_t begin = now_ns();
	long early = 0, late = 0;

	if (!on_terminal_start(&p, argv))
		return 1;
	while (now_ns() - begin < seconds * UINT64_C(1000000000) && turn(&p, 0)) {
		late = on_terminal_rss_kib(&p);
		if (!early && now_ns() - begin > seconds * UINT64_C(1000000000) / 6)
			early = late;
	}
	printf("%ld %ld\n", early, late);
	on_terminal_end(&p);
	return early <= 0;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 6 && !strcmp(argv[2], "latency")) {
		unsigned long count = strtoul(argv[3], NULL, 10), runs = strtoul(argv[5], NULL, 10);

		if (count >= 1 && count <= TAPS_MAX && runs >= 1 && runs <= RUNS_MAX)
			return latency(argv[1], (unsigned)count, argv[4][0] == '1', (unsigned)runs);
	}
	if (argc == 5 && !strcmp(argv[2], "cpu"))
		return cpu(argv[1], !strcmp(argv[3], "storm"),
		           (unsigned)strtoul(argv[4], NULL, 10));
	if (argc >= 5 && !strcmp(argv[2], "cpu-of"))
		return cpu_of((unsigned)strtoul(argv[3], NULL, 10), argv + 4);
	if (argc == 6 && !strcmp(argv[2], "memory"))
		return memory(argv[1], argv[3], argv[4], (unsigned)strtoul(argv[5], NULL, 10));
	return 2;
}
