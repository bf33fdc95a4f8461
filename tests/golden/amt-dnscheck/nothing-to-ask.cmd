amt-dnscheck --no-resolv-conf --no-sandbox --now 2026-01-01T00:00:00Z pc1.corp.vpro.test
