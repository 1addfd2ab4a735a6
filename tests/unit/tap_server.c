/* See tap_server.h. */
#include "tap_server.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "socket_tap.h"

struct tap_server {
	struct tap_server_options o;
	pthread_t thread;
	atomic_bool leave;
	bool joined;
	_Atomic uint64_t sent;
	struct socket_tap tap;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void make_noise(struct tap_server *s)
{
	static uint32_t seed = 1;
	uint8_t bytes[4096];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(seed >> 24);
	}
	send(s->tap.client, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void *serve(void *context)
{
	struct tap_server *s = context;
	uint64_t begin;

	while (!s->leave && !socket_tap_accept(&s->tap)) {
		struct pollfd wait = {.fd = s->tap.listening, .events = POLLIN};

		poll(&wait, 1, 10);
	}
	begin = now_ns();
	while (!s->leave) {
		struct pollfd wait = {.fd = s->tap.client, .events = POLLIN};
		uint64_t t = now_ns() - begin;

		if (s->o.hang_up_ms && t > (uint64_t)s->o.hang_up_ms * 1000000)
			break;
		if (poll(&wait, 1, 1) > 0 && (!socket_tap_obey(&s->tap) || wait.revents & POLLERR))
			break;
		if (s->o.noise)
			make_noise(s);
		if (s->o.mute || s->o.noise)
			continue;
		sim_tap_run(&s->tap.tap, t);
		if (socket_tap_send(&s->tap))
			s->sent = s->tap.tap.packets;
	}
	if (s->tap.client >= 0)
		close(s->tap.client);
	s->tap.client = -1;
	return NULL;
}

struct tap_server *tap_server_start(const char *path, const struct tap_server_options *o)
{
	struct tap_server *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->o = *o;
	if (!socket_tap_open(&s->tap, path, &o->tap)) {
		free(s);
		return NULL;
	}
	if (pthread_create(&s->thread, NULL, serve, s) != 0) {
		socket_tap_close(&s->tap);
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
	socket_tap_close(&s->tap);
	free(s);
	return sent;
}
