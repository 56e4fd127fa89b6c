"""Two clients of tus that know nothing of Roundsman bring every picture of a folder, and are killed again and again on
the way, in the middle of requests; now and then the server is killed too. At the end every hash is the promised one.

    run.py ROUNDSMAN TUS_TOKENS PICTURES WORK [SEED]

Node and its modules come from the folder of this file, tuspy from the Python that runs it.
"""

import hashlib
import json
import pathlib
import random
import re
import signal
import subprocess
import sys
import threading

from link import Link

HERE = pathlib.Path(__file__).parent
CUTS_MAX = 3
SERVER_DIES_EVERY = 20
CLIENT_SECONDS_MAX = 120


class Server:
    """The program as a process; the most memory that any of its lives has held."""

    def __init__(self, program, data):
        self._program, self._data = program, data
        self.port, self.lives, self.peak_kib, self._process = 0, 0, 0, None
        self.start()
        self.first_kib = self._kib("VmRSS")

    def start(self):
        log = open(f"{self._data}.log", "a")
        asked = [self._program, "--data", self._data, "serve", "--listen", f"127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError("the server did not start: " + pathlib.Path(f"{self._data}.log").read_text())
        self.port = int(line.rsplit(":", 1)[1])
        self.lives += 1

    def _kib(self, name):
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", status, re.M).group(1))

    def kill(self):
        self.peak_kib = max(self.peak_kib, self._kib("VmHWM"))
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def stored(data, sha256):
    path = pathlib.Path(data) / "photos" / sha256[:2] / sha256[2:]
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def carry(name, command, roundsman, tus_tokens, pictures, work, chance):
    """Every picture by one client."""
    data = f"{work}/{name}"
    prepared = subprocess.run([tus_tokens, data, pictures], capture_output=True, text=True, timeout=300)
    if prepared.returncode != 0:
        raise RuntimeError(prepared.stderr)
    grants = [json.loads(line) for line in prepared.stdout.splitlines()]
    server = Server(roundsman, data)
    link = Link(server.port)
    url, cuts, kills = f"http://127.0.0.1:{link.port}/v1/uploads", 0, 0
    for grant in grants:
        # What a client remembers between its lives is its own business; here it is a file for each picture.
        store = f"{work}/{name}-{grant['sha256'][:12]}"
        words = [url, grant["token"], grant["file"], store, str(chance.choice([20_000, 100_000, 10_000_000])),
                 chance.choice(["yes", "no"])]
        left = min(CUTS_MAX, 1 + grant["bytes"] // 20_000)
        while True:
            process = subprocess.Popen([*command, *words], stderr=subprocess.PIPE, text=True)
            cut = threading.Event()
            if left > 0:
                def dies(process=process, cut=cut):
                    cut.set()
                    process.send_signal(signal.SIGKILL)
                link.break_after(chance.randrange(1, 600 + grant["bytes"] // 2), dies)
            else:
                link.break_after(None, None)
            _, said = process.communicate(timeout=CLIENT_SECONDS_MAX)
            if cut.is_set():
                cuts, left = cuts + 1, left - 1
                if cuts % SERVER_DIES_EVERY == 0:
                    server.kill()
                    server.start()
                    kills += 1
                continue
            if process.returncode != 0:
                raise RuntimeError(f"{name}, {grant['file']}: {said}")
            break
        if not stored(data, grant["sha256"]):
            raise RuntimeError(f"{name}: {grant['file']} is not at the server as it was sent")
    server.kill()
    verified = subprocess.run([roundsman, "--data", data, "--json", "verify"], capture_output=True, text=True)
    if verified.returncode != 0:
        raise RuntimeError(f"{name}: {verified.stdout}{verified.stderr}")
    checked = json.loads(verified.stdout)["checked"]["photos"]
    # The phone itself has brought the previews.
    if checked < len(grants):
        raise RuntimeError(f"{name}: {checked} of {len(grants)} photos are written down")
    left_over = [path.name for path in (pathlib.Path(data) / "uploads").iterdir() if path.suffix != ".meta"]
    if left_over:
        raise RuntimeError(f"{name}: bytes are left over: {left_over}")
    needed = sum(grant["bytes"] for grant in grants)
    print(
        f"{name}: {len(grants)} pictures, {needed} bytes, all hashes equal; the client was killed {cuts} times, the server "
        f"{kills} times; {link.sent} bytes went to the server ({link.sent / needed:.3f}); the server's memory was "
        f"{server.first_kib / 1024:.1f} MiB at first and {server.peak_kib / 1024:.1f} MiB at most"
    )


def main():
    roundsman, tus_tokens, pictures, work = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    print(f"seed {seed}")
    clients = {
        "tuspy": [sys.executable, "-B", str(HERE / "upload_tuspy.py")],
        "tus-js-client": ["node", str(HERE / "upload_js.mjs")],
    }
    for at, (name, command) in enumerate(clients.items()):
        carry(name, command, roundsman, tus_tokens, pictures, work, random.Random(seed * 1000 + at))


main()
