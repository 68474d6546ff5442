"""What the browser is told of one person's matrix: who, which book, which rows, which cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.compute.people import ELSE
from csmkit.cycle import Book, Cycle
from csmkit.errors import UsageError
from csmkit.names import nearest
from csmkit.panels.scoring_book import book_state
from csmkit.panels.scoring_evidence import Evidence
from csmkit.panels.scoring_words import words
from csmkit.schema import TABLES
from csmkit.text import clean, missing

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Competency, Matrix
    from csmkit.panels.own_scores import Own

PHASES = TABLES["ratings"]["phase"].values
_KEYS = {"person_id": "id", "email": "mail", "name": "name"}
NOTE_MOST = 10_000
"""How many characters a note, or an item's text, may have."""


def somebody(cycle: Cycle, text: str, *, what: str) -> dict[str, Any]:
    """The row of ``people`` an argument names, by id, mail, or a name that only one person has.

    Raises
    ------
    UsageError
        If nobody has it, and names those whose spelling is nearest; or if several have the name.
    """
    people = cycle.table("people").drop_duplicates("person_id")
    wanted = str(text).strip().lower()
    for column in ("person_id", "email", "name"):
        hit = people[people[column].str.lower() == wanted]
        if len(hit) > 1:
            raise UsageError(
                f"{what} is {text!r}, and {len(hit)} people have that {_KEYS[column]}.",
                f"Use an id: {', '.join(hit['person_id'])}.",
            )
        if len(hit):
            return {str(k): v for k, v in hit.iloc[0].items()}
    known = list(dict.fromkeys([*people["person_id"], *people["email"].dropna()]))
    near = nearest(wanted, known)
    raise UsageError(
        f"{what} is {text!r}, and nobody in this export has that id, mail or name.",
        f"Did you mean: {', '.join(near)}?" if near else "Give one that it has.",
    )


def checked_people(
    cycle: Cycle, *, rater: str, csm: str, phase: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of who scores and who is scored.

    Raises
    ------
    UsageError
        If somebody or the phase is unknown, or they do not fit each other.
    """
    if phase not in PHASES:
        raise UsageError(f"phase is {phase!r}.", f"It can be: {', '.join(PHASES)}.")
    person = somebody(cycle, csm, what="csm")
    if person["person_id"] not in set(cycle.subjects["person_id"]):
        raise UsageError(
            f"csm is {csm!r}, who has the role {person['role']} and no matrix here.",
            f"It can be: {', '.join(cycle.subjects['person_id'].head(5))} …",
        )
    scorer = somebody(cycle, rater, what="rater")
    same = scorer["person_id"] == person["person_id"]
    if phase == "self" and not same:
        raise UsageError(
            f"In the phase self, {person['person_id']} is scored by {scorer['person_id']}.",
            "Give the same person as rater and csm, or another phase.",
        )
    if phase != "self" and same:
        raise UsageError(
            f"In the phase {phase}, {person['person_id']} is scored by themself.",
            'Give another rater, or phase="self".',
        )
    return scorer, person


def shown_state(
    cycle: Cycle, matrix: Matrix, evidence: Evidence, person: dict[str, Any]
) -> dict[str, Any]:
    """What stays as it is while a person is scored; text of the export is cleaned."""
    said, who = words(), str(person["person_id"])
    manager = person["manager_id"]
    level = person["level"] if person["level"] in said["levels"] else "unknown"
    on_file = evidence.on_file()
    return {
        "person": {
            "name": clean(person["name"]),
            "role": said["roles"].get(person["role"], ""),
            "level": said["levels"][level],
            "manager": "" if missing(manager) else Names(cycle)[manager],
        },
        "days": [f"{cycle.period.start:%Y-%m-%d}", f"{cycle.period.end:%Y-%m-%d}"],
        "book": book_state(cycle, who),
        "rows": [_row(c, level, on_file.get(c.id, 0)) for c in matrix.competencies],
        "pillars": list(matrix.pillars),
        "rules": list(matrix.rules),
        "accounts": _accounts(evidence),
        "keys": [[k["keys"], k["does"]] for k in said["keys"]],
        "most": NOTE_MOST,
    }


def _row(competency: Competency, level: str, on_file: int) -> dict[str, Any]:
    expected = competency.expected.get(level)
    return {
        "id": competency.id,
        "pillar": competency.pillar,
        "name": competency.name,
        "about": competency.about,
        "book": words()["book"][competency.book],
        "linked": competency.book != "independent",
        "strong": list(competency.strong),
        **{colour: list(competency.indicators(colour)) for colour in ("red", "yellow", "green")},
        "guide": [competency.ask, competency.practice, competency.progress],
        "expected": {"colour": expected.colour, "text": expected.text} if expected else None,
        "not_expected": competency.not_expected,
        "on_file": on_file,
    }


def _accounts(evidence: Evidence) -> list[list[str]]:
    """The accounts an item may be about: those owned in the period, by name."""
    named = [[account, evidence.rows.account(account)] for account in evidence.accounts()]
    return sorted(named, key=lambda pair: pair[1].casefold())


class Names:
    """People's names by id; somebody who is not in this slice is somebody else."""

    def __init__(self, cycle: Cycle) -> None:
        people = cycle.table("people")
        named = zip(people["person_id"], people["name"], strict=True)
        self._names = {str(person): clean(name) for person, name in named}
        self._slice = isinstance(cycle, Book)

    def __getitem__(self, person_id: str) -> str:
        return self._names.get(person_id) or (ELSE if self._slice else clean(person_id))


def cell_of(names: Names, row: Own, dated: Iterable[str] = ()) -> dict[str, Any]:
    """One row as the browser shows it; ``dated`` are the items cited that have a day."""
    return {
        "value": row.value,
        "evidence": list(row.evidence_ids),
        "dated": list(dated),
        "note": row.note,
        "revision": row.revision,
        "at": row.at,
        "day": row.day,
        "who": names[row.who],
        "writer": row.who,
    }


def split_ids(text: Any) -> list[str]:
    """The ids of a list written with semicolons."""
    return [] if missing(text) else [i.strip() for i in str(text).split(";") if i.strip()]


def history_of(names: Names, rows: pd.DataFrame, export: Own | None) -> list[dict[str, Any]]:
    """Every change of one cell, the newest first; what the export has of it comes last."""
    told: list[dict[str, Any]] = []
    before = ""
    if export is not None:
        before = export.value
        told.append({**cell_of(names, export), "old": "", "new": before, "export": True})
    for row in rows.sort_values("revision").to_dict("records"):
        first = row["revision"] == 1
        told.append(
            {
                "at": pd.Timestamp(row["at"]).isoformat(),
                "who": names[str(row["who"])],
                # The store's first row knows nothing of the export it was made over.
                "old": before if first else row["old"],
                "new": row["value"],
                "note": row["note"],
                "evidence": split_ids(row["evidence_ids"]),
            }
        )
    return told[::-1]
