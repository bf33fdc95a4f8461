# Sourced: fetch PACKAGE@VERSION FOLDER SECONDS [FILE...] puts files of a package from npm (all, without FILE) into
# $cache/FOLDER, kept in $BUILD/npm between runs. When that can't be done, $cache/FOLDER.why says why.
# npm itself holds what it gets to the digest that the registry tells.
BUILD=${BUILD:-build}
cache=$PWD/$BUILD/npm
case $BUILD in /*) cache=$BUILD/npm ;; esac
mkdir -p "$cache"
rm -f "$cache"/*.why
fetch() {
	local package=$1 folder=$2 seconds=$3; shift 3
	[ -e "$cache/$folder/package/package.json" ] && return 0
	command -v npm >/dev/null && command -v node >/dev/null || { echo "npm or node is not installed" >"$cache/$folder.why"; return 1; }
	mkdir -p "$cache/$folder.new" && (cd "$cache/$folder.new" && timeout "$seconds" npm pack --silent "$package" >/dev/null 2>"$cache/$folder.err" && tar xzf ./*.tgz "$@" && rm -f ./*.tgz) ||
		{ echo "npm can't fetch $package" >"$cache/$folder.why"; rm -rf "$cache/$folder.new"; return 1; }
	rm -rf "${cache:?}/$folder" && mv "$cache/$folder.new" "$cache/$folder"
}
