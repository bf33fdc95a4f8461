# Sourced by tests that need amtsim, after tests/lib.sh.
#
#   sim_namespace "$0" "$@"   first line of the test: runs it again in a network namespace of its own
#   sim_start FILE...         starts amtsim, waits until it listens; log in $tmp/sim.log, CA in $tmp/pki/ca.pem
#   sim_inventory FILE        its devices as a client list (name, FQDN, address)
#   sim_stop                  ends it; fails when it does not end cleanly
#   wsman_get CLASS-URI [SELECTOR VALUE]   prints a request

sim_namespace() {
	[ -n "${AMTSIM_NS:-}" ] && return 0
	if ! unshare -rn true 2>/dev/null; then
		echo "ok 1 - # skip network namespaces are not allowed here"
		echo 1..1
		exit 0
	fi
	AMTSIM_NS=1 exec unshare -rn bash -c 'ip link set lo up && exec bash "$@"' sim "$@"
}

sim_start() {
	mkdir -p "$tmp/pki"
	mkfifo "$tmp/ready.$$"
	"$TESTBIN/amtsim" --state "$tmp/pki" --log "$tmp/sim.log" "$@" >"$tmp/ready.$$" 2>"$tmp/sim.err" &
	sim_pid=$!
	at_exit "kill $sim_pid 2>/dev/null"
	read -r -t 30 sim_ready <"$tmp/ready.$$" || { echo "Bail out! amtsim did not start: $(cat "$tmp/sim.err")"; exit 1; }
	rm -f "$tmp/ready.$$"
}

sim_inventory() {
	amtsim --list "$1" | awk 'BEGIN { print "name,fqdn,address" } { print $1 "," $1 ".contoso.com," $2 }'
}

sim_stop() {
	kill -TERM "$sim_pid" 2>/dev/null
	wait "$sim_pid"
}

# request ACTION RESOURCE SELECTORS BODY
wsman_request() {
	cat <<-END
		<?xml version="1.0" encoding="UTF-8"?><Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"
		 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">
		<Header><a:Action>$1</a:Action><a:To>/wsman</a:To><w:ResourceURI>$2</w:ResourceURI><a:MessageID>${MESSAGE_ID:-7}</a:MessageID>
		<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
		<w:OperationTimeout>PT60S</w:OperationTimeout>$3</Header><Body>$4</Body></Envelope>
	END
}
AMT=http://intel.com/wbem/wscim/1/amt-schema/1
IPS=http://intel.com/wbem/wscim/1/ips-schema/1
CIM=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
XFER=http://schemas.xmlsoap.org/ws/2004/09/transfer
ENUM=http://schemas.xmlsoap.org/ws/2004/09/enumeration
wsman_get() {
	wsman_request $XFER/Get "$1" "${2:+<w:SelectorSet><w:Selector Name=\"$2\">$3</w:Selector></w:SelectorSet>}" ""
}
wsman_enumerate() {
	wsman_request $ENUM/Enumerate "$1" "" "<Enumerate xmlns=\"$ENUM\"/>"
}
wsman_pull() {
	wsman_request $ENUM/Pull "$1" "" "<Pull xmlns=\"$ENUM\"><EnumerationContext>$2</EnumerationContext>${3:+<MaxElements>$3</MaxElements>}</Pull>"
}
wsman_invoke() {
	wsman_request "$1/$2" "$1" "" "<r:$2_INPUT xmlns:r=\"$1\">$3</r:$2_INPUT>"
}
