/*
 * R4: text on a data line. A cable's D+ and D- carry USB or nothing; a microcontroller whose serial transmitter is wired to
 * one of them leaves its boot log there before USB is even up. Eight valid characters in a row are strong; what a known boot
 * loader says in its first line is decisive.
 *
 * Each line speaks once, and once more when the text turns out to be a boot loader's.
 */
#include <ctype.h>
#include <string.h>

#include "detect/rules.h"

struct serial_state {
	bool said[4], decisive[4]; /* by enum wire_lines */
};

/* The ROM of an ESP8266 and of an ESP32: " ets Jan  8 2013,rst cause:1", "rst:0x1 (POWERON)". threats.md 0.2 */
static const char *const loaders[] = {"ets ", "rst"};

/* At the beginning of a word: neither "targets " nor "first" is a boot loader's. Of a text that is cut at its front nobody
 * knows what the first word was. */
static const char *loader_in(const char *text, bool cut)
{
	for (unsigned i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		for (const char *at = text; (at = strstr(at, loaders[i])); at++)
			if (at == text ? !cut : !isalpha((unsigned char)at[-1]))
				return loaders[i];
	return NULL;
}

static void match(const struct rule_input *in)
{
	struct serial_state *s = in->state;
	const struct uart_text *t = in->event->uart;
	const char *loader, *name = t->line == WIRE_DP ? "D+" : "D-";
	char text[UART_TEXT_MAX + 1];
	struct finding *f;

	memcpy(text, t->text, t->len);
	text[t->len] = '\0';
	loader = loader_in(text, t->len == UART_TEXT_MAX);
	if (s->decisive[t->line] || (s->said[t->line] && !loader))
		return;
	s->said[t->line] = true;
	s->decisive[t->line] = loader != NULL;
	f = rule_emit(in, NULL);
	if (loader)
		f->weight = WEIGHT_DECISIVE;
	finding_say(f, loader ? "the boot log of a microcontroller stands on "
	                      : "serial text stands on ");
	finding_say(f, name);
	finding_say(f, ", ");
	finding_say_integer(f, t->run);
	finding_say(f, " characters at ");
	finding_say_integer(f, t->baud);
	finding_say(f, " baud: something inside is talking");
	finding_text(f, "line", name);
	finding_integer(f, "baud", t->baud);
	finding_integer(f, "characters", t->run);
	finding_text(f, "text", text);
	if (loader)
		finding_text(f, "boot_loader", loader);
	finding_number(f, "first_ms", (double)t->first_ns / 1e6, 3);
}

const struct rule rule_serial_text = {
	.id = "R4",
	.name = "serial-text",
	.summary = "readable serial text on D+ or D-; a boot loader's is decisive",
	.group = GROUP_LINE,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_UART),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct serial_state),
	.match = match,
};
