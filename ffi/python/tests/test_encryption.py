"""The library with encryption: no plaintext in any file, and a clear word about keys."""

import os

import roundsman as rm
from conftest import PICTURE
from opening import opened
from test_faults import refused

def everything_in(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_that_was_typed_or_photographed_is_readable_in_any_file(phone_of, tmp_path):
    guard = phone_of("reception")
    case_id = guard.create(description="保密的描述 a description in clear")
    guard.replica.write_contact(case_id, rm.ContactDetails(name="孙丽华", phone="010-5550 0101"))
    guard.replica.add_picture(case_id, rm.PhotoRole.BEFORE, rm.NewPicture(bytes=PICTURE.read_bytes()))
    # Once with the log beside the file, once after it was put away.
    while_open = everything_in(tmp_path)
    guard.sync()
    guard.replica.shut()
    closed = everything_in(tmp_path)
    assert any(name.endswith("-wal") and len(bytes) > 10_000 for name, bytes in while_open.items())
    picture = PICTURE.read_bytes()
    clear = ["保密的描述", "a description in clear", "孙丽华", "5550", "锦绣", "CREATE TABLE", "SQLite format", "equipment"]
    for name, bytes in [*while_open.items(), *closed.items()]:
        found = [word for word in clear if word.encode() in bytes]
        assert not found, f"{name} has {found}"
        assert picture[1000:1064] not in bytes, f"{name} has the picture"
    assert opened(guard.path).case(case_id).description.startswith("保密的描述")


def test_another_key_or_none_is_told_and_changes_nothing(phone_of):
    guard = phone_of("guard")
    case_id = guard.create()
    guard.replica.shut()
    before = open(guard.path, "rb").read()
    code, message = refused(lambda: opened(guard.path, key=os.urandom(32)))
    assert code == "store_key_wrong" and "the one it was made with" in message
    code, message = refused(lambda: rm.Replica.open(guard.path, rm.OpenOptions()))
    assert code == "store_corrupt" and "no key was handed in" in message
    assert open(guard.path, "rb").read() == before
    assert opened(guard.path).case(case_id) is not None


def test_a_plain_file_is_not_opened_with_a_key_as_if_it_were_encrypted(tmp_path):
    plain = tmp_path / "plain.db"
    rm.Replica.open(str(plain), rm.OpenOptions()).shut()
    code, _ = refused(lambda: opened(plain))
    assert code == "store_key_wrong"
