"""The calls that wait, for programs on asyncio: each runs on a thread, and the loop goes on.

    report = await rm.aio.sync(replica)
    case_id = await rm.aio.call(replica.create_case, new)
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from .roundsman_ffi import Replica, SyncBudget, SyncReport

P = ParamSpec("P")
T = TypeVar("T")


async def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Any call of the library. Even the shortest that writes waits for the disk."""
    return await asyncio.to_thread(function, *args, **kwargs)


async def sync(replica: Replica, budget: SyncBudget | None = None) -> SyncReport:
    """`Replica.sync`. Cancelling the task cancels the sync; what it had taken in stays."""
    return await _cancellable(replica, replica.sync, budget or SyncBudget())


async def enrol(replica: Replica, url: str, code: str, phone_name: str) -> None:
    """`Replica.enrol`."""
    await _cancellable(replica, replica.enrol, url, code, phone_name)


async def fetch_photo(replica: Replica, document: str, hash: str) -> bytes:
    """`Replica.fetch_photo`."""
    return await _cancellable(replica, replica.fetch_photo, document, hash)


async def _cancellable(replica: Replica, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    running = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        replica.cancel_sync()
        # The thread returns at once; nobody shall find the replica busy after the task has ended.
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()
        raise
