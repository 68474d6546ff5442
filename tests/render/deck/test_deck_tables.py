"""No word of a table is broken while there is room, and what flows over slides is numbered."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pptx import Presentation

from csmkit.render.deck.blocks import Block
from csmkit.render.deck.coaching import coaching_deck
from csmkit.render.deck.drawing import CELL_X
from csmkit.render.deck.measure import wrapped
from csmkit.render.deck.slides import Slides
from csmkit.render.deck.tables import SIZES, Grid, grids

HEADS = ("Account", "Date", "Kind", "Amount", "Reason", "Controllable")
LOSS = ("Pilgrim Coffee", "2 Jun 2026", "Contraction", "−€5,000", "Two cafés closed", "No")
SHARES = (2.4, 1.9, 1.9, 1.6, 3.0, 2.1)
ROOM = (300.0, 300.0)


def laid(width: float, *rows: tuple[str, ...], heads=HEADS, shares=SHARES) -> Grid:
    cells = [tuple(Block(text) for text in row) for row in rows]
    (grid,) = grids(heads, cells, width, ROOM, shares=shares)
    return grid


def broken(grid: Grid) -> list[str]:
    """The texts of a table in which a line ends within a word."""
    return [
        cell.text
        for _, row in grid.rows
        for cell, wide in zip(row, grid.widths, strict=True)
        if " ".join(cell.lines(wide - 2 * CELL_X, grid.size)) != cell.text
    ]


def test_a_column_is_as_wide_as_its_longest_word_before_type_becomes_smaller():
    grid = laid(634.0, LOSS)
    assert broken(grid) == []
    assert grid.size == SIZES[0]
    assert sum(grid.widths) == pytest.approx(634.0)


def test_type_becomes_smaller_before_a_word_is_broken():
    grid = laid(420.0, LOSS)
    assert broken(grid) == []
    assert grid.size < SIZES[0]


def test_widths_that_break_no_word_are_kept():
    grid = laid(1200.0, LOSS)
    assert [one / grid.widths[0] for one in grid.widths] == pytest.approx(
        [share / SHARES[0] for share in SHARES]
    )


def test_a_word_too_long_for_any_slide_is_broken_and_the_others_are_not():
    grid = laid(420.0, ("x" * 80, *LOSS[1:]))
    assert broken(grid) == ["x" * 80]
    assert sum(grid.widths) == pytest.approx(420.0)


def test_an_amount_with_a_narrow_space_stays_whole():
    rows = ("103.0\u202f%", "A sentence that is long enough for three lines or more of it. " * 2)
    grid = laid(300.0, rows, heads=("a", "b"), shares=(1, 9))
    assert grid.widths[0] - 2 * CELL_X > 300.0 / 10
    assert grid.rows[1][1][0].lines(grid.widths[0] - 2 * CELL_X, grid.size) == [rows[0]]


def test_without_widths_short_texts_take_two_lines_before_a_word_is_broken():
    heads = ("Day", "Day", "Day", "Day", "Whether it is controllable")
    grid = laid(420.0, (*["12 Jun 2026"] * 4, "Uncontrollable"), heads=heads, shares=None)
    assert broken(grid) == []
    assert grid.size == SIZES[0]


def test_letters_of_scripts_without_spaces_do_not_keep_type_small():
    text = "顧客との成功計画と更新の見通し"
    grid = laid(300.0, (text, "So"), heads=("Name", "Said"), shares=(1, 3))
    assert grid.size == SIZES[0]


def test_no_word_of_a_coaching_deck_is_broken_on_a_slide_of_four_to_three(team, tmp_path):
    template = tmp_path / "old.pptx"
    Presentation().save(template)
    deck = coaching_deck(team, csm="kwame.mensah@northwind.example", template=template)
    losses = [
        (cell.text_frame, column.width / 12700)
        for slide in Presentation(BytesIO(deck)).slides
        if slide.shapes.title.text.startswith("Losses")
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell, column in zip(row.cells, shape.table.columns, strict=True)
    ]
    assert {"Contraction", "−€5,000", "Controllable"} <= {frame.text for frame, _ in losses}
    for frame, wide in losses:
        (run,) = frame.paragraphs[0].runs
        room = (wide - 2 * CELL_X) / run.font.size.pt
        assert " ".join(wrapped(frame.text, room, bold=bool(run.font.bold))) == frame.text


def titles_of(deck: Slides) -> list[str]:
    return [slide.shapes.title.text for slide in Presentation(BytesIO(deck.save())).slides]


def numbered(titles: list[str], title: str) -> bool:
    many = len(titles)
    return many > 1 and titles == [f"{title} ({at} of {many})" for at in range(1, many + 1)]


LONG = "A lead that is far too long to stand above anything. " * 40


def test_a_table_under_a_lead_on_a_slide_of_its_own_is_numbered_with_it():
    deck = Slides("T")
    deck.table("T", ["Name"], [["Ana"]], lead=LONG)
    assert numbered(titles_of(deck), "T")


def test_what_stands_below_a_table_on_another_slide_is_numbered_with_it():
    deck = Slides("T")
    deck.table("T", ["Name"], [["Ana"]] * 10, after=[LONG])
    assert numbered(titles_of(deck), "T")


def test_a_chart_and_what_stands_before_and_beside_it_are_numbered_together():
    deck = Slides("T")
    deck.bars("T", ["Ana", "Bo"], {"n": [1, 2]}, lead=LONG, aside=[LONG])
    assert numbered(titles_of(deck), "T")


def charts_on(names: list[str]) -> list[int]:
    """How many bars each slide has, of two series under a lead of two lines."""
    deck = Slides("Bars")
    series = {"One": [1.0] * len(names), "Two": [2.0] * len(names)}
    deck.bars("Bars", names, series, stacked=True, lead="What the bars are of. " * 8)
    return [
        len(list(shape.chart.plots[0].categories))
        for slide in Presentation(BytesIO(deck.save())).slides
        for shape in slide.shapes
        if shape.has_chart
    ]


def test_a_dozen_bars_stand_on_one_slide():
    assert charts_on([f"Pillar number {at} of the company" for at in range(12)]) == [12]


def test_bars_whose_names_need_two_lines_are_split_sooner():
    named = [f"Pillar {at} with a name that goes on for longer than one line" for at in range(12)]
    assert charts_on(named) == [6, 6]


def test_a_program_leaves_no_name_of_a_bar_out():
    deck = Slides("Bars")
    deck.bars("Bars", ["Ana", "Bo"], {"n": [1, 2]})
    (slide,) = Presentation(BytesIO(deck.save())).slides
    (chart,) = [shape.chart for shape in slide.shapes if shape.has_chart]
    assert re.search(r'tickLblSkip val="1"', chart.part.blob.decode())
