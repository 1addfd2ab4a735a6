/*
 * What a scenario's author may write: descriptors as hexadecimal text and texts to type. Input: a report form (1 byte), a
 * text up to the first NUL, then a configuration. Checked: bounds, and that every key that goes down comes up again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/device.h"
#include "sim/keyboard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYS = 64, EDGES = KEYS * TYPIST_EDGES_PER_KEY };

static void type(const char *text, uint8_t how)
{
	static struct keystroke keys[KEYS];
	static struct key_edge edges[EDGES];
	static struct keyboard_report reports[EDGES + 1];
	struct keyboard k = {.form = how % 6, .bitmap_bytes = 15, .scans = how & 64};
	struct typist t;
	struct random r;
	size_t n = us_keystrokes(text, true, keys, KEYS), down = 0;

	random_init(&r, how);
	if (how & 128)
		typist_person(&t, &r);
	else
		typist_rung(&t, how / 6 % 6, 1000000, NULL, 0, &r);
	n = typist_type(&t, &r, keys, n, 0, edges, EDGES);
	for (size_t i = 0; i < n; i++)
		down += edges[i].down ? 1 : (size_t)-1;
	assert(down == 0 && n < EDGES);
	assert(keyboard_reports(&k, edges, n, 1000000, 0, reports, EDGES + 1) <= n + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sim_device model;
	struct device_text t = {.device = "120110010000000834120000000101020301"};
	const uint8_t setup[8] = {0x80, 6, 0, 2, 0, 0, 255, 255};
	uint8_t out[SIM_ANSWER_MAX];
	size_t len, text_len;
	char *copy = malloc(size + 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = 0;
	text_len = size ? strlen(copy + 1) + 1 : 0;
	if (size)
		type(copy + 1, data[0]);
	t.config = text_len < size ? copy + text_len + 1 : "";
	if (sim_device_load(&model, &t) && sim_device_answer(&model, setup, out, &len))
		assert(len <= sizeof(out));
	free(copy);
	return 0;
}
