/* The dashboard on a tap that is being recorded: what it says of tap and recording, and that marks get into the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/link_record.h"
#include "tests/screens/vt.h"
#include "tests/unit/tap_server.h"

static char folder[64], path[96], socket_path[96];

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/cordon-live-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/x.pcapng", folder);
	snprintf(socket_path, sizeof(socket_path), "%s/tap", folder);
	return 0;
}

static int end(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* A tap that says what the test has it say: a HELLO each 100 ms while it is there. */
static struct {
	struct link link;
	struct link_status status;
	int64_t said_ns, clock_ns;
	struct capture_info info;
} tap;

static enum err tap_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                         enum link_state *state)
{
	struct record r = {.kind = RECORD_HELLO, .step_ns = 1, .hello = tap.status.hello};

	(void)l;
	*state = LINK_WAIT;
	if (now_ns - tap.said_ns < 100000000 || tap.status.presence != LINK_HERE)
		return ERR_NONE;
	tap.said_ns = now_ns;
	r.t_ns = tap.clock_ns += 100000000;
	sink->record(sink->context, &r);
	return ERR_NONE;
}

static int tap_fd(const struct link *l)
{
	(void)l;
	return -1;
}

static int64_t tap_due(const struct link *l)
{
	(void)l;
	return tap.said_ns + 100000000;
}

static int64_t tap_clock(const struct link *l, int64_t now_ns)
{
	(void)l;
	return now_ns;
}

static const struct capture_info *tap_info(const struct link *l)
{
	(void)l;
	return &tap.info;
}

static const struct link_status *tap_status(const struct link *l)
{
	(void)l;
	return &tap.status;
}

static void tap_free(struct link *l)
{
	(void)l;
}

static const struct link_ops ops = {
	.pump = tap_pump,
	.fd = tap_fd,
	.due = tap_due,
	.clock = tap_clock,
	.info = tap_info,
	.status = tap_status,
	.free = tap_free,
};

static struct vt *recorded(struct link *inner)
{
	struct link *l;

	assert_int_equal(link_record(&l, inner,
	                             &(struct record_options){.path = path, .application = "test"}),
	                 ERR_NONE);
	return vt_new(&(struct vt_options){.link = l, .rows = 24, .columns = 120});
}

static struct vt *fake(void)
{
	memset(&tap, 0, sizeof(tap));
	tap.link = (struct link){.ops = &ops, .source = LINK_SOURCE_TAP, .speed = 1};
	tap.status.presence = LINK_HERE;
	tap.status.hello = (struct wire_hello){
		.version = 1, .tick_hz = WIRE_TICK_HZ, .serial = 1, .capturing = 1, .vbus = 1};
	return recorded(&tap.link);
}

static bool on_screen(struct vt *t, const char *text)
{
	return strstr(vt_text(t), text) != NULL;
}

static void shows(struct vt *t, const char *text)
{
	if (!on_screen(t, text))
		fail_msg("'%s' is not on the screen\n%s", text, vt_text(t));
}

static void a_tap_that_goes_and_returns(void **state)
{
	struct vt *t = fake();

	(void)state;
	assert_true(vt_run(t, 500));
	shows(t, " ● REC   LIVE ");
	assert_false(on_screen(t, "UNPLUGGED"));
	tap.status.presence = LINK_AWAY;
	strcpy(tap.status.message, "tap '7F3A' was unplugged");
	assert_true(vt_run(t, 300));
	shows(t, " LIVE, TAP UNPLUGGED ");
	shows(t, "tap '7F3A' was unplugged");
	tap.status.presence = LINK_HERE;
	tap.status.message[0] = '\0';
	assert_true(vt_run(t, 300));
	assert_false(on_screen(t, "UNPLUGGED"));
	assert_false(on_screen(t, "was unplugged"));
	vt_free(t);
}

/* All of it at once in forty columns: nothing is cut, the name gives way. */
static void a_narrow_screen_says_it_all(void **state)
{
	struct vt *t = fake();

	(void)state;
	vt_resize(t, 10, 40);
	assert_true(vt_run(t, 500));
	shows(t, " case-117.pcapng            ● REC  LIVE\n");
	vt_keys(t, " ");
	tap.status.presence = LINK_AWAY;
	assert_true(vt_run(t, 98700));
	shows(t, "   FROZEN 98.7 s  ● REC  UNPLUGGED\n");
	assert_false(on_screen(t, "case"));
	vt_keys(t, "p");
	assert_true(vt_run(t, 1000));
	shows(t, " UNPLUGGED   ● REC   FROZEN 99.7 s\n");
	vt_free(t);
}

static void a_recording_that_fails(void **state)
{
	const struct rlimit full = {.rlim_cur = 2000, .rlim_max = RLIM_INFINITY};
	const struct rlimit room = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
	struct vt *t = fake();

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_true(vt_run(t, 5000));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
	shows(t, " RECORDING FAILED ");
	shows(t, "cannot write '");
	assert_false(on_screen(t, "● REC"));
	vt_keys(t, "p");
	assert_true(vt_run(t, 200));
	shows(t, " LIVE   RECORDING FAILED");
	vt_resize(t, 10, 40);
	vt_keys(t, "p");
	assert_true(vt_run(t, 200));
	shows(t, " REC FAILED  LIVE\n");
	vt_free(t);
}

/* Between two screens several may come. */
static void none_of_several_alarms_is_passed_over(void **state)
{
	struct vt *t;

	(void)state;
	memset(&tap, 0, sizeof(tap));
	tap.link = (struct link){.ops = &ops, .source = LINK_SOURCE_TAP, .speed = 1};
	t = vt_new(&(struct vt_options){.link = &tap.link, .rows = 24, .columns = 80});
	assert_true(vt_run(t, 200));
	tap.status.alert.what = WIRE_ALERT_KEYBOARD;
	tap.status.alerts = 1;
	assert_true(vt_run(t, 200));
	assert_true(on_screen(t, "the tap's alarm: "));
	assert_false(on_screen(t, "before it"));
	tap.status.alerts = 4;
	assert_true(vt_run(t, 200));
	assert_true(on_screen(t, ", and 2 before it"));
	vt_free(t);
}

/* Each line of tap, link, recording and counters, good and bad. */
static void health_of_tap_link_and_recording(void **state)
{
	static const struct {
		const char *name;
		int rows, columns;
	} sizes[] = {{"tap-health", 40, 120}, {"tap-health-80x24", 24, 80}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct vt *t;

		memset(&tap, 0, sizeof(tap));
		tap.link = (struct link){.ops = &ops, .source = LINK_SOURCE_TAP, .speed = 1};
		tap.status = (struct link_status){
			.presence = LINK_HERE,
			.name = "00000000000000A0",
			.hello = {.version = 1,
		                  .tick_hz = WIRE_TICK_HZ,
		                  .serial = 0xa0,
		                  .board = 1,
		                  .firmware = 0x1234abcd,
		                  .calibration = 7,
		                  .capturing = 1,
		                  .vbus = 1},
			.counters = {.packets = 6001, .line_high_water = 6554, .cpu = 16384},
			.drift_ppm = -12.34,
			.recording = true,
			.file = "case-117.pcapng",
			.file_bytes = 12345678,
			.free_bytes = 41000000000,
		};
		t = vt_new(&(struct vt_options){
			.link = &tap.link, .rows = sizes[i].rows, .columns = sizes[i].columns});
		assert_true(vt_run(t, 1000));
		vt_keys(t, "6z");
		assert_true(vt_run(t, 200));
		assert_true(vt_golden(t, sizes[i].name));
		tap.status.times_away = 2;
		tap.status.hello.failed_checks = WIRE_CHECK_RADIO;
		tap.status.hello.calibration = 0;
		tap.status.counters.lost_records = 3;
		tap.status.counters.bad_packets = 1;
		tap.status.damaged_blocks = 1;
		tap.status.free_bytes = 900000000;
		tap.status.lost = 17;
		strcpy(tap.status.trouble,
		       "cannot write 'case-117.pcapng': No space left on device");
		tap.status.failed = true;
		assert_true(vt_run(t, 200));
		if (i == 0)
			assert_true(vt_golden(t, "tap-health-bad"));
		vt_free(t);
	}
}

static void find_mark(void *context, const struct record *r)
{
	char *text = context;

	if (r->kind == RECORD_MARK)
		snprintf(text, 64, "%.*s", (int)r->text.len, r->text.bytes);
}

static void marks_are_recorded(void **state)
{
	char text[64] = "";
	const struct record_sink sink = {.context = text, .record = find_mark};
	struct vt *t = fake();
	struct capture *c;

	(void)state;
	assert_true(vt_run(t, 1000));
	vt_keys(t, "m");
	assert_true(vt_run(t, 1000));
	vt_free(t);
	assert_int_equal(capture_open(&c, path), ERR_NONE);
	assert_int_equal(capture_run(c, &sink), ERR_NONE);
	capture_free(c);
	assert_non_null(strstr(text, "mark 1 at "));
}

static void a_simulated_tap_is_called_one(void **state)
{
	const struct tap_server_options o = {.tap = {.boot_id = 1, .packets_a_second = 1000}};
	const struct timespec step = {.tv_nsec = 10000000};
	struct tap_server *server = tap_server_start(socket_path, &o);
	struct link *inner;
	struct vt *t;

	(void)state;
	assert_non_null(server);
	assert_int_equal(link_socket_open(&inner, socket_path), ERR_NONE);
	t = recorded(inner);
	for (unsigned i = 0; i < 500 && link_info(vt_link(t))->packets_used < 100; i++) {
		assert_true(vt_run(t, 10));
		nanosleep(&step, NULL);
	}
	assert_true(link_info(vt_link(t))->packets_used >= 100);
	assert_true(vt_run(t, 200));
	shows(t, " ● REC   SIMULATED ");
	tap_server_stop(server);
	assert_true(vt_run(t, 200));
	shows(t, " RECORDED   SIMULATED, at its end ");
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
		T(a_tap_that_goes_and_returns),
		T(a_narrow_screen_says_it_all),
		T(a_recording_that_fails),
		T(health_of_tap_link_and_recording),
		T(none_of_several_alarms_is_passed_over),
		T(marks_are_recorded),
		T(a_simulated_tap_is_called_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
