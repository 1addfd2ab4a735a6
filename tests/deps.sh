#!/bin/sh
# Installs the Debian packages that the named purposes need and that are missing; says nothing when none is.
# usage: tests/deps.sh PURPOSE...
set -eu

packages() {
	case $1 in
	build) echo gcc make libc6-dev libxkbcommon-dev xkb-data libjansson-dev libsodium-dev libncurses-dev libudev-dev libusb-1.0-0-dev libhidapi-dev hwdata ;;
	test) echo python3 libcmocka-dev libvterm-dev librsvg2-bin fonts-dejavu-core ncurses-term tshark jq groff-base umockdev libumockdev-dev pkg-config ;;
	firmware) echo gcc-arm-none-eabi ;;
	# Where Node comes from elsewhere, npm is part of it, and Debian's package conflicts with it.
	emulator) { command -v node && command -v npm; } >/dev/null || echo nodejs npm ;;
	kernel) echo qemu-system-x86 busybox-static libusbredirparser-dev cpio udev xz-utils zstd ;;
	bench) echo htop ;;
	hw) echo ngspice poppler-utils librsvg2-bin openscad python3 ;;
	hw-pictures) echo xvfb xauth libgl1-mesa-dri ;;
	fuzz) echo clang llvm libclang-rt-14-dev ;;
	*) echo "deps: unknown purpose '$1'" >&2; exit 2 ;;
	esac
}

missing=
for purpose in "$@"; do
	for p in $(packages "$purpose"); do
		dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
	done
done
[ -n "$missing" ] || exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# A new machine has no package lists, an old one may have stale ones: refresh on the first failure.
install() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
install 2>/dev/null || { $sudo apt-get update -qq && install; }
