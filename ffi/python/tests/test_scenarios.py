"""The scenarios of ffi/scenarios.json, each against a running server. The Kotlin suite lives through the same."""

import datetime
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
import roundsman as rm
from conftest import PICTURE, SMALL, STROKES, TURNED, Phone
from office import ROOT
from opening import AS_HERE, Urllib, opened


def notes(replica, case_id):
    return [entry.note for entry in replica.case(case_id).entries if entry.note]


def code_of(call, *arguments):
    """The code with which the call is refused."""
    with pytest.raises(rm.RoundsmanError) as refused:
        call(*arguments)
    return refused.value.code


def taken(folder, what, of=PICTURE):
    """A photo that no phone has brought before: the same picture, with a word behind its end."""
    path = folder / f"{what}.jpg"
    path.write_bytes(of.read_bytes() + what.encode())
    return path


def test_every_scenario_of_the_list_is_here():
    listed = [scenario["id"] for scenario in json.loads((ROOT / "ffi/scenarios.json").read_text())]
    here = [name.removeprefix("test_") for name in globals() if name.startswith("test_")]
    assert here[1:] == listed


def test_offline_create_and_edit(phone_of):
    han, wang = phone_of("reception"), phone_of("technician", "engineering")
    case_id = han.create()
    han.replica.classify(case_id, rm.Classification(urgency=rm.Urgency.URGENT))
    han.replica.describe(case_id, "电梯厅两盏灯不亮", "电梯厅三盏灯不亮")
    han.replica.write_contact(case_id, rm.ContactDetails(name="孙丽华", phone="010-5550 0101"))
    order = han.replica.dispatch(case_id, rm.Department.ENGINEERING, wang.person["id"])
    han.replica.record(case_id, order, rm.NewEntry(kind=rm.EntryKind.REMARK, note="钥匙在前台", scan=None, position=None))
    assert [edit.state for edit in han.replica.edits()] == [rm.EditState.ON_THIS_PHONE] * 6
    assert han.replica.status().pending_edits == 6

    report = han.sync()
    assert (report.accepted, report.quarantined, report.more) == (6, 0, False)
    assert report.round_trips >= 1 and report.bytes_up > 500 and report.bytes_down > 100
    assert han.replica.status().pending_edits == 0
    wang.sync()
    case = wang.replica.case(case_id)
    assert (case.urgency, case.description) == (rm.Urgency.URGENT, "电梯厅三盏灯不亮")
    assert case.orders[0].assignees == [wang.person["id"]]
    assert wang.replica.contact(case_id).phone == "010-5550 0101"

    wang.replica.take_order(case_id, order)
    wang.replica.record(case_id, order, rm.NewEntry(kind=rm.EntryKind.ARRIVED, note="到场"))
    wang.replica.record(case_id, order, rm.NewEntry(kind=rm.EntryKind.COMPLETED, note="换了灯泡"))
    assert wang.sync().accepted == 3
    han.sync()
    case = han.replica.case(case_id)
    assert (case.status, case.orders[0].status) == (rm.CaseStatus.COMPLETED, rm.OrderStatus.COMPLETED)
    kinds = [item.entry.kind for item in han.replica.timeline(case_id) if item.is_stated()]
    assert kinds[0] == rm.EntryKind.RECEIVED and kinds[-1] == rm.EntryKind.COMPLETED
    assert case.entries[-1].claimed_at.tzinfo is not None


def test_photo(phone_of, tmp_path):
    guard, desk = phone_of("guard"), phone_of("reception")
    case_id = guard.create()
    path = taken(tmp_path, "photo", of=TURNED)  # Whose preview no other test has brought either.
    # A library for phones draws no previews: the app hands one in.
    preview = SMALL.read_bytes() if "ROUNDSMAN_SPEAKS_NO_HTTP" in os.environ else None
    new = rm.NewPhoto(path=str(path), role=rm.PhotoRole.BEFORE, caption="如图", preview=preview)
    photo = guard.replica.add_photo(case_id, new)
    assert photo == hashlib.sha256(path.read_bytes()).hexdigest() == rm.photo_hash(path.read_bytes())
    assert guard.replica.status().photos_owed == 1
    report = guard.sync()
    assert (report.photos_sent, report.previews_sent) == (1, 1)
    assert guard.replica.status().photos_owed == 0
    desk.sync()
    [mention] = desk.replica.case(case_id).photos
    assert (mention.hash, mention.caption, mention.role) == (photo, "如图", rm.PhotoRole.BEFORE)
    assert desk.replica.photo(photo) is None, "a photo of somebody else is fetched when somebody wants it"
    assert desk.replica.fetch_photos(case_id, rm.PhotoChoice.PREVIEWS_ONLY) == 1
    assert desk.replica.photo(mention.preview)
    assert desk.replica.fetch_photo(case_id, photo) == path.read_bytes()


def test_sign_off(phone_of):
    desk, wang = phone_of("reception"), phone_of("technician", "engineering")
    case_id = desk.create()
    order = desk.replica.dispatch(case_id, rm.Department.ENGINEERING, wang.person["id"])
    desk.sync()
    wang.sync()
    wang.replica.record(case_id, order, rm.NewEntry(kind=rm.EntryKind.ARRIVED))
    wang.replica.record(case_id, order, rm.NewEntry(kind=rm.EntryKind.COMPLETED, note="换了灯泡"))
    shown = wang.replica.statement(case_id, order, rm.SignOffSubject.COMPLETION)
    assert "换了灯泡" in shown.text
    wang.replica.sign_off(
        case_id,
        order,
        rm.NewSignOff(
            subject=rm.SignOffSubject.COMPLETION,
            outcome=rm.SignOffOutcome.SIGNED,
            signer="孙丽华",
            relation="owner",
            strokes_png=STROKES,
            shown=shown.text,
        ),
    )
    assert wang.sync().photos_sent == 1, "the strokes"
    desk.sync()
    [signed] = desk.replica.case(case_id).sign_offs
    assert (signed.shown, signed.outcome) == (shown.text, rm.SignOffOutcome.SIGNED)
    [signature] = desk.replica.contact(case_id).signatures
    assert (signature.signer, signature.sign_off) == ("孙丽华", signed.id)
    assert desk.replica.case(case_id).orders[0].status == rm.OrderStatus.SIGNED_OFF


def test_playbook_and_standing(phone_of):
    desk = phone_of("reception")
    case_id = desk.create(subject="equipment/lift/trapped", urgency=rm.Urgency.URGENT)
    book = rm.playbooks_for("equipment/lift/trapped")[0]
    assert (book.id, book.emergency) == ("equipment/lift-trapped", True) and book.title.zh
    checklist = desk.replica.choose_playbook(case_id, book.id)
    first = desk.replica.standing(case_id).checklists[0].steps[0]
    assert first.due is not None and first.done_by is None
    desk.replica.do_step(case_id, checklist, first.id)
    standing = desk.replica.standing(case_id)
    assert standing.checklists[0].steps[0].done_by == desk.person["id"]
    assert standing.responsible == desk.person["id"]
    clocks = {clock.title_zh: clock.state for clock in standing.clocks}
    assert clocks["受理登记"] == rm.ClockState.MET and rm.ClockState.RUNNING in clocks.values()
    assert standing.colour == rm.Colour.BLUE and standing.reasons == []
    assert desk.sync().accepted == 3


def test_search(phone_of):
    guard = phone_of("guard")
    lamp = guard.create(description="Lamp out by the fountain 喷泉")
    guard.create(description="Bollard loose")
    found = lambda text: [item.id for item in guard.replica.search(text, 0, 10)]
    assert lamp in found("喷泉") and lamp in found("FOUNTAIN lamp")
    assert found("fountain bollard") == []
    only = guard.replica.cases(rm.CaseFilter(site=guard.site, text="喷泉"), 0, 10)
    assert [(item.title, item.kind) for item in only] == [("Lamp out by the fountain 喷泉", rm.CaseKind.REPAIR)]


def test_round(phone_of, tmp_path):
    guard = phone_of("guard")
    site = guard.replica.site(guard.site)
    route = next(route for route in site.routes if route.name == "夜间巡更")
    points = {point.id: point.checkpoint for point in site.checkpoints}
    round_id = guard.replica.start_round(route.id)
    gate, pump, roof = route.checkpoints
    normal = [rm.ItemAnswer(item=points[gate].items[0].id, answer=rm.Answer.NORMAL())]
    guard.replica.check(round_id, gate, rm.NewCheck(reading=rm.Reading.NFC(points[gate].code), answers=normal))
    wrong = rm.NewCheck(reading=rm.Reading.NFC("RM-ELSEWHERE"), answers=normal)
    assert code_of(guard.replica.check, round_id, gate, wrong) == "code_mismatch"

    picture = taken(tmp_path, "pump").read_bytes()
    answers = [
        rm.ItemAnswer(item="pressure", answer=rm.Answer.NUMBER(200)),
        rm.ItemAnswer(item="floor", answer=rm.Answer.CHOICE("积水")),
    ]
    found = rm.NewCheck(
        reading=rm.Reading.QR(points[pump].code, rm.photo_hash(picture)),
        answers=answers,
        note="泵房进水",
        pictures=[rm.NewPicture(bytes=picture)],
    )
    about = guard.new_case(description="水泵房积水", subject="equipment/drainage")
    reported = guard.replica.report_abnormal(round_id, pump, found, about)
    skipped = rm.NewCheck(reading=rm.Reading.SKIPPED(rm.SkipReason.LOCKED), note="门锁着")
    guard.replica.check(round_id, roof, skipped)
    guard.replica.finish_round(round_id, "已完成")
    assert code_of(guard.replica.check, round_id, roof, skipped) == "round_finished"

    walked = guard.replica.round(round_id)
    assert walked.finished and walked.name == "夜间巡更"
    visited = (rm.Coverage.VISITED, rm.Coverage.VISITED_OUT_OF_TIME)
    assert walked.points[0].coverage in visited and walked.points[1].abnormal
    assert walked.points[2].coverage == rm.Coverage.SKIPPED
    assert walked.checks[1].case == reported.case
    report = guard.sync()
    assert (report.accepted, report.quarantined, report.photos_sent) == (5, 0, 1)
    assert guard.replica.rounds(rm.RoundFilter(unfinished=True), 0, 10) == []
    assert guard.office.run("case", "show", reported.case), "the office has the case"


def test_conflict(phone_of):
    han, li = phone_of("reception"), phone_of("reception")
    case_id = han.create()
    han.sync()
    li.sync()
    han.replica.classify(case_id, rm.Classification(urgency=rm.Urgency.URGENT))
    li.replica.classify(case_id, rm.Classification(urgency=rm.Urgency.IMPORTANT))
    for phone in (han, li, han):
        phone.sync()
    [conflict] = han.replica.conflicts(case_id)
    assert (conflict.kind, conflict.id, conflict.open) == (rm.ConflictKind.PARALLEL_EDIT, "urgency", True)
    assert {side.value: side.by for side in conflict.sides} == {
        "urgent": han.person["id"],
        "important": li.person["id"],
    }
    assert han.replica.conflicts(case_id) == li.replica.conflicts(case_id)
    assert code_of(han.replica.resolve, case_id, "urgency", rm.Choice.VALUE("general")) == "conflict_unknown"
    han.replica.resolve(case_id, "urgency", rm.Choice.VALUE("important"))
    han.sync()
    li.sync()
    assert li.replica.conflicts(case_id) == []
    assert li.replica.case(case_id).urgency == rm.Urgency.IMPORTANT


class TenYearsAhead(rm.Clock):
    """A wall clock that somebody set wrong; the clock since boot is right."""

    def read(self):
        return rm.ClockReading(
            wall=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3652),
            boot_ms=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000,
            boot="the only one",
        )


def test_rebase(office, tmp_path):
    phone = Phone(office, tmp_path, office.person("guard"), clock=TenYearsAhead())
    phone.enrol()
    phone.sync()
    assert -3652 * 86_400_000 - 60_000 < phone.replica.status().clock_offset_min_ms < -3650 * 86_400_000
    case_id = phone.create()
    phone.replica.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note="时钟不准"))
    report = phone.sync()
    assert (report.accepted, report.quarantined) == (2, 0)
    assert notes(phone.replica, case_id) == ["时钟不准"], "once, whatever it took"
    assert phone.replica.refused() == []


def test_refusal(office, phone_of, tmp_path):
    guard = phone_of("guard")
    guard.replica.shut()
    # A copy of the phone's file, as a backup of the phone would restore it.
    copy = str(tmp_path / "restored.db")
    shutil.copy(guard.path, copy)
    office.run("person", "take", "--person", guard.person["id"], "--role", "guard", "--site", guard.site)
    guard.replica = opened(guard.path)
    guard.sync()
    assert guard.replica.roles() == []
    guard.sync()
    assert code_of(guard.create) == "command_not_permitted"

    restored = opened(copy)
    assert [grant.role for grant in restored.roles()] == [rm.Role.GUARD], "it has not heard"
    case_id = restored.create_case(guard.new_case(description="东门有人翻墙"))
    restored.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note="已报警"))
    report = restored.sync(rm.SyncBudget())
    assert report.accepted == 0 and report.quarantined >= 1
    [first, second] = restored.refused()
    assert (first.what, first.state, first.code) == ("create_case", rm.EditState.REFUSED, "site_not_permitted")
    assert "东门有人翻墙" in first.texts and second.texts == ["已报警"]
    assert first.reason_zh and second.reason_en
    assert restored.status().refused_edits == 2


def test_revocation_wipe(office, phone_of):
    guard, desk = phone_of("guard"), phone_of("reception")
    theirs = desk.create(kind=rm.CaseKind.COMPLAINT, subject="parking/fire_lane")
    order = desk.replica.dispatch(theirs, rm.Department.SECURITY, guard.person["id"])
    desk.sync()
    guard.sync()
    assert guard.replica.case(theirs) is not None and order
    guard.create(description="还没有同步")
    device = guard.replica.status().enrolment.device
    office.run("device", "revoke", device)
    assert code_of(guard.sync) == "device_revoked"
    assert guard.replica.case(theirs) is None and guard.replica.cases(rm.CaseFilter(), 0, 10) == []
    assert "还没有同步" in guard.replica.refused()[0].texts, "what was typed is still to be read"
    assert guard.replica.status().revoked
    assert code_of(guard.create) == "device_revoked"


KILLED = AS_HERE + """
from opening import opened
import os, signal, sys
import roundsman as rm
replica = opened(sys.argv[1])
case_id = sys.argv[2]
for number in range(1000):
    replica.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note=str(number)))
    print(number, flush=True)
    if number == 20:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_restart_after_kill(phone_of):
    guard = phone_of("guard")
    case_id = guard.create()
    guard.replica.shut()
    killed = subprocess.run([sys.executable, "-c", KILLED, guard.path, case_id], capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    guard.replica = opened(guard.path)
    assert notes(guard.replica, case_id) == killed.stdout.split()
    assert guard.sync().accepted == 22


class Dead(rm.Transport):
    """A link that takes every request and never answers, until the test ends."""

    def __init__(self):
        self.asked, self.end = threading.Event(), threading.Event()

    def send(self, request):
        self.asked.set()
        self.end.wait()
        raise rm.HostError.Failed("the link was dead")


def test_cancel(office, phone_of, tmp_path):
    guard = phone_of("guard")
    case_id = guard.create()
    guard.replica.shut()
    dead = Dead()
    replica = opened(guard.path, transport=dead)
    reports = []
    syncing = threading.Thread(target=lambda: reports.append(replica.sync(rm.SyncBudget())))
    syncing.start()
    assert dead.asked.wait(10)
    replica.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note="同步时"))
    replica.cancel_sync()
    syncing.join(10)
    assert [(report.stopped, report.more) for report in reports] == [(rm.Stopped.CANCELLED, True)]
    replica.shut()
    dead.end.set()
    guard.replica = opened(guard.path)
    assert guard.sync().accepted == 2


class Told(rm.Listener):
    def __init__(self, replica):
        self.replica, self.changes, self.titles = replica, [], []

    def changed(self, change):
        self.changes.append(change)
        self.titles += [item.title for item in self.replica.cases(rm.CaseFilter(), 0, 1)]


def test_observer(phone_of):
    guard, desk = phone_of("guard"), phone_of("reception")
    told = Told(guard.replica)
    subscription = guard.replica.subscribe(told)
    case_id = guard.create(description="第一件")
    assert [(change.documents, change.outbox) for change in told.changes] == [([case_id], True)]
    assert told.titles == ["第一件"], "a listener may call the library"
    guard.sync()
    desk.sync()
    desk.replica.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note="前台已看"))
    desk.sync()
    told.changes.clear()
    guard.sync()
    assert any(case_id in change.documents for change in told.changes)
    guard.replica.unsubscribe(subscription)
    told.changes.clear()
    guard.create()
    assert told.changes == []


class Lossy(Urllib):
    """The host's own HTTP, which loses every third reply after the server has acted on the request."""

    def __init__(self):
        self.sent = 0

    def send(self, request):
        reply = super().send(request)
        self.sent += 1
        if self.sent % 3 == 0:
            raise ConnectionResetError("the reply is lost")
        return reply


def test_lost_replies(phone_of, tmp_path):
    lossy = Lossy()
    guard, desk = phone_of("guard", transport=lossy), phone_of("reception")
    case_id = guard.create()
    for number in range(30):
        guard.replica.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note=str(number)))
        if number % 5 == 0:
            guard.sync()
    path = taken(tmp_path, "lost replies")
    guard.replica.add_photo(case_id, rm.NewPhoto(path=str(path), role=rm.PhotoRole.EVIDENCE))
    guard.sync()
    assert lossy.sent > 8 and guard.replica.status().pending_edits == 0 == guard.replica.status().photos_owed
    desk.sync()
    assert notes(desk.replica, case_id) == [str(number) for number in range(30)], "each once, in order"


def test_upload_handed_over(phone_of, tmp_path):
    guard = phone_of("guard")
    case_id = guard.create()
    path = taken(tmp_path, "handed over")
    photo = guard.replica.add_photo(case_id, rm.NewPhoto(path=str(path), role=rm.PhotoRole.EVIDENCE))
    report = guard.sync(uploads=rm.Uploads.HAND_OVER)
    assert (report.accepted, report.photos_sent) == (2, 0)
    [upload] = guard.replica.pending_uploads()
    assert (upload.photo, upload.offset, upload.size) == (photo, 0, path.stat().st_size)
    with open(upload.file, "rb") as file:
        asked = urllib.request.Request(upload.url, file.read(), upload.headers, method=upload.method)
    with urllib.request.urlopen(asked, timeout=30) as reply:
        guard.replica.upload_done(photo, rm.UploadResult.ANSWERED(reply.status))
    assert guard.replica.pending_uploads() == [] and not os.path.exists(upload.file)
    assert guard.replica.status().photos_owed == 1, "only the server's receipt counts"
    guard.sync(uploads=rm.Uploads.HAND_OVER)
    assert guard.replica.status().photos_owed == 0 and guard.replica.pending_uploads() == []


def test_hosts_signer(phone_of):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    class KeyStore(rm.Signer):
        """As Android's key store: the public key as SubjectPublicKeyInfo, signatures as DER."""

        def __init__(self):
            self.key, self.signed = ec.generate_private_key(ec.SECP256R1()), 0

        def algorithm(self):
            return rm.KeyAlgorithm.ES256

        def public_key(self):
            spki = serialization.PublicFormat.SubjectPublicKeyInfo
            return self.key.public_key().public_bytes(serialization.Encoding.DER, spki)

        def sign(self, message):
            self.signed += 1
            return self.key.sign(message, ec.ECDSA(hashes.SHA256()))

    keys = KeyStore()
    guard = phone_of("guard", signer=keys)
    guard.create()
    assert guard.sync().accepted == 1
    assert keys.signed >= 4 and guard.replica.public_key().startswith("es256:")
    keys.sign = None
    assert code_of(guard.create) == "store_failed", "a key store that refuses"


def test_errors(office, phone_of, tmp_path):
    guard = phone_of("guard")
    nowhere = rm.new_id()
    remark = rm.NewEntry(kind=rm.EntryKind.REMARK, note="x")
    charge = rm.EntryDetails.CHARGED(rm.Charge(sum=100, what="灯泡"))
    case_id = guard.create()
    photo = rm.NewPhoto(path="/nowhere.jpg", role=rm.PhotoRole.AFTER)
    (tmp_path / "empty.jpg").touch()
    empty = rm.NewPhoto(path=str(tmp_path / "empty.jpg"), role=rm.PhotoRole.AFTER)
    wrong = rm.NewEntry(kind=rm.EntryKind.REMARK, details=charge)
    assert code_of(guard.replica.record, nowhere, None, remark) == "document_unknown"
    assert code_of(guard.replica.record, "no id", None, remark) == "bad_request"
    assert code_of(guard.replica.record, case_id, nowhere, remark) == "order_unknown"
    assert code_of(guard.replica.record, case_id, None, wrong) == "details_invalid"
    assert code_of(guard.replica.record, case_id, None, rm.NewEntry(kind=rm.EntryKind.CHARGED)) == "details_invalid"
    assert code_of(guard.replica.add_photo, case_id, photo) == "not_found"
    assert code_of(guard.replica.add_photo, case_id, empty) == "photo_empty"
    assert code_of(guard.replica.create_case, guard.new_case(description="x" * 30_000)) == "text_too_long"
    assert code_of(guard.replica.start_round, nowhere) == "route_unknown"
    assert code_of(guard.replica.enrol, office.url, "CODE", "again") == "bad_request"
    assert code_of(guard.replica.set_server, "ftp://x") == "bad_request"
    fresh = opened(tmp_path / "fresh.db")
    assert code_of(fresh.create_case, guard.new_case()) == "not_enrolled"
    assert code_of(fresh.sync, rm.SyncBudget()) == "not_enrolled"
    assert code_of(fresh.enrol, office.url, "AAAA-BBBB", "fresh") == "enrol_code_unknown"
    assert code_of(fresh.enrol, "http://127.0.0.1:9", "AAAA-BBBB", "fresh") == "link_failed"
    assert fresh.status().retry_in_ms <= 1_000
    fresh.shut()
    assert code_of(fresh.status) == "store_failed"
    assert code_of(opened, tmp_path / "no" / "folder.db") == "store_failed"
    assert code_of(rm.Replica.open, str(tmp_path / "x.db"), rm.OpenOptions(key=b"short")) == "bad_request"
