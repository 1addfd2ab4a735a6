/*
 * USB packets as they stand on the wire, PID first, sync and EOP left out. USB 2.0 §8.3.1, §8.4.
 * Shared by the firmware, the decoder and the simulator.
 */
#ifndef CORDON_CORE_USB_PACKET_H
#define CORDON_CORE_USB_PACKET_H

#include <stdbool.h>
#include <stdint.h>

/* The low four bits of the PID byte; the high four are their complement. USB 2.0 table 8-1 */
enum usb_pid {
	USB_PID_EXT = 0x0, /* reserved in USB 2.0; EXT of the LPM addendum */
	USB_PID_OUT = 0x1,
	USB_PID_ACK = 0x2,
	USB_PID_DATA0 = 0x3,
	USB_PID_PING = 0x4,
	USB_PID_SOF = 0x5,
	USB_PID_NYET = 0x6,
	USB_PID_DATA2 = 0x7,
	USB_PID_SPLIT = 0x8,
	USB_PID_IN = 0x9,
	USB_PID_NAK = 0xa,
	USB_PID_DATA1 = 0xb,
	USB_PID_PRE = 0xc, /* ERR where a hub answers a split */
	USB_PID_SETUP = 0xd,
	USB_PID_STALL = 0xe,
	USB_PID_MDATA = 0xf,
};

enum {
	USB_PACKET_MAX = 1 + 1024 + 2, /* a high-speed data packet: PID, payload, CRC16 */
};

enum usb_speed {
	USB_SPEED_UNKNOWN,
	USB_SPEED_LOW,
	USB_SPEED_FULL,
	USB_SPEED_HIGH,
	USB_SPEED_SUPER,
};

static inline bool usb_pid_valid(uint8_t byte)
{
	return ((byte ^ (byte >> 4)) & 0xf) == 0xf;
}

#endif
