/* What the operator does to tap, recording and clipboard: what is sent, what is noted, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/screens/fake_link.h"
#include "tests/screens/vt.h"

#define MS INT64_C(1000000)

/* Around a link that a test feeds: takes commands and notes, as a recorded tap does. */
static struct {
	struct link link, *inner;
	struct link_ops ops;
	unsigned commands, notes;
	enum wire_opcode opcode;
	uint8_t argument;
	size_t argument_len;
	enum record_kind kind;
	char text[2048];
	struct link_status status;
} tap;

static enum err pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                     enum link_state *state)
{
	(void)l;
	return link_pump(tap.inner, now_ns, sink, state);
}

static int fd(const struct link *l)
{
	(void)l;
	return -1;
}

static int64_t due(const struct link *l)
{
	(void)l;
	return INT64_MAX;
}

static int64_t clock_of(const struct link *l, int64_t now_ns)
{
	(void)l;
	return link_clock(tap.inner, now_ns);
}

static const struct capture_info *info(const struct link *l)
{
	(void)l;
	return link_info(tap.inner);
}

static bool command(struct link *l, enum wire_opcode opcode, const uint8_t *args, size_t len)
{
	(void)l;
	tap.commands++;
	tap.opcode = opcode;
	tap.argument = len ? args[0] : 0xff;
	tap.argument_len = len;
	return true;
}

static bool note(struct link *l, enum record_kind kind, const void *text, size_t len)
{
	(void)l;
	tap.notes++;
	tap.kind = kind;
	assert_true(len < sizeof(tap.text));
	memcpy(tap.text, text, len);
	tap.text[len] = '\0';
	return true;
}

static const struct link_status *status(const struct link *l)
{
	(void)l;
	return &tap.status;
}

static void release(struct link *l)
{
	(void)l;
	link_free(tap.inner);
}

static struct vt *begin(const char *product, bool masked)
{
	struct vt *t;

	memset(&tap, 0, sizeof(tap));
	tap.inner = fake_link_new();
	tap.ops = (struct link_ops){.pump = pump,
	                            .fd = fd,
	                            .due = due,
	                            .clock = clock_of,
	                            .info = info,
	                            .status = status,
	                            .command = command,
	                            .note = note,
	                            .free = release};
	tap.link = (struct link){.ops = &tap.ops, .source = LINK_SOURCE_TAP, .speed = 1};
	t = vt_new(&(struct vt_options){
		.link = &tap.link, .rows = 24, .columns = 120, .masked = masked});
	fake_link_keyboard(tap.inner, 0, 5, "Nobody", product, "1");
	for (unsigned i = 0; i < 60; i++) {
		fake_link_report(tap.inner, (300 + 2 * i) * MS, 5, 0, (uint8_t)(4 + i % 26));
		fake_link_report(tap.inner, (301 + 2 * i) * MS, 5, 0, 0);
	}
	vt_run(t, 200);
	return t;
}

static void shows(struct vt *t, const char *text)
{
	const char *screen = vt_text(t);

	vt_run(t, 200);
	screen = vt_text(t);
	if (!strstr(screen, text))
		fail_msg("'%s' is not on the screen\n%s", text, screen);
}

/* The last text that was put on the clipboard; "" none. */
static void clipboard(struct vt *t, char *out, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char head[] = "\033]52;c;";
	const char *found = NULL;
	uint32_t bits = 0;
	size_t len, n = 0;
	const char *log = vt_log(t, &len);

	for (size_t i = 0; i + sizeof(head) < len; i++)
		if (memcmp(log + i, head, sizeof(head) - 1) == 0)
			found = log + i + sizeof(head) - 1;
	for (unsigned i = 0; found && found[i] != '\a' && n + 1 < size; i++) {
		const char *digit = found[i] == '=' ? NULL : strchr(digits, found[i]);

		bits = bits << 6 | (digit ? (uint32_t)(digit - digits) : 0);
		if (i % 4 && digit)
			out[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
	}
	out[n] = '\0';
}

static void what_is_chosen_is_copied(void **state)
{
	struct vt *t = begin("Keyboard", false);
	char text[2048];

	(void)state;
	vt_keys(t, "y");
	clipboard(t, text, sizeof(text));
	assert_memory_equal(text, "R9 injected-typing, ", 20);
	shows(t, "copied");
	vt_keys(t, "4y");
	clipboard(t, text, sizeof(text));
	assert_memory_equal(text, "abcdefghijklmnopqrstuvwxyz", 26);
	vt_keys(t, "5y");
	clipboard(t, text, sizeof(text));
	assert_memory_equal(text, "packet ", 7);
	assert_non_null(strstr(text, "device 1.5 endpoint 1 IN"));
	/* The screen is what it was: the terminal took none of it for text. */
	assert_null(strstr(vt_text(t), "UjkgaW5q"));
	assert_int_equal(tap.notes, 0);
	vt_free(t);
}

/* What a shell would take for a line of its own, and run. */
static void what_is_pasted_does_nothing(void **state)
{
	struct vt *t = begin("x\nrm -rf ~\n\033[2J", false);
	char text[2048];

	(void)state;
	vt_keys(t, "2y");
	clipboard(t, text, sizeof(text));
	assert_non_null(strstr(text, "rm -rf ~"));
	for (const char *c = text; *c; c++)
		assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
	vt_free(t);
}

static void what_is_masked_is_not_copied(void **state)
{
	struct vt *t = begin("Keyboard", true);
	char text[2048];

	(void)state;
	vt_keys(t, "4y");
	shows(t, "masked");
	clipboard(t, text, sizeof(text));
	assert_string_equal(text, "");
	vt_keys(t, "i");
	assert_int_equal(tap.notes, 0);
	vt_keys(t, "xy");
	clipboard(t, text, sizeof(text));
	assert_memory_equal(text, "abc", 3);
	vt_free(t);
}

static void a_terminal_that_is_not_read_gets_no_copy(void **state)
{
	struct vt *t = begin("Keyboard", false);
	char text[2048];

	(void)state;
	vt_stall(t, true);
	for (unsigned i = 0; i < 40; i++) {
		vt_resize(t, 24 + (int)(i & 1), 200);
		vt_run(t, 200);
	}
	vt_keys(t, "y");
	vt_stall(t, false);
	vt_run(t, 500);
	clipboard(t, text, sizeof(text));
	assert_string_equal(text, "");
	shows(t, "nothing was copied");
	vt_free(t);
}

static void what_is_chosen_goes_into_the_report(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, "i");
	assert_int_equal(tap.notes, 1);
	assert_int_equal(tap.kind, RECORD_MARK);
	assert_memory_equal(tap.text, "report: R9 injected-typing, ", 28);
	shows(t, "in the report");
	vt_free(t);
}

static void an_end_and_a_flip_are_checked(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, "Tc3\r");
	shows(t, "A1, A2, B1 or B2");
	vt_free(t);
}

static void vbus_is_asked_for_first(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, "V");
	shows(t, "switch VBUS on? y/n");
	vt_keys(t, "n");
	assert_int_equal(tap.commands, 0);
	vt_keys(t, "V\r");
	assert_int_equal(tap.commands, 0);
	vt_keys(t, "V");
	vt_keys(t, "y");
	assert_int_equal(tap.commands, 1);
	assert_int_equal(tap.opcode, WIRE_OP_VBUS);
	assert_int_equal(tap.argument_len, 1);
	assert_int_equal(tap.argument, 1);
	assert_int_equal(tap.notes, 1);
	assert_string_equal(tap.text, "VBUS switched on");
	shows(t, "VBUS switched on");
	vt_free(t);
}

/* Bus switch and range have commands of their own; what can destroy evidence is asked for. */
static void the_tap_is_set_by_name(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, ":switch open\r");
	shows(t, "part the cable from the computer? y/n");
	vt_keys(t, "x");
	assert_int_equal(tap.commands, 0);
	vt_keys(t, ":sw Host\r");
	vt_keys(t, "y");
	assert_int_equal(tap.opcode, WIRE_OP_SWITCH);
	assert_int_equal(tap.argument, WIRE_SWITCH_HOST);
	assert_string_equal(tap.text, "bus switch to the host");
	vt_keys(t, ":range ua\r");
	assert_int_equal(tap.opcode, WIRE_OP_RANGE);
	assert_int_equal(tap.argument, WIRE_RANGE_UA);
	assert_int_equal(tap.notes, 2);
	vt_keys(t, ":range\r");
	shows(t, ":range ma, ua");
	vt_keys(t, ":switch maybe\r");
	shows(t, ":switch open, host, probe");
	vt_keys(t, ":vbus off\r");
	shows(t, "switch VBUS off? y/n");
	vt_keys(t, "y");
	assert_int_equal(tap.opcode, WIRE_OP_VBUS);
	assert_int_equal(tap.argument, 0);
	assert_int_equal(tap.commands, 3);
	vt_free(t);
}

static void what_the_tap_refuses_is_said(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, "Vy");
	tap.status.refused = (struct wire_reply){.opcode = WIRE_OP_VBUS, .error = WIRE_E_STATE};
	tap.status.refusals++;
	shows(t, "the tap refused 'vbus': not now: overvoltage or its guard hold it open");
	vt_keys(t, ":");
	shows(t, " :");
	vt_free(t);
}

static void only_a_layout_that_there_is_gets_recorded(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, "Lxyzzy\r");
	assert_int_equal(tap.notes, 0);
	shows(t, "there is no layout 'xyzzy'");
	vt_keys(t, "L../../etc/passwd\r");
	assert_int_equal(tap.notes, 0);
	vt_keys(t, "Lfr\r");
	assert_int_equal(tap.notes, 1);
	assert_int_equal(tap.kind, RECORD_LAYOUT);
	assert_string_equal(tap.text, "fr");
	vt_free(t);
}

/* A file's name may have letters beyond ASCII: a character is one to be seen and one to be taken back. */
static void a_prompt_takes_whole_characters(void **state)
{
	struct vt *t = begin("Keyboard", false);

	(void)state;
	vt_keys(t, "P/pr\xc3\xbc\xe2\x82\xac");
	shows(t, "/pr\xc3\xbc\xe2\x82\xac\n");
	vt_keys(t, "\177");
	shows(t, "/pr\xc3\xbc\n");
	vt_keys(t, "\177f");
	shows(t, "/prf\n");
	for (unsigned i = 0; i < 100; i++)
		vt_keys(t, "\xc3\xbc");
	shows(t, "\xc3\xbc\xc3\xbc\n");
	vt_keys(t, "\033");
	vt_free(t);
}

/* Where nothing is recorded, a layout is a way of looking: of what comes from then on. */
static void a_layout_on_a_replay(void **state)
{
	struct link *l = fake_link_new();
	struct vt *t = vt_new(&(struct vt_options){.link = l, .rows = 24, .columns = 80});

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	fake_link_report(l, 300 * MS, 5, 0, 4);
	fake_link_report(l, 400 * MS, 5, 0, 0);
	vt_run(t, 200);
	vt_keys(t, "Lfr\r");
	shows(t, "read as fr");
	shows(t, " host · fr · ");
	fake_link_report(l, 900 * MS, 5, 0, 4);
	shows(t, " aq");
	vt_keys(t, "4i");
	shows(t, "nothing is recorded here");
	/* What is for taps asks nothing where there is none, and says why. */
	vt_keys(t, "V");
	shows(t, "no tap here");
	vt_keys(t, "T");
	shows(t, "only a tap begins a new test");
	vt_keys(t, "P");
	shows(t, "only a tap begins a new test");
	vt_keys(t, ":profile bare\r");
	shows(t, "only a tap begins a new test");
	vt_keys(t, ":switch open\r");
	shows(t, "no tap here");
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_chosen_is_copied),
		cmocka_unit_test(what_is_pasted_does_nothing),
		cmocka_unit_test(what_is_masked_is_not_copied),
		cmocka_unit_test(a_terminal_that_is_not_read_gets_no_copy),
		cmocka_unit_test(what_is_chosen_goes_into_the_report),
		cmocka_unit_test(an_end_and_a_flip_are_checked),
		cmocka_unit_test(vbus_is_asked_for_first),
		cmocka_unit_test(the_tap_is_set_by_name),
		cmocka_unit_test(what_the_tap_refuses_is_said),
		cmocka_unit_test(only_a_layout_that_there_is_gets_recorded),
		cmocka_unit_test(a_prompt_takes_whole_characters),
		cmocka_unit_test(a_layout_on_a_replay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
