/*
 * The simulated tap on a socket. In: a plan. Out: blocks, when a tap would send them (firmware/README.md "Blocks"). What it is told to do
 * (commands of a tap) is done where a simulation can: recording.h.
 */
#include "cli/clock.h"
#include "cli/sim_listen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "capture/tap_write.h"
#include "cli/command.h"
#include "cli/say.h"

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

static int fail(const char *what, const char *path)
{
	say_error("%s '%s': %s", what, path, strerror(errno));
	return -1;
}

/* The other side's end, or -1 after a message. */
static int accept_one(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listening, fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return fail("cannot listen on", path);
	}
	strcpy(address.sun_path, path);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listening < 0)
		return fail("cannot listen on", path);
	if (bind(listening, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listening, 1) < 0) {
		fail("cannot listen on", path);
		close(listening);
		return -1;
	}
	fd = accept(listening, NULL, NULL);
	if (fd < 0 && !stopped)
		fail("cannot listen on", path);
	close(listening);
	unlink(path);
	return fd;
}

/* Commands as they come, in pieces of any size. */
struct commands {
	uint8_t held[256];
	size_t len;
	bool over; /* the other side says nothing more */
};

/* One whole command, if there is one: to the recording. */
static bool obey(struct commands *in, struct recording *r)
{
	struct wire_command c;
	size_t len;

	if (!wire_command_get(&c, in->held, in->len))
		return false;
	len = WIRE_COMMAND_HEAD + c.len;
	if (in->len < len)
		return false;
	if (c.version == WIRE_VERSION && c.len == 1)
		recording_command(r, &c, in->held[WIRE_COMMAND_HEAD]);
	in->len -= len;
	memmove(in->held, in->held + len, in->len);
	return true;
}

static void take_commands(struct commands *in, int fd, struct recording *r)
{
	ssize_t n;

	while ((n = recv(fd, in->held + in->len, sizeof(in->held) - in->len, MSG_DONTWAIT)) > 0) {
		in->len += (size_t)n;
		while (obey(in, r))
			;
	}
	/* Also where it has hung up: then the writer finds out. */
	in->over |= n == 0 || (errno != EAGAIN && errno != EINTR);
}

/* A command ends the wait: what has not been played yet shall heed it. */
static void pass(const struct commands *in, int fd, int64_t until_ns)
{
	struct pollfd wait = {.fd = in->over ? -1 : fd, .events = POLLIN};
	int64_t left = until_ns - clock_now_ns();
	struct timespec t = {left / 1000000000, left % 1000000000};

	if (left > 0 && !stopped)
		ppoll(&wait, 1, &t, NULL);
}

/* What goes out, and when: by the times of its records, so that the same blocks come of any speed. */
struct outlet {
	struct tap_writer *w;
	const struct commands *in;
	int fd;
	double speed;
	int64_t begun_ns; /* by the clock */
	int64_t made_ns,
		due_ns; /* by the simulation; due_ns: when the open block goes, INT64_MAX: none is open */
	enum err err;
};

static void send_open(struct outlet *o, int64_t at_ns)
{
	o->due_ns = INT64_MAX;
	if (o->err)
		return;
	pass(o->in, o->fd, o->begun_ns + (int64_t)((double)at_ns / o->speed));
	o->err = tap_writer_flush(o->w);
}

/* Bands and counts are made when their millisecond ends, and may wait; all else goes as its millisecond ends, an alert at once. */
static void on_record(void *context, const struct record *r)
{
	enum { MS = 1000000, WAIT = 1200000 };
	struct outlet *o = context;
	bool may_wait = r->kind == RECORD_BAND || r->kind == RECORD_FOLD;
	int64_t made = may_wait ? r->t_ns + MS : r->t_ns, due;

	/* A record of what began long ago is not made before those that came first. */
	if (made > o->made_ns)
		o->made_ns = made;
	made = o->made_ns;
	if (made >= o->due_ns)
		send_open(o, o->due_ns);
	tap_writer_record(o->w, r);
	due = r->kind == RECORD_ALERT ? made : may_wait ? made + WAIT : (made / MS + 1) * MS;
	if (due < o->due_ns)
		o->due_ns = due;
}

int sim_listen(const struct scenario_plan *plan, const struct play_watch *watch, const char *path,
               double speed)
{
	struct sigaction stop = {.sa_handler = on_stop};
	struct recording *r = NULL;
	struct commands in = {0};
	struct outlet out = {.in = &in, .speed = speed, .due_ns = INT64_MAX};
	enum err err;
	int fd;

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	fd = accept_one(path);
	if (fd < 0)
		return stopped ? 0 : EXIT_FAULT;
	out.fd = fd;
	err = tap_writer_create_fd(&out.w, fd);
	out.begun_ns = clock_now_ns();
	if (!err) {
		struct record_sink sink = {.context = &out, .record = on_record};

		r = recording_new(plan, &sink, watch);
		err = r ? ERR_NONE : ERR_MEMORY;
	}
	while (!err && !stopped && recording_step(r)) {
		if (recording_now(r) >= out.due_ns)
			send_open(&out, out.due_ns);
		err = out.err;
		pass(&in, fd, out.begun_ns + (int64_t)((double)recording_now(r) / speed));
		if (!in.over)
			take_commands(&in, fd, r);
	}
	/* Whoever hangs up has seen enough. */
	if (err == ERR_WRITE)
		err = ERR_NONE;
	if (tap_writer_close(out.w) && errno != EPIPE && errno != ECONNRESET && !err)
		err = ERR_WRITE;
	recording_free(r);
	if (err)
		say_error("%s", err_text(err));
	return err ? EXIT_FAULT : 0;
}
