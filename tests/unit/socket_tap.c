/* See socket_tap.h. */
#include "socket_tap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool socket_tap_open(struct socket_tap *s, const char *path, const struct sim_tap_options *o)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(s->path))
		return false;
	strcpy(s->path, path);
	strcpy(a.sun_path, path);
	unlink(path);
	s->client = -1;
	sim_tap_init(&s->tap, o);
	s->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listening < 0)
		return false;
	if (bind(s->listening, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(s->listening, 1) == 0)
		return true;
	close(s->listening);
	return false;
}

void socket_tap_close(struct socket_tap *s)
{
	if (s->client >= 0)
		close(s->client);
	close(s->listening);
	unlink(s->path);
}

bool socket_tap_accept(struct socket_tap *s)
{
	if (s->client < 0)
		s->client = accept4(s->listening, NULL, NULL, SOCK_CLOEXEC);
	return s->client >= 0;
}

bool socket_tap_obey(struct socket_tap *s)
{
	uint8_t data[1024];
	ssize_t n = recv(s->client, data, sizeof(data), MSG_DONTWAIT);

	for (ssize_t at = 0; at + WIRE_COMMAND_HEAD <= n;) {
		size_t len = WIRE_COMMAND_HEAD + data[at + 12];

		sim_tap_command(&s->tap, data + at, len, NULL);
		at += (ssize_t)len;
	}
	return n > 0 || (n < 0 && errno == EAGAIN);
}

bool socket_tap_send(struct socket_tap *s)
{
	while (s->tap.out_len) {
		ssize_t n =
			send(s->client, s->tap.out, s->tap.out_len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN;
		sim_tap_taken(&s->tap, (size_t)n);
	}
	return true;
}
