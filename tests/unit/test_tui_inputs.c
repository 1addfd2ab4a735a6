/* Several taps on one dashboard: each judged by itself, all in sight, none waiting for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <string.h>

#include <cmocka.h>

#include "tests/screens/fake_link.h"
#include "tests/screens/vt.h"

#define MS INT64_C(1000000)

enum { TAPS = 4 };

struct told {
	unsigned count, input[TAPS];
	enum verdict verdict[TAPS];
};

static void on_judged(void *context, unsigned input, struct input *i)
{
	struct told *t = context;

	assert_true(t->count < TAPS);
	t->input[t->count] = input;
	t->verdict[t->count++] = input_report(i).verdict;
}

static void shows(struct vt *t, const char *text)
{
	const char *screen = vt_text(t);

	if (!strstr(screen, text))
		fail_msg("'%s' is not on the screen\n%s", text, screen);
}

static void hides(struct vt *t, const char *text)
{
	const char *screen = vt_text(t);

	if (strstr(screen, text))
		fail_msg("'%s' is on the screen\n%s", text, screen);
}

/* Four taps, of which the third is an injector. */
static struct vt *four(struct link *l[TAPS], struct told *told, int rows, int columns)
{
	static const char *const names[TAPS] = {NULL, "9B2C → b.pcapng", "51D0 → c.pcapng", "0E4F"};
	struct vt *t;

	*told = (struct told){0};
	l[0] = fake_link_new();
	t = vt_new(&(struct vt_options){.link = l[0],
	                                .rows = rows,
	                                .columns = columns,
	                                .judged = on_judged,
	                                .context = told});
	for (unsigned i = 1; i < TAPS; i++)
		vt_add(t, l[i] = fake_link_new(), names[i]);
	for (unsigned i = 0; i < TAPS; i++)
		fake_link_keyboard(l[i], 0, (uint8_t)(5 + i), "Nobody", "Keyboard", "1");
	return t;
}

static void inject(struct link *l, int64_t t_ns, uint8_t address)
{
	for (unsigned i = 0; i < 60; i++) {
		fake_link_report(l, t_ns, address, 0, (uint8_t)(4 + i % 26));
		fake_link_report(l, t_ns + 1 * MS, address, 0, 0);
		t_ns += 2 * MS;
	}
}

static void what_is_found_on_one_is_seen_from_another(void **state)
{
	struct link *l[TAPS];
	struct told told;
	struct vt *t = four(l, &told, 24, 80);

	(void)state;
	vt_run(t, 110);
	shows(t, "9B2C ●");
	shows(t, "51D0 ●");
	inject(l[2], 300 * MS, 7);
	vt_run(t, 0);
	/* At once, though another one is on show. */
	shows(t, "51D0 ▲ MALICIOUS");
	shows(t, "9B2C ●");
	hides(t, "R9");
	assert_true(vt_golden(t, "taps-80x24"));
	vt_keys(t, "]]");
	vt_run(t, 110);
	shows(t, "c.pcapng");
	shows(t, "R9");
	vt_keys(t, "]");
	vt_run(t, 110);
	hides(t, "R9");
	vt_keys(t, "]");
	vt_run(t, 110);
	shows(t, "case-117.pcapng");
	vt_free(t);
}

static void each_has_its_verdict(void **state)
{
	struct link *l[TAPS];
	struct told told;
	struct vt *t = four(l, &told, 40, 120);

	(void)state;
	inject(l[2], 300 * MS, 7);
	vt_run(t, 500);
	assert_true(vt_golden(t, "taps-120x40"));
	dashboard_finish(vt_dashboard(t));
	assert_int_equal(told.count, TAPS);
	for (unsigned i = 0; i < TAPS; i++) {
		assert_int_equal(told.input[i], i);
		assert_int_equal(told.verdict[i] == VERDICT_MALICIOUS, i == 2);
	}
	vt_free(t);
}

static void each_keeps_its_own_place(void **state)
{
	struct link *l[TAPS];
	struct told told;
	struct vt *t = four(l, &told, 40, 120);

	(void)state;
	inject(l[2], 300 * MS, 7);
	vt_run(t, 500);
	vt_keys(t, "m5g");
	vt_run(t, 110);
	shows(t, "BEHIND");
	vt_keys(t, "]");
	vt_run(t, 110);
	hides(t, "BEHIND");
	shows(t, "►5 Packets");
	vt_keys(t, "]]]");
	vt_run(t, 110);
	shows(t, "BEHIND");
	vt_free(t);
}

/* A link that always has more, and another that never says anything. */
static struct capture_info no_info;
static uint64_t flooded;

static enum err flood_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                           enum link_state *state)
{
	struct record r = {.kind = RECORD_TICK, .step_ns = 1};

	(void)l, (void)now_ns;
	for (unsigned i = 0; i < 100; i++) {
		r.t_ns = (int64_t)++flooded;
		sink->record(sink->context, &r);
	}
	*state = LINK_MORE;
	return ERR_NONE;
}

static enum err mute_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                          enum link_state *state)
{
	(void)l, (void)now_ns, (void)sink;
	*state = LINK_WAIT;
	return ERR_NONE;
}

static int no_fd(const struct link *l)
{
	(void)l;
	return -1;
}

static int64_t never(const struct link *l)
{
	(void)l;
	return INT64_MAX;
}

static int64_t no_clock(const struct link *l, int64_t now_ns)
{
	(void)l, (void)now_ns;
	return 0;
}

static const struct capture_info *empty(const struct link *l)
{
	(void)l;
	return &no_info;
}

static void nothing(struct link *l)
{
	(void)l;
}

static void one_that_floods_and_one_that_is_mute_hold_no_other(void **state)
{
	static const struct link_ops flood_ops = {.pump = flood_pump,
	                                          .fd = no_fd,
	                                          .due = never,
	                                          .clock = no_clock,
	                                          .info = empty,
	                                          .free = nothing},
				     mute_ops = {.pump = mute_pump,
	                                         .fd = no_fd,
	                                         .due = never,
	                                         .clock = no_clock,
	                                         .info = empty,
	                                         .free = nothing};
	struct link flood = {.ops = &flood_ops, .source = LINK_SOURCE_TAP, .speed = 1};
	struct link mute = {.ops = &mute_ops, .source = LINK_SOURCE_TAP, .speed = 1};
	struct link *l = fake_link_new();
	struct vt *t = vt_new(&(struct vt_options){.link = &flood, .rows = 10, .columns = 40});
	struct pollfd fds[DASHBOARD_FDS];
	int64_t wait;
	uint64_t before;

	(void)state;
	vt_add(t, &mute, "mute");
	vt_add(t, l, "last");
	fake_link_keyboard(l, 0, 8, "Nobody", "Keyboard", "1");
	vt_run(t, 100);
	before = fake_link_taken(l);
	for (unsigned i = 0; i < 100; i++) {
		fake_link_report(l, (200 + i) * MS, 8, 0, (uint8_t)(4 + i % 20));
		vt_run(t, 1);
		assert_int_equal(fake_link_taken(l), before + i + 1);
	}
	/* There is more at once, and so no waiting. */
	dashboard_poll(vt_dashboard(t), vt_now(t), fds, &wait);
	assert_int_equal(wait, 0);
	assert_true(flooded > 10000);
	assert_true(vt_golden(t, "taps-40x10"));
	vt_free(t);
}

static void a_new_keyboard_here_holds_on_all_of_them(void **state)
{
	struct link *l[TAPS];
	struct told told;
	struct vt *t = four(l, &told, 24, 80);

	(void)state;
	vt_run(t, 100);
	dashboard_new_keyboard(vt_dashboard(t), "Evil Corp Keyboard", vt_now(t));
	vt_keys(t, "]");
	vt_run(t, 200);
	shows(t, "case-117.pcapng");
	shows(t, "NEW KEYBOARD");
	vt_run(t, 5000);
	vt_keys(t, "]");
	vt_run(t, 200);
	shows(t, "b.pcapng");
	vt_keys(t, "Q");
	vt_run(t, 20);
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_on_one_is_seen_from_another),
		cmocka_unit_test(each_has_its_verdict),
		cmocka_unit_test(each_keeps_its_own_place),
		cmocka_unit_test(one_that_floods_and_one_that_is_mute_hold_no_other),
		cmocka_unit_test(a_new_keyboard_here_holds_on_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
