"""A photo's bytes, in pieces and with a link that breaks: docs/protocol.md, section 11 (tus 1.0)."""

import base64
import socket

from client import Refused, request

TUS = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"


class Upload:
    """What one grant allows."""

    def __init__(self, office, grant):
        self._office = office
        self.hash, self.size, self._token = grant
        self._path = None

    def _headers(self, **more):
        named = {name.replace("_", "-"): str(value) for name, value in more.items()}
        return {"Tus-Resumable": TUS, "Authorization": "Bearer " + self._token} | named

    def _ask(self, method, path, body, expected, headers):
        status, replied, raw = request(self._office.port, method, path, body, headers)
        if status != expected:
            raise Refused(status, replied, raw)
        return replied

    def create(self, size=None):
        """POST; the offset where the upload stands."""
        headers = self._headers(Upload_Length=self.size if size is None else size)
        replied = self._ask("POST", "/v1/uploads", b"", 201, headers)
        self._path = replied["location"]
        return int(replied["upload-offset"])

    def create_without_grant(self):
        """POST by somebody who only knows how long the photo is."""
        self._ask("POST", "/v1/uploads", b"", 201, {"Tus-Resumable": TUS, "Upload-Length": str(self.size)})

    def create_without_version(self):
        """POST by a client of no version of tus."""
        headers = self._headers(Upload_Length=self.size)
        del headers["Tus-Resumable"]
        self._ask("POST", "/v1/uploads", b"", 201, headers)

    def offset(self):
        """HEAD; how far the server's disk has the bytes."""
        return int(self._ask("HEAD", self._path, b"", 200, self._headers())["upload-offset"])

    def piece(self, offset, data, media_type=PIECE_TYPE):
        """PATCH; the offset afterwards."""
        headers = self._headers(Upload_Offset=offset, Content_Type=media_type)
        return int(self._ask("PATCH", self._path, data, 204, headers)["upload-offset"])

    def piece_checked(self, offset, data, sha256):
        """PATCH with a checksum; the offset afterwards."""
        checksum = "sha256 " + base64.b64encode(sha256).decode()
        headers = self._headers(Upload_Offset=offset, Content_Type=PIECE_TYPE, Upload_Checksum=checksum)
        return int(self._ask("PATCH", self._path, data, 204, headers)["upload-offset"])

    def piece_cut_short(self, offset, sent, promised):
        """PATCH that promises more bytes than it sends before the link breaks. Returns once the server let go of it."""
        lines = self._headers(Upload_Offset=offset, Content_Type=PIECE_TYPE, Content_Length=promised, Host="stranger")
        head = f"PATCH {self._path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with socket.create_connection(("127.0.0.1", self._office.port), timeout=30) as link:
            link.sendall(head.encode() + b"\r\n" + sent)
            link.shutdown(socket.SHUT_WR)
            while link.recv(4096):
                pass

    def delete(self):
        """DELETE; the upload is gone afterwards."""
        self._ask("DELETE", self._path, b"", 204, self._headers())
