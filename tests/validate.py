"""validate.py SCHEMA FILE...: checks JSON documents with python3-jsonschema, NDJSON record by record."""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
bad = 0
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as f:
        doc = json.load(f)
    for e in list(validator.iter_errors(doc))[:5]:
        print(f"{name}: {'/'.join(map(str, e.path))}: {e.message[:300]}")
        bad = 1
    counts = dict.fromkeys(doc["counts"], 0)
    for f in doc["findings"]:
        counts[f["verdict"]] += 1
    if counts != doc["counts"]:
        print(f"{name}: counts {doc['counts']} are not those of the findings {counts}")
        bad = 1
sys.exit(bad)
