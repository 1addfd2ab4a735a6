/*
 * A link: where records come from while they are watched. A file at its own pace or another, a stream that is still
 * being written; a tap and the simulator take the same place. One loop polls all of them.
 *
 * Nothing here looks at a clock: whoever polls says what time it is (`now_ns`, any monotonic clock).
 */
#ifndef CORDON_CAPTURE_LINK_H
#define CORDON_CAPTURE_LINK_H

#include "capture/capture.h"

enum link_source {
	LINK_SOURCE_FILE,   /* was recorded before */
	LINK_SOURCE_STREAM, /* comes as it happens, from somebody else's program */
	LINK_SOURCE_TAP,
	LINK_SOURCE_SIMULATOR,
};

enum link_state {
	LINK_MORE, /* pump again at once */
	LINK_WAIT, /* until link_fd can be read, or link_due */
	LINK_OVER,
};

/* A pace as fast as records can be read. */
#define LINK_SPEED_MAX 0.0

struct link;

struct link_ops {
	enum err (*pump)(struct link *l, int64_t now_ns, const struct record_sink *sink,
	                 enum link_state *state);
	int (*fd)(const struct link *l);
	int64_t (*due)(const struct link *l);
	int64_t (*clock)(const struct link *l, int64_t now_ns);
	void (*pace)(struct link *l, int64_t now_ns, double speed, bool paused);
	const struct capture_info *(*info)(const struct link *l);
	void (*free)(struct link *l);
};

struct link {
	const struct link_ops *ops;
	enum link_source source;
	/* Set by the sink, and taken back by the next pump: no further record now. */
	bool stop;
	double speed; /* of its own clock; LINK_SPEED_MAX */
	bool paused;
};

/*
 * `path`: a pcap or pcapng; "-" is standard input, and then a pipe is a stream, which is never paced. `speed` as above.
 * On failure *l is NULL; errno is kept with ERR_OPEN.
 */
enum err link_file_open(struct link **l, const char *path, double speed);

/* What is due by now, a bounded number of records. After an error, or LINK_OVER, there is nothing more. */
static inline enum err link_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                                 enum link_state *state)
{
	return l->ops->pump(l, now_ns, sink, state);
}

/* To be polled for reading; -1 none. */
static inline int link_fd(const struct link *l)
{
	return l->ops->fd(l);
}

/* On the clock of `now_ns`: when something is due without the descriptor; INT64_MAX never. */
static inline int64_t link_due(const struct link *l)
{
	return l->ops->due(l);
}

/* What time it is in the input: that of its records. */
static inline int64_t link_clock(const struct link *l, int64_t now_ns)
{
	return l->ops->clock(l, now_ns);
}

/* False where the input comes as it happens. */
static inline bool link_can_pace(const struct link *l)
{
	return l->ops->pace != NULL;
}

static inline void link_pace(struct link *l, int64_t now_ns, double speed, bool paused)
{
	if (l->ops->pace)
		l->ops->pace(l, now_ns, speed, paused);
}

static inline const struct capture_info *link_info(const struct link *l)
{
	return l->ops->info(l);
}

static inline void link_free(struct link *l)
{
	if (l)
		l->ops->free(l);
}

#endif
