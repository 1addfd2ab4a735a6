/* Packets into a listener: all step by step, or each as whole as it may be. In: `words` and `count`. Out: the log. */
#ifndef CORDON_FUZZ_PACKET_PLAY_H
#define CORDON_FUZZ_PACKET_PLAY_H

#include "core/line.h"
#include "tests/fuzz/packet_input.h"
#include "tests/fuzz/packet_log.h"

enum { PACKETS = 12, APART = 40000, J_AFTER = 30000 };

static uint32_t words[PACKETS][PACKET_INPUT_WORDS];
static unsigned count[PACKETS];

static void one(struct line *l, unsigned i, uint64_t k, enum wire_lines j, bool whole)
{
	if (!whole || !line_packet(l, k, words[i], count[i])) {
		line_change(l, k, WIRE_SE1 - j);
		line_words(l, words[i], count[i]);
		line_change(l, k + J_AFTER, j);
	} else {
		line_idle(l, k + J_AFTER);
	}
}

static void play(struct packet_log *log, const uint8_t *which, unsigned n, enum wire_lines j,
                 bool whole)
{
	static struct line l;
	uint64_t k = 1000;

	packet_log_init(log);
	line_init(&l, &log->sink);
	line_change(&l, k, j);
	for (unsigned i = 0; i < n; k += APART) {
		struct rx_three t = {.k = k + APART, .after = {APART, 2 * APART}};

		for (unsigned p = 0; whole && p < 3 && i + 3 <= n; p++) {
			t.words[p] = words[which[i + p]];
			t.count[p] = count[which[i + p]];
		}
		if (t.words[0] && line_may_transact(&l) && line_transaction(&l, &t)) {
			line_idle(&l, t.k + 2 * APART + J_AFTER);
			k += 2 * APART;
			i += 3;
		} else {
			one(&l, which[i++], k + APART, j, whole);
		}
	}
	line_time(&l, k + 2 * APART);
	log->counters = l.packets << 16 ^ l.bad_packets;
}

#endif
