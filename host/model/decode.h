/*
 * Transfers and bus events into the model, and events out of it. The one writer of the model.
 */
#ifndef CORDON_MODEL_DECODE_H
#define CORDON_MODEL_DECODE_H

#include "model/event.h"

struct decode;

/* Allocates once, frees in decode_free; NULL where memory is out. `sink` is copied. */
struct decode *decode_new(const struct event_sink *sink);
void decode_free(struct decode *d);

/* To be given to usb_stream_new. */
struct usb_sink decode_usb_sink(struct decode *d);

/* After usb_stream_end: closes what is open and emits EVENT_END. */
void decode_end(struct decode *d);

const struct model *decode_model(const struct decode *d);

/* A finding rests on this device: its slot is re-used last. */
void decode_keep(struct decode *d, const struct model_device *device);

#endif
