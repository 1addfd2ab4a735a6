/* How busy each endpoint is; see load.h. */
#include "core/load.h"

enum {
	BULK_MAX = 1 + 64 +
	           2, /* only isochronous data are longer at full speed. USB 2.0 §5.6.3, §5.8.3 */
	FORGET_AFTER = 8, /* frames */
};

/* Where no SOF is heard, frames go by the clock. */
static const uint64_t FRAME_AT_MOST = WIRE_TICK_HZ / 1000 * 5 / 4;

void load_init(struct load *l)
{
	*l = (struct load){.name = LOAD_NONE};
	for (unsigned i = 0; i < LOAD_ENDPOINTS; i++)
		l->endpoint[i].name = LOAD_NONE;
}

void load_gap(struct load *l)
{
	l->waits = false;
	l->now = NULL;
	l->name = LOAD_NONE;
}

void load_frame(struct load *l, uint64_t tick)
{
	l->frame = tick;
	for (unsigned i = 0; i < LOAD_ENDPOINTS; i++) {
		struct load_endpoint *e = &l->endpoint[i];

		e->before = e->acked;
		e->acked = 0;
		if (e->quiet < FORGET_AFTER)
			e->quiet++;
		else if (!e->count.packets && !e->count.bad)
			e->name = LOAD_NONE;
	}
}

static struct load_endpoint *find(struct load *l, uint16_t name, bool make)
{
	struct load_endpoint *found = NULL;

	/* Endpoint 0 is never cut. */
	if (!(name & 0x780))
		return NULL;
	for (unsigned i = 0; i < LOAD_ENDPOINTS; i++) {
		struct load_endpoint *e = &l->endpoint[(name + i) % LOAD_ENDPOINTS];

		if (e->name == name)
			return e;
		if (e->name == LOAD_NONE && !found)
			found = e;
	}
	if (!make)
		return NULL;
	if (found)
		*found = (struct load_endpoint){.name = name};
	return found;
}

/* Another transaction begins, and nobody has answered the data of the last. */
static void unanswered(struct load *l)
{
	if (l->waits && l->now && l->now->unanswered < 2)
		l->now->unanswered++;
	l->waits = false;
}

static void data(struct load *l, const struct rx_packet *p)
{
	if (l->name == LOAD_NONE)
		return;
	if (!l->now)
		l->now = find(l, l->name, true);
	l->waits = true;
	if (!l->now)
		return;
	l->now->quiet = 0;
	if (p->len_true > BULK_MAX)
		l->now->unanswered = 2;
}

static uint16_t name_of(const struct rx_packet *token)
{
	return (uint16_t)(((token->bytes[1] | token->bytes[2] << 8) & 0x7ff) |
	                  ((token->bytes[0] & 0xf) == USB_PID_IN ? 1 << 11 : 0));
}

bool load_transaction(struct load *l, const struct rx_packet *const packet[3])
{
	struct load_endpoint *e = l->now;
	uint16_t name = name_of(packet[0]);

	if (l->waits || packet[1]->len_true > BULK_MAX ||
	    packet[2]->start - l->frame > FRAME_AT_MOST)
		return false;
	if (!e || e->name != name)
		e = l->now = find(l, name, true);
	l->name = name;
	if (!e)
		return true;
	e->quiet = 0;
	e->unanswered = 0;
	e->acked = (uint8_t)(e->acked + (e->acked < UINT8_MAX));
	return true;
}

void load_packet(struct load *l, const struct rx_packet *p)
{
	unsigned pid = p->bytes[0] & 0xf;
	uint16_t name;

	if (p->start - l->frame > FRAME_AT_MOST)
		load_frame(l, p->start);
	switch (pid) {
	case USB_PID_SOF:
		unanswered(l);
		load_frame(l, p->start);
		l->now = NULL;
		l->name = LOAD_NONE;
		break;
	case USB_PID_IN:
	case USB_PID_OUT:
	case USB_PID_SETUP:
		unanswered(l);
		name = name_of(p);
		if (!l->now || l->now->name != name)
			l->now = find(l, name, false);
		l->name = name;
		break;
	case USB_PID_DATA0:
	case USB_PID_DATA1:
		data(l, p);
		break;
	case USB_PID_ACK:
		if (l->waits && l->now) {
			l->now->unanswered = 0;
			l->now->acked = (uint8_t)(l->now->acked + (l->now->acked < UINT8_MAX));
		}
		l->waits = false;
		break;
	default:
		l->waits = false;
		break;
	}
}
