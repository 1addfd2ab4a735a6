#!/bin/sh
# `cordon sim` and `cordon scenarios`: the same bytes for the same seed, both formats judged alike, errors with their place. TAP.
# usage: test_sim.sh    needs CORDON (release)
: "${CORDON:=$PWD/build/release/cordon}"
. "$(dirname "$0")/tap.sh"

refused() { # CODE PATTERN ARGUMENT...
	code=$1 pattern=$2
	shift 2
	"$CORDON" sim "$@" >"$work/out" 2>"$work/err"
	[ $? = "$code" ] && [ ! -s "$work/out" ] && grep -q -- "$pattern" "$work/err"
	ok $? "refuses: $*"
}
verdict() { "$CORDON" analyze --json "$1" | sed 's/"input":"[^"]*"//; s/"duration_s":[0-9.]*//'; }

"$CORDON" scenarios >"$work/list"
[ "$(wc -l <"$work/list")" = 51 ] && grep -q '^B16  keyboard' "$work/list"
ok $? 'lists 51 scenarios'
[ "$("$CORDON" scenarios --json | grep -c '^{"id":"[MB][0-9][0-9]",.*"must":\[')" = 51 ]
ok $? 'lists them as JSON'

"$CORDON" sim M13 -o "$work/a.pcapng" --truth "$work/a.json" && "$CORDON" sim m13 -o "$work/b.pcapng" && cmp -s "$work/a.pcapng" "$work/b.pcapng"
ok $? 'same seed, same bytes'
"$CORDON" sim M13 -o - >"$work/c.pcapng" && cmp -s "$work/a.pcapng" "$work/c.pcapng"
ok $? 'standard output'
# Its number stands in the file: that alone would make other bytes.
"$CORDON" sim M13 --seed 2 -o "$work/c.pcapng" --truth "$work/c.json" && ! cmp -s "$work/a.pcapng" "$work/c.pcapng"
ok $? 'another seed, other bytes'
for what in vbus_on_s dp_ohm configured_s address start_s usage; do
	grep "\"$what\"" "$work/a.json" >"$work/a.what"
	grep "\"$what\"" "$work/c.json" >"$work/c.what"
	[ -s "$work/a.what" ] && ! cmp -s "$work/a.what" "$work/c.what"
	ok $? "another seed, another $what"
done
"$CORDON" sim M13 -o "$work/a.tap" && "$CORDON" sim M13 -o "$work/b.tap" && cmp -s "$work/a.tap" "$work/b.tap"
ok $? 'raw dump'
# Ticks round times: verdict, findings and what was typed are the same, their times to the tick are not.
for f in a.pcapng a.tap; do
	"$CORDON" analyze --json "$work/$f" | grep -o '"verdict":"[a-z-]*"\|"rule":"[A-Za-z0-9]*"\|"text":"[^"]*"\|"packets":[0-9]*' >"$work/$f.said"
done
[ "$(grep -c rule "$work/a.tap.said")" -gt 3 ] && diff "$work/a.pcapng.said" "$work/a.tap.said"
ok $? 'both formats are judged alike'
[ "$(grep -c '"usage"' "$work/a.json")" = 40 ] && grep -q '"verdict": \[' "$work/a.json" && grep -q '"vid": "16c0"' "$work/a.json"
ok $? 'the truth has keys, devices and the verdict'

"$CORDON" sim M01 --waveform "$work/w" --seconds 1.5 && "$CORDON" sim M01 --waveform "$work/w2" --seconds 1.5 -o "$work/w.tap" && cmp -s "$work/w" "$work/w2" &&
	head -1 "$work/w" | grep -q '"format":"cordon.waveform/1","scenario":"M01","seed":1' && [ "$(grep -c '^\[[0-9]*,"lines",[0-3]\]$' "$work/w")" -gt 3000 ] &&
	grep -q '^\[[0-9]*,"vbus",1\]$' "$work/w" && grep -q '^\[[0-9]*,"mA",' "$work/w" && grep -q '^\[[0-9]*,"radio_V",' "$work/w"
ok $? 'a waveform, alone and beside a recording'
"$CORDON" sim M01 --seconds 3 -o "$work/s.tap" && "$CORDON" analyze --json "$work/s.tap" >"$work/s.json"
grep -o '"duration_s":[0-9]*' "$work/s.json" | grep -q ':[45]$' && grep -q '"rule":"R4"' "$work/s.json"
ok $? 'a scenario cut short'
"$CORDON" sim M12 -o "$work/p.pcapng" && "$CORDON" sim M12 -o "$work/near.pcapng" --far "$work/far.pcapng" && cmp -s "$work/p.pcapng" "$work/near.pcapng"
ok $? 'the near end is the same with a far one'
"$CORDON" sim M12 -o - --far "$work/far2.pcapng" >"$work/near2.pcapng" && cmp -s "$work/far.pcapng" "$work/far2.pcapng"
ok $? 'and so is the far one each time'
"$CORDON" analyze --json "$work/far.pcapng" >"$work/far.json"
grep -q '"verdict":"no-finding"' "$work/far.json" && [ "$(grep -o '"vid":"[0-9a-f]*"' "$work/far.json" | sort -u | wc -l)" = 1 ]
ok $? 'where the far device alone is seen'
"$CORDON" sim M01 --keyed -o "$work/k.tap" && "$CORDON" sim M01 --keyed -o "$work/k2.tap" && cmp -s "$work/k.tap" "$work/k2.tap" &&
	"$CORDON" analyze --json "$work/k.tap" >"$work/k.json"
[ "$(grep -o '"rule":"R2"' "$work/k.json" | wc -l)" -gt 5 ]
ok $? 'keyed supply: a boot each time VBUS comes on'

refused 2 'far needs --output' M12 --listen "$work/x" --far "$work/x.tap"
refused 2 'far needs --output' M12 --keyed -o "$work/x.tap" --far "$work/y.tap"
refused 2 'same file' M12 -o "$work/x.tap" --far "$work/x.tap"
refused 2 'neither' M12 -o "$work/x.tap" --far "$work/x.far"
refused 1 'cannot open' M12 -o "$work/x.tap" --far "$work/no/x.tap"
refused 2 "is no time" M01 --seconds 0 -o "$work/x.tap"
refused 1 "cannot open '$work/none/w'" M01 --waveform "$work/none/w"
refused 2 "no scenario 'M99'" M99 -o "$work/x.tap"
refused 2 "neither a .pcapng nor a .tap" M01 -o "$work/x.txt"
refused 2 "either --output FILE or --listen" M01
refused 2 "no seed" M01 --seed -1 -o "$work/x.tap"
refused 2 "no load" M01 --far-load some -o "$work/x.tap"
refused 1 "cannot open" M01 -o "$work/none/x.tap"
refused 1 "cannot open '$work/none.json'" "$work/none.json" -o "$work/x.tap"
refused 1 "line 1" --check tests/cli/test_sim.sh
sed 's/"baud": 74880/"baud": "fast"/' host/sim/scenarios.json >"$work/bad.json"
refused 1 "bad.json: scenarios.M01.usb\[3\].baud: expected a number from 300 to 1000000, found 'fast'" --check "$work/bad.json"
refused 2 "has 51 scenarios" host/sim/scenarios.json -o "$work/x.tap"
"$CORDON" sim --check host/sim/scenarios.json | grep -q '^51 scenarios'
ok $? 'checks a file'
# What would silently be something else when it is played.
changed() { # PATTERN SED: of M14
	sed "/\"id\": \"M14\"/,/\"pitfall\"/{$2}" host/sim/scenarios.json >"$work/bad.json"
	if cmp -s host/sim/scenarios.json "$work/bad.json"; then
		ok 1 "changes nothing: $2"
		return
	fi
	refused 1 "bad.json: scenarios.M14.$1" --check "$work/bad.json"
}
changed 'usb\[2\] (line): expected an end before duration_s, 3 s; found that it never begins' 's/"duration_s": [0-9.]*/"duration_s": 3/'
changed 'usb\[5\] (type): expected an end before duration_s, 9 s; found a beginning at .* s, and no end in time' 's/"duration_s": [0-9.]*/"duration_s": 9/'
changed "usb\[5\].device: expected a device with a keyboard, found 'enum_boot'" '/"ev": "type"/s/"device": "enum"/"device": "enum_boot"/'
changed "expect.must\[0\]: expected a rule ('cordon rules' lists them), found 'R99'" 's/"must": \["R1"/"must": ["R99"/'
changed "usb\[5\].typing.text: expected characters of a US keyboard, found '€'" 's/"keys": {[^}]*}/"text": "a<ENTER>€b"/'
"$CORDON" sim M13 -o /dev/full 2>/dev/null
[ $? = 2 ]
ok $? 'a device is no .pcapng'
"$CORDON" sim M13 -o - >/dev/full 2>"$work/err"
[ $? = 1 ] && grep -q 'cannot write' "$work/err"
ok $? 'a full disk is an error'

# Payloads.
cat >"$work/p.txt" <<'END'
REM what a cable might type
ATTACKMODE HID VID_046D PID_C31C MAN_Logitech PROD_Keyboard
DELAY 1000
GUI r
DELAY 500
STRINGLN notepad
HOLD SHIFT
STRING aBc
RELEASE SHIFT
STRING Done by the cable.
ENTER
END
for s in M03 M14 M15 M24; do
	"$CORDON" sim "$s" --payload "$work/p.txt" -o "$work/p.tap" 2>"$work/err" && [ ! -s "$work/err" ] &&
		"$CORDON" analyze --json "$work/p.tap" >"$work/p.json"
	grep -q '"text":"<GUI+r>notepad.nABCDone by the cable\..n"' "$work/p.json" && grep -q '"rule":"R9"' "$work/p.json" && grep -q '"vid":"046d","pid":"c31c"' "$work/p.json"
	ok $? "$s types a payload"
done
"$CORDON" sim M14 --payload "$work/p.txt" --layout de -o "$work/p.tap" && "$CORDON" analyze --layout de --json "$work/p.tap" | grep -q 'notepad.nABCDone'
ok $? 'on another keyboard'
printf 'STRING a\nSTRINK b\n' >"$work/bad.txt"
printf 'STRING a\nDUCKY_LANG XX\n' >"$work/lang.txt"
refused 1 "bad.txt:2: " M03 --payload "$work/bad.txt" -o "$work/x.tap"
refused 2 "no keyboard in the cable" B06 --payload "$work/p.txt" -o "$work/x.tap"
refused 1 "cannot read" M03 --payload "$work/none" -o "$work/x.tap"
refused 2 "unknown keyboard layout" M03 --payload "$work/p.txt" --layout klingon -o "$work/x.tap"
refused 2 "unknown keyboard layout 'zz'" M12 --layout zz -o "$work/x.tap"
refused 2 "unknown keyboard layout 'zz'" --check host/sim/scenarios.json --layout zz
refused 1 "lang.txt:2: DUCKY_LANG 'XX'; expected a keyboard layout's name" M03 --payload "$work/lang.txt" -o "$work/x.tap"
typed() { # LAYOUT OF ANALYZE, SIM'S ARGUMENTS...: the text that the analysis reads
	layout=$1
	shift
	"$CORDON" sim "$@" -o "$work/p.tap" 2>"$work/err" &&
		"$CORDON" analyze --layout "$layout" --json "$work/p.tap" | sed -n 's/.*"keystrokes":\[{[^]]*"text":"\([^"]*\)".*/\1/p'
}
# Each run of a script begins with the first layout again.
printf 'STRING yz\nDUCKY_LANG de\nSTRING yz\n' >"$work/de.txt"
[ "$(typed us M12 --payload "$work/de.txt")" = yzzy ]
ok $? 'a layout holds from its line on'
# By it payloads tell Windows, with and without an ATTACKMODE of their own.
printf 'IF ($_HOST_CONFIGURATION_REQUEST_COUNT > 2) THEN\nSTRING win\nELSE\nSTRING other\nEND_IF\n' >"$work/req.txt"
{
	printf 'ATTACKMODE HID\nDELAY 500\nATTACKMODE HID VID_05AC PID_021E\nDELAY 500\n'
	cat "$work/req.txt"
} >"$work/req2.txt"
for h in windows linux macos android; do
	want=other
	[ $h != windows ] || want=win
	[ "$(typed us M12 --host $h --payload "$work/req.txt")" = $want ] && [ "$(typed us M12 --host $h --payload "$work/req2.txt")" = $want ]
	ok $? "a payload counts the requests of $h"
done
printf 'DELAY\nSTRING abc\n' >"$work/delay.txt"
[ "$(typed us M12 --payload "$work/delay.txt")" = abc ] && grep -q 'delay.txt:1: DELAY alone; expected milliseconds; left out' "$work/err"
ok $? 'a DELAY without a number is left out, and said'
# The O.MG's own descriptors have a pointer with a wheel and no media keys; those of an office keyboard the other way round.
printf 'Props: nobody\nDELAY 500\nMOUSE SCROLL -3\nMEDIA VOLUME_UP\nSTRING a\342\202\254b\n' >"$work/media.txt"
reports() {
	tshark -r "$work/media.pcapng" -T fields -e usbll.data 2>/dev/null
}
"$CORDON" sim M10 --payload "$work/media.txt" -o "$work/media.pcapng" 2>"$work/err" && reports | grep -q '^000000fd$' &&
	grep -q "media.txt: 1 media key left out" "$work/err" && ! grep -q 'pointer' "$work/err"
ok $? 'a payload turns the wheel; media keys that the device lacks are said'
grep -q "media.txt:1: 'Props:' is no command; expected .*; left out" "$work/err" && grep -q "1 character left out" "$work/err"
ok $? 'and so are prose and characters that no key types'
sed '/"id": "M10"/,/"id": "type"/s/"omg_default"/"hp_kbd"/' host/sim/scenarios.json >"$work/hp.json"
"$CORDON" sim M10 --scenarios "$work/hp.json" --payload "$work/media.txt" -o "$work/media.pcapng" 2>"$work/err" &&
	reports | grep -q '^02e900$' && reports | grep -q '^020000$' && grep -q "media.txt: 1 pointer action left out" "$work/err"
ok $? 'a media key goes down and up on the interface that has it'
printf 'DELAY 500\nWHILE TRUE\nSTRING x\nDELAY 60000\nEND_WHILE\n' >"$work/loop.txt"
"$CORDON" sim M14 --payload "$work/loop.txt" -o "$work/p.tap" 2>"$work/err" && grep -q 'loop.txt: still at work' "$work/err"
ok $? 'a payload that never ends is cut, and that is said'

# One file of one's own.
python=$(command -v python3 || true)
if [ -n "$python" ]; then
	"$python" -c '
import json, sys
d = json.load(open("host/sim/scenarios.json"))
d["scenarios"] = [s for s in d["scenarios"] if s["id"] == "B01"]
d["scenarios"][0]["id"] = "B77"
json.dump(d, open(sys.argv[1], "w"))' "$work/own.json" && "$CORDON" sim "$work/own.json" -o "$work/own.tap" &&
		"$CORDON" sim --scenarios "$work/own.json" B77 -o "$work/own2.tap" && cmp -s "$work/own.tap" "$work/own2.tap"
	ok $? 'a scenario of one'"'"'s own'
fi

# In the dashboard.
if command -v script >/dev/null; then
	(
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			sleep 0.3
			! grep -aq MALICIOUS "$work/screen" 2>/dev/null || break
		done
		printf Q
	) | TERM=xterm-256color LC_ALL=C.UTF-8 script -qefc "stty rows 30 cols 100; '$CORDON' live --sim M13 --speed max" "$work/screen" >/dev/null 2>&1
	[ $? = 20 ] && grep -aq SIMULATED "$work/screen" && grep -aq M13 "$work/screen"
	ok $? 'live plays it, as simulated'
fi
"$CORDON" live --sim M13 --replay x 2>"$work/err" </dev/null
[ $? = 2 ] && grep -q 'exclude each other' "$work/err"
ok $? 'live: one input'

# Live on a socket: what comes is the raw dump.
if [ -n "$python" ]; then
	"$CORDON" sim M13 --listen "$work/tap" --speed 1000000 &
	"$python" -c '
import socket, sys, time
for _ in range(500):
    try:
        s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); break
    except OSError: time.sleep(0.01)
out = open(sys.argv[2], "wb")
while True:
    b = s.recv(65536)
    if not b: break
    out.write(b)' "$work/tap" "$work/live.tap"
	wait $!
	ok $? 'plays on a socket'
	"$CORDON" analyze --json "$work/live.tap" | grep -o '"verdict":"[a-z-]*"\|"rule":"[A-Za-z0-9]*"\|"text":"[^"]*"\|"packets":[0-9]*' | cmp -s - "$work/a.tap.said"
	ok $? 'and is judged as the file'
	[ ! -e "$work/tap" ]
	ok $? 'the socket goes away'
	# In blocks as a tap sends them: what is in one that is not full was made within 2.5 ms; bands and counts are made as their millisecond
	# ends. firmware/README.md "Blocks"
	"$python" -c '
import struct, sys
data, MS, BAND, FOLD = open(sys.argv[1], "rb").read(), 120000, 8, 5
at = blocks = quick = 0
last = -1
while at < len(data):
    length, tick = struct.unpack_from("<2xH4xQ", data, at)
    made, urgent, r = [], False, at + 16
    while r < at + length - 2:
        kind, size, since = struct.unpack_from("<BxHi", data, r)
        waits = kind in (BAND, FOLD)
        last = max(last, tick + since + (MS if waits else 0))
        made.append(last)
        urgent |= not waits
        r += 8 + size
    span = (max(made) - min(made)) / MS
    if length < 1900 and span > 2.5: sys.exit("a block of %.2f ms" % span)
    blocks, quick, at = blocks + 1, quick + urgent, at + length
ms = last / MS
if not ms / 2.5 < blocks < 2 * ms: sys.exit("%d blocks in %.0f ms" % (blocks, ms))
if quick < 20: sys.exit("%d blocks have anything but bands and counts" % quick)' "$work/live.tap"
	ok $? 'in blocks of a millisecond or two'
fi
echo "1..$n"
