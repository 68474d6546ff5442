"""Scores that were given long after the period: of a later cycle, or late."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.cycle import Period
from csmkit.load.findings import ASIDE, findings_of, no_findings
from csmkit.text import count_of, day


def scores_that_count(ratings: pd.DataFrame, period: Period) -> tuple[pd.DataFrame, str]:
    """An export's scores without those of a later cycle, and a sentence on what was given late.

    A score given after `Period.scored_by` is of a later cycle where others were given by then.
    Where none was, nobody can tell whether it is of a later cycle or late: it counts.

    Parameters
    ----------
    ratings : DataFrame
        The canonical table.
    period : Period
        The review period.

    Returns
    -------
    DataFrame
        The rows that count, with their index.
    str
        Empty where none was given late.
    """
    days, late = _days(ratings, period)
    if not late.any():
        return ratings, ""
    of = f"the period, which ended on {day(period.end)}"
    if _in_time(days, late, period):
        return ratings[~late], (
            f"Not counted: {count_of(int(late.sum()), 'score')} of the export given after"
            f" {day(period.scored_by)}, long after {of}."
        )
    first, last = (day(one) for one in (days[late].min(), days[late].max()))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    return ratings, (
        f"The scores of the export were given {when}, long after {of}. Whether they are of it or"
        " of a later one cannot be told."
    )


def check_scores(tables: Mapping[str, pd.DataFrame], period: Period | None) -> pd.DataFrame:
    """Findings about scores given long after the period."""
    ratings = tables.get("ratings")
    if period is None or ratings is None or ratings.empty:
        return no_findings()
    days, late = _days(ratings, period)
    of = f"long after the period {period}"
    if _in_time(days, late, period):
        return findings_of(
            "ratings",
            ratings[late],
            "at",
            severity="warning",
            kind="score_of_later_cycle",
            message=f"The score was given {of}, and others were given by then. {ASIDE}",
            remedy="Nothing, if it is of a later cycle. If it was late, give it a day before"
            f" {period.scored_by:%Y-%m-%d} in the export, or score it in the kit.",
        )
    return findings_of(
        "ratings",
        ratings[late],
        "at",
        severity="warning",
        kind="score_given_late",
        message=f"The score was given {of}, as all of the export were. It counts.",
        remedy="Look whether the period is the one that you mean.",
    )


def _days(ratings: pd.DataFrame, period: Period) -> tuple[pd.Series, pd.Series]:
    """When scores were given, and which of them after their time."""
    days = ratings["at"]
    return days, days >= period.scored_by + pd.Timedelta(days=1)


def _in_time(days: pd.Series, late: pd.Series, period: Period) -> bool:
    return bool((days[~late] >= period.start).any())
