"""A guard's shift against a running server: python shift.py URL CODE [FILE.db [PHOTO.jpg]]

Sets out on the first route, shows to have been at each point, writes down what is out of order, and syncs at the end.
Everything but the first lines and the last works without a network.
"""

import sys

import roundsman as rm


class Printed(rm.Listener):
    """What an app would redraw."""

    def changed(self, change: rm.Change) -> None:
        print(f"  {len(change.documents)} to read anew")


def answer(item: rm.Item) -> rm.ItemAnswer:
    """What the guard sees: all as it should be."""
    found: rm.Answer = rm.Answer.NORMAL()
    if isinstance(item.ask, rm.Ask.NUMBER):
        found = rm.Answer.NUMBER(milli=item.ask.min_milli or 0)
    elif isinstance(item.ask, rm.Ask.CHOICE):
        found = rm.Answer.CHOICE(option=item.ask.options[0])
    elif isinstance(item.ask, rm.Ask.TEXT):
        found = rm.Answer.TEXT(text="无")
    elif isinstance(item.ask, rm.Ask.PHOTO):
        found = rm.Answer.IMPOSSIBLE(reason="没有相机")
    return rm.ItemAnswer(item=item.id, answer=found)


def walk(guard: rm.Replica, site: rm.Site) -> str:
    """One round over the first route that guards walk."""
    route = next(route for route in site.routes if route.kind == rm.RoundKind.GUARD_ROUND)
    points = {point.id: point.checkpoint for point in site.checkpoints}
    round_id = guard.start_round(route.id)
    for point_id in route.checkpoints:
        point = points[point_id]
        reading = rm.Reading.NFC(code=point.code)
        guard.check(round_id, point_id, rm.NewCheck(reading=reading, answers=[answer(item) for item in point.items]))
    guard.finish_round(round_id)
    return round_id


def main(url: str, code: str, file: str = "guard.db", photo: str | None = None) -> None:
    guard = rm.Replica.open(file, rm.OpenOptions())
    if guard.status().enrolment is None:
        guard.enrol(url, code, "Phone of the night shift")
    guard.sync(rm.SyncBudget())
    guard.subscribe(Printed())
    site = guard.site(guard.roles()[0].site)
    assert site is not None, "the estate came with the first sync"

    round_id = walk(guard, site)
    place = rm.Place(building="3", unit="2", room=None, spot="lift lobby")
    case_id = guard.create_case(
        rm.NewCase(kind=rm.CaseKind.REPAIR, channel=rm.Channel.PATROL, site=site.id, place=place,
                   description="电梯厅两盏灯不亮", subject="equipment/lighting", urgency=rm.Urgency.GENERAL)
    )
    guard.record(case_id, None, rm.NewEntry(kind=rm.EntryKind.ARRIVED, note="巡逻到场", scan=None, position=None))
    if photo:
        guard.add_photo(case_id, rm.NewPhoto(path=photo, role=rm.PhotoRole.EVIDENCE))

    report = guard.sync(rm.SyncBudget())
    walked = guard.round(round_id)
    assert walked is not None
    visited = sum(point.coverage in (rm.Coverage.VISITED, rm.Coverage.VISITED_OUT_OF_TIME) for point in walked.points)
    print(f"{walked.name}: {visited} of {len(walked.points)} points; {report.accepted} edits accepted,")
    print(f"{report.quarantined} refused, {report.photos_sent} photos sent, {report.round_trips} round trips")


if __name__ == "__main__":
    main(*sys.argv[1:])
