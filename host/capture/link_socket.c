/*
 * A simulated tap: its bulk stream comes on a Unix socket, and commands go the other way, as they would on USB. When it
 * hangs up, the input is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/tap_link.h"

enum {
	READ_SIZE = 64 * 1024,
	READS_A_PUMP = 8,
	OUT_SIZE = 1024, /* commands that the other side has not taken yet */
};

#define GOODBYE_NS INT64_C(300000000) /* so long the tap may take to stop */

struct link_socket {
	struct tap_link tap;
	int fd;
	bool over;
	int64_t finish_ns; /* 0: not asked to */
	uint8_t out[OUT_SIZE];
	size_t out_len;
};

static struct link_socket *socket_of(struct link *l)
{
	return (struct link_socket *)l;
}

static void send_out(struct link_socket *s)
{
	ssize_t n;

	while (s->out_len && (n = send(s->fd, s->out, s->out_len, MSG_NOSIGNAL)) > 0) {
		s->out_len -= (size_t)n;
		memmove(s->out, s->out + n, s->out_len);
	}
}

static bool socket_command(struct link *l, enum wire_opcode opcode, const uint8_t *args, size_t len)
{
	struct link_socket *s = socket_of(l);
	uint8_t bytes[WIRE_COMMAND_MAX];
	size_t n = tap_link_command(&s->tap, opcode, args, len, bytes);

	if (!n || s->over || n > OUT_SIZE - s->out_len)
		return false;
	memcpy(s->out + s->out_len, bytes, n);
	s->out_len += n;
	send_out(s);
	return true;
}

static void tell_to_capture(struct link_socket *s)
{
	const uint8_t on = 1;

	socket_command(&s->tap.link, WIRE_OP_CAPTURE, &on, 1);
}

static void begin(struct link_socket *s, int64_t now_ns)
{
	tap_link_begin(&s->tap, now_ns);
	socket_command(&s->tap.link, WIRE_OP_IDENTIFY, NULL, 0);
	s->tap.capture_wanted = true;
	tell_to_capture(s);
}

/* False where nothing more can be had now: a stream that fills half a buffer has no more. */
static bool read_once(struct link_socket *s)
{
	uint8_t buffer[READ_SIZE];
	ssize_t n = recv(s->fd, buffer, sizeof(buffer), 0);

	if (n > 0) {
		tap_link_feed(&s->tap, buffer, (size_t)n);
		return (size_t)n == sizeof(buffer);
	}
	/* A simulator that ended with commands unread resets the connection: that is its end too. */
	if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		s->over = true;
	return false;
}

static enum err socket_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                            enum link_state *state)
{
	struct link_socket *s = socket_of(l);
	bool more = true;

	s->tap.sink = sink;
	s->tap.now_ns = now_ns;
	if (!s->tap.begun_ns)
		begin(s, now_ns);
	if (tap_link_nag(&s->tap))
		tell_to_capture(s);
	send_out(s);
	for (unsigned i = 0; i < READS_A_PUMP && more && !s->over && !s->tap.err; i++)
		more = read_once(s);
	tap_link_check(&s->tap, now_ns);
	if (s->over && !s->tap.err && s->tap.status.presence == LINK_COMING)
		s->tap.err = s->tap.unheard_bytes ? ERR_PROTOCOL : ERR_SILENT;
	if (s->finish_ns && now_ns >= s->finish_ns)
		s->over = true;
	*state = s->over || s->tap.err ? LINK_OVER : more ? LINK_MORE : LINK_WAIT;
	return s->tap.err;
}

static int socket_fd(const struct link *l)
{
	const struct link_socket *s = (const struct link_socket *)l;

	return s->over ? -1 : s->fd;
}

static int64_t socket_due(const struct link *l)
{
	const struct link_socket *s = (const struct link_socket *)l;
	int64_t due = tap_link_due(&s->tap);

	if (!s->tap.begun_ns)
		return 0;
	return s->finish_ns && s->finish_ns < due ? s->finish_ns : due;
}

static void socket_finish(struct link *l, int64_t now_ns)
{
	struct link_socket *s = socket_of(l);
	const uint8_t off = 0;

	if (s->finish_ns)
		return;
	socket_command(l, WIRE_OP_CAPTURE, &off, 1);
	s->tap.capture_wanted = false;
	s->finish_ns = now_ns + GOODBYE_NS;
	shutdown(s->fd, SHUT_WR);
}

static void socket_free(struct link *l)
{
	struct link_socket *s = socket_of(l);

	tap_link_release(&s->tap);
	close(s->fd);
	free(s);
}

static const struct link_ops ops = {
	.pump = socket_pump,
	.fd = socket_fd,
	.due = socket_due,
	.clock = tap_link_clock,
	.info = tap_link_info,
	.status = tap_link_status,
	.command = socket_command,
	.finish = socket_finish,
	.free = socket_free,
};

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, saved;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

enum err link_socket_open(struct link **out, const char *path)
{
	struct link_socket *s = calloc(1, sizeof(*s));
	int fd, saved;
	enum err err;

	*out = NULL;
	if (!s)
		return ERR_MEMORY;
	fd = connect_to(path);
	if (fd < 0) {
		saved = errno;
		free(s);
		errno = saved;
		return ERR_OPEN;
	}
	err = tap_link_init(&s->tap, &ops, LINK_SOURCE_SIMULATOR, path);
	s->fd = fd;
	if (err)
		socket_free(&s->tap.link);
	else
		*out = &s->tap.link;
	return err;
}
