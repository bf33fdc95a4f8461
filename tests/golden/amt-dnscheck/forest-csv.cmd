amt-dnscheck --replay captures/names/forest.json --format csv
