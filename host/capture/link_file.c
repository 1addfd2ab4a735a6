/*
 * Captures as a link. A file's records are held until they are due at the chosen speed, so that nothing is shown before
 * its time; a stream's are passed on as they come.
 */
#include "capture/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BLOCKS_A_PUMP = 2048, /* keys wait no longer than these take */
	HELD_MAX = 320,       /* records of one block: the first one brings up to 256 line events */
};

/* No record is later: record.h. */
#define GONE_MAX_NS 4e18

struct held {
	struct record record;
	size_t at; /* of its bytes in the arena */
};

struct link_file {
	struct link link;
	struct capture *capture;
	int fd; /* of a stream; borrowed from the capture */
	bool begun, over, out_of_memory;
	enum err err;

	/* The input's clock was `base_ns` when the loop's was `base_now_ns`. */
	int64_t base_ns, base_now_ns;
	int64_t latest_ns; /* of any record passed on */

	unsigned first, count; /* held, in order */
	struct held held[HELD_MAX];
	uint8_t *arena; /* grows to the largest block and stays */
	size_t arena_used, arena_size;
};

static struct link_file *file_of(struct link *l)
{
	return (struct link_file *)l;
}

static const struct link_file *const_file_of(const struct link *l)
{
	return (const struct link_file *)l;
}

static bool paced(const struct link_file *f)
{
	return f->link.ops->pace != NULL && f->link.speed > 0;
}

static int64_t file_clock(const struct link *l, int64_t now_ns)
{
	const struct link_file *f = const_file_of(l);
	double gone;

	if (!f->begun || f->over || f->link.paused || !paced(f))
		return f->begun && f->link.paused && paced(f) ? f->base_ns : f->latest_ns;
	gone = (double)(now_ns - f->base_now_ns) * f->link.speed;
	return f->base_ns + (gone < GONE_MAX_NS ? (int64_t)gone : (int64_t)GONE_MAX_NS);
}

/* What a record borrows until the sink returns: where its pointer is, and how many bytes stand behind it. */
static const void **borrowed(struct record *r, size_t *len)
{
	struct record_text *text;

	*len = 0;
	switch (r->kind) {
	case RECORD_PACKET:
		*len = r->packet_data.len;
		return (const void **)&r->packet_data.bytes;
	case RECORD_URB:
		*len = r->urb.data ? r->urb.len : 0;
		return (const void **)&r->urb.data;
	case RECORD_EDGES:
		*len = r->edges.count * sizeof(*r->edges.edge);
		return (const void **)&r->edges.edge;
	case RECORD_UART:
		text = &r->uart.text;
		break;
	case RECORD_REPLY:
		text = &r->reply.data;
		break;
	case RECORD_MARK:
	case RECORD_PROFILE:
	case RECORD_CLAIM:
	case RECORD_LAYOUT:
		text = &r->text;
		break;
	case RECORD_UNKNOWN:
		text = &r->unknown.body;
		break;
	default:
		return NULL;
	}
	*len = text->len;
	return (const void **)&text->bytes;
}

static bool arena_room(struct link_file *f, size_t len)
{
	size_t size = f->arena_size ? f->arena_size : 4096;
	uint8_t *arena;

	if (f->arena_used + len <= f->arena_size)
		return true;
	while (size < f->arena_used + len)
		size *= 2;
	arena = realloc(f->arena, size);
	if (!arena)
		return false;
	f->arena = arena;
	f->arena_size = size;
	return true;
}

static void hold(void *context, const struct record *r)
{
	struct link_file *f = context;
	struct held *h = &f->held[f->count];
	const void **bytes;
	size_t len;

	if (f->count == HELD_MAX) {
		f->out_of_memory = true;
		return;
	}
	h->record = *r;
	/* Edges are structs. */
	f->arena_used = (f->arena_used + _Alignof(struct record_edge) - 1) &
	                ~(_Alignof(struct record_edge) - 1);
	h->at = f->arena_used;
	bytes = borrowed(&h->record, &len);
	if (len) {
		if (!arena_room(f, len)) {
			f->out_of_memory = true;
			return;
		}
		memcpy(f->arena + h->at, *bytes, len);
		f->arena_used += len;
	}
	f->count++;
}

static void pass(struct link_file *f, const struct record_sink *sink, const struct record *r)
{
	if (r->t_ns > f->latest_ns)
		f->latest_ns = r->t_ns;
	sink->record(sink->context, r);
}

/* Those of the held that are due; false where one is not, or the sink wants no more. */
static bool release(struct link_file *f, int64_t clock_ns, const struct record_sink *sink)
{
	while (f->first < f->count) {
		struct held *h = &f->held[f->first];
		const void **bytes;
		size_t len;

		if (f->link.stop || (paced(f) && h->record.t_ns > clock_ns))
			return false;
		bytes = borrowed(&h->record, &len);
		if (len)
			*bytes = f->arena + h->at;
		f->first++;
		pass(f, sink, &h->record);
	}
	f->first = f->count = 0;
	f->arena_used = 0;
	return !f->link.stop;
}

static enum err file_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                          enum link_state *state)
{
	struct link_file *f = file_of(l);
	const struct record_sink holder = {.context = f, .record = hold};
	enum capture_state read_state;
	int64_t clock_ns;

	l->stop = false;
	if (!f->begun) {
		f->begun = true;
		f->base_now_ns = now_ns;
	}
	*state = LINK_WAIT;
	clock_ns = file_clock(l, now_ns);
	if (l->paused)
		return ERR_NONE;
	for (unsigned i = 0; i < BLOCKS_A_PUMP; i++) {
		if (!release(f, clock_ns, sink)) {
			*state = l->stop ? LINK_MORE : LINK_WAIT;
			return ERR_NONE;
		}
		if (f->over || f->err) {
			*state = LINK_OVER;
			return f->err;
		}
		f->err = capture_step(f->capture, &holder, &read_state);
		if (f->out_of_memory)
			f->err = ERR_MEMORY;
		f->over = read_state == CAPTURE_END;
		if (read_state == CAPTURE_WAITING) {
			release(f, clock_ns, sink);
			return ERR_NONE;
		}
	}
	*state = LINK_MORE;
	return ERR_NONE;
}

static int file_fd(const struct link *l)
{
	const struct link_file *f = const_file_of(l);

	return f->over ? -1 : f->fd;
}

static int64_t file_due(const struct link *l)
{
	const struct link_file *f = const_file_of(l);
	double wait;

	if (l->paused || f->fd >= 0)
		return INT64_MAX;
	if (!paced(f) || f->first == f->count)
		return f->base_now_ns;
	wait = (double)(f->held[f->first].record.t_ns - f->base_ns) / l->speed;
	return wait < 9e18 ? f->base_now_ns + (int64_t)wait + 1 : INT64_MAX;
}

static void file_pace(struct link *l, int64_t now_ns, double speed, bool paused)
{
	struct link_file *f = file_of(l);

	f->base_ns = file_clock(l, now_ns);
	f->base_now_ns = now_ns;
	l->speed = speed;
	l->paused = paused;
}

static void file_jump(struct link *l, int64_t now_ns, int64_t t_ns)
{
	struct link_file *f = file_of(l);

	if (t_ns <= file_clock(l, now_ns))
		return;
	f->begun = true;
	f->base_ns = t_ns;
	f->base_now_ns = now_ns;
}

static const struct capture_info *file_info(const struct link *l)
{
	return capture_info(const_file_of(l)->capture);
}

static void file_free(struct link *l)
{
	struct link_file *f = file_of(l);

	capture_free(f->capture);
	free(f->arena);
	free(f);
}

static const struct link_ops file_ops = {
	.pump = file_pump,
	.fd = file_fd,
	.due = file_due,
	.clock = file_clock,
	.pace = file_pace,
	.jump = file_jump,
	.info = file_info,
	.free = file_free,
};

static const struct link_ops stream_ops = {
	.pump = file_pump,
	.fd = file_fd,
	.due = file_due,
	.clock = file_clock,
	.info = file_info,
	.free = file_free,
};

/* A description of its own, so that whoever shares standard input is not made to read without blocking too. */
static int open_stream(void)
{
	int fd = open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		return fd;
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return fd;
}

enum err link_file_open(struct link **out, const char *path, double speed)
{
	struct link_file *f = calloc(1, sizeof(*f));
	struct stat st;
	bool stream;
	enum err err;

	*out = NULL;
	if (!f)
		return ERR_MEMORY;
	stream = strcmp(path, "-") == 0 && !(fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode));
	f->fd = -1;
	if (stream) {
		f->fd = open_stream();
		err = f->fd < 0 ? ERR_OPEN : capture_open_fd(&f->capture, f->fd);
	} else {
		err = capture_open(&f->capture, path);
	}
	if (err) {
		int saved = errno;

		free(f);
		errno = saved;
		return err;
	}
	f->link = (struct link){
		.ops = stream ? &stream_ops : &file_ops,
		.source = stream ? LINK_SOURCE_STREAM : LINK_SOURCE_FILE,
		.speed = speed,
	};
	*out = &f->link;
	return ERR_NONE;
}
