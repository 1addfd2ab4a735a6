#!/bin/sh
# `cordon analyze` in hostile hands: each option, each error, each kind of input and output that can fail. Prints TAP.
# usage: test_analyze.sh    needs CORDON (release) and CORDON_ASAN
set -u
: "${CORDON:=$PWD/build/release/cordon}" "${CORDON_ASAN:=$PWD/build/asan/cordon}"
captures=$PWD/tests/captures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0 code=0

ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		echo "# exit code $code"
		sed 's/^/# out: /' out | head -5
		sed 's/^/# err: /' err | head -5
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

run() {
	"$CORDON" "$@" >out 2>err </dev/null
	code=$?
}

# exits CODE WHAT ARGUMENT...: the exit code; stdout and stderr are left in `out` and `err`.
exits() {
	want=$1 what=$2
	shift 2
	run "$@"
	[ "$code" = "$want" ]
	ok $? "$what: exit $want"
}

# says PATTERN WHAT: stderr has one line of the program's, which is like this.
says() {
	[ "$(grep -c '^cordon: ' err)" = 1 ] && grep -q -- "$1" err
	ok $? "$2: says why"
}
silent() {
	[ ! -s err ]
	ok $? "$1: nothing on stderr"
}

capture() { echo "$captures/$1/capture.pcapng"; }
attack=$(capture omg-plug) person=$(capture person) quiet=$(capture mouse)
field() { sed -n "s/.*\"$1\":\"*\([^\",}]*\).*/\1/p" out; }
# A pcap of this link type: header, and with a second argument one packet of four bytes.
pcap() {
	printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\377\377\000\000'"$1"'\000\000\000'
	[ -z "${2-}" ] || printf '\000\000\000\000\000\000\000\000\004\000\000\000\004\000\000\000abcd'
}

# What is no capture.
printf 'hello, this is a letter and no capture of anything' >letter
exits 1 'not a capture' analyze letter
says "'letter': not a pcap or pcapng file" 'not a capture'
: >empty
exits 1 'empty file' analyze empty
says "'empty'" 'empty file'
mkdir folder
exits 1 'directory' analyze folder
says 'folder.*directory' 'directory'
exits 1 'missing file' analyze not-there
says "cannot open 'not-there': No such file" 'missing file'
cp "$person" locked && chmod 000 locked
if [ "$(id -u)" != 0 ]; then
	exits 1 'unreadable file' analyze locked
	says "cannot open 'locked': Permission denied" 'unreadable file'
elif setpriv --version >/dev/null 2>&1 && chmod 755 "$work" && [ -x "$CORDON" ] &&
	setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$CORDON"; then
	setpriv --reuid=65534 --regid=65534 --clear-groups "$CORDON" analyze "$work/locked" >out 2>err
	code=$?
	[ "$code" = 1 ] && grep -q 'cannot open .*locked.*Permission denied' err
	ok $? 'unreadable file: exit 1, says why'
else
	skip 'unreadable file' 'root reads everything'
fi
pcap '\001' packet >ethernet
exits 1 'unknown link type' analyze ethernet
says "'ethernet'.*type 1\$" 'unknown link type'
pcap '\270' packet >other
"$CORDON" analyze other 2>err >out
code=$?
[ "$code" = 1 ] && grep -q 'type 184' err && [ ! -s out ]
ok $? 'another link type: named, and no report'
pcap '\334' >none
exits 30 'no packets' analyze none

# Damage.
head -c 20000 "$attack" >cut
exits 20 'cut, and malicious up to there' analyze --json cut
says "'cut': .* at byte [0-9]*; judged up to there" 'cut'
[ "$(field truncated)" = true ]
ok $? 'cut: truncated is true'
head -c 3000 "$quiet" >cut-quiet
run analyze cut-quiet
[ "$code" != 1 ] && grep -q 'cut or damaged' out && grep -q 'judged up to there' err
ok $? 'cut: people are told, the verdict gives the exit code'

# Where input comes from.
"$CORDON" analyze --json "$attack" | sed 's/"input":"[^"]*"//' >file.json
"$CORDON" analyze --json - <"$attack" | sed 's/"input":"[^"]*"//' >stdin.json
cat "$attack" | "$CORDON" analyze --json - | sed 's/"input":"[^"]*"//' >pipe.json
(head -c 1000 "$attack" && sleep 0.2 && tail -c +1001 "$attack") | "$CORDON" analyze --json - |
	sed 's/"input":"[^"]*"//' >slow.json
[ -s file.json ] && cmp -s file.json stdin.json
ok $? 'standard input: same bytes'
cmp -s file.json pipe.json
ok $? 'pipe: same bytes'
cmp -s file.json slow.json
ok $? 'slow pipe: same bytes'
# dd leaves its standard input as it set it, and the pipe is shared with whoever comes after.
(head -c 1000 "$attack" && sleep 0.2 && tail -c +1001 "$attack") | {
	dd iflag=nonblock count=0 status=none
	sed -n 's/^flags:[[:space:]]*0*4...$/does not block/p' /proc/self/fdinfo/0 >flags
	"$CORDON" analyze --json - 2>err
} | sed 's/"input":"[^"]*"//' >nonblocking.json
[ -s flags ] && cmp -s file.json nonblocking.json
ok $? 'input that does not block: same bytes'
"$CORDON" analyze --json "$attack" | sed 's/"input":"[^"]*"//' >again.json
cmp -s file.json again.json
ok $? 'twice the same bytes'
mkfifo fifo
cat "$attack" >fifo &
exits 20 'named pipe' analyze fifo
"$CORDON" analyze - <&- >out 2>err
code=$?
[ "$code" = 1 ] && grep -q '^cordon: ' err
ok $? 'closed standard input: exit 1, says why'
# The file would be opened as descriptor 0, and then read to its end as if it had been given on standard input.
"$CORDON" analyze --quiet "$attack" - <&- >out 2>err
code=$?
[ "$code" = 20 ] && [ "$(wc -l <out)" = 1 ] && grep -q "^cordon: cannot read '-': " err
ok $? 'closed standard input: a file does not take its place'

# Several inputs.
exits 20 'malicious outranks a fault' analyze not-there "$attack" "$quiet"
[ "$(grep -c 'MALICIOUS$\|NO FINDING$' out)" = 2 ]
ok $? 'several: the others are judged'
cp "$(capture scanner)" suspect
exits 10 'suspect outranks a fault' analyze suspect not-there
exits 20 'malicious outranks suspect' analyze suspect "$attack"
exits 1 'a fault outranks not covered' analyze none not-there "$quiet"
exits 30 'not covered outranks no finding' analyze "$quiet" none
exits 0 'no finding' analyze "$quiet" "$person"
silent 'no finding'

# Options.
exits 2 'no file' analyze
says 'no capture given' 'no file'
exits 2 'unknown option' analyze --colour "$person"
says "unknown option '--colour'" 'unknown option'
exits 2 'unknown letter' analyze --json -qx "$person"
says "unknown option '-x'" 'unknown letter'
exits 2 'a value too many' analyze --json=yes "$person"
says "'--json=yes' takes no value" 'a value too many'
# Every command refuses in the same words.
for command in analyze capture devices live profiles rules scenarios; do
	exits 2 "$command: unknown letter" "$command" -zj
	says "unknown option '-z'" "$command: unknown letter"
	exits 2 "$command: a value too many" "$command" --json=yes
	says "'--json=yes' takes no value" "$command: a value too many"
done
for command in capture demo devices profiles rules scenarios; do
	exits 2 "$command: an argument too many" "$command" surplus
	says "unexpected argument 'surplus'" "$command: an argument too many"
done
exits 2 'unknown layout' analyze --layout klingon "$person"
says "unknown keyboard layout 'klingon'" 'unknown layout'
exits 2 'unknown profile' analyze --profile cable "$person"
says "unknown profile 'cable'" 'unknown profile'
exits 2 'missing value' analyze "$person" --profile
says "'--profile' needs a value" 'missing value'
exits 2 'missing value of a letter' analyze "$person" -l
says "'-l' needs a value" 'missing value of a letter'
exits 2 'profile device without a file' analyze --profile device
exits 1 'profile file that is not there' analyze --profile device nowhere.json "$person"
says 'nowhere.json' 'profile file that is not there'
echo '{"name":"x"' >bad.json
exits 1 'broken profile file' analyze --profile device bad.json "$person"
says 'bad.json' 'broken profile file'
exits 2 'unknown command' analyse "$person"
exits 2 'no command'
for words in '--help' '-h' 'help' 'help analyze' 'analyze --help' 'analyze -h' 'rules --help'; do
	# shellcheck disable=SC2086
	run $words
	[ "$code" = 0 ] && grep -q '^usage: cordon' out && [ ! -s err ]
	ok $? "$words"
done
for option in $("$CORDON" analyze --help | grep -o -- '--[a-z][a-z-]*' | sort -u); do
	case $option in
	--profile) run analyze --profile host "$quiet" ;;
	--layout) run analyze --layout de "$quiet" ;;
	--pair) run analyze --pair "$quiet" "$person"; [ "$code" = 30 ] && code=0 ;;
	*) run analyze "$option" "$quiet" ;;
	esac
	[ "$code" = 0 ]
	ok $? "$option of the help is one"
done
run --version
[ "$code" = 0 ] && grep -Eq '^cordon [0-9]+\.[0-9]+\.[0-9]+$' out
ok $? '--version'
exits 20 '--quiet' analyze --quiet "$attack"
[ "$(wc -l <out)" = 1 ] && grep -q ': MALICIOUS$' out
ok $? '--quiet: one line'
run analyze --hash --json "$attack"
[ "$(field sha256)" = "$(sha256sum <"$attack" | cut -c1-64)" ]
ok $? '--hash is sha256sum'"'"'s'
run analyze --hash --json cut
[ "$(field sha256)" = "$(sha256sum <cut | cut -c1-64)" ]
ok $? '--hash of a cut file is of all of it'
run analyze --json "$attack"
[ -z "$(field sha256)" ]
ok $? 'no hash where none was asked for'
run analyze --layout de --json "$(capture person-commands)"
cp out german && run analyze --json "$(capture person-commands)"
! cmp -s out german
ok $? '--layout changes the text'

# Typed text is left out everywhere.
run analyze "$(capture person-commands)"
grep -q 'typed .*: ' out
ok $? 'text is there otherwise'
for form in '' --json --why '--why --json'; do
	# shellcheck disable=SC2086
	run analyze --no-text $form "$attack" "$(capture person-commands)" "$(capture digispark)"
	! cat out err | grep -Eq 'hello|<ENTER>|<GUI|<CTRL|usage [0-9a-f]|"text_truncated"'
	ok $? "--no-text $form: no trace of it"
done

# JSON.
set --
for c in "$captures"/*/capture.*; do set -- "$@" "$c"; done
run analyze --json "$@"
[ "$(wc -l <out)" = $# ] && ! LC_ALL=C grep -q '[^ -~]' out
ok $? '--json: one line an input, all of it printable ASCII'
valid=0
while IFS= read -r line; do
	[ "$(printf '%s' "$line" | jq -r .schema 2>err)" = cordon.verdict/1 ] && valid=$((valid + 1))
done <out
[ "$valid" = $# ]
ok $? '--json: each line is valid'

# Names of files.
evil=$(printf 'evil\033]0;x\007\nMALICIOUS: \342\200\256gpj')
cp "$quiet" "$evil"
run analyze "$evil"
[ "$code" = 0 ] && ! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" out && grep -q '^evil.x1b' out &&
	! grep -q '^MALICIOUS' out && ! grep -q "$(printf '\342\200\256')" out
ok $? 'control characters in a name: escaped in the report'
run analyze "$evil-is-not-here"
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" err && [ "$(wc -l <err)" = 1 ]
ok $? 'and in errors'
run analyze --profile "$evil" "$quiet"
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" err
ok $? 'and in values'
run "$evil"
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" err
ok $? 'and in commands'
run analyze --json "$evil"
! LC_ALL=C grep -q '[^ -~]' out && grep -qi '"input":"evil\\u001b' out
ok $? 'and in JSON'
cp "$quiet" -- '-dash'
exits 0 'a name with a dash' analyze -- -dash

# Colour, where a terminal is.
if command -v script >/dev/null; then
	esc=$(printf '\033')
	TERM=xterm script -qec "'$CORDON' analyze -q '$attack'" /dev/null >out </dev/null 2>err
	grep -q "$esc" out
	ok $? 'colour on a terminal'
	NO_COLOR=1 script -qec "'$CORDON' analyze -q '$attack'" /dev/null >out </dev/null 2>err
	! grep -q "$esc" out && grep -q MALICIOUS out
	ok $? 'NO_COLOR is obeyed'
else
	skip 'colour' 'no script(1)'
fi
run analyze -q "$attack"
! LC_ALL=C grep -q "$(printf '\033')" out
ok $? 'no colour in a file'

# Output that does not arrive.
for words in "analyze $attack" "analyze --json $quiet" 'rules' 'profiles --json' 'help' '--version'; do
	# shellcheck disable=SC2086
	"$CORDON" $words >/dev/full 2>err
	code=$?
	: >out
	[ "$code" = 1 ] && [ "$(grep -c '^cordon: cannot write' err)" = 1 ]
	ok $? "${words%% *}: a full disk is an error"
	# shellcheck disable=SC2086
	"$CORDON" $words >&- 2>err
	code=$?
	[ "$code" = 1 ] && [ "$(grep -c '^cordon: cannot write' err)" = 1 ]
	ok $? "${words%% *}: so is a closed stdout"
done
"$CORDON" analyze "$quiet" 2>&- >out
code=$?
[ "$code" = 0 ] && [ -s out ]
ok $? 'a closed stderr is none'
("$CORDON" analyze "$@" 2>err; echo $? >status) | head -c 1 >out
grep -Eq '^(141|20)$' status && ! grep -q 'Sanitizer' err
ok $? 'a reader that goes away ends it quietly'

# Ctrl-C in the middle: judged up to there, and no verdict of nothing found.
interrupt() {
	rm -f hold && mkfifo hold
	# shellcheck disable=SC2086
	env --default-signal=INT "$CORDON" analyze --json $2 - "$person" <hold >out 2>err &
	pid=$!
	exec 8>hold
	cat "$1" >&8
	# Asleep at three looks in a row: all was read, and it waits for more.
	asleep=0 looks=0
	while [ $asleep -lt 3 ] && [ $looks -lt 400 ]; do
		sleep 0.05
		looks=$((looks + 1))
		if grep -q '^State:.*S' "/proc/$pid/status"; then asleep=$((asleep + 1)); else asleep=0; fi
	done
	kill -INT $pid
	wait $pid
	code=$?
	exec 8>&-
}
if env --default-signal=INT true 2>/dev/null; then
	interrupt "$attack" --hash
	[ "$code" = 20 ] && [ "$(field truncated)" = true ] && [ "$(wc -l <out)" = 1 ] && [ -z "$(field sha256)" ]
	ok $? 'interrupted: judged up to there, without a hash of a part'
	says 'interrupted; judged up to packet [0-9]' 'interrupted'
	interrupt "$quiet" ''
	[ "$code" = 1 ]
	ok $? 'interrupted with nothing found yet: exit 1'
else
	skip 'interrupted' 'no env --default-signal'
fi

# Profiles.
for p in bare:20 host:10 keyboard:10; do
	exits "${p#*:}" "scanner as ${p%:*}" analyze --json --profile "${p%:*}" "$(capture scanner)"
	[ "$(field profile)" = "${p%:*}" ]
	ok $? "scanner as ${p%:*}: the profile is named"
done
for c in scanner one-time-password; do
	run analyze --json "$(capture $c)"
	printf '{"name":"front desk","structure_sha256":"%s"}' "$(field structure_sha256)" >declared.json
	cp declared.json other.json && sed -i 's/256":"../256":"00/' other.json
	serial=$(field serial)
	printf '{"name":"front desk","structure_sha256":"%s","serial":"%s","alphabet":"%s"}' "$(field structure_sha256)" \
		"$serial" '0123456789cbdefghijklnrtuv<ENTER>' >whole.json
	run analyze --json --profile device declared.json "$(capture $c)"
	! grep -q '"rule":"R6"\|"rule":"R20"' out
	ok $? "$c declared: its presence is no finding"
	exits 20 "$c in another's place" analyze --json --profile device other.json "$(capture $c)"
	[ -z "$serial" ] && sed -i 's/"serial":"",//' whole.json
	exits 0 "$c declared with its alphabet" analyze --json --profile device whole.json "$(capture $c)"
	grep -q '"waived_by":"front desk"' out
	ok $? "$c declared: what is waived is still told"
	sed 's/0123456789//' whole.json >letters.json
	run analyze --json "--profile=device letters.json" "$(capture $c)"
	[ "$c" != scanner ] || [ "$code" = 10 ]
	ok $? "$c declared: a key outside its alphabet ends the waiver"
done

# The same through the sanitizers.
"$CORDON_ASAN" analyze --json --hash --why cut letter ethernet empty none folder not-there "$evil" - <"$attack" >out 2>err
code=$?
[ "$code" = 20 ] && ! grep -q 'Sanitizer\|runtime error' err
ok $? 'all of it under sanitizers'
echo "1..$n"
