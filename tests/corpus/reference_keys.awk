# The reference decoder: raw report bytes as tshark prints them in, key presses out. It knows the boot keyboard's eight
# bytes and nothing else, and shares no code with the program.
#
# Input, separated by tabs: pid, address and endpoint of a token, raw data, bus, address, endpoint and data of a URB.
# Output: bus.address.endpoint usage, in hex; simultaneous keys in the order of their slots.
BEGIN { FS = "\t"; for (i = 0; i < 16; i++) { d = sprintf("%x", i); hex[d] = i; hex[toupper(d)] = i } }

function byte(s, n) { return hex[substr(s, 2 * n + 1, 1)] * 16 + hex[substr(s, 2 * n + 2, 1)] }

function report(where, data,    n, code, j, held) {
	if (length(data) != 16) return
	# ErrorRollOver: the keyboard does not know its keys.
	if (byte(data, 2) == 1) return
	for (n = 2; n < 8; n++) {
		code = byte(data, n)
		if (code < 4) continue
		held = 0
		for (j = 2; j < 8; j++) if (last[where, j] == code) held = 1
		for (j = 2; j < n; j++) if (byte(data, j) == code) held = 1
		if (!held) printf "%s %02x\n", where, code
	}
	for (n = 2; n < 8; n++) last[where, n] = byte(data, n)
}

$1 == "0x69" || $1 == "0x00000069" { token = "0." $2 "." $3; pending = ""; next }
$1 == "0xc3" || $1 == "0x4b" || $1 == "0x000000c3" || $1 == "0x0000004b" { pending = $4; toggle = $1; next }
$1 == "0xd2" || $1 == "0x000000d2" {
	# A retry after a lost acknowledgement repeats the toggle.
	if (pending != "" && token != "" && seen[token] != toggle) { seen[token] = toggle; report(token, pending) }
	token = ""; pending = ""; next
}
$1 != "" { token = ""; pending = ""; next }
$5 != "" && $8 != "" { sub(/^0x/, "", $7); e = byte($7, 0); if (e >= 128) report($5 "." $6 "." (e - 128), $8) }
