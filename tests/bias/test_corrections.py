"""Corrections: outcomes told another way, and what the manager never saw."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import csmkit as ck
from csmkit.bias.corrections import (
    leave_one_out,
    never_seen,
    never_seen_by_person,
    outcomes_without_recent,
    rating_beside_book,
)
from csmkit.cycle import Period
from tests.compute.helpers import contracts, cycle_of, owned, rows

WORKED = Path(__file__).with_name("worked")


def late_upgrade():
    """100 and 300 at the opening; 300 grows by 60 on 10 June, 100 is lost on 1 May."""
    return cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None), ("b", "ana", "2025-01-01", None)),
        contracts=contracts(
            ("a", "2025-01-01", "2026-04-30", 100.0),
            ("b", "2025-01-01", "2026-06-09", 300.0),
            ("b", "2026-06-10", None, 360.0),
        ),
    )


def test_outcomes_with_the_last_days_left_out_by_hand():
    frame = outcomes_without_recent(late_upgrade()).set_index("days_left_out")
    assert [f"{d:%m-%d}" for d in frame["until"]] == ["06-30", "05-31", "05-01", "04-01"]
    # 360 / 400 with the upgrade, 300 / 400 without, all of it before the loss of 1 May.
    assert frame["nrr"].tolist() == pytest.approx([0.9, 0.75, 0.75, 1.0])
    assert frame["grr"].tolist() == pytest.approx([0.75, 0.75, 0.75, 1.0])
    assert frame["needs"].eq("").all()


@pytest.mark.parametrize("days", [30, 60, 90])
def test_they_are_the_plain_figures_of_the_shortened_period(team, days):
    frame = outcomes_without_recent(team)
    last = team.period.end - pd.Timedelta(days=days)
    plain = ck.outcomes(dataclasses.replace(team, period=Period(team.period.start, last)))
    for metric in ("nrr", "grr"):
        theirs = plain[plain["metric"] == metric].set_index("person_id")["value"]
        ours = frame[frame["days_left_out"] == days].set_index("person_id")[metric]
        ours = ours.reindex(theirs.index)
        pd.testing.assert_series_equal(ours, theirs.astype("float64"), check_names=False)


def test_the_plain_figures_stand_beside_them_for_everybody_in_order(team):
    frame = outcomes_without_recent(team, days=(30,))
    assert frame["person_id"].tolist() == team.subjects["person_id"].repeat(2).tolist()
    plain = ck.outcomes(team).query("metric == 'nrr'").set_index("person_id")["value"]
    ours = frame[frame["days_left_out"] == 0].set_index("person_id")["nrr"]
    pd.testing.assert_series_equal(
        ours.reindex(plain.index), plain.astype("float64"), check_names=False
    )


def test_a_period_shorter_than_what_is_left_out_says_so():
    frame = outcomes_without_recent(late_upgrade(), days=(181,)).set_index("days_left_out")
    assert frame.loc[181, "needs"] == "a period of more than 181 days"
    assert pd.isna(frame.loc[181, "nrr"])


def test_without_arr_it_says_what_it_needs():
    bare = cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))
    frame = outcomes_without_recent(bare)
    assert set(frame["needs"]) == {"contracts, arr_snapshots or movements"}
    assert leave_one_out(bare)["needs"].tolist() == ["contracts, arr_snapshots or movements"]


def test_nrr_without_each_account_by_hand():
    row = leave_one_out(late_upgrade()).iloc[0]
    # NRR 360 / 400; without a 360 / 300, without b 0 / 100.
    assert (row["nrr"], row["lowest"], row["highest"]) == pytest.approx((0.9, 0.0, 1.2))
    assert (row["account"], row["nrr_without"]) == ("b", 0.0)
    assert (row["accounts"], row["needs"]) == (2, "")


def test_one_big_upgrade_shows_where_spread_expansions_do_not(team):
    """Both have an NRR of 110 %, one of them by one account."""
    frame = leave_one_out(team).set_index("person_id")
    one = frame.loc["mateo.nunez@northwind.example"]
    many = frame.loc["siobhan.oconnor@northwind.example"]
    assert one["nrr"] == pytest.approx(1.1)
    assert many["nrr"] == pytest.approx(1.1)
    assert one["nrr_without"] == pytest.approx(1.0)
    assert (one["lowest"], many["lowest"] > 1.09) == (pytest.approx(1.0), True)
    assert one["account_id"] == "A0017"


def test_nrr_without_an_account_is_that_of_an_export_without_it(team):
    row = leave_one_out(team).set_index("person_id").loc["bohdan.kovalenko@northwind.example"]
    contract = team.table("contracts")
    less = team.with_tables(contracts=contract[contract["account_id"] != row["account_id"]])
    plain = ck.outcomes(less).set_index(["person_id", "metric"])["value"]
    assert plain["bohdan.kovalenko@northwind.example", "nrr"] == pytest.approx(row["nrr_without"])


def test_a_book_of_one_account_has_no_nrr_without_it():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 10.0)),
    )
    row = leave_one_out(cycle).iloc[0]
    assert row["needs"] == "two accounts in the owned opening"
    assert pd.isna(row["nrr_without"])
    assert row["nrr"] == 1.0


def calls(*attendees: tuple[str, str | None]):
    people = rows(
        "person_id name role manager_id",
        ("ana", "Ana", "csm", "max"),
        ("max", "Max", "manager", None),
    )
    return cycle_of(
        people=people,
        ownership=owned(*((a, "ana", "2025-01-01", None) for a in "abcd")),
        contracts=contracts(*((a, "2025-01-01", None, 10.0) for a in "abcd")),
        touchpoints=rows(
            "account_id person_id date type attendees",
            *((a, "ana", "2026-02-01", "call", who) for a, who in attendees),
        ),
    )


def test_accounts_whose_calls_the_manager_never_joined():
    frame = never_seen(
        calls(("a", "ana; max"), ("a", "ana"), ("b", "ana"), ("b", None), ("c", None))
    )
    # a was joined once; c has no attendees on record, and d no calls.
    assert frame["account_id"].tolist() == ["b"]
    row = frame.iloc[0]
    assert (row["touchpoints"], row["without_attendees"]) == (2, 1)
    assert (row["days"], row["arr"], f"{row['last']:%Y-%m-%d}") == (181, 10.0, "2026-02-01")


def test_a_name_that_only_contains_the_managers_id_is_not_the_manager():
    assert never_seen(calls(("a", "maxine;ana")))["account_id"].tolist() == ["a"]


def test_without_attendees_it_says_what_it_needs():
    frame = never_seen(calls(("a", None)))
    assert frame.empty
    assert frame.attrs["needs"] == "touchpoints.attendees"
    assert never_seen(cycle_of(ownership=owned(("a", "ana", "2025-01-01", None)))).attrs["needs"]


def test_the_manager_who_joins_two_people_only_never_saw_the_others_accounts(team):
    """Rafael Monteiro joined touchpoints of Lucía Fernández and Oliver Grant alone."""
    frame = never_seen(team)
    people = team.subjects
    manager = people.loc[
        people["person_id"] == "lucia.fernandez@northwind.example", "manager_id"
    ].item()
    reports = set(people.loc[people["manager_id"] == manager, "person_id"])
    others = reports - {"lucia.fernandez@northwind.example", "oliver.grant@northwind.example"}
    touched = team.table("touchpoints").dropna(subset=["attendees"])
    inside = touched["date"].between(team.period.start, team.period.end)
    touched = touched[inside & touched["person_id"].isin(others)]
    owned_then = frame[frame["person_id"].isin(others)]
    assert len(others) == 4
    listed = set(zip(owned_then["person_id"], owned_then["account_id"], strict=True))
    pairs = set(zip(touched["person_id"], touched["account_id"], strict=True))
    assert listed <= pairs
    # What is not listed was somebody else's account, visited for a colleague.
    assert len(pairs - listed) <= 0.05 * len(pairs)


def scored():
    return cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None), ("b", "ana", "2026-03-01", None)),
        contracts=contracts(("a", "2025-01-01", None, 300.0), ("b", "2025-01-01", None, 100.0)),
        health=rows(
            "account_id date status",
            ("a", "2025-12-01", "green"),
            ("b", "2026-02-01", "red"),
            ("b", "2026-04-01", "green"),
        ),
        ratings=rows(
            "person_id rater_id competency phase value at",
            ("ana", "max", "x", "manager", "red", "2026-06-01"),
            ("ana", "eva", "x", "manager", "green", "2026-06-05"),
            ("ana", "max", "y", "self", "green", "2026-06-05"),
            ("ana", "max", "z", "manager", "not_observed", "2026-06-05"),
            ("ana", "max", "overall", "manager", "meets", "2026-06-05"),
        ),
    )


MATRIX = SimpleNamespace(
    frame=pd.DataFrame({"id": ["x", "y", "z"], "pillar": ["Strategy", "Strategy", "Impact"]})
)


def test_scores_stand_beside_the_book_that_was_given():
    frame = rating_beside_book(scored(), MATRIX).set_index("pillar")
    assert frame.index.tolist() == ["Strategy", "Impact"]
    strategy = frame.loc["Strategy"]
    # x: the later of two; y: the person's own value is not the manager's.
    assert strategy[["green", "yellow", "red", "not_observed", "not_scored"]].tolist() == [
        1,
        0,
        0,
        0,
        1,
    ]
    assert frame.loc["Impact", "not_observed"] == 1
    # b was red when it was handed over: 100 of 400; shares 3/4 and 1/4: 1 / (9/16 + 1/16) = 1.6.
    assert strategy[["accounts", "opening_arr"]].tolist() == [2, 400]
    book = strategy[["red_share", "largest_share", "effective_accounts"]]
    assert book.tolist() == pytest.approx([0.25, 0.75, 1.6])


def test_the_own_manager_s_colour_counts_before_a_second_rater_s():
    cycle = scored()
    ratings = cycle.table("ratings")
    people = cycle.table("people")
    boss = ratings.loc[ratings["phase"] == "manager", "rater_id"].iloc[0]
    cycle = cycle.with_tables(people=people.assign(manager_id=boss))
    later = ratings.assign(rater_id="second", value="red", at=pd.Timestamp("2026-06-30"))
    both = cycle.with_tables(ratings=pd.concat([ratings, later], ignore_index=True))
    alone = ratings[ratings["rater_id"] == boss]
    pd.testing.assert_frame_equal(
        rating_beside_book(both.with_tables(ratings=pd.concat([alone, later])), MATRIX),
        rating_beside_book(cycle.with_tables(ratings=alone), MATRIX),
    )


def test_one_row_a_person_adds_up_the_pillars():
    by_pillar = rating_beside_book(scored(), MATRIX)
    whole = rating_beside_book(scored(), MATRIX, by_pillar=False)
    assert list(whole["pillar"]) == ["All"] * whole["person_id"].nunique()
    counts = ["green", "yellow", "red", "not_scored"]
    added = by_pillar.groupby("person_id")[counts].sum()
    assert whole.set_index("person_id")[counts].to_dict() == added.to_dict()


def test_unseen_accounts_are_counted_for_each_person(team):
    listed, counted = never_seen(team), never_seen_by_person(team)
    by = listed.groupby("person_id")
    assert counted.set_index("person_id")["unseen"].to_dict() == by.size().to_dict()
    assert counted.set_index("person_id")["arr"].to_dict() == by["arr"].sum().to_dict()
    assert (counted["unseen"] <= counted["of"]).all()
    assert counted.set_index("person_id")["account"].to_dict() == by["account"].first().to_dict()


def test_without_ratings_of_managers_it_says_so():
    cycle = scored()
    frame = rating_beside_book(cycle.with_tables(ratings=cycle.table("ratings").head(0)), MATRIX)
    assert frame["not_scored"].tolist() == [2, 1]
    # Nothing scored is no colour, not none of it.
    assert frame[["green", "yellow", "red", "not_observed"]].isna().all(axis=None)
    assert frame.attrs["needs"] == "ratings.phase=manager"


def gini(values: np.ndarray) -> float:
    place = np.arange(1, len(values) + 1)
    return float(
        2 * (place * np.sort(values)).sum() / (len(values) * values.sum()) - 1 - 1 / len(values)
    )


def test_books_of_one_gini_are_told_apart_by_what_stands_beside_the_score():
    """Why the largest share is shown, and no Gini: two published books have the same one."""
    stated = json.loads((WORKED / "concentration_ineq.json").read_text(encoding="utf-8"))
    sales = pd.read_csv(WORKED / "concentration_ineq.csv")["sales"].to_numpy()
    published = stated["published"]
    assert gini(sales) == pytest.approx(published["gini"], abs=1e-7)
    shares = np.sort(sales)[::-1] / sales.sum()
    rosenbluth = 1 / (2 * (np.arange(1, 11) * shares).sum() - 1)
    assert rosenbluth == pytest.approx(published["rosenbluth"], abs=1e-7)

    books = {"ana": [50 / 9] * 9 + [50.0], "ben": [2.0] * 5 + [18.0] * 5}
    for amounts, corrected in zip(books.values(), published["gini_corrected_dw"], strict=True):
        assert gini(np.array(amounts)) * 10 / 9 == pytest.approx(corrected, abs=1e-7)
    held = [(f"{who}{i}", who, arr) for who, book in books.items() for i, arr in enumerate(book)]
    cycle = cycle_of(
        ownership=owned(*((a, who, "2025-01-01", None) for a, who, _ in held)),
        contracts=contracts(*((a, "2025-01-01", None, round(arr, 2)) for a, _, arr in held)),
    )
    frame = rating_beside_book(cycle, MATRIX).drop_duplicates("person_id").set_index("person_id")
    assert frame["largest_share"].to_dict() == pytest.approx({"ana": 0.5, "ben": 0.18}, abs=1e-3)
    assert frame.loc["ana", "effective_accounts"] < 4 < 6 < frame.loc["ben", "effective_accounts"]
