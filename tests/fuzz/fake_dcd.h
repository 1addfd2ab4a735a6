/* A controller that checks what the device stack asks of it: lengths, directions, no packet over another. */
#ifndef CORDON_FUZZ_FAKE_DCD_H
#define CORDON_FUZZ_FAKE_DCD_H

#include <assert.h>

#include "core/usb_dcd.h"

static bool armed[3][2]; /* by endpoint; 1 is IN */

void usb_dcd_address(uint8_t address)
{
	assert(address < 128);
}

void usb_dcd_open(uint8_t endpoint, uint8_t type)
{
	(void)type;
	armed[endpoint & 15][endpoint >> 7] = false;
}

void usb_dcd_close(uint8_t endpoint)
{
	armed[endpoint & 15][endpoint >> 7] = false;
}

void usb_dcd_stall(uint8_t endpoint)
{
	armed[endpoint & 15][endpoint >> 7] = false;
}

void usb_dcd_send(uint8_t endpoint, const uint8_t *data, size_t len)
{
	static volatile uint8_t sum;

	assert(endpoint >> 7 && len <= USB_DCD_PACKET && !armed[endpoint & 15][1]);
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum ^ data[i]);
	(void)sum;
	armed[endpoint & 15][1] = true;
}

void usb_dcd_receive(uint8_t endpoint)
{
	armed[endpoint & 15][0] = true;
}

#endif
