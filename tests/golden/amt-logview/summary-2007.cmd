amt-logview --now 2026-01-01T00:00:00Z captures/logs/server-2007.log | sed '/^Findings/,/^Verdict/d'
