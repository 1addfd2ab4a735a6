"""Prints the violations of an ERC or DRC report of kicad-cli; exit 1 if there is one of any severity."""
import json
import sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
found = [v for sheet in report.get("sheets", []) for v in sheet["violations"]]
for part in ("violations", "unconnected_items", "schematic_parity"):
    found += report.get(part, [])
for v in found:
    items = "; ".join(i["description"] for i in v["items"])
    print(f"FAULT {v['severity']}: {v['type']}: {v['description']} ({items})")
print(f"{'erc' if 'sheets' in report else 'drc'}: {len(found)} violations")
sys.exit(bool(found))
