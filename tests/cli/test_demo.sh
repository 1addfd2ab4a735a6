#!/bin/sh
# `cordon demo`: as text, on a terminal of its own, and shows that are refused. TAP.
# usage: test_demo.sh    needs CORDON (release)
: "${CORDON:=$PWD/build/release/cordon}"
. "$(dirname "$0")/tap.sh"

"$CORDON" demo --text >"$work/text" 2>"$work/err"
ok $? 'plays as text'
grep -q SIMULATED "$work/text" && [ "$(grep -c '^Chapter ' "$work/text")" = 7 ]
ok $? 'all chapters, and says that they are simulated'
# What the sentences promise.
sed -n 's/^  Verdict: //p' "$work/text" | tr '\n' ' ' >"$work/verdicts"
[ "$(cat "$work/verdicts")" = 'no-finding malicious malicious malicious malicious suspect no-finding ' ]
ok $? "verdicts are those that the sentences speak of: $(cat "$work/verdicts")"
sed -n '/^Chapter 4/,/^Chapter 5/p' "$work/text" | grep -q 'R10a'
ok $? 'in the fourth the radio gives the order'
"$CORDON" demo --text >"$work/again" 2>&1 && cmp -s "$work/text" "$work/again"
ok $? 'the same show each time'
"$CORDON" demo </dev/null | cmp -s - "$work/text"
ok $? 'so it is without a terminal'
"$CORDON" demo --check >"$work/out" && grep -q '7 chapters, 600 s' "$work/out"
ok $? 'takes ten minutes'

refused() { # CODE PATTERN SHOW...
	code=$1 pattern=$2
	shift 2
	"$CORDON" demo "$@" >"$work/out" 2>"$work/err"
	[ $? = "$code" ] && [ ! -s "$work/out" ] && grep -q -- "$pattern" "$work/err"
	ok $? "refuses: $*"
}
sed 's/"scenario": "M13"/"scenario": "Z99"/' host/sim/show.json >"$work/wrong.json"
refused 1 "chapters\[1\].scenario: expected a scenario's id" --show "$work/wrong.json"
refused 1 'wrong' --check --show "$work/nowrong.json"
refused 2 'no number' --pace 0
refused 2 'no chapter 9' --chapter 9

# A show of one's own, in another language.
cat >"$work/own.json" <<'S'
{"schema":1,"title":"Eigene","language":"de","chapters":[
 {"title":"Kapitel","scenario":"M14","seconds":30,"cues":[{"at_s":0,"say":"Größer als gedacht."}]}]}
S
"$CORDON" demo --text --show "$work/own.json" | grep -q 'Größer als gedacht'
ok $? 'own texts'

# A payload of one's own beside the show.
mkdir "$work/folder"
echo 'STRING hello class' >"$work/folder/pay.txt"
sed 's/"seconds":30/"seconds":30,"payload":"pay.txt"/' "$work/own.json" >"$work/folder/own.json"
"$CORDON" demo --text --show "$work/folder/own.json" | grep -q 'It typed: hello class'
ok $? 'own payload'
echo 'NONSENSE 7' >"$work/folder/pay.txt"
refused 1 'pay.txt.*1' --text --show "$work/folder/own.json"

# What would end the show in class is found beforehand, by the same code as plays it.
dies() { # PATTERN SHOW: --check says so, and so does playing it, before its first sentence
	refused 1 "$1" --check --show "$2"
	refused 1 "$1" --text --show "$2"
}
echo 'STRING hello class' >"$work/pay.txt"
sed 's/"scenario": "B01"/"payload": "pay.txt", "scenario": "B01"/' host/sim/show.json >"$work/copper.json"
dies "chapter '1  A plain cable': scenario B01 has no keyboard in the cable that could type '.*pay.txt'" "$work/copper.json"
sed 's/"seconds":30/"seconds":30,"layout":"zz"/' "$work/own.json" >"$work/layout.json"
dies "chapter 'Kapitel': unknown keyboard layout 'zz'" "$work/layout.json"
sed 's/"seconds":30/"seconds":30,"payload":"none.txt"/' "$work/own.json" >"$work/missing.json"
dies "cannot read '.*none.txt': No such file" "$work/missing.json"
refused 1 "chapter '1  A plain cable'" --text --chapter 2 --show "$work/copper.json"
# What can be played, and yet not as it was written.
printf 'STRING a\342\202\254\n' >"$work/pay.txt"
sed 's/"seconds":30/"seconds":30,"payload":"pay.txt"/' "$work/own.json" >"$work/euro.json"
"$CORDON" demo --check --show "$work/euro.json" >"$work/out" 2>"$work/err"
[ $? = 0 ] && grep -q "chapter 'Kapitel': .*pay.txt: 1 character left out" "$work/err" &&
	grep -q '1 chapter, 30 s, can be played, but not all as it was written' "$work/out"
ok $? '--check tells what will be left out'

# On a terminal: keys are taken, chapters are gone through, and it ends when asked.
mkfifo "$work/keys"
script -qfc "stty rows 24 cols 80; LANG=C.UTF-8 TERM=xterm-256color '$CORDON' demo --pace 20" "$work/screen" <"$work/keys" >/dev/null 2>&1 &
screen=$!
exec 4>"$work/keys"
shows() { # PATTERN: what the terminal got so far, for at most 20 s
	i=0
	until [ -f "$work/screen" ] && tr -d '\000' <"$work/screen" | grep -aq "$1"; do
		i=$((i + 1))
		[ $i -lt 200 ] || return 1
		sleep 0.1
	done
}
shows 'SIMULATED'
ok $? 'on a terminal it says that it is simulated'
shows 'chapter 1 of 7'
ok $? 'begins with the first chapter'
printf 3 >&4
shows '3  Typing'
ok $? 'a digit leads to a chapter'
shows 'became a keyboard and typed'
ok $? 'the verdict and its reason are there'
printf . >&4
shows '4  The radio'
ok $? 'a full stop leads on'
printf Q >&4
i=0
while kill -0 $screen 2>/dev/null && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done
! kill -0 $screen 2>/dev/null
ok $? 'Q ends it'
exec 4>&-
kill $screen 2>/dev/null
echo "1..$n"
