/*
 * Makes what is flashed out of what the linker made: puts the checksum behind boot stage 2 and the image's own hash into
 * its head, writes BIN and UF2, prints the sizes and fails where one is out of bounds.
 * usage: image ELF BIN UF2. Runs on the PC at build time; reads only the output of our own linker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "core/bytes.h"

enum {
	FLASH_BASE = 0x10000000,
	RAM_BASE = 0x20000000,
	BOOT2_LEN = 252,
	HASH_AT = 0x108,
	UF2_PAYLOAD = 256,
	UF2_BLOCK = 512,
	UF2_FAMILY_PRESENT = 0x2000,
	PT_LOAD = 1,
};

static uint8_t elf[4 << 20], flash[BOARD_FLASH_BYTES];

static _Noreturn void fail(const char *what, const char *name)
{
	fprintf(stderr, "image: %s '%s'\n", what, name);
	exit(1);
}

/* CRC32 as the chip's ROM wants it: 0x04c11db7, most significant bit first, nothing inverted. §2.8.1.3.1 */
static uint32_t crc32_rom(const uint8_t *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (; len; len--, data++) {
		crc ^= (uint32_t)*data << 24;
		for (int i = 0; i < 8; i++)
			crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7u : 0);
	}
	return crc;
}

static void write_uf2(const char *name, size_t len)
{
	uint32_t blocks = (uint32_t)((len + UF2_PAYLOAD - 1) / UF2_PAYLOAD);
	FILE *f = fopen(name, "wb");

	if (!f)
		fail("cannot create", name);
	for (uint32_t i = 0; i < blocks; i++) {
		uint8_t block[UF2_BLOCK] = {0};
		const uint32_t head[] = {0x0a324655,
		                         0x9e5d5157,
		                         UF2_FAMILY_PRESENT,
		                         FLASH_BASE + i * UF2_PAYLOAD,
		                         UF2_PAYLOAD,
		                         i,
		                         blocks,
		                         0xe48bff56 /* RP2040 */};

		for (size_t k = 0; k < sizeof(head) / 4; k++)
			store_le32(block + 4 * k, head[k]);
		memcpy(block + 32, flash + i * UF2_PAYLOAD, UF2_PAYLOAD);
		store_le32(block + UF2_BLOCK - 4, 0x0ab16f30);
		if (fwrite(block, sizeof(block), 1, f) != 1)
			fail("cannot write", name);
	}
	if (fclose(f))
		fail("cannot write", name);
}

int main(int argc, char **argv)
{
	size_t flash_len = 0, ram = 0;
	FILE *f;

	if (argc != 4)
		fail("usage: image ELF BIN UF2, not", argc > 1 ? argv[1] : "");
	f = fopen(argv[1], "rb");
	if (!f)
		fail("cannot open", argv[1]);
	struct bytes b = bytes_of(elf, fread(elf, 1, sizeof(elf), f));
	fclose(f);

	bytes_take(&b, 28);
	uint32_t phoff = bytes_le32(&b);
	bytes_take(&b, 12);
	unsigned entries = bytes_le16(&b);
	if (b.short_read || memcmp(elf, "\177ELF\1\1", 6))
		fail("no 32-bit ELF file", argv[1]);
	for (unsigned i = 0; i < entries; i++) {
		struct bytes p = bytes_of(elf, sizeof(elf));

		bytes_take(&p, phoff + 32 * i);
		uint32_t type = bytes_le32(&p), offset = bytes_le32(&p), vaddr = bytes_le32(&p);
		uint32_t paddr = bytes_le32(&p), filesz = bytes_le32(&p), memsz = bytes_le32(&p);

		if (type != PT_LOAD)
			continue;
		if (vaddr >= RAM_BASE)
			ram += memsz;
		if (!filesz)
			continue;
		if (p.short_read || offset > sizeof(elf) - filesz || paddr < FLASH_BASE ||
		    paddr - FLASH_BASE > sizeof(flash) - filesz)
			fail("a segment lies outside the flash in", argv[1]);
		memcpy(flash + (paddr - FLASH_BASE), elf + offset, filesz);
		if (paddr - FLASH_BASE + filesz > flash_len)
			flash_len = paddr - FLASH_BASE + filesz;
	}
	if (flash_len <= HASH_AT + 4)
		fail("nothing to flash in", argv[1]);
	store_le32(flash + HASH_AT, crc32_rom(flash, flash_len));
	store_le32(flash + BOOT2_LEN, crc32_rom(flash, BOOT2_LEN));

	f = fopen(argv[2], "wb");
	if (!f || fwrite(flash, flash_len, 1, f) != 1 || fclose(f))
		fail("cannot write", argv[2]);
	write_uf2(argv[3], flash_len);
	printf("flash %zu of %d bytes, RAM %zu of %d bytes, hash %08x\n", flash_len,
	       BOARD_FLASH_BYTES, ram, BOARD_RAM_BYTES, (unsigned)load_le32(flash + HASH_AT));
	if (ram > BOARD_RAM_BYTES)
		fail("too much RAM used by", argv[1]);
	return 0;
}
