"""The frames behind the charts of the checks."""

import numpy as np
import pytest

import csmkit as ck


def test_the_line_of_attended_calls_is_the_check_s_own_slope(team):
    seen = ck.attended_ratings(team)
    assert seen["attended"].is_monotonic_increasing
    slope = np.polyfit(seen["attended"], seen["steps"], 1)[0]
    assert seen["fitted"].to_numpy() == pytest.approx(slope * seen["attended"].to_numpy())
    # The check tells it for the mean distance between a person's raters: the sign is the same.
    effect = ck.bias_checks(team).set_index("check").loc["proximity", "effect"]
    assert np.sign(slope) == np.sign(effect)


def test_the_band_holds_the_line_where_the_check_is_no_signal(team):
    seen = ck.attended_ratings(team)
    assert ck.bias_checks(team).set_index("check").loc["proximity", "p"] > 0.05
    inside = (seen["low"] - 1e-9 <= seen["fitted"]) & (seen["fitted"] <= seen["high"] + 1e-9)
    assert inside.all()


def test_without_two_raters_it_says_what_it_needs(team):
    ratings = team.table("ratings")
    alone = ratings.drop_duplicates(["person_id", "competency", "phase"])
    seen = ck.attended_ratings(team.with_tables(ratings=alone))
    assert seen.empty
    assert "one rater" in seen.attrs["why"]


def test_where_all_ratings_are_equal_it_says_so_and_not_that_attendees_lack(team):
    ratings = team.table("ratings").assign(value="green")
    seen = ck.attended_ratings(team.with_tables(ratings=ratings))
    assert seen.attrs["why"].startswith("All ratings are equal")
    bare = ck.attended_ratings(team.with_tables(ratings=ratings.head(0)))
    assert "ratings is missing or empty" in bare.attrs["needs"]


def test_the_funnel_has_every_book_with_half_a_loss_to_expect(team):
    people, limits = ck.case_mix_funnel(team)
    known = ck.expected_retention(team).query("expected_losses >= 0.5")
    assert set(people["person_id"]) == set(known["person_id"])
    assert people["ratio"].to_numpy() == pytest.approx(
        (people["losses"] / people["expected"]).to_numpy()
    )
    assert (limits["low_998"] <= limits["low_95"]).all()
    assert (limits["high_95"] <= limits["high_998"]).all()
    assert limits["expected"].is_monotonic_increasing


def test_a_team_of_nobody_has_no_funnel(team):
    people, limits = ck.case_mix_funnel(
        team.with_tables(
            ownership=team.table("ownership").head(0), accounts=team.table("accounts").head(0)
        )
    )
    assert people.empty
    assert limits.empty
    assert "needs" in people.attrs["why"]


def test_who_is_not_in_the_funnel_is_counted_and_why(team):
    people, limits = ck.case_mix_funnel(team)
    known = ck.expected_retention(team)
    few = int(((known["accounts"] > 0) & (known["expected_losses"] < 0.5)).sum())
    bare = int((known["accounts"] == 0).sum())
    assert people.attrs["says"].startswith(f"{len(people)} of {len(known)} people are drawn.")
    assert f"Of {few}, less than half a loss" in people.attrs["says"]
    assert f"{bare} owned no account" in people.attrs["says"]
    assert people["beyond"].to_numpy() == pytest.approx(people["losses"] - people["expected"])
    # No book can lose fewer accounts than none.
    assert (limits["low_998"] >= -limits["expected"] - 1e-9).all()
