"""A link that breaks: after so many bytes towards the server it kills the client and both connections."""

import socket
import struct
import threading


class Link:
    """Listens on a port of its own and passes everything on until it is to break."""

    def __init__(self, server_port):
        self._server_port = server_port
        self._lock = threading.Lock()
        self._left = None
        self._break = None
        self._open = []
        self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def break_after(self, sent, what_else):
        """The next `sent` bytes towards the server are the last; then `what_else` happens. None: it holds."""
        with self._lock:
            self._left, self._break = sent, what_else

    def _accept(self):
        while True:
            near, _ = self._listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open += [near, far]
            threading.Thread(target=self._pass, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, False), daemon=True).start()

    def _pass(self, source, target, counted):
        try:
            while data := source.recv(16384):
                breaks = False
                if counted:
                    with self._lock:
                        if self._left is not None:
                            data, breaks = data[: self._left], len(data) >= self._left
                            self._left -= len(data)
                        self.sent += len(data)
                target.sendall(data)
                if breaks:
                    self._cut()
                    return
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _cut(self):
        with self._lock:
            what_else, ends = self._break, self._open
            self._left, self._break, self._open = None, None, []
        what_else()
        for end in ends:
            try:
                # A reset, as from a phone that is gone, and no polite goodbye.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()
            except OSError:
                pass
