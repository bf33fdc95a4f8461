amt-dnscheck --replay captures/names/offers.json -v
