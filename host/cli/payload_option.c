/* Payloads from files. See payload_option.h. */
#include "cli/payload_option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/say.h"
#include "report/layout.h"
#include "sim/layout_keys.h"

struct payload_option {
	struct scenario_payload payload;
	struct ducky_layout layout;
	struct layout_keys keys;
	char first[LAYOUT_NAME_MAX],
		now[LAYOUT_NAME_MAX]; /* xkb's names: before any DUCKY_LANG, and of `keys` */
	char text[DUCKY_SCRIPT_MAX + 1];
};

static size_t ask(void *context, uint16_t usage, uint8_t modifiers, char out[LAYOUT_KEYS_TEXT_MAX])
{
	return layout_text(context, usage, modifiers, 0, out);
}

static bool turn_round(struct payload_option *o, const char *xkb_name)
{
	struct layout *l = layout_new(xkb_name);
	bool good = l && layout_load(l);

	if (good) {
		layout_keys_init(&o->keys, ask, l);
		snprintf(o->now, sizeof(o->now), "%s", xkb_name);
	}
	layout_free(l);
	return good;
}

static bool choose(void *context, const char *name)
{
	struct payload_option *o = context;
	const char *xkb_name = name ? layout_keys_name(name) : o->first;

	return xkb_name && (strcmp(xkb_name, o->now) == 0 || turn_round(o, xkb_name));
}

static bool known(void *context, const char *name)
{
	const char *xkb_name = layout_keys_name(name);
	struct layout *l = xkb_name ? layout_new(xkb_name) : NULL;
	bool good = l && layout_load(l);

	(void)context;
	layout_free(l);
	return good;
}

static size_t strokes(void *context, uint32_t character, struct keystroke *out, size_t max)
{
	const struct payload_option *o = context;

	return layout_keys_strokes(&o->keys, character, out, max);
}

static bool read_file(struct payload_option *o, const char *path)
{
	FILE *f = fopen(path, "rb");
	bool good = false;

	if (f) {
		o->payload.len = fread(o->text, 1, sizeof(o->text), f);
		good = !ferror(f);
	}
	if (!good)
		say_error("cannot read '%s': %s", path, strerror(errno));
	if (f)
		fclose(f);
	return good;
}

static void say_skipped(const struct ducky *d, const char *path)
{
	const char *message;
	uint32_t line, n = ducky_skipped(d, &line, &message);

	if (n == 1)
		say_error("%s:%u: %s; left out", path, line, message);
	else if (n)
		say_error("%s:%u: %s; left out, as are %u more such lines", path, line, message,
		          n - 1);
}

struct payload_option *payload_option_read(const char *path, const char *layout, int *code)
{
	struct payload_option *o = calloc(1, sizeof(*o));
	char message[DUCKY_MESSAGE_MAX];
	struct ducky *d;

	*code = EXIT_FAULT;
	if (!o) {
		say_error("%s", err_text(ERR_MEMORY));
		return NULL;
	}
	if (!turn_round(o, layout)) {
		say_error("unknown keyboard layout '%s' (%s)", layout, layout_hint());
		*code = EXIT_USAGE;
		goto failed;
	}
	snprintf(o->first, sizeof(o->first), "%s", layout);
	o->layout = (struct ducky_layout){
		.ctx = o, .known = known, .select = choose, .strokes = strokes};
	o->payload.name = path;
	o->payload.text = o->text;
	o->payload.layout = &o->layout;
	if (!read_file(o, path))
		goto failed;
	d = ducky_new(o->text, o->payload.len,
	              &(struct ducky_settings){.name = path, .layout = &o->layout}, message);
	if (d) {
		say_skipped(d, path);
		ducky_free(d);
		*code = 0;
		return o;
	}
	say_error("%s", message);
failed:
	payload_option_free(o);
	return NULL;
}

void payload_option_free(struct payload_option *o)
{
	free(o);
}

const struct scenario_payload *payload_option_payload(const struct payload_option *o)
{
	return &o->payload;
}
