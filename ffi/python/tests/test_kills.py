"""A process is killed again and again in the middle of edits, photos and syncs."""

import collections
import os
import random
import signal
import subprocess
import sys

import roundsman as rm
from conftest import PICTURE
from opening import AS_HERE, opened
from test_scenarios import notes

KILLS = int(os.environ.get("ROUNDSMAN_KILLS", "200"))

# Says each thing after the call that did it has returned.
WORKER = AS_HERE + """
from opening import opened
import sys
import roundsman as rm
path, case_id, picture, run = sys.argv[1:]
phone = opened(path)
bytes = open(picture, "rb").read()
print("open", flush=True)
for number in range(10_000):
    note = f"{run}.{number}"
    phone.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note=note))
    print("note", note, flush=True)
    if number % 3 == 1:
        hash = phone.add_picture(case_id, rm.PhotoRole.EVIDENCE, rm.NewPicture(bytes=bytes + note.encode(), preview=None))
        print("photo", hash, flush=True)
    if number % 4 == 3:
        phone.sync(rm.SyncBudget())
        print("sync", flush=True)
"""


def test_what_returned_is_there_after_every_kill_and_nothing_is_twice_on_the_server(phone_of):
    guard, desk = phone_of("guard"), phone_of("reception")
    cases = [guard.create()]
    said, photos = [], []
    rng = random.Random(7)
    at = collections.Counter()
    for run in range(KILLS):
        if run % 40 == 39:
            cases.append(guard.create())
        case_id = cases[-1]
        guard.replica.shut()
        words = [sys.executable, "-c", WORKER, guard.path, case_id, str(PICTURE), str(run)]
        worker = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        lines = rng.randrange(2, 12)
        heard = [worker.stdout.readline() for _ in range(lines)]
        # Some way into whatever it is doing now; the kernel's scheduler has the last word.
        for _ in range(rng.randrange(20_000)):
            pass
        worker.send_signal(signal.SIGKILL)
        heard += worker.stdout.read().splitlines()
        worker.wait()
        words = [line.split() for line in heard if line.strip()]
        at[words[-1][0]] += 1
        said += [(case_id, word[1]) for word in words if word[0] == "note"]
        photos += [word[1] for word in words if word[0] == "photo"]
        guard.replica = opened(guard.path)
        here = set(notes(guard.replica, case_id))
        missing = [note for of, note in said if of == case_id and note not in here]
        assert not missing, f"kill {run}: {missing} had returned"
    guard.sync()
    status = guard.replica.status()
    assert (status.pending_edits, status.photos_owed, status.refused_edits) == (0, 0, 0)
    desk.sync()
    for case_id in cases:
        there = notes(desk.replica, case_id)
        assert sorted(there) == sorted(set(there)), "nothing is there twice"
        assert there == notes(guard.replica, case_id), "both phones read the same"
        assert {note for of, note in said if of == case_id} <= set(there)
        named = [photo.hash for photo in desk.replica.case(case_id).photos]
        assert len(named) == len(set(named))
        photos = [hash for hash in photos if hash not in named]
    assert not photos, "every photo that returned is named at the server"
    print(f"{KILLS} kills, the last word before them: {dict(at)}; {len(said)} notes, none lost, none twice")
