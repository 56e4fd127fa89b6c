"""The other side, as whoever runs it sees it: the program `roundsman`, a fresh folder, a server on a free port."""

import json
import signal
import subprocess


class Office:
    """Leaving the `with` block stops the server, whatever happened inside."""

    def __init__(self, program, folder):
        self._program, self._folder = program, folder
        self._server = None
        self.port = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._server:
            self._server.kill()
            self._server.wait()

    def run(self, *words):
        """One command; its JSON."""
        asked = [self._program, "--data", self._folder, "--json", *words]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"roundsman {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def serve(self):
        """Starts the server and waits until it says where it listens."""
        asked = [self._program, "--data", self._folder, "serve", "--listen", "127.0.0.1:0"]
        with open(f"{self._folder}.log", "a") as log:
            self._server = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self._server.stdout.readline()
        if not line.startswith("listening on "):
            with open(f"{self._folder}.log") as log:
                raise RuntimeError(f"the server did not start: {line}{log.read()}")
        self.port = int(line.rsplit(":", 1)[1])

    def restart(self):
        """Stops the server as an operator would, and starts it anew; returns the exit code."""
        self._server.send_signal(signal.SIGTERM)
        code = self._server.wait(timeout=30)
        self.serve()
        return code
