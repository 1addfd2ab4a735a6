/*
 * Capture files made byte by byte for the tests of host/capture, and what comes out when they are read.
 * An image asserts that it does not overflow; a collection copies what records only lend.
 */
#ifndef CORDON_TESTS_CAPTURE_IMAGE_H
#define CORDON_TESTS_CAPTURE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"

enum {
	IMAGE_MAX = 1 << 20,
	SEEN_MAX = 512,
	SEEN_BYTES = 96,
};

struct image {
	uint8_t *data; /* IMAGE_MAX bytes, static */
	size_t len;
	bool big;
	size_t block; /* where the open block begins */
};

struct seen {
	struct record r; /* its pointers point into `bytes` */
	uint8_t bytes[SEEN_BYTES];
};

struct collection {
	size_t count; /* of all records, kept or not */
	struct seen seen[SEEN_MAX];
	struct capture_info info;
};

/* Begins anew: there is one image at a time. */
struct image *image_new(bool big);
void image_bytes(struct image *i, const void *data, size_t len);
void image_zeros(struct image *i, size_t len);
void image_8(struct image *i, uint8_t v);
void image_16(struct image *i, uint16_t v);
void image_32(struct image *i, uint32_t v);
void image_64(struct image *i, uint64_t v);

/* pcap */
void image_pcap(struct image *i, uint32_t magic, uint32_t link_type);
void image_pcap_packet(struct image *i, uint32_t sec, uint32_t frac, const void *data,
                       uint32_t len);

/* pcapng */
void image_begin(struct image *i, uint32_t type);
void image_end(struct image *i); /* pads, writes both lengths */
void image_option(struct image *i, uint16_t code, const void *value, uint16_t len);
void image_section(struct image *i);
void image_interface(struct image *i, uint16_t link_type, int tsresol); /* tsresol < 0: no option */
void image_packet(struct image *i, uint32_t interface, uint64_t t, const void *data, uint32_t len);

/* Reads the first `len` bytes of the image. */
enum err image_read(const struct image *i, size_t len, struct collection *c);
enum err fd_read(int fd, struct collection *c);
void collect(void *collection, const struct record *r);

/* A descriptor from which these bytes can be read. */
int bytes_fd(const void *data, size_t len);

#endif
