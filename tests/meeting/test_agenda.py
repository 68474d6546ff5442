"""Whom a meeting is about: everybody, or where something stands out; in an order by lot."""

import pandas as pd
import pytest

from csmkit.matrix.read import read_matrix
from csmkit.meeting.plan import ALL, GAP, NEW, OUTLIERS, PROPOSED, UNSUPPORTED, agenda, reasons
from tests.compute.helpers import cycle_of, rows

MATRIX = read_matrix()
TWENTY = MATRIX.ids


def team(*ratings, people="ana bea cy dee", start=None):
    names = people.split()
    start = start or {}
    listed = rows(
        "person_id name role level manager_id start_date",
        *((p, p.title(), "csm", "mid", "mk", start.get(p, "2020-01-01")) for p in names),
        ("mk", "MK", "manager", None, None, None),
    )
    given = rows("person_id rater_id competency phase value", *ratings)
    return cycle_of(people=listed, ratings=given)


def scored(person, own, theirs, *, of=8):
    """The first competencies, by the person and by the manager."""
    for name in TWENTY[:of]:
        yield person, person, name, "self", own
        yield person, "mk", name, "manager", theirs


def test_the_quarter_that_differs_most_is_the_gap():
    ratings = [
        *scored("ana", "green", "red"), *scored("bea", "green", "yellow"),
        *scored("cy", "green", "green"), *scored("dee", "green", "green"),
    ]  # fmt: skip
    # 2 steps apart on the mean, 1, 0 and 0: of four people the largest one.
    found = reasons(team(*ratings), MATRIX)
    assert {who for who, why in found.items() if GAP in why} == {"ana"}


def test_where_nobody_differs_by_much_nobody_stands_out():
    ratings = [row for who in ("ana", "bea") for row in scored(who, "green", "green")]
    assert not any(GAP in why for why in reasons(team(*ratings), MATRIX).values())


def test_colours_that_cite_nothing_are_unsupported():
    found = reasons(team(*scored("ana", "green", "green")), MATRIX)
    assert UNSUPPORTED in found["ana"]
    assert UNSUPPORTED not in found["bea"]


def test_a_final_value_that_differs_is_a_proposed_change():
    ratings = [
        ("ana", "mk", "overall", "manager", "meets"),
        ("ana", "x", "overall", "final", "exceeds"),
    ]
    ratings += [
        ("bea", "mk", "overall", "manager", "meets"),
        ("bea", "x", "overall", "final", "meets"),
    ]
    ratings += [("cy", "mk", TWENTY[0], "manager", "red"), ("cy", "x", TWENTY[0], "final", "green")]
    found = reasons(team(*ratings), MATRIX)
    assert {who for who, why in found.items() if PROPOSED in why} == {"ana", "cy"}


def test_who_is_new_is_too_new_to_rate():
    cycle = team(start={"dee": "2026-06-01"})
    assert NEW in reasons(cycle, MATRIX)["dee"]
    assert reasons(cycle, MATRIX)["ana"] == []


def test_the_order_is_by_lot_and_the_same_for_the_same_seed():
    cycle = team(people="ana bea cy dee eve fay gus")
    orders = {tuple(agenda(cycle, MATRIX, seed=seed)["person_id"]) for seed in range(30)}
    assert len(orders) > 20
    assert agenda(cycle, MATRIX, seed=5).equals(agenda(cycle, MATRIX, seed=5))
    assert agenda(cycle, MATRIX, seed=5)["position"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_the_order_knows_no_rating():
    """Other ratings, the same order; over many seeds nobody comes first more often."""
    low, high = (
        team(*scored("ana", value, value), *scored("bea", other, other))
        for value, other in (("red", "green"), ("green", "red"))
    )
    for seed in range(20):
        one, two = (agenda(c, MATRIX, seed=seed)["person_id"].tolist() for c in (low, high))
        assert one == two
    first = pd.Series([agenda(low, MATRIX, seed=s)["person_id"].iloc[0] for s in range(120)])
    # 30 of 120 each are expected; 5 standard deviations are 24.
    assert first.value_counts().between(6, 54).all()


@pytest.mark.parametrize("rule", [ALL, OUTLIERS])
def test_a_team_without_scores_or_people(rule):
    assert len(agenda(team(people=""), MATRIX, rule=rule)) == 0
    assert len(agenda(team(), MATRIX, rule=rule)) == (4 if rule == ALL else 0)
