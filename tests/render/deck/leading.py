"""Teams whose deck for the leadership is looked at, and what to look for in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.render.deck.coaching_scan import texts_of as said_on
from csmkit.render.deck.leadership import leadership_slides
from csmkit.schema import TABLES

PERIOD = Period.of("2026-01-01", "2026-06-30")


def made_team(groups: dict[tuple[str, str], int], values: list[str], number: int = 3) -> Cycle:
    """A team of so many in each level and under each manager, scored on the same competencies.

    Each person has the next value on each competency, in turn.
    """
    people = [
        {"person_id": f"p{at}", "name": f"Xq {at}", "role": "csm", "level": level, "manager_id": m}
        for at, (level, m) in enumerate(key for key, n in groups.items() for _ in range(n))
    ]
    scores = [
        {"person_id": one["person_id"], "rater_id": one["manager_id"], "phase": "manager"}
        | {"competency": f"skill_{n}", "value": values[(at + n) % len(values)]}
        | {"at": pd.Timestamp("2026-06-20")}
        for at, one in enumerate(people)
        for n in range(number)
    ]
    bosses = sorted({m for _, m in groups})
    people += [{"person_id": m, "name": f"Boss {m}", "role": "manager"} for m in bosses]
    tables = {"people": pd.DataFrame(people), "ratings": pd.DataFrame(scores)}
    return Cycle({name: TABLES[name].conform(one) for name, one in tables.items()}, PERIOD)


def keys(cycle: Cycle, **given) -> list[str]:
    return [slide.key for slide in leadership_slides(cycle, **given)]


def limits(cycle: Cycle, **given) -> str:
    return "\n".join(said_on(leadership_slides(cycle, **given)[-1]))


def row_of(frame: pd.DataFrame, **about: str) -> pd.Series:
    return frame[np.logical_and.reduce([frame[k].eq(v) for k, v in about.items()])].iloc[0]


def half_a_year_earlier(team: Cycle, value: str = "") -> Cycle:
    rows = team.table("ratings")
    earlier = rows.assign(at=rows["at"] - pd.Timedelta(days=181), matrix=None)
    if value:
        earlier["value"] = earlier["value"].mask(earlier["competency"].ne("overall"), value)
    tables = {**team.tables, "ratings": TABLES["ratings"].conform(earlier)}
    return Cycle(tables, Period.of("2025-07-01", "2025-12-31"), "EUR")
