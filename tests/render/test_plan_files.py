"""Plans as files: Markdown, Word and PDF that hold one person's facts, whatever stands in them."""

import io
import os
import re
import stat
import zipfile

import docx
import pypdfium2
import pytest

from csmkit.errors import UsageError
from csmkit.growth.next_level import next_level
from csmkit.growth.onboarding_plan import onboarding_plan
from csmkit.growth.one_to_one import one_to_one
from csmkit.growth.plan import development_plan
from csmkit.matrix.matrix import Competency, Expectation, Matrix, Proof
from csmkit.matrix.read import read_matrix
from csmkit.render.plan_blocks import Facts, Grid, Heading, Points, Space, Words
from csmkit.render.plan_files import document_of, file_name, render_plan
from csmkit.render.plan_markdown import plan_text
from csmkit.render.slices import book_of
from csmkit.scan.scanner import Scanner
from tests.growth.growing import ANA, BEN, item, ours, rating
from tests.growth.growing import team as team_of
from tests.render.paper.pdfs import is_tagged, outside, pages_of, text_of

FORMS = ("md", "docx", "pdf")
KWAME, NOUR = "kwame.mensah@northwind.example", "nour.alhashimi@northwind.example"
WEI = "wei.chen2@northwind.example"
ON = "2026-05-04"


def documents(cycle, who, matrix=None, edition="committee"):
    book = book_of(cycle, who, edition=edition)
    return {
        "plan": document_of(development_plan(book, csm=who, matrix=matrix, notes=True)),
        "next": document_of(next_level(book, csm=who, matrix=matrix)),
        "sheet": document_of(one_to_one(book, csm=who, on=ON, matrix=matrix)),
    }


def shown(document, form, folder):
    """The text of a file, as a reader of it has it."""
    path = render_plan(document, out=folder / f"x.{form}", replace=True)
    if form == "pdf":
        return text_of(path.read_bytes())
    if form == "md":
        return path.read_text(encoding="utf-8")
    file = docx.Document(str(path))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])


def long_matrix(count, text):
    def one(at):
        return Competency(
            id=f"c{at}", pillar="P", name=f"Nr {at} {text[:60]}", about=text, red=(text,), yellow=(text, text),
            green=(text,), strong=(text,), ask=text, practice=text, progress=text, evidence=(Proof(text, "plans"),),
            expected={level: Expectation("green", text) for level in ("ramping", "mid", "senior")},
        )  # fmt: skip

    return Matrix("Long", "1", "0" * 12, tuple(map(one, range(count))))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["plan", "next", "sheet"])
def test_a_file_holds_all_that_its_document_says(form, name, tmp_path, team):
    document = documents(team, NOUR)[name]
    text = re.sub(r"[\s\\\u00ad\ufffe-]+", "", shown(document, form, tmp_path))
    said = []
    for block in document.blocks:
        if isinstance(block, Heading | Words):
            said.append(block.text)
        elif isinstance(block, Points):
            said += block.items
        elif isinstance(block, Facts):
            said += [one for row in block.rows for one in row.lines]
        elif isinstance(block, Grid):
            said += [cell for row in block.rows for cell in row]
    for one in said:
        # A reader of PDFs gives texts from right to left, and bullets, in places of their own.
        if one.isascii() or form != "pdf":
            assert re.sub(r"[\s\\\u00ad\ufffe-]+", "", one) in text


@pytest.fixture(scope="module")
def scanner(team):
    return Scanner(team)


@pytest.mark.parametrize("who", [KWAME, NOUR])
@pytest.mark.parametrize("edition", ["committee", "csm"])
def test_nobody_else_is_in_a_file(who, edition, tmp_path, team, scanner):
    for name, document in documents(team, who, edition=edition).items():
        for form in FORMS:
            path = render_plan(document, out=tmp_path / file_name(document, form))
            if form == "pdf":
                # Its letters are packed glyphs; what a reader has of them is looked through.
                path.with_suffix(".txt").write_text(text_of(path.read_bytes()), encoding="utf-8")
                path = path.with_suffix(".txt")
            assert scanner.scan(path, who) == [], (name, form)


def test_a_colleague_in_an_item_is_a_colleague(tmp_path):
    said = item("E1", text="Ben Stone and I moved Bolt Industries.", competencies="plans")
    cycle = team_of([rating("plans", "red", evidence_ids="E1")], [said])
    for name in ("plan", "next"):
        text = shown(documents(cycle, ANA, ours())[name], "md", tmp_path)
        assert "A colleague and I moved another account." in text
        assert "Ben" not in text


@pytest.mark.parametrize("edition", ["committee", "csm"])
def test_private_evidence_and_scores_not_of_the_edition_are_in_no_file(edition, tmp_path):
    rows = [
        rating("plans", "red", note="RATERNOTE", evidence_ids="E1"),
        rating("plans", "yellow", "self", ANA, note="OWNNOTE"),
        rating("plans", "green", "prevote", note="VOTENOTE"),
    ]
    cycle = team_of(rows, [item("E1", text="SECRET", private=True, competencies="plans")])
    text = "".join(
        shown(one, "md", tmp_path) for one in documents(cycle, ANA, ours(), edition).values()
    )
    assert "SECRET" not in text
    assert "VOTENOTE" not in text
    assert ("RATERNOTE" in text) == (edition == "committee")
    assert ("OWNNOTE" in text) == (edition == "csm")


@pytest.mark.parametrize("form", FORMS)
def test_the_same_plan_gives_the_same_bytes(form, tmp_path, team):
    for name in ("plan", "next", "sheet"):
        made = [
            render_plan(
                documents(team, KWAME)[name], out=tmp_path / f"{name}-{at}.{form}"
            ).read_bytes()
            for at in range(2)
        ]
        assert made[0] == made[1]


def test_a_pdf_is_tagged_and_inside_its_page(tmp_path, team):
    for document in documents(team, NOUR).values():
        data = render_plan(document, out=tmp_path / "x.pdf", replace=True).read_bytes()
        assert is_tagged(data)
        assert outside(data) == []


def test_a_sheet_is_one_page_for_everybody_of_the_sample_team(tmp_path, team):
    for who in team.subjects["person_id"]:
        sheet = document_of(one_to_one(book_of(team, who), csm=who, on=ON))
        data = render_plan(sheet, out=tmp_path / "x.pdf", replace=True).read_bytes()
        assert pages_of(data) == 1, who


def test_what_a_sheet_has_no_room_for_is_counted_and_where_it_is_is_said(tmp_path):
    actions = [
        {"person_id": ANA, "at": "2026-02-01", "text": f"Action {at}", "action_id": f"A{at}"}
        for at in range(5)
    ]
    sheet = document_of(one_to_one(team_of(actions=actions), csm=ANA, on=ON, matrix=ours()))
    text = shown(sheet, "md", tmp_path)
    assert text.count("Action ") == 3
    assert "And 2 more: csmkit follow\\-up" in text or "And 2 more: csmkit follow-up" in text


def test_changes_take_the_room_that_a_sheet_has_left(team):
    def told(sheet):
        points = [block for block in document_of(sheet).blocks if isinstance(block, Points)]
        return max(len(block.items) for block in points)

    emeka = "emeka.obi@northwind.example"
    bare = one_to_one(team, csm=emeka, on="2026-05-04")
    with_goal = one_to_one(team, csm=emeka, on="2026-06-30")
    assert (bare.goal, with_goal.goal is not None, len(with_goal.changes) > 12) == (
        None,
        True,
        True,
    )
    assert (told(bare), told(with_goal)) == (16, 12)


@pytest.mark.parametrize(
    ("count", "text"),
    [(3, "x" * 2_000), (12, "word " * 400), (60, "word " * 20)],
    ids=["one long word", "long texts", "many competencies"],
)
def test_long_texts_and_many_competencies_flow_on(count, text, tmp_path):
    matrix = long_matrix(count, text)
    rows = [rating(name, "red", matrix="Long 1") for name in matrix.ids]
    found = development_plan(team_of(rows), csm=ANA, matrix=matrix)
    plan = document_of(found)
    onboarding = document_of(onboarding_plan(matrix))
    for document in (plan, onboarding):
        data = render_plan(document, out=tmp_path / "x.pdf", replace=True).read_bytes()
        assert outside(data) == []
        assert f"Nr {count - 1}" in text_of(data)


HOSTILE = [
    "=cmd()", "<b>bold</b>", "#panic()", "@here $x$ *a* _b_ `c` [d](e)", "\x07\u202eback", "|pipe|",
    "مريم", "מרים", "मीरा", "มาลี", "Ελένη", "👩‍💻🎉",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("form", FORMS)
def test_what_people_write_is_text_and_nothing_else(hostile, form, tmp_path):
    people = [{"person_id": ANA, "name": hostile, "role": "csm", "level": "mid"}]
    accounts = [{"account_id": "AC-100001", "name": f"{hostile} Ltd"}]
    cycle = team_of(
        [rating("plans", "green", evidence_ids="E1"), rating("calls", "red", note=hostile)],
        [item("E1", text=f"{hostile} happened.", competencies="plans")],
        people=people,
        accounts=accounts,
    )
    for name, document in documents(cycle, ANA, ours()).items():
        text = shown(document, form, tmp_path)
        if form == "md":
            assert "<b>" not in text
            assert "\n=cmd" not in text
        assert "\u202e" not in text, name


def test_a_word_document_has_real_headings_and_no_author(tmp_path, team):
    path = render_plan(documents(team, KWAME)["plan"], out=tmp_path / "x.docx")
    file = docx.Document(str(path))
    styles = [paragraph.style.name for paragraph in file.paragraphs]
    assert styles[0] == "Title"
    assert {"Heading 1", "Heading 2"} <= set(styles)
    assert file.core_properties.author == "csmkit"
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
        assert "2026" not in parts.read("docProps/core.xml").decode()


def test_there_is_space_to_write(team):
    for name, document in documents(team, KWAME).items():
        assert any(isinstance(block, Space) for block in document.blocks) == (name != "next")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_its_owners_and_not_written_over(form, tmp_path):
    document = document_of(onboarding_plan(read_matrix()))
    path = render_plan(document, out=tmp_path / f"x.{form}")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    render_plan(document, out=path)
    path.write_bytes(b"mine")
    with pytest.raises(UsageError, match="There is a file"):
        render_plan(document, out=path)
    assert path.read_bytes() == b"mine"
    render_plan(document, out=path, replace=True)
    assert path.read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("name", "why"),
    [("x.txt", "cannot be written"), ("none/x.pdf", "There is no folder"), ("here.md", "a folder")],
)
def test_a_place_that_takes_no_file_is_refused(name, why, tmp_path):
    (tmp_path / "here.md").mkdir()
    with pytest.raises(UsageError, match=why):
        render_plan(document_of(onboarding_plan(ours())), out=tmp_path / name)


def test_a_file_that_is_open_elsewhere_is_left_alone(tmp_path):
    (tmp_path / ".~lock.x.docx#").touch()
    with pytest.raises(UsageError, match="open in another program"):
        render_plan(document_of(onboarding_plan(ours())), out=tmp_path / "x.docx", replace=True)


def test_files_are_named_by_person_and_kind(team):
    names = {name: file_name(one, "pdf") for name, one in documents(team, KWAME).items()}
    slug = names["plan"].partition(".")[0]
    assert slug.startswith("kwame-mensah-")
    assert names == {
        "plan": f"{slug}.plan.pdf",
        "next": f"{slug}.next-level.pdf",
        "sheet": f"{slug}.one-to-one.{ON}.pdf",
    }
    assert file_name(document_of(onboarding_plan(ours())), "md") == "onboarding.md"
    assert BEN not in "".join(names.values())


MAIL = "bartholomew.featherstonehaugh@northwind-industries.example"


def pdf_saying(text, tmp_path):
    """A plan whose evidence says something, as its PDF."""
    rows = [rating("plans", "red", evidence_ids="E1")]
    plan = development_plan(team_of(rows, [item("E1", text=text)]), csm=ANA, matrix=ours())
    return render_plan(document_of(plan), out=tmp_path / "x.pdf").read_bytes()


def copied(data):
    """What a reader of PDFs copies, sign for sign, but for where lines and words end."""
    pages = pypdfium2.PdfDocument(data)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pages))


@pytest.mark.parametrize(
    "word", [MAIL, "05_a_file_that_has_a_long_name_of_its_own.ipynb", "x" * 300, "W" * 120]
)
def test_a_mail_or_a_word_of_any_length_is_copied_as_it_was_written(word, tmp_path):
    data = pdf_saying(f"Acme wrote to {word} twice.", tmp_path)
    assert f"Acmewroteto{word}twice." in copied(data)
    assert outside(data) == []


def test_a_mail_that_a_line_has_room_for_is_not_broken(tmp_path):
    text = text_of(pdf_saying(f"Acme sent the plan for the whole year to {MAIL}.", tmp_path))
    assert f"{MAIL}." in text


def test_the_lines_of_green_stand_before_those_of_the_colour_given(tmp_path):
    text = shown(documents(team_of([rating("plans", "red")]), ANA, ours())["plan"], "md", tmp_path)
    assert text.index("A plan for all.") < text.index("No plan.")
    assert "**Kept when.** Green. All that Green asks, as it stands above, can be seen." in text


def test_a_goal_from_a_colour_of_another_matrix_says_so_in_the_plan_and_in_the_sheet(tmp_path):
    cycle = team_of([rating("plans", "red", matrix="Theirs 1", at="2026-05-01")])
    made = documents(cycle, ANA, ours())
    for name in ("plan", "sheet"):
        told = shown(made[name], "md", tmp_path)
        assert "that this goal starts from was given by Theirs 1, another version" in told


def test_a_first_day_that_was_moved_is_said_in_the_plan(tmp_path):
    cycle = team_of([rating("plans", "red")])
    plan = development_plan(cycle, csm=ANA, matrix=ours(), start="2026-08-01")
    assert "1 Aug 2026 is a Saturday" in shown(document_of(plan), "md", tmp_path)


@pytest.mark.parametrize(
    ("level", "heading", "lead"),
    [
        ("mid", "Other dated items of the period", "They name no competency that stands above."),
        ("senior", "Dated items of the period", "All that is on file and can be shown, whichever"),
    ],
)
def test_what_is_said_of_dated_items_fits_who_has_a_next_level_and_who_has_none(
    level, heading, lead, tmp_path
):
    items = [item("E1", text="Acme took a plan."), item("E2", text="Else.", competencies="plans")]
    cycle = team_of(evidence=items, level=level)
    text = shown(documents(cycle, ANA, ours())["next"], "md", tmp_path)
    told = text.partition(f"### {heading}\n\n")[2]
    assert told.startswith(lead)
    assert ("Else." in told) == (level == "senior")


def test_as_plain_text_nothing_is_escaped_and_nothing_is_markup():
    said = "=cmd() <b>bold</b> @here $x$ *a* _b_ `c` [d](e) 50_000"
    cycle = team_of([rating("plans", "red", evidence_ids="E1")], [item("E1", text=said)])
    text = plan_text(documents(cycle, ANA, ours())["plan"])
    assert f"Acme: {said}" in text
    assert "\\" not in text
    assert "**" not in text
    assert "\n_" not in text


def test_as_plain_text_a_table_is_a_list_of_what_it_says(team):
    document = documents(team, KWAME)["next"]
    (grid,) = [block for block in document.blocks if isinstance(block, Grid)]
    lines = plan_text(document).splitlines()
    name, value, *_ = grid.rows[0]
    assert any(one.startswith(f"- {name} · {grid.heads[1]} {value}") for one in lines)
    assert not [one for one in lines if one.startswith("|")]


def test_a_word_table_gives_texts_the_room_that_figures_do_not_need(tmp_path, team):
    path = render_plan(documents(team, KWAME)["next"], out=tmp_path / "x.docx")
    tables = docx.Document(str(path)).tables
    (grid,) = [one for one in tables if one.rows[0].cells[0].text == "Figure"]
    widths = {cell.text: round(cell.width.mm) for cell in grid.rows[0].cells}
    assert widths["Target"] < widths["Value"] < widths["Out of"] < widths["Figure"]
    assert widths["Out of"] >= 40
    assert sum(widths.values()) == pytest.approx(160, abs=2)


def test_a_short_list_in_word_stays_on_the_page_of_its_heading(tmp_path, team):
    file = docx.Document(str(render_plan(documents(team, NOUR)["plan"], out=tmp_path / "x.docx")))
    items = [one for one in file.paragraphs if one.style.name == "List Bullet"]
    assert len(items) > 1
    assert all(one.paragraph_format.keep_together for one in items)
    assert items[0].paragraph_format.keep_with_next
    before = file.paragraphs[[one.text for one in file.paragraphs].index(items[0].text) - 1]
    assert before.paragraph_format.keep_with_next
    assert not items[-1].paragraph_format.keep_with_next


def test_a_list_that_is_longer_than_a_page_is_not_kept_on_one(tmp_path):
    matrix = long_matrix(60, "word " * 20)
    plan = development_plan(
        team_of([rating(name, "red", matrix="Long 1") for name in matrix.ids]),
        csm=ANA,
        matrix=matrix,
    )
    file = docx.Document(str(render_plan(document_of(plan), out=tmp_path / "x.docx")))
    items = [one for one in file.paragraphs if one.style.name == "List Bullet"]
    assert not any(one.paragraph_format.keep_with_next for one in items)


def test_lines_to_write_on_stay_together_and_with_what_they_are_for(tmp_path, team):
    file = docx.Document(str(render_plan(documents(team, NOUR)["plan"], out=tmp_path / "x.docx")))
    agreed = [one.text for one in file.paragraphs].index("Agreed")
    lead, *lines = file.paragraphs[agreed + 1 : agreed + 5]
    kept = [one.paragraph_format.keep_with_next for one in (lead, *lines)]
    assert kept == [True, True, True, None]


def test_what_is_asked_in_one_competency_is_not_parted_between_pages(tmp_path, team):
    asks = document_of(next_level(book_of(team, WEI), csm=WEI))
    data = render_plan(asks, out=tmp_path / "x.pdf").read_bytes()
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    assert len(pages) > 3
    parted = ("Asked", "Beside now", "On file")
    assert [page for page in pages if page.lstrip().startswith(parted)] == []
