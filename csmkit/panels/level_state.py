"""The criteria of each level as they are shown: figures in words, none of them judged."""

from __future__ import annotations

from typing import Any

import pandas as pd

from csmkit.bias.context import case_mix_note
from csmkit.bias.expected import expected_retention
from csmkit.compute.criteria import LEVELS, criteria, level_criteria
from csmkit.cycle import Book, Context, Cycle
from csmkit.panels.texts import texts
from csmkit.text import clean
from csmkit.view.needs import plain_needs


def levels_state(cycle: Cycle, who: str, *, case_mix: str) -> list[dict[str, Any]]:
    """Each level with its criteria, and each criterion with its figures.

    Returns
    -------
    list of dict
        value, label, how (whether one criterion is enough), criteria ([{text, figures: [{text,
        beside}]}]). What a figure is read with stands at its first mention only.
    """
    frame = level_criteria(cycle, who, case_mix=case_mix)
    said = texts("level")
    told: set[str] = set()
    levels = []
    for value in LEVELS:
        about = criteria()["level"][value]
        listed: dict[str, list[dict[str, str]]] = {}
        for row in frame[frame["level"] == value].itertuples(index=False):
            figure = clean(row.figure)
            if row.needs:
                figure = said["not_computable"].format(figure=figure, needs=plain_needs(row.needs))
            beside = "" if row.figure in told else clean(row.beside)
            told.add(str(row.figure))
            listed.setdefault(str(row.criterion), []).append({"text": figure, "beside": beside})
        levels.append(
            {
                "value": value,
                "label": about["label"],
                "how": said["any_of" if about["any"] else "all_of"],
                "criteria": [{"text": t, "figures": f} for t, f in listed.items()],
            }
        )
    return levels


def case_mix_of(cycle: Cycle, who: str) -> str:
    """What an average CSM would keep of the person's book, in a sentence."""
    if isinstance(cycle, Book):
        return case_mix_note(cycle)
    expected: pd.DataFrame = expected_retention(cycle)
    book = _TeamBook(
        cycle.tables,
        cycle.period,
        cycle.currency,
        person_id=who,
        context=Context(expected=expected),
    )
    return case_mix_note(book)


class _TeamBook(Book):
    """A person's book on the tables of the whole team, which answer for themselves."""

    def _has(self, need: str) -> bool:
        return Cycle._has(self, need)
