/*
 * Device models: answers as a device gives them, and texts that are wrong, cut at each length among them.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/device.h"
#include "sim/us_keys.h"

static struct sim_device model;

static void load(const char *name)
{
	const struct device_text *t = sim_device_find(name);

	assert_non_null(t);
	assert_true(sim_device_load(&model, t));
}

static size_t ask(unsigned type, unsigned value, unsigned index, unsigned length, uint8_t *out)
{
	uint8_t setup[8] = {(uint8_t)type,   6,
	                    (uint8_t)value,  (uint8_t)(value >> 8),
	                    (uint8_t)index,  (uint8_t)(index >> 8),
	                    (uint8_t)length, (uint8_t)(length >> 8)};
	size_t len = 0;

	return sim_device_answer(&model, setup, out, &len) ? len : 0;
}

static void answers_are_cut_to_what_was_asked(void **state)
{
	uint8_t out[512];

	(void)state;
	load("omg");
	for (unsigned n = 0; n < 300; n++) {
		assert_int_equal(ask(0x80, 0x100, 0, n, out), n < 18 ? n : 18);
		assert_int_equal(ask(0x80, 0x200, 0, n, out), n < 59 ? n : 59);
		assert_int_equal(ask(0x81, 0x2200, 1, n, out), n < 63 ? n : 63);
		assert_int_equal(ask(0x80, 0x301, 0x409, n, out), n < 10 ? n : 10);
	}
	assert_memory_equal(out, "\x0a\x03O\0.\0M\0G\0", 10);
	assert_int_equal(ask(0x80, 0x300, 0, 255, out), 4);
	/* What it has not, it stalls. */
	assert_int_equal(ask(0x80, 0x304, 0x409, 255, out), 0);
	assert_int_equal(ask(0x80, 0x600, 0, 10, out), 0);
	assert_int_equal(ask(0x81, 0x2200, 7, 64, out), 0);
}

static void a_hub_answers_class_requests(void **state)
{
	uint8_t out[512], status[8] = {0xa3, 0, 0, 0, 1, 0, 4, 0};
	size_t len;

	(void)state;
	load("hub");
	assert_int_equal(ask(0xa0, 0x2900, 0, 64, out), 9);
	assert_true(sim_device_answer(&model, status, out, &len));
	assert_int_equal(len, 4);
}

static void leds_are_found_with_their_report_id(void **state)
{
	static const struct {
		const char *name;
		uint8_t interface, id;
		bool leds;
	} want[] = {
		{"omg", 0, 0, false}, /* the mouse */
		{"omg", 1, 0, true},      {"esp32s3_wind", 2, 1, true}, {"usbninja", 0, 0, false},
		{"headset", 3, 0, false}, {"gaming_kbd", 0, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		load(want[i].name);
		for (unsigned j = 0; j < model.interfaces; j++)
			if (model.interface[j].number == want[i].interface) {
				assert_int_equal(model.interface[j].leds, want[i].leds);
				assert_int_equal(model.interface[j].led_report_id, want[i].id);
			}
	}
}

static char *cut(const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = 0;
	return copy;
}

static void texts_cut_anywhere_do_no_harm(void **state)
{
	static const char *const names[] = {"omg_hidx", "yubikey", "headset", "hidden_kbd"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct device_text t = *sim_device_find(names[i]);
		const char *config = t.config, *device = t.device, *report = t.report[0].hex;

		for (size_t n = 0; n < strlen(config); n++) {
			char *part = cut(config, n);

			t.config = part;
			assert_true(!sim_device_load(&model, &t) || n % 2 == 0);
			free(part);
		}
		t.config = config;
		for (size_t n = 0; n < strlen(device); n++) {
			char *part = cut(device, n);

			t.device = part;
			assert_false(sim_device_load(&model, &t));
			free(part);
		}
		t.device = device;
		for (size_t n = 0; n < strlen(report); n++) {
			char *part = cut(report, n);

			t.report[0].hex = part;
			assert_int_equal(sim_device_load(&model, &t), n % 2 == 0);
			free(part);
		}
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	struct device_text t = *sim_device_find("omg");
	char *big = malloc(2 * SIM_BYTES_MAX + 3);

	(void)state;
	assert_non_null(big);
	memset(big, '0', 2 * SIM_BYTES_MAX + 2);
	big[2 * SIM_BYTES_MAX + 2] = 0;
	t.report[0].hex = big;
	assert_false(sim_device_load(&model, &t));
	/* What is kept but is too long to be sent is cut. */
	big[2400] = 0;
	t.report[0].hex = big;
	assert_true(sim_device_load(&model, &t));
	assert_int_equal(ask(0x81, 0x2200, 0, 2000, (uint8_t[SIM_ANSWER_MAX]){0}), SIM_ANSWER_MAX);
	t.report[0].hex = "05zz";
	assert_false(sim_device_load(&model, &t));
	t.report[0].hex = "0501";
	t.report[0].interface = 9;
	assert_false(sim_device_load(&model, &t));
	t = *sim_device_find("omg");
	t.config = "0900";
	assert_false(sim_device_load(&model, &t));
	free(big);
}

static void key_names_cut_anywhere_do_no_harm(void **state)
{
	static const char text[] = "<GUI+r><WAIT 99999><CTRL+ALT+DELETE>a<<b>><SHIFT+><+><>";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct keystroke keys[8];
		char *part = cut(text, n);
		size_t count = us_keystrokes(part, true, keys, 8);

		assert_in_range(count, n > 0, 8);
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_cut_to_what_was_asked),
		cmocka_unit_test(a_hub_answers_class_requests),
		cmocka_unit_test(leds_are_found_with_their_report_id),
		cmocka_unit_test(texts_cut_anywhere_do_no_harm),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(key_names_cut_anywhere_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
