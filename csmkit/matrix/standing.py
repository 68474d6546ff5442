"""A person's values beside the matrix: indicators met, evidence cited, self against manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.matrix.gaps import PHASES, STEPS, shown_ratings
from csmkit.matrix.matrix import Competency, Matrix
from csmkit.matrix.model import matrix_of
from csmkit.memo import per_cycle
from csmkit.names import one_id_a_row

KEYS = ["person_id", "competency"]
VALUES = (*STEPS, "not_observed")
COLUMNS = [
    *("person_id", "pillar", "competency", "name", *PHASES, "value", "apart", "expected"),
    *("not_expected", "indicators", "cited", "on_file", "unsupported", "note"),
]
_WORDS = ("person_id", "pillar", "competency", "name", "expected", "not_expected")
COVERAGE = [
    *("person_id", "of", "scored", "not_observed", "colours", "dated", "unsupported", "lacking"),
]
_FEW = 3


@per_cycle
def dated_items(cycle: Cycle) -> pd.DataFrame:
    """Evidence dated inside the period that is not private to its author."""
    items = cycle.table("evidence")
    items = items[~items["private"].fillna(False).astype(bool)]
    return items[items["date"].between(cycle.period.start, cycle.period.end)]


@per_cycle
def last_values(cycle: Cycle, phase: str = "") -> pd.DataFrame:
    """The values that stand in a phase; if blank, of each person's last phase with any.

    Returns
    -------
    DataFrame
        The columns of ratings, indexed by person_id and competency. A level given for the whole is
        no value of a competency.
    """
    shown = {name: shown_ratings(cycle, name) for name in ((phase,) if phase else PHASES)}
    every = pd.concat([of.assign(phase=name) for name, of in shown.items()])
    every = every[every["value"].isin(VALUES)]
    place = every["phase"].map(PHASES.index)
    last = place.groupby(every["person_id"]).transform("max")
    return every[place.eq(last)].set_index(KEYS)


@per_cycle
def matrix_standing(cycle: Cycle, matrix: Matrix | None = None, *, phase: str = "") -> pd.DataFrame:
    """The matrix with what each person was given, and what it stands on.

    Parameters
    ----------
    cycle : Cycle
        The team, or one person's book.
    matrix : Matrix, optional
        What it is scored by, else `matrix_of` the cycle; a person's role has its own variant.
    phase : str
        ``manager``, ``final`` or ``self``: whose value the indicators and the evidence are of; if
        blank, for each person the last of self, manager, final in which they were scored.

    Returns
    -------
    DataFrame
        One row for each person and competency: person_id, pillar, competency (id), name, self,
        manager, final (blank where nobody scored), value (that of ``phase``), apart (steps that
        self lies above manager; missing unless both gave a colour), expected (colour of the
        person's level), not_expected (why the role is not scored on it), indicators (the lines of
        the colour, one a line), cited (items cited that can be shown and are dated inside
        the period), on_file (such items that name the competency), unsupported (a colour without
        such an item), note.
    """
    matrix, stands = matrix or matrix_of(cycle), last_values(cycle, phase)
    shown = {name: shown_ratings(cycle, name).set_index(KEYS) for name in PHASES}
    items = dated_items(cycle)
    told = pd.concat(
        [
            *(of["value"].rename(name) for name, of in shown.items()),
            stands[["value", "note"]],
            _cited(stands, items),
            _on_file(items),
        ],
        axis=1,
    )
    people = cycle.subjects.drop_duplicates("person_id").to_dict("records")
    roles = {role: matrix.for_role(role) for role in {str(who["role"]) for who in people}}
    asked = [(who, c) for who in people for c in roles[str(who["role"])].competencies]
    rows = pd.DataFrame([_words(who, c) for who, c in asked], columns=[*_WORDS])
    rows = rows.merge(told.rename_axis(KEYS).reset_index(), on=KEYS, how="left")
    # A phase that nobody scored has no text to tell its dtype by.
    rows = rows.astype(dict.fromkeys((*PHASES, "value", "note"), "str"))
    rows["indicators"] = [
        "\n".join(c.indicators(value)) if value in STEPS else ""
        for (_, c), value in zip(asked, rows["value"], strict=True)
    ]
    mine, theirs = (rows[name].map(STEPS).astype("float64") for name in ("self", "manager"))
    rows["apart"] = mine - theirs
    counts = ["cited", "on_file"]
    rows[counts] = rows[counts].fillna(0).astype("int64")
    rows["unsupported"] = rows["value"].isin(list(STEPS)) & rows["cited"].eq(0)
    return rows[COLUMNS]


@per_cycle
def matrix_coverage(
    cycle: Cycle, matrix: Matrix | None = None, *, phase: str = "", without: str = ""
) -> pd.DataFrame:
    """How much of the matrix is scored for each person, and how much of it stands on evidence.

    Parameters
    ----------
    cycle, matrix, phase
        As `matrix_standing` takes them.
    without : str, optional
        Who looks, by id or mail: nobody sees their own row.

    Returns
    -------
    DataFrame
        person_id, of (competencies the role is scored on, and any scored beside them), scored
        (with any value), not_observed, colours, dated (colours with a dated item), unsupported
        (names of the competencies whose colour has none, joined by ``;``), lacking (the same in
        short: a few names, all but a few, or a count).
    """
    rows = matrix_standing(cycle, matrix, phase=phase)
    if without:
        rows = rows[rows["person_id"] != cycle.person(without)["person_id"]]
    found = []
    for person, of in rows.groupby("person_id", sort=False):
        given = of["value"].notna()
        colours = of["value"].isin(list(STEPS))
        bare, held = (
            of.loc[which, "name"] for which in (of["unsupported"], colours & ~of["unsupported"])
        )
        found.append(
            {
                "person_id": person,
                "of": int((given | of["not_expected"].eq("")).sum()),
                "scored": int(given.sum()),
                "not_observed": int(of["value"].eq("not_observed").sum()),
                "colours": int(colours.sum()),
                "dated": int((colours & ~of["unsupported"]).sum()),
                "unsupported": "; ".join(bare),
                "lacking": in_short(list(bare), others=list(held)),
            }
        )
    return pd.DataFrame(found, columns=COVERAGE)


def in_short(names: list[str], *, others: list[str]) -> str:
    """Names of some out of all: a few of them, all but a few, or how many.

    Examples
    --------
    >>> in_short(["Advocacy"], others=["QBR craft", "Planning"])
    'only: Advocacy'
    >>> in_short(list("abcdef"), others=["QBR craft"])
    'all but: QBR craft'
    >>> in_short(list("abcd"), others=list("efgh"))
    '4 of 8'
    """
    if not names:
        return ""
    if not others:
        return f"all {len(names)}"
    if len(names) <= _FEW:
        return f"only: {'; '.join(names)}"
    if len(others) <= _FEW:
        return f"all but: {'; '.join(others)}"
    return f"{len(names)} of {len(names) + len(others)}"


def _words(who: Mapping[Any, Any], competency: Competency) -> dict[str, str]:
    expected = competency.expected.get(str(who["level"]))
    return {
        "person_id": str(who["person_id"]),
        "pillar": competency.pillar,
        "competency": competency.id,
        "name": competency.name,
        "expected": expected.colour if expected and not competency.not_expected else "",
        "not_expected": competency.not_expected,
    }


def _cited(shown: pd.DataFrame, items: pd.DataFrame) -> pd.Series:
    """How many items dated inside the period each rating cites."""
    each = one_id_a_row(shown.reset_index(), "evidence_ids", name="evidence_id")
    known = each.merge(items[["person_id", "evidence_id"]].drop_duplicates())
    return known.groupby(KEYS).size().rename("cited")


def _on_file(items: pd.DataFrame) -> pd.Series:
    """How many items name each competency."""
    return (
        one_id_a_row(items, "competencies", name="competency")
        .groupby(KEYS)
        .size()
        .rename("on_file")
    )
