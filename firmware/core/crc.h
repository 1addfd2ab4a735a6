/*
 * The two checksums of USB packets. USB 2.0 §8.3.5. Both are sent complemented, least significant bit first;
 * both functions return the value as it stands in the packet, so that a good packet compares equal.
 */
#ifndef CORDON_CORE_CRC_H
#define CORDON_CORE_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC5 over the low `bits` bits of `value`: 11 for a token, 19 for a split token. USB 2.0 §8.3.5.1 */
uint8_t crc5(uint32_t value, unsigned bits);

/* Whether the two bytes behind a token's PID, 11 bits and their CRC5, are good. */
bool crc5_token_good(const uint8_t bytes[2]);

/* CRC16 over a data packet's payload, without its PID. USB 2.0 §8.3.5.2 */
uint16_t crc16(const uint8_t *data, size_t len);

/* The same, piece by piece: start with 0xffff, complement the last result. */
uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t len);

/* Its table, for a loop that has the bytes one at a time: crc = crc >> 8 ^ table[(crc ^ byte) & 0xff]. */
const uint16_t *crc16_table(void);

#endif
