/*
 * R5: something where only copper should be. With the far end empty a J state of more than 10 ms is a pull-up inside the
 * cable, an attach is one, and so is any device; b: a device that offers storage, network or a serial port.
 *
 * The line speaks once; each device speaks once, and once more for what it offers.
 */
#include "detect/rules.h"

#define J_MIN_NS INT64_C(10000000)

struct unexpected_state {
	bool line_said;
	bool in_j;
	int64_t j_since_ns;
	uint64_t j_packet;
	bool device_said[MODEL_DEVICES_MAX];
	bool service_said[MODEL_DEVICES_MAX];
};

static void say_line(const struct rule_input *in, struct unexpected_state *s, int64_t ns)
{
	struct finding *f;

	if (s->line_said)
		return;
	s->line_said = true;
	f = rule_emit(in, NULL);
	f->t_ns = s->j_since_ns;
	f->packet = s->j_packet;
	finding_say(f, "the data lines show a device's pull-up for ");
	finding_say_number(f, (double)ns / 1e6, 1);
	finding_say(f, " ms although nothing is plugged in at the far end");
	finding_number(f, "j_ms", (double)ns / 1e6, 1);
}

static void say_attach(const struct rule_input *in, struct unexpected_state *s)
{
	enum usb_speed speed = in->event->bus->line.speed;
	struct finding *f;

	if (s->line_said)
		return;
	s->line_said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "a ");
	finding_say(f, speed == USB_SPEED_LOW    ? "low-speed "
	               : speed == USB_SPEED_FULL ? "full-speed "
	                                         : "");
	finding_say(f, "device attached although nothing is plugged in at the far end");
}

static void line(const struct rule_input *in, struct unexpected_state *s)
{
	const struct usb_bus_event *b = in->event->bus;
	int64_t ns;

	/* Whatever comes next, and ticks too, tells how long the line has stood in J. */
	if (s->in_j && b->t_ns - s->j_since_ns > J_MIN_NS) {
		say_line(in, s, b->t_ns - s->j_since_ns);
		s->in_j = false;
	}
	/* Nobody knows what the line did in a lost span. */
	if (b->kind == RECORD_LOST)
		s->in_j = false;
	if (b->kind != RECORD_LINE)
		return;
	switch (b->line.event) {
	case LINE_J:
		s->j_since_ns = b->t_ns;
		s->j_packet = b->packet;
		s->in_j = true;
		ns = b->line.duration_ns > INT64_MAX ? INT64_MAX : (int64_t)b->line.duration_ns;
		if (ns) {
			s->in_j = false;
			if (ns > J_MIN_NS)
				say_line(in, s, ns);
		}
		break;
	case LINE_ATTACH:
		say_attach(in, s);
		s->in_j = false;
		break;
	case LINE_UNKNOWN:
		break;
	default:
		s->in_j = false;
		break;
	}
}

enum service { SERVICE_NONE, SERVICE_STORAGE, SERVICE_NETWORK, SERVICE_SERIAL };

/* Class codes of usb.org "Defined Class Codes"; CDC 1.2 table 4; RNDIS as Windows and Linux know it. */
static enum service service_of(const struct usb_interface_descriptor *i)
{
	if (i->bInterfaceClass == USB_CLASS_STORAGE)
		return SERVICE_STORAGE;
	if (i->bInterfaceClass == USB_CLASS_CDC) {
		switch (i->bInterfaceSubClass) {
		case 0x02: /* ACM; protocol FF is RNDIS */
			return i->bInterfaceProtocol == 0xff ? SERVICE_NETWORK : SERVICE_SERIAL;
		case 0x01: /* direct line */
			return SERVICE_SERIAL;
		case 0x06: /* Ethernet */
		case 0x0a: /* mobile direct line, of modems */
		case 0x0c: /* Ethernet emulation */
		case 0x0d: /* network control */
		case 0x0e: /* mobile broadband */
			return SERVICE_NETWORK;
		default:
			return SERVICE_NONE;
		}
	}
	if (i->bInterfaceClass == USB_CLASS_WIRELESS && i->bInterfaceSubClass == 1 &&
	    i->bInterfaceProtocol == 3)
		return SERVICE_NETWORK;
	if (i->bInterfaceClass == USB_CLASS_MISCELLANEOUS && i->bInterfaceSubClass == 4)
		return SERVICE_NETWORK;
	return SERVICE_NONE;
}

static void service(const struct rule_input *in, struct unexpected_state *s, unsigned slot)
{
	static const char *const names[] = {
		[SERVICE_NONE] = "",
		[SERVICE_STORAGE] = "a disk",
		[SERVICE_NETWORK] = "a network adapter",
		[SERVICE_SERIAL] = "a serial port",
	};
	const struct model_device *d = in->event->device;
	struct finding *f;

	if (s->service_said[slot] || !d->has_config)
		return;
	for (unsigned i = 0; i < d->config.interfaces; i++) {
		const struct usb_interface_descriptor *x = &d->config.interface[i];
		enum service kind = service_of(x);

		if (!kind)
			continue;
		s->service_said[slot] = true;
		f = rule_emit(in, "b");
		f->name = "unexpected-service";
		finding_say(f, "a device inside the cable offers ");
		finding_say(f, names[kind]);
		finding_integer(f, "interface", x->bInterfaceNumber);
		finding_integer(f, "class", x->bInterfaceClass);
		finding_integer(f, "subclass", x->bInterfaceSubClass);
		return;
	}
}

static void device(const struct rule_input *in, struct unexpected_state *s, unsigned slot)
{
	const struct model_device *d = in->event->device;
	struct finding *f;

	if (in->event->kind == EVENT_DEVICE_SEEN)
		s->device_said[slot] = s->service_said[slot] = false;
	if (!s->device_said[slot]) {
		s->device_said[slot] = true;
		f = rule_emit(in, NULL);
		finding_say(f, "a device answers on the bus although nothing is plugged in at the "
		               "far end: it is inside the cable");
		finding_integer(f, "address", d->address);
	}
	service(in, s, slot);
}

static void match(const struct rule_input *in)
{
	struct unexpected_state *s = in->state;
	unsigned slot = rule_device_slot(in);

	if (in->event->bus)
		line(in, s);
	else if (slot < MODEL_DEVICES_MAX)
		device(in, s, slot);
	else if (in->event->kind == EVENT_END && s->in_j &&
	         in->model->now_ns - s->j_since_ns > J_MIN_NS)
		say_line(in, s, in->model->now_ns - s->j_since_ns);
}

const struct rule rule_unexpected_device = {
	.id = "R5",
	.name = "unexpected-device",
	.summary =
		"far end empty, and yet a pull-up for more than 10 ms or a device; b: with disk, "
		"network or serial port",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_DECISIVE,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_CONFIGURED) | EVENT_BIT(EVENT_LINE) |
                  EVENT_BIT(EVENT_LOST) | EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_END),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct unexpected_state),
	.match = match,
};
