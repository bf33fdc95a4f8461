#!/usr/bin/env bash
# The picture of the house is the one that the #include lines give.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
docs/gen-house-svg >"$tmp/house.svg"
ok "docs/house.svg is up to date (else: docs/gen-house-svg >docs/house.svg)" cmp docs/house.svg "$tmp/house.svg"
ok "it is XML" "$PYTHON" -c "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])" docs/house.svg
rooms=$(find common -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
is "every room is in it" "$(grep -o 'class="room"[^<]*' docs/house.svg | sed 's/.*>//' | grep -v tools | sort)" "$rooms"
done_testing
