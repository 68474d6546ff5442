"""Slides for the leadership: where the team is below what is expected, and themes for training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import pandas as pd

from csmkit.matrix.gap_parts import LEVEL, MANAGER, TEAM, UNKNOWN
from csmkit.matrix.gap_rows import count_in_words
from csmkit.matrix.gap_rows import words as why_none
from csmkit.render.deck.leadership_words import notes_of, said, slide
from csmkit.render.deck.plain import Chart, Content, Grid, Slide
from csmkit.text import clean, missing

Row = Mapping[Any, Any]
EXPECTED, GREEN = "expected", "green"


class Gaps:
    """The team's figures by one measure: below what is expected, else below green.

    Parameters
    ----------
    frame : DataFrame
        From `csmkit.growth.team.team_gaps`.
    measure : str, optional
        ``expected`` or ``green``; if blank, the first of them of which anything is told. Both side
        by side would tell more than each of them: how many are yellow where yellow is expected.
    """

    def __init__(self, frame: pd.DataFrame, measure: str = "") -> None:
        self.frame, self.phase = frame, str(frame.attrs["phase"])
        told = frame["expected_low"].notna().any()
        self.measure = measure or (EXPECTED if told else GREEN)

    @property
    def team(self) -> Sequence[Row]:
        """Rows of the team as a whole."""
        return self.frame[self.frame["group"].eq(TEAM)].to_dict("records")

    @property
    def are_told(self) -> bool:
        """Whether anything is told of the team as a whole."""
        return any(map(self.is_told, self.team))

    @property
    def are_held_back(self) -> bool:
        """Whether a figure of the team is not told, or told as a range alone."""
        return any(not self.is_told(row) or self.more(row) for row in self.team)

    def groups(self, by: str) -> list[str]:
        """The groups of a division of which anything is told."""
        rows = self.frame[self.frame["group"].eq(by)].to_dict("records")
        return [*dict.fromkeys(str(row["value"]) for row in rows if self.is_told(row))]

    def untold(self, by: str) -> dict[str, str]:
        """The groups of a division of which nothing is told, and why."""
        rows = self.frame[self.frame["group"].eq(by) & self.frame["competency"].eq("")]
        there = set(self.groups(by))
        whys: dict[str, dict[str, None]] = {}
        for row in rows[~rows["value"].isin(there)].to_dict("records"):
            whys.setdefault(str(row["value"]), {})[str(row["needs"])] = None
        return {one: "; ".join(filter(None, of)) for one, of in whys.items()}

    def is_told(self, row: Row) -> bool:
        """Whether a row has a figure."""
        return not missing(row[f"{self.measure}_low"])

    def share(self, row: Row) -> float:
        """The share that is below for sure."""
        return int(row[f"{self.measure}_low"]) / int(row["of"])

    def more(self, row: Row) -> float:
        """The share that may be below beside that."""
        low, high = (int(row[f"{self.measure}_{end}"]) for end in ("low", "high"))
        return (high - low) / int(row["of"])

    def count(self, row: Row) -> str:
        """A count as far as it is told, or that it is not."""
        if not self.is_told(row):
            return str(said()["gaps"]["not_told"])
        low, high = (int(row[f"{self.measure}_{end}"]) for end in ("low", "high"))
        return count_in_words(low, high, int(row["of"]))


def pillars(gaps: Gaps) -> Slide:
    """A bar a pillar: the share of colours below, as far as it is told; a row if it is but one."""
    words = said()["gaps"]
    rows = [row for row in gaps.team if not row["competency"] and gaps.is_told(row)]
    each = tuple((clean(row["pillar"]), gaps.count(row)) for row in rows)
    told = "; ".join(f"{pillar} {count}" for pillar, count in each)
    notes = notes_of("pillars", sentence=words["pillars_told"].format(told=told))
    # A single bar has nothing to be compared with.
    grid = Grid((words["pillar"], words["below"][gaps.measure]), each, (4.0, 6.0))
    content: Content = grid if len(rows) == 1 else _bars(gaps, rows)
    return _of_gaps("pillars", gaps, content, words["lead"][gaps.measure], notes)


def _bars(gaps: Gaps, rows: Sequence[Row]) -> Chart:
    words = said()["gaps"]
    values = {
        words["below"][gaps.measure]: ("accent", tuple(map(gaps.share, rows))),
        words["more"]: ("accent-soft", tuple(map(gaps.more, rows))),
    }
    # Where every count is told as it is, there is no more that there may be.
    shown = {name: of for name, of in values.items() if any(of[1]) or name != words["more"]}
    return Chart(
        tuple(clean(row["pillar"]) for row in rows),
        tuple((name, of) for name, (_, of) in shown.items()),
        tuple(colour for colour, _ in shown.values()),
        "share",
    )


def competencies(gaps: Gaps, not_counted: str = "") -> Slide:
    """A row a competency: how many are below, and why not everybody is counted."""
    words = said()["gaps"]
    rows = tuple(
        (clean(row["pillar"]), clean(row["name"]), gaps.count(row))
        for row in gaps.team
        if row["competency"]
    )
    heads = (words["pillar"], words["competency"], words["below"][gaps.measure])
    grid = Grid(heads, rows, (2.4, 4.0, 3.0))
    lead = " ".join(filter(None, (words["lead_each"], not_counted)))
    return _of_gaps("competencies", gaps, grid, lead)


def levels(gaps: Gaps, there: Sequence[str] = ()) -> Slide | None:
    """A column a level, a row a pillar; None where nothing is told of any level.

    Parameters
    ----------
    gaps : Gaps
        By level.
    there : sequence of str
        The levels that people have: why one has no column is said above.
    """
    words = said()["gaps"]
    labels = {one: _level(one) for one in gaps.groups(LEVEL)}
    scored = gaps.untold(LEVEL)
    without = {one: scored.get(one, why_none()["nobody"]) for one in there if one not in labels}
    told = "; ".join(words["without"].format(level=_level(o), why=w) for o, w in without.items())
    more = words["no_column"].format(levels=told) if told else ""
    return _by_group("levels", gaps, labels, more)


def _level(one: str) -> str:
    return str(said()["gaps"]["levels"].get(one, clean(one)))


def teams(gaps: Gaps) -> Slide | None:
    """A column a team, a row a pillar; None where nothing is told of any team.

    Teams are numbered in an order that follows neither names nor figures.
    """
    words = said()["gaps"]
    shuffled = sorted(gaps.groups(MANAGER), key=lambda one: sha256(one.encode()).hexdigest())
    labels = {
        one: words["no_team"] if one == UNKNOWN else words["team"].format(number=number)
        for number, one in enumerate(shuffled, 1)
    }
    more = words["no_column_teams"] if gaps.untold(MANAGER) else ""
    return _by_group("managers", gaps, labels, more)


def themes(found: pd.DataFrame, gaps: Gaps) -> Slide:
    """What many could train together: why, and what the matrix suggests to practise.

    Parameters
    ----------
    found : DataFrame
        All themes, from `csmkit.growth.themes.training_themes`; the first of them have a row.
    gaps : Gaps
        The figures that they stand on, by what is expected.
    """
    words = said()["themes"]
    rows = tuple(
        (clean(row["name"]), clean(row["told"]), clean(row["practice"]) or words["no_practice"])
        for row in found.head(words["most"]).to_dict("records")
    )
    heads = (words["theme"], words["why"], words["practice"])
    others = {
        "more": [clean(name) for name in found["name"].iloc[words["most"] :]],
        "untold": [
            clean(row["name"]) for row in gaps.team if row["competency"] and not gaps.is_told(row)
        ],
    }
    lead = [words["lead"], *(_some_of(names, key) for key, names in others.items() if names)]
    notes = [notes_of("themes")]
    for key, names in others.items():
        if len(names) > words["named"]:
            notes.append(words[f"notes_{key}"].format(names=", ".join(names)))
    grid = Grid(heads, rows, (2.8, 1.8, 5.4))
    return slide("themes", grid, lead=" ".join(lead), notes="\n".join(notes))


def _some_of(names: Sequence[str], key: str) -> str:
    """How many there are, and the first of them by name; all if they are few."""
    words = said()["themes"]
    few = len(names) <= words["named"]
    count = "1 competency" if len(names) == 1 else f"{len(names):,} competencies"
    return str(words[key if few else f"{key}_some"]).format(
        count=count, names=", ".join(names[: words["named"]])
    )


def _of_gaps(key: str, gaps: Gaps, content: Content, lead: str, notes: str = "") -> Slide:
    """A slide whose title says what is counted, and whose lead says whose colours they are."""
    title = said()["titles"][key].format(below=said()["gaps"]["below"][gaps.measure])
    whose = said()["gaps"]["whose"][gaps.phase]
    return Slide(key, title, content, notes or notes_of(key), f"{whose} {lead}")


def _by_group(key: str, gaps: Gaps, labels: Mapping[str, str], more: str) -> Slide | None:
    if set(labels) <= {UNKNOWN}:
        return None
    words, frame = said()["gaps"], gaps.frame
    of_pillars = frame[frame["competency"].eq("")].to_dict("records")
    cells = {(row["value"], row["pillar"]): row for row in of_pillars}
    rows = tuple(
        (clean(pillar), *(gaps.count(cells[one, pillar]) for one in labels))
        for pillar in dict.fromkeys(frame["pillar"])
    )
    grid = Grid((words["pillar"], *labels.values()), rows, (2.6, *(2.2 for _ in labels)))
    return _of_gaps(key, gaps, grid, " ".join(filter(None, (words[f"lead_{key}"], more))))
