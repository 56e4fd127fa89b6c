"""Figures of the device library, through the package for Python: python bench.py FOLDER_OF_PACKAGE [LIBRARY…] > figures.json

FOLDER_OF_PACKAGE holds the package `roundsman` with the library to measure; each further LIBRARY is only weighed. The form
is that of `roundsman bench --json`: a value, the best that could be in the same run, their ratio, what it has to reach.
$ROUNDSMAN is the program of the server. Which figure misses its target is said
in the figures; only who reads them knows how busy the machine was.
"""

import csv
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = "锦绣花园"
CASES = int(os.environ.get("BENCH_CASES", "10000"))
EDITS = 300
CALLS = 200_000
OPENINGS = 21
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, str(ROOT / "ffi/python/tests"))

import roundsman as rm  # noqa: E402
from office import Office  # noqa: E402
from opening import Urllib  # noqa: E402

rows = []


def row(id, what, n, value, unit, limit=None, limit_is="", target=None):
    """`target` is for the value where there is no limit, else for its ratio to the limit."""
    ratio = value / limit if limit else None
    ok = target is None or (value if ratio is None else ratio) <= target
    rows.append({"id": id, "what": what, "n": n, "value": round(value, 3), "unit": unit, "limit": limit and round(limit, 3),
                 "limit_is": limit_is, "ratio": ratio and round(ratio, 3), "target": target, "better": "lower", "ok": ok})
    print(f"{id:<22} {value:>10.3f} {unit:<4} {'' if ok else 'MISSED'} {what}", file=sys.stderr)


def ms(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def weigh(libraries):
    for path in map(Path, libraries):
        encrypted = "encrypted" in path.parts
        target = 7.0 if encrypted else 6.0
        what = "stripped library for phones" + (", with encryption" if encrypted else "")
        row("device.library_mb", what, 1, path.stat().st_size / 1e6, "MB", target=target)


def many_rows(path):
    """The sample of the demo again and again, each time with other numbers."""
    with open(ROOT / "server/src/demo/sample/nyc311.csv", newline="") as file:
        sample = list(csv.DictReader(file))
    key = next(name for name in sample[0] if name.lower().replace(" ", "_") == "unique_key")
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, sample[0].keys())
        writer.writeheader()
        for number in range(CASES):
            writer.writerow({**sample[number % len(sample)], key: 10_000_000 + number})


def filled(folder):
    """A phone's file with ten thousand cases, as a first sync leaves it."""
    with Office(folder / "data") as office:
        many_rows(folder / "many.csv")
        office.run("import", "--map", "nyc311", str(folder / "many.csv"), "--site", SITE, seconds=600)
        path = str(folder / "phone.db")
        phone = rm.Replica.open(path, rm.OpenOptions(transport=Urllib()))
        phone.enrol(office.url, office.invite(office.person("reception")), "bench")
        first = ms(lambda: phone.sync(rm.SyncBudget()))
        held = len(phone.cases(rm.CaseFilter(), 0, 2 * CASES))
        row("device.first_sync_ms", "first sync over HTTP on this machine", held, first, "ms")
        phone.shut()
    return path


OPENED = """
import sys, time
sys.path.insert(0, sys.argv[1])
import roundsman as rm
def resident():
    words = open("/proc/self/statm").read().split()
    return int(words[1]) * 4096 / 1e6
before = resident()
began = time.perf_counter()
phone = rm.Replica.open(sys.argv[2], rm.OpenOptions())
opened = (time.perf_counter() - began) * 1000
page = phone.cases(rm.CaseFilter(), 0, 50)
shown = (time.perf_counter() - began) * 1000
assert len(page) == 50
print(opened, shown, before, resident())
"""


def opening(path):
    """Each in a process of its own, as an app starts."""
    found = []
    for _ in range(OPENINGS):
        said = subprocess.run([sys.executable, "-c", OPENED, sys.argv[1], path], capture_output=True, text=True, check=True)
        found.append([float(word) for word in said.stdout.split()])
    opened, shown, before, after = (statistics.median(column) for column in zip(*found))
    row("device.open_ms", "opening the file, in a fresh process, median", CASES, opened, "ms", target=20)
    row("device.open_ms", "opening it and reading the first page of 50 cases", CASES, shown, "ms", target=20)
    # A program in another language has neither CPython nor the module that it reads.
    row("device.rss_mb", "resident memory that opening and the page add to the process", CASES, after - before, "MB", target=40)
    row("device.rss_mb", "the process before, CPython with the generated module", CASES, before, "MB")


def edits(path, folder):
    """A durable edit and a one-row transaction take turns on one disk, so that both meet the same noise."""
    phone = rm.Replica.open(path, rm.OpenOptions())
    new = rm.NewCase(kind=rm.CaseKind.REPAIR, channel=rm.Channel.PHONE, site=phone.roles()[0].site, place=rm.Place(building="3"),
                     description="灯不亮", subject="equipment/lighting", urgency=rm.Urgency.GENERAL)
    other = sqlite3.connect(folder / "one-row.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("PRAGMA synchronous = EXTRA")
    other.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB)")
    entry = rm.NewEntry(kind=rm.EntryKind.REMARK, note="已到现场，等待配件")
    for entries, what in ((10, "one durable edit in a case of up to ten entries, median"),
                          (300, "one durable edit in a case of up to three hundred entries, median")):
        ours, theirs = [], []
        for number in range(EDITS):
            if number % entries == 0:
                case_id = phone.create_case(new)
            theirs.append(1000 * ms(lambda: other.execute("INSERT INTO rows (bytes) VALUES (?)", [b"x" * 200])))
            ours.append(1000 * ms(lambda: phone.record(case_id, None, entry)))
        edit, one_row = statistics.median(ours), statistics.median(theirs)
        limit_is = "1.5 × a one-row transaction of the sqlite3 module with synchronous=EXTRA in WAL mode, plus 1 ms"
        target = 1.0 if entries == 10 else None
        row("device.edit_us", what, EDITS, edit, "us", 1.5 * one_row + 1000, limit_is, target)
        row("device.one_row_us", "a one-row transaction in turn with it", EDITS, one_row, "us")
    phone.shut()


def calls():
    began = time.perf_counter()
    for _ in range(CALLS):
        rm.protocol_version()
    row("device.call_us", "one call that does nothing, from Python", CALLS, (time.perf_counter() - began) / CALLS * 1e6, "us")


def main():
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        weigh(sys.argv[2:])
        path = filled(Path(folder))
        opening(path)
        edits(path, Path(folder))
        calls()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    machine = {"cpu": cpu, "cores": os.cpu_count(), "os": platform.platform(), "python": platform.python_version()}
    print(json.dumps({"machine": machine, "rows": rows}, ensure_ascii=False, indent=1))


main()
