/*
 * Records in from the inner link, into the writer of pcapng, whose bytes go to the file and to a reader at once; the
 * reader's records out. See link_record.h.
 */
#include "capture/link_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/pcapng_write.h"
#include "capture/record_files.h"

#define TEND_NS INT64_C(250000000)

enum { COMMENTS_MAX = 64, PROFILE_MAX = 2048 };

struct link_record {
	struct link link;
	struct link *inner;           /* NULL: given back */
	struct record_files *files;   /* NULL: none */
	struct pcapng_writer *writer; /* NULL: nothing has come yet, or it is over */
	struct capture *reader;
	struct record_sink sink; /* of the last pump: a note between two may bring bytes too */
	struct link_status status;
	enum link_presence presence; /* as of the last pump */
	enum err err;
	bool over;
	int64_t now_ns, latest_ns, wall_ns, start_ns;
	int64_t begun_ns; /* on the inner clock: its zero is the first record's */

	struct capture_test test;
	char application[CAPTURE_TEXT_MAX];
	uint8_t profile[PROFILE_MAX];
	size_t profile_len;
	char *claims[RECORD_CLAIMS_MAX];
	char *layout;
	struct tap_settings settings; /* as the tap was told last */
	bool set;                     /* it was, since it came */
};

static struct link_record *record_of(struct link *l)
{
	return (struct link_record *)l;
}

static const struct link_record *const_record_of(const struct link *l)
{
	return (const struct link_record *)l;
}

/* There is no pump yet, or no more. */
static void record_nothing(void *context, const struct record *r)
{
	(void)context;
	(void)r;
}

/* The file first: what is shown as found has been kept. */
static int take_bytes(void *context, const uint8_t *data, size_t len)
{
	struct link_record *k = context;

	if (k->files)
		record_files_write(k->files, data, len);
	if (!k->err)
		k->err = capture_feed(k->reader, &k->sink, data, len);
	return 0;
}

static void write_text(struct link_record *k, enum record_kind kind, const void *text, size_t len)
{
	const struct record r = {
		.kind = kind, .t_ns = k->latest_ns, .text = {.bytes = text, .len = (uint32_t)len}};

	pcapng_record(k->writer, &r);
}

static void hardware(const struct link_record *k, char *to, size_t size)
{
	const struct link_status *s = link_status(k->inner);

	to[0] = '\0';
	if (s && s->hello.tick_hz)
		snprintf(to, size,
		         "Cordon tap %016llx, board %u, firmware %08x, calibration %08x, protocol "
		         "%u",
		         (unsigned long long)s->hello.serial, s->hello.board, s->hello.firmware,
		         s->hello.calibration, s->hello.version);
}

/*
 * A section with its header; what holds for the whole recording stands at the front of each. `introduce`: who recorded it
 * does not come by itself.
 */
static enum err begin_section(struct link_record *k, bool introduce)
{
	static const struct pcapng_interface interfaces[] = {
		{.link_type = 294, .name = "full speed"},
		{.link_type = 293, .name = "low speed"},
		{.link_type = 147, .name = CAPTURE_TAP_NAME},
	};
	static char comment[COMMENTS_MAX][CAPTURE_TEST_COMMENT_MAX];
	const char *comments[COMMENTS_MAX + 1];
	const struct link_status *inner = link_status(k->inner);
	char tap[CAPTURE_TEXT_MAX];
	unsigned n = 0;
	enum err err;

	while (n < COMMENTS_MAX && capture_test_comment(&k->test, n, comment[n])) {
		comments[n] = comment[n];
		n++;
	}
	comments[n] = NULL;
	hardware(k, tap, sizeof(tap));
	if (!k->start_ns)
		k->start_ns = k->now_ns + k->wall_ns - k->latest_ns;
	err = pcapng_create_to(
		&k->writer, take_bytes, k,
		&(struct pcapng_head){
			.hardware = tap[0] ? tap : NULL,
			.os = "Linux",
			.application = k->application,
			.comments = comments,
			.start_ns = k->start_ns > 0 ? (uint64_t)k->start_ns : 0,
			.interfaces = interfaces,
			.interface_count = sizeof(interfaces) / sizeof(interfaces[0]),
		});
	if (err)
		return err;
	if (k->profile_len)
		write_text(k, RECORD_PROFILE, k->profile, k->profile_len);
	for (unsigned i = 0; i < RECORD_CLAIMS_MAX && k->claims[i]; i++)
		write_text(k, RECORD_CLAIM, k->claims[i], strlen(k->claims[i]));
	if (k->layout)
		write_text(k, RECORD_LAYOUT, k->layout, strlen(k->layout));
	if (introduce && inner && inner->hello.tick_hz)
		pcapng_record(k->writer, &(struct record){.kind = RECORD_HELLO,
		                                          .t_ns = k->latest_ns,
		                                          .hello = inner->hello});
	return ERR_NONE;
}

static void on_record(void *context, const struct record *r)
{
	struct link_record *k = context;

	if (r->t_ns > k->latest_ns || !k->writer)
		k->latest_ns = r->t_ns;
	if (!k->writer && !k->err) {
		k->begun_ns = r->t_ns;
		k->err = begin_section(k, r->kind != RECORD_HELLO);
	}
	if (k->writer)
		pcapng_record(k->writer, r);
}

static void next_part(struct link_record *k)
{
	pcapng_close(k->writer);
	k->writer = NULL;
	record_files_next(k->files);
	/* A later part must be judged by itself. */
	if (!k->err)
		k->err = begin_section(k, true);
}

static void end(struct link_record *k)
{
	if (k->over)
		return;
	k->over = true;
	/* Nothing came, or nothing good, and a file of no bytes is none. */
	if (!k->writer && begin_section(k, true) && !k->err)
		k->err = ERR_MEMORY;
	if (k->writer)
		pcapng_close(k->writer);
	k->writer = NULL;
	if (k->files)
		record_files_close(k->files);
}

/* Those that it has lost with its power, or was never told. */
static void set_tap(struct link_record *k)
{
	for (unsigned i = 0; i < k->settings.count; i++)
		tap_setting_send(&k->link, k->settings.at[i]);
	k->set = true;
}

/* The tap went away: what there is shall be a whole file, whatever comes. */
static void settle(struct link_record *k)
{
	const struct link_status *s = link_status(k->inner);
	enum link_presence presence = s ? s->presence : LINK_HERE;

	if (presence == LINK_AWAY && k->presence != LINK_AWAY && k->writer) {
		pcapng_statistics(k->writer);
		pcapng_flush(k->writer);
		if (k->files)
			record_files_sync(k->files);
	}
	if (presence != LINK_HERE)
		k->set = false;
	else if (!k->set && k->writer)
		set_tap(k);
	k->presence = presence;
}

static enum err record_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                            enum link_state *state)
{
	struct link_record *k = record_of(l);
	const struct record_sink into = {.context = k, .record = on_record};
	enum err err;

	k->sink = *sink;
	k->now_ns = now_ns;
	*state = LINK_OVER;
	if (k->over)
		return k->err;
	err = link_pump(k->inner, now_ns, &into, state);
	if (k->writer)
		pcapng_flush(k->writer);
	settle(k);
	if (k->files && k->writer && record_files_full(k->files))
		next_part(k);
	if (k->files)
		record_files_tend(k->files, now_ns);
	if (*state == LINK_OVER || k->err || err)
		end(k);
	/* Behind the end: what the file says to its last byte is seen here too. */
	if (err && !k->err)
		k->err = err;
	if (k->over)
		*state = LINK_OVER;
	return k->err;
}

static int record_fd(const struct link *l)
{
	return const_record_of(l)->over ? -1 : link_fd(const_record_of(l)->inner);
}

static int64_t record_due(const struct link *l)
{
	const struct link_record *k = const_record_of(l);
	int64_t due;

	if (k->over)
		return INT64_MAX;
	due = link_due(k->inner);
	return k->files && k->now_ns + TEND_NS < due ? k->now_ns + TEND_NS : due;
}

static int64_t record_clock(const struct link *l, int64_t now_ns)
{
	const struct link_record *k = const_record_of(l);

	if (!k->inner)
		return k->latest_ns - k->begun_ns;
	return k->writer || k->over ? link_clock(k->inner, now_ns) - k->begun_ns : 0;
}

static const struct capture_info *record_info(const struct link *l)
{
	return capture_info(const_record_of(l)->reader);
}

static const struct link_status *record_status(const struct link *l)
{
	struct link_record *k = record_of((struct link *)(uintptr_t)l);
	const struct link_status *inner = k->inner ? link_status(k->inner) : NULL;

	if (inner)
		k->status = *inner;
	if (k->files)
		record_files_status(k->files, &k->status);
	k->status.lost = capture_info(k->reader)->lost;
	return &k->status;
}

static bool record_command(struct link *l, enum wire_opcode opcode, const uint8_t *args, size_t len)
{
	struct link_record *k = record_of(l);
	const struct tap_setting *s = len == 1 ? tap_setting_of(opcode, args[0]) : NULL;

	if (!k->inner || !link_command(k->inner, opcode, args, len))
		return false;
	if (s)
		tap_settings_keep(&k->settings, s);
	return true;
}

/* The front of whatever begins from now on says it. */
static bool hold_layout(struct link_record *k, const char *name, size_t len)
{
	char *copy = strndup(name, len);

	if (!copy)
		return false;
	free(k->layout);
	k->layout = copy;
	return true;
}

static bool record_note(struct link *l, enum record_kind kind, const void *text, size_t len)
{
	struct link_record *k = record_of(l);
	uint64_t left_out;

	if (k->over || (kind == RECORD_LAYOUT && !hold_layout(k, text, len)))
		return false;
	if (!k->writer)
		return kind == RECORD_LAYOUT;
	left_out = pcapng_left_out(k->writer);
	write_text(k, kind, text, len);
	return pcapng_left_out(k->writer) == left_out;
}

static void record_keep(struct link *l)
{
	if (record_of(l)->files)
		record_files_keep(record_of(l)->files);
}

static void record_finish(struct link *l, int64_t now_ns)
{
	if (record_of(l)->inner)
		link_finish(record_of(l)->inner, now_ns);
}

static void record_free(struct link *l)
{
	struct link_record *k = record_of(l);

	k->sink = (struct record_sink){.record = record_nothing};
	if (k->reader)
		end(k);
	link_free(k->inner);
	record_files_free(k->files);
	capture_free(k->reader);
	for (unsigned i = 0; i < RECORD_CLAIMS_MAX; i++)
		free(k->claims[i]);
	free(k->layout);
	free(k);
}

static const struct link_ops ops = {
	.pump = record_pump,
	.fd = record_fd,
	.due = record_due,
	.clock = record_clock,
	.info = record_info,
	.status = record_status,
	.command = record_command,
	.note = record_note,
	.keep = record_keep,
	.finish = record_finish,
	.free = record_free,
};

static enum err take_options(struct link_record *k, const struct record_options *o)
{
	if (o->test)
		k->test = *o->test;
	snprintf(k->application, sizeof(k->application), "%s", o->application);
	k->wall_ns = o->wall_ns;
	if (o->settings)
		k->settings = *o->settings;
	if (o->profile && o->profile_len <= sizeof(k->profile)) {
		memcpy(k->profile, o->profile, o->profile_len);
		k->profile_len = o->profile_len;
	}
	for (unsigned i = 0; i < RECORD_CLAIMS_MAX && o->claims[i]; i++)
		if (!(k->claims[i] = strdup(o->claims[i])))
			return ERR_MEMORY;
	if (o->layout && !(k->layout = strdup(o->layout)))
		return ERR_MEMORY;
	return ERR_NONE;
}

struct link *link_record_release(struct link *l)
{
	struct link_record *k = record_of(l);
	struct link *inner = k->inner;

	record_status(l);
	end(k);
	k->inner = NULL;
	return inner;
}

enum err link_record(struct link **out, struct link *inner, const struct record_options *o)
{
	struct link_record *k = calloc(1, sizeof(*k));
	enum err err = ERR_MEMORY;
	int saved;

	*out = NULL;
	if (!k) {
		link_free(inner);
		return err;
	}
	k->link = (struct link){.ops = &ops, .source = inner->source, .speed = 1};
	k->inner = inner;
	k->sink.record = record_nothing;
	err = take_options(k, o);
	if (!err && o->path)
		err = record_files_create(&k->files, o->path, o->ring);
	if (!err)
		err = capture_open_fed(&k->reader, CAPTURE_FORMAT_UNKNOWN);
	if (err) {
		saved = errno;
		record_free(&k->link);
		errno = saved;
		return err;
	}
	*out = &k->link;
	return ERR_NONE;
}
