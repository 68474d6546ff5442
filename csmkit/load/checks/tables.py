"""Checks over all tables; nothing is mended, everything is named."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csmkit.cycle import Period
from csmkit.load.checks.accounts import check_accounts
from csmkit.load.checks.dates import check_dates
from csmkit.load.checks.losses import check_losses
from csmkit.load.checks.money import check_money
from csmkit.load.checks.ownership import check_ownership
from csmkit.load.checks.reach import check_reach
from csmkit.load.checks.renewals import check_renewals
from csmkit.load.checks.scores import check_scores
from csmkit.load.findings import join_findings


def check_tables(tables: Mapping[str, pd.DataFrame], period: Period | None) -> pd.DataFrame:
    """All findings about parsed tables.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Parsed tables, each row with its file and spreadsheet row.
    period : Period, optional
        The review period.
    """
    return join_findings(
        [
            check_accounts(tables),
            check_ownership(tables),
            check_money(tables),
            check_renewals(tables),
            check_losses(tables, period),
            check_reach(tables, period),
            check_dates(tables, period),
            check_scores(tables, period),
        ]
    )
