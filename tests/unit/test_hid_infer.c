/* Keyboards known by their reports alone: who is one after how many keys, who never is, and that no key gets lost. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hid/infer.h"
#include "hid/keys.h"

static struct infer f;
static uint64_t packet;

static int fresh(void **state)
{
	(void)state;
	infer_init(&f);
	packet = 0;
	return 0;
}

static enum infer_answer send(const uint8_t *report, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	enum infer_answer a;

	memcpy(exact, report, len);
	packet++;
	a = infer_report(&f, exact, len, (int64_t)packet * 8000000, packet);
	free(exact);
	return a;
}

#define SEND(...) send((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A boot report with one key, or none for a blank; `id` in front where it is not 0. */
static enum infer_answer key(uint8_t id, char c)
{
	const uint8_t r[] = {id, 0, 0, c == ' ' ? 0 : (uint8_t)(c - 'a' + 4), 0, 0, 0, 0, 0};

	return send(id ? r : r + 1, id ? 9 : 8);
}

/* Types until there is an answer; returns how many keys that took, 0 for none. */
static unsigned type(uint8_t id, const char *keys)
{
	unsigned n = 0;

	for (; *keys; keys++) {
		n += *keys != ' ';
		if (key(id, *keys) == INFER_KEYBOARD)
			return n;
	}
	return 0;
}

static void typing_is_known_within_a_few_keys(void **state)
{
	static const struct {
		const char *text;
		unsigned keys;
	} typed[] = {
		{"a b c ", 3},    /* a person */
		{" a a b ", 3},   /* the same key, twice */
		{" helpowth", 3}, /* one key in place of another, after a null report */
		{"r notepad", 4}, /* a shortcut, then a burst; neighbours (n, o) count less */
		{"helpowth", 4},  /* never nothing */
		{"abdh kst", 5},
	};

	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++) {
		for (uint8_t id = 0; id < 3; id++) {
			fresh(state);
			assert_int_equal(type(id, typed[i].text), typed[i].keys);
		}
	}
	fresh(state);
	assert_int_equal(type(0, "c c c c c "), 5); /* always the same takes longer */
}

static void keys_before_the_answer_are_kept(void **state)
{
	static struct hid_descriptor d;
	struct keys k;
	struct key_report r;
	char typed[16];
	unsigned n = 0, i = 0;

	(void)state;
	for (uint8_t id = 0; id < 8; id += 7) {
		const struct infer_report *kept;

		fresh(NULL);
		n = i = 0;
		assert_int_equal(type(id, "  q w  e r"), 3);
		infer_descriptor(&f, &d);
		assert_int_equal(hid_kinds(&d) & HID_KIND_KEYBOARD, HID_KIND_KEYBOARD);
		assert_int_equal(hid_report_bytes(&d, HID_INPUT, id), id ? 9 : 8);
		keys_init(&k);
		for (; (kept = infer_kept(&f, i)); i++) {
			assert_true(keys_report(&k, &d, kept->bytes, kept->len, kept->t_ns,
			                        kept->packet, &r));
			assert_int_equal(kept->t_ns, (int64_t)kept->packet * 8000000);
			if (r.presses)
				typed[n++] = (char)(r.press[0] - 4 + 'a');
		}
		typed[n] = 0;
		assert_string_equal(typed, "qwe");
		assert_int_equal(infer_lost(&f), 0);
		assert_int_equal(r.packet, packet); /* the deciding report is the last one */
		assert_int_equal(key(id, ' '), INFER_KEYBOARD);
		assert_null(infer_kept(&f, i));
	}
}

static void idle_reports_push_nothing_out(void **state)
{
	(void)state;
	key(0, 'a');
	for (int i = 0; i < 1000; i++)
		assert_int_equal(key(0, ' '), INFER_UNDECIDED);
	assert_int_equal(type(0, "b c"), 2);
	assert_int_equal(infer_lost(&f), 0);
	assert_int_equal(infer_kept(&f, 0)->packet, 1);
	/* modifiers alone decide nothing; the oldest give way and are counted */
	fresh(state);
	for (int i = 0; i < 50; i++)
		assert_int_equal(SEND(i & 1, 0, 0, 0, 0, 0, 0, 0), INFER_UNDECIDED);
	assert_int_equal(infer_lost(&f), 50 - INFER_KEPT_MAX);
	assert_int_equal(infer_kept(&f, 0)->packet, 50 - INFER_KEPT_MAX + 1);
	assert_non_null(infer_kept(&f, INFER_KEPT_MAX - 1));
	assert_null(infer_kept(&f, INFER_KEPT_MAX));
}

static void shortcuts_rollover_and_held_keys(void **state)
{
	(void)state;
	SEND(8, 0, 0, 0, 0, 0, 0, 0);
	SEND(8, 0, 0x15, 0, 0, 0, 0, 0);
	SEND(0, 0, 0, 0, 0, 0, 0, 0);
	SEND(0, 0, 4, 5, 0, 0, 0, 0);
	SEND(0, 0, 1, 1, 1, 1, 1, 1); /* ErrorRollOver */
	assert_int_equal(SEND(0, 0, 5, 7, 0, 0, 0, 0), INFER_KEYBOARD);
	/* something held down all the time only delays it */
	fresh(state);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(SEND(0, 0, 0x6f, (uint8_t)(4 + i), 0, 0, 0, 0), INFER_UNDECIDED);
		assert_int_equal(SEND(0, 0, 0x6f, 0, 0, 0, 0, 0), INFER_UNDECIDED);
	}
	assert_int_equal(SEND(0, 0, 0x6f, 0x20, 0, 0, 0, 0), INFER_KEYBOARD);
	/* slot 0 left empty */
	fresh(state);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(f.answer, INFER_UNDECIDED);
		SEND(0, 0, 0, 0, 0, 0, 0, 0);
		SEND(0, 0, 0, (uint8_t)(4 + i), 0, 0, 0, 0);
	}
	assert_int_equal(f.answer, INFER_KEYBOARD);
}

static void a_keyboard_behind_a_mouse_of_the_same_endpoint(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 100; i++)
		assert_int_equal(SEND(2, 0, i, 3, 0, 0, 0), INFER_UNDECIDED);
	SEND(3, 0xe9, 0);
	assert_int_equal(type(1, "a b c"), 3);
}

static void others_are_never_keyboards(void **state)
{
	(void)state;
	/* a hub's status, a mouse, a tablet: lengths that none has */
	for (size_t len = 1; len < 64; len++) {
		static const uint8_t zero[64];

		if (len == 8 || len == 9)
			continue;
		fresh(state);
		for (int i = 1; i < 8; i++)
			assert_int_equal(send(zero, len), INFER_UNDECIDED);
		assert_int_equal(send(zero, len), INFER_NOT);
	}
	/* a device whose id 01 looks like Ctrl, with buttons where the reserved byte is */
	fresh(state);
	for (unsigned i = 0; i < 40; i++)
		assert_int_not_equal(
			SEND(1, (uint8_t)(i & 1 ? 0 : 0x20 << i % 3), 0, 0, 0, 0, 0, 0),
			INFER_KEYBOARD);
	assert_true(f.layout[0].dead);
	/* modifiers only; a code no key has; a code twice; many at once, twice */
	fresh(state);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(SEND((uint8_t)i, 0, 0, 0, 0, 0, 0, 0), INFER_UNDECIDED);
	static const uint8_t spoilt[][8] = {
		{0, 0, 0xc7, 0, 0, 0, 0, 0}, {0, 0, 2, 0, 0, 0, 0, 0}, {0, 0, 1, 1, 1, 1, 1, 0},
		{0, 0, 9, 8, 9, 0, 0, 0},    {0, 4, 9, 0, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(spoilt) / sizeof(*spoilt); i++) {
		fresh(state);
		type(0, " a b");
		send(spoilt[i], 8);
		assert_int_equal(type(0, " c d e f g h i j"), 0);
		assert_int_equal(f.answer, INFER_NOT);
	}
	fresh(state);
	for (uint8_t i = 4; i < 20; i += 3) {
		SEND(0, 0, i, (uint8_t)(i + 1), (uint8_t)(i + 2), 0, 0, 0);
		SEND(0, 0, 0, 0, 0, 0, 0, 0);
	}
	assert_int_equal(f.answer, INFER_NOT);
}

/* Values that walk as positions, counters and sensors do, in the places of key codes. */
static void walking_values_are_no_typing(void **state)
{
	uint32_t x = 1;

	for (unsigned run = 0; run < 500; run++) {
		unsigned v = 10 + run % 80, other = 40;

		fresh(state);
		for (unsigned i = 0; i < 100; i++) {
			x = x * 1664525u + 1013904223u;
			v += (x >> 24) % 5 - 2;
			other += (x >> 20) % 3 - 1;
			SEND(0, 0, (uint8_t)v, run & 1 ? (uint8_t)(other + 100) : 0, 0, 0, 0, 0);
		}
		assert_int_not_equal(f.answer, INFER_KEYBOARD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(typing_is_known_within_a_few_keys, fresh),
		cmocka_unit_test_setup(keys_before_the_answer_are_kept, fresh),
		cmocka_unit_test_setup(idle_reports_push_nothing_out, fresh),
		cmocka_unit_test_setup(shortcuts_rollover_and_held_keys, fresh),
		cmocka_unit_test_setup(a_keyboard_behind_a_mouse_of_the_same_endpoint, fresh),
		cmocka_unit_test_setup(others_are_never_keyboards, fresh),
		cmocka_unit_test_setup(walking_values_are_no_typing, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
