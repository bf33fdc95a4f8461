amt-dnscheck --qps many
