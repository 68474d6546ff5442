"""A frame is worked out once per cycle, and every caller gets their own."""

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.memo import per_cycle, per_tables, with_period
from tests.compute.helpers import cycle_of, owned

asked: list[str] = []


@per_cycle
def figures(cycle: Cycle, *, rule: str = "plain") -> pd.DataFrame:
    asked.append(rule)
    return pd.DataFrame({"rule": [rule]})


def test_once_per_cycle_and_question():
    asked.clear()
    one = cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))
    figures(one)
    figures(one, rule="plain")
    figures(one, rule="other")
    figures(one.with_tables())
    assert asked == ["plain", "other", "plain"]


def test_what_one_caller_does_to_the_frame_is_not_seen_by_the_next():
    one = cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))
    mine = figures(one)
    mine.loc[0, "rule"] = "changed"
    assert figures(one)["rule"].tolist() == ["plain"]


@per_tables
def names(cycle: Cycle) -> pd.DataFrame:
    asked.append("names")
    return cycle.table("people")[["name"]]


def test_what_no_period_changes_is_kept_for_another_period():
    asked.clear()
    one = cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))
    figures(one)
    names(one)
    other = with_period(one, Period.of("2025-07-01", "2025-12-31"))
    figures(other)
    names(other)
    assert asked == ["plain", "names", "plain"]
    assert other.period.days == 184
