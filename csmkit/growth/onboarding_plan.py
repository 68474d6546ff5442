"""The onboarding plan: what a new person learns in the first 30, 60 and 90 days, by competency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from csmkit.cycle import DAY
from csmkit.errors import UsageError
from csmkit.growth.plan_goals import CHECK_DAYS
from csmkit.growth.plan_texts import a_day, listed, says, working_day
from csmkit.matrix.matrix import NOT_OBSERVED, Competency, Expectation, Matrix
from csmkit.schema import PACKET_ROLES
from csmkit.text import clean

NEW = "ramping"


@dataclass(frozen=True, slots=True)
class Step:
    """One competency of an onboarding plan.

    Attributes
    ----------
    competency : Competency
        As it is meant for the role.
    expected : Expectation or None
        Of a new person; None where the matrix does not say.
    shadow : str
        What to look for beside a colleague, whose name is left blank.
    check : str
        What is asked at the end of its part.
    """

    competency: Competency
    expected: Expectation | None
    shadow: str
    check: str


@dataclass(frozen=True, slots=True)
class Part:
    """A third of the plan.

    Attributes
    ----------
    days : int
        30, 60 or 90: its last day.
    title, day : str
        What it is called; the day of its check, as YYYY-MM-DD, blank without a first day.
    steps : tuple of Step
        What is learned in it.
    """

    days: int
    title: str
    day: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class OnboardingPlan:
    """What a new person learns by when.

    Attributes
    ----------
    role, name, start : str
        The role; the person's name and the first day, as YYYY-MM-DD: blank where not given.
    matrix : str
        The matrix's name and version.
    rule : str
        By what competencies are in one part or another.
    parts : tuple of Part
        Days 1 to 30, 31 to 60, 61 to 90.
    lacking : tuple of str
        Why something is not there.
    """

    role: str
    name: str
    start: str
    matrix: str
    rule: str
    parts: tuple[Part, ...]
    lacking: tuple[str, ...]


def onboarding_plan(
    matrix: Matrix,
    *,
    role: str = "csm",
    name: str = "",
    start: Any = None,
    days: Mapping[str, int] | None = None,
) -> OnboardingPlan:
    """What a new person learns in the first 30, 60 and 90 days, from a matrix.

    First comes what is expected in full (green) of the level ramping, then what does not depend on
    the book, last what needs accounts of one's own; in this order, and the matrix's inside it,
    they are cut into three parts of the same length. What is not observed at that level yet is
    named as something to watch.

    Parameters
    ----------
    matrix : Matrix
        From `csmkit.read_matrix`.
    role : str
        ``csm``, ``onboarding`` or ``cs_ops``: whose variants count.
    name : str
        The new person's name; blank if it is for anybody.
    start : str or date, optional
        The first day, as YYYY-MM-DD; without it the plan has no dates.
    days : mapping of str to int, optional
        30, 60 or 90 by the id of a competency, where a company wants it otherwise.

    Raises
    ------
    UsageError
        If there is no such role, ``start`` is no day, or ``days`` names no competency of the matrix
        or other days.

    Examples
    --------
    >>> from csmkit.matrix.read import read_matrix
    >>> plan = onboarding_plan(read_matrix(), start="2026-09-01")
    >>> [(part.day, len(part.steps)) for part in plan.parts]
    [('2026-10-01', 6), ('2026-11-02', 6), ('2026-11-30', 5)]
    """
    if role not in PACKET_ROLES:
        raise UsageError(f"There is no role {role!r}.", f"Give one of: {', '.join(PACKET_ROLES)}.")
    given = dict(days or {})
    _fits(given, matrix)
    first = None if start is None else a_day(start, "start")
    own = matrix.for_role(role)
    asked = [c for c in own if not c.not_expected and not _later(c)]
    placed = _placed(asked, given)
    parts = []
    for last in CHECK_DAYS:
        check = "" if first is None else f"{working_day(first + last * DAY):%Y-%m-%d}"
        steps = tuple(_step(one) for one in asked if placed[one.id] == last)
        parts.append(Part(last, says("onboarding", f"title_{last}"), check, steps))
    return OnboardingPlan(
        role=role,
        name=clean(name).strip(),
        start="" if first is None else f"{first:%Y-%m-%d}",
        matrix=clean(f"{matrix.name} {matrix.version}").strip(),
        rule=says("onboarding", "rule_own" if given else "rule"),
        parts=tuple(parts),
        lacking=tuple(_lacking(own, asked)),
    )


def _fits(days: Mapping[str, int], matrix: Matrix) -> None:
    for name, last in days.items():
        if name not in matrix:
            raise UsageError(
                f"The matrix {matrix.name!r} has no competency {name!r}, for which days are given.",
                f"Give one of: {', '.join(matrix.ids)}.",
            )
        if isinstance(last, bool) or last not in CHECK_DAYS:
            raise UsageError(
                f"The days of {name!r} are {last!r}.",
                "Give 30, 60 or 90: by when it is learned.",
            )


def _later(competency: Competency) -> bool:
    expected = competency.expected.get(NEW)
    return expected is not None and expected.colour == NOT_OBSERVED


def _placed(asked: list[Competency], given: Mapping[str, int]) -> dict[str, int]:
    """By when each competency is learned: as given, else by its place in the order."""
    order = sorted((one for one in asked if one.id not in given), key=_order)
    size, more = divmod(len(order), len(CHECK_DAYS))
    lengths = [size + (place < more) for place in range(len(CHECK_DAYS))]
    last = [days for days, length in zip(CHECK_DAYS, lengths, strict=True) for _ in range(length)]
    return {**given, **{one.id: days for one, days in zip(order, last, strict=True)}}


def _order(competency: Competency) -> int:
    expected = competency.expected.get(NEW)
    if expected is not None and expected.colour == "green":
        return 0
    return 1 if competency.book == "independent" else 2


def _step(competency: Competency) -> Step:
    expected = competency.expected.get(NEW)
    strong = competency.strong[0] if competency.strong else ""
    return Step(
        competency=competency,
        expected=expected,
        shadow=says("onboarding", "shadow" if strong else "shadow_none", strong=strong),
        check=says(
            "onboarding",
            "check" if competency.progress else "check_none",
            progress=competency.progress,
        ),
    )


def _lacking(matrix: Matrix, asked: list[Competency]) -> list[str]:
    told = []
    if not asked:
        told.append(says("onboarding", "nothing"))
    silent = [one.name for one in asked if NEW not in one.expected]
    if silent and len(silent) == len(asked):
        told.append(says("onboarding", "no_ramping_any"))
    elif silent:
        told.append(says("onboarding", "no_ramping", names=listed(silent)))
    others = {
        "later": [one.name for one in matrix if not one.not_expected and _later(one)],
        "not_expected": [one.name for one in matrix if one.not_expected],
        "no_practice": [one.name for one in asked if not one.practice],
        "no_proof": [one.name for one in asked if not one.evidence],
    }
    told += [says("onboarding", why, names=listed(names)) for why, names in others.items() if names]
    return told
