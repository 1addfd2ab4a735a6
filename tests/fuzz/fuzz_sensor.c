/* The sensors on arbitrary samples, changes and overflows: every record must be well formed, and none longer than time itself. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/sensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void on_band(void *context, const struct wire_band *b, uint16_t raw)
{
	(void)context;
	(void)raw;
	assert(b->channel < SENSOR_CHANNELS && b->minimum <= b->maximum);
}

static void drain(struct upstream *up)
{
	uint8_t sink[64];

	upstream_flush(up);
	while (upstream_fetch(up, sink, sizeof(sink)))
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct sensor s;
	static struct upstream up;
	struct bytes b = bytes_of(data, len);
	uint16_t chunk[SENSOR_CHUNK], level = 500;

	upstream_init(&up);
	sensor_init(&s, &up, on_band, NULL);
	s.telling = true;
	sensor_anchor(&s, 1000);
	while (bytes_left(&b)) {
		uint8_t what = bytes_u8(&b);

		if (what & 0x80)
			sensor_change(&s, what & 0x40 ? WIRE_MUX : WIRE_CURRENT, what & 7,
			              s.tick + (what & 0x38) * 100u,
			              sensor_settling(WIRE_MUX, what & 7));
		if ((what & 0xc3) == 0x43)
			sensor_anchor(&s, s.tick + bytes_le16(&b));
		if ((what & 0xc3) == 0x42)
			sensor_thresholds(&s, bytes_le16(&b), bytes_u8(&b), bytes_u8(&b));
		for (unsigned i = 0; i < SENSOR_CHUNK; i++) {
			if (i % 3 == what % 4u)
				level = bytes_le16(&b) & (what & 8 ? 0x8fff : 0x0fff);
			chunk[i] = level;
		}
		sensor_samples(&s, chunk);
		drain(&up);
	}
	return 0;
}
