/*
 * How far the listener goes: packets lost or damaged, by clock error, jitter and skew. In: nothing. Out: a table on stdout.
 * The waveforms have random data, random sampling phase, and each case its own seed, so that the table repeats itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/wave/heard.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;

struct tally {
	unsigned packets, bad;
	double early, late; /* of stamps, ticks */
};

static void note(struct heard *sent, struct wave *w, const uint8_t *p, size_t n, double idle)
{
	heard_expect(sent, wave_packet(w, p, n, idle), w->speed, p, n);
}

static void compare(struct tally *t, const struct heard *sent, const struct heard *heard)
{
	size_t k = 0;

	for (size_t i = 0; i < sent->packets; i++) {
		const struct heard_packet *s = &sent->packet[i];
		double at = (double)s->ps / CYCLE, off = 0;
		bool found = false;

		t->packets++;
		while (k < heard->packets && (double)heard->packet[k].ps < at - 60)
			k++;
		if (k < heard->packets && (double)heard->packet[k].ps < at + 60) {
			off = (double)heard->packet[k].ps - at;
			found = !heard->packet[k].flags && heard->packet[k].len == s->len &&
			        !memcmp(heard->packet[k].bytes, s->bytes, s->len);
		}
		if (!found)
			t->bad++;
		if (off < t->early)
			t->early = off;
		if (off > t->late)
			t->late = off;
	}
}

static struct tally run(enum usb_speed speed, double ppm, double next, double pair,
                        double skew_cycles, unsigned runs)
{
	struct tally t = {0};

	for (unsigned r = 0; r < runs; r++) {
		struct heard sent, heard;
		struct listener *l = malloc(sizeof(*l));
		struct wave w;
		uint8_t p[80], payload[64];

		if (!l)
			abort();
		heard_init(&sent);
		heard_init(&heard);
		listener_init(l, &heard.sink);
		wave_init(&w, speed, r * 7919 + 13);
		w.ppm = ppm;
		w.jitter_next = next;
		w.jitter_pair = pair;
		w.skew = (r & 1 ? skew_cycles : -skew_cycles) * CYCLE;
		wave_wait(&w, 5e6);
		wave_lines(&w, wave_j(&w));
		wave_wait(&w, 20e6);
		for (unsigned i = 0; i < 20; i++) {
			size_t len = speed == USB_SPEED_LOW ? 8 : 64;

			for (size_t k = 0; k < len; k++)
				payload[k] = i % 4 ? (uint8_t)(wave_random(&w) >> 9) : 0xff;
			note(&sent, &w, p, wave_token(p, USB_PID_IN, i, 1), 3);
			note(&sent, &w, p, wave_data(p, USB_PID_DATA0, payload, len), 3);
			note(&sent, &w, p, wave_handshake(p, USB_PID_ACK), 5);
		}
		listener_play(l, &w, (wave_random(&w) & 0xffff) / 65536.0 * CYCLE, 5000);
		compare(&t, &sent, &heard);
		wave_release(&w);
		heard_release(&sent);
		heard_release(&heard);
		free(l);
	}
	return t;
}

static void row(enum usb_speed speed, double ppm, double next, double pair, double skew,
                unsigned runs)
{
	struct tally t = run(speed, ppm, next, pair, skew, runs);

	printf("%-4s %+7.0f ppm  %6.1f ns  %6.1f ns  %3.1f  %5u of %5u  %+5.1f to %+5.1f\n",
	       speed == USB_SPEED_LOW ? "low" : "full", ppm, next / 1000, pair / 1000, skew, t.bad,
	       t.packets, t.early, t.late);
}

int main(int argc, char **argv)
{
	unsigned runs = argc > 1 ? (unsigned)atoi(argv[1]) : 40;
	static const double full_ppm[] = {0, 2500, 5000, 10000, 15000, 20000};
	static const double full_jitter[] = {9000, 15000, 18500, 20000, 22000, 25000};
	static const double low_ppm[] = {0, 15000, 20000, 25000, 30000};
	static const double low_jitter[] = {75000, 152000, 200000, 250000};

	printf("speed clock       to next    to 2nd    skew       failed  stamp off by ticks\n");
	for (size_t i = 0; i < 6; i++)
		for (int s = -1; s <= 1; s += 2)
			row(USB_SPEED_FULL, s * full_ppm[i], 0, 0, 0, runs);
	for (size_t i = 0; i < 6; i++)
		for (int skew = 0; skew <= 3; skew++)
			row(USB_SPEED_FULL, i & 1 ? 2500 : -2500, full_jitter[i], 9000, skew, runs);
	for (size_t i = 0; i < 5; i++)
		for (int s = -1; s <= 1; s += 2)
			row(USB_SPEED_LOW, s * low_ppm[i], 0, 0, 0, runs);
	for (size_t i = 0; i < 4; i++)
		for (int skew = 0; skew <= 2; skew += 2)
			row(USB_SPEED_LOW, i & 1 ? 15000 : -15000, low_jitter[i],
			    low_jitter[i] * 0.6, skew, runs);
	return 0;
}
