/*
 * DuckyScript for tests. In: a script. Out: words, one for each action, cut where there are too many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ducky_script.h"

static char text[8192];

static void key(char *out, size_t size, const struct keystroke *k)
{
	static const char *const names[] = {"C", "S", "A", "G", "RC", "RS", "RA", "RG"};
	size_t n = 0;

	out[0] = 0;
	for (unsigned i = 0; i < 8; i++)
		if (k->modifiers >> i & 1)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "-" : "", names[i]);
	if (k->usage >= KEY_A && k->usage <= KEY_Z)
		snprintf(out + n, size - n, "%s%c", n ? "-" : "", 'a' + k->usage - KEY_A);
	else if (k->usage)
		snprintf(out + n, size - n, "%s%02x", n ? "-" : "", k->usage);
}

static void word(char *out, size_t size, const struct ducky_action *a)
{
	char k[40], wait[16] = "";

	key(k, sizeof(k), &a->stroke);
	if (a->stroke.wait_ms)
		snprintf(wait, sizeof(wait), "@%u", a->stroke.wait_ms);
	switch (a->act) {
	case DUCKY_STROKE:
		snprintf(out, size, "%s%s", k, wait);
		break;
	case DUCKY_DOWN:
		snprintf(out, size, "+%s", k);
		break;
	case DUCKY_UP:
		snprintf(out, size, "-%s", k);
		break;
	case DUCKY_DELAY:
		snprintf(out, size, "d%u", a->ms);
		break;
	case DUCKY_WAIT:
		snprintf(out, size, "w%u.%u", a->wait, a->leds);
		break;
	case DUCKY_MODE:
		snprintf(out, size, "mode%s%s:%04x:%04x", a->mode.hid ? "H" : "",
		         a->mode.storage ? "S" : "", a->mode.vid, a->mode.pid);
		break;
	case DUCKY_MOUSE:
		snprintf(out, size, "mouse%u:%d:%d:%u", a->mouse.act, a->mouse.x, a->mouse.y,
		         a->mouse.button);
		break;
	case DUCKY_EXFIL:
	case DUCKY_STORAGE:
		snprintf(out, size, "%s%u", a->act == DUCKY_EXFIL ? "exfil" : "files", a->value);
		break;
	default:
		snprintf(out, size, "%s:%.*s", a->act == DUCKY_LED ? "led" : "media",
		         (int)a->text.len, a->text.at);
	}
}

const char *ducky_actions(const char *script, const struct ducky_settings *set)
{
	static const char *const results[] = {"", "done", "limit", "error"};
	static const struct ducky_settings plain = {.leds_follow = true};
	char message[DUCKY_MESSAGE_MAX], one[64];
	size_t len = strlen(script), n = 0;
	char *copy = malloc(len ? len : 1);
	struct ducky_action a;
	enum ducky_result r;
	struct ducky *d;

	if (!copy)
		return "memory";
	memcpy(copy, script, len);
	d = ducky_new(copy, len, set ? set : &plain, message);
	free(copy);
	if (!d) {
		snprintf(text, sizeof(text), "%s", message);
		return text;
	}
	text[0] = 0;
	while ((r = ducky_next(d, &a)) == DUCKY_OK && n + sizeof(one) < sizeof(text)) {
		word(one, sizeof(one), &a);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", one);
	}
	snprintf(text + n, sizeof(text) - n, "%s",
	         r == DUCKY_ERROR ? ducky_message(d) : results[r]);
	ducky_free(d);
	return text;
}
