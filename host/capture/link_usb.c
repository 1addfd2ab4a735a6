/*
 * From the plug to the records: finds the tap, opens it, runs its stream, notices that it goes and waits until it is
 * back. What the descriptors to be polled are changes with every tap that comes and goes; an epoll descriptor stands for
 * all of them. See link_usb.h.
 */
#include "capture/link_usb.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <libusb-1.0/libusb.h>

#include "capture/tap_link.h"
#include "capture/tap_pipe.h"

#define MS INT64_C(1000000)

enum {
	SEARCH_MS = 500,  /* where hotplug tells nothing */
	SPIN_MS = 1,      /* a descriptor that cannot be waited for */
	GOODBYE_MS = 500, /* so long it may take to stop */
	HID_MS = 250,     /* the kernel makes its node a moment after the device's */
	HID_TRIES = 20,
	HID_REPORT = 64,
	FAULTS_MAX = 20, /* without a HELLO in between */
};

struct link_usb {
	struct tap_link tap;
	libusb_context *context;
	libusb_hotplug_callback_handle hotplug;
	bool has_hotplug;
	libusb_device_handle *handle;
	struct tap_pipe *stream;
	char serial[USB_TAP_SERIAL_MAX];
	int epoll_fd, hid_fd;
	bool spin;    /* epoll takes one of the descriptors not */
	bool changed; /* hotplug: look again */
	bool leave;   /* this tap is gone, or is to be let go */
	bool over;
	int64_t search_ns, hid_ns, finish_ns; /* 0: not */
	unsigned hid_tries;
	uint64_t faults_heeded;
};

static struct link_usb *usb_of(struct link *l)
{
	return (struct link_usb *)l;
}

static void LIBUSB_CALL add_fd(int fd, short events, void *context)
{
	struct link_usb *u = context;
	struct epoll_event e = {.events = (events & POLLIN ? EPOLLIN : 0) |
	                                  (events & POLLOUT ? EPOLLOUT : 0)};

	if (epoll_ctl(u->epoll_fd, EPOLL_CTL_ADD, fd, &e) < 0)
		u->spin = true;
}

static void LIBUSB_CALL remove_fd(int fd, void *context)
{
	epoll_ctl(((struct link_usb *)context)->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* In libusb's own hands: only notes. */
static int LIBUSB_CALL on_hotplug(libusb_context *c, libusb_device *d, libusb_hotplug_event event,
                                  void *context)
{
	struct link_usb *u = context;

	(void)c;
	if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED)
		u->changed = true;
	else if (u->handle && libusb_get_device(u->handle) == d)
		u->leave = true;
	return 0;
}

static void on_bytes(void *context, const uint8_t *data, size_t len)
{
	tap_link_feed(&((struct link_usb *)context)->tap, data, len);
}

static void close_hid(struct link_usb *u)
{
	if (u->hid_fd >= 0)
		close(u->hid_fd); /* epoll forgets it by that */
	u->hid_fd = -1;
	u->hid_ns = 0;
}

static void open_hid(struct link_usb *u, int64_t now_ns)
{
	char path[256];

	u->hid_ns = ++u->hid_tries < HID_TRIES ? now_ns + HID_MS * MS : 0;
	if (!usb_tap_hidraw(u->serial, path, sizeof(path)))
		return;
	u->hid_fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (u->hid_fd < 0)
		return;
	add_fd(u->hid_fd, POLLIN, u);
	u->hid_ns = 0;
}

/* Kind, zero, body. Replies come in the stream as well. */
static void take_report(struct link_usb *u, const uint8_t report[HID_REPORT])
{
	struct wire_alert alert;

	if (report[0] == WIRE_STATUS)
		wire_status_get(&u->tap.status.counters, report + 2, HID_REPORT - 2);
	if (report[0] == WIRE_ALERT && wire_alert_get(&alert, report + 2, HID_REPORT - 2))
		tap_link_alert(&u->tap, &alert);
}

static void read_hid(struct link_usb *u)
{
	uint8_t report[HID_REPORT];
	ssize_t n;

	while (u->hid_fd >= 0 && (n = read(u->hid_fd, report, sizeof(report))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 0) {
			close_hid(u);
			return;
		}
		if (n == HID_REPORT)
			take_report(u, report);
	}
}

static bool usb_command(struct link *l, enum wire_opcode opcode, const uint8_t *args, size_t len)
{
	struct link_usb *u = usb_of(l);
	uint8_t report[1 + HID_REPORT] = {0}; /* its id is 0 */
	size_t n = tap_link_command(&u->tap, opcode, args, len, report + 1);

	if (!n)
		return false;
	if (u->hid_fd >= 0 && write(u->hid_fd, report, sizeof(report)) == (ssize_t)sizeof(report))
		return true;
	return u->stream && tap_pipe_write(u->stream, report + 1, n);
}

static void tell_to_capture(struct link_usb *u)
{
	const uint8_t on = 1;

	if (u->tap.capture_wanted)
		usb_command(&u->tap.link, WIRE_OP_CAPTURE, &on, 1);
}

static void greet(struct link_usb *u)
{
	usb_command(&u->tap.link, WIRE_OP_IDENTIFY, NULL, 0);
	tell_to_capture(u);
}

static void close_device(struct link_usb *u)
{
	close_hid(u);
	tap_pipe_free(u->stream);
	u->stream = NULL;
	if (u->handle)
		libusb_close(u->handle);
	u->handle = NULL;
	u->leave = false;
}

static void explain(char message[LINK_MESSAGE_MAX], int error, const struct usb_tap *t)
{
	if (error == LIBUSB_ERROR_ACCESS)
		snprintf(message, LINK_MESSAGE_MAX,
		         "no access to tap '%s' (%s): the udev rule 70-cordon.rules grants it; "
		         "'make install' installs it, then plug the tap in again",
		         t->serial, t->node);
	else if (error == LIBUSB_ERROR_BUSY)
		snprintf(message, LINK_MESSAGE_MAX, "tap '%s' is in use by another program",
		         t->serial);
	else
		snprintf(message, LINK_MESSAGE_MAX, "cannot open tap '%s' (%s): %s", t->serial,
		         t->node, libusb_strerror(error));
}

static int open_device(struct link_usb *u, libusb_device *d)
{
	int error = libusb_open(d, &u->handle);

	if (error < 0) {
		u->handle = NULL;
		return error;
	}
	error = libusb_claim_interface(u->handle, USB_TAP_STREAM);
	if (!error) {
		u->stream = tap_pipe_new(u->handle, on_bytes, u);
		error = !u->stream                  ? LIBUSB_ERROR_NO_MEM
		        : tap_pipe_start(u->stream) ? 0
		                                    : LIBUSB_ERROR_NO_DEVICE;
	}
	if (error)
		close_device(u);
	return error;
}

/* The tap of our serial number, if it is there: opened. Else an error of libusb; NOT_FOUND. */
static int find_and_open(struct link_usb *u, char message[LINK_MESSAGE_MAX])
{
	int error = LIBUSB_ERROR_NOT_FOUND;
	libusb_device **list;
	ssize_t n = libusb_get_device_list(u->context, &list);

	snprintf(message, LINK_MESSAGE_MAX, "tap '%s' is not there", u->serial);
	for (ssize_t i = 0; i < n; i++) {
		struct usb_tap t;

		if (!usb_tap_is(list[i], &t) || strcmp(t.serial, u->serial) != 0)
			continue;
		error = open_device(u, list[i]);
		if (error)
			explain(message, error, &t);
		break;
	}
	if (n >= 0)
		libusb_free_device_list(list, 1);
	return error;
}

static void begin(struct link_usb *u, int64_t now_ns)
{
	tap_link_begin(&u->tap, now_ns);
	u->hid_tries = 0;
	u->faults_heeded = 0;
	open_hid(u, now_ns);
	greet(u);
}

static void search(struct link_usb *u, int64_t now_ns)
{
	char message[LINK_MESSAGE_MAX];

	if (!u->changed && now_ns < u->search_ns)
		return;
	u->changed = false;
	u->search_ns = now_ns + SEARCH_MS * MS;
	if (find_and_open(u, message) == 0)
		begin(u, now_ns);
	else
		tap_link_away(&u->tap, message);
}

/* All transfers are back: over, gone, or only disturbed. */
static void after_end(struct link_usb *u, int64_t now_ns)
{
	char message[LINK_MESSAGE_MAX];

	if (u->finish_ns) {
		u->over = true;
		return;
	}
	if (!u->leave && u->faults_heeded++ < FAULTS_MAX && tap_pipe_start(u->stream))
		return;
	close_device(u);
	snprintf(message, sizeof(message), "tap '%s' was unplugged", u->serial);
	tap_link_away(&u->tap, message);
	u->search_ns = now_ns + SEARCH_MS * MS;
}

static void tend(struct link_usb *u, int64_t now_ns)
{
	if (u->stream && u->leave)
		tap_pipe_stop(u->stream);
	if (u->stream && u->finish_ns && (now_ns >= u->finish_ns || u->tap.stopped))
		tap_pipe_stop(u->stream);
	if (u->stream && tap_pipe_state(u->stream) == TAP_PIPE_ENDED)
		after_end(u, now_ns);
	if (!u->stream && u->finish_ns)
		u->over = true;
	if (!u->stream && !u->over)
		search(u, now_ns);
	if (u->stream && u->hid_ns && now_ns >= u->hid_ns)
		open_hid(u, now_ns);
	if (u->stream && tap_link_nag(&u->tap))
		tell_to_capture(u);
	if (u->tap.status.presence == LINK_HERE)
		u->faults_heeded = 0;
}

static enum err usb_pump(struct link *l, int64_t now_ns, const struct record_sink *sink,
                         enum link_state *state)
{
	struct link_usb *u = usb_of(l);
	struct timeval at_once = {0};

	u->tap.sink = sink;
	u->tap.now_ns = now_ns;
	if (!u->tap.begun_ns)
		begin(u, now_ns);
	libusb_handle_events_timeout_completed(u->context, &at_once, NULL);
	read_hid(u);
	tend(u, now_ns);
	tap_link_check(&u->tap, now_ns);
	if (u->over)
		tap_link_end(&u->tap);
	*state = u->over || u->tap.err ? LINK_OVER : LINK_WAIT;
	return u->tap.err;
}

static int usb_fd(const struct link *l)
{
	return ((const struct link_usb *)l)->epoll_fd;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

static int64_t usb_due(const struct link *l)
{
	const struct link_usb *u = (const struct link_usb *)l;
	int64_t due = tap_link_due(&u->tap);
	struct timeval t;

	if (!u->tap.begun_ns || u->changed)
		return 0;
	if (u->spin)
		due = sooner(due, u->tap.now_ns + SPIN_MS * MS);
	if (!u->stream)
		due = sooner(due, u->search_ns);
	if (libusb_get_next_timeout(u->context, &t) == 1)
		due = sooner(due, u->tap.now_ns + (int64_t)t.tv_sec * 1000 * MS +
		                          (int64_t)t.tv_usec * 1000 + 1);
	due = sooner(due, u->hid_ns);
	return sooner(due, u->finish_ns);
}

static void usb_finish(struct link *l, int64_t now_ns)
{
	struct link_usb *u = usb_of(l);
	const uint8_t off = 0;

	if (u->finish_ns)
		return;
	/* It stops first, and all that it had goes up: what is under way when transfers are cancelled would be lost. */
	u->tap.stopped = !u->tap.capture_wanted;
	if (u->tap.capture_wanted && u->stream)
		usb_command(l, WIRE_OP_CAPTURE, &off, 1);
	u->tap.capture_wanted = false;
	u->finish_ns = now_ns + GOODBYE_MS * MS;
}

static void drop_record(void *context, const struct record *r)
{
	(void)context;
	(void)r;
}

static void usb_free(struct link *l)
{
	struct link_usb *u = usb_of(l);
	const struct record_sink nowhere = {.record = drop_record};
	struct timeval wait = {.tv_usec = 20000};

	u->tap.sink = &nowhere;
	/* Cancelled transfers come back soon; one that does not is better leaked than written to after it was freed. */
	if (u->stream)
		tap_pipe_stop(u->stream);
	for (unsigned i = 0; i < 50 && u->stream; i++) {
		if (tap_pipe_state(u->stream) == TAP_PIPE_ENDED)
			break;
		libusb_handle_events_timeout_completed(u->context, &wait, NULL);
	}
	if (!u->stream || tap_pipe_state(u->stream) == TAP_PIPE_ENDED)
		close_device(u);
	if (u->context) {
		libusb_set_pollfd_notifiers(u->context, NULL, NULL, NULL);
		if (u->has_hotplug)
			libusb_hotplug_deregister_callback(u->context, u->hotplug);
		if (!u->handle)
			libusb_exit(u->context);
	}
	if (u->epoll_fd >= 0)
		close(u->epoll_fd);
	tap_link_release(&u->tap);
	free(u);
}

static const struct link_ops ops = {
	.pump = usb_pump,
	.fd = usb_fd,
	.due = usb_due,
	.clock = tap_link_clock,
	.info = tap_link_info,
	.status = tap_link_status,
	.command = usb_command,
	.finish = usb_finish,
	.free = usb_free,
};

static enum err prepare(struct link_usb *u)
{
	const struct libusb_pollfd **fds;

	u->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (u->epoll_fd < 0 || libusb_init(&u->context) < 0)
		return ERR_USB;
	u->has_hotplug = libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) &&
	                 libusb_hotplug_register_callback(u->context,
	                                                  LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED |
	                                                          LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
	                                                  0, USB_TAP_VENDOR, USB_TAP_PRODUCT,
	                                                  LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug, u,
	                                                  &u->hotplug) == 0;
	fds = libusb_get_pollfds(u->context);
	for (unsigned i = 0; fds && fds[i]; i++)
		add_fd(fds[i]->fd, fds[i]->events, u);
	libusb_free_pollfds(fds);
	libusb_set_pollfd_notifiers(u->context, add_fd, remove_fd, u);
	return ERR_NONE;
}

static enum err err_of(int error)
{
	switch (error) {
	case 0:
		return ERR_NONE;
	case LIBUSB_ERROR_ACCESS:
		return ERR_ACCESS;
	case LIBUSB_ERROR_BUSY:
		return ERR_BUSY;
	case LIBUSB_ERROR_NO_MEM:
		return ERR_MEMORY;
	case LIBUSB_ERROR_NOT_FOUND:
		return ERR_NO_TAP;
	default:
		return ERR_USB;
	}
}

enum err link_usb_open(struct link **out, const char *serial, bool capture,
                       char message[LINK_MESSAGE_MAX])
{
	struct link_usb *u = calloc(1, sizeof(*u));
	enum err err;

	*out = NULL;
	snprintf(message, LINK_MESSAGE_MAX, "%s", err_text(ERR_MEMORY));
	if (!u)
		return ERR_MEMORY;
	u->epoll_fd = u->hid_fd = -1;
	snprintf(u->serial, sizeof(u->serial), "%s", serial);
	err = tap_link_init(&u->tap, &ops, LINK_SOURCE_TAP, serial);
	u->tap.capture_wanted = capture;
	if (!err) {
		snprintf(message, LINK_MESSAGE_MAX, "USB cannot be used on this machine");
		err = prepare(u);
	}
	if (!err)
		err = err_of(find_and_open(u, message));
	if (err)
		usb_free(&u->tap.link);
	else
		*out = &u->tap.link;
	return err;
}
