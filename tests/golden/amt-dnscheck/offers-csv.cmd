amt-dnscheck --replay captures/names/offers.json --format csv
