/*
 * USBPcap's records, link type 249, little-endian in every file: a header that says its own length, what the transfer
 * type adds to it, then data. https://desowin.org/usbpcap/captureformat.html
 *
 * Control transfers come in two styles. Now: SETUP (with OUT data behind the eight bytes), COMPLETE (with IN data).
 * Up to USBPcap 1.2: SETUP, DATA (in either direction, on completion), STATUS. There DATA is delivered as the whole
 * completion and its STATUS only as time passing; a STATUS without DATA is a completion. The direction bit of control
 * endpoints is often wrong in these files: a setup's own direction replaces it.
 */
#include "capture/reader.h"

enum {
	HEADER = 27,
	HEADER_CONTROL = 28,
	SETUP_LEN = 8,
	INFO_TO_HOST = 1, /* PDO to FDO: the request comes back */
	TRANSFER_LAST = 3,
	TRANSFER_IRP_INFO = 0xfe,
	TRANSFER_UNKNOWN = 0xff,
};

enum stage {
	STAGE_SETUP,
	STAGE_DATA,
	STAGE_STATUS,
	STAGE_COMPLETE,
};

/* USBD_STATUS of the Windows Driver Kit's usb.h, as the errno that Linux gives for the same fault. */
static const struct {
	uint32_t usbd;
	int32_t status;
} statuses[] = {
	{0xc0000001, -84},                /* CRC */
	{0xc0000002, -71},                /* bit stuffing */
	{0xc0000003, -84},                /* data toggle mismatch */
	{0xc0000004, URB_STATUS_STALL},   /* stall PID */
	{0xc0000005, -62},                /* device not responding */
	{0xc0000006, -71},                /* PID check failure */
	{0xc0000007, -71},                /* unexpected PID */
	{0xc0000008, -75},                /* data overrun */
	{0xc0000009, -121},               /* data underrun */
	{0xc000000c, -70},                /* buffer overrun */
	{0xc000000d, -63},                /* buffer underrun */
	{0xc0000011, -71},                /* transaction error */
	{0xc0000012, -75},                /* babble */
	{0xc0000013, -70},                /* data buffer error */
	{0xc0000030, URB_STATUS_STALL},   /* endpoint halted */
	{0xc0006000, -110},               /* timeout */
	{0xc0007000, -19},                /* device gone */
	{0xc0010000, -2},                 /* cancelled */
	{0x40000000, URB_STATUS_PENDING}, /* pending */
};

static int32_t status_of(uint32_t usbd)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].usbd == usbd)
			return statuses[i].status;
	return usbd >> 31 ? -5 : URB_STATUS_OK;
}

static bool control(struct capture *c, const struct raw_packet *p, struct record *r,
                    uint32_t header)
{
	struct record_urb *u = &r->urb;
	const uint32_t device = (uint32_t)r->bus << 8 | u->address;
	const size_t slot = (u->id ^ u->id >> 4 ^ u->id >> 12 ^ device) % STAGES_OPEN;
	const bool open = c->stages[slot].open && c->stages[slot].id == u->id &&
	                  c->stages[slot].device == device;
	enum stage stage = u->phase == URB_SUBMIT ? STAGE_SETUP : STAGE_COMPLETE;

	if (header >= HEADER_CONTROL)
		stage = (enum stage)p->data[HEADER];
	switch (stage) {
	case STAGE_SETUP:
		if (u->len < SETUP_LEN)
			return false;
		u->phase = URB_SUBMIT;
		u->status = URB_STATUS_PENDING;
		u->has_setup = true;
		memcpy(u->setup, u->data, SETUP_LEN);
		u->endpoint = (u->endpoint & 0x7f) | (u->setup[0] & 0x80);
		u->len -= SETUP_LEN;
		u->data = u->len ? u->data + SETUP_LEN : NULL;
		u->len_true = load_le16(u->setup + 6);
		if (u->len_true < u->len)
			u->len_true = u->len;
		if (open)
			c->stages[slot].open = false;
		return true;
	case STAGE_DATA:
		u->phase = URB_COMPLETE;
		u->synthetic = true;
		c->stages[slot].id = u->id;
		c->stages[slot].device = device;
		c->stages[slot].open = true;
		return true;
	case STAGE_STATUS:
		if (open) {
			c->stages[slot].open = false;
			r->kind = RECORD_TICK;
		}
		return true;
	case STAGE_COMPLETE:
		return true;
	}
	return false;
}

bool link_usbpcap(struct capture *c, const struct raw_packet *p, struct record *r)
{
	const uint8_t *h = p->data;
	struct record_urb *u = &r->urb;
	uint32_t header, device, transfer;

	if (p->len < HEADER)
		return false;
	header = load_le16(h);
	device = load_le16(h + 19);
	transfer = h[22];
	if (header < HEADER || header > p->len || device > 127)
		return false;
	r->bus = load_le16(h + 17);
	/* Requests that move nothing: resets of pipes, and what USBPcap has no name for. */
	if (transfer == TRANSFER_IRP_INFO || transfer == TRANSFER_UNKNOWN) {
		r->kind = RECORD_TICK;
		return true;
	}
	if (transfer > TRANSFER_LAST)
		return false;
	u->id = load_le64(h + 2);
	u->phase = h[16] & INFO_TO_HOST ? URB_COMPLETE : URB_SUBMIT;
	u->type = (enum usb_transfer_type)transfer;
	u->address = (uint8_t)device;
	u->endpoint = h[21] & 0x8f;
	/* On the way down the field holds whatever was there. */
	u->status = u->phase == URB_SUBMIT ? URB_STATUS_PENDING : status_of(load_le32(h + 10));
	u->len_true = load_le32(h + 23);
	u->len = p->len - header;
	if (u->len > u->len_true)
		u->len = u->len_true;
	if (u->len)
		u->data = h + header;
	return u->type != USB_TYPE_CONTROL || control(c, p, r, header);
}
