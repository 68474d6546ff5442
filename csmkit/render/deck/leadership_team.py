"""Slides for the leadership: what the figures stand on, what calibration changed, the checks."""

from __future__ import annotations

from csmkit.bias.checks import bias_checks
from csmkit.bias.raters import RATER_CHECKS
from csmkit.bias.verdicts import NO_EFFECT, SIGNAL
from csmkit.cycle import Cycle
from csmkit.growth.decided import Decided
from csmkit.growth.team_coverage import TeamCoverage
from csmkit.matrix.matrix import Matrix
from csmkit.render.deck.leadership_words import said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import by_unit, clean

_OF_RATERS = frozenset((*RATER_CHECKS, "order"))
"""Checks whose sentence speaks of one rater, whom those who know the team could tell."""
_TOLD = (SIGNAL, NO_EFFECT)


def coverage(found: TeamCoverage, phase: str, min_group: int) -> Slide:
    """How many people there are, how many of them are scored, and what it stands on."""
    words = said()["coverage"]

    def of_all(count: int | None) -> str:
        if count is None:
            return str(words["not_told"]).format(least=min_group)
        if count in (0, found.people):
            return str(words["all" if count else "nobody"])
        return by_unit(count, "count")

    rows = (
        (words["people"], by_unit(found.people, "count")),
        (words["by_manager"], of_all(found.by_manager)),
        (words["by_self"], of_all(found.by_self)),
        (words["dated"][phase], _dated(found, min_group)),
    )
    lead = words["lead"].format(least=min_group)
    return slide("coverage", Grid((words["what"], words["told"]), rows, (5.0, 5.0)), lead=lead)


def _dated(found: TeamCoverage, min_group: int) -> str:
    words = said()["coverage"]
    if found.why:
        return str(words[found.why]).format(least=min_group)
    # To a whole percent: with more digits, counts could be worked out.
    return str(words["about"]).format(share=f"{found.share_dated:.0%}".replace("%", "\u202f%"))


def decided(found: Decided) -> Slide:
    """What the meeting changed of overall levels; see `csmkit.growth.decided`."""
    words = said()["decided"]
    rows = tuple((words[name], by_unit(n, "count")) for name, n in found.parts.items())
    lead = f"{words['lead']} {words['between']}"
    return slide("decided", Grid((words["what"], words["people"]), rows, (6.0, 2.0)), lead=lead)


def checks(cycle: Cycle, matrix: Matrix | None) -> Slide:
    """What each check asks, its verdict, and what helps; of no person and no rater."""
    words, rows = said()["checks"], []
    for row in bias_checks(cycle, matrix).to_dict("records"):
        answer = words[row["verdict"]]
        if row["verdict"] in _TOLD and row["check"] not in _OF_RATERS:
            answer = f"{answer} {row['sentence']}"
        help_ = clean(row["correction"]) or words["no_help"]
        rows.append((clean(row["asks"]), clean(answer), help_))
    heads = (words["question"], words["answer"], words["help"])
    return slide("checks", Grid(heads, tuple(rows), (3.4, 3.4, 3.4)), lead=words["lead"])
