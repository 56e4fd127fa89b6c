"""The example runs as it stands, in a process of its own."""

import subprocess
import sys

from conftest import PICTURE
from office import ROOT


def test_a_guards_shift_ends_with_everything_accepted(office, tmp_path):
    code = office.invite(office.person("guard"))
    words = [ROOT / "ffi/python/examples/shift.py", office.url, code, tmp_path / "guard.db", PICTURE]
    shift = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert shift.returncode == 0, shift.stderr
    assert "夜间巡更: 3 of 3 points; 8 edits accepted,\n0 refused" in shift.stdout
