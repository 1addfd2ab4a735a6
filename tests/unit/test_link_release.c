/* A recording that ends while its tap goes on, and the next one of the same tap: nothing between them is lost. */
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

#define MS INT64_C(1000000)

/* A tap that said HELLO long ago, and brings a mark a pump, numbered. */
static struct {
	struct link link;
	struct link_status status;
	unsigned pumps;
	enum err err;
	bool freed;
} tap;

static enum err pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                     enum link_state *state)
{
	char text[16];
	struct record r = {.kind = tap.pumps ? RECORD_MARK : RECORD_HELLO, .step_ns = 1};

	(void)l, (void)now_ns;
	*state = LINK_OVER;
	if (tap.err)
		return tap.err;
	r.t_ns = (int64_t)tap.pumps * 100 * MS;
	if (tap.pumps) {
		r.text.len = (uint32_t)snprintf(text, sizeof(text), "%u", tap.pumps);
		r.text.bytes = (const uint8_t *)text;
	} else {
		r.hello = tap.status.hello;
	}
	tap.pumps++;
	sink->record(sink->context, &r);
	*state = LINK_WAIT;
	return ERR_NONE;
}

static int fd(const struct link *l)
{
	(void)l;
	return -1;
}

static int64_t due(const struct link *l)
{
	(void)l;
	return 7;
}

static int64_t clock_of(const struct link *l, int64_t now_ns)
{
	(void)l, (void)now_ns;
	return ((int64_t)tap.pumps - 1) * 100 * MS;
}

static const struct link_status *status(const struct link *l)
{
	(void)l;
	return &tap.status;
}

static void release(struct link *l)
{
	(void)l;
	tap.freed = true;
}

static const struct link_ops ops = {
	.pump = pump,
	.fd = fd,
	.due = due,
	.clock = clock_of,
	.status = status,
	.free = release,
};

struct seen {
	unsigned records;
	enum record_kind kind[32];
	int64_t t_ns[32];
	unsigned first, last; /* marks, by number */
	unsigned layouts;
	char layout[8]; /* the last one's name */
};

static void see(void *context, const struct record *r)
{
	struct seen *s = context;

	assert_true(s->records < 32);
	s->kind[s->records] = r->kind;
	s->t_ns[s->records++] = r->t_ns;
	if (r->kind == RECORD_LAYOUT) {
		s->layouts++;
		snprintf(s->layout, sizeof(s->layout), "%.*s", (int)r->text.len,
		         (const char *)r->text.bytes);
	}
	if (r->kind != RECORD_MARK)
		return;
	s->last = (unsigned)strtoul((const char *)r->text.bytes, NULL, 10);
	if (!s->first)
		s->first = s->last;
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

static struct link *record(struct link *inner, const char *path, const char *profile,
                           const char *layout)
{
	struct capture_test test = {.flip = "1"};
	struct link *l;

	assert_int_equal(link_record(&l, inner,
	                             &(struct record_options){.path = path,
	                                                      .application = "test",
	                                                      .test = &test,
	                                                      .profile = profile,
	                                                      .profile_len = strlen(profile),
	                                                      .layout = layout}),
	                 ERR_NONE);
	return l;
}

static void run(struct link *l, struct seen *s, unsigned pumps)
{
	const struct record_sink sink = {.context = s, .record = see};
	enum link_state state;

	for (unsigned i = 0; i < pumps; i++) {
		assert_int_equal(link_pump(l, 1, &sink, &state), ERR_NONE);
		assert_int_equal(state, LINK_WAIT);
	}
}

static char folder[64], one[96], two[96];

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/cordon-release-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(one, sizeof(one), "%s/one", folder);
	snprintf(two, sizeof(two), "%s/two", folder);
	memset(&tap, 0, sizeof(tap));
	tap.link = (struct link){.ops = &ops, .source = LINK_SOURCE_TAP, .speed = 1};
	tap.status.presence = LINK_HERE;
	tap.status.hello =
		(struct wire_hello){.version = 1, .tick_hz = WIRE_TICK_HZ, .serial = 1, .vbus = 1};
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(one);
	unlink(two);
	return rmdir(folder);
}

static void a_recording_is_followed_by_another(void **state)
{
	struct seen a = {0}, b = {0}, kept;
	const struct record_sink sink = {.context = &a, .record = see};
	struct capture_info info;
	struct link *first, *second, *inner;
	enum link_state over;

	(void)state;
	first = record(&tap.link, one, "bare", NULL);
	run(first, &a, 6);

	inner = link_record_release(first);
	assert_ptr_equal(inner, &tap.link);
	/* What is left of it is over, says so once, and holds on to nothing. */
	assert_int_equal(link_pump(first, 1, &sink, &over), ERR_NONE);
	assert_int_equal(over, LINK_OVER);
	assert_int_equal(tap.pumps, 6);
	assert_true(link_due(first) > INT64_C(1) << 60);
	assert_int_equal(link_clock(first, 1), 500 * MS);
	assert_true(link_status(first)->recording);
	assert_false(link_command(first, WIRE_OP_VBUS, NULL, 0));
	assert_false(link_note(first, RECORD_MARK, "x", 1));
	link_finish(first, 1);

	second = record(inner, two, "keyboard", "fr");
	link_free(first);
	assert_false(tap.freed);
	assert_int_equal(link_clock(second, 1), 0);
	run(second, &b, 6);
	assert_int_equal(link_clock(second, 1), 500 * MS);
	link_free(second);
	assert_true(tap.freed);

	kept = read_file(one, &info);
	assert_false(info.truncated);
	assert_int_equal(kept.first, 1);
	assert_int_equal(kept.last, 5);
	kept = read_file(two, &info);
	assert_false(info.truncated);
	assert_string_equal(info.test.flip, "1");
	assert_int_equal(kept.first, 6);
	assert_int_equal(kept.last, 11);
	/* It stands by itself: what is expected, how keys are read, who recorded it, and only then what came. */
	assert_int_equal(kept.kind[0], RECORD_PROFILE);
	assert_int_equal(kept.kind[1], RECORD_LAYOUT);
	assert_int_equal(kept.kind[2], RECORD_HELLO);
	assert_int_equal(kept.kind[3], RECORD_MARK);
	assert_int_equal(kept.t_ns[0], 0);
	assert_int_equal(kept.t_ns[3], 0);
	assert_int_equal(kept.t_ns[8], 500 * MS);
}

/* Two wishes for a new test in one go: the first one's recording has never been pumped. */
static void a_recording_that_never_began(void **state)
{
	struct link *first, *second;
	struct capture_info info;
	struct seen s = {0}, kept;

	(void)state;
	first = record(&tap.link, one, "bare", NULL);
	second = record(link_record_release(first), two, "keyboard", NULL);
	link_free(first);
	run(second, &s, 3);
	link_free(second);
	kept = read_file(one, &info);
	assert_false(info.truncated);
	assert_int_equal(kept.kind[0], RECORD_PROFILE);
	assert_int_equal(kept.first, 0);
	kept = read_file(two, &info);
	assert_int_equal(kept.last, 2);
}

/* A tap that does not answer: who watches knows what the file says, what is expected above all. */
static void a_tap_that_fails_at_once(void **state)
{
	struct seen s = {0}, kept;
	const struct record_sink sink = {.context = &s, .record = see};
	struct capture_info info;
	enum link_state over;
	struct link *l;

	(void)state;
	tap.err = ERR_SILENT;
	l = record(&tap.link, one, "bare", "de");
	assert_int_equal(link_pump(l, 1, &sink, &over), ERR_SILENT);
	assert_int_equal(over, LINK_OVER);
	link_free(l);
	kept = read_file(one, &info);
	assert_int_equal(kept.records, s.records);
	assert_int_equal(s.kind[0], RECORD_PROFILE);
	assert_memory_equal(s.kind, kept.kind, sizeof(s.kind));
}

/* What the operator chooses before anything came holds for what comes; and once it is over, for nothing. */
static void a_layout_before_the_first_record(void **state)
{
	struct seen s = {0}, kept;
	struct capture_info info;
	struct link *l;

	(void)state;
	l = record(&tap.link, one, "bare", "us");
	assert_true(link_note(l, RECORD_LAYOUT, "de", 2));
	assert_false(link_note(l, RECORD_MARK, "x", 1));
	assert_int_equal(s.layouts, 0);
	run(l, &s, 3);
	assert_int_equal(s.layouts, 1);
	assert_string_equal(s.layout, "de");
	assert_true(link_note(l, RECORD_LAYOUT, "fr", 2));
	run(l, &s, 1);
	link_free(link_record_release(l));
	assert_false(link_note(l, RECORD_LAYOUT, "es", 2));
	link_free(l);
	kept = read_file(one, &info);
	assert_int_equal(kept.layouts, 2);
	assert_string_equal(kept.layout, "fr");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_recording_is_followed_by_another, begin, end),
		cmocka_unit_test_setup_teardown(a_recording_that_never_began, begin, end),
		cmocka_unit_test_setup_teardown(a_tap_that_fails_at_once, begin, end),
		cmocka_unit_test_setup_teardown(a_layout_before_the_first_record, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
