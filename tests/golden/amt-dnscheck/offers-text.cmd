# What -v says of the sandbox is the machine's.
set -o pipefail; amt-dnscheck --replay captures/names/offers.json -v 2>/dev/null | sed '/^Inputs with trouble/,/^$/d'
