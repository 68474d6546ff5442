"""All checks of a team at once: on the sample team, on too little, on odd ratings."""

import pandas as pd
import pytest

import csmkit as ck
from csmkit.bias.judge import texts
from csmkit.errors import UsageError
from tests.compute.helpers import cycle_of, rows

QUICK = 199


@pytest.fixture(scope="module")
def found(team):
    return ck.bias_checks(team)


def test_the_planted_rater_is_found_and_nobody_else(team, found):
    verdicts = found.set_index("check")["verdict"]
    assert verdicts["severity"] == "signal"
    lines = ck.bias_lines(team)
    severe = lines[lines["check"] == "severity"].set_index("person_id")
    assert severe.index[severe["p"] < 0.05].tolist() == ["rafael.monteiro@northwind.example"]
    assert severe.loc["rafael.monteiro@northwind.example", "effect"] > 5


def test_every_check_is_told_once_with_a_sentence_and_a_correction(found):
    assert list(found["check"]) == list(texts()["check"])
    assert found["sentence"].str.len().gt(20).all()
    assert found["correction"].str.len().gt(20).all()
    assert not found["sentence"].str.contains("nan|inf", case=True, regex=True).any()
    assert set(found["verdict"]) <= {"signal", "no material effect", "cannot tell"}


def test_the_same_seed_gives_the_same_figures(team):
    first, second = (
        ck.bias_checks(team.with_tables(), shuffles=QUICK, seed=seed) for seed in (1, 1)
    )
    pd.testing.assert_frame_equal(first, second)
    other = ck.bias_checks(team.with_tables(), shuffles=QUICK, seed=2)
    assert not first["p"].equals(other["p"])


def test_without_ratings_every_check_says_what_it_needs(team):
    bare = team.with_tables(ratings=team.table("ratings").head(0))
    table = ck.bias_checks(bare, shuffles=QUICK)
    # The order of discussion may be on record without ratings.
    table = table[table["check"] != "order"]
    assert set(table["verdict"]) == {"not computable"}
    assert table["needs"].str.contains("ratings").all()
    assert ck.bias_lines(bare, shuffles=QUICK).empty


@pytest.mark.real
def test_ravenstack_has_no_ratings_and_flags_nobody(ravenstack):
    table = ck.bias_checks(ravenstack, shuffles=QUICK)
    assert set(table["verdict"]) == {"not computable"}
    assert table["needs"].str.contains("ratings").sum() >= 9
    # Its owners were dealt out without regard to results.
    assert "signal" not in set(ck.expected_retention(ravenstack)["verdict"])


def _rated(values, people=8, raters=("m0", "m1")):
    names = [f"p{i}" for i in range(people)]
    return cycle_of(
        people=rows(
            "person_id name role manager_id",
            *((name, name.upper(), "csm", raters[0]) for name in names),
            *((name, name.upper(), "manager", None) for name in ("m0", "m1")),
        ),
        ratings=rows(
            "person_id rater_id competency phase value",
            *(
                (name, rater, competency, "manager", values(i, j, k))
                for i, name in enumerate(names)
                for j, rater in enumerate(raters)
                for k, competency in enumerate(ck.read_matrix()["id"])
            ),
        ),
    )


def _mixed(i, j, k):
    return ("red", "yellow", "green")[(i * 7 + j * 3 + k * k) % 3]


@pytest.mark.parametrize(
    ("cycle", "said"),
    [
        (_rated(_mixed, raters=("m0",)), "No two raters scored the same person"),
        (_rated(_mixed, people=1), "Fewer than 6 people"),
        (_rated(_mixed, people=5), "Fewer than 6 people"),
        (_rated(lambda *_: "green"), "All ratings are equal"),
        (_rated(lambda *_: "not_observed"), "ratings.value"),
        (_rated(lambda *_: "brilliant"), "ratings.value"),
    ],
    ids=["one rater", "one person", "few", "all equal", "not observed", "no colours"],
)
def test_too_little_is_said_in_words(cycle, said):
    table = ck.bias_checks(cycle, shuffles=QUICK).set_index("check")
    assert said in table.loc["severity", ["sentence", "needs"]].str.cat(sep=" ")
    assert not table["verdict"].isin(["signal", "no material effect"]).any()
    assert not table["sentence"].str.contains("nan").any()


def test_a_rater_of_themself_and_values_given_twice_are_left_out_and_told():
    cycle = _rated(_mixed)
    ratings = cycle.table("ratings")
    own = ratings.head(20).assign(rater_id="p0")
    odd = ratings.head(1).assign(value="superb", competency="advocacy", rater_id="m1")
    again = ratings.head(3).assign(value="red")
    more = pd.concat([ratings, own, again, odd], ignore_index=True)
    table = ck.bias_checks(cycle.with_tables(ratings=more), shuffles=QUICK).set_index("check")
    note = table.loc["severity", "note"]
    assert "more than once for the same person, rater and competency: 3" in note
    assert "People whose own values stand as a manager's: 1" in note
    assert "no colour of the scale: 1" in note


@pytest.mark.parametrize(
    "wrong", [{"recent_days": 0}, {"recent_days": 500}, {"material": 3.0}, {"shuffles": 10}]
)
def test_settings_that_make_no_sense_are_one_message(team, wrong):
    with pytest.raises(UsageError):
        ck.bias_checks(team, **wrong)


def test_another_matrix_has_another_scale(team):
    half = ck.read_matrix().head(10)
    table = ck.bias_checks(team, half, shuffles=QUICK).set_index("check")
    assert "1.5 steps" in table.loc["severity", "sentence"]
