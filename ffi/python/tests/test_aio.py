"""On asyncio: the loop goes on while a call waits, and cancelling a task cancels its sync."""

import asyncio

import pytest
import roundsman as rm
from opening import opened
from test_scenarios import Dead


def test_the_loop_goes_on_and_a_cancelled_task_leaves_a_replica_that_works(phone_of):
    guard = phone_of("guard")
    guard.replica.shut()
    dead = Dead()
    replica = opened(guard.path, transport=dead)

    async def story():
        syncing = asyncio.create_task(rm.aio.sync(replica))
        await asyncio.to_thread(dead.asked.wait)
        case_id = await rm.aio.call(replica.create_case, guard.new_case())
        syncing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await syncing
        return case_id

    case_id = asyncio.run(story())
    assert replica.case(case_id) is not None
    replica.shut()
    dead.end.set()
    reopened = opened(guard.path)
    assert asyncio.run(rm.aio.sync(reopened)).accepted == 1
