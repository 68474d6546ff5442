"""What the accounts table says of accounts, joined so that it never adds a row."""

from __future__ import annotations

import pandas as pd

from csmkit.compute.joins import numbered, position_of
from csmkit.cycle import Cycle


def account_facts(cycle: Cycle, *columns: str) -> pd.DataFrame:
    """account_id and some columns of ``accounts``, each account once.

    A frame that the kit did not load may name an account twice; joined as it is, that would count
    its money twice.
    """
    return cycle.table("accounts")[["account_id", *columns]].drop_duplicates("account_id")


def with_account_names(cycle: Cycle, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column ``account``: the account's name, or its id if it has none."""
    known = account_facts(cycle, "name")
    own, theirs = numbered(frame, known, by=["account_id"])
    names = known["name"].array.take(position_of(own, theirs), allow_fill=True)
    named = frame.reset_index(drop=True)
    return named.assign(account=pd.Series(names).fillna(named["account_id"]))
