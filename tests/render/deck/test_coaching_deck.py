"""The coaching deck: one person's figures as the frames have them, and nothing of anybody else."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from csmkit.compute.composition import composition
from csmkit.compute.drivers import arr_bridge, losses
from csmkit.compute.outcomes import outcomes
from csmkit.compute.standing import headline, standing
from csmkit.compute.team import role_bands
from csmkit.cycle import Cycle, Period
from csmkit.errors import DataError, UsageError
from csmkit.matrix.standing import matrix_standing
from csmkit.render.deck.coaching import coaching_deck, coaching_slides
from csmkit.render.deck.coaching_scan import DeckScan
from csmkit.render.deck.coaching_team import Team
from csmkit.render.slices import book_of
from csmkit.schema import TABLES
from csmkit.text import by_unit, money
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

MAIL = "@northwind.example"
BOHDAN, MATEO, OPS = (f"{n}{MAIL}" for n in ("bohdan.kovalenko", "mateo.nunez", "gustavo.pereira"))
LEILA, SIOBHAN = f"leila.benali{MAIL}", f"siobhan.oconnor{MAIL}"
BOOK, OUTCOMES = "The book", "Outcomes"


@pytest.fixture(scope="module")
def decks(team) -> dict[str, bytes]:
    return {who: coaching_deck(team, csm=who) for who in (BOHDAN, MATEO, OPS, LEILA, SIOBHAN)}


def slide(team: Cycle, who: str, key: str, **given):
    return next(s for s in coaching_slides(team, csm=who, **given) if s.key == key)


def bare_team(name: str = "Person 0") -> Cycle:
    """An export that has people and accounts with an owner, and nothing else."""
    accounts = [{"account_id": f"a{n}", "name": f"Account {n}", "owner": "p0"} for n in range(3)]
    rows = {"people": [{"person_id": "p0", "name": name, "role": "csm"}], "accounts": accounts}
    tables = {of: TABLES[of].conform(pd.DataFrame(records)) for of, records in rows.items()}
    return Cycle(tables, Period.of("2026-01-01", "2026-06-30"), "EUR")


def test_the_first_slide_says_whose_it_is_and_of_which_period(decks):
    first = slides_of(decks[BOHDAN])[0]
    assert [shape.text_frame.text for shape in first.placeholders][:2] == [
        "Review and coaching: Bohdan Kovalenko",
        "Customer success manager, senior · manager: Deepa Krishnan · 1 Jan 2026 – 30 Jun 2026",
    ]


def test_the_book_is_told_as_its_frame_has_it_beside_the_role(team, decks):
    rows = {row[0]: row[1:] for row in tables_of(decks[BOHDAN], BOOK)}
    made_of = composition(book_of(team, BOHDAN)).set_index(["measure", "at"])["value"]
    bands = role_bands(team).set_index(["role", "measure"])
    arr = bands.loc["csm", "arr"]
    assert rows["ARR"] == [
        money(made_of["arr", "owned opening"], currency="EUR"),
        money(made_of["arr", "closing"], currency="EUR"),
        f"€{arr['low']:,.0f} to €{arr['high']:,.0f} (19 people)",
    ]
    share = by_unit(made_of["at_risk_share", "owned opening"], "share")
    assert rows["ARR in red or yellow accounts"][0] == share


def test_outcomes_stand_under_the_headline_with_what_they_are_out_of(team, decks):
    frame = outcomes(book_of(team, BOHDAN)).set_index("metric")
    rows = {row[0]: row[1:] for row in tables_of(decks[BOHDAN], OUTCOMES)}
    nrr = frame.loc["nrr"]
    assert rows[nrr["label"]] == [
        by_unit(nrr["value"], "share"),
        by_unit(nrr["target"], "share"),
        f"{money(nrr['numerator'], currency='EUR')} of {money(nrr['denominator'], currency='EUR')}",
    ]
    assert headline(book_of(team, BOHDAN)) in texts_of(decks[BOHDAN])


def test_the_chart_goes_from_the_opening_over_each_change_to_the_closing(team, decks):
    steps = arr_bridge(book_of(team, BOHDAN), accounts=8)
    (chart,) = charts_of(decks[BOHDAN])
    stays, comes, goes = (series.values for series in chart.plots[0].series)
    assert [str(one).split(":")[0] for one in chart.plots[0].categories] == list(steps["step"])
    for at, row in enumerate(steps.to_dict("records")):
        if row["kind"] in ("opening", "closing"):
            assert (stays[at], comes[at], goes[at]) == (row["amount"], 0, 0)
        else:
            assert comes[at] - goes[at] == row["amount"]
            assert stays[at] + comes[at] + goes[at] == row["top"]


def test_the_chart_can_be_edited_in_its_own_workbook(decks):
    (chart,) = charts_of(decks[BOHDAN])
    assert chart.part.chart_workbook.xlsx_part.blob[:2] == b"PK"


def test_every_caution_of_the_figures_is_told(team, decks):
    for message in standing(book_of(team, MATEO))["message"]:
        assert message in texts_of(decks[MATEO])


def test_what_is_held_back_of_the_scores_is_told(team):
    held = dataclasses.replace(team, notes=("Final scores are left out until they are closed.",))
    shown = slide(held, BOHDAN, "cautions").content.passages
    assert ("Final scores are left out until they are closed.",) in [p.lines for p in shown]


def test_the_matrix_has_every_colour_given_and_whose_it_is(team):
    grid = slide(team, MATEO, "matrix").content
    assert grid.columns == (
        *("Pillar", "Competency", "Own", "Manager", "Expected", "Dated items cited"),
    )
    frame = matrix_standing(book_of(team, MATEO))
    for cells, row in zip(grid.rows, frame.to_dict("records"), strict=True):
        shown = (cells[1], *(cell.mark for cell in cells[2:5]), cells[5])
        assert shown == (
            *(row["name"], row["self"], row["manager"], row["expected"], str(row["cited"])),
        )


def test_what_a_role_is_not_scored_on_is_named_and_not_in_the_table(team):
    names = [row[1] for row in slide(team, OPS, "matrix").content.rows]
    assert "Advocacy" not in names
    assert any("Advocacy" in line for line in lines_of(team, OPS, "cautions"))


def lines_of(team: Cycle, who: str, key: str, **given) -> list[str]:
    return [
        getattr(line, "text", line)
        for passage in slide(team, who, key, **given).content.passages
        for line in passage.lines
    ]


def test_a_competency_that_nobody_scored_says_so(team):
    rows = team.table("ratings")
    without = rows[~(rows["person_id"].eq(MATEO) & rows["competency"].eq("qbr_craft"))]
    grid = slide(team.with_tables(ratings=without), MATEO, "matrix").content
    cells = next(row for row in grid.rows if row[1] == "QBR craft")
    assert cells[2:4] == ("not scored", "not scored")


def test_strengths_are_told_with_their_dated_items(decks):
    said = texts_of(decks[MATEO])
    assert "Voice of the customer (Green)" in said
    assert "Collected four requests for customs documents from Ría Shipp" in said


def test_what_another_manager_saw_lower_is_told_as_that_and_not_as_a_strength(decks):
    said = texts_of(decks[MATEO])
    assert "Expansion discovery (Green)" not in said
    told = said.split("below it by another manager’s: ")[1].split(".")[0]
    assert "Expansion discovery" in told.split("; ")


def test_a_gap_tells_what_was_seen_what_is_expected_and_what_to_practise(team):
    left = slide(team, MATEO, "gaps").content.left
    assert left.heading == "Book strategy and prioritisation: Red given, Green expected"
    assert [line.label for line in left.lines] == [
        *("The matrix’s words for that colour, not a measurement:", "What it stands on:"),
        *("What the level expects:", "To practise:"),
    ]


def test_the_plan_has_a_column_a_goal_and_the_three_days(decks):
    rows = tables_of(decks[MATEO], "The plan")
    assert rows[0] == ["Goal", "Book strategy and prioritisation", "Value realisation"]
    assert [row[0].split(":")[0] for row in rows[3:]] == [
        *("31 Jul 2026 (30 days)", "31 Aug 2026 (60 days)", "29 Sep 2026 (90 days)"),
    ]
    assert all("______" in cell for cell in rows[2][1:])


def test_without_a_gap_it_says_why_and_has_no_plan(decks):
    titles = titles_of(decks[SIOBHAN])
    assert "What to grow in is yours to choose" in titles
    assert not any(title.startswith("The plan") for title in titles)
    assert "No colour that counts here lies below what is expected of the level" in texts_of(
        decks[SIOBHAN]
    )


def test_what_was_agreed_is_told_with_whether_it_was_kept(decks):
    assert tables_of(decks[MATEO], "Agreed earlier")[1][:4] == [
        "One talk about growth in each quarterly review.",
        *("16 Jan 2026", "15 Feb 2026", "no"),
    ]


def test_a_role_without_a_book_has_its_own_figures_and_no_empty_slide(decks):
    titles = titles_of(decks[OPS])
    assert not any(title.startswith((BOOK, "ARR")) for title in titles)
    assert charts_of(decks[OPS]) == []
    assert "Resolved within SLA" in [row[0] for row in tables_of(decks[OPS], OUTCOMES)]
    assert "owned no account with anything on record" in texts_of(decks[OPS])


def test_losses_stand_with_their_reason_and_whether_they_could_be_controlled(decks, team):
    rows = tables_of(decks[BOHDAN], "Losses")
    of_frame = losses(book_of(team, BOHDAN))
    assert len(rows) - 1 == len(of_frame) == 4
    assert [
        "Dnipro Ceramics",
        "1 Mar 2026",
        "Churn",
        "−€36,000",
        "Merged; buyer runs its own system",
        "No",
    ] in rows
    assert [row[5] for row in rows if row[0] == "Jasna Ski Resorts"] == ["–"]


def test_a_column_of_losses_that_nobody_filled_is_left_out(team):
    moves, due = team.table("movements"), team.table("renewals")
    bare = team.with_tables(
        movements=moves.assign(reason=None, controllable=None).astype(moves.dtypes),
        renewals=due.assign(reason=None).astype(due.dtypes) if "reason" in due else due,
    )
    grid = slide(bare, BOHDAN, "losses").content
    assert {"Account", "Amount"} <= set(grid.columns)
    assert len(grid.columns) == len(grid.widths) < 6


def test_the_four_ways_of_credit_stand_side_by_side(decks):
    rows = tables_of(decks[BOHDAN], "Four ways")
    assert [row[0].split()[0] for row in rows[1:]] == ["Owner", "Owner", "Days", "Shared"]
    assert rows[3][3:] == ["99.5\u202f%", "94.3\u202f%"]


def test_practice_stands_there_with_what_it_is_out_of(decks, team):
    rows = {row[0]: row[1:] for row in tables_of(decks[BOHDAN], "Practice")}
    assert rows["Accounts with a QBR"] == ["88.9\u202f%", "8 of 9"]
    assert not any(title.startswith("Practice") for title in titles_of(decks[OPS]))


def test_whose_a_target_is_is_said(decks):
    assert "Target (own, else the team’s)" in tables_of(decks[BOHDAN], OUTCOMES)[0]


def test_onboarding_has_the_figures_of_its_role(decks):
    figures = [row[0] for row in tables_of(decks[LEILA], OUTCOMES)]
    assert "Time to value, median" in figures
    assert "Net revenue retention (NRR)" not in figures


def test_a_deck_has_six_to_fifteen_slides(decks):
    assert all(6 <= len(slides_of(deck)) <= 15 for deck in decks.values())


def test_every_slide_has_notes_on_what_to_say_to_ask_and_not_to_conclude(decks):
    for deck in decks.values():
        for notes in notes_of(deck):
            assert all(part in notes for part in ("Say: ", "Ask: ", "Do not conclude: "))


def test_no_deck_of_the_team_holds_anything_of_anybody_else(team):
    people = team.subjects
    scan = DeckScan(team)
    for who in people["person_id"]:
        slides = coaching_slides(team, csm=who)
        assert scan.leaks(slides, who) == []
        said = "\n".join(map(repr, slides))
        others = people[people["person_id"].ne(who) & people["name"].ne(team.person(who)["name"])]
        for name, mail in others[["name", "email"]].itertuples(index=False):
            assert name not in said
            assert mail not in said


def test_the_file_itself_names_nobody_else(team, decks):
    others = team.subjects[team.subjects["person_id"].ne(BOHDAN)]
    said = texts_of(decks[BOHDAN])
    for name in [*others["name"], *others["email"]]:
        assert name not in said


def test_a_colleague_named_in_evidence_is_unnamed(team):
    items = team.table("evidence")
    mine = items["person_id"].eq(MATEO) & items["text"].str.contains("customs documents")
    told = items["text"].mask(mine, items["text"] + " Priya Raman of Gorlice Furniture helped.")
    cycle = team.with_tables(evidence=items.assign(text=told))
    said = repr(coaching_slides(cycle, csm=MATEO))
    assert "A colleague of another account helped" in said


def test_a_deck_that_would_name_a_colleague_is_not_made(team):
    matrix = matrix_with(3, ask="What would Priya Raman do?")
    rows = team.table("ratings")
    # Three of the scores are made scores of the company's own matrix.
    mine = rows[rows["person_id"].eq(MATEO) & rows["phase"].eq("manager")].head(3)
    ids = pd.Series([f"skill_{n}" for n in range(3)], mine.index, dtype="str")
    cycle = team.with_tables(ratings=mine.assign(competency=ids, value="red"))
    with pytest.raises(DataError, match="Priya Raman"):
        coaching_deck(cycle, csm=MATEO, matrix=matrix)


def test_a_band_of_few_people_is_not_shown(team):
    people = team.table("people")
    few = people[people["role"].ne("csm") | people["person_id"].isin(four_csms(team))]
    grid = slide(team.with_tables(people=few), BOHDAN, "book").content
    assert grid.columns == ("Measure", "When taken over", "At the period’s end")


def four_csms(team: Cycle) -> list[str]:
    others = team.subjects[team.subjects["role"].eq("csm")]["person_id"]
    return [BOHDAN, *others[others.ne(BOHDAN)].head(3)]


def test_the_first_deck_and_the_others_are_worked_out_alike(team):
    alone, shared = Team(team), Team(team)
    shared.person(OPS)
    for who in (BOHDAN, LEILA, f"wei.chen{MAIL}"):
        first, later = Team(team).person(who), shared.person(who)
        assert first.plan == later.plan
        pd.testing.assert_frame_equal(
            matrix_standing(first.book), matrix_standing(later.book), check_dtype=False
        )
    assert alone.person(BOHDAN).plan == shared.person(BOHDAN).plan


def test_the_same_cycle_gives_the_same_bytes(team, decks):
    assert coaching_deck(team, csm=MATEO) == decks[MATEO]
    fresh = dataclasses.replace(team)
    assert coaching_deck(fresh, csm=MATEO) == decks[MATEO]


def test_a_manager_has_no_deck(team):
    with pytest.raises(UsageError, match="is not scored"):
        coaching_deck(team, csm=f"deepa.krishnan{MAIL}")


def test_an_export_of_people_and_accounts_alone_makes_a_deck_that_says_what_is_lacking():
    deck = coaching_deck(bare_team(), csm="p0")
    said = texts_of(deck)
    assert "Person 0 held 3 accounts in the period; the export has no ARR" in said
    assert "not computable" in said
    assert "Agreed actions: the export has none of anybody." in said
    assert charts_of(deck) == []
    assert "manager:" not in said
    assert crowded(deck) == []


def test_nobody_scored_says_so_in_the_matrix_and_in_place_of_the_gaps():
    cycle = bare_team()
    assert {row[2] for row in slide(cycle, "p0", "matrix").content.rows} == {"not scored"}
    assert any("at which level" in line for line in lines_of(cycle, "p0", "no_gaps"))


@pytest.mark.parametrize(
    "name",
    [
        "נועה לוי",
        "علي حسن",
        "प्रिया",
        "สมชาย",
        "Ελένη",
        "山田",
        "=cmd()",
        "<b>x</b>",
        "🙂 Ana",
        "W" * 80,
    ],
)
def test_any_name_is_shown_as_it_is_and_stays_on_the_slide(name):
    deck = coaching_deck(bare_team(name), csm="p0")
    assert f"Review and coaching: {name}" in texts_of(deck).replace("\n", "")
    assert crowded(deck) + over_each_other(deck) == []


@pytest.mark.parametrize("number", [3, 60])
def test_a_matrix_of_any_size_with_long_cells_stays_on_the_slides(team, number):
    matrix = matrix_with(number, about="long words in a cell " * 95)
    rows = team.table("ratings")
    mine = rows[rows["person_id"].eq(MATEO) & rows["phase"].eq("manager")].head(3)
    ids = pd.Series([f"skill_{n}" for n in range(3)], mine.index, dtype="str")
    cycle = team.with_tables(ratings=mine.assign(competency=ids, value="red"))
    deck = coaching_deck(cycle, csm=MATEO, matrix=matrix)
    assert len(slide(cycle, MATEO, "matrix", matrix=matrix).content.rows) == number
    assert crowded(deck) + over_each_other(deck) == []


def test_no_text_stands_outside_its_box(decks, tmp_path):
    chosen = {name.split("@")[0]: decks[name] for name in (BOHDAN, MATEO, OPS)}
    pdfs = as_pdf(chosen, tmp_path)
    for name, deck in chosen.items():
        assert drawn_outside(deck, pdfs[name]) == []
        assert crowded(deck) == []
