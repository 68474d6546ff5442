"""The lot by which business reviews are drawn for a spot-check: fair, and the same again."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import csmkit as ck
from csmkit.compute.qbr_draw import COLUMNS, MOST_SEED, new_seed, qbr_draw
from csmkit.errors import UsageError
from tests.compute.helpers import csms, cycle_of, owned, rows

TOUCH = (
    "account_id person_id date type deck_retrospective deck_action_plan deck_expansion deck_usage"
)
SEEDS = 1000


def held(*reviews, people=("ana",), ownership=None, **tables):
    accounts = sorted({review[0] for review in reviews})
    if ownership is None:
        ownership = owned(*((a, "ana", "2025-01-01", None) for a in accounts))
    return cycle_of(
        people=csms(*people), ownership=ownership, touchpoints=rows(TOUCH, *reviews), **tables
    )


def plain(account, who="ana", date="2026-03-02", kind="qbr"):
    return (account, who, date, kind, None, None, None, None)


def eight(who="ana"):
    return [plain(account, who) for account in "abcdefgh"]


def accounts(cycle, seed, **how):
    return qbr_draw(cycle, **{"csm": "ana", "seed": seed, **how})["account"].tolist()


def test_each_review_has_the_same_chance_and_none_comes_twice():
    cycle = held(*eight())
    draws = [accounts(cycle, seed) for seed in range(SEEDS)]
    assert all(len(set(drawn)) == 3 for drawn in draws)
    # 3 of 8 in 1,000 draws: each 375 times, with a variance of 1,000 * 3/8 * 5/8. Counts of one
    # draw hang together, which takes a degree of freedom and a factor of 7/8.
    counts = Counter(name for drawn in draws for name in drawn)
    squares = sum((counts[name] - 375) ** 2 for name in "abcdefgh") / (SEEDS * 15 / 64) * 7 / 8
    assert chi2.sf(squares, 7) > 0.01
    first = Counter(drawn[0] for drawn in draws)
    squares = sum((first[name] - 125) ** 2 / 125 for name in "abcdefgh")
    assert chi2.sf(squares, 7) > 0.01
    # Any two together: 1,000 * (3 * 2) / (8 * 7) times each.
    pairs = Counter(
        tuple(sorted(p)) for d in draws for p in ((d[0], d[1]), (d[0], d[2]), (d[1], d[2]))
    )
    assert len(pairs) == 28
    assert max(abs(n - 107.1) for n in pairs.values()) < 4 * np.sqrt(107.1)


@pytest.mark.parametrize(("seed", "drawn"), [(4711, ["a", "g", "b"]), (0, ["d", "f", "b"])])
def test_the_same_seed_draws_the_same_on_any_machine(seed, drawn):
    # Written down once: another release of numpy, or another machine, must give these.
    assert accounts(held(*eight()), seed) == drawn


def test_the_order_of_rows_changes_nothing():
    reviews = [plain(a, date=f"2026-0{1 + i % 6}-1{i}") for i, a in enumerate("abcdefgh")]
    for seed in range(20):
        drawn = qbr_draw(held(*reviews), csm="ana", seed=seed)
        again = qbr_draw(held(*reversed(reviews)), csm="ana", seed=seed)
        pd.testing.assert_frame_equal(drawn, again)


def test_one_persons_draw_does_not_depend_on_others():
    alone = held(*eight())
    others = [plain(f"{who}{i}", who) for who in ("aaa", "zoe") for i in range(5)]
    both = held(*others, *eight(), people=("aaa", "ana", "zoe"))
    assert [accounts(alone, seed) for seed in range(20)] == [
        accounts(both, seed) for seed in range(20)
    ]


def test_two_people_of_as_many_reviews_are_drawn_apart():
    cycle = held(*eight(), *eight("ben"), people=("ana", "ben"))
    same = sum(accounts(cycle, s) == accounts(cycle, s, csm="ben") for s in range(100))
    # By chance 1 of 8 * 7 * 6 = 336 is the same.
    assert same < 5


def test_a_draw_is_of_this_persons_reviews_of_the_period():
    cycle = held(
        plain("a", date="2025-12-31"),
        plain("b", date="2026-01-01"),
        plain("c", date="2026-06-30", kind="EBR"),
        plain("d", date="2026-07-01"),
        plain("e", kind="call"),
        plain("f", who="ben"),
        people=("ana", "ben"),
    )
    drawn = qbr_draw(cycle, csm="Ana", seed=1)
    assert tuple(drawn.columns) == COLUMNS
    assert drawn[["position", "account", "type"]].values.tolist() == [
        [1, "b", "qbr"],
        [2, "c", "ebr"],
    ]
    assert set(drawn["person_id"]) == {"ana"}


def test_a_review_without_a_person_is_the_owners_of_its_day():
    ownership = owned(("a", "ana", "2026-01-01", "2026-03-31"), ("a", "ben", "2026-04-01", None))
    reviews = [plain("a", None, "2026-03-31"), plain("a", None, "2026-04-01")]
    cycle = held(*reviews, people=("ana", "ben"), ownership=ownership)
    assert qbr_draw(cycle, csm="ana", seed=1)["date"].tolist() == [pd.Timestamp("2026-03-31")]


@pytest.mark.parametrize(("reviews", "said"), [
    (4, "3 of 4 business reviews drawn at random with seed 7"),
    (3, "3 business reviews in the period, as many as were asked for: nothing was drawn, all are here"),
    (1, "1 business review in the period, fewer than the 3 asked for: nothing was drawn, all are here"),
])  # fmt: skip
def test_it_says_how_many_there_are(reviews, said):
    drawn = qbr_draw(held(*eight()[:reviews]), csm="ana", seed=7)
    assert drawn.attrs == {"seed": 7, "number": 3, "of": reviews, "said": said}
    assert len(drawn) == min(reviews, 3)


def test_all_stand_by_day():
    reviews = [plain("a", date="2026-05-01"), plain("b", date="2026-02-01")]
    assert accounts(held(*reviews), 1) == ["b", "a"]


def test_no_review_and_no_touchpoints_are_two_things():
    none = qbr_draw(held(plain("a", kind="call")), csm="ana", seed=1)
    assert len(none) == 0
    assert none.attrs["said"].startswith("No business review by this person is on file")
    untold = qbr_draw(
        cycle_of(ownership=owned(("a", "ana", "2025-01-01", None))), csm="ana", seed=1
    )
    assert untold.attrs["said"].startswith("Cannot tell which business reviews there were")


def deck(drawn):
    return ["" if pd.isna(value) else bool(value) for value in drawn.iloc[0][6:]]


def test_what_the_export_says_of_a_deck_stands_beside_it_and_blanks_stay_blank():
    cycle = held(("a", "ana", "2026-03-02", "qbr", True, False, None, None))
    assert deck(qbr_draw(cycle, csm="ana", seed=1)) == [True, False, "", ""]


def test_two_rows_of_one_review_are_one_and_where_they_differ_nobody_knows():
    cycle = held(
        ("a", "ana", "2026-03-02", "QBR", True, True, None, None),
        ("a", "ana", "2026-03-02", "qbr", True, False, False, None),
    )
    drawn = qbr_draw(cycle, csm="ana", seed=1)
    assert drawn.attrs["of"] == 1
    assert deck(drawn) == [True, "", False, ""]


@pytest.mark.parametrize(("how", "why"), [
    ({"seed": -1}, "The seed is -1"),
    ({"seed": MOST_SEED + 1}, "from 0 to 4,294,967,295"),
    ({"seed": 1.5}, "The seed is 1.5"),
    ({"number": 0}, "to draw is 0"),
    ({"number": True}, "to draw is True"),
    ({"csm": "nobody"}, "Nobody in this export"),
])  # fmt: skip
def test_what_makes_no_sense_is_one_message(how, why):
    with pytest.raises(UsageError, match=why):
        qbr_draw(held(*eight()), **{"csm": "ana", "seed": 1, **how})


def test_new_seeds_are_short_and_not_the_same():
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) > 45
    assert all(0 <= seed < 1_000_000 for seed in seeds)


def test_a_book_draws_what_the_team_draws(team):
    who = "siobhan.oconnor@northwind.example"
    of_team = qbr_draw(team, csm=who, seed=11)
    of_book = qbr_draw(ck.book_of(team, who), csm=who, seed=11)
    assert of_team.attrs["of"] == 12
    pd.testing.assert_frame_equal(of_team, of_book)
