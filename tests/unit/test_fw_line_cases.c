/*
 * The emulator's cases on the PC: the same waveforms through the same PIO programs and the same decoder, folding included, in
 * milliseconds. What comes out is compared with what went in, record by record.
 */
#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/reporter.h"
#include "tests/wave/case.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;
enum {
	STAMP_LIMIT = 12, /* ticks: 100 ns */
	EVENT_LIMIT = 24, /* of the end of an EOP too */
	REST = 600000,    /* cycles behind the wave */
	FOLD_KINDS = WIRE_FOLD_KEEPALIVE + 1,
};

static struct listener listener;
static struct wave_case sent;
static struct heard heard;

static int set_up(void **state)
{
	(void)state;
	sent = (struct wave_case){0};
	heard_init(&heard);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	wave_case_release(&sent);
	heard_release(&heard);
	return 0;
}

static double tick_of(double ps)
{
	return (ps - sent.phase) / CYCLE;
}

static void play(const char *name, uint32_t seed, const struct wave_limits *limits,
                 const struct line_sink *to)
{
	tear_down(NULL);
	heard_init(&heard);
	if (!wave_case(&sent, name, seed, limits))
		fail_msg("there is no case %s", name);
	listener_init(&listener, to);
	/* Word by word, and with whole packets. */
	listener.batch = seed & 1;
	listener_play(&listener, &sent.wave, sent.phase, REST);
}

static size_t first_settled(void)
{
	size_t i = 0;

	while (i < heard.packets && (double)heard.packet[i].ps < tick_of((double)sent.settled))
		i++;
	return i;
}

/* `folded`: whether those that the tap counts are told one by one. */
static void assert_packets(const char *name, bool folded)
{
	/* The sender's own jitter and skew move its first edge too. */
	double limit = STAMP_LIMIT + (sent.wave.jitter_next / 2 + fabs(sent.wave.skew)) / CYCLE;
	size_t k = first_settled();

	for (size_t i = 0; i < sent.sent.packets; i++) {
		const struct heard_packet *s = &sent.sent.packet[i], *h = &heard.packet[k];

		if (s->folded && !folded)
			continue;
		if (k++ == heard.packets)
			fail_msg("%s: packet %zu and what follows it was not heard", name, i);
		if (h->flags != s->flags || h->len != s->len || h->speed != s->speed ||
		    memcmp(h->bytes, s->bytes, s->len < PACKET_RX_MAX ? s->len : PACKET_RX_MAX))
			fail_msg("%s: packet %zu: flags %x, %d bytes", name, i, h->flags, h->len);
		if (fabs((double)h->ps - tick_of((double)s->ps)) > limit)
			fail_msg("%s: packet %zu is %.1f ticks off", name, i,
			         (double)h->ps - tick_of((double)s->ps));
	}
	assert_int_equal(k, heard.packets);
}

/* Keep-alives are counted; after noise any speed may have been found. */
static bool is_told(const struct heard_event *e)
{
	if (e->event == WIRE_KEEPALIVE || (double)e->tick < tick_of((double)sent.settled))
		return false;
	return e->event != WIRE_SPEED || !sent.settled;
}

/* The sampler gives a K up after some bits of J behind it: a gate may be so much longer than what it hides. */
static bool is_duration(const struct heard_event *h, double ticks)
{
	double later = h->event == WIRE_GATE ? 32 * wave_bit(&sent.wave) / CYCLE : 0;

	return (double)h->duration > ticks - EVENT_LIMIT &&
	       (double)h->duration < ticks + later + EVENT_LIMIT;
}

static void assert_events(const char *name)
{
	size_t k = 0;

	for (size_t i = 0; i < heard.events; i++) {
		const struct heard_event *h = &heard.event[i], *s = &sent.sent.event[k];

		if (!is_told(h))
			continue;
		if (k++ == sent.sent.events || h->event != s->event)
			fail_msg("%s: event %zu is a %d", name, k - 1, h->event);
		if (fabs((double)h->tick - tick_of((double)s->tick)) > EVENT_LIMIT)
			fail_msg("%s: event %zu, a %d, is %.1f ticks off", name, k - 1, h->event,
			         (double)h->tick - tick_of((double)s->tick));
		if (!is_duration(h, (double)s->duration / CYCLE))
			fail_msg("%s: event %zu, a %d, lasts %.1f ticks", name, k - 1, h->event,
			         (double)h->duration);
	}
	assert_int_equal(k, sent.sent.events);
}

static void assert_text(const char *name)
{
	char got[100] = "";

	if (!sent.text)
		return;
	heard_uart(&heard, sent.text_wire, sent.text_baud, got, sizeof(got) - 1);
	if (strcmp(got, sent.text))
		fail_msg("%s: read '%s'", name, got);
}

/* No noise is like another. */
static uint32_t seeds_of(const char *name)
{
	return strcmp(name, "noise") ? 2 : 25;
}

/* Each case at each speed that it has, with several seeds. */
static void each_case(void (*judge)(const char *name, uint32_t seed))
{
	const char *name;
	unsigned speeds;

	for (size_t n = 0; (name = wave_case_name(n, &speeds)); n++)
		for (unsigned low = 0; low < 2; low++)
			for (uint32_t seed = 1; speeds >> low & 1 && seed <= seeds_of(name);
			     seed++) {
				char full_name[40] = "low-";

				strcpy(full_name + 4, name);
				judge(full_name + (low ? 0 : 4), seed);
			}
}

static void judge_line(const char *name, uint32_t seed)
{
	unsigned keepalives = 0;

	play(name, seed, NULL, &heard.sink);
	assert_packets(name, true);
	assert_events(name);
	assert_text(name);
	for (unsigned i = 0; i < sent.folds; i++)
		if (sent.fold[i].what == WIRE_FOLD_KEEPALIVE)
			keepalives += sent.fold[i].count;
	if (!sent.settled)
		assert_int_equal(heard_count(&heard, WIRE_KEEPALIVE), keepalives);
	assert_true(sent.settled || !listener.line.stray_words);
}

static void each_case_is_heard(void **state)
{
	(void)state;
	each_case(judge_line);
}

/* The whole way to the PC: folded, in blocks, and read again. Fetched at once, so that nothing has to be cut. */
static struct {
	struct reporter reporter;
	struct upstream up;
	struct line_sink sink;
	struct wire_reader reader;
	struct wire_fold fold[WAVE_CASE_FOLDS];
	unsigned folds;
	uint64_t flushed;
} way;

static struct wire_fold *sum_of(const struct wire_fold *f)
{
	for (unsigned i = 0; i < way.folds; i++)
		if (way.fold[i].what == f->what && way.fold[i].address == f->address &&
		    way.fold[i].endpoint == f->endpoint)
			return &way.fold[i];
	assert_true(way.folds < WAVE_CASE_FOLDS);
	way.fold[way.folds] = *f;
	way.fold[way.folds].count = 0;
	return &way.fold[way.folds++];
}

static void on_fold(const struct wire_record *rec)
{
	struct wire_fold f, *sum;

	assert_true(wire_fold_get(&f, rec->body, rec->len));
	if (f.what == WIRE_FOLD_SOF)
		assert_int_equal((f.last - f.first) & 0x7ff, f.count - 1);
	sum = sum_of(&f);
	sum->count += f.count;
	sum->last = f.last;
}

static void on_record(void *context, const struct wire_record *rec)
{
	struct wire_packet p;
	struct wire_line e;
	enum wire_lines lines;
	uint64_t delta, tick = rec->tick;

	(void)context;
	switch (rec->kind) {
	case WIRE_PACKET:
		assert_true(wire_packet_get(&p, rec->body, rec->len));
		heard_expect(&heard, (int64_t)rec->tick, p.speed, rec->body + WIRE_PACKET_HEAD,
		             rec->len - WIRE_PACKET_HEAD);
		heard.packet[heard.packets - 1].flags = p.flags & (uint8_t)~WIRE_CUT;
		heard.packet[heard.packets - 1].len = p.len_true;
		assert_int_equal(!(p.flags & WIRE_CUT), p.len_true == rec->len - WIRE_PACKET_HEAD);
		break;
	case WIRE_LINE:
		assert_true(wire_line_get(&e, rec->body, rec->len));
		heard.sink.event(&heard, e.event, rec->tick, e.duration);
		break;
	case WIRE_EDGES:
		for (size_t at = 0, n; at < rec->len; at += n) {
			n = wire_edge_get(rec->body + at, rec->len - at, &delta, &lines);
			assert_true(n);
			tick += delta;
			heard.sink.edge(&heard, tick, lines);
		}
		break;
	case WIRE_FOLD:
		on_fold(rec);
		break;
	default:
		fail_msg("a record of kind %x", rec->kind);
	}
}

static void fetch(void)
{
	const struct wire_sink to = {.record = on_record};
	uint8_t buf[64];

	for (size_t n; (n = upstream_fetch(&way.up, buf, sizeof(buf)));)
		wire_reader_push(&way.reader, buf, n, &to);
}

static void each_millisecond(uint64_t tick)
{
	if (tick - way.flushed < WIRE_TICK_HZ / 1000)
		return;
	way.flushed = tick;
	reporter_flush(&way.reporter);
	upstream_flush(&way.up);
	fetch();
}

static void on_packet(void *context, const struct rx_packet *p)
{
	way.reporter.sink.packet(context, p);
	each_millisecond(p->start);
}

static void on_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	way.reporter.sink.event(context, event, tick, duration);
	each_millisecond(tick);
}

static void on_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	way.reporter.sink.edge(context, tick, lines);
	each_millisecond(tick);
}

static void no_speed(enum usb_speed speed)
{
	(void)speed;
}

static void judge_way(const char *name, uint32_t seed)
{
	memset(&way, 0, sizeof(way));
	upstream_init(&way.up);
	reporter_init(&way.reporter, &way.up, no_speed);
	wire_reader_init(&way.reader);
	way.reporter.capturing = true;
	way.sink = way.reporter.sink;
	way.sink.packet = on_packet;
	way.sink.event = on_event;
	way.sink.edge = on_edge;
	play(name, seed, NULL, &way.sink);
	reporter_flush(&way.reporter);
	for (int i = 0; i < 2; i++) {
		upstream_flush(&way.up);
		fetch();
	}
	assert_int_equal(way.reader.bad_blocks + way.reader.bad_records, 0);
	assert_packets(name, false);
	assert_events(name);
	assert_text(name);
	if (sent.settled)
		return;
	assert_int_equal(way.folds, sent.folds);
	for (unsigned i = 0; i < sent.folds; i++) {
		const struct wire_fold *f = sum_of(&sent.fold[i]);

		if (f->count != sent.fold[i].count || f->first != sent.fold[i].first ||
		    f->last != sent.fold[i].last)
			fail_msg("%s: %u of kind %d counted, frames %d to %d", name, f->count,
			         f->what, f->first, f->last);
	}
}

static void each_case_is_told(void **state)
{
	(void)state;
	each_case(judge_way);
}

/* Corners of USB 2.0 §7.1.11 and §7.1.13, with two cycles of skew: TJR1 and TJR2 of table 7-9; TUJR1 and TUJR2 of 7-10. */
static void limits_are_borne(void **state)
{
	static const struct wave_limits full[] = {{2500, 18.5, 9, 2},
	                                          {-2500, 18.5, 9, -2},
	                                          {2500, 18.5, 9, -2},
	                                          {-2500, 18.5, 9, 2}},
					low[] = {{15000, 18.5, 9, 2},
	                                         {-15000, 18.5, 9, -2},
	                                         {15000, 152, 152, -2},
	                                         {-15000, 152, 152, 2}};

	(void)state;
	for (uint32_t seed = 1; seed <= 40; seed++) {
		play("limits", seed, &full[seed % 4], &heard.sink);
		assert_packets("limits", true);
		play("low-limits", seed, &low[seed % 4], &heard.sink);
		assert_packets("low-limits", true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_case_is_heard, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_case_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_are_borne, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
