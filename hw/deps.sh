#!/bin/sh
# Installs what the checks of hw/ need: KiCad 9 from Debian's backports, and through tests/deps.sh the rest.
# Says what it is about to do before it touches the apt sources; the entry it writes is taken from this machine's own sources.
set -eu
cd "$(dirname "$0")/.."

have_kicad() { kicad-cli version 2>/dev/null | grep -qE '^(9|[1-9][0-9])\.'; }

tests/deps.sh "$@"
have_kicad && exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
suite=$codename-backports
targets() { apt-get indextargets --format "$1" 'Created-By: Packages' 'Component: main' "Codename: $2" 2>/dev/null | sort -u | head -n 1; }

if [ -z "$(targets '$(REPO_URI)' "$suite")" ]; then
	[ -n "$(targets '$(REPO_URI)' "$codename")" ] || $sudo apt-get update -qq
	uri=$(targets '$(REPO_URI)' "$codename")
	[ -n "$uri" ] || { echo "hw-deps: no apt source for '$codename' to take the backports from" >&2; exit 1; }
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	entry=/etc/apt/sources.list.d/$suite.sources
	cat <<-EOF
	hw-deps: KiCad 9 is in $suite, which is not among this machine's apt sources.
	hw-deps: adding $entry (same archive as $codename; remove the file to undo).
	EOF
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$uri" "$suite" "$keyring" |
		$sudo tee "$entry" >/dev/null
	$sudo apt-get update -qq
fi
echo "installing: kicad (from $suite)"
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -t "$suite" kicad >/dev/null
have_kicad || { echo "hw-deps: kicad-cli 9 is still missing" >&2; exit 1; }
