#!/bin/sh
# `cordon live` from outside, on a terminal: several taps at once, one file and one verdict each, and that `analyze` says of
# the files what the live run said. The taps are simulated (`cordon sim --listen`). TAP.
# usage: test_live.sh    needs CORDON_ASAN, CORDON
: "${CORDON_ASAN:=$PWD/build/asan/cordon}" "${CORDON:=$PWD/build/release/cordon}"
. "$(dirname "$0")/tap.sh"

if ! command -v python3 >/dev/null; then
	echo "ok 1 - live # SKIP no python3"
	echo "1..1"
	exit 0
fi

# A simulated tap that listens at "$work/NAME".
start_tap() { # NAME SCENARIO SPEED
	"$CORDON" sim "$2" --listen "$work/$1" --speed "$3" &
	i=0
	until [ -S "$work/$1" ] || [ $i -ge 500 ]; do
		sleep 0.02
		i=$((i + 1))
	done
}
# live TEXT KEYS ... -- ARGUMENT...: the dashboard with these keys; what it says at the end is in "$work/said".
live() {
	python3 tests/tools/on_pty.py 24 120 "$work/shown" "$@" 2>"$work/err"
	code=$?
	[ "$code" != 125 ] || cat "$work/err" >&2
	python3 -c '
import sys
said = open(sys.argv[1], "rb").read()
said = said[said.rfind(b"\x1b[?1049l"):]
sys.stdout.buffer.write(said[said.find(b">") + 1 if b">" in said[:40] else 8:].replace(b"\r\n", b"\n"))' "$work/shown" >"$work/said"
}
# The n-th object of what live said is that of its own file, but for the input's name.
same_report() { # N FILE
	"$CORDON_ASAN" analyze --json "$2" 2>"$work/err" | jq -S 'del(.input)' >"$work/of-file"
	grep '^{' "$work/said" | sed -n "$1p" | jq -S 'del(.input)' >"$work/of-live"
	[ -s "$work/of-live" ] && cmp -s "$work/of-live" "$work/of-file"
}

start_tap a M03 20
start_tap b B01 20
live 'NO FINDING' ']' 'at its end' ']' 'at its end' 'Q' -- "$CORDON_ASAN" live --connect "$work/a" --connect "$work/b" \
	-o "$work/x.pcapng" --profile bare --json
[ "$code" = 20 ]
ok $? 'of two taps the worse verdict makes the exit code'
[ "$(grep -c '^{' "$work/said")" = 2 ]
ok $? 'one verdict each'
[ "$(grep '^{' "$work/said" | jq -r '.verdict, .input' | tr '\n' ' ')" = "malicious $work/x-a.pcapng no-finding $work/x-b.pcapng " ]
ok $? 'one file each'
same_report 1 "$work/x-a.pcapng"
ok $? 'analyze says the same of the first'
same_report 2 "$work/x-b.pcapng"
ok $? 'and of the second'
wait

# What the operator does is in the recording: a mark, what was chosen, the layout, VBUS, and then a new test of the other flip,
# which has a file and a verdict of its own.
start_tap a M03 8
cr=$(printf '\r')
live 'R5' "m3iLde${cr}VyLxyzzy$cr" '@0.5' "Tb2$cr" '@0.5' "Pkeyboard$cr" '@0.5' 'Qy' -- "$CORDON_ASAN" live --connect "$work/a" -o "$work/z.pcapng" \
	--profile bare --end A --flip 1 --json
[ "$code" = 20 ]
ok $? 'the first of three tests makes the exit code'
for i in 1 2 3; do
	f=z-$i.pcapng
	[ $i = 1 ] && f=z.pcapng
	same_report $i "$work/$f"
	ok $? "test $i is in its own file, as it was"
done
[ "$(grep '^{' "$work/said" | sed -n 1p | jq -c '[.profile, .test.end, .test.flip, .layout, (.marks | length), (.marks[2].text | startswith("report: R"))]')" = \
	'["bare","A","1","de",4,true]' ]
ok $? 'marks, layout and VBUS are in the report'
[ "$(grep '^{' "$work/said" | sed -n 2,3p | jq -c '[.profile, .test.end, .test.flip, .layout, .marks]' | tr '\n' ' ')" = \
	'["bare","B","2",null,null] ["keyboard","B","2",null,null] ' ]
ok $? 'nothing of it is in the next tests but what was said of them'
wait

# P with a declared device: what cannot be used is said and changes nothing, what can begins a test under it, and is in its file.
start_tap a M03 4
"$CORDON" sim M03 -o "$work/known.pcapng" && "$CORDON" analyze --json "$work/known.pcapng" >"$work/of-known"
jq -c '.devices[] | select(.product == "O.MG") | {name: "front desk", structure_sha256}' "$work/of-known" | head -n 1 >"$work/good.json"
echo '{"name":"front desk"}' >"$work/bad.json"
jq -c '.name = "x" * 9000' "$work/good.json" >"$work/long.json"
mkfifo "$work/pipe.json"
live 'R5' "Pdevice none.json$cr" "cannot open 'none.json': No such file or directory" "Pdevice bad.json$cr" 'must be there' \
	"Pdevice long.json$cr" 'is too long' "Pdevice pipe.json$cr" 'no regular' \
	"Pdevice$cr" 'which file declares it' "Pdevice good.json$cr" 'a new test has begun' "" 'R9' 'Qy' -- \
	env -C "$work" "$CORDON_ASAN" live --connect "$work/a" -o p.pcapng --profile bare --json
[ "$code" = 20 ] && [ "$(grep -c '^{' "$work/said")" = 2 ]
ok $? "P with a file that is not there, wrong, too long, a pipe: said, and the test goes on: $code"
[ "$(grep '^{' "$work/said" | sed -n 2p | jq -c '[.profile, ([.findings[].rule] | index("R6"), (index("R9") != null))]')" = '["device",null,true]' ]
ok $? 'a declared device: its enumeration is no finding, its typing is judged'
rm "$work/good.json"
same_report 1 "$work/p.pcapng" && same_report 2 "$work/p-2.pcapng"
ok $? 'its file holds the declaration'
wait

# A simulated tap obeys, as a real one does: without VBUS the cable is dead, with it it begins anew. What it cannot do it refuses.
make --no-print-directory -s KIND=release BUILD="$(dirname "$CORDON")" "$(dirname "$CORDON")/link/tap_numbers" >"$work/log" 2>&1
start_tap a M03 10
live 'R5' 'Vy' '@0.5' 'Vy' '@0.5' ":switch open${cr}y" "refused" ":range ma$cr" '@1' 'Qy' -- "$CORDON_ASAN" live \
	--connect "$work/a" -o "$work/v.pcapng" --range ua --json
wait
[ "$code" = 20 ] && same_report 1 "$work/v.pcapng"
ok $? "VBUS off and on again at a simulated tap: $code, and analyze says the same of the file"
[ "$("$(dirname "$CORDON")/link/tap_numbers" --settings "$work/v.pcapng" | grep '^2=' | tr '\n' ' ')" = '2=1 2=0 2=1 ' ] &&
	[ "$(jq '(.marks[] | select(.text == "VBUS switched on").t_s) as $on | [.findings[] | select(.rule == "R2" and .t_s > $on)] | length' "$work/of-file")" = 1 ]
ok $? 'it obeyed: it starts anew, and draws what it draws at its start'
[ "$(jq -c '[.marks[].text] - [.marks[0].text]' "$work/of-file")" = '["current in range uA","VBUS switched off","VBUS switched on","bus switch opened","current in range mA"]' ]
ok $? 'all of it is in the report'

# One that is not there ends it before anything is shown; the other's file is whole.
start_tap a B01 10
"$CORDON_ASAN" live --connect "$work/a" --connect "$work/none" -o "$work/y.pcapng" >"$work/out" 2>"$work/err" </dev/null
[ $? = 1 ] && grep -q 'needs a terminal' "$work/err"
ok $? 'not without a terminal'
live 'R5' 'Qy' -- sh -c 'exec "$1" live --sim M03 --speed max --json >"$2"' sh "$CORDON_ASAN" "$work/verdicts"
[ "$code" = 20 ] && [ "$(jq -s 'length' "$work/verdicts")" = 1 ] && [ "$(jq -r .verdict "$work/verdicts")" = malicious ]
ok $? "verdicts go to a file, and the screen to the terminal: $code"
live -- "$CORDON_ASAN" live --connect "$work/a" --connect "$work/none" -o "$work/y.pcapng"
[ "$code" = 1 ] && grep -q "cannot connect to '$work/none'" "$work/shown" && [ ! -e "$work/y-a.pcapng" ] && ! ls rescued-* 2>/dev/null
ok $? 'all taps or none, and no file is left in the way'
wait
"$CORDON_ASAN" live --connect a --connect b --connect c --connect d --connect e 2>"$work/err"
[ $? = 2 ] && grep -q '4 taps at most' "$work/err"
ok $? 'four at most'

# What is no capture is said without a screen.
for bad in Makefile . none; do
	live -- "$CORDON_ASAN" live --replay "$bad"
	[ "$code" = 1 ] && grep -q "^cordon: .*'$bad'" "$work/shown" && [ "$(wc -l <"$work/shown")" = 1 ]
	ok $? "a replay of '$bad'"
done

# So is what comes on standard input and is none.
for bad in 'head -c 3000 Makefile' true; do
	live -- sh -c "$bad | '$CORDON_ASAN' live --replay -"
	[ "$code" = 1 ] && [ "$(tr -d '\r' <"$work/said")" = "cordon: 'standard input': not a pcap or pcapng file" ]
	ok $? "a replay of '$bad'"
done
# What would have no effect is refused, in one line and how to learn more.
refuses() { # WHAT ARGUMENT...
	what=$1
	shift
	"$CORDON_ASAN" live "$@" 2>"$work/err" >"$work/out"
	[ $? = 2 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" = 2 ] && grep -q "^cordon: $what" "$work/err" &&
		tail -n 1 "$work/err" | grep -qx "try 'cordon live --help'"
	ok $? "live $*"
}
refuses "unexpected argument 'x.pcapng'; --replay plays a capture" x.pcapng
refuses '--speed goes with' --speed 4
refuses '--ring goes with' --ring 1M
refuses '--case, --exhibit' --case 117 --replay x.pcapng
refuses '--case, --exhibit' --sim M03 --claim supplier=x
refuses "unknown profile 'cable': bare, keyboard, host, or device FILE" --profile cable
refuses "unknown option '--reply'" --reply x.pcapng

# What ends it in the middle leaves a whole file, as far as it went.
whole() { # FILE
	"$CORDON_ASAN" analyze --json "$1" 2>"$work/err" >"$work/of-file"
	[ $? -le 30 ] && [ "$(jq .truncated "$work/of-file")" = false ] && jq -e '.duration_s > 0' "$work/of-file" >/dev/null
}
start_tap c M03 20
live 'MALICIOUS' @close -- "$CORDON_ASAN" live --connect "$work/c" -o "$work/closed.pcapng"
wait
[ "$code" = 20 ] && whole "$work/closed.pcapng"
ok $? "a terminal that is closed: what was flagged outranks it, a whole file"
# A file that cannot go on: said on the screen and at the end; what it holds is whole, and all that found room. The tap's commands
# go on being obeyed, so it is left as ever: the second key is for the question whether.
near() { # FILE BYTES: nothing but the block that did not fit is missing
	[ "$(stat -c %s "$1")" -gt $(($2 - 1024)) ]
}
start_tap d B01 20
live 'RECORDING FAILED' Qy -- prlimit --fsize=60000 "$CORDON_ASAN" live --connect "$work/d" -o "$work/limited.pcapng" --profile bare
[ "$code" = 1 ] && grep -q "cannot write '$work/limited.pcapng': File too large; it is whole up to there" "$work/said"
ok $? "a file that may not grow: message, exit code $code"
whole "$work/limited.pcapng" && near "$work/limited.pcapng" 60000
ok $? 'what it holds is whole, and all that fits'
wait
# Where not even a screen can be put together it says so; where files may not grow, that is said and ends nothing by a signal.
live -- prlimit --fsize=512 "$CORDON_ASAN" live --replay tests/captures/omg-plug/capture.pcapng
[ "$code" = 1 ] && [ "$(tr -d '\r' <"$work/shown")" = "cordon: cannot draw: files are limited to less than a kilobyte ('ulimit -f')" ]
ok $? "no room for a screen: $code"
live -- prlimit --fsize=2048 "$CORDON_ASAN" demo
[ "$code" = 1 ] && grep -q '^cordon: .*File too large' "$work/shown"
ok $? "no room for a simulation: $code"
live @2 'Q' -- prlimit --fsize=2048 "$CORDON_ASAN" live --replay tests/captures/omg-plug/capture.pcapng --speed max
[ "$code" = 20 ] && [ "$(wc -c <"$work/shown")" -gt 3000 ]
ok $? "a screen in two kilobytes: $code"
mkdir "$work/small"
if mount -t tmpfs -o size=256k none "$work/small" 2>/dev/null; then
	start_tap d B01 20
	live 'RECORDING FAILED' Qy -- "$CORDON_ASAN" live --connect "$work/d" -o "$work/small/x.pcapng" --profile bare
	[ "$code" = 1 ] && grep -q 'No space left on device; it is whole up to there' "$work/said"
	ok $? "a full disk: message, exit code $code"
	whole "$work/small/x.pcapng" && near "$work/small/x.pcapng" 262144
	ok $? 'what it holds is whole, and all that fits'
	umount "$work/small"
	wait
else
	skip 'a full disk' 'no right to mount a small one'
fi
mkdir "$work/gone"
start_tap d B01 4
(
	until [ -s "$work/gone/x.pcapng" ]; do sleep 0.02; done
	sleep 0.2
	rm -r "$work/gone"
) &
live 'was deleted' Qy -- env -C "$work" "$CORDON_ASAN" live --connect "$work/d" -o "$work/gone/x.pcapng" --profile bare --json
grep -q "'$work/gone/x.pcapng' was deleted; all of it is in './rescued-x.pcapng'" "$work/said"
ok $? 'a folder that is deleted: message'
whole "$work/rescued-x.pcapng" && same_report 1 "$work/rescued-x.pcapng"
ok $? 'all of it was saved, and goes on there'
wait
echo "1..$n"
