/* See tap_server.h. */
#include "tap_server.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct tap_server {
	struct tap_server_options o;
	pthread_t thread;
	int listen_fd, client;
	atomic_bool leave;
	bool joined;
	_Atomic uint64_t sent;
	char path[108];
	struct sim_tap tap;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Commands of the tests' own programs: whole ones, one after the other. */
static bool read_commands(struct tap_server *s)
{
	uint8_t data[1024];
	ssize_t n = recv(s->client, data, sizeof(data), MSG_DONTWAIT);

	for (ssize_t at = 0; at + WIRE_COMMAND_HEAD <= n;) {
		size_t len = WIRE_COMMAND_HEAD + data[at + 12];

		sim_tap_command(&s->tap, data + at, len, NULL);
		at += (ssize_t)len;
	}
	return n != 0;
}

static bool send_out(struct tap_server *s)
{
	ssize_t n;

	while (s->tap.out_len && (n = send(s->client, s->tap.out, s->tap.out_len,
	                                   MSG_NOSIGNAL | MSG_DONTWAIT)) != 0) {
		if (n < 0)
			return false;
		sim_tap_taken(&s->tap, (size_t)n);
	}
	s->sent = s->tap.packets;
	return true;
}

static void make_noise(struct tap_server *s)
{
	static uint32_t seed = 1;
	uint8_t bytes[4096];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(seed >> 24);
	}
	send(s->client, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void *serve(void *context)
{
	struct tap_server *s = context;
	uint64_t begin;

	while (!s->leave) {
		struct pollfd wait = {.fd = s->listen_fd, .events = POLLIN};

		if (poll(&wait, 1, 10) > 0)
			break;
	}
	s->client = s->leave ? -1 : accept(s->listen_fd, NULL, NULL);
	begin = now_ns();
	while (!s->leave && s->client >= 0) {
		struct pollfd wait = {.fd = s->client, .events = POLLIN};
		uint64_t t = now_ns() - begin;

		if (s->o.hang_up_ms && t > (uint64_t)s->o.hang_up_ms * 1000000)
			break;
		if (poll(&wait, 1, 1) > 0 && (!read_commands(s) || wait.revents & POLLERR))
			break;
		if (s->o.noise)
			make_noise(s);
		if (s->o.mute || s->o.noise)
			continue;
		sim_tap_run(&s->tap, t);
		send_out(s);
	}
	if (s->client >= 0)
		close(s->client);
	return NULL;
}

struct tap_server *tap_server_start(const char *path, const struct tap_server_options *o)
{
	struct tap_server *s = calloc(1, sizeof(*s));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!s || strlen(path) >= sizeof(address.sun_path))
		return NULL;
	s->o = *o;
	s->client = -1;
	strcpy(s->path, path);
	strcpy(address.sun_path, path);
	unlink(path);
	sim_tap_init(&s->tap, &o->tap);
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listen_fd < 0 ||
	    bind(s->listen_fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(s->listen_fd, 1) < 0 || pthread_create(&s->thread, NULL, serve, s)) {
		free(s);
		return NULL;
	}
	return s;
}

uint64_t tap_server_sent(struct tap_server *s)
{
	return s->sent;
}

void tap_server_wait(struct tap_server *s)
{
	pthread_join(s->thread, NULL);
	s->joined = true;
}

uint64_t tap_server_stop(struct tap_server *s)
{
	uint64_t sent;

	s->leave = true;
	if (!s->joined)
		pthread_join(s->thread, NULL);
	sent = s->sent;
	close(s->listen_fd);
	unlink(s->path);
	free(s);
	return sent;
}
