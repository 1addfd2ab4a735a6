#!/bin/sh
# Fails when a file includes a header from a layer above its own, or I/O where decoding must stay pure.
# Direction: firmware/core <- usb <- hid <- model <- detect <- report <- cli; capture and sim see usb and core only.
bad=0
deny() {
	[ -d "$1" ] || return 0
	if grep -rnE --include='*.[ch]' "#include +[\"<]($2)" "$1"; then
		echo "layers: $1 must not include $2" >&2
		bad=1
	fi
}
io='stdio\.h|curses|ncurses|libusb|hidapi|unistd\.h|fcntl\.h|sys/socket|time\.h'
up_cli='cli/|tui/'
deny firmware/core "$io|stdlib|rp2040|usb/|hid/|model/|detect/|report/|capture/|sim/|lib/|$up_cli"
deny host/usb "$io|hid/|model/|detect/|report/|capture/|sim/|lib/|$up_cli"
deny host/hid "$io|model/|detect/|report/|capture/|sim/|lib/|$up_cli"
deny host/model "$io|detect/|report/|capture/|sim/|lib/|$up_cli"
deny host/detect "$io|report/|capture/|sim/|lib/|$up_cli"
deny host/capture "curses|hid/|model/|detect/|report/|sim/|lib/|$up_cli"
deny host/sim "curses|model/|detect/|report/|lib/|$up_cli"
deny host/report "curses|libusb|hidapi|capture/|sim/|$up_cli"
deny host/lib "curses|libusb|hidapi|$up_cli"
deny host/tui 'libusb|hidapi|cli/'
# The two libraries stay with who listens to taps.
if grep -lE '#include +[<"](libusb|hidapi)' host/capture/*.[ch] | grep -vE '/(link_usb|tap_pipe|usb_taps)\.c$'; then
	echo "layers: libusb and hidapi are for link_usb.c, tap_pipe.c and usb_taps.c" >&2
	bad=1
fi
deny host/cli 'curses|libusb|hidapi'
exit $bad
