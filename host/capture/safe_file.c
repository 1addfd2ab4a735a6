/* See safe_file.h. The thread knows a descriptor and a wish, nothing else. */
#include "capture/safe_file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "capture/write_all.h"

#define TEND_NS   INT64_C(900000000) /* and the sync itself, within the second */
#define GATHER_NS INT64_C(100000000) /* a tap sends five hundred times a second */

enum { COPY_SIZE = 64 * 1024, GATHER_SIZE = 64 * 1024 };

struct safe_file {
	int fd;
	char path[SAFE_FILE_TEXT], trouble[SAFE_FILE_TEXT];
	uint64_t bytes, free_bytes;  /* bytes: in the file */
	int64_t tended_ns, flush_ns; /* flush_ns: when what is gathered is due; 0 not known yet */
	bool tended;
	size_t gathered;
	uint8_t gather[GATHER_SIZE];
	int error; /* errno of the first failure; 0 none */

	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex; /* of the rest */
	pthread_cond_t wake;
	bool wanted, leave;
	int sync_fd, sync_error;
};

static void *sync_loop(void *context)
{
	struct safe_file *f = context;

	pthread_mutex_lock(&f->mutex);
	while (!f->leave) {
		int fd;

		if (!f->wanted) {
			pthread_cond_wait(&f->wake, &f->mutex);
			continue;
		}
		f->wanted = false;
		fd = f->sync_fd;
		pthread_mutex_unlock(&f->mutex);
		int error = fdatasync(fd) < 0 ? errno : 0;
		pthread_mutex_lock(&f->mutex);
		if (error && error != EINVAL && !f->sync_error) /* a pipe cannot be synced */
			f->sync_error = error;
	}
	pthread_mutex_unlock(&f->mutex);
	return NULL;
}

static void leave_thread(struct safe_file *f)
{
	if (!f->has_thread)
		return;
	pthread_mutex_lock(&f->mutex);
	f->leave = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->mutex);
	pthread_join(f->thread, NULL);
	f->has_thread = false;
}

/* A power cut must not lose the file's name either. */
static void sync_folder(const char *path)
{
	char copy[SAFE_FILE_TEXT];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static void look_at_room(struct safe_file *f)
{
	struct statvfs v;

	if (fstatvfs(f->fd, &v) == 0)
		f->free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
}

enum err safe_file_create(struct safe_file **out, const char *path)
{
	struct safe_file *f;
	int fd;

	*out = NULL;
	if (strlen(path) >= SAFE_FILE_TEXT) {
		errno = ENAMETOOLONG;
		return ERR_OPEN;
	}
	/* To be read too: it may have to be copied. */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return ERR_OPEN;
	f = calloc(1, sizeof(*f));
	if (!f) {
		close(fd);
		return ERR_MEMORY;
	}
	f->fd = f->sync_fd = fd;
	snprintf(f->path, sizeof(f->path), "%s", path);
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->wake, NULL);
	/* Without it syncing goes on in the loop. */
	f->has_thread = pthread_create(&f->thread, NULL, sync_loop, f) == 0;
	sync_folder(path);
	look_at_room(f);
	*out = f;
	return ERR_NONE;
}

static void fail(struct safe_file *f, int error)
{
	if (f->error)
		return;
	f->error = error;
	snprintf(f->trouble, sizeof(f->trouble),
	         "cannot write '%.300s': %s; it is whole up to there", f->path, strerror(error));
}

/* How much of `data` is blocks that are all within `len`: each states its length in its second word. */
static size_t whole_blocks(const uint8_t *data, size_t len)
{
	size_t at = 0;
	uint32_t block;

	while (len - at >= 2 * sizeof(block)) {
		memcpy(&block, data + at + sizeof(block), sizeof(block));
		block = le32toh(block);
		if (block < 2 * sizeof(block) || block > len - at)
			break;
		at += block;
	}
	return at;
}

static enum err write_now(struct safe_file *f, const void *data, size_t len)
{
	size_t taken;
	int error;

	error = write_all(f->fd, data, len, &taken);
	f->bytes += error ? whole_blocks(data, taken) : len;
	if (!error)
		return ERR_NONE;
	fail(f, error);
	/* The part of a block that found room would be damage. */
	if (ftruncate(f->fd, (off_t)f->bytes) < 0)
		snprintf(f->trouble, sizeof(f->trouble),
		         "cannot write '%.300s': %s; its last block may be cut short", f->path,
		         strerror(error));
	return ERR_WRITE;
}

enum err safe_file_flush(struct safe_file *f)
{
	size_t len = f->gathered;

	f->gathered = 0;
	f->flush_ns = 0;
	if (f->error)
		return ERR_WRITE;
	return len ? write_now(f, f->gather, len) : ERR_NONE;
}

enum err safe_file_write(struct safe_file *f, const void *data, size_t len)
{
	if (f->error)
		return ERR_WRITE;
	if (len > GATHER_SIZE - f->gathered && safe_file_flush(f))
		return ERR_WRITE;
	if (len > GATHER_SIZE)
		return write_now(f, data, len);
	memcpy(f->gather + f->gathered, data, len);
	f->gathered += len;
	return ERR_NONE;
}

static int copy_all(int from, int to)
{
	uint8_t buffer[COPY_SIZE];
	off_t at = 0;
	ssize_t n;
	int error = 0;

	while (!error && (n = pread(from, buffer, sizeof(buffer), at)) != 0) {
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0) {
			error = write_all(to, buffer, (size_t)n, NULL);
			at += n;
		}
	}
	return error;
}

/* A new file by this name, or by the name with a number, in `folder`. */
static int create_in(const char *folder, const char *name, char path[SAFE_FILE_TEXT])
{
	for (unsigned i = 0; i < 100; i++) {
		char number[8] = "";
		int fd;

		if (i)
			snprintf(number, sizeof(number), "%u-", i);
		if (snprintf(path, SAFE_FILE_TEXT, "%s/rescued-%s%s", folder, number, name) >=
		    SAFE_FILE_TEXT)
			return -1;
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* The file has no name any more: what was written is still to be had by its descriptor. */
static void rescue(struct safe_file *f)
{
	const char *temporary = getenv("TMPDIR");
	const char *const folders[] = {".", temporary && *temporary ? temporary : "/tmp",
	                               "/var/tmp"};
	char copy[SAFE_FILE_TEXT], path[SAFE_FILE_TEXT], was[SAFE_FILE_TEXT];
	const char *name;
	int fd = -1, error = ENOENT;

	snprintf(copy, sizeof(copy), "%s", f->path);
	name = basename(copy);
	for (unsigned i = 0; fd < 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		fd = create_in(folders[i], name, path);
		if (fd >= 0 && (error = copy_all(f->fd, fd)) != 0) {
			close(fd);
			unlink(path);
			fd = -1;
		}
	}
	if (fd < 0) {
		fail(f, error);
		return;
	}
	snprintf(was, sizeof(was), "%s", f->path);
	snprintf(f->path, sizeof(f->path), "%s", path);
	snprintf(f->trouble, sizeof(f->trouble), "'%.200s' was deleted; all of it is in '%.200s'",
	         was, path);
	pthread_mutex_lock(&f->mutex);
	/* The thread may be at work on the old one, which stays open under its number. */
	if (dup3(fd, f->fd, O_CLOEXEC) < 0)
		fail(f, errno);
	pthread_mutex_unlock(&f->mutex);
	close(fd);
	sync_folder(path);
}

/* Whether the name still leads to it. A folder that was renamed takes it along: its new name is found. */
static void look_for_it(struct safe_file *f)
{
	char link[64], now[SAFE_FILE_TEXT];
	struct stat at, ours;
	ssize_t n;

	if (fstat(f->fd, &ours) < 0)
		return;
	if (ours.st_nlink == 0) {
		rescue(f);
		return;
	}
	if (stat(f->path, &at) == 0 && at.st_dev == ours.st_dev && at.st_ino == ours.st_ino)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
	n = readlink(link, now, sizeof(now) - 1);
	if (n <= 0)
		return;
	now[n] = '\0';
	snprintf(f->trouble, sizeof(f->trouble), "'%.200s' was moved to '%.200s'", f->path, now);
	snprintf(f->path, sizeof(f->path), "%s", now);
}

enum err safe_file_tend(struct safe_file *f, int64_t now_ns)
{
	bool whole = !f->tended || now_ns - f->tended_ns >= TEND_NS;

	if (f->error)
		return ERR_WRITE;
	if (f->gathered && !f->flush_ns)
		f->flush_ns = now_ns + GATHER_NS;
	if ((whole || (f->gathered && now_ns >= f->flush_ns)) && safe_file_flush(f))
		return ERR_WRITE;
	if (!whole)
		return ERR_NONE;
	f->tended = true;
	f->tended_ns = now_ns;
	look_for_it(f);
	look_at_room(f);
	if (!f->has_thread)
		return safe_file_sync(f);
	pthread_mutex_lock(&f->mutex);
	if (f->sync_error)
		fail(f, f->sync_error);
	f->wanted = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->mutex);
	return f->error ? ERR_WRITE : ERR_NONE;
}

enum err safe_file_sync(struct safe_file *f)
{
	if (!safe_file_flush(f) && fdatasync(f->fd) < 0 && errno != EINVAL)
		fail(f, errno);
	return f->error ? ERR_WRITE : ERR_NONE;
}

enum err safe_file_close(struct safe_file *f)
{
	leave_thread(f);
	if (f->fd < 0)
		return f->error ? ERR_WRITE : ERR_NONE;
	if (!safe_file_flush(f))
		look_for_it(f);
	safe_file_sync(f);
	if (close(f->fd) < 0)
		fail(f, errno);
	f->fd = -1;
	errno = f->error;
	return f->error ? ERR_WRITE : ERR_NONE;
}

void safe_file_free(struct safe_file *f)
{
	if (!f)
		return;
	safe_file_close(f);
	pthread_mutex_destroy(&f->mutex);
	pthread_cond_destroy(&f->wake);
	free(f);
}

const char *safe_file_path(const struct safe_file *f)
{
	return f->path;
}

const char *safe_file_trouble(const struct safe_file *f)
{
	return f->trouble;
}

uint64_t safe_file_bytes(const struct safe_file *f)
{
	return f->bytes + f->gathered;
}

uint64_t safe_file_room(const struct safe_file *f)
{
	return f->free_bytes;
}
