amt-krbsize --from captures/krbsize/two-users.json --format csv
