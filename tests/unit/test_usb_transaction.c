/* Which packet may follow which: the whole matrix, written down a second time from the specification. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "usb/transaction.h"

/*
 * Columns: the PIDs by number, then complete-split, extended token, keep-alive, damage.
 * EXT OUT ACK DATA0 PING SOF NYET DATA2 SPLIT IN NAK DATA1 PRE SETUP STALL MDATA | CSPLIT SUB KEEP DAMAGE
 * b begins, c closes, g goes on, d done, a apart, . invalid.
 */
static const char *const matrix[TRANSACTION_STATES] = {
	[TRANSACTION_IDLE] = "bb..bc..bb..ab..b.aa",
	[TRANSACTION_IN] = "bb.gbc.gbbdgabdgb.ag",
	[TRANSACTION_OUT] = "bb.gbc.gbb.gab.gb.ag",
	[TRANSACTION_SETUP] = "bb.gbc..bb..ab..b.ag",
	[TRANSACTION_PING] = "bbd.bc..bbd.abd.b.ac",
	[TRANSACTION_IN_DATA] = "bbd.bc..bb..ab..b.ac",
	[TRANSACTION_OUT_DATA] = "bbd.bcd.bbd.abd.b.ac",
	[TRANSACTION_SETUP_DATA] = "bbd.bc..bb..ab..b.ac",
	[TRANSACTION_SSPLIT] = "bg..bc..bg..ag..b.ac",
	[TRANSACTION_SSPLIT_IN] = "bbd.bc..bbd.ab..b.ac",
	[TRANSACTION_SSPLIT_OUT] = "bb.gbc..bb.gab..b.ac",
	[TRANSACTION_SSPLIT_SETUP] = "bb.gbc..bb..ab..b.ac",
	[TRANSACTION_SSPLIT_OUT_DATA] = "bbd.bc..bbd.ab..b.ac",
	[TRANSACTION_SSPLIT_SETUP_DATA] = "bbd.bc..bbd.ab..b.ac",
	[TRANSACTION_CSPLIT] = "bg..bc..bg..ag..b.ac",
	[TRANSACTION_CSPLIT_IN] = "bb.dbcd.bbdddbddb.ac",
	[TRANSACTION_CSPLIT_OUT] = "bbd.bcd.bbd.dbd.b.ac",
	[TRANSACTION_CSPLIT_SETUP] = "bbd.bcd.bb..db..b.ac",
	[TRANSACTION_EXT] = "bb..bc..bb...b..bgac",
	[TRANSACTION_LPM] = "bbd.bcd.bb...bd.b.ac",
	[TRANSACTION_DAMAGED] = "bbd.bcd.bbd.abd.b.ac",
};

static void the_matrix(void **state)
{
	static const char letter[] = {
		[TRANSACTION_INVALID] = '.', [TRANSACTION_BEGINS] = 'b',
		[TRANSACTION_GOES_ON] = 'g', [TRANSACTION_DONE] = 'd',
		[TRANSACTION_CLOSED] = 'c',  [TRANSACTION_APART] = 'a',
	};

	(void)state;
	for (unsigned s = 0; s < TRANSACTION_STATES; s++) {
		char got[TRANSACTION_INPUTS + 1] = "";

		for (unsigned i = 0; i < TRANSACTION_INPUTS; i++) {
			struct transaction_step step = transaction_step(s, i);

			got[i] = letter[step.status];
			if (step.status == TRANSACTION_APART)
				assert_int_equal(step.next, s);
			else if (strchr("dc.", got[i]))
				assert_int_equal(step.next, TRANSACTION_IDLE);
			else
				assert_int_not_equal(step.next, TRANSACTION_IDLE);
		}
		if (strcmp(got, matrix[s]))
			print_error("state %u\n", s);
		assert_string_equal(got, matrix[s]);
	}
}

struct sequence {
	uint8_t inputs[8];
	unsigned n;
	uint8_t ends; /* enum transaction_status of the last */
};

enum {
	C = TRANSACTION_SEES_CSPLIT,
	X = TRANSACTION_SEES_SUBTOKEN,
	K = TRANSACTION_SEES_KEEPALIVE,
	D = TRANSACTION_SEES_DAMAGE,
};

static const struct sequence sequences[] = {
	{{USB_PID_IN, USB_PID_NAK}, 2, TRANSACTION_DONE},
	{{USB_PID_IN, USB_PID_DATA1, USB_PID_ACK}, 3, TRANSACTION_DONE},
	{{USB_PID_IN, K, USB_PID_DATA1, K, USB_PID_ACK}, 5, TRANSACTION_DONE},
	{{USB_PID_IN, USB_PID_DATA2, USB_PID_SOF}, 3, TRANSACTION_CLOSED},
	{{USB_PID_OUT, USB_PID_MDATA, USB_PID_OUT}, 3, TRANSACTION_BEGINS},
	{{USB_PID_OUT, USB_PID_DATA0, USB_PID_NYET}, 3, TRANSACTION_DONE},
	{{USB_PID_PRE, USB_PID_OUT, USB_PID_PRE, USB_PID_DATA0, USB_PID_ACK}, 5, TRANSACTION_DONE},
	{{USB_PID_PRE, USB_PID_IN, USB_PID_DATA0, USB_PID_PRE, USB_PID_ACK}, 5, TRANSACTION_DONE},
	{{USB_PID_SETUP, USB_PID_DATA0, USB_PID_ACK}, 3, TRANSACTION_DONE},
	{{USB_PID_SETUP, USB_PID_SETUP}, 2, TRANSACTION_BEGINS},
	{{USB_PID_SPLIT, USB_PID_SETUP, USB_PID_DATA0, USB_PID_ACK}, 4, TRANSACTION_DONE},
	{{C, USB_PID_SETUP, USB_PID_NYET}, 3, TRANSACTION_DONE},
	{{USB_PID_SPLIT, USB_PID_IN, C}, 3, TRANSACTION_BEGINS},
	{{C, USB_PID_IN, USB_PID_MDATA}, 3, TRANSACTION_DONE},
	{{C, USB_PID_IN, USB_PID_PRE}, 3, TRANSACTION_DONE},
	{{USB_PID_EXT, X, USB_PID_ACK}, 3, TRANSACTION_DONE},
	{{USB_PID_IN, D, USB_PID_ACK}, 3, TRANSACTION_DONE},
	{{USB_PID_IN, USB_PID_ACK}, 2, TRANSACTION_INVALID},
	{{USB_PID_IN, USB_PID_DATA0, USB_PID_NAK}, 3, TRANSACTION_INVALID},
	{{USB_PID_IN, USB_PID_DATA0, USB_PID_DATA1}, 3, TRANSACTION_INVALID},
	{{USB_PID_SETUP, USB_PID_DATA1}, 2, TRANSACTION_INVALID},
	{{USB_PID_SETUP, USB_PID_DATA0, USB_PID_NAK}, 3, TRANSACTION_INVALID},
	{{USB_PID_SETUP, USB_PID_DATA0, USB_PID_STALL}, 3, TRANSACTION_INVALID},
	{{USB_PID_PING, USB_PID_NYET}, 2, TRANSACTION_INVALID},
	{{USB_PID_SPLIT, USB_PID_PING}, 2, TRANSACTION_BEGINS},
	{{C, USB_PID_IN, USB_PID_DATA0, USB_PID_ACK}, 4, TRANSACTION_INVALID},
	{{C, USB_PID_OUT, USB_PID_DATA0}, 3, TRANSACTION_INVALID},
	{{USB_PID_ACK}, 1, TRANSACTION_INVALID},
	{{USB_PID_DATA0}, 1, TRANSACTION_INVALID},
	{{USB_PID_SOF, USB_PID_NAK}, 2, TRANSACTION_INVALID},
};

static void whole_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		struct transaction_step step = {TRANSACTION_IDLE, TRANSACTION_APART};

		for (unsigned k = 0; k < sequences[i].n; k++) {
			step = transaction_step(step.next, sequences[i].inputs[k]);
			if (k + 1 < sequences[i].n)
				assert_int_not_equal(step.status, TRANSACTION_INVALID);
		}
		if (step.status != sequences[i].ends)
			print_error("sequence %zu\n", i);
		assert_int_equal(step.status, sequences[i].ends);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matrix),
		cmocka_unit_test(whole_sequences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
