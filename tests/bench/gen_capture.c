/*
 * Makes big captures for measuring: usage: gen_capture KIND VIEW PACKETS FILE, KIND keyboard, mixed or bulk, VIEW raw or
 * usbmon. A person types, a mouse moves and a stick is read, over and over, each packet new: nothing is copied.
 * Streams: memory does not grow with PACKETS. The same arguments make the same bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/pcapng_write.h"
#include "sim/host.h"
#include "sim/traffic.h"

static const uint64_t START_NS = 1767225600000000000u;

static const char prose[] =
	"It was late when the last bus left the square. The driver counted the tickets, wrote 37 "
	"into his book and waved to the woman at the kiosk. She waved back; they had done so for "
	"twenty years, and neither had ever asked the other's name.<ENTER>";

/* Data kept of a URB, as with a snap length: else sectors would be all that is measured. */
enum { SNAP = 64 };

enum slot { HUB, KEYBOARD, MOUSE, STICK, SLOTS };

struct kind {
	const char *name;
	bool has[SLOTS];
};

static const struct kind kinds[] = {
	{.name = "keyboard", .has = {[KEYBOARD] = true}},
	{.name = "mixed", .has = {[HUB] = true, [KEYBOARD] = true, [MOUSE] = true, [STICK] = true}},
	{.name = "bulk", .has = {[STICK] = true}},
};

static const char *const models[SLOTS] = {
	[HUB] = "hub", [KEYBOARD] = "scanner", [MOUSE] = "ls_mouse", [STICK] = "usb_storage"};

struct output {
	struct pcapng_writer *w;
	uint64_t written, wanted;
};

static void count(void *context, const struct record *r)
{
	struct output *o = context;

	if (r->kind != RECORD_PACKET && r->kind != RECORD_URB)
		return;
	if (o->written == o->wanted)
		return;
	o->written++;
	if (r->kind == RECORD_URB && r->urb.len > SNAP) {
		struct record cut = *r;

		cut.urb.len = SNAP;
		pcapng_record(o->w, &cut);
		return;
	}
	pcapng_record(o->w, r);
}

struct bench {
	struct bus bus;
	struct sim_device model[SLOTS];
	struct bus_device *device[SLOTS];
	struct traffic_work work;
};

static bool plug_all(struct bench *g, const struct kind *k)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		bool behind = k->has[HUB] && i != HUB;

		if (!k->has[i])
			continue;
		if (!sim_device_load(&g->model[i], sim_device_find(models[i])))
			return false;
		g->device[i] = bus_attach(&g->bus, &g->model[i], behind);
		if (!g->device[i] || !host_enumerate(&g->bus, g->device[i], HOST_LINUX,
		                                     (uint8_t)(3 + i), 300000000, 20000000))
			return false;
	}
	return true;
}

static void traffic(struct bench *g, const struct kind *k, const struct output *o)
{
	struct typist typist;
	struct traffic_typing typing = {.typist = &typist,
	                                .keyboard = {.scans = true},
	                                .endpoint = 0x81,
	                                .text = prose,
	                                .poll_ns = 4000000};

	typist_person(&typist, &g->bus.random);
	while (o->written < o->wanted) {
		if (k->has[KEYBOARD])
			traffic_type(&g->bus, g->device[KEYBOARD], &typing,
			             g->bus.now_ns + 400000000, &g->work);
		if (k->has[MOUSE])
			traffic_mouse(&g->bus, g->device[MOUSE], 0x81, 4, 3000000000, &g->work);
		if (k->has[STICK])
			traffic_storage(&g->bus, g->device[STICK], k->has[KEYBOARD] ? 512 : 4096);
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: gen_capture keyboard|mixed|bulk raw|usbmon PACKETS FILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct pcapng_interface raw[] = {{.link_type = 294}, {.link_type = 293}};
	static const struct pcapng_interface usbmon[] = {{.link_type = 220}};
	struct pcapng_head head = {.start_ns = START_NS, .interfaces = raw, .interface_count = 2};
	struct bus_settings set = {.frames = true, .empty_polls = true};
	struct output out = {0};
	struct record_sink sink = {.context = &out, .record = count};
	const struct kind *k = NULL;
	struct bench *g;
	int failed = 1;

	for (size_t i = 0; argc == 5 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			k = &kinds[i];
	if (!k || (strcmp(argv[2], "raw") && strcmp(argv[2], "usbmon")))
		return usage();
	out.wanted = strtoull(argv[3], NULL, 10);
	if (strcmp(argv[2], "usbmon") == 0) {
		head.interfaces = usbmon;
		head.interface_count = 1;
		set = (struct bus_settings){.view = BUS_URBS, .number = 1};
	}
	g = calloc(1, sizeof(*g));
	if (!g || pcapng_create(&out.w, argv[4], &head)) {
		fprintf(stderr, "gen_capture: cannot write '%s': %s\n", argv[4], strerror(errno));
		free(g);
		return 1;
	}
	bus_init(&g->bus, &sink, &set, 4);
	if (plug_all(g, k)) {
		traffic(g, k, &out);
		failed = 0;
	}
	if (pcapng_close(out.w)) {
		fprintf(stderr, "gen_capture: cannot write '%s': %s\n", argv[4], strerror(errno));
		failed = 1;
	}
	free(g);
	return failed;
}
