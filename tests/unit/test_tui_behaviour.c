/* What the dashboard does in time: alerts, ticks, freezing, seeking, a terminal that is not read, storms, hostile text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

#include <cmocka.h>

#include "tests/screens/fake_link.h"
#include "tests/screens/vt.h"

#define INJECTOR "tests/captures/omg-plug/capture.pcapng"
#define PERSON   "tests/captures/person/capture.pcapng"
#define MS       INT64_C(1000000)

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

static struct vt *live(int rows, int columns)
{
	return vt_new(
		&(struct vt_options){.link = fake_link_new(), .rows = rows, .columns = columns});
}

static struct vt *replay(const char *capture, double speed)
{
	return vt_new(&(struct vt_options){
		.capture = capture, .speed = speed, .rows = 24, .columns = 80});
}

/* Keys every 2 ms, held for one: no finger does that. */
static int64_t inject(struct link *l, int64_t t_ns, uint8_t address, unsigned keys)
{
	for (unsigned i = 0; i < keys; i++) {
		fake_link_report(l, t_ns, address, 0, (uint8_t)(4 + i % 26));
		fake_link_report(l, t_ns + 1 * MS, address, 0, 0);
		t_ns += 2 * MS;
	}
	return t_ns;
}

static void an_alert_is_drawn_at_once(void **state)
{
	struct vt *t = live(24, 80);
	struct link *l = vt_link(t);

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	vt_run(t, 110);
	shows(t, "NO FINDING");
	fake_link_report(l, 200 * MS, 5, 0, 4);
	vt_run(t, 10);
	shows(t, "1 key,");
	/* A screen has just been drawn: what is no alert waits for its turn. */
	fake_link_report(l, 210 * MS, 5, 0, 0);
	fake_link_report(l, 220 * MS, 5, 0, 5);
	vt_run(t, 10);
	hides(t, "2 keys");
	inject(l, 300 * MS, 5, 50);
	vt_run(t, 0);
	shows(t, "R9");
	shows(t, "MALICIOUS");
	vt_free(t);
}

static void no_more_than_ten_screens_a_second_and_a_few(void **state)
{
	struct vt *t = live(24, 80);
	uint64_t frames, skipped;

	(void)state;
	fake_link_keyboard(vt_link(t), 0, 5, "Nobody", "Keyboard", "1");
	for (int i = 1; i <= 1000; i++) {
		fake_link_report(vt_link(t), i * 10 * MS, 5, 0, (uint8_t)(4 + i % 20));
		vt_run(t, 10);
	}
	dashboard_counts(vt_dashboard(t), &frames, &skipped);
	assert_in_range(frames, 95, 110);
	assert_int_equal(skipped, 0);
	vt_free(t);
}

static void an_idle_screen_sends_nothing(void **state)
{
	struct vt *t = live(24, 80);
	uint64_t before;

	(void)state;
	fake_link_keyboard(vt_link(t), 0, 5, "Nobody", "Keyboard", "1");
	vt_run(t, 500);
	before = vt_bytes(t);
	vt_run(t, 10000);
	assert_int_equal(vt_bytes(t), before);
	vt_free(t);
}

/* A key more is some cells more: not the row, and not the screen. */
static void only_what_changed_is_written(void **state)
{
	struct vt *t = live(24, 80);
	struct link *l = vt_link(t);
	uint64_t whole, before;

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	for (int i = 1; i <= 20; i++)
		fake_link_report(l, i * 400 * MS, 5, 0, (uint8_t)(i & 1 ? 4 : 0));
	before = vt_bytes(t);
	vt_run(t, 500);
	whole = vt_bytes(t) - before;
	assert_true(whole > 2000);
	before = vt_bytes(t);
	vt_keys(t, "m");
	vt_run(t, 500);
	shows(t, "mark 1 at 8.000 s");
	assert_in_range(vt_bytes(t) - before, 20, whole / 10);
	vt_free(t);
}

/* A minute of storm while nobody reads the terminal: every record is taken, and the screen is right afterwards. */
static void an_unread_terminal_stops_nothing(void **state)
{
	struct vt *t = live(40, 120);
	struct link *l = vt_link(t);
	uint64_t pushed = 0, frames, skipped;

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	vt_run(t, 200);
	pushed = fake_link_taken(l);
	vt_stall(t, true);
	for (int i = 1; i <= 6000; i++) {
		inject(l, (1000 + i * 10) * MS, 5, 4);
		pushed += 8;
		if (i % 500 == 0)
			vt_resize(t, 30 + i / 500, 100 + i / 500);
		if (i % 300 == 0)
			vt_keys(t, "5");
		vt_run(t, 10);
		assert_int_equal(fake_link_taken(l), pushed);
	}
	dashboard_counts(vt_dashboard(t), &frames, &skipped);
	assert_true(skipped > 0);
	vt_stall(t, false);
	vt_resize(t, 40, 120);
	vt_run(t, 500);
	shows(t, "R9");
	shows(t, "MALICIOUS");
	shows(t, "cordon");
	vt_free(t);
}

static void any_size_at_any_moment(void **state)
{
	static char text[50 * 150 * 4 + 51];
	struct vt *t = replay(PERSON, 20);
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 400; i++) {
		static const char *const keys[] = {"1",  "z", "\t", "p",    "?",     "e", "5",
		                                   "\r", "q", "R",  "n",    "N",     "+", "-",
		                                   "g",  "G", "x",  "&k\r", "\033[A"};

		seed = seed * 1664525 + 1013904223;
		vt_resize(t, 1 + (int)(seed >> 8 & 63), 1 + (int)(seed >> 16 & 255));
		vt_keys(t, keys[(seed >> 24) % (sizeof(keys) / sizeof(keys[0]))]);
		vt_run(t, 10);
	}
	vt_keys(t, "qqqqqqf");
	vt_resize(t, 24, 80);
	vt_run(t, 300);
	shows(t, "REPLAY");
	shows(t, "Findings");
	vt_resize(t, 9, 40);
	vt_run(t, 200);
	shows(t, "need 40x10, have 40x9");
	vt_resize(t, 10, 40);
	vt_run(t, 200);
	shows(t, "NO FINDING");
	/* To its last corner, and drawn anew it is the same. */
	for (int i = 0; i < 2; i++) {
		vt_resize(t, 50, 150);
		vt_run(t, 200);
		assert_string_equal(i ? text : strcpy(text, vt_text(t)), vt_text(t));
		shows(t, " SOF and NAK folded ");
		shows(t, "  : more\n");
		shows(t, "   ?help\n");
		vt_resize(t, 20, 30 + 100 * i);
		vt_run(t, 200);
	}
	vt_free(t);
}

/* Below 80x24 findings are all there is: keys of other panes say so, and what moves and opens is for findings. */
static void a_small_screen_has_one_pane(void **state)
{
	struct vt *t = replay(INJECTOR, 0);

	(void)state;
	vt_run(t, 200);
	vt_keys(t, "5");
	vt_resize(t, 10, 40);
	vt_run(t, 200);
	vt_keys(t, "g");
	vt_run(t, 200);
	shows(t, "›▲ R14a");
	vt_keys(t, "j");
	vt_run(t, 200);
	shows(t, "›◆ R9");
	shows(t, "REPLAY, end");
	vt_keys(t, "\r");
	vt_run(t, 200);
	shows(t, "◆ R9 injected-typing: strong");
	for (const char *k = "4\tz"; *k; k++) {
		vt_keys(t, (char[]){*k, '\0'});
		vt_run(t, 200);
		shows(t, "panes need 80x24; Enter explains");
		vt_keys(t, "f");
	}
	vt_keys(t, "q");
	vt_resize(t, 24, 80);
	vt_run(t, 200);
	shows(t, "►5 Packets");
	vt_free(t);
}

/* Escape sequences, C1 controls, bells in every string that a device has. */
static void hostile_strings_stay_text(void **state)
{
	struct vt *t = live(40, 120);
	const char *log;
	size_t len;

	(void)state;
	fake_link_keyboard(vt_link(t), 0, 5,
	                   "\033]0;owned\007M\233"
	                   "31mX",
	                   "\033[2J\033[31mRED\016", "\r\nno finding\b\b\b");
	vt_run(t, 300);
	shows(t, "\\x1b[2J\\x1b[31mRED\\x0e");
	vt_keys(t, "2z");
	vt_run(t, 300);
	shows(t, "\\x1b]0;owned\\x07M");
	shows(t, "\\nno finding");
	log = vt_log(t, &len);
	assert_null(memmem(log, len, "owned\007", 6));
	assert_null(memmem(log, len, "\033[2JRED", 7));
	assert_null(memmem(log, len, "\033[31mRED", 8));
	assert_null(memchr(log, 7, len));
	assert_null(memmem(log, len, "\302\233", 2));
	vt_free(t);
}

static void freezing_keeps_the_screen_while_records_go_on(void **state)
{
	struct vt *t = live(24, 80);
	struct link *l = vt_link(t);

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	fake_link_report(l, 100 * MS, 5, 0, 4);
	vt_run(t, 200);
	vt_keys(t, " ");
	inject(l, 1000 * MS, 5, 60);
	vt_run(t, 3000);
	shows(t, "FROZEN 3.0 s");
	shows(t, "1 key");
	/* As it was: of one key nobody knows who typed it. */
	shows(t, "NOT COVERED");
	shows(t, "○ R9   undecided: 1 key, 10 are needed");
	assert_int_equal(fake_link_taken(l), 14 + 121);
	vt_keys(t, " ");
	vt_run(t, 200);
	hides(t, "FROZEN");
	hides(t, "undecided");
	shows(t, "MALICIOUS");
	vt_free(t);
}

static void a_replay_pauses_and_goes_on(void **state)
{
	struct vt *t = replay(INJECTOR, 1);

	(void)state;
	vt_run(t, 1000);
	vt_keys(t, " ");
	vt_run(t, 5000);
	shows(t, "REPLAY, paused");
	shows(t, "00:01.0");
	hides(t, "R9");
	vt_keys(t, " ");
	vt_run(t, 1200);
	shows(t, "R9");
	vt_keys(t, ":speed 1000\r");
	vt_run(t, 300);
	shows(t, "at its end");
	vt_free(t);
}

static void seeking_stops_at_the_next_finding(void **state)
{
	struct vt *t = replay(INJECTOR, 1);

	(void)state;
	vt_run(t, 300);
	shows(t, "R14a");
	vt_keys(t, "nnn");
	vt_run(t, 100);
	shows(t, "R9");
	shows(t, "paused");
	hides(t, "R7");
	shows(t, "00:01.9");
	vt_keys(t, "n");
	vt_run(t, 100);
	shows(t, "R7");
	shows(t, "paused");
	/* By the cursor, wherever it was left, and whatever was chosen last. */
	vt_keys(t, ":goto 1.9\rN");
	vt_run(t, 100);
	hides(t, "R9");
	vt_keys(t, "n");
	vt_run(t, 100);
	shows(t, "R9");
	hides(t, "R7");
	vt_free(t);
}

static void the_cursor_goes_back_for_every_pane(void **state)
{
	struct vt *t = replay(INJECTOR, 0);

	(void)state;
	vt_run(t, 200);
	shows(t, "gone at 2.09");
	vt_keys(t, ":goto 1.95\r");
	vt_run(t, 200);
	shows(t, "BEHIND");
	hides(t, "gone at");
	hides(t, "R7");
	shows(t, "R9");
	shows(t, "hello th");
	hides(t, "hello there");
	hides(t, "workshop");
	vt_keys(t, ":goto 0.05\r");
	vt_run(t, 200);
	shows(t, "nobody types");
	vt_keys(t, "f");
	vt_run(t, 200);
	shows(t, "workshop");
	hides(t, "BEHIND");
	vt_free(t);
}

static void a_burst_is_replayed_at_a_twentieth(void **state)
{
	struct vt *t = replay(INJECTOR, 0);

	(void)state;
	vt_run(t, 200);
	vt_keys(t, "R");
	vt_run(t, 400);
	shows(t, "INSTANT REPLAY 1/20");
	hides(t, "hello");
	/* 184 ms of typing take 3.7 s; half of it is there after half of that. */
	vt_run(t, 1600);
	shows(t, "hello");
	hides(t, "workshop");
	vt_run(t, 3000);
	hides(t, "INSTANT");
	shows(t, "workshop");
	vt_free(t);
}

static void typed_text_can_be_masked_everywhere(void **state)
{
	static const char *const keys[] = {"", "5", "4z", "p", "pz5z", "2"};
	struct vt *t = vt_new(&(struct vt_options){
		.capture = INJECTOR, .rows = 40, .columns = 120, .masked = true});

	(void)state;
	vt_run(t, 200);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		vt_keys(t, keys[i]);
		vt_run(t, 200);
		hides(t, "hello");
		hides(t, "key h");
	}
	vt_free(t);
}

static void a_live_stream_is_not_left_by_accident(void **state)
{
	struct vt *t = live(24, 80);

	(void)state;
	vt_run(t, 200);
	shows(t, "LIVE");
	hides(t, "REPLAY");
	vt_keys(t, "Q");
	vt_run(t, 200);
	shows(t, "quit? y/n");
	vt_keys(t, "n");
	assert_true(vt_run(t, 200));
	vt_keys(t, ":quit\r");
	assert_true(vt_run(t, 200));
	shows(t, "quit? y/n");
	vt_keys(t, "n");
	vt_keys(t, "Qy");
	assert_false(vt_run(t, 200));
	vt_free(t);
}

/* It may be the cable, in the wrong port: said on every view, and what it types does nothing. */
static void a_new_keyboard_is_called_out_and_not_obeyed(void **state)
{
	static const char *const views[] = {"", "p", "?", "b", "4z"};
	static const struct {
		int rows, columns;
	} sizes[] = {
		{24, 80},
		{10, 40},
	};

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		struct vt *t = live(sizes[i % 2].rows, sizes[i % 2].columns);

		fake_link_keyboard(vt_link(t), 0, 5, "Nobody", "Keyboard", "1");
		vt_run(t, 200);
		for (const char *k = views[i / 2]; *k; k++)
			vt_keys(t, (char[]){*k, '\0'});
		vt_run(t, 200);
		dashboard_new_keyboard(vt_dashboard(t), "O.MG\x1b[2J", vt_now(t));
		vt_run(t, 20);
		shows(t, "NEW KEYBOARD");
		shows(t, "O.MG");
		hides(t, "keys work again");
		/* Quit, yes; and what would change the view. */
		vt_keys(t, "Qym");
		assert_true(vt_run(t, 4900));
		shows(t, "NEW KEYBOARD");
		assert_true(vt_run(t, 200));
		hides(t, "NEW KEYBOARD");
		hides(t, "mark 1");
		if (!views[i / 2][0])
			shows(t, "keys work again");
		vt_keys(t, "Q");
		vt_keys(t, "y");
		assert_false(vt_run(t, 20));
		vt_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_is_drawn_at_once),
		cmocka_unit_test(no_more_than_ten_screens_a_second_and_a_few),
		cmocka_unit_test(an_idle_screen_sends_nothing),
		cmocka_unit_test(only_what_changed_is_written),
		cmocka_unit_test(an_unread_terminal_stops_nothing),
		cmocka_unit_test(any_size_at_any_moment),
		cmocka_unit_test(a_small_screen_has_one_pane),
		cmocka_unit_test(hostile_strings_stay_text),
		cmocka_unit_test(freezing_keeps_the_screen_while_records_go_on),
		cmocka_unit_test(a_replay_pauses_and_goes_on),
		cmocka_unit_test(seeking_stops_at_the_next_finding),
		cmocka_unit_test(the_cursor_goes_back_for_every_pane),
		cmocka_unit_test(a_burst_is_replayed_at_a_twentieth),
		cmocka_unit_test(typed_text_can_be_masked_everywhere),
		cmocka_unit_test(a_live_stream_is_not_left_by_accident),
		cmocka_unit_test(a_new_keyboard_is_called_out_and_not_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
