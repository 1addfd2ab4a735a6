/* Seeds for fuzz_hid: a boot keyboard, one of two ids with a bitmap, and what floods descriptors are made of. */
#include <stdint.h>

#include "tests/fuzz/seed.h"

/* clang-format off */
static const uint8_t boot[] = {
	45, 0, 0x05, 1, 0x09, 6, 0xa1, 1, 0x05, 7, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 8,
	0x81, 2, 0x95, 1, 0x75, 8, 0x81, 1, 0x19, 0, 0x29, 0xff, 0x26, 0xff, 0, 0x95, 6, 0x75, 8, 0x81, 0, 0xc0,
	0x09, 1, 0xc0,
	8, 0, 0, 4, 0, 0, 0, 0, 0, 8, 2, 0, 4, 5, 0, 0, 0, 0, 8, 0, 0, 1, 1, 1, 1, 1, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0,
	3, 0, 0, 9, 8, 0, 0, 0x10, 0, 0, 0, 0, 0,
};
static const uint8_t bitmap[] = {
	44, 0, 0x85, 1, 0x05, 7, 0x19, 4, 0x29, 0x73, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 0x70, 0x81, 2, 0x85, 2,
	0x19, 4, 0x29, 0x1d, 0x15, 1, 0x25, 0x1a, 0x75, 4, 0x95, 2, 0x81, 0, 0xa4, 0x05, 0x0c, 0x09, 0xe9, 0xb4,
	0xa9, 1, 0xa9, 0,
	15, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 2, 2, 0x21, 3, 1, 0, 0xff,
};
static const uint8_t flood[] = {
	40, 0, 0x77, 255, 255, 255, 255, 0x97, 255, 255, 255, 255, 0x81, 2, 0x1b, 0, 0, 0, 0, 0x2b, 255, 255, 255,
	255, 0x75, 3, 0x95, 9, 0x81, 0, 0x0b, 4, 0, 7, 0, 0xfe, 1, 2, 3, 0x81, 2, 0xb4,
	9, 1, 2, 3, 4, 5, 6, 7, 8, 9,
};
/* clang-format on */

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	return !(seed_put(argv[1], "boot", boot, sizeof(boot)) &&
	         seed_put(argv[1], "bitmap", bitmap, sizeof(bitmap)) &&
	         seed_put(argv[1], "flood", flood, sizeof(flood)));
}
