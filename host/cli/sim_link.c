#include "cli/sim_link.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/tap_write.h"
#include "sim/recording.h"

/* The whole recording into the file of `fd`, which goes to the writer. */
static enum err make(int fd, const struct scenario_plan *plan)
{
	struct recording *r = NULL;
	struct tap_writer *w;
	enum err err = tap_writer_create_fd(&w, fd), closed;
	struct record_sink sink = {.context = w, .record = tap_writer_record};

	if (err)
		return err;
	r = recording_new(plan, &sink, NULL);
	if (!r)
		err = ERR_MEMORY;
	while (r && recording_step(r))
		;
	recording_free(r);
	closed = tap_writer_close(w);
	return err ? err : closed;
}

enum err sim_link_open(struct link **l, const struct scenario_plan *plan, double speed)
{
	int fd = memfd_create("cordon-simulation", MFD_CLOEXEC), own = fd < 0 ? -1 : dup(fd);
	enum err err = own < 0 ? ERR_OPEN : ERR_NONE;
	char path[32];

	*l = NULL;
	if (!err) {
		err = make(own, plan);
		own = -1;
	}
	if (!err) {
		/* Opened anew: from its beginning, and its own. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		err = link_file_open(l, path, speed);
	}
	if (!err)
		(*l)->source = LINK_SOURCE_SIMULATOR;
	if (fd >= 0)
		close(fd);
	return err;
}
