"""Offline-first cases, rounds, photos and signatures, synced with a Roundsman server.

    import roundsman as rm

    replica = rm.Replica.open("guard.db", rm.OpenOptions())
    replica.enrol("https://roundsman.example", "CODE", "Pixel of the night shift")
    replica.sync(rm.SyncBudget())

Every call may be made from any thread; in a program on asyncio use `roundsman.aio`. docs/device-guide.md tells the rest.
"""

from . import aio, roundsman_ffi
from .roundsman_ffi import *  # noqa: F403

# A wheel wraps what is generated in a package, which has its names and not its list of them.
_generated = getattr(roundsman_ffi, "__all__", vars(roundsman_ffi))
__all__ = [*(name for name in _generated if not name.startswith("_") and name != "roundsman_ffi"), "aio"]
