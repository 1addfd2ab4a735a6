/* See calibration.h. */
#include "core/calibration.h"
#include "core/bytes.h"

enum {
	MAGIC = 0x4c414343, /* "CCAL" */
	VERSION = 1,
	SUMMED = CALIBRATION_BYTES - 4,
};

static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *data++;
		for (unsigned i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

size_t calibration_put(uint8_t to[CALIBRATION_BYTES], struct calibration *c)
{
	store_le32(to, MAGIC);
	store_le16(to + 4, VERSION);
	store_le16(to + 6, CALIBRATION_BYTES);
	store_le32(to + 8, c->sequence);
	for (unsigned i = 0; i < CALIBRATION_RANGES; i++) {
		store_le16(to + 12 + 4 * i, c->curve[i].zero);
		store_le16(to + 14 + 4 * i, c->curve[i].slope);
	}
	c->id = crc32(to, SUMMED);
	store_le32(to + SUMMED, c->id);
	return CALIBRATION_BYTES;
}

static bool is_near(uint16_t v, uint32_t middle, uint32_t off)
{
	return v >= middle - off && v <= middle + off;
}

bool calibration_is_possible(const struct calibration *c)
{
	static const uint16_t off[CALIBRATION_RANGES] = {CALIBRATION_ZERO_OFF_MA,
	                                                 CALIBRATION_ZERO_OFF_UA};

	for (unsigned i = 0; i < CALIBRATION_RANGES; i++)
		if (!is_near(c->curve[i].zero, ADC_CURVE_ZERO, off[i]) ||
		    !is_near(c->curve[i].slope, ADC_CURVE_ONE, CALIBRATION_SLOPE_OFF))
			return false;
	return true;
}

bool calibration_get(struct calibration *to, const uint8_t *from, size_t len)
{
	struct bytes b = bytes_of(from, len);
	uint32_t magic = bytes_le32(&b), crc;
	uint16_t version = bytes_le16(&b), length = bytes_le16(&b);
	struct calibration c = {.sequence = bytes_le32(&b)};

	*to = (struct calibration){0};
	for (unsigned i = 0; i < CALIBRATION_RANGES; i++) {
		c.curve[i].zero = bytes_le16(&b);
		c.curve[i].slope = bytes_le16(&b);
	}
	crc = bytes_le32(&b);
	if (b.short_read || magic != MAGIC || version != VERSION || length != CALIBRATION_BYTES ||
	    crc != crc32(from, SUMMED) || !crc || !calibration_is_possible(&c))
		return false;
	c.id = crc;
	*to = c;
	return true;
}
