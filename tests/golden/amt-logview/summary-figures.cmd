amt-logview --now 2026-01-01T00:00:00Z captures/logs/figure-begin.txt captures/logs/figure-end.txt | sed '/^Findings/,/^Verdict/d'
