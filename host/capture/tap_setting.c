/* See tap_setting.h. */
#include "capture/tap_setting.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct tap_setting settings[] = {
	{"vbus", "on", WIRE_OP_VBUS, 1, true, "switch VBUS on? y/n ", "VBUS switched on"},
	{"vbus", "off", WIRE_OP_VBUS, 0, true, "switch VBUS off? y/n ", "VBUS switched off"},
	{"switch", "open", WIRE_OP_SWITCH, WIRE_SWITCH_OPEN, true,
         "part the cable from the computer? y/n ", "bus switch opened"},
	{"switch", "host", WIRE_OP_SWITCH, WIRE_SWITCH_HOST, true,
         "connect the cable to the computer? y/n ", "bus switch to the host"},
	{"switch", "probe", WIRE_OP_SWITCH, WIRE_SWITCH_PROBE, true,
         "connect the cable to the probe? y/n ", "bus switch to the probe"},
	{"range", "ma", WIRE_OP_RANGE, WIRE_RANGE_MA, false, "measure milliamperes? y/n ",
         "current in range mA"},
	{"range", "ua", WIRE_OP_RANGE, WIRE_RANGE_UA, false, "measure microamperes? y/n ",
         "current in range uA"},
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static const char *const reasons[] = {
	[WIRE_E_VERSION] = "it speaks another version of the protocol",
	[WIRE_E_OPCODE] = "its firmware does not know how",
	[WIRE_E_LENGTH] = "its firmware is of another version",
	[WIRE_E_VALUE] = "the board cannot",
	[WIRE_E_STATE] = "not now: overvoltage or its guard hold it open",
	[WIRE_E_LATE] = "the command came too late",
	[WIRE_E_HARDWARE] = "its hardware does not do what it is told",
	[WIRE_E_BUSY] = "it is busy",
};

const struct tap_setting *tap_setting_find(const char *what, const char *value)
{
	for (unsigned i = 0; i < SETTINGS; i++)
		if (strcasecmp(settings[i].what, what) == 0 &&
		    strcasecmp(settings[i].value, value) == 0)
			return &settings[i];
	return NULL;
}

const struct tap_setting *tap_setting_of(enum wire_opcode opcode, uint8_t argument)
{
	for (unsigned i = 0; i < SETTINGS; i++)
		if (settings[i].opcode == opcode && settings[i].argument == argument)
			return &settings[i];
	return NULL;
}

const char *tap_setting_values(const char *what, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < SETTINGS && n < size; i++)
		if (strcasecmp(settings[i].what, what) == 0)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "",
			                      settings[i].value);
	return out;
}

bool tap_setting_send(struct link *l, const struct tap_setting *s)
{
	if (!link_command(l, s->opcode, &s->argument, 1))
		return false;
	link_note(l, RECORD_MARK, s->said, strlen(s->said));
	return true;
}

void tap_settings_keep(struct tap_settings *all, const struct tap_setting *s)
{
	for (unsigned i = 0; i < all->count; i++)
		if (all->at[i]->opcode == s->opcode) {
			all->at[i] = s;
			return;
		}
	if (all->count < TAP_SETTINGS_MAX)
		all->at[all->count++] = s;
}

void tap_refusal(const struct wire_reply *r, char out[TAP_REFUSAL_MAX])
{
	const char *what = "a command", *why = "it does not say why";

	for (unsigned i = 0; i < SETTINGS; i++)
		if (settings[i].opcode == (enum wire_opcode)r->opcode)
			what = settings[i].what;
	if (r->error < sizeof(reasons) / sizeof(reasons[0]) && reasons[r->error])
		why = reasons[r->error];
	snprintf(out, TAP_REFUSAL_MAX, "the tap refused '%s': %s", what, why);
}
