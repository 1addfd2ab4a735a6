/*
 * Taps under umockdev: a fake usbfs and hidraw for the program that is run behind it, which knows nothing of that. Each tap
 * is the tests' simulated one (tests/unit/sim_tap.h) in real time.
 * usage: umockdev-wrapper umock_tap SCENARIO PROGRAM [ARGUMENT...]
 * The exit code is the program's. The scenarios stand in umock_scenarios.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <umockdev.h>
#include <unistd.h>

#include "core/usb_desc.h"
#include "tests/link/umock_describe.h"
#include "tests/link/umock_scenarios.h"
#include "tests/unit/sim_tap.h"

#define MS UINT64_C(1000000)

enum { TAPS_MAX = 4, URBS_MAX = 128, REPORT = 64, SERIAL_FIRST = 0xa0, NOBODY = 65534 };

struct urb {
	UMockdevIoctlData *data, *buffer;
	gulong address;
	bool discarded;
};

struct port {
	unsigned index;
	pthread_mutex_t mutex; /* of all below */
	struct sim_tap sim;
	uint64_t begin_ns, first_ns, filled_ns; /* 0: not yet */
	bool gone, halted;
	unsigned transfers, plugs, deaf, alerts;
	struct urb urb[URBS_MAX];
	unsigned urbs;
	int hid_fd;
	struct umock_names names;
};

static const struct scenario *scenario;
static struct port taps[TAPS_MAX];
static UMockdevTestbed *testbed;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void power_on(struct port *t)
{
	t->plugs++;
	sim_tap_init(&t->sim,
	             &(struct sim_tap_options){
			     .serial = SERIAL_FIRST + t->index,
			     .boot_id = scenario->draws_boot_id ? t->plugs * 0x9e3779b9 : 1,
			     .version = scenario->version,
			     .packets_a_second = scenario->packets_a_second,
			     .selftest = scenario->selftest,
			     .calibrate_error = scenario->calibrate_error,
			     .calibrate_reason = scenario->calibrate_reason,
			     .vbus_off = scenario->vbus_off,
			     .refuse_settings = scenario->refuse_settings,
		     });
	t->begin_ns = now_ns();
	t->gone = t->halted = false;
}

static uint64_t since_first_ms(const struct port *t)
{
	return t->first_ns ? (now_ns() - t->first_ns) / MS : 0;
}

/* What there is for one read, into its buffer; 0 nothing yet. */
static size_t bytes_for(struct port *t, uint8_t *to, size_t room)
{
	static uint32_t seed = 1;
	size_t n;

	if (scenario->noise) {
		for (n = 0; n < room; n++) {
			seed = seed * 1664525 + 1013904223;
			to[n] = (uint8_t)(seed >> 24);
		}
		return n;
	}
	if (scenario->mute)
		return 0;
	sim_tap_run(&t->sim, now_ns() - t->begin_ns);
	if (scenario->still_ms && since_first_ms(t) >= scenario->still_ms &&
	    since_first_ms(t) < scenario->still_ms + STILL_MS)
		return 0;
	n = t->sim.out_len < room ? t->sim.out_len : room;
	if (scenario->longest && n > scenario->longest)
		n = 1 + t->transfers % scenario->longest;
	if (scenario->whole && n < room && now_ns() - t->filled_ns < 20 * MS)
		return 0;
	if (n > t->sim.out_len)
		n = t->sim.out_len;
	memcpy(to, t->sim.out, n);
	sim_tap_taken(&t->sim, n);
	t->filled_ns = now_ns();
	return n;
}

static bool each(unsigned n, unsigned of)
{
	return of && n % of == 0;
}

static bool finish_read(struct port *t, struct usbdevfs_urb *u, uint8_t *buffer)
{
	if (t->halted) {
		u->status = -EPIPE;
		return true;
	}
	u->actual_length = (int)bytes_for(t, buffer, (size_t)u->buffer_length);
	if (!u->actual_length)
		return false;
	u->status = 0;
	if (!t->first_ns)
		t->first_ns = now_ns();
	t->transfers++;
	/* What a transfer carried before it went wrong has arrived. */
	if (each(t->transfers, scenario->stall_each)) {
		t->halted = true;
		u->status = -EPIPE;
	}
	if (each(t->transfers, scenario->fault_each))
		u->status = -EPROTO;
	return true;
}

/* Whether it is done by now; then its status stands in it. */
static bool finish(struct port *t, struct urb *x)
{
	struct usbdevfs_urb *u = (void *)x->data->data;

	u->actual_length = 0;
	if (x->discarded || t->gone) {
		u->status = t->gone ? scenario->unplug_status : -ENOENT;
		return true;
	}
	if (u->type == USBDEVFS_URB_TYPE_CONTROL) {
		u->status = -EPIPE;
		return true;
	}
	if (u->endpoint == 0x01 && scenario->deaf && x->buffer->data[1] == WIRE_OP_CAPTURE &&
	    !t->deaf++) {
		u->status = -EPROTO;
		return true;
	}
	if (u->endpoint == 0x01) {
		sim_tap_command(&t->sim, x->buffer->data, (size_t)u->buffer_length, NULL);
		u->actual_length = u->buffer_length;
		u->status = 0;
		return true;
	}
	return finish_read(t, u, x->buffer->data);
}

static void reap(struct port *t, UMockdevIoctlClient *c, UMockdevIoctlData *arg)
{
	unsigned i = 0;

	while (i < t->urbs && !finish(t, &t->urb[i]))
		i++;
	if (i == t->urbs) {
		umockdev_ioctl_client_complete(c, -1, t->gone ? ENODEV : EAGAIN);
		return;
	}
	umockdev_ioctl_data_set_ptr(arg, 0, t->urb[i].data);
	umockdev_ioctl_client_complete(c, 0, 0);
	g_object_unref(t->urb[i].data);
	memmove(&t->urb[i], &t->urb[i + 1], (--t->urbs - i) * sizeof(t->urb[0]));
}

static int submit(struct port *t, UMockdevIoctlData *arg)
{
	struct usbdevfs_urb *u = (void *)arg->data;
	UMockdevIoctlData *buffer;

	if (t->gone)
		return ENODEV;
	if (t->urbs == URBS_MAX)
		return ENOMEM;
	buffer = umockdev_ioctl_data_resolve(arg, offsetof(struct usbdevfs_urb, buffer),
	                                     (gsize)u->buffer_length, NULL);
	t->urb[t->urbs++] = (struct urb){
		.data = g_object_ref(arg), .buffer = buffer, .address = arg->client_addr};
	return 0;
}

static int discard(struct port *t, gulong address)
{
	for (unsigned i = 0; i < t->urbs; i++)
		if (t->urb[i].address == address) {
			t->urb[i].discarded = true;
			return 0;
		}
	return EINVAL;
}

static int simple(struct port *t, gulong request, UMockdevIoctlData *arg)
{
	switch (request) {
	case USBDEVFS_GET_CAPABILITIES:
		*(uint32_t *)(void *)arg->data = USBDEVFS_CAP_BULK_CONTINUATION |
		                                 USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
		                                 USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
		return 0;
	case USBDEVFS_CLAIMINTERFACE:
		return t->gone ? ENODEV : scenario->busy ? EBUSY : 0;
	case USBDEVFS_CLEAR_HALT:
		if (t->gone)
			return ENODEV;
		t->halted = false;
		return 0;
	case USBDEVFS_RELEASEINTERFACE:
		return t->gone ? ENODEV : 0;
	default:
		return ENOTTY;
	}
}

static gboolean on_usb(UMockdevIoctlBase *base, UMockdevIoctlClient *c, gpointer context)
{
	struct port *t = context;
	gulong request = umockdev_ioctl_client_get_request(c);
	UMockdevIoctlData *pointer = umockdev_ioctl_client_get_arg(c), *arg = NULL;
	int error = 0;

	(void)base;
	if (_IOC_SIZE(request))
		arg = umockdev_ioctl_data_resolve(pointer, 0, _IOC_SIZE(request), NULL);
	pthread_mutex_lock(&t->mutex);
	if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY) {
		reap(t, c, arg);
	} else {
		if (request == USBDEVFS_SUBMITURB)
			error = submit(t, arg);
		else if (request == USBDEVFS_DISCARDURB)
			error = discard(t, *(gulong *)(void *)pointer->data);
		else
			error = simple(t, request, arg);
		umockdev_ioctl_client_complete(c, error ? -1 : 0, error);
	}
	pthread_mutex_unlock(&t->mutex);
	g_clear_object(&arg);
	return TRUE;
}

static gboolean on_hid(UMockdevIoctlBase *base, UMockdevIoctlClient *c, gpointer context)
{
	gulong request = umockdev_ioctl_client_get_request(c);
	UMockdevIoctlData *arg = umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(c), 0,
	                                                     _IOC_SIZE(request), NULL);
	size_t len;
	const uint8_t *descriptor = usb_desc_hid(0x22, &len);

	(void)base;
	(void)context;
	if (request == HIDIOCGRDESCSIZE)
		*(int *)(void *)arg->data = (int)len;
	else if (request == HIDIOCGRDESC)
		memcpy(((struct hidraw_report_descriptor *)(void *)arg->data)->value, descriptor,
		       len);
	umockdev_ioctl_client_complete(
		c, request == HIDIOCGRDESCSIZE || request == HIDIOCGRDESC ? 0 : -1, ENOTTY);
	g_clear_object(&arg);
	return TRUE;
}

/* Output reports, with their id in front; each is answered by an input report. */
static void *serve_hid(void *context)
{
	struct port *t = context;
	uint8_t report[1 + REPORT], answer[REPORT];
	size_t n = 0;

	for (;;) {
		ssize_t got = read(t->hid_fd, report + n, sizeof(report) - n);

		if (got <= 0) {
			usleep(1000);
			continue;
		}
		n += (size_t)got;
		if (n < sizeof(report))
			continue;
		n = 0;
		pthread_mutex_lock(&t->mutex);
		sim_tap_command(&t->sim, report + 1, REPORT, answer);
		pthread_mutex_unlock(&t->mutex);
		if (write(t->hid_fd, answer, sizeof(answer)) != sizeof(answer))
			perror("umock_tap: hidraw");
	}
	return NULL;
}

static void need(bool good, const char *what, GError *error)
{
	if (good)
		return;
	fprintf(stderr, "umock_tap: %s: %s\n", what, error ? error->message : "");
	exit(99);
}

static void attach(struct port *t, const char *node, GCallback handler)
{
	UMockdevIoctlBase *base = umockdev_ioctl_base_new();
	GError *error = NULL;

	g_signal_connect(base, "handle-ioctl", handler, t);
	need(umockdev_testbed_attach_ioctl(testbed, node, base, &error), node, error);
}

static void plug(unsigned index)
{
	struct port *t = &taps[index];
	pthread_t thread;
	GError *error = NULL;
	GString *s;

	t->index = index;
	pthread_mutex_init(&t->mutex, NULL);
	umock_name(&t->names, index, SERIAL_FIRST + index);
	power_on(t);
	s = umock_describe_usb(&t->names);
	if (!scenario->no_hid)
		umock_describe_hid(&t->names, s);
	need(umockdev_testbed_add_from_string(testbed, s->str, &error), "describe", error);
	g_string_free(s, TRUE);
	attach(t, t->names.usb_node, G_CALLBACK(on_usb));
	if (scenario->no_hid)
		return;
	attach(t, t->names.hid_node, G_CALLBACK(on_hid));
	t->hid_fd = umockdev_testbed_get_dev_fd(testbed, t->names.hid_node);
	need(t->hid_fd >= 0 && pthread_create(&thread, NULL, serve_hid, t) == 0, "hidraw", NULL);
}

/* Root may everything, so the program runs as nobody: who may use all of the testbed, but for the tap. */
static void lock_out(void)
{
	gchar *root = umockdev_testbed_get_root_dir(testbed);
	gchar *command = g_strdup_printf("chmod -R a+rwX %s && chmod 0600 %s%s", root, root,
	                                 taps[0].names.usb_node);

	if (system(command) != 0)
		fputs("umock_tap: cannot lock the program out\n", stderr);
	g_free(command);
	g_free(root);
}

static pid_t run(char **argv)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (scenario->no_access && getuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		_exit(99);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static void tell(const struct port *t, const char *what)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys%s", t->names.usb_path);
	umockdev_testbed_uevent(testbed, path, what);
}

static void raise_alerts(struct port *t)
{
	while (t->alerts < SCENARIO_ALERTS) {
		const struct scenario_alert *a = &scenario->alert[t->alerts];
		const struct wire_alert alert = {.sequence = a->sequence,
		                                 .what = WIRE_ALERT_VBUS_FAULT};
		uint8_t report[REPORT];

		if (!a->sequence || since_first_ms(t) < a->ms)
			return;
		sim_tap_alert(&t->sim, &alert, a->in_stream, report);
		if (a->by_hid && write(t->hid_fd, report, sizeof(report)) != sizeof(report))
			perror("umock_tap: hidraw");
		t->alerts++;
	}
}

/* Unplugs and plugs in, and raises alerts, as the scenario says. */
static void tend(struct port *t)
{
	uint64_t now = now_ns();
	bool leave = false, back = false;

	pthread_mutex_lock(&t->mutex);
	raise_alerts(t);
	if (scenario->unplug_ms && t->first_ns && !t->gone && t->plugs == 1 &&
	    now - t->first_ns >= scenario->unplug_ms * MS)
		leave = t->gone = true;
	else if (t->gone && scenario->back_ms &&
	         now - t->first_ns >= (scenario->unplug_ms + scenario->back_ms) * MS)
		back = true;
	if (back) {
		for (unsigned i = 0; i < t->urbs; i++)
			g_object_unref(t->urb[i].data);
		t->urbs = 0;
		power_on(t);
	}
	pthread_mutex_unlock(&t->mutex);
	/* The kernel tells a little after transfers have failed. */
	if (leave) {
		usleep(20000);
		tell(t, "remove");
	}
	if (back)
		tell(t, "add");
}

int main(int argc, char **argv)
{
	unsigned count;
	int status;
	pid_t pid;

	for (size_t i = 0; argc > 2 && i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, argv[1]) == 0)
			scenario = &scenarios[i];
	if (!scenario) {
		fputs("usage: umockdev-wrapper umock_tap SCENARIO PROGRAM [ARGUMENT...]\n", stderr);
		return 99;
	}
	testbed = umockdev_testbed_new();
	count = scenario->taps ? scenario->taps : strcmp(scenario->name, "none") != 0;
	for (unsigned i = 0; i < count; i++)
		plug(i);
	if (scenario->no_access)
		lock_out();
	pid = run(argv + 2);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		usleep(5000);
		for (unsigned i = 0; i < count; i++)
			tend(&taps[i]);
	}
	/* Threads are still at work: nothing is torn down. */
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
}
