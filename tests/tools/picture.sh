#!/bin/sh
# Draws a terminal as SVG: a command and what it prints, for the README. usage: tests/tools/picture.sh TITLE < TEXT
set -eu
awk -v title="$1" '
function escape(s) { gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s); return s }
{ line[++n] = $0; if (length($0) > wide) wide = length($0) }
END {
	w = wide * 8.43 + 48; h = n * 19 + 66
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", w, h, w, h, escape(title)
	printf "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#16191f\"/>\n"
	printf "<text x=\"24\" y=\"27\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#8b949e\">%s</text>\n", escape(title)
	printf "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
	for (i = 1; i <= n; i++) {
		s = line[i]; fill = "#d0d7de"; weight = ""
		if (s ~ /^\$/) fill = "#7ee787"
		else if (s ~ /MALICIOUS/) { fill = "#ff7b72"; weight = " font-weight=\"bold\"" }
		else if (s ~ /^  R[0-9]/) fill = s ~ /decisive/ ? "#ffa198" : s ~ /strong/ ? "#f2cc60" : "#9ecbff"
		else if (s ~ /^Why|^Seen|^Not seen/) fill = "#a5d6ff"
		printf "<text x=\"24\" y=\"%d\" fill=\"%s\"%s>%s</text>\n", 56 + i * 19 - 10, fill, weight, escape(s)
	}
	print "</g>\n</svg>"
}'
