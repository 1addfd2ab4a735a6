/*
 * The bulk pipes of one opened tap: reads that are always under way, and writes. Never waits. How a transfer ends when a
 * tap is pulled out depends on the controller (NO_DEVICE on xHCI, ERROR on UHCI and then the device is gone): both come
 * out as TAP_PIPE_ENDED, and whoever asks finds out why.
 */
#ifndef CORDON_CAPTURE_TAP_PIPE_H
#define CORDON_CAPTURE_TAP_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libusb_device_handle;
struct tap_pipe;

enum tap_pipe_state {
	TAP_PIPE_RUNS,
	TAP_PIPE_ENDING, /* transfers are still coming back */
	TAP_PIPE_ENDED,  /* all are back: start again, or free */
};

typedef void (*tap_pipe_bytes)(void *context, const uint8_t *data, size_t len);

/* NULL where memory is out. `h` is borrowed until tap_pipe_free. Bytes come while libusb handles events. */
struct tap_pipe *tap_pipe_new(struct libusb_device_handle *h, tap_pipe_bytes bytes, void *context);
/* To be called in TAP_PIPE_ENDED alone. */
void tap_pipe_free(struct tap_pipe *s);

/* False where the device is gone. Clears a stall that ended it before. */
bool tap_pipe_start(struct tap_pipe *s);
void tap_pipe_stop(struct tap_pipe *s);
enum tap_pipe_state tap_pipe_state(const struct tap_pipe *s);

/* False where no write is free, or the device gone. */
bool tap_pipe_write(struct tap_pipe *s, const uint8_t *data, size_t len);

/* Ends that were neither asked for nor a device that is gone. */
uint64_t tap_pipe_faults(const struct tap_pipe *s);

#endif
