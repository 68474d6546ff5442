"""How a meeting is run: whom it is about and in which order, who takes part, how long."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import pandas as pd

from csmkit.compute.outcomes import too_new
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.matrix.levels import levels_given
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.standing import matrix_standing

ALL, OUTLIERS = "all", "outliers"
RULES = (ALL, OUTLIERS)
GAP, UNSUPPORTED, PROPOSED, NEW = "gap", "unsupported", "proposed", "new"
WHY = (GAP, UNSUPPORTED, PROPOSED, NEW)
LARGEST = 4
"""One in so many of those scored, and never fewer than one: the largest gaps are theirs."""
APART_STEPS = 0.25
"""Of the competencies both gave a colour, the mean of steps apart that a gap has at least."""
UNSUPPORTED_SHARE = 0.5
"""Of the colours given, the share without a dated item that makes them unsupported."""
_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What was settled before a meeting; it names nobody.

    Attributes
    ----------
    rule : str
        ``all`` or ``outliers``.
    seed : int
        What the order was shuffled with.
    minutes : float
        For each person.
    proposer_last : bool
        Whether whoever proposes a rating speaks last.
    matrix : str
        Digest of the matrix; blank if unknown.
    matrix_label : str
        Its name and version.
    inputs : tuple of tuple of str
        Name and SHA-256 of each file the export was read from.
    kit : str
        csmkit's version.
    guideline : dict of str to float
        Share of each level that somebody suggests; shown as information, never applied.
    """

    rule: str = ALL
    seed: int = 0
    minutes: float = 6.0
    proposer_last: bool = True
    matrix: str = ""
    matrix_label: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    kit: str = ""
    guideline: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise UsageError(f"The agenda is {self.rule!r}.", f"It can be: {', '.join(RULES)}.")
        if not 0 < self.minutes <= 240:
            raise UsageError(
                f"{self.minutes:g} minutes for each person cannot be planned.",
                "Give more than 0 and at most 240.",
            )

    @property
    def text(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Self:
        """A stored plan; what a later csmkit added is left out."""
        known: dict[str, Any] = json.loads(text)
        names = {name: known[name] for name in cls.__slots__ if name in known}
        names["inputs"] = tuple((str(a), str(b)) for a, b in names.get("inputs", ()))
        return cls(**names)


def new_seed() -> int:
    """A seed by chance, short enough to be read aloud."""
    return random.SystemRandom().randrange(_SEEDS)


def agenda(cycle: Cycle, matrix: Matrix, *, rule: str = ALL, seed: int = 0) -> pd.DataFrame:
    """Who is talked about, in an order that is shuffled and knows no rating.

    Parameters
    ----------
    cycle : Cycle
        The team, with the scores laid over it (`Store.overlay` with ``live=True``).
    matrix : Matrix
        What it is scored by.
    rule : str
        ``all``, or ``outliers``: those of whom `reasons` says why.
    seed : int
        The same people and seed give the same order.

    Returns
    -------
    DataFrame
        person_id, position (from 1), why (keys of `WHY`, joined by ``;``).
    """
    why = reasons(cycle, matrix)
    people = sorted(why if rule == ALL else [who for who, keys in why.items() if keys])
    random.Random(seed).shuffle(people)  # noqa: S311 - an order by lot, no secret
    return pd.DataFrame(
        {
            "person_id": pd.Series(people, dtype="str"),
            "position": range(1, len(people) + 1),
            "why": pd.Series([";".join(why[who]) for who in people], dtype="str"),
        }
    )


def reasons(cycle: Cycle, matrix: Matrix) -> dict[str, list[str]]:
    """Why each person should be talked about; an empty list where nothing stands out.

    - ``gap``: self and manager differ by a quarter of a step or more on the mean of the
      competencies that both gave a colour, and as much as the quarter of the team that differs
      most.
    - ``unsupported``: half or more of the manager's colours cite no dated item, and as many as of
      the quarter of the team with the most.
    - ``proposed``: a final value is on record that differs from the manager's.
    - ``new``: in the role for less than 90 days at the period's end: too new to rate on outcomes.
    """
    rows = matrix_standing(cycle, matrix, phase="manager")
    levels, newcomers = _levels_proposed(cycle), too_new(cycle)
    gap = _largest(rows.groupby("person_id")["apart"].agg(_mean_steps), APART_STEPS)
    colours = rows[rows["value"].notna() & rows["value"].ne("not_observed")]
    bare = _largest(colours.groupby("person_id")["unsupported"].mean(), UNSUPPORTED_SHARE)
    drafted = rows["final"].notna() & rows["manager"].notna() & rows["final"].ne(rows["manager"])
    is_so = {
        GAP: gap,
        UNSUPPORTED: bare,
        PROPOSED: levels | set(rows.loc[drafted, "person_id"]),
        NEW: newcomers,
    }
    return {
        str(who): [key for key, people in is_so.items() if who in people]
        for who in cycle.subjects["person_id"]
    }


def _mean_steps(apart: pd.Series) -> float:
    """How many steps self and manager lie apart, on the mean of the competencies both scored."""
    return float(apart.abs().mean()) if apart.notna().any() else 0.0


def _largest(share: pd.Series, least: float) -> set[str]:
    """Those with at least so much, and as much as the quarter of all that has most; ties count."""
    if share.empty:
        return set()
    edge = share.nlargest(max(1, len(share) // LARGEST)).iloc[-1]
    return {str(who) for who in share.index[(share >= least) & (share >= edge)]}


def _levels_proposed(cycle: Cycle) -> set[str]:
    """Whose final overall level on record is none of those their managers gave."""
    given = levels_given(cycle)
    final = given[given["phase"].eq("final")].set_index("person_id")["value"]
    of_managers = given[given["phase"].eq("manager")].groupby("person_id")["value"].agg(set)
    return {str(p) for p, value in final.items() if value not in of_managers.get(p, {value})}
