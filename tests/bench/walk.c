/*
 * The floor for the benchmarks: reads a pcap or pcapng file of this machine's byte order with read(2) and steps over its
 * blocks, adding up lengths. It checks nothing and decodes nothing: what a reader costs more than this is the reader's.
 * usage: walk FILE
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	SIZE = 256 * 1024,
	PCAP_HEADER = 24,
	PCAP_PACKET = 16,
};

static uint8_t buffer[SIZE];

static uint32_t word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	uint64_t blocks = 0, sum = 0;
	size_t at = 0, end = 0, head, field;
	ssize_t got;

	if (fd < 0) {
		fprintf(stderr, "usage: walk FILE\n");
		return 2;
	}
	got = read(fd, buffer, SIZE);
	end = got > 0 ? (size_t)got : 0;
	if (end < PCAP_HEADER)
		return 1;
	if (word(buffer) == 0x0a0d0d0a) {
		head = 0;
		field = 4;
	} else {
		at = PCAP_HEADER;
		head = PCAP_PACKET;
		field = 8;
	}
	for (;;) {
		while (end - at >= 16) {
			size_t len = head + word(buffer + at + field);

			if (len > end - at || len < 8)
				break;
			at += len;
			blocks++;
			sum += len;
		}
		memmove(buffer, buffer + at, end - at);
		end -= at;
		at = 0;
		got = read(fd, buffer + end, SIZE - end);
		if (got <= 0)
			break;
		end += (size_t)got;
	}
	printf("%llu blocks, %llu bytes\n", (unsigned long long)blocks, (unsigned long long)sum);
	return 0;
}
