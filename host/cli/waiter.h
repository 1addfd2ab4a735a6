/*
 * Waiting for the same descriptors over and over, as poll(2) does. The kernel is told of them and of the time only where they
 * have changed: a tap wakes its program some hundred times a second, and each time asking the terminal anew costs as much
 * as the rest.
 */
#ifndef CORDON_CLI_WAITER_H
#define CORDON_CLI_WAITER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

enum { WAITER_FDS = 8 };

struct waiter {
	int epoll_fd, timer_fd; /* -1: none */
	int64_t until_ns;       /* as the timer is set */
	bool plain;             /* by poll: epoll takes one of these not, or there is none */
	unsigned count;
	struct pollfd fds[WAITER_FDS];
};

void waiter_init(struct waiter *w);
void waiter_release(struct waiter *w);

/*
 * Until one of the `n` descriptors is ready, or CLOCK_MONOTONIC is at `until_ns`. As poll: `revents` is set, how many are
 * ready; 0 none; -1 and errno: EINTR at a signal. At most WAITER_FDS. One may not be closed, and another opened under its
 * number, between two waits for it.
 */
int waiter_wait(struct waiter *w, struct pollfd *fds, unsigned n, int64_t until_ns);

#endif
