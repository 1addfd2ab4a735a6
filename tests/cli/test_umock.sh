#!/bin/sh
# `devices`, `capture` and `live` on taps that umockdev makes up for libusb and hidraw: tests/link/umock_tap.c has the taps
# and the table of scenarios. The program is the release build: sanitizers and umockdev both want to be loaded first. TAP.
# usage: test_umock.sh    needs CORDON, CORDON_ASAN
: "${CORDON:=$PWD/build/release/cordon}" "${CORDON_ASAN:=$PWD/build/asan/cordon}"
link=$(dirname "$CORDON")/link
. "$(dirname "$0")/tap.sh"

if ! command -v umockdev-wrapper >/dev/null; then
	printf 'ok 1 - taps under umockdev # SKIP not installed\n1..1\n'
	exit 0
fi
make --no-print-directory -s KIND=release BUILD="$(dirname "$CORDON")" "$link/umock_tap" "$link/tap_numbers" >"$work/log" 2>&1
ok $? 'build the taps'
# Where anybody reaches it: for a tap without access root becomes nobody, and the tree may be in a folder of root's own.
mkdir "$work/bin" && cp "$CORDON" "$work/bin/cordon" && chmod 755 "$work" "$work/bin"
CORDON=$work/bin/cordon

# with SCENARIO COMMAND...: $code, "$work/out", "$work/err"
with() {
	timeout 60 umockdev-wrapper "$link/umock_tap" "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
}
capture() { # SCENARIO [OPTION...]
	rm -f "$work"/x*.pcapng
	scenario=$1
	shift
	with "$scenario" "$CORDON" capture -o "$work/x.pcapng" --json "$@"
}
# The recording of $1: "packets=.. jumps=.. lost=.. boots=.. truncated=.." matches $2, and analyze says the same of it.
recorded() {
	"$link/tap_numbers" "$1" >"$work/numbers" || return 1
	grep -qE "$2" "$work/numbers" || { sed 's/^/# /' "$work/numbers"; return 1; }
	"$CORDON_ASAN" analyze --json "$1" >"$work/json" 2>"$work/analyzed" || [ ! -s "$work/analyzed" ] || return 1
	jq -S 'del(.input)' "$work/json" >"$work/a" && jq -S "select(.input == \"$1\") | del(.input)" "$work/out" >"$work/b" &&
		cmp -s "$work/a" "$work/b"
}

with none "$CORDON" devices
[ $code = 0 ] && [ "$(cat "$work/out")" = 'no tap found' ]
ok $? 'devices: none'
with stream "$CORDON" devices --json
[ "$(jq -c '[.serial, .place, .release, .state, .protocol, .firmware, .calibration, .access]' "$work/out")" = \
	'["00000000000000A0","1-1","0.10","ready",1,"1234abcd","00000007",true]' ]
ok $? 'devices: what it says of itself'
with four "$CORDON" devices
[ "$(grep -c ' ready$' "$work/out")" = 4 ]
ok $? 'devices: four'
for pair in 'busy in use' 'no-access no access' 'version other protocol' 'mute silent'; do
	with "${pair%% *}" "$CORDON" devices
	[ $code = 0 ] && grep -q "^00000000000000A0 .* ${pair#* }\$" "$work/out"
	ok $? "devices: ${pair#* }"
done

with good "$CORDON" devices --self-test
[ $code = 0 ] && grep -q '^  self-test passed: listener, current, radio, multiplexer, expander, converter, flash$' "$work/out"
ok $? 'self-test: passed'
with broken "$CORDON" devices --self-test
[ $code = 1 ] && grep -q '^  self-test failed: listener, current, expander$' "$work/out" &&
	grep -q '^    D- does not follow the probe$' "$work/out" && grep -q '^    zero of the uA range$' "$work/out"
ok $? 'self-test: failed, and which part'
with broken "$CORDON" devices --self-test --json
[ $code = 1 ] && [ "$(jq -c '[.self_test.failed, .self_test.why[0], .self_test.packets_read]' "$work/out")" = \
	'[["listener","current","expander"],"D- does not follow the probe",0]' ]
ok $? 'self-test: as JSON'
with broken "$CORDON" devices
[ $code = 0 ] && grep -q '^  failed in its self-test: listener, current, expander$' "$work/out"
ok $? 'devices: what it has found in itself'
capture broken --duration 1
[ $code = 30 ] && jq -e '[.coverage.missing[] | select(. == "the tap'"'"'s self-test failed: listener, current, expander")] | length == 1' "$work/out" >"$work/x"
ok $? 'what a tap has failed in is missing from the coverage'
with in-use "$CORDON" devices --self-test
[ $code = 1 ] && grep -q 'the listener was not tried' "$work/out"
ok $? 'self-test: something is plugged in'
with four "$CORDON" devices --self-test --tap a2
[ "$(grep -c ' ready$' "$work/out")" = 1 ] && grep -q '^00000000000000A2 ' "$work/out"
ok $? 'self-test: of one tap alone'
with good "$CORDON" devices --calibrate zero
[ $code = 0 ] && grep -q '^  calibration 0000c0de: zero is off by 6.00 mA and -19.9 uA, slopes by 0.0 % and 0.0 %$' "$work/out"
ok $? 'calibrate: zero'
with good "$CORDON" devices --calibrate ua --ohms 1.25 --volts 5 --json
[ $code = 0 ] && jq -e '.calibrated | .kept and .id == "0000c0de" and .slope_ma == 1 and .slope_ua * 16384 == 4000' "$work/out" >"$work/x"
ok $? 'calibrate: what is known of the current reaches the tap'
with captures "$CORDON" devices --calibrate zero
[ $code = 1 ] && grep -q '^  not calibrated: not while it captures' "$work/out"
ok $? 'calibrate: refused'
with something-in "$CORDON" devices --calibrate zero
[ $code = 1 ] && grep -q '^  not kept: no tap is so far off' "$work/out" && grep -q '^  calibration 0000c0de' "$work/out"
ok $? 'calibrate: not kept, the old one holds'
for wrong in '--calibrate' '--calibrate all' '--calibrate ma' '--calibrate ma --ohms 50' '--calibrate zero --ohms 50 --volts 5' \
	'--ohms 50' '--calibrate ma --ohms x --volts 5' '--calibrate ma --ohms -1 --volts 5' '--self-test --calibrate zero'; do
	with four "$CORDON" devices $wrong
	[ $code = 2 ] && [ "$(grep -c '^cordon: ' "$work/err")" = 1 ]
	ok $? "usage: devices $wrong"
done
with four "$CORDON" devices --calibrate zero --tap a1 --tap a2
[ $code = 2 ] && grep -q 'one tap' "$work/err"
ok $? 'calibrate: one at a time'

for scenario in stream no-hid short long stall fault; do
	capture "$scenario" --duration 1
	[ $code = 30 ] && recorded "$work/x.pcapng" 'packets=[0-9]{3,} jumps=0 lost=0 lost_ms=0 boots=1 back=0 truncated=0'
	ok $? "$scenario: no packet is missing"
done

capture deaf --duration 2.5
[ $code = 30 ] && recorded "$work/x.pcapng" 'packets=[0-9]{3,} jumps=0 lost=0 lost_ms=0 boots=1 back=0 truncated=0'
ok $? 'a command that is lost on the way is given again'

capture unplug --duration 1.5
[ $code = 30 ] && grep -q "^cordon: tap '00000000000000A0' was unplugged; '$work/x.pcapng' is whole up to here" "$work/err" &&
	recorded "$work/x.pcapng" 'packets=[0-9]{3,} jumps=0 lost=0 lost_ms=0 boots=1 back=0 truncated=0'
ok $? 'unplugged: told, the file is whole'
# Two power-ons of the same boot id, and of different ones. The loss itself begins where the last record was.
for case in 'return 1' 'return-uhci 2'; do
	boots=${case#* }
	capture "${case% *}" --duration 2
	[ $code = 30 ] && grep -q "tap '00000000000000A0' is back" "$work/err" &&
		recorded "$work/x.pcapng" "packets=[0-9]{4,} jumps=1 lost=1 lost_ms=([4-9]|1[0-4])[0-9]{2} boots=$boots back=0 truncated=0"
	ok $? "$scenario: goes on, and tells the half second that it was away"
	jq -e '.duration_s > 1.8' "$work/out" >"$work/x"
	ok $? "$scenario: as long as it was"
done

# By HID and in the stream: each once, in order, and what came neither way is told. Nothing is lost in the stream's numbers.
capture alerts --duration 1
[ $code = 30 ] && recorded "$work/x.pcapng" 'packets=[0-9]{3,} jumps=0 lost=0 .*truncated=0' &&
	[ "$("$link/tap_numbers" --alerts "$work/x.pcapng" | tr '\n' ' ')" = '1 2hid 3 5 ' ]
ok $? 'alerts: each is taken once, by whichever way it comes'
[ "$(grep -c "^cordon: '00000000000000A0': the tap's alarm: VBUS fault\$" "$work/err")" = 4 ]
ok $? 'alerts: each is told'
jq -e '[.coverage.missing[] | select(. == "1 alert of the tap did not arrive")] | length == 1' "$work/json" >"$work/x"
ok $? 'alerts: one that came neither way is missing from the coverage'
# Ended while the stream stands still: only by HID can it have come.
capture alert-still --duration 0.8
grep -q "the tap's alarm" "$work/err" && recorded "$work/x.pcapng" 'packets=[0-9]{3,}' &&
	[ "$("$link/tap_numbers" --alerts "$work/x.pcapng")" = 1hid ]
ok $? 'alerts: one is told and kept while the stream stands still'
capture alert-still --duration 2.5
recorded "$work/x.pcapng" 'packets=[0-9]{4,} jumps=0 lost=0 ' && [ "$("$link/tap_numbers" --alerts "$work/x.pcapng")" = 1hid ]
ok $? 'alerts: what the stream brings later is not taken twice'

while IFS='|' read -r scenario message; do
	capture "$scenario"
	[ $code = 1 ] && [ "$(wc -l <"$work/err")" = 1 ] && grep -q "^cordon: $message" "$work/err"
	ok $? "$scenario: one line"
done <<'END'
none|no tap found
version|tap '00000000000000A0' speaks version 2 of the protocol, this program speaks version 1
noise|what comes from '00000000000000A0' is not the stream of a tap
mute|tap '00000000000000A0' does not answer
busy|tap '00000000000000A0' is in use by another program
no-access|no access to tap '00000000000000A0' (/dev/bus/usb/001/002): the udev rule 70-cordon.rules grants it
four|there are 4 taps: choose with --tap SERIAL
END

capture four --tap all --duration 1
[ $code = 30 ] && [ "$(wc -l <"$work/out")" = 4 ]
ok $? 'four taps: four verdicts'
for serial in A0 A1 A2 A3; do
	recorded "$work/x-00000000000000$serial.pcapng" 'packets=[0-9]{3,} jumps=0 lost=0 lost_ms=0 boots=1 back=0 truncated=0' &&
		jq -e ".tap.serial == \"$(echo 00000000000000$serial | tr A-F a-f)\"" "$work/json" >/dev/null
	ok $? "four taps: the recording of $serial"
done
capture four --tap a2 --duration 0.3
[ $code = 30 ] && [ "$(jq -r .tap.serial "$work/out")" = 00000000000000a2 ]
ok $? 'one of four, by the end of its serial number'
capture four --tap b7
[ $code = 1 ] && grep -q "^cordon: there is no tap 'b7'" "$work/err"
ok $? 'one that is not there'

# What the tap is told: from the beginning, once more when it returns with its power lost, and by a line that is typed.
capture unpowered --vbus on --switch open --range UA --duration 0.5
[ $code = 30 ] && [ "$(jq -c '[.marks[].text]' "$work/out")" = '["VBUS switched on","bus switch opened","current in range uA"]' ]
ok $? 'capture: VBUS, bus switch and range are told, and stand in the report'
recorded "$work/x.pcapng" 'lost=0 .*boots=1 back=0 truncated=0'
ok $? 'and analyze says the same of the file'
[ "$("$link/tap_numbers" --settings "$work/x.pcapng" | tr '\n' ' ')" = '2=1 3=0 4=1 ' ]
ok $? 'the tap obeyed, and that is in the file'
capture unpowered --duration 0.5
[ "$("$link/tap_numbers" --settings "$work/x.pcapng" | wc -l)" = 0 ]
ok $? 'nothing is told that was not asked for'
capture unpowered-return --vbus on --duration 2
[ "$(jq -c '[.marks[].text]' "$work/out")" = '["VBUS switched on","VBUS switched on"]' ] &&
	[ "$("$link/tap_numbers" --settings "$work/x.pcapng" | tr '\n' ' ')" = '2=1 2=1 ' ]
ok $? 'a tap that returns without its power is told again'
capture tripped --vbus on --duration 0.5
[ $code = 30 ] && grep -q "^cordon: '00000000000000A0': the tap refused 'vbus': not now: overvoltage or its guard hold it open\$" "$work/err" &&
	[ "$(wc -l <"$work/err")" = 1 ]
ok $? 'what the tap refuses is said'
if command -v script >/dev/null; then
	rm -f "$work/x.pcapng"
	cat >"$work/keys" <<'END'
sleep 0.5
printf ':vbus on\n'
sleep 0.2
printf ':vbus up\n:range\nat the window\n'
sleep 0.2
printf ':VBUS off\n'
sleep 0.5
END
	with unpowered sh -c "sh '$work/keys' | script -qec \"'$CORDON' capture -o '$work/x.pcapng' --duration 1.5\" '$work/typescript'"
	[ "$("$link/tap_numbers" --settings "$work/x.pcapng" | tr '\n' ' ')" = '2=1 2=0 ' ] &&
		[ "$("$CORDON_ASAN" analyze --json "$work/x.pcapng" | jq -c '[.marks[].text]')" = '["VBUS switched on","at the window","VBUS switched off"]' ]
	ok $? 'capture: commands that are typed'
	[ "$(grep -ac 'is nothing that a tap can be told' "$work/typescript")" = 2 ] && grep -aq 'VBUS OFF' "$work/typescript"
	ok $? 'and what is none; that VBUS is off is said'
fi

# The dashboard, on a terminal that script(1) makes: what it shows last, and what it records.
if command -v script >/dev/null; then
	rm -f "$work/x.pcapng"
	cat >"$work/keys" <<'END'
sleep 1.5
printf Q
sleep 0.3
printf y
sleep 2
END
	with stream sh -c "sh '$work/keys' | TERM=xterm-256color LC_ALL=C.UTF-8 script -qec \"stty rows 24 cols 80; '$CORDON' live -o '$work/x.pcapng' --wrong\" '$work/typescript'"
	grep -aq "unknown option" "$work/typescript"
	ok $? 'live: usage'
	with stream sh -c "sh '$work/keys' | TERM=xterm-256color LC_ALL=C.UTF-8 script -qec \"stty rows 24 cols 80; '$CORDON' live -o '$work/x.pcapng'\" '$work/typescript'"
	[ $code = 30 ] && grep -aq 'LIVE' "$work/typescript" && grep -aq 'REC' "$work/typescript"
	ok $? 'live: on a tap'
	"$link/tap_numbers" "$work/x.pcapng" | grep -qE 'packets=[0-9]{3,} jumps=0 lost=0 lost_ms=0 boots=1 back=0 truncated=0'
	ok $? 'live: its recording'
	rm -f "$work/x.pcapng"
	with unpowered sh -c "sh '$work/keys' | TERM=xterm-256color LC_ALL=C.UTF-8 script -qec \"stty rows 24 cols 80; '$CORDON' live\" '$work/typescript'"
	[ $code = 30 ] && grep -aq 'VBUS is off: V switches it on' "$work/typescript"
	ok $? 'live: what to do where VBUS is off'
fi
echo "1..$n"
