"""Offline-first cases, rounds, photos and signatures, synced with a Roundsman server.

    import roundsman as rm

    replica = rm.Replica.open("guard.db", rm.OpenOptions())
    replica.enrol("https://roundsman.example", "CODE", "Pixel of the night shift")
    replica.sync(rm.SyncBudget())

Every call may be made from any thread; in a program on asyncio use `roundsman.aio`. docs/device-guide.md tells the rest.
"""

from . import aio
from .roundsman_ffi import *  # noqa: F403
from .roundsman_ffi import __all__ as _generated

__all__ = [*_generated, "aio"]
