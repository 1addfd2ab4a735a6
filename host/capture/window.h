/*
 * A window of fixed size over an input of any size, filled with read(2), or with what it is fed. What stands in it is contiguous; a fill moves
 * the rest to the front, so pointers into the window end with the next fill.
 */
#ifndef CORDON_CAPTURE_WINDOW_H
#define CORDON_CAPTURE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fuzzers take a small one: it is faster to make, and its edges are nearer. */
#ifndef CAPTURE_WINDOW
#define CAPTURE_WINDOW (256 * 1024)
#endif

enum {
	WINDOW_SIZE = CAPTURE_WINDOW,
};

enum window_state {
	WINDOW_OK,
	WINDOW_END,   /* the input ends before that */
	WINDOW_WAIT,  /* it may go on later */
	WINDOW_ERROR, /* `error` has errno */
};

struct window {
	const uint8_t *at, *end; /* what is there and not yet consumed */
	uint8_t *buffer;         /* WINDOW_SIZE bytes, owned */
	uint64_t consumed_base;  /* offset of buffer[0] in the input */
	uint64_t skip;           /* bytes still to be skipped before `at` means anything */
	uint64_t bytes;          /* read so far */
	int fd;                  /* owned; -1: fed */
	const uint8_t *feed;     /* borrowed, of it `feed_len` bytes are still to be taken */
	size_t feed_len;
	int error;
	bool ended, follow;
	void (*tap)(void *context, const uint8_t *data, size_t len);
	void *tap_context;
};

/* False where memory is out; the descriptor is then still the caller's. */
bool window_init(struct window *w, int fd);
void window_release(struct window *w);

static inline size_t window_left(const struct window *w)
{
	return (size_t)(w->end - w->at);
}

/* Offset in the input of the next byte. */
static inline uint64_t window_offset(const struct window *w)
{
	return w->consumed_base + (uint64_t)(w->at - w->buffer);
}

/* Reads until `need` bytes are there, at most WINDOW_SIZE. What is there stays readable in every case. */
enum window_state window_fill(struct window *w, size_t need);

/* Moves over `n` bytes that may lie beyond the window; window_skipped tells when that is done. */
void window_skip(struct window *w, uint64_t n);
enum window_state window_skipped(struct window *w);

/* Reads the rest of the input for the tap alone. */
enum window_state window_drain(struct window *w);

#endif
