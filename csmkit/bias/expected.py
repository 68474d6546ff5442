"""Case mix: what was kept of each book beside what an average CSM would keep of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from csmkit.bias.case_mix import Books, Expected, Judged, expected_of, judged
from csmkit.bias.design import design_columns, kept_shares, start_facts
from csmkit.bias.funnel import Funnel, funnel_expected
from csmkit.bias.shrink import shrink_counts
from csmkit.bias.shuffle import Floats, stream
from csmkit.bias.verdicts import ALPHA, CANNOT_TELL, NO_EFFECT, NOT_COMPUTABLE, SIGNAL
from csmkit.compute.arr import arr_source
from csmkit.compute.composition import ARR_NEEDS, HEALTH_KNOWN
from csmkit.compute.readings import opening_lacks
from csmkit.cycle import Cycle
from csmkit.memo import per_cycle

FEWEST_LOSSES = 5
# Losing no more than this of its ARR, an account counts as kept.
SMALL_LOSS = 0.05
# The smallest difference worth acting on, in shares of ARR or of accounts.
MATERIAL = 0.05
SEED = 4
NO_OPENING = {"calendar": "a calendar opening above 0", "owned": "an owned opening above 0"}

NUMBERS = (
    *("opening_arr", "observed", "expected", "low", "high"),
    *("logo_observed", "logo_expected", "logo_low", "logo_high"),
    *("losses", "expected_losses", "difference", "logo_difference_low", "logo_difference_high"),
    *("shrunk", "shrunk_low", "shrunk_high", "p_adjusted"),
)
COLUMNS = ("person_id", "accounts", *NUMBERS, "place", "compared", "verdict", "needs", "unsure")


@per_cycle
def expected_retention(
    cycle: Cycle, *, opening: str = "calendar", material: float = MATERIAL, seed: int = SEED
) -> pd.DataFrame:
    """What each person's book kept, beside what an average CSM would keep of exactly that book.

    The expectation stands on what was known when the period began (`start_facts`) and on the
    accounts of others: a person's own accounts never train it. Whether losses are beyond chance is
    told by dealing them back to CSMs among accounts of like risk, and from 2,000 accounts on by a
    funnel with overdispersed limits; see `csmkit.bias.case_mix`. Where less than half of the
    opening ARR had a health score by then, what is known of the books is too little to tell people
    apart, and figures are shown without a verdict. Nobody is ranked: people stand in the order of
    the export.

    Parameters
    ----------
    cycle : Cycle
        The whole team; a book holds one person and gets "cannot tell".
    opening : str
        ``calendar`` or ``owned``; see `start_facts`.
    material : float
        The smallest difference worth acting on, in shares.
    seed : int
        Where chance starts.

    Returns
    -------
    DataFrame
        person_id; accounts (of the opening); opening_arr (money, by share); observed, expected,
        low, high (share of opening ARR kept, growth left out: as it was, of an average CSM, and
        its 95 % interval); logo_observed, logo_expected, logo_low, logo_high (the same of
        accounts); losses, expected_losses (counts); difference (observed less expected, of ARR);
        logo_difference_low, logo_difference_high (of accounts: what the person's share may be in
        the long run less what is expected, exact binomial 95 % interval); shrunk, shrunk_low,
        shrunk_high (the difference in ARR kept that the losses speak for, drawn towards 0 by as
        much as their noise calls for, 95 % interval); p_adjusted (over all people); place
        (``inside``, ``below`` or ``above`` the range from low to high); compared (people who have a
        range); verdict; needs (what the export lacks); unsure (a key of texts.toml). Figures that
        are not there are blank.
        The verdict is ``no material effect`` only where the whole interval of accounts and the
        difference in ARR are smaller than ``material``.

        ``attrs``: method (``shuffle`` or ``funnel``), counts (``lost``: accounts lost outright;
        ``reduced``: where fewer than 5 were, accounts that lost more than 5 % of their ARR), phi,
        tau (of `Judged`), losses (of the team).

    Examples
    --------
    >>> import csmkit as ck
    >>> from csmkit.bias.expected import expected_retention
    >>> frame = expected_retention(ck.sample_team())
    >>> bool((frame["verdict"] == "signal").sum() <= 1)
    True
    """
    people = cycle.subjects["person_id"]
    if lacking := _lacking(cycle):
        return without_figures(people, needs=lacking)
    facts = start_facts(cycle, opening=opening)
    rows = facts.merge(
        kept_shares(cycle, opening=opening), on=["person_id", "account_id"], how="inner"
    )
    if rows.empty:
        return without_figures(people, needs=NO_OPENING[opening])
    lost, counts = _losses(rows["kept"].to_numpy(dtype=np.float64))
    ids, person = np.unique(rows["person_id"].to_numpy(dtype=object), return_inverse=True)
    books = Books(
        np.asarray(person, dtype=np.int64),
        np.asarray(pd.factorize(rows["account_id"])[0], dtype=np.int64),
        lost,
        rows["kept"].to_numpy(dtype=np.float64),
        rows["opening"].to_numpy(dtype=np.float64),
        design_columns(rows),
        rows["exposure"].to_numpy(dtype=np.float64),
    )
    unsure = _unsure(books)
    if unsure:
        figures = _observed(books)
        found = Judged(np.full(books.people, np.nan), 1.0, 0.0)
    else:
        found = judged(books, rng=stream(seed, "case mix"))
        band = expected_of(books, found.tau, rng=stream(seed, "case mix interval"))
        figures = {**_observed(books), **_beside(books, band)}
        scored = rows.loc[rows["health"] != "unknown", "opening"].sum() / rows["opening"].sum()
        if scored < HEALTH_KNOWN:
            unsure = "case_mix_no_health"
    table = pd.DataFrame(figures).assign(person_id=ids, p_adjusted=found.p, unsure=unsure, needs="")
    table["verdict"] = _verdicts(table, material)
    table["place"] = _places(table)
    table = people.to_frame().merge(table, on="person_id", how="left")
    table = _blank_rows_told(table.reindex(columns=list(COLUMNS)), opening)
    table.attrs |= {
        "method": "funnel" if books.large else "shuffle",
        "counts": counts,
        "phi": found.phi,
        "tau": found.tau,
        "losses": int(lost.sum()),
    }
    return table


def retention_funnel(expected: pd.DataFrame) -> Funnel:
    """Each person's losses against those expected of their book, for a chart.

    Parameters
    ----------
    expected : DataFrame
        From `expected_retention`; people without an expectation are left out.

    Returns
    -------
    Funnel
        Units are person_id. The variance by chance is taken as that of equal risks inside a book,
        which is a little too wide. The verdicts are those of `expected_retention`, which count how
        many people are looked at; the limits here do not.

    Raises
    ------
    UsageError
        If fewer than two people have an expectation.
    """
    known = expected[expected["expected_losses"] > 0]
    losses = known["expected_losses"]
    units = pd.DataFrame(
        {
            "unit": known["person_id"],
            "observed": known["losses"],
            "expected": losses,
            "variance": losses * (1 - losses / known["accounts"]),
        }
    )
    return funnel_expected(units)


def _lacking(cycle: Cycle) -> str:
    """What the export lacks for any expectation at all."""
    lacks = [opening_lacks(cycle) if arr_source(cycle) else ARR_NEEDS]
    if cycle.missing("ownership") and cycle.missing("accounts.owner"):
        lacks.append("ownership")
    return "; ".join(lack for lack in lacks if lack)


def _losses(kept: Floats) -> tuple[Floats, str]:
    """Which accounts count as a loss: those lost outright, or reduced where too few were lost."""
    gone, less = kept <= 1e-9, kept < 1 - SMALL_LOSS
    if gone.sum() < FEWEST_LOSSES <= less.sum():
        return less.astype(np.float64), "reduced"
    return gone.astype(np.float64), "lost"


def _unsure(books: Books) -> str:
    """Why no expectation can be worked out, as a key of texts.toml; empty if it can."""
    if books.people < 2:
        return "case_mix_one_csm"
    if books.lost.sum() < FEWEST_LOSSES:
        return "case_mix_few_losses"
    if (1 - books.lost).sum() < FEWEST_LOSSES:
        return "case_mix_few_kept"
    return ""


def _observed(books: Books) -> dict[str, Floats]:
    accounts = books.total(np.ones(len(books.person)))
    opening, losses = books.total(books.opening), books.total(books.lost)
    return {
        "accounts": accounts,
        "opening_arr": opening.round(2),
        "observed": books.total(books.opening * books.kept) / opening,
        "logo_observed": 1 - losses / accounts,
        "losses": losses,
    }


def _beside(books: Books, band: Expected) -> dict[str, Floats]:
    seen = _observed(books)
    accounts, losses = seen["accounts"], seen["losses"]
    ratio = shrink_counts(losses, band.losses)
    least = betaincinv(np.maximum(losses, 0.5), accounts - losses + 1, 0.025)
    most = betaincinv(losses + 1, np.maximum(accounts - losses, 0.5), 0.975)
    least, most = np.where(losses == 0, 0.0, least), np.where(losses == accounts, 1.0, most)
    return {
        "expected": band.arr,
        "low": band.arr_low,
        "high": band.arr_high,
        "logo_expected": band.logo,
        "logo_low": band.logo_low,
        "logo_high": band.logo_high,
        "expected_losses": band.losses,
        "difference": seen["observed"] - band.arr,
        "logo_difference_low": 1 - most - band.logo,
        "logo_difference_high": 1 - least - band.logo,
        "shrunk": (1 - ratio.mean) * (1 - band.arr),
        "shrunk_low": (1 - ratio.high) * (1 - band.arr),
        "shrunk_high": (1 - ratio.low) * (1 - band.arr),
    }


def _verdicts(table: pd.DataFrame, material: float) -> pd.Series:
    """A verdict for each person: a large p value alone is never an all-clear."""
    verdict = pd.Series(CANNOT_TELL, index=table.index, dtype="str")
    if table["unsure"].ne("").any():
        return verdict
    bounds = ["difference", "logo_difference_low", "logo_difference_high"]
    small = table[bounds].abs().max(axis=1).lt(material)
    verdict = verdict.mask(table["p_adjusted"] < ALPHA, SIGNAL)
    return verdict.mask(small, NO_EFFECT)


def _places(table: pd.DataFrame) -> pd.Series:
    """Where what was kept lies beside the range of an average CSM; blank without one."""
    if "low" not in table:
        return pd.Series("", index=table.index, dtype="str")
    # A book that kept all of it lies in a range that ends there, whatever the last digit says.
    below = table["observed"] < table["low"] - 1e-9
    above = table["observed"] > table["high"] + 1e-9
    place = pd.Series("inside", index=table.index, dtype="str")
    return place.mask(below, "below").mask(above, "above")


def _blank_rows_told(table: pd.DataFrame, opening: str) -> pd.DataFrame:
    """People without an opening: not computable, with what it needs."""
    bare = table["accounts"].isna()
    needs = pd.Series(NO_OPENING[opening], index=table.index, dtype="str")
    return table.assign(
        place=table["place"].fillna("").astype("str"),
        compared=int(table["low"].notna().sum()),
        accounts=table["accounts"].fillna(0).astype("int64"),
        opening_arr=table["opening_arr"].fillna(0.0),
        verdict=table["verdict"].where(~bare, NOT_COMPUTABLE).astype("str"),
        needs=needs.where(bare, "").astype("str"),
        unsure=table["unsure"].fillna("").astype("str"),
    ).astype(dict.fromkeys(NUMBERS, "float64"))


def without_figures(
    people: pd.Series, *, needs: str, verdict: str = NOT_COMPUTABLE
) -> pd.DataFrame:
    """The frame of `expected_retention` for a team of which nothing can be computed."""
    table = pd.DataFrame({"person_id": people.to_numpy(), "accounts": 0})
    table = table.reindex(columns=list(COLUMNS)).astype(dict.fromkeys(NUMBERS, "float64"))
    return table.assign(verdict=verdict, needs=needs, unsure="", place="", compared=0)
