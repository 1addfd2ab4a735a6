/*
 * A payload on the simulated bus: DuckyScript in the place of what a scenario types. In: actions of the script (ducky.h). Out:
 * reports, waits, a device that goes and comes back as another. Leaves alone: the language.
 *
 * It types in the manner of the event that it stands in for. Hosts answer lock keys; whatever else a script waits for (a
 * button, somebody else's lock key, a network) comes after a while.
 */
#include "sim/play_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEGMENT_MAX = 256, /* keystrokes on the way at a time */
	CONFIG_MAX = 512,  /* hex digits of a configuration that is put together */
	TEXT_MAX = 64,
	MOUSE_STEP = 100,
	STEPS_MAX = 64,
};

struct play_payload {
	struct ducky *ducky;
	struct ducky_action next; /* taken, and not done yet */
	bool has_next, over;
	uint8_t leds;
	uint64_t left_out; /* characters, told so far */
	struct keystroke held[DUCKY_KEYS_MAX];
	unsigned held_count;
	struct typist typist;
	/* The device as the script made it. */
	struct device_text text;
	char device[2 * 18 + 1], config[CONFIG_MAX], string[3][TEXT_MAX];
};

static enum ducky_os os_of(enum host_kind host)
{
	static const enum ducky_os os[HOST_KINDS] = {
		[HOST_WINDOWS] = DUCKY_OS_WINDOWS,
		[HOST_LINUX] = DUCKY_OS_LINUX,
		[HOST_MACOS] = DUCKY_OS_MACOS,
		[HOST_ANDROID] = DUCKY_OS_ANDROID,
	};

	return os[host];
}

/* The next action, which stays until take() is called again with `done`. False: there is none. */
static bool look(struct play *p, struct play_payload *x)
{
	enum ducky_result result;

	if (x->has_next)
		return true;
	if (x->over)
		return false;
	result = ducky_next(x->ducky, &x->next);
	x->has_next = result == DUCKY_OK;
	x->over = !x->has_next;
	if (x->over && result != DUCKY_DONE && p->watch.payload)
		p->watch.payload(p->watch.context, ducky_message(x->ducky));
	return x->has_next;
}

bool play_payload_new(struct play *p)
{
	const struct scenario_payload *from = p->plan->payload;
	int device = p->s->usb[p->plan->payload_item].device.item;
	enum host_kind host = play_host(p, p->s->usb[device].host);
	const struct ducky_settings set = {
		.name = from->name,
		.layout = from->layout,
		.os = os_of(host),
		.requests = host_configuration_requests(host),
		.leds = DUCKY_NUM,
		.leds_follow = true,
		.present = true,
		.seed = p->plan->seed,
	};
	char message[DUCKY_MESSAGE_MAX];

	p->payload = calloc(1, sizeof(*p->payload));
	if (!p->payload)
		return false;
	p->payload->leds = DUCKY_NUM;
	p->payload->ducky = ducky_new(from->text, from->len, &set, message);
	return p->payload->ducky != NULL;
}

void play_payload_free(struct play *p)
{
	if (p->payload)
		ducky_free(p->payload->ducky);
	free(p->payload);
}

static void keep(char out[TEXT_MAX], const struct ducky_text *t)
{
	snprintf(out, TEXT_MAX, "%.*s", (int)(t->len < TEXT_MAX ? t->len : TEXT_MAX - 1), t->at);
}

/* A storage interface behind those of `config`: number, two bulk endpoints. USB Mass Storage BOT 1.0 §4 */
static void add_storage(struct play_payload *x, const char *config)
{
	size_t len = strlen(config);
	unsigned interfaces = 0;
	char hex[9];

	if (len + 46 >= CONFIG_MAX || sscanf(config + 8, "%2x", &interfaces) != 1)
		return;
	snprintf(x->config, CONFIG_MAX,
	         "%s0904%02x000208065000"
	         "07058f0240000007050f02400000",
	         config, interfaces & 0xff);
	/* wTotalLength, then bNumInterfaces. USB 2.0 §9.6.3 */
	len = strlen(x->config) / 2;
	snprintf(hex, sizeof(hex), "%02x%02x", (unsigned)(len & 0xff), (unsigned)(len >> 8 & 0xff));
	memcpy(x->config + 4, hex, 4);
	snprintf(hex, sizeof(hex), "%02x", (interfaces + 1) & 0xff);
	memcpy(x->config + 8, hex, 2);
	x->text.config = x->config;
	/* Low speed has no bulk endpoints. USB 2.0 §5.8.3 */
	x->text.speed = USB_SPEED_FULL;
}

/* What the device is from here on. */
static void become(struct play_payload *x, const struct ducky_mode *mode,
                   const struct device_text *written)
{
	const struct ducky_text *const texts[3] = {&mode->manufacturer, &mode->product,
	                                           &mode->serial};
	const struct device_text *base = mode->hid ? written : sim_device_find("usb_storage");
	char id[9];

	x->text = *base;
	snprintf(x->device, sizeof(x->device), "%s", base->device);
	if (mode->hid && mode->storage)
		add_storage(x, base->config);
	if (mode->named) {
		snprintf(id, sizeof(id), "%02x%02x%02x%02x", mode->vid & 0xff, mode->vid >> 8,
		         mode->pid & 0xff, mode->pid >> 8);
		memcpy(x->device + 16, id, 8);
	}
	for (unsigned i = 0; i < 3; i++) {
		if (!texts[i]->len)
			continue;
		keep(x->string[i], texts[i]);
		x->text.string[i + 1] = x->string[i];
		/* iManufacturer, iProduct, iSerialNumber. Table 9-8 */
		x->device[28 + 2 * i] = '0';
		x->device[29 + 2 * i] = (char)('1' + i);
	}
	x->text.device = x->device;
}

const struct device_text *play_payload_device(struct play *p, int item,
                                              const struct device_text *written)
{
	struct play_payload *x = p->payload;

	if (!x || item != p->s->usb[p->plan->payload_item].device.item || !look(p, x) ||
	    x->next.act != DUCKY_MODE || !(x->next.mode.hid || x->next.mode.storage))
		return written;
	become(x, &x->next.mode, written);
	x->has_next = false;
	return &x->text;
}

/* Goes and comes back: off the bus for a moment, attached, asked anew. */
static void change(struct play *p, struct play_activity *a, const struct ducky_mode *mode)
{
	struct play_payload *x = p->payload;
	int item = p->s->usb[a->item].device.item;
	const struct scenario_event *e = &p->s->usb[item];
	struct bus_device *d = NULL;
	struct sim_device *model = NULL;
	uint8_t endpoint;

	play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	a->pipe = NULL;
	if (!mode->hid && !mode->storage)
		return;
	become(x, mode, e->descriptors);
	bus_run_until(&p->bus, p->bus.now_ns + play_ns(random_uniform(&a->random, 150, 900)));
	for (unsigned i = 0; i < BUS_DEVICES_MAX && !model; i++)
		if (!p->bus.device[i].present)
			model = &p->model[i];
	if (model && sim_device_load(model, &x->text))
		d = bus_attach(&p->bus, model, false);
	if (!d)
		return;
	p->device_of[item] = d;
	host_enumerate(&p->bus, d, play_host(p, e->host), p->address,
	               play_ns(random_uniform(&a->random, 300, 400)), PLAY_MS(50));
	if (p->watch.device)
		p->watch.device(p->watch.context, item, model, p->address, p->bus.now_ns);
	p->address = (uint8_t)(p->address % 126 + 1);
	keys_init(&a->keys);
	if (play_keyboard_of(model, a->hid, &a->keyboard, &endpoint))
		a->pipe = bus_pipe(&p->bus, d, endpoint);
}

/* What is held down stands at the beginning of whatever is typed meanwhile. */
static size_t hold_edges(const struct play_payload *x, int64_t t_ns, struct key_edge *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < x->held_count; i++) {
		for (unsigned bit = 0; bit < 8; bit++)
			if (x->held[i].modifiers >> bit & 1)
				out[n++] = (struct key_edge){t_ns, 0, (uint8_t)(KEY_MODIFIER + bit),
				                             true};
		if (x->held[i].usage)
			out[n++] = (struct key_edge){t_ns, 0, x->held[i].usage, true};
	}
	return n;
}

/* The host's answer to lock keys of this segment. */
static bool locks_of(const struct keystroke *k, uint8_t *leds)
{
	static const struct {
		uint8_t usage, led;
	} locks[] = {
		{KEY_CAPS_LOCK, DUCKY_CAPS},
		{0x53, DUCKY_NUM},
		{0x47, DUCKY_SCROLL},
	};

	for (unsigned i = 0; i < 3; i++)
		if (k->usage == locks[i].usage) {
			*leds ^= locks[i].led;
			return true;
		}
	return false;
}

/* Keystrokes up to the next action of another kind. */
static void type_segment(struct play *p, struct play_activity *a)
{
	struct play_payload *x = p->payload;
	struct traffic_work *w = a->work;
	uint8_t held = x->next.held, leds = x->leds;
	size_t n = 0, count, kept;
	bool lock = false;

	while (n < SEGMENT_MAX && !lock && look(p, x) && x->next.act == DUCKY_STROKE &&
	       x->next.held == held) {
		w->keys[n++] = x->next.stroke;
		lock = locks_of(&x->next.stroke, &leds);
		x->has_next = false;
	}
	kept = hold_edges(x, p->bus.now_ns, w->edges);
	count = kept + typist_type(&x->typist, &a->random, w->keys, n, p->bus.now_ns,
	                           w->edges + kept, TRAFFIC_EDGES_MAX - kept);
	/* Modifiers that are held stay down. */
	for (size_t i = kept; i < count; i++) {
		const struct key_edge *e = &w->edges[i];

		if (e->usage < KEY_MODIFIER || !(held >> (e->usage & 7) & 1))
			w->edges[kept++] = *e;
	}
	if (a->pipe)
		play_send_edges(p, a, kept);
	a->next_ns += PLAY_MS(8);
	if (lock && a->pipe) {
		bus_run_until(&p->bus, a->next_ns);
		host_leds(&p->bus, a->pipe->device, leds);
	}
	x->leds = leds;
}

static void press(struct play *p, struct play_activity *a, bool down)
{
	struct play_payload *x = p->payload;
	const struct keystroke *k = &x->next.stroke;
	size_t n;

	for (unsigned i = 0; !down && i < x->held_count; i++)
		if (x->held[i].usage == k->usage && x->held[i].modifiers == k->modifiers)
			x->held[i--] = x->held[--x->held_count];
	if (down && x->held_count < DUCKY_KEYS_MAX)
		x->held[x->held_count++] = *k;
	n = hold_edges(x, p->bus.now_ns, a->work->edges);
	a->keyboard.null_first = n == 0;
	if (!n)
		a->work->edges[n++] = (struct key_edge){.t_ns = p->bus.now_ns};
	if (a->pipe)
		play_send_edges(p, a, n);
	a->keyboard.null_first = false;
	a->next_ns += PLAY_MS(8);
}

static void left_out(struct play *p, enum play_left_out what, uint64_t n)
{
	if (n && p->watch.left_out)
		p->watch.left_out(p->watch.context, what, n);
}

/* One report, and its poll. */
static void say(struct play *p, struct play_activity *a, struct bus_pipe *pipe)
{
	a->one.t_ns = p->bus.now_ns;
	bus_reports(&p->bus, pipe->device, pipe->endpoint, &a->one, 1);
	bus_run_until(&p->bus, p->bus.now_ns + (int64_t)pipe->every * BUS_FRAME_NS);
}

/* As much of it as one report can carry. */
static int step(int *rest, int most)
{
	int now = *rest > most ? most : *rest < -most ? -most : *rest;

	*rest -= now;
	return now;
}

/* A movement in steps that a report can carry; a click is down and up. */
static void point(struct play *p, struct play_activity *a, const struct ducky_mouse *m)
{
	struct bus_device *d = play_device(p, p->s->usb[a->item].device.item);
	struct hid_descriptor hid;
	struct bus_pipe *pipe = d ? play_mouse_pipe(p, d, &hid) : NULL;
	bool wheel = m->act == DUCKY_MOUSE_SCROLL;
	int x = m->x, y = wheel ? 0 : m->y, turns = wheel ? m->y : 0;
	unsigned buttons = m->act == DUCKY_MOUSE_CLICK && m->button ? 1u << (m->button - 1) : 0;

	if (!pipe) {
		left_out(p, PLAY_LEFT_OUT_MOUSE, 1);
		return;
	}
	if (m->act == DUCKY_MOUSE_JIGGLE)
		x = m->button ? 2 : -2;
	for (unsigned i = 0; i < STEPS_MAX && (i == 0 || x || y || turns || buttons); i++) {
		const struct play_motion now = {
			.x = step(&x, MOUSE_STEP),
			.y = step(&y, MOUSE_STEP),
			.wheel = step(&turns, MOUSE_STEP),
			.buttons = i ? 0 : buttons,
		};

		if (!play_motion(&hid, &now, &a->one))
			return;
		say(p, a, pipe);
		if (i)
			buttons = 0;
	}
	bus_reports(&p->bus, d, pipe->endpoint, NULL, 0);
}

/* A key such as volume up is pressed and let go, where the device has it. */
static void control(struct play *p, struct play_activity *a, uint16_t usage)
{
	struct bus_device *d = play_device(p, p->s->usb[a->item].device.item);
	struct hid_descriptor hid;
	struct bus_pipe *pipe = d ? play_consumer_pipe(p, d, usage, &hid) : NULL;

	if (!pipe) {
		left_out(p, PLAY_LEFT_OUT_CONTROL, 1);
		return;
	}
	for (unsigned up = 0; up < 2 && play_consumer(&hid, usage, !up, &a->one); up++)
		say(p, a, pipe);
	bus_reports(&p->bus, d, pipe->endpoint, NULL, 0);
}

/* It comes after a while. Lock keys are pressed on somebody's own keyboard, and the host tells all of them. */
static void wait_for(struct play *p, struct play_activity *a, const struct ducky_action *w)
{
	struct play_payload *x = p->payload;

	a->next_ns = p->bus.now_ns + play_ns(random_uniform(&a->random, 1000, 4000));
	bus_run_until(&p->bus, a->next_ns);
	if (w->wait == DUCKY_WAIT_BUTTON)
		ducky_button(x->ducky);
	if (w->wait == DUCKY_WAIT_STORAGE_ACTIVE || w->wait == DUCKY_WAIT_STORAGE_IDLE)
		ducky_storage(x->ducky, w->wait == DUCKY_WAIT_STORAGE_ACTIVE);
	if (w->wait > DUCKY_WAIT_LEDS_CHANGE || w->wait < DUCKY_WAIT_LEDS_ON)
		return;
	x->leds = w->wait == DUCKY_WAIT_LEDS_ON    ? x->leds | w->leds
	          : w->wait == DUCKY_WAIT_LEDS_OFF ? x->leds & (uint8_t)~w->leds
	                                           : x->leds ^ w->leds;
	if (a->pipe)
		host_leds(&p->bus, a->pipe->device, x->leds);
	ducky_leds(x->ducky, x->leds);
}

static bool payload_on(struct play *p, struct play_activity *a)
{
	struct play_payload *x = p->payload;
	bool more;

	a->next_ns = p->bus.now_ns;
	more = look(p, x);
	left_out(p, PLAY_LEFT_OUT_CHARACTER, ducky_left_out(x->ducky) - x->left_out);
	x->left_out = ducky_left_out(x->ducky);
	if (!more)
		return false;
	switch (x->next.act) {
	case DUCKY_STROKE:
		type_segment(p, a);
		return true;
	case DUCKY_DOWN:
	case DUCKY_UP:
		press(p, a, x->next.act == DUCKY_DOWN);
		break;
	case DUCKY_DELAY:
		a->next_ns += PLAY_MS(1) * x->next.ms;
		break;
	case DUCKY_WAIT:
		wait_for(p, a, &x->next);
		break;
	case DUCKY_MODE:
		change(p, a, &x->next.mode);
		break;
	case DUCKY_MOUSE:
		point(p, a, &x->next.mouse);
		break;
	case DUCKY_MEDIA:
		control(p, a, x->next.value);
		break;
	default: /* its own light, its own memory: nothing on the bus */
		break;
	}
	x->has_next = false;
	if (a->next_ns <= p->bus.now_ns)
		a->next_ns = p->bus.now_ns + PLAY_MS(1);
	return true;
}

void play_payload(struct play *p, int item, const struct scenario_event *e)
{
	struct play_activity *a;

	/* It runs once; where a scenario types again, nothing is left to type. */
	if (item != p->plan->payload_item || !p->payload) {
		play_done(p, item, p->bus.now_ns);
		return;
	}
	a = play_keyboard_activity(p, item, payload_on);
	if (!a)
		return;
	play_machine(&e->typing, &p->payload->typist, &a->random);
	p->payload->typist.errors_per_key = 0;
	a->keyboard.null_first = false;
	a->next_ns = p->bus.now_ns;
}
