#!/usr/bin/env bash
# amtsim --hello against the vectors of the hello chapter (1.8), and what amtsim says about bad files.
. tests/sim/lib.sh
sim_namespace "$0" "$@"
. tests/lib.sh
# one connection, all its bytes as hex
catch() {
	$PYTHON - "$tmp/port" <<'END' >"$tmp/got" &
import socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(1); s.settimeout(10)
open(sys.argv[1] + ".new", "w").write(str(s.getsockname()[1]))
import os; os.rename(sys.argv[1] + ".new", sys.argv[1])
c, a = s.accept(); b = b""
while True:
    d = c.recv(4096)
    if not d: break
    b += d
print(a[0], b.hex())
END
	listener=$!
	for _ in $(seq 100); do [ -e "$tmp/port" ] && break; sleep 0.05; done
	port=$(cat "$tmp/port"); rm -f "$tmp/port"
}
U=12345678-9abc-def0-1122-334455667788
catch
ok "a PSK hello is sent" amtsim --hello 127.0.0.1:$port --version 2 --uuid $U --pid ABCD1234
wait $listener
is "version 2, byte for byte" "$(cut -d' ' -f2 "$tmp/got")" 000002000000000078563412bc9af0de11223344556677884142434431323334
catch
ok "a PKI hello is sent" amtsim --hello 127.0.0.1:$port --uuid $U --set 1 --retry 4 --from 127.0.3.3 \
	--hash 2796bae63f1801e277261ba0d77770028f20eee4 --hash d1eb23a46d17d68fd92564c2f1f1601764d8e349
wait $listener
is "version 3, byte for byte" "$(cut -d' ' -f2 "$tmp/got")" \
	010003000400000078563412bc9af0de11223344556677880201142796bae63f1801e277261ba0d77770028f20eee40114d1eb23a46d17d68fd92564c2f1f1601764d8e349
is "from the address asked for" "$(cut -d' ' -f1 "$tmp/got")" 127.0.3.3
exits 1 "nobody listens: it says so" amtsim --hello 127.0.0.1:1 --uuid $U
exits 64 "a broken UUID is usage" amtsim --hello 127.0.0.1:1 --uuid 1234
exits 64 "no file is usage" amtsim
exits 1 "a file that is not there" amtsim "$tmp/none.ini"
printf 'profile = 77.7\n' >"$tmp/bad.ini"
exits 1 "an unknown profile" amtsim --check "$tmp/bad.ini"
ok "and the message names those there are" grep -q '11.8' "$tmp/err"
printf '[device a]\naddress = 127.1.0.1\n[device b]\naddress = 127.1.0.1\n' >"$tmp/two.ini"
exits 1 "two devices with one address" amtsim --check "$tmp/two.ini"
printf '[fleet a]\ncount = 5\n' >"$tmp/fleet.ini"
exits 1 "a fleet without a base" amtsim --check "$tmp/fleet.ini"
printf 'address = 127.1.0.7\nprofile = 9.x\n' >"$tmp/lone.ini"
is "a file without sections is one device" "$(amtsim --list "$tmp/lone.ini")" "lone	127.1.0.7	 16993 16995 664"
is "the sample deployment has its devices" "$(amtsim --check captures/contoso/devices.ini)" "10 devices"
is "profiles" "$(amtsim --profiles)" "3.2.1 5.x 9.x 11.8 10.0.56 15.0 16.1 unprovisioned"
done_testing
