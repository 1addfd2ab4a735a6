#!/bin/sh
# Builds the guest of the kernel tests into DIR, once: Debian's kernel as an ELF file, and an initramfs with its USB
# modules, busybox, udev and the programs to be tested. The kernel's package is kept; DIR may be kept between runs.
# usage: tests/kernel/guest.sh DIR PROGRAM...
set -eu
dir=$1
shift
here=$(dirname "$0")
mkdir -p "$dir"

modules="usb-common usbcore xhci-hcd xhci-pci uhci-hcd usbmon hid usbhid hid-generic evdev"
commands="sh mount insmod cat ls sleep poweroff mkdir ln echo date head tail grep sed kill ps stty chmod test cut tr sync
pidof pgrep setsid env true wc touch rm dd cp mv stat id od timeout seq expr sort su basename dirname mkfifo"

kernel() {
	package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
	[ -n "$package" ] || { echo "guest: linux-image-amd64 is not in the package lists (apt-get update)" >&2; exit 1; }
	[ -f "$dir/$package.done" ] && return
	echo "guest: fetching and unpacking $package"
	(cd "$dir" && apt-get download -qq "$package" 2>/dev/null && dpkg -x "$package"_*.deb root && rm "$package"_*.deb)
	# The boot protocol (Documentation/arch/x86/boot.rst) says where the compressed ELF file lies: QEMU then starts it
	# directly, which saves minutes of unpacking in emulation.
	image=$(ls "$dir"/root/boot/vmlinuz-*)
	number() { od -An -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '; }
	sectors=$(number 497 1)
	[ "$sectors" != 0 ] || sectors=4
	start=$(((sectors + 1) * 512 + $(number 584 4)))
	tail -c +$((start + 1)) "$image" | head -c "$(number 588 4)" >"$dir/payload"
	case $(od -An -t x1 -N 4 "$dir/payload" | tr -d ' ') in
	fd377a58) unpack=xz ;;
	28b52ffd) unpack=zstd ;;
	1f8b*) unpack=gzip ;;
	*) echo "guest: the kernel is packed in an unknown way" >&2; exit 1 ;;
	esac
	# Behind the stream there is more: what unpacks says so, and has done its work by then.
	$unpack -dc <"$dir/payload" >"$dir/vmlinux" 2>/dev/null || true
	[ "$(od -An -c -N 4 "$dir/vmlinux" | tr -d ' ')" = '177ELF' ] || { echo "guest: no ELF file in the kernel" >&2; exit 1; }
	# What the guest never loads would be 300 MB of the cache.
	rm -rf "$dir/payload" "$dir/root/boot" "$dir/root/usr"
	find "$dir/root/lib/modules" -type f ! -path '*/drivers/usb/*' ! -path '*/drivers/hid/*' ! -path '*/drivers/input/*' -delete
	touch "$dir/$package.done"
}

libraries() { # of a program, into the tree
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r l; do
		mkdir -p "$tree$(dirname "$l")"
		[ -e "$tree$l" ] || cp -L "$l" "$tree$l"
	done
}

kernel
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
for d in bin dev proc sys tmp run etc/udev/rules.d lib/modules lib/udev lib64 usr/bin usr/lib usr/share var/lib; do mkdir -p "$tree/$d"; done
cp /bin/busybox "$tree/bin/"
for c in $commands; do ln -s busybox "$tree/bin/$c"; done
echo 'root:x:0:0:root:/:/bin/sh
user:x:1000:1000:user:/:/bin/sh' >"$tree/etc/passwd"
echo 'root:x:0:
plugdev:x:46:user
user:x:1000:' >"$tree/etc/group"
: >"$tree/etc/mods"
for m in $modules; do
	f=$(find "$dir/root/lib/modules" -name "$m.ko" | head -n 1)
	[ -n "$f" ] || { echo "guest: no module $m" >&2; exit 1; }
	cp "$f" "$tree/lib/modules/"
	echo "$m" >>"$tree/etc/mods"
done
for p in "$@"; do
	cp -L "$p" "$tree/bin/"
	libraries "$p"
done
cp -L "$(command -v udevadm || echo /bin/udevadm)" "$tree/lib/udev/systemd-udevd"
libraries "$tree/lib/udev/systemd-udevd"
for f in lib/udev/rules.d/50-udev-default.rules lib/udev/rules.d/60-input-id.rules; do
	[ ! -f "/$f" ] || { mkdir -p "$tree/$(dirname "$f")"; cp "/$f" "$tree/$f"; }
done
cp host/capture/*.rules "$tree/etc/udev/rules.d/" 2>/dev/null || cp host/cli/*.rules "$tree/etc/udev/rules.d/" 2>/dev/null || true
for t in xterm-256color vt100; do
	f=$(find /lib/terminfo /usr/share/terminfo -name "$t" 2>/dev/null | head -n 1)
	[ -z "$f" ] || { mkdir -p "$tree$(dirname "$f")"; cp -L "$f" "$tree$f"; }
done
mkdir -p "$tree/usr/lib/locale" "$tree/usr/share/misc" "$tree/usr/share/X11"
cp -r /usr/lib/locale/C.utf8 "$tree/usr/lib/locale/"
cp -rL /usr/share/X11/xkb "$tree/usr/share/X11/"
cp -L /usr/share/misc/usb.ids "$tree/usr/share/misc/" 2>/dev/null || true
cp "$here/init" "$tree/init"
cp -r "$here/cases" "$tree/cases"
chmod +x "$tree/init"
(cd "$tree" && find . | cpio -o -H newc --quiet) >"$dir/initrd.new"
mv "$dir/initrd.new" "$dir/initrd"
