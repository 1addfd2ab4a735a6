/* See chosen.h. */
#include "tui/chosen.h"

#include <stdio.h>
#include <string.h>

#include "report/escape.h"
#include "tui/packets.h"
#include "tui/screen.h"

enum { TEXT_SHOWN = 600 };

static bool no(char *out, const char *why)
{
	snprintf(out, CHOSEN_MAX, "%s", why);
	return false;
}

static bool finding(const struct scene *s, char *out)
{
	const struct finding *f;
	uint16_t order[FINDINGS_MAX];
	int at = s->view->finding;

	if (!s->findings)
		return no(out, "no finding so far");
	if (at < 0 || (size_t)at >= s->findings) {
		scene_findings(s, order);
		at = order[0];
	}
	f = &s->report->finding[at];
	snprintf(out, CHOSEN_MAX, "%s %s, %s, at %.6f s, packet %llu: %s", f->rule, f->name,
	         weight_name(f->weight), (double)f->t_ns / 1e9, (unsigned long long)f->packet,
	         f->text);
	return true;
}

static bool device(const struct scene *s, char *out)
{
	int at = s->view->device;
	const struct history_device *d;
	int n;

	if (!s->devices)
		return no(out, "no device so far");
	d = s->device[at < 0 || (unsigned)at >= s->devices ? s->devices - 1 : (unsigned)at];
	n = snprintf(out, CHOSEN_MAX,
	             "device %u.%u %04x:%04x, from %.6f s, by \"%s\", \"%s\", serial \"%s\"",
	             d->bus, d->address, d->vid, d->pid, (double)d->attached_ns / 1e9,
	             d->manufacturer, d->product, d->serial);
	if (!d->has_hash)
		return true;
	n += snprintf(out + n, CHOSEN_MAX - (size_t)n, ", structure ");
	for (unsigned i = 0; i < sizeof(d->hash); i++)
		n += snprintf(out + n, CHOSEN_MAX - (size_t)n, "%02x", d->hash[i]);
	return true;
}

static bool packet(const struct scene *s, char *out)
{
	uint64_t at = packets_selected(s);
	const struct history_row *r;
	char words[256];
	int n;

	if (at == PACKETS_NONE)
		return no(out, "no packet is chosen");
	r = history_row(s->history, at);
	if (s->view->masked && r->keys)
		return no(out, "what was typed is masked; x shows it");
	row_describe(r, words, sizeof(words));
	n = snprintf(out, CHOSEN_MAX, "packet %llu at %.9f s", (unsigned long long)r->packet,
	             (double)r->t_ns / 1e9);
	if (r->kind == HISTORY_TRANSFER)
		n += snprintf(out + n, CHOSEN_MAX - (size_t)n, ", device %u.%u endpoint %u %s",
		              r->bus, r->address, r->endpoint & 15,
		              r->endpoint & 0x80 ? "IN" : "OUT");
	n += snprintf(out + n, CHOSEN_MAX - (size_t)n, ": %s", words);
	for (unsigned i = 0; i < r->len; i++)
		n += snprintf(out + n, CHOSEN_MAX - (size_t)n, "%s%02x", i ? " " : ", bytes ",
		              r->data[i]);
	return true;
}

static bool typing(const struct scene *s, char *out)
{
	uint64_t first = history_steps_first(s->history);
	const struct history_step *last;
	size_t n = 0;

	if (s->steps == first)
		return no(out, "nothing was typed so far");
	if (s->view->masked)
		return no(out, "what was typed is masked; x shows it");
	last = history_step(s->history, s->steps - 1);
	out[0] = '\0';
	for (uint64_t i = first; i < s->steps; i++) {
		const struct history_step *step = history_step(s->history, i);
		size_t len = strlen(step->text);

		if (step->hid != last->hid || n + len > TEXT_SHOWN)
			continue;
		memcpy(out + n, step->text, len + 1);
		n += len;
	}
	return true;
}

bool chosen_text(const struct scene *s, char out[CHOSEN_MAX])
{
	static bool (*const of[PANES])(const struct scene *s, char *out) = {
		[PANE_DEVICES] = device,
		[PANE_TYPING] = typing,
		[PANE_PACKETS] = packet,
	};
	char raw[CHOSEN_MAX];
	bool any = (of[screens_focus(s)] ? of[screens_focus(s)] : finding)(s, raw);

	escape_terminal(out, CHOSEN_MAX, raw);
	return any;
}
