"""The slide for the leadership on what the figures stand on, and what to bear in mind with them."""

from __future__ import annotations

from collections.abc import Sequence

from csmkit.cycle import Cycle
from csmkit.growth.team_basis import Counted, ScoredBy
from csmkit.growth.team_coverage import TeamCoverage
from csmkit.matrix.gaps import PHASES
from csmkit.matrix.shown import STEPS, shown_ratings
from csmkit.render.deck.leadership_checks import Check
from csmkit.render.deck.leadership_words import said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import by_unit, clean

_MOST_VERSIONS = 3
_LEAST_SHARE = 0.01
Row = tuple[str, str]


def stands_on(
    found: TeamCoverage,
    scored: ScoredBy,
    of: Counted,
    checks: Sequence[Check],
    *,
    phase: str,
    min_group: int,
    reader: str = "",
    is_scored: bool = True,
) -> Slide:
    """How many people there are, who is counted, by which matrix, and what else may play in.

    Parameters
    ----------
    found : TeamCoverage
        How many are scored, and what it stands on.
    scored : ScoredBy
        By which matrix, and what of it is left out.
    of : Counted
        How many are counted in figures, and why not all.
    checks : sequence of Check
        What else may have moved the ratings; a signal is told here as well.
    phase : str
        Whose colours they are.
    min_group : int
        The fewest people anything is told of.
    reader : str, optional
        The name of whom it is made for alone.
    is_scored : bool, default True
        Whether anybody is scored yet, by whichever matrix; see `any_scored`.
    """
    words, yet = said()["coverage"], "" if is_scored else "_yet"
    rows = (
        *_people(found, min_group, reader, yet=yet),
        *_counted(of, min_group),
        *((words["signal"], f"{one.asks} {one.answer}") for one in checks if one.is_signal),
        *_by_matrix(scored, min_group),
        (words["dated"][phase], _dated(found, min_group, yet=yet)),
    )
    lead = words["lead_reader" if reader else "lead"].format(least=min_group, name=reader)
    return slide("coverage", Grid((words["what"], words["told"]), rows, (4.0, 6.0)), lead=lead)


def any_scored(cycle: Cycle) -> bool:
    """Whether anybody whom packets are made for has a colour, in any phase, by any matrix.

    Parameters
    ----------
    cycle : Cycle
        The team.
    """
    people = cycle.subjects["person_id"]
    return any(
        bool((rows["value"].isin(list(STEPS)) & rows["person_id"].isin(people)).any())
        for rows in (shown_ratings(cycle, phase) for phase in PHASES)
    )


def not_counted(of: Counted, min_group: int) -> str:
    """Why figures are not of everybody, in a sentence; blank where they are."""
    if not of.why:
        return ""
    words = said()["coverage"]
    return str(words["not_counted"]).format(why="; ".join(_reasons(of, min_group)))


def _people(found: TeamCoverage, min_group: int, reader: str, *, yet: str) -> tuple[Row, ...]:
    words = said()["coverage"]

    def of_all(count: int | None) -> str:
        if count is None:
            return str(words["not_told"]).format(least=min_group)
        if count in (0, found.people):
            return str(words["all" if count else f"nobody{yet}"])
        return by_unit(count, "count")

    label = words["people_reader"].format(name=reader) if reader else words["people"]
    return (
        (label, by_unit(found.people, "count")),
        (words["by_manager"], of_all(found.by_manager)),
        (words["by_self"], of_all(found.by_self)),
    )


def _counted(of: Counted, min_group: int) -> tuple[Row, ...]:
    if not of.most:
        return ()
    words = said()["coverage"]
    key = "counted_range" if of.fewest < of.most else "counted_each"
    told = words[key].format(fewest=f"{of.fewest:,}", most=f"{of.most:,}")
    if of.fewest == of.people:
        return ((words["counted"], words["all"]),)
    return ((words["counted"], f"{told} {not_counted(of, min_group)}"),)


def _reasons(of: Counted, min_group: int) -> list[str]:
    """The reasons, with how many are counted nowhere where that may be told."""
    words = said()["coverage"]
    told = []
    for why in of.why:
        number = of.nowhere.get(why, 0)
        text = words["reason"][why].format(least=min_group)
        told.append(f"{text} {words['nowhere'].format(number=f'{number:,}')}" if number else text)
    return told


def _by_matrix(scored: ScoredBy, min_group: int) -> tuple[Row, ...]:
    words = said()["coverage"]
    rows = [(words["matrix"], clean(scored.used))]
    if scored.others:
        told = words["by_others_told"].format(
            share=_some(scored.by_others, min_group), others=_versions(scored.others)
        )
        rows.append((words["by_others"], told))
    if scored.unnamed != 0:
        rows.append((words["unnamed"], _some(scored.unnamed, min_group)))
    if scored.unknown:
        names = "; ".join(map(clean, scored.unknown))
        rows.append((words["unknown"], words["unknown_told"].format(names=names)))
    if scored.unscored:
        rows.append((words["unscored"], "; ".join(map(clean, scored.unscored))))
    return tuple(rows)


def _versions(labels: Sequence[str]) -> str:
    """The versions of most colours by name, and how many more there are."""
    named = "; ".join(map(clean, labels[:_MOST_VERSIONS]))
    more = len(labels) - _MOST_VERSIONS
    if more <= 0:
        return named
    return str(said()["coverage"]["versions_more"]).format(names=named, more=f"{more:,}")


def _some(share: float | None, min_group: int) -> str:
    """A share of colours, where it may be told."""
    if share is None:
        return str(said()["coverage"]["few_have"]).format(least=min_group)
    return _roughly(share)


def _dated(found: TeamCoverage, min_group: int, *, yet: str) -> str:
    words = said()["coverage"]
    if found.why:
        # Where nobody is scored, there are none of another matrix either.
        return str(words[f"{found.why}{yet}"]).format(least=min_group)
    return _roughly(found.share_dated)


def _roughly(share: float) -> str:
    """A share to a whole percent: with more digits, counts could be worked out."""
    words = said()["coverage"]
    if share in (0, 1):
        return str(words["all" if share else "none"])
    if share < _LEAST_SHARE:
        return str(words["hardly_any"])
    if share > 1 - _LEAST_SHARE:
        return str(words["nearly_all"])
    return str(words["about"]).format(share=f"{share:.0%}".replace("%", "\u202f%"))
