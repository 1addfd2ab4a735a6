/*
 * Traffic of configured devices. In: texts, amounts. Out: calls on the bus. Leaves alone: enumeration (host.c).
 */
#include <math.h>
#include <string.h>

#include "core/bytes.h"
#include "sim/traffic.h"

enum { SECTOR = 512, SECTORS_A_READ = 8 };

static void run_to_the_end(struct bus *b, const struct keyboard_report *reports, size_t count)
{
	if (count)
		bus_run_until(b, reports[count - 1].t_ns + 2 * BUS_FRAME_NS);
}

void traffic_type(struct bus *b, struct bus_device *d, const struct traffic_typing *typing,
                  int64_t start_ns, struct traffic_work *w)
{
	size_t n = us_keystrokes(typing->text, true, w->keys, TRAFFIC_KEYS_MAX);

	n = typist_type(typing->typist, &b->random, w->keys, n, start_ns, w->edges,
	                TRAFFIC_EDGES_MAX);
	n = keyboard_reports(&typing->keyboard, w->edges, n, typing->poll_ns,
	                     b->frame_ns % typing->poll_ns, w->reports, TRAFFIC_EDGES_MAX + 1);
	if (bus_reports(b, d, typing->endpoint, w->reports, n)) {
		run_to_the_end(b, w->reports, n);
		bus_reports(b, d, typing->endpoint, NULL, 0);
	}
}

void traffic_mouse(struct bus *b, struct bus_device *d, uint8_t endpoint, unsigned len,
                   int64_t duration_ns, struct traffic_work *w)
{
	int64_t t = b->now_ns, end = t + duration_ns;
	size_t n = 0;

	while (t < end && n + 2 < TRAFFIC_EDGES_MAX) {
		double direction = random_uniform(&b->random, 0, 6.2831853);
		double bend = random_uniform(&b->random, -0.08, 0.08);
		unsigned steps = 12 + random_below(&b->random, 50);

		for (unsigned i = 0; i < steps && n + 2 < TRAFFIC_EDGES_MAX; i++, t += 8000000) {
			/* A hand speeds up and slows down again. */
			double speed = 14 * sin(3.1415927 * (i + 0.5) / steps);
			int8_t x = (int8_t)lround(speed * cos(direction));
			int8_t y = (int8_t)lround(speed * sin(direction));

			direction += bend;
			w->reports[n++] =
				(struct keyboard_report){.t_ns = t,
			                                 .len = (uint8_t)len,
			                                 .bytes = {0, (uint8_t)x, (uint8_t)y}};
		}
		w->reports[n++] = (struct keyboard_report){
			.t_ns = t + 120000000, .len = (uint8_t)len, .bytes = {1}};
		w->reports[n++] =
			(struct keyboard_report){.t_ns = t + 200000000, .len = (uint8_t)len};
		t += 200000000 + random_below(&b->random, 500) * 1000000ll;
	}
	if (bus_reports(b, d, endpoint, w->reports, n)) {
		run_to_the_end(b, w->reports, n);
		bus_reports(b, d, endpoint, NULL, 0);
	}
}

/* One command: wrapper out, data in, status in. */
static void scsi(struct bus *b, struct bus_device *d, uint32_t tag, const uint8_t *command,
                 uint8_t command_len, const uint8_t *data, uint32_t len)
{
	const struct sim_endpoint *in = sim_device_endpoint(d->model, 0, 0x80);
	const struct sim_endpoint *out = sim_device_endpoint(d->model, 0, 0);
	uint8_t wrapper[31] = {'U', 'S', 'B', 'C'}, status[13] = {'U', 'S', 'B', 'S'};

	if (!in || !out)
		return;
	store_le32(wrapper + 4, tag);
	store_le32(wrapper + 8, len);
	wrapper[12] = 0x80;
	wrapper[14] = command_len;
	memcpy(wrapper + 15, command, command_len);
	store_le32(status + 4, tag);
	bus_transfer(b, d, out->address, wrapper, sizeof(wrapper));
	bus_run_until(b, b->now_ns + 300000);
	bus_transfer(b, d, in->address, data, len);
	bus_transfer(b, d, in->address, status, sizeof(status));
	bus_run_until(b, b->now_ns + 500000 + random_below(&b->random, 400000));
}

void traffic_storage(struct bus *b, struct bus_device *d, unsigned sectors)
{
	static const uint8_t inquiry[6] = {0x12, 0, 0, 0, 36}, ready[10] = {0x25};
	static const uint8_t capacity[8] = {0, 0x3b, 0xff, 0xff, 0, 0, 2, 0};
	uint8_t about[36] = {0, 0x80, 4, 2, 31};
	uint32_t tag = 1;

	memcpy(about + 8, "Generic Mass Storage    1.00", 28);
	scsi(b, d, tag++, inquiry, 6, about, sizeof(about));
	scsi(b, d, tag++, ready, 10, capacity, sizeof(capacity));
	for (unsigned at = 0; at < sectors; at += SECTORS_A_READ) {
		uint8_t data[SECTOR * SECTORS_A_READ];
		uint8_t read[10] = {0x28,          0, 0, 0, (uint8_t)(at >> 8), (uint8_t)at, 0, 0,
		                    SECTORS_A_READ};

		for (size_t i = 0; i < sizeof(data); i += 8)
			store_le64(data + i, random_u64(&b->random));
		scsi(b, d, tag++, read, 10, data, sizeof(data));
	}
}

void traffic_raw(struct bus *b, struct bus_device *d, uint8_t interface, unsigned len,
                 int64_t period_ns, int64_t duration_ns, struct traffic_work *w)
{
	const struct sim_endpoint *in = sim_device_endpoint(d->model, interface, 0x80);
	const struct sim_endpoint *out = sim_device_endpoint(d->model, interface, 0);
	int64_t t = b->now_ns, end = t + duration_ns;
	size_t n = 0;

	for (; t < end && n < TRAFFIC_EDGES_MAX; t += period_ns, n++) {
		w->reports[n] = (struct keyboard_report){.t_ns = t, .len = (uint8_t)len};
		for (unsigned i = 0; i < len; i++)
			w->reports[n].bytes[i] = (uint8_t)random_u64(&b->random);
	}
	if (!in || !bus_reports(b, d, in->address, w->reports, n))
		return;
	for (t = b->now_ns; t < end; t += period_ns) {
		uint8_t data[KEYBOARD_REPORT_MAX];

		for (unsigned i = 0; i < len; i++)
			data[i] = (uint8_t)random_u64(&b->random);
		bus_run_until(b, t);
		if (out)
			bus_transfer(b, d, out->address, data, len);
	}
	run_to_the_end(b, w->reports, n);
	bus_reports(b, d, in->address, NULL, 0);
}
