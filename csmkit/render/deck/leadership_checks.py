"""The slide for the leadership on what else may have moved the ratings; of no person, no rater."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from csmkit.bias.checks import bias_checks, bias_lines
from csmkit.bias.judge import in_words, reach
from csmkit.bias.raters import RATER_CHECKS
from csmkit.bias.verdicts import NO_EFFECT, SIGNAL
from csmkit.cycle import Cycle
from csmkit.matrix.matrix import Matrix
from csmkit.render.deck.leadership_words import said, slide
from csmkit.render.deck.plain import Grid, Slide
from csmkit.text import clean, missing

_OF_RATERS = frozenset((*RATER_CHECKS, "order"))
"""Checks whose sentence speaks of one rater, whom those who know the team could tell."""
_TOLD = (SIGNAL, NO_EFFECT)
_ENDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Check:
    """What a check asks, what the data say, and what helps.

    Attributes
    ----------
    asks, answer, help : str
        As they are read.
    is_signal : bool
        Whether there is a difference that is more than chance gives.
    """

    asks: str
    answer: str
    help: str
    is_signal: bool


def checked(cycle: Cycle, matrix: Matrix, min_group: int) -> tuple[Check, ...]:
    """All checks of a team; how large a difference between raters is, but not whose.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What it is scored by.
    min_group : int
        How many people a size is given from.
    """
    lines = bias_lines(cycle, matrix).drop_duplicates("check").set_index("check")
    shared = {str(check): int(n) for check, n in lines["n"].items()}
    return tuple(
        Check(
            clean(row["asks"]),
            clean(_answer(row, shared.get(row["check"]), matrix, min_group)),
            clean(row["correction"]) or str(said()["checks"]["no_help"]),
            row["verdict"] == SIGNAL,
        )
        for row in bias_checks(cycle, matrix).to_dict("records")
    )


def checks(found: Sequence[Check]) -> Slide:
    """What each check asks, its verdict, and what helps."""
    words = said()["checks"]
    rows = tuple((one.asks, one.answer, one.help) for one in found)
    heads = (words["question"], words["answer"], words["help"])
    return slide("checks", Grid(heads, rows, (3.4, 3.4, 3.4)), lead=words["lead"])


def _answer(row: Mapping[Any, Any], shared: int | None, matrix: Matrix, min_group: int) -> str:
    """The verdict, and how large what was found is."""
    words = said()["checks"]
    verdict = str(words[row["verdict"]])
    if row["verdict"] in _TOLD and row["check"] not in _OF_RATERS:
        return f"{verdict} {row['sentence']}"
    if row["verdict"] != SIGNAL or shared is None:
        return verdict
    if shared < min_group:
        return f"{verdict} {words['size_of_few'].format(least=min_group)}"
    size = words["size"].format(
        effect=in_words(abs(row["effect"]), row["unit"]),
        interval=_interval(row),
        number=f"{len(matrix):,}",
    )
    return f"{verdict} {size}"


def _interval(row: Mapping[Any, Any]) -> str:
    low, high = (float("nan") if missing(row[end]) else float(row[end]) for end in _ENDS)
    return reach(low, high, row["unit"])
