amt-krbsize --from captures/krbsize/two-users.json --now 2026-01-01T00:00:00Z --top 3 --firmware 11.8.50 --client win7 --without Operators --as-global Locals --etype aes256
