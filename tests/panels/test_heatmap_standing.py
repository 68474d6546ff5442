"""The matrix part of a packet: values, indicators met, evidence cited, coverage."""

import pandas as pd
import pytest

from csmkit.cycle import Cycle, Period
from csmkit.matrix.cited import evidence_cited, values_without_item, without_item_note
from csmkit.matrix.gaps import shown_ratings, skill_gaps
from csmkit.matrix.matrix import Competency, Expectation, Matrix
from csmkit.matrix.model import manager_ratings
from csmkit.matrix.read import read_matrix
from csmkit.matrix.standing import (
    in_short,
    last_values,
    matrix_coverage,
    matrix_standing,
)
from csmkit.render.slices import book_of
from csmkit.samples import sample_team
from csmkit.schema import TABLES
from csmkit.view.tables import table_rows

PLAN = Competency(
    "plan",
    "Craft",
    "Planning",
    "",
    red=("No plan.",),
    yellow=("Half a plan.", "No day."),
    green=("A plan.",),
    expected={"mid": Expectation("green", "")},
)
TALK = Competency(
    "talk",
    "Craft",
    "Talking",
    "",
    ("r",),
    ("y",),
    ("g",),
    variants={"cs_ops": {"not_expected": "Has no customers."}},
)
MATRIX = Matrix("Two", "1", "abc", (PLAN, TALK))
PEOPLE = [("ana", "csm", "mid"), ("ben", "cs_ops", "mid"), ("max", "manager", "senior")]
RATINGS = [
    ("ana", "ana", "plan", "self", "green", None),
    ("ana", "max", "plan", "manager", "yellow", "in;early;secret;gone"),
    ("ana", "max", "talk", "manager", "red", "early"),
    ("ben", "max", "plan", "manager", "not_observed", None),
]
ITEMS = [
    ("in", "2026-03-01", False),
    ("early", "2025-12-31", False),
    ("secret", "2026-03-01", True),
]


def team():
    people = [
        {"person_id": p, "name": p, "role": role, "level": level, "manager_id": "max"}
        for p, role, level in PEOPLE
    ]
    names = ("person_id", "rater_id", "competency", "phase", "value", "evidence_ids")
    ratings = [
        dict(zip(names, row, strict=True)) | {"at": pd.Timestamp("2026-06-01")} for row in RATINGS
    ]
    items = [
        {
            "evidence_id": i,
            "person_id": "ana",
            "date": pd.Timestamp(date),
            "text": "x",
            "competencies": "plan;talk",
            "private": private,
        }
        for i, date, private in ITEMS
    ]
    tables = {"people": people, "ratings": ratings, "evidence": items}
    return Cycle(
        {name: TABLES[name].conform(pd.DataFrame(rows)) for name, rows in tables.items()},
        Period.of("2026-01-01", "2026-06-30"),
    )


def test_a_row_says_what_was_given_what_was_met_and_what_it_stands_on():
    row = (
        matrix_standing(team(), MATRIX).set_index(["person_id", "competency"]).loc[("ana", "plan")]
    )
    assert (row["self"], row["manager"], row["apart"], row["expected"]) == (
        "green",
        "yellow",
        1.0,
        "green",
    )
    assert row["indicators"] == "Half a plan.\nNo day."
    # Of four cited, one is on file, dated inside the period and not private.
    assert (row["cited"], row["on_file"], row["unsupported"]) == (1, 1, False)


def test_each_item_cited_stands_beside_the_indicators_of_its_colour():
    cited = evidence_cited(team(), MATRIX)
    ana = cited[cited["person_id"] == "ana"]
    # "early" is dated before the period, "secret" is private, "gone" is not on file.
    assert cited["person_id"].tolist() == ["ana"]
    assert ana["competency"].tolist() == ["Planning"]
    assert ana["indicators"].tolist() == ["Half a plan.\nNo day."]
    assert ana["text"].tolist() == ["x"]


def test_values_without_an_item_have_a_table_and_a_sentence_of_their_own():
    bare = values_without_item(team(), MATRIX)
    columns = ["person_id", "competency", "value", "indicators", "cites"]
    assert bare[columns].to_numpy().tolist() == [
        ["ana", "Talking", "red", "r", True],
        ["ben", "Planning", "not_observed", "", False],
    ]
    # What nobody observed needs no item.
    unshown = "Nothing that can be shown and is dated in the period is cited for Talking."
    assert without_item_note(team(), MATRIX) == unshown
    ratings = team().table("ratings")
    talk = ratings["competency"].eq("talk")
    sample = sample_team()
    none, most = (book_of(sample, who) for who in ("Emeka Obi", "Amara Diallo"))
    assert without_item_note(none) == "Nothing is cited for any colour given."
    assert without_item_note(most) == "Nothing is cited but for QBR craft."
    one = ratings.assign(evidence_ids=ratings["evidence_ids"].mask(talk, None))
    said = without_item_note(team().with_tables(ratings=one), MATRIX)
    assert said == "Nothing is cited for Talking."
    all_cited = team().with_tables(ratings=ratings.assign(evidence_ids="in")[1:3])
    assert without_item_note(all_cited, MATRIX) == "Every value cites a dated item."
    unscored = team().with_tables(ratings=ratings.head(0))
    assert without_item_note(unscored, MATRIX) == "Nothing is scored yet."
    assert "Nothing is scored yet." in repr(table_rows(evidence_cited(unscored, MATRIX)))


@pytest.mark.parametrize("cited", ["secret", "gone", "early;secret;gone"])
def test_of_items_that_are_not_shown_no_date_is_told(cited):
    # "secret" is dated inside the period, and may not be shown; of "gone" no date is known.
    ratings = team().table("ratings")
    given = ratings[ratings["evidence_ids"].notna()].head(1).assign(evidence_ids=cited)
    cycle = team().with_tables(ratings=given)
    assert evidence_cited(cycle, MATRIX).empty
    assert values_without_item(cycle, MATRIX)["cites"].tolist() == [True]


def test_of_each_person_the_last_phase_that_was_scored_stands():
    cycle = team()
    one = cycle.table("ratings").iloc[:1]
    final = one.assign(phase="final", rater_id="max", value="red")
    # A level for the whole is no value of a competency.
    level = one.assign(person_id="ben", phase="final", competency="overall", value="meets")
    decided = cycle.with_tables(ratings=pd.concat([cycle.table("ratings"), final, level]))
    assert last_values(decided)["phase"].to_dict() == {
        ("ana", "plan"): "final",
        ("ben", "plan"): "manager",
    }
    given = values_without_item(decided, MATRIX)[["person_id", "value"]].drop_duplicates()
    assert given.to_numpy().tolist() == [["ana", "red"], ["ben", "not_observed"]]


def test_coverage_counts_what_a_role_is_scored_on():
    found = matrix_coverage(team(), MATRIX).set_index("person_id")
    seen = matrix_coverage(team(), MATRIX, without=found.index[0].upper())
    assert seen["person_id"].tolist() == found.index[1:].tolist()
    columns = ["of", "scored", "not_observed", "colours", "dated", "unsupported"]
    assert found.loc["ana", columns].tolist() == [2, 2, 0, 2, 1, "Talking"]
    assert found.loc["ana", "lacking"] == "only: Talking"
    assert found.loc["ben", columns].tolist() == [1, 1, 1, 0, 0, ""]


def test_an_overall_level_is_no_competency():
    level = {"person_id": "ben", "rater_id": "max", "competency": "overall", "value": "meets"}
    more = pd.DataFrame([level | {"phase": "manager", "at": pd.Timestamp("2026-06-02")}])
    ratings = team().table("ratings")
    with_level = team().with_tables(ratings=pd.concat([ratings, TABLES["ratings"].conform(more)]))
    assert len(with_level.table("ratings")) == len(ratings) + 1
    for of in (matrix_standing, matrix_coverage, skill_gaps):
        pd.testing.assert_frame_equal(of(with_level, MATRIX), of(team(), MATRIX))


@pytest.mark.parametrize(
    ("few", "others", "short"),
    [
        ("", "ab", ""),
        ("abcd", "", "all 4"),
        ("ab", "cdefg", "only: a; b"),
        ("abcd", "xy", "all but: x; y"),
        ("abcd", "efgh", "4 of 8"),
    ],
)
def test_names_are_told_in_short(few, others, short):
    assert in_short(list(few), others=list(others)) == short


def test_it_agrees_with_the_scores_of_the_sample_team():
    cycle, matrix = sample_team(), read_matrix()
    rows = matrix_standing(cycle, matrix)
    assert len(rows) == 480
    for phase, known in (
        ("self", shown_ratings(cycle, "self")),
        ("manager", manager_ratings(cycle)),
    ):
        assert rows[phase].notna().sum() == known["competency"].isin(matrix.ids).sum() > 0


def test_nobody_to_score_is_an_empty_table():
    empty = Cycle({}, Period.of("2026-01-01", "2026-06-30"))
    assert matrix_standing(empty, MATRIX).empty
    assert matrix_coverage(empty, MATRIX).empty
