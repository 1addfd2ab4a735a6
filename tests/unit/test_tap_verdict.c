/*
 * A tap's stream judged: as a raw dump and as pcapng, to the same bytes of report; its profile, its ten seconds, its findings,
 * and that what is missing of it is not passed over.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture/pcapng_write.h"
#include "capture_image.h"
#include "lib/analysis.h"
#include "tap_records.h"

#define MS INT64_C(1000000)

/* A bare cable watched for `seconds`, as raw dump and as pcapng at once. */
struct scene {
	struct tap_dump dump;
	struct pcapng_writer *w;
	int fd;
	int64_t t_ns;
	unsigned gap_ms; /* so long without any record, once, at 2 s; its block is lost */
	uint16_t failed_checks;
	uint16_t alert[4]; /* their numbers, one a second from 500 ms on */
	unsigned alerts;
	unsigned anew_s; /* from this HELLO on the boot is another; 0 never */
	const char *profile;
	double ma;
	const char *uart;
};

static const struct pcapng_interface interfaces[] = {
	{.link_type = 294, .name = "full speed"},
	{.link_type = 293, .name = "low speed"},
	{.link_type = 147, .name = CAPTURE_TAP_NAME},
};

static void say(struct scene *s, struct record *r)
{
	r->t_ns = s->t_ns;
	tap_dump_record(&s->dump, r);
	pcapng_record(s->w, r);
}

static void hello(struct scene *s)
{
	struct record r = tap_records[0];

	r.hello.failed_checks = s->failed_checks;
	r.hello.boot_id += s->anew_s && s->t_ns >= s->anew_s * 1000 * MS;
	say(s, &r);
}

static void band(struct scene *s)
{
	struct record r = {.kind = RECORD_BAND,
	                   .band = {.sensor = {.channel = WIRE_CURRENT, .calibrated = true},
	                            .mean_nano = (int64_t)(s->ma * 1e6)}};

	say(s, &r);
}

/* Frames of 74880 baud on D-, one record. */
static void uart(struct scene *s)
{
	static struct record_edge edge[512];
	struct record r = {.kind = RECORD_EDGES, .edges = {.edge = edge}};
	uint32_t n = 0;
	bool high = true;

	edge[n++] = (struct record_edge){0, WIRE_DM};
	for (unsigned c = 0; s->uart[c]; c++)
		for (unsigned i = 0; i < 10; i++) {
			unsigned bits = (unsigned)(uint8_t)s->uart[c] << 1 | 1u << 9;
			bool next = bits >> i & 1;

			if (next != high)
				edge[n++] = (struct record_edge){
					1000000 + (uint64_t)((c * 10 + i) * 13355),
					next ? WIRE_DM : WIRE_SE0};
			high = next;
		}
	r.edges.count = n;
	say(s, &r);
}

static void play(struct scene *s, unsigned seconds)
{
	const struct pcapng_head head = {
		.start_ns = 1700000000000000000, .interfaces = interfaces, .interface_count = 3};

	s->fd = memfd_create("scene", MFD_CLOEXEC);
	assert_int_equal(pcapng_create_fd(&s->w, dup(s->fd), &head), ERR_NONE);
	tap_dump_init(&s->dump, 12345);
	for (unsigned ms = 0; ms <= seconds * 1000; ms++) {
		s->t_ns = ms * MS;
		if (s->gap_ms && ms >= 2000 && ms < 2000 + s->gap_ms)
			continue;
		if (s->gap_ms && ms == 2000 + s->gap_ms) {
			struct record lost = {
				.kind = RECORD_LOST,
				.t_ns = (1999) * MS,
				.lost = {0, s->t_ns, WIRE_LOST_BLOCKS, 1},
			};

			s->dump.sequence++;
			pcapng_record(s->w, &lost);
		}
		if (ms % 1000 == 0)
			hello(s);
		if (ms == 0 && s->profile) {
			struct record r = {.kind = RECORD_PROFILE,
			                   .text = {(const uint8_t *)s->profile,
			                            (uint32_t)strlen(s->profile)}};

			say(s, &r);
		}
		if (ms == 500 && s->uart)
			uart(s);
		if (ms % 1000 == 500 && ms / 1000 < s->alerts) {
			struct record r = {.kind = RECORD_ALERT,
			                   .alert = {.sequence = s->alert[ms / 1000],
			                             .what = WIRE_ALERT_VBUS_FAULT}};

			say(s, &r);
		}
		band(s);
	}
	assert_int_equal(pcapng_left_out(s->w), 0);
	assert_int_equal(pcapng_close(s->w), ERR_NONE);
	lseek(s->fd, 0, SEEK_SET);
}

static char *judge(int fd, const struct profile *profile, enum verdict *verdict)
{
	const struct analysis_options options = {.profile = profile};
	const struct report_options how = {.no_text = false};
	struct report_input report;
	struct record_sink sink;
	struct analysis *a;
	struct capture *c;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(capture_open_fd(&c, fd), ERR_NONE);
	assert_int_equal(analysis_new(&a, &options), ERR_NONE);
	sink = analysis_sink(a);
	assert_int_equal(capture_run(c, &sink), ERR_NONE);
	analysis_end(a, capture_info(c));
	report = analysis_report(a);
	report.input = "x";
	*verdict = report.verdict;
	assert_true(report_json(f, &report, &how));
	fclose(f);
	analysis_free(a);
	capture_free(c);
	return text;
}

/* Both forms of the same stream; the report is the caller's. */
static char *both(struct scene *s, const struct profile *profile, enum verdict want)
{
	enum verdict a, b;
	char *dump = judge(bytes_fd(s->dump.bytes, s->dump.len), profile, &a);
	char *file = judge(s->fd, profile, &b);

	assert_string_equal(dump, file);
	if (a != want)
		fail_msg("%s instead of %s: %s", verdict_name(a), verdict_name(want), dump);
	assert_int_equal(a, b);
	free(file);
	return dump;
}

static struct scene s;

static void quiet_for_ten_seconds(void **state)
{
	char *text;

	(void)state;
	s = (struct scene){.profile = "bare"};
	play(&s, 10);
	text = both(&s, NULL, VERDICT_NO_FINDING);
	assert_non_null(strstr(text, "\"profile\":\"bare\""));
	free(text);

	s = (struct scene){.profile = "bare"};
	play(&s, 9);
	text = both(&s, NULL, VERDICT_NOT_COVERED);
	assert_non_null(strstr(text, "line seen for 9.0 s"));
	assert_non_null(strstr(text, "current seen for 9.0 s"));
	free(text);
}

static void whose_profile_it_is(void **state)
{
	const struct profile bare = {.kind = PROFILE_BARE};
	char *text;

	(void)state;
	s = (struct scene){.ma = 67};
	play(&s, 3);
	text = both(&s, NULL, VERDICT_NOT_COVERED);
	assert_non_null(strstr(text, "\"profile\":\"host\""));
	free(text);
	play(&s, 3);
	free(both(&s, &bare, VERDICT_SUSPECT));

	s = (struct scene){.ma = 67, .profile = "keyboard"};
	play(&s, 3);
	text = both(&s, NULL, VERDICT_NOT_COVERED);
	assert_non_null(strstr(text, "\"profile\":\"keyboard\""));
	free(text);

	/* What is no profile's name changes nothing. */
	s = (struct scene){.ma = 67, .profile = "bareX"};
	play(&s, 3);
	text = both(&s, NULL, VERDICT_NOT_COVERED);
	assert_non_null(strstr(text, "\"profile\":\"host\""));
	free(text);
}

static void a_dormant_implant(void **state)
{
	char *text;

	(void)state;
	s = (struct scene){.profile = "bare", .ma = 67, .uart = "\r\n ets Jan  8 2013,rst"};
	play(&s, 3);
	text = both(&s, NULL, VERDICT_MALICIOUS);
	assert_non_null(strstr(text, "\"rule\":\"R1\""));
	assert_non_null(strstr(text, "\"rule\":\"R4\""));
	assert_non_null(strstr(text, "74880"));
	free(text);
}

static void what_is_missing_is_said(void **state)
{
	char *text;

	(void)state;
	s = (struct scene){.profile = "bare", .gap_ms = 3000};
	play(&s, 14);
	text = both(&s, NULL, VERDICT_NOT_COVERED);
	assert_non_null(strstr(text, "the tap lost 3.0 s"));
	free(text);

	s = (struct scene){.profile = "bare", .failed_checks = 0x12};
	play(&s, 11);
	text = both(&s, NULL, VERDICT_NOT_COVERED);
	assert_non_null(strstr(text, "self-test failed: current, expander"));
	free(text);
}

/* Their numbers count from 1 at each start and have 16 bits; where the capture began later, the first says nothing. */
static void alerts_that_did_not_arrive(void **state)
{
	static const struct {
		struct scene scene;
		const char *missing; /* NULL: nothing */
	} cases[] = {
		{{.alerts = 3, .alert = {1, 2, 3}}, NULL},
		{{.alerts = 3, .alert = {700, 701, 702}}, NULL},
		{{.alerts = 3, .alert = {700, 702, 703}}, "1 alert of the tap did not arrive"},
		{{.alerts = 4, .alert = {65534, 65535, 0, 1}}, NULL},
		{{.alerts = 3, .alert = {65534, 1, 4}}, "4 alerts of the tap did not arrive"},
		/* An older firmware's boots have the same id. */
		{{.alerts = 3, .alert = {7, 8, 1}}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		s = cases[i].scene;
		s.profile = "bare";
		play(&s, 14);
		text = both(&s, NULL, cases[i].missing ? VERDICT_NOT_COVERED : VERDICT_NO_FINDING);
		if (cases[i].missing)
			assert_non_null(strstr(text, cases[i].missing));
		free(text);
	}
}

static void alerts_of_two_boots(void **state)
{
	enum verdict verdict;
	char *text;

	(void)state;
	for (uint16_t first = 1; first < 4; first++) {
		s = (struct scene){
			.profile = "bare", .anew_s = 2, .alerts = 3, .alert = {7, 8, first}};
		play(&s, 14);
		text = judge(s.fd, NULL, &verdict);
		assert_int_equal(strstr(text, " of the tap did not arrive") != NULL, first > 1);
		assert_int_equal(strstr(text, "\"2 alerts of") != NULL, first == 3);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_for_ten_seconds),
		cmocka_unit_test(whose_profile_it_is),
		cmocka_unit_test(a_dormant_implant),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(alerts_that_did_not_arrive),
		cmocka_unit_test(alerts_of_two_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
