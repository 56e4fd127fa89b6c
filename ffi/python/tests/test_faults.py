"""What a phone meets: an error that says what to do, and nothing lost."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest
import roundsman as rm
from conftest import PICTURE
from opening import AS_HERE, opened
from test_scenarios import notes

remark = lambda note: rm.NewEntry(kind=rm.EntryKind.REMARK, note=note)


def refused(call, *arguments):
    with pytest.raises(rm.RoundsmanError) as failure:
        call(*arguments)
    return failure.value.code, failure.value.message


# Runs in a mount namespace of its own: a small disk, then one that is read-only.
DISKS = AS_HERE + """
from opening import opened
import json, os, shutil, subprocess, sys
import roundsman as rm
path, case_id, picture, disk = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], check=True)
file = shutil.copy(path, f"{disk}/phone.db")
phone = opened(file)
kept, full = [], None
bytes = open(picture, "rb").read()
for number in range(1000):
    try:
        kept.append(phone.add_picture(case_id, rm.PhotoRole.EVIDENCE, rm.NewPicture(bytes=bytes + str(number).encode())))
    except rm.RoundsmanError as failure:
        full = (failure.code, failure.message)
        break
there = [photo.hash for photo in phone.case(case_id).photos]
all_bytes = all(phone.photo(hash) for hash in kept)
phone.shut()
# Somebody makes room.
subprocess.run(["mount", "-o", "remount,size=12m", disk], check=True)
phone = opened(file)
after = [photo.hash for photo in phone.case(case_id).photos]
again = phone.add_picture(case_id, rm.PhotoRole.EVIDENCE, rm.NewPicture(bytes=bytes + b"after"))
phone.shut()
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
try:
    opened(file)
    read_only = None
except rm.RoundsmanError as failure:
    read_only = (failure.code, failure.message)
print(json.dumps({"kept": kept, "there": there, "after": after, "again": again, "all_bytes": all_bytes, "full": full,
                  "read_only": read_only}))
"""


def test_a_full_disk_and_a_read_only_one_are_told_and_lose_nothing(phone_of, tmp_path):
    guard = phone_of("guard")
    case_id = guard.create()
    guard.replica.shut()
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["unshare", "-m", sys.executable, "-c", DISKS, guard.path, case_id, str(PICTURE), str(disk)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["full"][0] == "store_failed" and "make room" in found["full"][1], found["full"]
    assert len(found["kept"]) > 3
    assert found["there"] == found["kept"] == found["after"], "what returned is there, what failed is not"
    assert found["all_bytes"] and found["again"]
    assert found["read_only"][0] == "store_failed" and "writable" in found["read_only"][1], found["read_only"]


def test_a_file_of_a_newer_version_is_left_as_it_is(phone_of):
    guard = phone_of("guard", key=None)
    guard.create()
    guard.replica.shut()
    with sqlite3.connect(guard.path) as file:
        newer = "INSERT INTO refinery_schema_history VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')"
        file.execute(newer)
    file.close()
    before = open(guard.path, "rb").read()
    code, message = refused(lambda: opened(guard.path, key=None))
    assert code == "store_newer" and "99" in message
    assert open(guard.path, "rb").read() == before


def test_a_damaged_page_is_an_error_and_never_other_data(phone_of, tmp_path):
    guard = phone_of("guard")
    cases = [guard.create(description=f"第 {number} 件，电梯厅两盏灯不亮") for number in range(40)]
    guard.sync()
    guard.replica.shut()
    with open(guard.path, "rb") as file:
        whole = file.read()
    copy, seen = tmp_path / "damaged.db", set()
    for page in range(1, len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 + 100 : page * 4096 + 600] = os.urandom(500)
        copy.write_bytes(damaged)
        seen |= codes_of_all_reads(copy, cases)
        (tmp_path / "damaged.db-wal").unlink(missing_ok=True)
    assert seen and seen <= {"store_corrupt", "store_failed"}, seen
    assert opened(guard.path).case(cases[0]) is not None


def codes_of_all_reads(path, cases):
    """The codes with which reads of a damaged file fail; what is read at all is what was written."""
    try:
        replica = opened(path)
    except rm.RoundsmanError as failure:
        return {failure.code}
    codes = set()
    for read in (*[lambda id=id: replica.case(id) for id in cases], replica.status, replica.edits):
        try:
            found = read()
            assert not isinstance(found, rm.Case) or "电梯厅两盏灯不亮" in found.description
        except rm.RoundsmanError as failure:
            codes.add(failure.code)
    replica.shut()
    return codes


def test_a_file_that_is_none_of_ours_is_told(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 500)
    code, message = refused(lambda: opened(path, key=None))
    assert code == "store_corrupt" and "no database" in message
    assert path.read_text().startswith("Dear")


SECOND = AS_HERE + """
from opening import opened
import sys
import roundsman as rm
try:
    opened(sys.argv[1])
except rm.RoundsmanError as failure:
    print(failure.code, failure.message)
"""


def test_a_second_program_on_the_file_is_told_and_the_first_goes_on(phone_of):
    guard = phone_of("guard")
    case_id = guard.create()
    second = subprocess.run([sys.executable, "-c", SECOND, guard.path], capture_output=True, text=True, timeout=60)
    assert second.stdout.startswith("store_failed another process has the file open: close it there first"), second
    guard.replica.record(case_id, None, remark("继续"))
    assert notes(guard.replica, case_id) == ["继续"]


def test_a_usual_library_refuses_a_key_instead_of_writing_a_plain_file(tmp_path):
    path = tmp_path / "phone.db"
    options = rm.OpenOptions(key=bytes(32))
    if os.environ.get("ROUNDSMAN_ENCRYPTS"):
        rm.Replica.open(str(path), options).shut()
        assert not path.read_bytes().startswith(b"SQLite format 3")
    else:
        code, message = refused(rm.Replica.open, str(path), options)
        assert code == "store_failed" and "cannot encrypt" in message
        assert not path.exists() or path.stat().st_size == 0


def test_a_photos_folder_that_cannot_be_written_is_told(phone_of, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.touch()
    guard = phone_of("guard", uploads_folder=str(blocked / "uploads"))
    case_id = guard.create()
    guard.replica.add_picture(case_id, rm.PhotoRole.AFTER, rm.NewPicture(bytes=PICTURE.read_bytes() + b"blocked"))
    code, _ = refused(lambda: guard.sync(uploads=rm.Uploads.HAND_OVER))
    assert code == "store_failed"
    assert guard.sync().photos_sent == 1, "the sync itself carries it instead"
