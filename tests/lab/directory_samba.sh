#!/usr/bin/env bash
# What a real AD domain (Samba) holds about AMT, each thing once right and then wrong in one way: every verdict of the
# directory through amt-stage, signed in as an ordinary user by Kerberos.
cd "$(dirname "$0")/../.." || exit 1
if [ "${DIRECTORY_LAB:-}" != in ]; then
	for need in samba samba-tool kinit ip unshare jq; do
		command -v $need >/dev/null || { echo "ok 1 - lab # skip $need is not installed"; echo 1..1; exit 0; }
	done
	unshare -n -m true 2>/dev/null || { echo "ok 1 - lab # skip no right to make namespaces"; echo 1..1; exit 0; }
	DIRECTORY_LAB=in exec unshare -n -m "$0"
fi
. tests/lib.sh
giveup() { skip "$1" "$2"; done_testing; exit 0; }
for n in 1 2 3; do
	openssl req -x509 -newkey rsa:$((n == 2 ? 4096 : 2048)) -nodes -keyout "$tmp/ca.key" -out "$tmp/ca$n.pem" -days 30 -subj "/CN=Lab CA $n" >/dev/null 2>&1
done
POPULATE=directory_populate.py
. tests/lab/krb_domain.sh
{ echo name,fqdn; for n in ok few dash off deep alone out twice half bare gone; do echo "$n,$n.vprolab.test"; done; } >"$W/inventory.csv"
profile() { # NAME CONTAINER AMT-USERS OPERATORS
	cat >"$W/$1.ini" <<-END
		[site]
		name = $1
		domain = vprolab.test
		site-servers = sccm1.vprolab.test, sccm2.vprolab.test
		firmware = 5.0
		[evidence]
		inventory = inventory.csv
		[directory]
		server = ldap://dc1.vprolab.test
		container = $2
		templates = Good, Subject, Purpose, Schema, Hold, Signed, Bits, NoEnroll, NoRead, Denied, All, Unoffered, Missing
		amt-users = $3
		operators = $4
		[traits]
		sp1 = yes
		sp2 = no
	END
}
walk() { timeout 120 amt-stage --site "$W/$1.ini" --stage "$2" --timeout 5 --json >"$W/$1.$2.json" 2>"$W/$1.$2.err"; }
# RUN ID SUBJECT VERDICT [WORDS]: the worst verdict about it, of the findings whose summary has the words
row() {
	local got
	got=$(jq -r --arg id "$2" --arg s "$3" --arg w "${5:-}" '[.findings[] | select(.id == $id and ([.subject, (.subjects // [])[]] | index($s)) and
		(.summary | contains($w)) and .verdict != "skipped") | .verdict] | map({na: 0, pass: 1, pending: 2, warn: 3, unknown: 4, fail: 5}[.]) | max // 6 |
		["na", "pass", "pending", "warn", "unknown", "fail", "-"][.]' "$W/$1.json")
	is "$1: $2 of $3${5:+ ($5)}" "$got" "$4"
}
rows() { while IFS='|' read -r id subject want words; do row "$1" "$id" "$subject" "$want" "$words"; done; }

profile good 'OU=AMT Good' 'VPROLAB\AMT Operators of all headquarters, VPROLAB\AMT Operators, VPROLAB\AMT Local' 'jane, joan, dora, tina, nobody'
for n in 1 3 5; do walk good $n; done
rows good.1 <<'END'
S1.V07|OU=AMT Good,DC=vprolab,DC=test|pass
S1.V07b|sccm1.vprolab.test|pass
S1.V07b|sccm2.vprolab.test|pass
S1.V16|ok.vprolab.test|pass
S1.V16|alone.vprolab.test|fail
S1.V05|sccm1.vprolab.test|pass|template Good
S1.V05|sccm2.vprolab.test|pass|template Good
S1.V05|sccm1.vprolab.test|fail|may read and may not enroll the template NoEnroll
S1.V05|sccm1.vprolab.test|fail|may not read and may enroll the template NoRead
S1.V05|sccm1.vprolab.test|fail|template Denied
S1.V05|sccm2.vprolab.test|pass|template Denied
S1.V05|sccm1.vprolab.test|pass|template All
S1.V05|sccm2.vprolab.test|fail|template All
S1.V05|Good|pass
S1.V05|Unoffered|fail
P.01|Lab CA 1|pass
P.01|Lab CA 2|warn|missing from NTAuth
P.01|Lab CA 3|warn|no template
P.03|CN=Lab CA 2|fail|4096
P.12||pass
P.13||pass
S1.V09|ok.vprolab.test|pass
P.02|Good|pass
P.02|Hold|fail|approval
P.02|Signed|fail|signatures
END
rows good.3 <<'END'
S3.C24b|CN=Lab CA 1|pass
S3.C24b|CN=Lab CA 3|warn
HF.KB955355|deep.vprolab.test|warn|133
HF.KB957183|VPROLAB\AMT Operators of all headquarters|warn|33
S3.C20a|Good|pass
S3.C20a|Purpose|fail
S3.C20b|Good|pass
S3.C20b|Subject|fail
S3.C20b|Schema|warn|version 3
S3.C20b|Bits|warn|2048
S3.C20b|Missing|fail
S3.V02|ok.vprolab.test|pass
S3.V02|out.vprolab.test|warn|outside
S3.V02|bare.vprolab.test|fail|called alike
S3.V02|gone.vprolab.test|fail
S3.V02|twice.vprolab.test|fail|2 AMT objects
S3.V03a|ok.vprolab.test|pass
S3.V03a|off.vprolab.test|fail|disabled
S3.V03b|ok.vprolab.test|pass
S3.V03b|few.vprolab.test|fail|16995
S3.V03b|dash.vprolab.test|warn|623
S3.V03b|half.vprolab.test|fail|held by 2
S3.V03b|twice.vprolab.test|fail|held by 2
END
rows good.5 <<'END'
S5.C05|jane|pass
S5.C05|joan|pass
S5.C05|dora|warn|domain-local
S5.C05|tina|fail
S5.C05|nobody|unknown
END
for n in None Here Deny Kept Gone; do
	profile $n "OU=AMT $n" 'VPROLAB\AMT Operators' jane
	walk $n 1
done
walk None 3
rows None.3 <<<'HF.KB957183|VPROLAB\AMT Operators|pass'
rows None.1 <<<'S1.V07b|sccm1.vprolab.test|fail|full control of'
rows Here.1 <<'END'
S1.V07b|sccm1.vprolab.test|fail|do not inherit
S1.V07b|sccm2.vprolab.test|pass
END
rows Deny.1 <<<'S1.V07b|sccm1.vprolab.test|fail|(not granted: write all properties)'
rows Kept.1 <<'END'
S1.V07b|sccm1.vprolab.test|fail|which does not inherit
S1.V07b|sccm2.vprolab.test|pass
END
rows Gone.1 <<<'S1.V07|OU=AMT Gone,DC=vprolab,DC=test|fail'
done_testing
