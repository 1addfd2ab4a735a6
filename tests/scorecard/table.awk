# Lines of one.sh against what is expected. First file: expectations (id, label, verdicts, must, may, waived, name, note, between
# tabs); second: known misses; third: runs. Exit status 1 where a verdict or rule is not as expected and not known to be missed.
BEGIN { FS = "\t" }
FILENAME == ARGV[1] { id[++ids] = $1; label[$1] = $2; verdict[$1] = $3; must[$1] = $4; may[$1] = $5; waived[$1] = $6; name[$1] = $7; note[$1] = $8; next }
FILENAME == ARGV[2] { if ($0 !~ /^#/ && split($0, w, " ") > 2) known[w[1], w[2]] = substr($0, length(w[1] w[2]) + 3); next }
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
function add(list, word) { return has(list, word) ? list : list (list == "" ? "" : " ") word }
{
	s = $1
	if ($3 != "as-written") { # judged by its verdict alone: the expectations are of the scenario as it is written
		loads[s]++; load_flagged[s] += $4 == "malicious" || $4 == "suspect"; next
	}
	runs[s]++; hours[label[s]] += $8 / 3600; seen[s, $4]++
	all[label[s]]++; got[label[s], $4]++
	right = index("|" verdict[s] "|", "|" $4 "|") > 0
	if (!right) wrong[s]++
	n = split(must[s], w, " ")
	for (i = 1; i <= n; i++) if (!has($5, w[i])) { missed[s, w[i]]++; missing[s] = add(missing[s], w[i]) }
	n = split($5, w, " ")
	for (i = 1; i <= n; i++) {
		if (!has(must[s] " " may[s], w[i])) { over[s, w[i]]++; extra[s] = add(extra[s], w[i]) }
		if (label[s] == "benign" && !has($6, w[i]) && !has(must[s] " " may[s], w[i])) false_fired[w[i]]++
		rules = add(rules, w[i])
	}
	n = split(waived[s], w, " ")
	for (i = 1; i <= n; i++) if (has($5, w[i]) && !has($6, w[i])) { over[s, w[i] "!"]++; extra[s] = add(extra[s], w[i] "!") }
	if ($7 != "-") { alarm[s, ++alarms[s]] = $7 + 0 }
}
function median(s,   n, i, j, t, v) {
	n = alarms[s]
	if (!n) return "-"
	for (i = 1; i <= n; i++) v[i] = alarm[s, i]
	for (i = 2; i <= n; i++) { t = v[i]; for (j = i - 1; j && v[j] > t; j--) v[j + 1] = v[j]; v[j + 1] = t }
	return sprintf("%.2f", v[int((n + 1) / 2)])
}
function listed(s, list, count,   n, i, w, out) {
	n = split(list, w, " ")
	for (i = 1; i <= n; i++) out = out (out == "" ? "" : ", ") w[i] (count[s, w[i]] < runs[s] ? " (" count[s, w[i]] ")" : "")
	return out
}
function percent(n, of) { return of ? sprintf("%.1f %%", 100 * n / of) : "-" }
END {
	print "| scenario | verdicts | expected | not fired | beside what may | first alarm s | load changed |"
	print "|---|---|---|---|---|---|---|"
	split("malicious suspect not-covered no-finding none", kinds, " ")
	for (k = 1; k <= ids; k++) {
		s = id[k]
		if (!runs[s]) continue
		v = ""
		for (i = 1; i <= 5; i++) if (seen[s, kinds[i]]) v = v (v == "" ? "" : ", ") kinds[i] " " seen[s, kinds[i]]
		printable = verdict[s]
		gsub(/\|/, " or ", printable) # a bar would be another column
		printf "| %s %s | %s | %s | %s | %s | %s | %s |\n", s, name[s], v, printable, listed(s, missing[s], missed), listed(s, extra[s], over), median(s), loads[s] ? load_flagged[s] "/" loads[s] : ""
		if (wrong[s]) { bad = 1; problems = problems sprintf("%s: another verdict in %d of %d runs\n", s, wrong[s], runs[s]) }
		n = split(missing[s], w, " ")
		for (i = 1; i <= n; i++) {
			if ((s, w[i]) in known) reasons = reasons sprintf("- %s, %s: %s.\n", s, w[i], known[s, w[i]])
			else { bad = 1; problems = problems sprintf("%s: %s not fired in %d of %d runs\n", s, w[i], missed[s, w[i]], runs[s]) }
		}
		n = split(extra[s], w, " ")
		for (i = 1; i <= n; i++) { bad = 1; problems = problems sprintf("%s: %s in %d of %d runs\n", s, w[i] ~ /!$/ ? "not waived " w[i] : "unexpected " w[i], over[s, w[i]], runs[s]) }
		if (label[s] == "malicious" && verdict[s] !~ /malicious|suspect/) reasons = reasons sprintf("- %s is not flagged, and should not be: %s\n", s, note[s])
	}
	m = all["malicious"]; b = all["benign"]; f = got["malicious", "malicious"] + got["malicious", "suspect"]
	printf "\nMalicious: %d runs, %.1f h; flagged %s, malicious %s.\n", m, hours["malicious"], percent(f, m), percent(got["malicious", "malicious"], m)
	printf "Benign: %d runs, %.1f h; malicious %d, suspect %d (%s), ", b, hours["benign"], got["benign", "malicious"], got["benign", "suspect"], percent(got["benign", "suspect"], b)
	suspects = ""
	for (k = 1; k <= ids; k++) if (label[id[k]] == "benign" && seen[id[k], "suspect"]) suspects = suspects (suspects == "" ? "" : ", ") id[k] " " seen[id[k], "suspect"]
	printf "of %s.\n", suspects == "" ? "none" : suspects
	for (k = 1; k <= ids; k++) if (label[s = id[k]] == "benign") {
		unexpected += wrong[s]
		if (verdict[s] !~ /suspect/) { plain += runs[s]; alarmed += seen[s, "suspect"] + seen[s, "malicious"] }
	}
	printf "Benign, another verdict than the scenario expects: %d of %d. Of those that expect no alarm %d of %d are flagged", unexpected, b, alarmed, plain
	print (alarmed || !plain ? "." : sprintf(", a rate under %.2f %% at 95 %% confidence.", 300 / plain))
	printf "Rules on benign runs beside what may be: "
	any = ""
	n = split(rules, w, " ")
	for (i = 1; i <= n; i++) if (false_fired[w[i]]) any = any (any == "" ? "" : ", ") w[i] " " false_fired[w[i]]
	print (any == "" ? "none" : any) sprintf("; 0 of %d runs is a rate under %s at 95 %% confidence.", b, b ? sprintf("%.2f %%", 300 / b) : "-")
	if (reasons != "") printf "\nKnown misses:\n%s", reasons
	if (problems != "") printf "\nNot as expected:\n%s", problems
	exit bad
}
