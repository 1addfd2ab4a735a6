#include "capture/write_all.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, const uint8_t *data, size_t len, size_t *taken)
{
	size_t at = 0;
	int error = 0;

	while (at < len && !error) {
		ssize_t n = write(fd, data + at, len - at);

		if (n < 0 && errno != EINTR)
			error = errno;
		if (n > 0)
			at += (size_t)n;
	}
	if (taken)
		*taken = at;
	return error;
}
