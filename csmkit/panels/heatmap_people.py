"""Who is on the heatmap, by numbers that stand for them whether names are masked or not."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.compute.people import with_names
from csmkit.cycle import Cycle
from csmkit.panels.heatmap_words import words
from csmkit.text import clean, missing

_ROLES = {"csm": "CSM", "onboarding": "Onboarding", "cs_ops": "CS operations"}
_LEVELS = {"ramping": "Ramping", "mid": "Mid-level", "senior": "Senior"}


class People:
    """The people rated, but for whoever looks, and everybody's label.

    Attributes
    ----------
    ids : dict
        person_id by row key, in the export's order. Keys are the numbers that masking gives, so
        that they tell nothing by themselves.
    keys : dict
        Row key by person_id.
    roles, levels : dict
        By person_id; blank where the export has none.
    """

    def __init__(self, cycle: Cycle, *, without: str = "") -> None:
        everybody = cycle.table("people").drop_duplicates("person_id")
        masked = with_names(cycle, everybody[["person_id"]], mask=True)["name"]
        shown = with_names(cycle, everybody[["person_id"]])["name"]
        # Masking changes the order of rows; their index tells whose they are.
        masked = masked.reindex(everybody.index)
        ids = everybody["person_id"].astype("str")
        self._masked = dict(zip(ids, masked.astype("str"), strict=True))
        self._names = {i: clean(name) for i, name in zip(ids, shown, strict=True)}
        subjects = cycle.subjects.drop_duplicates("person_id")
        subjects = subjects[subjects["person_id"] != without]
        self._rows = {str(row["person_id"]): row for row in subjects.to_dict("records")}
        self.keys = {i: self._masked[i].removeprefix("Person ") for i in self._rows}
        self.ids = {key: i for i, key in self.keys.items()}
        self.roles = {i: _text(row["role"]) for i, row in self._rows.items()}
        self.levels = {i: _text(row["level"]) for i, row in self._rows.items()}
        self.managers = {i: _text(row["manager_id"]) for i, row in self._rows.items()}

    def label(self, person_id: Any, *, masked: bool) -> str:
        """Somebody's name, or their number; whoever is not of the team by their id."""
        who = _text(person_id)
        if masked:
            return self._masked.get(who, words()["masked"]["somebody"]) if who else ""
        return self._names.get(who, clean(who))

    def in_order(self, *, masked: bool) -> list[str]:
        """The ids of the rows: as in the export, or by number, which tells nothing."""
        ids = list(self._rows)
        return sorted(ids, key=lambda i: int(self.keys[i])) if masked else ids

    def row(self, person_id: str, *, masked: bool) -> dict[str, str]:
        """What is shown of a person; of a masked one only numbers."""
        plain = {
            "key": self.keys[person_id],
            "name": self.label(person_id, masked=masked),
            "manager": self.label(self.managers[person_id], masked=masked),
        }
        if masked:
            return {**plain, "level": "", "role": ""}
        level, role = self.levels[person_id], self.roles[person_id]
        return {**plain, "level": _LEVELS.get(level, level), "role": _ROLES.get(role, role)}


def _text(value: Any) -> str:
    return "" if missing(value) else str(value)


def first_by(frame: pd.DataFrame, column: str) -> dict[tuple[str, str], Any]:
    """A column by person and competency."""
    keys = zip(frame["person_id"], frame["competency"], strict=True)
    return dict(zip(keys, frame[column], strict=True))
