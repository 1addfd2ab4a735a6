/*
 * The tap's firmware: the order in which things start, and the main loop.
 * In: the chip as the start stub leaves it. Leaves alone: everything else; each block has its own file in rp2040/.
 */
#include "rp2040/clocks.h"
#include "rp2040/startup.h"

int main(void)
{
	vectors_use();
	clocks_start();
	interrupts_on();
	for (;;)
		wait_for_interrupt();
}
