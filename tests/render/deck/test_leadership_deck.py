"""The deck for the leadership: figures as the frames have them, nobody named, nothing of few."""

from __future__ import annotations

import dataclasses
import re
from itertools import combinations

import pandas as pd
import pytest

import csmkit as ck
from csmkit.bias.judge import reach
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.growth.team import team_gaps
from csmkit.growth.team_basis import counted
from csmkit.matrix.gap_rows import count_in_words
from csmkit.matrix.read import read_matrix
from csmkit.render.deck.coaching_scan import texts_of as said_on
from csmkit.render.deck.leadership import leadership_deck, leadership_slides
from csmkit.render.deck.leadership_gaps import Gaps, competencies, levels, pillars, teams
from csmkit.render.deck.leadership_stands import not_counted
from csmkit.render.deck.leadership_trend import why_untold
from csmkit.schema import TABLES
from csmkit.text import by_unit
from tests.render.deck.boxes import as_pdf, crowded, drawn_outside, over_each_other
from tests.render.deck.decks_said import (
    charts_of,
    matrix_with,
    notes_of,
    slides_of,
    tables_of,
    texts_of,
    titles_of,
)
from tests.render.deck.leading import half_a_year_earlier, keys, limits, made_team, row_of

BY_PILLAR, BY_COMPETENCY = (f"Below what the level expects, by {n}" for n in ("pillar", "comp"))
FEW = ("bohdan.kovalenko@northwind.example",)
NO_CHANGE = "Of no competency can it be told whether it changed since the last cycle."


def told(row: pd.Series) -> str:
    return count_in_words(int(row["expected_low"]), int(row["expected_high"]), int(row["of"]))


def test_each_competency_is_told_as_the_frame_has_it(gaps, deck):
    rows = {row[1]: row[2] for row in tables_of(deck, BY_COMPETENCY)[1:]}
    for one in read_matrix():
        row = row_of(gaps, group="team", competency=one.id)
        assert rows[one.name] == told(row)


def test_the_chart_has_the_shares_of_the_pillars(gaps, deck):
    (chart,) = charts_of(deck)
    sure, more = (list(series.values) for series in chart.plots[0].series)
    for at, pillar in enumerate(chart.plots[0].categories):
        row = row_of(gaps, group="team", competency="", pillar=str(pillar))
        assert sure[at] == pytest.approx(row["expected_low"] / row["of"])
        assert sure[at] + more[at] == pytest.approx(row["expected_high"] / row["of"])


def test_one_pillar_alone_is_told_in_a_row_and_not_as_a_single_bar(gaps):
    pillar = gaps["pillar"].iloc[0]
    one = gaps[gaps["pillar"].eq(pillar)]
    one.attrs = gaps.attrs
    row = row_of(one, group="team", competency="")
    assert pillars(Gaps(one)).content.rows == ((pillar, told(row)),)


def test_levels_are_told_as_the_frame_has_them(gaps, deck):
    head, *rows = tables_of(deck, "Below what the level expects, by level")
    assert head == ["Pillar", "Mid-level", "Senior"]
    for pillar, mid, _ in rows:
        row = row_of(gaps, group="level", value="mid", competency="", pillar=pillar)
        assert mid == told(row)


def test_themes_come_with_what_to_practise(deck):
    rows = tables_of(deck, "Themes for training")
    assert rows[1][:2] == ["Value realisation", "13 of 22"]
    assert rows[1][2] == read_matrix()["value_realisation"].practice


def test_coverage_is_told_of_all(deck):
    rows = dict(tables_of(deck, "What this stands on")[1:])
    assert rows["People with a packet"] == "24"
    assert rows["Of them scored by a manager"] == "all"


def test_a_check_of_raters_gives_its_verdict_and_speaks_of_no_rater(team, deck):
    rows = [
        row for row in tables_of(deck, "What else may have moved") if "higher or lower" in row[0]
    ]
    check = ck.bias_checks(team).set_index("check").loc["severity"]
    assert check["verdict"] == "signal"
    assert rows[0][1] == (
        "A difference that is more than chance gives. Where it is largest, it is"
        f" {by_unit(abs(check['effect']), 'steps')}; the data fit"
        f" {reach(check['low'], check['high'], 'steps')} (95 % interval). A step is one of 20"
        " competencies moved by one colour."
    )
    assert "One rater" not in texts_of(deck)


def test_a_check_without_an_effect_says_how_small_it_is(team, deck):
    inheritance = ck.bias_checks(team).set_index("check").loc["inheritance"]
    assert inheritance["verdict"] == "no material effect"
    assert inheritance["sentence"] in texts_of(deck)


def test_nobody_is_named(team, deck):
    said, people = texts_of(deck), team.table("people")
    for column in ("name", "email", "person_id"):
        for text in people[column].dropna():
            assert text not in said


def test_every_slide_has_notes_on_what_to_say_to_ask_and_not_to_conclude(deck):
    for notes in notes_of(deck):
        assert all(part in notes for part in ("Say: ", "Ask: ", "Do not conclude: "))


def test_a_team_of_four_is_told_in_sentences_alone(team):
    people = team.table("people")
    four = team.subjects["person_id"].head(4)
    few = team.with_tables(people=people[people["person_id"].isin(four)])
    deck = leadership_deck(few)
    assert len(slides_of(deck)) == 2
    assert not any(
        shape.has_table or shape.has_chart for s in slides_of(deck) for shape in s.shapes
    )
    assert "fewer than 5 people with a packet" in texts_of(deck)


def test_one_person_and_nobody_get_sentences_alone(team):
    for number in (0, 1):
        people = team.subjects.head(number)
        assert keys(team.with_tables(people=people)) == ["opening", "limits"]


def test_without_scores_it_says_so(team):
    none = team.with_tables(ratings=team.table("ratings").head(0))
    assert keys(none) == ["opening", "coverage", "limits"]
    assert "fewer than 5 people have a colour" in limits(none)


def test_without_levels_it_tells_what_is_red_or_yellow(team):
    people = team.table("people")
    level = pd.Series(pd.NA, people.index, dtype=people["level"].dtype)
    without = team.with_tables(people=people.assign(level=level))
    slides = {slide.key: slide for slide in leadership_slides(without)}
    assert slides["pillars"].title == "Red or yellow, by pillar"
    assert "themes" not in slides
    assert "what is expected of each level is not known" in limits(without)


def test_without_managers_no_team_is_told(team):
    people = team.table("people")
    nobody = pd.Series(pd.NA, people.index, dtype=people["manager_id"].dtype)
    without = team.with_tables(people=people.assign(manager_id=nobody))
    assert "managers" not in keys(without)


def test_teams_are_numbered_in_no_order_and_not_named():
    cycle = made_team({("mid", "zoe"): 10, ("mid", "adam"): 12}, ["red", "green", "yellow"])
    slide = next(s for s in leadership_slides(cycle, matrix=matrix_with(3)) if s.key == "managers")
    assert slide.content.columns == ("Pillar", "Team 1", "Team 2")
    assert "zoe" not in repr(slide)


def test_the_cycle_before_is_laid_beside_this_one_without_figures(team):
    before = half_a_year_earlier(team, "red")
    slides = {slide.key: slide for slide in leadership_slides(team, before=before)}
    assert slides["trend"].content.columns == ("Competency", "Whether it changed")
    said = [text for _, text in slides["trend"].content.rows]
    assert any(text.startswith("Fewer people below what is expected") for text in said)
    told = " ".join(said).replace("of 5 or more who are counted in both", "")
    assert not re.search(r"\d", told)
    assert "beside 1 Jul 2025 – 31 Dec 2025" in slides["opening"].content.subtitle


def untold(cycle: Cycle, **given) -> str:
    """What stands in place of a trend, in a deck that does not claim to have one."""
    slides = leadership_slides(cycle, **given)
    (slide,) = (one for one in slides if one.key == "trend")
    (passage,) = slide.content.passages
    (line,) = passage.lines
    assert "beside" not in slides[0].content.subtitle
    assert why_untold(slides) == line
    return line


def test_where_nothing_can_be_told_to_have_changed_a_sentence_says_so(team):
    told = untold(team, before=half_a_year_earlier(team))
    assert told == f"{NO_CHANGE} What is seen could be chance."


def test_a_deck_with_a_trend_or_without_an_earlier_cycle_says_no_such_sentence(team):
    for before in (None, half_a_year_earlier(team, "red")):
        assert why_untold(leadership_slides(team, before=before)) == ""


def test_where_too_few_are_scored_an_earlier_cycle_is_answered_all_the_same(team):
    before = half_a_year_earlier(team)
    none = team.with_tables(ratings=team.table("ratings").head(0))
    assert untold(none, before=before).startswith(f"{NO_CHANGE} Fewer than 5 people have a colour")
    few = team.with_tables(people=team.subjects.head(2))
    assert untold(few, before=before).startswith(NO_CHANGE)


def test_the_cycle_before_is_held_against_the_matrix_of_then(team):
    before, own = half_a_year_earlier(team, "red"), read_matrix()
    ruled = dataclasses.replace(own, rules=("Another rule.",), digest="0" * 12)
    assert "trend" in keys(team, before=before, matrix=own)
    told = untold(team, before=before, matrix=own, matrix_before=ruled)
    assert told == f"{NO_CHANGE} Not comparable: what it asks for was changed since."
    assert "Not comparable:" in limits(team, before=before, matrix=own, matrix_before=ruled)


def test_a_cycle_before_without_scores_says_so(team):
    before = ck.sample_team(period="2025-07-01:2025-12-31")
    told = untold(team, before=before)
    assert told == f"{NO_CHANGE} There is no figure of both cycles to compare."


def test_a_later_cycle_is_refused_as_the_one_before(team):
    with pytest.raises(UsageError, match="not in order"):
        leadership_deck(ck.sample_team(period="2025-07-01:2025-12-31"), before=team)


def test_what_calibration_changed_is_told_of_enough_people(team):
    who = team.subjects["person_id"]
    made = pd.DataFrame({"person_id": who, "at": pd.Timestamp("2026-07-02"), "before": "meets"})
    made["competency"], made["after"] = "overall", ["exceeds"] * 6 + ["meets"] * 17 + ["needs"]
    cycle = team.with_tables(decisions=TABLES["decisions"].conform(made))
    slide = next(s for s in leadership_slides(cycle) if s.key == "decided")
    assert slide.content.rows == (("Was changed, up or down", "7"), ("Stayed as it was", "17"))


def test_what_calibration_changed_of_few_is_not_told(team):
    assert "decided" not in keys(team)
    assert "no decision on record is of this cycle’s meeting" in limits(team)


def test_min_group_must_be_five_or_more(team):
    with pytest.raises(UsageError, match="min_group is 4"):
        leadership_deck(team, min_group=4)


def test_a_larger_min_group_holds_more_back(team):
    assert "levels" in keys(team)
    assert "levels" not in keys(team, min_group=14)


# What may be shown of the same people in one deck, as whoever attacks it reads it.
def shown_of(cycle: Cycle, matrix) -> str:
    by_level = Gaps(team_gaps(cycle, matrix, by="level"))
    if not by_level.are_told:
        return ""
    by_manager = Gaps(team_gaps(cycle, matrix, by="manager"), by_level.measure)
    of = counted(cycle, matrix, phase=by_level.phase, measure=by_level.measure)
    by_each = competencies(by_level, not_counted(of, 5))
    slides = (pillars(by_level), by_each, levels(by_level, of.levels), teams(by_manager))
    return "\n".join(text for slide in slides if slide for text in said_on(slide)) + "".join(
        repr(slide.content) for slide in slides[:1]
    )


GROUPS = [
    {("mid", "a"): 5, ("senior", "a"): 5, ("senior", "b"): 1, ("ramping", "b"): 2},
    {("mid", "a"): 6, ("mid", "b"): 6},
    {("mid", "a"): 10, ("mid", "b"): 10, ("senior", "b"): 3},
    {("mid", "a"): 4, ("senior", "a"): 4},
]


@pytest.mark.parametrize("groups", GROUPS)
def test_no_count_of_people_under_five_follows_from_a_difference(groups):
    cycle = made_team(groups, ["red", "green", "yellow", "green"])
    frame = pd.concat([team_gaps(cycle, matrix_with(3), by=by) for by in ("level", "manager")])
    for _, rows in frame[frame["competency"].ne("")].groupby("competency"):
        whole = rows.loc[rows["group"].eq("team"), "of"].dropna()
        for by in ("level", "manager"):
            parts = rows.loc[rows["group"].eq(by), "of"].dropna().astype(int)
            for size in range(len(parts) + 1):
                for some in combinations(parts, size):
                    left = int(whole.iloc[0]) - sum(some) if len(whole) else 0
                    assert left == 0 or left >= 5


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("values", [["red", "green"], ["green"] * 5 + ["red"], ["green"]])
def test_of_nobody_the_own_colour_follows_from_all_that_is_shown(groups, values):
    matrix = matrix_with(3)
    cycle = made_team(groups, values)
    shown, rows = shown_of(cycle, matrix), cycle.table("ratings")
    mine = rows[rows["competency"].eq("skill_0")]
    # Whoever is alike in everything follows, or does not, alike.
    known = mine.merge(cycle.table("people"), on="person_id").set_axis(mine.index)
    for at in known.drop_duplicates(["level", "manager_id", "value"]).index:
        others = [other for other in mine.index if mine["value"][other] != mine["value"][at]]
        # Another team, in which this person has another colour, would show the very same.
        alone = [{at}, *({at, other} for other in others)]
        assert any(shown_of(_turned(cycle, flip), matrix) == shown for flip in alone)


def _turned(cycle: Cycle, rows: set[int]) -> Cycle:
    ratings = cycle.table("ratings")
    turned = ratings["value"].map({"green": "red", "red": "green"})
    value = ratings["value"].mask(ratings.index.isin(rows), turned)
    return cycle.with_tables(ratings=ratings.assign(value=value))


def test_no_share_of_dated_items_tells_how_many_colours_there_are(deck):
    said = dict(tables_of(deck, "What this stands on")[1:])
    share = said["Of the colours that managers gave, those that cite a dated item"]
    assert re.fullmatch(r"about \d+\s%", share)


def test_the_same_cycle_gives_the_same_bytes(team, deck):
    assert leadership_deck(team) == deck


@pytest.mark.parametrize("number", [3, 60])
def test_a_matrix_of_any_size_with_long_cells_stays_on_the_slides(number):
    matrix = matrix_with(number, about="long words in a cell " * 95, name="W" * 80)
    cycle = made_team({("mid", "a"): 10, ("senior", "b"): 8}, ["red", "green"], number)
    deck = leadership_deck(cycle, matrix=matrix)
    assert len([t for t in titles_of(deck) if t.startswith(BY_COMPETENCY)]) >= 1
    assert crowded(deck) + over_each_other(deck) == []


def test_no_text_stands_outside_its_box(deck, tmp_path):
    pdf = as_pdf({"leadership": deck}, tmp_path)["leadership"]
    assert drawn_outside(deck, pdf) == []
    assert crowded(deck) == []


def themes_of(number: int):
    """The slide of a team in which all are below in each of so many competencies."""
    cycle = made_team({("mid", "a"): 10}, ["red"], number)
    slides = leadership_slides(cycle, matrix=matrix_with(number))
    return next(one for one in slides if one.key == "themes")


def test_of_many_themes_the_table_comes_first_and_the_notes_name_the_others():
    shown = themes_of(60)
    rows = [row[0] for row in shown.content.rows]
    named = shown.notes.split("Many are below in these as well: ")[1].rstrip(".").split(", ")
    assert len(rows) == 5
    assert {*rows, *named} == {f"Skill {at}" for at in range(60)}
    assert len(named) == 55
    told = ", ".join(named[:3])
    assert f"in 55 competencies beside these, such as {told}; the notes name all." in shown.lead
    assert shown.lead.count("Skill ") == 3
    cycle = made_team({("mid", "a"): 10}, ["red"], 60)
    made = leadership_deck(cycle, matrix=matrix_with(60))
    (slide,) = [one for one in slides_of(made) if "Themes" in one.shapes.title.text_frame.text]
    assert any(shape.has_table for shape in slide.shapes)


def test_a_few_more_themes_are_all_named_on_the_slide():
    shown = themes_of(7)
    rows = {row[0] for row in shown.content.rows}
    named = shown.lead.split("Many are below in 2 competencies beside these: ")[1].rstrip(".")
    assert {*rows, *named.split(", ")} == {f"Skill {at}" for at in range(7)}
    assert "as well" not in shown.notes


def test_of_which_it_cannot_be_told_are_those_of_the_frame(team):
    rows = team.table("ratings")
    few = rows[rows["competency"].ne("advocacy") | rows["person_id"].isin(FEW)]
    cycle = team.with_tables(ratings=few)
    found = ck.training_themes(cycle)
    shown = next(one for one in leadership_slides(cycle) if one.key == "themes")
    assert found.attrs["untold"] == "Cannot tell of: Advocacy."
    assert "Cannot tell of 1 competency: Advocacy." in shown.lead
