#!/bin/sh
# Judges a handful of the captures that the project ships, one after the other, each with a line that says what it is.
# usage: tests/tools/samples.sh CORDON
set -eu
cordon=$1
captures=tests/captures
bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

shown=0
show() { # NAME [PROFILE]
	shown=$((shown + 1))
	file=$(ls "$captures/$1"/capture.*)
	about=$(sed 's/^[A-Za-z]*: //' "$captures/$1/README")
	first=$(printf %.1s "$about" | tr '[:lower:]' '[:upper:]')
	printf '\n%s%d. %s%s%s\n' "$bold" "$shown" "$first" "${about#?}" "$plain"
	printf '   $ cordon analyze %s%s\n\n' "${2:+--profile '$2' }" "$file"
	status=0
	said=$("$cordon" analyze --profile "${2:-host}" "$file") || status=$?
	printf '%s\n' "$said" | sed 's/^/   /'
	case $status in
	0 | 10 | 20 | 30) ;;
	*) exit "$status" ;;
	esac
}

echo "Cordon judges USB traffic: does this cable hide a keyboard, and did a person type?"
show omg-plug bare
show ducky
show hidden-keyboard
show person
show person-commands
show scanner
show scanner-declared "device $captures/scanner-declared/declared.json"
show storage
printf '\nYour own captures: build/release/cordon analyze FILE      More of ours: %s\n' "$captures"
