/* Seeds for fuzz_capture: small files of each format and link type, written by our own writer or by hand. */
#include <stdio.h>
#include <string.h>

#include "capture/pcapng_write.h"
#include "core/bytes.h"

static const uint8_t setup[] = {0x2d, 0x00, 0x10}, ack[] = {0xd2};
static const uint8_t usbpcap[] = {
	28, 0, 1, 2,    3, 4, 5, 6, 7, 8, 0,    0, 0, 0, 8, 0, 0,  1,
	0,  3, 0, 0x80, 2, 8, 0, 0, 0, 0, 0x80, 6, 0, 1, 0, 0, 18, 0,
};

static void pcapng(const char *path, bool big)
{
	static const struct pcapng_interface interfaces[] = {
		{294, "full"}, {293, "low"}, {220, "urb"}, {249, NULL}, {1, "none"}};
	const struct pcapng_head head = {.hardware = "hardware",
	                                 .os = "os",
	                                 .application = "application",
	                                 .comment = "comment",
	                                 .start_ns = 1000,
	                                 .big_endian = big,
	                                 .interfaces = interfaces,
	                                 .interface_count = 5};
	struct record r = {.kind = RECORD_LINE, .line = {.event = LINE_RESET}};
	struct pcapng_writer *w;

	if (pcapng_create(&w, path, &head))
		return;
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_PACKET,
	                    .packet_data = {setup, 3, 3, USB_SPEED_FULL, PACKET_ERROR_RECEIVER}};
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_LOST, .lost.packets = 3};
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_PACKET, .packet_data = {ack, 1, 9, USB_SPEED_FULL, 0}};
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_URB,
	                    .urb = {.phase = URB_SUBMIT,
	                            .type = USB_TYPE_CONTROL,
	                            .has_setup = true,
	                            .setup = {0x21, 1, 0, 2, 0, 0, 1, 0},
	                            .data = ack,
	                            .len = 1,
	                            .len_true = 1}};
	pcapng_record(w, &r);
	pcapng_block(w, 3, 5, usbpcap, sizeof(usbpcap));
	pcapng_block(w, 4, 6, ack, 1);
	pcapng_close(w);
}

static void pcap(const char *path, uint32_t link_type, const uint8_t *data, uint32_t len)
{
	static const uint8_t magic[] = {0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0};
	uint8_t head[40] = {0};
	FILE *f = fopen(path, "wb");

	if (!f)
		return;
	memcpy(head, magic, sizeof(magic));
	store_le32(head + 20, link_type);
	store_le32(head + 32, len);
	store_le32(head + 36, len);
	fwrite(head, 1, sizeof(head), f);
	fwrite(data, 1, len, f);
	fclose(f);
}

int main(int argc, char **argv)
{
	char path[4096];

	if (argc != 2)
		return 2;
	for (int big = 0; big < 2; big++) {
		snprintf(path, sizeof(path), "%s/%d.pcapng", argv[1], big);
		pcapng(path, big);
	}
	snprintf(path, sizeof(path), "%s/raw.pcap", argv[1]);
	pcap(path, 288, setup, sizeof(setup));
	snprintf(path, sizeof(path), "%s/usbpcap.pcap", argv[1]);
	pcap(path, 249, usbpcap, sizeof(usbpcap));
	return 0;
}
