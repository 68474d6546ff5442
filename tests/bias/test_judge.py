"""Verdicts and the sentences they are told in."""

import pandas as pd
import pytest

from csmkit.bias.judge import COLUMNS, in_words, judged, lines_of, texts
from csmkit.bias.verdicts import Found

INF = float("inf")


def one(check="recency", **figures):
    given = {"p": 0.001, "effect": 5.0, "low": 3.5, "high": 6.5, "n": {"people": 1200}}
    return Found(check, **{**given, **figures})


def row(*founds, **options):
    return judged(founds, **{"material": 0.075, "days": 30, **options}).iloc[0]


def test_a_signal_says_the_effect_its_interval_and_what_would_matter():
    found = row(one())
    assert found["verdict"] == "signal"
    assert found["sentence"] == (
        "People whose last 30 days looked better than the rest of their window were rated higher:"
        " 5 steps for a usual difference. The 95 % interval is 3.5 to 6.5 steps;"
        " 3 steps or more is worth acting on."
    )
    assert found["n"] == "1,200 people"


def test_below_zero_it_is_told_the_other_way_round():
    assert "rated lower: 5 steps" in row(one(effect=-5.0, low=-6.5, high=-3.5))["sentence"]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-2.0, 7.0, "anything from −2 to 7 steps"),
        (-INF, 7.0, "any difference below 7 steps"),
        (-2.0, INF, "any difference above −2 steps"),
        (-INF, INF, "bounds no difference"),
    ],
)
def test_cannot_tell_says_what_the_data_fit(low, high, said):
    found = row(one(p=0.2, low=low, high=high))
    assert found["verdict"] == "cannot tell"
    assert said in found["sentence"]


def test_a_small_interval_is_no_material_effect_whatever_the_p_value():
    for p in (0.0001, 0.9):
        found = row(one(p=p, effect=0.2, low=-0.5, high=0.9))
        assert found["verdict"] == "no material effect"
        assert "between −0.5 and 0.9 steps" in found["sentence"]


def test_a_large_p_value_alone_is_no_all_clear():
    assert row(one(p=0.99, low=-4.0, high=4.0))["verdict"] == "cannot tell"


def test_what_is_lacking_is_named_and_no_figure_is_shown():
    found = row(Found("recency", needs="ratings.value"))
    assert found["verdict"] == "not computable"
    assert found["sentence"] == found["needs"] == "ratings.value"
    assert found[["effect", "low", "high", "p", "p_adjusted"]].isna().all()


@pytest.mark.parametrize("why", list(texts()["unsure"]))
def test_every_reason_for_not_knowing_is_a_sentence(why):
    found = row(Found("severity", unsure=why))
    sentence = found["sentence"]
    assert found["verdict"] == "cannot tell"
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "nan" not in sentence
    assert "{" not in sentence


def test_what_to_do_stands_where_there_is_something_to_do():
    small = row(one(p=0.9, effect=0.2, low=-0.5, high=0.9))
    lacking, unsure = row(Found("severity", needs="x")), row(Found("severity", unsure="no_shared"))
    assert [r["correction"] for r in (small, lacking, unsure)] == [""] * 3
    assert row(one())["correction"]
    assert row(one(p=0.2, low=-2.0, high=7.0))["correction"]


def test_a_count_of_one_is_told_in_the_singular():
    n = {"CSMs": 13, "raters": 1, "people": 1, "items cited": 1}
    assert row(one(n=n))["n"] == "13 CSMs, 1 rater, 1 person, 1 item cited"


def test_p_values_are_adjusted_inside_each_family_and_unsure_ones_do_not_count():
    founds = [
        one("coverage_recency", p=0.04, scale=1.0),
        one("recency", p=0.03),
        one("severity", p=0.02),
        one("halo", unsure="no_shared"),
    ]
    table = judged(founds, material=0.075, days=30).set_index("check")
    assert table.loc["coverage_recency", "p_adjusted"] == pytest.approx(0.04)
    assert table.loc["severity", "p_adjusted"] == pytest.approx(0.04)
    assert table.loc["recency", "p_adjusted"] == pytest.approx(0.04)
    assert list(table["verdict"]) == ["signal"] * 3 + ["cannot tell"]


def test_the_smallest_effect_worth_acting_on_is_a_share_of_the_scale():
    # 3 of 40 steps, 1.5 of 20.
    figures = {"p": 0.5, "effect": 0.0, "low": -2.0, "high": 2.0}
    assert row(one(**figures))["verdict"] == "no material effect"
    assert row(one(**figures, scale=20.0))["verdict"] == "cannot tell"
    assert row(one(**figures), material=0.04)["verdict"] == "cannot tell"


def test_shares_are_told_in_percentage_points():
    found = one("coverage_recency", effect=0.2, low=0.1, high=0.31, scale=1.0)
    assert "20 percentage points" in row(found)["sentence"]
    assert "10 to 31 percentage points" in row(found)["sentence"]
    assert in_words(1.0, "steps") == "1 step"


def test_a_signal_of_one_rater_shows_that_rater_s_interval_and_the_verdict_all_of_them():
    wide = {"headline_low": 4.0, "headline_high": 6.0}
    found = row(one("severity", low=-9.0, high=9.0, extra=wide))
    assert found["verdict"] == "signal"
    assert "4 to 6 steps" in found["sentence"]
    assert (found["low"], found["high"]) == (4.0, 6.0)


def test_two_signals_are_read_together():
    fewer = one("central", effect=-5.0, low=-6.5, high=-3.5)
    both = judged([one("severity"), fewer], material=0.075, days=30)
    assert "severity" not in row(fewer)["sentence"]
    assert "Read it with severity" in both.set_index("check").loc["central", "sentence"]


def test_what_would_explain_fewer_yellows_is_not_said_of_more():
    both = judged([one("severity"), one("central")], material=0.075, days=30)
    assert "Read it with severity" not in both.set_index("check").loc["central", "sentence"]


def test_what_is_told_as_lower_has_its_interval_told_as_lower():
    found = row(one(effect=-5.0, low=-6.5, high=-3.5))
    assert "rated lower: 5 steps" in found["sentence"]
    assert "The 95 % interval is 3.5 to 6.5 steps" in found["sentence"]
    assert (found["low"], found["high"]) == (-6.5, -3.5)


def test_a_small_difference_that_is_surely_there_is_not_told_with_an_if():
    found = row(one(effect=1.5, low=1.0, high=2.0))
    assert found["verdict"] == "no material effect"
    assert "were rated higher: 1.5 steps" in found["sentence"]
    assert (
        "That is small: the 95 % interval is 1 to 2 steps, and 3 steps or more would"
        in (found["sentence"])
    )


def test_a_check_that_stopped_on_an_error_of_the_kit_says_so_and_shows_no_figure():
    found = row(Found("recency", fault="KeyError: 'x'"), one("severity", p=0.04))
    assert found["verdict"] == "failed"
    assert "stopped on an error" in found["sentence"]
    assert "KeyError" not in found["sentence"]
    assert found["note"] == "KeyError: 'x'"
    assert found[["effect", "low", "high", "p", "p_adjusted"]].isna().all()


def test_lines_say_what_they_count_and_how_far_to_both_sides():
    several = pd.concat([lines(effect=-0.6, low=-1.4, high=0.2), lines(effect=0.04), lines()])
    several = several.assign(person_id=["jo", "al", "mk"]).reset_index(drop=True)
    said = []
    for first in range(3):
        founds = [one("central", lines=several, extra={"headline": float(first)})]
        (line,) = lines_of(founds, judged(founds, material=0.075, days=30))["sentence"]
        said.append(line)
    assert said[0].startswith(
        "0.6 steps less of yellow than colleagues gave the same 8 people"
        " (95 % interval 1.4 steps less to 0.2 steps more)."
    )
    assert said[1].startswith("About the same as colleagues gave")
    assert "4 steps more of yellow than" in said[2]


def test_an_interval_without_end_is_told_in_words():
    founds = [one("severity", lines=lines(low=-INF, high=INF))]
    said = lines_of(founds, judged(founds, material=0.075, days=30))["sentence"][0]
    assert "(95 % interval without end)" in said


def test_what_was_left_out_of_the_ratings_is_told():
    note = row(one(extra={"repeated": 2.0, "outside_scale": 0.0}))["note"]
    assert "2; the latest counts" in note
    assert "no colour" not in note


def lines(**figures):
    given = {"person_id": "mk", "effect": 4.0, "low": 1.0, "high": 7.0, "p": 0.01, "n": 8}
    return pd.DataFrame([{**given, **figures}])


def test_lines_of_managers_are_there_only_when_the_check_is_a_signal():
    found, quiet = one("severity", lines=lines()), one("halo", p=0.3, low=-9, lines=lines())
    founds = [found, quiet]
    shown = lines_of(founds, judged(founds, material=0.075, days=30))
    assert list(shown["check"]) == ["severity"]
    assert shown["sentence"][0] == (
        "4 steps more than colleagues gave the same 8 people (95 % interval 1 to 7 steps)."
        " Of the 1 raters compared, the one who stands out most."
    )
    none = lines_of([quiet], judged([quiet], material=0.075, days=30))
    assert none.empty
    assert "no check of raters is a signal" in none.attrs["why"]


def three(**headline):
    several = pd.concat([lines(), lines(person_id="jo", effect=-3.0), lines(person_id="al", n=1)])
    return one("severity", lines=several.reset_index(drop=True), extra=headline)


def test_only_the_rater_who_stands_out_most_is_spoken_of():
    founds = [three(headline=1.0, headline_low=-5.0, headline_high=-1.0)]
    checks = judged(founds, material=0.075, days=30)
    shown = lines_of(founds, checks).set_index("person_id")
    assert list(shown.index) == ["jo"]
    assert "3 steps less than colleagues gave" in shown.loc["jo", "sentence"]
    assert "Of the 3 raters compared" in shown.loc["jo", "sentence"]
    assert shown.loc["jo", "p"] == 0.01
    assert shown.loc["jo", "raters"] == 3
    assert "makes the others look apart too" in checks["sentence"][0]


def test_of_two_raters_neither_is_the_one_apart():
    both = pd.concat([lines(), lines(person_id="jo", effect=-4.0)]).reset_index(drop=True)
    founds = [one("severity", lines=both, effect=4.0)]
    checks = judged(founds, material=0.075, days=30)
    assert checks["sentence"][0].startswith("The two raters of the same people differ: 4 steps.")
    shown = lines_of(founds, checks)
    assert shown["p"].isna().all()
    assert shown["sentence"].str.contains("Which of the two").all()


def test_what_stands_beside_a_check_is_told_and_not_judged():
    wider = {"effect_60": 1.0, "low_60": -2.0, "high_60": 4.0}
    assert "With the last 60 days: 1 step (−2 steps to 4 steps)." in row(one(extra=wider))["note"]
    slope = {"slope_effect": 2.0, "slope_low": -1.0, "slope_high": 5.0, "slope_p": 0.2}
    assert "shown, not judged" in row(one("inheritance", extra=slope))["note"]
    shares = one("coverage_recency", extra={"cited": 0.4, "on_file": 0.25}, scale=1.0)
    assert "Cited 40.0\u202f%, on file 25.0\u202f%." in row(shares)["note"]


def test_every_check_has_all_its_texts():
    wanted = {"family", "unit", "label", "asks", "statistic", "null", "assumes", "correction"}
    for name, words in texts()["check"].items():
        assert wanted | {"higher", "lower"} <= set(words), name
        assert words["family"] in texts()["family"]
    assert list(judged([one()], material=0.075, days=30)) == COLUMNS
