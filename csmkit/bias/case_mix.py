"""What an average CSM would keep of each book, and whether a difference is more than chance.

Arrays in, arrays out; `csmkit.bias.expected` prepares them from a cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr

from csmkit.bias.funnel import additive_variance, overdispersion
from csmkit.bias.logistic import Logistic, fit_logistic, sigmoid, with_ones
from csmkit.bias.shuffle import LEVEL, SHUFFLES, Floats, Ints, deals
from csmkit.bias.verdicts import holm

# From here on the spread between CSMs beyond chance can be estimated, and is.
LARGE = 2000
FOLDS = 10
BIN_ROWS, MOST_BINS = 30, 6
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Books:
    """The accounts of a team's opening, one row per person and account, in order of person.

    Attributes
    ----------
    person : array of int, shape (rows,)
        Ascending, 0 to the number of people less one; everybody has a row.
    account : array of int, shape (rows,)
        The same number for the same account.
    lost : array, shape (rows,)
        1 where the account counts as a loss, else 0.
    kept : array, shape (rows,)
        The share of its opening ARR that was kept, 0 to 1.
    opening : array, shape (rows,)
        Its opening ARR, above 0.
    columns : array, shape (rows, facts)
        Start facts, standardised.
    exposure : array, shape (rows,)
        The part of the period at risk, above 0, up to 1.
    """

    person: Ints
    account: Ints
    lost: Floats
    kept: Floats
    opening: Floats
    columns: Floats
    exposure: Floats

    @property
    def people(self) -> int:
        """How many people."""
        return int(self.person.max()) + 1

    @property
    def offset(self) -> Floats:
        """What the time at risk adds to the log odds."""
        return np.log(self.exposure)

    @property
    def large(self) -> bool:
        """Whether there are enough accounts for a funnel."""
        return len(self.person) >= LARGE

    def total(self, values: Floats) -> Floats:
        """The sum of a value per row over each person's rows."""
        sums: Floats = np.bincount(self.person, weights=values, minlength=self.people).astype(
            np.float64
        )
        return sums


@dataclass(frozen=True, slots=True)
class Expected:
    """What an average CSM would keep of each person's book; arrays of shape (people,).

    ``arr`` are shares of opening ARR, ``logo`` shares of accounts; low and high are the 95 %
    interval of an average CSM with exactly this book.
    """

    risk: Floats
    losses: Floats
    arr: Floats
    arr_low: Floats
    arr_high: Floats
    logo: Floats
    logo_low: Floats
    logo_high: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """P values over the people of a team, adjusted for their number.

    Attributes
    ----------
    p : array, shape (people,)
        Adjusted: where nobody differs, one of all people is below 0.05 in 5 % of teams at most.
    phi, tau : float
        Overdispersion of the losses, and the standard deviation between CSMs on the scale of log
        odds that it stands for; 1 and 0 where the team is too small to estimate them.
    """

    p: Floats
    phi: float
    tau: float


def cross_fitted(books: Books) -> tuple[list[Logistic], Ints]:
    """Models that never saw the accounts of the people they are for, and each person's model.

    People are dealt to up to ten folds; each fold's model is fitted without the fold's accounts,
    also where somebody outside of it shares or owned one of them.
    """
    fold = np.arange(books.people, dtype=np.int64) % min(FOLDS, books.people)
    models = []
    for number in range(int(fold.max()) + 1):
        inside = fold[books.person] == number
        train = ~np.isin(books.account, books.account[inside])
        models.append(fit_logistic(books.columns[train], books.lost[train], books.offset[train]))
    return models, fold


def expected_of(
    books: Books, tau: float, *, rng: np.random.Generator, level: float = LEVEL
) -> Expected:
    """What an average CSM keeps of each book: the model's figure, and draws of what may happen.

    Each draw takes the weights within their own uncertainty, tau for what sets usual CSMs apart,
    then chance for each account; what a lost and a kept account keep of its ARR is drawn from the
    accounts of others.

    Parameters
    ----------
    books : Books
        The team's accounts; people of at least two.
    tau : float
        Standard deviation between usual CSMs on the scale of log odds.
    rng : Generator
        Where chance comes from.
    level : float
        Of the intervals.
    """
    models, fold = cross_fitted(books)
    risk = np.empty(len(books.person))
    figures = np.empty((books.people, 6))
    edges = [(1 - level) / 2, (1 + level) / 2]
    for who in range(books.people):
        rows = books.person == who
        others = ~np.isin(books.account, books.account[rows])
        model = models[fold[who]]
        risk[rows] = model.risk(books.columns[rows], books.offset[rows])
        weight = books.opening[rows] / books.opening[rows].sum()
        gone, stayed = (books.kept[others & (books.lost == y)] for y in (1.0, 0.0))
        gone = gone if len(gone) else np.zeros(1)
        stayed = stayed if len(stayed) else np.ones(1)
        lost = _drawn_losses(model, books.columns[rows], books.offset[rows], tau, rng)
        kept = np.where(lost, rng.choice(gone, lost.shape), rng.choice(stayed, lost.shape))
        arr, logo = kept @ weight, 1 - lost.mean(axis=1)
        mine = risk[rows]
        figures[who] = (
            weight @ (mine * gone.mean() + (1 - mine) * stayed.mean()),
            *np.quantile(arr, edges, method="nearest"),
            1 - mine.mean(),
            *np.quantile(logo, edges, method="nearest"),
        )
    return Expected(risk, books.total(risk), *figures.T)


def _drawn_losses(
    model: Logistic, columns: Floats, offset: Floats, tau: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Which accounts are lost, in each of many draws: shape (draws, rows)."""
    weights = rng.multivariate_normal(
        model.weights, model.covariance, size=DRAWS, method="cholesky"
    )
    odds = weights @ with_ones(columns).T + offset + tau * rng.normal(size=(DRAWS, 1))
    lost: NDArray[np.bool_] = rng.random(odds.shape) < sigmoid(odds)
    return lost


def judged(books: Books, *, rng: np.random.Generator, shuffles: int = SHUFFLES) -> Judged:
    """Whose losses differ from what their book lets expect by more than chance.

    Below 2,000 accounts what was lost is dealt back to CSMs inside bins of risk (`dealt`); from
    there on a funnel with overdispersed limits (`funnelled`).
    """
    return funnelled(books) if books.large else dealt(books, rng=rng, shuffles=shuffles)


def dealt(books: Books, *, rng: np.random.Generator, shuffles: int = SHUFFLES) -> Judged:
    """P values of a small team, by dealing losses back to CSMs inside bins of starting risk.

    Losses less risk of one model for all are shuffled among accounts of about the same risk; what
    the model would take up of them if it were fitted again is taken out, as it is of the observed
    ones. Each CSM's sum is held against the shuffled ones on its side (losses are skewed), and the
    largest over the team against the largest of each shuffle.

    References
    ----------
    Freedman and Lane (1983) for shuffling residuals; Westfall and Young (1993), Resampling-based
    multiple testing, for the largest over the team.
    """
    model = fit_logistic(books.columns, books.lost, books.offset)
    risk = model.risk(books.columns, books.offset)
    x, spread = with_ones(books.columns), risk * (1 - risk)
    taken_up = model.covariance @ (x * spread[:, None]).T
    used = float(np.einsum("ij,ji->", x, taken_up))
    whose = np.zeros((len(risk), books.people))
    whose[np.arange(len(risk)), books.person] = 1.0
    left = whose - x @ (taken_up @ whose)
    residual = books.lost - risk
    bins = _bins(risk)
    order = np.argsort(bins, kind="stable")
    grown = residual[order] * np.sqrt(len(risk) / max(len(risk) - used, 1.0))
    parts = [grown[chosen] @ left[order] for chosen in deals(bins[order], shuffles, rng)]
    shuffled = np.concatenate(parts)
    observed = residual @ whose
    edges = np.quantile(shuffled, [0.025, 0.975], axis=0)
    # A side that chance never leaves has no scale; whoever stands there stands out.
    low, high = np.maximum(-edges[0], 1e-9), np.maximum(edges[1], 1e-9)

    def size(values: Floats) -> Floats:
        sized: Floats = np.where(values < 0, -values / low, values / high)
        return sized

    most = np.append(size(shuffled).max(axis=1), size(observed).max())
    p = np.array([np.mean(most >= value * (1 - 1e-9)) for value in size(observed)])
    return Judged(p, 1.0, 0.0)


def _bins(risk: Floats) -> Ints:
    """Bins of about the same risk and of at least 30 rows, up to six."""
    count = int(np.clip(len(risk) // BIN_ROWS, 1, MOST_BINS))
    place = np.argsort(np.argsort(risk, kind="stable"), kind="stable")
    return (place * count // len(risk)).astype(np.int64)


def funnelled(books: Books) -> Judged:
    """P values of a large team: a funnel whose limits hold what usually sets CSMs apart.

    Each person's losses are held against the exact distribution of a sum of their accounts' risks
    (mid-p), and the z of it against the spread of a team's z, outer tenths drawn in; what that is
    above 1 becomes a variance between CSMs, and p is adjusted by Holm. Student's t takes the place
    of the normal where that variance had to be estimated.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance; Holm (1979).
    """
    models, fold = cross_fitted(books)
    z, information = np.empty(books.people), np.empty(books.people)
    for who in range(books.people):
        rows = books.person == who
        risk = models[fold[who]].risk(books.columns[rows], books.offset[rows])
        information[who] = max(float((risk * (1 - risk)).sum()), 1e-9)
        z[who] = mid_z(int(books.lost[rows].sum()), risk)
    phi, _ = overdispersion(z)
    tau2 = additive_variance(phi, 1 / information)
    wide = np.abs(z) / np.sqrt(1 + tau2 * information)
    free = books.people - 1
    p = 2 * (stdtr(free, -wide) if tau2 > 0 else ndtr(-wide))
    return Judged(np.array(holm([float(v) for v in p])), phi, float(np.sqrt(tau2)))


def mid_z(losses: int, risk: Floats) -> float:
    """How far a number of losses is from what risks let expect, in standard deviations.

    The normal quantile of P(fewer) + P(as many) / 2, from the exact distribution of a sum of
    independent losses with these risks.
    """
    chance = np.zeros(len(risk) + 1)
    chance[0] = 1.0
    for i, one in enumerate(risk, start=1):
        chance[1 : i + 1] = chance[1 : i + 1] * (1 - one) + chance[:i] * one
        chance[0] *= 1 - one
    half = chance[losses] / 2
    below, above = chance[:losses].sum() + half, chance[losses + 1 :].sum() + half
    if below < above:
        return float(ndtri(max(below, 1e-300)))
    return float(-ndtri(max(above, 1e-300)))
