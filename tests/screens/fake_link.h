/* A link that a test feeds record by record, as a tap would: live, not to be paced. */
#ifndef CORDON_TESTS_SCREENS_FAKE_LINK_H
#define CORDON_TESTS_SCREENS_FAKE_LINK_H

#include "capture/link.h"

struct fake_link;

struct link *fake_link_new(void);

/* Queued until the next pump; the bytes are copied. Times never step back. */
void fake_link_push(struct link *l, const struct record *r);

/* A device on bus 1 with this address and strings enumerates and is configured: a boot keyboard. */
void fake_link_keyboard(struct link *l, int64_t t_ns, uint8_t address, const char *manufacturer,
                        const char *product, const char *serial);

/* One boot report of it. */
void fake_link_report(struct link *l, int64_t t_ns, uint8_t address, uint8_t modifiers,
                      uint8_t usage);

/* Records that the dashboard took. */
uint64_t fake_link_taken(const struct link *l);

#endif
