#!/bin/sh
# ledger.sh: fails where the RAM ledger of a README is not what the linker made. Fixed sizes must be the same to the byte, those that change
# with each line of code to a KiB. In: README, ELF file. Out: one line where all is well, else one for each row that is wrong.
readme=$1 elf=$2

{ arm-none-eabi-size -A "$elf"; arm-none-eabi-nm -S "$elf"; cat "$readme"; } | awk '
function hex(s,  i, v) { for (i = 1; i <= length(s); i++) v = 16 * v + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
function wrong(row, is) { printf "RAM ledger: \"%s\" is %d bytes, the README says %s\n", row, is, said[row]; bad = 1 }
function fixed(row, is) { if (said[row] != is) wrong(row, is) }
function about(row, is,  off) { off = said[row] - is; if (!(row in said) || off > 1024 || off < -1024) wrong(row, is) }
$1 ~ /^\.(rings|ram|bss|stack)$/ { size[$1] = $2 }
NF == 4 && $3 ~ /^[bBdD]$/ { object[$4] = hex($2) }
/^\| RAM \| bytes/ { ledger = 1; next }
!/^\|/ { ledger = 0 }
ledger {
	split($0, cell, / *\| */)
	n = cell[3]
	sub(/^about /, "", n)
	sub(/ of .*/, "", n)
	said[cell[2]] = n
}
END {
	words = "ring of words"
	stamps = "rings of stamps (8192 entries, 7 bytes)"
	slots = "bits out of PIO1 (16 packets), with what belongs to them"
	blocks = "blocks on their way up"
	samples = "ring of the ADC'"'"'s samples"
	fixed(words, object["ring_words"])
	fixed(stamps, object["ring_cycles"] + object["ring_microsecond"] + object["ring_place"] + object["ring_lines"])
	fixed(samples, size[".rings"] - object["ring_words"] - said[stamps])
	fixed(slots, object["slot"])
	fixed("stack", size[".stack"])
	about("code and constants (`.ram`)", size[".ram"])
	about("all else (`.bss`)", size[".bss"] - said[blocks] - said[slots])
	about("all (printed by `make firmware`)", size[".rings"] + size[".ram"] + size[".bss"] + size[".stack"])
	if (!size[".ram"] || !object["slot"]) { print "RAM ledger: the ELF file has not what is looked for"; bad = 1 }
	if (!bad) print "RAM ledger as in the README"
	exit bad
}'
