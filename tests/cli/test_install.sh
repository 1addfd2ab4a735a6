#!/bin/sh
# `make install` and `uninstall` into a folder of their own; the manual and the completion say what the program says. TAP.
# usage: test_install.sh    needs CORDON (release)
: "${CORDON:=$PWD/build/release/cordon}"
. "$(dirname "$0")/tap.sh"

make --no-print-directory KIND=release BUILD="$(dirname "$CORDON")" PREFIX=/opt/cordon DESTDIR="$work/a folder" install \
	>"$work/log" 2>&1
ok $? 'make install'
(cd "$work/a folder" && find . -type f | sort) >"$work/files"
printf './opt/cordon/%s\n' bin/cordon lib/udev/rules.d/70-cordon.rules share/bash-completion/completions/cordon share/cordon/scenarios.json share/cordon/show.json share/man/man1/cordon.1 | cmp -s - "$work/files"
ok $? 'installs what it says, and nothing else'
"$work/a folder/opt/cordon/bin/cordon" --version >"$work/out" 2>&1 && "$CORDON" --version | cmp -s - "$work/out"
ok $? 'what is installed runs'
manual="$work/a folder/opt/cordon/share/man/man1/cordon.1"
[ ! -x "$manual" ] && [ -x "$work/a folder/opt/cordon/bin/cordon" ]
ok $? 'modes'

# The manual names each command, each option of each, each profile, each field of the JSON, the version.
plain() { sed 's/\\-/-/g; s/\\fI//g; s/\\fR//g' "$manual"; }
for c in $("$CORDON" help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'); do
	plain | grep -q "^.SS cordon $c\$"
	ok $? "manual: $c"
	for option in $("$CORDON" "$c" --help | sed 1d | grep -o -- '--[a-z][a-z-]*' | sort -u); do
		plain | awk -v c="$c" '/^.S[SH] / { on = $0 == ".SS cordon " c } on' | grep -q -- "^.B.*$option"
		ok $? "manual: $c $option"
	done
done
for p in $("$CORDON" profiles | sed 's/ .*//'); do
	plain | sed -n '/^.SH PROFILES/,/^.SH JSON/p' | grep -q "^.BI* $p"
	ok $? "manual: profile $p"
done
missing=
for r in $("$CORDON" rules | sed 's/ .*//'); do
	plain | sed -n '/^.SH RULES/,/^.SH PROFILES/p' | grep -q "^.BR $r " || missing="$missing $r"
done
[ -z "$missing" ]
ok $? "manual: each rule$missing"
missing=
for field in $("$CORDON" analyze --json --hash tests/captures/*/capture.* 2>/dev/null | sed 's/"evidence":{[^}]*}//g' |
	grep -o '"[a-z_0-9]*":' | tr -d '":' | sort -u); do
	plain | sed -n '/^.SH JSON/,/^.SH EXIT/p' | grep -qw "$field" || case $field in
	cordon | rules) ;; # within versions
	*) missing="$missing $field" ;;
	esac
done
[ -z "$missing" ] || echo "#$missing"
[ -z "$missing" ]
ok $? 'manual: each field of the JSON'
grep -q "\"$("$CORDON" --version)\"" "$manual"
ok $? 'manual: the version'
groff -man -ww -k -Tutf8 -z "$manual" 2>"$work/warnings"
ran=$?
[ ! -s "$work/warnings" ] || sed 's/^/# /' "$work/warnings"
[ $ran = 0 ] && [ ! -s "$work/warnings" ]
ok $? 'manual: no warnings'

# Completion.
if command -v bash >/dev/null; then
	complete_words() {
		bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cordon; printf "%s\n" "${COMPREPLY[@]}"' \
			- "$work/a folder/opt/cordon/share/bash-completion/completions/cordon" "$CORDON" "$@"
	}
	[ "$(complete_words ana)" = analyze ]
	ok $? 'completes commands'
	[ "$(complete_words analyze --no)" = --no-text ]
	ok $? 'completes options'
	[ "$(complete_words analyze --profile ke)" = keyboard ]
	ok $? 'completes profiles'
	[ "$(complete_words sim B1 | wc -l)" = 7 ]
	ok $? 'completes scenarios'
	[ "$(complete_words analyze tests/captures/omg-plug/cap)" = tests/captures/omg-plug/capture.pcapng ]
	ok $? 'completes files'
	[ "$(complete_words help pro)" = profiles ]
	ok $? 'completes topics of help'
else
	skip 'completion' 'no bash'
fi

make --no-print-directory KIND=release PREFIX=/opt/cordon DESTDIR="$work/a folder" uninstall >"$work/log" 2>&1
[ -z "$(find "$work/a folder" -type f)" ]
ok $? 'make uninstall leaves nothing'
echo "1..$n"
