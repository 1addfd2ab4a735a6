/*
 * DuckyScript from anybody. Input: a byte of settings, then a script. Checked: bounds, that reading either works or says why, that
 * running ends, and that what it gives is a keyboard's.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ducky.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 2000, ACTIONS = 20000 };

static void run(struct ducky *d, uint8_t how)
{
	enum ducky_result r = DUCKY_OK;
	struct ducky_action a;

	for (unsigned i = 0; i < ACTIONS && (r = ducky_next(d, &a)) == DUCKY_OK; i++) {
		assert(a.act < DUCKY_ACTS);
		if (a.text.len)
			assert(memchr(a.text.at, '\n', a.text.len) == NULL);
		if (a.act == DUCKY_STROKE || a.act == DUCKY_DOWN || a.act == DUCKY_UP)
			assert(a.stroke.wait_ms == 0 || a.act == DUCKY_STROKE);
		if (a.act == DUCKY_MODE && a.mode.serial.len)
			assert(a.mode.serial.at[0] != ' ');
		if (how & 8 && i % 5 == 0)
			ducky_button(d);
		if (how & 16 && i % 3 == 0)
			ducky_leds(d, (uint8_t)i);
	}
	assert((r == DUCKY_OK || r == DUCKY_DONE) == (ducky_message(d)[0] == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[DUCKY_MESSAGE_MAX], *script;
	struct ducky_settings set = {.steps_max = STEPS};
	struct ducky *d;

	if (!size)
		return 0;
	set.leds_follow = data[0] & 1;
	set.present = data[0] & 2;
	set.os = data[0] >> 5 & 3;
	script = malloc(size > 1 ? size - 1 : 1);
	if (!script)
		return 0;
	memcpy(script, data + 1, size - 1);
	d = ducky_new(script, size - 1, &set, message);
	free(script);
	assert((d != NULL) == (message[0] == 0));
	if (d)
		run(d, data[0]);
	ducky_free(d);
	return 0;
}
