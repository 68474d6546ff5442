"""What the leadership's figures stand on: who is counted, by which matrix, what else plays in."""

from __future__ import annotations

import pandas as pd
import pytest

from csmkit.cycle import Cycle
from csmkit.matrix.read import read_matrix
from csmkit.render.deck.leadership import leadership_slides
from csmkit.render.deck.leadership_checks import checked
from csmkit.schema import TABLES
from tests.render.deck.decks_said import matrix_with, tables_of
from tests.render.deck.leading import made_team

STANDS = "What this stands on"
OTHERS = "Colours given by another version of it, or by another matrix"


def test_a_signal_is_told_with_its_size_where_it_says_what_the_figures_stand_on(deck):
    told = [row[1] for row in tables_of(deck, STANDS) if row[0] == "To bear in mind"]
    rows = tables_of(deck, "What else may have moved the ratings")
    signals = [f"{row[0]} {row[1]}" for row in rows if row[1].startswith("A difference")]
    assert told == signals
    assert "steps" in told[0]


def test_how_large_a_difference_between_raters_is_is_not_told_of_few(team):
    (found,) = (one for one in checked(team, read_matrix(), 30) if one.is_signal)
    assert found.answer.endswith(
        "How large it is, is not told: it would be of fewer than 30 people."
    )


def test_it_says_how_many_are_counted_and_why_not_all(team, gaps, deck):
    of = gaps.loc[gaps["group"].eq("team") & gaps["competency"].ne(""), "of"]
    told = dict(tables_of(deck, STANDS))["Of them counted in the figure of a competency"]
    assert told.startswith(f"{of.min()} to {of.max()}, by competency. Not counted are people")
    (lead,) = (one.lead for one in leadership_slides(team) if one.key == "competencies")
    assert lead.endswith(told.partition("competency. ")[2])


def test_a_level_without_a_column_is_said_to_have_none(team):
    (slide,) = (one for one in leadership_slides(team) if one.key == "levels")
    assert slide.lead.endswith(
        "Without a column: Ramping (cannot tell: fewer than 5 people scored)."
    )


def test_a_level_that_nobody_scored_is_said_to_have_no_column(team):
    people, rows = team.table("people"), team.table("ratings")
    ramping = people.loc[people["level"].eq("ramping"), "person_id"]
    bare = team.with_tables(ratings=rows[~rows["person_id"].isin(ramping)])
    (slide,) = (one for one in leadership_slides(bare) if one.key == "levels")
    assert slide.lead.endswith("Without a column: Ramping (nobody scored).")


def stands(cycle: Cycle, **given) -> dict[str, str]:
    """What a team's figures stand on, by the heads of the rows."""
    (slide,) = (one for one in leadership_slides(cycle, **given) if one.key == "coverage")
    return dict(slide.content.rows)


def scored_by(label: str | None, **given) -> dict[str, str]:
    cycle = made_team({("mid", "a"): 10}, ["red", "green"])
    rows = cycle.table("ratings").assign(matrix=label)
    rows = TABLES["ratings"].conform(rows)
    return stands(cycle.with_tables(ratings=rows), **given)


def test_scores_of_another_version_of_the_matrix_are_told_where_it_says_what_it_stands_on():
    told = scored_by("Theirs 7", matrix=matrix_with(3))
    assert told["The matrix that figures are held against"].startswith("Ours 1 (")
    assert told[OTHERS].startswith("all, by: Theirs 7. ")


def test_scores_that_name_no_version_are_told():
    told = scored_by(None, matrix=matrix_with(3))
    assert told["Colours that do not say by which version they were given"] == "all"


def test_of_scores_by_the_matrix_in_use_no_other_is_told():
    told = scored_by("Ours 1", matrix=matrix_with(3))
    assert not any("version" in head for head in told)


def test_competencies_that_are_left_out_are_named():
    told = scored_by("Ours 1", matrix=matrix_with(2))
    assert told["Left out: competencies that were scored and are not in this matrix"] == (
        "skill_2. They are in no figure."
    )
    told = scored_by("Ours 1", matrix=matrix_with(5))
    head = "Left out: competencies of this matrix in which nobody has a colour"
    assert told[head] == "Skill 3; Skill 4"


@pytest.mark.parametrize(
    ("cited", "says"),
    [
        (0, "none"),
        (1, "fewer than 1 in 100"),
        (30, "about 20"),
        (149, "more than 99"),
        (150, "all"),
    ],
)
def test_a_share_of_hardly_any_is_said_in_words(cited, says):
    cycle = made_team({("mid", "a"): 50}, ["red", "green"])
    rows = cycle.table("ratings")
    rows["evidence_ids"] = [
        f"e-{who}" if at < cited else None for at, who in enumerate(rows["person_id"])
    ]
    items = [
        {"evidence_id": f"e-{who}", "person_id": who, "text": "A QBR."}
        | {"date": pd.Timestamp("2026-02-01")}
        for who in cycle.subjects["person_id"]
    ]
    tables = {"ratings": rows, "evidence": pd.DataFrame(items)}
    made = cycle.with_tables(**{name: TABLES[name].conform(one) for name, one in tables.items()})
    told = stands(made, matrix=matrix_with(3))
    assert told["Of the colours that managers gave, those that cite a dated item"].startswith(says)


def test_where_nobody_is_scored_no_other_matrix_is_spoken_of(team):
    told = stands(team.with_tables(ratings=team.table("ratings").head(0)))
    assert told["Of them scored by a manager"] == "nobody yet"
    assert told["Of them scored by themselves"] == "nobody yet"
    assert "nobody is scored yet, so there are none" in told.values()


def test_where_others_are_scored_by_another_matrix_that_is_said():
    cycle = made_team({("mid", "a"): 10}, ["red", "green"])
    told = stands(cycle)
    assert told["Of them scored by a manager"] == "nobody, by this matrix"
    assert "no colour is of this matrix" in told.values()
