/*
 * What the probe will answer by: a call at the end of each token that it waits for, while there is time to answer. So far it counts them, which
 * shows on a bus of any load that each was heard in time.
 */
#include "tap.h"
#include "rp2040/listen_end.h"
#include "core/bytes.h"
#include "core/packet_words.h"

static volatile uint32_t tokens;

/* Above all interrupts, within 16 bit times of the SE0. USB 2.0 §7.1.18 */
static void on_token(void)
{
	tokens++;
}

enum wire_error probe_token(const struct tap *t, const uint8_t *args, uint8_t *data,
                            size_t *data_len)
{
	uint32_t words[PACKET_WORDS];
	uint8_t bytes[3];

	if (args[0] > 0xf || args[1] > 0x7f || args[2] > 0xf)
		return WIRE_E_VALUE;
	/* A token is known by its words, which the speed decides. */
	if (args[0] && t->line.speed == USB_SPEED_UNKNOWN)
		return WIRE_E_STATE;
	listen_answer(NULL, 0, NULL);
	store_le32(data, tokens);
	*data_len = 4;
	tokens = 0;
	if (!args[0])
		return WIRE_OK;
	packet_token(bytes, (enum usb_pid)args[0], args[1], args[2]);
	listen_answer(words, packet_words(words, bytes, sizeof(bytes), t->line.speed), on_token);
	return WIRE_OK;
}
