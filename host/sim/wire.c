/*
 * Packet bytes and durations. In: fields. Out: bytes as they stand on the wire. Leaves alone: order and turnaround.
 */
#include <string.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "sim/wire.h"

static uint8_t pid_byte(enum usb_pid pid)
{
	return (uint8_t)(pid | (~pid & 0xf) << 4);
}

static void eleven_bits(struct sim_packet *p, enum usb_pid pid, unsigned value)
{
	p->bytes[0] = pid_byte(pid);
	store_le16(&p->bytes[1], (uint16_t)(value | crc5(value, 11) << 11));
	p->len = 3;
}

void wire_token(struct sim_packet *p, enum usb_pid pid, uint8_t address, uint8_t endpoint)
{
	eleven_bits(p, pid, (address & 0x7fu) | (endpoint & 0xfu) << 7);
}

void wire_sof(struct sim_packet *p, uint16_t frame)
{
	eleven_bits(p, USB_PID_SOF, frame & 0x7ff);
}

void wire_data(struct sim_packet *p, bool data1, const uint8_t *payload, size_t len)
{
	if (len > WIRE_ISOCHRONOUS_MAX)
		len = WIRE_ISOCHRONOUS_MAX;
	p->bytes[0] = pid_byte(data1 ? USB_PID_DATA1 : USB_PID_DATA0);
	if (len)
		memcpy(&p->bytes[1], payload, len);
	store_le16(&p->bytes[1 + len], crc16(payload, len));
	p->len = (uint16_t)(3 + len);
}

void wire_handshake(struct sim_packet *p, enum usb_pid pid)
{
	p->bytes[0] = pid_byte(pid);
	p->len = 1;
}

int64_t wire_duration_ns(const struct sim_packet *p, enum usb_speed speed)
{
	unsigned bits = 8, ones = 1; /* sync ends in a one */

	for (unsigned i = 0; i < p->len * 8u; i++) {
		bits++;
		ones = p->bytes[i / 8] >> i % 8 & 1 ? ones + 1 : 0;
		if (ones == 6) {
			bits++;
			ones = 0;
		}
	}
	return (bits + 3) * wire_bit_ps(speed) / 1000;
}
