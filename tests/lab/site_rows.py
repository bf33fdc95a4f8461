"""What a run says of one client on each automatic row: "ID verdict..." a line, findings about the site included.
usage: site_rows.py RUN.json CHECKS.json CLIENT [STAGES]; a row with no finding about either is "ID nothing"."""
import json
import sys

run, checks = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
client = sys.argv[3]
stages = [int(c) for c in sys.argv[4]] if len(sys.argv) > 4 else range(0, 7)
owner = {key.lower(): c['name'] for c in run['facts']['clients'] for key in c['also'] + [c['name']]}
said = {}
for f in run['findings']:
    subjects = [f['subject']] + [s['name'] if isinstance(s, dict) else s for s in f.get('subjects', [])]
    if any(owner.get(s.lower(), client) == client for s in subjects):
        said.setdefault(f['id'], set()).add(f['verdict'])
for row in checks:
    if row['mode'] == 'auto' and any(s in stages for s in row['stage']):
        print(row['id'], ' '.join(sorted(said.get(row['id'], {'nothing'}))))
