"""Evidence coverage: whether what ratings cite is a fair part of what is on file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit

from csmkit.bias.books import health_at_hand_over
from csmkit.bias.clusters import citing_by_account
from csmkit.bias.ratings import BY_OTHERS, NO_RATINGS
from csmkit.bias.recency import RECENT_DAYS
from csmkit.bias.shuffle import LEVEL, Floats, Ints
from csmkit.bias.verdicts import Found
from csmkit.compute.evidence import evidence_timeline
from csmkit.cycle import Cycle
from csmkit.names import one_id_a_row

FEWEST_CITED = 10
# Evidence so many days before or after an attended touchpoint of the account was within sight.
SIGHT_DAYS = 7
CITED_BY_OTHERS = f"evidence cited in {BY_OTHERS}"
# Log odds beyond which nothing more can be seen.
FURTHEST = 30.0

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Cited evidence beside what was on file.

    Attributes
    ----------
    cited, on_file : float
        The share of the cited items that have the trait, and the share that would have it if each
        person's (or rater's) citations were drawn by lot from the person's own file.
    effect, low, high : float
        ``cited`` minus ``on_file``, with its 95 % interval; shares, -1 to 1.
    odds : float
        How much more readily an item with the trait is cited; infinite if all that could be were.
    p : float
        Two-sided p value.
    citations : int
        Items cited where there was a choice: a file with items of both sorts, not all cited.
    """

    cited: float
    on_file: float
    effect: float
    low: float
    high: float
    odds: float
    p: float
    citations: int


def check_coverage_recency(cycle: Cycle, *, days: int = RECENT_DAYS) -> Found:
    """Whether cited evidence is more recent than the evidence on file.

    Parameters
    ----------
    cycle : Cycle
        A team with evidence, and ratings that cite it.
    days : int
        How many of the period's last days are the recent ones.

    Returns
    -------
    Found
        The effect in shares; ``extra``: ``cited`` and ``on_file``, the two shares. A file is all
        of a person's evidence dated in the period, but for items private to their author.
    """
    lacks = _lacks(cycle)
    if lacks:
        return Found("coverage_recency", needs=lacks)
    if cycle.period.days <= days:
        return Found("coverage_recency", unsure="short_period", scale=1.0)
    items = evidence_timeline(cycle)
    recent = (cycle.period.end - items["date"]).dt.days < days
    return _found("coverage_recency", _marked(items, _citations(cycle)), recent)


def check_coverage_inheritance(cycle: Cycle) -> Found:
    """Whether cited evidence is more often about accounts that came to the person green.

    Parameters
    ----------
    cycle : Cycle
        A team with evidence that names accounts, ratings that cite it, and health scores from
        before the hand-over of accounts.

    Returns
    -------
    Found
        As `check_coverage_recency`. A file holds the items that name an account; those whose
        account's health at hand-over is not known are left out, and an account that was won later
        was not inherited.
    """
    given = health_at_hand_over(cycle)
    known = given["health"].ne("unknown").any()
    health = "" if known else "health on or before the day of hand-over"
    lacks = [_lacks(cycle, "evidence.account_id"), health]
    if any(lacks):
        return Found("coverage_inheritance", needs="; ".join(filter(None, lacks)))
    items = evidence_timeline(cycle).dropna(subset=["account_id"])
    items = items.merge(
        given[["person_id", "account_id", "health"]], on=["person_id", "account_id"], how="left"
    )
    items = items[items["health"].ne("unknown")].reset_index(drop=True)
    green = items["health"].eq("green")
    return _found("coverage_inheritance", _marked(items, _citations(cycle)), green)


def check_coverage_proximity(cycle: Cycle) -> Found:
    """Whether raters cite more often what they attended themselves.

    Parameters
    ----------
    cycle : Cycle
        A team with evidence that names accounts, ratings that cite it, and touchpoints with their
        attendees.

    Returns
    -------
    Found
        As `check_coverage_recency`, with a file for each person and rater. An item was within a
        rater's sight if the rater attended a touchpoint of its account at most 7 days before or
        after it. Touchpoints after the period do not count; those of the week before it do, since
        they may be what an item of its first days is about.
    """
    lacks = _lacks(cycle, "evidence.account_id", "touchpoints.attendees")
    if lacks:
        return Found("coverage_proximity", needs=lacks)
    cited = _citations(cycle)
    items = evidence_timeline(cycle).dropna(subset=["account_id"])
    items = items.merge(cited[["person_id", "rater_id"]].drop_duplicates(), on="person_id")
    touchpoints = cycle.table("touchpoints")
    return _found(
        "coverage_proximity",
        _marked(items, cited, "rater_id"),
        _in_sight(items, touchpoints[touchpoints["date"] <= cycle.period.end]),
    )


def _lacks(cycle: Cycle, *columns: str) -> str:
    """What is missing, without naming columns of a table that is missing as a whole."""
    lacks = [] if len(evidence_timeline(cycle)) else ["evidence"]
    if cycle.missing("ratings"):
        lacks += [NO_RATINGS]
    elif _citations(cycle).empty:
        lacks += [cycle.missing("ratings.evidence_ids") or CITED_BY_OTHERS]
    lacks += [c for c in columns if c.split(".")[0] not in lacks and cycle.missing(c)]
    return "; ".join(lacks)


def _citations(cycle: Cycle) -> pd.DataFrame:
    """Who cited what of whose evidence: person_id, rater_id, evidence_id."""
    rows = cycle.table("ratings").dropna(subset=["evidence_ids"])
    rows = rows[rows["phase"].eq("manager") & rows["rater_id"].ne(rows["person_id"])]
    rows = one_id_a_row(rows, "evidence_ids", name="evidence_id")
    rows = rows[["person_id", "rater_id", "evidence_id"]]
    return rows.drop_duplicates().reset_index(drop=True)


def _marked(items: pd.DataFrame, citations: pd.DataFrame, *also: str) -> pd.DataFrame:
    """The items with ``file``, the number of the file each lies in, and whether it was cited."""
    keys = ["person_id", *also]
    cited = pd.MultiIndex.from_frame(items[[*keys, "evidence_id"]]).isin(
        pd.MultiIndex.from_frame(citations[[*keys, "evidence_id"]])
    )
    return items.assign(file=items.groupby(keys).ngroup(), cited=cited)


def _in_sight(items: pd.DataFrame, touchpoints: pd.DataFrame) -> pd.Series:
    there = one_id_a_row(touchpoints, "attendees", name="rater_id")
    there = there[["account_id", "rater_id", "date"]].drop_duplicates()
    rows = items[["account_id", "rater_id", "date"]].assign(_row=items.index)
    both = rows.merge(there, on=["account_id", "rater_id"], suffixes=("", "_seen"))
    near = (both["date"] - both["date_seen"]).dt.days.abs() <= SIGHT_DAYS
    return pd.Series(items.index.isin(both.loc[near, "_row"]), index=items.index)


def _found(check: str, items: pd.DataFrame, trait: pd.Series) -> Found:
    file, cited = items["file"].to_numpy(np.int64), items["cited"].to_numpy(bool)
    found = cited_and_on_file(file, trait.to_numpy(bool), cited, account=_accounts(items))
    n = {"items cited": int(cited.sum()), "items on file": len(items)}
    if found is None or found.citations < FEWEST_CITED:
        choices = 0 if found is None else found.citations
        why = "few_citations" if n["items cited"] < FEWEST_CITED else "few_choices"
        return Found(check, n=n, unsure=why, extra={"choices": float(choices)}, scale=1.0)
    extra = {"cited": found.cited, "on_file": found.on_file}
    return Found(
        check,
        p=found.p,
        effect=found.effect,
        low=found.low,
        high=found.high,
        n=n,
        extra=extra,
        scale=1.0,
    )


def _accounts(items: pd.DataFrame) -> Ints:
    """The account each item is about, anew in each file; an item of none is a matter of its own."""
    of = items.groupby(["file", "account_id"], dropna=False).ngroup().to_numpy(np.int64)
    return np.where(items["account_id"].notna(), of, len(items) + np.arange(len(items)))


def cited_and_on_file(
    file: Ints, trait: Flags, cited: Flags, *, account: Ints | None = None
) -> Coverage | None:
    """Compare the share of a trait among cited items with its share on file.

    Dealing the citations out again inside each file, as many as there were, makes the number of
    cited items with the trait a sum of hypergeometric numbers. Its distribution is worked out in
    full rather than shuffled. If items with the trait are cited with odds t, the same probabilities
    count ``t ** number``; the interval holds the odds the data do not speak against, as shares.
    Where accounts are cited with all of their items or none, there are fewer draws than items: the
    p value is then widened by how much more the figure varies from account to account, and the
    interval holds the odds that the widened test does not reject; see `csmkit.bias.clusters`.

    Parameters
    ----------
    file : array of int, shape (items,)
        The file each item lies in: a person's, or a person's for one rater.
    trait : array of bool, shape (items,)
        Whether the item has the trait, for example is of the last 30 days.
    cited : array of bool, shape (items,)
        Whether it was cited.
    account : array of int, shape (items,), optional
        The account each item is about, no two files sharing one; without it each item is a matter
        of its own.

    Returns
    -------
    Coverage or None
        None if nothing was cited.

    References
    ----------
    Zelen (1971), The analysis of several 2x2 contingency tables; Gart (1970), Point and interval
    estimation of the common odds ratio in the combination of 2x2 tables with fixed marginals.

    Examples
    --------
    >>> import numpy as np
    >>> file = np.zeros(10, dtype=int)
    >>> trait = np.arange(10) < 2
    >>> found = cited_and_on_file(file, trait, trait)
    >>> found.cited, found.on_file, round(found.p, 4)
    (1.0, 0.2, 0.0444)
    """
    if not cited.any():
        return None
    place = np.unique(file, return_inverse=True)[1]
    size = np.bincount(place)
    with_trait = np.bincount(place[trait], minlength=len(size))
    drawn = np.bincount(place[cited], minlength=len(size))
    seen = int((trait & cited).sum())
    expected = float((drawn * with_trait / size).sum())
    total = int(drawn.sum())
    free = (with_trait > 0) & (with_trait < size) & (drawn > 0) & (drawn < size)
    fixed = int(np.where(drawn == size, with_trait, np.where(with_trait == size, drawn, 0)).sum())
    left = seen - fixed
    files = (size[free], with_trait[free], drawn[free])
    by_lot = _Tilted.of(*files, 0.0)
    p = min(1.0, 2 * min(by_lot.below(left, 0.0), by_lot.above(left, 0.0)))
    tail = (1 - LEVEL) / 2
    if account is not None:
        more, df = citing_by_account(place, account, trait, cited)
        p, tail = _widened(p, more, df), _tail_widened_to(tail, more, df)
    near = _pooled(trait, cited)
    tilted = _Tilted.of(*files, near)
    odds = _root(lambda at: tilted.mean(at) - left)
    low = _root(lambda at: tilted.above(left, at) - tail)
    high = _root(lambda at: tail - tilted.below(left, at))
    share = [(tilted.mean(at) + fixed - expected) / total for at in (low, high)]
    return Coverage(
        seen / total,
        expected / total,
        (seen - expected) / total,
        share[0],
        share[1],
        _odds(odds),
        p,
        int(drawn[free].sum()),
    )


def _widened(p: float, more: float, df: int) -> float:
    """A p value of two sides where the figure varies so much more than by lot."""
    if more <= 1:
        return p
    return float(2 * stdtr(df, ndtri(p / 2) / np.sqrt(more)))


def _tail_widened_to(tail: float, more: float, df: int) -> float:
    """The chance by lot that `_widened` makes into ``tail``, each of one side."""
    if more <= 1:
        return tail
    return float(ndtr(stdtrit(df, tail) * np.sqrt(more)))


def _odds(log: float) -> float:
    """Odds from their logarithm: 0 or infinite where it has no end."""
    if abs(log) > FURTHEST - 1e-6:
        return float(np.inf if log > 0 else 0.0)
    return float(np.exp(log))


def _pooled(trait: Flags, cited: Flags) -> float:
    """Roughly the log odds, all files in one."""
    cells = [float((a & b).sum()) + 0.5 for a in (trait, ~trait) for b in (cited, ~cited)]
    return float(np.log(cells[0] * cells[3] / (cells[1] * cells[2])))


@dataclass(frozen=True, slots=True)
class _Tilted:
    """The cited items with the trait, summed over files, for any odds: number and log weight."""

    number: Floats
    weight: Floats

    @classmethod
    def of(cls, size: Ints, with_trait: Ints, drawn: Ints, near: float) -> _Tilted:
        """The sum's distribution; ``near`` is the log odds at which rounding must not matter."""
        lowest, sums = 0, np.ones(1)
        for n, k, c in zip(size.tolist(), with_trait.tolist(), drawn.tolist(), strict=True):
            x = np.arange(max(0, c - (n - k)), min(k, c) + 1)
            log = near * x - gammaln(x + 1) - gammaln(k - x + 1)
            log -= gammaln(c - x + 1) + gammaln(n - k - c + x + 1)
            part = np.exp(log - log.max())
            sums = np.convolve(sums, part / part.sum())
            lowest += int(x[0])
        number = np.arange(len(sums), dtype=np.float64) + lowest
        # What is too small to be held is left out; it is nowhere near.
        kept = sums > 0
        return cls(number[kept], np.log(sums[kept]) - near * number[kept])

    def _chance(self, odds: float) -> Floats:
        log = self.weight + odds * self.number
        chance = np.exp(log - log.max())
        return np.asarray(chance / chance.sum(), dtype=np.float64)

    def mean(self, odds: float) -> float:
        """The number expected at some log odds."""
        return float(self._chance(odds) @ self.number)

    def above(self, seen: int, odds: float) -> float:
        """The chance of as many or more."""
        return float(self._chance(odds)[self.number >= seen].sum())

    def below(self, seen: int, odds: float) -> float:
        """The chance of as many or fewer."""
        return float(self._chance(odds)[self.number <= seen].sum())


def _root(rising: Callable[[float], float]) -> float:
    """Where a function that never falls crosses 0; the furthest log odds if it does not."""
    low, high = -FURTHEST, FURTHEST
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
