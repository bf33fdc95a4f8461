# Turns one of the room's TSV tables into rows: awk -v bare="3 4" -f tables.awk FILE.tsv
# '#' begins a comment line, the first other line names the columns, every row must have as many.
# Columns in 'bare' come out as they stand (numbers and words for macros), the others as strings.
BEGIN { FS = "\t"; n = split(bare, b, " "); for (i = 1; i <= n; i++) is_bare[b[i]] }
/^#/ { next }
!columns { columns = NF; next }
NF != columns { printf "%s:%d: %d columns, wanted %d\n", FILENAME, FNR, NF, columns > "/dev/stderr"; exit 1 }
{
	row = ""
	for (i = 1; i <= NF; i++) {
		f = $i
		if (!(i in is_bare)) {
			gsub(/\\/, "\\\\&", f); gsub(/"/, "\\\"", f); gsub(/\?\?/, "?\\?", f)
			f = "\"" f "\""
		}
		row = row (i > 1 ? ", " : "") f
	}
	print "TRACE_ROW(" row ")"
}
