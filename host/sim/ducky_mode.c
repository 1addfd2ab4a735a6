/*
 * What the device becomes: ATTACKMODE with its parameters, and Flipper's ID line. Input: a statement. Output: a mode. Names that
 * are to be random are made up here.
 */
#include <string.h>

#include "sim/ducky_state.h"

enum { MADE_UP = 12 };

/* Modes of other devices are what they are on this bus: an Ethernet adapter or a serial port is no keyboard. */
static const char *const other_modes[] = {
	"ECM_ETHERNET", "RNDIS_ETHERNET", "AUTO_ETHERNET", "ETHERNET", "SERIAL", "MTP",
};

static bool hexadecimal(const char *at, size_t len, uint16_t *out)
{
	uint32_t value = 0;

	if (len > 2 && at[0] == '0' && (at[1] | 32) == 'x')
		at += 2, len -= 2;
	if (!len || len > 4)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = at[i];

		if (c >= '0' && c <= '9')
			value = value * 16 + (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value * 16 + (uint32_t)((c | 32) - 'a' + 10);
		else
			return false;
	}
	*out = (uint16_t)value;
	return true;
}

/* A parameter's value, where it is this one: VID_05AC, VID=05AC, VID05AC. */
static bool parameter(const char *at, size_t len, const char *name, struct ducky_text *value)
{
	size_t n = strlen(name);

	if (len <= n || memcmp(at, name, n))
		return false;
	n += at[n] == '_' || at[n] == '=';
	*value = (struct ducky_text){.at = at + n, .len = len - n};
	return true;
}

static bool random_asked(struct ducky_text t)
{
	return ducky_is(t.at, t.len, "RANDOM");
}

static bool number(struct ducky *d, struct ducky_text t, bool check, uint16_t *out)
{
	if (random_asked(t)) {
		*out = check ? 0 : (uint16_t)(1 + random_below(&d->random, 0xfffe));
		return true;
	}
	return hexadecimal(t.at, t.len, out);
}

static struct ducky_text text(struct ducky *d, struct ducky_text t, bool check, unsigned which,
                              bool digits)
{
	if (!random_asked(t) || check)
		return t;
	for (unsigned i = 0; i < MADE_UP; i++)
		d->made_up[which][i] = (char)(digits ? '0' + random_below(&d->random, 10)
		                                     : 'A' + random_below(&d->random, 26));
	return (struct ducky_text){.at = d->made_up[which], .len = MADE_UP};
}

static bool word(struct ducky *d, const char *at, size_t len, bool check, struct ducky_mode *m)
{
	struct ducky_text v;

	if (ducky_is(at, len, "HID"))
		return m->hid = true;
	if (ducky_is(at, len, "STORAGE") || ducky_is(at, len, "RO_STORAGE"))
		return m->storage = true;
	if (ducky_is(at, len, "OFF"))
		return true;
	for (size_t i = 0; i < sizeof(other_modes) / sizeof(*other_modes); i++)
		if (ducky_is(at, len, other_modes[i]))
			return true;
	if (parameter(at, len, "VID", &v))
		return number(d, v, check, &m->vid) && (m->named = true);
	if (parameter(at, len, "PID", &v))
		return number(d, v, check, &m->pid) && (m->named = true);
	if (parameter(at, len, "MAN", &v)) {
		m->manufacturer = text(d, v, check, 0, false);
		return true;
	}
	if (parameter(at, len, "PROD", &v)) {
		m->product = text(d, v, check, 1, false);
		return true;
	}
	if (parameter(at, len, "SERIAL", &v) || parameter(at, len, "SN", &v)) {
		m->serial = text(d, v, check, 2, true);
		return true;
	}
	return false;
}

/* ID 1234:abcd Manufacturer:Product */
static bool id(struct ducky *d, const struct ducky_statement *s, struct ducky_mode *m)
{
	struct ducky_span rest = s->args, ids = ducky_first(d, &rest);
	const char *at = ducky_at(d, ids), *colon = memchr(at, ':', ids.len);

	if (!colon || !hexadecimal(at, (size_t)(colon - at), &m->vid) ||
	    !hexadecimal(colon + 1, ids.len - (size_t)(colon - at) - 1, &m->pid))
		return ducky_fail(d, s->line, "ID '%.*s'; expected VID:PID in hexadecimal",
		                  ducky_shown(s->args.len), ducky_at(d, s->args));
	m->hid = m->named = true;
	rest = ducky_trim(d, rest);
	at = ducky_at(d, rest);
	colon = memchr(at, ':', rest.len);
	m->manufacturer =
		(struct ducky_text){.at = at, .len = colon ? (size_t)(colon - at) : rest.len};
	if (colon)
		m->product = (struct ducky_text){.at = colon + 1,
		                                 .len = rest.len - m->manufacturer.len - 1};
	return true;
}

bool ducky_parse_mode(struct ducky *d, const struct ducky_statement *s, bool check,
                      struct ducky_mode *out)
{
	struct ducky_span rest = s->args;

	*out = (struct ducky_mode){0};
	if (s->kind == KIND_ID)
		return id(d, s, out);
	if (!rest.len)
		return ducky_fail(d, s->line, "ATTACKMODE alone; expected HID, STORAGE or OFF");
	while (rest.len) {
		struct ducky_span w = ducky_first(d, &rest);

		if (!word(d, ducky_at(d, w), w.len, check, out))
			return ducky_fail(d, s->line,
			                  "ATTACKMODE '%.*s'; expected HID, STORAGE, OFF, VID_, "
			                  "PID_, MAN_, PROD_ or SERIAL_",
			                  ducky_shown(w.len), ducky_at(d, w));
	}
	return true;
}
