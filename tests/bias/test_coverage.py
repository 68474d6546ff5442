"""Evidence coverage: cited beside on file, against exact figures and the packages that have them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, nchypergeom_fisher
from scipy.stats.contingency import odds_ratio

from benchmarks.bias.cells_books import coverage as p_of_team
from benchmarks.bias.teams import draw_team
from csmkit.bias.clusters import citing_by_account
from csmkit.bias.coverage import (
    check_coverage_inheritance,
    check_coverage_proximity,
    check_coverage_recency,
    cited_and_on_file,
)
from csmkit.bias.ratings import NO_RATINGS
from csmkit.bias.shuffle import stream
from tests.compute.helpers import cycle_of, owned, rows


def file_of(cited_with: int, cited_without: int, left_with: int, left_without: int):
    """One file: how many items with and without the trait were cited, and were left."""
    counts = (cited_with, cited_without, left_with, left_without)
    trait = np.repeat([True, False, True, False], counts)
    cited = np.repeat([True, True, False, False], counts)
    return trait, cited


def test_shares_and_p_value_by_hand():
    # Two of ten items are recent, and just these two were cited: 1 of 45 pairs, twice for two sides.
    trait, cited = file_of(2, 0, 0, 8)
    found = cited_and_on_file(np.zeros(10, dtype=int), trait, cited)
    assert (found.cited, found.on_file, found.effect) == (1.0, 0.2, 0.8)
    assert found.p == pytest.approx(2 / 45)
    assert found.odds == np.inf
    assert found.high == pytest.approx(0.8)
    assert 0 < found.low < 0.8


@pytest.mark.parametrize("counts", [(6, 4, 5, 15), (3, 12, 9, 10), (1, 9, 1, 9), (5, 0, 4, 11)])
def test_one_file_is_fishers_exact_test(counts):
    trait, cited = file_of(*counts)
    found = cited_and_on_file(np.zeros(len(trait), dtype=int), trait, cited)
    a, b, c, d = counts
    exact = odds_ratio(np.array([[a, b], [c, d]]), kind="conditional")
    assert found.odds == pytest.approx(exact.statistic, rel=1e-6)
    ends = exact.confidence_interval(0.95)
    drawn, with_trait, size = a + b, a + c, sum(counts)
    for share, odds in ((found.low, ends.low), (found.high, ends.high)):
        if np.isinf(odds):
            mean = min(drawn, with_trait)
        else:
            mean = nchypergeom_fisher.mean(size, with_trait, drawn, odds)
        assert share == pytest.approx(mean / drawn - with_trait / size, abs=1e-6)
    sides = [fisher_exact([[a, b], [c, d]], s).pvalue for s in ("less", "greater")]
    assert found.p == pytest.approx(min(1.0, 2 * min(sides)))


def test_several_files_are_dealt_out_each_for_itself():
    rng = np.random.default_rng(3)
    file = np.repeat([0, 1, 2], [12, 20, 9])
    trait, cited = rng.random(41) < 0.4, rng.random(41) < 0.4
    found = cited_and_on_file(file, trait, cited)
    size, k, c = (np.bincount(file, weights=w).astype(int) for w in (np.ones(41), trait, cited))
    sums = rng.hypergeometric(k, size - k, c, size=(200_000, 3)).sum(axis=1)
    seen = (trait & cited).sum()
    tails = min((sums <= seen).mean(), (sums >= seen).mean())
    assert found.p == pytest.approx(min(1.0, 2 * tails), abs=0.01)
    assert found.on_file == pytest.approx(sums.mean() / c.sum(), abs=0.002)


def test_a_busy_file_does_not_speak_for_the_others():
    # Within each file cited items are as recent as the file; the pooled table says otherwise.
    trait = np.concatenate([np.repeat([True, False], [8, 2]), np.repeat([True, False], [2, 38])])
    cited = np.concatenate([[1, 1, 1, 1, 0, 0, 0, 0, 1, 0], [1, 0], np.arange(38) < 19]) > 0
    found = cited_and_on_file(np.repeat([0, 1], [10, 40]), trait, cited)
    assert found.effect == pytest.approx(0.0)
    assert found.p == 1.0


@given(st.data())
def test_the_interval_agrees_with_the_p_value(data):
    size = data.draw(st.integers(2, 40))
    flags = st.lists(st.booleans(), min_size=size, max_size=size)
    trait, cited = (np.array(data.draw(flags)) for _ in range(2))
    file = np.sort(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)))
    found = cited_and_on_file(file, trait, cited)
    if not cited.any():
        assert found is None
        return
    assert_interval_agrees(found)


@given(st.data())
def test_the_interval_agrees_with_the_p_value_by_accounts(data):
    # Accounts of as many items; the trait and the citing go by account, but for some items.
    files, accounts, items = (data.draw(st.integers(*of)) for of in ((1, 8), (1, 4), (1, 6)))
    account = np.repeat(np.arange(files * accounts), items)
    whole = st.lists(st.booleans(), min_size=files * accounts, max_size=files * accounts)
    odd = st.sets(st.integers(0, len(account) - 1), max_size=3)
    trait, cited = (
        np.repeat(data.draw(whole), items) ^ np.isin(np.arange(len(account)), [*data.draw(odd)])
        for _ in range(2)
    )
    # Often all that is cited has the trait, or nothing that is.
    only = data.draw(st.sampled_from([trait, ~trait, np.ones_like(trait)]))
    found = cited_and_on_file(account // accounts, trait, cited & only, account=account)
    if found is not None:
        assert_interval_agrees(found)


def assert_interval_agrees(found):
    assert -1 <= found.low <= found.effect + 1e-9
    assert found.effect <= found.high + 1e-9 <= 1 + 2e-9
    if found.p <= 0.049:
        assert found.low > -1e-9 or found.high < 1e-9
    if found.p >= 0.051:
        assert found.low <= 1e-9
        assert found.high >= -1e-9


def test_files_without_a_choice_say_nothing():
    # All cited; nothing recent: either way the number is fixed.
    file = np.repeat([0, 1], 4)
    trait = np.array([True, True, False, False] + [False] * 4)
    cited = np.array([True] * 4 + [True, False, False, False])
    found = cited_and_on_file(file, trait, cited)
    assert (found.p, found.effect, found.citations) == (1.0, 0.0, 0)


def test_a_strong_effect_over_many_files_is_no_trouble_for_the_numbers():
    rng = np.random.default_rng(2)
    file = np.repeat(np.arange(600), 40)
    trait = rng.random(len(file)) < 0.2
    cited = rng.random(len(file)) < np.where(trait, 0.75, 0.25)
    found = cited_and_on_file(file, trait, cited)
    assert found.p < 1e-100
    assert found.odds == pytest.approx(9, rel=0.1)
    assert found.low < found.effect < found.high
    assert found.high - found.low < 0.03


def test_false_alarms_are_no_more_than_said():
    rng = stream(1, "coverage")
    p = [p_of_team(draw_team(8, rng), 0, rng) for _ in range(400)]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.0475 / 400)


# ── cycles ───────────────────────────────────────────────────────────────────────────────────────
OLD, NEW = "2026-03-01", "2026-06-20"


def cycle(**tables: pd.DataFrame):
    """Ana's 24 items: 12 about a (green at hand-over), 12 about b (red), half of each recent.

    Mia cites all recent items about a, and two others; Ana cites everything of hers.
    """
    items = [
        (f"{account}{i}", "ana", NEW if i < 6 else OLD, "x", account)
        for account in "ab"
        for i in range(12)
    ]
    cited = [f"a{i}" for i in range(8)] + ["b0", "b1", "a0"]
    given = {
        "people": rows(
            "person_id name role manager_id",
            ("ana", "Ana", "csm", "mia"),
            ("mia", "Mia", "manager", None),
        ),
        "ownership": owned(("a", "ana", "2025-12-01", None), ("b", "ana", "2026-02-01", None)),
        "evidence": rows("evidence_id person_id date text account_id", *items),
        "health": rows(
            "account_id date status",
            ("a", "2025-12-15", "green"),
            ("b", "2026-01-15", "red"),
            ("b", "2026-02-15", "green"),
        ),
        "touchpoints": rows(
            "account_id date type attendees",
            ("a", "2026-06-25", "qbr", "ana; mia"),
            ("b", OLD, "qbr", "ana"),
            ("b", "2026-06-01", "qbr", "mia"),
        ),
        "ratings": rows(
            "person_id rater_id competency phase value evidence_ids",
            ("ana", "mia", "adoption", "manager", "green", "; ".join(cited[:6])),
            ("ana", "mia", "advocacy", "manager", "green", ";".join(cited[6:]) + "; zzz"),
            ("ana", "mia", "onboarding", "prevote", "green", "b9"),
            ("ana", "ana", "adoption", "self", "green", ";".join(i[0] for i in items)),
        ),
    }
    return cycle_of(**{**given, **tables})


def test_recent_items_are_those_of_the_last_days():
    found = check_coverage_recency(cycle())
    assert found.n == {"items cited": 10, "items on file": 24}
    assert found.extra == {"cited": 0.8, "on_file": 0.5}
    assert found.effect == pytest.approx(0.3)
    assert found.scale == 1.0
    assert check_coverage_recency(cycle(), days=11).extra["on_file"] == 0.5
    # With a window that no item falls into there is nothing to choose.
    assert check_coverage_recency(cycle(), days=10).unsure == "few_choices"


def test_inherited_green_is_the_colour_before_the_hand_over():
    found = check_coverage_inheritance(cycle())
    assert found.extra == {"cited": 0.8, "on_file": 0.5}


def test_items_about_accounts_of_unknown_health_are_left_out():
    known = cycle().table("health").head(1)
    found = check_coverage_inheritance(cycle(health=known))
    assert found.n["items on file"] == 12
    assert found.unsure == "few_citations"


def test_what_a_rater_attended_is_within_a_week_of_the_touchpoint():
    found = check_coverage_proximity(cycle())
    # In Mia's sight: the 6 recent items about a, 5 days before; not b, 19 days after.
    assert found.extra == {"cited": 0.6, "on_file": 0.25}


def test_touchpoints_after_the_period_bring_nothing_into_sight():
    touches = cycle().table("touchpoints")
    # Two days after the last items about b, but the period is over; before it began, they count.
    late = touches.head(1).assign(account_id="b", date=pd.Timestamp("2026-07-01"))
    items = cycle().table("evidence")
    items["date"] = items["date"].mask(items["date"].eq(NEW), pd.Timestamp("2026-06-29"))
    seen = check_coverage_proximity(cycle(evidence=items, touchpoints=pd.concat([touches, late])))
    assert seen.extra == {"cited": 0.6, "on_file": 0.25}
    items["date"] = items["date"].mask(items["date"].eq(OLD), pd.Timestamp("2026-01-02"))
    early = touches.head(1).assign(date=pd.Timestamp("2025-12-29"))
    seen = check_coverage_proximity(cycle(evidence=items, touchpoints=pd.concat([touches, early])))
    assert seen.extra["on_file"] == 0.5


def test_private_items_are_not_on_file():
    items = cycle().table("evidence")
    items["private"] = items["evidence_id"].isin(["a0", "b11"])
    found = check_coverage_recency(cycle(evidence=items))
    assert found.n == {"items cited": 9, "items on file": 22}
    assert found.unsure == "few_citations"


@pytest.mark.parametrize(
    ("table", "needs"),
    [
        ("evidence", ["evidence"] * 3),
        ("ratings", [NO_RATINGS] * 3),
        ("health", ["", "health on or before the day of hand-over", ""]),
        ("touchpoints", ["", "", "touchpoints.attendees"]),
    ],
)
def test_what_is_missing_is_named(table, needs):
    bare = cycle().with_tables(**{table: cycle().table(table).head(0)})
    checks = (check_coverage_recency, check_coverage_inheritance, check_coverage_proximity)
    assert [check(bare).needs for check in checks] == needs


def two_accounts_each(files: int):
    """Files of two accounts of 5 items: a green one that is cited whole, and one that is not."""
    file = np.repeat(np.arange(files), 10)
    account = np.repeat(np.arange(2 * files), 5)
    green = account % 2 == 0
    return file, account, green


def test_accounts_cited_whole_are_as_many_draws_as_accounts():
    file, account, green = two_accounts_each(4)
    # Three of four files cite the green account: nothing odd, but by items it looks so.
    cited = green ^ (file == 3)
    by_item = cited_and_on_file(file, green, cited)
    by_account = cited_and_on_file(file, green, cited, account=account)
    assert by_item.p < 0.01
    # Each file's variance: 5 * 5 / 4 * ... by items (5 * 5 * 25) / 9 / 25, by accounts 2 * 2 * 25.
    assert citing_by_account(file, account, green, cited) == (pytest.approx(9.0), 4)
    assert by_account.p > 0.2
    assert by_account.low < 0 < by_account.high
    assert by_account.effect == by_item.effect


@pytest.mark.parametrize(
    ("cited_first", "p", "ends", "near"),
    [(0, 6.6e-6, 0.75, 0.53), (2, 2.4e-4, -0.25, -0.16)],
    ids=["all have the trait", "none has it"],
)
def test_the_interval_ends_where_all_or_none_of_the_cited_have_the_trait(
    cited_first, p, ends, near
):
    # 8 files of 8 accounts of 5 items; two are green, and two are cited whole: these or others.
    account = np.repeat(np.arange(64), 5)
    place = account % 8
    cited = (place >= cited_first) & (place < cited_first + 2)
    found = cited_and_on_file(account // 8, place < 2, cited, account=account)
    assert found.p == pytest.approx(p, rel=0.01)
    assert found.effect == ends
    # The other end is where the widened test no longer rejects; 0 is beyond it.
    assert sorted((found.low, found.high)) == pytest.approx(sorted((ends, near)), abs=0.01)


def test_an_account_for_each_item_changes_little():
    rng = np.random.default_rng(4)
    file = np.repeat(np.arange(20), 30)
    trait, cited = rng.random(600) < 0.4, rng.random(600) < 0.3
    more, df = citing_by_account(file, np.arange(600), trait, cited)
    assert 1 <= more < 1.2
    assert df == 580


def test_one_account_a_file_says_nothing_of_accounts():
    file, _, green = two_accounts_each(3)
    cited = np.arange(30) % 3 == 0
    assert citing_by_account(file, file, green, cited) == (1.0, 0)
    alone = cited_and_on_file(file, green, cited, account=file)
    assert alone == cited_and_on_file(file, green, cited)
