"""The roll-out deck says what the company's matrix says, all of it, and names no person."""

from io import BytesIO

import pytest
from pptx import Presentation

from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.render.deck.rollout import rollout_deck
from csmkit.terms import Term, Terms
from tests.render.deck.matrices import matrix_of, twelve


def slides_of(matrix, **how):
    return Presentation(BytesIO(rollout_deck(matrix, **how))).slides


def said_on(slide) -> str:
    parts = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            parts.append(shape.text_frame.text)
        if shape.has_table:
            parts += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(parts)


def titles_of(slides) -> list[str]:
    return [slide.shapes.title.text for slide in slides]


@pytest.fixture(scope="module")
def own():
    return slides_of(twelve())


def test_each_competency_has_a_slide_under_its_pillar(own):
    matrix, titles = twelve(), titles_of(own)
    for one in matrix:
        assert titles.count(one.name) == 1
        assert titles.index(one.name) > titles.index(one.pillar)


def test_a_competencys_slide_says_all_that_the_matrix_says_of_it(own):
    for one in twelve():
        said = said_on(own[titles_of(own).index(one.name)])
        for text in (one.about, *one.red, *one.yellow, *one.green, *one.strong, one.ask):
            assert text in said
        for expected in one.expected.values():
            assert expected.text in said


def test_each_competency_of_the_kits_own_matrix_fits_one_slide():
    titles = titles_of(slides_of(read_matrix()))
    assert all(titles.count(one.name) == 1 for one in read_matrix())


def test_the_rules_are_the_matrixs_own(own):
    said = said_on(own[titles_of(own).index("How a colour is chosen")])
    assert "What was not looked for is not observed." in said


def test_what_is_expected_is_a_table_of_marks_by_level(own):
    slide = own[titles_of(own).index("What is expected, by level")]
    (table,) = [one.table for one in slide.shapes if one.has_table]
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    assert rows[1] == ["Knows the accounts", "–", "● G  Green", "● G  Green"]
    # Of one of the twelve nothing is expected.
    assert len(rows) == 12


def test_every_slide_has_notes(own):
    assert all(one.notes_slide.notes_text_frame.text.strip() for one in own)


@pytest.mark.parametrize(
    "title",
    [
        "Why we use a matrix",
        "How scoring works",
        "How the calibration meeting works",
        "Three checks before ratings are discussed",
        "What “cannot tell” means",
        "What the kit refuses to do",
    ],
)
def test_the_deck_says_how_it_is_used_and_what_it_is_not_for(own, title):
    assert title in titles_of(own)


def test_for_a_role_its_own_sentences_are_shown():
    matrix = read_matrix()
    slides = slides_of(matrix, role="cs_ops")
    said = said_on(slides[titles_of(slides).index("Book strategy and prioritisation")])
    assert matrix.for_role("cs_ops")["book_strategy"].about in said
    assert matrix["book_strategy"].about not in said
    assert "What differs by role" not in titles_of(slides)


def test_what_a_role_is_not_scored_on_is_said_with_the_reason():
    matrix = read_matrix().for_role("cs_ops")
    one = next(one for one in matrix if one.not_expected)
    slides = slides_of(read_matrix(), role="cs_ops")
    said = said_on(slides[titles_of(slides).index(one.name)])
    assert one.not_expected in said
    assert "Green" not in said


def test_without_a_role_it_says_what_differs():
    assert any(
        one.startswith("What differs by role") for one in titles_of(slides_of(read_matrix()))
    )


def test_a_role_that_is_none_is_refused():
    with pytest.raises(UsageError, match="There is no role 'boss'"):
        rollout_deck(twelve(), role="boss")


@pytest.mark.parametrize("many", [1, 3, 60])
def test_any_number_of_competencies_makes_a_deck(many):
    titles = titles_of(slides_of(matrix_of(many)))
    assert sum(one.startswith("Competency ") for one in titles) == many


def test_it_names_nobody(team):
    people = team.table("people")
    terms = Terms([Term(name, "person", name) for name in people["name"]])
    said = "\n".join(said_on(one) for one in slides_of(read_matrix()))
    assert list(terms.find(said)) == []


def test_the_same_matrix_gives_the_same_bytes():
    assert rollout_deck(twelve()) == rollout_deck(twelve())


def test_for_a_role_it_says_how_many_are_scored():
    slides = slides_of(read_matrix(), role="cs_ops")
    titles = titles_of(slides)
    assert "5 pillars, 13 of its 20 competencies scored in this role" in said_on(slides[0])
    glance = said_on(slides[titles.index("The matrix at a glance")])
    assert glance.count("(not scored in this role)") == 7
    assert "Scored in this role: 13 of its 20 competencies, in 5 pillars." in glance
    matrix = read_matrix().for_role("cs_ops")
    for pillar in matrix.pillars:
        of = [one for one in matrix if one.pillar == pillar]
        scored = sum(not one.not_expected for one in of)
        lead = said_on(slides[titles.index(pillar)])
        part = f"Scored in this role: {scored} of {len(of)} competencies in this pillar"
        assert (part if scored < len(of) else f"{len(of)} competencies in this pillar") in lead
        assert ("Scored in" in lead) == (scored < len(of))


def test_where_all_are_scored_it_speaks_of_no_part():
    said = "\n".join(said_on(one) for one in slides_of(read_matrix()))
    assert "5 pillars, 20 competencies" in said
    assert "scored in this role" not in said.casefold()
