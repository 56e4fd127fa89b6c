# A day of real complaints, imported twice: every row is accounted for, and the second time nothing changes.
day=../shared/data/nyc311-20230228-dev.csv.zst
if [[ ! -e "$day" ]]; then
    echo "absent: $day, skipped"
    exit 77
fi
if ! command -v zstd >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq zstd >/dev/null
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export ROUNDSMAN_DATA="$work/data"
zstd -q -d "$day" -o "$work/day.csv"

cargo build -p roundsman-server --release --locked
roundsman="$CARGO_TARGET_DIR/release/roundsman"
"$roundsman" init --org "Import check" --site "New York" >/dev/null
for time in first second; do
    "$roundsman" import --json --map server/src/import/maps/nyc311.toml --site "New York" \
        --rejects "$work/$time.rejects" "$work/day.csv" >"$work/$time.json"
    echo "$time: $(cat "$work/$time.json")"
done
python3 - "$work/first.json" "$work/second.json" <<'PYTHON'
import json, sys

first, second = (json.load(open(path)) for path in sys.argv[1:])
outcomes = ("created", "changed", "unchanged", "rejected", "superseded")
for counts in (first, second):
    assert counts["read"] == sum(counts[outcome] for outcome in outcomes), f"rows unaccounted for: {counts}"
assert first["read"] == 2541, f"the file has 2,541 rows: {first}"
assert first["created"] > 0, f"nothing was created: {first}"
assert (second["created"], second["changed"]) == (0, 0), f"the second import changed something: {second}"
assert second["rejected"] == first["rejected"], "the second import rejects other rows"
PYTHON
