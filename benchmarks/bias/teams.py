"""Made-up teams with nothing to find, or with one thing planted: what the checks are tried on.

Every number a team is drawn from stands in `Team` and in the constants here. Nothing is read from
the kit, so that a fault of the kit cannot hide in its own test.

Numbers the reference leaves open were set so that its naive correlation and, for coverage, its
power come about: how far outcomes follow skill (`EVENT_SKILL`), how many items are on file and
cited (`FILE`, `CITED`), and how far people's views of themselves follow skill (`SELF_SKILL`). The
naive method reads the own manager's rating alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
File = tuple[Ints, Flags, Flags, Flags, Flags, Ints]

MANAGERS = {8: 2, 15: 3, 40: 6}
COMPETENCIES = 20
LINKED = np.arange(COMPETENCIES) < 8  # those that a strong book makes look strong
DAYS = 180
RECENT = 30
SKILL, NOISE, SEVERITY = 0.7, 0.714, 0.3  # single-rater reliability 0.7**2 = 0.5
ITEM_NOISE = 1.3  # gives totals with a standard deviation between CSMs of about 9.5 steps
CUTS = (-0.9, 0.5)  # below the first red, above the second green
EVENT_SKILL, EVENT_NOISE = 0.45, 0.893
FILE, CITED = (15, 46), 8  # items of evidence on file for each CSM, from and below; items cited
OWN_CALLS, SKILL_CALLS = 1.6, 0.6
SELF_SKILL = 0.3  # what people see of their own skill: less than managers do


@dataclass(frozen=True)
class Team:
    """One team: n CSMs, m managers who all may rate, and what is on file."""

    skill: Floats  # (n,) true, never seen by a check
    manager: Ints  # (n,) index of the own manager
    person: Ints  # (pairs,) ascending
    rater: Ints  # (pairs,)
    own: Flags  # (pairs,) whether the rater is the own manager
    values: Floats  # (pairs, 20) colour steps 0, 1, 2
    strength: Floats  # (n,) how strong the book was at hand-over, standardised
    outcome: Floats  # (n,) outcome beyond what the book let expect, standardised
    practice: Floats  # (n,) practice score, standardised
    event_person: Ints  # (events,) ascending
    event_day: Ints  # (events,) 0 to DAYS - 1
    event_value: Floats  # (events,)
    attended: Floats  # (pairs,) share of the CSM's touchpoints the rater attended
    item_person: Ints  # (items,) ascending
    item_recent: Flags  # (items,) whether the item of evidence is from the last days
    item_green: Flags  # (items,) whether its account came to the CSM green
    item_attended: Flags  # (items,) whether the own manager attended a call around it
    item_cited: Flags  # (items,) whether the own manager's rating cites it
    item_account: Ints  # (items,) the account it is about, numbered over the whole team
    self_values: Floats  # (n, 20) colour steps that CSMs give themselves

    @property
    def totals(self) -> Floats:
        """Colour steps of each pair on the whole matrix."""
        return self.values.sum(axis=1)

    @property
    def recent(self) -> Flags:
        """Which events fall into the last days of the window."""
        return self.event_day >= DAYS - RECENT


def draw_team(
    n: int,
    rng: np.random.Generator,
    *,
    severity: float = SEVERITY,
    book_by_skill: float = 0.0,
    calls_by_skill: float = 0.0,
    own_kindness: float = 0.0,
    recency: float = 0.0,
    inherited: float = 0.0,
    inherited_linked: float = 0.0,
    proximity: float = 0.0,
    kinder: float = 0.0,
    halo: float = 0.0,
    compressed: float = 0.0,
    cited_odds: float = 1.0,
    green_odds: float = 1.0,
    attended_odds: float = 1.0,
    self_kinder: float = 0.0,
    raters: float = 3,
    accounts: float = 0,
    whole: float = 0,
) -> Team:
    """Draw one team.

    Parameters
    ----------
    n : int
        CSMs: 8, 15 or 40, with 2, 3 or 6 managers.
    rng : Generator
        Where chance comes from.
    severity : float
        Standard deviation of the raters' severity, in latent units (1 is one standard deviation of
        ratings between CSMs).
    book_by_skill : float
        Correlation of a CSM's starting book with skill; 0.4 when strong CSMs get strong books.
    calls_by_skill : float
        Weight of skill in who is accompanied: 0.6 when managers join strong CSMs' calls, -0.6 when
        they join at-risk calls.
    own_kindness : float
        How much kinder managers are to their own reports.
    recency, inherited, inherited_linked, proximity : float
        Planted: the shift of a rating for one standard deviation of what looks recent, of the
        book's strength (on all competencies, or on the linked ones alone), of attended calls.
    kinder : float
        Planted: the first rater is this much kinder.
    halo : float
        Planted: the first rater's variation between competencies is cut by this share.
    compressed : float
        Planted: the first rater's values are drawn towards the middle by this share.
    cited_odds, green_odds, attended_odds : float
        Planted: how much more readily an item is cited that is of the last days, about an account
        that came green, about a call the manager attended. The three have nothing to do with each
        other inside a file.
    self_kinder : float
        Planted: by how much CSMs are kinder to themselves than managers are.
    raters : float
        How many managers rate a CSM at most.
    accounts : float
        How many accounts a CSM's items are about; then an account as a whole came green or was
        attended. 0: each item is a matter of its own.
    whole : float
        Above 0: an account is cited with all of its items or none.
    """
    m = MANAGERS[n]
    skill = rng.normal(size=n)
    manager = np.arange(n) % m
    person, rater = _who_rates(n, min(int(raters), m), manager, rng)
    own = manager[person] == rater
    strength = _standard(book_by_skill * skill + np.sqrt(1 - book_by_skill**2) * rng.normal(size=n))
    outcome = _standard(0.6 * skill + 0.8 * rng.normal(size=n))
    practice = _standard(0.6 * skill + 0.8 * rng.normal(size=n))
    event_person, event_day, event_value = _events(skill, rng)
    calls = rng.normal(size=(n, m)) - 1 + calls_by_skill * skill[:, None]
    calls[np.arange(n), manager] += OWN_CALLS
    attended = (1 / (1 + np.exp(-calls)))[person, rater]
    latent = (
        SKILL * skill[person]
        + NOISE * rng.normal(size=len(person))
        + severity * rng.normal(size=m)[rater]
        + own_kindness * own
        + recency * _standard(_looks_recent(n, event_person, event_day, event_value))[person]
        + inherited * strength[person]
        + proximity * _standard(attended)
        + kinder * (rater == 0)
    )
    by_item = latent[:, None] + inherited_linked * strength[person, None] * LINKED
    spread = ITEM_NOISE * np.where(rater == 0, 1 - halo, 1.0)
    seen = by_item + spread[:, None] * rng.normal(size=(len(person), COMPETENCIES))
    middle = sum(CUTS) / 2
    pull = np.where(rater == 0, 1 - compressed, 1.0)[:, None]
    values = _colours(middle + (seen - middle) * pull)
    chances = 1 / (1 + np.exp(-strength)), attended[own]
    file = _file(chances, (cited_odds, green_odds, attended_odds), rng)
    of_self = _of_themselves(skill, self_kinder, rng)
    if accounts:
        file = _by_account(file[:2], chances, green_odds, (int(accounts), whole > 0), rng)
    return Team(
        skill, manager, person, rater, own, values, strength, outcome, practice,
        event_person, event_day, event_value, attended, *file, of_self,
    )  # fmt: skip


def _colours(seen: Floats) -> Floats:
    """Colour steps of latent values."""
    return np.asarray((seen > CUTS[0]).astype(float) + (seen > CUTS[1]))


def _of_themselves(skill: Floats, kinder: float, rng: np.random.Generator) -> Floats:
    """What CSMs give themselves: in all as high and as varied as what managers give them."""
    rest = np.sqrt(SKILL**2 + NOISE**2 - SELF_SKILL**2)
    latent = SELF_SKILL * skill + kinder + rest * rng.normal(size=len(skill))
    return _colours(latent[:, None] + ITEM_NOISE * rng.normal(size=(len(skill), COMPETENCIES)))


def _who_rates(n: int, raters: int, manager: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The own manager and others for each CSM, so many in all."""
    order = rng.random((n, len(np.unique(manager))))
    order[np.arange(n), manager] = -1
    chosen = np.sort(np.argsort(order, axis=1)[:, :raters], axis=1)
    return np.repeat(np.arange(n), chosen.shape[1]), chosen.ravel()


def _events(skill: Floats, rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    """8 to 30 dated outcomes for each CSM, spread evenly over the window."""
    count = rng.integers(8, 31, size=len(skill))
    person = np.repeat(np.arange(len(skill)), count)
    day = rng.integers(0, DAYS, size=len(person))
    value = EVENT_SKILL * skill[person] + EVENT_NOISE * rng.normal(size=len(person))
    return person, day, value


def _file(
    chances: tuple[Floats, Floats], odds: tuple[float, float, float], rng: np.random.Generator
) -> File:
    """15 to 45 items on file for each CSM, spread evenly over the window, and the 8 cited.

    An item's account came green, and a call around it was attended, with the CSM's own chances.
    """
    n = len(chances[0])
    person = np.repeat(np.arange(n), rng.integers(*FILE, size=n))
    recent = rng.integers(0, DAYS, size=len(person)) >= DAYS - RECENT
    wait = rng.exponential(size=len(person))
    green, attended = (rng.random(len(person)) < chance[person] for chance in chances)
    # Drawn one after the other, each time with these odds: the shortest of exponential waits.
    for trait, times in zip((recent, green, attended), odds, strict=True):
        wait = wait / np.where(trait, times, 1.0)
    order = np.lexsort((wait, person))
    place = np.empty(len(person), dtype=np.int64)
    place[order] = np.arange(len(person))
    first = np.searchsorted(person, person)
    return person, recent, green, attended, place - first < CITED, np.arange(len(person))


def _by_account(
    items: tuple[Ints, Flags],
    chances: tuple[Floats, Floats],
    green_odds: float,
    accounts: tuple[int, bool],
    rng: np.random.Generator,
) -> File:
    """The same items, each about one of so many accounts of its CSM.

    What is cited is drawn item by item, or account by account until 8 items or more are.
    """
    (person, recent), (count, whole) = items, accounts
    of = np.repeat(np.arange(len(chances[0])), count)
    account = person * count + rng.integers(0, count, size=len(person))
    green, attended = (rng.random(len(of)) < chance[of] for chance in chances)
    drawn, owner = (np.arange(len(of)), of) if whole else (account, person)
    wait = rng.exponential(size=len(drawn)) / np.where(green[drawn], green_odds, 1.0)
    size = (
        np.bincount(account, minlength=len(of)) if whole else np.ones(len(person), dtype=np.int64)
    )
    order = np.lexsort((wait, owner))
    through = np.cumsum(size[order])
    start = np.searchsorted(owner, owner)
    before = through - size[order] - np.append(0, through)[start]
    cited = np.empty(len(drawn), dtype=bool)
    cited[order] = before < CITED
    by_item = cited[account] if whole else cited
    return person, recent, green[account], attended[account], by_item, account


def _looks_recent(n: int, person: Ints, day: Ints, value: Floats) -> Floats:
    """Mean of the last days' outcomes minus the mean of the earlier ones; 0 where one is empty."""
    late = day >= DAYS - RECENT

    def mean(which: Flags) -> Floats:
        count = np.bincount(person[which], minlength=n)
        total = np.bincount(person[which], weights=value[which], minlength=n)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    return np.nan_to_num(mean(late) - mean(~late))


def _standard(values: Floats) -> Floats:
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1.0)
