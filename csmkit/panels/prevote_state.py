"""What the browser is told of the people to vote on: who they are, and their book in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from csmkit.compute.criteria import LEVELS, criteria
from csmkit.compute.standing import headline
from csmkit.cycle import Cycle
from csmkit.panels.heatmap_people import People
from csmkit.panels.level_state import case_mix_of, levels_state
from csmkit.panels.meeting_mask import Mask
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import refused, texts
from csmkit.text import clean


class Voted:
    """The people a rater votes on, in the export's order, or by numbers that tell nothing.

    Parameters
    ----------
    cycle : Cycle
        The team.
    rater : str
        Whose own row is left out.
    only : iterable of str
        Ids, mails or names of those who are shown; all if empty.
    masked : bool
        Numbers in the place of names.

    Attributes
    ----------
    ids : dict
        person_id by row key.

    Raises
    ------
    UsageError
        If ``only`` names somebody who is not scored, or nobody is left.
    """

    def __init__(self, cycle: Cycle, *, rater: str, only: Iterable[str], masked: bool) -> None:
        self.people = People(cycle, without=rater)
        self.masked = masked
        wanted = _wanted(cycle, only)
        order = self.people.in_order(masked=masked)
        shown = [i for i in order if not wanted or i in wanted]
        if not shown:
            raise refused("prevote", "nobody", name=self.people.label(rater, masked=False))
        self.ids = {self.people.keys[i]: i for i in shown}
        self._mask = Mask(cycle, self.people) if masked else None
        # Told by the label from the start: a name that several have would stand for one of them.
        self._cycle = _relabelled(cycle, self.people) if masked else cycle

    def label(self, person_id: str) -> str:
        """Somebody as this panel names them."""
        return self.people.label(person_id, masked=self.masked)

    def rows(self) -> list[dict[str, str]]:
        """Each person: key, name, role, level, manager, book (a sentence or two)."""
        return [
            {**self.people.row(i, masked=self.masked), "book": self._book(i)}
            for i in self.ids.values()
        ]

    def criteria(self, key: str) -> list[dict[str, Any]]:
        """What each level asks of a person's role, with the figures; as `levels_state` gives it."""
        who = self.ids[key]
        levels = levels_state(self._cycle, who, case_mix=case_mix_of(self._cycle, who))
        shown: list[dict[str, Any]] = self.hide(levels)
        return shown

    def hide(self, state: Any) -> Any:
        """What may be shown as it is, or with labels in the place of names."""
        return self._mask.state(state) if self._mask else state

    def _book(self, who: str) -> str:
        told = clean(headline(self._cycle, person_id=who))
        # The name is beside it already.
        rest = told.removeprefix(clean(self._cycle.person(who)["name"])).lstrip()
        return str(self.hide(rest[:1].upper() + rest[1:]))


def levels_shown() -> list[dict[str, str]]:
    """The levels as they are chosen: value, label, short."""
    said = texts("prevote")["short"]
    labels = criteria()["level"]
    return [{"value": v, "label": labels[v]["label"], "short": said[v]} for v in LEVELS]


def _wanted(cycle: Cycle, only: Iterable[str]) -> set[str]:
    given = [only] if isinstance(only, str) else list(only)
    scored = set(cycle.subjects["person_id"])
    wanted = set()
    for one in given:
        who = str(somebody(cycle, one, what="only")["person_id"])
        if who not in scored:
            raise refused("prevote", "only", name=one)
        wanted.add(who)
    return wanted


def _relabelled(cycle: Cycle, people: People) -> Cycle:
    """The team with everybody's label as their name."""
    table = cycle.table("people")
    labels = [people.label(i, masked=True) for i in table["person_id"]]
    return cycle.with_tables(people=table.assign(name=labels))
