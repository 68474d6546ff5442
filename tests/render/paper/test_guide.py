"""The guides as a company gets them: whole, right, readable by eye and by ear."""

import json
import os
import re
import stat

import pypdfium2
import pytest
import typer.main

from csmkit.cli import app
from csmkit.errors import UsageError
from csmkit.matrix.matrix import Competency, Expectation, Matrix, Proof
from csmkit.matrix.read import read_matrix
from csmkit.render.paper.guide import guide_name, render_guide
from csmkit.render.paper.guide_content import guide_of, texts
from csmkit.render.paper.guide_text import Figure, Grid, Points, Run, Text, blocks_of
from csmkit.resources import resource
from tests.render.paper.pdfs import is_tagged, outside, pages_of, text_of
from tests.render.paper.structure import (
    alternatives_of,
    bookmarks_of,
    fonts_of,
    language_of,
    tags_of,
)

READERS = ("leaders", "csms")
SEEN = re.compile(r"[\s\u200b\ufffe\x02-]+")


def squeezed(text):
    """Text without blanks, breaks and hyphens, which lines put anywhere."""
    return SEEN.sub("", text)


def one(number=0, **also):
    said = {
        "id": f"c{number}",
        "pillar": f"Pillar {number % 4}",
        "name": f"Competency {number}",
        "about": "Does it.",
        "red": ("Not done.",),
        "yellow": ("Half done.",),
        "green": ("All done.",),
    }
    return Competency(**{**said, **also})


def matrix(*competencies, **also):
    return Matrix(
        **{"name": "Ours", "version": "3", "digest": "0123456789ab", **also},
        competencies=competencies,
    )


@pytest.fixture
def made(tmp_path):
    def make(of, **how):
        return render_guide(of, out=tmp_path / "g.pdf", replace=True, **how).read_bytes()

    return make


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guides")
    return {
        readers: render_guide(
            read_matrix(), out=folder / f"{readers}.pdf", readers=readers, company="Northwind"
        ).read_bytes()
        for readers in READERS
    }


# ── what is in it ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("readers", READERS)
def test_every_word_of_every_competency_is_there(own, readers):
    text = squeezed(text_of(own[readers]))
    for competency in read_matrix():
        proofs = [proof.what.rstrip(".") for proof in competency.evidence]
        expected = [asked.text for asked in competency.expected.values()]
        said = [competency.name, competency.about, competency.ask, competency.practice]
        said += [competency.progress, *competency.strong, *proofs, *expected]
        for colour in ("red", "yellow", "green"):
            said += competency.indicators(colour)
        assert [words for words in said if squeezed(words) not in text] == []


@pytest.mark.parametrize("role", ["onboarding", "cs_ops"])
def test_a_role_has_its_own_words_and_the_reason_where_it_is_not_scored(made, role):
    text = squeezed(text_of(made(read_matrix(), role=role)))
    for competency in read_matrix().for_role(role):
        assert squeezed(competency.name) in text
        words = [competency.not_expected] if competency.not_expected else competency.green
        assert [line for line in words if squeezed(line) not in text] == []
    retention = read_matrix()["retention_in_context"]
    assert squeezed(retention.green[0]) not in text


def test_the_rules_are_those_of_the_matrix(made):
    assert "Count on your fingers." in text_of(
        made(matrix(one(), rules=("Count on your fingers.",)))
    )
    assert "says nothing of how a colour is chosen" in text_of(made(matrix(one())))


def test_the_cover_names_the_company_and_the_matrix(own, made):
    cover = pypdfium2.PdfDocument(own["leaders"])[0].get_textpage().get_text_range()
    assert cover.startswith("Northwind")
    assert read_matrix().digest in cover
    bare = made(matrix(one(), version=""))
    assert "version" not in pypdfium2.PdfDocument(bare)[0].get_textpage().get_text_range()


def test_csms_see_what_each_level_asks_and_leaders_what_the_meeting_does():
    titles = {
        readers: [chapter.title for chapter in guide_of(read_matrix(), readers=readers).chapters]
        for readers in READERS
    }
    assert "What the next level asks" in titles["csms"]
    assert "How the meeting works" not in titles["csms"]
    assert "How the meeting works" in titles["leaders"]


def test_a_row_of_levels_has_the_colour_and_the_words_of_each():
    asked = one(expected={"mid": Expectation("green", "Alone."), "senior": Expectation("", "All.")})
    table = table_of(guide_of(matrix(asked, one(1)), readers="csms"), "What the next level asks")
    assert [len(table.rows), *table.rows[0]] == [
        1,
        (Run("Competency 0", "link", "c0"),),
        (Run("not said", "quiet"),),
        (Run("green", "colour"), Run("Alone.", "own")),
        (Run("", "colour"), Run("All.", "own")),
    ]


def test_a_matrix_without_levels_says_so_in_place_of_the_table():
    guide = guide_of(matrix(one()), readers="csms")
    chapter = next(c for c in guide.chapters if c.title == "What the next level asks")
    last = chapter.sections[-1].blocks[-1]
    assert isinstance(last, Text)
    assert "does not say what is expected" in last.runs[0].text


@pytest.mark.parametrize(
    ("role", "told"),
    [("csm", "20 competencies in 5 pillars"), ("cs_ops", "13 of its 20 competencies")],
)
def test_people_are_told_how_much_of_the_matrix_is_theirs(role, told):
    first = guide_of(read_matrix(), readers="csms", role=role).chapters[0].sections[0].blocks[0]
    assert told in first.runs[0].text


def test_the_matrix_never_follows_a_page_that_is_nearly_empty(made):
    for role in ("csm", "onboarding", "cs_ops"):
        for paper in ("a4", "us-letter"):
            data = made(read_matrix(), readers="csms", role=role, paper=paper)
            page = next(page for _, title, page in bookmarks_of(data) if title == "The matrix")
            before = pypdfium2.PdfDocument(data)[page - 2].get_textpage().get_text_range()
            assert len(before) > 800
            contents = pypdfium2.PdfDocument(data)[1].get_textpage().get_text_range()
            assert re.search(rf"The matrix\s+{page}\s", contents)


def test_colours_with_uneven_lines_are_not_said_to_match():
    assert "same lines" in guide_of(matrix(one())).lead
    assert "same lines" not in guide_of(matrix(one(green=("A.", "B.")))).lead
    lines = guide_of(matrix(one(green=("A.", "B.")))).pillars[0].entries[0].lines
    assert lines == (("Not done.", "Half done.", "A."), ("", "", "B."))


def test_competencies_of_a_pillar_stand_together_wherever_the_file_has_them():
    guide = guide_of(matrix(*(one(number) for number in range(6))))
    told = [[entry.name for entry in pillar.entries] for pillar in guide.pillars]
    assert told[:2] == [["Competency 0", "Competency 4"], ["Competency 1", "Competency 5"]]
    assert [row[0][0].to for row in guide.glance.rows] == ["c0", "c4", "c1", "c5", "c2", "c3"]


# ── what it says of the kit is so ────────────────────────────────────────────────────────────────


def codes():
    for chapter in texts()["chapter"]:
        for section in chapter["section"]:
            yield from re.findall(r"`([^`]+)`", section["text"])


@pytest.mark.parametrize("line", sorted({code for code in codes() if code.startswith("csmkit")}))
def test_every_command_that_is_named_exists_with_its_options(line):
    command = typer.main.get_command(app)
    _, *words = line.split()
    while words and hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {name for given in command.params for name in given.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", sorted({code for code in codes() if code.endswith(".ipynb")}))
def test_every_notebook_that_is_named_exists(name):
    assert name == ".ipynb" or (resource("notebooks") / name).exists()


def test_every_other_word_to_type_is_known():
    rest = {c for c in codes() if not c.startswith("csmkit") and not c.endswith(".ipynb")}
    assert rest == {"final", "mask = True", "outcome_known = True"}
    cells = (resource("notebooks") / "self_assessment.ipynb").read_text(encoding="utf-8")
    assert "outcome_known = False" in cells


def test_every_figure_of_a_text_is_drawn_and_every_drawing_is_used():
    used = set()
    for readers in READERS:
        for chapter in guide_of(read_matrix(), readers=readers).chapters:
            for section in chapter.sections:
                used |= {block.name for block in section.blocks if isinstance(block, Figure)}
    assert used == set(texts()["figures"])


def test_made_up_books_end_where_their_caption_says():
    figure = texts()["figures"]["books"]
    assert [sum(book) for book in figure["books"]] == [100, 100]
    assert "€1,000k and ended at 110" in figure["caption"]


def test_nothing_is_said_that_the_kit_refuses_to_say():
    told = json.dumps(texts(), ensure_ascii=False).lower()
    assert re.findall(r"\b(biased|unfair|proves that|top performer|best csm)\b", told) == []


# ── how it is read ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("readers", READERS)
def test_contents_name_the_page_that_each_heading_is_on(own, readers):
    document = pypdfium2.PdfDocument(own[readers])
    contents = document[1].get_textpage().get_text_range()
    marks = bookmarks_of(own[readers])
    assert marks[0] == (0, "Contents", 2)
    for _, title, page in marks[1:]:
        assert re.search(rf"{re.escape(title)}\s+{page}\s", contents + "\n"), title
        assert title in document[page - 1].get_textpage().get_text_range().replace("\r\n", " ")


@pytest.mark.parametrize("readers", READERS)
def test_the_matrix_begins_with_each_competency_and_its_page(own, readers):
    pages = {title: page for _, title, page in bookmarks_of(own[readers])}
    document = pypdfium2.PdfDocument(own[readers])
    first = document[pages["The matrix"] - 1].get_textpage().get_text_range()
    for competency in read_matrix():
        row = first.partition(competency.name)[2].splitlines()[:6]
        assert str(pages[competency.name]) in " ".join(row).split(), competency.name


def test_bookmarks_have_chapters_pillars_and_competencies(own):
    marks = bookmarks_of(own["csms"])
    levels = {title: level for level, title, _ in marks}
    assert (levels["The matrix"], levels["Strategy"], levels["QBR craft"]) == (0, 1, 2)
    assert [levels[competency.name] for competency in read_matrix()] == [2] * 20


@pytest.mark.parametrize("readers", READERS)
def test_a_screen_reader_finds_headings_lists_tables_and_figures(own, readers):
    data = own[readers]
    tags = tags_of(data)
    assert is_tagged(data)
    chapters = [mark for mark in bookmarks_of(data) if mark[0] == 0]
    assert tags["H1"] == len(chapters)
    assert tags["H3"] == 20
    assert min(tags[kind] for kind in ("H2", "L", "LI", "Table", "TH", "TD", "TOC", "P")) > 0
    assert tags["TH"] >= 3 * 20
    assert alternatives_of(data) == [
        texts()["figures"][name]["alt"] for name in ("cycle", "books", "verdicts")
    ]


@pytest.mark.parametrize("readers", READERS)
def test_title_language_and_fonts_are_in_the_file(own, readers):
    document = pypdfium2.PdfDocument(own[readers])
    title = document.get_metadata_dict()["Title"]
    assert title == guide_of(read_matrix(), readers=readers).title
    assert language_of(own[readers]) == "en-GB"
    fonts = fonts_of(own[readers])
    assert all(fonts.values())
    assert any("NotoSans-Regular" in name for name in fonts)


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
@pytest.mark.parametrize("readers", READERS)
def test_nothing_is_beyond_the_margins(made, readers, paper):
    data = made(read_matrix(), readers=readers, paper=paper)
    assert outside(data) == []
    width, height = pypdfium2.PdfDocument(data)[0].get_size()
    assert (round(width), round(height)) == {"a4": (595, 842), "us-letter": (612, 792)}[paper]


def test_a_page_says_at_its_top_which_chapter_goes_on(own):
    data = own["leaders"]
    page = next(page for _, title, page in bookmarks_of(data) if title == "QBR craft")
    text = pypdfium2.PdfDocument(data)[page - 1].get_textpage().get_text_range()
    assert text.splitlines()[0].startswith("The matrix")


def test_what_can_be_copied_has_no_unseen_letters_in_it(own):
    assert "05_calibration_meeting.ipynb" in text_of(own["leaders"])


# ── hostile matrices ─────────────────────────────────────────────────────────────────────────────

SOLID, WORDS = "x" * 2000, "Cells of many words. " * 100


@pytest.mark.parametrize("readers", READERS)
@pytest.mark.parametrize("text", [SOLID, WORDS, "W" * 2000, "שלום" * 500, "é" * 2000])
def test_endless_cells_flow_on_and_lose_nothing(made, readers, text):
    wild = one(
        name="N" * 200, pillar="P" * 200, about=text, red=(text,), yellow=(text,),
        green=(text, "Last."), strong=(text,), ask=text, practice=text, progress=text,
        evidence=(Proof(text, "evidence"),), expected={"mid": Expectation("green", text)},
    )  # fmt: skip
    of = matrix(wild, one(1), rules=(text,), name="T" * 300)
    data = made(of, readers=readers, company="C" * 90)
    assert outside(data) == []
    seen = squeezed(text_of(data))
    letter = text[0]
    # about, 3 colours, strong, 3 of coaching, evidence, a level, the rules; CSMs read levels twice.
    assert seen.count(letter) >= (11 + (readers == "csms")) * squeezed(text).count(letter)
    assert "Last." in seen


@pytest.mark.parametrize("count", [1, 3, 60])
def test_any_number_of_competencies_is_listed_with_its_page(made, count):
    data = made(matrix(*(one(number) for number in range(count))))
    titles = [title for _, title, _ in bookmarks_of(data)]
    assert [f"Competency {number}" in titles for number in range(count)] == [True] * count
    assert outside(data) == []


def test_a_colour_with_twelve_lines_goes_on_with_its_head(made):
    lines = tuple(f"Line {number} of twelve: {'words ' * 40}" for number in range(12))
    data = made(matrix(one(red=lines, yellow=lines, green=lines)))
    seen = text_of(data)
    assert [seen.count(f"Line {number} of twelve") for number in range(12)] == [3] * 12
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    rows = [page for page in pages if "of twelve" in page]
    assert len(rows) > 1
    assert all("Red" in page and "Green" in page for page in rows)


def test_scripts_symbols_and_markup_are_shown_as_text(made):
    text = text_of(made(matrix(
        one(name="הצלחת לקוחות", about="مرحبا بالعالم", red=("नमस्ते",), green=("ไทย =cmd()",)),
        one(1, name="Wins 🎉 <b>#panic()</b>", about="$x$ *b* @ref `raw` \\ [a]"),
    )))  # fmt: skip
    assert "<b>#panic()</b>" in text
    assert "$x$ *b* @ref `raw` \\ [a]" in text
    assert "=cmd()" in text


def test_text_of_a_company_is_never_read_as_marks_of_the_guide(made):
    rule = "Type `rm` and **shout**: | a | b | !cycle {people}"
    assert rule in text_of(made(matrix(one(), rules=(rule,), name="{digest}")))


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def test_the_same_matrix_gives_the_same_bytes(own, made):
    again = made(read_matrix(), readers="csms", company="Northwind")
    assert again == own["csms"]


def test_a_file_is_its_owners_alone_and_not_written_over(tmp_path):
    file = render_guide(matrix(one()), out=tmp_path / "g.pdf")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"mine")
    with pytest.raises(UsageError, match="already"):
        render_guide(matrix(one()), out=file)
    assert file.read_bytes() == b"mine"
    assert pages_of(render_guide(matrix(one()), out=file, replace=True).read_bytes()) > 5


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"readers": "everybody"}, "The readers cannot be 'everybody'"),
        ({"role": "manager"}, "The role cannot be 'manager'"),
        ({"paper": "a5"}, "Use one of: a4, us-letter"),
        ({"out": "g.docx"}, "does not end with .pdf"),
        ({"out": "no/g.pdf"}, "There is no folder no"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_left(tmp_path, monkeypatch, how, why):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as told:
        render_guide(matrix(one()), **{"out": "g.pdf", **how})
    assert why in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_files_are_named_by_readers_and_role():
    named = {(readers, role): guide_name(readers, role) for readers in READERS for role in
             ("csm", "onboarding", "cs_ops")}  # fmt: skip
    assert len(set(named.values())) == 6
    assert named["leaders", "cs_ops"] == "guide-for-leaders-of-cs-operations.pdf"


# ── the marks of guide.toml ──────────────────────────────────────────────────────────────────────


def test_marks_become_blocks():
    text = "A **b** `c`.\n\n- x\n- y\n\n1. z\n\n> Mind.\n\n| h | i |\n|--|---|\n| j | k |\n\n!cycle"
    assert blocks_of(text, {"cycle": lambda: Figure("cycle")}) == (
        Text((Run("A "), Run("b", "strong"), Run(" "), Run("c", "code"), Run("."))),
        Points(((Run("x"),), (Run("y"),))),
        Points(((Run("z"),),), numbered=True),
        Text((Run("Mind."),), framed=True),
        Grid(((Run("h"),), (Run("i"),)), (((Run("j"),), (Run("k"),)),), (2, 3)),
        Figure("cycle"),
    )


def table_of(guide, title):
    chapter = next(chapter for chapter in guide.chapters if chapter.title == title)
    blocks = [block for section in chapter.sections for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Grid))
