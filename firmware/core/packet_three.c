/*
 * A token, data and an ACK: of a bus that is full nearly all packets are among such three. In: their words. Out: the packets, where all is
 * as it should be; the steps for anything else are in packet_rx.c, which gives the same. USB 2.0 §8.5.1
 */
#include "core/packet_plain.h"
#include "core/crc.h"

static struct rx_short *find(struct rx *rx, unsigned which, const uint32_t *words, unsigned count)
{
	struct rx_short *k = rx->last[which];

	if (packet_is_known(k, words, count))
		return k;
	k = packet_known(rx, words, count);
	if (k)
		rx->last[which] = k;
	return k;
}

/* `bits` of data and checksum, in words from `at` on. */
static bool sum_is_good(const uint32_t *at, unsigned bits)
{
	const uint32_t *end = at + bits / 32;
	struct crc16_words c = {0, 0};
	unsigned rest = bits / 8 & 3;

	if (at < end) {
		c.rest = c.all = *at ^ 0xffff;
		crc16_take_words(&c, at + 1, end);
	}
	if (rest)
		crc16_word(&c, (*end & ~(~0u << 8 * rest)) ^ (bits < 32 ? 0xffff : 0));
	return crc16_words_good(&c, -rest & 3);
}

/* To rx->store. Returns how many bits came behind the PID, negative where anything is not as it should be. */
static int unstuff(struct rx *rx, const uint32_t *words, unsigned count)
{
	uint32_t head = rx->speed == USB_SPEED_LOW ? ~words[0] : words[0];
	uint32_t pid = head == PACKET_HEAD_DATA0 ? 0xc3 : 0x4b;
	struct packet_packing p;
	int bits;

	if ((head != PACKET_HEAD_DATA0 && head != PACKET_HEAD_DATA1) || count < 2 ||
	    count > 2 + 2 * RX_PAIRS)
		return -1;
	/* Both PIDs end with K, which is 0. */
	packet_packing_begin(&p, pid, 0);
	bits = packet_unpack(rx, words + 1, count - 1, &p);
	/* A hub may stretch the last bit into one too many. USB 2.0 §7.1.9.1 */
	if ((bits & 7) > 1 || p.bad & 0x80 || packet_ends_idle(p.levels))
		return -1;
	rx_bytes(rx)[0] = (uint8_t)pid;
	return bits;
}

static bool data_is_good(struct rx *rx, const struct rx_three *t)
{
	const uint32_t *from = t->unstuffed;
	int bits = (int)t->bits;

	if (!from) {
		from = rx->store;
		bits = unstuff(rx, t->words[1], t->count[1]);
	}
	if (bits < 16 || !sum_is_good(from + 1, (unsigned)bits))
		return false;
	rx->data.bytes = (const uint8_t *)from + 3;
	rx->data.len = rx->data.len_true = (uint16_t)(1 + bits / 8);
	return true;
}

bool rx_transaction(struct rx *rx, const struct rx_three *t, const struct rx_packet *packet[3])
{
	struct rx_short *token = find(rx, 0, t->words[0], t->count[0]),
			*ack = find(rx, 1, t->words[2], t->count[2]);
	unsigned pid;

	if (!token || !ack)
		return false;
	pid = token->bytes[0] & 0xf;
	if ((pid != USB_PID_IN && pid != USB_PID_OUT) || (ack->bytes[0] & 0xf) != USB_PID_ACK ||
	    !data_is_good(rx, t))
		return false;
	token->packet.start = t->k;
	rx->data.start = t->k + t->after[0];
	rx->data.speed = rx->speed;
	ack->packet.start = t->k + t->after[1];
	packet[0] = &token->packet;
	packet[1] = &rx->data;
	packet[2] = &ack->packet;
	return true;
}
