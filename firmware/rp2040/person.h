/* What a person sees, hears and presses: three LEDs on the I2C expander, the buzzer, the button. Nothing here waits. */
#ifndef CORDON_RP2040_PERSON_H
#define CORDON_RP2040_PERSON_H

#include <stdbool.h>
#include <stdint.h>

/* Sets the expander to what is safe, LEDs dark. */
void person_start(void);

/* Whether the expander is there and keeps what it was told; a millisecond at most. */
bool person_answers(void);

/* Bit 0 green, 1 amber, 2 red. */
void person_leds(uint8_t on);
uint8_t person_leds_now(void);

/* A tone; 0 Hz or 0 ms: silence. */
void person_buzz(uint16_t hz, uint16_t ms);

/* Each millisecond: sends what has changed, ends the tone. The Hz of a tone that has just ended, else 0. */
uint16_t person_run(uint32_t now_ms);

/* Pressed now and for the last 20 ms, told once for each time. */
bool person_pressed(void);

#endif
