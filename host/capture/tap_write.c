/* Raw dumps. See tap_write.h. In: records. Out: blocks, through one buffer; the first failure sticks. */
#include "capture/tap_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/tap_record.h"

enum { BUFFER_SIZE = 32 * WIRE_BLOCK_MAX };

struct tap_writer {
	int fd;
	bool socket;
	enum err err;
	int error; /* errno of the first failure */
	struct tap tap;
	struct wire_block block;
	uint32_t sequence;
	uint64_t left_out;
	size_t used;
	uint8_t open[WIRE_BLOCK_MAX];
	uint8_t buffer[BUFFER_SIZE];
};

enum err tap_writer_create_fd(struct tap_writer **out, int fd)
{
	struct tap_writer *w = calloc(1, sizeof(*w));
	int type;
	socklen_t len = sizeof(type);

	*out = w;
	if (!w) {
		if (fd > 2)
			close(fd);
		return ERR_MEMORY;
	}
	w->fd = fd;
	w->socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
	tap_init(&w->tap);
	return ERR_NONE;
}

enum err tap_writer_create(struct tap_writer **w, const char *path)
{
	int fd = STDOUT_FILENO;

	*w = NULL;
	if (strcmp(path, "-") != 0)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? ERR_OPEN : tap_writer_create_fd(w, fd);
}

static void drain(struct tap_writer *w)
{
	size_t done = 0;

	while (done < w->used && !w->err) {
		ssize_t n = w->socket ? send(w->fd, w->buffer + done, w->used - done, MSG_NOSIGNAL)
		                      : write(w->fd, w->buffer + done, w->used - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno != EINTR) {
			w->err = ERR_WRITE;
			w->error = errno;
		}
	}
	w->used = 0;
}

static void end_block(struct tap_writer *w)
{
	size_t len;

	if (!w->block.len)
		return;
	len = wire_block_end(&w->block, w->sequence++);
	w->block.len = 0;
	if (w->used + len > BUFFER_SIZE)
		drain(w);
	memcpy(w->buffer + w->used, w->open, len);
	w->used += len;
}

void tap_writer_record(void *context, const struct record *r)
{
	struct tap_writer *w = context;
	uint8_t body[TAP_BODY_MAX], *at = NULL;
	struct wire_record wire;
	uint64_t tick;

	/* A tap has no ticks of its own making, and nothing has a time before its HELLO. */
	if (r->kind == RECORD_TICK || !tap_encode(&w->tap, r, body, &wire)) {
		w->left_out += r->kind != RECORD_TICK;
		return;
	}
	tap_hello(&w->tap, &wire);
	tick = tap_span_ticks(&w->tap, r->t_ns > 0 ? (uint64_t)r->t_ns : 0);
	if (w->block.len)
		at = wire_block_put(&w->block, (enum wire_kind)wire.kind, wire.flags, tick,
		                    wire.len);
	if (!at) {
		end_block(w);
		wire_block_begin(&w->block, w->open, tick);
		at = wire_block_put(&w->block, (enum wire_kind)wire.kind, wire.flags, tick,
		                    wire.len);
	}
	memcpy(at, body, wire.len);
}

uint64_t tap_writer_left_out(const struct tap_writer *w)
{
	return w->left_out;
}

enum err tap_writer_flush(struct tap_writer *w)
{
	end_block(w);
	drain(w);
	errno = w->error;
	return w->err;
}

enum err tap_writer_close(struct tap_writer *w)
{
	enum err err;
	int error;

	if (!w)
		return ERR_NONE;
	err = tap_writer_flush(w);
	error = w->error;
	if (w->fd > 2 && close(w->fd) < 0 && !err) {
		err = ERR_WRITE;
		error = errno;
	}
	free(w);
	errno = error;
	return err;
}
