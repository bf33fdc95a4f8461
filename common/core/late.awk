# A library that is loaded when it is first used: awk -v part=h|c -v soname=NAME -f late.awk FILE.late
# Lines of FILE.late: "library NAME", "package NAME" (of Debian 12), "include HEADER", "before TEXT" (above the includes),
# "data NAME" for a variable, and else one function a line. '#' begins a comment.
/^#/ || NF == 0 { next }
$1 == "library" { lib = $2; next }
$1 == "package" { package = $2; next }
$1 == "include" { inc = inc "#include <" $2 ">\n"; next }
$1 == "before" { sub(/^before /, ""); before = before $0 "\n"; next }
$1 == "data" { data[$2] = 1; name[++n] = $2; next }
{ name[++n] = $1 }
END {
	if (part == "h") {
		print "/* Made by common/core/late.awk: lib" lib ", loaded when it is first used. */"
		print "#ifndef LATE_" toupper(lib) "_H\n#define LATE_" toupper(lib) "_H\n" before inc "#include \"amtdiag/core/late.h\"\n"
		print "struct late_" lib " {"
		for (i = 1; i <= n; i++) print "\t__typeof__(&" name[i] ") " name[i] "_;"
		print "};\nextern struct amt_late late_" lib ";\nextern struct late_" lib " late_" lib "_at;"
		print "static inline const struct late_" lib " *late_" lib "_get(void)\n{"
		print "\tif (!late_" lib ".loaded)\n\t\tamt_late_must(&late_" lib ");\n\treturn &late_" lib "_at;\n}\n"
		for (i = 1; i <= n; i++)
			print "#undef " name[i] "\n#define " name[i] " (" (name[i] in data ? "*" : "") "late_" lib "_get()->" name[i] "_)"
		print "#endif"
		exit
	}
	print "#include \"late_" lib ".h\"\n\nstruct late_" lib " late_" lib "_at;"
	print "static const char *const names[] = {"
	for (i = 1; i <= n; i++) print "\t\"" name[i] "\","
	print "\tNULL,\n};"
	print "_Static_assert(sizeof(late_" lib "_at) == (sizeof(names) / sizeof(names[0]) - 1) * sizeof(void *), \"one pointer a name\");"
	print "struct amt_late late_" lib " = {\"" soname "\", \"" package "\", names, &late_" lib "_at, false, NULL};"
	print "static void __attribute__((constructor)) add(void)\n{\n\tamt_late_add(&late_" lib ");\n}"
}
