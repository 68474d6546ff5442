"""The coaching deck: one person's figures as the frames have them, and nothing of anybody else."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from csmkit.compute.composition import POINTS, composition
from csmkit.compute.drivers import arr_bridge, losses
from csmkit.compute.outcomes import outcomes, renewed_after_trouble
from csmkit.compute.standing import headline, standing
from csmkit.compute.team import role_bands
from csmkit.cycle import Cycle, Period
from csmkit.errors import DataError, UsageError
from csmkit.growth.next_level import next_level
from csmkit.load.findings import finding, join_findings
from csmkit.matrix.standing import matrix_standing
from csmkit.render.deck.coaching import coaching_deck, coaching_slides
from csmkit.render.deck.coaching_scan import DeckScan
from csmkit.render.deck.coaching_team import Team
from csmkit.render.deck.plain import Words
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


def bare_team(name: str = "Person 0", **others: list[dict]) -> Cycle:
    """An export that has people and accounts with an owner, and nothing else but what is given."""
    accounts = [{"account_id": f"a{n}", "name": f"Account {n}", "owner": "p0"} for n in range(3)]
    people = [{"person_id": "p0", "name": name, "role": "csm"}]
    rows = {"people": people, "accounts": accounts, **others}
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
        *(money(made_of["arr", at], currency="EUR") for at in POINTS),
        f"€{arr['low']:,.0f} to €{arr['high']:,.0f} (19 people)",
    ]
    share = by_unit(made_of["at_risk_share", "owned opening"], "share")
    assert rows["ARR in red or yellow accounts"][1] == share


def test_the_two_openings_are_told_apart_where_they_stand_side_by_side(team):
    shown = slide(team, MATEO, "book")
    assert shown.content.columns[1:3] == ("Calendar opening", "Owned opening")
    assert "Calendar opening: what was owned when the period began" in shown.lead
    assert "Owned opening: each account’s ARR when this person took it over" in shown.lead


def test_who_took_accounts_over_has_two_openings_that_differ(team):
    arr = (
        composition(team)
        .query("measure == 'arr'")
        .pivot(index="person_id", columns="at", values="value")
    )
    row = arr[arr["owned opening"].ne(arr["calendar opening"]) & arr["closing"].gt(0)].iloc[0]
    grid = slide(team, row.name, "book").content
    told = next(cells for cells in grid.rows if cells[0] == "ARR")
    assert told[1:4] == tuple(money(row[at], currency="EUR") for at in POINTS)


def test_counts_that_are_not_those_of_the_book_say_so(team):
    for key in ("outcome", "practice"):
        assert "“Out of”" in slide(team, MATEO, key).lead
    assert "not the closing of the book" in slide(team, MATEO, "credit").lead


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


def test_sums_and_saves_say_what_they_are_out_of(team, decks):
    frame = outcomes(book_of(team, BOHDAN)).set_index("metric")
    rows = {row[0]: row[1:] for row in tables_of(decks[BOHDAN], OUTCOMES)}
    opening = money(frame.loc["nrr", "denominator"], currency="EUR")
    churned = money(frame.loc["churned_arr", "value"], currency="EUR")
    assert rows["Churned ARR"][2] == f"{churned} of {opening} at the owned opening"
    grown = money(frame.loc["expansion_arr", "value"], currency="EUR")
    assert rows["Expansion ARR"][2] == f"{grown} on {opening} at the owned opening"
    troubled = len(renewed_after_trouble(book_of(team, BOHDAN)))
    saved = f"{frame.loc['saves', 'value']:.0f} of {troubled}"
    assert rows["Saves"][2] == f"{saved} that renewed after red or yellow"


def out_of(team: Cycle, who: str, figure: str) -> str:
    grid = slide(team, who, "outcome").content
    return next(row[grid.columns.index("Out of")] for row in grid.rows if row[0] == figure)


def test_saves_of_nobody_in_trouble_or_due_say_which(team):
    health, due = team.table("health"), team.table("renewals")
    well = health.assign(status="green", score=90.0).astype(health.dtypes)
    assert out_of(team.with_tables(health=well), BOHDAN, "Saves").startswith("none of those")
    later = due.assign(due=due["due"] + pd.Timedelta(days=3650))
    assert out_of(team.with_tables(renewals=later), BOHDAN, "Saves") == "no renewal fell due"


def test_sums_over_no_opening_say_that_there_was_none():
    contracts = [{"account_id": "a0", "start": "2026-03-01", "arr": 1000}]
    team = bare_team(contracts=contracts)
    assert out_of(team, "p0", "Churned ARR") == "there was no ARR at the owned opening"


def test_a_figure_that_is_out_of_nothing_says_that_it_is_a_count(decks):
    rows = {row[0]: row[1:] for row in tables_of(decks[OPS], OUTCOMES)}
    assert rows["Process improvements on record"][-1] == "a plain count"


def test_the_chart_has_a_bar_for_each_change_and_none_for_what_was_there_all_along(team, decks):
    steps = arr_bridge(book_of(team, BOHDAN), accounts=8)
    changes = steps[~steps["kind"].isin(["opening", "closing"])]
    (chart,) = charts_of(decks[BOHDAN])
    comes, goes = (series.values for series in chart.plots[0].series)
    assert [came - went for came, went in zip(comes, goes, strict=True)] == list(changes["amount"])
    assert min(*comes, *goes) == 0
    assert [str(one) for one in chart.plots[0].categories] == [
        f"{money(amount, currency='EUR', signed=True)}: {step}"
        for step, amount in zip(changes["step"], changes["amount"], strict=True)
    ]


def test_opening_closing_and_the_sums_of_the_changes_are_told_in_words(team):
    steps = arr_bridge(book_of(team, BOHDAN)).set_index("kind")["amount"]
    changes = steps.drop(["opening", "closing"])
    told = (
        *(steps["opening"], steps["closing"]),
        *(changes[changes > 0].sum(), -changes[changes < 0].sum()),
    )
    opening, closing, came, went = (money(one, currency="EUR") for one in told)
    lead = slide(team, BOHDAN, "bridge").lead
    assert f"calendar opening, {opening}, to the closing, {closing}: {came} came in" in lead
    assert f"and {went} went out" in lead


def test_a_few_changes_stand_in_a_table_between_opening_and_closing(team):
    shown = slide(team, MATEO, "bridge")
    assert shown.content.rows == (
        ("Calendar opening", "€800,000"),
        ("Quintero Energía", "+€80,000"),
        ("Closing", "€880,000"),
    )
    assert "Each bar" not in shown.lead


def test_where_nothing_changed_there_is_no_chart_and_it_is_said():
    contracts = [{"account_id": "a0", "start": "2024-01-01", "arr": 1000}]
    team = bare_team(contracts=contracts)
    assert not any(one.key == "bridge" for one in coaching_slides(team, csm="p0"))
    assert any(
        "nothing changed; it was €1,000 on both days" in line
        for line in lines_of(team, "p0", "cautions")
    )


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


def test_what_the_person_said_of_their_packet_stands_there_in_their_words(team, decks):
    assert tables_of(decks[BOHDAN], "In the person’s own words")[1] == [
        *("29 Jun 2026", "Comment", "Losses"),
        "Carpathia Foods: the second engineer was asked for in February and promised for May.",
    ]
    assert not any(one.key == "own_words" for one in coaching_slides(team, csm=MATEO))


def test_a_colleague_in_own_words_is_unnamed(team):
    rows = team.table("comments")
    told = rows.assign(text="Priya Raman held it for me.").astype(rows.dtypes)
    said = repr(slide(team.with_tables(comments=told), BOHDAN, "own_words"))
    assert "A colleague held it for me." in said


def with_scores(team: Cycle, *scores: tuple[str, str, str], cites: str = "") -> Cycle:
    """Mateo with a value of his own and his manager's, and no other score."""
    rows = team.table("ratings")
    by = {"self": MATEO, "manager": str(team.person(MATEO)["manager_id"])}
    made = [
        {
            **dict.fromkeys(rows.columns),
            **{"person_id": MATEO, "rater_id": by[phase], "phase": phase, "value": value},
            **{"competency": competency, "at": "2026-06-22", "matrix": "Customer success matrix 1"},
            "evidence_ids": cites if phase == "manager" else None,
        }
        for competency, *values in scores
        for phase, value in zip(by, values, strict=True)
    ]
    return team.with_tables(ratings=TABLES["ratings"].conform(pd.DataFrame(made)))


def test_the_largest_difference_is_told_with_what_each_side_cites(team):
    item = team.table("evidence").query("person_id == @MATEO").iloc[0]
    cycle = with_scores(
        team,
        *(("qbr_craft", "green", "red"), ("advocacy", "yellow", "green")),
        cites=item["evidence_id"],
    )
    shown = slide(cycle, MATEO, "differences")
    assert ": 2 steps." in shown.lead
    first, rest = shown.content.passages
    assert first.heading == "QBR craft: own Green, manager Red"
    assert [line.label for line in first.lines] == ["The person cites:", "The manager cites:"]
    assert first.lines[0].text == "no dated item that can be shown"
    assert item["text"] in first.lines[1].text
    assert rest.lines == ("Less far apart. Advocacy: own Yellow, manager Green.",)


def test_a_difference_on_which_neither_side_cites_anything_is_one_line(team):
    cycle = with_scores(team, ("qbr_craft", "green", "red"), ("advocacy", "red", "green"))
    (passage,) = slide(cycle, MATEO, "differences").content.passages
    assert passage.lines == (
        "That far apart, and neither side cites a dated item that can be shown."
        " QBR craft: own Green, manager Red; Advocacy: own Red, manager Green.",
    )


def test_where_both_sides_gave_the_same_the_matrix_says_so_and_there_is_no_difference(team):
    cycle = with_scores(team, ("qbr_craft", "green", "green"))
    assert "it is the same one" in slide(cycle, MATEO, "matrix").lead
    assert not any(one.key == "differences" for one in coaching_slides(cycle, csm=MATEO))
    apart = with_scores(team, ("qbr_craft", "green", "red"))
    assert "it is the same one" not in slide(apart, MATEO, "matrix").lead


def test_the_mail_stands_on_the_cover_where_two_people_have_one_name(team, decks):
    people = team.table("people")
    names = people["name"].mask(people["person_id"].eq(MATEO), "bohdan kovalenko ")
    twins = team.with_tables(people=people.assign(name=names))
    for who in (BOHDAN, MATEO):
        assert slide(twins, who, "opening").content.subtitle.startswith(f"{who} · ")
    assert BOHDAN not in texts_of(decks[BOHDAN])


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


def test_without_a_gap_it_says_why_and_leaves_the_goal_to_the_two(decks):
    titles = titles_of(decks[SIOBHAN])
    assert "What to grow in is yours to choose" in titles
    assert "No colour that counts here lies below what is expected of the level" in texts_of(
        decks[SIOBHAN]
    )
    rows = tables_of(decks[SIOBHAN], "The plan: yours to choose")
    assert rows[0] == ["Goal", "______ (chosen by the two)"]
    assert [row[0].split(":")[0] for row in rows[2:]] == [
        *("31 Jul 2026 (30 days)", "31 Aug 2026 (60 days)", "29 Sep 2026 (90 days)"),
    ]


def test_days_to_look_again_pass_over_days_away(team):
    away = {"person_id": SIOBHAN, "start": "2026-07-30", "end": "2026-08-04"}
    held = TABLES["absences"].conform(pd.DataFrame([away]))
    rows = slide(team.with_tables(absences=held), SIOBHAN, "open_plan").content.rows
    assert rows[1][0].startswith("5 Aug 2026 (30 days)")


def test_without_a_gap_it_tells_what_the_next_level_asks_where_it_differs(team):
    own = team.table("people")
    ids = own["person_id"].eq(SIOBHAN)
    mid = team.with_tables(people=own.assign(level=own["level"].mask(ids, "mid")))
    grid = slide(mid, SIOBHAN, "next").content
    assert grid.columns == ("Competency", "Asked of mid-level now", "Asked of senior")
    asks = next_level(book_of(mid, SIOBHAN), csm=SIOBHAN).asks
    differ = [one for one in asks if one.now != one.then]
    assert len(differ) > 0
    assert [(row[0], row[2].text) for row in grid.rows] == [
        (one.competency.name, one.then.text) for one in differ
    ]


def test_at_the_highest_level_there_is_no_next_one(team):
    assert not any(one.key == "next" for one in coaching_slides(team, csm=SIOBHAN))


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


def test_a_deck_has_six_to_sixteen_slides(decks):
    assert all(6 <= len(slides_of(deck)) <= 16 for deck in decks.values())


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
    assert grid.columns == ("Measure", "Calendar opening", "Owned opening", "At the period’s end")


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


def test_nobody_scored_is_one_slide_with_one_sentence():
    slides = coaching_slides(bare_team(), csm="p0")
    keys = [one.key for one in slides]
    assert not {"matrix", "strengths", "no_gaps", "next", "differences"} & set(keys)
    (told,) = lines_of(bare_team(), "p0", "unscored")
    assert told.startswith("No colour of Person 0 can be shown")
    assert keys[keys.index("unscored") + 1] == "open_plan"
    reasons = lines_of(bare_team(), "p0", "cautions")
    assert any("at which level" in line for line in reasons)
    assert not any(line.startswith("Strengths: none") for line in reasons)


def by_another_matrix(team: Cycle) -> Cycle:
    rows = team.table("ratings")
    return team.with_tables(ratings=rows.assign(matrix="Old matrix 3").astype(rows.dtypes))


def test_scores_of_another_matrix_are_told_on_every_slide_that_shows_them(team):
    slides = {one.key: one for one in coaching_slides(by_another_matrix(team), csm=MATEO)}
    shown = ("matrix", "differences", "strengths", "gaps", "plan")
    for key in shown:
        assert slides[key].title.endswith("(scored by another matrix)")
        assert "may have meant something else" in slides[key].lead
    given = team.table("ratings")["person_id"].eq(MATEO).sum()
    assert f"{given} scores by Old matrix 3" in slides["matrix"].lead
    # Where it stands first, not below two columns.
    assert isinstance(slides["gaps"].content, Words)
    others = [one for key, one in slides.items() if key not in shown]
    assert not any("another matrix" in one.title for one in others)


def test_scores_of_the_matrix_in_use_carry_no_such_remark(decks):
    assert "another matrix" not in texts_of(decks[MATEO])


def test_scores_that_the_matrix_in_use_knows_none_of_are_told_in_the_one_sentence(team):
    shown = slide(team, MATEO, "unscored", matrix=matrix_with(3))
    assert shown.title.endswith("(scored by another matrix)")
    assert "are of competencies it has not, and are not shown" in shown.lead


def found_in(team: Cycle, *findings: pd.DataFrame) -> Cycle:
    return dataclasses.replace(team, findings=join_findings(findings))


def added_up(account: str) -> pd.DataFrame:
    about = {"table": "contracts", "column": "account_id", "value": account}
    return finding("info", "several_open_contracts", "Up to 2 are live at once.", "Look.", **about)


def test_what_loading_found_of_a_persons_accounts_is_told_to_that_person(team):
    cycle = found_in(team, added_up("A0021"), added_up("A0022"), added_up("A0001"))
    told = "Several contracts at once (2 accounts): Their ARR is added up"
    assert any(line.startswith(told) for line in lines_of(cycle, BOHDAN, "cautions"))
    assert "Several contracts at once" not in repr(slide(cycle, MATEO, "cautions"))


def test_what_loading_found_of_no_account_is_told_to_all_without_a_name_of_a_file(team):
    cycle = found_in(team, finding("info", "file_not_used", "Not read.", "Add.", file="pay.csv"))
    for who in (BOHDAN, OPS):
        shown = slide(cycle, who, "cautions")
        (told,) = (p for p in shown.content.passages if p.heading.startswith("Found in"))
        assert told.lines == ("File not used (1 finding): Nothing in it is in any figure.",)
        assert "pay.csv" not in repr(shown)


def test_many_sorts_of_findings_are_counted_on_the_slide_and_listed_in_its_notes(team):
    kinds = ("unknown_account", "unreadable_value", "missing_required", "nobody_named")
    tables = ("renewals", "renewals", "health", "touchpoints")
    cycle = found_in(
        team,
        *(
            finding("warning", kind, "So it is.", "Look.", table=table, rows=3)
            for kind, table in zip(kinds, tables, strict=True)
        ),
    )
    shown = slide(cycle, BOHDAN, "cautions")
    assert "4 kinds of findings change figures." in repr(shown.content)
    assert "Account not known" not in repr(shown.content)
    assert "Account not known, in renewals (3 findings): These rows count for no" in shown.notes


def test_what_changes_no_figure_or_is_told_by_a_sentence_of_the_figures_is_not_told_again(team):
    found = [
        finding("info", kind, "So.", "Look.") for kind in ("hidden_sheet", "ownership_assumed")
    ]
    headings = [
        p.heading for p in slide(found_in(team, *found), BOHDAN, "cautions").content.passages
    ]
    assert not any(heading.startswith("Found in") for heading in headings)


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


def test_every_loss_is_on_a_slide(team, monkeypatch):
    amounts = [-1000.0 - at for at in range(40)]
    some = losses(book_of(team, BOHDAN))
    many = pd.concat([some.head(1)] * 40, ignore_index=True).assign(amount=amounts)
    monkeypatch.setattr("csmkit.render.deck.coaching_work.losses_of", lambda _: many)
    made = coaching_deck(team, csm=BOHDAN)
    rows = [row for row in tables_of(made, "Losses") if row[0] != "Account"]
    told = {cell for row in rows for cell in row}
    assert len(rows) == 40
    assert {money(one, currency="EUR", signed=True) for one in amounts} <= told
    assert "rows shown" not in texts_of(made)


def test_dated_items_of_a_strength_without_room_are_counted(team):
    items = team.table("evidence").query("person_id == @MATEO")["evidence_id"].head(5)
    cycle = with_scores(team, ("qbr_craft", "green", "green"), cites="; ".join(items))
    told = [*lines_of(cycle, MATEO, "strengths")]
    assert len(told) == 3
    assert told[-1] == "Beside these: 3 dated items."
