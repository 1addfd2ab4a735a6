#!/bin/sh
# Judges every capture of ../shared/corpus/captures and compares with its label, its keys with those of a reference
# decoder that tshark feeds, its descriptors with tshark's fields. Closes with "N passed, N failed".
# usage: tests/corpus/run.sh CORDON INSPECT
set -u
cordon=$1 inspect=$2
here=tests/corpus
captures=../shared/corpus/captures
tab=$(printf '\t')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

if [ ! -d "$captures" ]; then
	echo "corpus: $captures is not here: nothing compared"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi

# tshark shows a descriptor's fields in their order, several of one name divided by commas: one a line, as inspect does.
tshark_descriptors() {
	tshark -r "$1" -Y usb.bDescriptorType -T fields -e usb.idVendor -e usb.idProduct -e usb.bcdUSB \
		-e usb.bDeviceClass -e usb.bMaxPacketSize0 -e usb.bInterfaceNumber -e usb.bInterfaceClass \
		-e usb.bInterfaceSubClass -e usb.bInterfaceProtocol -e usb.bEndpointAddress -e usb.wMaxPacketSize \
		-e usb.bInterval 2>/dev/null |
		awk -F'\t' '{ gsub(/0x/, "")
			if ($1 != "" && $5 != "") print "device", $1, $2, $3, $4, $5
			n = split($6, a, ","); split($7, b, ","); split($8, c, ","); split($9, d, ",")
			for (i = 1; i <= n; i++) print "interface", a[i], b[i], c[i], d[i]
			n = split($10, a, ","); s = split($11, b, ","); t = split($12, c, ",")
			# Fields are left out for endpoints with extra bits: then only the addresses can be told apart.
			for (i = 1; i <= n; i++)
				if (s == n && t == n) print "endpoint", a[i], b[i], c[i]; else print "address", a[i] }'
}

for path in "$captures"/*.pcap*; do
	file=${path##*/}
	label=$(grep -F "$file$tab" "$here/labels.txt")
	typed=$(printf '%s' "$label" | cut -f2)
	compare=$(printf '%s' "$label" | cut -f3)
	trouble=

	"$cordon" analyze --json --profile host "$path" >"$work/json" 2>"$work/stderr"
	status=$?
	case $status in 0|10|20|30) ;; *) trouble="$trouble; exit $status: $(head -n 1 "$work/stderr")" ;; esac
	"$inspect" "$path" >"$work/facts" 2>/dev/null || trouble="$trouble; inspect failed"
	verdict=$(jq -r .verdict "$work/json" 2>/dev/null)
	found=$(jq -r '[.findings[] | "\(.rule)@\(.keystroke // "-")"] | join(" ")' "$work/json" 2>/dev/null)
	keys=$(jq -r '[.keystrokes[].count] | add // 0' "$work/json" 2>/dev/null)
	r9=$(jq -r '[.findings[] | select(.rule == "R9")] | length' "$work/json" 2>/dev/null)

	case $typed in
	injected) [ "${r9:-0}" -gt 0 ] || trouble="$trouble; injected, not flagged through R9" ;;
	person) [ "${r9:-1}" = 0 ] || trouble="$trouble; a person, flagged through R9" ;;
	nobody) [ "${keys:-1}" = 0 ] || trouble="$trouble; nobody typed, $keys keys" ;;
	*) trouble="$trouble; no label" ;;
	esac

	case $compare in
	'no '*) compared="$compare" ;;
	[0-9]*)
		tshark -r "$path" -T fields -e usbll.pid -e usbll.device_addr -e usbll.endp -e usbll.data -e usb.bus_id \
			-e usb.device_address -e usb.endpoint_address -e usb.capdata -e usbhid.data 2>/dev/null |
			awk -F'\t' -v OFS='\t' '{ print $1, $2, $3, $4, $5, $6, $7, $8 $9 }' |
			awk -f "$here/reference_keys.awk" >"$work/reference"
		compared=
		for k in $compare; do
			grep "^$k " "$work/reference" >"$work/want"
			sed -n "s/^key \($k .*\)/\1/p" "$work/facts" >"$work/got"
			n=$(wc -l <"$work/want")
			[ "$n" -gt 0 ] || trouble="$trouble; the reference has no keys for $k"
			cmp -s "$work/want" "$work/got" ||
				trouble="$trouble; $k: $n keys in the reference, $(wc -l <"$work/got") here"
			compared="$compared $k: $n keys"
		done ;;
	esac
	tshark_descriptors "$path" | sort -u >"$work/want"
	grep -v '^key' "$work/facts" | sort -u >"$work/got"
	missing=$(comm -23 "$work/want" "$work/got")
	[ -z "$missing" ] || trouble="$trouble; descriptors that tshark shows and we do not: $(echo $missing)"

	printf '%-9s %-12s keys %5s  %-40s %s [%s]\n' "$typed" "$verdict" "$keys" "$found" "$file" \
		"$(echo $compared), $(wc -l <"$work/want") descriptors"
	if [ -z "$trouble" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "    failed${trouble}"
	fi
done
# A label without its file was compared with nothing.
for file in $(grep -v '^#' "$here/labels.txt" | cut -f1); do
	[ -f "$captures/$file" ] || { failed=$((failed + 1)); echo "    failed; $file: labelled, not there"; }
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
