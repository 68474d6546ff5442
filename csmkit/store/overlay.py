"""A cycle with what the store holds laid over its tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.schema import TABLES
from csmkit.store.answers import answered
from csmkit.store.settled import actions_of, decisions_of

C = TypeVar("C", bound=Cycle)
_PLACE = ["person_id", "rater_id", "competency", "phase"]


def overlay(
    cycle: C,
    scores: pd.DataFrame,
    evidence: pd.DataFrame,
    feedback: pd.DataFrame,
    comments: pd.DataFrame,
    versions: Mapping[str, str],
    settled: pd.DataFrame,
    answers: pd.DataFrame,
) -> C:
    """A new cycle in which the store's rows stand before the export's.

    A place that has a row in the store has no other: one whose value was taken away has none.
    What was laid over the cycle before is not there any more.

    Parameters
    ----------
    cycle : Cycle
        The export's data, laid over or not.
    scores : DataFrame
        Current scores, without pre-votes that are not to be seen.
    evidence, feedback : DataFrame
        In the columns of the canonical tables.
    comments : DataFrame
        As the store has them.
    versions : mapping of str to str
        What each matrix is called, by its digest.
    settled : DataFrame
        Rows of meetings that stand and may be seen.
    answers : DataFrame
        Whether agreed actions were kept, in the order of answering.
    """
    cycle = cycle.bare
    tables = {
        "ratings": _ratings(cycle, scores, versions),
        "evidence": _joined(cycle.table("evidence"), evidence, ["evidence_id"]),
        "feedback": _joined(
            cycle.table("feedback"), feedback, ["person_id", "date", "given_by", "text"]
        ),
        "comments": _joined(
            cycle.table("comments"), _said(comments), ["person_id", "kind", "about", "text"]
        ),
        "decisions": _joined(
            cycle.table("decisions"),
            decisions_of(settled),
            ["person_id", "at", "competency", "before", "after"],
        ),
        "actions": answered(agreed_actions(cycle, settled), answers),
    }
    exported = {name: cycle.table(name) for name in tables}
    return dataclasses.replace(cycle, tables={**cycle.tables, **tables}, exported=exported)


def agreed_actions(cycle: Cycle, settled: pd.DataFrame) -> pd.DataFrame:
    """What was agreed with people, by an export and by the rows of meetings."""
    return _joined(cycle.table("actions"), actions_of(settled), ["person_id", "at", "text"])


def _ratings(cycle: Cycle, scores: pd.DataFrame, versions: Mapping[str, str]) -> pd.DataFrame:
    export = cycle.table("ratings")
    # What was given before the period began belongs to an earlier cycle and stays.
    now = export["at"].isna() | (export["at"] >= cycle.period.start)
    places = pd.MultiIndex.from_frame(scores[_PLACE])
    replaced = pd.MultiIndex.from_frame(export[_PLACE]).isin(places) & now
    # Of the same day the later comes last: that is the one that stands.
    given = scores[scores["value"] != ""].sort_values("at", kind="stable")
    ours = given.assign(
        at=given["at"].dt.tz_convert(None).dt.normalize(),
        evidence_ids=given["evidence_ids"].replace("", None),
        note=given["note"].replace("", None),
        matrix=given["matrix"].replace({"": None, **versions}),
    )
    table = TABLES["ratings"]
    return _stacked(table.conform(export[~replaced]), table.conform(ours))


def _said(comments: pd.DataFrame) -> pd.DataFrame:
    days = comments["at"].dt.tz_convert(None).dt.normalize()
    about = comments["about"].replace("", None)
    return TABLES["comments"].conform(comments.assign(at=days, about=about))


def _joined(export: pd.DataFrame, ours: pd.DataFrame, same: list[str]) -> pd.DataFrame:
    known = pd.MultiIndex.from_frame(ours[same])
    return _stacked(export[~pd.MultiIndex.from_frame(export[same]).isin(known)], ours)


def _stacked(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    # An empty frame among those joined would make pandas guess dtypes.
    parts = [part for part in (first, second) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else first.reset_index(drop=True)
