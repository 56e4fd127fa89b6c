# The first command of the README, to its end instead of to a running server. The report must be JSON and
# tell of equal documents and photos.
data="$(mktemp -d)"
trap 'rm -rf "$data"' EXIT
export ROUNDSMAN_DATA="$data/demo"

command="$(grep -m1 -E '^ *\$? *cargo run ' README.md | sed -E 's/^ *\$? *//')"
[[ "$command" == *"-- demo"* ]] || { echo "README's first command is no demo: $command"; exit 1; }
echo "$command --once --json"
bash -c "$command --once --json" >"$data/report.json"
python3 - "$data/report.json" <<'PYTHON'
import json, sys

report = json.load(open(sys.argv[1]))
print(json.dumps(report["server"]), report["seconds"], "s")
bad = [name for name in ("documents_equal", "photos_equal") if report[name] is not True]
bad += [] if report["verify"] == "ok" else ["verify"]
bad += [] if report["parallel_edits"]["made"] == report["parallel_edits"]["kept"] else ["parallel_edits"]
for phone in report["phones"]:
    if phone["edits"] != phone["accepted"] + phone["refused"] or phone["photos"] != phone["photos_sent"]:
        bad.append(phone["name"])
if bad:
    sys.exit(f"the demo's report is wrong about: {bad}")
PYTHON
