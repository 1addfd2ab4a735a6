#!/bin/sh
# Judges a handful of the captures that the project ships, one after the other, each with a line that says what it is.
# usage: tests/tools/demo.sh CORDON
set -eu
cordon=$1
captures=tests/captures
bold= plain=
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

shown=0
show() { # NAME [ARGUMENT...]
	name=$1
	shift
	shown=$((shown + 1))
	file=$(ls "$captures/$name"/capture.*)
	printf '\n%s%d. %s%s\n' "$bold" "$shown" "$(sed 's/^[A-Za-z]*: //; s/\.$//' "$captures/$name/README")" "$plain"
	printf '   $ cordon analyze %s%s\n\n' "${*:+$* }" "$file"
	status=0
	"$cordon" analyze "$@" "$file" | sed 's/^/   /' || status=$?
	[ "$status" -le 1 ] || exit "$status"
}

echo "Cordon judges USB traffic: does this cable hide a keyboard, and did a person type?"
show omg-plug --profile bare
show ducky
show hidden-keyboard
show person
show person-commands
show scanner
show storage
echo
echo "Your own captures: build/release/cordon analyze FILE    All of these: $captures"
