"""Evidence that is cited account by account: how much less it tells than items cited one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csmkit.bias.shuffle import Ints

Flags = NDArray[np.bool_]


def citing_by_account(file: Ints, account: Ints, trait: Flags, cited: Flags) -> tuple[float, int]:
    """How much more the cited items with a trait vary if accounts, not items, are drawn.

    What an account adds to the figure is the sum over its items of trait less the file's mean times
    cited less the file's mean. Where items are drawn one by one, the squares of these sums add up
    to the variance of the hypergeometric draw; where an account's items are cited together and
    share the trait, to more.

    Parameters
    ----------
    file, account : array of int, shape (items,)
        The file each item lies in, and the account it is about; an account lies in one file.
    trait, cited : array of bool, shape (items,)
        Whether the item has the trait, and whether it was cited.

    Returns
    -------
    tuple
        The variance by accounts over that by items, at least 1; and the degrees of freedom it
        stands on: accounts beyond the first of each file.

    References
    ----------
    Liang and Zeger (1986), Longitudinal data analysis using generalized linear models, for the
    variance by clusters; the correction for few accounts is A / (A - 1) in a file of A.
    """
    of = np.unique(file, return_inverse=True)[1]
    unit, first, each = np.unique(account, return_index=True, return_inverse=True)
    items = np.bincount(of)
    apart = [v - (np.bincount(of, weights=v) / items)[of] for v in (trait, cited)]
    sums = np.bincount(each, weights=apart[0] * apart[1], minlength=len(unit))
    owner = of[first]
    accounts = np.bincount(owner, minlength=len(items))
    several = accounts >= 2
    spread = [np.bincount(of, weights=v**2) for v in apart]
    by_item = spread[0] * spread[1] / np.maximum(items - 1, 1)
    by_account = np.bincount(owner, weights=sums**2) * accounts / np.maximum(accounts - 1, 1)
    told = several & (by_item > 0)
    if not told.any():
        return 1.0, 0
    ratio = float(by_account[told].sum() / by_item[told].sum())
    return max(1.0, ratio), int((accounts[told] - 1).sum())
