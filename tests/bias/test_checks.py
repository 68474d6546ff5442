"""All checks of a team at once: on the sample team, on too little, on odd ratings."""

import dataclasses

import pandas as pd
import pytest

import csmkit as ck
from csmkit.bias import checks as checks_module
from csmkit.bias.judge import judged, texts
from csmkit.bias.verdicts import Found
from csmkit.errors import DataError, UsageError
from csmkit.schema import TABLES
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
    asks = found["verdict"].isin(["signal", "cannot tell"]) & found["effect"].notna()
    assert found.loc[asks, "correction"].str.len().gt(20).all()
    assert found.loc[~asks, "correction"].eq("").all()
    assert not found["sentence"].str.contains("nan|inf", case=True, regex=True).any()
    # No meeting of this cycle is on record: the sample team's decisions are of the one before.
    alone = found.loc[found["check"] != "order", "verdict"]
    assert set(alone) <= {"signal", "no material effect", "cannot tell"}


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
                for k, competency in enumerate(ck.read_matrix().ids)
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


@pytest.mark.parametrize("wrong", [{"recent_days": 0}, {"material": 3.0}, {"shuffles": 99}])
def test_settings_that_make_no_sense_are_one_message(team, wrong):
    with pytest.raises(UsageError):
        ck.bias_checks(team, **wrong)


def test_another_matrix_has_another_scale(team):
    matrix = ck.read_matrix()
    half = dataclasses.replace(matrix, competencies=matrix.competencies[:10])
    table = ck.bias_checks(team, half, shuffles=QUICK).set_index("check")
    assert "1.5 steps" in table.loc["severity", "sentence"]


@pytest.mark.parametrize("period", ["2026-06-01:2026-06-30", "2026-06-29:2026-06-30"])
def test_a_period_as_short_as_its_last_days_has_no_recency(team, period):
    short = dataclasses.replace(team, period=ck.Period.parse(period))
    table = ck.bias_checks(short, shuffles=QUICK).set_index("check")
    for check in ("recency", "coverage_recency"):
        assert table.loc[check, "verdict"] in ("cannot tell", "not computable")
    if period.startswith("2026-06-01"):
        assert "as short as its last days" in table.loc["recency", "sentence"]


def test_ratings_of_an_earlier_cycle_and_of_managers_are_no_second_ratings():
    cycle = _rated(_mixed, raters=("m0",))
    ratings = cycle.table("ratings")
    old = ratings.assign(rater_id="m1", at=pd.Timestamp("2024-06-01"))
    boss = ratings.head(20).assign(person_id="m0", rater_id="m1")
    more = cycle.with_tables(ratings=pd.concat([ratings, old, boss], ignore_index=True))
    table = ck.bias_checks(more, shuffles=QUICK).set_index("check")
    assert "No two raters" in table.loc["severity", "sentence"]
    assert "earlier cycle" in table.loc["severity", "note"]


def test_last_year_s_meeting_is_not_this_year_s():
    people = [f"p{i}" for i in range(8)]
    order = people[::2] + people[1::2]
    meeting = rows(
        "person_id at before after",
        *((p, "2025-06-30", "meets", "exceeds") for p in order),
    )
    cycle = _rated(_mixed)
    old = TABLES["decisions"].conform(meeting.assign(at=pd.to_datetime(meeting["at"])))
    table = ck.bias_checks(cycle.with_tables(decisions=old), shuffles=QUICK).set_index("check")
    assert table.loc["order", "verdict"] == "not computable"


OTHERS = "ratings of the phase manager, by somebody other than the person rated"


@pytest.mark.parametrize("phase", ["self", "manager"])
def test_people_who_all_rated_themselves_leave_a_manager_s_ratings_wanting(phase):
    cycle = _rated(_mixed, raters=("m0",))
    ratings = cycle.table("ratings")
    alone = ratings.assign(rater_id=ratings["person_id"], phase=phase)
    table = ck.bias_checks(cycle.with_tables(ratings=alone), shuffles=QUICK).set_index("check")
    for check in ("recency", "inheritance", "proximity", "severity", "halo", "central"):
        assert table.loc[check, "verdict"] == "not computable"
        assert OTHERS in table.loc[check, "sentence"]


def test_evidence_only_people_themselves_cite_leaves_a_manager_s_citations_wanting(team):
    ratings = team.table("ratings").assign(phase="self")
    table = ck.bias_checks(team.with_tables(ratings=ratings), shuffles=QUICK).set_index("check")
    assert table.loc["coverage_recency", "sentence"] == f"evidence cited in {OTHERS}"


@pytest.mark.parametrize(
    ("change", "needs"),
    [
        ({"at": pd.Timestamp("2024-06-01")}, "ratings given in the period or after it"),
        ({"competency": "juggling"}, "ratings.competency: ids of the matrix"),
        ({"person_id": "m1"}, "ratings of people with the role csm, onboarding or cs_ops"),
    ],
)
def test_what_takes_away_the_last_rating_is_named(change, needs):
    cycle = _rated(_mixed, raters=("m0",))
    ratings = cycle.table("ratings").assign(**change)
    table = ck.bias_checks(cycle.with_tables(ratings=ratings), shuffles=QUICK).set_index("check")
    assert table.loc["severity", "sentence"] == needs


def _stops(error):
    def check(*_args, **_options):
        raise error

    return check


def test_an_error_the_kit_raises_on_purpose_is_that_check_s_reason(team, monkeypatch):
    whole = ck.bias_checks(team.with_tables(), shuffles=QUICK).set_index("check")
    why = DataError("No dates.", "Give dates.")
    monkeypatch.setattr(checks_module, "check_recency", _stops(why))
    table = ck.bias_checks(team.with_tables(), shuffles=QUICK).set_index("check")
    assert table.loc["recency", "verdict"] == "not computable"
    assert table.loc["recency", "sentence"] == "No dates. Give dates."
    rest = [c for c in whole.index if c != "recency"]
    pd.testing.assert_series_equal(table.loc[rest, "p"], whole.loc[rest, "p"])


def test_a_fault_of_the_kit_is_a_failed_check_and_no_other(team, monkeypatch):
    monkeypatch.delenv("CSMKIT_DEBUG", raising=False)
    monkeypatch.setattr(checks_module, "order_check", _stops(KeyError("Ana Ruiz")))
    table = ck.bias_checks(team.with_tables(), shuffles=QUICK).set_index("check")
    assert table.index[table["verdict"] == "failed"].tolist() == ["order"]
    # The error's text may name somebody; what is shown in packets does not.
    assert "Ana Ruiz" not in table.loc["order", "sentence"]
    assert table.loc["order", "note"] == "KeyError: 'Ana Ruiz'"


def test_who_looks_for_the_fault_gets_the_error_itself(team, monkeypatch):
    monkeypatch.setenv("CSMKIT_DEBUG", "1")
    monkeypatch.setattr(checks_module, "order_check", _stops(KeyError("x")))
    with pytest.raises(KeyError):
        ck.bias_checks(team.with_tables(), shuffles=QUICK)


def test_a_finding_that_cannot_be_told_is_a_failed_check_and_no_other(monkeypatch):
    monkeypatch.delenv("CSMKIT_DEBUG", raising=False)
    scales = {"recency": 40.0, "severity": "forty"}
    told = judged(
        [Found(c, p=0.5, effect=1, low=-9, high=9, scale=s) for c, s in scales.items()],
        material=0.075,
        days=30,
    ).set_index("check")
    assert told["verdict"].to_dict() == {"recency": "cannot tell", "severity": "failed"}
    assert "TypeError" in told.loc["severity", "note"]


def test_a_gap_on_one_manager_s_people_may_be_kindness_to_own_reports():
    # m1 gives green where m0, whose reports all are, gives yellow.
    apart = _rated(lambda i, j, k: "yellow" if j == 0 and (i + k) % 3 else "green", people=12)
    table = ck.bias_checks(apart, shuffles=QUICK).set_index("check")
    assert table.loc["severity", "verdict"] == "signal"
    assert "All people with two raters report to one manager" in table.loc["severity", "sentence"]
    lines = ck.bias_lines(apart, shuffles=QUICK).set_index("check")["sentence"]
    assert lines.loc["severity"].str.contains("or only own reports").all()
    people = apart.table("people")
    half = people["person_id"].isin([f"p{i}" for i in range(6)])
    people.loc[half, "manager_id"] = "m1"
    mixed = ck.bias_checks(apart.with_tables(people=people), shuffles=QUICK).set_index("check")
    assert "one manager" not in mixed.loc["severity", "sentence"]
    assert "one manager" not in " ".join(table.drop("severity")["sentence"])
