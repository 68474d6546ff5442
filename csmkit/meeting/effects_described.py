"""Rows of a meeting's effects, and those that are only shown: counts of levels, a guideline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit.bias.verdicts import NOT_COMPUTABLE
from csmkit.meeting.effects_counts import NO_LEVELS, Counts
from csmkit.meeting.effects_people import LEVEL, LEVELS, least_changed
from csmkit.meeting.effects_told import people, words
from csmkit.text import by_unit

NAN = float("nan")
COLUMNS = [
    *("effect", "label", "value", "low", "high", "unit"),
    *("p", "p_adjusted", "n", "verdict", "sentence", "needs"),
]
Row = dict[str, Any]


def row(effect: str, label: str, sentence: str, unit: str, n: int, **figures: Any) -> Row:
    """One row of the frame; figures that are not given are missing, texts blank."""
    blank = {**dict.fromkeys(["value", "low", "high", "p", "p_adjusted"], NAN), "verdict": ""}
    known = {"effect": effect, "label": label, "sentence": sentence, "unit": unit, "n": n}
    return {**blank, "needs": "", **known, **figures}


def lacking(effect: str, label: str, unit: str, what: str) -> Row:
    """A row that lacks what it is made of."""
    needs = words()["needs"][what]
    says = words()["say"]["not_computable"].format(needs=needs)
    return row(effect, label, says, unit, 0, verdict=NOT_COMPUTABLE, needs=needs)


def count_rows(counts: Counts, min_group: int) -> list[Row]:
    """People of each level before and after, or why it is not told."""
    return [
        _count(when, level, counts, min_group) for when in ("before", "after") for level in LEVELS
    ]


def guideline_rows(guideline: Mapping[str, float], counts: Counts) -> list[Row]:
    """What a guideline says beside what the meeting came to; for information only."""
    texts, named = words()["guideline"], words()["level"]
    rows = []
    for level in (level for level in LEVELS if level in guideline):
        told, share = {"level": named[level]}, float(guideline[level])
        beside = ""
        if counts.after is not None and level not in counts.held:
            actual = by_unit(counts.after[level] / counts.people, "share")
            beside = texts["beside"].format(actual=actual)
        says = texts["says"].format(share=by_unit(share, "share"), beside=beside, **told)
        label = texts["label"].format(**told)
        rows.append(row(f"guideline_{level}", label, says, "share", counts.people, value=share))
    return rows


def _count(when: str, level: str, counts: Counts, min_group: int) -> Row:
    texts = words()["count"]
    known = counts.before if when == "before" else counts.after
    why = counts.why_before if when == "before" else counts.why_after
    key, label = f"{when}_{level}", texts[when].format(level=words()["level"][level])
    if why == NO_LEVELS:
        return lacking(key, label, "people", LEVEL)
    if known is None:
        says = texts[why].format(least=min_group, changed=least_changed(min_group))
        return row(key, label, says, "people", counts.people)
    if level in counts.held:
        return row(key, label, texts["held"], "people", counts.people)
    says = texts["says"].format(count=f"{known[level]:,}", people=people(counts.people))
    return row(key, label, says, "people", counts.people, value=float(known[level]))
