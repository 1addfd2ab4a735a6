#!/bin/sh
# Runs cases in the guest, with a tap that is plugged in and pulled out as they ask; closes with "N passed, N failed".
# usage: tests/kernel/run.sh DIR VTAP CONTROLLER CASE...   CONTROLLER: xhci or uhci
set -u
dir=$1 vtap=$2 controller=$3
shift 3
cases=$(echo "$*" | tr ' ' ,)
work=$(mktemp -d)
tap='' passed=0 failed=0 boot=0
case $controller in
xhci) hcd="qemu-xhci,id=x" ;;
uhci) hcd="piix3-usb-uhci,id=x" ;;
*) echo "run: no controller '$controller'" >&2; exit 2 ;;
esac
mkfifo "$work/in" "$work/out"

pull() {
	[ -n "$tap" ] || return 0
	kill "$tap" 2>/dev/null
	wait "$tap" 2>/dev/null
	tap=''
	# One that said nothing has died, and a chip that broke a rule says which.
	grep -q '^records\|chip fine' "$work/sent" || head -n 8 "$work/vtap.log" | sed 's/^/    tap: /'
}
cleanup() {
	pull
	[ -z "${qemu:-}" ] || kill "$qemu" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

timeout "${KERNEL_SECONDS:-1500}" qemu-system-x86_64 -accel tcg -m 384 -nodefaults -no-user-config -display none -serial stdio \
	-no-reboot -M pc -device "$hcd" -chardev "socket,path=$work/redir,id=r,server=on,wait=off" -device usb-redir,chardev=r,bus=x.0 \
	-kernel "$dir/vmlinux" -initrd "$dir/initrd" \
	-append "console=ttyS0 quiet mitigations=off nokaslr tsc=reliable no_timer_check lpj=4000000 noapic cases=$cases" \
	<"$work/in" >"$work/out" 2>"$work/qemu.log" &
qemu=$!
exec 3>"$work/in"

# Milliseconds that the machine let QEMU's threads wait for a processor, in all.
waited() { cat /proc/$(pgrep -P $qemu)/task/*/schedstat 2>/dev/null | awk '{ns += $2} END {printf "%d", ns / 1000000}'; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

# What the guest asks of its host: "plug [options of vtap]", "emulated [SCENARIO SECONDS]", "pull", "left".
answer() {
	case $1 in emulated|plug) waited_before=$(waited) plugged_ms=$(now_ms) ;; esac
	case $1 in
	emulated) # the firmware's image; a simulated cable at its pins, from when it switches VBUS on
		wave=''
		if [ -n "${3:-}" ]; then
			wave=$work/wave
			build/release/cordon sim "$2" --seed 1 --seconds "$3" --waveform "$wave" -o "$work/sim.tap" >"$work/sim.log" 2>&1 || cat "$work/sim.log"
			rm -f "$work/sim.tap"
		fi
		# shellcheck disable=SC2086
		"$(dirname "$vtap")/vemu" "$work/redir" node tests/emulator/bridge.mjs build/firmware/cordon.bin $wave >"$work/sent" 2>"$work/vtap.log" &
		tap=$!
		echo plugged >&3
		;;
	plug)
		shift
		boot=$((boot + 1))
		# shellcheck disable=SC2086
		"$vtap" --boot $boot $* "$work/redir" >"$work/sent" 2>"$work/vtap.log" &
		tap=$!
		echo plugged >&3
		;;
	pull) # what the tap tells of itself, and how long the machine was busy with others
		busy="waited $(($(waited) - ${waited_before:-0})) of $(($(now_ms) - ${plugged_ms:-0}))"
		pull
		echo "$(cat "$work/sent") $busy" >&3
		;;
	left) # it goes by itself
		wait "$tap"
		tap=''
		echo "$(cat "$work/sent")" >&3
		;;
	*) echo "run: the guest asks for '$*'" >&2; echo no >&3 ;;
	esac
}

while read -r line; do
	line=$(printf '%s' "$line" | tr -d '\r')
	case $line in
	'host: '*) answer ${line#host: } ;;
	'ok - '*) passed=$((passed + 1)); echo "$controller: $line" ;;
	'not ok - '*) failed=$((failed + 1)); echo "$controller: $line" ;;
	'#'*) echo "    $line" ;;
	'guest: done') done=1 ;;
	*) [ -z "${VERBOSE:-}" ] || echo "    $line" ;;
	esac
done <"$work/out"
wait $qemu
[ -n "${done:-}" ] || { failed=$((failed + 1)); echo "$controller: not ok - the guest did not come to its end"; tail -n 5 "$work/qemu.log" "$work/vtap.log" 2>/dev/null; }
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
