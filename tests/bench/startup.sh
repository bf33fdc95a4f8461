#!/usr/bin/env bash
# Start-up: TOOL --version against `openssl version`, the fastest of RUNS each, taken in turns so
# that a busy moment of the machine hits all alike.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
RUNS=${RUNS:-200}
"$PYTHON" - "$RUNS" "$BIN" <<'P'
import os, sys, time
runs, bin = int(sys.argv[1]), sys.argv[2]
commands = {"openssl": ["/usr/bin/openssl", "version"]}
for t in sorted(os.listdir(bin)):
    commands[t] = [f"{bin}/{t}", "--version"]
best = dict.fromkeys(commands, 1e9)
null = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
for _ in range(runs):
    for name, argv in commands.items():
        start = time.perf_counter()
        pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=null)
        if os.waitpid(pid, 0)[1]:
            sys.exit(f"{name} failed")
        best[name] = min(best[name], time.perf_counter() - start)
peer = best.pop("openssl")
for name, t in best.items():
    print(f"{name} --version\t{t * 1e3:.2f} ms\t{peer * 1e3:.2f} ms (openssl version)\t{t / peer:.2f}\t<= 2\t{'yes' if t <= 2 * peer else 'no'}")
P
