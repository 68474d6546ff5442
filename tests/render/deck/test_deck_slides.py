"""What a deck's file holds: native parts, whole texts, notes, and nothing of who made it when."""

import re
import zipfile
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn

from csmkit.render.deck.blocks import Block, Column, bullets
from csmkit.render.deck.slides import Slides
from tests.render.deck.boxes import crowded, over_each_other


def opened(deck: Slides):
    return Presentation(BytesIO(deck.save()))


def texts_of(made) -> str:
    """All that slides say, without spaces; of tables row by row."""
    found = []
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.has_text_frame and not shape.is_placeholder:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [c.text_frame.text for r in shape.table.rows for c in r.cells]
    return re.sub(r"\s", "", "".join(found))


def sizes_of(made) -> list[float]:
    return [
        float(run.get("sz")) / 100
        for slide in made.slides
        for run in slide._element.iter(qn("a:rPr"))
        if run.get("sz")
    ]


def kinds() -> Slides:
    """One slide of each kind."""
    deck = Slides("Kinds", footer="Confidential")
    deck.title("A title", "What it is about", "Begin.")
    deck.text("Text", ["One.", *bullets("two", "three")], "Say it.")
    deck.two("Two", ["Left."], ["Right."], "Left first.")
    deck.matrix(
        "Cards", {"A": ["a1", Block("a2", mark="green")], "B": ["b1"]}, "Cards.", lead="Lead"
    )
    deck.table(
        "Table", ["Name", "n"], [["Ana", "1"], ["Bo", "2"]], "Rows.", right=[1], after=["End."]
    )
    deck.bars(
        "Bars", ["Ana", "Bo"], {"n": [1, 2.5]}, "Bars.", number_format="0.0", aside=["Beside."]
    )
    return deck


def test_each_slide_has_its_title_in_a_title_placeholder():
    titles = [slide.shapes.title.text for slide in opened(kinds()).slides]
    assert titles == ["A title", "Text", "Two", "Cards", "Table", "Bars"]


def test_each_slide_has_notes():
    notes = [one.notes_slide.notes_text_frame.text for one in opened(kinds()).slides]
    assert notes == ["Begin.", "Say it.", "Left first.", "Cards.", "Rows.", "Bars."]


def test_each_slide_has_a_number_and_the_footer():
    for slide in opened(kinds()).slides:
        kinds_of = {one.placeholder_format.type: one for one in slide.placeholders}
        assert PP_PLACEHOLDER.SLIDE_NUMBER in kinds_of
        assert kinds_of[PP_PLACEHOLDER.FOOTER].text_frame.text == "Confidential"


def test_no_placeholder_is_left_empty():
    for slide in opened(kinds()).slides:
        assert all(one.text_frame.text for one in slide.placeholders)


def test_a_table_is_native_and_says_which_row_is_its_header():
    (shape,) = [one for one in opened(kinds()).slides[4].shapes if one.has_table]
    assert shape.table.first_row
    cells = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
    assert cells == [["Name", "n"], ["Ana", "1"], ["Bo", "2"]]
    assert shape._element.nvGraphicFramePr.cNvPr.get("descr") == (
        "Table with 2 rows and the columns Name, n."
    )


def test_a_chart_is_native_and_has_its_numbers_in_a_workbook():
    (shape,) = [one for one in opened(kinds()).slides[5].shapes if one.has_chart]
    plot = shape.chart.plots[0]
    assert list(plot.categories) == ["Ana", "Bo"]
    assert [list(one.values) for one in plot.series] == [[1.0, 2.5]]
    assert plot.series[0].data_labels.show_value
    book = openpyxl.load_workbook(BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
    assert list(book["Sheet1"].values) == [(None, "n"), ("Ana", 1.0), ("Bo", 2.5)]


def test_a_screen_reader_hears_all_values_of_a_chart():
    (shape,) = [one for one in opened(kinds()).slides[5].shapes if one.has_chart]
    told = shape._element.nvGraphicFramePr.cNvPr.get("descr")
    assert told == "Bar chart. Ana: n 1; Bo: n 2.5"


def test_a_formula_in_a_name_stays_text_in_the_workbook():
    deck = Slides("Bars")
    deck.bars("Bars", ["=cmd()|' /C calc'!A0"], {"=1+1": [1]})
    (shape,) = [one for one in opened(deck).slides[0].shapes if one.has_chart]
    book = openpyxl.load_workbook(BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
    cells = [book["Sheet1"]["A2"], book["Sheet1"]["B1"]]
    assert [(one.data_type, one.value) for one in cells] == [
        ("s", "=cmd()|' /C calc'!A0"),
        ("s", "=1+1"),
    ]


def test_a_chart_without_values_is_told_and_not_drawn():
    deck = Slides("Bars")
    deck.bars("Bars", ["Ana"], {"n": [None]}, empty="Nobody is rated yet.")
    (slide,) = opened(deck).slides
    assert not any(one.has_chart for one in slide.shapes)
    assert "Nobody is rated yet." in [one.text_frame.text for one in slide.shapes]


def test_a_table_without_rows_is_told_and_not_drawn():
    deck = Slides("Table")
    deck.table("Table", ["Name"], [], empty="Nothing is agreed.")
    (slide,) = opened(deck).slides
    assert not any(one.has_table for one in slide.shapes)
    assert "Nothing is agreed." in [one.text_frame.text for one in slide.shapes]


def test_a_value_that_is_missing_is_a_gap_and_no_nought():
    deck = Slides("Bars")
    deck.bars("Bars", ["Ana", "Bo"], {"n": [None, 2]})
    (shape,) = [one for one in opened(deck).slides[0].shapes if one.has_chart]
    assert list(shape.chart.plots[0].series[0].values) == [None, 2.0]


def test_a_name_cut_on_a_chart_is_whole_in_the_notes():
    name = "A customer success team with a name that goes on and on, as some do. " * 4
    deck = Slides("Bars")
    deck.bars("Bars", [name, "B"], {"n": [1, 2]}, "Notes.")
    (slide,) = opened(deck).slides
    assert name.strip() in slide.notes_slide.notes_text_frame.text


def test_a_value_too_small_for_its_label_is_in_the_notes():
    deck = Slides("Bars")
    deck.bars("Bars", ["Ana"], {"Red": [1], "Green": [200]}, "Notes.", stacked=True)
    (slide,) = opened(deck).slides
    assert slide.notes_slide.notes_text_frame.text == (
        "Notes.\nOn the chart without a label, for lack of room: Ana: Red 1"
    )


def test_many_bars_go_on_on_the_same_scale():
    deck = Slides("Bars")
    deck.bars("Bars", [f"Team {at}" for at in range(40)], {"n": list(range(40))})
    made = opened(deck)
    charts = [one.chart for slide in made.slides for one in slide.shapes if one.has_chart]
    names = [name for chart in charts for name in chart.plots[0].categories]
    assert names == [f"Team {at}" for at in range(40)]
    assert len({chart.value_axis.maximum_scale for chart in charts}) == 1
    assert len(charts) > 1


def test_a_colour_is_a_shape_and_a_letter_too():
    deck = Slides("Marks")
    marks = [Block("so", mark=one) for one in ("red", "yellow", "green", "not_observed")]
    deck.text("Marks", marks)
    said = opened(deck).slides[0].shapes[1].text_frame.text
    assert said.split("\n") == ["■ R  so", "◆ Y  so", "● G  so", "○ N  so"]


def test_what_does_not_fit_goes_on_and_says_so():
    deck = Slides("Long")
    deck.text("Long", ["A sentence of six words here. " * 400], "Notes.")
    made = opened(deck)
    many = len(made.slides)
    assert many > 1
    titles = [slide.shapes.title.text for slide in made.slides]
    assert titles == [f"Long ({at} of {many})" for at in range(1, many + 1)]
    assert {one.notes_slide.notes_text_frame.text for one in made.slides} == {"Notes."}
    assert texts_of(made) == "Asentenceofsixwordshere." * 400


def test_a_card_that_goes_on_keeps_its_heading():
    deck = Slides("Cards")
    long = [
        Block("Red", "head", mark="red"),
        *bullets(*["It goes on and on for a while. " * 9] * 8),
    ]
    deck.bands("Cards", [[Column(long, wash=True), Column(["Short."], wash=True)]])
    made = opened(deck)
    first = [slide.shapes[1].text_frame.paragraphs[0].text for slide in made.slides]
    assert first[0] == "■ R  Red"
    assert set(first[1:]) == {"■ R  Red (continued)"}


def test_a_row_that_goes_on_says_whose_it_is():
    deck = Slides("Table")
    deck.table("Table", ["Name", "Text"], [["Ana", "word " * 1200]])
    made = opened(deck)
    names = [
        one.table.cell(1, 0).text_frame.text
        for slide in made.slides
        for one in slide.shapes
        if one.has_table
    ]
    assert names[0] == "Ana"
    assert set(names[1:]) == {"Ana (continued)"}


def test_type_stays_readable():
    deck = Slides("Long")
    deck.text("Long", ["word " * 4000])
    deck.table("Table", ["Name", "Text"], [["Ana", "word " * 3000]])
    assert min(sizes_of(opened(deck))) >= 11


def test_the_program_never_shrinks_text_by_itself():
    for slide in opened(kinds()).slides:
        assert not list(slide._element.iter(qn("a:normAutofit"), qn("a:spAutoFit")))


def test_a_title_too_long_for_its_place_is_whole_in_the_content():
    title = "A title that nobody would give to a slide but a machine might " * 8
    deck = Slides("Long")
    deck.text(title, ["Text."])
    slide = opened(deck).slides[0]
    assert slide.shapes.title.text.endswith("…")
    assert slide.shapes[1].text_frame.paragraphs[0].text == title.strip()


def test_the_same_slides_give_the_same_bytes():
    assert kinds().save() == kinds().save()


def test_the_file_says_nothing_of_who_made_it_or_when():
    with zipfile.ZipFile(BytesIO(kinds().save())) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = parts.namelist()
        core = parts.read("docProps/core.xml").decode()
    assert "created" not in core
    assert "modified" not in core
    assert not [one for one in names if "app.xml" in one or "thumbnail" in one or "printer" in one]


def test_text_from_right_to_left_is_said_to_be_so():
    deck = Slides("Names")
    deck.text("Names", ["שרה כהן", "Sara Cohen"])
    looks = [one.get("rtl") for one in opened(deck).slides[0].shapes[1]._element.iter(qn("a:pPr"))]
    assert looks == ["1", None]


def directions_of(made) -> list[str | None]:
    return [
        look.get("rtl")
        for slide in made.slides
        for look in slide.shapes[1]._element.iter(qn("a:pPr"))
    ]


def test_the_letter_of_a_mark_does_not_turn_a_text_around():
    deck = Slides("Marks")
    deck.text("Marks", [Block("שרה כהן", mark="red"), Block("Sara", mark="red")])
    assert directions_of(opened(deck)) == ["1", None]


def test_a_text_that_goes_on_keeps_its_direction():
    deck = Slides("Long")
    deck.text("Long", ["Review by " + "שרה כהן " * 800])
    found = directions_of(opened(deck))
    assert len(found) > 1
    assert set(found) == {None}


def test_values_on_bars_can_be_read_whatever_the_colour_of_the_bar():
    deck = Slides("Bars")
    deck.bars("Bars", ["Ana"], {"A": [1], "B": [1]}, stacked=True, colours={"A": "unknown"})
    (shape,) = [one for one in opened(deck).slides[0].shapes if one.has_chart]
    labels = shape.chart._chartSpace.xpath(".//c:dLbls//a:defRPr/a:solidFill/a:schemeClr/@val")
    # White has 3.0 on the grey of what is not known and 4.6 on the second accent.
    assert labels == ["tx1", "bg1"]


ANY = st.text(st.characters(codec="utf-8"), max_size=400) | st.sampled_from(
    [
        "",
        " ",
        "x" * 2000,
        "two words " * 200,
        "=cmd()",
        "<b>&amp;",
        "\x00\x0b\x1b",
        "\ufffe\uffff",
        "a\r\nb",
    ]
)


@settings(max_examples=15, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=4), ANY)
def test_any_text_makes_a_deck_that_opens_and_fits(texts, title):
    deck = Slides(title)
    deck.title(title, texts[0], title)
    deck.text(title, texts, texts[0])
    deck.table(title, ["A", texts[0][:50]], [[one, title] for one in texts], lead=texts[-1][:400])
    deck.bars(title, texts, {"n": [1.0] * len(texts)})
    file = deck.save()
    Presentation(BytesIO(file))
    assert over_each_other(file) == []
    assert crowded(file) == []


WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=30), min_size=1, max_size=400)


@settings(max_examples=25, deadline=None)
@given(WORDS)
def test_no_word_is_lost_on_the_way_over_slides(words):
    deck = Slides("Words")
    deck.text("Words", [" ".join(words)])
    assert texts_of(opened(deck)) == "".join(words)


@pytest.mark.parametrize("many", [1, 7, 60, 200])
def test_every_row_of_a_table_is_there_once(many):
    deck = Slides("Rows")
    deck.table("Rows", ["Name"], [[f"Row {at}"] for at in range(many)])
    rows = [
        row.cells[0].text_frame.text
        for slide in opened(deck).slides
        for one in slide.shapes
        if one.has_table
        for row in list(one.table.rows)[1:]
    ]
    assert rows == [f"Row {at}" for at in range(many)]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("letters", [61, 450, 2000])
def test_a_heading_longer_than_its_column_ends(letters):
    deck = Slides("x")
    heading = Block(("word " * letters)[:letters], "head")
    deck.two("t", [heading, *bullets("body " * 40, "more " * 40)], ["short"], "n")
    said = texts_of(Presentation(BytesIO(deck.save())))
    assert said.count("body") == said.count("more") == 40


def test_large_amounts_are_spoken_whole_and_with_their_currency():
    deck = Slides("x")
    deck.bars(
        "t",
        ["A", "B"],
        {"Stays": [1232700.0, 0.0], "Out": [0.0, -3000.0]},
        "n",
        number_format='"€"#,##0,"k"',
    )
    (chart,) = [shape for shape in opened(deck).slides[0].shapes if shape.has_chart]
    told = chart._element.xpath(".//p:cNvPr")[0].get("descr")
    assert "A: Stays €1,232,700; B: Out −€3,000" in told
