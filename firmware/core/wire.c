/*
 * The bodies of the wire protocol, to bytes and back. In: structures or bytes nobody vouches for. Out: the other.
 * One table of fields serves both directions, so that they cannot differ. Leaves alone: blocks (wire_block.c).
 */
#include "core/wire.h"
#include "core/bytes.h"

struct field {
	uint8_t offset, size, count;
};

#define S(type, member)                                                                            \
	{                                                                                          \
		offsetof(struct wire_##type, member), sizeof(((struct wire_##type *)0)->member), 1 \
	}
#define A(type, member, n)                                                                         \
	{                                                                                          \
		offsetof(struct wire_##type, member),                                              \
			sizeof(((struct wire_##type *)0)->member) / (n), (n)                       \
	}
#define END                                                                                        \
	{                                                                                          \
		0, 0, 0                                                                            \
	}

static const struct field hello[] = {S(hello, version),
                                     S(hello, capabilities),
                                     S(hello, tick_hz),
                                     S(hello, serial),
                                     S(hello, boot_id),
                                     S(hello, firmware),
                                     S(hello, calibration),
                                     S(hello, board),
                                     S(hello, start_cause),
                                     S(hello, bus_switch),
                                     S(hello, vbus),
                                     S(hello, range),
                                     S(hello, capturing),
                                     S(hello, speed),
                                     S(hello, guard),
                                     A(hello, burst_threshold, 2),
                                     S(hello, step_threshold),
                                     S(hello, failed_checks),
                                     END};
static const struct field packet[] = {S(packet, flags), S(packet, speed), S(packet, len_true), END};
static const struct field line[] = {S(line, event),    S(line, speed),    S(line, lines),
                                    S(line, reserved), S(line, duration), END};
static const struct field fold[] = {S(fold, what),     S(fold, address), S(fold, endpoint),
                                    S(fold, reserved), S(fold, count),   S(fold, span),
                                    S(fold, first),    S(fold, last),    END};
static const struct field count[] = {
	S(count, address), S(count, endpoint), S(count, reserved), S(count, packets),
	S(count, bytes),   S(count, bad),      S(count, span),     END};
static const struct field lost[] = {S(lost, what), A(lost, reserved, 3), S(lost, count),
                                    S(lost, span), END};
static const struct field band[] = {S(band, channel),  S(band, input),   S(band, range),
                                    S(band, reserved), S(band, minimum), S(band, mean),
                                    S(band, maximum),  S(band, floor),   END};
static const struct field burst[] = {
	S(burst, channel), S(burst, input), S(burst, range),  S(burst, reserved),
	S(burst, peak),    S(burst, mean),  S(burst, length), END};
static const struct field step[] = {S(step, channel),
                                    S(step, input),
                                    S(step, range),
                                    S(step, reserved),
                                    S(step, before),
                                    S(step, after),
                                    END};
static const struct field state[] = {S(state, setting), S(state, cause), S(state, request),
                                     S(state, before),  S(state, after), END};
static const struct field reply[] = {S(reply, opcode), S(reply, error), S(reply, request),
                                     S(reply, done), END};
static const struct field alert[] = {S(alert, sequence), S(alert, what), S(alert, address),
                                     S(alert, at), END};
static const struct field status[] = {S(status, packets),
                                      S(status, bad_packets),
                                      S(status, lost_line),
                                      S(status, lost_events),
                                      S(status, lost_records),
                                      S(status, lost_sensor),
                                      S(status, line_high_water),
                                      S(status, event_high_water),
                                      S(status, up_high_water),
                                      S(status, cpu),
                                      S(status, alerts),
                                      S(status, reserved),
                                      END};
static const struct field selftest[] = {S(selftest, ran), S(selftest, failed), S(selftest, detail),
                                        END};
static const struct field uart[] = {S(uart, lines), A(uart, reserved, 3), S(uart, baud), END};
static const struct field dc_path[] = {S(dc_path, path), S(dc_path, open), S(dc_path, reserved),
                                       S(dc_path, resistance), END};
static const struct field cc[] = {S(cc, cc1), S(cc, cc2), END};
static const struct field command[] = {S(command, version),
                                       S(command, opcode),
                                       S(command, request),
                                       S(command, at),
                                       S(command, len),
                                       S(command, reserved),
                                       END};

static const struct field calibrate[] = {S(calibrate, what), S(calibrate, range),
                                         S(calibrate, reserved), S(calibrate, current_na), END};
static const struct field calibration[] = {S(calibration, id),
                                           S(calibration, sequence),
                                           S(calibration, zero_ma),
                                           S(calibration, slope_ma),
                                           S(calibration, zero_ua),
                                           S(calibration, slope_ua),
                                           S(calibration, measured_ma),
                                           S(calibration, measured_ua),
                                           S(calibration, reason),
                                           A(calibration, reserved, 3),
                                           END};

static size_t put(uint8_t *to, const struct field *f, const void *from)
{
	uint8_t *start = to;

	for (; f->size; f++)
		for (unsigned i = 0; i < f->count; i++, to += f->size) {
			const void *v = (const uint8_t *)from + f->offset + i * f->size;

			switch (f->size) {
			case 1:
				*to = *(const uint8_t *)v;
				break;
			case 2:
				store_le16(to, *(const uint16_t *)v);
				break;
			case 4:
				store_le32(to, *(const uint32_t *)v);
				break;
			case 8:
				store_le64(to, *(const uint64_t *)v);
				break;
			}
		}
	return (size_t)(to - start);
}

static bool get(void *to, const struct field *f, const uint8_t *from, size_t len)
{
	struct bytes b = bytes_of(from, len);

	for (; f->size; f++)
		for (unsigned i = 0; i < f->count; i++) {
			void *v = (uint8_t *)to + f->offset + i * f->size;

			switch (f->size) {
			case 1:
				*(uint8_t *)v = bytes_u8(&b);
				break;
			case 2:
				*(uint16_t *)v = bytes_le16(&b);
				break;
			case 4:
				*(uint32_t *)v = bytes_le32(&b);
				break;
			case 8:
				*(uint64_t *)v = bytes_le64(&b);
				break;
			}
		}
	return !b.short_read;
}

#define DEFINE(name)                                                                               \
	size_t wire_##name##_put(uint8_t *to, const struct wire_##name *from)                      \
	{                                                                                          \
		return put(to, name, from);                                                        \
	}                                                                                          \
	bool wire_##name##_get(struct wire_##name *to, const uint8_t *from, size_t len)            \
	{                                                                                          \
		return get(to, name, from, len);                                                   \
	}
WIRE_BODIES(DEFINE)

size_t wire_edge_put(uint8_t *to, uint64_t delta, enum wire_lines lines)
{
	/* The two bits of the lines come first, so that a delta may have all 62 others. */
	uint64_t v = delta << 2 | (unsigned)lines;
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		to[n++] = (uint8_t)(v | 0x80);
	to[n++] = (uint8_t)v;
	return n;
}

size_t wire_edge_get(const uint8_t *from, size_t len, uint64_t *delta, enum wire_lines *lines)
{
	uint64_t v = 0;

	for (size_t n = 0; n < len && n < 10; n++) {
		if (n == 9 && from[n] > 1)
			return 0;
		v |= (uint64_t)(from[n] & 0x7f) << (7 * n);
		if (from[n] < 0x80) {
			*delta = v >> 2;
			*lines = (enum wire_lines)(v & 3);
			return n + 1;
		}
	}
	return 0;
}
