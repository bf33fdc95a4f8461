amt-dnscheck --help
