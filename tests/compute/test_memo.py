"""A frame is worked out once per cycle, and every caller gets their own."""

import pandas as pd

from csmkit.compute.memo import per_cycle
from csmkit.cycle import Cycle
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
