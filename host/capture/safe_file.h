/*
 * A file that evidence is written to while it happens. What was handed over stands in the file a tenth of a second later, or
 * at the next safe_file_tend after that, and at once where it is asked for: no more is lost by the program's death. It is on the
 * disk within a second, so that a power cut loses no more than that. A file that cannot take a block keeps the blocks
 * before it, whole. One that is deleted meanwhile is saved to another place and goes on there.
 *
 * Syncing waits for the disk, which may take long, and a capture must not wait: a thread does it.
 */
#ifndef CORDON_CAPTURE_SAFE_FILE_H
#define CORDON_CAPTURE_SAFE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usb/err.h"

enum { SAFE_FILE_TEXT = 512 };

struct safe_file;

/* A new file: one that is there already is evidence too, and not written over (EEXIST). errno is kept with ERR_OPEN. */
enum err safe_file_create(struct safe_file **f, const char *path);

/*
 * Whole blocks of pcapng, gathered. ERR_WRITE, also of an earlier call: those that found room are kept, and nothing more is
 * written.
 */
enum err safe_file_write(struct safe_file *f, const void *data, size_t len);

/* What is gathered into the file. */
enum err safe_file_flush(struct safe_file *f);

/*
 * To be called often: flushes ten times a second; once a second has the disk take what there is, and looks whether the file
 * is still in its place.
 */
enum err safe_file_tend(struct safe_file *f, int64_t now_ns);

/* Waits until the disk has it all. */
enum err safe_file_sync(struct safe_file *f);

/* Looks for it once more, syncs and closes; what is said of it below can still be asked. errno is kept with ERR_WRITE. */
enum err safe_file_close(struct safe_file *f);
void safe_file_free(struct safe_file *f);

/* Where it is now; what befell it, a sentence, "" nothing. */
const char *safe_file_path(const struct safe_file *f);
const char *safe_file_trouble(const struct safe_file *f);
uint64_t safe_file_bytes(const struct safe_file *f); /* those that are gathered, too */
uint64_t safe_file_room(const struct safe_file *f);  /* on its file system, as of the last look */

#endif
