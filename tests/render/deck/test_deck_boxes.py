"""No text stands outside its box: on slides as LibreOffice draws them, and measured from the file."""

from io import BytesIO

import pytest
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Pt

from csmkit.matrix.read import read_matrix
from csmkit.render.deck.blocks import Block
from csmkit.render.deck.rollout import rollout_deck
from csmkit.render.deck.slides import Slides
from tests.render.deck.boxes import as_pdf, crowded, drawn_outside, over_each_other
from tests.render.deck.brands import brand, changed_brand, hostile, picture, titles
from tests.render.deck.matrices import in_scripts, matrix_of, twelve
from tests.render.deck.readable import faint, over_the_layout, turned

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


def every_kind(template) -> bytes:
    """A slide of each kind, with titles of one line and of two."""
    deck = Slides("Kinds", template=template, footer="Confidential")
    deck.title("How the team works, and what it has reached", "Four quarters", "Begin.")
    marks = [Block("is seen", label="So:", mark=one) for one in ("red", "yellow", "green")]
    words = [Block("Head", "head"), "Text.", Block("Less important.", "quiet"), *marks]
    deck.text("Words under a title that is long enough to need a second line of it", words)
    deck.matrix("Cards", {"First": ["One.", *marks], "Second": ["Two."]}, lead="What they say.")
    deck.table("Table", ["Name", "Many"], [["Ana", "1"], ["Bo", "2"]], right=[1], lead="Above.")
    names = ["Ana", "Bo", "Cy"]
    deck.bars("Bars", names, {"One": [1, 2, 3], "Two": [3, 2, 1]}, aside=["Beside them."])
    parts = {name: [5, 6, 7] for name in ("red", "yellow", "green", "unknown", "accent")}
    deck.bars("Parts", names, parts, stacked=True, colours=dict(zip(parts, parts, strict=True)))
    deck.bars("Theme", names, {f"Part {at}": [5, 6, 7] for at in range(6)}, stacked=True)
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


def test_a_row_with_an_empty_cell_is_no_higher_than_others(tmp_path):
    deck = Slides("Gaps")
    deck.table("Gaps", ["Name", "What"], [[f"Row {at}", ""] for at in range(40)], lead="Above.")
    file = deck.save()
    assert drawn_outside(file, as_pdf({"gaps": file}, tmp_path)["gaps"]) == []


def test_a_chart_with_long_names_stays_in_its_frame(tmp_path):
    deck = Slides("Bars")
    names = ["A name that is much too long for the room that is left beside bars " * 2, "B", "C"]
    deck.bars("Bars", names, {"One": [0.5, 1, 0.2], "Two": [1, None, 0]}, number_format="0%")
    file = deck.save()
    assert drawn_outside(file, as_pdf({"bars": file}, tmp_path)["bars"]) == []


HOSTILE = hostile()


@pytest.fixture(scope="module")
def branded(tmp_path_factory):
    """Decks on templates on which text is easily lost, and their drawn pages."""
    folder, made = tmp_path_factory.mktemp("brands"), {}
    for at, (name, template) in enumerate(HOSTILE.items()):
        path = folder / f"template-{at}.pptx"
        path.write_bytes(template)
        made[name] = every_kind(path)
    pdfs = as_pdf(made, folder)
    return {name: (deck, pdfs[name]) for name, deck in made.items()}


@pytest.mark.parametrize("name", HOSTILE)
def test_all_letters_stay_in_their_boxes_on_a_template(branded, name):
    assert drawn_outside(*branded[name]) == []
    assert crowded(branded[name][0]) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_all_letters_are_told_from_their_ground_on_a_template(branded, name):
    found = faint(*branded[name])
    if name == "picture behind":
        # On a title slide with a picture the layout's own colours stay, and this is said.
        found = [one for one in found if not one.startswith("slide 1:")]
    assert found == []


@pytest.mark.parametrize("name", HOSTILE)
def test_text_stands_level_and_beside_what_a_template_shows(branded, name):
    assert turned(branded[name][0]) == []
    assert over_the_layout(branded[name][0]) == []


def paled(deck: bytes, colour: str) -> bytes:
    """A deck with the colour of its text written out."""

    def change(slide):
        for run in slide.shapes[1].text_frame.paragraphs[0].runs:
            run.font.color.rgb = RGBColor.from_string(colour)

    return changed(deck, change)


def test_faint_letters_are_found(tmp_path):
    made = {"pale": paled(one_slide(), "8A8A8A"), "dark": paled(one_slide(), "606060")}
    drawn = as_pdf(made, tmp_path)
    assert len(faint(made["pale"], drawn["pale"])) > 100
    assert faint(made["dark"], drawn["dark"]) == []


def test_text_that_is_turned_is_found():
    def tilt(slide):
        slide.shapes[1].rotation = 3

    assert turned(changed(one_slide(), tilt)) == ["slide 1: Text 1 is turned"]


def test_text_that_a_layout_turns_is_found():
    made = Presentation(BytesIO(changed_brand(titles(rotation=90))))
    made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = "Title"
    file = BytesIO()
    made.save(file)
    assert turned(file.getvalue()) == ["slide 1: Title 1 is turned"]


def test_text_over_a_picture_of_its_layout_is_found():
    made = Presentation(BytesIO(one_slide()))
    picture(100, 90, 200, 200, layouts=[1])(made)
    file = BytesIO()
    made.save(file)
    assert over_the_layout(file.getvalue()) == ["slide 1: Text 1 lies over Harbour of the layout"]
