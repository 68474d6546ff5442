"""No text stands outside its box: on slides as LibreOffice draws them, and measured from the file."""

from io import BytesIO

import pytest
from pptx import Presentation
from pptx.util import Pt

from csmkit.matrix.read import read_matrix
from csmkit.render.deck.blocks import Block
from csmkit.render.deck.rollout import rollout_deck
from csmkit.render.deck.slides import Slides
from tests.render.deck.boxes import as_pdf, crowded, drawn_outside, over_each_other
from tests.render.deck.brands import brand
from tests.render.deck.matrices import in_scripts, matrix_of, twelve

LONG_WORDS, LONG_TEXT = "x" * 2000, "word and more " * 143


def changed(deck: bytes, change) -> bytes:
    made = Presentation(BytesIO(deck))
    change(made.slides[0])
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def one_slide() -> bytes:
    deck = Slides("One")
    deck.text("One", ["A sentence that is long enough for a line and a half. " * 4], "Notes.")
    return deck.save()


def one_table() -> bytes:
    deck = Slides("One")
    deck.table("One", ["Name", "What"], [["Ana", "A sentence."], ["Bo", "Another."]], "Notes.")
    return deck.save()


def too_low(slide):
    slide.shapes[1].height = Pt(20)


def too_near(slide):
    slide.shapes[1].top = slide.shapes[0].top


def over_the_edge(slide):
    slide.shapes[1].left = Pt(700)


def overfull_cell(slide):
    cell = slide.shapes[1].table.cell(1, 1)
    cell.text_frame.paragraphs[0].runs[0].text = "A sentence that goes on. " * 40


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """Decks of every kind that a matrix may make, and their drawn pages."""
    folder = tmp_path_factory.mktemp("decks")
    (folder / "brand.pptx").write_bytes(brand())
    made = {
        "kit": rollout_deck(read_matrix()),
        "twelve": rollout_deck(twelve()),
        "three": rollout_deck(matrix_of(3)),
        "sixty": rollout_deck(matrix_of(60, pillars=12)),
        "long-words": rollout_deck(matrix_of(3, text=LONG_WORDS)),
        "long-texts": rollout_deck(matrix_of(3, text=LONG_TEXT)),
        "scripts": rollout_deck(in_scripts()),
        "brand": rollout_deck(twelve(), template=folder / "brand.pptx"),
    }
    bad = {
        "low": changed(one_slide(), too_low),
        "near": changed(one_slide(), too_near),
        "edge": changed(one_slide(), over_the_edge),
        "cell": changed(one_table(), overfull_cell),
    }
    made |= bad
    pdfs = as_pdf(made, folder)
    return {name: (deck, pdfs[name]) for name, deck in made.items()}


KINDS = ["kit", "twelve", "three", "sixty", "long-words", "long-texts", "scripts", "brand"]


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_drawn_outside_its_box(decks, name):
    assert drawn_outside(*decks[name]) == []


@pytest.mark.parametrize("name", KINDS)
def test_nothing_needs_more_room_than_its_box_has(decks, name):
    assert crowded(decks[name][0]) == []


@pytest.mark.parametrize("name", ["low", "edge", "cell"])
def test_an_overfull_box_is_found_on_the_drawn_page(decks, name):
    assert any(
        "outside its box" in one or "over the slide" in one for one in drawn_outside(*decks[name])
    )


@pytest.mark.parametrize("name", ["low", "cell"])
def test_an_overfull_box_is_found_without_drawing(decks, name):
    assert len(crowded(decks[name][0])) == 1


def test_boxes_over_each_other_are_found(decks):
    assert over_each_other(decks["near"][0]) == ["slide 1: Title and Text 1 lie over each other"]


def test_a_box_over_the_edge_of_the_slide_is_found(decks):
    assert "slide 1: Text 1 is over the slide's edge" in over_each_other(decks["edge"][0])


def test_a_table_with_long_cells_stays_in_its_rows(tmp_path):
    deck = Slides("Long")
    rows = [["Ana", LONG_TEXT, LONG_WORDS], [Block("Bo", mark="red"), "short", "=cmd()"]]
    deck.table("Long cells", ["Name", "Text", "Words"], rows, lead=LONG_TEXT[:300])
    file = deck.save()
    assert crowded(file) == []
    assert drawn_outside(file, as_pdf({"long": file}, tmp_path)["long"]) == []


def test_a_chart_with_long_names_stays_in_its_frame(tmp_path):
    deck = Slides("Bars")
    names = ["A name that is much too long for the room that is left beside bars " * 2, "B", "C"]
    deck.bars("Bars", names, {"One": [0.5, 1, 0.2], "Two": [1, None, 0]}, number_format="0%")
    file = deck.save()
    assert drawn_outside(file, as_pdf({"bars": file}, tmp_path)["bars"]) == []
