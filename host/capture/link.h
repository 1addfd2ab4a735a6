/*
 * A link: where records come from while they are watched. A file at its own pace or another, a stream that is still
 * being written, a tap on USB, the socket of a simulated tap; and a recorder that keeps what another link brings. One
 * loop polls all of them.
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

enum link_presence {
	LINK_COMING, /* it has not spoken yet */
	LINK_HERE,
	LINK_AWAY, /* unplugged: it goes on when it returns */
};

enum { LINK_NAME_MAX = 128, LINK_MESSAGE_MAX = 512 };

/* How a tap and its recording are. Texts are UTF-8 and may hold anything: escape them. */
struct link_status {
	enum link_presence presence;
	char name[LINK_NAME_MAX];       /* its serial number, or the socket's path */
	char message[LINK_MESSAGE_MAX]; /* what an error, or its absence, means; "" none */
	unsigned times_away;
	struct wire_hello hello;     /* the last one; all 0: none yet */
	struct wire_status counters; /* of the tap, where it has a way beside the stream */
	struct wire_alert alert;     /* the last one, by whichever way it came first */
	unsigned alerts;             /* so many came */
	double drift_ppm;            /* its clock against the PC's; 0 until known */
	uint64_t damaged_blocks;
	unsigned refusals;         /* commands that it answered with an error */
	struct wire_reply refused; /* the last of them */
	/* Of a recorder. */
	bool recording;
	char file[LINK_MESSAGE_MAX];     /* where to, now */
	char trouble[LINK_MESSAGE_MAX];  /* what befell the file; "" nothing */
	uint64_t file_bytes, free_bytes; /* written; left on its file system */
	uint64_t lost;                   /* packets that the file says are missing */
	bool failed;                     /* nothing more is written */
};

struct link;

struct link_ops {
	enum err (*pump)(struct link *l, int64_t now_ns, const struct record_sink *sink,
	                 enum link_state *state);
	int (*fd)(const struct link *l);
	int64_t (*due)(const struct link *l);
	int64_t (*clock)(const struct link *l, int64_t now_ns);
	void (*pace)(struct link *l, int64_t now_ns, double speed, bool paused);
	/* On to a moment of the input that is still to come; NULL: time cannot be moved. */
	void (*jump)(struct link *l, int64_t now_ns, int64_t t_ns);
	const struct capture_info *(*info)(const struct link *l);
	/* From here on what only some links can; NULL: not this one. */
	const struct link_status *(*status)(const struct link *l);
	bool (*command)(struct link *l, enum wire_opcode opcode, const uint8_t *args, size_t len);
	bool (*note)(struct link *l, enum record_kind kind, const void *text, size_t len);
	void (*keep)(struct link *l);
	void (*finish)(struct link *l, int64_t now_ns);
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

/* The tap's bulk stream on a Unix socket that a simulated tap listens at. errno is kept with ERR_OPEN. */
enum err link_socket_open(struct link **l, const char *path);

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

/* Everything before `t_ns` is due now, and its clock goes on from there. */
static inline void link_jump(struct link *l, int64_t now_ns, int64_t t_ns)
{
	if (l->ops->jump)
		l->ops->jump(l, now_ns, t_ns);
}

static inline const struct capture_info *link_info(const struct link *l)
{
	return l->ops->info(l);
}

/* NULL where there is nothing to tell. */
static inline const struct link_status *link_status(const struct link *l)
{
	return l->ops->status ? l->ops->status(l) : NULL;
}

/* A command of the wire protocol on its way to the tap; the answer is a record. False where there is no way. */
static inline bool link_command(struct link *l, enum wire_opcode opcode, const uint8_t *args,
                                size_t len)
{
	return l->ops->command && l->ops->command(l, opcode, args, len);
}

/* False: no command can ever get to a tap from here, and nothing the operator does is kept. */
static inline bool link_takes_commands(const struct link *l)
{
	return l->ops->command != NULL;
}

static inline bool link_takes_notes(const struct link *l)
{
	return l->ops->note != NULL;
}

/* What the operator does, as a record at this moment: RECORD_MARK, _LAYOUT. False where nothing takes it. */
static inline bool link_note(struct link *l, enum record_kind kind, const void *text, size_t len)
{
	return l->ops->note && l->ops->note(l, kind, text, len);
}

/* Something was found just now: a recorder that forgets keeps what is around it. */
static inline void link_keep(struct link *l)
{
	if (l->ops->keep)
		l->ops->keep(l);
}

/* Bring it to its end: what is under way is still pumped, until LINK_OVER. */
static inline void link_finish(struct link *l, int64_t now_ns)
{
	if (l->ops->finish)
		l->ops->finish(l, now_ns);
}

static inline void link_free(struct link *l)
{
	if (l)
		l->ops->free(l);
}

#endif
