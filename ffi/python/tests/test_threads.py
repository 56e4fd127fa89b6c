"""Calls from many threads at once."""

import threading

import roundsman as rm
from test_scenarios import notes


def test_edits_of_many_threads_while_a_sync_runs_are_all_there_once(phone_of):
    guard, desk = phone_of("guard"), phone_of("reception")
    case_id = guard.create()
    failures = []

    def write(thread):
        try:
            for number in range(15):
                guard.replica.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.REMARK, note=f"{thread}.{number}"))
                guard.replica.case(case_id)
                guard.replica.status()
        except Exception as failure:
            failures.append(failure)

    def sync():
        try:
            while any(writer.is_alive() for writer in writers):
                guard.sync()
        except Exception as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write, args=[thread]) for thread in range(8)]
    syncers = [threading.Thread(target=sync) for _ in range(2)]
    for thread in [*writers, *syncers]:
        thread.start()
    for thread in [*writers, *syncers]:
        thread.join()
    assert failures == []
    guard.sync()
    desk.sync()
    wanted = sorted(f"{thread}.{number}" for thread in range(8) for number in range(15))
    assert sorted(notes(desk.replica, case_id)) == wanted == sorted(notes(guard.replica, case_id))
