"""The deck for one reader: of nobody whose colours that reader knows."""

from __future__ import annotations

import pandas as pd
import pytest

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.growth.team import known_to, team_gaps
from csmkit.matrix.read import read_matrix
from csmkit.render.deck.leadership import leadership_deck, leadership_slides
from csmkit.schema import TABLES
from tests.render.deck.decks_said import matrix_with, texts_of
from tests.render.deck.leading import half_a_year_earlier, keys, limits, made_team, row_of


@pytest.fixture(scope="module")
def decided(team) -> Cycle:
    who = team.subjects["person_id"]
    made = pd.DataFrame({"person_id": who, "at": pd.Timestamp("2026-07-02"), "before": "meets"})
    made["competency"], made["after"] = "overall", ["exceeds", "meets"] * (len(who) // 2)
    return team.with_tables(decisions=TABLES["decisions"].conform(made))


def readers(team: Cycle) -> list[str]:
    return sorted(team.subjects["manager_id"].dropna().unique())


def test_a_readers_deck_has_the_figures_of_the_gaps_for_that_reader(team):
    reader = readers(team)[0]
    found = team_gaps(team, by="level", reader=reader)
    slides = {one.key: one for one in leadership_slides(team, reader=reader)}
    rows = {name: count for _, name, count in slides["competencies"].content.rows}
    for one in read_matrix():
        row = row_of(found, group="team", competency=one.id)
        assert rows[one.name] == (row["expected_told"] or "not told")
    of = found.loc[found["group"].eq("team") & found["competency"].ne(""), "of"]
    counted = dict(slides["coverage"].content.rows)["Of them counted in the figure of a competency"]
    assert counted.startswith(f"{of.min()} to {of.max()}, by competency.")


def test_nothing_in_a_readers_deck_depends_on_those_whom_they_know(decided):
    reader = readers(decided)[0]
    known = known_to(decided, reader)
    other, before = dict(decided.tables), half_a_year_earlier(decided, "red")
    for name, column, turned in (
        ("ratings", "value", {"green": "red", "red": "green", "yellow": "green"}),
        ("ratings", "evidence_ids", {}),
        ("ratings", "matrix", {}),
        ("decisions", "after", {"exceeds": "meets", "meets": "needs"}),
    ):
        rows = other[name].copy()
        mine = rows["person_id"].isin(known)
        rows[column] = rows[column].mask(mine, rows[column].map(turned))
        other[name] = TABLES[name].conform(rows)
    changed = decided.with_tables(**{name: other[name] for name in ("ratings", "decisions")})
    mine, theirs = (leadership_slides(c, reader=reader, before=before) for c in (decided, changed))
    assert mine == theirs
    assert leadership_slides(decided) != leadership_slides(changed)


def test_a_readers_deck_names_the_reader_alone(team):
    reader = readers(team)[0]
    name, said = team.person(reader)["name"], texts_of(leadership_deck(team, reader=reader))
    assert f"for {name} alone" in said
    for other in team.table("people")["name"].dropna():
        assert other == name or other not in said


def test_a_reader_who_knows_nearly_all_gets_sentences_alone():
    cycle = made_team({("mid", "a"): 10, ("mid", "b"): 4}, ["red", "green"])
    assert keys(cycle, matrix=matrix_with(3), reader="a") == ["opening", "limits"]
    assert "Without the people whose colours Boss a knows" in limits(cycle, reader="a")


def test_a_reader_who_is_nobody_is_refused(team):
    with pytest.raises(UsageError, match="Nobody in this export"):
        leadership_deck(team, reader="nobody@nowhere.example")


def test_the_notes_of_a_readers_cover_say_whom_it_names(team):
    reader = readers(team)[0]
    theirs, others = (leadership_slides(team, **how)[0].notes for how in ({"reader": reader}, {}))
    assert "It names nobody." in others
    assert "It names nobody." not in theirs
    assert f"It names nobody but {team.person(reader)['name']}, for whom alone" in theirs
    assert "\nAsk: " in theirs
    assert "\nDo not conclude: " in theirs
