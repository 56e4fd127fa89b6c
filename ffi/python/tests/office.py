"""The other side, as whoever runs it sees it: the program `roundsman`, a fresh folder, a server on a free port."""

import json
import os
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROUTES = ROOT / "docs/samples/routes.toml"
SITE = "锦绣花园"


class Office:
    """Leaving the `with` block stops the server, whatever happened inside."""

    def __init__(self, folder):
        self.program = os.environ["ROUNDSMAN"]
        self.folder = folder
        self._server = None
        self.url = None
        self.people = 0

    def __enter__(self):
        self.run("init", "--org", "锦绣物业", "--site", SITE)
        self.run("route", "import", str(ROUTES), "--site", SITE)
        self.serve()
        return self

    def __exit__(self, *_):
        self.stop()

    def run(self, *words, seconds=60):
        """One command; its JSON."""
        asked = [self.program, "--data", str(self.folder), "--json", *words]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=seconds)
        if done.returncode != 0:
            raise RuntimeError(f"roundsman {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def serve(self, listen="127.0.0.1:0"):
        """Starts the server and waits until it says where it listens."""
        asked = [self.program, "--data", str(self.folder), "serve", "--listen", listen]
        with open(f"{self.folder}.log", "a") as log:
            self._server = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self._server.stdout.readline()
        if not line.startswith("listening on "):
            with open(f"{self.folder}.log") as log:
                raise RuntimeError(f"the server did not start: {line}{log.read()}")
        self.url = line.removeprefix("listening on ").strip()

    def stop(self):
        if self._server:
            self._server.send_signal(signal.SIGTERM)
            self._server.wait(timeout=30)
            self._server = None

    def person(self, role, department=None):
        """Somebody new; their name."""
        self.people += 1
        name = f"{role} {self.people}"
        words = ["person", "add", "--name", name, "--role", role, "--site", SITE]
        return self.run(*words, *(["--department", department] if department else []))["person"]

    def invite(self, person):
        return self.run("device", "invite", "--person", person["id"])["code"]

    def verify(self):
        """That log, documents, tables and photos agree."""
        return self.run("verify")["ok"]
