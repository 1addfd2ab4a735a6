/*
 * The instructions of the RP2040's PIO as constant expressions. RP2040 datasheet §3.4.
 * In: operands. Out: the 16-bit word. The delay goes on top with PIO_DELAY; no side-set is used.
 */
#ifndef CORDON_CORE_PIO_CODE_H
#define CORDON_CORE_PIO_CODE_H

enum pio_condition {
	PIO_ALWAYS = 0,
	PIO_X_ZERO = 1,
	PIO_X_DEC = 2,
	PIO_Y_ZERO = 3,
	PIO_Y_DEC = 4,
	PIO_X_NE_Y = 5,
	PIO_PIN = 6,
	PIO_OSR_LEFT = 7,
};

enum pio_operand {
	PIO_PINS = 0,
	PIO_X = 1,
	PIO_Y = 2,
	PIO_NULL = 3,
	PIO_PINDIRS = 4, /* of OUT and SET */
	PIO_STATUS = 5,  /* of MOV as a source; as a target it is the program counter */
	PIO_ISR = 6,
	PIO_OSR = 7, /* as a target of OUT it is EXEC */
};

enum pio_wait_source {
	PIO_WAIT_GPIO = 0,
	PIO_WAIT_PIN = 1,
	PIO_WAIT_IRQ = 2,
};

#define PIO_DELAY(cycles)                 ((cycles) << 8)
#define PIO_JMP(condition, to)            (0x0000 | (condition) << 5 | (to))
#define PIO_WAIT(polarity, source, index) (0x2000 | (polarity) << 7 | (source) << 5 | (index))
#define PIO_IN(source, bits)              (0x4000 | (source) << 5 | ((bits)&31))
#define PIO_OUT(target, bits)             (0x6000 | (target) << 5 | ((bits)&31))
#define PIO_PUSH_BLOCK                    0x8020
#define PIO_MOV(target, source)           (0xa000 | (target) << 5 | (source))
#define PIO_IRQ_SET(index)                (0xc000 | (index))
#define PIO_IRQ_CLEAR(index)              (0xc040 | (index))
#define PIO_SET(target, value)            (0xe000 | (target) << 5 | (value))

#endif
