/*
 * Commands to the flash through the SSI, chip select by hand. RP2040 datasheet §4.10.13; W25Q16JV §8.2: 03h, 02h, 20h, 06h, 05h, 4Bh.
 * In: the SSI as boot stage 2 leaves it. Out: bytes. Execute in place is off from flash_start on and is not missed: the whole
 * image, its handlers and its constants run from RAM, and no DMA channel reads the flash. So nothing has to stand still while a
 * sector is erased: interrupts, DMA and the main loop go on, the watchdog is fed as ever, and a command may be interrupted
 * between two bytes, for the chip's clock only runs with them.
 * The ROM tries for half a second to boot (§2.8.1): a reset in the middle of an erase, which takes 0.4 s at most, starts all the same.
 */
#include "rp2040/flash.h"
#include "rp2040/regs.h"
#include "core/flash_dev.h"

struct ssi_regs {
	reg32 ctrlr0, ctrlr1, enr, mwcr, ser, baudr, txftlr, rxftlr, txflr, rxflr, sr, imr, isr,
		risr;
	reg32 txoicr, rxoicr, rxuicr, msticr, icr, dmacr, dmatdlr, dmardlr, idr, version, dr0;
};
#define SSI          ((struct ssi_regs *)0x18000000u)
#define QSPI_SS_CTRL (*(reg32 *)0x4001800cu)

enum {
	FRAMES_OF_8 = 7u << 16,
	BOTH_WAYS = 0u << 8,
	RX_NOT_EMPTY = 1u << 3,
	SS_LOW = 2u << 8,
	SS_HIGH = 3u << 8,
	PAGE_PROGRAM = 0x02,
	READ_DATA = 0x03,
	READ_STATUS = 0x05,
	WRITE_ENABLE = 0x06,
	SECTOR_ERASE = 0x20,
	READ_UNIQUE_ID = 0x4b,
	DUMMY_BYTES = 4,
	STATUS_BUSY = 1u << 0,
	BUSY_POLLS = 400000, /* of 2 us and more: longer than any erase */
	DIVIDER = 6,         /* 20 MHz: 03h is good for 50 */
};

static uint8_t exchange(uint8_t byte)
{
	SSI->dr0 = byte;
	while (!(SSI->sr & RX_NOT_EMPTY))
		;
	return (uint8_t)SSI->dr0;
}

static void begin(uint8_t command)
{
	QSPI_SS_CTRL = SS_LOW;
	exchange(command);
}

static void end(void)
{
	QSPI_SS_CTRL = SS_HIGH;
}

static void send_address(uint32_t at)
{
	exchange((uint8_t)(at >> 16));
	exchange((uint8_t)(at >> 8));
	exchange((uint8_t)at);
}

static void enable_write(void)
{
	begin(WRITE_ENABLE);
	end();
}

void flash_start(void)
{
	QSPI_SS_CTRL = SS_HIGH;
	SSI->enr = 0;
	SSI->baudr = DIVIDER;
	SSI->ctrlr0 = FRAMES_OF_8 | BOTH_WAYS;
	SSI->ser = 1;
	SSI->enr = 1;
	/* What a reset has interrupted goes on in the chip, and it answers nothing else until then. */
	for (unsigned i = 0; i < BUSY_POLLS && flash_dev_busy(); i++)
		;
}

uint64_t flash_unique_id(void)
{
	uint64_t id = 0;

	begin(READ_UNIQUE_ID);
	for (unsigned i = 0; i < DUMMY_BYTES; i++)
		exchange(0);
	for (unsigned i = 0; i < 8; i++)
		id = id << 8 | exchange(0);
	end();
	return id;
}

bool flash_dev_busy(void)
{
	uint8_t status;

	begin(READ_STATUS);
	status = exchange(0);
	end();
	return status & STATUS_BUSY;
}

void flash_dev_read(uint32_t at, uint8_t *to, size_t n)
{
	begin(READ_DATA);
	send_address(at);
	while (n--)
		*to++ = exchange(0);
	end();
}

void flash_dev_erase(uint32_t sector)
{
	enable_write();
	begin(SECTOR_ERASE);
	send_address(sector);
	end();
}

void flash_dev_program(uint32_t at, const uint8_t *from, size_t n)
{
	enable_write();
	begin(PAGE_PROGRAM);
	send_address(at);
	while (n--)
		exchange(*from++);
	end();
}
