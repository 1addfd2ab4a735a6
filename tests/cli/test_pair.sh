#!/bin/sh
# `cordon analyze --pair` over simulated captures of both ends: what comes out of the cable is found, copper is not, and what
# cannot be compared is said. TAP.
# usage: test_pair.sh    needs CORDON (release) and CORDON_ASAN
set -u
: "${CORDON:=$PWD/build/release/cordon}" "${CORDON_ASAN:=$PWD/build/asan/cordon}"
if ! command -v jq >/dev/null; then
	echo '1..1'
	echo 'ok 1 - pairs # SKIP no jq'
	exit
fi
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0 code=0

ok() {
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" || { echo "not ok $n - $2"; sed 's/^/# /' err | head -3; cut -c1-300 out | sed 's/^/# /' | tail -2; }
}
pair() { # SCENARIO SEED
	"$CORDON" sim "$1" --seed "$2" ${3:+--scenarios "$3"} -o near.pcapng --far far.pcapng 2>err &&
		"$CORDON" analyze --json --no-text --pair near.pcapng far.pcapng >out 2>>err
	code=$?
}
# what of the pair's own object
said() { jq -r "select(.schema == \"cordon.pair/1\") | $1" out; }
names() { said '[.findings[].name] | unique | join(" ")'; }

# Everything at both ends: copper, a logger that only listens, a dock, a contact that fails.
for s in B06 B10 B12 B16 M09; do
	pair $s 4
	[ -z "$(names)" ] && [ "$(said .clock.aligned_by)" = traffic ] && [ "$(said '.clock.apart_us_median < 50')" = true ] && [ "$(said '.coverage.missing | length')" = 0 ]
	ok $? "$s: the ends are the same"
done
[ "$code" = 20 ] && [ "$(said .verdict)" = malicious ] && [ "$(jq -r 'select(.schema == "cordon.verdict/1") | .verdict' out | xargs)" = 'malicious no-finding' ]
ok $? 'M09: the verdict is over the findings of both ends'
[ "$(jq -r .schema out | xargs)" = 'cordon.verdict/1 cordon.verdict/1 cordon.pair/1' ]
ok $? 'one object an end, and one for both'

# A device of the cable's own beside the far one's, and in its place.
pair M12 4
[ "$code" = 20 ] && [ "$(names)" = 'added-keys other-device' ] && [ "$(said '.keys.near > 60 and .keys.both == 0')" = true ]
ok $? 'M12: a device and keys that the far end never had'
pair M19 4
[ "$code" = 20 ] && [ "$(names)" = 'added-keys other-device re-driven' ]
ok $? 'M19: keys go in, and come out anew with others'
[ "$(said '[.findings[] | .rule, .group, .weight] | unique | join(" ")')" = 'R20 presence strong' ]
ok $? 'M19: R20, presence, strong'

# Its evader: same descriptors, and it types nothing. Alone, the near end shows a keyboard as declared.
jq '{schema, units, legend, alphabets, descriptors: (.descriptors | {hp_kbd}), scenarios: [.scenarios[] | select(.id == "M19")
	| .usb = [.usb[] | select(.id != "type") | if .ev == "enumerate" then .descriptors = "hp_kbd" elif .ev == "attach" then .speed = "low" else . end]
	| .usb |= map(if .ev == "type" then .typing.poll_ms = 8 else . end)
	| .expect.verdict = "suspect" | .expect.must = ["R20"] | .expect.may = [] | .expect.forbid = []]}' "$here/host/sim/scenarios.json" >clone.json
pair M19 2 clone.json
[ "$(jq -r 'select(.input == "near.pcapng") | .verdict' out)" = no-finding ]
ok $? 'a clone of the keyboard: nothing at the near end alone'
[ "$code" = 10 ] && [ "$(names)" = re-driven ] && [ "$(said .verdict)" = suspect ]
ok $? 'a clone of the keyboard: both ends tell'

# What cannot be compared.
"$CORDON" sim B06 --seed 1 -o near.pcapng && "$CORDON" sim B07 --seed 9 --seconds 20 -o far.pcapng
"$CORDON" analyze --json --pair near.pcapng far.pcapng >out 2>err
[ "$(said .verdict)" != malicious ] && [ "$(said .clock.aligned_by)" != traffic ]
ok $? 'two cables are no pair'
"$CORDON" analyze --pair "$here/tests/captures/person/capture.pcapng" "$here/tests/captures/mouse/capture.pcapng" >out 2>err
code=$?
[ "$code" = 30 ] && grep -q "clocks could not be aligned" out && grep -q 'NOT COVERED' out
ok $? 'captures without anything in common are not covered'

# For people, and for scripts; the same bytes each time.
pair M12 4
cp out first
"$CORDON" analyze --pair near.pcapng far.pcapng >out 2>err
grep -q '^near.pcapng and far.pcapng: MALICIOUS' out && grep -q 'R20 other-device (strong, presence)' out && grep -q 'clocks aligned by' out && grep -q '^Why: a decisive finding' out
ok $? 'text'
[ "$("$CORDON" analyze --quiet --pair near.pcapng far.pcapng | cut -d' ' -f1-4 | tail -1)" = 'near.pcapng and far.pcapng: MALICIOUS' ]
ok $? 'the verdict alone'
"$CORDON" analyze --json --no-text --pair near.pcapng far.pcapng | cmp -s - first
ok $? 'same files, same bytes'
! "$CORDON" analyze --json --no-text --pair near.pcapng far.pcapng | grep -q 'Hello\|"text":"<'
ok $? 'no text where none is wanted'

# Misuse and faults.
for arguments in '--pair near.pcapng' '--pair near.pcapng far.pcapng far.pcapng' '--pair near.pcapng near.pcapng'; do
	"$CORDON" analyze $arguments >out 2>err
	code=$?
	[ $code = 2 ] && grep -q -- '--pair needs two captures' err
	ok $? "refuses $arguments"
done
"$CORDON" analyze --json --pair far.pcapng not-there >out 2>err
code=$?
[ $code = 1 ] && [ "$(wc -l <out)" = 1 ] && [ "$(cat err)" = "cordon: cannot open 'not-there': No such file or directory" ]
ok $? 'an end that is not there: the other is judged'
head -c 400000 far.pcapng >cut.pcapng
"$CORDON_ASAN" analyze --json --pair near.pcapng cut.pcapng >out 2>err
code=$?
[ $code = 20 ] && ! grep -q 'Sanitizer\|runtime error' err && [ "$(said '.coverage.missing | length > 0')" = true ]
ok $? 'a damaged end, under sanitizers'
echo "1..$n"
