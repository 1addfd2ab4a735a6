/*
 * pcapng's blocks about packets: section headers, interfaces with their clocks, statistics with what was lost.
 * draft-ietf-opsawg-pcapng-02 §4.1, §4.2, §4.6
 */
#include "capture/reader.h"

enum {
	OPTION_COMMENT = 1,
	OPTION_SHB_HARDWARE = 2,
	OPTION_SHB_OS = 3,
	OPTION_SHB_APPLICATION = 4,
	OPTION_IF_NAME = 2,
	OPTION_IF_TSRESOL = 9,
	OPTION_IF_TSOFFSET = 14,
	OPTION_ISB_IFDROP = 5,
	OPTION_ISB_OSDROP = 7,
};

static void keep_text(char *to, const uint8_t *value, uint16_t len)
{
	if (to[0])
		return;
	if (len > CAPTURE_TEXT_MAX - 1)
		len = CAPTURE_TEXT_MAX - 1;
	memcpy(to, value, len);
	to[len] = '\0';
}

const char *section_begin(struct capture *c, const uint8_t *body, size_t len)
{
	struct bytes b = bytes_of(body, len);
	const uint8_t *head = bytes_take(&b, 16), *value;
	uint16_t code, size;

	if (!head)
		return "a section header is too short";
	if (load16(head + 4, c->big) != 1)
		return "a section of an unknown version";
	c->info.sections++;
	c->info.big_endian = c->big;
	c->iface_count = c->iface_known = 0;
	memset(c->iface_of, 0, sizeof(c->iface_of));
	while (option_next(&b, c->big, &code, &value, &size)) {
		if (code == OPTION_COMMENT) {
			keep_text(c->info.comment, value, size);
			if (c->info.sections == 1)
				capture_test_read(&c->info.test, value, size);
		}
		if (code == OPTION_SHB_HARDWARE)
			keep_text(c->info.hardware, value, size);
		if (code == OPTION_SHB_OS)
			keep_text(c->info.os, value, size);
		if (code == OPTION_SHB_APPLICATION)
			keep_text(c->info.application, value, size);
	}
	return NULL;
}

static bool named_ours(const struct capture *c, struct bytes options)
{
	const uint8_t *value;
	uint16_t code, size;

	while (option_next(&options, c->big, &code, &value, &size))
		if (code == OPTION_IF_NAME)
			return size == sizeof(CAPTURE_TAP_NAME) - 1 &&
			       memcmp(value, CAPTURE_TAP_NAME, size) == 0;
	return false;
}

const char *section_interface(struct capture *c, const uint8_t *body, size_t len)
{
	struct bytes b = bytes_of(body, len);
	const uint8_t *head = bytes_take(&b, 8), *value;
	struct iface *f;
	uint16_t code, size;

	if (!head)
		return "an interface block is too short";
	if (c->iface_count++ >= INTERFACES_MAX)
		return NULL;
	f = &c->ifaces[c->iface_known++];
	iface_init(c, f, load16(head, c->big), named_ours(c, b));
	f->snaplen = load32(head + 4, c->big);
	while (option_next(&b, c->big, &code, &value, &size)) {
		if (code == OPTION_IF_TSRESOL && size == 1)
			f->scale = timescale_of(*value);
		if (code == OPTION_IF_TSOFFSET && size == 8)
			f->offset_ns = load64(value, c->big) * 1000000000u;
	}
	return NULL;
}

/* The counters run since the capture began, and packets may have told the same losses already. */
void section_statistics(struct capture *c, const uint8_t *body, size_t len)
{
	struct bytes b = bytes_of(body, len);
	const uint8_t *head = bytes_take(&b, 12), *value;
	uint64_t dropped = 0, time_ns;
	struct iface *f;
	uint16_t code, size;
	uint32_t id;

	if (!head)
		return;
	id = load32(head, c->big);
	if (id >= c->iface_known || c->ifaces[id].kind == LINK_SKIP)
		return;
	f = &c->ifaces[id];
	time_ns = f->offset_ns + timescale_ns(&f->scale, load_time(head + 4, c->big));
	while (option_next(&b, c->big, &code, &value, &size))
		if ((code == OPTION_ISB_IFDROP || code == OPTION_ISB_OSDROP) && size == 8 &&
		    __builtin_add_overflow(dropped, load64(value, c->big), &dropped))
			dropped = UINT64_MAX;
	if (dropped <= f->dropped)
		return;
	deliver_lost(c, f, dropped - f->dropped, time_ns);
}
