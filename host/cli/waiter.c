/* See waiter.h: an epoll descriptor, and a timer in it. */
#include "cli/waiter.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/clock.h"

enum { TIMER = WAITER_FDS, NS_A_S = 1000000000 };

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
                       EPOLLHUP == POLLHUP && EPOLLPRI == POLLPRI,
               "events pass as they are");

static bool add(struct waiter *w, int fd, uint32_t events, uint32_t index)
{
	struct epoll_event e = {.events = events, .data.u32 = index};

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &e) == 0;
}

static void close_all(struct waiter *w)
{
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
	if (w->timer_fd >= 0)
		close(w->timer_fd);
	w->epoll_fd = w->timer_fd = -1;
}

/* From nothing: what belongs to it changes seldom, and none can be left over. */
static bool begin(struct waiter *w)
{
	close_all(w);
	w->until_ns = 0;
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return w->epoll_fd >= 0 && w->timer_fd >= 0 && add(w, w->timer_fd, EPOLLIN, TIMER);
}

void waiter_init(struct waiter *w)
{
	*w = (struct waiter){.epoll_fd = -1, .timer_fd = -1};
	w->plain = !begin(w);
}

void waiter_release(struct waiter *w)
{
	close_all(w);
}

static bool is_known(const struct waiter *w, const struct pollfd *fds, unsigned n)
{
	if (n != w->count)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (fds[i].fd != w->fds[i].fd || fds[i].events != w->fds[i].events)
			return false;
	return true;
}

static void learn(struct waiter *w, const struct pollfd *fds, unsigned n)
{
	w->plain = !begin(w);
	for (unsigned i = 0; i < n; i++) {
		w->fds[i] = fds[i];
		if (fds[i].fd >= 0 && !w->plain)
			w->plain = !add(w, fds[i].fd, (uint32_t)fds[i].events, i);
	}
	w->count = n;
}

static bool set_timer(struct waiter *w, int64_t until_ns)
{
	const struct itimerspec at = {
		.it_value = {.tv_sec = until_ns / NS_A_S, .tv_nsec = until_ns % NS_A_S}};

	if (until_ns == w->until_ns)
		return true;
	/* Which also takes back that an earlier time has come. */
	if (timerfd_settime(w->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) < 0)
		return false;
	w->until_ns = until_ns;
	return true;
}

static int wait_plainly(struct pollfd *fds, unsigned n, int64_t left_ns)
{
	const struct timespec t = {.tv_sec = left_ns / NS_A_S, .tv_nsec = left_ns % NS_A_S};

	return ppoll(fds, n, &t, NULL);
}

int waiter_wait(struct waiter *w, struct pollfd *fds, unsigned n, int64_t until_ns)
{
	struct epoll_event event[WAITER_FDS + 1];
	int64_t left_ns = until_ns - clock_now_ns();
	int got, ready = 0;

	if (left_ns < 0)
		left_ns = 0;
	if (!is_known(w, fds, n))
		learn(w, fds, n);
	if (w->plain || (left_ns && !set_timer(w, until_ns)))
		return wait_plainly(fds, n, left_ns);
	for (unsigned i = 0; i < n; i++)
		fds[i].revents = 0;
	got = epoll_wait(w->epoll_fd, event, WAITER_FDS + 1, left_ns ? -1 : 0);
	for (int i = 0; i < got; i++) {
		if (event[i].data.u32 == TIMER)
			continue;
		fds[event[i].data.u32].revents = (short)event[i].events;
		ready++;
	}
	return got < 0 ? -1 : ready;
}
