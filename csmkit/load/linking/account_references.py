"""Mentions of accounts in every table, resolved; rows of unknown accounts are set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from csmkit.load.distinct import STR, as_category, decoded, spread, without_unused
from csmkit.load.findings import (
    ACCOUNT,
    ASIDE,
    FILE,
    LISTED,
    finding,
    findings_at,
    findings_of,
    join_findings,
)
from csmkit.load.linking.account_ids import Matched, match_accounts
from csmkit.load.linking.merge import INTO
from csmkit.schema import TABLES

_FORMS = {
    "salesforce": "Salesforce ids of 15 and of 18 characters were matched by their first 15.",
    "decimal": "numbers written with .0 behind them were matched without it.",
}


def link_accounts(
    name: str,
    frame: pd.DataFrame,
    accounts: pd.DataFrame,
    merged: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows whose account is known; those of unknown accounts are set aside, or left blank.

    Parameters
    ----------
    name : str
        The table.
    frame : DataFrame
        Its rows; ``account_id`` is ``str`` or ``category``.
    accounts : DataFrame
        The accounts, whose order is final.
    merged : DataFrame, optional
        Accounts that the map merges into others, from `csmkit.load.linking.merge.merge_accounts`.

    Returns
    -------
    tuple of DataFrame
        The rows with ``account_id`` as ``str`` and ``_account``, the place of the account's row
        in ``accounts`` (-1 for none); and findings.
    """
    if name == "accounts" or "account_id" not in frame:
        return frame, join_findings([])
    known = accounts if merged is None else pd.concat([accounts, merged], ignore_index=True)
    coded = without_unused(as_category(frame["account_id"]))
    texts = pd.Series(coded.cat.categories, dtype=STR)
    matched = match_accounts(texts, known)
    needed = TABLES[name]["account_id"].required
    told = [*_matched_how(name, frame, coded, matched)]
    places = matched.places
    if merged is not None and len(merged):
        moved = places >= len(accounts)
        told += _moved(name, frame, coded, known["account_id"], places, moved)
        kept = pd.Index(accounts["account_id"]).get_indexer(pd.Index(merged[INTO]))
        places = places.copy()
        places[moved] = kept[places[moved] - len(accounts)]
    ids = accounts["account_id"].astype("str").array.take(places, allow_fill=True)
    place = np.append(places, -1)[coded.cat.codes.to_numpy()]
    account = spread(coded, pd.Series(ids, dtype=STR))
    lost = pd.Series((place < 0) & frame["account_id"].notna().to_numpy(), index=frame.index)
    out = frame.assign(account_id=account, **{ACCOUNT: place})
    if lost.any():
        told.append(_unknown_account(name, frame[lost], matched.near, needed))
        out = out[~lost] if needed else out
    return out, join_findings(told)


def _unknown_account(
    name: str, rows: pd.DataFrame, near: Callable[[str], str], needed: bool
) -> pd.DataFrame:
    # Of a million rows the first are listed, and only for these it matters what they hold.
    texts = decoded(rows["account_id"].head(LISTED))
    hints = {text: f" It may be {hint}." for text in texts.unique() if (hint := near(text))}
    message = "No account has this id." + pd.Series([hints.get(t, "") for t in texts], dtype="str")
    return findings_of(
        name,
        rows,
        "account_id",
        severity="warning",
        kind="unknown_account",
        message=message + (f" {ASIDE}" if needed else " Left blank."),
        value=texts,
        remedy="Add the account to the accounts table, or correct the id.",
    )


def _matched_how(
    name: str, frame: pd.DataFrame, coded: pd.Series, matched: Matched
) -> Iterator[pd.DataFrame]:
    """One finding per file for each way of matching an account by something else than its id."""
    forms = pd.Series(matched.forms, dtype=STR)
    for form in [f for f in forms.unique() if f]:
        rows = spread(coded, forms.eq(form))
        texts = coded[rows].astype("str")
        for file, mine in texts.groupby(decoded(frame[FILE])[rows]):
            n = f"{mine.nunique():,} accounts in {len(mine):,} rows"
            yield finding(
                "info",
                "account_by_name" if form == "name" else "account_id_form",
                f"{n} are named and not given by id; each name is that of one account alone."
                if form == "name"
                else f"{n} are given in another form than the accounts' own ids: {_FORMS[form]}",
                "Nothing, if the examples are right; else give the accounts' ids.",
                table=name,
                file=str(file),
                column="account_id",
                value=", ".join(dict.fromkeys(mine.head(100)))[:120],
            )


def _moved(
    name: str,
    frame: pd.DataFrame,
    coded: pd.Series,
    ids: pd.Series,
    places: np.ndarray,
    moved: np.ndarray,
) -> Iterator[pd.DataFrame]:
    rows = spread(coded, pd.Series(moved, dtype="bool"))
    texts = pd.Series(ids.astype("str").array.take(places, allow_fill=True), dtype=STR)
    left = pd.DataFrame({"account": spread(coded, texts)[rows], "file": decoded(frame[FILE])[rows]})
    counts = left.value_counts(["file", "account"]).reset_index()
    first = counts.head(LISTED)
    yield findings_at(
        [None] * len(counts),  # type: ignore[list-item]
        severity="info",
        kind="account_merged",
        table=name,
        file=first["file"],
        column="account_id",
        message=[
            f"{n:,} {'row' if n == 1 else 'rows'} of {account!r} went to the account that the map"
            " merges it into."
            for account, n in zip(first["account"], first["count"], strict=True)
        ],
        remedy="Nothing; take the line out of [merge] if they are two customers.",
        value=first["account"],
    )
