/*
 * Where a recording goes: one file, or a ring of them (NAME-000001.EXT, ...), each whole in itself, of which the oldest are
 * deleted beyond a size. Never deleted: the first, which has the enumeration, and those around a finding.
 */
#ifndef CORDON_CAPTURE_RECORD_FILES_H
#define CORDON_CAPTURE_RECORD_FILES_H

#include "capture/link.h"

/* The least that a ring can be: eight files of 64 KiB. */
#define RECORD_RING_MIN (UINT64_C(512) * 1024)

struct record_files;

/* `ring`: bytes, at least RECORD_RING_MIN; 0: one file. errno is kept with ERR_OPEN. */
enum err record_files_create(struct record_files **f, const char *path, uint64_t ring);
void record_files_free(struct record_files *f);

/* Whole blocks. After a failure nothing more is written, and the status says why. */
void record_files_write(struct record_files *f, const uint8_t *data, size_t len);

/* The file at hand is full: end its content, then call record_files_next. */
bool record_files_full(const struct record_files *f);
void record_files_next(struct record_files *f);

/* Something was found: what was just written is in the file at once, and stays, as what comes next. */
void record_files_keep(struct record_files *f);

void record_files_tend(struct record_files *f, int64_t now_ns);
void record_files_sync(struct record_files *f);
void record_files_close(struct record_files *f);

/* The part of a link's status that is about files. */
void record_files_status(const struct record_files *f, struct link_status *s);

#endif
