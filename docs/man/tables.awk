# Rows of a .def file as mdoc list items: awk -v page=site|evidence -f tables.awk FILE.def ...
# A row is one line, NAME("text", word, ...).

# The arguments of the call in line into arg[1..n]; strings without their quotes and escapes.
function split_call(line,    i, c, n, inside, s) {
	n = 1; arg[1] = ""; inside = 0
	s = substr(line, index(line, "(") + 1)
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (inside && c == "\\") { i++; arg[n] = arg[n] substr(s, i, 1) }
		else if (c == "\"") inside = !inside
		else if (!inside && c == ")") break
		else if (!inside && c == ",") arg[++n] = ""
		else if (inside || c != " ") arg[n] = arg[n] c
	}
	return n
}
function roff(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	return s
}
# Filled text, broken so that no line of the page is longer than 78.
function para(s,    w, n, i, line) {
	n = split(s, w, " ")
	line = ""
	for (i = 1; i <= n; i++) {
		if (line != "" && length(line) + length(w[i]) > 70) { put(line); line = "" }
		line = line (line == "" ? "" : " ") w[i]
	}
	put(line)
}
function put(line) {
	line = roff(line)
	print (line ~ /^[.']/ ? "\\&" : "") line
}

# A row may go on in the lines after it.
/^[A-Z_]+\(/ && !/\)$/ { row = $0; next }
row != "" { sub(/^[ \t]+/, ""); row = row $0; if (!/\)$/) next; $0 = row; row = "" }

page == "site" && /^AMT_TRAIT\(/ {
	split_call($0)
	print ".It Cm " roff(arg[2])
	para(toupper(substr(arg[3], 1, 1)) substr(arg[3], 2) ".")
	next
}
page == "site" && /^SITE_KEY\(/ {
	split_call($0)
	if (arg[1] != section) {
		if (section != "") print ".El"
		section = arg[1]
		print ".Ss Section " section
		print ".Bl -tag -width Ds"
	}
	what["SITE_TEXT"] = "text"; what["SITE_LIST"] = "list, commas between"
	what["SITE_FILE"] = "file"; what["SITE_FILES"] = "files; wildcards are expanded"
	what["SITE_UINT"] = "number"; what["SITE_YESNO"] = "yes or no"
	if (!(arg[3] in what)) { print "tables.awk: what is " arg[3] "?" >"/dev/stderr"; exit 1 }
	print ".It Cm " roff(arg[2]) " No =" (arg[6] != "" ? " " roff(arg[6]) : "")
	para(toupper(substr(arg[7], 1, 1)) substr(arg[7], 2) " (" what[arg[3]] ").")
}
page == "evidence" && /^EXPORTS_KIND\(/ { split_call($0); is[arg[2]] = arg[3] }
page == "evidence" && /^COLLECT\(/ {
	split_call($0)
	if (arg[2] == "exports" && !exports++) print ".El\n.Ss Exports of Windows servers (key exports)\n.Bl -tag -width Ds"
	print ".It Cm " roff(arg[1])
	if (arg[1] in is) para(toupper(substr(is[arg[1]], 1, 1)) substr(is[arg[1]], 2) ".")
	else print "Key\n.Cm " roff(arg[2]) " ."
	print ".br"
	para("How: " arg[3] ".")
	print ".br"
	para("Who: " arg[4] ".")
	print ".br"
	para("Answers " arg[5] ".")
}
END { print ".El" }
