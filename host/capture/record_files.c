/* See record_files.h. */
#include "capture/record_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/safe_file.h"

/* The ring holds so many files at the least: the finer, the less goes with the oldest. */
enum { FILES_A_RING = 8 };

struct part {
	unsigned number;
	bool keep;
	uint64_t bytes;
};

struct record_files {
	char path[SAFE_FILE_TEXT];
	uint64_t ring, closed_bytes; /* closed_bytes: of all parts before, those deleted too */
	unsigned number;             /* of the part at hand, from 1 */
	struct safe_file *file;
	bool found, found_before; /* in the part at hand; in the one before */
	bool failed;
	char trouble[LINK_MESSAGE_MAX];
	struct part *parts; /* closed and still there, the oldest first */
	size_t part_count;
};

static bool part_path(const struct record_files *f, unsigned number, char path[SAFE_FILE_TEXT])
{
	const char *slash = strrchr(f->path, '/'), *dot = strrchr(f->path, '.');
	size_t stem = strlen(f->path);

	if (!f->ring)
		return snprintf(path, SAFE_FILE_TEXT, "%s", f->path) < SAFE_FILE_TEXT;
	if (dot && dot != f->path && (!slash || dot > slash + 1))
		stem = (size_t)(dot - f->path);
	return snprintf(path, SAFE_FILE_TEXT, "%.*s-%06u%s", (int)stem, f->path, number,
	                f->path + stem) < SAFE_FILE_TEXT;
}

static enum err open_part(struct record_files *f)
{
	char path[SAFE_FILE_TEXT];

	f->number++;
	if (!part_path(f, f->number, path)) {
		errno = ENAMETOOLONG;
		return ERR_OPEN;
	}
	return safe_file_create(&f->file, path);
}

enum err record_files_create(struct record_files **out, const char *path, uint64_t ring)
{
	struct record_files *f = calloc(1, sizeof(*f));
	enum err err = ERR_NONE;

	*out = NULL;
	if (!f)
		return ERR_MEMORY;
	f->ring = ring;
	if (snprintf(f->path, sizeof(f->path), "%s", path) >= (int)sizeof(f->path)) {
		errno = ENAMETOOLONG;
		err = ERR_OPEN;
	}
	if (!err)
		err = open_part(f);
	if (err) {
		int saved = errno;

		free(f);
		errno = saved;
		return err;
	}
	*out = f;
	return ERR_NONE;
}

void record_files_free(struct record_files *f)
{
	if (!f)
		return;
	safe_file_free(f->file);
	free(f->parts);
	free(f);
}

/* The first trouble stays: later ones come of it. */
static void take_trouble(struct record_files *f)
{
	if (!f->trouble[0] && f->file)
		snprintf(f->trouble, sizeof(f->trouble), "%s", safe_file_trouble(f->file));
}

static void fail(struct record_files *f)
{
	f->failed = true;
	take_trouble(f);
}

void record_files_write(struct record_files *f, const uint8_t *data, size_t len)
{
	bool head;

	if (f->failed)
		return;
	/* Without its head a file is nothing at all: that does not wait with the rest. */
	head = !safe_file_bytes(f->file);
	if (safe_file_write(f->file, data, len) || (head && safe_file_flush(f->file)))
		fail(f);
}

bool record_files_full(const struct record_files *f)
{
	return f->ring && !f->failed && safe_file_bytes(f->file) >= f->ring / FILES_A_RING;
}

/* Deletes the oldest that nothing was found in, until the rest fits the ring with one more part. */
static void make_room(struct record_files *f)
{
	uint64_t kept = f->ring / FILES_A_RING;
	size_t n = 0;

	for (size_t i = 0; i < f->part_count; i++)
		kept += f->parts[i].keep ? 0 : f->parts[i].bytes;
	/* The newest stays: the next part may find something that began in it. */
	for (size_t i = 0; i < f->part_count; i++) {
		char path[SAFE_FILE_TEXT];
		struct part *p = &f->parts[i];

		if (!p->keep && kept > f->ring && i + 1 < f->part_count &&
		    part_path(f, p->number, path)) {
			kept -= p->bytes;
			unlink(path);
			continue;
		}
		f->parts[n++] = *p;
	}
	f->part_count = n;
}

static bool remember(struct record_files *f)
{
	struct part *parts = realloc(f->parts, (f->part_count + 1) * sizeof(*parts));

	if (!parts)
		return false;
	f->parts = parts;
	parts[f->part_count++] = (struct part){
		.number = f->number,
		.keep = f->number == 1 || f->found || f->found_before,
		.bytes = safe_file_bytes(f->file),
	};
	return true;
}

/*
 * Where the part at hand is now, the next go too: the folder was moved with all of them, or is gone, and what could be saved
 * of it has another name. Then the parts before are no more, and a file that has one's new name is somebody else's.
 */
static void follow(struct record_files *f)
{
	const char *now = safe_file_path(f->file), *found = NULL, *slash = strrchr(now, '/');
	const char *was = strrchr(f->path, '/');
	char expected[SAFE_FILE_TEXT], path[SAFE_FILE_TEXT], tag[16];
	size_t len = (size_t)snprintf(tag, sizeof(tag), "-%06u", f->number);

	if (!f->ring || (part_path(f, f->number, expected) && strcmp(now, expected) == 0))
		return;
	for (const char *at = slash ? slash : now; (at = strstr(at, tag)) != NULL; at++)
		found = at;
	/* Whoever has renamed this one alone means this one. */
	if (!found)
		return;
	snprintf(path, sizeof(path), "%.*s%s", (int)(found - now), now, found + len);
	slash = strrchr(path, '/');
	if (strcmp(slash ? slash + 1 : path, was ? was + 1 : f->path) != 0)
		f->part_count = 0;
	memcpy(f->path, path, sizeof(f->path));
}

void record_files_next(struct record_files *f)
{
	if (f->failed)
		return;
	if (safe_file_close(f->file)) {
		fail(f);
		return;
	}
	take_trouble(f);
	follow(f);
	f->closed_bytes += safe_file_bytes(f->file);
	/* Without memory for the list a part stays, which is no harm. */
	if (remember(f))
		make_room(f);
	f->found_before = f->found;
	f->found = false;
	safe_file_free(f->file);
	f->file = NULL;
	if (open_part(f)) {
		f->failed = true;
		snprintf(f->trouble, sizeof(f->trouble),
		         "cannot create the next file of '%.300s': %s", f->path, strerror(errno));
	}
}

void record_files_keep(struct record_files *f)
{
	f->found = true;
	if (f->part_count)
		f->parts[f->part_count - 1].keep = true;
	if (!f->failed && safe_file_flush(f->file))
		fail(f);
}

void record_files_tend(struct record_files *f, int64_t now_ns)
{
	if (f->failed)
		return;
	if (safe_file_tend(f->file, now_ns))
		fail(f);
	take_trouble(f);
}

void record_files_sync(struct record_files *f)
{
	if (!f->failed && safe_file_sync(f->file))
		fail(f);
}

void record_files_close(struct record_files *f)
{
	if (!f->file)
		return;
	if (safe_file_close(f->file))
		fail(f);
	take_trouble(f);
}

void record_files_status(const struct record_files *f, struct link_status *s)
{
	s->recording = true;
	s->failed = f->failed;
	snprintf(s->file, sizeof(s->file), "%s", f->file ? safe_file_path(f->file) : f->path);
	snprintf(s->trouble, sizeof(s->trouble), "%s", f->trouble);
	s->file_bytes = f->closed_bytes + (f->file ? safe_file_bytes(f->file) : 0);
	s->free_bytes = f->file ? safe_file_room(f->file) : 0;
}
