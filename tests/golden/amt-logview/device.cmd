amt-logview --now 2026-01-01T00:00:00Z --device pc06 captures/contoso/logs/Amtopmgr.log | sed '/^Findings/,/^Verdict/d'
