/* See tap_pipe.h. */
#include "capture/tap_pipe.h"

#include <stdlib.h>
#include <string.h>

#include <libusb-1.0/libusb.h>

#include "capture/usb_taps.h"
#include "core/wire.h"

/*
 * 256 KiB under way: a quarter of a second of a full pipe, while this program does not get the CPU. A transfer ends early
 * with each short packet, so that their size costs no time.
 */
enum { READS = 64, READ_SIZE = 4096, WRITES = 8 };

struct write {
	struct libusb_transfer *transfer;
	struct tap_pipe *stream;
	bool busy;
	uint8_t data[WIRE_COMMAND_MAX];
};

struct tap_pipe {
	libusb_device_handle *handle;
	tap_pipe_bytes bytes;
	void *context;
	struct libusb_transfer *read[READS];
	bool reading[READS];
	struct write write[WRITES];
	unsigned under_way; /* reads and writes */
	bool ending, stopped, halted;
	uint64_t faults;
	uint8_t buffer[READS][READ_SIZE];
};

static void cancel_reads(struct tap_pipe *s)
{
	for (unsigned i = 0; i < READS; i++)
		if (s->reading[i])
			libusb_cancel_transfer(s->read[i]);
}

static void back(struct tap_pipe *s, const struct libusb_transfer *t)
{
	for (unsigned i = 0; i < READS; i++)
		if (s->read[i] == t)
			s->reading[i] = false;
	s->under_way--;
}

/* The first that goes wrong takes the rest with it: a gap in the middle of the stream would be read as damage. */
static void go_wrong(struct tap_pipe *s, enum libusb_transfer_status status)
{
	if (s->ending)
		return;
	s->ending = true;
	s->halted |= status == LIBUSB_TRANSFER_STALL;
	s->faults += status != LIBUSB_TRANSFER_NO_DEVICE;
	cancel_reads(s);
}

static void LIBUSB_CALL on_read(struct libusb_transfer *t)
{
	struct tap_pipe *s = t->user_data;

	/* Cancelled ones may carry data as well. */
	if (t->actual_length > 0)
		s->bytes(s->context, t->buffer, (size_t)t->actual_length);
	if (t->status == LIBUSB_TRANSFER_COMPLETED && !s->ending) {
		if (libusb_submit_transfer(t) == 0)
			return;
		back(s, t);
		go_wrong(s, LIBUSB_TRANSFER_NO_DEVICE);
		return;
	}
	back(s, t);
	if (t->status != LIBUSB_TRANSFER_COMPLETED && t->status != LIBUSB_TRANSFER_CANCELLED)
		go_wrong(s, t->status);
}

static void LIBUSB_CALL on_write(struct libusb_transfer *t)
{
	struct write *w = t->user_data;

	w->busy = false;
	w->stream->under_way--;
}

struct tap_pipe *tap_pipe_new(libusb_device_handle *h, tap_pipe_bytes bytes, void *context)
{
	struct tap_pipe *s = calloc(1, sizeof(*s));
	bool whole = s != NULL;

	if (!s)
		return NULL;
	s->handle = h;
	s->bytes = bytes;
	s->context = context;
	for (unsigned i = 0; i < READS; i++)
		whole &= (s->read[i] = libusb_alloc_transfer(0)) != NULL;
	for (unsigned i = 0; i < WRITES; i++) {
		s->write[i].stream = s;
		whole &= (s->write[i].transfer = libusb_alloc_transfer(0)) != NULL;
	}
	if (whole)
		return s;
	tap_pipe_free(s);
	return NULL;
}

void tap_pipe_free(struct tap_pipe *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < READS; i++)
		libusb_free_transfer(s->read[i]);
	for (unsigned i = 0; i < WRITES; i++)
		libusb_free_transfer(s->write[i].transfer);
	free(s);
}

bool tap_pipe_start(struct tap_pipe *s)
{
	if (s->halted && libusb_clear_halt(s->handle, USB_TAP_IN) < 0)
		return false;
	s->ending = s->stopped = s->halted = false;
	for (unsigned i = 0; i < READS && !s->ending; i++) {
		libusb_fill_bulk_transfer(s->read[i], s->handle, USB_TAP_IN, s->buffer[i],
		                          READ_SIZE, on_read, s, 0);
		if (libusb_submit_transfer(s->read[i]) < 0) {
			s->ending = true;
			cancel_reads(s);
			break;
		}
		s->reading[i] = true;
		s->under_way++;
	}
	return s->under_way > 0;
}

void tap_pipe_stop(struct tap_pipe *s)
{
	if (s->stopped)
		return;
	s->ending = s->stopped = true;
	cancel_reads(s);
	for (unsigned i = 0; i < WRITES; i++)
		if (s->write[i].busy)
			libusb_cancel_transfer(s->write[i].transfer);
}

enum tap_pipe_state tap_pipe_state(const struct tap_pipe *s)
{
	if (!s->ending)
		return TAP_PIPE_RUNS;
	return s->under_way ? TAP_PIPE_ENDING : TAP_PIPE_ENDED;
}

bool tap_pipe_write(struct tap_pipe *s, const uint8_t *data, size_t len)
{
	for (unsigned i = 0; i < WRITES; i++) {
		struct write *w = &s->write[i];

		if (w->busy || len > sizeof(w->data))
			continue;
		memcpy(w->data, data, len);
		libusb_fill_bulk_transfer(w->transfer, s->handle, USB_TAP_OUT, w->data, (int)len,
		                          on_write, w, 1000);
		if (libusb_submit_transfer(w->transfer) < 0)
			return false;
		w->busy = true;
		s->under_way++;
		return true;
	}
	return false;
}

uint64_t tap_pipe_faults(const struct tap_pipe *s)
{
	return s->faults;
}
