#!/bin/sh
# The project's own captures: each folder under tests/captures is judged and compared, whole file, with its
# expected.json, and each simulated one is made anew and compared byte by byte. Prints TAP.
# A folder holds one capture.*, a README of one line, and where the defaults do not fit, `args`: an argument a line.
# usage: test_captures.sh            needs CORDON_ASAN
#        test_captures.sh --update   writes expected.json; read the difference before it is committed
set -u
: "${CORDON_ASAN:=$PWD/build/asan/cordon}"
captures=tests/captures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}
not_ok() {
	n=$((n + 1))
	echo "not ok $n - $1"
	[ ! -s "${2-}" ] || sed 's/^/# /' "$2" | head -40
}

# One field a line, for people who read a difference.
fields() { sed 's/,"/,\
"/g; s/{/{\
/g' "$1" 2>&1; }

exit_code() {
	case $1 in
	malicious) echo 20 ;;
	suspect) echo 10 ;;
	not-covered) echo 30 ;;
	no-finding) echo 0 ;;
	*) echo none ;;
	esac
}

# Runs inside the folder, so that the input's name in the output is the same wherever the project lies.
judge() {
	(
		cd "$1" || exit 99
		set --
		[ ! -f args ] || while IFS= read -r argument; do set -- "$@" "$argument"; done <args
		set -- "$@" capture.*
		exec "$CORDON_ASAN" analyze --json "$@"
	)
}

for dir in "$captures"/*/; do
	name=$(basename "$dir")
	judge "$dir" >"$work/got" 2>"$work/err"
	code=$?
	verdict=$(sed -n 's/.*"verdict":"\([a-z-]*\)".*/\1/p' "$work/got")
	if [ "${1-}" = --update ]; then
		cp "$work/got" "$dir/expected.json"
		echo "$name: ${verdict:-none} $(cat "$work/err")"
		continue
	fi
	if cmp -s "$dir/expected.json" "$work/got"; then
		ok "$name"
	else
		fields "$dir/expected.json" >"$work/want.lines"
		fields "$work/got" >"$work/got.lines"
		diff "$work/want.lines" "$work/got.lines" >"$work/diff"
		not_ok "$name" "$work/diff"
	fi
	lines=0
	! grep -q '"truncated":true' "$work/got" || lines=1
	[ "$code" = "$(exit_code "$verdict")" ] && [ "$(wc -l <"$work/err")" = "$lines" ] &&
		ok "$name: exit code, stderr" || not_ok "$name: exit code $code, stderr" "$work/err"
done
[ "${1-}" != --update ] || exit 0

mkdir "$work/made"
"$(dirname "$CORDON_ASAN")/make_captures" "$work/made" >"$work/err" 2>&1 && ok "captures are made anew" ||
	not_ok "captures are made anew" "$work/err"
for dir in "$captures"/*/; do
	name=$(basename "$dir")
	if [ -d "$work/made/$name" ]; then
		cmp "$work/made/$name/capture.pcapng" "$dir/capture.pcapng" >"$work/err" 2>&1 &&
			cmp "$work/made/$name/README" "$dir/README" >>"$work/err" 2>&1 &&
			ok "$name: same bytes" || not_ok "$name: same bytes" "$work/err"
		rm -rf "${work:?}/made/$name"
	else
		grep -q '^Recorded' "$dir/README" 2>/dev/null && ok "$name: recorded" ||
			not_ok "$name: neither made here nor recorded"
	fi
done
[ -z "$(ls "$work/made")" ] && ok "every scene has its folder" || {
	ls "$work/made" >"$work/err"
	not_ok "every scene has its folder" "$work/err"
}
echo "1..$n"
