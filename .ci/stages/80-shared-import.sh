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

# A council's cases in two states, three years apart: what changed becomes edits, what did not leaves no trace.
# Two thousand keys common to both, with every row of them, and some that only the newer has; the whole of both
# is told of in docs/measures.md.
for state in 311-dev-asof-2022-04 311-dev; do
    zstd -q -d "../shared/data/$state.csv.zst" -o "$work/$state.csv"
done
python3 - "$work/311-dev-asof-2022-04.csv" "$work/311-dev.csv" "$work" <<'PYTHON'
import csv, sys

def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))

before, after = rows(sys.argv[1]), rows(sys.argv[2])
after_keys = {row["unique_key"] for row in after}
before_keys = {row["unique_key"] for row in before}
common = list(dict.fromkeys(row["unique_key"] for row in before if row["unique_key"] in after_keys))[:2000]
new = list(dict.fromkeys(row["unique_key"] for row in after if row["unique_key"] not in before_keys))[:100]
for name, taken, keys in (("before", before, set(common)), ("after", after, set(common + new))):
    with open(f"{sys.argv[3]}/{name}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, taken[0].keys())
        writer.writeheader()
        writer.writerows(row for row in taken if row["unique_key"] in keys)
PYTHON
export ROUNDSMAN_DATA="$work/council"
"$roundsman" init --org "Council check" --site "New York" >/dev/null
for state in before after after-again; do
    "$roundsman" import --json --map nyc-council --site "New York" "$work/${state%-again}.csv" >"$work/$state.json"
    "$roundsman" report month 2021-03 --format json >"$work/$state-report.json"
    echo "council, $state: $(python3 -c 'import json, sys
print({key: value for key, value in json.load(open(sys.argv[1])).items() if not isinstance(value, list)})' "$work/$state.json")"
done
python3 - "$work" "$ROUNDSMAN_DATA/roundsman.db" <<'PYTHON'
import csv, json, sqlite3, sys

work, database = sys.argv[1:]
counts = {state: json.load(open(f"{work}/{state}.json")) for state in ("before", "after", "after-again")}
outcomes = ("created", "changed", "unchanged", "rejected", "superseded")
for state, count in counts.items():
    assert count["read"] == sum(count[outcome] for outcome in outcomes), f"{state}: rows unaccounted for: {count}"
before, after, again = counts.values()
assert after["created"] >= 100 and after["changed"] > 50 and after["unchanged"] > 1500, f"{after}"
assert (again["created"], again["changed"]) == (0, 0), f"the same file changed something: {again}"

# The last row of each key in each state, as far as the map reads it.
read = ("opendate", "closedate", "complaint_type", "descriptor", "zip", "borough", "city")
def last(name):
    with open(f"{work}/{name}.csv", newline="") as file:
        return {row["unique_key"]: tuple(row[column] for column in read) for row in csv.DictReader(file)}
old, new = last("before"), last("after")
db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
changes = lambda key: db.execute("""SELECT count(DISTINCT ch.envelope) FROM changes ch JOIN cases c ON c.id = ch.document
    WHERE c.external_number = ?""", [key]).fetchone()[0]
same = [key for key in old if old[key] == new[key]]
differing = [key for key in old if old[key] != new[key]]
# A row that was rejected before is created by the newer file: one envelope either way.
assert all(changes(key) <= 1 for key in same), "a row that did not change was written again"
written = sum(changes(key) == 2 for key in differing)
assert written == after["changed"], f"{written} cases were written twice, {after['changed']} were to change"

# A case of which the source changed its mind shows what it said before and what it says now.
moved = [key for key in differing if changes(key) == 2 and old[key][2] and old[key][2] != new[key][2]]
notes = [note for (note,) in db.execute("""SELECT e.note FROM entries e JOIN cases c ON c.document = e.document
    WHERE e.kind = 'remark' AND c.external_number = ?""", [moved[0]])] if moved else [""]
assert not moved or any("(before: '" in note for note in notes), f"{moved[0]} does not tell what was before: {notes}"

figures = lambda state: {figure["name"]: figure for figure in
    json.load(open(f"{work}/{state}-report.json"))["sites"][0]["figures"]}
assert figures("after")["cases"]["value"] > 0, "the month has no cases"
assert figures("after") == figures("after-again"), "the same file changed a figure"
for name in ("cases", "open_at_end", "closed_in_3_days"):
    print(f"council, March 2021: {name} {figures('before')[name]['value']} -> {figures('after')[name]['value']}")
PYTHON
