#!/usr/bin/env bash
# docs/fleet.md as it stands: the command with GNU parallel, and the playbook with Ansible.
. tests/lib.sh
top=$PWD
mkdir -p "$tmp/mnt/siteservers/s1" "$tmp/mnt/siteservers/s2"
cp captures/logs/server-2007.log "$tmp/mnt/siteservers/s1"; cp captures/contoso/logs/Amtopmgr.log "$tmp/mnt/siteservers/s2"
block() { # the indented block of the document that holds a word
	awk -v word="$1" '/^    /{b = b substr($0, 5) "\n"; next} /^$/{if (b) b = b "\n"; next} {if (index(b, word)) {printf "%s", b; exit} b = ""} END{if (index(b, word)) printf "%s", b}' "$top/docs/fleet.md"
}
cd "$tmp" || exit 1
if command -v parallel >/dev/null; then
	block 'mkdir -p summaries' | sed "s|/mnt/|$tmp/mnt/|; s|fleet.html|fleet.json|; s|--format html|--json|" >run.sh
	bash run.sh >run.log 2>&1 || sed "s/^/# /" run.log
	is "parallel: both servers are in the report" "$(jq -c '[.facts.files[].name | split(":")[0]]' fleet.json)" '["s1","s2"]'
	# Over ssh: one that runs the rest of its line here, where /var/log/sms is that server's folder.
	mkdir -p bin && rm -rf summaries
	cat >bin/ssh <<-'END'
		#!/bin/sh
		host=$1; shift
		eval "$(printf '%s ' "$@" | sed "s|/var/log/sms|$SERVERS/$host|")"
	END
	chmod +x bin/ssh
	printf 's1\ns2\n' >servers.txt
	block 'parallel -j 32' >run.sh
	SERVERS=$tmp/mnt/siteservers PATH=$tmp/bin:$PATH ok "parallel over ssh: the line runs" bash run.sh
	amt-logview merge --json -o ssh.json summaries/*.ndjson
	is "and brings both servers home" "$(jq -c '[.facts.files[].name | split(":")[0]]' ssh.json)" '["s1","s2"]'
else
	skip "GNU parallel" "parallel is not installed"
fi
# A block that no test runs would rot: each has one word by which a test finds it.
awk '/^    /{b = b $0 "\n"; next} /^$/{if (b) b = b "\n"; next} {if (b) printf "%s%c", b, 0; b = ""} END{if (b) printf "%s%c", b, 0}' "$top/docs/fleet.md" >blocks
untested=
while IFS= read -r -d '' b; do
	for word in '--run today' '--resume today' 'parallel -j 4' '#SBATCH' 'hosts: amt_sites' 'sqlite3 -box' 'mkdir -p summaries' 'parallel -j 32' 'hosts: site_servers'; do
		case $b in *"$word"*) continue 2 ;; esac
	done
	untested="$untested ${b%%$'\n'*};"
done <blocks
is "every block of docs/fleet.md is run here or by stage-fleet.sh" "$untested" ""
if command -v ansible-playbook >/dev/null; then
	block 'hosts: site_servers' | sed 's|--format html|--json|; s|fleet.html|fleet2.json|' >play.yml
	printf '[site_servers]\ns1 sms_logs=%s\ns2 sms_logs=%s\n[all:vars]\nansible_connection=local\nansible_python_interpreter=/usr/bin/python3\n' "$tmp/mnt/siteservers/s1" "$tmp/mnt/siteservers/s2" >hosts
	rm -rf summaries
	ANSIBLE_LOCAL_TEMP=$tmp/a ANSIBLE_REMOTE_TEMP=$tmp/r ok "ansible: the playbook runs" ansible-playbook -i hosts play.yml
	is "ansible: both servers are in the report" "$(jq -c '[.facts.files[].name | split(":")[0]]' fleet2.json)" '["s1","s2"]'
else
	skip "the Ansible playbook" "ansible is not installed"
fi
cd "$top" || exit 1
done_testing
