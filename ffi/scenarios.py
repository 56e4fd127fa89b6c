"""Prints which scenario passed in which language: ffi/scenarios.json against the results in a folder."""

import json
import sys
from pathlib import Path

scenarios = json.loads((Path(__file__).parent / "scenarios.json").read_text())
results = {path.stem: json.loads(path.read_text()) for path in sorted(Path(sys.argv[1]).glob("*.json"))}
print(f"{'scenario':<26}" + "".join(f"{language:<10}" for language in results) + "what is shown")
failed = 0
for scenario in scenarios:
    cells = []
    for found in results.values():
        passed = found.get(scenario["id"])
        failed += passed is not True
        cells.append({True: "passed", False: "FAILED", None: "missing"}[passed])
    print(f"{scenario['id']:<26}" + "".join(f"{cell:<10}" for cell in cells) + scenario["what"])
sys.exit(1 if failed or not results else 0)
