/*
 * Commands to the flash through the SSI, chip select by hand. RP2040 datasheet §4.10.13; W25Q16JV §8.2.28 (4Bh).
 * In: nothing. Out: its answer. Execute in place is off afterwards and is not missed: the image runs from RAM.
 */
#include "rp2040/flash.h"
#include "rp2040/regs.h"

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
	READ_UNIQUE_ID = 0x4b,
	DUMMY_BYTES = 4,
};

static uint8_t exchange(uint8_t byte)
{
	SSI->dr0 = byte;
	while (!(SSI->sr & RX_NOT_EMPTY))
		;
	return (uint8_t)SSI->dr0;
}

uint64_t flash_unique_id(void)
{
	uint64_t id = 0;

	SSI->enr = 0;
	SSI->baudr = 6;
	SSI->ctrlr0 = FRAMES_OF_8 | BOTH_WAYS;
	SSI->ser = 1;
	SSI->enr = 1;
	QSPI_SS_CTRL = SS_LOW;
	exchange(READ_UNIQUE_ID);
	for (unsigned i = 0; i < DUMMY_BYTES; i++)
		exchange(0);
	for (unsigned i = 0; i < 8; i++)
		id = id << 8 | exchange(0);
	QSPI_SS_CTRL = SS_HIGH;
	return id;
}
