#include "cli/screen_loop.h"

#include <signal.h>

#include "cli/clock.h"
#include "cli/waiter.h"
#include "tui/keyboard_watch.h"

static volatile sig_atomic_t stopped;

static void on_stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

/* Its coming ends the poll; the size is looked up in the turn. */
static void on_resize(int signal_number)
{
	(void)signal_number;
}

static void signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop}, resize = {.sa_handler = on_resize};

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGWINCH, &resize, NULL);
}

/* A new keyboard, where there is one: the kernel's news are many, and mostly not of that. */
static void look_for_keyboards(struct dashboard *d, struct keyboard_watch *w)
{
	char name[64];

	while (keyboard_watch_next(w, name, sizeof(name)))
		dashboard_new_keyboard(d, name, clock_now_ns());
}

/* False where the terminal is gone. */
static bool wait_for_any(struct dashboard *d, struct keyboard_watch *w, struct waiter *waiter)
{
	_Static_assert(DASHBOARD_FDS + 1 <= WAITER_FDS, "room for all and the keyboards");
	struct pollfd fds[DASHBOARD_FDS + 1];
	int64_t wait, now_ns = clock_now_ns();
	unsigned n = dashboard_poll(d, now_ns, fds, &wait);

	if (w)
		fds[n++] = (struct pollfd){.fd = keyboard_watch_fd(w), .events = POLLIN};
	/* A signal may be of another size. */
	if (waiter_wait(waiter, fds, n, now_ns + wait) <= 0)
		return true;
	if (w && fds[n - 1].revents)
		look_for_keyboards(d, w);
	if (!fds[0].revents)
		dashboard_quiet(d);
	return !(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

void screen_loop(struct dashboard *d, bool (*turn)(void *context, int64_t now_ns), void *context)
{
	/* On a replay and a show too: the cable on the table may be in this machine. */
	struct keyboard_watch *w = keyboard_watch_open();
	struct waiter waiter;

	signals();
	waiter_init(&waiter);
	while (!stopped && turn(context, clock_now_ns()) && wait_for_any(d, w, &waiter))
		;
	waiter_release(&waiter);
	keyboard_watch_close(w);
}
