"""Contract totals (TCV) spread over their terms, as ARR."""

from __future__ import annotations

import pandas as pd

from csmkit.load.findings import ASIDE
from csmkit.load.values.remarks import Remarks

_MONTH = 365.25 / 12
"""Days."""
_SHORTEST_MONTH = 28


def annualised(
    target: str,
    values: dict[str, pd.Series],
    totals: pd.Series,
    remarks: Remarks,
    found: list[pd.DataFrame],
    *,
    needed: bool,
) -> tuple[pd.Series, pd.Series]:
    """Contract totals as ARR: spread over the term in whole months, times 12.

    Parameters
    ----------
    target : str
        The canonical column.
    values : dict of str to Series
        Every column of the source; ``start`` and ``end`` are the term.
    totals : Series of bool
        Which amounts of the column are totals; a fallback may be one, or the only one.
    remarks : Remarks
        Makes the findings.
    found : list of DataFrame
        Findings are added.
    needed : bool
        Whether a row without the amount is set aside.

    Returns
    -------
    tuple of Series
        The amounts per year, and the mask of totals whose term is not known.
    """
    amount = values[target]
    totals = totals & amount.notna()
    if "start" not in values or "end" not in values:
        found.append(
            remarks.column(
                "error",
                "tcv_without_term",
                f'{target} is = "tcv", and the source does not map start and end: no total can be'
                " spread over its term.",
                'Map start and end, or say is = "arr" if the amounts are per year.',
                target,
            )
        )
        return amount.mask(totals), totals
    days = (values["end"] - values["start"]).dt.days + 1
    months = (days / _MONTH).round().clip(lower=1).where(days > 0)
    lost = totals & months.isna()
    found.append(
        remarks.rows(
            amount[lost].astype("str"),
            "tcv_without_term",
            "The contract's total cannot be spread: start or end is blank, or the end comes"
            f" first. {ASIDE if needed else 'It stays blank.'}",
            "Fill start and end of the contract.",
            column=target,
        )
    )
    done = totals & ~lost
    if done.any():
        short = int((done & (days < _SHORTEST_MONTH)).sum())
        found.append(
            remarks.column(
                "info",
                "annualised",
                f"{target}: contract totals spread over their terms: {int(done.sum()):,}. Terms"
                f" under a month among them: {short:,}; such a term counts as a whole month, so"
                " 1,000 for two weeks becomes 12,000 a year.",
                "Nothing, if they are recurring; a short one-off does not belong into ARR: leave"
                " it out with where.",
                target,
            ).assign(rows=pd.array([int(done.sum())], dtype="Int64"))
        )
    return amount.mask(totals, amount * 12 / months), lost
