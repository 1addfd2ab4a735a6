/* See tap_alerts.h. Numbers have 16 bits and wrap. */
#include "capture/tap_alerts.h"

#include <string.h>

void tap_alerts_begin(struct tap_alerts *a)
{
	a->held_count = a->known_count = 0;
}

static bool is_known(const struct tap_alerts *a, uint16_t sequence)
{
	unsigned n = a->known_count < TAP_ALERTS_KNOWN ? a->known_count : TAP_ALERTS_KNOWN;

	for (unsigned i = 0; i < n; i++)
		if (a->known[i] == sequence)
			return true;
	return false;
}

static void know(struct tap_alerts *a, uint16_t sequence)
{
	a->known[a->known_count % TAP_ALERTS_KNOWN] = sequence;
	a->known_count++;
}

static unsigned held_at(const struct tap_alerts *a, uint16_t sequence)
{
	unsigned i = 0;

	while (i < a->held_count && a->held[i].alert.sequence != sequence)
		i++;
	return i;
}

static void let_go(struct tap_alerts *a, unsigned i)
{
	a->held_count--;
	memmove(&a->held[i], &a->held[i + 1], (a->held_count - i) * sizeof(a->held[0]));
}

bool tap_alerts_by_hid(struct tap_alerts *a, const struct wire_alert *alert, int64_t now_ns)
{
	if (is_known(a, alert->sequence) || held_at(a, alert->sequence) < a->held_count)
		return false;
	/* With no place left the stream alone has it, and the gap in the numbers tells if not. */
	if (a->held_count < TAP_ALERTS_HELD) {
		a->held[a->held_count].alert = *alert;
		a->held[a->held_count++].due_ns = now_ns + TAP_ALERTS_HOLD_NS;
	}
	return true;
}

bool tap_alerts_in_stream(struct tap_alerts *a, const struct wire_alert *alert, bool *first)
{
	unsigned i = held_at(a, alert->sequence);

	*first = false;
	if (is_known(a, alert->sequence))
		return false;
	*first = i == a->held_count;
	/* Both ways keep the order: one in front of it that is still held will not come. */
	for (unsigned k = 0; k < a->held_count; k++)
		if ((int16_t)(alert->sequence - a->held[k].alert.sequence) > 0)
			a->held[k].due_ns = INT64_MIN;
	if (!*first)
		let_go(a, i);
	know(a, alert->sequence);
	return true;
}

bool tap_alerts_overdue(struct tap_alerts *a, int64_t now_ns, bool all, struct wire_alert *out)
{
	if (!a->held_count || (!all && now_ns < a->held[0].due_ns))
		return false;
	*out = a->held[0].alert;
	let_go(a, 0);
	know(a, out->sequence);
	return true;
}

int64_t tap_alerts_due(const struct tap_alerts *a)
{
	return a->held_count ? a->held[0].due_ns : INT64_MAX;
}
