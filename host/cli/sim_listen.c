/*
 * The simulated tap on a socket. In: a plan. Out: blocks, when they are due. What it is told to do (commands of a tap)
 * is done where a simulation can: recording.h.
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

	if (left > 0)
		ppoll(&wait, 1, &t, NULL);
}

int sim_listen(const struct scenario_plan *plan, const struct play_watch *watch, const char *path,
               double speed)
{
	struct sigaction stop = {.sa_handler = on_stop};
	struct tap_writer *w = NULL;
	struct recording *r = NULL;
	struct commands in = {0};
	enum err err;
	int64_t begun;
	int fd;

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	fd = accept_one(path);
	if (fd < 0)
		return stopped ? 0 : EXIT_FAULT;
	err = tap_writer_create_fd(&w, fd);
	if (!err) {
		struct record_sink sink = {.context = w, .record = tap_writer_record};

		r = recording_new(plan, &sink, watch);
		err = r ? ERR_NONE : ERR_MEMORY;
	}
	begun = clock_now_ns();
	while (!err && !stopped && recording_step(r)) {
		err = tap_writer_flush(w);
		pass(&in, fd, begun + (int64_t)((double)recording_now(r) / speed));
		if (!in.over)
			take_commands(&in, fd, r);
	}
	/* Whoever hangs up has seen enough. */
	if (err == ERR_WRITE)
		err = ERR_NONE;
	if (tap_writer_close(w) && errno != EPIPE && errno != ECONNRESET && !err)
		err = ERR_WRITE;
	recording_free(r);
	if (err)
		say_error("%s", err_text(err));
	return err ? EXIT_FAULT : 0;
}
