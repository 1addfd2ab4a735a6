/*
 * Records in, the bulk stream of a tap out: a raw dump (.tap), or what a live tap on a socket sends. The same calls give
 * the same bytes. firmware/README.md "Blocks"
 */
#ifndef CORDON_CAPTURE_TAP_WRITE_H
#define CORDON_CAPTURE_TAP_WRITE_H

#include "usb/err.h"
#include "usb/record.h"

struct tap_writer;

/* "-" is standard output. On failure *w is NULL; errno is kept with ERR_OPEN. */
enum err tap_writer_create(struct tap_writer **w, const char *path);

/* The descriptor passes to the writer also where this fails. It may be a socket: then a hang-up is ERR_WRITE. */
enum err tap_writer_create_fd(struct tap_writer **w, int fd);

/* A record_sink's function; `w` is the struct tap_writer. The first record must be a HELLO. What has no place in the protocol is counted. */
void tap_writer_record(void *w, const struct record *r);
uint64_t tap_writer_left_out(const struct tap_writer *w);

/* Ends the open block and sends everything so far. Failures stay: tap_writer_close tells them too. */
enum err tap_writer_flush(struct tap_writer *w);

/* Flushes, closes and frees. errno is kept with ERR_WRITE. */
enum err tap_writer_close(struct tap_writer *w);

#endif
