/*
 * DuckyScript's keys: texts, chords, holding, codes, delays between keys, modes, pointers; both generations' spellings.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ducky_script.h"

struct sample {
	const char *script, *actions;
};

static void run(const struct sample *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(ducky_actions(s[i].script, NULL), s[i].actions);
}

#define RUN(table) run(table, sizeof(table) / sizeof(*(table)))

static void texts_become_strokes(void **state)
{
	static const struct sample s[] = {
		{"STRING aB", "a S-b done"},
		{"STRING  a ", "2c a 2c done"},
		{"STRINGLN a\r\nSTRING b\rENTER\n", "a 28 b 28 done"},
		{"\xef\xbb\xbfSTRINGLN", "28 done"},
		{"STRING\n  ab\n\tc\nEND_STRING\nTAB", "a b c 2b done"},
		{"STRINGLN\n\ta\n\t\tb\nEND_STRINGLN", "a 28 2b b 28 done"},
		{"STRING_POWERSHELL\na\nEND_STRING", "a done"},
		{"STRINGLN_BASH\na\nEND_STRINGLN", "a 28 done"},
		{"REM STRING a\n// b\nREM_BLOCK x\nSTRING c\nEND_REM\nSTRING d", "d done"},
		{"STRING a\xc3\xa4z", "a z done"}, /* what a US keyboard lacks is left out */
	};

	(void)state;
	RUN(s);
}

static void chords_of_all_spellings(void **state)
{
	static const struct sample s[] = {
		{"GUI r\nWINDOWS r\nCOMMAND r\nGUI R", "G-r G-r G-r G-r done"},
		{"CTRL-ALT DELETE\nCTRL ALT DELETE\nCONTROL+ALT+DEL", "C-A-4c C-A-4c C-A-4c done"},
		{"GUI\nSHIFT", "G S done"},
		{"ALT F4\nALT-f4\nMENU\nAPP", "A-3d A-3d 65 65 done"},
		{"DOWN\nDOWNARROW\nUP\nLEFTARROW\nRIGHT", "51 51 52 50 4f done"},
		{"CTRL -\nCTRL--\nCTRL ,", "C-2d C-2d C-36 done"},
		{"GUI a b", "+G +a +b -b -a -G done"},
		{"NUMPAD_5\nKPAD_0\nF13\nPRINTSCREEN\nPAUSE", "5d 62 68 46 48 done"},
		{"m", "m done"},
		{"Q GUI r\nQUACK STRING ab", "G-r a b done"},
		{"INJECT_MOD\nGUI\nINJECT_MOD COMMAND", "G G done"},
	};

	(void)state;
	RUN(s);
}

static void keys_are_held_and_let_go(void **state)
{
	static const struct sample s[] = {
		{"HOLD SHIFT\nSTRING a\nRELEASE SHIFT", "+S a -S done"},
		{"HOLD a\nDELAY 5\nRELEASE a", "+a d5 -a done"},
		{"HOLD CTRL b\nRELEASE", "+C +b -b -C done"},
		{"HOLD CTRL\nHOLD x\nRESET", "+C +x -x -C done"},
		{"KEY_DOWN 0402\nKEY_UP 0402\nMOD_DOWN 0402\nMOD_UP 0402\nINJECT 0402",
	         "+a -a +S -S S-a done"},
	};

	(void)state;
	RUN(s);
}

static void codes_by_the_keypad(void **state)
{
	static const struct sample s[] = {
		{"ALTCHAR 65", "+A 5e 5d -A done"},  {"ALTCODE 168", "+A 59 5e 60 -A done"},
		{"ALTSTRING A", "+A 5e 5d -A done"}, {"ALTCODE AA", "+A 5e 5d -A +A 5e 5d -A done"},
		{"SYSRQ b", "+A +46 b -46 -A done"},
	};

	(void)state;
	RUN(s);
}

static void delays(void **state)
{
	static const struct sample s[] = {
		{"DELAY 100\nENTER", "d100 28 done"},
		{"DEFAULT_DELAY 7\nENTER\nDELAY 3\nSTRING ab", "28 d7 d3 a b d7 done"},
		{"DEFAULTDELAY 7\nENTER", "28 d7 done"},
		{"DEFAULTCHARDELAY 9\nSTRING ab", "a@9 b@9 done"},
		{"DEFAULT_CHAR_DELAY 9\nENTER\nSTRING a", "28 a@9 done"},
		{"STRING_DELAY 4\nSTRING ab\nSTRING c", "a@4 b@4 c done"},
		{"ENTER\nREPEAT 2", "28 28 28 done"},
		{"TAB\nREPLAY 1", "2b 2b done"},
		{"REPEAT 3 TAB\nREPEAT 0 ENTER", "2b 2b 2b done"},
	};

	(void)state;
	RUN(s);
}

static void devices_and_pointers(void **state)
{
	static const struct sample s[] = {
		{"ATTACKMODE HID VID_05AC PID_021E MAN_A PROD_B SERIAL_1", "modeH:05ac:021e done"},
		{"ATTACKMODE STORAGE\nSTRING a\nATTACKMODE HID STORAGE\nSTRING b",
	         "modeS:0000:0000 modeHS:0000:0000 b done"},
		{"SAVE_ATTACKMODE\nATTACKMODE OFF\nRESTORE_ATTACKMODE\nENTER",
	         "mode:0000:0000 modeH:0000:0000 28 done"},
		{"ID 1234:abcd Some One:A Thing", "modeH:1234:abcd done"},
		{"MOUSE MOVE -10 20\nMOUSE CLICK 3\nMOUSE SCROLL -1\nJIGGLER ON",
	         "mouse0:-10:20:0 mouse1:0:0:3 mouse2:0:-1:0 mouse3:0:0:1 done"},
		{"MOUSEMOVE 1 2\nLEFTCLICK\nRIGHT_CLICK\nMOUSESCROLL 3\nMOUSE 4 5",
	         "mouse0:1:2:0 mouse1:0:0:1 mouse1:0:0:2 mouse2:0:3:0 mouse0:4:5:0 done"},
		{"LED_R\nLED_OFF\nLED G SLOW\nMEDIA MUTE\nHIDE_PAYLOAD\nRESTORE_PAYLOAD",
	         "led:R led:OFF led:G SLOW media:MUTE files0 files1 done"},
	};

	(void)state;
	RUN(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_strokes),
		cmocka_unit_test(chords_of_all_spellings),
		cmocka_unit_test(keys_are_held_and_let_go),
		cmocka_unit_test(codes_by_the_keypad),
		cmocka_unit_test(delays),
		cmocka_unit_test(devices_and_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
