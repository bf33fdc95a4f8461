# First lines of a test that captures live, before tests/lib.sh is sourced:
#
#   hellocap_ns "what" "$0" "$@"     runs the script again in a network namespace of its own, or says why not and ends
#   hellocap_links N                 after tests/lib.sh: N veth pairs: srvI here at 10.9.I.5/24, meI in the clients' namespace
#   hellocap_listen ADDRESS          takes hello messages on port 9971
#   until_ COMMAND                   waits for it, ten seconds at most
#
# $client: a process in the clients' namespace; me ARGS: hellocap_me.py there.
hellocap_ns() {
	[ -z "${AMT_LAB_NS:-}" ] || return 0
	unshare -n true 2>/dev/null || { echo "ok 1 - $1 # skip needs the right to make network namespaces"; echo 1..1; exit 0; }
	shift
	AMT_LAB_NS=1 exec unshare -n "$@"
}
until_() { local i; for i in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; }
me() { nsenter -t $client -n $PYTHON tests/lab/hellocap_me.py "$@"; }
hellocap_links() {
	unshare -n sleep 300 & client=$!
	at_exit "kill $client 2>/dev/null"
	local i
	until_ eval '[ "$(readlink /proc/$client/ns/net)" != "$(readlink /proc/$$/ns/net)" ]'
	for i in $(seq 0 $(($1 - 1))); do
		ip link add srv$i type veth peer name me$i && ip link set me$i netns $client || return 1
		ip addr add 10.9.$i.5/24 dev srv$i; ip link set srv$i up
		nsenter -t $client -n ip link set me$i up
	done
	ip link set lo up
	until_ eval "ip link show srv$(($1 - 1)) | grep -q 'state UP'"
}
hellocap_listen() {
	$PYTHON -c 'import socket, sys
s = socket.create_server((sys.argv[1], 9971), backlog=512)
while True:
    c, _ = s.accept()
    while c.recv(4096):
        pass
    c.close()' "$1" &
	at_exit "kill $! 2>/dev/null"
}
