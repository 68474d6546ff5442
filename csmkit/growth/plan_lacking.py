"""What is not in a plan, and why: said, never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field

from csmkit.cycle import Cycle
from csmkit.growth.plan_parts import Gap, Goal, Strength
from csmkit.growth.plan_texts import level_name, listed, says


@dataclass(slots=True)
class Sorted:
    """The competencies of a role, each in the one place that it has in a plan; names but for gaps.

    Attributes
    ----------
    scored : bool
        Whether anything was scored.
    unknown : list of str
        Ids that were scored and are not in the matrix.
    gaps, strengths : list
        In the matrix's order.
    bare : list of str
        At or above what is expected, by a colour that cites no dated item.
    seen_lower : list of str
        The same, where another manager gave a colour below what is expected.
    unscored, not_observed, not_expected, nothing_yet, no_expectation : list of str
        Why others are neither.
    """

    scored: bool
    unknown: list[str]
    gaps: list[Gap] = field(default_factory=list)
    strengths: list[Strength] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    seen_lower: list[str] = field(default_factory=list)
    unscored: list[str] = field(default_factory=list)
    not_observed: list[str] = field(default_factory=list)
    not_expected: list[str] = field(default_factory=list)
    nothing_yet: list[str] = field(default_factory=list)
    no_expectation: list[str] = field(default_factory=list)


def lacking(
    cycle: Cycle,
    found: Sorted,
    goals: tuple[Goal, ...],
    *,
    name: str,
    level: str,
    manager: str,
) -> tuple[str, ...]:
    """Why something is not in a plan, in sentences."""
    told = []
    if not level:
        told.append(says("lacking", "no_level", name=name))
    if not found.scored:
        told.append(says("lacking", "no_scores", name=name))
    if level:
        told += _expected(found, level)
    if found.scored and level:
        told += _named(found, "unscored", "not_observed")
        if not found.gaps and (found.strengths or found.bare or found.seen_lower):
            told.append(says("lacking", "no_gap"))
        told += _named(found, "seen_lower")
    told += _named(found, "not_expected")
    if cycle.missing("evidence"):
        told.append(says("lacking", "no_evidence"))
    elif found.bare:
        told.append(says("lacking", "bare_strengths", names=listed(found.bare)))
    told += _of_matrix(goals)
    if not manager:
        told.append(says("lacking", "no_manager", name=name))
    if found.unknown:
        told.append(says("lacking", "unknown", names=listed(found.unknown)))
    return tuple(told)


def _named(found: Sorted, *places: str) -> list[str]:
    held = {place: getattr(found, place) for place in places}
    return [says("lacking", place, names=listed(names)) for place, names in held.items() if names]


def _expected(found: Sorted, level: str) -> list[str]:
    """Of what nothing is expected of the level, or the matrix does not say what."""
    told = _named(found, "nothing_yet")
    said = [found.gaps, found.strengths, found.bare, found.seen_lower]
    said += [found.unscored, found.not_observed]
    if found.no_expectation and not any(said) and not found.nothing_yet:
        return [says("lacking", "no_expectations_any", level=level_name(level))]
    if found.no_expectation:
        fill = {"level": level_name(level), "names": listed(found.no_expectation)}
        told.append(says("lacking", "no_expectations", **fill))
    return told


def _of_matrix(goals: tuple[Goal, ...]) -> list[str]:
    """What the matrix has no words for."""
    without = {
        "no_coaching": [g for g in goals if not (g.ask or g.practise or g.progress)],
        "no_proof": [g for g in goals if not g.evidence],
        "no_indicators": [g for g in goals if not (g.kept_when or g.aim)],
    }
    return [
        says("lacking", why, names=listed(goal.competency.name for goal in of))
        for why, of in without.items()
        if of
    ]
