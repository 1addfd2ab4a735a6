#include "cli/screen_loop.h"

#include <signal.h>

#include "cli/clock.h"
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

/* False where the terminal is gone. */
static bool wait_for_any(const struct dashboard *d, const struct keyboard_watch *w)
{
	struct pollfd fds[DASHBOARD_FDS + 1];
	int64_t wait;
	unsigned n = dashboard_poll(d, clock_now_ns(), fds, &wait);
	struct timespec t = {wait / 1000000000, wait % 1000000000};

	if (w)
		fds[n++] = (struct pollfd){.fd = keyboard_watch_fd(w), .events = POLLIN};
	return ppoll(fds, n, &t, NULL) <= 0 || !(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

void screen_loop(struct dashboard *d, bool (*turn)(void *context, int64_t now_ns), void *context)
{
	/* On a replay and a show too: the cable on the table may be in this machine. */
	struct keyboard_watch *w = keyboard_watch_open();
	char name[64];

	signals();
	while (!stopped && turn(context, clock_now_ns()) && wait_for_any(d, w))
		while (w && keyboard_watch_next(w, name, sizeof(name)))
			dashboard_new_keyboard(d, name, clock_now_ns());
	keyboard_watch_close(w);
}
