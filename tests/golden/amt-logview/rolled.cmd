amt-logview --now 2026-01-01T00:00:00Z --sessions captures/logs/rolled.log captures/logs/rolled.lo_ | sed -n '/^Tasks/,/^Files/p'
