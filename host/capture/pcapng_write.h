/*
 * Records in, a pcapng file out, that Wireshark opens and capture.h reads back: for captures off a tap and for the
 * simulator. Time stamps in nanoseconds; the same calls give the same bytes. draft-ietf-opsawg-pcapng-02
 *
 * Where the first interface of link type 147 is called CAPTURE_TAP_NAME, all that is neither a packet nor a URB goes there, in the
 * format of the wire protocol, one record a packet, so that it comes back as it was; losses count in its statistics too. Else line events that Packetry has a code for are written as its custom blocks,
 * losses as drop counts at the next packet and in the statistics at the end.
 */
#ifndef CORDON_CAPTURE_PCAPNG_WRITE_H
#define CORDON_CAPTURE_PCAPNG_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usb/err.h"
#include "usb/record.h"

enum {
	PCAPNG_INTERFACES_MAX = 8,
};

struct pcapng_interface {
	uint16_t link_type; /* 147, 220, 288, 293, 294, 295 for records; any for pcapng_block */
	const char *name;   /* NULL: none */
};

/* Texts are UTF-8 and may be NULL; nothing is kept. */
struct pcapng_head {
	const char *hardware, *os, *application, *comment;
	const char *const *comments; /* further ones, NULL after the last; may be NULL */
	uint64_t start_ns;           /* t = 0, since 1970. Earlier times than 1970 become 1970. */
	bool big_endian;
	const struct pcapng_interface *interfaces; /* in the order of their ids */
	size_t interface_count;                    /* at most PCAPNG_INTERFACES_MAX */
};

struct pcapng_writer;

/* Takes whole blocks; returns 0 or an errno, which ends the writing. */
typedef int (*pcapng_output)(void *context, const uint8_t *data, size_t len);

/* Where the bytes go is the caller's matter; pcapng_flush brings them there. */
enum err pcapng_create_to(struct pcapng_writer **w, pcapng_output output, void *context,
                          const struct pcapng_head *head);

/* "-" is standard output. On failure *w is NULL; errno is kept with ERR_OPEN. */
enum err pcapng_create(struct pcapng_writer **w, const char *path, const struct pcapng_head *head);

/* The descriptor passes to the writer also where this fails. */
enum err pcapng_create_fd(struct pcapng_writer **w, int fd, const struct pcapng_head *head);

/*
 * A record_sink's function; `w` is the struct pcapng_writer. A packet goes to the first interface of its speed's link
 * type (else 288), a URB to that of 220. What finds no place is counted.
 */
void pcapng_record(void *w, const struct record *r);
uint64_t pcapng_left_out(const struct pcapng_writer *w);

/* Any packet block, for interfaces whose link type is none of the above. */
void pcapng_block(struct pcapng_writer *w, size_t interface, int64_t t_ns, const void *data,
                  size_t len);

/* The statistics so far, one block an interface: pcapng_close writes them once more. */
void pcapng_statistics(struct pcapng_writer *w);

/* Everything so far to the file. Failures stay: each call after one does nothing and pcapng_close tells it. */
enum err pcapng_flush(struct pcapng_writer *w);

/* Writes the statistics, flushes, closes and frees. errno is kept with ERR_WRITE. */
enum err pcapng_close(struct pcapng_writer *w);

#endif
