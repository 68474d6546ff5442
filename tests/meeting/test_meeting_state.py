"""A meeting as it stands is worked out of its rows, whatever came in between."""

import pandas as pd
import pytest

from csmkit.errors import UsageError
from csmkit.meeting.plan import Plan
from csmkit.meeting.state import meeting_of
from csmkit.store.meetings import Event

COLUMNS = ["id", "key", "at", *Event.__slots__]
START = pd.Timestamp("2026-07-14T09:00:00Z")


def rows(*events):
    """Rows as a store gives them, one second apart."""
    told = [
        {
            **{name: getattr(event, name) for name in Event.__slots__},
            "id": number,
            "key": event.key or f"k{number}",
            "at": START + pd.Timedelta(seconds=number),
        }
        for number, event in enumerate(events)
    ]
    return pd.DataFrame(told, columns=list(dict.fromkeys(COLUMNS)))


def event(kind, person="", meeting="m", **more):
    return Event(meeting, kind, "mk", person_id=person, **more)


PLANNED = [
    event("plan", text=Plan(minutes=5, seed=7).text),
    event("facilitates", rater_id="mk"),
    event("shares", rater_id="mk"),
    event("attends", rater_id="mk", value="yes"),
    event("attends", rater_id="lee", value="yes"),
    event("recused", "bea", rater_id="lee", value="yes"),
    event("agenda", "bea", value="2"),
    event("agenda", "ana", value="1"),
    event("agenda", "mk", value="3"),
    event("leads", desk="one"),
]


def meeting(*more):
    return meeting_of(rows(*PLANNED, *more))


def decided(key, person="ana", after="meets", before="exceeds"):
    return event("decides", person, key=key, competency="overall", old=before, value=after)


def test_without_rows_there_is_no_meeting():
    assert meeting_of(rows()) is None


def test_what_was_planned():
    found = meeting()
    assert found.order == ("ana", "bea", "mk")
    assert found.plan.minutes == 5
    assert found.facilitator == found.sharing == "mk"
    assert found.participants == {"mk": True, "lee": True}
    assert found.here == ""
    assert found.begun is None


def test_the_meeting_planned_last_is_the_one():
    later = [event("plan", meeting="n", text=Plan().text), event("agenda", "x", "n", value="1")]
    assert meeting(*later).order == ("x",)


def test_ones_own_record_and_what_is_declared_are_skipped_by_who_shares():
    assert meeting().skipped == ["mk"]
    assert meeting(event("shares", rater_id="lee")).skipped == ["bea"]
    assert meeting().recused_from("bea") == ["lee"]
    assert meeting(event("recused", "bea", rater_id="lee", value="no")).recused_from("bea") == []


def test_who_comes_later_and_who_goes():
    found = meeting(
        event("opens", "ana"),
        event("attends", rater_id="kim", value="yes"),
        event("attends", rater_id="lee", value="no"),
    )
    assert found.participants == {"mk": True, "lee": False, "kim": True}
    assert list(found.joined) == ["kim"]


def test_where_a_person_stands_is_what_was_settled_last():
    assert meeting().status("ana") == "open"
    assert meeting(event("agrees", "ana")).status("ana") == "agreed"
    assert meeting(event("agrees", "ana"), event("parks", "ana")).status("ana") == "parked"
    assert meeting(event("parks", "ana"), event("agrees", "ana")).status("ana") == "agreed"
    assert meeting(decided("d"), event("parks", "ana")).status("ana") == "changed"


def test_what_is_taken_back_stays_in_the_rows_and_does_not_count():
    found = meeting(decided("d"), event("undoes", "ana", value="d"))
    assert found.status("ana") == "open"
    assert [item.undone for item in found.items] == [True]
    assert found.last("ana") is None
    assert meeting(decided("d"), decided("e")).last("ana").key == "e"


def test_the_time_is_what_the_panels_clock_counted():
    found = meeting(event("opens", "ana"), event("leaves", "ana", value="62.5"))
    assert found.seconds("ana") == 62.5
    assert [visit.whole for visit in found.visits] == [True]


def test_a_visit_that_was_cut_short_counts_until_the_last_row_and_says_so():
    found = meeting(
        event("opens", "ana"), event("agrees", "ana"), event("leads", desk="two"),
        event("opens", "ana"), event("leaves", "ana", value="10"),
    )  # fmt: skip
    # The rows are a second apart: opened, agreed a second later, then another panel took over.
    assert [(visit.seconds, visit.whole) for visit in found.visits] == [(1.0, False), (10.0, True)]
    assert found.seconds("ana") == 11.0


def test_time_saved_goes_back_to_all():
    found = meeting(
        event("opens", "ana"), event("agrees", "ana"), event("leaves", "ana", value="100"),
        event("opens", "bea"), event("parks", "bea"), event("leaves", "bea", value="420"),
        event("opens", "mk"),
    )  # fmt: skip
    # 5 minutes each: 200 seconds saved on one, 120 overspent on the other.
    assert found.pool == 80


def test_a_plan_is_kept_as_text_and_read_back():
    plan = Plan(rule="outliers", seed=3, inputs=(("a.csv", "f00"),), guideline={"meets": 0.6})
    assert Plan.of(plan.text) == plan
    later = plan.text.replace("{", '{"of_a_later_csmkit": 1, ', 1)
    assert Plan.of(later) == plan


@pytest.mark.parametrize("wrong", [{"rule": "worst"}, {"minutes": 0}, {"minutes": 1000}])
def test_a_plan_that_cannot_be(wrong):
    with pytest.raises(UsageError):
        Plan(**wrong)
