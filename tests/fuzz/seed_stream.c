/* Seeds for fuzz_stream: an enumeration, split transactions, toggles, link power management, URBs. */
#include <stdint.h>

#include "tests/fuzz/seed.h"

#define PACKET(...)  0x28, sizeof((uint8_t[]){__VA_ARGS__}), __VA_ARGS__
#define URB(...)     0x25, sizeof((uint8_t[]){__VA_ARGS__}), __VA_ARGS__
#define LINE(event)  0x26, 1, event
#define LOST         0x27, 1, 0
#define SETUP        PACKET(0xd, 5, 0)
#define IN0          PACKET(0x9, 5, 0)
#define OUT0         PACKET(0x1, 5, 0)
#define IN1          PACKET(0x9, 0x85, 0)
#define OUT1         PACKET(0x1, 0x85, 0)
#define ACK          PACKET(0x2)
#define NAK          PACKET(0xa)
#define STALL        PACKET(0xe)
#define NYET         PACKET(0x6)
#define GET          PACKET(0x3, 0x80, 6, 0, 1, 0, 0, 18, 0, 0, 0)
#define SET          PACKET(0x3, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0)
#define DATA0        PACKET(0x3, 1, 2, 3, 4, 0, 0)
#define DATA1        PACKET(0xb, 1, 2, 3, 4, 0, 0)
#define EMPTY1       PACKET(0xb, 0, 0)
#define SSPLIT(type) PACKET(0x8, 23, 1, (type) << 1)
#define CSPLIT(type) PACKET(0x8, 23 | 0x80, 1, (type) << 1)

/* clang-format off */
static const uint8_t enumeration[] = {
	LINE(9), SETUP, GET, ACK, IN0, NAK, IN0, DATA1, ACK, IN0, DATA0, ACK, OUT0, EMPTY1, ACK,
	SETUP, SET, ACK, IN0, EMPTY1, ACK, SETUP, GET, ACK, IN0, STALL,
	IN1, NAK, IN1, DATA0, ACK, IN1, DATA0, ACK, IN1, DATA1, IN1, DATA0, ACK, LOST, LINE(7),
};
static const uint8_t splits[] = {
	SSPLIT(0), SETUP, GET, ACK, CSPLIT(0), SETUP, NYET, CSPLIT(0), SETUP, ACK,
	SSPLIT(0), IN0, ACK, CSPLIT(0), IN0, DATA1, SSPLIT(0), OUT0, EMPTY1, ACK, CSPLIT(0), OUT0, ACK,
	SSPLIT(3), IN1, CSPLIT(3), IN1, PACKET(0xf, 9, 9, 0, 0), CSPLIT(3), IN1, DATA0,
	SSPLIT(3), OUT1, DATA0, CSPLIT(3), OUT1, ACK, SSPLIT(2), OUT1, DATA1, ACK, CSPLIT(2), OUT1, NAK,
	SSPLIT(1), OUT1, DATA0, CSPLIT(1), IN1, DATA0, CSPLIT(3), IN1, PACKET(0xc),
};
static const uint8_t others[] = {
	PACKET(0x0, 5, 0), PACKET(0x3, 4, 0), ACK, PACKET(0x4, 0x85, 0), NAK, OUT1, DATA0, NYET,
	PACKET(0xc), IN1, DATA0, PACKET(0xc), ACK, PACKET(0x5, 7, 0), 0x20, 0, IN1, DATA0, IN1, DATA0,
	IN1, DATA0, IN1, DATA0, IN1, DATA0, PACKET(0x7, 1, 0, 0), OUT1, PACKET(0x7, 1, 0, 0), OUT1, DATA1,
};
static const uint8_t urbs[] = {
	URB(1, 0, 2, 0x40, 0x80), URB(1, 1, 2, 0x80, 9, 9), URB(2, 0, 1, 0x81), URB(2, 1, 1, 0x81, 1),
	URB(3, 1, 2, 0x80, 9), URB(3, 0, 2, 0x40, 0), URB(0, 0, 3, 2, 1), URB(0, 0, 3, 2, 2), URB(0, 2, 3, 2),
};
/* clang-format on */

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	return !(seed_put(argv[1], "enumeration", enumeration, sizeof(enumeration)) &&
	         seed_put(argv[1], "splits", splits, sizeof(splits)) &&
	         seed_put(argv[1], "others", others, sizeof(others)) &&
	         seed_put(argv[1], "urbs", urbs, sizeof(urbs)));
}
