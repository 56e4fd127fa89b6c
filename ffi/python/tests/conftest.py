"""A server for all tests, phones for each, and a line for each scenario in $ROUNDSMAN_RESULTS."""

import json
import os
from pathlib import Path

import pytest
import roundsman as rm
from office import ROOT, SITE, Office
from opening import KEY, opened

# Of a library that does not encrypt, and of one that speaks no HTTP, there is nothing to try there.
collect_ignore = [] if KEY else ["test_encryption.py"]
collect_ignore += ["test_example.py"] if os.environ.get("ROUNDSMAN_SPEAKS_NO_HTTP") else []

PICTURE = ROOT / "tests/fixtures/photos/gps-DSCN0010.jpg"
TURNED = ROOT / "tests/fixtures/photos/orient-landscape_6.jpg"
SMALL = ROOT / "tests/fixtures/photos/kamadak-exif.webp"
STROKES = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    with Office(tmp_path_factory.mktemp("server") / "data") as running:
        yield running
        assert running.verify(), "log, documents, tables and photos agree after all tests"


class Phone:
    """One person's phone on a file of its own."""

    def __init__(self, office, folder, person, **options):
        self.office, self.person = office, person
        self.path = str(folder / f"{person['id']}.db")
        self.replica = opened(self.path, **options)

    def enrol(self):
        self.replica.enrol(self.office.url, self.office.invite(self.person), f"{self.person['name']}'s phone")
        return self

    def sync(self, **budget):
        return self.replica.sync(rm.SyncBudget(**budget))

    @property
    def site(self):
        return self.person["site"]

    def new_case(self, **changed):
        fields = {
            "kind": rm.CaseKind.REPAIR,
            "channel": rm.Channel.PATROL,
            "site": self.site,
            "place": rm.Place(building="3", unit="2", room=None, spot="lift lobby"),
            "description": "电梯厅两盏灯不亮",
            "subject": "equipment/lighting",
            "urgency": rm.Urgency.GENERAL,
        }
        return rm.NewCase(**{**fields, **changed})

    def create(self, **changed):
        return self.replica.create_case(self.new_case(**changed))


@pytest.fixture
def phone_of(office, tmp_path):
    """Makes a phone of somebody new with this role, enrolled and synced."""

    def make(role, department=None, **options):
        phone = Phone(office, tmp_path, office.person(role, department), **options).enrol()
        phone.sync()
        return phone

    return make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    results = os.environ.get("ROUNDSMAN_RESULTS")
    if results and item.path.name == "test_scenarios.py" and (report.when == "call" or report.failed):
        path = Path(results)
        known = json.loads(path.read_text()) if path.exists() else {}
        known[item.name.removeprefix("test_")] = report.passed
        path.write_text(json.dumps(known))
