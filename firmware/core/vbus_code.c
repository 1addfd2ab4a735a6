/* The code of the keyed supply; see vbus_code.h. */
#include "core/vbus_code.h"

#include "core/bytes.h"
#include "core/wire.h"

/* MurmurHash3's last steps: each bit of the result hangs on each bit of what goes in. */
static uint32_t mix(uint32_t x)
{
	x = (x ^ x >> 16) * 0x85ebca6bu;
	x = (x ^ x >> 13) * 0xc2b2ae35u;
	return x ^ x >> 16;
}

void vbus_code_put(uint8_t to[VBUS_CODE_BYTES], const struct vbus_code *c)
{
	store_le32(to, c->seed);
	store_le16(to + 4, c->chips);
	store_le16(to + 6, c->chip_ms);
}

bool vbus_code_get(struct vbus_code *c, const uint8_t *from, size_t len)
{
	if (len < VBUS_CODE_BYTES)
		return false;
	*c = (struct vbus_code){.seed = load_le32(from),
	                        .chips = load_le16(from + 4),
	                        .chip_ms = load_le16(from + 6)};
	return !c->chips || (!(c->chips & 1) && c->chips <= VBUS_CODE_CHIPS_MAX &&
	                     c->chip_ms >= VBUS_CODE_MS_MIN && c->chip_ms <= VBUS_CODE_MS_MAX);
}

bool vbus_code_on(const struct vbus_code *c, unsigned chip)
{
	if (chip >= c->chips)
		return false;
	return (mix(c->seed + (chip >> 1) * 0x9e3779b9u) >> 31) ^ (chip & 1);
}

void vbus_keyer_start(struct vbus_keyer *k, const struct vbus_code *c, uint64_t now,
                      uint16_t request)
{
	*k = (struct vbus_keyer){
		.code = *c, .start = now, .request = request, .running = c->chips != 0};
}

uint64_t vbus_keyer_next(const struct vbus_keyer *k)
{
	return k->start + (uint64_t)k->chip * k->code.chip_ms * (WIRE_TICK_HZ / 1000);
}

bool vbus_keyer_due(struct vbus_keyer *k, uint64_t now, bool *on)
{
	if (!k->running || now < vbus_keyer_next(k))
		return false;
	*on = vbus_code_on(&k->code, k->chip);
	k->running = k->chip++ < k->code.chips;
	return true;
}
