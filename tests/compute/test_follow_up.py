"""What was agreed is due again: on its own day, else 30 days later."""

from datetime import date

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.follow_up import follow_up
from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.names import short_id, with_action_ids
from csmkit.schema import TABLES
from tests.compute.helpers import HALF_YEAR, csms, cycle_of, rows


def agreed(*actions):
    """person, agreed, text, due, kept."""
    return cycle_of(people=csms("ana", "bo"), actions=rows("person_id at text due kept", *actions))


def of(cycle, day, *columns, **more):
    found = follow_up(cycle, on=day, **more)
    return found[list(columns)].to_numpy().tolist()


def test_without_a_day_of_its_own_an_action_is_due_after_30_days():
    cycle = agreed(("ana", "2026-07-01", "Plan", None, None))
    assert follow_up(cycle, on="2026-07-30").empty
    (row,) = follow_up(cycle, on="2026-07-31").to_dict("records")
    assert (row["due"], row["days_over"]) == (pd.Timestamp("2026-07-31"), 0.0)
    assert of(cycle, "2026-08-03", "days_over") == [[3.0]]


def test_its_own_day_comes_first_and_other_days_can_be_asked_for():
    cycle = agreed(
        ("ana", "2026-07-01", "own", "2026-07-10", None), ("bo", "2026-07-01", "none", None, None)
    )
    assert of(cycle, "2026-07-10", "action") == [["own"]]
    assert of(cycle, "2026-07-15", "action", days=14) == [["own"], ["none"]]
    assert of(cycle, "2026-07-14", "action", days=14) == [["own"]]


def test_unanswered_ones_are_first_then_not_yet_then_the_others():
    day = "2026-07-01"
    cycle = agreed(
        ("ana", day, "kept", "2026-07-02", "yes"),
        ("ana", day, "not yet", "2026-07-03", "not_yet"),
        ("ana", day, "open, later", "2026-07-05", None),
        ("bo", day, "open, longest", "2026-07-04", None),
        ("bo", day, "partly", "2026-07-01", "partly"),
    )
    assert [text for (text,) in of(cycle, "2026-08-01", "action")] == [
        "open, longest",
        "open, later",
        "not yet",
        "partly",
        "kept",
    ]


def test_what_is_told_of_each():
    cycle = cycle_of(
        people=csms("ana"),
        actions=rows(
            "person_id at text due kept note action_id",
            ("ana", "2026-07-01", "Plan", "2026-07-31", "partly", "Two of three.", "A7"),
            ("gone", "2026-07-01", "Log", "2026-07-31", None, None, None),
        ),
    )
    found = follow_up(cycle, on="2026-08-01")
    assert list(found) == [
        *("person_id", "name", "action", "agreed", "due", "days_over", "kept", "note", "action_id")
    ]
    assert found["days_over"].dtype == "float64"
    names = dict(zip(found["person_id"], found["name"], strict=True))
    # Whoever is not in the people table is not lost.
    assert names["gone"] == "gone"
    row = found[found["person_id"].eq("ana")].iloc[0]
    assert (row["kept"], row["note"], row["action_id"]) == ("partly", "Two of three.", "A7")
    bare = found[found["person_id"].eq("gone")].iloc[0]
    assert (bare["kept"], bare["note"]) == ("", "")


def test_without_people_ids_stand_for_names():
    actions = rows("person_id at text", ("ana", "2026-07-01", "Plan"))
    alone = Cycle({"actions": TABLES["actions"].conform(actions)}, Period.parse(HALF_YEAR))
    for cycle in (alone, cycle_of(people=csms("bo"), actions=actions)):
        assert of(cycle, "2026-08-01", "name") == [["ana"]]


def test_the_day_the_next_is_due_is_told():
    cycle = agreed(
        ("ana", "2026-07-01", "a", "2026-08-10", None),
        ("bo", "2026-07-01", "b", "2026-08-05", None),
    )
    assert follow_up(cycle, on="2026-08-01").attrs["next_due"] == "2026-08-05"
    assert "next_due" not in follow_up(cycle, on="2026-08-10").attrs


def test_without_a_day_it_is_today():
    today = date.today()
    cycle = agreed(
        ("ana", str(today), "due now", str(today), None),
        ("ana", str(today), "due later", None, None),
    )
    assert follow_up(cycle)["action"].tolist() == ["due now"]


def test_without_actions_it_says_what_it_needs():
    found = follow_up(cycle_of(people=csms("ana")), on="2026-08-01")
    assert found.empty
    assert found.attrs["needs"] == "actions"
    assert "needs" not in follow_up(agreed(("ana", "2026-07-01", "a", None, None))).attrs


@pytest.mark.parametrize(("on", "days"), [("soon", 30), ("2026-02-30", 30), ("2026-08-01", -1)])
def test_what_is_no_day_is_refused(on, days):
    with pytest.raises(UsageError):
        follow_up(agreed(("ana", "2026-07-01", "a", None, None)), on=on, days=days)


def test_the_cycle_is_not_changed():
    cycle = agreed(("ana", "2026-07-01", "a", None, None))
    before = cycle.table("actions").copy()
    follow_up(cycle, on="2026-08-01")
    pd.testing.assert_frame_equal(cycle.table("actions"), before)


def test_an_id_is_the_same_in_every_run_and_tells_actions_apart():
    table = agreed(
        ("ana", "2026-07-01", "Plan", None, None),
        ("ana", "2026-07-01", "Plan", "2026-08-20", "yes"),
        ("ana", "2026-07-02", "Plan", None, None),
        ("bo", "2026-07-01", "Plan", None, None),
        ("ana", "2026-07-01", "plan", None, None),
    ).table("actions")
    ids = with_action_ids(table)["action_id"].tolist()
    # When it is due and whether it was kept do not make it another action.
    assert ids[0] == ids[1] == short_id("ana", "2026-07-01", "Plan")
    assert len(set(ids)) == 4
    assert all(len(one) == 6 and not set(one) & set("aeiou01l") for one in ids)
    assert with_action_ids(TABLES["actions"].empty()).empty


def test_agreements_say_what_was_kept_and_when_it_is_looked_at_again():
    cycle = agreed(
        ("ana", "2026-07-01", "a", None, "partly"), ("bo", "2026-07-01", "b", "2026-07-09", None)
    )
    found = ck.agreements(cycle)
    assert found["until"].dt.strftime("%Y-%m-%d").tolist() == ["2026-07-31", "2026-07-09"]
    assert found["was_kept"].fillna("").tolist() == ["partly", ""]
    shown = ck.table_rows(found)._repr_html_()
    assert "partly kept" in shown


def test_the_sample_team_has_answers_of_three_kinds(team):
    found = follow_up(team, on="2026-02-15")
    assert sorted(found["kept"]) == ["no", "partly", "yes", "yes"]
