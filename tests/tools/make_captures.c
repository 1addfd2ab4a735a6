/*
 * Makes the captures under tests/captures: usage: make_captures DIRECTORY [NAME...]. For each scene a folder with
 * capture.pcapng and README. The same program makes the same bytes. Leaves alone: what is in them (scenes.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/pcapng_write.h"
#include "tests/tools/scenes.h"
#include "tests/tools/usbpcap_bytes.h"

/* The captures' own epoch: 2026-01-01 00:00 UTC. */
static const uint64_t START_NS = 1767225600000000000u;

static const struct pcapng_interface raw[] = {
	{.link_type = 294, .name = "full speed"},
	{.link_type = 293, .name = "low speed"},
};
static const struct pcapng_interface usbmon[] = {{.link_type = 220, .name = "usbmon1"}};
static const struct pcapng_interface usbpcap[] = {{.link_type = 249, .name = "\\\\.\\USBPcap1"}};

static void urb_to_usbpcap(void *context, const struct record *r)
{
	uint8_t bytes[USBPCAP_BYTES_MAX];

	if (r->kind == RECORD_URB)
		pcapng_block(context, 0, r->t_ns, bytes, usbpcap_bytes(bytes, &r->urb, r->bus));
}

static int fail(const char *path)
{
	fprintf(stderr, "make_captures: cannot write '%s': %s\n", path, strerror(errno));
	return 1;
}

static int write_readme(const struct scene *s, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f || fprintf(f, "Simulated: %s.\n", s->about) < 0) {
		if (f)
			fclose(f);
		return fail(path);
	}
	return fclose(f) ? fail(path) : 0;
}

static int cut(const char *path, unsigned bytes)
{
	struct stat st;

	if (stat(path, &st) || st.st_size <= (off_t)bytes || truncate(path, st.st_size - bytes))
		return fail(path);
	return 0;
}

static int make(const struct scene *s, const char *directory, struct script *script)
{
	struct pcapng_head head = {.hardware = "simulated",
	                           .application = "cordon make_captures",
	                           .comment = s->about,
	                           .start_ns = START_NS,
	                           .big_endian = s->big_endian,
	                           .interfaces = raw,
	                           .interface_count = 2};
	struct record_sink sink = {.record = pcapng_record};
	struct bus_settings set = s->set;
	struct pcapng_writer *w = NULL;
	char path[4096];

	if (s->link != LINK_RAW) {
		head.interfaces = s->link == LINK_USBMON ? usbmon : usbpcap;
		head.interface_count = 1;
	}
	/* These files have Packetry's codes for line events, which know no detach. */
	set.analyzer = true;
	if (s->link == LINK_USBPCAP)
		sink.record = urb_to_usbpcap;
	snprintf(path, sizeof(path), "%s/%s", directory, s->name);
	if (mkdir(path, 0777) && errno != EEXIST)
		return fail(path);
	snprintf(path, sizeof(path), "%s/%s/README", directory, s->name);
	if (write_readme(s, path))
		return 1;
	snprintf(path, sizeof(path), "%s/%s/capture.pcapng", directory, s->name);
	if (pcapng_create(&w, path, &head))
		return fail(path);
	sink.context = w;
	if (!script_run(script, s->steps, &sink, &set, s->seed)) {
		fprintf(stderr, "make_captures: '%s' names what there is not\n", s->name);
		pcapng_close(w);
		return 1;
	}
	if (pcapng_close(w))
		return fail(path);
	return s->cut ? cut(path, s->cut) : 0;
}

int main(int argc, char **argv)
{
	struct script *script = malloc(sizeof(*script));
	int failed = 0;

	if (argc < 2 || !script) {
		fprintf(stderr, "usage: make_captures DIRECTORY [NAME...]\n");
		free(script);
		return 2;
	}
	for (size_t i = 0; i < scenes_count; i++) {
		bool wanted = argc == 2;

		for (int a = 2; a < argc; a++)
			wanted |= strcmp(argv[a], scenes[i].name) == 0;
		if (wanted)
			failed |= make(&scenes[i], argv[1], script);
	}
	free(script);
	return failed;
}
