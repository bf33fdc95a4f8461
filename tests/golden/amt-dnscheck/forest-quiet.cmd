amt-dnscheck --replay captures/names/forest.json -q
