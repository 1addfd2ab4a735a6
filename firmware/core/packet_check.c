/* A packet against what its PID asks for: length and checksum. In: a received packet. Out: flags. USB 2.0 §8.3, §8.4 */
#include "core/packet_plain.h"
#include "core/crc.h"
#include "core/wire.h"

static uint8_t check_length(uint8_t pid, uint16_t len)
{
	switch (pid & 0xf) {
	case USB_PID_ACK:
	case USB_PID_NAK:
	case USB_PID_STALL:
	case USB_PID_NYET:
	case USB_PID_PRE:
		return len == 1 ? 0 : WIRE_BAD_LENGTH;
	case USB_PID_SPLIT:
		return len == 4 ? 0 : WIRE_BAD_LENGTH;
	case USB_PID_DATA0:
	case USB_PID_DATA1:
	case USB_PID_DATA2:
	case USB_PID_MDATA:
		return len >= 3 && len <= PACKET_RX_MAX ? 0 : WIRE_BAD_LENGTH;
	default:
		return len == 3 ? 0 : WIRE_BAD_LENGTH;
	}
}

/* The bytes behind the PID begin a word; those at the end that fill none are summed with zeros behind them. */
static uint8_t check_crc16(struct rx *rx)
{
	unsigned rest = (rx->len - 1u) & 3;
	const uint32_t *last = rx->store + 1 + (rx->len - 1) / 4;

	packet_sum(rx);
	if (rest)
		crc16_word(&rx->crc, (*last & ~(~0u << 8 * rest)) ^ (rx->summed ? 0 : 0xffff));
	return crc16_words_good(&rx->crc, -rest & 3) ? 0 : WIRE_BAD_CRC;
}

static uint8_t check_crc(struct rx *rx)
{
	const uint8_t *bytes = rx_bytes(rx);
	uint32_t v;

	switch (bytes[0] & 0xf) {
	case USB_PID_DATA0:
	case USB_PID_DATA1:
	case USB_PID_DATA2:
	case USB_PID_MDATA:
		return check_crc16(rx);
	case USB_PID_SPLIT:
		v = (uint32_t)bytes[1] | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3] << 16;
		return crc5(v, 19) == v >> 19 ? 0 : WIRE_BAD_CRC;
	default:
		if (rx->len == 1)
			return 0;
		v = (uint32_t)bytes[1] | (uint32_t)bytes[2] << 8;
		return crc5(v & 0x7ff, 11) == v >> 11 ? 0 : WIRE_BAD_CRC;
	}
}

uint8_t packet_check(struct rx *rx)
{
	uint8_t bad = check_length(rx_bytes(rx)[0], rx->len);

	return bad ? bad : check_crc(rx);
}
