# Turns the .items files into build/gen/catalogue.c: an array of struct amt_item.
#
# A record is "key: value" lines; a line that begins with a blank goes on the value before;
# records are separated by an empty line; '#' begins a comment line. source may be repeated, and
# so may look, change, visit and erase: a corrective step each, its key is what it costs
# (enum amt_cost). Rows come out in the order of the files given, which is the order of the walk:
# the names of the files begin with a number.
#
# needs: may be repeated too: "ID [TAG] where it says so". TAG is a mark of the handbook: D or G is
# documented, K or I is not confirmed. ID comes earlier in the walk (its lowest stage, then the order of
# the rows), so that needs never form a ring.
#
# Every record needs id, stages, component, kind, mode, applies, title, why, how, unknown, pass
# or warn or fail, inputs, a step, who and source. tools: may be left out (amt-stage has all rows).

function die(text) { printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"; failed = 1; exit 1 }

function die_at(where, text) { printf "%s: %s\n", where, text > "/dev/stderr"; failed = 1; exit 1 }

function quote(s) {
	gsub(/\\/, "\\\\&", s); gsub(/"/, "\\\"", s); gsub(/\?\?/, "?\\?", s)
	return "\"" s "\""
}

function text(key) { return (key in one) ? quote(one[key]) : "NULL" }

function stages(s,   n, i, p, sum, seen) {
	n = split(s, p, ","); sum = 0
	for (i = 1; i <= n; i++) {
		if (p[i] == "P") p[i] = 0
		if (p[i] !~ /^[0-7]$/ || (p[i] in seen)) die("bad stage list '" s "'")
		seen[p[i]]; sum += 2 ^ p[i]
	}
	return sum
}

function tools(s,   n, i, p, sum, seen) {
	n = split(s, p, " "); sum = tool_bit["stage"] # amt-stage walks every row
	for (i = 1; i <= n; i++) {
		if (!(p[i] in tool_bit) || p[i] == "stage" || (p[i] in seen)) die("bad tools '" s "'")
		seen[p[i]]; sum += tool_bit[p[i]]
	}
	return sum
}

# "guide S2-CA#9" is short for writing and checking; people get the place in words.
# The keys are those of docs/guide-claims.tsv.
function cite(s,   p, place, n) {
	if (s ~ /^(handbook|other) ./) { sub(/^other /, "", s); return s }
	if (s !~ /^[a-z-]+ [A-Za-z0-9-]+#[0-9]+[a-z]?$/) return ""
	split(s, p, /[ #]/); place = p[2]; n = p[3]
	if (p[1] == "guide" && place ~ /^S[1-7]-/)
		return substr(place, 4) in part ? book["guide"] ", stage " substr(place, 2, 1) ", " part[substr(place, 4)] " " n : ""
	if (!((p[1] " " place) in part)) {
		if (p[1] == "prereq" && place ~ /^R[0-9]+$/) return book[p[1]] ", row " substr(place, 2) ", item " n
		return ""
	}
	return book[p[1]] ", " part[p[1] " " place] " " n
}

function list(name, key,   i, s, v) {
	s = ""
	for (i = 1; i <= count[key]; i++) {
		v = many[key, i]
		if (key == "source" && (v = cite(v)) == "") die(one["id"] ": source '" many[key, i] "' has none of the forms of docs/guide-claims.tsv")
		s = s "\t" quote(v) ",\n"
	}
	printf "static const char *const %s[] = {\n%s\tNULL,\n};\n", name, s
}

function walk_stage(s,   i) {
	for (i = 1; i <= 7; i++) if (index(s, i)) return i
	return 1
}

# Known ids only when all rows are read: END looks them up.
function needs(sym,   i, p, tag, where) {
	if (!count["needs"]) return "NULL, 0"
	printf "static const struct amt_need %s_needs[] = {\n", sym
	for (i = 1; i <= count["needs"]; i++) {
		where = many["needs", i]
		if (where !~ /^[^ ]+ \[[DGKI]\] ./) die_at(many["needs_at", i], one["id"] ": needs is not 'ID [D, G, K or I] source' in '" where "'")
		split(where, p, " "); tag = substr(p[2], 2, 1)
		sub(/^[^ ]+ /, "", where)
		edge[++edges] = one["id"]; edge_to[edges] = p[1]; edge_at[edges] = many["needs_at", i]
		printf "\t{%s, %s, %s},\n", quote(p[1]), tag ~ /[DG]/ ? "true" : "false", quote(where)
	}
	print "};"
	return sym "_needs, " count["needs"]
}

# Stage and row of a row in one number that grows along the walk.
function place(id) { return walk_stage(stages_of[id]) * 10000 + number_of[id] }

function check_needs(   i, from, to) {
	for (i = 1; i <= edges; i++) {
		from = edge[i]; to = edge_to[i]
		if (!(to in ids)) die_at(edge_at[i], from " needs " to ", which is no row")
		if (place(to) >= place(from)) die_at(edge_at[i], from " needs " to ", which does not come before it in the walk")
	}
}

function flush(   sym, i, p, m) {
	if (!have) return
	if (!("id" in one)) die("record without id")
	if (one["id"] in ids) die("id " one["id"] " twice")
	ids[one["id"]]
	m = split("stages component kind mode applies title why how unknown inputs who", p, " ")
	for (i = 1; i <= m; i++) if (!(p[i] in one) || one[p[i]] == "") die(one["id"] " has no " p[i])
	if (!("pass" in one) && !("warn" in one) && !("fail" in one)) die(one["id"] " has no pass, warn or fail")
	if (!count["step"] || !count["source"]) die(one["id"] " has no corrective step or no source")
	if (!(one["component"] in component) || !(one["kind"] in kind) || !(one["mode"] in mode))
		die(one["id"] ": unknown component, kind or mode")
	sym = "r" n
	list(sym "_actions", "step"); list(sym "_sources", "source")
	printf "static const unsigned char %s_costs[] = {%s};\n", sym, costs
	id_at[n] = one["id"]
	stages_of[one["id"]] = one["stages"]; number_of[one["id"]] = n
	needed = needs(sym)
	rows[n++] = "\t{" quote(one["id"]) ", " stages(one["stages"]) "u, " component[one["component"]] ", " \
		kind[one["kind"]] ", " mode[one["mode"]] ", " tools(one["tools"]) "u,\n\t " text("title") ",\n\t " \
		text("why") ",\n\t " text("how") ",\n\t {" text("pass") ", " text("warn") ", " text("fail") ", " \
		text("unknown") ", " text("pending") "},\n\t " text("inputs") ", " text("applies") ",\n\t " sym \
		"_actions, " sym "_costs, " text("who") ", " sym "_sources, " needed "},\n"
	split("", one); split("", many); split("", count); have = 0; key = costs = ""
}

BEGIN {
	m = split("client network configmgr ad ca console browser other", p, " ")
	for (i = 1; i <= m; i++) component[p[i]] = i - 1
	m = split("prereq verify corrective hotfix", p, " ")
	for (i = 1; i <= m; i++) kind[p[i]] = i - 1
	m = split("auto file ask", p, " ")
	for (i = 1; i <= m; i++) mode[p[i]] = i - 1
	m = split("hellocap dnscheck certcheck krbsize logview stage", p, " ")
	for (i = 1; i <= m; i++) tool_bit[p[i]] = 2 ^ (i - 1)
	m = split("look change visit erase", p, " ")
	for (i = 1; i <= m; i++) { cost[p[i]] = i - 1; known[p[i]] }
	m = split("id stages component kind mode tools applies title why how pass warn fail unknown pending inputs who source needs", p, " ")
	for (i = 1; i <= m; i++) known[p[i]]

	book["guide"] = "Troubleshooting Guide 1.20"
	book["prereq"] = "Prerequisites for Out of Band Management"
	book["checklist"] = "Out of Band Management checklist"
	book["about"] = "About AMT Provisioning"
	book["about-ja"] = "About AMT Provisioning (Japanese edition)"
	part["TF"] = "tested functionality"; part["VC"] = "verification check"; part["CA"] = "corrective action"
	part["guide Intro-tool"] = "introduction, tool"; part["guide Intro-seq"] = "troubleshooting by stage, order of work"
	part["guide Fig"] = "figure"; part["guide AppA"] = "appendix A, hot fix"; part["guide AppB"] = "appendix B, hot fix"
	part["guide Client"] = "component tips, client"; part["guide Network"] = "component tips, network"
	part["guide CMServers"] = "component tips, ConfigMgr servers"; part["guide AD"] = "component tips, Active Directory"
	part["guide CA"] = "component tips, certificate authority"; part["guide Other"] = "component tips, other"
	part["prereq Row"] = "row"; part["prereq Note"] = "note"; part["prereq Text"] = "statement"
	part["checklist Step"] = "step"
	part["about External"] = "external interactions, sentence"; part["about Internal"] = "internal interactions, sentence"
	part["about Note"] = "note"; part["about-ja N"] = "note"
	part["about Updating"] = "updating the memory, item"; part["about Updating-text"] = "updating the memory, statement"
	part["about Removing"] = "removing, item"; part["about Removing-text"] = "removing, statement"
	part["about Renaming-text"] = "renaming, statement"
	part["about-ja E"] = "external interactions, item"; part["about-ja I"] = "internal interactions, item"
	part["about-ja U"] = "updating the memory, item"; part["about-ja U-text"] = "updating the memory, statement"
	part["about-ja R"] = "removing, item"; part["about-ja R-text"] = "removing, statement"
	part["about-ja M-text"] = "renaming, statement"
	n = 0
	print "/* Made by common/guide/generate.awk; the rows are in common/guide/catalogue. */"
	print "#include \"amtdiag/guide.h\"\n#include \"guide/catalogue.h\"\n"
}

FNR == 1 { flush() }
/^#/ { next }
/^[ \t]*$/ { flush(); next }
/^[ \t]/ {
	if (key == "") die("continuation without a key")
	sub(/^[ \t]+/, ""); sub(/[ \t]+$/, "")
	if (key in count) many[key, count[key]] = many[key, count[key]] " " $0
	else one[key] = one[key] " " $0
	next
}
{
	at = index($0, ":")
	key = substr($0, 1, at - 1)
	if (at < 2 || !(key in known)) die("unknown key in '" $0 "'")
	value = substr($0, at + 1); sub(/^[ \t]+/, "", value); sub(/[ \t]+$/, "", value)
	have = 1
	if (key in cost) {
		costs = costs (count["step"] ? ", " : "") cost[key]
		key = "step"
	}
	if (key == "step" || key == "source" || key == "needs") {
		many[key, ++count[key]] = value
		many[key "_at", count[key]] = FILENAME ":" FNR
	}
	else if (key in one) die("key " key " twice")
	else one[key] = value
}

END {
	if (failed) exit 1
	flush()
	check_needs()
	print "const struct amt_item amt_catalogue[] = {"
	for (i = 0; i < n; i++) printf "%s", rows[i]
	print "};\nconst size_t amt_catalogue_count = sizeof(amt_catalogue) / sizeof(amt_catalogue[0]);"
	for (i = 0; i < n; i++) { # an index by id, for looking up; few rows: insertion sort
		for (j = i; j > 0 && tolower(id_at[by_id[j - 1]]) > tolower(id_at[i]); j--) by_id[j] = by_id[j - 1]
		by_id[j] = i
	}
	print "const unsigned short amt_catalogue_by_id[] = {"
	for (i = 0; i < n; i++) printf "%d,%s", by_id[i], (i % 16 == 15 || i == n - 1) ? "\n" : " "
	print "};"
}
