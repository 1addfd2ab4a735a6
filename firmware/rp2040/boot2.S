/*
 * Boot stage 2: the chip's ROM copies these 252 bytes to RAM and runs them there; they connect the flash to the address
 * space and start the image behind them. In: the flash as the ROM leaves it. Out: execute in place with the plain 03h
 * read, which every serial flash knows without being configured; speed does not matter, the image runs from RAM.
 * The checksum in the last four bytes is put there by tool/image.c. RP2040 datasheet §2.8.1.3.1, §4.10.13.
 */
	.syntax unified
	.cpu cortex-m0plus
	.thumb
	.section .boot2, "ax"

	.equ SSI_BASE, 0x18000000
	.equ SSI_CTRLR0, 0x00
	.equ SSI_CTRLR1, 0x04
	.equ SSI_ENR, 0x08
	.equ SSI_SER, 0x10
	.equ SSI_BAUDR, 0x14
	.equ SSI_SPI_CTRLR0, 0xf4

	.global boot2
	.thumb_func
boot2:
	push	{lr}
	ldr	r3, =SSI_BASE
	movs	r0, #0
	str	r0, [r3, #SSI_ENR]
	movs	r0, #4			/* 30 MHz at 120 MHz; 03h is good for 50 */
	str	r0, [r3, #SSI_BAUDR]
	ldr	r0, =(31 << 16) | (3 << 8) /* frames of 32 bits; send command and address, then receive */
	str	r0, [r3, #SSI_CTRLR0]
	movs	r0, #0
	str	r0, [r3, #SSI_CTRLR1]	/* one frame an access */
	ldr	r0, =(0x03 << 24) | (2 << 8) | (6 << 2) /* command 03h of 8 bits, 24 bits of address */
	movs	r1, #SSI_SPI_CTRLR0
	str	r0, [r3, r1]
	movs	r0, #1
	str	r0, [r3, #SSI_SER]
	str	r0, [r3, #SSI_ENR]
	pop	{r0}
	cmp	r0, #0			/* the ROM starts it with LR = 0; flash routines call it and want it back */
	beq	1f
	bx	r0
1:	ldr	r0, =0x10000100
	ldr	r1, =0xe000ed08		/* VTOR */
	str	r0, [r1]
	ldmia	r0, {r0, r1}
	msr	msp, r0
	bx	r1
	.ltorg
