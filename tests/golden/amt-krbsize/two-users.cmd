amt-krbsize --from captures/krbsize/two-users.json --now 2026-01-01T00:00:00Z --top 5 --advise --keep Operators
