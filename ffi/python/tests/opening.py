"""Opens replicas as the library of this run wants it: with a transport of the host if $ROUNDSMAN_SPEAKS_NO_HTTP, with a
key if $ROUNDSMAN_ENCRYPTS. So every test also runs on the library for phones."""

import os
import sys
import urllib.error
import urllib.request

import roundsman as rm

KEY = bytes(range(32)) if os.environ.get("ROUNDSMAN_ENCRYPTS") else None

# Before the script of a child process: it finds what this process finds.
AS_HERE = f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n"


class Urllib(rm.Transport):
    """HTTP of the host."""

    def send(self, request):
        asked = urllib.request.Request(request.url, request.body or None, request.headers, method=request.method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as reply:
                return rm.HttpReply(status=reply.status, headers=dict(reply.headers), body=reply.read())
        except urllib.error.HTTPError as error:
            return rm.HttpReply(status=error.code, headers=dict(error.headers), body=error.read())


def opened(path, **options):
    if os.environ.get("ROUNDSMAN_SPEAKS_NO_HTTP"):
        options.setdefault("transport", Urllib())
    options.setdefault("key", KEY)
    return rm.Replica.open(str(path), rm.OpenOptions(**options))
