/* The window over the input: read(2), moving the rest to the front, skipping. It knows nothing of formats. */
#include "capture/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In builds with AddressSanitizer, a read behind what is there is caught even though the buffer goes on. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

bool window_init(struct window *w, int fd)
{
	*w = (struct window){.fd = fd, .buffer = malloc(WINDOW_SIZE)};
	w->at = w->end = w->buffer;
	return w->buffer != NULL;
}

void window_release(struct window *w)
{
	if (w->buffer)
		ASAN_UNPOISON_MEMORY_REGION(w->buffer, WINDOW_SIZE);
	free(w->buffer);
	if (w->fd > 2)
		close(w->fd);
	*w = (struct window){.fd = -1};
}

static void to_front(struct window *w)
{
	size_t left = window_left(w);

	w->consumed_base = window_offset(w);
	if (left)
		memmove(w->buffer, w->at, left);
	w->at = w->buffer;
	w->end = w->buffer + left;
}

static enum window_state take_feed(struct window *w, size_t room)
{
	size_t n = w->feed_len < room ? w->feed_len : room;

	if (!n)
		return WINDOW_WAIT;
	memcpy(w->buffer + (w->end - w->buffer), w->feed, n);
	w->feed += n;
	w->feed_len -= n;
	w->end += n;
	w->bytes += n;
	return WINDOW_OK;
}

/* One read(2) behind what is there. */
static enum window_state read_some(struct window *w)
{
	size_t used = (size_t)(w->end - w->buffer);
	ssize_t got;

	if (w->ended)
		return WINDOW_END;
	if (w->fd < 0)
		return take_feed(w, WINDOW_SIZE - used);
	got = read(w->fd, w->buffer + used, WINDOW_SIZE - used);
	/* After a signal whoever asked for it wants to have a look. */
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return WINDOW_WAIT;
	if (got < 0) {
		w->error = errno;
		return WINDOW_ERROR;
	}
	if (got == 0) {
		if (w->follow)
			return WINDOW_WAIT;
		w->ended = true;
		return WINDOW_END;
	}
	if (w->tap)
		w->tap(w->tap_context, w->buffer + used, (size_t)got);
	w->end += got;
	w->bytes += (uint64_t)got;
	return WINDOW_OK;
}

enum window_state window_fill(struct window *w, size_t need)
{
	enum window_state state = WINDOW_OK;

	ASAN_UNPOISON_MEMORY_REGION(w->buffer, WINDOW_SIZE);
	if (window_left(w) < need)
		to_front(w);
	while (window_left(w) < need && state == WINDOW_OK)
		state = read_some(w);
	ASAN_POISON_MEMORY_REGION(w->end, (size_t)(w->buffer + WINDOW_SIZE - w->end));
	return state;
}

void window_skip(struct window *w, uint64_t n)
{
	uint64_t here = window_left(w);

	if (n < here)
		here = n;
	w->at += here;
	w->skip += n - here;
}

enum window_state window_skipped(struct window *w)
{
	while (w->skip) {
		enum window_state state = window_fill(w, 1);
		uint64_t n = w->skip;

		if (state != WINDOW_OK)
			return state;
		w->skip = 0;
		window_skip(w, n);
	}
	return WINDOW_OK;
}

enum window_state window_drain(struct window *w)
{
	enum window_state state;

	do {
		w->at = w->end;
		state = window_fill(w, 1);
	} while (state == WINDOW_OK);
	return state;
}
