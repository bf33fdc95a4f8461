# Turns one TSV table of this room into C initialisers; -v table=NAME says which.
BEGIN { FS = "\t" }

function quote(s) {
	if (s == "-") s = ""
	gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/\?\?/, "?\\?", s)
	return "\"" s "\""
}

# "11.8" -> {11, 8, -1, -1}
function version(s,   p, n, i, out) {
	n = split(s, p, "."); out = "{"
	for (i = 1; i <= 4; i++) out = out (i > 1 ? ", " : "") (i <= n ? p[i] + 0 : -1)
	return out "}"
}

function bool(s) {
	if (s != "yes" && s != "no") { print FILENAME ":" FNR ": yes or no, not " s > "/dev/stderr"; exit 1 }
	return s == "yes" ? "true" : "false"
}

# What the table says of the first and the last firmware with a root, and how sure that is.
function bound(s,   v) {
	if (s == "-") return "{-1, -1, -1, -1}, PKI_BOUND_NONE"
	if (s ~ /updates/) return "{7, 0, -1, -1}, PKI_BOUND_UPDATES"
	if (s ~ /^</) { v = s; sub(/;.*/, "", v); sub(/^</, "", v); return version(v) ", PKI_BOUND_BUILD" }
	v = s; sub(/[^0-9.].*/, "", v)
	return version(v) ", " (s ~ /seen|\?/ ? "PKI_BOUND_SEEN" : "PKI_BOUND_STATED")
}

/^#/ { next }
!head { head = 1; next }
table == "roots" {
	split(bound($10), a, "}, "); split(bound($11), b, "}, ")
	printf "{%s, %s, %s, %s, %s, %s, %d, %s, %s, %s, %s, %s}, %s}, %s, %s, %s, %s},\n", quote($1), quote($2), \
		quote($3), quote($4), quote($5), quote($6), $7, quote($8), quote($9), quote($10), quote($11), \
		a[1], b[1], a[2], b[2], quote($12), quote($13)
}
table == "firmware" {
	printf "{%s, %s, %s, %d, %d, %d, %s, %s, %s, %s, %s},\n", quote($1), version($2), bool($3), $5, $6, $4, \
		bool($7), bool($8), bool($9), quote($10), quote($11)
}
table == "tld" {
	n = split($2, p, " ")
	for (i = 1; i <= n; i++) printf "{%s, %d},\n", quote(p[i]), $1
}
table == "signatures" { printf "{%s, %s, %s},\n", quote($1), quote($2), quote($3) }
